"""CoNLL, a token a line with its labels in columns <-> the model.

Documents stand one after the other in a ``.conll`` file. A document is comments, then its sentences with a blank line between::

    # newdoc id = s017-b
    # document = {"collection": "core", "metadata": {…}, "native": {…}}
    # text = "Die Werft teilte mit, …"
    # Entity e1 name=Werft kind=institution sector=business identification=named
    # Attribution a1 form=indirect status=actual names=e1
    # columns = ID FORM START END ZONE HEDGE TRIGGER JUSTIFICATION ATTRIBUTION:a1 MISC
    0	Die	0	3	O	O	O	O	B-source	_
    1	Werft	4	9	O	O	O	O	I-source	_

Fields are separated by tabs. ID is the number of the token in the document, START and END are code points into the text. The
other columns hold labels in BIO (IOB2): zones by kind, hedges by type, rejected triggers by reason, justifications by type, and
for each attribution a column of its own, as CoNLL-2012 has for each predicate. A label ``C-content`` is a further fragment of the
span before (PropBank's C-ARG). Spans that would cover one another go to a second column, ``HEDGE.2``. MISC has what a label
cannot hold, at the first token of a span: ``HEDGE=h1`` is its id, ``JUSTIFICATION=e1`` the source that it is about.

A token in which a span begins or ends is written in pieces, lines with one ID. The order of zones, hedges, rejected triggers
and justifications is not kept; it becomes that of the text. Everything else comes back as it was. Comments between the tokens
are left alone.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from reprlib import repr as brief
from typing import Any, NamedTuple

from attrib_bench.document import ATTRIBUTION_LABELS, Attribution, DataError, Document, Fragment, Span
from attrib_bench.files import decode, head, parse_json, read_bytes, replacing
from attrib_bench.formats.format import Broken, Format, Unit, rendered
from attrib_bench.formats.header import document_of, header_of, unicode_text
from attrib_bench.formats.lines import line_of, mark_of
from attrib_bench.formats.marks import Mark, from_marks, marks

COLLECTION = "conll"

_TOKEN_COLUMNS = ("ID", "FORM", "START", "END")
_LAYERS = {"ZONE": "Zone", "HEDGE": "Hedge", "TRIGGER": "RejectedTrigger", "JUSTIFICATION": "Justification"}
"""Columns, and the marks whose spans stand in them; their label is the one feature that has fixed values."""
_LABEL_OF = {"Zone": "kind", "Hedge": "type", "RejectedTrigger": "reason", "Justification": "type"}
_ATTRIBUTION = "ATTRIBUTION:"
_MISC = "MISC"
_FURTHER = "C-"

_NEW = b"# newdoc id = "


# --- Files ----------------------------------------------------------------------------------------------------------


def _units(path: Path) -> Iterator[Unit]:
    files = sorted(path.glob("*.conll")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path}: found no file, expected documents in .conll")
    for file in files:
        try:
            content = read_bytes(file)
            starts = [match.start() for match in re.finditer(b"^" + _NEW, content, re.MULTILINE)]
            if not starts or content[: starts[0]].strip():
                raise DataError(f"{file}:1: found {brief(content[:40])}, expected {_NEW.decode()}…, with which a document begins")
        except DataError as error:
            yield str(file), partial(_raise, error)
            continue
        line = 1
        for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
            yield f"{file}:{line}", partial(_read, content[start:end], file, line)
            line += content.count(b"\n", start, end)


def _raise(error: DataError) -> Document:
    raise error


def _read(block: bytes, file: Path, first_line: int) -> Document:
    lines = decode(block, f"{file}:{first_line}").split("\n")
    return document_of_lines(lines, file=file, first_line=first_line)


def _recognises(path: Path) -> bool:
    files = [path] if path.is_file() else sorted(path.glob("*.conll"))[:1]
    return any(file.suffix == ".conll" and head(file).startswith(_NEW) for file in files)


def _write(documents: Iterable[Document], path: Path, broken: Broken | None = None) -> None:
    with replacing(path if path.suffix == ".conll" else path / "documents.conll") as file:
        for _, lines in rendered(documents, lines_of, broken):
            file.write(lines.encode())


# --- Model -> lines -------------------------------------------------------------------------------------------------


class _Item(NamedTuple):
    """A span as it stands in a column."""

    label: str
    runs: tuple[tuple[int, int], ...]
    """Its fragments as half-open ranges of pieces."""
    misc: str | None


def lines_of(document: Document) -> str:
    """The lines of a document, with a blank one at the end.

    Raises DataError where it has no text, its tokens stand in no sentences, or a span begins or ends outside of them.
    """
    text = document.require_text()
    if [i for first, last in document.sentences for i in range(first, last)] != list(range(len(document.tokens))):
        raise DataError(f"{document.id}: has tokens that stand in no sentence; CoNLL has a line for each token of a sentence")
    found = list(marks(document))
    pieces = _pieces(document, [mark.span for mark in found if mark.span])
    columns = _columns(document, found, pieces)
    header = header_of(document)
    about = {key: header[key] for key in ("collection", "metadata", "native")}
    comments = [
        f"newdoc id = {document.id}",
        f"document = {json.dumps(about, ensure_ascii=False)}",
        f"text = {json.dumps(text, ensure_ascii=False)}",
        *(line_of(mark) for mark in found if mark.type == "Entity"),
        *(line_of(_whole(attribution)) for attribution in document.attributions),
        *(line_of(mark) for mark in found if mark.type == "Provenance"),
        f"columns = {' '.join((*_TOKEN_COLUMNS, *columns))}",
    ]
    lines = [f"# {comment}" for comment in comments]
    sentence_ends = {last - 1 for _, last in document.sentences}
    for row, (number, start, end) in enumerate(pieces):
        cells = (str(number), text[start:end], str(start), str(end), *(cells[row] for cells in columns.values()))
        if any(sign in text[start:end] for sign in "\t\n\r"):
            raise DataError(f"{document.id}: the token {text[start:end]!r} holds a tab or a line break, which CoNLL cannot")
        lines.append("\t".join(cells))
        if number in sentence_ends and (row + 1 == len(pieces) or pieces[row + 1][0] != number):
            lines.append("")
    if lines[-1]:
        lines.append("")
    return unicode_text("\n".join(lines) + "\n", document.id)


def _whole(attribution: Attribution) -> Mark:
    """An attribution without its spans: what its comment says."""
    links = [(name, key) for name in ("parent", "continues") if (key := getattr(attribution, name))]
    links += [("names", key) for key in attribution.source_refs]
    features = {"form": str(attribution.form), "status": str(attribution.status)}
    return Mark(key=attribution.id, type="Attribution", features=features, links=tuple(links))


def _pieces(document: Document, spans: Iterable[Span]) -> list[tuple[int, int, int]]:
    """Number, start and end of each token, of one in which a span begins or ends for each of its pieces."""
    edges = sorted({edge for span in spans for fragment in span.fragments for edge in fragment})
    pieces = []
    for number, (start, end) in enumerate(document.tokens):
        inside = edges[bisect_right(edges, start) : bisect_left(edges, end)]
        pieces += [(number, one, other) for one, other in zip((start, *inside), (*inside, end), strict=True)]
    return pieces


def _columns(document: Document, found: Sequence[Mark], pieces: Sequence[tuple[int, int, int]]) -> dict[str, list[str]]:
    """The cells of each column after the token's own, by name; a column that has to be there stands even where it is empty."""
    starts = {start: row for row, (_, start, _) in enumerate(pieces)}
    ends = {end: row + 1 for row, (_, _, end) in enumerate(pieces)}

    def runs(span: Span) -> tuple[tuple[int, int], ...]:
        for start, end in span.fragments:
            if start not in starts or end not in ends:
                raise DataError(
                    f"{document.id}: the span {start} to {end} begins or ends outside of the tokens, CoNLL has no line there"
                )
        return tuple((starts[start], ends[end]) for start, end in span.fragments)

    column_of = {type_: column for column, type_ in _LAYERS.items()}
    items: dict[str, list[_Item]] = {column: [] for column in _LAYERS}
    for mark in found:
        if mark.span and mark.type in column_of:
            of = next((key for name, key in mark.links if name == "of"), None)
            item = _Item(mark.features[_LABEL_OF[mark.type]], runs(mark.span), mark.features.get("id", of))
            items[column_of[mark.type]].append(item)
    for attribution in document.attributions:
        items[f"{_ATTRIBUTION}{attribution.id}"] = [_Item(label, runs(span), None) for label, span in attribution.spans()]
    columns: dict[str, list[str]] = {}
    misc: list[list[str]] = [[] for _ in pieces]
    for name, own in items.items():
        for level, here in enumerate(_levels(own) or [[]], 1):
            column = name if level == 1 else f"{name}.{level}"
            columns[column] = _cells(here, len(pieces))
            for item in here:
                if item.misc is not None:
                    misc[item.runs[0][0]].append(f"{column}={item.misc}")
    columns[_MISC] = ["|".join(entries) or "_" for entries in misc]
    return columns


