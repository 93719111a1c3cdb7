"""What is wrong with data: schema/*.json and the rules that no schema can express, as a list of problems.

A check never raises on bad data and never stops at the first problem: whatever can still be checked is. Every problem has
a stable code of the table `CODES`; docs/validation.md says what to do about each.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import jsonschema
import jsonschema_rs

from attrib_bench.document import ATTRIBUTION_LABELS, DataError, Document, Fragment, ZoneKind
from attrib_bench.files import data_root, decode, parse_json, read_bytes, read_json, sha256
from attrib_bench.splits import COLUMNS as SPLIT_COLUMNS
from attrib_bench.splits import SPLITS

CODES = {
    # files
    "F001": "A file is missing.",
    "F002": "What should be a file cannot be read as one: a folder, a device, no permission.",
    "F003": "A link leads out of the data.",
    "F004": "A file is not UTF-8.",
    "F005": "A file or line is not JSON, or has NaN, a repeated key or bottomless nesting.",
    "F006": "A table is not CSV, or has other columns, a ragged row or carriage returns.",
    "F007": "A file belongs to no document.",
    # texts
    "T001": "A text is not UTF-8.",
    "T002": "A text begins with a byte order mark.",
    "T003": "A text is not in Unicode normal form NFC.",
    "T004": "A text has carriage returns.",
    "T005": "A text does not end in exactly one line feed.",
    "T006": "A line ends in white space.",
    "T007": "A text has a control character.",
    "T008": "A text is empty.",
    # shape, by JSON Schema
    "S001": "A key is missing.",
    "S002": "A key is not of the schema.",
    "S003": "A value has the wrong type.",
    "S004": "A value is not of the vocabulary.",
    "S005": "A string has the wrong form.",
    "S006": "A string is empty.",
    "S007": "A number is too small.",
    "S008": "A list has the wrong length.",
    "S009": "A value cannot be checked: nested too deeply, or no Unicode text.",
    # offsets
    "O001": "A fragment or a zone is empty or runs backwards.",
    "O002": "Fragments of a span overlap or are not sorted.",
    "O003": "A fragment or a zone ends after the text.",
    "O004": "Fragments of a span touch.",
    "O005": "A fragment starts or ends in white space.",
    "O006": "A fragment crosses a paragraph break.",
    "O007": "A fragment splits a token.",
    "O008": "Zones overlap.",
    "O009": "An annotation lies in a zone where nothing is annotated.",
    # ids and references
    "R001": "An id is given twice.",
    "R002": "A source reference names no source.",
    "R003": "A parent names no attribution.",
    "R004": "A continued attribution does not exist.",
    "R005": "An affiliation names no source.",
    "R006": "Something refers to itself.",
    "R007": "References run in a circle.",
    "R008": "A source is said to be a document that the collection does not have.",
    # what the codebook rules out
    "A001": "An attribution has no content although its form needs one.",
    "A002": "The number of source references does not fit the fragments of the source.",
    "A003": "A source span names no source.",
    "A004": "A continuing attribution has a source or a cue of its own.",
    "A005": "A continuing attribution has another parent or other sources than the one it continues.",
    "A006": "Two attributions are equal.",
    "A007": "Two hedges have the same span.",
    "A008": "A rejected trigger is annotated as a hedge or a cue.",
    "A009": "An attribution lies outside the content of its parent.",
    # documents and stories
    "D001": "A record is of another document than its file.",
    "D002": "A record is of another collection.",
    "D003": "A record was made on another text.",
    "D004": "A document is listed twice.",
    "D005": "A text is not the one that the table of documents has the hash of.",
    "D006": "A text has another length than the table of documents says.",
    "D007": "A story is listed twice.",
    "D008": "A document's story is not listed.",
    # tokens
    "K001": "A document has no tokens.",
    "K002": "Tokens are given twice, or for no document.",
    "K003": "Tokens are empty, unsorted, overlapping or outside the text.",
    "K004": "A token holds white space.",
    "K005": "Sentences do not divide the tokens.",
    # splits
    "P001": "A document is in no split.",
    "P002": "A document is in the table of splits twice.",
    "P003": "The table of splits names a document that does not exist.",
    "P004": "The table of splits gives a document another story.",
    "P005": "A split has another name than train, validation or test.",
    "P006": "A story is in two splits.",
    "P007": "Documents of two splits are nearly the same.",
    # links of provenance
    "L001": "A link names a document that does not exist.",
    "L002": "A link names an attribution that does not exist.",
    "L003": "A link leads to another story.",
    "L004": "A link leads from a document to itself.",
    "L005": "A link is given twice.",
    # manifest
    "M001": "A line of the manifest cannot be read.",
    "M002": "The manifest lists what is no file of the data.",
    "M003": "A file is not the one that the manifest has the hash of.",
    "M004": "The manifest does not list a file.",
    "M005": "The manifest lists a file twice.",
    # sheets; found where sheets can be compiled
    "H001": "A sheet belongs to no document.",
    "H002": "A document has no sheet.",
    "H003": "A sheet does not compile.",
    "H004": "A sheet says something else than the JSON.",
    "H005": "A sheet is not in its canonical form.",
}
"""Every code with what it means."""

STORY_COLUMNS = ("story_id", "topic", "happened", "known_first_by")
PROVENANCE_COLUMNS = ("from_doc", "attribution", "to_doc")
TOKEN_KEYS = ("doc_id", "tokens", "sentences")
DATA_FOLDERS = ("raw", "annotations", "splits", "schema")
MANIFEST = "MANIFEST.sha256"

UNANNOTATED_ZONES = (ZoneKind.CREDIT, ZoneKind.SOURCE_LIST, ZoneKind.BOILERPLATE)
"""Nothing is annotated in these (codebook, section 2 and ruling R17)."""

SHINGLE = 5
"""Words in a shingle; two texts are compared by the shingles that they share."""

NEAR_DUPLICATE = 0.5
"""Jaccard similarity of their shingles from which on two documents of different splits are nearly the same."""

MAX_DEPTH = 255
"""Levels of lists and objects that the schema engines follow; a valid record has six."""

Engine = Literal["jsonschema-rs", "jsonschema"]
"""Who applies the JSON Schemas: the fast one, or the reference that tests hold it to. Both name the same places."""

Way = tuple[str | int, ...]
"""The way from a record to a value: keys and indices."""

Finding = tuple[str, Way, str, str]
"""Code, place in the record, what was found, what was expected."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    code: str
    file: str
    """Relative to the data root; of a file made of lines, followed by ``:`` and the line, from 1."""
    pointer: str
    """JSON pointer into the file or the line; of a table, ``/column``; empty where the whole is meant."""
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}#{self.pointer}: {self.code} found {self.found}, expected {self.expected}"

    def as_record(self) -> dict[str, str]:
        """The problem as a JSON object, with what its code means."""
        return {**asdict(self), "meaning": CODES[self.code]}


