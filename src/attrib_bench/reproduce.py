"""The main job, end to end: check the data, export it, load the export, train and score the baselines, write the report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from attrib_bench.baselines import BASELINES
from attrib_bench.build import all_problems, wrong_splits
from attrib_bench.corpus import load_collection
from attrib_bench.document import DataError, Document
from attrib_bench.evaluation import Evaluation, Gold, evaluate, load_gold, outcomes
from attrib_bench.files import write_atomic
from attrib_bench.formats import gqa
from attrib_bench.formats.huggingface import SplitSize, check_export, export
from attrib_bench.predictions import Predictions, write_predictions
from attrib_bench.report.html import page
from attrib_bench.report.tables import TableOf, figure_table, main_table
from attrib_bench.tasks import TASKS, Task

_GQA_TASKS = ("spans", "attribution", "form")
"""The tasks whose labels the GQA corpus has."""


@dataclass(frozen=True)
class Result:
    """One system on one test set."""

    system: str
    evaluation: Evaluation


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
    """What systems are scored on and what they learn from, each read when it is first asked for, and once."""

    name: str
    gold: Callable[[], Gold]
    train: Callable[[], Sequence[Document]]


Track = Callable[[Sequence[tuple[str, Callable[[], None]]]], None]
"""Runs named steps one after the other and shows how far it is."""


def reproduce(root: Path, out: Path, *, corpora: Path | None = None, track: Track) -> Reproduction:
    """Run the main job on a data root and write ``out/dataset/`` and ``out/report/``.

    With `corpora`, the folder of imported corpora, the baselines are also trained on GQA train and scored on GQA dev.
    Raises DataError where the data has a problem, a split is not what its seed gives, or the export does not load.
    """
    needed = [] if corpora is None else [_gqa_file(corpora, name) for name in ("train", "dev")]
    if missing := [path for path in needed if not path.is_file()]:
        raise DataError(f"{missing[0]}: is missing; expected the folder of the imported corpora, with gqa/data/ in it")
    sizes: list[SplitSize] = []
    results: list[Result] = []
    steps: list[tuple[str, Callable[[], None]]] = [
        ("validate the data", partial(_require_valid, root)),
        ("check the splits", partial(_require_splits, root)),
        ("export", partial(_export, root, out / "dataset")),
        ("load the export", partial(_load, root, out / "dataset", sizes)),
    ]
    core = _TestSet(
        name="core-test",
        gold=cache(lambda: load_gold("core", split="test", root=root)),
        train=cache(lambda: load_collection(root=root).split("train")),
    )
    steps += [(f"core test: {name}", partial(_score, core, TASKS[name], out, results)) for name in BASELINES]
    if corpora is not None:
        dev = _TestSet(
            name="gqa-dev",
            gold=cache(lambda: load_gold(str(_gqa_file(corpora, "dev")))),
            train=cache(lambda: tuple(gqa.read(_gqa_file(corpora, "train")))),
        )
        steps += [(f"GQA dev: {name}", partial(_score, dev, TASKS[name], out, results)) for name in _GQA_TASKS]
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


def _gqa_file(corpora: Path, name: str) -> Path:
    return corpora / "gqa" / "data" / f"{name}.jsonl"


def _score(test_set: _TestSet, task: Task, out: Path, results: list[Result]) -> None:
    gold = test_set.gold()
    for make in BASELINES[task.name]:
        system = make()
        system.fit(test_set.train())
        predictions = Predictions(tuple(system.predict([task.given(document) for document in gold.documents])))
        evaluation = evaluate(gold, predictions, task)
        results.append(Result(system.name, evaluation))
        name = f"{test_set.name}-{task.name}-{system.name}"
        write_predictions(out / "report" / f"{name}.jsonl", predictions.documents)
        title = f"{system.name} on {test_set.name}: {task.name}"
        write_atomic(out / "report" / f"{name}.html", page(evaluation, outcomes(gold, predictions, task), title=title))


def _write_report(reproduction: Reproduction, folder: Path) -> None:
    records = [{"system": result.system, **result.evaluation.record()} for result in reproduction.results]
    write_atomic(folder / "results.json", json.dumps(records, ensure_ascii=False, indent=1) + "\n")
    tables = [*reproduction.tables(), *(figure_table(result.evaluation) for result in reproduction.results)]
    write_atomic(folder / "report.md", "# Report\n\n" + "\n".join(table.markdown() for table in tables))
