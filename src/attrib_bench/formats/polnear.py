"""PolNeAR 1.0 (attributions in English political news, Newell et al. 2018) <-> the model.

A folder has texts, ``text/<name>.txt``, and for each text one brat stand-off file an annotator,
``attributions/<name>_<annotator>.ann``; a table of the articles, ``metadata.tsv``, lies beside or above it. An annotator's
view of a text is a document. An event becomes an Attribution, ``E7`` ``a7``, and stretches to be discarded become zones.
What the model lacks is kept in ``native["polnear"]``:

    lines       the lines of the .ann file, in order: ``["T1", type, [[start, end], …]]``, offsets as in the file;
                ``["E1", trigger, [[role, argument], …]]``; a note, ``["#1", rest of the line]``
    text        the name of the text
    annotator   who annotated it; empty where the file's name does not say
    metadata    the text's row of metadata.tsv, by column, if there is one

The corpus has no tokens; `tokenise` makes them. What becomes of what: ``docs/corpora.md``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from operator import itemgetter
from pathlib import Path
from reprlib import repr as brief
from typing import Any

from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Fragment,
    Metadata,
    Span,
    Zone,
    ZoneKind,
)
from attrib_bench.files import MOST_BYTES, read_text, sha256, write_atomic
from attrib_bench.formats.derived import Speakers, form_by_quotes
from attrib_bench.formats.format import Broken, Format, Unit, file_stem, rendered

COLLECTION = "polnear"

TRIGGERS = ("Attribution", "Attribution-no-source")
"""The types of the stretches that events are hung on: their cues, once more."""

TYPES = ("Source", "Cue", "Content", *TRIGGERS, "Discuss", "Discard")
"""The types of marked stretches."""

ROLES: Mapping[str, str] = {"Source": "source", "Cue": "cue", "Content": "content"}
"""The roles of an event's arguments, and the spans of an Attribution that they become; further ones are Content2 and so on."""

COLUMNS = (
    *("compartment", "filename", "level", "annotators", "publisher", "publication_date", "author", "title"),
    *("trump_count", "clinton_count", "credit", "wire"),
)
"""The columns of metadata.tsv."""

_COLUMN_OF = {"outlet": "publisher", "date": "publication_date", "title": "title"}


# --- Reading and writing folders ------------------------------------------------------------------------------------


def read(path: Path) -> Iterator[Document]:
    """The documents of an ``.ann`` file, of a folder with text/ and attributions/, or of a folder of such folders.

    One document is in memory at a time. A text that several annotated is as many documents of one story. Raises DataError,
    naming file and line, for anything that is not PolNeAR or could not be written back as it was.
    """
    return FORMAT.read(path)


def annotators(path: Path) -> dict[str, dict[str, Document]]:
    """For each annotator of a folder, sorted, the documents that all of them annotated, by the id of the text.

    Raises DataError where there are not two annotators with a text in common, and as `read` does.
    """
    found: dict[str, dict[str, Path]] = {}
    for file in _files(path):
        name, annotator = _names(file)
        found.setdefault(annotator, {})[name] = file
    common = set.intersection(*(set(files) for files in found.values()))
    if len(found) < 2 or not common:
        raise DataError(f"{path}: found {len(found)} annotators with {len(common)} texts in common, expected two and one or more")
    tables = _Tables()
    return {
        annotator: {document_id(name): replace(_read(files[name], tables), id=document_id(name)) for name in sorted(common)}
        for annotator, files in sorted(found.items())
    }


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    files = sorted(path.glob("attributions/*.ann")) or sorted(path.glob("*/attributions/*.ann"))
    if not files:
        raise DataError(f"{path}: found no file, expected texts in text/ and annotations in attributions/*.ann")
    return files


def _names(file: Path) -> tuple[str, str]:
    """Name of the text and the annotator: those that the file's own name is made of, unless it is a text's name itself."""
    name, _, annotator = file.stem.rpartition("_")
    if name and re.fullmatch("[0-9a-f]{4}", annotator) and not (_folder(file) / "text" / f"{file.stem}.txt").is_file():
        return name, annotator
    return file.stem, ""