def check_record(
    record: Any,
    *,
    file: str,
    text: str | None = None,
    doc_id: str | None = None,
    collection: str | None = None,
    n_chars: int | None = None,
    text_sha256: str | None = None,
    tokens: Sequence[Fragment] = (),
    documents: Container[str] | None = None,
    engine: Engine = "jsonschema-rs",
) -> list[Problem]:
    """Every problem of an annotation record, sorted by place; empty if there is none.

    `record` is any JSON value. What is left out is not checked: without `text` (and `n_chars`, which it implies) no offset
    is held to it, without `tokens` none can be split, without `documents` (the ids of the collection) no `doc_ref` is looked up.
    """
    if text is not None:
        n_chars = len(text)
        text_sha256 = sha256(text)
    findings = _schema_findings(record, "annotation", engine)
    if isinstance(record, dict):
        for code, key, expected in (
            ("D001", "doc_id", doc_id),
            ("D002", "collection", collection),
            ("D003", "text_sha256", text_sha256),
        ):
            if expected is not None and isinstance(record.get(key), str) and record[key] != expected:
                findings.append((code, (key,), _shown(record[key]), _shown(expected)))
        findings += _name_findings(record)
        findings += _offset_findings(record, n_chars=n_chars, text=text, tokens=tokens)
        findings += _zone_findings(record, n_chars=n_chars)
        findings += _reference_findings(record, documents)
        findings += _attribution_findings(record)
        findings += _trigger_findings(record)
    return _problems(findings, file)


def check_prediction(
    record: Any, *, file: str, line: int | None = None, gold: Document | None = None, engine: Engine = "jsonschema-rs"
) -> list[Problem]:
    """Every problem of one predicted record, sorted by place; empty if there is none.

    Keys that the schema does not know are allowed, and so are layers and labels that are absent. Offsets are held to the
    length of the gold document's text where one is given.
    """
    findings = _schema_findings(record, "prediction", engine)
    if isinstance(record, dict):
        findings += _name_findings(record)
        findings += _offset_findings(record, n_chars=gold.n_chars if gold else None, text=None, tokens=())
        findings += _zone_findings(record, n_chars=gold.n_chars if gold else None)
        findings += _reference_findings(record, None)
        findings += _source_count_findings(record)
    return _problems(findings, file if line is None else f"{file}:{line}")


def check_tokens(record: Any, *, file: str, text: str) -> list[Problem]:
    """Every problem of a tokens record (`records.tokens_record`) of a text, sorted by place; empty if there is none."""
    if not isinstance(record, dict) or tuple(record) != TOKEN_KEYS:
        return _problems([("S003", (), _shown(record), f"an object with the keys {', '.join(TOKEN_KEYS)}")], file)
    return _problems(_token_findings(record, _Article("", "", text=text, n_chars=len(text))), file)


def check_text(data: bytes, *, file: str) -> list[Problem]:
    """Every problem of a text's bytes, the first place of each kind: a text is UTF-8, NFC, LF, and ends in one newline."""
    try:
        text = decode(data, file)
    except DataError as error:
        return [Problem("T001", file, "", _reason(error, file), "UTF-8")]
    if not text.strip("\ufeff \t\r\n"):
        return [Problem("T008", file, "", "no text", "an article")]
    found: dict[str, tuple[int, str, str]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for code, wrong, what, expected in (
            ("T002", number == 1 and line.startswith("\ufeff"), "a byte order mark", "the text from the first byte on"),
            ("T003", not unicodedata.is_normalized("NFC", line), _shown(line), "its normal form NFC"),
            ("T004", "\r" in line, "a carriage return", "lines that end in a line feed alone"),
            ("T006", (bare := line.rstrip("\r")) != bare.rstrip(), "white space at the end of the line", "none"),
            ("T007", (control := _CONTROL.search(line)) is not None, _shown(control and control[0]), "no control character"),
        ):
            if wrong:
                found.setdefault(code, (number, what, expected))
    if not text.endswith("\n") or text.endswith("\n\n"):
        n_feeds = len(text) - len(text.rstrip("\n"))
        found["T005"] = (text.count("\n") + (n_feeds == 0), f"{n_feeds} line feeds at the end", "exactly one")
    return [Problem(code, f"{file}:{line}", "", what, expected) for code, (line, what, expected) in sorted(found.items())]


_CONTROL = re.compile("[\\x00-\\x09\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u2028\u2029]")


def validate(root: Path, *, collections: Sequence[str] | None = None, engine: Engine = "jsonschema-rs") -> list[Problem]:
    """Every problem of a data root, in the order texts, tables, annotations, splits, manifest; empty if there is none.

    Reads whatever the files hold and never raises for it. `collections` confines the check to some of them, and leaves the
    manifest out. The texts of a collection without any below raw/ are not shipped: all but the text checks are done.
    """
    disk = _Disk(root.resolve(), engine)
    names = collections
    if names is None:
        folders = {Path(path).parts[1] for path in disk.files if path.count("/") >= 2 and path.startswith(("raw/", "annotations/"))}
        names = sorted(folders | {Path(path).stem for path in disk.files if re.fullmatch("splits/[^/]*[.]csv", path)})
        if not names:
            disk.add("F001", "raw", "", "no collection", "a folder with documents.csv")
        disk.read("raw/VERSION")
    for name in names:
        _check_collection(disk, name)
    if collections is None:
        _check_manifest(disk)
    return disk.problems


def _problems(findings: Iterable[Finding], file: str) -> list[Problem]:
    """The findings as problems, sorted by place; the same thing found twice counts once."""
    unique = {(code, path, found): expected for code, path, found, expected in findings}
    ordered = sorted(unique.items(), key=lambda item: [(isinstance(step, int), step) for step in item[0][1]])
    return [Problem(code, file, _pointer(path), found, expected) for (code, path, found), expected in ordered]


def _pointer(path: Way) -> str:
    return "".join("/" + _printable(str(step)).replace("~", "~0").replace("/", "~1") for step in path)


def _shown(value: object) -> str:
    """A value in a few words: strings as JSON, shortened; lists and objects by their size."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)} keys"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"a number of {value.bit_length()} bits"
    if isinstance(value, str) and len(value) > 60:
        value = value[:57] + "…"
    return _printable(json.dumps(value, ensure_ascii=False))


def _range(start: int, end: int) -> str:
    return f"[{_shown(start)}, {_shown(end)})"


def _printable(text: str) -> str:
    """The text with lone surrogates, which no terminal takes, written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


# --- shape: the JSON Schemas ---


@cache
def _schema(name: str) -> Any:
    return read_json(data_root() / "schema" / f"{name}.schema.json")


def _ecma_pattern(_validator: object, pattern: str, instance: object, _schema: object) -> Iterator[jsonschema.ValidationError]:
    # Python's $ also matches before a final line feed; JSON Schema's, which is ECMA 262's, does not.
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError("does not match")


_Reference: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"pattern": _ecma_pattern}
)


