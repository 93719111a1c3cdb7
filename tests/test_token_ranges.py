"""Numbered annotations and runs of token ids."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrib_bench.document import Attribution, Form
from attrib_bench.formats.token_ranges import ids_of, numbers, ranges_of


@given(st.sets(st.integers(0, 60)))
def test_ids_become_the_fewest_ranges_and_come_back(ids: set[int]) -> None:
    ranges = ranges_of(sorted(ids))
    assert ids_of(ranges) == tuple(sorted(ids))
    assert all(end < begin for (_, end), (begin, _) in pairwise(ranges))


def test_ids_of_ranges_that_overlap() -> None:
    assert ids_of([[4, 6], [1, 3], [2, 5]]) == (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("ids", "first", "taken", "expected"),
    [
        pytest.param("a3 a1", 0, (), [3, 1], id="their own"),
        pytest.param("a2 x a01 a5 y", 0, (), [2, 6, 7, 5, 8], id="the next above all"),
        pytest.param("x y", 0, (), [0, 1], id="none of their own, from 0"),
        pytest.param("x y", 1, (), [1, 2], id="none of their own, from 1"),
        pytest.param("a0 x", 0, (), [0, 1], id="0 is a number"),
        pytest.param("a0 a4", 1, (), [5, 4], id="0 comes before the first"),
        pytest.param("a2 x", 1, (9, 4), [2, 10], id="taken elsewhere"),
        pytest.param("a1234567890", 1, (), [1], id="too long for a number"),
    ],
)
def test_numbers(ids: str, first: int, taken: tuple[int, ...], expected: list[int]) -> None:
    attributions = [Attribution(id=name, form=Form.NO_COMMENT) for name in ids.split()]
    assert list(numbers(attributions, first=first, taken=taken)) == expected
