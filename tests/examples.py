"""One invented document with a label of every layer, for whatever writes documents and reads them again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from attrib_bench.document import (
    Attribution,
    Document,
    Form,
    Hedge,
    HedgeType,
    Identification,
    Justification,
    JustificationType,
    Kind,
    Metadata,
    ProvenanceLink,
    Reason,
    RejectedTrigger,
    Sector,
    Source,
    Span,
    Status,
    Zone,
    ZoneKind,
)
from attrib_bench.files import sha256
from attrib_bench.formats.format import Format

# An emoji is one code point and two UTF-16 units, so offsets after it differ by one between us and some tools.
TEXT = (
    "😀 Fähre fällt aus\n\nDie Werft teilte am Abend mit, die Fähre falle wohl aus, so habe es Ole Timm gesagt.\nEr bedaure das.\n"
)


def span(*words: str, text: str = TEXT) -> Span:
    """The span of these words, each at its first place after the one before."""
    fragments, end = [], 0
    for word in words:
        start = text.index(word, end)
        fragments.append((start, end := start + len(word)))
    return Span(tuple(fragments))


EXAMPLE = Document(
    id="s001-a",
    collection="core",
    text=TEXT,
    sha256=sha256(TEXT),
    n_chars=len(TEXT),
    metadata=Metadata(story_id="s001", outlet="Hafenblatt", genre="regional", topic="local", date="2026-01-15", title="Fähre"),
    zones=(Zone(kind=ZoneKind.TITLE, start=0, end=TEXT.index("\n")),),
    sources=(
        Source(
            id="e2",
            name="Ole Timm",
            kind=Kind.PERSON,
            sector=Sector.BUSINESS,
            identification=Identification.NAMED,
            affiliation="e1",
            justifications=(
                Justification(type=JustificationType.ACCESS, span=span("am Abend")),
                Justification(type=JustificationType.ANONYMITY, span=span("so", "es")),
            ),
            listed=True,
            is_self=True,
            doc_ref="s001-b",
        ),
        Source(
            id="e1", name='Werft "Nord"', kind=Kind.INSTITUTION, sector=Sector.BUSINESS, identification=Identification.ROLE_ONLY
        ),
    ),
    attributions=(
        Attribution(id="a3", form=Form.FREE_INDIRECT, content=span("Er bedaure das"), source_refs=("e2",), continues="a2"),
        Attribution(
            id="a1",
            form=Form.INDIRECT,
            source=span("Die Werft"),
            cue=span("teilte", "mit"),
            content=span("die Fähre falle wohl aus, so habe es Ole Timm gesagt"),
            source_refs=("e1",),
        ),
        Attribution(
            id="a2",
            form=Form.REPORTED,
            status=Status.HYPOTHETICAL,
            source=span("Ole Timm"),
            cue=span("gesagt"),
            content=span("die Fähre", "aus"),
            addressee=span("es"),
            source_refs=("e2", "e1"),
            parent="a1",
        ),
        Attribution(id="a4", form=Form.NO_COMMENT, source_refs=("e1",), parent="a1"),
    ),
    hedges=(Hedge(id="h1", span=span("wohl"), type=HedgeType.EPISTEMIC),),
    rejected_triggers=(RejectedTrigger(span=span("so"), reason=Reason.SO_ADV),),
    provenance=(ProvenanceLink("a2", "s001-b"),),
    tokens=tuple(match.span() for match in re.finditer(r"[^\s,.]+|[,.]", TEXT)),
    sentences=((0, 4), (4, 24), (24, 28)),
    native={"elsewhere": {"kept": [1, None, "ü\n"]}},
)
"""Spans that are nested, discontinuous and shared; links forwards and backwards; an attribution without any words."""


def through_files(format_: Format, documents: Iterable[Document]) -> tuple[Document, ...]:
    """The documents after they have been written to a folder and read again."""
    with TemporaryDirectory() as folder:
        format_.write(documents, Path(folder), None)
        return tuple(format_.read(Path(folder)))
