"""How far a figure can be trusted: intervals by resampling stories, and a test of the difference between two systems.

Articles of one story share facts and sentences, so they are not independent: what is drawn, or swapped, is a story with
all its documents. Every figure is a function of summed counts, so a resample is a weighted sum of rows, and a thousand of
them are one product of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from attrib_bench.document import DataError
from attrib_bench.scoring.counts import Array, Figures, Table

_CELLS = 4_000_000  # of the matrix of weights that is in memory at a time: 32 MB


@dataclass(frozen=True, slots=True)
class Interval:
    """The percentile interval of a figure."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two systems differ in a figure, first minus second, and the two-sided p-value of that."""

    value: float
    p: float


def intervals(
    table: Table, stories: Sequence[str], figures: Figures, *, n_resamples: int = 1000, level: float = 0.95, seed: int = 0
) -> dict[str, Interval]:
    """The bootstrap percentile interval of each figure (Efron & Tibshirani 1993, chapter 13).

    `stories` has the story of each document, in the table's order. Each resample draws as many stories as there are, with
    replacement. The same seed gives the same intervals. Raises DataError where the numbers of documents differ.
    """
    by_story = _by_story(table, stories)
    n_stories = len(by_story)

    def drawn(generator: np.random.Generator, n: int) -> Array:
        draws = generator.integers(n_stories, size=(n, n_stories))
        draws += np.arange(n)[:, None] * n_stories
        return np.bincount(draws.ravel(), minlength=n * n_stories).reshape(n, n_stories).astype(np.float64)

    sums = [weights @ by_story for weights in _weights(drawn, n_resamples, n_stories, seed)]
    ends = (1 - level) / 2, (1 + level) / 2
    return {
        name: Interval(*map(float, np.quantile(values, ends)))
        for name, values in _figures_of(np.vstack(sums), table, figures).items()
    }


def compare(
    first: Table, second: Table, stories: Sequence[str], figures: Figures, *, n_shuffles: int = 10_000, seed: int = 0
) -> dict[str, Difference]:
    """The difference of two systems on the same documents, in each figure, by a paired approximate randomisation test.

    Under the null hypothesis the two systems could have swapped their output in any story; each shuffle swaps it in each
    story with probability 1/2. p = (1 + shuffles that differ at least as much, either way) / (1 + shuffles), after Noreen
    (1989, Computer-Intensive Methods for Testing Hypotheses) and, for summed counts, Yeh (2000); Koehn (2004) is the
    bootstrap's counterpart. The same seed gives the same p. Raises DataError where the numbers of documents differ.
    """
    keys = tuple(sorted({*first.keys, *second.keys}))
    one, other = (_by_story(_with_keys(table, keys), stories) for table in (first, second))
    both = Table(keys, np.vstack([one.sum(axis=0), other.sum(axis=0)]))
    observed = {name: values[0] - values[1] for name, values in _figures_of(both.rows, both, figures).items()}

    def swapped(generator: np.random.Generator, n: int) -> Array:
        return generator.integers(2, size=(n, len(one))).astype(np.float64)

    moved = np.vstack([swaps @ (other - one) for swaps in _weights(swapped, n_shuffles, len(one), seed)])
    firsts = _figures_of(both.rows[0] + moved, both, figures)
    seconds = _figures_of(both.rows[1] - moved, both, figures)
    found = {}
    for name, value in observed.items():
        # Sums of fractions in another order differ in the last bits; a shuffle that is the data itself must count.
        n_as_far = np.count_nonzero(np.abs(firsts[name] - seconds[name]) >= abs(value) - 1e-12)
        found[name] = Difference(float(value), (1 + int(n_as_far)) / (1 + n_shuffles))
    return found


def _by_story(table: Table, stories: Sequence[str]) -> Array:
    """The counts summed over the documents of each story, of shape (stories, keys)."""
    if len(stories) != len(table.rows):
        raise DataError(f"found {len(stories)} stories of {len(table.rows)} documents, expected one for each document")
    names, index = np.unique(np.asarray(stories, dtype=object).astype(str), return_inverse=True)
    sums = np.zeros((len(names), len(table.keys)))
    np.add.at(sums, index, table.rows)
    return sums


def _with_keys(table: Table, keys: tuple[tuple[str, ...], ...]) -> Table:
    rows = np.zeros((len(table.rows), len(keys)))
    column = {key: index for index, key in enumerate(keys)}
    rows[:, [column[key] for key in table.keys]] = table.rows
    return Table(keys, rows)


def _weights(draw: Callable[[np.random.Generator, int], Array], n_rows: int, n_stories: int, seed: int) -> Iterator[Array]:
    """`n_rows` rows of story weights, some at a time."""
    generator = np.random.default_rng(seed)
    n_at_once = max(1, _CELLS // n_stories)
    for start in range(0, n_rows, n_at_once):
        yield draw(generator, min(n_at_once, n_rows - start))


def _figures_of(sums: Array, table: Table, figures: Figures) -> dict[str, Array]:
    """The figures of each row of summed counts."""
    return figures(dict(zip(table.keys, np.ascontiguousarray(sums.T), strict=True)))