def _levels(items: Iterable[_Item]) -> list[list[_Item]]:
    """The items of a column, spread over as few as it takes that no two share a line and none of a label enclose one another."""
    levels: list[list[_Item]] = []
    for item in sorted(items, key=lambda item: item.runs):
        level = next((level for level in levels if not any(_clash(item, other) for other in level)), None)
        if level is None:
            levels.append(level := [])
        level.append(item)
    return levels


def _clash(one: _Item, other: _Item) -> bool:
    if one.label == other.label:
        return one.runs[0][0] < other.runs[-1][1] and other.runs[0][0] < one.runs[-1][1]
    return any(start < last and first < end for start, end in one.runs for first, last in other.runs)


def _cells(items: Iterable[_Item], n_rows: int) -> list[str]:
    cells = ["O"] * n_rows
    for item in items:
        for index, (first, last) in enumerate(item.runs):
            label = f"{_FURTHER}{item.label}" if index else item.label
            cells[first:last] = [f"B-{label}", *[f"I-{label}"] * (last - first - 1)]
    return cells


# --- Lines -> model -------------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    """A line of a token, or of a piece of one."""

    line: int
    number: int
    start: int
    end: int
    cells: Mapping[str, str]


@dataclass
class _Found:
    """A span while it is read."""

    label: str
    line: int
    fragments: list[Fragment] = field(default_factory=list)
    misc: str | None = None

    @property
    def span(self) -> Span:
        return Span.of(*self.fragments)


