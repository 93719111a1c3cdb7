"""What holds of every score, whatever is annotated and whatever predicted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attrib_bench.document import ATTRIBUTION_LABELS, Attribution, Document, Form, Source, Span
from attrib_bench.scoring import attributions, chains, spans
from attrib_bench.scoring.counts import Counts, total
from strategies import documents

Score = Callable[[Document, Document], dict[str, float]]


def count_spans(gold: Document, predicted: Document) -> Counts:
    return spans.count(gold.spans(), predicted.spans(), document=gold)


def score_spans(gold: Document, predicted: Document) -> dict[str, float]:
    return spans.figures(count_spans(gold, predicted))


def score_attributions(gold: Document, predicted: Document) -> dict[str, float]:
    return attributions.figures(attributions.count(gold, predicted))


def score_chains(gold: Document, predicted: Document) -> dict[str, float]:
    return chains.figures(chains.count(gold, predicted))


SCORES = pytest.mark.parametrize("score", [score_spans, score_attributions])
ALL_SCORES = pytest.mark.parametrize("score", [score_spans, score_attributions, score_chains])


@st.composite
def gold_and_predicted(draw: st.DrawFn) -> tuple[Document, Document]:
    """A document, and another one's annotations on its text, some of them its own, so that there is something to find."""
    gold, other = draw(documents(min_tokens=40, max_tokens=40)), draw(documents(min_tokens=40, max_tokens=40))
    kept = [replace(a, id=f"kept-{a.id}", parent=None, continues=None) for a in gold.attributions if draw(st.booleans())]
    return gold, replace(
        gold, sources=other.sources, attributions=(*on_tokens_of(gold, other), *kept), hedges=gold.hedges[: draw(st.integers(0, 3))]
    )


def on_tokens_of(gold: Document, other: Document) -> tuple[Attribution, ...]:
    """The attributions of another document, moved to the same tokens of this one."""
    start = {there[0]: here[0] for there, here in zip(other.tokens, gold.tokens, strict=False)}
    end = {there[1]: here[1] for there, here in zip(other.tokens, gold.tokens, strict=False)}

    def moved(span: Span | None) -> Span | None:
        return None if span is None else Span(tuple((start[first], end[last]) for first, last in span.fragments))

    return tuple(replace(a, **{label: moved(getattr(a, label)) for label in ATTRIBUTION_LABELS}) for a in other.attributions)


def has_spans(document: Document) -> bool:
    """Whether every attribution has a span; one without any cannot be found by anyone."""
    return all(any(True for _ in attribution.spans()) for attribution in document.attributions)


@ALL_SCORES
@settings(max_examples=60)
@given(gold=documents())
def test_gold_against_itself_is_1(score: Score, gold: Document) -> None:
    assume(has_spans(gold))
    counts = [attributions.count(gold, gold), count_spans(gold, gold), chains.count(gold, gold)]
    empty = {0.0}  # 0/0: there is nothing of that kind
    for name, value in score(gold, gold).items():
        assert value == pytest.approx(1) or value in empty, name
    if gold.attributions:
        assert attributions.figures(counts[0])["tuple.f1"] == attributions.figures(counts[0])["who_said_what.f1"] == 1
        assert attributions.figures(counts[0])["joint.f1"] == pytest.approx(1)
        assert chains.figures(counts[2])["chain.accuracy"] == 1
    if any(True for _ in gold.spans()):
        figures = spans.figures(counts[1])
        assert figures["strict.micro.f1"] == figures["strict.macro.f1"] == figures["muc.strict.f1"] == 1
        assert figures["overlap.micro.f1"] == pytest.approx(1)


@SCORES
@settings(max_examples=60)
@given(pages=gold_and_predicted(), data=st.data())
def test_order_is_irrelevant(score: Score, pages: tuple[Document, Document], data: st.DataObject) -> None:
    def shuffled(document: Document) -> Document:
        layers = {name: data.draw(st.permutations(getattr(document, name))) for name in ("attributions", "hedges", "sources")}
        return replace(document, **{name: tuple(layer) for name, layer in layers.items()})

    gold, predicted = pages
    assert score(shuffled(gold), shuffled(predicted)) == pytest.approx(score(gold, predicted))


