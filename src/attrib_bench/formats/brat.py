"""The stand-off format of brat <-> the model, by way of marks.

A folder holds for each document ``<doc_id>.txt`` with its text, ``<doc_id>.ann`` with its annotations, and ``<doc_id>.meta``
with what no annotator works on (metadata, tokens, native, as JSON), which brat ignores; and brat's configuration. In the
``.ann`` file a mark is

    T5	Content 17 40;44 60	…      type, fragments and words; brat counts code points, so offsets are ours
    A9	form T5 indirect            a feature with fixed values; a flag has no value
    #3	AnnotatorNotes T5	id=a1   the features that are text, `name=value` with semicolons between them
    R7	cue Arg1:T5 Arg2:T6         a link

The order of marks and of the sources that a span names is that of the numbers after T and R, so lines may stand in any. brat
keeps numbers, and gives a new annotation the lowest one that is free.

brat shows nothing that covers no words, cannot hold a fragment with a line break or a tab, and drops the white space at a
fragment's ends. So a mark without a span hangs on words that it has to do with, and those words mean nothing; and a span
that brat cannot hold is cut into pieces that it can, with the true offsets in the note (``offsets=17-60 as 17-40,44-60``),
which count as long as the pieces are where they were.

The format, and what brat does with it: https://brat.nlplab.org/standoff.html, https://brat.nlplab.org/configuration.html, and
brat's ``server/src/annotation.py`` and ``annotator.py``.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from reprlib import repr as brief
from typing import NamedTuple

from attrib_bench.document import DataError, Document, Span, Status
from attrib_bench.files import head, parse_json, read_json, read_text, sha256, write_atomic
from attrib_bench.formats.format import Broken, Format, Unit, file_stem, rendered
from attrib_bench.formats.header import document_of, header_of, unicode_line
from attrib_bench.formats.marks import MARKS, Mark, from_marks, marks
from attrib_bench.records import Record

COLLECTION = "brat"

# --- Folders --------------------------------------------------------------------------------------------------------


def _units(path: Path) -> Iterator[Unit]:
    if path.is_dir():
        files = [file for file in path.iterdir() if file.suffix in (".ann", ".txt")]
        if not any(file.suffix == ".ann" for file in files):
            raise DataError(f"{path}: found no .ann file, expected documents in .txt and .ann")
        for stem in sorted({file.stem for file in files}):
            yield str(path / f"{stem}.ann"), partial(_read, path, stem)
    elif path.suffix in (".ann", ".txt"):
        yield str(path.with_suffix(".ann")), partial(_read, path.parent, path.stem)
    else:
        raise DataError(f"{path}: expected a folder, or a file that ends in .ann")


def _recognises(path: Path) -> bool:
    files = [path] if path.suffix == ".ann" else sorted(path.glob("*.ann")) if path.is_dir() else []
    files = [file for file in files if file.with_suffix(".txt").is_file()]
    known = re.compile(rf"T\d+\t({'|'.join(MARKS)}) ".encode(), re.MULTILINE)
    return any(known.search(head(file)) for file in files[:100])


def _read(folder: Path, stem: str) -> Document:
    ann, txt, meta = (folder / f"{stem}.{suffix}" for suffix in ("ann", "txt", "meta"))
    for path, other in ((ann, txt), (txt, ann)):
        if not path.is_file():
            raise DataError(f"{path}: is missing, expected it beside {other.name}")
    text = _checked_text(read_text(txt), txt)
    document = document_of(_header(meta, stem), text, place=str(meta if meta.is_file() else txt))
    found = _read_marks(read_text(ann), text, ann)
    try:
        return from_marks(document, found)
    except DataError as error:
        raise DataError(f"{ann}: {error}") from error


def _checked_text(text: str, place: object) -> str:
    if (at := text.find("\r\n")) >= 0:
        raise DataError(
            f"{place}: the line ends in carriage return and line feed at {at}, which some versions of brat count as one character; "
            "expected line feeds alone"
        )
    return text


def _header(path: Path, stem: str) -> Record:
    """What the ``.meta`` file says; without one, an id that follows from the name."""
    if not path.is_file():
        known = re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", stem)
        doc_id = stem if known else f"{COLLECTION}-{sha256(os.fsencode(stem))[:12]}"
        return {"doc_id": doc_id, "collection": COLLECTION, "metadata": {"story_id": doc_id.rpartition("-")[0] or doc_id}}
    header = read_json(path)
    if not isinstance(header, dict) or header.get("doc_id") != stem:
        raise DataError(f"{path}: found {brief(header)}, expected an object with the doc_id {stem!r}, as it was exported")
    return header


def _write(documents: Iterable[Document], path: Path, broken: Broken | None = None) -> None:
    for name, content in configuration().items():
        write_atomic(path / name, content)
    for _, (stem, files) in rendered(documents, _files, broken):
        for suffix, content in files.items():
            write_atomic(path / f"{stem}{suffix}", content)


def _files(document: Document) -> tuple[str, Mapping[str, str]]:
    """The name of a document's files, and their contents by suffix."""
    text = _checked_text(document.require_text(), document.id)
    meta = unicode_line(header_of(document), document)
    return file_stem(document), {".txt": text, ".meta": meta, ".ann": _annotations(document, text)}


