"""Agreement: published worked examples, small cases counted by hand, scikit-learn as the oracle of kappa, and laws."""

from __future__ import annotations

import doctest
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Hedge,
    HedgeType,
    Identification,
    Justification,
    JustificationType,
    Kind,
    Reason,
    RejectedTrigger,
    Sector,
    Source,
    Span,
    Status,
    Zone,
    ZoneKind,
)
from attrib_bench.scoring.agreement import (
    Agreement,
    Unitised,
    agreement,
    b_cubed,
    ceaf_phi4,
    cohens_kappa,
    conll_f1,
    muc,
    unitised,
)
from attrib_bench.tokens import span_of_tokens

DOCS = Path(__file__).parents[1] / "docs" / "agreement.md"

# Every word is a token; full stops stand apart.
TEXT = (
    "Werft spart\n"
    "Die Werft streicht 90 Stellen , teilte Ole Timm am Montag mit .\n"
    "Das Tageblatt berichtet unter Berufung auf Beamte , dass die Fähre vermutlich ausfällt .\n"
    "Eine Sprecherin wollte sich nicht äußern .\n"
)


def blank(text: str = TEXT, *, name: str = "s001-a") -> Document:
    tokens, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        tokens.append((at, at + len(word)))
        at += len(word)
    return Document(id=name, collection="core", text=text, tokens=tuple(tokens))


PAGE = blank()
WORDS = TEXT.split()


def span(quotation: str) -> Span:
    """The first place of some words in TEXT; ` + ` joins fragments."""
    return Span.of(*((at := TEXT.index(part), at + len(part)) for part in quotation.split(" + ")))


def source(name: str, kind: Kind = Kind.PERSON, sector: Sector = Sector.BUSINESS, **fields: object) -> Source:
    defaults = {"id": name, "name": name, "kind": kind, "sector": sector, "identification": Identification.NAMED}
    return Source(**{**defaults, **fields})  # type: ignore[arg-type]


def annotator(**layers: object) -> Mapping[str, Document]:
    return {PAGE.id: replace(PAGE, **layers)}  # type: ignore[arg-type]


TIMM = Attribution(
    id="a1",
    form=Form.INDIRECT,
    source=span("Ole Timm"),
    cue=span("teilte + mit"),
    content=span("Die Werft streicht 90 Stellen"),
    source_refs=("timm",),
)
PAPER = Attribution(
    id="a2",
    form=Form.INDIRECT,
    source=span("Das Tageblatt"),
    cue=span("berichtet"),
    content=span("dass die Fähre vermutlich ausfällt"),
    source_refs=("blatt",),
)
OFFICIALS = Attribution(
    id="a3",
    form=Form.REPORTED,
    source=span("Beamte"),
    cue=span("unter Berufung auf"),
    content=PAPER.content,
    source_refs=("beamte",),
    parent="a2",
)
SPOKESWOMAN = Attribution(
    id="a4", form=Form.NO_COMMENT, source=span("Eine Sprecherin"), cue=span("wollte sich nicht äußern"), source_refs=("frau",)
)
SOURCES = (
    source("timm"),
    source("blatt", Kind.INSTITUTION, Sector.MEDIA),
    source("beamte", Kind.GROUP, Sector.STATE, identification=Identification.ANONYMOUS),
    source("frau", identification=Identification.ROLE_ONLY),
)
ATTRIBUTIONS = (TIMM, PAPER, OFFICIALS, SPOKESWOMAN)


def figures(result: Agreement, *name: str) -> tuple[int, float, float | None]:
    row = result[name]  # type: ignore[index]
    return row.n, row.agreed, row.value


# Krippendorff's alpha_U: the worked examples of the literature


def units(*starts_and_lengths: tuple[int, int]) -> list[tuple[int, int]]:
    return [(start, start + length) for start, length in starts_and_lengths]


# Krippendorff (2004), Content Analysis, 2nd edition, p. 254: a continuum of 300 from 150 on, two observers, two categories.
BOOK = {
    "c": (units((75, 70), (220, 30)), units((70, 80), (205, 20), (250, 20))),
    "k": (units((30, 60), (150, 50)), units((30, 60), (150, 50))),
}


