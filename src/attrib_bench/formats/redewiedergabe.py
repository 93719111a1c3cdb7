"""The Corpus Redewiedergabe (German fiction, newspapers and magazines of 1840 to 1919, Brunner et al. 2020) <-> the model.

A sample is a table with a token a line. Four columns mark speech, thought and writing representation (`stwr`, in up to five
levels), its `frame`, `speaker` and `intexpr`, the expression that introduces it; a number joins what belongs together. Each
number with words of its own becomes an Attribution. There is no running text, so it is built from the tokens. What the model
has no place for is kept in ``native["redewiedergabe"]``, and only that, so that an edited document is written in its new state:

    metadata      the sample's line of ``metadata.tsv`` by column, and `row`, its place there
    columns       `normtok`, `lemma`, `pos`, `rfpos` and `note`: the cells of each, one a token
    annotations   by attribution id: `medium`; `attributes` (borderline, pragmatic, metaphoric) where there are any; `frame`
                  (token ranges ``[begin, end)``) where there is one; `type` where the form has two
    cells         by column and token: the cell that the attributions give and the one that stands in the file, where these
                  differ; the second is written as long as the attributions give the first

What is derived, and what the corpus is like: ``docs/corpora.md``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from reprlib import repr as brief
from typing import Any
from xml.sax.saxutils import escape, unescape

from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Fragment,
    Metadata,
    Status,
)
from attrib_bench.files import head, read_text, sha256, write_atomic
from attrib_bench.formats.derived import Speakers
from attrib_bench.formats.format import Broken, Format, Unit, file_stem, rendered
from attrib_bench.formats.token_ranges import label_ids, numbers, ranges_of
from attrib_bench.records import Record
from attrib_bench.tokens import span_of_tokens

COLLECTION = "redewiedergabe"

ABSENT_LAYERS = ("hedges", "rejected_triggers", "provenance")
"""Layers of the model that the corpus does not annotate."""

COLUMNS = ("tok", "normtok", "lemma", "pos", "rfpos", "sentstart", "stwr", "frame", "speaker", "intexpr", "note")
"""The columns of a sample. `note` marks the words of footnotes; ``-`` is an empty cell."""

METADATA_COLUMNS = (
    *("file", "orig_filename", "year", "decade", "source", "title", "author", "fictional", "text_type", "narrative"),
    *("cabtokens", "dialect", "perspective", "quotes"),
)
"""The columns of ``metadata.tsv``, which has a line for each sample."""

TYPES: Mapping[str, Form] = {
    "direct": Form.DIRECT,
    "indirect": Form.INDIRECT,
    "indirect freeIndirect": Form.FREE_INDIRECT,
    "freeIndirect": Form.FREE_INDIRECT,
    "reported": Form.REPORTED,
}
"""The corpus's types, and the form that each becomes."""

ROLES: Mapping[str, str] = {"stwr": "content", "speaker": "source", "intexpr": "cue"}
"""The corpus's roles, and the spans of an Attribution that they become. Its fourth, the frame, has no counterpart."""

MOST_LEVELS = 32
"""How many annotations a token may stand in; the corpus has up to five, and each costs a look at those around it."""

_METADATA_FILE = "metadata.tsv"
_KEPT_COLUMNS = ("normtok", "lemma", "pos", "rfpos", "note")
_METADATA = {"outlet": "source", "genre": "text_type", "date": "year", "title": "title"}

_TYPE_OF_FORM: Mapping[Form, str] = {
    Form.DIRECT: "direct",
    Form.INDIRECT: "indirect",
    Form.MIXED: "indirect",
    Form.FREE_INDIRECT: "indirect freeIndirect",
    Form.REPORTED: "reported",
    Form.NO_COMMENT: "reported",
}

_UNSPECIFIED_MEDIUM = "speech writing"
"""What the corpus writes where the medium is not told from the words (codebook, 13.1 and 7.4)."""

