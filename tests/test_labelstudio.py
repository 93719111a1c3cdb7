"""Label Studio: nothing is lost, what people do in the tool is understood, what is broken is told."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given

from attrib_bench.corpus import load_collection
from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Hedge,
    HedgeType,
    Identification,
    Kind,
    Sector,
    Source,
)
from attrib_bench.files import sha256
from attrib_bench.formats.conll import document_of_lines
from attrib_bench.formats.labelstudio import FORMAT, configuration, document_of_task, task_of
from examples import EXAMPLE, TEXT, span
from mutations import broken_json
from strategies import documents, documents_of_any_text

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tools.md"


def through_json(document: Document) -> Document:
    return document_of_task(json.loads(json.dumps(task_of(document))), place="tasks.json#/0")


# --- Nothing is lost ------------------------------------------------------------------------------------------------


@given(documents() | documents_of_any_text())
def test_a_task_holds_everything(document: Document) -> None:
    assert through_json(document) == document


def test_native_and_an_attribution_without_words_come_back_in_order() -> None:
    assert through_json(EXAMPLE) == EXAMPLE
    assert through_json(EXAMPLE).native == EXAMPLE.native
    last = Attribution(id="a5", form=Form.REPORTED, content=span("das"), parent="a2", continues="a2")
    twice = replace(EXAMPLE, attributions=(*EXAMPLE.attributions, last))
    relations = [result for result in task_of(twice)["predictions"][0]["result"] if result["type"] == "relation"]
    assert len({(relation["from_id"], relation["to_id"]) for relation in relations}) == len(relations)
    assert relations[-1]["labels"] == ["parent", "continues"]
    assert through_json(twice) == twice


def test_core_through_files(tmp_path: Path) -> None:
    documents = load_collection().documents
    FORMAT.write(documents, tmp_path / "core", None)
    assert sorted(file.name for file in (tmp_path / "core").iterdir()) == ["tasks.json", "tasks.xml"]
    assert FORMAT.recognises(tmp_path / "core")
    assert tuple(FORMAT.read(tmp_path / "core")) == documents
    FORMAT.write(documents, tmp_path / "one.json", None)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "core" / "tasks.json").read_bytes()
    assert (tmp_path / "one.xml").read_text(encoding="utf-8") == configuration()


# --- The tool's own shape -------------------------------------------------------------------------------------------

_REGION = {
    "type": "object",
    "required": ["id", "from_name", "to_name", "type", "value"],
    "properties": {"id": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}, "to_name": {"const": "text"}},
    "additionalProperties": {"type": ["string", "object"]},
    "oneOf": [
        {
            "properties": {
                "type": {"const": type_},
                "value": {
                    "type": "object",
                    "properties": {"start": {"type": "integer"}, "end": {"type": "integer"}, **value},
                    "required": [*value, *positions],
                    "additionalProperties": False,
                },
            }
        }
        for type_, value, positions in (
            ("labels", {"labels": {"type": "array", "items": {"type": "string"}}, "text": {"type": "string"}}, ("start", "end")),
            ("choices", {"choices": {"type": "array", "items": {"type": "string"}}, "text": {"type": "string"}}, ("start", "end")),
            ("textarea", {"text": {"type": "array", "items": {"type": "string"}}}, ()),
        )
    ],
}
_RELATION = {
    "type": "object",
    "required": ["type", "from_id", "to_id", "direction"],
    "properties": {
        "type": {"const": "relation"},
        "from_id": {"type": "string"},
        "to_id": {"type": "string"},
        "direction": {"enum": ["left", "right", "bi"]},
        "labels": {"type": "array", "items": {"type": "string"}},
    },
    "additionalProperties": False,
}
DOCUMENTED = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["data", "predictions"],
        "properties": {
            "data": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
            "predictions": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["result"],
                    "properties": {
                        "model_version": {"type": "string"},
                        "score": {"type": "number"},
                        "result": {"type": "array", "items": {"oneOf": [_REGION, _RELATION]}},
                    },
                    "additionalProperties": False,
                },
            },
        },
        "additionalProperties": False,
    },
}
"""Tasks with predictions as https://labelstud.io/guide/predictions and the section on relations of /guide/task_format have them."""


def test_files_have_the_published_shape(tmp_path: Path) -> None:
    FORMAT.write((EXAMPLE, *load_collection().documents), tmp_path, None)
    tasks = json.loads((tmp_path / "tasks.json").read_bytes())
    jsonschema.Draft202012Validator(DOCUMENTED).validate(tasks)
    assert not jsonschema.Draft202012Validator(DOCUMENTED).is_valid([{"data": {"text": TEXT}, "predictions": [{"result": [{}]}]}])


