"""The official GQA scores: the published evaluator's own figures, its odd habits by hand, and a plain evaluation as oracle."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrib_bench.formats.gqa import MEDIA, TYPES, Roles, read_predictions
from attrib_bench.scoring import gqa
from attrib_bench.scoring.counts import total

REFERENCE = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "scoring.py"))["reference"]
PREDICTIONS = [
    *("identity", "drop30", "add50", "shift50", "types", "roledrop40", "swap", "split30", "dropdocs"),
    *("mixed_a", "mixed_b", "mixed_c"),
]


@pytest.mark.parametrize("name", PREDICTIONS)
def test_published_figures(name: str, corpora: Path, oracles: Path) -> None:
    expected = json.loads((oracles / "gqa_official" / "expected.json").read_text("utf-8"))
    assert sorted(expected) == sorted(PREDICTIONS)
    gold = read_predictions(corpora / "gqa" / "data" / "dev.jsonl")
    predicted = {document: quotations for _, document, quotations in read_predictions(oracles / "gqa_official" / f"{name}.jsonl")}
    figures = gqa.figures(gqa.tabulate((quotations, predicted.get(document, [])) for _, document, quotations in gold).total())
    assert figures.keys() == expected[name].keys()
    assert figures == pytest.approx(expected[name], rel=0, abs=1e-12)


def quotation(
    quote: range, *, speaker: range = range(0), cue: range = range(0), kind: str = "Direct", medium: str = "Speech"
) -> Roles:
    return Roles(
        quote=tuple(quote), speaker=tuple(speaker), cue=tuple(cue), frame=(), addressee=(), type=kind, medium=medium
    )  # fmt: skip


def scores(gold: list[Roles], predicted: list[Roles]) -> dict[str, float]:
    return gqa.figures(gqa.count(gold, predicted))


A = quotation(range(0, 4), speaker=range(5, 7), cue=range(4, 5))
"""Four tokens, then a cue of one and a speaker of two."""


@pytest.mark.parametrize(
    "gold, predicted, expected",
    [
        pytest.param([A], [A], {"f1_msg": 1, "f1_roles": 1, "f1_joint": 1, "f1_form": 1, "f1_stwr": 1}, id="the same"),
        pytest.param(
            [A], [A._replace(quote=(0, 1, 8, 9, 10, 11))], {"prec_msg": 2 / 6, "rec_msg": 2 / 4, "f1_roles": 1}, id="two of six"
        ),
        # speaker (1/2, 1/2), cue (0, 0): means 1/4; joint with the quote's 1: (1 + 1/2 + 0) / 3
        pytest.param(
            [A],
            [A._replace(speaker=(6, 7), cue=(9,))],
            {"f1_roles": 0.25, "prec_joint": 0.5, "rec_joint": 0.5},
            id="half a speaker",
        ),
        # no predicted cue: precision over the speaker alone, recall over both
        pytest.param([A], [A._replace(cue=())], {"prec_roles": 1, "rec_roles": 0.5, "f1_roles": 2 / 3}, id="missing role left out"),
        pytest.param(
            [A],
            [A._replace(quote=(20, 21))],
            {"f1_msg": 0, "f1_roles": 1, "f1_form": 1, "f1_stwr": 1},
            id="no overlap still earns roles, form, stwr",
        ),
        pytest.param(
            [A],
            [quotation(range(0, 4), kind="Indirect"), quotation(range(0, 3))],
            {"prec_msg": 0.5, "rec_msg": 1.0, "prec_form": 0, "rec_form": 0},
            id="equal type adds less than a better quote",
        ),
        pytest.param(
            [A],
            [quotation(range(0, 4), medium="Thought"), quotation(range(0, 4))],
            {"rec_stwr": 1, "prec_stwr": 0.5},
            id="equal medium decides",
        ),
        pytest.param([A], [], {"prec_msg": 0, "rec_msg": 0, "f1_joint": 0, "f1_form": 0}, id="nothing predicted"),
        pytest.param([], [A], {"prec_msg": 0, "rec_msg": 0, "f1_joint": 0, "f1_stwr": 0}, id="nothing gold"),
        pytest.param([], [], {"prec_msg": 0, "f1_msg": 0, "f1_roles": 0, "f1_form": 0}, id="nothing at all"),
        pytest.param([A], [A._replace(quote=())], {"prec_msg": 0, "rec_msg": 0, "f1_form": 1}, id="an empty quote"),
    ],
)
def test_by_hand(gold: list[Roles], predicted: list[Roles], expected: dict[str, float]) -> None:
    found = scores(gold, predicted)
    assert {name: found[name] for name in expected} == pytest.approx(expected)


ids = st.builds(range, st.integers(0, 6), st.integers(0, 8)).map(tuple) | st.sets(st.integers(0, 8)).map(sorted).map(tuple)
quotations = st.lists(
    st.builds(
        Roles,
        quote=ids.filter(bool),
        speaker=ids,
        cue=ids,
        frame=ids,
        addressee=ids,
        type=st.sampled_from(sorted(TYPES)),
        medium=st.sampled_from(MEDIA[:3]),
    ),
    max_size=5,
)
pages = st.lists(st.tuples(quotations, quotations), min_size=1, max_size=4)


@settings(max_examples=200)
@given(pages)
def test_equals_the_plain_evaluation(documents: list[tuple[list[Roles], list[Roles]]]) -> None:
    assert gqa.figures(gqa.tabulate(documents).total()) == pytest.approx(REFERENCE(documents), rel=0, abs=1e-12)


@given(pages)
def test_a_table_holds_the_counts_of_each_document(documents: list[tuple[list[Roles], list[Roles]]]) -> None:
    table = gqa.tabulate(documents)
    each = [gqa.count(gold, predicted) for gold, predicted in documents]
    assert [dict(zip(table.keys, row, strict=True)) for row in table.rows.tolist()] == [pytest.approx(one) for one in each]
    assert table.total() == pytest.approx(total(each))


@given(quotations)
def test_quotes_of_gold_against_itself_are_right(gold: list[Roles]) -> None:
    figures = scores(gold, gold)
    assert all(figures[name] == (1.0 if gold else 0.0) for name in ("f1_msg", "f1_form", "f1_stwr"))