_MEDIUM = "(?:speech|thought|writing)"
_LABEL = re.compile(
    rf"(direct|indirect|indirect freeIndirect|freeIndirect|reported)\.({_MEDIUM}(?: {_MEDIUM}){{0,2}})\.([1-9][0-9]{{0,8}})"
    r"(\.nonfact)?(\.border=[a-z]{1,20})?(\.prag)?(\.metaph)?"
)
_NUMBERS = re.compile(r"_?(?:0|[1-9][0-9]{0,8})(?:_(?:0|[1-9][0-9]{0,8}))*_?")
_BREAKS_LINE = re.compile(r"[\t\n\r]")

TokenRange = list[int]
"""A run of adjacent tokens, ``[begin, end)``: token ids, half-open; a list, as JSON has it."""


@dataclass(frozen=True, slots=True)
class _Label:
    """One annotation as a cell of the column `stwr` names it."""

    type: str
    medium: str
    number: int
    nonfact: bool
    attributes: tuple[str, ...]

    def __str__(self) -> str:
        nonfact = ("nonfact",) if self.nonfact else ()
        return ".".join((self.type, self.medium, str(self.number), *nonfact, *self.attributes))


# --- Reading and writing the corpus ---------------------------------------------------------------------------------


def read(path: Path) -> Iterator[Document]:
    """The documents of a folder of samples, by file name, or of one sample; ``metadata.tsv`` is looked for beside them.

    One document is in memory at a time. Raises DataError, naming file and line, for anything that is not of this corpus or
    could not be written back as it was.
    """
    return FORMAT.read(path)


def _units(path: Path) -> Iterator[Unit]:
    if path.is_dir():
        files = sorted(file for file in path.glob("*.tsv") if file.name != _METADATA_FILE)
        if not files:
            raise DataError(f"{path}: found no sample, expected files that end in .tsv")
    else:
        files = [path]
    metadata = _read_metadata(files[0].parent / _METADATA_FILE)
    for file in files:
        yield str(file), partial(_read_sample, file, metadata.get(file.name))


def _read_sample(file: Path, metadata: Record | None) -> Document:
    return from_tsv(read_text(file), name=file.stem, place=str(file), metadata=metadata)


def _read_metadata(path: Path) -> dict[str, Record]:
    """The lines of ``metadata.tsv`` by file name, each with its place; nothing where there is no such file."""
    if not path.exists():
        return {}
    found: dict[str, Record] = {}
    for row, values in enumerate(_rows(read_text(path), METADATA_COLUMNS, str(path))):
        if values[0] in found:
            raise DataError(f"{path}:{row + 2}: found {brief(values[0])} a second time, expected each file once")
        found[values[0]] = {"row": row, **dict(zip(METADATA_COLUMNS[1:], values[1:], strict=True))}
    return found


def _rows(content: str, columns: Sequence[str], place: str) -> list[list[str]]:
    """The cells of each line below a header of exactly these columns."""
    if "\r" in content:
        line = content.count("\n", 0, content.index("\r")) + 1
        raise DataError(f"{place}:{line}: found a carriage return, expected lines that end in a line feed alone")
    header, *lines = content.split("\n")
    if (found := header.split("\t")) != list(columns):
        missing = [column for column in columns if column not in found]
        named = f"no column {', '.join(missing)} in {brief(header)}" if missing else f"the header {brief(header)}"
        raise DataError(f"{place}:1: found {named}, expected the columns {', '.join(columns)}, in this order")
    if not lines or lines.pop():
        raise DataError(f"{place}:{len(lines) + 2}: the last line has no end, expected a line feed")
    rows = [line.split("\t") for line in lines]
    for number, row in enumerate(rows, 2):
        if len(row) != len(columns):
            raise DataError(f"{place}:{number}: found {len(row)} cells, expected {len(columns)}, one for each column")
    return rows


