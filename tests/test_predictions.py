"""Prediction files: what is right is read whole, what is wrong is one clear error with line and place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attrib_bench.cli import main
from attrib_bench.corpus import load_collection
from attrib_bench.document import DataError, Document
from attrib_bench.formats import gqa
from attrib_bench.predictions import read_predictions, write_predictions
from attrib_bench.tasks import TASKS

Records = list[dict[str, Any]]


@pytest.fixture
def gold(small_root: Path) -> tuple[Document, ...]:
    return load_collection(root=small_root).documents


@pytest.fixture
def records(gold: tuple[Document, ...], tmp_path: Path) -> Records:
    """The gold annotations as the lines of a prediction file."""
    write_predictions(tmp_path / "gold.jsonl", gold)
    return [json.loads(line) for line in (tmp_path / "gold.jsonl").read_text().splitlines()]


def _lines(records: Records) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


@pytest.mark.parametrize("task", TASKS)
def test_gold_is_a_valid_prediction_for_every_task(gold: tuple[Document, ...], tmp_path: Path, task: str) -> None:
    path = tmp_path / "gold.jsonl"
    write_predictions(path, gold[::-1])
    read = read_predictions(path, gold, task=TASKS[task]).documents
    assert [replace(document, native={}) for document in gold] == list(read)


def test_extra_fields_are_allowed(gold: tuple[Document, ...], records: Records, tmp_path: Path) -> None:
    for record in records:
        record["model"] = {"name": "x"}
        for attribution in record["attributions"]:
            attribution["score"] = 0.5
    path = tmp_path / "p.jsonl"
    path.write_text(_lines(records))
    assert len(read_predictions(path, gold, task=TASKS["attribution"]).documents) == len(gold)


def test_empty_layers_are_a_prediction_of_nothing(gold: tuple[Document, ...], tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(_lines([{"doc_id": document.id, "attributions": []} for document in gold]))
    assert [d.attributions for d in read_predictions(path, gold, task=TASKS["attribution"]).documents] == [()] * len(gold)


def _set(*way: str | int, to: Any) -> Callable[[Records], None]:
    """Puts a value at a place of the records."""

    def change(records: Records) -> None:
        place: Any = records
        for key in way[:-1]:
            place = place[key]
        place[way[-1]] = to

    return change


def _without(*way: str | int) -> Callable[[Records], None]:
    def change(records: Records) -> None:
        place: Any = records
        for key in way[:-1]:
            place = place[key]
        del place[way[-1]]

    return change


def _again(records: Records) -> None:
    records.append(records[0])


A1 = (0, "attributions", 0)
MALFORMED: list[tuple[str, str, Callable[[Records], None] | str, str]] = [
    # name, task, change of the records or the file's text, what the message must say
    ("empty file", "attribution", "", "no prediction for 's001-a'"),
    ("blank lines alone", "attribution", "\n\n", "no prediction for 's001-a'"),
    ("truncated JSON", "attribution", '{"doc_id": "s001-a", "attr', ":1: line 1, column"),
    ("not JSON", "attribution", "a1 direct\n", ":1: line 1, column"),
    ("NaN", "attribution", '{"doc_id": NaN}\n', ":1: found NaN"),
    ("repeated key", "attribution", '{"doc_id": "a", "doc_id": "b"}\n', ":1: the key 'doc_id' stands twice"),
    ("nested deeply", "attribution", "[" * 50_000 + "\n", ":1: "),
    ("a list", "attribution", "[]\n", ":1#"),
    ("a string", "attribution", '"s001-a"\n', ":1#"),
    ("null", "attribution", "null\n", ":1#"),
    ("a number", "attribution", "1\n", ":1#"),
    ("an empty object", "attribution", "{}\n", ":1#: S001 found no key 'doc_id'"),
    ("second line broken", "attribution", '{"doc_id": "s001-a", "attributions": []}\n{\n', ":2: "),
    ("one whole JSON array of records", "attribution", '[{"doc_id": "s001-a"}]\n', ":1#"),
    ("doc_id a number", "attribution", _set(0, "doc_id", to=1), ":1#/doc_id"),
    ("doc_id empty", "attribution", _set(0, "doc_id", to=""), ":1#/doc_id"),
    ("unknown document", "attribution", _set(0, "doc_id", to="s009-a"), ":1#/doc_id: found 's009-a'"),
    ("a path for a document", "attribution", _set(0, "doc_id", to="../../etc/passwd"), ":1#/doc_id"),
    ("missing document", "attribution", _without(1), "no prediction for 's001-b'"),
    ("document twice", "attribution", _again, ":4#/doc_id: 's001-a' stands already in line 1"),
    ("layer missing", "attribution", _without(0, "attributions"), ":1#/attributions: is missing"),
    ("layer null", "attribution", _set(0, "attributions", to=None), ":1#/attributions"),
    ("layer an object", "attribution", _set(0, "attributions", to={}), ":1#/attributions"),
    ("item a string", "attribution", _set(*A1, to="a1"), ":1#/attributions/0"),
    ("id missing", "attribution", _without(*A1, "id"), ":1#/attributions/0: S001 found no key 'id'"),
    ("id with a blank", "attribution", _set(*A1, "id", to="a 1"), ":1#/attributions/0/id"),
    ("id twice", "attribution", _set(*A1, "id", to="a2"), ":1#/attributions"),
    ("form unknown", "attribution", _set(*A1, "form", to="Direct"), ":1#/attributions/0/form"),
    ("form missing", "attribution", _without(*A1, "form"), ":1#/attributions/0/form: is missing"),
    ("span a pair", "attribution", _set(*A1, "cue", to=[1, 5]), ":1#/attributions/0/cue"),
    ("span empty", "attribution", _set(*A1, "cue", to=[]), ":1#/attributions/0/cue"),
    ("span a string", "attribution", _set(*A1, "cue", to="teilte"), ":1#/attributions/0/cue"),
    ("fragment empty", "attribution", _set(*A1, "cue", to=[[5, 5]]), ":1#/attributions/0/cue/0"),
    ("fragment backwards", "attribution", _set(*A1, "cue", to=[[9, 5]]), ":1#/attributions/0/cue/0"),
    ("fragment of one number", "attribution", _set(*A1, "cue", to=[[5]]), ":1#/attributions/0/cue/0"),
    ("fragment of three numbers", "attribution", _set(*A1, "cue", to=[[5, 6, 7]]), ":1#/attributions/0/cue/0"),
    ("offset negative", "attribution", _set(*A1, "cue", to=[[-3, 5]]), ":1#/attributions/0/cue/0/0"),
    ("offset a fraction", "attribution", _set(*A1, "cue", to=[[1.5, 5]]), ":1#/attributions/0/cue/0/0"),
    ("offset a string", "attribution", _set(*A1, "cue", to=[["1", 5]]), ":1#/attributions/0/cue/0/0"),
    ("offset a truth value", "attribution", _set(*A1, "cue", to=[[True, 5]]), ":1#/attributions/0/cue/0/0"),
    ("offset after the text", "attribution", _set(*A1, "cue", to=[[1, 100_000]]), ":1#/attributions/0/cue/0"),
    ("fragments overlap", "attribution", _set(*A1, "cue", to=[[1, 5], [4, 8]]), ":1#/attributions/0/cue"),
    ("fragments unsorted", "attribution", _set(*A1, "cue", to=[[9, 12], [4, 8]]), ":1#/attributions/0/cue"),
    ("addressee a truth value", "attribution", _set(*A1, "addressee", to=False), ":1#/attributions/0/addressee"),
    ("source unknown", "attribution", _set(*A1, "source_refs", to=["e99"]), ":1#/attributions/0/source_refs/0"),
    ("parent unknown", "attribution", _set(*A1, "parent", to="a99"), ":1#/attributions/0/parent"),
    ("parent itself", "attribution", _set(*A1, "parent", to="a1"), ":1#/attributions/0/parent"),
    ("kind missing", "source", _without(0, "sources", 0, "kind"), ":1#/sources/0/kind: is missing"),
    ("kind unknown", "source", _set(0, "sources", 0, "kind", to="people"), ":1#/sources/0/kind"),
    ("source missing", "source", _without(0, "sources", 2), ":1#/sources: no answer for 'e3'"),
    ("source not in gold", "source", _set(0, "sources", 2, "id", to="e9"), ":1#/sources: no answer for 'e3'"),
    ("attribution missing", "form", _without(*A1), ":1#/attributions: no answer for 'a1'"),
    ("parent not said", "chain", _without(*A1, "parent"), ":1#/attributions/0/parent: is missing"),
    ("hedge without type", "hedge", _without(0, "hedges", 0, "type"), ":1#/hedges/0/type: is missing"),
    ("hedge without span", "hedge", _without(0, "hedges", 0, "span"), ":1#/hedges/0: S001 found no key 'span'"),
    ("hedges missing", "hedge", _without(0, "hedges"), ":1#/hedges: is missing"),
    ("reason unknown", "trigger", _set(0, "rejected_triggers", 0, "reason", to="no idea"), ":1#/rejected_triggers/0/reason"),
    ("links missing", "provenance", _without(1, "provenance"), ":2#/provenance: is missing"),
    ("link of nothing", "provenance", _set(1, "provenance", 0, "attribution", to="a77"), ":2#/provenance/0/attribution"),
    ("link to a path", "provenance", _set(1, "provenance", 0, "to_doc", to="../x"), ":2#/provenance/0/to_doc"),
    ("GQA: unknown document", "attribution", '{"documentName": "x", "annotations": []}\n', ":1#/documentName: found 'x'"),
    ("GQA: another task", "hedge", '{"documentName": "x", "annotations": []}\n', "not hedge"),
    ("GQA: no annotations", "attribution", '{"documentName": "x"}\n', "the key 'annotations' is missing"),
]


@pytest.mark.parametrize("task, change, said", [pytest.param(*case[1:], id=case[0]) for case in MALFORMED])
def test_malformed_files_are_one_clear_error(
    small_root: Path, records: Records, tmp_path: Path, task: str, change: Any, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p.jsonl"
    if isinstance(change, str):
        path.write_text(change)
    else:
        change(records)
        path.write_text(_lines(records))
    code = main(["evaluate", str(path), "--task", task, "--split", "all", "--root", str(small_root)])
    printed = capsys.readouterr()
    assert code == 1
    assert printed.out == ""
    assert said in printed.err
    assert str(path) in printed.err
    assert "Traceback" not in printed.err


def test_a_candidate_without_an_answer_is_an_error(gold: tuple[Document, ...], tmp_path: Path) -> None:
    unanswered = replace(gold[0], hedges=())
    with pytest.raises(DataError, match="no answer for the candidate"):
        TASKS["trigger"].count(gold[0], unanswered)


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("missing file", None, "cannot be read"),
        ("UTF-16", "{}".encode("utf-16"), "is not UTF-8"),
        ("binary", bytes(range(128, 256)), "is not UTF-8"),
    ],
)
def test_files_that_cannot_be_read(gold: tuple[Document, ...], tmp_path: Path, name: str, text: bytes | None, said: str) -> None:
    path = tmp_path / "p.jsonl"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(DataError, match=said):
        read_predictions(path, gold, task=TASKS["spans"])


def test_every_wrong_line_is_listed(gold: tuple[Document, ...], records: Records, tmp_path: Path) -> None:
    for record in records:
        record["attributions"][0]["form"] = "spoken"
    path = tmp_path / "p.jsonl"
    path.write_text(_lines(records))
    with pytest.raises(DataError) as error:
        read_predictions(path, gold, task=TASKS["attribution"])
    assert [f":{line}#/attributions/0/form" in text for line, text in enumerate(str(error.value).splitlines(), 1)] == [True] * 3


def test_gqa_predictions_become_attributions(corpora: Path) -> None:
    path = corpora / "gqa" / "data" / "dev.jsonl"
    gold = tuple(gqa.read(path))
    read = read_predictions(path, gold, task=TASKS["attribution"])
    for document, predicted in zip(gold, read.documents, strict=True):
        assert [(a.form, a.source, a.cue, a.content, a.addressee) for a in document.attributions] == [
            (a.form, a.source, a.cue, a.content, a.addressee) for a in predicted.attributions
        ]