@pytest.mark.parametrize(
    ("category", "observed", "expected", "alpha"),
    [("c", 0.0144, 0.0532, 0.7286), ("k", 0.0, 0.0490, 1.0)],
)
def test_alpha_u_of_the_book(category: str, observed: float, expected: float, alpha: float) -> None:
    left, right = BOOK[category]
    result = unitised([left], [right], [300])
    assert result.observed == pytest.approx(observed, abs=5e-5)
    assert result.expected == pytest.approx(expected, abs=5e-5)
    assert result.alpha == pytest.approx(alpha, abs=1e-4)


def test_alpha_u_of_the_book_over_both_categories() -> None:
    results = [unitised([left], [right], [300]) for left, right in BOOK.values()]
    joint = 1 - sum(r.observed for r in results) / sum(r.expected for r in results)
    assert joint == pytest.approx(0.8591, abs=5e-4)


@pytest.mark.parametrize(
    ("other", "squares"),
    [
        pytest.param([], 36, id="missed"),
        pytest.param([(3, 5)], 40, id="touching before"),
        pytest.param([(4, 6)], 26, id="across the start"),
        pytest.param([(5, 7)], 16, id="same start"),
        pytest.param([(6, 8)], 10, id="inside, left"),
        pytest.param([(7, 9)], 8, id="inside, middle"),
        pytest.param([(6, 10)], 2, id="inside, nearly all"),
        pytest.param([(5, 11)], 0, id="identical"),
        pytest.param([(5, 6), (10, 11)], 50, id="both ends"),
    ],
)
def test_squared_differences_from_a_unit_at_5_to_11(other: list[tuple[int, int]], squares: int) -> None:
    """The figure of distances in the book; the first and the last by hand: 6 squared, and 25 for each of the two."""
    assert unitised([[(5, 11)]], [other], [20]).observed == pytest.approx(squares / 400)
    assert unitised([other], [[(5, 11)]], [20]).observed == pytest.approx(squares / 400)


# Krippendorff (1995), p. 57: four pairs of observers on a continuum of 24.
PAPER_1995 = {
    "A": (units((2, 8), (14, 6)), units((4, 4), (15, 2))),
    "B": (units((0, 18)), units((0, 2), (2, 1), (3, 1), (4, 1), (5, 1), (6, 3), (9, 1))),
    "C": (units((2, 6), (10, 2), (14, 4), (20, 2)), units((0, 2), (4, 4), (10, 4), (16, 2), (20, 2))),
    "D": (units((0, 2), (2, 8), (10, 4), (14, 6), (20, 4)), units((0, 4), (4, 4), (8, 7), (15, 2), (17, 7))),
}


@pytest.mark.parametrize(
    ("example", "observed", "expected", "alpha"),
    [
        ("A", 0.03125, 0.06990, 0.553),
        ("B", 2.26736, 1.17731, -0.926),
        ("C", 0.02777, 0.08642, 0.679),
        ("D", 0.38715, 0.41445, 0.066),
    ],
)
def test_alpha_u_of_the_paper(example: str, observed: float, expected: float, alpha: float) -> None:
    """Disagreements of a continuum cut ever finer; the paper's expected ones are a little off (see docs/agreement.md)."""
    fine = 50_000
    left, right = ([(start * fine, end * fine) for start, end in side] for side in PAPER_1995[example])
    result = unitised([left], [right], [24 * fine])
    assert result.observed == pytest.approx(observed, abs=1e-5)
    assert result.expected == pytest.approx(expected, abs=5e-3)
    assert result.alpha == pytest.approx(alpha, abs=0.02)


