"""Task `source`: what is each source: its kind, its sector, and how far it is identified?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from attrib_bench.document import Document, Identification, Kind, Sector, Source, Span, mentions
from attrib_bench.scoring.counts import Counts
from attrib_bench.tasks import labels
from attrib_bench.tasks.labels import Answer
from attrib_bench.tasks.task import Outcome, Task, blank

_FIELDS = ("kind", "sector", "identification")


def _given(document: Document) -> Document:
    """The document with its attributions and with its sources by name, without what they are."""
    sources = (
        Source(id=s.id, name=s.name, kind=Kind.UNSPECIFIED, sector=Sector.UNKNOWN, identification=Identification.ROLE_ONLY)
        for s in document.sources
    )
    return replace(blank(document), attributions=document.attributions, sources=tuple(sources))


def _answers(gold: Document, predicted: Document, field: str) -> Iterator[Answer]:
    for source in gold.sources:
        found = mentions(gold, source)
        where = (("source", Span.of(*found)),) if found else ()
        said = predicted.source_by_id[source.id]
        yield Answer(source.name, where, str(getattr(source, field)), str(getattr(said, field)))


def _count(gold: Document, predicted: Document) -> Counts:
    counts: Counts = {}
    for field in _FIELDS:
        counts |= labels.count(_answers(gold, predicted, field), field=field)
    return counts


def _outcomes(gold: Document, predicted: Document) -> Iterator[Outcome]:
    for field in _FIELDS:
        yield from labels.outcomes(_answers(gold, predicted, field), field=field)


TASK = Task(
    name="source",
    summary="A document, its gold sources and their mentions in; kind, sector and identification of each out.",
    main="mean.macro.f1",
    match="label",
    given=_given,
    count=_count,
    figures=partial(labels.figures, fields=_FIELDS),
    outcomes=_outcomes,
    confusion=partial(labels.confusion, fields=_FIELDS),
    required={"sources": _FIELDS},
    aligned="sources",
    examples=lambda document: len(document.sources),
)
