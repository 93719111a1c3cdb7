"""A conditional random field on a chain of labels (Lafferty et al. 2001), over hashed features, in numpy.

The score of a labelling is the sum of a weight for each feature and label of each token and of one for each pair of
neighbouring labels. Weights are fitted by AdaGrad (Duchi et al. 2011) with dropout of features and averaged over the last
epochs. Transitions begin as the logarithms of their frequencies, so that pairs of labels that never occur stay improbable:
with transitions that begin at 0, as CRFsuite's do, scores on GQA were far lower.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from attrib_bench.baselines.features import N_BUCKETS, Buckets, Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Range = tuple[int, int]
"""A sequence as the half-open range of its tokens."""

_TOGETHER = 64  # sequences that are labelled at once
_BATCH = 8  # sequences between two steps of training
_EPOCHS = 12
_LEAST_STEPS = 200  # more epochs for a few sequences
_AVERAGED = 0.67  # share of the epochs, the last ones
_RATE = 0.05
_SLOWEST = 0.2  # share of the rate that is left at the end
_DROPOUT = 0.5
_LEAST_COUNT = 2  # of a feature that gets weights
_LEAST_WEIGHT = 0.02  # a feature none of whose weights is larger is forgotten
_SMOOTHING = 0.02  # added to the count of each transition
_CHUNK = 8192  # tokens whose scores fit into the cache
_LINE = 32  # numbers of 16 bits


@dataclass(frozen=True, eq=False)
class LinearChain:
    """A fitted model."""

    labels: tuple[str, ...]
    buckets: Buckets
    """Those that have weights, ascending."""
    weights: NDArray[np.int8]
    """In units of `unit`, of shape (buckets, labels)."""
    unit: Floats
    """A single number."""
    transitions: Floats
    """Of shape (labels, labels), from a label to the next."""

    @cached_property
    def _rows(self) -> Buckets:
        rows = np.zeros(N_BUCKETS, dtype=np.int32)
        rows[self.buckets] = np.arange(1, len(self.buckets) + 1)
        return rows

    @cached_property
    def _weights(self) -> NDArray[np.int16]:
        """The weights with a row of zeros before the first, for features without any, and as wide as a line of the cache."""
        n_labels = len(self.labels)
        weights = np.zeros((len(self.buckets) + 1, -(-n_labels // _LINE) * _LINE), dtype=np.int16)
        weights[1:, :n_labels] = self.weights
        return weights

    def scores(self, buckets: Buckets) -> Floats:
        """The sum of the weights of each token's features, which have the shape (columns, tokens): of shape (tokens, labels)."""
        n_tokens = buckets.shape[1]
        scores = np.empty((n_tokens, len(self.labels)), dtype=np.float32)
        for start in range(0, n_tokens, _CHUNK):
            rows = self._rows[buckets[:, start : start + _CHUNK]]
            total = np.zeros((rows.shape[1], self._weights.shape[1]), dtype=np.int16)  # enough for 258 columns
            part = np.empty_like(total)
            for column in rows:
                total += np.take(self._weights, column, axis=0, out=part, mode="clip")
            scores[start : start + _CHUNK] = total[:, : len(self.labels)] * self.unit
        return scores

    def marginals(self, scores: Floats, ranges: Sequence[Range]) -> Floats:
        """The probability of each label at each token: of shape (tokens, labels)."""
        found = np.zeros_like(scores)
        for group in _groups(ranges):
            padded = _Padded.of(group)
            found[padded.token] = _forward_backward(scores[padded.token], self.transitions, padded)[0]
        return found

    def best(self, scores: Floats, ranges: Sequence[Range]) -> Ints:
        """The index of each token's label in the likeliest labelling of each sequence."""
        found = np.zeros(len(scores), dtype=np.int64)
        for group in _groups(ranges):
            padded = _Padded.of(group)
            best = padded.spread(scores[padded.token])  # of the labellings that end with a label at a time
            for time, live in enumerate(padded.live[1:], 1):
                paths = best[time - 1, :live].T[:, :, None] + self.transitions[:, None, :]
                best[time, :live] += paths.max(axis=0)
            labels = np.zeros(best.shape[:2], dtype=np.int64)
            following = np.zeros((len(group), len(self.labels)), dtype=np.float32)
            for time in range(len(padded.live) - 1, -1, -1):
                live = padded.live[time]
                labels[time, :live] = (best[time, :live] + following[:live]).argmax(axis=1)
                following[:live] = self.transitions[:, labels[time, :live]].T
            found[padded.token] = labels[padded.time, padded.sequence]
        return found

    @classmethod
    def fitted(cls, buckets: Buckets, gold: Ints, labels: Sequence[str], ranges: Sequence[Range], *, seed: int) -> LinearChain:
        """The model of labelled sequences.

        `buckets` has the shape (columns, tokens) and `gold` is the index of each token's label. The same data and seed give
        the same model.
        """
        from scipy.sparse import csr_matrix

        n_columns, n_labels = len(buckets), len(labels)
        counts = np.bincount(buckets.ravel(), minlength=N_BUCKETS)
        kept = np.flatnonzero(counts >= _LEAST_COUNT)
        rows = np.zeros(N_BUCKETS, dtype=np.int32)
        rows[kept] = np.arange(1, len(kept) + 1)
        random = np.random.default_rng(seed)
        steps = []
        for group in _groups([ranges[i] for i in random.permutation(len(ranges))], size=_BATCH):
            padded = _Padded.of(group)
            used, columns = np.unique(rows[buckets[:, padded.token].T].ravel(), return_inverse=True)
            steps.append((padded, used, columns.astype(np.int32), gold[padded.token]))
        weights = np.zeros((len(kept) + 1, n_labels), dtype=np.float32)
        squares = np.full_like(weights, 0.01)
        transitions = _log_frequencies(gold, ranges, n_labels)
        transition_squares = np.full_like(transitions, 0.01)
        total, total_transitions = np.zeros_like(weights), np.zeros_like(transitions)
        n_epochs = max(_EPOCHS, math.ceil(_LEAST_STEPS / len(steps)))
        n_averaged = round(_AVERAGED * n_epochs)
        for epoch in range(n_epochs):
            rate = np.float32(_RATE * (1 - (1 - _SLOWEST) * epoch / n_epochs))
            for index in random.permutation(len(steps)):
                padded, used, columns, right = steps[index]
                present = (random.random(len(columns), dtype=np.float32) >= _DROPOUT) / np.float32(1 - _DROPOUT)
                pointers = np.arange(0, len(columns) + 1, n_columns)
                features: csr_matrix = csr_matrix((present, columns, pointers), shape=(len(right), len(used)))
                own = weights[used]
                gradient, pairs = _forward_backward(features @ own, transitions, padded)
                gradient[np.arange(len(right)), right] -= 1
                step = features.T @ gradient
                squares[used] += step * step
                weights[used] = own - rate * step / np.sqrt(squares[used])
                weights[0] = 0
                pair_step = pairs - _pair_counts(right, padded, n_labels)
                transition_squares += pair_step * pair_step
                transitions -= rate * pair_step / np.sqrt(transition_squares)
            if epoch >= n_epochs - n_averaged:
                total += weights
                total_transitions += transitions
        n = np.float32(n_averaged)
        return cls._of(tuple(labels), kept, total[1:] / n, total_transitions / n)

    @classmethod
    def mean(cls, chains: Sequence[LinearChain]) -> LinearChain:
        """The model with the mean of the weights of these, which have the same labels."""
        buckets = np.unique(np.concatenate([chain.buckets for chain in chains]))
        weights = np.zeros((len(buckets), len(chains[0].labels)), dtype=np.float32)
        for chain in chains:
            weights[np.searchsorted(buckets, chain.buckets)] += chain.weights * chain.unit
        transitions = np.stack([chain.transitions for chain in chains]).sum(axis=0)
        return cls._of(chains[0].labels, buckets, weights / np.float32(len(chains)), transitions / np.float32(len(chains)))

    @classmethod
    def _of(cls, labels: tuple[str, ...], buckets: NDArray[np.integer], weights: Floats, transitions: Floats) -> LinearChain:
        told = np.abs(weights).max(axis=1, initial=0.0) >= _LEAST_WEIGHT
        unit = np.abs(weights).max(initial=_LEAST_WEIGHT).astype(np.float32) / np.float32(127)
        rounded = np.round(weights[told] / unit).astype(np.int8)
        return cls(labels, buckets[told].astype(np.int32), rounded, np.array([unit]), transitions)


