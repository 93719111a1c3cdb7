"""Hypothesis strategies for documents with every layer of annotations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from attrib_bench.document import (
    Attribution,
    Document,
    Form,
    Fragment,
    Hedge,
    HedgeType,
    Identification,
    Justification,
    JustificationType,
    Kind,
    Metadata,
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
from attrib_bench.schema import UNANNOTATED_ZONES

# Few words, so that most of them occur again; then everything that a notation could stumble over.
WORDS = (
    *("die", "Die", "der", "soll", "sollte", "mit", "teilte", "sagte", "Fähre", "Werft", "Polizeiangaben", "am", "3."),
    *("„Hafenpost“", '"Welle"', "»Watt«", "(54),", "[sic]", "[[", "]]", "[", "]]]", "…", "...", "\\", "\\n", "+", "=", "#2", "-"),
    *("👩\u200d🚀", "🇩🇪", "😀", "q\u0301", "\u0301x", "ﬁ", "٣", "İ", "so-", "\u00ad"),
)
BLANKS = (" ", " ", " ", " ", "  ", "\u00a0", "\n", "\n\n")

# Among them the words of the sheet itself.
IDS = (
    "a1",
    "e1",
    "h1",
    "source",
    "not",
    "zone",
    "document",
    "attribution",
    "hedge",
    "cue",
    "as",
    "via",
    "direct",
    "epistemic",
    "x-_9",
)


@st.composite
def texts(draw: DrawFn, *, min_tokens: int = 1, max_tokens: int = 40) -> str:
    """A text as the collections have it: NFC, no carriage return, no white space at the end of a line, one newline at its end."""
    pairs = st.tuples(st.sampled_from(WORDS), st.sampled_from(BLANKS))
    text = "".join(word + blank for word, blank in draw(st.lists(pairs, min_size=min_tokens, max_size=max_tokens)))
    return unicodedata.normalize("NFC", re.sub(r"[^\S\n]+$", "", text.strip(), flags=re.MULTILINE)) + "\n"


@st.composite
def spans(draw: DrawFn, stretches: Sequence[Sequence[Fragment]], *, max_fragments: int = 3) -> Span:
    """A span of units (tokens, say), with a unit left out between any two fragments; it is split where a stretch ends.

    The stretches, the lines of a text for instance, stand in text order, with a gap between any two.
    """
    units = [(number, unit) for number, stretch in enumerate(stretches) for unit in stretch]
    edges = st.lists(st.integers(0, len(units)), min_size=2, max_size=2 * max_fragments, unique=True)
    cuts = sorted(draw(edges))
    fragments = []
    for first, last in zip(cuts[::2], cuts[1::2], strict=False):
        for _, part in groupby(units[first:last], key=lambda unit: unit[0]):
            (_, (start, end)), *further = part
            fragments.append((start, further[-1][1][1] if further else end))
    return Span(tuple(fragments))


def ids() -> SearchStrategy[str]:
    """An id as the schema allows it."""
    letters = "abcxyzABCXYZ"
    free = st.builds(str.__add__, st.sampled_from(letters), st.text(f"{letters}0189_-", max_size=6))
    return st.sampled_from(IDS) | free


@st.composite
def documents(
    draw: DrawFn,
    *,
    doc_id: str = "s001-a",
    min_tokens: int = 1,
    max_tokens: int = 40,
    max_attributions: int = 5,
) -> Document:
    """A document in which the validator finds nothing, with all layers, tokens and sentences.

    Words occur again and again; spans are nested, overlapping and discontinuous; attributions form chains, continue one
    another and share contents. Tokens are what stands between white space, sentences the lines.
    """
    text = draw(texts(min_tokens=min_tokens, max_tokens=max_tokens))
    tokens = tuple(match.span() for match in re.finditer(r"\S+", text))
    sentences = _lines(text, tokens)
    zones = draw(_zones(tokens))
    closed = [zone for zone in zones if zone.kind in UNANNOTATED_ZONES]
    stretches = [
        list(stretch)
        for first, last in sentences
        for is_closed, stretch in groupby(tokens[first:last], key=lambda t: any(z.start <= t[0] < z.end for z in closed))
        if not is_closed
    ]
    return replace(
        draw(_annotated(text, doc_id, stretches or [tokens], max_attributions)),
        metadata=Metadata(
            story_id=doc_id.rpartition("-")[0],
            outlet="Hafenblatt",
            genre="regional",
            topic="local",
            date="2026-01-15",
            title="Fähre",
        ),
        zones=zones if stretches else (),
        tokens=tokens,
        sentences=sentences,
    )


@st.composite
def documents_of_any_text(draw: DrawFn) -> Document:
    """A document that the model can hold, though the validator may object: any text, spans of any code points."""
    text = draw(texts() | st.text(st.characters(codec="utf-8"), min_size=1))
    return draw(_annotated(text, "s001-a", [[(at, at + 1) for at in range(len(text))]], 5))


@st.composite
def _annotated(draw: DrawFn, text: str, doc_id: str, stretches: Sequence[Sequence[Fragment]], max_attributions: int) -> Document:
    """A document with sources, attributions, hedges and rejected triggers whose spans lie in these stretches."""
    some_span = spans(stretches)
    n_ids = 7 + max_attributions
    # Lists tend to be short: without a least length attributions, which take the last ids, would be rare.
    unique_ids = draw(st.lists(ids(), min_size=draw(st.sampled_from([n_ids, 0])), max_size=n_ids, unique=True))
    sources = draw(_sources(some_span, unique_ids[:4], doc_id))
    attributions = draw(_attributions(some_span, [source.id for source in sources], unique_ids[7:]))
    hedged = draw(st.lists(some_span, max_size=len(unique_ids[4:7]), unique=True))
    triggers = draw(st.lists(st.builds(RejectedTrigger, span=some_span, reason=st.sampled_from(Reason)), max_size=3))
    accepted = {*hedged, *(attribution.cue for attribution in attributions)}
    return Document(
        id=doc_id,
        collection="core",
        text=text,
        sha256=sha256(text),
        n_chars=len(text),
        sources=sources,
        attributions=attributions,
        hedges=tuple(
            Hedge(id=hedge_id, span=span, type=draw(st.sampled_from(HedgeType)))
            for hedge_id, span in zip(unique_ids[4:7], hedged, strict=False)
        ),
        rejected_triggers=tuple(trigger for trigger in triggers if trigger.span not in accepted),
    )


def _lines(text: str, tokens: Sequence[Fragment]) -> tuple[Fragment, ...]:
    """The ranges of tokens between which a newline stands."""
    firsts = [i for i in range(len(tokens)) if i == 0 or "\n" in text[tokens[i - 1][1] : tokens[i][0]]]
    return tuple(zip(firsts, [*firsts[1:], len(tokens)], strict=True))


@st.composite
def _zones(draw: DrawFn, tokens: Sequence[Fragment]) -> tuple[Zone, ...]:
    fragments = draw(st.just(()) | spans([tokens]).map(lambda span: span.fragments))
    return tuple(Zone(kind=draw(st.sampled_from(ZoneKind)), start=start, end=end) for start, end in fragments)


@st.composite
def _sources(draw: DrawFn, some_span: SearchStrategy[Span], source_ids: Sequence[str], doc_id: str) -> tuple[Source, ...]:
    names = st.sampled_from(["Ole Timm", "Werft  Nordhagen", '"Welle" 7', "person business named", "= e1, of e2", "die"])
    justifications = st.lists(st.builds(Justification, type=st.sampled_from(JustificationType), span=some_span), max_size=2)
    sources: list[Source] = []
    for source_id in source_ids:
        earlier = [source.id for source in sources]
        sources.append(
            Source(
                id=source_id,
                name=draw(names | st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)),
                kind=draw(st.sampled_from(Kind)),
                sector=draw(st.sampled_from(Sector)),
                identification=draw(st.sampled_from(Identification)),
                affiliation=draw(st.sampled_from([None, *earlier])),
                justifications=tuple(draw(justifications)),
                listed=draw(st.booleans()),
                is_self=draw(st.booleans()),
                doc_ref=draw(st.sampled_from([None, f"{doc_id}-b", "0_-"])),
            )
        )
    return tuple(draw(st.permutations(sources)))


@st.composite
def _attributions(
    draw: DrawFn, some_span: SearchStrategy[Span], source_ids: Sequence[str], attribution_ids: Sequence[str]
) -> tuple[Attribution, ...]:
    """Attributions in any order, no two of them equal, whose parents and continued ones exist and never run in a circle."""
    maybe_span = st.none() | some_span
    attributions: dict[Attribution, str] = {}
    no_content: list[Span | None] = [None]
    for attribution_id in attribution_ids:
        earlier = [replace(a, id=known_id) for a, known_id in attributions.items()]
        form = draw(st.sampled_from(Form))
        shared = st.sampled_from([a.content for a in earlier if a.content is not None] or no_content)
        content = draw(st.one_of(some_span, shared, st.none())) or (None if form is Form.NO_COMMENT else draw(some_span))
        attribution = Attribution(
            id="", form=form, status=draw(st.sampled_from(Status)), content=content, addressee=draw(maybe_span)
        )
        if continued := draw(st.sampled_from([None, *earlier])):
            attribution = replace(attribution, continues=continued.id, parent=continued.parent, source_refs=continued.source_refs)
        else:
            source = draw(maybe_span) if source_ids else None
            n_fragments = len(source.fragments) if source else 0
            # One for each fragment, several for a single one, and perhaps one without a span.
            n_refs = {0: draw(st.integers(0, 1)), 1: draw(st.integers(1, 2))}.get(n_fragments, n_fragments)
            source_refs = tuple(draw(st.sampled_from(source_ids)) for _ in range(n_refs)) if source_ids else ()
            attribution = replace(attribution, source=source, source_refs=source_refs, cue=draw(maybe_span))
            parents = [a.id for a in earlier if _may_hold(a, attribution)]
            attribution = replace(attribution, parent=draw(st.sampled_from([None, *parents])))
        attributions.setdefault(attribution, attribution_id)
    return tuple(draw(st.permutations([replace(a, id=known_id) for a, known_id in attributions.items()])))


def _may_hold(parent: Attribution, child: Attribution) -> bool:
    """Whether some of the child lies in the parent's content."""
    inner = [span for label, span in child.spans() if label != "addressee"]
    return parent.content is None or not inner or any(parent.content.overlaps(span) for span in inner)