def document_of_lines(lines: Sequence[str], *, file: object, first_line: int = 1) -> Document:
    """The document of lines, of which the first is ``# newdoc id = …``.

    An attribution with a column and without a comment takes the defaults of `from_marks`; MISC may say less than we write. Raises
    DataError that names file and line.
    """
    comments: dict[str, tuple[int, str]] = {}
    wordless: list[tuple[int, Mark]] = []
    body: list[tuple[int, str]] = []
    in_tokens = False
    for number, line in enumerate(lines, first_line):
        content = line.removesuffix("\r")
        if not content.startswith("#"):
            body.append((number, content))
            in_tokens = in_tokens or bool(content.strip())
        elif in_tokens:
            continue
        elif match := re.fullmatch(r"#\s*(newdoc id|document|text|columns)\s*=\s*(.*)", content, re.DOTALL):
            if match[1] in comments:
                raise DataError(f"{file}:{number}: has a second {match[1]}, expected one")
            comments[match[1]] = (number, match[2])
        elif content[1:].strip():
            wordless.append((number, mark_of(content[1:], place=f"{file}:{number}")))
    for name in ("text", "columns"):
        if name not in comments:
            raise DataError(f"{file}:{first_line}: expected the comment # {name} = before the first token")
    text = _json_comment(comments["text"], str, file)
    about = _json_comment(comments.get("document", (first_line, "{}")), dict, file)
    columns = _named_columns(*comments["columns"], file)
    rows, sentences = _rows(body, columns, text, file)
    header = {
        "collection": COLLECTION,
        **about,
        "doc_id": comments["newdoc id"][1].strip() if "newdoc id" in comments else "",
        "tokens": _tokens(rows, file),
        "sentences": sentences,
    }
    document = document_of(header, text, place=f"{file}:{first_line}")
    found = list(_marks(rows, columns, wordless, file))
    try:
        return from_marks(document, found)
    except DataError as error:
        raise DataError(f"{file}:{first_line}: {error}") from error


def _json_comment(comment: tuple[int, str], type_: type, file: object) -> Any:
    line, written = comment
    value = parse_json(written, f"{file}:{line}")
    if not isinstance(value, type_):
        raise DataError(f"{file}:{line}: found {brief(value)}, expected JSON, {'a string' if type_ is str else 'an object'}")
    return value