def test_the_configuration_has_whatever_a_task_uses() -> None:
    view = ET.fromstring(configuration())
    controls = {tag.get("name"): tag for tag in view.iter() if tag.get("toName") == "text"}
    assert len(controls) == len([tag for tag in view.iter() if tag.get("name") and tag.tag != "Text"])
    labels = {label.get("value") for label in view.iter("Label")}
    relations = {relation.get("value") for relation in view.iter("Relation")}
    types = {}
    for document in (EXAMPLE, *load_collection().documents):
        for result in task_of(document)["predictions"][0]["result"]:
            if result["type"] == "relation":
                assert set(result["labels"]) <= relations
                continue
            control = controls[result["from_name"]]
            assert control.tag.lower() == result["type"]
            if result["type"] == "labels":
                assert set(result["value"]["labels"]) <= labels
                types[result["id"]] = result["value"]["labels"][0]
            elif result["from_name"] != "items":
                (shown,) = (part for part in view.iter("View") if control in list(part))
                assert types[result["id"]] in shown.get("whenLabelValue", "").split(",")
                if result["type"] == "choices":
                    assert set(result["value"]["choices"]) <= {choice.get("value") for choice in control}


def test_a_task_to_read() -> None:
    """What stands where: two regions for a cue with a gap, offsets in code points, sources in a list."""
    results = task_of(EXAMPLE)["predictions"][0]["result"]
    cues = [result for result in results if result.get("value", {}).get("labels") == ["Cue"]]
    assert [result["value"] for result in cues] == [
        {"start": 29, "end": 35, "text": "teilte", "labels": ["Cue"]},
        {"start": 45, "end": 48, "text": "mit", "labels": ["Cue"]},
        {"start": 96, "end": 102, "text": "gesagt", "labels": ["Cue"]},
    ]
    relations = [(r["labels"][0], r["from_id"], r["to_id"]) for r in results if r["type"] == "relation"]
    assert ("fragment", cues[0]["id"], cues[1]["id"]) in relations
    (items,) = (result["value"]["text"] for result in results if result.get("from_name") == "items")
    assert items == [
        'Entity e2 name="Ole Timm" kind=person sector=business identification=named listed self doc_ref=s001-b affiliation=e1',
        'Entity e1 name="Werft \\"Nord\\"" kind=institution sector=business identification=role_only',
        "Attribution a4 form=no_comment status=actual parent=a1 names=e1",
        "Provenance provenance.1 to_doc=s001-b attribution=a2",
    ]


def test_the_example_of_the_page_on_tools() -> None:
    page = PAGE.read_text(encoding="utf-8")
    (lines,) = re.findall(r"```conll\n(.*?)```", page, re.DOTALL)
    (example,) = re.findall(r"```json\n(.*?)```", page[page.index("## Label Studio") :], re.DOTALL)
    document = document_of_lines(lines.split("\n"), file=PAGE)
    results = task_of(document)["predictions"][0]["result"]
    assert [result for result in map(json.loads, example.splitlines()) if result not in results] == []


# --- What people do in the tool -------------------------------------------------------------------------------------

EXTRA = {"origin": "manual", "to_name": "text", "readonly": False, "hidden": False, "meta": {"text": ["unsicher"]}, "score": None}


def exported(results: list[dict[str, Any]], **task: Any) -> dict[str, Any]:
    """A task as Label Studio exports it after an annotator has submitted these results."""
    annotation = {
        **{"id": 12, "completed_by": 1, "was_cancelled": False, "ground_truth": False, "lead_time": 33.4, "draft_created_at": None},
        **{"created_at": "2026-03-01T10:00:00.1Z", "updated_at": "2026-03-01T10:05:00.1Z", "prediction": {}, "result_count": 0},
        "result": results,
    }
    meta = {"id": 7, "file_upload": "3f-tasks.json", "drafts": [], "inner_id": 1, "project": 2, "comment_count": 0, "meta": {}}
    return {**meta, "annotations": [annotation], "predictions": [3], "data": task_of(EXAMPLE)["data"], **task}


def results_of(document: Document = EXAMPLE) -> list[dict[str, Any]]:
    return [dict(EXTRA, **copy.deepcopy(result)) for result in task_of(document)["predictions"][0]["result"]]


