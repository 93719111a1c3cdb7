"""Pairing predicted with gold items, one to one; token sets as bit masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from attrib_bench.document import Document, Span
from attrib_bench.tokens import token_ids

Mask = int
"""A set of token ids as an integer: bit i is set where token i belongs to it."""

Pair = tuple[int, int]
"""Index of a gold item, index of the predicted item that it is paired with."""


def mask_of(ids: Sequence[int]) -> Mask:
    """The set of these token ids, which must be ascending, each once."""
    if not ids:
        return 0
    first, last = ids[0], ids[-1]
    if last - first + 1 == len(ids):  # one run, as nearly every span is
        return (1 << last + 1) - (1 << first)
    mask = 0
    for i in ids:
        mask |= 1 << i
    return mask


def span_mask(document: Document, span: Span | None) -> Mask:
    """The canonical tokens that share a code point with the span; none for no span."""
    return 0 if span is None else mask_of(token_ids(document, span))


def token_f1(gold: Mask, predicted: Mask) -> float:
    """F1 of two token sets, in [0, 1]; 0 where one is empty."""
    both = (gold & predicted).bit_count()
    return 2 * both / (gold.bit_count() + predicted.bit_count()) if both else 0.0


def pair(weights: Mapping[Pair, float]) -> list[Pair]:
    """Pairs, one to one, for the largest sum of weights; only those named with a weight above 0.

    Each connected part of the graph is solved by itself, so that an item which overlaps nothing changes no other pair.
    Among equal sums the choice follows the order of the indices alone: give the items in an order of their own, and the
    pairs do not depend on the order in which they came.
    """
    found: list[Pair] = []
    for edges in _components(weights):
        if len(edges) == 1:
            found.extend(edges)
            continue
        golds = sorted({gold for gold, _ in edges})
        predictions = sorted({predicted for _, predicted in edges})
        row = {gold: index for index, gold in enumerate(golds)}
        column = {predicted: index for index, predicted in enumerate(predictions)}
        matrix = np.zeros((len(golds), len(predictions)))
        for gold, predicted in edges:
            matrix[row[gold], column[predicted]] = weights[gold, predicted]
        rows, columns = linear_sum_assignment(matrix, maximize=True)
        found.extend((golds[r], predictions[c]) for r, c in zip(rows.tolist(), columns.tolist(), strict=True) if matrix[r, c] > 0)
    return sorted(found)


def _components(weights: Mapping[Pair, float]) -> list[list[Pair]]:
    """The edges of each connected part."""
    parts: list[tuple[set[int], set[int], list[Pair]]] = []
    for gold, predicted in sorted(edge for edge, weight in weights.items() if weight > 0):
        golds, predictions, edges = {gold}, {predicted}, [(gold, predicted)]
        apart = []
        for part in parts:
            if gold in part[0] or predicted in part[1]:
                golds |= part[0]
                predictions |= part[1]
                edges = part[2] + edges
            else:
                apart.append(part)
        parts = [*apart, (golds, predictions, edges)]
    return [edges for _, _, edges in parts]
