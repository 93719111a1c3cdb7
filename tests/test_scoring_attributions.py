"""Scores of attributions and of chains, by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from attrib_bench.document import Attribution, DataError, Document, Form, Identification, Kind, Sector, Source, Span
from attrib_bench.scoring import attributions, chains

TOKENS = tuple((3 * i, 3 * i + 2) for i in range(40))


def span(*runs: tuple[int, int]) -> Span:
    """The span of these token ranges, half-open; token i is [3i, 3i + 2)."""
    return Span(tuple((3 * first, 3 * last - 1) for first, last in runs))


PAPER = Source(id="e1", name="Hafenblatt", kind=Kind.INSTITUTION, sector=Sector.MEDIA, identification=Identification.NAMED)
POLICE = Source(id="e2", name="Ermittler", kind=Kind.GROUP, sector=Sector.STATE, identification=Identification.ANONYMOUS)
OUTER = Attribution(
    id="a1", form=Form.INDIRECT, source=span((0, 2)), cue=span((2, 3)), content=span((6, 16)), source_refs=("e1",)
)  # fmt: skip
INNER = Attribution(
    id="a2", form=Form.INDIRECT, source=span((5, 6)), cue=span((3, 5)), content=span((6, 16)), source_refs=("e2",), parent="a1"
)
"""A basis: `… berichtet unter Berufung auf Ermittler, …`, both with one content."""


def page(*found: Attribution, sources: Sequence[Source] = (PAPER, POLICE)) -> Document:
    return Document(id="s001-a", collection="core", text=None, tokens=TOKENS, sources=tuple(sources), attributions=found)


def figures(gold: Document, predicted: Document, *, nested: bool = True) -> dict[str, float]:
    return attributions.figures(attributions.count(gold, predicted, nested=nested))


REFUSAL = Attribution(id="a3", form=Form.NO_COMMENT, source=span((20, 21)), cue=span((21, 23)), source_refs=("e2",))
IMPLICIT = Attribution(id="a4", form=Form.INDIRECT, cue=span((30, 31)), content=span((32, 36)))


@pytest.mark.parametrize(
    "gold, predicted, expected",
    [
        pytest.param(
            page(OUTER, INNER),
            page(INNER, OUTER),
            {"joint.f1": 1, "tuple.f1": 1, "who_said_what.f1": 1, "form.f1": 1},
            id="the links of a chain share a content and still find each other",
        ),
        # 5 of 10 content tokens, all 5 predicted ones right; source and cue right
        pytest.param(
            page(OUTER),
            page(replace(OUTER, content=span((6, 11)))),
            {"content.precision": 1, "content.recall": 0.5, "roles.f1": 1, "joint.recall": (0.5 + 2) / 3, "tuple.f1": 0,
             "who_said_what.f1": 1},
            id="half the content, F1 2/3",
        ),
        pytest.param(
            page(OUTER),
            page(replace(OUTER, content=span((6, 9)))),
            {"content.recall": 0.3, "who_said_what.f1": 0},
            id="content F1 6/13 is less than 1/2",
        ),
        pytest.param(
            page(OUTER),
            page(replace(OUTER, content=span((6, 16), (17, 27)))),
            {"content.precision": 0.5, "who_said_what.f1": 1},
            id="content twice as long",
        ),
        pytest.param(
            page(OUTER),
            page(replace(OUTER, form=Form.DIRECT)),
            {"form.f1": 0, "joint.f1": 1, "tuple.f1": 0, "tuple_any_form.f1": 1,
             "tuple_any_form[form=direct].precision": 1, "tuple_any_form[form=direct].recall": 0,
             "tuple_any_form[form=indirect].recall": 1, "tuple_any_form[form=indirect].precision": 0},
            id="form wrong: recall by the gold form, precision by the predicted",
        ),
        pytest.param(
            page(OUTER),
            page(replace(OUTER, source=None, addressee=span((17, 18)))),
            # of source and cue the cue; of cue and addressee the cue
            {"roles.recall": 0.5, "roles.precision": 0.5, "joint.f1": 2 / 3, "who_said_what.f1": 0},
            id="source missed, addressee invented",
        ),
        pytest.param(
            page(OUTER, replace(INNER, source=span((25, 26)), content=span((26, 27)), source_refs=("e1",), parent=None)),
            page(replace(OUTER, source=span((25, 26)))),
            {"who_said_what.precision": 1, "who_said_what.recall": 0.5},
            id="another mention of the same source will do",
        ),
        pytest.param(page(OUTER), page(replace(OUTER, source=span((5, 6)))), {"who_said_what.f1": 0}, id="another source will not"),
        pytest.param(page(IMPLICIT), page(IMPLICIT), {"who_said_what.f1": 1, "roles.f1": 1}, id="implicit on both sides"),
        pytest.param(
            page(IMPLICIT), page(replace(IMPLICIT, source=span((29, 30)))), {"who_said_what.f1": 0}, id="implicit in gold only"
        ),
        pytest.param(
            page(REFUSAL, OUTER),
            page(REFUSAL, OUTER),
            {"content.f1": 1, "joint.f1": 1, "tuple.f1": 1, "who_said_what.f1": 1, "who_said_what[form=no_comment].f1": 1},
            id="a refusal without content is known by its cue",
        ),
        pytest.param(
            page(OUTER),
            page(OUTER, replace(OUTER, id="a9")),
            {"tuple.precision": 0.5, "who_said_what.precision": 0.5, "joint.precision": 0.5, "tuple.recall": 1},
            id="predicted twice, counted once",
        ),
        pytest.param(
            page(OUTER),
            page(OUTER, replace(OUTER, id="a9", content=span((30, 34)))),
            {"form.precision": 0.5, "roles.precision": 0.5, "form.recall": 1},
            id="an invented one earns nothing for its form and roles",
        ),
        pytest.param(
            page(OUTER, INNER),
            page(OUTER),
            {"tuple[depth=1].recall": 1, "tuple[depth=2].recall": 0, "tuple[depth=1].precision": 1, "tuple[kind=group].recall": 0,
             "tuple[identification=named].f1": 1},
            id="slices",
        ),
        pytest.param(
            page(OUTER),
            page(OUTER, sources=()),
            {"tuple[kind=institution].recall": 1, "tuple[kind=institution].precision": 0, "tuple[kind=none].precision": 1},
            id="a system that names no sources",
        ),
        pytest.param(page(), page(OUTER), {"joint.f1": 0, "tuple.precision": 0, "tuple.recall": 0}, id="nothing gold"),
        pytest.param(page(), page(), {"joint.f1": 0, "who_said_what.f1": 0}, id="nothing at all"),
    ],
)  # fmt: skip
def test_by_hand(gold: Document, predicted: Document, expected: Mapping[str, float]) -> None:
    found = figures(gold, predicted)
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_without_nested_ones() -> None:
    found = figures(page(OUTER, INNER), page(OUTER, replace(INNER, parent=None)), nested=False)
    assert (found["tuple.precision"], found["tuple.recall"]) == (0.5, 1)
    assert "tuple[depth=2].f1" not in found


def linked(parents: Mapping[str, str | None]) -> Document:
    return page(*(replace(OUTER, id=name, parent=parent) for name, parent in parents.items()))


CHAIN = linked({"a1": None, "a2": "a1", "a3": "a2", "a4": None})


@pytest.mark.parametrize(
    "parents, expected",
    [
        pytest.param(
            {"a1": None, "a2": "a1", "a3": "a2", "a4": None},
            {"edge.f1": 1, "chain.accuracy": 1, "chain[depth=3].accuracy": 1},
            id="the same",
        ),
        # edges a2-a1 right, a3-a1 wrong; chains of a1, a2, a4 right
        pytest.param(
            {"a1": None, "a2": "a1", "a3": "a1", "a4": None},
            {"edge.precision": 0.5, "edge.recall": 0.5, "chain.accuracy": 0.75, "chain[depth=2].accuracy": 1,
             "chain[depth=3].accuracy": 0, "chain[depth>1].accuracy": 0.5},
            id="one link too short",
        ),
        # the edge a3-a2 is right, but its chain ends wrongly
        pytest.param(
            {"a1": None, "a2": None, "a3": "a2", "a4": "a1"},
            {"edge.precision": 0.5, "edge.recall": 0.5, "chain.accuracy": 0.25, "chain[depth>1].accuracy": 0},
            id="a chain is right as a whole or not",
        ),
        pytest.param(
            {"a1": "a3", "a2": "a1", "a3": "a2", "a4": None},
            {"edge.precision": 2 / 3, "edge.recall": 1, "chain.accuracy": 0.25},
            id="a predicted circle is wrong, not an error",
        ),
        pytest.param(
            {"a1": None, "a2": None, "a3": None, "a4": None}, {"edge.precision": 0, "chain.accuracy": 0.5}, id="no edges"
        ),
    ],
)  # fmt: skip
def test_chains(parents: Mapping[str, str | None], expected: Mapping[str, float]) -> None:
    found = chains.figures(chains.count(CHAIN, linked(parents)))
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_chains_of_no_attributions() -> None:
    assert set(chains.figures(chains.count(page(), page())).values()) == {0.0}


def test_chains_need_the_gold_ids() -> None:
    with pytest.raises(DataError, match="s001-a: attribution 'a4' is missing in the predictions"):
        chains.count(CHAIN, linked({"a1": None, "a2": "a1", "a3": "a2"}))
    with pytest.raises(DataError, match="s001-a: attribution 'a0' is not in gold"):
        chains.count(page(OUTER), linked({"a0": None, "a1": None}))
