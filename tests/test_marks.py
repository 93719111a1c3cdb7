"""Annotations as marks: nothing is lost, and what a person may break in a tool is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from attrib_bench.corpus import load_collection
from attrib_bench.document import Attribution, DataError, Document, Form, Source, Span, Status
from attrib_bench.formats.marks import MARKS, Mark, from_marks, marks
from attrib_bench.records import LAYERS
from strategies import documents, documents_of_any_text

TEXT = "Die Fähre fällt aus, teilte die Werft am Montag mit. Mehr sagte sie nicht.\n"
BARE = Document(id="s001-a", collection="core", text=TEXT, n_chars=len(TEXT))


def span(*words: str) -> Span:
    return Span.of(*((TEXT.index(word), TEXT.index(word) + len(word)) for word in words))


CONTENT = Mark(key="t1", type="Content", span=span("Die Fähre fällt aus"), features={"form": "indirect"})
SOURCE = Mark(key="t2", type="Source", span=span("die Werft"), links=(("names", "t3"),))
ENTITY = Mark(key="t3", type="Entity", features={"name": "Werft", "kind": "institution"})
CUE = Mark(key="t4", type="Cue", span=span("teilte", "mit."))
WHOLE = [replace(CONTENT, links=(("source", "t2"), ("cue", "t4"))), SOURCE, ENTITY, CUE]


def stripped(document: Document) -> Document:
    return replace(document, **dict.fromkeys(LAYERS, ()), provenance=())


@given(documents() | documents_of_any_text())
def test_marks_hold_everything(document: Document) -> None:
    assert from_marks(stripped(document), marks(document)) == document


@given(documents())
def test_marks_are_what_their_types_say(document: Document) -> None:
    found = list(marks(document))
    keys = {mark.key: mark for mark in found}
    assert len(keys) == len(found)
    for mark in found:
        kind = MARKS[mark.type]
        assert kind.spans == (mark.span is not None)
        assert mark.features.keys() <= kind.features.keys()
        assert all(value in (kind.features[name] or [value]) for name, value in mark.features.items())
        assert all(keys[key].type in kind.links[name] for name, key in mark.links)


def test_core_through_marks() -> None:
    for document in load_collection().documents:
        assert from_marks(stripped(document), marks(document)) == document


def test_what_a_person_adds_in_a_tool_gets_ids_and_defaults() -> None:
    earlier = Mark(key="x", type="Entity", features={"id": "e1", "name": "Hafenamt"})
    found = from_marks(BARE, [earlier, *WHOLE])
    assert [source.id for source in found.sources] == ["e1", "e2"]
    assert found.attributions == (
        Attribution(
            id="a1",
            form=Form.INDIRECT,
            status=Status.ACTUAL,
            content=CONTENT.span,
            source=SOURCE.span,
            cue=CUE.span,
            source_refs=("e2",),
        ),
    )


def test_a_span_may_belong_to_two_attributions() -> None:
    second = Mark(key="t5", type="Content", span=span("Mehr"), features={"form": "reported"}, links=(("source", "t2"),))
    found = from_marks(BARE, [*WHOLE, second])
    assert [attribution.source for attribution in found.attributions] == [SOURCE.span, SOURCE.span]
    assert [attribution.source_refs for attribution in found.attributions] == [("e1",), ("e1",)]


def test_an_attribution_without_content_is_headed_by_its_cue() -> None:
    head = replace(CUE, features={"form": "no_comment", "id": "a7"}, links=(("source", "t2"),))
    [found] = from_marks(BARE, [head, SOURCE, ENTITY]).attributions
    assert (found.id, found.form, found.content, found.cue, found.source) == ("a7", Form.NO_COMMENT, None, CUE.span, SOURCE.span)


def test_flags() -> None:
    listed = replace(ENTITY, features={**ENTITY.features, "listed": "true"})
    [source] = from_marks(BARE, [listed]).sources
    assert isinstance(source, Source)
    assert (source.listed, source.is_self) == (True, False)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        pytest.param([replace(CUE, type="Verb")], r"Verb t4: found the type 'Verb'", id="type"),
        pytest.param([replace(CUE, span=None, features={"form": "direct"})], r"Cue t4: covers no words", id="no span"),
        pytest.param([replace(ENTITY, span=span("Werft"))], r"Entity t3: covers words", id="a span too many"),
        pytest.param([replace(ENTITY, features={"sort": "x"})], r"found the feature 'sort'", id="feature"),
        pytest.param([replace(CONTENT, features={"form": "loud"})], r"form: found 'loud', expected one of direct", id="value"),
        pytest.param([CUE], r"Cue t4: belongs to no attribution", id="a cue alone"),
        pytest.param([replace(CONTENT, links=(("cue", "t9"),))], r"cue: leads to 't9', which does not exist", id="dangling"),
        pytest.param([replace(CONTENT, links=(("cue", "t2"),)), SOURCE, ENTITY], r"'t2', a Source; expected Cue", id="wrong end"),
        pytest.param([replace(CONTENT, links=(("of", "t1"),))], r"found the link 'of'", id="link"),
        pytest.param([replace(CONTENT, links=(("cue", "t4"),) * 2), CUE], r"more than one link 'cue'", id="two cues"),
        pytest.param([CONTENT, CONTENT], r"t1: stands for 2 annotations", id="key twice"),
        pytest.param(
            [replace(m, key=k, features={"id": "e1"}) for m, k in ((ENTITY, "x"), (ENTITY, "y"))],
            r"found the id 'e1', which another annotation has as well",
            id="id twice",
        ),
        pytest.param(
            [Mark(key="j", type="Justification", span=span("Mehr"), features={"type": "access"})], r"has no link 'of'", id="of whom"
        ),
        pytest.param([Mark(key="z", type="Zone", span=span("Mehr"))], r"Zone z: has no kind", id="kind"),
        pytest.param(
            [replace(CONTENT, links=(("parent", "t4"), ("cue", "t4"))), CUE],
            r"parent: leads to 't4', which stands for no attribution",
            id="parent",
        ),
    ],
)
def test_what_is_refused(found: list[Mark], message: str) -> None:
    with pytest.raises(DataError, match=message):
        from_marks(BARE, found)
