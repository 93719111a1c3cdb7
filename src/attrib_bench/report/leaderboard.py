"""The table of results: who scores what on which test set, and whether it is more than the rules score."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attrib_bench.document import DataError
from attrib_bench.evaluation import Evaluation, compare_evaluations, evaluation_of
from attrib_bench.experiment import read_results
from attrib_bench.report.tables import TableOf, interval_of
from attrib_bench.scoring.bootstrap import Difference
from attrib_bench.tasks import TASKS

BEGIN, END = "<!-- leaderboard -->", "<!-- end of leaderboard -->"
REFERENCE = "lexicon"
"""The system that the others are tested against."""

_LEVEL = 0.05
_HEADER = ("task", "system", "score", "value", "95% interval", f"against {REFERENCE}", "trained on", "tokens/s")


@dataclass(frozen=True)
class _Row:
    """A result."""

    record: Mapping[str, Any]
    evaluation: Evaluation


def leaderboard(folder: Path) -> str:
    """The results of a folder in Markdown, a table for each test set, best system first.

    Systems are tested against the rules on the stories of the test set (`evaluation.compare_evaluations`); a difference with
    p < .05 has its sign, ``+`` or ``-``, any other is ``=``. Raises DataError for a folder without results.
    """
    by_test_set: dict[tuple[str, str, str], list[_Row]] = {}
    for record in read_results(folder):
        settings = record["settings"]
        row = _Row(record, evaluation_of(record, place=f"the result of {record['system']} on {settings['data']}"))
        by_test_set.setdefault((settings["data"], settings["split"], settings["docs"]), []).append(row)
    if not by_test_set:
        raise DataError(f"{folder}: holds no result; attrib-bench run makes them")
    return "\n".join(_table(*item).markdown() for item in sorted(by_test_set.items()))


def _table(test_set: tuple[str, str, str], rows: Sequence[_Row]) -> TableOf:
    data, split, n_documents = test_set
    order = {name: number for number, name in enumerate(TASKS)}
    cells = []
    for row in sorted(rows, key=lambda row: (order[row.evaluation.task.name], -row.evaluation.main.value, row.record["system"])):
        evaluation = row.evaluation
        references = [r for r in rows if r.evaluation.task is evaluation.task and r.record["system"] == REFERENCE and r is not row]
        tested = compare_evaluations(evaluation, references[0].evaluation) if references else {}
        for score in _scores(evaluation):
            cells.append(
                (
                    evaluation.task.name,
                    row.record["system"],
                    score,
                    f"{evaluation.figures[score].value:.3f}",
                    interval_of(evaluation.figures[score]),
                    _sign(tested.get(score)),
                    row.record["trained_on"],
                    str(row.record["tokens_per_second"]),
                )
            )
    name = data if split == "all" else f"{data}, {split}"
    return TableOf(f"{name}: {n_documents} documents", _HEADER, tuple(cells))


def _scores(evaluation: Evaluation) -> list[str]:
    """The figures that the table has: GQA's joint F1 where there is one, and the one that systems are ranked by."""
    return [name for name in ("official.f1_joint", evaluation.task.main) if name in evaluation.figures]


def _sign(difference: Difference | None) -> str:
    if difference is None:
        return ""
    sign = "=" if difference.p >= _LEVEL else "+" if difference.value > 0 else "-"
    return f"{sign} (p {'< .001' if difference.p < 0.001 else f'= {difference.p:.3f}'})"


def with_leaderboard(page: str, table: str, *, place: object) -> str:
    """The page with the table between its two markers. Raises DataError where they are not there once."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    if len(pattern.findall(page)) != 1:
        raise DataError(f"{place}: expected the marks {BEGIN} and {END} once")
    return pattern.sub(lambda _: f"{BEGIN}\n\n{table}\n{END}", page)
