"""W3C Web Annotation: the shape of the recommendation, nothing is lost, selectors agree or are told."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from attrib_bench.corpus import load_collection
from attrib_bench.document import (
    DataError,
    Document,
    Form,
    Hedge,
    HedgeType,
    Span,
)
from attrib_bench.files import sha256
from attrib_bench.formats.conll import document_of_lines
from attrib_bench.formats.webannotation import FORMAT, collection_of, document_of_collection
from examples import EXAMPLE, TEXT, span
from mutations import broken_json
from strategies import documents, documents_of_any_text

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tools.md"

IRI = "urn:attrib-bench:s001-a"


# --- Nothing is lost ------------------------------------------------------------------------------------------------


@given(documents() | documents_of_any_text())
def test_a_collection_holds_everything(document: Document) -> None:
    assert document_of_collection(json.loads(json.dumps(collection_of(document))), place="x#") == document


def test_native_comes_back() -> None:
    found = document_of_collection(collection_of(EXAMPLE), place="x#")
    assert found == EXAMPLE
    assert found.native == EXAMPLE.native


def test_core_through_files(tmp_path: Path) -> None:
    documents = load_collection().documents
    FORMAT.write(documents, tmp_path, None)
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"{document.id}.jsonld" for document in documents]
    assert FORMAT.recognises(tmp_path)
    assert tuple(FORMAT.read(tmp_path)) == documents
    assert tuple(FORMAT.read(tmp_path / "s001-a.jsonld")) == documents[:1]


# --- The recommendation ---------------------------------------------------------------------------------------------

MOTIVATIONS = """bookmarking classifying commenting describing editing highlighting identifying linking moderating questioning
replying reviewing tagging""".split()

TERMS = {
    *("id", "type", "label", "total", "first", "startIndex", "items", "body", "target", "motivation", "purpose", "format"),
    *("source", "selector", "start", "end", "exact", "prefix", "suffix", "value"),
}
"""Those terms of http://www.w3.org/ns/anno.jsonld that our files use."""

_IRI = {"type": "string", "pattern": "^urn:attrib-bench:[a-z0-9]"}
_SELECTORS = {
    "type": "array",
    "prefixItems": [
        {
            "type": "object",
            "required": ["type", "start", "end"],
            "properties": {"type": {"const": "TextPositionSelector"}, "start": {"type": "integer"}, "end": {"type": "integer"}},
            "additionalProperties": False,
        },
        {
            "type": "object",
            "required": ["type", "exact", "prefix", "suffix"],
            "properties": {"type": {"const": "TextQuoteSelector"}},
            "additionalProperties": {"type": "string"},
        },
    ],
    "items": False,
    "minItems": 2,
}
_TARGET = {
    "oneOf": [
        _IRI,
        {
            "type": "object",
            "required": ["type", "source", "selector"],
            "properties": {"type": {"const": "SpecificResource"}, "source": _IRI, "selector": _SELECTORS},
        },
    ]
}
_BODY = {
    "type": "object",
    "required": ["type", "purpose"],
    "properties": {"purpose": {"enum": MOTIVATIONS}},
    "oneOf": [
        {"properties": {"type": {"const": "TextualBody"}, "value": {"type": "string"}}, "required": ["value"]},
        {"properties": {"type": {"const": "SpecificResource"}, "source": _IRI}, "required": ["source"]},
    ],
}
RECOMMENDED = {
    "type": "object",
    "required": ["@context", "id", "type", "total", "first"],
    "properties": {
        "@context": {"type": "array", "prefixItems": [{"const": "http://www.w3.org/ns/anno.jsonld"}, {"type": "object"}]},
        "id": _IRI,
        "type": {"const": "AnnotationCollection"},
        "label": {"type": "string"},
        "total": {"type": "integer", "minimum": 0},
        "first": {
            "type": "object",
            "required": ["id", "type", "startIndex", "items"],
            "properties": {
                "id": _IRI,
                "type": {"const": "AnnotationPage"},
                "startIndex": {"const": 0},
                "items": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["id", "type", "target", "motivation"],
                        "properties": {
                            "id": _IRI,
                            "type": {"const": "Annotation"},
                            "motivation": {"enum": MOTIVATIONS},
                            "body": {"type": "array", "items": _BODY},
                            "target": {"oneOf": [_TARGET, {"type": "array", "minItems": 2, "items": _TARGET}]},
                        },
                    },
                },
            },
        },
    },
}
"""Collections, pages, annotations, bodies, targets and selectors as https://www.w3.org/TR/annotation-model/ has them."""


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from keys(item) if key != "ab:document" else ()
    elif isinstance(value, list):
        for item in value:
            yield from keys(item)


