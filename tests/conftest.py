"""Fixtures: a small data root of invented articles, and what is not ours to ship: real corpora, figures of other tools."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from attrib_bench.corpus import Collection, write_collection, write_manifest
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
from attrib_bench.files import data_root, sha256
from attrib_bench.splits import split_of

# How long an example takes says how busy the machine is; speed is measured in benchmarks/. CI tries the same examples every
# time, so that what breaks there was broken by the change; other runs go on searching.
settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("tests")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _folder(name: str) -> Path:
    """The folder that ATTRIB_BENCH_<NAME> names, else shared/<name> next to the repository.

    Where it is missing the test is skipped; with ATTRIB_BENCH_REQUIRE_CORPORA=1 it fails, so that CI cannot pass without data.
    """
    variable = f"ATTRIB_BENCH_{name.upper()}"
    folder = Path(os.environ.get(variable) or SHARED / name)
    if not folder.is_dir():
        message = f"{folder} is missing; set {variable} to the folder of the {name}"
        if os.environ.get("ATTRIB_BENCH_REQUIRE_CORPORA") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder with the imported corpora, one subfolder each; they are read in place and never copied."""
    return _folder("corpora")


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder with the two articles that the benchmark began from, whose texts are not shipped."""
    return _folder("seeds")


@pytest.fixture(scope="session")
def oracles() -> Path:
    """The folder with the figures that other tools computed, to be reproduced."""
    return _folder("oracles")


@pytest.fixture
def small_root(tmp_path: Path) -> Path:
    """A data root of its own with the collection `core`: s001-a and s001-b in train, s003-a in test, none in validation.

    It has nested contents (s001-b), a cue with a gap (s001-a), and a character beyond the BMP before most spans (s001-a).
    """
    root = tmp_path / "root"
    shutil.copytree(data_root() / "schema", root / "schema")
    (root / "raw").mkdir()
    (root / "raw" / "VERSION").write_text("0.0.1\n", encoding="utf-8")
    documents = (_agency_report(), _newspaper_report(), _council_report())
    splits = {document.id: split_of(document.metadata.story_id) for document in documents}
    write_collection(Collection(name="core", documents=documents, split_by_id=splits), root)
    write_manifest(root)
    return root


def _agency_report() -> Document:
    text = (
        "⛴️ 𝔽ähre fällt aus\n\n"
        "Die Reederei Nordhagen teilte am Montag mit, dass die Fähre bis Mai ausfällt. "
        "„Wir bedauern das sehr“, sagte Sprecherin Ina Voss der Küstenpost. "
        "Der Schaden liegt laut Voss bei rund 30 000 Euro. Die Fähre soll ab Juni wieder fahren.\n\n"
        "Foto: Harm Kühl\n"
    )
    voss = text.index("laut Voss") + len("laut ")
    return _document(
        "s001-a",
        text,
        Metadata(
            story_id="s001", outlet="Küstenpost", genre="regional", topic="local", date="2026-03-02", title="⛴️ 𝔽ähre fällt aus"
        ),
        zones=(_zone(text, ZoneKind.TITLE, "⛴️ 𝔽ähre fällt aus"), _zone(text, ZoneKind.CREDIT, "Foto: Harm Kühl")),
        sources=(
            _source("e1", "Reederei Nordhagen", Kind.INSTITUTION, Sector.BUSINESS),
            replace(_source("e2", "Ina Voss", Kind.PERSON, Sector.BUSINESS), affiliation="e1"),
            replace(_source("e3", "Küstenpost", Kind.INSTITUTION, Sector.MEDIA), is_self=True),
        ),
        attributions=(
            Attribution(
                id="a1",
                form=Form.INDIRECT,
                source=_span(text, "Die Reederei Nordhagen"),
                cue=_span(text, "teilte", "mit"),
                content=_span(text, "dass die Fähre bis Mai ausfällt"),
                source_refs=("e1",),
            ),
            Attribution(
                id="a2",
                form=Form.DIRECT,
                source=_span(text, "Sprecherin Ina Voss"),
                cue=_span(text, "sagte"),
                content=_span(text, "„Wir bedauern das sehr“"),
                addressee=_span(text, "der Küstenpost"),
                source_refs=("e2",),
            ),
            Attribution(
                id="a3",
                form=Form.INDIRECT,
                source=Span(((voss, voss + len("Voss")),)),
                cue=_span(text, "laut"),
                content=_span(text, "Der Schaden liegt", "bei rund 30 000 Euro"),
                source_refs=("e2",),
            ),
        ),
        hedges=(Hedge(id="h1", span=_span(text, "rund"), type=HedgeType.APPROXIMATOR),),
        rejected_triggers=(RejectedTrigger(span=_span(text, "soll"), reason=Reason.PLAN),),
    )


def _newspaper_report() -> Document:
    text = (
        "Nordhagen ohne Fähre\n\n"
        "Die Küstenpost berichtet, die Reederei habe erklärt, dass die Fähre vermutlich bis Mai ausfällt. "
        "Zwei Mitarbeiter, die ungenannt bleiben wollen, bestätigten den Schaden nicht. "
        "Der Hafenmeister wollte sich nicht äußern.\n"
    )
    nested = "dass die Fähre vermutlich bis Mai ausfällt"
    return _document(
        "s001-b",
        text,
        Metadata(
            story_id="s001", outlet="Hagener Bote", genre="regional", topic="local", date="2026-03-03", title="Nordhagen ohne Fähre"
        ),
        zones=(_zone(text, ZoneKind.TITLE, "Nordhagen ohne Fähre"),),
        sources=(
            replace(_source("e1", "Küstenpost", Kind.INSTITUTION, Sector.MEDIA), doc_ref="s001-a"),
            _source("e2", "Reederei", Kind.INSTITUTION, Sector.BUSINESS),
            Source(
                id="e3",
                name="zwei Mitarbeiter",
                kind=Kind.GROUP,
                sector=Sector.UNKNOWN,
                identification=Identification.ANONYMOUS,
                justifications=(Justification(type=JustificationType.ANONYMITY, span=_span(text, "die ungenannt bleiben wollen")),),
            ),
            replace(_source("e4", "Hafenmeister", Kind.PERSON, Sector.STATE), identification=Identification.ROLE_ONLY),
        ),
        attributions=(
            Attribution(
                id="a1",
                form=Form.INDIRECT,
                source=_span(text, "Die Küstenpost"),
                cue=_span(text, "berichtet"),
                content=_span(text, f"die Reederei habe erklärt, {nested}"),
                source_refs=("e1",),
            ),
            Attribution(
                id="a2",
                form=Form.INDIRECT,
                source=_span(text, "die Reederei"),
                cue=_span(text, "habe erklärt"),
                content=_span(text, nested),
                source_refs=("e2",),
                parent="a1",
            ),
            Attribution(
                id="a3",
                form=Form.REPORTED,
                status=Status.NEGATED,
                source=_span(text, "Zwei Mitarbeiter"),
                cue=_span(text, "bestätigten"),
                content=_span(text, "den Schaden"),
                source_refs=("e3",),
            ),
            Attribution(
                id="a4",
                form=Form.NO_COMMENT,
                source=_span(text, "Der Hafenmeister"),
                cue=_span(text, "wollte sich nicht äußern"),
                source_refs=("e4",),
            ),
        ),
        hedges=(Hedge(id="h1", span=_span(text, "vermutlich"), type=HedgeType.EPISTEMIC),),
        provenance=(ProvenanceLink("a1", "s001-a"),),
    )


def _council_report() -> Document:
    text = (
        "Rat vertagt Entscheidung\n\n"
        "Der Rat von Altfelden hat die Entscheidung über das Bad vertagt. "
        "Bürgermeisterin Jule Brand und Kämmerer Ole Timm nannten die Kosten „nicht vertretbar“. "
        "Auch der Eintritt reiche dafür nicht. Das Bad bleibt offenbar geschlossen.\n"
    )
    return _document(
        "s003-a",
        text,
        Metadata(story_id="s003", outlet="Altfelder Blatt", genre="regional", topic="politics", date="2026-04-10"),
        zones=(_zone(text, ZoneKind.TITLE, "Rat vertagt Entscheidung"),),
        sources=(
            _source("e1", "Jule Brand", Kind.PERSON, Sector.POLITICS),
            _source("e2", "Ole Timm", Kind.PERSON, Sector.STATE),
        ),
        attributions=(
            Attribution(
                id="a1",
                form=Form.MIXED,
                source=_span(text, "Bürgermeisterin Jule Brand", "Kämmerer Ole Timm"),
                cue=_span(text, "nannten"),
                content=_span(text, "die Kosten „nicht vertretbar“"),
                source_refs=("e1", "e2"),
            ),
            Attribution(
                id="a2",
                form=Form.FREE_INDIRECT,
                content=_span(text, "Auch der Eintritt reiche dafür nicht"),
                source_refs=("e1", "e2"),
                continues="a1",
            ),
        ),
        hedges=(Hedge(id="h1", span=_span(text, "offenbar"), type=HedgeType.INFERENTIAL),),
    )


def _document(doc_id: str, text: str, metadata: Metadata, **layers: object) -> Document:
    """The document with tokens (runs of letters and digits, single other signs) and sentences (up to a full stop or line end)."""
    tokens = tuple(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    ends = [i + 1 for i, (_, end) in enumerate(tokens) if text[end - 1] == "." or text[end] == "\n"]
    bare = Document(id=doc_id, collection="core", text=text, sha256=sha256(text), n_chars=len(text), metadata=metadata)
    return replace(bare, tokens=tokens, sentences=tuple(zip([0, *ends], ends, strict=False)), **layers)


def _span(text: str, *quotations: str) -> Span:
    """The span of quotations in text order, each the first after the one before."""
    fragments, at = [], 0
    for quotation in quotations:
        start = text.index(quotation, at)
        fragments.append((start, at := start + len(quotation)))
    return Span(tuple(fragments))


def _zone(text: str, kind: ZoneKind, quotation: str) -> Zone:
    start = text.index(quotation)
    return Zone(kind=kind, start=start, end=start + len(quotation))


def _source(source_id: str, name: str, kind: Kind, sector: Sector) -> Source:
    return Source(id=source_id, name=name, kind=kind, sector=sector, identification=Identification.NAMED)
