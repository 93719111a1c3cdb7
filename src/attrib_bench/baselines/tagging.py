"""Layers of spans <-> one tag a token: B begins a span, I goes on with it, O stands outside.

A layer holds fragments that do not overlap; spans that do go to different layers, or the longer one is kept. Ranges are
pairs ``(begin, end)`` of token ids, half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from attrib_bench.document import Document, Span
from attrib_bench.schema import UNANNOTATED_ZONES
from attrib_bench.tokens import token_ids

TokenRange = tuple[int, int]

O, B, I = range(3)  # noqa: E741 -- the customary names
N_TAGS = 3
UNKNOWN = -100
"""The tag or class of what nobody annotated."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


def encode(ranges: Iterable[TokenRange], n_tokens: int) -> Ints:
    """The tags of `n_tokens` tokens. Of ranges that overlap the longer one counts, of equally long ones the first."""
    tags = np.full(n_tokens, O)
    for begin, end in sorted(set(ranges), key=lambda each: (each[0] - each[1], each)):
        if not tags[begin:end].any():
            tags[begin:end] = I
            tags[begin] = B
    return tags


def decode(tags: Ints) -> list[TokenRange]:
    """The ranges that the tags mark, ascending. An I after an O begins a range."""
    inside = tags != O
    before = np.concatenate([[False], inside[:-1]])
    begins = np.flatnonzero(inside & ((tags == B) | ~before))
    stops = np.append(np.flatnonzero(~inside), len(tags))
    ends = np.minimum(stops[np.searchsorted(stops, begins)], np.append(begins[1:], len(tags)))
    return [(int(begin), int(end)) for begin, end in zip(begins, ends, strict=True)]


def viterbi(emissions: Sequence[Floats], transitions: Floats, starts: Floats) -> list[Ints]:
    """The best tags of each layer of each sequence, of shape (tokens, layers), under a score that adds up along the tokens.

    Each sequence of `emissions` has the shape (tokens, layers, 3), `transitions` (layers, 3, 3) from one tag to the next,
    `starts` (layers, 3). No O is followed by an I, nor is I the first tag. Of equally good tags the first in the order O, B,
    I is taken.
    """
    transitions, starts = transitions.copy(), starts.copy()
    transitions[:, O, I] = starts[:, I] = -np.inf
    n_layers = len(starts)
    longest = max(map(len, emissions), default=0)
    # All sequences end at the last row, so that the best last tags are found in one place.
    padded = np.zeros((longest, len(emissions), n_layers, N_TAGS), dtype=np.float32)
    for number, each in enumerate(emissions):
        padded[longest - len(each) :, number] = each
    begins = np.array([longest - len(each) for each in emissions])
    score = np.zeros((len(emissions), n_layers, N_TAGS), dtype=np.float32)
    came_from = np.zeros(padded.shape, dtype=np.int8)
    for row in range(longest):
        paths = score[..., None] + transitions
        came_from[row] = paths.argmax(axis=-2)
        score = np.where((begins == row)[:, None, None], starts, paths.max(axis=-2)) + padded[row]
    tags = np.zeros((longest, len(emissions), n_layers), dtype=np.int64)
    best = score.argmax(axis=-1)
    for row in range(longest - 1, -1, -1):
        tags[row] = best
        best = np.take_along_axis(came_from[row], best[..., None], axis=-1)[..., 0].astype(np.int64)
    return [tags[begin:, number] for number, begin in enumerate(begins.tolist())]


def closed_tokens(document: Document) -> NDArray[np.bool_]:
    """Of each token, whether it stands in a zone in which nothing is annotated."""
    closed = np.zeros(len(document.tokens), dtype=np.bool_)
    for zone in document.zones:
        if zone.kind in UNANNOTATED_ZONES:
            closed[list(token_ids(document, Span(((zone.start, zone.end),))))] = True
    return closed
