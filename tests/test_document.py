"""The model: what cannot be built, and what follows from a document."""

from __future__ import annotations

import json

import pytest

from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Hedge,
    HedgeType,
    Identification,
    JustificationType,
    Kind,
    Reason,
    Sector,
    Source,
    Span,
    Status,
    Zone,
    ZoneKind,
    chain,
    depth,
    holder,
    mentions,
    named_by,
)
from attrib_bench.files import data_root

TEXT = (
    "Radio Elbe meldet unter Berufung auf den Wirt Kern, der Saal sei wohl leer. Kern sagte dem Hafenblatt nichts.\n"
    "Quellen: Hafenblatt\n"
)


def span(words: str, *more: str) -> Span:
    """The span of the first occurrence of each of these words, as fragments."""
    return Span.of(*((TEXT.index(w), TEXT.index(w) + len(w)) for w in (words, *more)))


CONTENT = span("der Saal sei wohl leer")
DOCUMENT = Document(
    id="s900-a",
    collection="core",
    text=TEXT,
    zones=(Zone(kind=ZoneKind.SOURCE_LIST, start=TEXT.index("Quellen"), end=len(TEXT) - 1),),
    sources=(
        Source(id="e1", name="Radio Elbe", kind=Kind.INSTITUTION, sector=Sector.MEDIA, identification=Identification.NAMED),
        Source(id="e2", name="Kern", kind=Kind.PERSON, sector=Sector.BUSINESS, identification=Identification.NAMED),
        Source(
            id="e3", name="Hafenblatt", kind=Kind.INSTITUTION, sector=Sector.MEDIA, identification=Identification.NAMED, listed=True
        ),
    ),
    attributions=(
        Attribution(
            id="a1", form=Form.INDIRECT, source=span("Radio Elbe"), cue=span("meldet"), content=CONTENT, source_refs=("e1",)
        ),
        Attribution(
            id="a2",
            form=Form.INDIRECT,
            source=span("den Wirt Kern"),
            cue=span("unter Berufung auf"),
            content=CONTENT,
            source_refs=("e2",),
            parent="a1",
        ),
        Attribution(
            id="a3", form=Form.NO_COMMENT, source=span("Kern"), cue=span("sagte", "nichts"), addressee=span("dem Hafenblatt")
        ),
    ),
    hedges=(Hedge(id="h1", span=span("wohl"), type=HedgeType.EPISTEMIC),),
)


@pytest.mark.parametrize(
    "fragments",
    [
        pytest.param((), id="none"),
        pytest.param(((3, 3),), id="empty"),
        pytest.param(((5, 3),), id="backwards"),
        pytest.param(((-1, 3),), id="negative"),
        pytest.param(((4, 6), (0, 2)), id="unsorted"),
        pytest.param(((0, 4), (3, 6)), id="overlapping"),
        pytest.param(((0, 4), (4, 6)), id="touching"),
    ],
)
def test_spans_that_cannot_be_built(fragments: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(DataError):
        Span(fragments)


def test_span_of_sorts_and_joins_what_touches() -> None:
    assert Span.of((8, 9), (4, 6), (0, 4), (5, 7)) == Span(((0, 7), (8, 9)))


@pytest.mark.parametrize(
    "inner, contained, shared",
    [
        pytest.param(((0, 2),), True, True, id="inside the first fragment"),
        pytest.param(((0, 2), (7, 8)), True, True, id="each fragment inside one"),
        pytest.param(((3, 5),), False, True, id="over the edge"),
        pytest.param(((4, 6),), False, False, id="in the gap"),
        pytest.param(((0, 9),), False, True, id="across the gap"),
    ],
)
def test_containing_and_overlapping(inner: tuple[tuple[int, int], ...], contained: bool, shared: bool) -> None:
    outer = Span(((0, 4), (6, 9)))
    assert (outer.contains(Span(inner)), outer.overlaps(Span(inner))) == (contained, shared)


def test_offsets_are_code_points() -> None:
    assert Span(((2, 3),)).surface("a😀b") == "b"


def test_chain_runs_from_the_innermost_to_the_outermost() -> None:
    a1, a2, a3 = DOCUMENT.attributions
    assert chain(DOCUMENT, a2) == (a2, a1)
    assert [depth(DOCUMENT, a) for a in (a1, a2, a3)] == [1, 2, 1]


@pytest.mark.parametrize("parents, said", [({"a1": "a2", "a2": "a1"}, "circle"), ({"a1": "a9"}, "'a9'")])
def test_chain_refuses_circles_and_missing_parents(parents: dict[str, str], said: str) -> None:
    attributions = tuple(Attribution(id=i, form=Form.INDIRECT, content=CONTENT, parent=parents.get(i)) for i in ("a1", "a2"))
    document = Document(id="s900-a", collection="core", text=TEXT, attributions=attributions)
    with pytest.raises(DataError, match=said):
        chain(document, attributions[0])


def test_a_hedge_is_held_by_the_innermost_attribution_around_it_else_by_the_author() -> None:
    assert holder(DOCUMENT, DOCUMENT.hedges[0].span) == DOCUMENT.attributions[1]
    assert holder(DOCUMENT, span("meldet")) is None


def test_mentions_are_source_fragments_and_the_name_in_addressees_and_lists() -> None:
    radio, kern, hafenblatt = DOCUMENT.sources
    assert mentions(DOCUMENT, radio) == ((0, 10),)
    assert mentions(DOCUMENT, kern) == span("den Wirt Kern").fragments
    first, second = TEXT.index("Hafenblatt"), TEXT.rindex("Hafenblatt")
    assert mentions(DOCUMENT, hafenblatt) == ((first, first + 10), (second, second + 10))


def test_one_fragment_may_name_several_sources() -> None:
    both = Attribution(id="a1", form=Form.REPORTED, source=Span(((0, 3),)), content=CONTENT, source_refs=("e1", "e2"))
    assert list(named_by(both)) == [((0, 3), "e1"), ((0, 3), "e2")]


def test_source_refs_that_do_not_fit_the_fragments_are_refused() -> None:
    unfit = Attribution(id="a1", form=Form.REPORTED, source=Span(((0, 3), (5, 6))), content=CONTENT, source_refs=("e1",))
    with pytest.raises(DataError, match="1 source_refs for 2 fragments"):
        list(named_by(unfit))
    assert list(named_by(Attribution(id="a1", form=Form.REPORTED, source=Span(((0, 3), (5, 6))), content=CONTENT))) == []


@pytest.mark.parametrize(
    "enum, name",
    [
        (Form, "form"),
        (Status, "status"),
        (Kind, "kind"),
        (Sector, "sector"),
        (Identification, "identification"),
        (JustificationType, "justification_type"),
        (HedgeType, "hedge_type"),
        (ZoneKind, "zone_kind"),
        (Reason, "reason"),
    ],
)
def test_vocabularies_are_the_schemas(enum: type[Form], name: str) -> None:
    for schema in ("annotation", "prediction"):
        definitions = json.loads((data_root() / "schema" / f"{schema}.schema.json").read_bytes())["$defs"]
        assert [str(value) for value in enum] == definitions[name]["enum"]