def test_alpha_u_of_the_paper_in_the_coarsest_cut() -> None:
    left, right = ([(start // 2, end // 2) for start, end in side] for side in PAPER_1995["C"])
    result = unitised([left], [right], [12])
    assert (result.observed, result.expected) == (pytest.approx(0.02777, abs=1e-5), pytest.approx(0.05494, abs=1e-5))


def test_alpha_u_of_many_small_units_in_a_large_one() -> None:
    """The case of DKPro Statistics' own test."""
    result = unitised([[(1, 9)]], [[(2, 3), (4, 5), (6, 7)]], [10])
    assert result.observed == pytest.approx(0.91)
    assert result.expected == pytest.approx(0.5351, abs=1e-4)
    assert result.alpha == pytest.approx(-0.7003, abs=1e-4)


def test_alpha_u_by_hand() -> None:
    """Ten tokens; units [2, 5) and [3, 5): start off by 1.

    Observed 1 / 100. Expected: both units, sizes 3 and 2, N = 2; gaps 2, 5 and 3, 5.
    Among units (2*27 - 27 + 3) / 3 = 10 and (2*8 - 12 + 2) / 3 = 2.
    Places of size 3: gaps 5, 3, 5 -> 3 + 1 + 3 = 7, times 9 = 63; of size 2: 1 + 4 + 2 + 4 = 11, times 4 = 44.
    2 / 10 * (10 + 63 + 2 + 44) / (20 * 19 - 3*2 - 2*1) = 23.8 / 372.
    """
    result = unitised([[(2, 5)]], [[(3, 5)]], [10])
    assert result.observed == pytest.approx(1 / 100)
    assert result.expected == pytest.approx(23.8 / 372)


def test_alpha_u_knows_no_gap_across_documents() -> None:
    """Two documents of 2 tokens, a unit of size 2 filling one of them twice: one gap of size 2 a side, none of size 4."""
    apart = unitised([[(0, 2)], []], [[(0, 2)], []], [2, 2])
    # Among units 1 * (16 - 12 + 2) / 3 = 2 each; places 2 each, times 4 = 8: 2 / 4 * (2 * 10) / (8 * 7 - 2 * 2) = 10 / 52.
    assert apart == Unitised(observed=0.0, expected=pytest.approx(10 / 52))
    assert unitised([[], [(0, 2)]], [[], [(0, 2)]], [2, 2]) == apart


@pytest.mark.parametrize(
    ("left", "right", "length", "alpha"),
    [
        pytest.param([], [], 5, None, id="no units"),
        pytest.param([(0, 1)], [(0, 1)], 1, 1.0, id="one token, nothing else possible"),
        pytest.param([(0, 5)], [(0, 5)], 5, 1.0, id="all covered"),
    ],
)
def test_alpha_u_at_the_edges(left: list[tuple[int, int]], right: list[tuple[int, int]], length: int, alpha: float | None) -> None:
    assert unitised([left], [right], [length]).alpha == alpha


# Clusterings: the worked examples of the literature


def clusters(text: str) -> list[frozenset[str]]:
    """`abc d` is {a, b, c} {d}."""
    return [frozenset(word) for word in text.split()]


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        # Luo (2005), table 1: the truth is 12345 67 89ABC.
        pytest.param("12345 6789ABC", (0.947, 0.865, 0.733), id="a"),
        pytest.param("1234589ABC 67", (0.947, 0.737, 0.667), id="b"),
        pytest.param("123456789ABC", (0.900, 0.545, 0.294), id="c"),
        pytest.param("1 2 3 4 5 6 7 8 9 A B C", (0.0, 0.400, 0.178), id="d"),
    ],
)
def test_clusterings_of_luo(right: str, expected: tuple[float, float, float]) -> None:
    truth = clusters("12345 67 89ABC")
    found = [count(truth, clusters(right)).f1 for count in (muc, b_cubed, ceaf_phi4)]
    assert found == pytest.approx(expected, abs=5e-4)


def test_clusterings_of_pradhan() -> None:
    """Pradhan et al. (2014), section 4: key abc defg, response ab cd fghi; some mentions are on one side only."""
    key, response = clusters("abc defg"), clusters("ab cd fghi")
    m, b, c = (count(key, response) for count in (muc, b_cubed, ceaf_phi4))
    assert (m.recall, m.precision) == (2 / 5, 2 / 5)
    # 4/3 + 1/3 + 1/4 + 4/4 of 7 mentions; 4/2 + 1/2 + 1/2 + 4/4 of 8.
    assert (b.recall, b.precision) == (pytest.approx(35 / 12 / 7), pytest.approx(4 / 8))
    # ab with abc: 4/5, fghi with defg: 4/8.
    assert (c.recall, c.precision) == (pytest.approx(1.3 / 2), pytest.approx(1.3 / 3))
    assert conll_f1(key, response) == pytest.approx((2 / 5 + 5 / 11 + 13 / 25) / 3)


@pytest.mark.parametrize(
    ("response", "recall", "precision"),
    [
        # The reference scorer's test cases 1 to 6: key a bc def, CEAF by entities.
        pytest.param("a bc def", Fraction(1), Fraction(1), id="TC1"),
        pytest.param("a de", Fraction(9, 5) / 3, Fraction(9, 5) / 2, id="TC2"),
        pytest.param(
            "a bcx defy z", (1 + Fraction(4, 5) + Fraction(6, 7)) / 3, (1 + Fraction(4, 5) + Fraction(6, 7)) / 4, id="TC3"
        ),
        pytest.param("a bcx dy z", Fraction(11, 5) / 3, Fraction(11, 5) / 4, id="TC4"),
        pytest.param("a bcxB dy z", (1 + Fraction(4, 6) + Fraction(2, 5)) / 3, (1 + Fraction(4, 6) + Fraction(2, 5)) / 4, id="TC5"),
        pytest.param("a bcx dy Bz", Fraction(11, 5) / 3, Fraction(11, 5) / 4, id="TC6"),
    ],
)
def test_ceaf_of_the_reference_scorer(response: str, recall: Fraction, precision: Fraction) -> None:
    found = ceaf_phi4(clusters("a bc def"), clusters(response))
    assert (found.recall, found.precision) == (pytest.approx(float(recall)), pytest.approx(float(precision)))


def test_muc_has_nothing_to_say_about_single_mentions() -> None:
    assert muc(clusters("a b"), clusters("a b")).f1 is None
    assert muc(clusters("a b"), clusters("ab")).f1 == 0.0
    assert conll_f1(clusters("a b"), clusters("a b")) == 1.0
    assert conll_f1([], []) is None


# Kappa


@pytest.mark.parametrize(
    ("labels", "kappa"),
    [
        pytest.param([], None, id="no labels"),
        pytest.param([("x", "x")] * 3, 1.0, id="one label throughout"),
        pytest.param([("x", "y")] * 3, 0.0, id="one label each, another"),
        pytest.param([("x", "y"), ("y", "x")], -1.0, id="always the other"),
        # Cohen's table by hand: 20 + 15 of 50 equal, chance 25 * 30 + 25 * 20 of 2500: (0.7 - 0.5) / (1 - 0.5).
        pytest.param([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4, id="fifty"),
    ],
)
def test_kappa(labels: list[tuple[str, str]], kappa: float | None) -> None:
    assert cohens_kappa(labels) == (None if kappa is None else pytest.approx(kappa))


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=1, max_size=40))
@settings(max_examples=300)
def test_kappa_is_scikit_learns(labels: list[tuple[str, str]]) -> None:
    left, right = zip(*labels, strict=True)
    if len({*left, *right}) > 1:  # else theirs is nan, with a warning
        assert cohens_kappa(labels) == pytest.approx(cohen_kappa_score(left, right))