def _recognises(path: Path) -> bool:
    files = [path] if path.is_file() else sorted(path.glob("*.tsv"))[:2]  # one of two is not metadata.tsv
    return any(head(file).startswith("\t".join(COLUMNS).encode() + b"\n") for file in files)


def write(documents: Iterable[Document], path: Path, broken: Broken | None = None) -> None:
    """Write each document as a sample into the folder, and what is known of them as ``metadata.tsv``; each file whole or not.

    What was read and not changed comes out with the corpus's own bytes; samples without metadata stay without it. The lines
    of ``metadata.tsv`` keep their order, new ones follow. Raises DataError as `to_tsv` does, and for two documents whose ids
    name the same file; with `broken` such a document is told and left out.
    """
    rows: list[tuple[float, tuple[str, ...]]] = []
    written: dict[str, str] = {}

    def render(document: Document) -> tuple[str, str, tuple[str, ...] | None]:
        file = f"{_sample_name(document)}.tsv"
        if file in written:
            raise DataError(f"{document.id}: its file {file} was already written for {written[file]}")
        return file, to_tsv(document), _metadata_row(document, file)

    path.mkdir(parents=True, exist_ok=True)
    for document, (file, content, row) in rendered(documents, render, broken):
        write_atomic(path / file, content)
        written[file] = document.id
        if row is not None:
            rows.append((_native(document).get("metadata", {}).get("row", float("inf")), row))
    if rows:
        ordered = (METADATA_COLUMNS, *(row for _, row in sorted(rows, key=itemgetter(0))))
        write_atomic(path / _METADATA_FILE, "".join("\t".join(row) + "\n" for row in ordered))


FORMAT = Format(
    name=COLLECTION,
    title="Corpus Redewiedergabe (folder of .tsv)",
    recognises=_recognises,
    units=_units,
    write=write,
    absent=ABSENT_LAYERS,
)


def document_id(name: str) -> str:
    """The id of the sample with this name: ``redewiedergabe-rwk_digbib_12-3`` for ``rwk_digbib_12-3``.

    A name that makes no id is replaced by the first 12 digits of its SHA-256.
    """
    own = f"{COLLECTION}-{name}"
    return own if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", own) else f"{COLLECTION}-{sha256(name)[:12]}"


def _sample_name(document: Document) -> str:
    name = file_stem(document).removeprefix(f"{COLLECTION}-")
    return document.id if name in ("", _METADATA_FILE.removesuffix(".tsv")) else name


# --- Running text ---------------------------------------------------------------------------------------------------

_CHEVRONS = frozenset("»«›‹")
_CLOSING = frozenset(",;:!?)]}“”‘")
_OPENING = frozenset("([{„‚")
_APOSTROPHES = ("'", "’")
_BEFORE_GAP = frozenset(("und", "u.", "oder", "od.", "bis", "sowie", "bezw.", "bzw.", "resp."))
"""Words around which a hyphen stands for a part left out, so that a blank is kept: *Land= und Seewege*."""


def running_text(tokens: Sequence[str]) -> tuple[str, tuple[Fragment, ...]]:
    """The text that these tokens were cut from, as far as German spacing tells, and the place of each token in it.

    Between two tokens stands one blank, or nothing: before closing and after opening punctuation and quotation marks, around
    a slash, before an apostrophe that stands alone, and around the double hyphen ``=`` of old prints within a word. Chevrons
    point inwards, unless more of a text's colons and commas say that they point outwards; straight quotation marks open and
    close by turns, or only close in a text that opens with low ones. Dashes and points of ellipsis have blanks. Sentences
    follow each other on one line.
    """
    outwards, only_closing = _chevrons_point_outwards(tokens), "„" in tokens
    pieces: list[str] = []
    places: list[Fragment] = []
    end = 0
    glued, quoted = True, False
    for index, token in enumerate(tokens):
        first, last = token[0], token[-1]
        before = first not in _CLOSING and (first != "." or token.startswith(".."))
        after = last not in _OPENING
        if token in _CHEVRONS:
            opens = (token in "»›") is not outwards
            before, after = opens, not opens
        elif token == '"':
            quoted = not quoted and not only_closing
            before, after = quoted, not quoted
        elif token == "/":
            before = after = False
        elif token in _APOSTROPHES:
            before = False
        elif token[0] == "=" or token[-1] == "=":
            before, after = _around_hyphen(tokens, index)
        if before and not glued:
            pieces.append(" ")
            end += 1
        glued = not after
        pieces.append(token)
        places.append((end, end + len(token)))
        end += len(token)
    return "".join(pieces), tuple(places)