def region(region_id: str, label: str, words: str) -> dict[str, Any]:
    start = TEXT.index(words)
    value = {"start": start, "end": start + len(words), "text": words.replace("\n", "\\n"), "labels": [label]}
    return {**EXTRA, "id": region_id, "from_name": "label", "type": "labels", "value": value, "original_length": 99}


def setting(region_id: str, control: str, *values: str, kind: str = "choices") -> dict[str, Any]:
    key = "choices" if kind == "choices" else "text"
    return {**EXTRA, "id": region_id, "from_name": control, "type": kind, "value": {key: list(values)}}


def relation(one: str, other: str, *labels: str, **more: str) -> dict[str, Any]:
    return {"type": "relation", "from_id": one, "to_id": other, "direction": "right", "labels": list(labels), **more}


def read(results: list[dict[str, Any]]) -> Document:
    return document_of_task(exported(results), place="tasks.json#/0")


def test_an_export_without_a_change() -> None:
    assert read(results_of()) == EXAMPLE


def test_regions_in_any_order_keep_the_order_of_the_items() -> None:
    second = Hedge(id="h2", span=span("falle wohl"), type=HedgeType.REPORTIVE)
    document = replace(EXAMPLE, hedges=(second, *EXAMPLE.hedges))
    assert document_of_task(exported(results_of(document)[::-1], data=task_of(document)["data"]), place="x") == document


def test_a_new_attribution_with_a_new_source() -> None:
    """An annotator marks a content in two pieces, draws its cue and its source, and writes a source into the list."""
    results = results_of()
    (items,) = (result for result in results if result.get("from_name") == "items")
    items["value"]["text"] += ["Entity e7 name=Reederei kind=institution affiliation=e1 listed\n\nEntity e8 name=Amt"]
    results += [
        region("xA_9", "Content", "fällt aus\n\nDie"),
        region("q-1", "Content", "das"),
        region("Zz", "Source", "Werft"),
        region("Cc", "Cue", "bedaure"),
        setting("xA_9", "form", "reported"),
        setting("Zz", "names", " e7 ", "", kind="textarea"),
        relation("xA_9", "q-1", "fragment"),
        relation("q-1", "Zz", "source"),
        relation("Cc", "xA_9", "cue", direction="left"),
        relation("xA_9", "1-Content", "parent"),
        relation("xA_9", "1-Content", "parent"),
    ]
    contents = [r["id"] for r in results if r.get("value", {}).get("labels") == ["Content"]]
    results[-1]["to_id"] = results[-2]["to_id"] = contents[0]
    new = Attribution(
        id="a5",
        form=Form.REPORTED,
        content=span("fällt aus\n\nDie", "das"),
        source=span("Werft"),
        cue=span("bedaure"),
        source_refs=("e7",),
        parent="a3",
    )
    unknown = {"sector": Sector.UNKNOWN, "identification": Identification.ROLE_ONLY}
    e7 = Source(id="e7", name="Reederei", kind=Kind.INSTITUTION, affiliation="e1", listed=True, **unknown)
    e8 = Source(id="e8", name="Amt", kind=Kind.UNSPECIFIED, **unknown)
    found = read(results)
    assert found == replace(EXAMPLE, attributions=(*EXAMPLE.attributions, new), sources=(*EXAMPLE.sources, e7, e8))


def test_a_value_is_changed_and_a_region_is_deleted() -> None:
    results = results_of()
    for result in results:
        if result.get("value", {}).get("choices") == ["indirect"]:
            result["value"]["choices"] = ["mixed"]
    (hedge,) = (result["id"] for result in results if result.get("value", {}).get("labels") == ["Hedge"])
    found = read([result for result in results if result.get("id") != hedge])
    a3, a1, a2, a4 = EXAMPLE.attributions
    assert found == replace(EXAMPLE, attributions=(a3, replace(a1, form=Form.MIXED), a2, a4), hedges=())


def test_the_last_completed_annotation_counts() -> None:
    """Not the last in the list, not the one that was skipped, and no draft; where none is completed, the last prediction."""
    one, other, skipped = (exported(results_of())["annotations"][0] for _ in range(3))
    one |= {"updated_at": "2026-03-02T00:00:00Z"}
    other |= {"result": [], "updated_at": "2026-03-01T00:00:00Z"}
    skipped |= {"result": [], "updated_at": "2026-03-03T00:00:00Z", "was_cancelled": True}
    both = {"annotations": [one, other, skipped]}
    assert document_of_task(exported([], **both), place="x") == EXAMPLE
    other["updated_at"] = "2026-03-02T00:00:01Z"
    assert not document_of_task(exported([], **both), place="x").attributions
    predictions = [{"result": []}, {"result": results_of(), "score": 0.3}, 5]
    assert document_of_task(exported([], annotations=[skipped], predictions=predictions), place="x") == EXAMPLE
    with pytest.raises(DataError, match="x: holds neither a completed annotation nor a prediction"):
        document_of_task(exported([], annotations=[skipped]), place="x")


