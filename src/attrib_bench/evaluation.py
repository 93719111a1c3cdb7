"""Scoring a system on a task: figures with intervals, a signature, and every single answer.

Two evaluations, or two reports written by them, are compared only where their signatures agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from attrib_bench import __version__
from attrib_bench.corpus import load_collection
from attrib_bench.document import DataError, Document, unknown_name
from attrib_bench.files import read_json
from attrib_bench.formats import gqa
from attrib_bench.interchange import guess_format, is_collection, open_input
from attrib_bench.predictions import Predictions, read_predictions
from attrib_bench.records import annotate
from attrib_bench.scoring import classification
from attrib_bench.scoring import gqa as gqa_scores
from attrib_bench.scoring import spans as span_scores
from attrib_bench.scoring.bootstrap import Difference, Interval, compare, intervals
from attrib_bench.scoring.counts import Array, Counts, Figures, Key, Table, tabulate, total
from attrib_bench.scoring.signature import differences, signature
from attrib_bench.tasks import TASKS, Outcome, Task
from attrib_bench.tasks.attribution import WITHOUT_NESTED
from attrib_bench.tasks.labels import counts_of

N_RESAMPLES = 1000


@dataclass(frozen=True)
class Gold:
    """The documents that a system is scored on, and what they are called in a signature."""

    documents: tuple[Document, ...]
    data: str
    split: str
    absent: tuple[str, ...] = ()
    """Layers of the model that this corpus does not annotate; what a system says of them is not held against it."""

    def pairs(self, predictions: Predictions) -> Iterator[tuple[Document, Document]]:
        """Each gold document with what was predicted for it, without the layers that gold lacks."""
        blank: dict[str, Any] = dict.fromkeys(self.absent, ())
        for document, predicted in zip(self.documents, predictions.documents, strict=True):
            yield document, replace(predicted, **blank)


def load_gold(spec: str, *, split: str | None = None, root: Path | None = None, texts: Path | None = None) -> Gold:
    """The gold of a shipped collection, by name, or of a data root or a corpus file or folder that the package reads, by path.

    Without `split` all documents. Raises DataError for what is neither, for a split of a corpus that has none, and where no
    document is left.
    """
    source = open_input(spec, split=split, root=root, texts=texts)
    documents = tuple(source.read())
    if not documents:
        raise DataError(f"{spec}: the split {split or 'all'} holds no document")
    return Gold(documents, source.data, split or "all", source.absent)


def gold_for(spec: str, *, split: str | None = None, root: Path | None = None, texts: Path | None = None) -> Gold:
    """The gold that systems are scored on: the test split of a collection, or another one, or a whole corpus file or folder."""
    return load_gold(spec, split=split or ("test" if is_collection(spec, root) else None), root=root, texts=texts)


@dataclass(frozen=True)
class Figure:
    """A figure with its 95% interval over stories; none where there is a single story, which says nothing about others."""

    value: float
    interval: Interval | None

    def record(self) -> dict[str, float | None]:
        """The figure as a JSON object; ends that there are not are null."""
        low, high = (self.interval.low, self.interval.high) if self.interval else (None, None)
        return {"value": self.value, "low": low, "high": high}


@dataclass(frozen=True)
class Evaluation:
    """What a system scored on a task."""

    task: Task
    settings: Mapping[str, str]
    stories: tuple[str, ...]
    table: Table
    """The summed counts of each story: a row each, in the order of `stories`."""
    figures: Mapping[str, Figure]

    @property
    def signature(self) -> str:
        return signature(self.settings)

    @property
    def main(self) -> Figure:
        """The figure that systems are ranked by; 0 where there was nothing to count."""
        return self.figures.get(self.task.main, Figure(0.0, None))

    def confusions(self) -> dict[str, tuple[tuple[str, ...], list[list[int]]]]:
        """Labels and confusion matrix of each field that is classified: rows are gold, columns are predicted."""
        parts = self.task.confusion(counts_of(self.table.total(), _OWN))
        found = {name: classification.confusion(counts) for name, counts in parts.items()}
        return {name: (labels, matrix.tolist()) for name, (labels, matrix) in found.items()}

    def muc(self) -> dict[str, span_scores.Muc]:
        """The MUC counts by scheme, of a task that finds spans; empty for others."""
        counts = counts_of(self.table.total(), _OWN)
        return {s: span_scores.muc(counts, s) for s in span_scores.SCHEMES if any(key[:2] == ("muc", s) for key in counts)}

    def record(self) -> dict[str, Any]:
        """The evaluation as a JSON object: settings, figures, and the counts of each story, from which all can be had again.

        GQA's official scores stand under their published names in ``official``.
        """
        official = {
            name.removeprefix(f"{_OFFICIAL}."): figure.value
            for name, figure in self.figures.items()
            if name.startswith(_OFFICIAL) and "[" not in name
        }
        return {
            "task": self.task.name,
            "signature": self.signature,
            "settings": dict(self.settings),
            "main": self.task.main,
            "figures": {name: figure.record() for name, figure in self.figures.items()},
            **({"official": official} if official else {}),
            "muc": {scheme: muc._asdict() for scheme, muc in self.muc().items()},
            "confusion": {name: {"labels": labels, "matrix": matrix} for name, (labels, matrix) in self.confusions().items()},
            "counts": {
                "stories": list(self.stories),
                "keys": [list(key) for key in self.table.keys],
                "rows": self.table.rows.tolist(),
            },
        }


_OWN, _OFFICIAL = "own", "official"


def evaluate(gold: Gold, predictions: Predictions, task: Task, *, n_resamples: int = N_RESAMPLES, seed: int = 0) -> Evaluation:
    """The evaluation of predictions, document by document those of gold.

    On gold of the GQA corpus the task attribution also has the 15 official scores, as ``official.f1_joint`` and so on, and
    for each of GQA's types those of the quotations that either side gives this type (``official.f1_msg[type=Direct]``). They
    count frames and media as a file of GQA's own format gives them; other predictions have none.
    """
    counts = [
        {(_OWN, *key): n for key, n in task.count(document, predicted).items()} for document, predicted in gold.pairs(predictions)
    ]
    if task is TASKS["attribution"] and all(document.collection == gqa.COLLECTION for document in gold.documents):
        # Without `native`, or the frames and media that gold keeps there by attribution id would count as the system's.
        said = predictions.quotations or tuple(gqa.roles(replace(predicted, native={})) for predicted in predictions.documents)
        for own, official in zip(counts, _official(gold.documents, said), strict=True):
            own |= {(_OFFICIAL, *key): n for key, n in official.items()}
    by_story: dict[str, list[Counts]] = {}
    for document, own in zip(gold.documents, counts, strict=True):
        by_story.setdefault(document.metadata.story_id or document.id, []).append(own)
    stories = tuple(sorted(by_story))
    table = tabulate(total(by_story[story]) for story in stories)
    settings = {
        "task": task.name,
        "data": gold.data,
        "split": gold.split,
        "docs": str(len(gold.documents)),
        "match": task.match,
        **task.settings,
        "boot": str(n_resamples),
        "seed": str(seed),
        "v": __version__,
    }
    ends: Mapping[str, Interval] = {}
    if len(stories) > 1:
        ends = intervals(table, stories, _figures(task), n_resamples=n_resamples, seed=seed)
    values = _figures(task)({key: np.array([n]) for key, n in table.total().items()})
    figures = {name: Figure(float(value[0]), ends.get(name)) for name, value in values.items()}
    return Evaluation(task, settings, stories, table, figures)


def _official(gold: Sequence[Document], said: Sequence[Sequence[gqa.Roles]]) -> list[Counts]:
    """The counts of GQA's scores for each document, of all quotations and of those of each type on either side."""
    found: list[Counts] = [{} for _ in gold]
    pages = list(zip(map(gqa.roles, gold), said, strict=True))
    for type_ in ("", *gqa.TYPES):
        of_type = [tuple([q for q in side if not type_ or q.type == type_] for side in page) for page in pages]
        table = gqa_scores.tabulate((left, right) for left, right in of_type)
        for counts, row in zip(found, table.rows.tolist(), strict=True):
            counts |= {(type_, *key): n for key, n in zip(table.keys, row, strict=True)}
    return found


