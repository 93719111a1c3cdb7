"""Whole documents as JSON Lines, the package's own format for a corpus in one file.

A line is the annotation record of `attrib_bench.records` with what a collection keeps beside it, so that nothing is lost::

    {"doc_id", "collection", "metadata": {"story_id", …}, "text", "tokens", "sentences",
     "zones", "sources", "attributions", "hedges", "rejected_triggers", "provenance": [{"attribution", "to_doc"}], "native"}

`doc_id` and `text` are required; layers and the rest may be absent, and lines without labels are what systems tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields, replace
from functools import partial
from pathlib import Path
from reprlib import repr as brief
from typing import Any

from attrib_bench.document import DataError, Document, Metadata, ProvenanceLink
from attrib_bench.files import decode, json_line, parse_json, read_lines, replacing, sha256
from attrib_bench.formats.format import Broken, Format, Unit, keys_of_first_line, rendered
from attrib_bench.records import LAYERS, record_of, tokens_record, with_layers, with_tokens
from attrib_bench.schema import Problem, check_prediction, check_tokens

_KEYS = {"collection": str, "metadata": dict, "text": str, "native": dict}
_METADATA = tuple(field.name for field in fields(Metadata))


def line_of(document: Document) -> str:
    """The line of a document. Raises DataError where it has no text."""
    record = record_of(document)
    tokens = tokens_record(document)
    return json_line(
        {
            "doc_id": document.id,
            "collection": document.collection,
            "metadata": asdict(document.metadata),
            "text": document.require_text(),
            "tokens": tokens["tokens"],
            "sentences": tokens["sentences"],
            **{layer: record[layer] for layer in LAYERS},
            "provenance": [{"attribution": link.attribution, "to_doc": link.to_doc} for link in document.provenance],
            "native": document.native,
        }
    )


def from_record(record: Any, *, place: str) -> Document:
    """The document of a line's value. Raises DataError that lists what is wrong, each with `place` and JSON pointer."""
    text = record.get("text") if isinstance(record, dict) else None
    if not isinstance(text, str):
        raise DataError(f"{place}: found {brief(record)}, expected an object with doc_id and text")
    for key, type_ in _KEYS.items():
        if not isinstance(record.get(key, type_()), type_):
            expected = "an object" if type_ is dict else "a string"
            raise DataError(f"{place}#/{key}: found {brief(record[key])}, expected {expected}")
    metadata = record.get("metadata", {})
    if wrong := [key for key, value in metadata.items() if key not in _METADATA or not isinstance(value, str)]:
        raise DataError(f"{place}#/metadata/{wrong[0]}: expected strings for {', '.join(_METADATA)} alone")
    document = Document(
        id=record.get("doc_id", ""),
        collection=record.get("collection", "") or "documents",
        text=text,
        sha256=sha256(text.encode("utf-8", "surrogatepass")),
        n_chars=len(text),
        metadata=Metadata(**metadata),
        native=record.get("native", {}),
    )
    tokens = {"doc_id": document.id, "tokens": record.get("tokens", []), "sentences": record.get("sentences", [])}
    _refuse(check_prediction(record, file=place, gold=document))
    # A corpus may have tokens of two words.
    _refuse([problem for problem in check_tokens(tokens, file=place, text=text) if problem.code != "K004"])
    links = (ProvenanceLink(link["attribution"], link["to_doc"]) for link in record.get("provenance", ()))
    return replace(with_layers(with_tokens(document, tokens), record), provenance=tuple(sorted(links)))


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise DataError("\n".join(map(str, problems[:20])))


def _units(path: Path) -> Iterator[Unit]:
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path}: found no file, expected documents in .jsonl")
    for file in files:
        for number, line in read_lines(file):
            yield (place := f"{file}:{number}"), partial(_of_line, line, place)


def _of_line(line: bytes, place: str) -> Document:
    record = parse_json(decode(line, place), place)
    if b"\\u" in line:
        try:
            json_line(record).encode()
        except UnicodeEncodeError as error:
            raise DataError(f"{place}: found the lone surrogate {error.object[error.start]!r}, expected Unicode text") from error
    return from_record(record, place=place)


def _recognises(path: Path) -> bool:
    files = [path] if path.is_file() else sorted(path.glob("*.jsonl"))[:1]
    return any(file.suffix == ".jsonl" and {"doc_id", "text"} <= keys_of_first_line(file) for file in files)


def _write(documents: Iterable[Document], path: Path, broken: Broken | None = None) -> None:
    with replacing(path) as file:
        for _, line in rendered(documents, line_of, broken):
            file.write(line.encode())


FORMAT = Format(
    name="attrib-bench", title="attrib-bench (.jsonl, a document a line)", recognises=_recognises, units=_units, write=_write
)
