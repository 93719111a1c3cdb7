"""Task `hedge`: find the words that make a statement less certain, with their type, and whose uncertainty it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from attrib_bench.document import Attribution, Document, holder
from attrib_bench.scoring import spans
from attrib_bench.scoring.counts import Counts, Key, Number, named, prf, ratio, tally
from attrib_bench.scoring.pairing import span_mask, token_f1
from attrib_bench.tasks.labels import counts_of
from attrib_bench.tasks.task import Labelled, Outcome, Task, blank, span_outcomes

_LEAST_F1 = 0.5  # of the contents of two holders that are one


def _typed(document: Document) -> list[Labelled]:
    return [(str(hedge.type), hedge.span) for hedge in document.hedges]


def _count(gold: Document, predicted: Document) -> Counts:
    counts: Counts = {("typed", *key): n for key, n in spans.count(_typed(gold), _typed(predicted), document=gold).items()}
    golds = {hedge.span: hedge for hedge in gold.hedges}
    found = {hedge.span: hedge for hedge in predicted.hedges}
    both = golds.keys() & found.keys()
    tally(counts, ("untyped",), precision=len(both), predicted=len(found), recall=len(both), gold=len(golds))
    right = sum(_same_holder(gold, holder(gold, span), holder(predicted, span)) for span in both)
    counts["holder", "right"], counts["holder", "asked"] = right, len(both)
    for span in both:
        key = ("type", "label", str(golds[span].type), str(found[span].type))
        counts[key] = counts.get(key, 0) + 1
    return counts


def _same_holder(document: Document, gold: Attribution | None, predicted: Attribution | None) -> bool:
    """Whether both are the author, or two attributions of the same content by sources that share a token or are both implicit."""
    if gold is None or predicted is None:
        return gold is predicted
    contents = span_mask(document, gold.content), span_mask(document, predicted.content)
    sources = span_mask(document, gold.source), span_mask(document, predicted.source)
    return token_f1(*contents) >= _LEAST_F1 and (bool(sources[0] & sources[1]) or sources == (0, 0))


def figures(counts: Mapping[Key, Number]) -> dict[str, Number]:
    """Figures of `scoring.spans` with the types as labels, ``untyped.f1`` for exact spans of any type, and ``holder.accuracy``.

    The holder is asked of hedges that were found, and derived from the attributions that a prediction brings along. 0/0 is 0.
    """
    found = spans.figures(counts_of(counts, "typed"))
    found |= named("untyped", prf(counts, ("untyped",)))
    found["holder.accuracy"] = ratio(counts["holder", "right"], counts["holder", "asked"])
    return found


def _outcomes(gold: Document, predicted: Document) -> Iterator[Outcome]:
    for outcome in span_outcomes(_typed(gold), _typed(predicted), gold, name="type"):
        if outcome.kind != "correct":
            yield outcome
            continue
        (_, span) = outcome.gold[0]
        says, said = holder(gold, span), holder(predicted, span)
        same = _same_holder(gold, says, said)
        yield replace(
            outcome,
            kind="correct" if same else "label",
            gold_says=f"held by {_name(gold, says)}",
            predicted_says=f"held by {_name(gold, said)}",
        )


def _name(document: Document, attribution: Attribution | None) -> str:
    if attribution is None:
        return "the author"
    return attribution.source.surface(document.require_text()) if attribution.source else "an implicit source"


TASK = Task(
    name="hedge",
    summary="A document in; hedges with their types out, and with attributions also who holds them.",
    main="strict.micro.f1",
    match="strict",
    given=blank,
    count=_count,
    figures=figures,
    outcomes=_outcomes,
    confusion=lambda counts: {"type": counts_of(counts, "type")},
    required={"hedges": ("type",)},
)