@given(st.lists(st.integers(0, 30), min_size=2, unique=True).map(sorted), st.data())
def test_a_span_does_not_know_the_order_of_its_fragments(cuts: list[int], data: st.DataObject) -> None:
    fragments = list(zip(cuts[::2], cuts[1::2], strict=False))
    assert Span.of(*data.draw(st.permutations(fragments))) == Span(tuple(fragments))


@SCORES
@settings(max_examples=60)
@given(pages=gold_and_predicted())
def test_ids_are_irrelevant(score: Score, pages: tuple[Document, Document]) -> None:
    gold, predicted = pages
    assert score(renamed(gold, "x"), renamed(predicted, "y")) == pytest.approx(score(gold, predicted))


@settings(max_examples=60)
@given(gold=documents(), data=st.data())
def test_ids_are_irrelevant_to_chains(gold: Document, data: st.DataObject) -> None:
    predicted = replace(
        gold, attributions=tuple(replace(a, parent=None) if data.draw(st.booleans()) else a for a in gold.attributions)
    )
    assert score_chains(renamed(gold, "x"), renamed(predicted, "x")) == score_chains(gold, predicted)


def renamed(document: Document, letter: str) -> Document:
    """The document with other ids, whose alphabetical order is the reverse one."""
    ids = {a.id: f"{letter}{99 - n}" for n, a in enumerate(sorted(document.attributions, key=lambda a: a.id))}
    source_ids = {s.id: f"{letter}{99 - n}" for n, s in enumerate(sorted(document.sources, key=lambda s: s.id))}

    def source(one: Source) -> Source:
        return replace(one, id=source_ids[one.id], affiliation=source_ids.get(one.affiliation or ""))

    def attribution(one: Attribution) -> Attribution:
        return replace(
            one,
            id=ids[one.id],
            source_refs=tuple(source_ids.get(ref, ref) for ref in one.source_refs),
            parent=ids.get(one.parent or ""),
            continues=ids.get(one.continues or ""),
        )

    return replace(
        document,
        sources=tuple(map(source, document.sources)),
        attributions=tuple(map(attribution, document.attributions)),
        hedges=tuple(replace(hedge, id=f"{letter}{hedge.id}") for hedge in document.hedges),
    )


@settings(max_examples=40)
@given(pages=st.lists(gold_and_predicted(), min_size=1, max_size=4), data=st.data())
def test_a_corpus_is_the_sum_of_its_documents(pages: list[tuple[Document, Document]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(pages)))
    for count in (count_spans, attributions.count):
        each = [count(gold, predicted) for gold, predicted in pages]
        parts = [total(part) for part in (each[:cut], each[cut:]) if part]
        assert total(parts) == pytest.approx(total(each))
        assert total(data.draw(st.permutations(each))) == pytest.approx(total(each))


@settings(max_examples=60)
@given(pages=gold_and_predicted(), data=st.data())
def test_a_wrong_prediction_never_raises_precision(pages: tuple[Document, Document], data: st.DataObject) -> None:
    """Wrong: its content shares no token with gold spans, and there is no other span for it to be found by."""
    gold, predicted = pages
    n_taken = max((span.end for _, span in gold.spans()), default=0)
    free = [token for token in gold.tokens if token[0] > n_taken]
    assume(free)
    start, end = data.draw(st.sampled_from(free))
    wrong = Attribution(id="wrong", form=data.draw(st.sampled_from(Form)), content=Span(((start, end),)))
    more = replace(predicted, attributions=(wrong, *predicted.attributions))
    for score in (score_spans, score_attributions):
        before, after = score(gold, predicted), score(gold, more)
        assert_no_higher(before, after, of=".precision")
        assert_no_higher(before, after, of=".recall")
        for name, value in before.items():
            if name.endswith(".recall") and "macro" not in name:
                assert after[name] == pytest.approx(value), name  # and it costs no recall


def assert_no_higher(before: Mapping[str, float], after: Mapping[str, float], *, of: str) -> None:
    for name in before:
        if name.endswith(of):
            assert after[name] <= before[name] + 1e-12, name
