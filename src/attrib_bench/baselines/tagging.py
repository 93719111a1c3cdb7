"""Layers of spans <-> one tag a token: B begins a span, I goes on with it, O stands outside.

A layer holds fragments that do not overlap; spans that do go to different layers, or the longer one is kept. Ranges are
pairs ``(begin, end)`` of token ids, half-open.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

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


def viterbi(emissions: Floats, transitions: Floats, starts: Floats) -> Ints:
    """The best tags of each layer, of shape (tokens, layers), under a score that adds up along the tokens.

    `emissions` has the shape (tokens, layers, 3), `transitions` (layers, 3, 3) from one tag to the next, `starts` (layers, 3).
    No O is followed by an I, nor is I the first tag. Of equally good tags the first in the order O, B, I is taken.
    """
    n_tokens, n_layers, _ = emissions.shape
    if not n_tokens:
        return np.zeros((0, n_layers), dtype=np.int64)
    transitions, starts = transitions.copy(), starts.copy()
    transitions[:, O, I] = starts[:, I] = -np.inf
    score = starts + emissions[0]
    came_from = np.zeros((n_tokens, n_layers, N_TAGS), dtype=np.int64)
    for token in range(1, n_tokens):
        paths = score[:, :, None] + transitions
        came_from[token] = paths.argmax(axis=1)
        score = paths.max(axis=1) + emissions[token]
    tags = np.empty((n_tokens, n_layers), dtype=np.int64)
    tags[-1] = score.argmax(axis=1)
    each = np.arange(n_layers)
    for token in range(n_tokens - 1, 0, -1):
        tags[token - 1] = came_from[token, each, tags[token]]
    return tags
