"""Intervals and the test between two systems: against plain loops, and on cases whose answer is known."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from attrib_bench.document import DataError
from attrib_bench.scoring import classification
from attrib_bench.scoring.bootstrap import Interval, compare, intervals
from attrib_bench.scoring.counts import Table, tabulate, total


def system(right: list[int], of: int = 10) -> Table:
    """A document for each number, with so many of its examples right."""
    return tabulate(classification.count(["x"] * of, ["x"] * n + ["y"] * (of - n)) for n in right)


STORIES = [f"s{number:03}" for number in range(30)]
SOME = system([(7 * n) % 11 for n in range(30)])


def test_the_spread_is_the_binomial_one() -> None:
    # 400 stories of one example each, 300 right: the standard error is sqrt(0.75 * 0.25 / 400).
    table = system([1] * 300 + [0] * 100, of=1)
    found = intervals(table, [str(n) for n in range(400)], classification.figures, n_resamples=4000)["accuracy"]
    half = 1.96 * math.sqrt(0.75 * 0.25 / 400)
    assert found.low == pytest.approx(0.75 - half, abs=0.006)
    assert found.high == pytest.approx(0.75 + half, abs=0.006)


def test_a_story_is_drawn_as_a_whole() -> None:
    # Two stories, one all right and one all wrong: an accuracy of 0, 1/2 or 1 and nothing between, however many documents.
    table, stories = system([10] * 20 + [0] * 20), ["a"] * 20 + ["b"] * 20
    assert intervals(table, stories, classification.figures)["accuracy"] == Interval(0.0, 1.0)
    assert intervals(table, ["a"] * 40, classification.figures)["accuracy"] == Interval(0.5, 0.5)


def test_equals_a_plain_loop() -> None:
    found = intervals(SOME, STORIES, classification.figures, n_resamples=200, seed=3)
    draws = np.random.default_rng(3).integers(30, size=(200, 30))
    documents = [dict(zip(SOME.keys, row, strict=True)) for row in SOME.rows.tolist()]
    each = [classification.figures(total(documents[n] for n in drawn)) for drawn in draws.tolist()]
    for name, interval in found.items():
        values = [figures.get(name, 0.0) for figures in each]
        assert (interval.low, interval.high) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])))


def test_seeds() -> None:
    first, again, other = (intervals(SOME, STORIES, classification.figures, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_order_of_documents_does_not_matter() -> None:
    backwards = Table(SOME.keys, SOME.rows[::-1])
    assert intervals(backwards, STORIES[::-1], classification.figures) == intervals(SOME, STORIES, classification.figures)


def test_a_system_against_itself() -> None:
    found = compare(SOME, SOME, STORIES, classification.figures, n_shuffles=99)
    assert {(difference.value, difference.p) for difference in found.values()} == {(0.0, 1.0)}


def test_p_by_hand() -> None:
    # One story more right in each of three: only all swapped or none differ as much, 2 of 8; sampling comes near 1/4.
    first, second = system([6, 5, 8]), system([5, 4, 7])
    found = compare(first, second, ["a", "b", "c"], classification.figures, n_shuffles=20_000)["accuracy"]
    assert found.value == pytest.approx(3 / 30)
    assert found.p == pytest.approx(2 / 8, abs=0.01)


def test_p_equals_the_exact_test() -> None:
    right, other = [6, 5, 8, 2, 9, 4, 7], [5, 6, 6, 2, 7, 1, 8]
    difference = abs(sum(right) - sum(other))
    n_as_far = sum(
        abs(sum(sign * (a - b) for sign, a, b in zip(signs, right, other, strict=True))) >= difference
        for signs in product([1, -1], repeat=len(right))
    )
    found = compare(system(right), system(other), list("abcdefg"), classification.figures, n_shuffles=20_000)["accuracy"]
    assert found.p == pytest.approx(n_as_far / 2 ** len(right), abs=0.01)


def test_the_least_p_is_not_zero() -> None:
    found = compare(system([10] * 30), system([0] * 30), STORIES, classification.figures, n_shuffles=999)["accuracy"]
    assert (found.value, found.p) == (1.0, 1 / 1000)


def test_two_sided() -> None:
    one, other = system([9] * 12 + [5] * 18), system([5] * 30)
    forth = compare(one, other, STORIES, classification.figures)["accuracy"]
    back = compare(other, one, STORIES, classification.figures)["accuracy"]
    assert (forth.value, forth.p) == (pytest.approx(-back.value), back.p)


def test_errors() -> None:
    with pytest.raises(DataError, match="found 29 stories of 30 documents"):
        intervals(SOME, STORIES[1:], classification.figures)
    with pytest.raises(DataError, match="found no document to score"):
        tabulate([])
