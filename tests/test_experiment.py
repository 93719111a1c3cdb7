"""Training, predicting, scoring and keeping results from the command line, and the table that is made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attrib_bench.cli import main
from attrib_bench.document import DataError
from attrib_bench.evaluation import evaluation_of, gold_for
from attrib_bench.experiment import Experiment, read_results, scores, train, write_results
from attrib_bench.report.leaderboard import leaderboard, with_leaderboard


def test_train_predict_and_evaluate(small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, model, out = ["--root", str(small_root)], str(tmp_path / "model"), str(tmp_path / "out.jsonl")
    assert main(["train", "linear", "--out", model, *root]) == 0
    assert main(["predict", model, "core", "--task", "source", "--out", out, *root]) == 0
    assert main(["evaluate", out, "--task", "source", "--json", *root]) == 0
    printed = json.loads(capsys.readouterr().out)
    [result] = scores(Experiment.load(Path(model)), gold_for("core", root=small_root), ["source"])
    assert printed["figures"] == result.record()["figures"]
    assert (result.trained_on, result.n_tokens > 0) == (train("majority", root=small_root).trained_on, True)


def test_predictions_in_gqas_format_have_frames_and_media(
    corpora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dev, model, out = str(corpora / "gqa" / "data" / "dev.jsonl"), str(tmp_path / "model"), tmp_path / "out.jsonl"
    assert main(["train", "lexicon", "--on", str(corpora / "gqa" / "sample" / "dev"), "--out", model]) == 0
    assert main(["predict", model, dev, "--format", "gqa", "--out", str(out)]) == 0
    quotations = [q for line in out.read_text().splitlines() for q in json.loads(line)["annotations"]]
    assert any(q["frame"]["tokenIds"] for q in quotations)
    capsys.readouterr()
    assert main(["evaluate", str(out), "--task", "attribution", "--gold", dev, "--json"]) == 0
    official = json.loads(capsys.readouterr().out)["official"]
    [result] = scores(Experiment.load(tmp_path / "model"), gold_for(dev), ["attribution"])
    assert official == result.record()["official"]
    assert official["f1_stwr"] > 0.3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--task", "spans"], "majority does not do 'spans', expected one of form"),
        (["--format", "csv"], "found the format 'csv', expected attrib-bench or gqa"),
    ],
)
def test_what_predict_refuses(
    small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    model, out = str(tmp_path / "model"), tmp_path / "out.jsonl"
    assert main(["train", "majority", "--out", model, "--root", str(small_root)]) == 0
    assert main(["predict", model, "core", "--out", str(out), "--root", str(small_root), *arguments]) == 1
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_options_of_a_system(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "majority", "--out", str(tmp_path / "model"), "-o", "depth"]) == 1
    assert "--option depth: expected name=value" in capsys.readouterr().err
    assert main(["train", "majority", "--out", str(tmp_path / "model"), "-o", "depth=3"]) == 1
    assert "found the option 'depth'" in capsys.readouterr().err


def test_results_are_kept_and_make_a_table(small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, page = tmp_path / "results", tmp_path / "README.md"
    assert main(["run", "majority", "lexicon", "--task", "form", "--out", str(folder), "--root", str(small_root)]) == 0
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.json")) == [
        "core-test/form-lexicon.json",
        "core-test/form-majority.json",
    ]
    records = list(read_results(folder))
    for record in records:
        again = evaluation_of(record, place="result")
        assert again.record()["figures"] == record["figures"]
        assert again.signature == record["signature"]
        assert {"python", "cores", "packages"} <= record["environment"].keys()
    page.write_text("# Title\n\n<!-- leaderboard -->old<!-- end of leaderboard -->\n\nEnd.\n")
    command = ["leaderboard", "--page", str(page), "--results", str(folder)]
    assert main([*command, "--check"]) == 1
    assert main(command) == 0
    assert main([*command, "--check"]) == 0
    written = page.read_text()
    assert written.startswith("# Title\n") and written.endswith("End.\n")
    values = {record["system"]: record["figures"]["form.macro.f1"]["value"] for record in records}
    for system, value in values.items():
        assert f"| form | {system} | form.macro.f1 | {value:.3f} |" in written


def test_a_difference_is_tested_against_the_rules(small_root: Path, tmp_path: Path) -> None:
    """With few stories nothing can be significant, and the table says so."""
    gold = gold_for("core", split="all", root=small_root)
    results = [r for name in ("majority", "lexicon") for r in scores(train(name, root=small_root), gold, ["form"])]
    write_results(results, tmp_path)
    [row] = [line for line in leaderboard(tmp_path).splitlines() if "| majority |" in line]
    assert " = (p = " in row


def test_what_the_table_refuses(small_root: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no result"):
        leaderboard(tmp_path)
    with pytest.raises(DataError, match="expected the marks"):
        with_leaderboard("no marks", "table", place="README.md")
    [path] = write_results(scores(train("majority", root=small_root), gold_for("core", root=small_root), ["form"]), tmp_path)
    path.rename(path.with_name("form-crf.json"))
    with pytest.raises(DataError, match=r"holds the result that belongs to .*form-majority\.json"):
        leaderboard(tmp_path)
    path.with_name("form-crf.json").write_text("[]")
    with pytest.raises(DataError, match="is no result of attrib-bench run"):
        leaderboard(tmp_path)
