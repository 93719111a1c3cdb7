"""Hypothesis strategies for valid documents: text, canonical tokens, sentences, and every layer of annotations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

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
def spans(draw: DrawFn, units: Sequence[Fragment], *, max_fragments: int = 3) -> Span:
    """A span whose fragments begin and end with one of these units (tokens, say), with a unit left out between any two."""
    edges = st.lists(st.integers(0, len(units)), min_size=2, max_size=2 * max_fragments, unique=True)
    cuts = sorted(draw(edges))
    return Span(tuple((units[first][0], units[last - 1][1]) for first, last in zip(cuts[::2], cuts[1::2], strict=False)))


def ids() -> SearchStrategy[str]:
    """An id as the schema allows it."""
    letters = "abcxyzABCXYZ"
    free = st.builds(str.__add__, st.sampled_from(letters), st.text(f"{letters}0189_-", max_size=6))
    return st.sampled_from(IDS) | free


def _unique_ids(max_size: int) -> SearchStrategy[list[str]]:
    return st.lists(ids(), max_size=max_size, unique=True)


@st.composite
def documents(
    draw: DrawFn,
    *,
    doc_id: str = "s001-a",
    min_tokens: int = 1,
    max_tokens: int = 40,
    max_attributions: int = 5,
    whole_tokens: bool = True,
    any_text: SearchStrategy[str] | None = None,
) -> Document:
    """A valid document: repeated words, nested, overlapping and discontinuous spans, chains, continued and shared attributions.

    Tokens are what stands between white space, sentences the lines. Spans consist of whole tokens, unless `whole_tokens`
    is false: then of any code points. `any_text` replaces the texts of `texts`; it has to give at least one token.
    """
    text = draw(any_text if any_text is not None else texts(min_tokens=min_tokens, max_tokens=max_tokens))
    tokens = tuple(match.span() for match in re.finditer(r"\S+", text))
    units = tokens if whole_tokens else tuple((at, at + 1) for at in range(len(text)))
    some_span = spans(units)
    return Document(
        id=doc_id,
        collection="core",
        text=text,
        sha256=sha256(text),
        n_chars=len(text),
        metadata=Metadata(
            story_id=doc_id.rpartition("-")[0],
            outlet="Hafenblatt",
            genre="regional",
            topic="local",
            date="2026-01-15",
            title="Fähre",
        ),
        zones=tuple(draw(st.lists(_zones(units), max_size=3))),
        sources=(sources := tuple(draw(_sources(some_span)))),
        attributions=tuple(draw(_attributions(some_span, [source.id for source in sources], max_attributions))),
        hedges=tuple(
            Hedge(id=hedge_id, span=draw(some_span), type=draw(st.sampled_from(HedgeType))) for hedge_id in draw(_unique_ids(3))
        ),
        rejected_triggers=tuple(
            draw(st.lists(st.builds(RejectedTrigger, span=some_span, reason=st.sampled_from(Reason)), max_size=3))
        ),
        tokens=tokens,
        sentences=_lines(text, tokens),
    )


def _lines(text: str, tokens: Sequence[Fragment]) -> tuple[Fragment, ...]:
    """The ranges of tokens between which a newline stands."""
    firsts = [i for i in range(len(tokens)) if i == 0 or "\n" in text[tokens[i - 1][1] : tokens[i][0]]]
    return tuple(zip(firsts, [*firsts[1:], len(tokens)], strict=True))


@st.composite
def _zones(draw: DrawFn, units: Sequence[Fragment]) -> Zone:
    span = draw(spans(units, max_fragments=1))
    return Zone(kind=draw(st.sampled_from(ZoneKind)), start=span.start, end=span.end)


@st.composite
def _sources(draw: DrawFn, some_span: SearchStrategy[Span]) -> list[Source]:
    names = st.sampled_from(["Ole Timm", "Werft  Nordhagen", '"Welle" 7', "person business named", "= e1, of e2", "die"])
    justifications = st.lists(st.builds(Justification, type=st.sampled_from(JustificationType), span=some_span), max_size=2)
    sources: list[Source] = []
    for source_id in draw(_unique_ids(4)):
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
                doc_ref=draw(st.sampled_from([None, "s001-b", "0_-"])),
            )
        )
    return draw(st.permutations(sources))


@st.composite
def _attributions(draw: DrawFn, some_span: SearchStrategy[Span], source_ids: list[str], max_size: int) -> list[Attribution]:
    """Attributions in any order, whose parents and continued ones exist and never run in a circle."""
    maybe_span = st.none() | some_span
    attributions: list[Attribution] = []
    for attribution_id in draw(_unique_ids(max_size)):
        form = draw(st.sampled_from(Form))
        shared = st.sampled_from([a.content for a in attributions if a.content is not None] or [None])
        content = draw(st.one_of(some_span, shared, st.none())) or (None if form is Form.NO_COMMENT else draw(some_span))
        continued = draw(st.sampled_from([None, *attributions]))
        if continued is not None:
            parent, source, source_refs, cue = continued.parent, None, continued.source_refs, None
        else:
            parent = draw(st.sampled_from([None, *(a.id for a in attributions)]))
            source = draw(maybe_span) if source_ids else None
            n_refs = draw(st.integers(1, 2)) if source and len(source.fragments) == 1 else len(source.fragments) if source else None
            refs = st.sampled_from(source_ids) if source_ids else st.nothing()
            source_refs = tuple(draw(st.lists(refs, min_size=n_refs or 0, max_size=n_refs or 1))) if source_ids else ()
            cue = draw(maybe_span)
        attributions.append(
            Attribution(
                id=attribution_id,
                form=form,
                status=draw(st.sampled_from(Status)),
                source=source,
                cue=cue,
                content=content,
                addressee=draw(maybe_span),
                source_refs=source_refs,
                parent=parent,
                continues=continued.id if continued else None,
            )
        )
    return draw(st.permutations(attributions))