FORMAT = Format(
    name="brat",
    title="brat stand-off (.txt and .ann)",
    recognises=_recognises,
    units=_units,
    write=_write,
)


# --- Spans as brat can hold them ------------------------------------------------------------------------------------

# What brat reads as one line: its Python ends lines where `str.splitlines` does, and a tab ends a field.
_LINE = re.compile("[^\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


def _pieces(text: str, span: Span) -> Span:
    """What stands for a span in brat: its lines without the white space around them, as brat makes them of a selection.

    For a span of white space alone it is the first word of the text. Raises DataError where there is none.
    """
    found = []
    for start, end in span.fragments:
        for line in _LINE.finditer(text, start, end):
            words = line[0]
            if words.strip():
                found.append((line.end() - len(words.lstrip()), line.start() + len(words.rstrip())))
    return Span.of(*found) if found else _first_word(text)


def _first_word(text: str) -> Span:
    word = re.search(r"\S+", text)
    if word is None:
        raise DataError("the text has no words for annotations to hang on")
    return Span.of(word.span())


def _places(text: str, found: Sequence[Mark]) -> Mapping[str, Span]:
    """Where each mark stands, by key; one without a span where an annotator would look for it.

    That is for an Entity where a source span first names it, or else its name first stands. Failing that, and for anything
    else, it is beside a mark that it has a link with, or at the first word of the text.
    """
    places = {mark.key: mark.span for mark in found if mark.span}
    for mark in found:
        if mark.type == "Source" and mark.span:
            names = [key for name, key in mark.links if name == "names"]
            fragments = mark.span.fragments if len(mark.span.fragments) == len(names) else mark.span.fragments[:1] * len(names)
            for fragment, key in zip(fragments, names, strict=True):
                places.setdefault(key, Span.of(fragment))
    homeless = [mark for mark in found if mark.key not in places]
    for mark in homeless:
        name = mark.features.get("name", "")
        if name and (at := text.find(name)) >= 0:
            places[mark.key] = Span.of((at, at + len(name)))
    neighbours: dict[str, list[str]] = {mark.key: [] for mark in found}
    for mark in found:
        for _, key in mark.links:
            neighbours[mark.key].append(key)
            neighbours[key].append(mark.key)
    for mark in homeless:
        if mark.key not in places:
            beside = next((places[key] for key in neighbours[mark.key] if key in places), None)
            places[mark.key] = beside or _first_word(text)
    return places


# --- Writing annotations --------------------------------------------------------------------------------------------


def _annotations(document: Document, text: str) -> str:
    """The content of a document's ``.ann`` file."""
    found = list(marks(document))
    names = {mark.key: f"T{number}" for number, mark in enumerate(found, 1)}
    try:
        _check(found, names, text)
        lines = [*_mark_lines(found, names, text), *_link_lines(found, names)]
    except DataError as error:
        raise DataError(f"{document.id}: {error}") from error
    return "".join(f"{line}\n" for line in lines)


def _check(found: Sequence[Mark], names: Mapping[str, str], text: str) -> None:
    """What the validator finds as well, but documents of other origin may have: brat could not show it, nor we read it."""
    if len(names) < len(found):
        key, n = Counter(mark.key for mark in found).most_common(1)[0]
        raise DataError(f"{key}: is the id of {n} annotations, expected one")
    for mark in found:
        if mark.span and mark.span.end > len(text):
            raise DataError(f"{mark.key}: ends at {mark.span.end}, in a text of {len(text)} characters")
        for name, key in mark.links:
            if key not in names:
                raise DataError(f"{mark.key}: {name}: leads to {key!r}, which does not exist")


def _mark_lines(found: Sequence[Mark], names: Mapping[str, str], text: str) -> Iterator[str]:
    places, attributes, notes = _places(text, found), count(1), count(1)
    for mark in found:
        shown, values = _pieces(text, places[mark.key]), MARKS[mark.type].features
        words = " ".join(text[start:end] for start, end in shown.fragments)
        yield f"{names[mark.key]}\t{mark.type} {';'.join(f'{start} {end}' for start, end in shown.fragments)}\t{words}"
        note = {name: value for name, value in mark.features.items() if not values[name]}
        if mark.span not in (None, shown):
            note["offsets"] = f"{_ranges(places[mark.key])} as {_ranges(shown)}"
        for name, value in mark.features.items():
            if values[name] and value != Status.ACTUAL:  # which is what an attribution without a status is
                shown_value = "" if values[name] == ("true",) else f" {value}"
                yield f"A{next(attributes)}\t{_attribute(mark.type, name)} {names[mark.key]}{shown_value}"
        if note:
            pairs = "; ".join(f"{name}={_quoted(value)}" for name, value in note.items())
            yield f"#{next(notes)}\tAnnotatorNotes {names[mark.key]}\t{pairs}"


def _link_lines(found: Iterable[Mark], names: Mapping[str, str]) -> Iterator[str]:
    links = ((mark, name, key) for mark in found for name, key in mark.links)
    for number, (mark, name, key) in enumerate(links, 1):
        yield f"R{number}\t{name} Arg1:{names[mark.key]} Arg2:{names[key]}"


def _attribute(type_: str, feature: str) -> str:
    """What brat calls a feature: attributes of one name have the same values for every type of annotation."""
    vocabularies = {mark_type.features[feature] for mark_type in MARKS.values() if feature in mark_type.features}
    return feature if len(vocabularies) == 1 else f"{type_}-{feature}"


def _quoted(value: str) -> str:
    """A value as it stands in a note: itself, or a JSON string without anything that breaks a line or cannot be seen."""
    if value and value.isprintable() and value == value.strip() and ";" not in value and not value.startswith('"'):
        return value
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in json.dumps(value, ensure_ascii=False))


