"""Task `source`: what is each source: its kind, its sector, and how far it is identified?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from attrib_bench.document import Document, Identification, Kind, Sector, Source, Span, mentions
from attrib_bench.tasks.labels import Answer, classification_task
from attrib_bench.tasks.task import blank

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


TASK = classification_task(
    name="source",
    summary="A document, its gold sources and their mentions in; kind, sector and identification of each out.",
    fields=_FIELDS,
    given=_given,
    answers=_answers,
    required={"sources": _FIELDS},
    aligned="sources",
)
