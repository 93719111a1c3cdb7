"""What a tool's file holds of a document besides its text and its labels, and the checks that such files share."""

from __future__ import annotations

import re
from dataclasses import asdict
from reprlib import repr as brief
from typing import Any

from jsonschema_rs import Draft202012Validator

from attrib_bench.document import DataError, Document
from attrib_bench.files import json_line, sha256
from attrib_bench.formats.format import file_stem
from attrib_bench.formats.jsonlines import from_record
from attrib_bench.records import LAYERS, Record, tokens_record

_SURROGATE = re.compile("[\ud800-\udfff]")


def header_of(document: Document) -> Record:
    """Id, collection, hash of the text, metadata, tokens, sentences and `native`, as JSON; no annotator works on them."""
    return {
        "doc_id": document.id,
        "collection": document.collection,
        "text_sha256": sha256(unicode_text(document.require_text(), document.id)),
        "metadata": asdict(document.metadata),
        **tokens_record(document),
        "native": document.native,
    }


def document_of(header: Record, text: str, *, place: str) -> Document:
    """The document of a header and a text, without annotations; only `doc_id` has to be there.

    Raises DataError that names `place`: for an id that could not name a file, and where the text is not the one of the hash.
    """
    found = header.get("text_sha256", digest := sha256(unicode_text(text, place)))
    if found != digest:
        raise DataError(f"{place}: found a text with SHA-256 {digest}, expected the one that was exported, {brief(found)}")
    bare = {key: value for key, value in header.items() if key not in (*LAYERS, "provenance")}
    document = from_record({**bare, "text": text}, place=place)
    try:
        file_stem(document)
    except DataError as error:
        raise DataError(f"{place}: {error}") from error
    return document


def require_shape(value: Any, shape: Draft202012Validator, place: str) -> None:
    """Raises DataError where a JSON value does not have this shape, whose messages are masked, or holds a lone surrogate.

    The message begins with `place` and the JSON pointer of the first thing that does not fit, one after the other.
    """
    try:
        error = next(shape.iter_errors(value), None)
        wrong = None if error else _surrogate(value)
    except (ValueError, RecursionError) as refused:
        raise DataError(f"{place}: nested too deeply to be read; expected JSON of a few levels") from refused
    if error:
        pointer = "".join(map(_pointer, error.instance_path))
        raise DataError(f"{place}{pointer}: found {brief(error.instance)}; {error.message}")
    if wrong is not None:
        raise DataError(f"{place}{wrong}: found a lone surrogate, expected Unicode text")


def _pointer(part: str | int) -> str:
    return "/" + brief(part).strip("'")


def _surrogate(value: Any) -> str | None:
    """Pointer to the first text below a JSON value that holds a lone surrogate, or None."""
    if isinstance(value, str):
        return "" if _SURROGATE.search(value) else None
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        below = "" if _surrogate(key) is not None else _surrogate(item)
        if below is not None:
            return _pointer(key) + below
    return None


def unicode_text(text: str, place: str) -> str:
    """The text itself. Raises DataError where it holds a lone surrogate, which no file can."""
    if found := _SURROGATE.search(text):
        raise DataError(f"{place}: found the lone surrogate {found[0]!r} at {found.start()}, expected Unicode text")
    return text


def unicode_line(record: Record, document: Document) -> str:
    """The record as one line of JSON. Raises DataError where it holds a lone surrogate, which no file can."""
    return unicode_text(json_line(record), document.id)