@pytest.mark.parametrize(
    ("task", "doc_id"),
    [
        pytest.param({"id": 7, "data": {"text": TEXT}}, "labelstudio-7", id="number of the task"),
        pytest.param({"data": {"text": TEXT}}, f"labelstudio-{sha256(TEXT)[:12]}", id="hash of the text"),
        pytest.param({"id": 7, "data": {"text": TEXT, "doc_id": "n-1"}}, "n-1", id="its own"),
    ],
)
def test_a_task_that_did_not_come_from_here(task: dict[str, Any], doc_id: str) -> None:
    results = [region("a", "Hedge", "wohl"), setting("a", "Hedge_type", "reportive")]
    found = document_of_task({**task, "annotations": [{"result": results}]}, place="x")
    assert (found.id, found.collection, found.text, found.metadata.story_id) == (doc_id, "labelstudio", TEXT, doc_id)
    assert found.hedges == (Hedge(id="h1", span=span("wohl"), type=HedgeType.REPORTIVE),)


def test_offsets_in_utf_16_units() -> None:
    """Label Studio once counted the emoji as two, which shows by the words that stand at the offsets."""
    results = results_of()
    for result in results:
        if "start" in result.get("value", {}):
            moved = 1 if result["value"]["start"] > 0 else 0
            result["value"] |= {"start": result["value"]["start"] + moved, "end": result["value"]["end"] + 1}
    assert read(results) == EXAMPLE
    results[2]["value"]["text"] = "ganz andere Worte"
    with pytest.raises(DataError, match="/annotations/0/result/2: found 'ganz andere Worte' at 37 to 45, where 'm Abend ' stands"):
        read(results)


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost/x.txt",
        "s3://bucket/x",
        "/data/upload/1/x.txt",
        "../x.txt",
        "file:/etc/hosts",
        "C:\\x.txt",
        "data:,x",
        "//x/y",
        "\\\\x\\y",
    ],
)
def test_an_address_is_no_text(address: str) -> None:
    task = {"data": {"text": f" {address}\n"}, "annotations": [{"result": []}]}
    with pytest.raises(DataError, match=r"^x/data/text: found the address .*; addresses are never fetched$"):
        document_of_task(task, place="x")
    assert document_of_task({"data": {"text": f"Siehe {address}"}, "annotations": [{"result": []}]}, place="x").attributions == ()


ACCESS = setting("x", "Justification_type", "access")


# --- What is broken is told -----------------------------------------------------------------------------------------


def _with(*more: dict[str, Any]) -> Callable[[], list[dict[str, Any]]]:
    return lambda: [*results_of(), *more]