@cache
def _errors_of(name: str, ref: str, engine: Engine) -> Callable[[Any], Iterator[tuple[Way, Way]]]:
    """A function from an instance to its errors, each as a place in it and a place in the schema that ends in a keyword."""
    schema = {"$defs": _schema(name)["$defs"], "$ref": ref} if ref else _schema(name)
    if engine == "jsonschema":
        reference = _Reference(schema)
        return lambda instance: (
            (tuple(error.absolute_path), tuple(error.absolute_schema_path)) for error in reference.iter_errors(instance)
        )
    validator = jsonschema_rs.Draft202012Validator(schema)

    def errors(instance: Any) -> Iterator[tuple[Way, Way]]:
        for error in validator.iter_errors(instance):
            path, way = tuple(error.instance_path), tuple(error.schema_path)
            # Of a list that is too long the reference names the list, this one each item beyond the end.
            yield (path[:-1] if way[-1] == "items" else path), way

    return errors


def _schema_findings(record: Any, name: str, engine: Engine) -> list[Finding]:
    try:
        if engine == "jsonschema":
            raise ValueError("the reference checks what others refuse, so it gets what they get")
        return [finding for error in _leaves(record, name, "", engine) for finding in _in_words(record, *error)]
    except (ValueError, RecursionError):
        # What an engine refuses (lone surrogates, bottomless nesting) is named and cut off, so that the rest can be checked.
        unfit: list[Finding] = []
        sound = _cut(record, (), unfit)
    places = {path for _, path, _, _ in unfit}
    rest = [finding for error in _leaves(sound, name, "", engine) for finding in _in_words(sound, *error)]
    return unfit + [finding for finding in rest if finding[1] not in places]


def _cut(value: Any, path: Way, unfit: list[Finding]) -> Any:
    """The value with null in place of what cannot be checked, which is added to `unfit`."""
    if isinstance(value, str) and _printable(value) != value:
        unfit.append(("S009", path, _shown(value), "Unicode text without lone surrogates"))
        return None
    if isinstance(value, dict | list) and len(path) >= MAX_DEPTH:
        unfit.append(("S009", path, f"more than {MAX_DEPTH} levels", "a few levels of lists and objects"))
        return None
    if isinstance(value, dict):
        for key in value:
            if _printable(key) != key:
                unfit.append(("S009", (*path, key), _shown(key), "a key without lone surrogates"))
        return {key: _cut(item, (*path, key), unfit) for key, item in value.items() if _printable(key) == key}
    if isinstance(value, list):
        return [_cut(item, (*path, index), unfit) for index, item in enumerate(value)]
    return value


def _leaves(record: Any, name: str, ref: str, engine: Engine) -> Iterator[tuple[Way, str, Any]]:
    """Every schema error as place, keyword and the subschema whose keyword it is.

    Where something or null is allowed, the errors are those of the something.
    """
    root = {"$defs": _schema(name)["$defs"], "$ref": ref} if ref else _schema(name)
    for path, (*way, keyword) in _errors_of(name, ref, engine)(record):
        node = _follow(root, way)
        if keyword != "anyOf":
            yield path, str(keyword), node
            continue
        branch = next(branch["$ref"] for branch in node["anyOf"] if "$ref" in branch)
        for inner, inner_keyword, inner_node in _leaves(_at(record, path), name, branch, engine):
            or_null = not inner and inner_keyword == "type"
            yield path + inner, inner_keyword, {"type": f"{inner_node['type']} or null"} if or_null else inner_node


def _follow(root: Any, way: Iterable[str | int]) -> Any:
    """The subschema at the end of a way, which may or may not name the references that it passes."""
    node = root
    for step in way:
        while isinstance(node, dict) and step not in node and "$ref" in node:
            node = _at(root, tuple(node["$ref"].removeprefix("#/").split("/")))
        if step != "$ref":
            node = node[step]
    while isinstance(node, dict) and "$ref" in node:
        node = _at(root, tuple(node["$ref"].removeprefix("#/").split("/")))
    return node


def _at(value: Any, path: Way) -> Any:
    for step in path:
        value = value[step]
    return value


def _in_words(record: Any, path: Way, keyword: str, node: Any) -> Iterator[Finding]:
    """A schema error as findings: one for each key that is missing or too many, else one."""
    value = _at(record, path)
    match keyword:
        case "required":
            for key in node["required"]:
                if key not in value:
                    yield "S001", path, f"no key {key!r}", f"the keys {', '.join(node['required'])}"
        case "additionalProperties":
            for key in value:
                if key not in node["properties"]:
                    yield "S002", (*path, key), f"the key {_shown(key)}", f"only {', '.join(node['properties'])}"
        case "type" if value is None and path[-1:] == ("content",):
            # The one rule of the schema that looks at two fields: only the form decides whether there may be no content.
            yield "A001", path, "no content", f"a content, since the form is {_shown(_at(record, (*path[:-1], 'form')))}"
        case "type":
            yield "S003", path, _shown(value), _TYPES.get(node["type"], node["type"])
        case "enum":
            yield "S004", path, _shown(value), f"one of {', '.join(node['enum'])}"
        case "pattern":
            yield "S005", path, _shown(value), f"text of the form {node['pattern']}"
        case "minLength":
            yield "S006", path, _shown(value), "some text"
        case "minimum":
            yield "S007", path, _shown(value), f"at least {node['minimum']}"
        case "minItems" | "items":
            expected = f"{node['minItems']}" if "prefixItems" in node else f"at least {node['minItems']}"
            yield "S008", path, _shown(value), f"a list of {expected}"
        case _:
            raise DataError(f"schema keyword {keyword!r} at {_pointer(path)} has no words for its errors")