# A document by hand


def test_same_annotations_under_other_ids() -> None:
    other = annotator(
        attributions=(
            replace(OFFICIALS, id="x", parent="y", source_refs=("e9",)),
            replace(PAPER, id="y", source_refs=("e8",)),
            replace(SPOKESWOMAN, id="z", source_refs=("e7",)),
            replace(TIMM, id="w", source_refs=("e6",)),
        ),
        sources=tuple(replace(s, id=i) for s, i in zip(SOURCES, ("e6", "e8", "e9", "e7"), strict=True)),
    )
    result = agreement([annotator(attributions=ATTRIBUTIONS, sources=SOURCES), other])
    assert all(row.value in (None, 1.0) for row in result.rows), [row for row in result.rows if row.value not in (None, 1.0)]
    assert figures(result, "attribution", "F1") == (8, 8, 1.0)
    # Both attributions of the chain have one content; source and cue tell them apart.
    assert figures(result, "parent", "accuracy", "either") == (1, 1, 1.0)


def test_attributions_found() -> None:
    """B misses the spokeswoman, has two words too few in Timm's content, takes it for free indirect, and adds one of its own."""
    timm = replace(TIMM, form=Form.FREE_INDIRECT, content=span("streicht 90 Stellen"), cue=span("teilte"))
    own = Attribution(id="b9", form=Form.REPORTED, content=span("Werft spart"))
    result = agreement([annotator(attributions=ATTRIBUTIONS), annotator(attributions=(timm, PAPER, OFFICIALS, own))])
    assert figures(result, "attribution", "F1") == (8, 6, 6 / 8)
    assert figures(result, "attribution", "F1", "indirect") == (3, 2, 2 / 3)
    assert figures(result, "attribution", "F1", "free_indirect") == (1, 0, 0.0)
    assert figures(result, "attribution", "F1", "reported") == (3, 2, 2 / 3)
    assert figures(result, "attribution", "F1", "direct") == (0, 0, None)
    assert figures(result, "content", "exact") == (3, 2, 2 / 3)
    # 3 of the 5 tokens: 2 * 3 / (3 + 5); of the cue 1 of 2: 2 / 3.
    assert figures(result, "content", "Dice") == (3, pytest.approx(2.75), pytest.approx(2.75 / 3))
    assert figures(result, "cue", "Dice", "either") == (3, pytest.approx(8 / 3), pytest.approx(8 / 9))
    # Nobody marked an addressee: three pairs agree on that, none has one.
    assert figures(result, "addressee", "exact") == (3, 3, 1.0)
    assert figures(result, "addressee", "exact", "either") == (0, 0, None)
    assert figures(result, "addressee", "F1") == (0, 0, None)
    # Form: indirect/free_indirect, indirect/indirect, reported/reported: (2/3 - 3/9) / (1 - 3/9).
    assert figures(result, "form", "kappa") == (3, 2, pytest.approx(0.5))
    assert figures(result, "status", "kappa") == (3, 3, 1.0)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("Die Werft streicht", 2, id="3 of 5: F1 .75"),
        pytest.param("Die Werft", 2, id="2 of 5: F1 .57"),
        pytest.param("Die", 0, id="1 of 5: F1 .33"),
    ],
)
def test_half_of_the_content_is_enough(words: str, found: int) -> None:
    result = agreement([annotator(attributions=(TIMM,)), annotator(attributions=(replace(TIMM, content=span(words)),))])
    assert figures(result, "attribution", "F1") == (2, found, found / 2)