def _figures(task: Task) -> Figures:
    """The function from counts to the figures of a task, official ones included where there are any."""

    def figures(counts: Mapping[Key, Array]) -> dict[str, Array]:
        found = task.figures(counts_of(counts, _OWN))
        official = counts_of(counts, _OFFICIAL)
        for type_ in sorted({key[0] for key in official}):
            part = f"[type={type_}]" if type_ else ""
            own = gqa_scores.figures(counts_of(official, type_))
            found |= {f"{_OFFICIAL}.{name}{part}": number for name, number in own.items()}
        return found

    return figures


def evaluation_of(record: Mapping[str, Any], *, place: object) -> Evaluation:
    """The evaluation of a record that `Evaluation.record` made. Raises DataError, naming `place`, for anything else."""
    try:
        task = _task(record["task"], nested=record["settings"].get("nested") != "no")
        table = Table(tuple(map(tuple, record["counts"]["keys"])), np.array(record["counts"]["rows"], dtype=float))
        figures = {
            name: Figure(f["value"], None if f["low"] is None else Interval(f["low"], f["high"]))
            for name, f in record["figures"].items()
        }
        found = Evaluation(task, dict(record["settings"]), tuple(record["counts"]["stories"]), table, figures)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{place}: is no report of attrib-bench evaluate --json: {error!r}") from error
    if table.rows.shape != (len(found.stories), len(table.keys)):
        raise DataError(
            f"{place}: its counts have the shape {table.rows.shape}, expected a row for each story and a column for each key"
        )
    return found