def _chevrons_point_outwards(tokens: Sequence[str]) -> bool:
    """Whether these are « such quotation marks » rather than »such«: what follows a colon opens, what a comma follows closes."""
    votes = 0
    for index, token in enumerate(tokens):
        if token in _CHEVRONS:
            opens = index > 0 and tokens[index - 1] == ":"
            closes = index + 1 < len(tokens) and tokens[index + 1] in (",", ".", ";", "?", "!", ")")
            votes += (opens - closes) * (1 if token in "«‹" else -1)
    return votes > 0


def _around_hyphen(tokens: Sequence[str], index: int) -> tuple[bool, bool]:
    """Whether a blank may stand before and after a token that begins or ends with a double hyphen."""
    token = tokens[index]
    previous = tokens[index - 1] if index else ""
    following = tokens[index + 1] if index + 1 < len(tokens) else ""
    before = token[0] != "=" or not previous[-1:].isalpha() or previous in _BEFORE_GAP
    after = token[-1] != "=" or not following[:1].isalpha() or following in _BEFORE_GAP
    return before, after


# --- One sample: table -> model -------------------------------------------------------------------------------------


def from_tsv(content: str, *, name: str, place: str, metadata: Record | None = None) -> Document:
    """The document of one sample, which `to_tsv` turns back into the same content.

    `name` is the file's name without its ending, `metadata` its line of ``metadata.tsv`` by column, with its place as `row`.
    Sources are not annotated: each distinct speaker string becomes one, of unspecified kind and unknown sector, known by role
    only. An annotation marked as not factual is `hypothetical`, as the corpus does not tell that from negated. `parent` is set
    where an annotation with its frame, speaker and introducing expression lies in the content of another with a different speaker
    (codebook, section 8, "embedded"). Raises DataError that names `place` and the line.
    """
    columns = dict(zip(COLUMNS, zip(*_rows(content, COLUMNS, place), strict=True), strict=False)) or dict.fromkeys(COLUMNS, ())
    try:
        return _document(columns, name, metadata)
    except _CellError as error:
        raise DataError(f"{place}:{error.token + 2}: {error}") from error


class _CellError(DataError):
    """A cell that is wrong; `token` says in which line."""

    def __init__(self, token: int, message: str) -> None:
        super().__init__(message)
        self.token = token