# --- Reading annotations --------------------------------------------------------------------------------------------

_NUMBER = "[0-9]{1,9}"
_LINES = {
    "T": re.compile(rf"(T{_NUMBER})\t(\S+) ({_NUMBER} {_NUMBER}(?:;{_NUMBER} {_NUMBER})*) *(?:\t(.*))?"),
    "A": re.compile(rf"(A{_NUMBER})\t(\S+) (T{_NUMBER})(?: (\S+))?\s*"),
    "R": re.compile(rf"(R{_NUMBER})\t(\S+) (Arg[12]):(T{_NUMBER}) (Arg[12]):(T{_NUMBER})\s*"),
    "#": re.compile(rf"(#{_NUMBER})\tAnnotatorNotes (T{_NUMBER})(?:\t(.*))?"),
}
_EXPECTED = {
    "T": "T1<tab>type start end<tab>words",
    "A": "A1<tab>attribute T1 value",
    "R": "R1<tab>relation Arg1:T1 Arg2:T2",
    "#": "#1<tab>AnnotatorNotes T1<tab>note",
}
_REFUSED = {"E": "an event", "N": "a normalisation", "*": "an equivalence", "M": "a modification"}
_PAIR = re.compile(r'\s*([a-z_]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s";][^;]*)\s*(?:;|$)')
_OFFSETS = re.compile(rf"({_NUMBER}-{_NUMBER}(?:,{_NUMBER}-{_NUMBER})*) as (\S+)")