def _groups(ranges: Iterable[Range], *, size: int = _TOGETHER) -> Iterator[list[Range]]:
    """The sequences that are not empty, longest first, some at a time."""
    ordered = sorted((each for each in ranges if each[1] > each[0]), key=lambda each: each[0] - each[1])
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


@dataclass(frozen=True)
class _Padded:
    """Sequences side by side, longest first."""

    token: Ints
    time: Ints
    """Of each token: how many stand before it in its sequence."""
    sequence: Ints
    live: list[int]
    """At each time, how many sequences have not ended."""

    @classmethod
    def of(cls, group: Sequence[Range]) -> _Padded:
        lengths = np.array([end - start for start, end in group])
        time = np.concatenate([np.arange(length) for length in lengths])
        sequence = np.repeat(np.arange(len(group)), lengths)
        live = np.count_nonzero(lengths[:, None] > np.arange(lengths[0]), axis=0)
        return cls(np.array([start for start, _ in group])[sequence] + time, time, sequence, live.tolist())

    def spread(self, values: Floats) -> Floats:
        """The values of the tokens by time, sequence and label; 0 where a sequence has ended."""
        spread = np.zeros((len(self.live), self.live[0], values.shape[1]), dtype=np.float32)
        spread[self.time, self.sequence] = values
        return spread


