"""Tags and ranges: small cases by hand, and Viterbi against trying every sequence."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrib_bench.baselines.tagging import B, I, O, decode, encode, viterbi


@pytest.mark.parametrize(
    "ranges, tags",
    [
        pytest.param([], [O, O, O, O, O], id="none"),
        pytest.param([(1, 3)], [O, B, I, O, O], id="one"),
        pytest.param([(0, 2), (2, 3)], [B, I, B, O, O], id="adjacent"),
        pytest.param([(1, 2), (0, 4)], [B, I, I, I, O], id="the longer of two that overlap"),
        pytest.param([(1, 3), (0, 2)], [B, I, O, O, O], id="the first of two equally long ones"),
        pytest.param([(4, 5)], [O, O, O, O, B], id="at the end"),
    ],
)
def test_encode(ranges: list[tuple[int, int]], tags: list[int]) -> None:
    assert encode(ranges, 5).tolist() == tags


@pytest.mark.parametrize(
    "tags, ranges",
    [
        pytest.param([], [], id="no tokens"),
        pytest.param([O, B, I, B, O], [(1, 3), (3, 4)], id="adjacent"),
        pytest.param([I, I, O, I], [(0, 2), (3, 4)], id="without B"),
        pytest.param([B, B, B], [(0, 1), (1, 2), (2, 3)], id="single tokens up to the end"),
    ],
)
def test_decode(tags: list[int], ranges: list[tuple[int, int]]) -> None:
    assert decode(np.array(tags, dtype=np.int64)) == ranges


@given(st.lists(st.integers(0, 3), max_size=8), st.data())
def test_what_is_encoded_comes_back(gaps: list[int], data: st.DataObject) -> None:
    ranges, at = [], 0
    for gap in gaps:
        end = at + gap + data.draw(st.integers(1, 3))
        ranges.append((at + gap, end))
        at = end
    assert decode(encode(ranges, at + 1)) == ranges


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_viterbi_finds_the_best_of_all_sequences(n_tokens: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    emissions = random.normal(size=(n_tokens, 2, 3)).astype(np.float32)
    transitions = random.normal(size=(2, 3, 3)).astype(np.float32)
    starts = random.normal(size=(2, 3)).astype(np.float32)

    def score(tags: tuple[int, ...], layer: int) -> float:
        steps = sum(float(transitions[layer, one, other]) for one, other in pairwise(tags))
        return float(starts[layer, tags[0]]) + steps + sum(float(emissions[i, layer, tag]) for i, tag in enumerate(tags))

    allowed = [tags for tags in product((O, B, I), repeat=n_tokens) if tags[0] != I and (O, I) not in list(pairwise(tags))]
    found = viterbi(emissions, transitions, starts)
    for layer in range(2):
        assert tuple(found[:, layer].tolist()) == max(allowed, key=lambda tags: score(tags, layer))


def test_viterbi_without_tokens() -> None:
    assert viterbi(np.zeros((0, 2, 3), np.float32), np.zeros((2, 3, 3), np.float32), np.zeros((2, 3), np.float32)).shape == (0, 2)