def test_files_have_the_shape_of_the_recommendation() -> None:
    validator = jsonschema.Draft202012Validator(RECOMMENDED)
    for document in (EXAMPLE, *load_collection().documents):
        collection = collection_of(document)
        validator.validate(collection)
        items = collection["first"]["items"]
        assert collection["total"] == len(items) == len({item["id"] for item in items})
        context = collection.pop("@context")
        assert context[1] == {"ab": "urn:attrib-bench:terms:", "ab:document": {"@type": "@json"}}
        assert {key for key in keys(collection) if not key.startswith("ab:")} <= TERMS, "JSON-LD drops terms that are not defined"
    assert not validator.is_valid({**collection_of(EXAMPLE), "type": "AnnotationPage"})


def test_an_annotation_to_read() -> None:
    """A cue with a gap: two targets, positions in code points, the words with what stands around them."""
    (cue,) = (item for item in collection_of(EXAMPLE)["first"]["items"] if item["id"] == f"{IRI}#a1.cue")
    (first, teilte), (second, mit) = (target["selector"] for target in cue["target"])
    assert (first["start"], first["end"], second["start"], second["end"]) == (29, 35, 45, 48)
    assert [teilte[key] for key in ("prefix", "exact", "suffix")] == [
        "😀 Fähre fällt aus\n\nDie Werft ",
        "teilte",
        " am Abend mit, die Fähre falle w",
    ]
    assert [mit[key] for key in ("prefix", "exact", "suffix")] == [
        " aus\n\nDie Werft teilte am Abend ",
        "mit",
        ", die Fähre falle wohl aus, so h",
    ]
    content = next(item for item in collection_of(EXAMPLE)["first"]["items"] if item["id"] == f"{IRI}#a2")
    features = {"ab:id": "a2", "ab:form": "reported", "ab:status": "hypothetical"}
    assert content["body"] == [
        {"type": "TextualBody", "purpose": "tagging", "value": "Content", **features},
        {"type": "SpecificResource", "purpose": "linking", "source": f"{IRI}#a2.cue", "ab:link": "cue"},
        {"type": "SpecificResource", "purpose": "linking", "source": f"{IRI}#a2.source", "ab:link": "source"},
        {"type": "SpecificResource", "purpose": "linking", "source": f"{IRI}#a2.addressee", "ab:link": "addressee"},
        {"type": "SpecificResource", "purpose": "linking", "source": f"{IRI}#a1", "ab:link": "parent"},
    ]
    entity = next(item for item in collection_of(EXAMPLE)["first"]["items"] if item["id"] == f"{IRI}#e1")
    assert entity["target"] == IRI


def test_the_example_of_the_page_on_tools() -> None:
    page = PAGE.read_text(encoding="utf-8")
    (lines,) = re.findall(r"```conll\n(.*?)```", page, re.DOTALL)
    (example,) = re.findall(r"```jsonld\n(.*?)```", page, re.DOTALL)
    document = document_of_lines(lines.split("\n"), file=PAGE)
    assert json.loads(example) in collection_of(document)["first"]["items"]


# --- What other tools write -----------------------------------------------------------------------------------------


def with_items(change: Callable[[list[dict[str, Any]]], Any]) -> dict[str, Any]:
    collection = copy.deepcopy(collection_of(EXAMPLE))
    change(collection["first"]["items"])
    return collection