def _folder(file: Path) -> Path:
    return file.parent.parent


def _units(path: Path) -> Iterator[Unit]:
    tables = _Tables()
    for file in _files(path):
        yield str(file), partial(_read, file, tables)


def _read(file: Path, tables: _Tables) -> Document:
    name, annotator = _names(file)
    text = read_text(_folder(file) / "text" / f"{name}.txt")
    row = tables.row(_folder(file), name)
    return from_standoff(text, read_text(file), name=name, annotator=annotator, row=row, place=str(file))


class _Tables:
    """The tables of metadata beside or above folders, each read once."""

    def __init__(self) -> None:
        self._rows: dict[Path, dict[str, dict[str, str]]] = {}

    def row(self, folder: Path, name: str) -> dict[str, str] | None:
        """The row of a text; none where no table has it."""
        path = next((p for p in (folder / "metadata.tsv", folder.parent / "metadata.tsv") if p.is_file()), None)
        if path is None:
            return None
        if path not in self._rows:
            self._rows[path] = _read_table(path)
        return self._rows[path].get(name)


def _read_table(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a metadata.tsv by file name. It has no quotation marks that mean anything, so that it is no CSV."""
    header, *lines = read_text(path).removesuffix("\n").split("\n")
    if header.split("\t") != list(COLUMNS):
        raise DataError(f"{path}:1: found {brief(header)}, expected the columns {', '.join(COLUMNS)}")
    rows: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines, 2):
        values = line.split("\t")
        if len(values) != len(COLUMNS):
            raise DataError(f"{path}:{number}: found {len(values)} values, expected {len(COLUMNS)}")
        row = dict(zip(COLUMNS, values, strict=True))
        if rows.setdefault(row["filename"], row) is not row:
            raise DataError(f"{path}:{number}: the text {brief(row['filename'])} is listed twice")
    return rows


def _recognises(path: Path) -> bool:
    if path.is_file():
        return path.suffix == ".ann" and path.parent.name == "attributions" and (_folder(path) / "text").is_dir()
    return any(any(path.glob(f"{below}attributions/*.ann")) and any(path.glob(f"{below}text/*.txt")) for below in ("", "*/"))


def write(documents: Iterable[Document], path: Path, broken: Broken | None = None) -> None:
    """Write documents into a folder: text/, attributions/ and, of those that have any, their metadata in metadata.tsv.

    What was read and not changed comes out with its own names and bytes. Raises DataError as `to_standoff` does, and for two
    documents with one file name or two texts with one name; with `broken` such a document is told and left out.
    """
    written = _Written()
    for document, (name, stem, content) in rendered(documents, written.add, broken):
        write_atomic(path / "text" / f"{name}.txt", document.require_text())
        write_atomic(path / "attributions" / f"{stem}.ann", content)
    if written.rows:
        lines = ["\t".join(row[column] for column in COLUMNS) for row in ({c: c for c in COLUMNS}, *written.rows.values())]
        write_atomic(path / "metadata.tsv", "\n".join(lines) + "\n")


@dataclass
class _Written:
    """What has been written so far, by names in lower case, since not every file system tells them apart."""

    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, document: Document) -> tuple[str, str, str]:
        """Name of the text, name of the annotation file and its content. Raises DataError where a name is taken."""
        native = _native(document)
        content = _standoff(document, native)
        # Names of one part, wherever the document came from: they cannot lead out of the folder, nor hide in it.
        name = native.get("text", "")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}", name):
            name = file_stem(document)
        annotator = native.get("annotator", "")
        stem = f"{name}_{annotator}" if re.fullmatch("[0-9a-f]{4}", annotator) else name
        if self.texts.get(name.lower(), document.sha256) != document.sha256:
            raise DataError(f"{document.id}: its text would be written to {name}.txt, where another text already is")
        if other := self.files.get(stem.lower()):
            raise DataError(f"{document.id}: would be written to {stem}.ann, where {other} already is")
        if row := _row(document, native, name):
            self.rows.setdefault(name, row)
        self.texts[name.lower()], self.files[stem.lower()] = document.sha256, document.id
        return name, stem, content


def _row(document: Document, native: Mapping[str, Any], name: str) -> dict[str, str] | None:
    """The document's row of metadata.tsv, or none where there is nothing to say."""
    known = {column: getattr(document.metadata, key) for key, column in _COLUMN_OF.items()}
    kept = native.get("metadata")
    if kept is None and not any(known.values()):
        return None
    row = {**dict.fromkeys(COLUMNS, "None"), **(kept or {}), **known, "filename": name}
    if wrong := next((value for value in row.values() if re.search(r"[\t\n]", value)), None):
        raise DataError(f"{document.id}: found {brief(wrong)} in the metadata, expected no tab and no line feed")
    return row


def document_id(name: str) -> str:
    """The id of the document in the file of this name: the name itself, or ``polnear-`` and 12 digits of its SHA-256.

    The corpus's own names are ids, and too long to have the corpus's name before them.
    """
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
        return name
    return f"{COLLECTION}-{sha256(name.encode(errors='surrogateescape'))[:12]}"


# --- Tokens ---------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)+|(?:\w[\u0300-\u036f]*)+|[^\w\s]")
_CLOSING = frozenset("”\"’')]}")
_ABBREVIATIONS = frozenset(
    """
    Mr Mrs Ms Dr Prof Rev Hon St Jr Sr Sen Sens Rep Reps Gov Govs Gen Lt Col Sgt Capt Cmdr Adm Messrs vs No
    Jan Feb Mar Apr Aug Sept Oct Nov Dec
    """.split()
)


def tokenise(text: str) -> tuple[tuple[Fragment, ...], tuple[Fragment, ...]]:
    """Tokens and sentences of an English text, as `Document.tokens` and `Document.sentences` have them.

    A token is a number with its points, commas and colons (*1,200.5*), a run of letters and digits with their combining
    marks, or any other single sign, so that every sign but white space is in one: *Trump's* are three, *U.S.* four. A
    sentence ends at a line feed, and after a full stop, question mark, exclamation mark or ellipsis and the closing marks
    that follow it at once, where white space comes next and then no small letter; but not after the full stop of a single
    capital (*J.*) or of a title or month (*Sen.*, *Sept.*).
    """
    tokens = tuple(match.span() for match in _TOKEN.finditer(text))
    ends = [i + 1 for i, (_, end) in enumerate(tokens) if text[end : end + 1].isspace() and _ends_sentence(text, tokens, i)]
    if tokens and len(tokens) not in ends[-1:]:
        ends.append(len(tokens))
    return tokens, tuple(zip([0, *ends], ends, strict=False))


def _ends_sentence(text: str, tokens: Sequence[Fragment], i: int) -> bool:
    """Whether a sentence ends with token `i`, which is followed by white space."""
    end = tokens[i][1]
    following = tokens[i + 1][0] if i + 1 < len(tokens) else len(text)
    if "\n" in text[end:following]:
        return True
    if text[end - 1].isalnum() or text[following : following + 1].islower():
        return False
    while i and text[tokens[i][0]] in _CLOSING and tokens[i - 1][1] == tokens[i][0]:
        i -= 1
    if text[tokens[i][0]] not in ".?!…":
        return False
    start, stop = tokens[i - 1] if i and tokens[i - 1][1] == tokens[i][0] else (0, 0)
    word = text[start:stop]
    return not (text[tokens[i][0]] == "." and (word in _ABBREVIATIONS or (len(word) == 1 and word.isupper())))


# --- One document: stand-off -> model -------------------------------------------------------------------------------

Line = list[Any]
"""A line of a .ann file, as `native` keeps it."""

_MOST_FRAGMENTS = 1000
"""Of a stretch; the corpus has up to 20. As events may share a stretch, more could take forever."""

_ID = "[1-9][0-9]{0,8}"
_OFFSET = "(?:0|[1-9][0-9]{0,8})"
_STRETCH = re.compile(rf"(T{_ID})\t([A-Za-z-]+) ({_OFFSET} {_OFFSET}(?:;{_OFFSET} {_OFFSET})*)\t")
_EVENT = re.compile(rf"(E{_ID})\t([A-Za-z-]+):(T{_ID})( |(?: [A-Za-z]+[0-9]*:T{_ID})+)\n")
_NOTE = re.compile(rf"(#{_ID})\t([A-Za-z]+ ([TE]{_ID})\t[^\n]*)\n")


def from_standoff(
    text: str, annotations: str, *, name: str, annotator: str = "", row: Mapping[str, str] | None = None, place: str
) -> Document:
    """The document of a text and the content of a .ann file; `to_standoff` gives that content back.

    An event with a content becomes an attribution: direct where all its letters stand in double quotation marks, mixed where
    some do, else indirect. An event without content, and a stretch that no event uses, are kept. Each distinct string of a
    Source becomes a source of which nothing else is known. White space at the edges of fragments is left out. Raises
    DataError that names `place` and the line.
    """
    lines = _parse(text, annotations, place)
    stretches = _stretches(lines, text)
    quoted = {i for match in re.finditer('“[^“”\n]*”?|"[^"\n]*"?', text) for i in range(*match.span())}
    form_of = cache(partial(form_by_quotes, text=text, quoted=quoted))  # of each span once, however many events share it
    speakers = Speakers(text)
    attributions = []
    for line in lines:
        spans = _event_spans(line, stretches) if line[0][0] == "E" else {}
        if content := spans.get("content"):
            source = spans.get("source")
            attributions.append(
                Attribution(
                    id=f"a{line[0][1:]}",
                    form=form_of(content),
                    source=source,
                    cue=spans.get("cue"),
                    content=content,
                    source_refs=speakers.refs(source),
                )
            )
    doc_id = document_id(f"{name}_{annotator}" if annotator else name)
    known = {key: row[column] for key, column in _COLUMN_OF.items()} if row is not None else {}
    native = {"lines": lines, "text": name if name.isprintable() else "", "annotator": annotator}
    tokens, sentences = tokenise(text)
    return Document(
        id=doc_id,
        collection=COLLECTION,
        text=text,
        sha256=sha256(text),
        n_chars=len(text),
        metadata=Metadata(story_id=document_id(name), **known),
        zones=tuple(Zone(kind=ZoneKind.BOILERPLATE, start=s, end=e) for s, e in _discarded(lines, stretches)),
        sources=speakers.sources,
        attributions=tuple(attributions),
        tokens=tokens,
        sentences=sentences,
        native={COLLECTION: native if row is None else native | {"metadata": dict(row)}},
    )


def _parse(text: str, annotations: str, place: str) -> list[Line]:
    """The lines of a .ann file. The words of a stretch may hold line feeds, so where it ends is known by its offsets alone."""
    lines: list[Line] = []
    types: dict[str, str] = {}
    seen: set[str] = set()
    at = 0
    while at < len(annotations):
        try:
            end, line = _parse_line(text, annotations, at)
            if line[0] in seen:
                raise DataError(f"the id {line[0]} is given twice")
        except DataError as error:
            number = annotations.count("\n", 0, at) + 1
            raise DataError(f"{place}:{number}: {error}") from error
        seen.add(line[0])
        if line[0][0] == "T":
            types[line[0]] = line[1]
        lines.append(line)
        at = end
    for line in lines:
        used = [line[1][1], *(argument for _, argument in line[2])] if line[0][0] == "E" else []
        if missing := [name for name in used if name not in types]:
            raise DataError(f"{place}: {line[0]} names {missing[0]}, which does not exist")
        if used and (line[1][0] != types[line[1][1]] or line[1][0] not in TRIGGERS):
            raise DataError(
                f"{place}: {line[0]} has the trigger {':'.join(line[1])}, expected {' or '.join(TRIGGERS)}, as it is marked"
            )
        if discarded := [name for name in used if types[name] == "Discard"]:
            raise DataError(f"{place}: {line[0]} names {discarded[0]}, which is to be discarded")
    return lines


def _parse_line(text: str, annotations: str, at: int) -> tuple[int, Line]:
    """Where the line that starts at `at` ends, and the line."""
    if found := _STRETCH.match(annotations, at):
        identifier, type_, offsets = found.groups()
        if type_ not in TYPES:
            raise DataError(f"found the type {brief(type_)}, expected one of {', '.join(TYPES)}")
        fragments = [[int(offset) for offset in pair.split(" ")] for pair in offsets.split(";")]
        if len(fragments) > _MOST_FRAGMENTS:
            raise DataError(f"found {len(fragments)} fragments, expected at most {_MOST_FRAGMENTS}")
        if wrong := [(s, e) for s, e in fragments if not s < e <= len(text)]:
            raise DataError(f"found the offsets {wrong[0]}, expected a stretch of the text's {len(text)} code points")
        # The length first: many long fragments could stand for more words than there is memory for.
        end = found.end() + sum(e - s for s, e in fragments) + len(fragments) - 1
        if end >= len(annotations) or annotations[found.end() : end + 1] != _words(text, fragments) + "\n":
            words = brief(annotations[found.end() : end])
            raise DataError(f"found {words}, expected the words at {brief(offsets)}, and a line feed")
        return end + 1, [identifier, type_, fragments]
    if found := _EVENT.match(annotations, at):
        identifier, type_, trigger, rest = found.groups()
        arguments = [argument.split(":") for argument in rest.split()]
        if wrong_roles := [role for role, _ in arguments if role.rstrip("0123456789") not in ROLES]:
            raise DataError(f"found the role {brief(wrong_roles[0])}, expected {', '.join(ROLES)}")
        return found.end(), [identifier, [type_, trigger], arguments]
    if found := _NOTE.match(annotations, at):
        return found.end(), [found[1], found[2]]
    line = brief(annotations[at : at + 80].split("\n")[0])
    raise DataError(f"found {line}, expected a stretch (T1), an event (E1) or a note (#1) of PolNeAR, and a line feed")


def _words(text: str, fragments: Iterable[Sequence[int]]) -> str:
    return " ".join(text[start:end] for start, end in fragments)


def _stretches(lines: Iterable[Line], text: str) -> dict[str, tuple[Fragment, ...]]:
    """For each stretch its fragments without white space at their edges, in the order of the file."""
    found = {}
    for line in lines:
        if line[0][0] == "T":
            trimmed = [(e - len(text[s:e].lstrip()), s + len(text[s:e].rstrip())) for s, e in line[2]]
            found[line[0]] = tuple((s, e) for s, e in trimmed if s < e)
    return found


def _event_spans(event: Line, stretches: Mapping[str, tuple[Fragment, ...]]) -> dict[str, Span]:
    """The span of each label that an event has words for: those of all its arguments of a role together."""
    fragments: dict[str, list[Fragment]] = {}
    for role, argument in event[2]:
        fragments.setdefault(_label(role), []).extend(stretches[argument])
    return {label: Span.of(*found) for label, found in fragments.items() if found}


def _label(role: str) -> str:
    return ROLES[role.rstrip("0123456789")]


def _discarded(lines: Iterable[Line], stretches: Mapping[str, tuple[Fragment, ...]]) -> tuple[Fragment, ...]:
    fragments = [fragment for line in lines if line[1] == "Discard" for fragment in stretches[line[0]]]
    return Span.of(*fragments).fragments if fragments else ()


# --- One document: model -> stand-off -------------------------------------------------------------------------------


def to_standoff(document: Document) -> str:
    """The content of a .ann file for a document.

    Lines whose attribution or zone is as it was stay as they were; a span that was changed becomes a new stretch, since
    others may use the old one, and stretches and notes go with the last event that used them. Addressees, hedges, links
    between attributions, and zones other than boilerplate have no place in PolNeAR. Raises DataError where the text is
    missing, for an attribution without any words, and where `native` belongs to another text.
    """
    return _standoff(document, _native(document))


def _standoff(document: Document, native: Mapping[str, Any]) -> str:
    text = document.require_text()
    lines: list[Line] = native.get("lines", [])
    edit = _Edit(lines, _stretches(lines, text), document.attributions)
    as_read = {f"a{line[0][1:]}": line for line in lines if line[0][0] == "E" and edit.spans(line).get("content")}
    for name, line in as_read.items():
        if name in document.attribution_by_id:
            edit.change(line, _spans(document, document.attribution_by_id[name]))
        else:
            edit.drop(line)
    for attribution in document.attributions:
        if attribution.id not in as_read:
            edit.append(attribution.id, _spans(document, attribution))
    edit.discard([(z.start, z.end) for z in document.zones if z.kind is ZoneKind.BOILERPLATE])
    return "".join(_line(line, text) for line in edit.result())


def _spans(document: Document, attribution: Attribution) -> dict[str, Span]:
    """The spans of an attribution that have a role in PolNeAR."""
    spans = {label: span for label, span in attribution.spans() if label in ROLES.values()}
    if not spans:
        raise DataError(f"{document.id}: attribution {attribution.id!r} has no source, cue or content, expected one of them")
    return spans


def _line(line: Line, text: str) -> str:
    if line[0][0] == "T":
        offsets = ";".join(f"{start} {end}" for start, end in line[2])
        return f"{line[0]}\t{line[1]} {offsets}\t{_words(text, line[2])}\n"
    if line[0][0] == "E":
        arguments = " ".join(f"{role}:{argument}" for role, argument in line[2])
        return f"{line[0]}\t{':'.join(line[1])} {arguments}\n"
    return f"{line[0]}\t{line[1]}\n"


class _Edit:
    """The lines of a .ann file while they are brought up to date; stretches are shared, so none is ever changed."""

    def __init__(
        self, lines: Sequence[Line], stretches: Mapping[str, tuple[Fragment, ...]], attributions: Iterable[Attribution]
    ) -> None:
        self._lines = lines
        self._stretches = stretches
        self._changed: dict[str, list[Line]] = {}
        self._new: list[Line] = []
        self._events = {line[0] for line in lines if line[0][0] == "E"}
        numbered = (f"E{a.id[1:]}" for a in attributions if re.fullmatch(f"a{_ID}", a.id))
        self._last_event = _last({*self._events, *numbered})
        self._last_stretch = _last(line[0] for line in lines if line[0][0] == "T")

    def spans(self, event: Line) -> dict[str, Span]:
        return _event_spans(event, self._stretches)

    def drop(self, line: Line) -> None:
        self._changed[line[0]] = []

    def change(self, event: Line, after: Mapping[str, Span]) -> None:
        """Give an event these spans, where they are not the ones that it has."""
        before = self.spans(event)
        if before == after:
            return
        added: list[Line] = []
        arguments = [pair for pair in event[2] if before.get(_label(pair[0])) == after.get(_label(pair[0]))]
        for role, label in ROLES.items():
            if label in after and before.get(label) != after[label]:
                added.append(self._stretch(role, after[label]))
                arguments.append([role, added[-1][0]])
        trigger = event[1]
        if before.get("cue") != after.get("cue") or ("source" in before) != ("source" in after):
            added.append(self._trigger(after))
            trigger = [added[-1][1], added[-1][0]]
        self._changed[event[0]] = [*added, [event[0], trigger, arguments]]

    def append(self, identifier: str, spans: Mapping[str, Span]) -> None:
        """An event for an attribution that has none; ``a7`` becomes event 7, unless there is one."""
        stretches = {role: self._stretch(role, spans[label]) for role, label in ROLES.items() if label in spans}
        trigger = self._trigger(spans)
        event = f"E{identifier[1:]}"
        if not re.fullmatch(f"a{_ID}", identifier) or event in self._events:
            self._last_event += 1
            event = f"E{self._last_event}"
        self._events.add(event)
        arguments = [[role, line[0]] for role, line in stretches.items()]
        self._new += [*stretches.values(), trigger, [event, [trigger[1], trigger[0]], arguments]]

    def discard(self, zones: Sequence[Fragment]) -> None:
        """Keep the stretches to be discarded that lie in these zones, and add one for each zone that they do not make up."""
        sorted_zones = sorted(zones)
        kept: list[Fragment] = []
        for line in self._lines:
            if line[1] == "Discard":
                fragments = self._stretches[line[0]]
                last_before = (bisect_right(sorted_zones, start, key=itemgetter(0)) - 1 for start, _ in fragments)
                if all(z >= 0 and end <= sorted_zones[z][1] for z, (_, end) in zip(last_before, fragments, strict=True)):
                    kept += fragments
                else:
                    self.drop(line)
        covered = set(Span.of(*kept).fragments) if kept else set()
        self._new += [self._stretch("Discard", Span((zone,))) for zone in zones if zone not in covered]

    def result(self) -> Iterator[Line]:
        """The lines, without the stretches and notes that nothing is left of."""
        lines = [new for line in self._lines for new in self._changed.get(line[0], [line])] + self._new
        unused = self._used(self._lines) - self._used(lines)
        kept = [line for line in lines if line[0] not in unused]
        gone = {line[0] for line in self._lines} - {line[0] for line in kept}
        return (line for line in kept if line[0][0] != "#" or line[1].split()[1] not in gone)

    @staticmethod
    def _used(lines: Iterable[Line]) -> set[str]:
        events = [line for line in lines if line[0][0] == "E"]
        return {event[1][1] for event in events} | {argument for event in events for _, argument in event[2]}

    def _stretch(self, type_: str, span: Span) -> Line:
        self._last_stretch += 1
        return [f"T{self._last_stretch}", type_, [list(fragment) for fragment in span.fragments]]

    def _trigger(self, spans: Mapping[str, Span]) -> Line:
        """What an event is hung on: its cue, or its content or source where it has none."""
        where = next(spans[label] for label in ("cue", "content", "source") if label in spans)
        return self._stretch("Attribution" if "source" in spans else "Attribution-no-source", where)


def _last(names: Iterable[str]) -> int:
    return max((int(name[1:]) for name in names), default=0)


def _native(document: Document) -> Mapping[str, Any]:
    """What reading left in `native`. Raises DataError for anything else, since `native` may come from a file as well."""
    native = document.native.get(COLLECTION, {})
    try:
        if not _fits(native, document.require_text()):
            raise ValueError
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        what = f"native is not what reading PolNeAR leaves there, or belongs to another text: {brief(native)}"
        raise DataError(f"{document.id}: {what}") from error
    return native  # type: ignore[no-any-return]


def _fits(native: Any, text: str) -> bool:
    """Whether `native` could be read from a file; of what is no such thing at all, it may raise whatever comes first."""
    row = native.get("metadata", dict.fromkeys(COLUMNS, ""))
    strings = [native.get("text", ""), native.get("annotator", ""), *row, *row.values()]
    if not all(isinstance(value, str) for value in strings) or row.keys() != set(COLUMNS):
        return False
    lines: list[Line] = native.get("lines", [])
    # As in `_parse_line`: what the stretches stand for has to fit into memory.
    if sum(len(range(len(text))[start:end]) for line in lines if line[0][0] == "T" for start, end in line[2]) > MOST_BYTES:
        return False
    return _parse(text, "".join(_line(line, text) for line in lines), "native") == lines


FORMAT = Format(
    name=COLLECTION,
    title="PolNeAR 1.0 (folders text/ with .txt and attributions/ with .ann)",
    recognises=_recognises,
    units=_units,
    write=write,
    absent=("hedges", "rejected_triggers", "provenance"),
    annotators=annotators,
)
