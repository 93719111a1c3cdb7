"""Scores of a classification: each example has one gold and one predicted label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from attrib_bench.document import DataError
from attrib_bench.scoring.counts import Counts, Key, Number, macro, named, prf, ratio


def count(gold: Iterable[str], predicted: Iterable[str]) -> Counts:
    """How often each gold label was predicted as each label, of examples in one order. Raises DataError for unequal numbers."""
    golds, predictions = list(gold), list(predicted)
    if len(golds) != len(predictions):
        raise DataError(f"found {len(predictions)} predicted labels, expected {len(golds)}, one for each gold label")
    counts: Counts = {("examples",): len(golds)}
    for labels in zip(golds, predictions, strict=True):
        counts["label", *labels] = counts.get(("label", *labels), 0.0) + 1
    return counts


def figures(counts: Mapping[Key, Number]) -> dict[str, Number]:
    """`accuracy`, then ``<label>.precision``, recall and F1 of each label, and their means as ``macro.f1`` and so on.

    All in [0, 1]; 0/0 is 0. The mean is over the labels that occur in gold or predicted, as scikit-learn's
    ``f1_score(average="macro", zero_division=0)`` takes it. Without an example there is only the accuracy, 0.
    """
    nothing = counts["examples",] * 0
    right = nothing
    labels: set[str] = set()
    four: dict[Key, Number] = {}
    for key, n in counts.items():
        if key[0] == "label":
            _, gold, predicted = key
            labels |= {gold, predicted}
            same = n if gold == predicted else nothing
            right = right + same
            for cell in ((gold, "gold"), (predicted, "predicted")):
                four[cell] = four.get(cell, nothing) + n
            for cell in ((gold, "recall"), (predicted, "precision")):
                four[cell] = four.get(cell, nothing) + same
    for label in labels:
        for name in ("precision", "predicted", "recall", "gold"):
            four.setdefault((label, name), nothing)
    found = {"accuracy": ratio(right, counts["examples",])}
    scores = [(label,) for label in sorted(labels)]
    for score in scores:
        found |= named(score[0], prf(four, score))
    return found | named("macro", macro(four, scores)) if scores else found


def confusion(counts: Mapping[Key, float]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The labels that occur, sorted, and the confusion matrix over them: a row for each gold, a column for each predicted label."""
    labels = tuple(sorted({label for key in counts if key[0] == "label" for label in key[1:]}))
    cells = [[int(counts.get(("label", gold, predicted), 0)) for predicted in labels] for gold in labels]
    return labels, np.array(cells, dtype=np.int64).reshape(len(labels), len(labels))