def test_without_content_cue_and_source_count() -> None:
    told = replace(SPOKESWOMAN, id="b1", form=Form.REPORTED, content=span("Eine Sprecherin"))
    result = agreement([annotator(attributions=(SPOKESWOMAN,)), annotator(attributions=(told,))])
    assert figures(result, "attribution", "F1") == (2, 2, 1.0)
    assert figures(result, "content", "Dice") == (1, 0, 0.0)
    assert figures(result, "form", "kappa") == (1, 0, 0.0)


def test_parents_are_followed_through_the_pairing() -> None:
    """A: officials via paper. B: paper via officials. Both links differ; Timm has none on either side."""
    b = (TIMM, replace(PAPER, parent="a3"), replace(OFFICIALS, parent=None))
    result = agreement([annotator(attributions=ATTRIBUTIONS[:3]), annotator(attributions=b)])
    assert figures(result, "parent", "accuracy") == (3, 1, 1 / 3)
    assert figures(result, "parent", "accuracy", "either") == (2, 0, 0.0)
    assert figures(result, "continues", "accuracy") == (3, 3, 1.0)


def test_sources() -> None:
    """B holds Timm and the spokeswoman for one person of civil society, and cuts the paper's article off."""
    frau = replace(SPOKESWOMAN, source_refs=("timm",))
    paper = replace(PAPER, source=span("Tageblatt"))
    sources = (source("timm", sector=Sector.CIVIL), *SOURCES[1:3])
    result = agreement(
        [
            annotator(attributions=ATTRIBUTIONS, sources=SOURCES),
            annotator(attributions=(TIMM, paper, OFFICIALS, frau), sources=sources),
        ]
    )
    # Four mentions each, three the same. On these A has t f o, B has tf o.
    assert figures(result, "mention", "F1") == (8, 6, 0.75)
    assert figures(result, "entity", "MUC F1") == (3, 1, 0.0)
    # Recall 1, precision (1/2 + 1/2 + 1) / 3; t or f with tf 2/3, o with o 1, of 3 and 2 clusters.
    assert figures(result, "entity", "B-cubed F1") == (3, 1, pytest.approx(0.8))
    assert figures(result, "entity", "CEAF-phi4 F1") == (3, 1, pytest.approx(2 * Fraction(5, 3) / 5))
    assert figures(result, "entity", "CoNLL F1") == (3, 1, pytest.approx((0 + 0.8 + 2 / 3) / 3))
    # Seven sources, three pairs: B's Timm shares two tokens with A's Timm and two with the spokeswoman, and is named as he.
    assert figures(result, "entity", "F1") == (7, 6, 6 / 7)
    assert figures(result, "kind", "kappa") == (3, 3, 1.0)
    assert figures(result, "sector", "kappa") == (3, 2, pytest.approx((2 / 3 - 2 / 9) / (1 - 2 / 9)))


def test_a_mention_of_two_sources_is_the_mention_of_a_group() -> None:
    both = replace(TIMM, source_refs=("timm", "frau"))
    sources = (SOURCES[0], SOURCES[3])
    apart = annotator(attributions=(TIMM, SPOKESWOMAN), sources=sources)
    together = annotator(attributions=(both, SPOKESWOMAN), sources=sources)
    assert agreement([together, together])["entity", "CoNLL F1"].value == 1.0
    assert figures(agreement([apart, together]), "entity", "CEAF-phi4 F1") == (2, 2, 1.0)


