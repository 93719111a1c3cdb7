"""Scores of classifications, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from attrib_bench.document import DataError
from attrib_bench.scoring import classification
from attrib_bench.scoring.counts import total


def test_by_hand() -> None:
    counts = classification.count(["direct", "direct", "mixed", "indirect"], ["direct", "mixed", "mixed", "reported"])
    found = classification.figures(counts)
    assert found["accuracy"] == 0.5
    assert (found["direct.precision"], found["direct.recall"]) == (1, 0.5)
    assert (found["mixed.precision"], found["mixed.recall"]) == (0.5, 1)
    assert found["indirect.f1"] == found["reported.f1"] == 0  # one is never predicted, the other never gold
    assert found["macro.f1"] == pytest.approx((2 / 3 + 2 / 3 + 0 + 0) / 4)
    labels, matrix = classification.confusion(counts)
    assert labels == ("direct", "indirect", "mixed", "reported")
    assert matrix.tolist() == [[1, 0, 1, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]]


def test_no_examples() -> None:
    counts = classification.count([], [])
    assert classification.figures(counts) == {"accuracy": 0}
    assert classification.confusion(counts)[1].shape == (0, 0)


def test_unequal_numbers() -> None:
    with pytest.raises(DataError, match="found 1 predicted labels, expected 2"):
        classification.count(["direct", "mixed"], ["direct"])


examples = st.lists(st.tuples(*[st.sampled_from(["person", "group", "institution", "document"])] * 2), min_size=1, max_size=30)


@pytest.mark.filterwarnings("ignore:A single label was found")
@settings(max_examples=500)
@given(examples, st.integers(0, 30))
def test_scikit_learn(labels: list[tuple[str, str]], cut: int) -> None:
    gold, predicted = zip(*labels, strict=True)
    # In two documents: the counts are summed before anything is divided.
    counts = total(classification.count(gold[part], predicted[part]) for part in (slice(0, cut), slice(cut, None)))
    found = classification.figures(counts)
    assert found["accuracy"] == pytest.approx(accuracy_score(gold, predicted))
    precision, recall, f1, _ = precision_recall_fscore_support(gold, predicted, average="macro", zero_division=0)
    assert [found[f"macro.{figure}"] for figure in ("precision", "recall", "f1")] == pytest.approx([precision, recall, f1])
    names, matrix = classification.confusion(counts)
    each = precision_recall_fscore_support(gold, predicted, labels=names, average=None, zero_division=0)
    for name, p, r, f in zip(names, *each[:3], strict=True):
        assert [found[f"{name}.{figure}"] for figure in ("precision", "recall", "f1")] == pytest.approx([p, r, f])
    assert np.array_equal(matrix, confusion_matrix(gold, predicted, labels=names))
