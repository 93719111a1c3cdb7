"""What every score is made of: counts per document, summed over documents, then divided.

A scorer is a module with two functions: ``count`` gives the counts of one document, ``figures`` turns counts, those of a
document or the sum over any number of them, into figures. Every figure is a ratio of counts, a harmonic mean of two, or
a mean of such over labels. So the same ``figures`` serves one corpus and, with an array in place of each number, a
thousand resamples of it at once (`attrib_bench.scoring.bootstrap`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from attrib_bench.document import DataError

Key = tuple[str, ...]
"""What a count is of: first the score, last what is counted, as in ``("strict", "source", "gold")``."""

Counts = dict[Key, float]
"""Counts by key; one that is missing is 0."""

Array = NDArray[np.float64]
Number = TypeVar("Number", float, Array)

Figures = Callable[[Mapping[Key, Array]], dict[str, Array]]
"""A scorer's function ``figures``, taken on arrays: one entry a resample."""

PRF = ("precision", "recall", "f1")
"""What a score that has predictions and gold items consists of, in the order in which it is shown."""


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """The counts of many documents: a row each, in the order given, and a column for each key."""

    keys: tuple[Key, ...]
    rows: Array
    """Of shape (documents, keys)."""

    def total(self) -> Counts:
        """The sum over the documents."""
        return dict(zip(self.keys, self.rows.sum(axis=0).tolist(), strict=True))


def tabulate(counts: Iterable[Mapping[Key, float]]) -> Table:
    """The counts of documents as a table. Its columns are sorted by key. Raises DataError where there is no document."""
    documents = list(counts)
    if not documents:
        raise DataError("found no document to score, expected at least one")
    keys = tuple(sorted(set().union(*documents)))
    column = {key: index for index, key in enumerate(keys)}
    rows = np.zeros((len(documents), len(keys)))
    for row, one in zip(rows, documents, strict=True):
        row[[column[key] for key in one]] = list(one.values())
    return Table(keys, rows)


def total(counts: Iterable[Mapping[Key, float]]) -> Counts:
    """The sum of the counts of documents, key by key. Raises DataError where there is no document."""
    return tabulate(counts).total()


def add(numbers: Sequence[Number]) -> Number:
    """The sum of at least one number."""
    summed = numbers[0]
    for number in numbers[1:]:
        summed = summed + number
    return summed


def ratio(part: Number, whole: Number) -> Number:
    """The quotient of part and whole, and 0 where whole is 0."""
    if isinstance(whole, np.ndarray):
        return np.divide(part, whole, out=np.zeros_like(whole), where=whole != 0)
    return part / whole if whole else 0.0


def f1(precision: Number, recall: Number) -> Number:
    """The harmonic mean of precision and recall, and 0 where both are 0."""
    return ratio(2 * precision * recall, precision + recall)


def tally(counts: Counts, score: Key, *, precision: float = 0, predicted: float = 0, recall: float = 0, gold: float = 0) -> None:
    """Adds to the four counts behind a precision, a recall and an F1.

    `predicted` and `gold` are numbers of items; `precision` and `recall` are what these items earned, at most 1 each.
    """
    for name, value in (("precision", precision), ("predicted", predicted), ("recall", recall), ("gold", gold)):
        counts[(*score, name)] = counts.get((*score, name), 0.0) + value


def prf(counts: Mapping[Key, Number], *scores: Key) -> tuple[Number, Number, Number]:
    """Precision, recall and F1 from the counts that `tally` made, pooled over the scores named (micro); 0/0 is 0."""
    precision = ratio(_pooled(counts, scores, "precision"), _pooled(counts, scores, "predicted"))
    recall = ratio(_pooled(counts, scores, "recall"), _pooled(counts, scores, "gold"))
    return precision, recall, f1(precision, recall)


def macro(counts: Mapping[Key, Number], scores: Sequence[Key]) -> tuple[Number, Number, Number]:
    """The means of precision, recall and F1 over those of the scores that have a gold or a predicted item; 0 for none."""
    precisions, recalls, f1s, occurs = [], [], [], []
    for score in scores:
        precision, recall, score_f1 = prf(counts, score)
        n_items = _pooled(counts, (score,), "predicted") + _pooled(counts, (score,), "gold")
        precisions.append(precision)
        recalls.append(recall)
        f1s.append(score_f1)
        occurs.append(ratio(n_items, n_items))  # 1 where there is an item, else 0
    n_scores = add(occurs)
    return ratio(add(precisions), n_scores), ratio(add(recalls), n_scores), ratio(add(f1s), n_scores)


def _pooled(counts: Mapping[Key, Number], scores: Sequence[Key], name: str) -> Number:
    return add([counts[key] for key in _keys(scores, name)])


def _keys(scores: Sequence[Key], name: str) -> list[Key]:
    return [(*score, name) for score in scores]


def named(name: str, values: tuple[Number, Number, Number]) -> dict[str, Number]:
    """Precision, recall and F1 as the figures ``<name>.precision``, ``<name>.recall`` and ``<name>.f1``."""
    return {f"{name}.{figure}": value for figure, value in zip(PRF, values, strict=True)}
