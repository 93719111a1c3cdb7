"""The main job, on a small data root."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attrib_bench.baselines import ALWAYS, system_class
from attrib_bench.cli import main


def test_the_main_job_checks_exports_trains_scores_and_reports(
    small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "build"
    assert main(["reproduce", "--root", str(small_root), "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert "documents" in printed.out
    assert "linear" in printed.out
    results = json.loads((out / "report" / "results.json").read_bytes())
    expected = [(name, task) for name in ALWAYS for task in system_class(name).tasks]
    assert [(result["system"], result["task"]) for result in results] == expected
    assert all("|split:test|docs:1|" in result["signature"] for result in results)
    report = (out / "report" / "report.md").read_text(encoding="utf-8")
    assert "| lexicon | spans | overlap.macro.f1 |" in report
    for result in results:
        name = f"core-test-{result['task']}-{result['system']}"
        assert (out / "report" / f"{name}.html").read_bytes().startswith(b"<!DOCTYPE html>")
        predictions = str(out / "report" / f"{name}.jsonl")
        assert main(["evaluate", predictions, "--task", result["task"], "--root", str(small_root), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["figures"] == result["figures"]


def test_data_with_a_problem_are_not_reproduced(small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = small_root / "splits" / "core.csv"
    path.write_bytes(path.read_bytes().replace(b"test", b"train"))
    assert main(["reproduce", "--root", str(small_root), "--out", str(tmp_path / "build")]) == 1
    assert "splits/core.csv" in capsys.readouterr().err
    assert not (tmp_path / "build").exists()