def test_sources_without_mentions_are_paired_by_name() -> None:
    listed = source("Tageblatt", Kind.INSTITUTION, Sector.MEDIA, listed=True)
    a = annotator(sources=(listed, source("Morgenpost")))
    b = annotator(sources=(replace(listed, id="e1", sector=Sector.UNKNOWN), source("Abendpost")))
    result = agreement([a, b])
    assert figures(result, "entity", "F1") == (4, 2, 0.5)
    assert figures(result, "sector", "kappa") == (1, 0, 0.0)


def test_hedges_triggers_and_justifications() -> None:
    why = Justification(type=JustificationType.ACCESS, span=span("Ole Timm am Montag"))
    a = annotator(
        hedges=(
            Hedge(id="h1", span=span("vermutlich"), type=HedgeType.EPISTEMIC),
            Hedge(id="h2", span=span("90"), type=HedgeType.APPROXIMATOR),
        ),
        rejected_triggers=(RejectedTrigger(span=span("unter"), reason=Reason.NOUN),),
        sources=(source("timm", justifications=(why,)),),
    )
    b = annotator(
        hedges=(Hedge(id="h1", span=span("vermutlich"), type=HedgeType.INFERENTIAL),),
        rejected_triggers=(
            RejectedTrigger(span=span("unter"), reason=Reason.ACT),
            RejectedTrigger(span=span("am"), reason=Reason.ACT),
        ),
        sources=(source("timm", justifications=(replace(why, span=span("Ole Timm am"), type=JustificationType.ANONYMITY),)),),
    )
    result = agreement([a, b])
    assert figures(result, "hedge", "F1") == (3, 2, 2 / 3)
    assert figures(result, "hedge", "F1", "epistemic") == (1, 0, 0.0)
    assert figures(result, "hedge type", "kappa") == (1, 0, 0.0)
    assert figures(result, "rejected trigger", "F1") == (3, 2, 2 / 3)
    assert figures(result, "reason", "kappa") == (1, 0, 0.0)
    assert figures(result, "justification", "F1") == (2, 2, 1.0)
    assert figures(result, "justification", "exact") == (1, 0, 0.0)
    assert figures(result, "justification", "Dice") == (1, pytest.approx(6 / 7), pytest.approx(6 / 7))
    assert figures(result, "justification type", "kappa") == (1, 0, 0.0)
    assert result["hedge", "alpha_U"].n == 3


def test_zones() -> None:
    """B has a heading for a title (2 tokens), and the first of the 13 tokens of the next line as a credit inside a caption."""
    line = TEXT.index("Die"), TEXT.index("\nDas")
    title = Zone(kind=ZoneKind.TITLE, start=0, end=11)
    caption = Zone(kind=ZoneKind.CAPTION, start=line[0], end=line[1])
    credit = Zone(kind=ZoneKind.CREDIT, start=line[0], end=line[0] + 3)
    result = agreement(
        [annotator(zones=(title, caption)), annotator(zones=(credit, caption, replace(title, kind=ZoneKind.HEADING)))]
    )
    assert figures(result, "zone", "accuracy", "paragraphs") == (4, 2, 0.5)
    assert figures(result, "zone", "accuracy", "tokens") == (len(WORDS), len(WORDS) - 3, pytest.approx(1 - 3 / len(WORDS)))
    assert result["zone", "kappa"].value == pytest.approx(
        cohen_kappa_score(["t"] * 2 + ["c"] * 13 + ["b"] * 21, ["h"] * 2 + ["r"] + ["c"] * 12 + ["b"] * 21)
    )


def test_overlapping_spans_of_a_label_are_one_unit() -> None:
    """A nests one content in another, B has only the outer one: the same unit to alpha_U, which knows no nesting."""
    inner = replace(TIMM, id="a9", content=span("streicht 90"))
    result = agreement([annotator(attributions=(TIMM, inner)), annotator(attributions=(TIMM,))])
    assert figures(result, "content", "alpha_U") == (2, 2, 1.0)
    # The cue has two fragments, and each is a unit.
    assert figures(result, "cue", "alpha_U") == (4, 4, 1.0)