def _named_columns(line: int, written: str, file: object) -> tuple[str, ...]:
    columns = tuple(written.split())
    known = re.compile(rf"(?:{'|'.join(_LAYERS)}|{_ATTRIBUTION}[A-Za-z][\w-]*)(?:\.[2-9]\d*|\.1\d+)?|{_MISC}", re.ASCII)
    if columns[: len(_TOKEN_COLUMNS)] != _TOKEN_COLUMNS or len(set(columns)) < len(columns):
        raise DataError(f"{file}:{line}: expected the columns {' '.join(_TOKEN_COLUMNS)}, then labels, none of them twice")
    if wrong := [column for column in columns[len(_TOKEN_COLUMNS) :] if not known.fullmatch(column)]:
        expected = f"{', '.join(_LAYERS)}, {_ATTRIBUTION}a1 or {_MISC}"
        raise DataError(f"{file}:{line}: found the column {brief(wrong[0])}, expected one of {expected}")
    return columns


def _rows(body: Iterable[tuple[int, str]], columns: Sequence[str], text: str, file: object) -> tuple[list[_Row], list[list[int]]]:
    """The lines of tokens, and the sentences as ranges of token numbers."""
    rows: list[_Row] = []
    sentences: list[list[int]] = []
    for is_blank, block in groupby(body, key=lambda line: not line[1].strip()):
        if is_blank:
            continue
        first = len(rows)
        for line, content in block:
            row = _row(line, content.split("\t"), columns, text, file)
            if rows and row.start < rows[-1].end:
                raise DataError(f"{file}:{line}: begins at {row.start}, but the line before ends at {rows[-1].end}")
            rows.append(row)
        sentences.append([rows[first].number, rows[-1].number + 1])
    return rows, sentences


def _row(line: int, fields: Sequence[str], columns: Sequence[str], text: str, file: object) -> _Row:
    if len(fields) != len(columns):
        raise DataError(f"{file}:{line}: found {len(fields)} fields, expected {len(columns)}, separated by tabs")
    cells = dict(zip(columns, fields, strict=True))
    numbers = [cells[name] for name in ("ID", "START", "END")]
    if not all(re.fullmatch("[0-9]{1,9}", number) for number in numbers):
        raise DataError(f"{file}:{line}: found ID, START and END {brief(numbers)}, expected whole numbers")
    number, start, end = map(int, numbers)
    if not start < end <= len(text) or text[start:end] != cells["FORM"]:
        stands = brief(text[start:end])
        raise DataError(f"{file}:{line}: found {brief(cells['FORM'])}, but at {start} to {end} of the text stands {stands}")
    return _Row(line, number, start, end, cells)


def _tokens(rows: Iterable[_Row], file: object) -> list[list[int]]:
    """The tokens, of which some stand in pieces."""
    tokens: list[list[int]] = []
    for row in rows:
        if row.number == len(tokens):
            tokens.append([row.start, row.end])
        elif row.number == len(tokens) - 1 and row.start == tokens[-1][1]:
            tokens[-1][1] = row.end
        else:
            expected = f"{len(tokens)}, or {len(tokens) - 1} for what goes on without a blank"
            raise DataError(f"{file}:{row.line}: found the ID {row.number}, expected {expected}")
    return tokens


def _marks(rows: Sequence[_Row], columns: Sequence[str], wordless: Iterable[tuple[int, Mark]], file: object) -> Iterator[Mark]:
    misc = _misc(rows, columns, file)
    found: dict[str, list[_Found]] = {}  # by the name of the first column of each kind
    for column in columns:
        if column.startswith((*_LAYERS, _ATTRIBUTION)):
            found.setdefault(column.partition(".")[0], []).extend(_spans(rows, column, misc, file))
    if misc:
        (line, column), value = next(iter(misc.items()))
        raise DataError(f"{file}:{line}: {_MISC} has {column}={value}, but no span begins there in that column")
    comments = {}
    for line, mark in wordless:
        if mark.type in _LABEL_OF or mark.type not in ("Entity", "Attribution", "Provenance"):
            raise DataError(f"{file}:{line}: found a comment on a {mark.type}, which stands in the columns")
        if mark.type != "Attribution":
            yield mark
        elif mark.key in comments:
            raise DataError(f"{file}:{line}: has a second comment on the attribution {mark.key}")
        else:
            comments[mark.key] = mark
    for column, type_ in _LAYERS.items():
        for number, item in enumerate(sorted(found.get(column, ()), key=lambda item: item.span), 1):
            features = {_LABEL_OF[type_]: item.label}
            if type_ == "Hedge" and item.misc:
                features["id"] = item.misc
            links = (("of", item.misc),) if type_ == "Justification" and item.misc else ()
            yield Mark(key=f"{column}.{number}", type=type_, span=item.span, features=features, links=links)
    ids = (name.removeprefix(_ATTRIBUTION) for name in found if name.startswith(_ATTRIBUTION))
    for attribution_id in dict.fromkeys((*comments, *ids)):
        comment = comments.get(attribution_id) or Mark(key=attribution_id, type="Attribution", features={"id": attribution_id})
        yield from _attribution(comment, found.get(f"{_ATTRIBUTION}{attribution_id}", ()), file)