_TYPES = {
    "integer": "a whole number",
    "string": "a string",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "string or null": "a string or null",
    "array or null": "a list or null",
}


# --- rules across fields; each takes any JSON object and skips what the schema has found to be broken ---


def _items(record: Mapping[str, Any], layer: str) -> list[tuple[int, dict[str, Any]]]:
    items = record.get(layer)
    return [(index, item) for index, item in enumerate(items) if isinstance(item, dict)] if isinstance(items, list) else []


def _spans(record: Mapping[str, Any]) -> Iterator[tuple[Way, Any]]:
    """Every value that stands where a span should, with its place; those of justifications last."""
    for index, item in _items(record, "attributions"):
        for label in ATTRIBUTION_LABELS:
            if item.get(label) is not None:
                yield ("attributions", index, label), item[label]
    for layer in ("hedges", "rejected_triggers"):
        for index, item in _items(record, layer):
            yield (layer, index, "span"), item.get("span")
    for index, item in _items(record, "sources"):
        for number, justification in _items(item, "justifications"):
            yield ("sources", index, "justifications", number, "span"), justification.get("span")


def _fragments(span: Any) -> list[tuple[int, int, int]]:
    """Index, start and end of each fragment of a span that is a pair of whole numbers with 0 <= start < end."""
    if not isinstance(span, list):
        return []
    return [
        (index, fragment[0], fragment[1])
        for index, fragment in enumerate(span)
        if type(fragment) is list
        and len(fragment) == 2
        and type(fragment[0]) is int
        and type(fragment[1]) is int
        and 0 <= fragment[0] < fragment[1]
    ]


def _offset_findings(
    record: Mapping[str, Any], *, n_chars: int | None, text: str | None, tokens: Sequence[Fragment]
) -> Iterator[Finding]:
    token_starts, token_ends = {start for start, _ in tokens}, {end for _, end in tokens}
    for path, span in _spans(record):
        previous = -1
        for index, fragment in enumerate(span) if isinstance(span, list) else ():
            if type(fragment) is not list or len(fragment) != 2:
                continue
            start, end = fragment
            if type(start) is not int or type(end) is not int or not 0 <= start < end:
                yield from _broken_fragment((*path, index), start, end)
                continue
            if start <= previous:
                yield _misplaced_fragment((*path, index), start, end, previous)
            previous = end
            if n_chars is not None and end > n_chars:
                yield "O003", (*path, index), _range(start, end), f"an end of at most {n_chars}, the length of the text"
                continue
            # Whole tokens neither begin nor end in white space, so most fragments need no closer look.
            if start not in token_starts or end not in token_ends:
                yield from _edge_findings((*path, index), start, end, text, tokens)
            if text is not None and (at := text.find("\n", start + 1, end - 1)) >= 0:
                yield "O006", (*path, index), f"{_range(start, end)} with a line feed at {at}", "a fragment for each paragraph"


def _broken_fragment(path: Way, start: Any, end: Any) -> Iterator[Finding]:
    """What the schema lets pass: numbers such as 2.0, which it counts as whole, and an end that is not after the start."""
    for side, offset in enumerate((start, end)):
        if isinstance(offset, float) and offset.is_integer():
            yield "S003", (*path, side), _shown(offset), _TYPES["integer"]
    if type(start) is int and type(end) is int and 1 <= end <= start:
        yield "O001", path, _range(start, end), "an end after the start"


def _misplaced_fragment(path: Way, start: int, end: int, previous: int) -> Finding:
    if start < previous:
        return "O002", path, _range(start, end), f"a start after {previous}, where the fragment before ends"
    return "O004", path, _range(start, end), f"a gap after {previous}, or one fragment instead of two"


def _edge_findings(path: Way, start: int, end: int, text: str | None, tokens: Sequence[Fragment]) -> Iterator[Finding]:
    if text is not None and (text[start].isspace() or text[end - 1].isspace()):
        yield "O005", path, f"{_range(start, end)} {_shown(text[start:end])}", "no white space at either end"
    for edge in (start, end):
        first, last = next((token for token in tokens if token[0] < edge < token[1]), (0, 0))
        if last:
            where = f"[{first}, {last})" + (f" {_shown(text[first:last])}" if text is not None else "")
            yield "O007", path, f"{_range(start, end)}, which cuts the token {where}", "whole tokens"


def _zone_findings(record: Mapping[str, Any], *, n_chars: int | None) -> Iterator[Finding]:
    zones: list[tuple[int, int, int, Any]] = []
    for index, zone in _items(record, "zones"):
        start, end = zone.get("start"), zone.get("end")
        for key, offset in (("start", start), ("end", end)):
            if isinstance(offset, float) and offset.is_integer():
                yield "S003", ("zones", index, key), _shown(offset), _TYPES["integer"]
        if type(start) is not int or type(end) is not int:
            continue
        if 1 <= end <= start:
            yield "O001", ("zones", index), _range(start, end), "an end after the start"
        elif n_chars is not None and end > n_chars:
            yield "O003", ("zones", index), _range(start, end), f"an end of at most {n_chars}, the length of the text"
        elif 0 <= start < end:
            zones.append((start, end, index, zone.get("kind")))
    zones.sort(key=lambda zone: zone[:3])
    reached = 0
    for start, end, index, _ in zones:
        if start < reached:
            yield "O008", ("zones", index), _range(start, end), f"a start from {reached} on, where the zone before ends"
        reached = max(reached, end)
    closed = [zone for zone in zones if zone[3] in UNANNOTATED_ZONES]
    if not closed:
        return
    for path, span in _spans(record):
        if path[0] == "sources":
            continue
        for index, start, end in _fragments(span):
            for zone_start, zone_end, _, kind in closed:
                # A fragment may run across an agency's mark in the middle of it, but not begin or end in one.
                if zone_start <= start < zone_end or zone_start < end <= zone_end:
                    found = f"{_range(start, end)} in the zone {kind} [{zone_start}, {zone_end})"
                    yield "O009", (*path, index), found, "no annotation there"


