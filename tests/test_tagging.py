"""Tags and ranges: small cases by hand, and Viterbi against trying every sequence."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrib_bench.baselines.tagging import B, Floats, I, O, closed_tokens, decode, encode, viterbi
from attrib_bench.document import Document, Zone, ZoneKind


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


@given(st.lists(st.integers(0, 6), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_viterbi_finds_the_best_of_all_sequences(lengths: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    emissions = [random.normal(size=(n_tokens, 2, 3)).astype(np.float32) for n_tokens in lengths]
    transitions = random.normal(size=(2, 3, 3)).astype(np.float32)
    starts = random.normal(size=(2, 3)).astype(np.float32)

    def score(tags: tuple[int, ...], each: Floats, layer: int) -> float:
        steps = sum(float(transitions[layer, one, other]) for one, other in pairwise(tags))
        return steps + sum(float(each[i, layer, tag]) for i, tag in enumerate(tags)) + float(starts[layer, tags[0]])

    for each, found in zip(emissions, viterbi(emissions, transitions, starts), strict=True):
        assert found.shape == each.shape[:2]
        allowed = [tags for tags in product((O, B, I), repeat=len(each)) if tags[:1] != (I,) and (O, I) not in pairwise(tags)]
        for layer in range(2) if len(each) else ():
            assert tuple(found[:, layer].tolist()) == max(allowed, key=lambda tags: score(tags, each, layer))


def test_tokens_of_zones_in_which_nothing_is_annotated() -> None:
    text = "Titel\nFoto: Kai\nEin Satz"
    document = Document(
        id="x-a",
        collection="core",
        text=text,
        n_chars=len(text),
        tokens=((0, 5), (6, 11), (12, 15), (16, 19), (20, 24)),
        zones=(Zone(kind=ZoneKind.TITLE, start=0, end=5), Zone(kind=ZoneKind.CREDIT, start=6, end=15)),
    )
    assert closed_tokens(document).tolist() == [False, True, True, False, False]