def hedge(start: int, end: int, quote: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    position = {"type": "TextPositionSelector", "start": start, "end": end}
    selector = [position, {"type": "TextQuoteSelector", **quote}] if quote else position
    return {
        "id": "urn:uuid:5b4e1a52",
        "type": "Annotation",
        "creator": {"type": "Person", "name": "Ina"},
        "body": {"type": "TextualBody", "value": "Hedge", "ab:type": "reportive"},
        "target": {"source": IRI, "selector": selector},
        **more,
    }


def test_single_values_and_what_is_not_ours() -> None:
    """One body and one selector in no list, an annotation without motivation, a comment beside the tag."""
    added = replace(EXAMPLE, hedges=(*EXAMPLE.hedges, Hedge(id="h2", span=span("Abend"), type=HedgeType.REPORTIVE)))
    start, end = added.hedges[1].span.fragments[0]
    assert document_of_collection(with_items(lambda items: items.append(hedge(start, end))), place="x#") == added
    bodies = [hedge(0, 1)["body"], {"type": "TextualBody", "purpose": "commenting", "value": "wirklich?"}]
    item = hedge(start, end, {"exact": "Abend", "suffix": " mit"}, body=bodies)
    assert document_of_collection(with_items(lambda items: items.append(item)), place="x#") == added


def test_a_label_is_changed_and_an_annotation_deleted() -> None:
    def change(items: list[dict[str, Any]]) -> None:
        for item in items:
            if item["id"].endswith("#a2"):
                item["body"][0] |= {"ab:form": "mixed"}
                item["target"] = item["target"][1]
        items[:] = [item for item in items if not item["id"].endswith("#h1")]

    a3, a1, a2, a4 = EXAMPLE.attributions
    changed = replace(a2, form=Form.MIXED, content=Span(span("die Fähre", "aus").fragments[1:]))
    expected = replace(EXAMPLE, attributions=(a3, a1, changed, a4), hedges=())
    assert document_of_collection(with_items(change), place="x#") == expected


# --- What is broken is told -----------------------------------------------------------------------------------------

LAST = "x#/first/items/17"
TARGET = f"{LAST}/target"
PLACE = {"type": "TextPositionSelector", "start": 1, "end": 2}


@pytest.mark.parametrize(
    ("item", "message"),
    [
        pytest.param(
            hedge(19, 22, {"exact": "die"}),
            f"{TARGET}/selector: quotes 'die', but at the position 19 to 22 stands 'Die'",
            id="words",
        ),
        pytest.param(
            hedge(2, 7, {"exact": "Fähre", "prefix": "x "}),
            "quotes 'x Fähre', but at the position 2 to 7 stands '😀 Fähre'",
            id="before",
        ),
        pytest.param(
            hedge(19, 22, {"exact": "Die", "suffix": "x"}), "quotes 'Diex', but at the position 19 to 22 stands 'Die '", id="after"
        ),
        pytest.param(hedge(20, 23, {"exact": "Die"}), "quotes 'Die', but at the position 20 to 23 stands 'ie '", id="UTF-16 units"),
        pytest.param(hedge(60, 900), f"{TARGET}/selector: found the position 60 to 900 in a text of 120 characters", id="beyond"),
        pytest.param(hedge(5, 5), "found the position 5 to 5", id="empty"),
        pytest.param(hedge(1, 2, target="urn:x"), f"{TARGET}: found the source 'urn:x', expected the text, {IRI}", id="source"),
        pytest.param(hedge(1, 2, target=IRI), "Hedge urn:uuid:5b4e1a52: covers no words", id="whole text"),
        pytest.param(
            hedge(1, 2, target=[IRI, hedge(1, 2)["target"]]), "found the whole text beside words of it", id="text and words"
        ),
        pytest.param(
            hedge(1, 2, target={"source": IRI, "selector": [PLACE, {**PLACE, "end": 3}]}), "found 2 positions", id="two positions"
        ),
        pytest.param(
            hedge(1, 2, target={"source": IRI, "selector": {"type": "TextQuoteSelector", "exact": "die"}}),
            "found 0 positions",
            id="only a quotation",
        ),
        pytest.param(hedge(1, 2, target={"source": IRI, "selector": {**PLACE, "refinedBy": PLACE}}), TARGET, id="refined"),
        pytest.param(hedge(1, 2, target={"source": IRI, "selector": {"type": "XPathSelector", "value": "/"}}), TARGET, id="XPath"),
        pytest.param(hedge(1, 2, body=[]), f"{LAST}/body", id="no body"),
        pytest.param(
            hedge(1, 2, body={"type": "TextualBody", "purpose": "commenting", "value": "Hedge"}), "/body: found 0 tags", id="no tag"
        ),
        pytest.param(
            hedge(1, 2, body=[hedge(1, 2)["body"], {"type": "SpecificResource", "purpose": "linking", "source": f"{IRI}#e1"}]),
            "expected a source and ab:link",
            id="link of no kind",
        ),
        pytest.param(hedge(1, 2, id=f"{IRI}#h1"), f"{IRI}#h1: stands for 2 annotations", id="same IRI"),
        pytest.param(
            hedge(1, 2, body={"type": "TextualBody", "value": "Zweifel"}), "found the type 'Zweifel', expected one of", id="type"
        ),
        pytest.param(hedge(1, 2, type="Note"), f"{LAST}/type: found 'Note'", id="no annotation"),
    ],
)
def test_what_is_wrong_is_told(item: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)) as caught:
        document_of_collection(with_items(lambda items: items.append(item)), place="x#")
    assert str(caught.value).startswith("x#")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"first": "http://localhost/page1"}, "x#/first: found 'http://localhost/page1'", id="a page elsewhere"),
        pytest.param({"first": {"type": "AnnotationPage", "items": [], "next": "http://x"}}, "x#/first/next", id="a further page"),
        pytest.param({"ab:text": {"id": IRI, "value": "X", "ab:sha256": sha256(TEXT)}}, "the one that was exported", id="text"),
        pytest.param({"ab:text": {"id": IRI}}, '"value" is a required property', id="no text"),
        pytest.param({"ab:document": {"doc_id": "../x"}}, "x#/ab:document: '../x': cannot name a file", id="name"),
        pytest.param({"ab:document": {"doc_id": "x", "collection": "\ud800"}}, "x#/ab:document/collection: found", id="surrogate"),
        pytest.param({"ab:document": {"doc_id": "x", "tokens": [[0, 999]]}}, "x#/ab:document#/tokens/0", id="tokens"),
    ],
)
def test_a_broken_collection_is_told(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        document_of_collection({**collection_of(EXAMPLE), **change}, place="x#")


def test_the_others_are_still_read_and_written(tmp_path: Path) -> None:
    FORMAT.write([EXAMPLE, replace(EXAMPLE, id="s001-b")], tmp_path, None)
    (tmp_path / "s001-a.jsonld").write_text("{", encoding="utf-8")
    told: list[DataError] = []
    assert [document.id for document in FORMAT.read(tmp_path, broken=told.append)] == ["s001-b"]
    FORMAT.write([replace(EXAMPLE, id="../s001-c"), replace(EXAMPLE, text=None), EXAMPLE], tmp_path / "new", told.append)
    assert [str(error).split(": ")[0] for error in told] == [f"{tmp_path}/s001-a.jsonld", "'../s001-c'", "s001-a"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["s001-a.jsonld"]
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match=r"none: found no file, expected documents in \.jsonld"):
        list(FORMAT.read(tmp_path / "none"))


def test_200_broken_files(tmp_path: Path) -> None:
    """Each is read or told, by one error that names the file; what is read can be written again, or that is told."""
    collection = collection_of(EXAMPLE)
    file = tmp_path / "in" / "x.jsonld"
    file.parent.mkdir()
    n_read = n_told = 0
    for seed in range(200):
        file.write_bytes(broken_json(collection, seed))
        assert FORMAT.recognises(file) in (True, False)
        told: list[DataError] = []
        for document in FORMAT.read(file, broken=told.append):
            n_read += 1
            FORMAT.write([document], tmp_path / "out", None)
        assert len(told) <= 1
        assert all(str(error).startswith(str(file)) for error in told)
        n_told += len(told)
    assert min(n_read, n_told) > 10
    assert {path.parent.name for path in tmp_path.rglob("*")} <= {tmp_path.name, "in", "out"}