def _document(columns: Mapping[str, Sequence[str]], name: str, metadata: Record | None) -> Document:
    for token, word in enumerate(columns["tok"]):
        if not word or word != word.strip():
            raise _CellError(token, f"tok: found {brief(word)}, expected a token without white space around it")
    text, places = running_text([unescape(word) for word in columns["tok"]])
    labels, contents = _labelled(columns["stwr"])
    held = {role: _held(columns[role], role) for role in ("frame", "speaker", "intexpr")}
    doc_id = document_id(name)
    bare = Document(
        id=doc_id,
        collection=COLLECTION,
        text=text,
        sha256=sha256(text),
        n_chars=len(text),
        metadata=_metadata(metadata, doc_id),
        tokens=places,
        sentences=_sentences(columns["sentstart"]),
    )
    native = _kept(columns, labels.values(), held["frame"], metadata)
    ids = {"stwr": contents, **held}
    speakers = Speakers(text)
    attributions = []
    for (number, label), parent in zip(labels.items(), _parents(labels, ids, columns), strict=True):
        spans = {span: span_of_tokens(bare, ids[role][number]) for role, span in ROLES.items() if number in ids[role]}
        attributions.append(
            Attribution(
                id=f"a{number}",
                form=TYPES[label.type],
                status=Status.HYPOTHETICAL if label.nonfact else Status.ACTUAL,
                source=spans.get("source"),
                cue=spans.get("cue"),
                content=spans["content"],
                source_refs=speakers.refs(spans.get("source")),
                parent=parent,
            )
        )
    document = replace(bare, sources=speakers.sources, attributions=tuple(attributions), native={COLLECTION: native})
    cells = {column: _differences(derived, columns[column]) for column, derived in _derived(document, text, native).items()}
    if irregular := {column: different for column, different in cells.items() if different}:
        return replace(document, native={COLLECTION: native | {"cells": irregular}})
    return document


def _metadata(row: Record | None, doc_id: str) -> Metadata:
    """What the model holds of a line of metadata. The samples of one text, whose names differ in the last part, are one story."""
    story = re.sub(rf"({COLLECTION}-rwk_[a-z]+_[0-9]+)-(?:[0-9]+|short)", r"\1", doc_id)
    return Metadata(story_id=story, **(_metadata_fields(row) if row else {}))


def _metadata_fields(row: Mapping[str, str]) -> dict[str, str]:
    fields = {field: row[column].strip() for field, column in _METADATA.items()}
    return fields | {"title": "" if fields["title"] == "Undefined" else fields["title"]}


def _sentences(starts: Sequence[str]) -> tuple[Fragment, ...]:
    for token, start in enumerate(starts):
        if start not in ("yes", "no"):
            raise _CellError(token, f"sentstart: found {brief(start)}, expected yes or no")
    begins = [token for token, start in enumerate(starts) if start == "yes" or token == 0]
    return tuple(pairwise([*begins, len(starts)]))


def _labelled(cells: Sequence[str]) -> tuple[dict[int, _Label], dict[int, list[int]]]:
    """The label of each number and its token ids, in the order in which they begin, outer ones first."""
    known: dict[str, list[_Label]] = {"-": []}
    labels: dict[int, _Label] = {}
    contents: dict[int, list[int]] = {}
    for token, cell in enumerate(cells):
        if cell not in known:
            known[cell] = [_label(part, token) for part in cell.split("|", MOST_LEVELS)]
        for label in known[cell]:
            first = labels.setdefault(label.number, label)
            if (first.type, first.medium) != (label.type, label.medium):
                found, expected = f"{label.type}.{label.medium}", f"{first.type}.{first.medium}"
                raise _CellError(token, f"stwr: {label.number} is {found!r} here, expected {expected!r} as above")
            contents.setdefault(label.number, []).append(token)
    return labels, contents


def _label(part: str, token: int) -> _Label:
    if (match := _LABEL.fullmatch(part)) is None:
        raise _CellError(
            token,
            f"stwr: found {brief(part)}, expected - or up to {MOST_LEVELS} annotations joined by |, each as "
            "type.medium.number with .nonfact, .border=…, .prag and .metaph where they apply",
        )
    kind, medium, number, nonfact, *attributes = match.groups()
    return _Label(kind, medium, int(number), nonfact is not None, tuple(one[1:] for one in attributes if one))


def _held(cells: Sequence[str], column: str) -> dict[int, list[int]]:
    """The token ids of each number in a column of frames, speakers or introducing expressions."""
    known: dict[str, list[int]] = {"-": []}
    held: dict[int, list[int]] = defaultdict(list)
    for token, cell in enumerate(cells):
        if cell not in known:
            known[cell] = [number for part in cell.split("|") for number in _part_numbers(part, column, token)]
        for number in known[cell]:
            held[number].append(token)
    return dict(held)


