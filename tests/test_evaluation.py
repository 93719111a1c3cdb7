"""Evaluation from file to figures: what a signature holds, what is compared, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from attrib_bench.cli import main
from attrib_bench.corpus import load_collection
from attrib_bench.document import DataError, Document, Form
from attrib_bench.evaluation import compare_evaluations, evaluate, evaluation_of, load_gold, outcomes, score_file
from attrib_bench.files import canonical_json, read_json
from attrib_bench.predictions import Predictions, write_predictions
from attrib_bench.records import record_of
from attrib_bench.report.tables import figure_table
from attrib_bench.tasks import TASKS


def _all_direct(document: Document) -> Document:
    return replace(document, attributions=tuple(replace(a, form=Form.DIRECT) for a in document.attributions))


@pytest.mark.parametrize("task", TASKS)
def test_gold_against_itself_is_1_and_without_errors(small_root: Path, task: str) -> None:
    gold = load_gold("core", root=small_root)
    predictions = Predictions(gold.documents)
    evaluation = evaluate(gold, predictions, TASKS[task], n_resamples=20)
    assert evaluation.main.value == 1.0
    found = [outcome.kind for _, answers in outcomes(gold, predictions, TASKS[task]) for outcome in answers]
    assert set(found) == {"correct"}


@pytest.mark.parametrize("task", TASKS)
def test_what_a_system_sees_does_not_hold_the_answers(small_root: Path, task: str) -> None:
    gold = load_gold("core", root=small_root)
    seen = Predictions(tuple(TASKS[task].given(document) for document in gold.documents))
    try:
        value = evaluate(gold, seen, TASKS[task], n_resamples=1).main.value
    except KeyError:
        pytest.fail(f"{task}: what a system sees must be a prediction that can be scored")
    assert value < 1.0


def test_outcomes_say_what_went_wrong(small_root: Path) -> None:
    gold = load_gold("core", root=small_root)
    predictions = Predictions(tuple(_all_direct(document) for document in gold.documents))
    answers = [o for _, found in outcomes(gold, predictions, TASKS["form"]) for o in found]
    wrong = [(o.gold_says, o.predicted_says) for o in answers if o.kind == "label"]
    assert ("a1: indirect", "a1: direct") in wrong
    evaluation = evaluate(gold, predictions, TASKS["form"], n_resamples=1)
    # of the 8 contents one is direct: a2 of s001-a
    assert evaluation.figures["form.accuracy"].value == 1 / 8
    labels, matrix = evaluation.confusions()["form"]
    assert matrix[labels.index("mixed")][labels.index("direct")] == 1


def test_a_signature_says_what_a_figure_depends_on(small_root: Path) -> None:
    gold = load_gold("core", split="train", root=small_root)
    evaluation = evaluate(gold, Predictions(gold.documents), TASKS["attribution"], n_resamples=5, seed=3)
    version = load_collection(root=small_root).version
    assert evaluation.signature == (
        f"attrib-bench|task:attribution|data:{version}|split:train|docs:2|match:joint|nested:yes|boot:5|seed:3|v:0.1.0"
    )
    assert evaluation.record()["settings"] == dict(evaluation.settings)


def test_a_single_story_gives_no_interval(small_root: Path) -> None:
    gold = load_gold("core", split="test", root=small_root)
    evaluation = evaluate(gold, Predictions(gold.documents), TASKS["spans"])
    assert evaluation.main.interval is None
    assert evaluation.record()["figures"]["overlap.macro.f1"] == {"value": 1.0, "low": None, "high": None}
    assert "| overlap.macro * | 1.000 | 1.000 | 1.000 | one story |" in figure_table(evaluation).markdown()


def test_other_data_give_another_signature(small_root: Path) -> None:
    before = load_gold("core", root=small_root).data
    path = small_root / "annotations" / "core" / "s003-a.json"
    document = load_collection(root=small_root).document_by_id["s003-a"]
    path.write_text(canonical_json(record_of(replace(document, hedges=()))))
    from attrib_bench.corpus import write_manifest

    write_manifest(small_root)
    assert load_gold("core", root=small_root).data != before


def test_systems_are_compared_and_other_signatures_refused(small_root: Path, tmp_path: Path) -> None:
    gold = load_gold("core", root=small_root)
    right = evaluate(gold, Predictions(gold.documents), TASKS["form"], n_resamples=5)
    wrong = evaluate(gold, Predictions(tuple(map(_all_direct, gold.documents))), TASKS["form"], n_resamples=5)
    difference = compare_evaluations(right, wrong)["form.accuracy"]
    assert difference.value == 7 / 8
    assert 0 < difference.p <= 1
    report = tmp_path / "report.json"
    report.write_text(json.dumps(wrong.record()))
    assert compare_evaluations(right, evaluation_of(read_json(report), place=report), place=report)["form.accuracy"] == difference
    other_split = evaluate(load_gold("core", split="train", root=small_root), Predictions(gold.documents[:2]), TASKS["form"])
    report.write_text(json.dumps(other_split.record()))
    with pytest.raises(DataError, match="split: all, not train; docs: 3, not 2; boot: 5, not 1000"):
        compare_evaluations(right, evaluation_of(read_json(report), place=report), place=report)
    report.write_text("{}")
    with pytest.raises(DataError, match="is no report"):
        compare_evaluations(right, evaluation_of(read_json(report), place=report), place=report)


def test_evaluate_prints_json_markdown_and_a_comparison(
    small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = load_collection(root=small_root)
    write_predictions(tmp_path / "right.jsonl", gold.documents)
    write_predictions(tmp_path / "wrong.jsonl", map(_all_direct, gold.documents))
    call = ["evaluate", str(tmp_path / "wrong.jsonl"), "--task", "form", "--split", "all", "--root", str(small_root)]
    assert main([*call, "--json"]) == 0
    report = capsys.readouterr().out
    (tmp_path / "report.json").write_text(report)
    assert json.loads(report)["figures"]["form.accuracy"]["value"] == 1 / 8
    assert main([*call, "--markdown"]) == 0
    printed = capsys.readouterr().out
    assert "| form.accuracy |  |  | 0.125 |" in printed
    assert json.loads(report)["signature"] in printed
    right = [*call[:1], str(tmp_path / "right.jsonl"), *call[2:]]
    for other in ("wrong.jsonl", "report.json"):
        assert main([*right, "--vs", str(tmp_path / other)]) == 0
        assert "+0.875" in capsys.readouterr().out
    assert main([*right, "--vs", str(tmp_path / "report.json"), "--seed", "7"]) == 1
    assert "seed: 7, not 0" in capsys.readouterr().err


def test_unknown_tasks_and_splits_are_named(small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.jsonl"
    write_predictions(path, load_collection(root=small_root).documents)
    assert main(["evaluate", str(path), "--task", "attributions", "--root", str(small_root)]) == 1
    assert "did you mean attribution?" in capsys.readouterr().err
    assert main(["evaluate", str(path), "--task", "form", "--split", "dev", "--root", str(small_root)]) == 1
    assert "expected one of train, validation, test or all" in capsys.readouterr().err
    assert main(["evaluate", str(path), "--task", "form", "--split", "validation", "--root", str(small_root)]) == 1
    assert "holds no document" in capsys.readouterr().err


def test_gold_is_a_collection_a_data_root_or_a_corpus(
    small_root: Path, corpora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere" / "core").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere")  # a folder that is called like a collection does not stand in its way
    assert load_gold("core", root=small_root) == load_gold(str(small_root))
    assert len(load_gold(str(corpora / "gqa" / "sample" / "dev")).documents) == 12
    with pytest.raises(DataError, match="has no splits"):
        load_gold(str(corpora / "gqa" / "data" / "dev.jsonl"), split="test")
    with pytest.raises(DataError, match=r"nowhere: is neither a collection \(core\) nor a file or folder"):
        load_gold("nowhere", root=small_root)


def test_without_nested_attributions(small_root: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    documents = load_collection(root=small_root).documents
    flat = (replace(d, attributions=tuple(a for a in d.attributions if a.parent is None)) for d in documents)
    write_predictions(path, flat)
    with_nested = score_file(path, "attribution", split="all", root=small_root, n_resamples=1).evaluation
    without = score_file(path, "attribution", split="all", root=small_root, n_resamples=1, nested=False).evaluation
    assert with_nested.main.value < 1.0 == without.main.value
    assert "nested:no" in without.signature
    with pytest.raises(DataError, match="only attribution has"):
        score_file(path, "form", split="all", root=small_root, nested=False)


def test_what_gold_keeps_of_another_corpus_is_never_a_system_s(corpora: Path, tmp_path: Path) -> None:
    gold = load_gold(str(corpora / "gqa" / "data" / "dev.jsonl"))
    assert all(not task.given(document).native for task in TASKS.values() for document in gold.documents[:5])
    write_predictions(tmp_path / "p.jsonl", gold.documents)
    read = score_file(tmp_path / "p.jsonl", "attribution", gold=str(corpora / "gqa" / "data" / "dev.jsonl"), n_resamples=1)
    in_memory = evaluate(gold, Predictions(gold.documents), TASKS["attribution"], n_resamples=1)
    assert read.evaluation.figures == in_memory.figures
    assert in_memory.figures["official.f1_stwr"].value < 0.01  # one gold quotation has no medium either


@pytest.mark.parametrize("name", ["identity", "mixed_a", "types"])
def test_official_scores_stand_under_their_published_names(
    corpora: Path, oracles: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    predictions = oracles / "gqa_official" / f"{name}.jsonl"
    gold = corpora / "gqa" / "data" / "dev.jsonl"
    call = ["evaluate", str(predictions), "--task", "attribution", "--gold", str(gold), "--json", "--resamples", "10"]
    assert main(call) == 0
    official = json.loads(capsys.readouterr().out)["official"]
    expected = json.loads((oracles / "gqa_official" / "expected.json").read_bytes())[name]
    assert official == pytest.approx(expected, abs=1e-12)
    assert len(official) == 15


def test_agreement_of_folders(small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    documents = load_collection(root=small_root).documents
    for name, change in (("a", lambda d: d), ("b", _all_direct)):
        for document in documents:
            path = tmp_path / name / f"{document.id}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(canonical_json(record_of(change(document))))
    call = ["agreement", str(tmp_path / "a"), str(tmp_path / "b"), "--root", str(small_root)]
    assert main([*call, "--json"]) == 0
    rows = {(row["layer"], row["measure"], row["part"]): row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows["content", "exact", ""]["value"] == 1.0
    assert rows["form", "kappa", ""]["agreed"] == 1
    assert main(call) == 0
    assert "kappa" in capsys.readouterr().out
    (tmp_path / "b" / "s001-a.json").unlink()
    assert main(call) == 1
    assert "s001-a: only annotator 1" in capsys.readouterr().err


def test_a_corpus_that_tells_its_annotators_apart(corpora: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The six annotators of PolNeAR's training, on four articles: 15 pairs."""
    assert main(["agreement", str(corpora / "polnear" / "data" / "annotator-training"), "--json"]) == 0
    rows = {(row["layer"], row["part"], row["measure"]): row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows["attribution", "", "F1"]["value"] == pytest.approx(0.831, abs=5e-4)
    assert rows["content", "", "exact"]["n"] == 669
    assert main(["agreement", str(corpora / "gqa" / "sample" / "dev")]) == 1
    assert "is the work of one annotator; expected two paths or more" in capsys.readouterr().err
