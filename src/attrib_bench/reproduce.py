"""The main job, end to end: check the data, export it, load the export, train and score the baselines, write the report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from attrib_bench.baselines import ALWAYS, QUICK
from attrib_bench.build import all_problems, wrong_splits
from attrib_bench.document import DataError
from attrib_bench.evaluation import Gold, gold_for, outcomes
from attrib_bench.experiment import Result, scores, train
from attrib_bench.files import write_atomic
from attrib_bench.formats.huggingface import SplitSize, check_export, export
from attrib_bench.predictions import write_gqa_predictions, write_predictions
from attrib_bench.report.html import page
from attrib_bench.report.realism import gqa_parts
from attrib_bench.report.tables import TableOf, figure_table, main_table


@dataclass(frozen=True)
class Reproduction:
    """What the main job made."""

    sizes: tuple[SplitSize, ...]
    results: tuple[Result, ...]

    def tables(self) -> list[TableOf]:
        """Rows of the export, then the main figures of the baselines."""
        rows = tuple((size.config, size.split, str(size.n_rows)) for size in self.sizes)
        return [
            TableOf("export, as loaded again", ("config", "split", "rows"), rows),
            main_table([(result.system, result.evaluation) for result in self.results]),
        ]


@dataclass(frozen=True)
class _TestSet:
    """What systems learn from, and what they are scored on, which is read when it is first asked for, and once."""

    name: str
    train: str
    gold: Callable[[], Gold]


Track = Callable[[Sequence[tuple[str, Callable[[], None]]]], None]
"""Runs named steps one after the other and shows how far it is."""


def reproduce(root: Path, out: Path, *, corpora: Path | None = None, track: Track) -> Reproduction:
    """Run the main job on a data root and write ``out/dataset/`` and ``out/report/``.

    With `corpora`, the folder of imported corpora, the baselines are also trained on GQA train and scored on GQA dev.
    Raises DataError where the data has a problem, a split is not what its seed gives, or the export does not load.
    """
    parts = gqa_parts(corpora) if corpora is not None else None
    sizes: list[SplitSize] = []
    results: list[Result] = []
    steps: list[tuple[str, Callable[[], None]]] = [
        ("validate the data", partial(_require_valid, root)),
        ("check the splits", partial(_require_splits, root)),
        ("export", partial(_export, root, out / "dataset")),
        ("load the export", partial(_load, root, out / "dataset", sizes)),
    ]
    core = _TestSet("core-test", "core", cache(lambda: gold_for("core", root=root)))
    steps += [(f"core test: {name}", partial(_score, core, name, root, out, results)) for name in ALWAYS]
    if parts is not None:
        train_file, dev_file = parts
        dev = _TestSet("gqa-dev", train_file, cache(lambda: gold_for(dev_file)))
        steps += [(f"GQA dev: {name}", partial(_score, dev, name, root, out, results)) for name in QUICK]
    track(steps)
    reproduction = Reproduction(tuple(sizes), tuple(results))
    _write_report(reproduction, out / "report")
    return reproduction


def _require_valid(root: Path) -> None:
    if problems := all_problems(root):
        raise DataError("\n".join([*map(str, problems[:20]), f"{len(problems)} problems; attrib-bench validate lists them all"]))


def _require_splits(root: Path) -> None:
    if wrong := wrong_splits(root):
        raise DataError(f"{wrong[0]}: is not what the stories and the seed give; run attrib-bench split")


def _export(root: Path, folder: Path) -> None:
    export(folder, root=root)


def _load(root: Path, folder: Path, sizes: list[SplitSize]) -> None:
    sizes += check_export(folder, root=root)


def _score(data: _TestSet, system: str, root: Path, out: Path, results: list[Result]) -> None:
    gold = data.gold()
    for result in scores(train(system, on=data.train, root=root), gold):
        results.append(result)
        task, name = result.evaluation.task, f"{data.name}-{result.evaluation.task.name}-{system}"
        if result.predictions.quotations:
            write_gqa_predictions(out / "report" / f"{name}.jsonl", zip(gold.documents, result.predictions.documents, strict=True))
        else:
            write_predictions(out / "report" / f"{name}.jsonl", result.predictions.documents)
        title = f"{system} on {data.name}: {task.name}"
        write_atomic(
            out / "report" / f"{name}.html", page(result.evaluation, outcomes(gold, result.predictions, task), title=title)
        )


def _write_report(reproduction: Reproduction, folder: Path) -> None:
    records = [{"system": result.system, **result.evaluation.record()} for result in reproduction.results]
    write_atomic(folder / "results.json", json.dumps(records, ensure_ascii=False, indent=1) + "\n")
    tables = [*reproduction.tables(), *(figure_table(result.evaluation) for result in reproduction.results)]
    write_atomic(folder / "report.md", "# Report\n\n" + "\n".join(table.markdown() for table in tables))