def _part_numbers(part: str, column: str, token: int) -> list[int]:
    role, _, numbers = part.partition(".")
    if role != column or not _NUMBERS.fullmatch(numbers):
        raise _CellError(token, f"{column}: found {brief(part)}, expected - or {column}.number, several numbers joined by _")
    return [int(number) for number in numbers.split("_") if number]


def _parents(
    labels: Mapping[int, _Label], ids: Mapping[str, Mapping[int, list[int]]], columns: Mapping[str, Sequence[str]]
) -> Iterator[str | None]:
    """For each annotation the id of the innermost one that embeds it, which stands in the cell of its first token.

    An outer one of the type reported is none: its words hold its own clause as well, of which the inner one may be a part.
    """
    contents = {number: frozenset(tokens) for number, tokens in ids["stwr"].items()}
    parts = {role: {number: frozenset(tokens) for number, tokens in ids[role].items()} for role in ("frame", "speaker", "intexpr")}
    for number, content in contents.items():
        words = columns["tok"]
        own = parts["speaker"].get(number)
        around = [int(part.split(".")[2]) for part in columns["stwr"][min(content)].split("|")]
        embedding = [
            outer
            for outer in around
            if labels[outer].type != "reported"
            and content < contents[outer]
            and own
            and (theirs := parts["speaker"].get(outer))
            and not own & theirs
            and not (labels[outer].type == "direct" and all(words[token].lower() in _FIRST_PERSON for token in own))
            and all(held.get(number, frozenset()) <= contents[outer] for held in parts.values())
        ]
        yield f"a{min(embedding, key=lambda outer: len(contents[outer]))}" if embedding else None


_FIRST_PERSON = frozenset(("ich", "mir", "mich", "meiner"))
"""Speakers that are, within direct speech, the speaker of it."""


def _kept(
    columns: Mapping[str, Sequence[str]], labels: Iterable[_Label], frames: Mapping[int, list[int]], metadata: Record | None
) -> Record:
    """What `native` has to keep of a sample besides the cells that are written otherwise."""
    annotations = {}
    for label in labels:
        kept: Record = {"medium": label.medium}
        if label.attributes:
            kept["attributes"] = list(label.attributes)
        if label.number in frames:
            kept["frame"] = ranges_of(frames[label.number])
        if label.type != _TYPE_OF_FORM[TYPES[label.type]]:
            kept["type"] = label.type
        annotations[f"a{label.number}"] = kept
    native: Record = {} if metadata is None else {"metadata": metadata}
    return native | {"columns": {column: list(columns[column]) for column in _KEPT_COLUMNS}, "annotations": annotations}


def _differences(derived: Sequence[str], written: Sequence[str]) -> dict[str, list[str]]:
    if tuple(derived) == tuple(written):  # as nearly always, and much faster than cell by cell
        return {}
    return {str(token): [one, other] for token, (one, other) in enumerate(zip(derived, written, strict=True)) if one != other}


# --- One sample: model -> table -------------------------------------------------------------------------------------


def to_tsv(document: Document) -> str:
    """The sample of a document, as its file has it.

    Spans are widened to whole tokens, and only tokens are written, no white space. An attribution ``a7`` gets the number 7,
    one with any other id the next free one. A form that the corpus lacks takes the nearest type (mixed indirect, no_comment
    reported); negated and hypothetical ones are both marked as not factual. Of the annotations of a token the longest stands
    first, of equally long ones the one that the document has first. An attribution that was not read from the corpus has no
    frame and the medium ``speech writing``; a token that was not, ``-`` for its lemma and parts of speech. A frame
    that was read stays as it was, whatever became of the content.
    Raises DataError where text or tokens are missing, for an attribution without content, which the corpus cannot hold, for
    a token with a tab or line end in it, and for `native` that belongs to other tokens.
    """
    text = document.require_text()
    if text.strip() and not document.tokens:
        raise DataError(f"{document.id}: found no tokens, expected them, as the corpus has a line for each")
    native = _native(document)
    columns: dict[str, Sequence[str]] = dict(_derived(document, text, native))
    unknown = dict.fromkeys(_KEPT_COLUMNS, ["-"] * len(document.tokens)) | {"normtok": columns["tok"]}
    columns |= native.get("columns", unknown)
    for column, cells in native.get("cells", {}).items():
        written = list(columns[column])
        for token, (derived, original) in cells.items():
            if written[int(token)] == derived:
                written[int(token)] = original
        columns[column] = written
    rows = zip(*(columns[column] for column in COLUMNS), strict=True)
    return "".join("\t".join(row) + "\n" for row in (COLUMNS, *rows))