class _Line(NamedTuple):
    place: str
    match: re.Match[str]

    @property
    def number(self) -> int:
        return int(self.match[1][1:])


def _read_marks(ann: str, text: str, path: Path) -> list[Mark]:
    """The marks of an ``.ann`` file, in the order of their numbers; a mark's key is its id in the file.

    Raises DataError that names the line which is not as brat writes it, does not agree with the text, or leads nowhere.
    """
    lines = _parsed(ann, path)
    features: dict[str, dict[str, str]] = {line.match[1]: {} for line in lines["T"]}
    links: dict[str, list[tuple[str, str]]] = {key: [] for key in features}

    def known(key: str, place: str) -> str:
        if key not in features:
            raise DataError(f"{place}: leads to {key}, which does not exist")
        return key

    def add(key: str, name: str, value: str, place: str) -> None:
        if features[known(key, place)].setdefault(name, value) != value:
            raise DataError(f"{place}: {key} has the {name} {value!r} and {features[key][name]!r}, expected one")

    for place, match in lines["A"]:
        add(match[3], match[2].rpartition("-")[2], match[4] or "true", place)
    for place, match in lines["#"]:
        for name, value in _pairs(match[3] or "", place):
            add(match[2], name, value, place)
    for place, match in lines["R"]:
        ends = {match[3]: known(match[4], place), match[5]: known(match[6], place)}
        if len(ends) < 2:
            raise DataError(f"{place}: found {match[3]} twice, expected Arg1 and Arg2")
        links[ends["Arg1"]].append((match[2], ends["Arg2"]))
    found = []
    for line in lines["T"]:
        key, type_ = line.match[1], line.match[2]
        span = _true_span(_span(line, text), features[key].pop("offsets", None), text, line.place)
        hangs = type_ in MARKS and not MARKS[type_].spans
        found.append(Mark(key=key, type=type_, span=None if hangs else span, features=features[key], links=tuple(links[key])))
    return found


def _parsed(ann: str, path: Path) -> dict[str, list[_Line]]:
    """The lines of an ``.ann`` file by kind, in the order of their numbers."""
    lines: dict[str, list[_Line]] = {kind: [] for kind in _LINES}
    places: dict[str, str] = {}
    for n, content in enumerate(ann.split("\n"), 1):
        place, kind = f"{path}:{n}", content[:1]
        if not content.strip():
            continue
        if kind in _REFUSED:
            raise DataError(f"{place}: found {_REFUSED[kind]}, {brief(content)}, for which the labels have no place")
        match = _LINES[kind].fullmatch(content.rstrip("\r")) if kind in _LINES else None
        if match is None:
            expected = _EXPECTED.get(kind, "a line that begins with T, A, R or #")
            raise DataError(f"{place}: found {brief(content)}, expected {expected}")
        if first := places.get(match[1]):
            raise DataError(f"{place}: {match[1]} was already given at {first}")
        places[match[1]] = place
        lines[kind].append(_Line(place, match))
    return {kind: sorted(found, key=lambda line: line.number) for kind, found in lines.items()}


def _span(line: _Line, text: str) -> Span:
    """The span of a T line, whose words have to be those of the text."""
    place, match = line
    fragments = [(int(start), int(end)) for start, end in (pair.split(" ") for pair in match[3].split(";"))]
    for start, end in fragments:
        if not start < end <= len(text):
            raise DataError(f"{place}: {match[1]} covers {start} to {end} of a text of {len(text)} characters")
    span = Span.of(*fragments)
    if len(span) < sum(end - start for start, end in fragments):
        raise DataError(f"{place}: the fragments of {match[1]} overlap")
    found = (match[4] or "").strip()
    expected = " ".join(text[start:end] for start, end in fragments).strip() if found else ""
    if found != expected:
        raise DataError(f"{place}: {match[1]} has the words {brief(found)}, the text at its offsets is {brief(expected)}")
    return span


