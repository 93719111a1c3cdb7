"""Task `provenance`: which article of the same story does an attribution relay?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from attrib_bench.document import Document, ProvenanceLink
from attrib_bench.scoring.counts import Counts, Key, Number, named, prf, tally
from attrib_bench.tasks.task import Outcome, Task


def _given(document: Document) -> Document:
    """The document without its links to other articles."""
    sources = tuple(replace(source, doc_ref=None) for source in document.sources)
    return replace(document, sources=sources, provenance=(), native={})


def _count(gold: Document, predicted: Document) -> Counts:
    links, others = set(gold.provenance), set(predicted.provenance)
    counts: Counts = {}
    n_right = len(links & others)
    tally(counts, ("link",), precision=n_right, predicted=len(others), recall=n_right, gold=len(links))
    return counts


def figures(counts: Mapping[Key, Number]) -> dict[str, Number]:
    """Precision, recall and F1 of links, pairs of an attribution and an article. 0/0 is 0."""
    return named("link", prf(counts, ("link",)))


def _outcomes(gold: Document, predicted: Document) -> Iterator[Outcome]:
    links, others = set(gold.provenance), set(predicted.provenance)
    for link in sorted(links | others):
        if link in links and link in others:
            yield _outcome("correct", gold, link)
        elif link in links:
            yield _outcome("missed", gold, link)
        else:
            yield _outcome("spurious", gold, link)


def _outcome(kind: str, document: Document, link: ProvenanceLink) -> Outcome:
    attribution = document.attribution_by_id.get(link.attribution)
    spans = tuple(attribution.spans()) if attribution else ()
    says = f"relays {link.to_doc}"
    if kind == "missed":
        return Outcome(kind="missed", slices={"to": link.to_doc}, gold=spans, gold_says=says)
    if kind == "spurious":
        return Outcome(kind="spurious", slices={"to": link.to_doc}, predicted=spans, predicted_says=says)
    return Outcome(kind="correct", slices={"to": link.to_doc}, gold=spans, predicted=spans, gold_says=says, predicted_says=says)


TASK = Task(
    name="provenance",
    summary="A story's documents and gold attributions in; the document that each one relays out, or none.",
    main="link.f1",
    match="link",
    given=_given,
    count=_count,
    figures=figures,
    outcomes=_outcomes,
    required={"provenance": ()},
)