def _derived(document: Document, text: str, native: Mapping[str, Any]) -> dict[str, list[str]]:
    """The columns that follow from tokens, sentences and attributions."""
    words = [escape(text[start:end]) for start, end in document.tokens]
    if _BREAKS_LINE.search("".join(words)):
        token = next(token for token, word in enumerate(words) if _BREAKS_LINE.search(word))
        raise DataError(f"{document.id}: token {token} is {brief(words[token])}, expected a word without tab and line end")
    sentstart = ["no"] * len(words)
    for begin, _ in document.sentences:
        sentstart[begin] = "yes"
    return {"tok": words, "sentstart": sentstart, **_annotation_columns(document, native)}


def _annotation_columns(document: Document, native: Mapping[str, Any]) -> dict[str, list[str]]:
    labels = []
    held: dict[str, dict[int, list[str]]] = {role: defaultdict(list) for role in ("stwr", "frame", "speaker", "intexpr")}
    for attribution, number in zip(document.attributions, _numbers(document, native), strict=True):
        kept: Mapping[str, Any] = native.get("annotations", {}).get(attribution.id, {})
        if attribution.content is None:
            raise DataError(
                f"{document.id}: attribution {attribution.id!r} has no content, expected one, as nothing else can be marked"
            )
        ids = {role: label_ids(document, attribution, span) for role, span in ROLES.items()}
        ids["frame"] = tuple(token for begin, end in kept.get("frame", ()) for token in range(begin, end))
        labels.append((ids.pop("stwr"), str(_written_label(attribution, number, kept))))
        for role, tokens in ids.items():
            for token in tokens:
                held[role][token].append(str(number))
    for tokens, label in sorted(labels, key=lambda label: -len(label[0])):
        for token in tokens:
            held["stwr"][token].append(label)
    join: dict[str, Callable[[list[str]], str]] = {
        "stwr": "|".join,
        "frame": lambda numbers: "|".join(f"frame.{number}" for number in numbers),
        "speaker": lambda numbers: f"speaker.{'_'.join(numbers)}",
        "intexpr": lambda numbers: f"intexpr.{'_'.join(numbers)}",
    }
    columns = {}
    for role, cells in held.items():
        columns[role] = ["-"] * len(document.tokens)
        for token, parts in cells.items():
            columns[role][token] = join[role](parts)
    return columns


def _written_label(attribution: Attribution, number: int, kept: Mapping[str, Any]) -> _Label:
    original: str | None = kept.get("type")
    same = original is not None and TYPES[original] == attribution.form
    kind = original if original is not None and same else _TYPE_OF_FORM[attribution.form]
    nonfact = attribution.status is not Status.ACTUAL
    return _Label(kind, kept.get("medium", _UNSPECIFIED_MEDIUM), number, nonfact, tuple(kept.get("attributes", ())))


def _numbers(document: Document, native: Mapping[str, Any]) -> Iterator[int]:
    """The number of each attribution: that of its id, else one that neither another nor a cell kept from the file has."""
    cells: Mapping[str, Any] = native.get("cells", {})
    kept = [original for column in cells if column in ("frame", "speaker", "intexpr") for _, original in cells[column].values()]
    return numbers(document.attributions, first=1, taken=(int(number) for cell in kept for number in re.findall("[0-9]+", cell)))