def _attribution(comment: Mark, spans: Iterable[_Found], file: object) -> Iterator[Mark]:
    """The marks of an attribution: the first of its spans, as `marks` has it, stands for all."""
    by_label: dict[str, _Found] = {}
    for item in spans:
        if item.label not in ATTRIBUTION_LABELS or by_label.setdefault(item.label, item) is not item:
            expected = f"one span of each of {', '.join(ATTRIBUTION_LABELS)}"
            raise DataError(f"{file}:{item.line}: found a further span {item.label!r} of {comment.key}, expected {expected}")
    labels = sorted(by_label, key=("content", "cue", "source", "addressee").index)
    names = tuple(link for link in comment.links if link[0] == "names")
    head_label = labels[0] if labels else None
    links = tuple((label, f"{comment.key}.{label}") for label in labels[1:])
    links += tuple(link for link in comment.links if link[0] != "names")
    yield Mark(
        key=comment.key,
        type=head_label.capitalize() if head_label else "Attribution",
        span=by_label[head_label].span if head_label else None,
        features=comment.features,
        links=links + (names if "source" not in labels[1:] else ()),
    )
    for label in labels[1:]:
        own = names if label == "source" else ()
        yield Mark(key=f"{comment.key}.{label}", type=label.capitalize(), span=by_label[label].span, links=own)


def _misc(rows: Iterable[_Row], columns: Sequence[str], file: object) -> dict[tuple[int, str], str]:
    """What MISC says, by line and column."""
    misc = {}
    for row in rows:
        written = row.cells.get(_MISC, "_")
        for entry in written.split("|") if written != "_" else ():
            column, sign, value = entry.partition("=")
            if not sign or not value or column not in row.cells or (row.line, column) in misc:
                raise DataError(f"{file}:{row.line}: found {brief(written)} in {_MISC}, expected _ or entries such as HEDGE=h1")
            misc[row.line, column] = value
    return misc


def _spans(rows: Iterable[_Row], column: str, misc: dict[tuple[int, str], str], file: object) -> list[_Found]:
    """The spans of a column in the order of their beginnings; what MISC says of one is taken out of `misc`."""
    found: list[_Found] = []
    latest: dict[str, _Found] = {}
    before = "O"
    for row in rows:
        cell = row.cells[column]
        sign, dash, label = cell.partition("-")
        own = label.removeprefix(_FURTHER)
        if cell == "O":
            pass
        elif not dash or sign not in ("B", "I") or not own:
            raise DataError(f"{file}:{row.line}: {column}: found {brief(cell)}, expected O, B-label or I-label")
        elif sign == "I":
            if before not in (f"B-{label}", cell):
                raise DataError(
                    f"{file}:{row.line}: {column}: found {brief(cell)} after {brief(before)}, expected B-{label} before it"
                )
            latest[own].fragments[-1] = (latest[own].fragments[-1][0], row.end)
        elif label == own:
            latest[own] = _Found(label, row.line, [(row.start, row.end)], misc.pop((row.line, column), None))
            found.append(latest[own])
        elif own not in latest:
            raise DataError(f"{file}:{row.line}: {column}: found {brief(cell)}, but no span {own} begins before it")
        else:
            latest[own].fragments.append((row.start, row.end))
        before = cell
    return found


FORMAT = Format(
    name="conll",
    title="CoNLL (.conll, a token a line, BIO in columns)",
    recognises=_recognises,
    units=_units,
    write=_write,
)