def test_three_annotators_are_three_pairs() -> None:
    a, b = annotator(attributions=(TIMM, PAPER)), annotator(attributions=(TIMM,))
    result = agreement([a, b, b])
    # 2/3, 2/3 and 1.
    assert figures(result, "attribution", "F1") == (8, 6, pytest.approx(7 / 9))
    # The paper's form is in no pair of annotators 2 and 3; undefined values stay out of the mean.
    assert result["form", "kappa"].value == 1.0
    assert (result.annotators, result.documents) == (3, 1)


def test_record_and_table_have_the_same_rows() -> None:
    result = agreement([annotator(attributions=ATTRIBUTIONS), annotator(attributions=(TIMM,))])
    record = result.record()
    assert (record["annotators"], record["documents"]) == (2, 1)
    assert len(record["rows"]) == len(result.table()) == len(result.rows)
    expected = {"layer": "attribution", "part": "", "measure": "F1", "n": 5, "agreed": 2, "share": 0.4, "value": 0.4}
    assert expected in record["rows"]
    assert ("attribution", "", "F1", "5", "2", "0.400", "0.400") in result.table()
    assert ("attribution", "direct", "F1", "0", "0", "–", "–") in result.table()
    assert list(record["rows"][0]) == list(Agreement.HEADER)
    assert len({(row.layer, row.part, row.measure) for row in result.rows}) == len(result.rows)