def _true_span(shown: Span, note: str | None, text: str, place: str) -> Span:
    """The span that a mark was exported with, where it still stands as it was shown; else the one that it has now."""
    if note is None:
        return shown
    match = _OFFSETS.fullmatch(note)
    if match is None:
        raise DataError(f"{place}: found the offsets {brief(note)}, expected start-end,… as start-end,…")
    if match[2] != _ranges(shown):
        return shown
    fragments = [(int(start), int(end)) for start, end in (pair.split("-") for pair in match[1].split(","))]
    if any(not start < end <= len(text) for start, end in fragments):
        raise DataError(f"{place}: the offsets {match[1]} are not in a text of {len(text)} characters")
    return Span.of(*fragments)


def _ranges(span: Span) -> str:
    return ",".join(f"{start}-{end}" for start, end in span.fragments)


def _pairs(note: str, place: str) -> Iterator[tuple[str, str]]:
    """The names and values of a note."""
    at = 0
    while note[at:].strip():
        match = _PAIR.match(note, at)
        if match is None:
            raise DataError(
                f"{place}: found the note {brief(note)}, expected name=value; name=value (remarks belong in the pull request)"
            )
        name, value = match[1], match[2].rstrip()
        yield name, parse_json(value, place) if value.startswith('"') else value
        at = match.end()


# --- What brat has to be told ---------------------------------------------------------------------------------------

_COLOURS = {
    **{"Content": "#fff2b3", "Cue": "#b3e0ff", "Source": "#c6ecc6", "Addressee": "#e6d0ff", "Attribution": "#ffe0b3"},
    **{"Entity": "#99d699", "Justification": "#dff2df", "Hedge": "#ffc2c2", "RejectedTrigger": "#dddddd"},
    **{"Zone": "#f2f2f2", "Provenance": "#ffd9ec"},
}
_ARC_COLOURS = {
    **{"cue": "#1a6699", "source": "#267326", "addressee": "#6b3fa0", "parent": "#b30000", "continues": "#8a5a00"},
    **{"names": "#5c5c5c", "affiliation": "#267326", "of": "#267326", "attribution": "#99004d"},
}


def configuration() -> Mapping[str, str]:
    """The content of ``annotation.conf``, ``visual.conf`` and ``tools.conf`` by these names, made from `MARKS`.

    Brat shows a value in brackets beside the label of its annotation; flags have to be told to do the same.
    """
    attributes: dict[str, tuple[list[str], tuple[str, ...]]] = {}
    links: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for type_, mark_type in MARKS.items():
        for name, values in mark_type.features.items():
            if values:
                attributes.setdefault(_attribute(type_, name), ([], values))[0].append(type_)
        for name, targets in mark_type.links.items():
            links.setdefault((name, targets), []).append(type_)
    annotation = [
        *("[entities]", *MARKS, "", "[relations]"),
        *(f"{name}\tArg1:{'|'.join(types)}, Arg2:{'|'.join(targets)}" for (name, targets), types in links.items()),
        *("<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>", "", "[events]", "", "[attributes]"),
    ]
    flags = [name for name, (_, values) in attributes.items() if values == ("true",)]
    for name, (types, values) in attributes.items():
        annotation.append(f"{name}\tArg:{'|'.join(types)}" + ("" if name in flags else f", Value:{'|'.join(values)}"))
    visual = [
        *("[labels]", *(f"{type_} | {type_} | {type_[:3]}" for type_ in MARKS)),
        *(f"{name} | {name.rpartition('-')[2]}" for name in attributes),
        *("", "[drawing]", "SPAN_DEFAULT\tfgColor:black, bgColor:white, borderColor:darken"),
        "ARC_DEFAULT\tcolor:black, dashArray:-, arrowHead:triangle-5",
        *(f"{type_}\tbgColor:{_COLOURS[type_]}" for type_ in MARKS),
        *(f"{name}\tcolor:{_ARC_COLOURS[name]}" for name, _ in links),
        *(f"{name}\tglyph:[{name}]" for name in flags),
    ]
    # brat's own sentence splitter is made for English; its verifier then shows links that lead to a wrong type.
    tools = ["[options]", "Tokens\ttokenizer:whitespace", "Sentences\tsplitter:newline", "Validation\tvalidate:all"]
    files = {"annotation.conf": annotation, "visual.conf": visual, "tools.conf": tools}
    return {name: "".join(f"{line}\n" for line in lines) for name, lines in files.items()}