@pytest.mark.parametrize(
    ("results", "message"),
    [
        pytest.param(_with(region("x", "Person", "wohl")), r"found the labels \['Person'\], expected one of Content", id="label"),
        pytest.param(
            _with(setting("1-Zone", "mood", "x")), "found the control 'mood', expected one of label, items, id", id="control"
        ),
        pytest.param(
            _with(setting("9-Cue", "form", "mixed")), "sets form of the region '9-Cue', which has no label", id="no region"
        ),
        pytest.param(_with(setting("1-Zone", "kind", "title")), "found several values for kind, expected one", id="twice"),
        pytest.param(
            _with(region("x", "Hedge", "wohl"), setting("x", "Hedge_type", "sure")),
            "tasks.json#/0: s001-a: Hedge x: type: found 'sure', expected one of epistemic",
            id="value",
        ),
        pytest.param(
            _with(relation("1-Zone", "gone", "cue")), "leads to the region 'gone', which does not exist", id="relation to nothing"
        ),
        pytest.param(
            _with(relation("1-Zone", "1-Zone")), r"found a relation \[\], direction 'right'", id="relation without a label"
        ),
        pytest.param(_with(relation("1-Zone", "1-Zone", "cue", direction="bi")), "direction 'bi'; expected one of", id="both ways"),
        pytest.param(_with(relation("1-Zone", "1-Zone", "fragment")), "run in a circle", id="fragment of itself"),
        pytest.param(
            _with(region("x", "Cue", "habe"), relation("1-Zone", "x", "fragment")), "expected the same label", id="other label"
        ),
        pytest.param(
            _with(
                region("x", "Zone", "habe"),
                region("y", "Zone", "mit"),
                relation("1-Zone", "x", "fragment"),
                relation("y", "x", "fragment"),
            ),
            "x is a further fragment of two regions",
            id="two wholes",
        ),
        pytest.param(_with(region("x", "Source", "Die Werft")), "Source x: belongs to no attribution", id="source of nothing"),
        pytest.param(
            _with(region("x", "Justification", "habe"), setting("x", "of", "e9", kind="textarea"), ACCESS),
            "of: leads to 'e9'",
            id="unknown source",
        ),
        pytest.param(
            _with(setting("items", "items", "Entität e9", kind="textarea")),
            "found 'Entität e9', expected a line such as",
            id="line",
        ),
        pytest.param(
            _with(setting("items", "items", 'Entity e9 name="Ole" Timm"', kind="textarea")),
            "expected name=value",
            id="quotation marks",
        ),
        pytest.param(
            _with({**region("x", "Cue", "habe"), "value": {"labels": ["Cue"]}}), "expected a start and an end", id="no offsets"
        ),
        pytest.param(
            _with({**region("x", "Cue", "habe"), "value": {"start": 5, "end": 999, "labels": ["Cue"]}}),
            "covers 5 to 999 of a text of 120 characters",
            id="beyond",
        ),
        pytest.param(
            _with({"type": "labels", "id": 4, "from_name": "label", "value": {}}), "/id: found 4; value is not of type", id="type"
        ),
    ],
)
def test_what_is_wrong_is_told(results: Callable[[], list[dict[str, Any]]], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(results())
    assert str(caught.value).startswith("tasks.json#/0")


def test_a_changed_text_and_a_hostile_name_are_refused() -> None:
    task = task_of(EXAMPLE)
    task["data"]["text"] += " "
    with pytest.raises(DataError, match="expected the one that was exported"):
        document_of_task(task, place="x")
    task = task_of(EXAMPLE)
    task["data"]["attrib_bench"]["doc_id"] = "../../x"
    with pytest.raises(DataError, match=r"x: '\.\./\.\./x': cannot name a file"):
        document_of_task(task, place="x")


def test_the_others_are_still_read(tmp_path: Path) -> None:
    good, wrong = task_of(EXAMPLE), {"data": {"text": 5}}
    (tmp_path / "a.json").write_text("[{", encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps([wrong, good, good]), encoding="utf-8")
    (tmp_path / "c.json").write_text("[]", encoding="utf-8")
    told: list[DataError] = []
    assert list(FORMAT.read(tmp_path, broken=told.append)) == [EXAMPLE]
    assert [str(error).removeprefix(f"{tmp_path}/")[:32] for error in told] == [
        "a.json: line 1, column 3: Expect",
        "b.json#/0/data/text: found 5; va",
        "b.json#/2: document s001-a was a",
        "c.json: found [], expected an ar",
    ]
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match="none: found no file, expected tasks"):
        list(FORMAT.read(tmp_path / "none"))


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    FORMAT.write([EXAMPLE], tmp_path, None)
    before = (tmp_path / "tasks.json").read_bytes()
    for document in (replace(EXAMPLE, text=None), replace(EXAMPLE, native={"x": "\ud800"})):
        with pytest.raises(DataError, match="s001-a"):
            FORMAT.write([EXAMPLE, document], tmp_path, None)
        told: list[DataError] = []
        FORMAT.write([document, EXAMPLE], tmp_path, told.append)
        assert len(told) == 1
        assert (tmp_path / "tasks.json").read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["tasks.json", "tasks.xml"]


def test_200_broken_files(tmp_path: Path) -> None:
    """Each is read or told, by one error that names the file; what is read can be written again, or that is told."""
    tasks = [task_of(EXAMPLE), exported(results_of())]
    file = tmp_path / "in" / "tasks.json"
    file.parent.mkdir()
    n_read = n_told = 0
    for seed in range(200):
        file.write_bytes(broken_json([tasks[seed % 2]], seed))
        assert FORMAT.recognises(file) in (True, False)
        told: list[DataError] = []
        for document in FORMAT.read(file, broken=told.append):
            n_read += 1
            FORMAT.write([document], tmp_path / "out", told.append)
        assert all(str(error).startswith((str(file), "s001-a", "labelstudio-")) for error in told)
        n_told += len(told)
    assert min(n_read, n_told) > 20
    assert {path.name for path in tmp_path.rglob("*")} == {"in", "out", "tasks.json", "tasks.xml"}