def _name_findings(record: Mapping[str, Any]) -> Iterator[Finding]:
    """Lone surrogates, which engines let pass where any text may stand, and which no file can be written with."""
    for index, item in _items(record, "sources"):
        name = item.get("name")
        if isinstance(name, str) and _printable(name) != name:
            yield "S009", ("sources", index, "name"), _shown(name), "Unicode text without lone surrogates"


def _reference_findings(record: Mapping[str, Any], documents: Container[str] | None) -> Iterator[Finding]:
    known: dict[str, Way] = {}
    ids: dict[str, set[str]] = {}
    for layer in ("sources", "attributions", "hedges"):
        ids[layer] = set()
        for index, item in _items(record, layer):
            name = item.get("id")
            if not isinstance(name, str):
                continue
            if name in known:
                yield "R001", (layer, index, "id"), _shown(name), f"an id other than that of {_pointer(known[name])}"
            known.setdefault(name, (layer, index))
            ids[layer].add(name)

    for index, item in _items(record, "attributions"):
        refs = item.get("source_refs")
        for number, ref in enumerate(refs) if isinstance(refs, list) else ():
            if isinstance(ref, str) and ref not in ids["sources"]:
                yield "R002", ("attributions", index, "source_refs", number), _shown(ref), "the id of a source"
    for layer, key, code, kind in _LINKS:
        links: dict[str, str] = {}
        places: dict[str, Way] = {}
        for index, item in _items(record, layer):
            name, target = item.get("id"), item.get(key)
            if not isinstance(target, str):
                continue
            if target == name:
                yield "R006", (layer, index, key), _shown(target), f"another {kind}"
            elif target not in ids[layer]:
                yield code, (layer, index, key), _shown(target), f"the id of a {kind} or null"
            elif isinstance(name, str):
                links.setdefault(name, target)
                places.setdefault(name, (layer, index, key))
        for circle in _circles(links):
            yield "R007", places[circle[0]], " -> ".join((*circle, circle[0])), "references that end"
    for index, item in _items(record, "sources"):
        target = item.get("doc_ref")
        if not isinstance(target, str):
            continue
        if target == record.get("doc_id"):
            yield "R006", ("sources", index, "doc_ref"), _shown(target), "another document of the collection"
        elif documents is not None and target not in documents:
            yield "R008", ("sources", index, "doc_ref"), _shown(target), "a document of the collection or null"


_LINKS = (
    ("attributions", "parent", "R003", "attribution"),
    ("attributions", "continues", "R004", "attribution"),
    ("sources", "affiliation", "R005", "source"),
)


def _circles(links: Mapping[str, str]) -> Iterator[list[str]]:
    """Every circle once, beginning with the member that stands first."""
    order = {name: number for number, name in enumerate(links)}
    done: set[str] = set()
    for first in links:
        way: dict[str, None] = {}
        name = first
        while name in links and name not in done and name not in way:
            way[name] = None
            name = links[name]
        if name in way:
            members = list(way)
            circle = members[members.index(name) :]
            turn = circle.index(min(circle, key=order.__getitem__))
            yield circle[turn:] + circle[:turn]
        done.update(way)


def _source_count_findings(record: Mapping[str, Any]) -> Iterator[Finding]:
    """One source for each fragment; a single fragment may name several (codebook, rulings R6 and R25)."""
    for index, item in _items(record, "attributions"):
        source, refs = item.get("source"), item.get("source_refs")
        if isinstance(source, list) and isinstance(refs, list) and len(source) > 1 and refs and len(refs) != len(source):
            expected = f"{len(source)}, one for each fragment of the source"
            yield "A002", ("attributions", index, "source_refs"), f"{len(refs)} references", expected