def _native(document: Document) -> Mapping[str, Any]:
    """What reading left in `native`. Raises DataError for anything else, since `native` may come from a file as well."""
    native = document.native.get(COLLECTION, {})
    try:
        if not _fits(native, len(document.tokens)):
            raise ValueError
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{document.id}: native is not what reading Redewiedergabe leaves there, or belongs to other tokens: {brief(native)}"
        ) from error
    return native  # type: ignore[no-any-return]


def _fits(native: Any, n_tokens: int) -> bool:
    """Whether `native` could be read from a sample of this length; of what is no such thing, it may raise what comes first."""
    columns: Any = native.get("columns", dict.fromkeys(_KEPT_COLUMNS, [""] * n_tokens))
    metadata: Any = native.get("metadata", {"row": 0, **dict.fromkeys(METADATA_COLUMNS[1:], "")})
    cells: Any = native.get("cells", {})
    rows = [*columns.values(), [value for key, value in metadata.items() if key != "row"]]
    places = {str(token) for column in cells.values() for token in column}
    return (
        native.keys() <= {"metadata", "columns", "annotations", "cells"}
        and columns.keys() == set(_KEPT_COLUMNS)
        and all(type(column) is list and len(column) == n_tokens for column in columns.values())
        and metadata.keys() == {"row", *METADATA_COLUMNS[1:]}
        and type(metadata["row"]) is int
        and not any(_BREAKS_LINE.search("".join(row)) for row in rows)
        and all(_fits_annotation(kept, n_tokens) for kept in native.get("annotations", {}).values())
        and places <= {str(token) for token in range(n_tokens if places else 0)}
        and all(_fits_cell(column, *pair) for column, kept in cells.items() for pair in kept.values())
    )


def _fits_annotation(kept: Any, n_tokens: int) -> bool:
    parts = (kept.get("type", "direct"), kept["medium"], "1", *kept.get("attributes", ()))
    label = _label(".".join(parts), 0)
    frame = kept.get("frame", [])
    bounds = [bound for begin, end in frame for bound in (begin, end)]
    return (
        kept.keys() <= {"medium", "attributes", "frame", "type"}
        and (label.type, label.medium, "1", *label.attributes) == parts  # the status says what is not factual
        and all(type(bound) is int for bound in bounds)
        and all(one < other for one, other in pairwise([-1, *bounds, n_tokens + 1]))
    )


def _fits_cell(column: str, derived: str, written: str) -> bool:
    if column == "tok":
        return not _BREAKS_LINE.search(written) and unescape(written) == unescape(derived)
    read = {"sentstart": _sentences, "stwr": _labelled}.get(column, partial(_held, column=column))
    return bool(read([written])) and column in COLUMNS[5:10]


def _metadata_row(document: Document, file: str) -> tuple[str, ...] | None:
    """The document's line of ``metadata.tsv``, or None where nothing is known: the line that was read, with what was edited."""
    kept: Record | None = _native(document).get("metadata")
    told: dict[str, str] = {field: getattr(document.metadata, field) for field in _METADATA}
    if kept is None and not any(told.values()):
        return None
    row: Mapping[str, str] = kept or dict.fromkeys(METADATA_COLUMNS, "")
    read = _metadata_fields(row)
    edited = {column: told[field] for field, column in _METADATA.items() if told[field] != read[field]}
    if "year" in edited:
        edited |= {"year": edited["year"][:4], "decade": edited["year"][:3] + "0" if edited["year"] else ""}
    cells = (file, *(edited.get(column, row[column]) for column in METADATA_COLUMNS[1:]))
    if broken := next((cell for cell in cells if _BREAKS_LINE.search(cell)), None):
        raise DataError(f"{document.id}: the metadata have {brief(broken)}, expected a value without tab and line end")
    return cells
