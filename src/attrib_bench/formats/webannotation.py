"""W3C Web Annotation, as JSON-LD <-> the model, by way of marks.

A document is a file ``<doc_id>.jsonld`` with one AnnotationCollection, whose only page is embedded. Each mark is an Annotation:

    id          an IRI, ``urn:attrib-bench:s017-b#a1.cue``
    body        a TextualBody that tags it with the mark's type and has its features (``ab:form`` and so on); then, for each link
                in order, a SpecificResource that links to another annotation, with the link's name (``ab:link``)
    target      a SpecificResource for each fragment, with two selectors of the same words: TextPositionSelector, and
                TextQuoteSelector with 32 characters before and after. What covers no words has the text itself as its target

The collection has the text (``ab:text``), whose IRI is the source of all targets, and what else the document holds
(``ab:document``, a JSON literal of JSON-LD 1.1). Positions are code points: "The selection of the text MUST be in terms of
unicode code points" (https://www.w3.org/TR/annotation-model/#text-quote-selector). An annotation with several targets says the
same of each of them; the model has no target that consists of parts, so that a span with a gap is one is what we say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from reprlib import repr as brief
from typing import Any

from jsonschema_rs import Draft202012Validator

from attrib_bench.document import DataError, Document, Fragment, Span
from attrib_bench.files import head, read_json, write_atomic
from attrib_bench.formats.format import Broken, Format, Unit, file_stem, rendered
from attrib_bench.formats.header import document_of, header_of, require_shape, unicode_line
from attrib_bench.formats.marks import Mark, from_marks, marks
from attrib_bench.records import Record

COLLECTION = "webannotation"

ANNOTATION_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
CONTEXT = [ANNOTATION_CONTEXT, {"ab": "urn:attrib-bench:terms:", "ab:document": {"@type": "@json"}}]
"""The context of our files: that of the recommendation, and a prefix for our own terms."""

_AFFIX = 32
"""How many characters before and after a quotation are quoted with it."""


# --- Files ----------------------------------------------------------------------------------------------------------


def _units(path: Path) -> Iterator[Unit]:
    files = sorted(path.glob("*.jsonld")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path}: found no file, expected documents in .jsonld")
    for file in files:
        yield str(file), partial(_read, file)


def _read(path: Path) -> Document:
    return document_of_collection(read_json(path), place=f"{path}#")


def _recognises(path: Path) -> bool:
    files = [path] if path.is_file() else sorted(path.glob("*.jsonld"))[:1]
    return any(file.suffix == ".jsonld" and ANNOTATION_CONTEXT.encode() in head(file) for file in files)


def _write(documents: Iterable[Document], path: Path, broken: Broken | None = None) -> None:
    for document, line in rendered(documents, lambda document: unicode_line(collection_of(document), document), broken):
        write_atomic(path / f"{document.id}.jsonld", line)


# --- Model -> collection --------------------------------------------------------------------------------------------


def collection_of(document: Document) -> Record:
    """The AnnotationCollection of a document. Raises DataError where it has no text, or an id that could not name a file."""
    text, iri = document.require_text(), f"urn:attrib-bench:{file_stem(document)}"
    items = [_annotation(mark, text, iri) for mark in marks(document)]
    header = header_of(document)
    return {
        "@context": CONTEXT,
        "id": f"{iri}:annotations",
        "type": "AnnotationCollection",
        "label": document.metadata.title or document.id,
        "total": len(items),
        "ab:text": {"id": iri, "type": "Text", "format": "text/plain", "value": text, "ab:sha256": header.pop("text_sha256")},
        "ab:document": header,
        "first": {"id": f"{iri}:annotations:1", "type": "AnnotationPage", "startIndex": 0, "items": items},
    }


def _annotation(mark: Mark, text: str, iri: str) -> Record:
    features = {f"ab:{name}": value for name, value in mark.features.items()}
    tag = {"type": "TextualBody", "purpose": "tagging", "value": mark.type, **features}
    links = (
        {"type": "SpecificResource", "purpose": "linking", "source": f"{iri}#{key}", "ab:link": name} for name, key in mark.links
    )
    targets = [_target(fragment, text, iri) for fragment in mark.span.fragments] if mark.span else [iri]
    return {
        "id": f"{iri}#{mark.key}",
        "type": "Annotation",
        "motivation": "tagging",
        "body": [tag, *links],
        "target": targets if len(targets) > 1 else targets[0],
    }


def _target(fragment: Fragment, text: str, iri: str) -> Record:
    start, end = fragment
    position = {"type": "TextPositionSelector", "start": start, "end": end}
    quote = {
        "type": "TextQuoteSelector",
        "exact": text[start:end],
        "prefix": text[max(0, start - _AFFIX) : start],
        "suffix": text[end : end + _AFFIX],
    }
    return {"type": "SpecificResource", "source": iri, "selector": [position, quote]}


# --- Collection -> model --------------------------------------------------------------------------------------------


def _one_or_several(shape: Record) -> Record:
    return {"oneOf": [shape, {"type": "array", "minItems": 1, "items": shape}]}


_STRING = {"type": "string"}
_IRI = {"type": "string", "minLength": 1}
_SELECTOR = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 1},
        "exact": _STRING,
        "prefix": _STRING,
        "suffix": _STRING,
        "refinedBy": False,
    },
    "oneOf": [
        {"properties": {"type": {"const": "TextPositionSelector"}}, "required": ["start", "end"]},
        {"properties": {"type": {"const": "TextQuoteSelector"}}, "required": ["exact"]},
    ],
}
_TARGET = {
    "type": ["string", "object"],
    "required": ["source", "selector"],
    "properties": {"source": _IRI, "selector": _one_or_several(_SELECTOR)},
}
_BODY = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": _STRING, "purpose": _STRING, "value": _STRING, "source": _IRI},
    "patternProperties": {"^ab:": _STRING},
}
_ANNOTATION = {
    "type": "object",
    "required": ["id", "type", "body", "target"],
    "properties": {"id": _IRI, "type": {"const": "Annotation"}, "body": _one_or_several(_BODY), "target": _one_or_several(_TARGET)},
}
_PAGE = {
    "type": "object",
    "required": ["type", "items"],
    "properties": {"type": {"const": "AnnotationPage"}, "items": {"type": "array", "items": _ANNOTATION}, "next": False},
}
_TEXT = {"type": "object", "required": ["id", "value"], "properties": {"id": _IRI, "value": _STRING, "ab:sha256": _STRING}}
_COLLECTION = Draft202012Validator(
    {
        "type": "object",
        "required": ["type", "ab:text", "ab:document", "first"],
        "properties": {
            "type": {"const": "AnnotationCollection"},
            "ab:text": _TEXT,
            "ab:document": {"type": "object", "required": ["doc_id"]},
            "first": _PAGE,
        },
    },
    mask="value",
)
"""What is read of a collection; whatever else stands in it is left alone."""


def document_of_collection(collection: Any, *, place: str) -> Document:
    """The document of an AnnotationCollection; nothing is fetched, so its text and its only page have to be in it.

    Selectors have to agree: a quotation with what is before and after it stands at the position. Bodies other than tags and
    links, such as comments, are left alone. Raises DataError that names `place` and the JSON pointer.
    """
    require_shape(collection, _COLLECTION, place)
    text, iri = collection["ab:text"]["value"], collection["ab:text"]["id"]
    header = {"collection": COLLECTION, **collection["ab:document"]}
    if "ab:sha256" in collection["ab:text"]:
        header["text_sha256"] = collection["ab:text"]["ab:sha256"]
    document = document_of(header, text, place=f"{place}/ab:document")
    items = collection["first"]["items"]
    found = [_mark(item, text, iri, f"{place}/first/items/{index}") for index, item in enumerate(items)]
    try:
        return from_marks(document, found)
    except DataError as error:
        raise DataError(f"{place}: {error}") from error


def _mark(annotation: Record, text: str, iri: str, place: str) -> Mark:
    bodies = _several(annotation["body"])
    tags = [body for body in bodies if body["type"] == "TextualBody" and body.get("purpose", "tagging") == "tagging"]
    if len(tags) != 1 or "value" not in tags[0]:
        raise DataError(f"{place}/body: found {len(tags)} tags, expected one TextualBody with the purpose tagging and a value")
    links = [body for body in bodies if body.get("purpose") == "linking"]
    if wrong := [body for body in links if not {"source", "ab:link"} <= body.keys()]:
        raise DataError(f"{place}/body: found the link {brief(wrong[0])}, expected a source and ab:link, what kind of link it is")
    fragments = [_fragment(target, text, iri, f"{place}/target") for target in _several(annotation["target"])]
    span = Span.of(*(fragment for fragment in fragments if fragment)) if any(fragments) else None
    if span and not all(fragments):
        raise DataError(f"{place}/target: found the whole text beside words of it, expected one of the two")
    return Mark(
        key=annotation["id"],
        type=tags[0]["value"],
        span=span,
        features={name.removeprefix("ab:"): value for name, value in tags[0].items() if name.startswith("ab:")},
        links=tuple((body["ab:link"], body["source"]) for body in links),
    )


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fragment(target: str | Record, text: str, iri: str, place: str) -> Fragment | None:
    """The words that a target selects, or None where it is the whole text."""
    source = target if isinstance(target, str) else target["source"]
    if source != iri:
        raise DataError(f"{place}: found the source {brief(source)}, expected the text, {iri}")
    if isinstance(target, str):
        return None
    selectors = _several(target["selector"])
    positions = {(int(s["start"]), int(s["end"])) for s in selectors if s["type"] == "TextPositionSelector"}
    if len(positions) != 1:
        raise DataError(f"{place}/selector: found {len(positions)} positions, expected one TextPositionSelector")
    ((start, end),) = positions
    if not start < end <= len(text):
        raise DataError(f"{place}/selector: found the position {start} to {end} in a text of {len(text)} characters")
    for quote in (selector for selector in selectors if selector["type"] == "TextQuoteSelector"):
        before, exact, after = quote.get("prefix", ""), quote["exact"], quote.get("suffix", "")
        if text[start:end] != exact or not text.endswith(before, 0, start) or not text.startswith(after, end):
            quoted, there = brief(before + exact + after), brief(text[max(0, start - len(before)) : end + len(after)])
            raise DataError(f"{place}/selector: quotes {quoted}, but at the position {start} to {end} stands {there}")
    return start, end


FORMAT = Format(
    name="webannotation",
    title="W3C Web Annotation (.jsonld, a document a file)",
    recognises=_recognises,
    units=_units,
    write=_write,
)
