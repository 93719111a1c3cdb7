"""Experiments: a system trained on documents, its answers on others, what they score, how long it took, on what machine."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from attrib_bench.baselines import System, load_system, make_system
from attrib_bench.baselines.store import describe, open_model
from attrib_bench.document import DataError
from attrib_bench.evaluation import Evaluation, Gold, evaluate, gold_for
from attrib_bench.files import read_json, write_atomic
from attrib_bench.interchange import is_collection, open_input
from attrib_bench.predictions import Predictions, write_gqa_predictions, write_predictions
from attrib_bench.tasks import TASKS

_PACKAGES = ("attrib-bench", "numpy", "scikit-learn", "torch", "transformers")
"""Those whose versions may change a figure."""

IMPORTED_TASKS = ("spans", "attribution", "form")
"""The tasks whose labels an imported corpus has."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a system scored on a task."""

    system: str
    options: Mapping[str, Any]
    trained_on: str
    """What the training documents are called in a signature; empty where nothing was learned."""
    evaluation: Evaluation
    predictions: Predictions
    fit_seconds: float
    """For all tasks of the system together."""
    predict_seconds: float
    n_tokens: int
    """Tokens of the test documents."""

    def record(self) -> dict[str, Any]:
        """The result as a JSON object: the evaluation's record and all that one needs to get it again."""
        return {
            "system": self.system,
            "options": dict(self.options),
            "trained_on": self.trained_on,
            **self.evaluation.record(),
            "fit_seconds": round(self.fit_seconds, 1),
            "predict_seconds": round(self.predict_seconds, 2),
            "tokens_per_second": round(self.n_tokens / self.predict_seconds) if self.predict_seconds else 0,
            "environment": environment(),
        }


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A trained system, and how it came to be."""

    system: System
    trained_on: str
    """What the training documents are called in a signature."""
    options: Mapping[str, Any] = field(default_factory=dict)
    fit_seconds: float = 0.0

    def save(self, folder: Path) -> None:
        """Write the model, with what it was trained on."""
        self.system.save(folder)
        describe(folder, {"trained_on": self.trained_on, "options": dict(self.options), "fit_seconds": round(self.fit_seconds, 1)})

    @classmethod
    def load(cls, folder: Path) -> Experiment:
        """The experiment whose model a folder holds. Raises DataError as `baselines.load_system` does."""
        system = load_system(folder)
        about = open_model(folder, system=system.name).about
        return cls(
            system=system,
            trained_on=str(about.get("trained_on", "")),
            options=about.get("options", {}),
            fit_seconds=float(about.get("fit_seconds", 0.0)),
        )

    def score(self, gold: Gold, task_name: str) -> Result:
        """What the system says of the gold documents, as the task gives them, and what that scores."""
        task = TASKS[task_name]
        given = [task.given(document) for document in gold.documents]
        started = time.perf_counter()
        answers = self.system.predict(given, task_name)
        seconds = time.perf_counter() - started
        predictions = Predictions.of(answers)
        return Result(
            system=self.system.name,
            options=self.options,
            trained_on=self.trained_on,
            evaluation=evaluate(gold, predictions, task),
            predictions=predictions,
            fit_seconds=self.fit_seconds,
            predict_seconds=seconds,
            n_tokens=sum(len(document.tokens) for document in gold.documents),
        )


def train(
    system: str,
    *,
    on: str = "core",
    split: str | None = None,
    options: Mapping[str, Any] | None = None,
    root: Path | None = None,
    texts: Path | None = None,
) -> Experiment:
    """A system, by name, trained on the train split of a collection, or another one, or on a whole corpus file or folder."""
    made = make_system(system, options)
    source = open_input(on, split=split or ("train" if is_collection(on, root) else None), root=root, texts=texts)
    documents = tuple(source.read())
    started = time.perf_counter()
    made.fit(documents)
    seconds = time.perf_counter() - started
    return Experiment(system=made, trained_on=source.data, options=options or {}, fit_seconds=seconds)


def scores(experiment: Experiment, gold: Gold, tasks: Sequence[str] | None = None) -> list[Result]:
    """What the system scores on these tasks, or on each that it and the gold data allow."""
    possible = [task for task in experiment.system.tasks if not gold.absent or task in IMPORTED_TASKS]
    return [experiment.score(gold, task) for task in tasks or possible]


def predict(
    model: Path,
    spec: str,
    out: Path,
    *,
    task_name: str | None = None,
    split: str | None = None,
    format_name: str = "attrib-bench",
    root: Path | None = None,
    texts: Path | None = None,
) -> int:
    """The number of predictions that were written, one for each document, in our shape or, with ``gqa``, in GQA's.

    The documents are given to the model as the task gives them. Raises DataError for a model, a task, an input or a format
    that is none.
    """
    system = load_system(model)
    task_name = task_name or system.tasks[0]
    if task_name not in system.tasks:
        raise DataError(f"{model}: {system.name} does not do {task_name!r}, expected one of {', '.join(system.tasks)}")
    if format_name not in ("attrib-bench", "gqa"):
        raise DataError(f"found the format {format_name!r}, expected attrib-bench or gqa")
    gold = gold_for(spec, split=split, root=root, texts=texts).documents
    predicted = system.predict([TASKS[task_name].given(document) for document in gold], task_name)
    if format_name == "gqa":
        write_gqa_predictions(out, zip(gold, predicted, strict=True))
    else:
        write_predictions(out, predicted)
    return len(predicted)


def environment() -> dict[str, Any]:
    """The machine and the versions of what figures and times may hang on; a package that is not installed is left out."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    """The processor's name where the system tells it, else the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def result_path(folder: Path, record: Mapping[str, Any]) -> Path:
    """Where the record of a result lies: ``<folder>/<test set>/<task>-<system>.json``."""
    settings = record["settings"]
    name = settings["data"].partition("@")[0].partition("+")[0].replace("/", "-")
    test_set = name if settings["split"] == "all" else f"{name}-{settings['split']}"
    return folder / test_set / f"{record['task']}-{record['system']}.json"


def write_results(results: Iterable[Result], folder: Path) -> list[Path]:
    """The paths of the results, one file a system, task and test set."""
    paths = []
    for result in results:
        record = result.record()
        path = result_path(folder, record)
        write_atomic(path, json.dumps(record, ensure_ascii=False) + "\n")
        paths.append(path)
    return paths


def read_results(folder: Path) -> Iterator[dict[str, Any]]:
    """The records of the results in a folder, by path. Raises DataError for a file that is none or does not lie in its place."""
    for path in sorted(folder.glob("*/*.json")):
        record = read_json(path)
        try:
            expected = result_path(folder, record)
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{path}: is no result of attrib-bench run: {error!r}") from error
        if path != expected:
            raise DataError(f"{path}: holds the result that belongs to {expected}")
        yield record
