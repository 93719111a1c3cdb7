"""Scores of spans: by hand, and against nervaluate and seqeval on flat data."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate.entities import Entity
from nervaluate.strategies import EntityTypeEvaluation, ExactEvaluation, PartialEvaluation, StrictEvaluation
from seqeval.metrics import f1_score, precision_score, recall_score

from attrib_bench.document import Document, Span
from attrib_bench.scoring import spans
from attrib_bench.scoring.counts import total
from attrib_bench.scoring.spans import Labelled, Muc

N_TOKENS = 40
DOCUMENT = Document(id="d", collection="core", text=None, tokens=tuple((3 * i, 3 * i + 2) for i in range(N_TOKENS)))
"""Tokens of two code points with a blank between: token i is [3i, 3i + 2)."""


def span(*runs: tuple[int, int]) -> Span:
    """The span of these token ranges, half-open."""
    return Span(tuple((3 * first, 3 * last - 1) for first, last in runs))


def source(*runs: tuple[int, int]) -> Labelled:
    return "source", span(*runs)


def content(*runs: tuple[int, int]) -> Labelled:
    return "content", span(*runs)


def figures(gold: Sequence[Labelled], predicted: Sequence[Labelled]) -> dict[str, float]:
    return spans.figures(spans.count(gold, predicted, document=DOCUMENT))


@pytest.mark.parametrize(
    "gold, predicted, expected",
    [
        pytest.param([source((0, 4))], [source((0, 4))], {"strict.source.f1": 1, "overlap.source.f1": 1}, id="the same"),
        pytest.param(
            [source((0, 4))],
            [source((0, 2))],
            {"strict.source.f1": 0, "overlap.source.precision": 1, "overlap.source.recall": 0.5, "overlap.source.f1": 2 / 3},
            id="half of it",
        ),
        pytest.param(
            [source((0, 2), (4, 6))],
            [source((0, 6))],
            {"strict.source.f1": 0, "overlap.source.precision": 4 / 6, "overlap.source.recall": 1},
            id="the gap filled",
        ),
        pytest.param(
            [source((0, 2), (4, 6))], [source((4, 6)), source((0, 2))], {"strict.source.precision": 0, "overlap.source.recall": 0.5,
             "overlap.source.precision": 0.5}, id="fragments as spans of their own: one is spurious",
        ),
        pytest.param(
            [content((0, 10)), content((4, 8))],
            [content((0, 10)), content((5, 8))],
            {"strict.content.f1": 0.5, "overlap.content.precision": 1, "overlap.content.recall": (1 + 3 / 4) / 2},
            id="nested spans find their own",
        ),
        # Greedy pairing gives [0, 6) to the first gold and leaves the second without: 6/12 instead of 2/6 + 4/4.
        pytest.param(
            [content((0, 8)), content((2, 6))],
            [content((2, 6)), content((0, 2))],
            {"overlap.content.recall": (2 / 8 + 1) / 2, "overlap.content.precision": 1},
            id="the best sum, not the first overlap",
        ),
        pytest.param(
            [source((0, 2))], [source((0, 2)), source((0, 2))], {"strict.source.precision": 1}, id="spans of a label are a set"
        ),
        pytest.param([source((0, 2))], [content((0, 2))], {"strict.micro.f1": 0, "overlap.macro.f1": 0}, id="another label"),
        # source: 1 of 1; content: 0 of 2 predicted, 0 of 1 gold
        pytest.param(
            [source((0, 2)), content((5, 9))],
            [source((0, 2)), content((20, 22)), content((24, 26))],
            {"strict.micro.precision": 1 / 3, "strict.micro.recall": 1 / 2, "strict.micro.f1": 0.4, "strict.macro.f1": 0.5},
            id="micro pools spans, macro labels",
        ),
        pytest.param([source((0, 2))], [], {"strict.source.precision": 0, "overlap.micro.f1": 0}, id="none"),
    ],
)  # fmt: skip
def test_by_hand(gold: Sequence[Labelled], predicted: Sequence[Labelled], expected: Mapping[str, float]) -> None:
    found = figures(gold, predicted)
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_no_spans_at_all() -> None:
    assert set(figures([], [])) == {
        f"muc.{scheme}.{figure}" for scheme in spans.SCHEMES for figure in ("precision", "recall", "f1")
    }


GOLD = [source((0, 2)), content((4, 10)), content((12, 14)), source((20, 22))]
PREDICTED = [source((0, 2)), content((5, 10)), source((12, 14)), source((30, 32))]


@pytest.mark.parametrize(
    "scheme, expected",
    [
        # same; cut short; same tokens but another label; missed; spurious
        ("strict", Muc(correct=1, incorrect=2, partial=0, missed=1, spurious=1)),
        ("exact", Muc(correct=2, incorrect=1, partial=0, missed=1, spurious=1)),
        ("partial", Muc(correct=2, incorrect=0, partial=1, missed=1, spurious=1)),
        ("ent_type", Muc(correct=2, incorrect=1, partial=0, missed=1, spurious=1)),
    ],
)
def test_muc_by_hand(scheme: str, expected: Muc) -> None:
    counts = spans.count(GOLD, PREDICTED, document=DOCUMENT)
    found = spans.muc(counts, scheme)
    assert found == expected
    assert (found.possible, found.actual) == (4, 4)
    earned = {"strict": 1, "exact": 2, "partial": 2.5, "ent_type": 2}[scheme]
    assert spans.figures(counts)[f"muc.{scheme}.f1"] == pytest.approx(earned / 4)


# Flat data: spans of one fragment that do not overlap, as BIO tags can write them

Flat = list[tuple[int, int, str]]


@st.composite
def flat_spans(draw: st.DrawFn) -> Flat:
    """Token ranges with labels, sorted, none overlapping another."""
    cuts = sorted(draw(st.sets(st.integers(0, N_TOKENS), max_size=12)))
    labels = st.sampled_from(["source", "cue", "content", None])
    ranges = pairwise(cuts)
    return [(first, last, label) for first, last in ranges if (label := draw(labels)) is not None]


@st.composite
def flat_pages(draw: st.DrawFn) -> list[tuple[Flat, Flat]]:
    """Some documents with gold spans, and predictions many of which are gold spans or nearly so."""
    pages = []
    for _ in range(draw(st.integers(1, 3))):
        gold, predicted = draw(flat_spans()), draw(flat_spans())
        kept = [one for one in gold if draw(st.booleans())]
        taken = {token for first, last, _ in kept for token in range(first, last)}
        predicted = sorted(kept + [one for one in predicted if not taken & set(range(one[0], one[1]))])
        pages.append((gold, predicted))
    return pages


def labelled(flat: Flat) -> list[Labelled]:
    return [(label, span((first, last))) for first, last, label in flat]


def corpus_counts(pages: list[tuple[Flat, Flat]]) -> dict[tuple[str, ...], float]:
    return total(spans.count(labelled(gold), labelled(predicted), document=DOCUMENT) for gold, predicted in pages)


def entities(flat: Flat) -> list[Entity]:
    return [Entity(label=label, start=first, end=last - 1) for first, last, label in flat]


@pytest.mark.parametrize(
    "scheme, strategy", [("strict", StrictEvaluation()), ("exact", ExactEvaluation()), ("partial", PartialEvaluation())]
)
@settings(max_examples=500)
@given(pages=flat_pages())
def test_nervaluate(scheme: str, strategy: StrictEvaluation, pages: list[tuple[Flat, Flat]]) -> None:
    expected: Counter[str] = Counter(dict.fromkeys(Muc._fields, 0))
    for gold, predicted in pages:
        result, _ = strategy.evaluate(entities(gold), entities(predicted), [])
        expected.update({outcome: getattr(result, outcome) for outcome in Muc._fields})
    assert spans.muc(corpus_counts(pages), scheme)._asdict() == expected


@settings(max_examples=500)
@given(pages=flat_pages())
def test_nervaluate_by_type_finds_no_better_pairing(pages: list[tuple[Flat, Flat]]) -> None:
    """Under `ent_type` nervaluate is greedy, so it may find fewer correct pairs than there are, never more.

    It takes the predictions in turn and gives each the gold entity with the nearest boundaries, or any that overlaps; what
    a later prediction needed is then gone (see the case below). With at most one overlap on either side it must agree.
    """
    for gold, predicted in pages:
        result, _ = EntityTypeEvaluation().evaluate(entities(gold), entities(predicted), [])
        found = spans.muc(spans.count(labelled(gold), labelled(predicted), document=DOCUMENT), "ent_type")
        assert found.correct >= result.correct
        assert (found.possible, found.actual) == (result.possible, result.actual)
        overlaps = [(g, p) for g in gold for p in predicted if g[0] < p[1] and p[0] < g[1]]
        if len({g for g, _ in overlaps}) == len({p for _, p in overlaps}) == len(overlaps):
            assert found._asdict() == {outcome: getattr(result, outcome) for outcome in Muc._fields}


def test_nervaluate_by_type_steals_a_partner() -> None:
    gold: Flat = [(0, 8, "cue"), (8, 10, "cue")]
    predicted: Flat = [(6, 9, "cue"), (9, 10, "cue")]
    theirs, _ = EntityTypeEvaluation().evaluate(entities(gold), entities(predicted), [])
    ours = spans.muc(spans.count(labelled(gold), labelled(predicted), document=DOCUMENT), "ent_type")
    # The first prediction overlaps both and is nearer to [8, 10); the second overlaps only that one.
    assert (theirs.correct, theirs.missed, theirs.spurious) == (1, 1, 1)
    assert (ours.correct, ours.missed, ours.spurious) == (2, 0, 0)


def tags(flat: Flat) -> list[str]:
    row = ["O"] * N_TOKENS
    for first, last, label in flat:
        row[first:last] = [f"B-{label}"] + [f"I-{label}"] * (last - first - 1)
    return row


@settings(max_examples=500)
@given(pages=flat_pages())
def test_seqeval(pages: list[tuple[Flat, Flat]]) -> None:
    gold, predicted = ([tags(side) for side in sides] for sides in zip(*pages, strict=True))
    found = spans.figures(corpus_counts(pages))
    if not any(side for page in pages for side in page):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of 0/0
        for average in ("micro", "macro"):
            for figure, theirs in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
                assert found[f"strict.{average}.{figure}"] == pytest.approx(theirs(gold, predicted, average=average), abs=1e-12)
        labels = sorted({label for page in pages for side in page for _, _, label in side})
        assert [found[f"strict.{label}.f1"] for label in labels] == pytest.approx(list(f1_score(gold, predicted, average=None)))