@pytest.mark.parametrize(
    ("annotators", "message"),
    [
        pytest.param([annotator()], "at least two annotators, found 1", id="one annotator"),
        pytest.param([{}, {}], "no documents", id="no documents"),
        pytest.param([annotator(), {}], "s001-a: only annotator 1 of 1 and 2 has this document", id="missing"),
        pytest.param([annotator(), annotator(), {**annotator(), "x": PAGE}], "x: only annotator 3", id="extra"),
        pytest.param([annotator(tokens=()), annotator(tokens=())], "s001-a: .* has none", id="no tokens"),
        pytest.param([annotator(), annotator(tokens=PAGE.tokens[1:])], "annotator 1 has 36 tokens and annotator 2 35", id="tokens"),
        pytest.param([annotator(), annotator(text=TEXT.upper())], "different texts", id="text"),
        pytest.param([annotator(sha256="0"), annotator(sha256="1")], "different texts", id="sha256"),
        pytest.param(
            [annotator(), annotator(attributions=(replace(TIMM, content=Span(((900, 905),))),))],
            r"s001-a: the span \[\(900, 905\)\] covers no token",
            id="outside",
        ),
    ],
)
def test_what_cannot_be_compared(annotators: Sequence[Mapping[str, Document]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        agreement(annotators)


def test_every_row_is_explained() -> None:
    """The example of the documentation runs, and its tables name each layer with its measures."""
    assert doctest.testfile(str(DOCS), module_relative=False, encoding="utf-8").failed == 0
    explained = {
        (layer.strip("` "), measure)
        for line in DOCS.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
        for layers, measures, *_ in [line.strip("|").split(" | ")]
        for layer in layers.split(",")
        for measure in re.findall(r"`([^`]+)`", measures)
    }
    assert {(row.layer, row.measure) for row in agreement([annotator(), annotator()]).rows} == explained


# Laws


@st.composite
def readings(draw: st.DrawFn) -> Document:
    """PAGE with random annotations."""

    def ids() -> st.SearchStrategy[set[int]]:
        # A few starts and lengths, so that spans of two annotators meet.
        runs = st.tuples(st.integers(0, 5), st.integers(1, 4)).map(lambda run: set(range(run[0] * 6, run[0] * 6 + run[1])))
        return st.one_of(runs, st.tuples(runs, runs).map(lambda pair: pair[0] | pair[1]))

    def spans() -> st.SearchStrategy[Span]:
        return ids().map(lambda chosen: span_of_tokens(PAGE, chosen))

    sources = tuple(
        source(f"e{i}", draw(st.sampled_from(Kind)), draw(st.sampled_from(Sector))) for i in range(draw(st.integers(1, 4)))
    )
    drawn: list[Attribution] = []
    seen: set[tuple[Span | None, ...]] = set()
    for i in range(draw(st.integers(0, 5))):
        who, cue, what = draw(st.none() | spans()), draw(st.none() | spans()), draw(st.none() | spans())
        # Two attributions with the same spans and only their links apart cannot be told from each other.
        if (who, cue, what) in seen or (cue, what) == (None, None):
            continue
        seen.add((who, cue, what))
        earlier = [None, *(a.id for a in drawn)]
        drawn.append(
            Attribution(
                id=f"a{i}",
                form=draw(st.sampled_from(Form)),
                status=draw(st.sampled_from(Status)),
                source=who,
                cue=cue,
                content=what,
                addressee=draw(st.none() | spans()),
                source_refs=tuple(draw(st.sampled_from(sources)).id for _ in who.fragments) if who else (),
                parent=draw(st.sampled_from(earlier)),
                continues=draw(st.sampled_from(earlier)),
            )
        )
    hedges = draw(st.lists(st.tuples(spans(), st.sampled_from(HedgeType)), max_size=4))
    reasons = draw(st.lists(st.tuples(spans(), st.sampled_from(Reason)), max_size=3))
    lines = [(0, 11), (12, 75), (76, 160)]
    zones = draw(st.lists(st.tuples(st.sampled_from(lines), st.sampled_from(ZoneKind)), max_size=3))
    why = draw(st.lists(st.tuples(st.sampled_from(JustificationType), spans()), max_size=2))
    first = replace(sources[0], justifications=tuple(Justification(type=t, span=s) for t, s in why))
    return replace(
        PAGE,
        sources=(first, *sources[1:]),
        attributions=tuple(drawn),
        hedges=tuple(Hedge(id=f"h{i}", span=s, type=t) for i, (s, t) in enumerate(hedges)),
        rejected_triggers=tuple(RejectedTrigger(span=s, reason=r) for s, r in reasons),
        zones=tuple(Zone(kind=k, start=s, end=e) for (s, e), k in zones),
    )


def renamed(document: Document) -> Document:
    """Its ids exchanged for others and its annotations in reverse order."""
    return replace(
        document,
        sources=tuple(replace(s, id=f"s-{s.id}") for s in reversed(document.sources)),
        attributions=tuple(
            replace(
                a,
                id=f"q-{a.id}",
                source_refs=tuple(f"s-{ref}" for ref in a.source_refs),
                parent=a.parent and f"q-{a.parent}",
                continues=a.continues and f"q-{a.continues}",
            )
            for a in reversed(document.attributions)
        ),
        hedges=tuple(replace(h, id=f"r-{h.id}") for h in reversed(document.hedges)),
        rejected_triggers=document.rejected_triggers[::-1],
        zones=document.zones[::-1],
    )


def values(result: Agreement) -> list[object]:
    return [(row.layer, row.measure, row.part, row.n, pytest.approx(row.agreed), pytest.approx(row.value)) for row in result.rows]


def rows(result: Agreement) -> list[object]:
    return [(row.layer, row.measure, row.part, row.n, row.agreed, row.value) for row in result.rows]


@given(readings())
@settings(max_examples=80)
def test_an_annotator_agrees_with_itself(document: Document) -> None:
    result = agreement([{document.id: document}, {document.id: renamed(document)}])
    assert [row for row in result.rows if row.value is not None and row.value != pytest.approx(1.0)] == []
    assert [row for row in result.rows if row.agreed != pytest.approx(row.n)] == []


@given(st.lists(st.tuples(readings(), readings()), min_size=1, max_size=3))
@settings(max_examples=30)
def test_order_and_ids_are_irrelevant(pages: list[tuple[Document, Document]]) -> None:
    left, right = ({f"d{i}": replace(page[side], id=f"d{i}") for i, page in enumerate(pages)} for side in (0, 1))
    result = agreement([left, right])
    assert rows(agreement([right, left])) == values(result)
    moved = [{f"x{9 - i}": renamed(replace(page[side], id=f"x{9 - i}")) for i, page in enumerate(pages)} for side in (0, 1)]
    assert rows(agreement(moved)) == values(result)
    assert all(row.value is None or row.value <= 1 + 1e-12 for row in result.rows)
    assert all(0 <= row.agreed <= row.n + 1e-9 for row in result.rows)


@given(st.lists(readings(), min_size=3, max_size=3))
@settings(max_examples=10)
def test_three_annotators_are_the_mean_of_their_pairs(documents: list[Document]) -> None:
    a, b, c = ({document.id: document} for document in documents)
    pairs = [agreement(pair).rows for pair in ([a, b], [a, c], [b, c])]
    for row, *singles in zip(agreement([a, b, c]).rows, *pairs, strict=True):
        defined = [single.value for single in singles if single.value is not None]
        assert row.value == (pytest.approx(sum(defined) / len(defined)) if defined else None)
        assert row.n == sum(single.n for single in singles)