def compare_evaluations(
    first: Evaluation, second: Evaluation, *, place: object = "the other system", seed: int = 0
) -> dict[str, Difference]:
    """The difference of two evaluations, figure by figure, first minus second.

    Raises DataError, naming the `place` of the second, where the signatures differ, saying in what.
    """
    if differing := differences(first.settings, second.settings):
        raise DataError(f"{place}: the signatures differ, so the figures cannot be compared: {'; '.join(differing)}")
    if first.stories != second.stories:
        raise DataError(f"{place}: its counts are of other stories than those of gold")
    return compare(first.table, second.table, first.stories, _figures(first.task), seed=seed)


@dataclass(frozen=True)
class Scored:
    """A prediction file's evaluation, with what it was made from, and the difference to another system if one was given."""

    gold: Gold
    predictions: Predictions
    evaluation: Evaluation
    differences: Mapping[str, Difference] | None

    def outcomes(self) -> list[tuple[Document, list[Outcome]]]:
        """Every answer, document by document."""
        return outcomes(self.gold, self.predictions, self.evaluation.task)

    def record(self) -> dict[str, Any]:
        """The evaluation's record, with ``differences`` where there are any."""
        record = self.evaluation.record()
        if self.differences is not None:
            record["differences"] = {name: {"value": d.value, "p": d.p} for name, d in self.differences.items()}
        return record


def score_file(
    path: Path,
    task_name: str,
    *,
    gold: str = "core",
    split: str | None = None,
    vs: Path | None = None,
    nested: bool = True,
    root: Path | None = None,
    texts: Path | None = None,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Scored:
    """The evaluation of a prediction file, and with `vs`, another prediction file or a report, the difference to that.

    `split` is test for a shipped collection, unless it is given, and all for a corpus file or folder. Raises DataError for an
    unknown task, for whatever is wrong with a file, and where `vs` has another signature.
    """
    task = _task(task_name, nested=nested)
    documents = gold_for(gold, split=split, root=root, texts=texts)
    predictions = read_predictions(path, documents.documents, task=task)
    evaluation = evaluate(documents, predictions, task, n_resamples=n_resamples, seed=seed)
    found = None
    if vs is not None and _is_report(vs):
        found = compare_evaluations(evaluation, evaluation_of(read_json(vs), place=vs), place=vs, seed=seed)
    elif vs is not None:
        others = read_predictions(vs, documents.documents, task=task)
        found = compare_evaluations(evaluation, evaluate(documents, others, task, n_resamples=n_resamples, seed=seed), seed=seed)
    return Scored(documents, predictions, evaluation, found)


def _task(name: str, *, nested: bool) -> Task:
    if name not in TASKS:
        raise unknown_name("task", name, TASKS)
    if nested:
        return TASKS[name]
    if name != "attribution":
        raise DataError(f"task {name} has no figures without nested attributions, only attribution has")
    return WITHOUT_NESTED


def _is_report(path: Path) -> bool:
    """Whether a file is one JSON object as `Evaluation.record` makes it, not a line of it for each document."""
    try:
        record = read_json(path)
    except DataError:
        return False
    return isinstance(record, dict) and "signature" in record


def load_annotators(
    paths: Sequence[Path], collection: str, *, root: Path | None = None, texts: Path | None = None
) -> list[Mapping[str, Document]]:
    """For each annotator the documents by id: of a folder with annotation files of a collection, or of a corpus of any format.

    A single path is that of a corpus which tells its annotators apart.
    """
    if len(paths) == 1:
        format_ = guess_format(paths[0])
        if format_.annotators is None:
            raise DataError(f"{paths[0]}: is the work of one annotator; expected two paths or more")
        return list(format_.annotators(paths[0]).values())
    found: list[Mapping[str, Document]] = []
    for path in paths:
        files = sorted(path.glob("*.json")) if path.is_dir() else []
        if files and "doc_id" in read_json(files[0]):
            documents = load_collection(collection, root=root, texts=texts).document_by_id
            if unknown := [file for file in files if file.stem not in documents]:
                raise DataError(f"{unknown[0]}: annotates no document of {collection}")
            found.append({file.stem: annotate(documents[file.stem], read_json(file)) for file in files})
        else:
            found.append({document.id: document for document in open_input(str(path), root=root, texts=texts).read()})
    return found


def outcomes(gold: Gold, predictions: Predictions, task: Task) -> list[tuple[Document, list[Outcome]]]:
    """Every answer, document by document."""
    return [(document, list(task.outcomes(document, predicted))) for document, predicted in gold.pairs(predictions)]
