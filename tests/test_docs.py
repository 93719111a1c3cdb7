"""The examples of docs/scores.md and README.md do what they say."""

from __future__ import annotations

import doctest
import re
from dataclasses import replace
from pathlib import Path

import pytest

from attrib_bench.cli import app
from attrib_bench.document import Attribution, Document, Form, Identification, Kind, Sector, Source, Span
from attrib_bench.scoring import attributions, chains, classification, gqa, spans
from attrib_bench.scoring.bootstrap import intervals
from attrib_bench.scoring.counts import prf, tabulate
from attrib_bench.tasks import TASKS
from attrib_bench.tokens import token_ids

ROOT = Path(__file__).resolve().parents[1]
NAMES = {
    **{cls.__name__: cls for cls in (Attribution, Document, Form, Identification, Kind, Sector, Source, Span)},
    **{"attributions": attributions, "chains": chains, "classification": classification, "gqa": gqa, "spans": spans},
    **{f.__name__: f for f in (intervals, prf, replace, tabulate, token_ids)},
}


def test_worked_examples_of_the_scores() -> None:
    page = ROOT / "docs" / "scores.md"
    examples = doctest.DocTestParser().get_doctest(page.read_text(encoding="utf-8"), dict(NAMES), page.name, str(page), 0)
    result = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL).run(examples)
    assert result.failed == 0
    assert result.attempted > 20


def test_every_task_and_its_main_figure_stand_on_the_page() -> None:
    text = (ROOT / "docs" / "scores.md").read_text(encoding="utf-8")
    for task in TASKS.values():
        assert f"`{task.name}`" in text
        assert f"`{task.main.split('.')[0]}" in text or task.main.startswith("overlap")


def test_the_readme_s_python_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert "->" in capsys.readouterr().out


def test_the_readme_names_every_command_and_task() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert {command for command in commands if f"attrib-bench {command}" not in text and f"make {command}" not in text} == set()
    assert {task for task in TASKS if f"`{task}`" not in text} == set()