def _attribution_findings(record: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _source_count_findings(record)
    attributions = _items(record, "attributions")
    by_id = {item["id"]: item for _, item in reversed(attributions) if isinstance(item.get("id"), str)}
    by_content: dict[tuple[tuple[int, int, int], ...], list[tuple[int, dict[str, Any]]]] = {}
    for index, item in attributions:
        place = ("attributions", index)
        if isinstance(item.get("source"), list) and item.get("source_refs") == []:
            yield "A003", (*place, "source_refs"), "no reference", "the id of the source that the span names"
        if isinstance(item.get("continues"), str):
            for label in ("source", "cue"):
                if item.get(label) is not None:
                    yield "A004", (*place, label), f"a {label}", f"null, since {_shown(item['continues'])} is continued"
            continued = by_id.get(item["continues"], item)
            for key in ("parent", "source_refs"):
                if item.get(key) != continued.get(key):
                    found = item.get(key)
                    copied = continued.get(key)
                    yield (
                        "A005",
                        (*place, key),
                        _short(found),
                        f"{_short(copied)}, as in {_shown(item['continues'])}, which it continues",
                    )
        elif isinstance(parent := item.get("parent"), str) and parent in by_id:
            # A continuation copies its parent and stands outside of that one's content; every other child stands inside,
            # with its content (basis) or with its frame.
            outer = _fragments(by_id[parent].get("content"))
            inner = [fragment for label in ("content", "source", "cue") for fragment in _fragments(item.get(label))]
            if outer and inner and not any(s < end and start < e for _, s, e in outer for _, start, end in inner):
                yield "A009", (*place, "parent"), _shown(parent), "a parent whose content holds this attribution or part of it"
        alike = by_content.setdefault(tuple(_fragments(item.get("content"))), [])
        if (other := next((other for other, earlier in alike if _same_but_for_id(earlier, item)), None)) is not None:
            yield "A006", place, "a copy", f"an attribution other than /attributions/{other}"
        alike.append((index, item))


def _same_but_for_id(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    try:
        return {**one, "id": ""} == {**other, "id": ""}
    except RecursionError:  # nested so deeply that the schema has found it
        return False


def _short(value: Any) -> str:
    return f"[{', '.join(map(_shown, value))}]" if isinstance(value, list) else _shown(value)


def _trigger_findings(record: Mapping[str, Any]) -> Iterator[Finding]:
    annotated: dict[tuple[tuple[int, int, int], ...], Way] = {}
    for index, item in _items(record, "hedges"):
        if fragments := tuple(_fragments(item.get("span"))):
            if fragments in annotated:
                yield "A007", ("hedges", index, "span"), "a span", f"one other than that of {_pointer(annotated[fragments])}"
            annotated.setdefault(fragments, ("hedges", index))
    for index, item in _items(record, "attributions"):
        if fragments := tuple(_fragments(item.get("cue"))):
            annotated.setdefault(fragments, ("attributions", index, "cue"))
    for index, item in _items(record, "rejected_triggers"):
        if (fragments := tuple(_fragments(item.get("span")))) in annotated:
            yield "A008", ("rejected_triggers", index, "span"), f"the span of {_pointer(annotated[fragments])}", "another span"


# --- a data root ---


@dataclass
class _Disk:
    """A data root as it is read: what cannot be read becomes a problem and None."""

    root: Path
    engine: Engine
    problems: list[Problem] = field(default_factory=list)
    files: dict[str, Path] = field(init=False)
    """By path relative to the root, with "/": every data file and the manifest; hidden files are none."""

    def __post_init__(self) -> None:
        self.files = {}
        for name in (*DATA_FOLDERS, MANIFEST):
            self._list(self.root / name)

    def _list(self, path: Path) -> None:
        if path.is_symlink() and not _inside(path, self.root):
            target = _printable(str(path.readlink()))
            self.add("F003", self._name(path), "", f"a link to {target}", "a file below the data root")
        elif path.is_symlink() and path.is_dir():
            self.add("F002", self._name(path), "", "a link to a folder", "a folder or a file")
        elif path.is_dir():
            try:
                entries = sorted(path.iterdir())
            except OSError as error:
                self.add("F002", self._name(path), "", f"a folder that cannot be listed: {error.strerror}", "one that can")
                return
            for entry in entries:
                if not entry.name.startswith("."):
                    self._list(entry)
        elif path.is_file():
            self.files[self._name(path)] = path

    def _name(self, path: Path) -> str:
        return _printable(path.relative_to(self.root).as_posix())

    def add(self, code: str, file: str, pointer: str, found: str, expected: str) -> None:
        self.problems.append(Problem(code, file, pointer, found, expected))

    def has(self, file: str) -> bool:
        """Whether anything at all stands there."""
        return (self.root / file).is_symlink() or (self.root / file).exists()

    def read(self, file: str) -> bytes | None:
        """The file's bytes."""
        if file not in self.files:
            path = self.root / file
            if path.is_dir():
                self.add("F002", file, "", "a folder", "a file")
            elif not path.is_symlink() and not path.exists():
                self.add("F001", file, "", "no file", "a file")
            elif _inside(path, self.root):  # else it is reported as a link already
                self.add("F002", file, "", "neither a file nor a folder", "a file")
            return None
        try:
            return read_bytes(self.files[file])
        except DataError as error:
            self.add("F002", file, "", _reason(error, self.files[file]), "a file that can be read")
            return None

    def text(self, file: str) -> str | None:
        """The file's text."""
        data = self.read(file)
        try:
            return None if data is None else decode(data, file)
        except DataError as error:
            self.add("F004", file, "", _reason(error, file), "UTF-8")
            return None

    def json(self, text: str | None, file: str) -> tuple[Any] | None:
        """The JSON value of a text, in a tuple of its own, since null is one."""
        try:
            return None if text is None else (parse_json(text, file),)
        except DataError as error:
            self.add("F005", file, "", _reason(error, file), "JSON")
            return None

    def table(self, file: str, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]] | None:
        """The rows of a CSV file that have these columns, each with the line that it ends on."""
        text = self.text(file)
        if text is None:
            return None
        if "\r" in text:
            self.add(
                "F006", f"{file}:{text[: text.index(chr(13))].count(chr(10)) + 1}", "", "a carriage return", "line feeds alone"
            )
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows: list[tuple[int, dict[str, str]]] = []
        try:
            if (header := next(reader, [])) != list(columns):
                self.add("F006", f"{file}:1", "", f"the columns {_shown(','.join(header))}", _shown(",".join(columns)))
                return None
            for values in reader:
                if len(values) == len(columns):
                    rows.append((reader.line_num, dict(zip(columns, values, strict=True))))
                else:
                    self.add("F006", f"{file}:{reader.line_num}", "", f"{len(values)} values", f"{len(columns)}")
        except csv.Error as error:
            self.add("F006", f"{file}:{reader.line_num}", "", str(error), "CSV")
        return rows


def _inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link to itself
        return False


def _reason(error: DataError, place: object) -> str:
    return _printable(str(error).removeprefix(f"{place}: ").removesuffix("; expected JSON").removeprefix("found "))


@dataclass
class _Article:
    """What the table of documents says of one, with its text where that is the one it names."""

    story_id: str
    sha256: str
    n_chars: int | None
    text: str | None = None
    tokens: tuple[Fragment, ...] = ()
    attributions: frozenset[str] = frozenset()


def _check_collection(disk: _Disk, name: str) -> None:
    articles = _check_documents(disk, name)
    _check_texts(disk, name, articles)
    _check_stories(disk, name, articles)
    _check_tokens(disk, name, articles)
    _check_annotations(disk, name, articles)
    _check_provenance(disk, name, articles)
    _check_splits(disk, name, articles)


def _check_documents(disk: _Disk, name: str) -> dict[str, _Article]:
    """The articles that documents.csv lists under an id that is one."""
    file = f"raw/{name}/documents.csv"
    properties = _schema("documents")["items"]["properties"]
    articles: dict[str, _Article] = {}
    for line, row in disk.table(file, list(properties)) or ():
        n_chars = int(row["n_chars"]) if re.fullmatch("[0-9]{1,9}", row["n_chars"]) else None
        findings = _schema_findings([{**row, "n_chars": row["n_chars"] if n_chars is None else n_chars}], "documents", disk.engine)
        problems = _problems([(code, path[1:], found, expected) for code, path, found, expected in findings], f"{file}:{line}")
        disk.problems += problems
        # An id becomes part of a path, so nothing is looked up for one that has the wrong form.
        if {problem.pointer for problem in problems} & {"/doc_id", "/story_id"}:
            continue
        if row["doc_id"] in articles:
            disk.add("D004", f"{file}:{line}", "/doc_id", _shown(row["doc_id"]), "each document once")
        articles.setdefault(row["doc_id"], _Article(row["story_id"], row["sha256"], n_chars))
    return articles


def _check_texts(disk: _Disk, name: str, articles: Mapping[str, _Article]) -> None:
    stored = {path for path in disk.files if path.startswith(f"raw/{name}/") and path.endswith(".txt")}
    shipped = name == "core" or bool(stored)
    for doc_id, article in articles.items():
        file = f"raw/{name}/{article.story_id}/{doc_id}.txt"
        stored.discard(file)
        if not shipped or (data := disk.read(file)) is None:
            continue
        problems = check_text(data, file=file)
        disk.problems += problems
        if sha256(data) != article.sha256:
            disk.add("D005", file, "", f"SHA-256 {sha256(data)}", f"{_shown(article.sha256)} of raw/{name}/documents.csv")
        if any(problem.code == "T001" for problem in problems):
            continue
        text = decode(data, file)
        if article.n_chars is not None and len(text) != article.n_chars:
            disk.add("D006", file, "", f"{len(text)} characters", f"{article.n_chars} of raw/{name}/documents.csv")
        if sha256(data) == article.sha256:
            article.text = text
    for file in sorted(stored):
        disk.add("F007", file, "", "a text", f"the text of a document of raw/{name}/documents.csv")


def _check_stories(disk: _Disk, name: str, articles: Mapping[str, _Article]) -> None:
    file = f"raw/{name}/stories.csv"
    if not disk.has(file):
        return
    definitions = _schema("documents")["$defs"]
    known = set()
    for line, row in disk.table(file, STORY_COLUMNS) or ():
        place = f"{file}:{line}"
        if not re.fullmatch(definitions["doc_id"]["pattern"].rstrip("$"), row["story_id"]):
            disk.add("S005", place, "/story_id", _shown(row["story_id"]), f"text of the form {definitions['doc_id']['pattern']}")
        if row["topic"] not in definitions["topic"]["enum"]:
            disk.add("S004", place, "/topic", _shown(row["topic"]), f"one of {', '.join(definitions['topic']['enum'])}")
        for column in ("happened", "known_first_by"):
            if not row[column].strip():
                disk.add("S006", place, f"/{column}", _shown(row[column]), "some text")
        if row["story_id"] in known:
            disk.add("D007", place, "/story_id", _shown(row["story_id"]), "each story once")
        known.add(row["story_id"])
    for story_id in sorted({article.story_id for article in articles.values()} - known):
        disk.add("D008", file, "", f"no story {_shown(story_id)}", f"every story of raw/{name}/documents.csv")


def _check_tokens(disk: _Disk, name: str, articles: Mapping[str, _Article]) -> None:
    file = f"raw/{name}/tokens.jsonl"
    text = disk.text(file)
    if text is None:
        return
    seen = set()
    for line, content in enumerate(text.split("\n"), 1):
        place = f"{file}:{line}"
        if not content or (value := disk.json(content, place)) is None:
            continue
        record = value[0]
        if not isinstance(record, dict) or tuple(record) != TOKEN_KEYS:
            disk.add("S003", place, "", _shown(record), f"an object with the keys {', '.join(TOKEN_KEYS)}")
            continue
        doc_id = record["doc_id"]
        if not isinstance(doc_id, str) or doc_id not in articles or doc_id in seen:
            disk.add("K002", place, "/doc_id", _shown(doc_id), f"each document of raw/{name}/documents.csv once")
            continue
        seen.add(doc_id)
        findings = list(_token_findings(record, articles[doc_id]))
        disk.problems += _problems(findings, place)
        if not findings:
            articles[doc_id].tokens = tuple((start, end) for start, end in record["tokens"])
    for doc_id in sorted(articles.keys() - seen):
        disk.add("K001", file, "", f"no tokens of {_shown(doc_id)}", f"those of every document of raw/{name}/documents.csv")


def _token_findings(record: Mapping[str, Any], article: _Article) -> Iterator[Finding]:
    for key in ("tokens", "sentences"):
        ranges = record[key]
        if not isinstance(ranges, list):
            yield "S003", (key,), _shown(ranges), "a list"
            continue
        previous = 0
        for index, pair in enumerate(ranges):
            if not (isinstance(pair, list) and len(pair) == 2 and all(type(edge) is int for edge in pair)):
                yield "S003", (key, index), _shown(pair), "a list of two whole numbers"
                continue
            start, end = pair
            if key == "sentences":
                if start != previous or end <= start:
                    yield "K005", (key, index), _range(start, end), f"a sentence that begins at token {previous}"
            elif start < previous or end <= start or (article.n_chars is not None and end > article.n_chars):
                yield "K003", (key, index), _range(start, end), f"a token between {previous} and {article.n_chars}"
            elif article.text is not None and _WHITE.search(article.text, start, end):
                yield "K004", (key, index), f"{_range(start, end)} {_shown(article.text[start:end])}", "no white space"
            previous = end
        if key == "sentences" and isinstance(record["tokens"], list) and previous != len(record["tokens"]):
            yield "K005", (key,), f"sentences up to token {previous}", f"up to {len(record['tokens'])}, the number of tokens"


_WHITE = re.compile(r"\s")


def _check_annotations(disk: _Disk, name: str, articles: Mapping[str, _Article]) -> None:
    folder = f"annotations/{name}"
    stored = {path for path in disk.files if re.fullmatch(f"{re.escape(folder)}/(passes/[^/]+/)?[^/]+[.]json", path)}
    gold = {f"{folder}/{doc_id}.json" for doc_id in articles}
    for file in sorted(stored | gold):
        doc_id = Path(file).stem
        if doc_id not in articles:
            disk.add("F007", file, "", "an annotation", f"one of a document of raw/{name}/documents.csv")
        value = disk.json(disk.text(file), file)
        if value is None:
            continue
        article = articles.get(doc_id, _Article("", "", None))
        disk.problems += check_record(
            value[0],
            file=file,
            text=article.text,
            doc_id=doc_id,
            collection=name,
            n_chars=article.n_chars,
            text_sha256=article.sha256 or None,
            tokens=article.tokens,
            documents=articles,
            engine=disk.engine,
        )
        if file in gold and isinstance(value[0], dict):
            article.attributions = frozenset(
                item["id"] for _, item in _items(value[0], "attributions") if isinstance(item.get("id"), str)
            )


def _check_provenance(disk: _Disk, name: str, articles: Mapping[str, _Article]) -> None:
    file = f"annotations/{name}/provenance.csv"
    if not disk.has(file):
        return
    seen = set()
    for line, row in disk.table(file, PROVENANCE_COLUMNS) or ():
        place = f"{file}:{line}"
        if (link := tuple(row.values())) in seen:
            disk.add("L005", place, "", _shown(" ".join(link)), "each link once")
        seen.add(link)
        for column in ("from_doc", "to_doc"):
            if row[column] not in articles:
                disk.add("L001", place, f"/{column}", _shown(row[column]), f"a document of raw/{name}/documents.csv")
        source, target = articles.get(row["from_doc"]), articles.get(row["to_doc"])
        if source is not None and row["attribution"] not in source.attributions:
            disk.add("L002", place, "/attribution", _shown(row["attribution"]), f"an attribution of {row['from_doc']}")
        if row["from_doc"] == row["to_doc"]:
            disk.add("L004", place, "/to_doc", _shown(row["to_doc"]), "another document")
        elif source is not None and target is not None and source.story_id != target.story_id:
            disk.add("L003", place, "/to_doc", f"a document of story {target.story_id}", f"one of {source.story_id}")


def _check_splits(disk: _Disk, name: str, articles: Mapping[str, _Article]) -> None:
    file = f"splits/{name}.csv"
    rows = disk.table(file, SPLIT_COLUMNS)
    if rows is None:
        return
    split_by_id: dict[str, str] = {}
    split_by_story: dict[str, str] = {}
    for line, row in rows:
        place = f"{file}:{line}"
        doc_id, story_id, split = (row[column] for column in SPLIT_COLUMNS)
        if doc_id not in articles:
            disk.add("P003", place, "/doc_id", _shown(doc_id), f"a document of raw/{name}/documents.csv")
        elif doc_id in split_by_id:
            disk.add("P002", place, "/doc_id", _shown(doc_id), "each document once")
        elif articles[doc_id].story_id != story_id:
            disk.add("P004", place, "/story_id", _shown(story_id), f"{articles[doc_id].story_id} of raw/{name}/documents.csv")
        if split not in SPLITS:
            disk.add("P005", place, "/split", _shown(split), f"one of {', '.join(SPLITS)}")
        elif doc_id in articles and split_by_story.setdefault(articles[doc_id].story_id, split) != split:
            others = split_by_story[articles[doc_id].story_id]
            disk.add("P006", place, "/split", _shown(split), f"{_shown(others)}, as the story's other documents")
        split_by_id.setdefault(doc_id, split)
    for doc_id in sorted(articles.keys() - split_by_id.keys()):
        disk.add("P001", file, "", f"no split for {_shown(doc_id)}", f"one for every document of raw/{name}/documents.csv")
    texts = {doc_id: article.text for doc_id, article in articles.items() if article.text is not None and doc_id in split_by_id}
    for first, second, share in near_duplicates(texts, split_by_id):
        found = f"{share:.0%} of all word {SHINGLE}-grams shared with {first} ({split_by_id[first]})"
        expected = f"less than {NEAR_DUPLICATE:.0%} across splits"
        disk.add("P007", f"raw/{name}/{articles[second].story_id}/{second}.txt", "", found, expected)


def near_duplicates(texts: Mapping[str, str], split_by_id: Mapping[str, str]) -> list[tuple[str, str, float]]:
    """Pairs of documents of different splits whose Jaccard similarity is at least `NEAR_DUPLICATE`, with it, sorted.

    Compared are the sets of word 5-grams, letter case and punctuation aside; a text of fewer words is one shingle. Exact: two
    sets that similar share one of the rarest n - ceil(n / 2) + 1 shingles of each (prefix filtering, Chaudhuri et al. 2006),
    so only pairs that do are compared.
    """
    shingles: dict[str, frozenset[tuple[str, ...]]] = {}
    for doc_id, text in sorted(texts.items()):
        words = re.findall(r"\w+", text.casefold())
        shingles[doc_id] = frozenset(zip(*(words[i:] for i in range(SHINGLE)), strict=False)) or frozenset([tuple(words)])
    n_documents = Counter(shingle for shingle_set in shingles.values() for shingle in shingle_set)
    seen: dict[tuple[str, ...], list[str]] = {}
    pairs = []
    for second, own in shingles.items():
        rarest = sorted(own, key=lambda shingle: (n_documents[shingle], shingle))
        prefix = rarest[: len(own) - math.ceil(NEAR_DUPLICATE * len(own)) + 1]
        for first in sorted({other for shingle in prefix for other in seen.get(shingle, ())}):
            if split_by_id[first] != split_by_id[second]:
                shared = len(own & shingles[first])
                if (share := shared / (len(own) + len(shingles[first]) - shared)) >= NEAR_DUPLICATE:
                    pairs.append((first, second, share))
        for shingle in prefix:
            seen.setdefault(shingle, []).append(second)
    return pairs


def _check_manifest(disk: _Disk) -> None:
    text = disk.text(MANIFEST)
    if text is None:
        return
    listed = set()
    for number, line in enumerate(text.split("\n")[: -1 if text.endswith("\n") else None], 1):
        place = f"{MANIFEST}:{number}"
        match = re.fullmatch("([0-9a-f]{64})  (.+)", line)
        if match is None:
            disk.add("M001", place, "", _shown(line), "a SHA-256, two blanks and a path")
            continue
        digest, path = match.groups()
        if path in listed:
            disk.add("M005", place, "", _shown(path), "each file once")
        elif path not in disk.files:
            disk.add("M002", place, "", _shown(path), "a file of raw/, annotations/, splits/ or schema/")
        elif (data := disk.read(path)) is not None and sha256(data) != digest:
            disk.add("M003", path, "", f"SHA-256 {sha256(data)}", digest)
        listed.add(path)
    for path in sorted(disk.files.keys() - listed - {MANIFEST}):
        disk.add("M004", path, "", "a file", f"one that {MANIFEST} lists")