def _forward_backward(scores: Floats, transitions: Floats, padded: _Padded) -> tuple[Floats, Floats]:
    """The probability of each label at each token, and how often each pair of neighbouring labels is expected."""
    emissions = padded.spread(np.exp(scores - scores.max(axis=1, keepdims=True)))
    odds = np.exp(transitions)
    forward = np.zeros_like(emissions)
    forward[0] = emissions[0] / emissions[0].sum(axis=1, keepdims=True)
    for time, live in enumerate(padded.live[1:], 1):
        paths = (forward[time - 1, :live] @ odds) * emissions[time, :live]
        forward[time, :live] = paths / paths.sum(axis=1, keepdims=True)
    backward = np.ones_like(emissions)
    sums = np.ones_like(emissions[:, :, :1])
    for time in range(len(padded.live) - 1, 0, -1):
        live = padded.live[time]
        paths = (backward[time, :live] * emissions[time, :live]) @ odds.T
        sums[time, :live] = paths.sum(axis=1, keepdims=True)
        backward[time - 1, :live] = paths / sums[time, :live]
    both = forward * backward
    totals = np.maximum(both.sum(axis=2, keepdims=True), np.finfo(np.float32).tiny)  # 0 where a sequence has ended
    ahead = backward[1:] * emissions[1:] / (sums[1:] * totals[:-1])
    pairs = np.tensordot(forward[:-1], ahead, axes=((0, 1), (0, 1)))
    return (both / totals)[padded.time, padded.sequence], pairs * odds


def _pair_counts(gold: Ints, padded: _Padded, n_labels: int) -> Floats:
    """How often each pair of neighbouring labels occurs."""
    follows = padded.time[1:] > 0
    pairs = gold[:-1][follows] * n_labels + gold[1:][follows]
    return np.bincount(pairs, minlength=n_labels * n_labels).reshape(n_labels, n_labels).astype(np.float32)


def _log_frequencies(gold: Ints, ranges: Sequence[Range], n_labels: int) -> Floats:
    """The logarithm of how often each label follows each, smoothed."""
    counts = np.full((n_labels, n_labels), _SMOOTHING)
    for start, end in ranges:
        np.add.at(counts, (gold[start : end - 1], gold[start + 1 : end]), 1)
    logarithms: Floats = np.log(counts / counts.sum(axis=1, keepdims=True)).astype(np.float32)
    return logarithms
