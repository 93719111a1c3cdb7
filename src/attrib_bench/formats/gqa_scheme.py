"""Annotations by our codebook as GQA's annotators would have made them (codebook, section 13.1), for scores and comparisons.

The mapping is by form, without a parser, and nothing in it is tuned: what it cannot reach counts as a difference of the
schemes (docs/corpora.md says how large that is).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from attrib_bench.document import Attribution, Document, Form, Kind, Span, chain
from attrib_bench.formats.gqa import COLLECTION
from attrib_bench.formats.token_ranges import label_ids, ranges_of
from attrib_bench.lexicon import (
    CARRIERS,
    PREPOSITIONS,
    REPORT_ADVERBS,
    SPEECH_VERBS,
    THOUGHT_CARRIERS,
    THOUGHT_VERBS,
    WORD_CLASSES,
    WRITING_VERBS,
    cue_lemma,
    cue_verbs,
    participles,
)
from attrib_bench.tokens import sentence_of, span_of_tokens

_AUXILIARIES = frozenset(" ".join(WORD_CLASSES[letter] for letter in "HhJmy").split()) | {"sei", "seien", "habe", "werde", "wolle"}
_CORRELATES = frozenset("es davon darauf daran darüber damit dafür dazu davor".split())
_NAMING = frozenset("nennen bezeichnen einstufen beschreiben charakterisieren betiteln".split())
_CARRIERS = frozenset(carrier.lower() for carrier in CARRIERS)
_OPENING, _CLOSING = '„“"»«‚', '“”"«»‘'
_NEAR = 8  # tokens before a cue in which its auxiliary is looked for
_MOST_CARRIER_GAP = 3  # tokens between a carrier and its originator: nach Angaben [von der] Polizei


class _Parts(NamedTuple):
    """Token ids of a quotation's roles."""

    quote: tuple[int, ...]
    speaker: tuple[int, ...]
    cue: tuple[int, ...]
    frame: tuple[int, ...]
    addressee: tuple[int, ...]


def in_gqa_scheme(document: Document) -> Document:
    """The document with attributions as GQA has them: its five types, carriers with the speaker, auxiliaries with the cue.

    A direct attribution becomes one quotation a fragment, a mixed one an Indirect and in it a Direct for each quoted part (with a
    naming verb the Direct alone); the second and later of them are called ``a7-1`` and so on. A reported one is the clause with
    its source and cue. A basis, which shares its parent's content, and a refusal are left out. Frames and media stand in
    ``native["gqa"]``. Raises DataError without text, tokens and sentences.
    """
    document = replace(document, native={})
    words = [document.require_text()[start:end] for start, end in document.tokens]
    attributions: list[Attribution] = []
    kept: dict[str, Any] = {}
    for attribution in document.attributions:
        for number, (form, parts) in enumerate(_quotations(attribution, document, words)):
            id_ = f"{attribution.id}-{number}" if number else attribution.id
            kept[id_] = {"medium": _medium(attribution, document)}
            if parts.frame:
                kept[id_]["frame"] = ranges_of(parts.frame)
            attributions.append(
                Attribution(
                    id=id_,
                    form=form,
                    source=_span(document, parts.speaker),
                    cue=_span(document, parts.cue),
                    content=_span(document, parts.quote),
                    addressee=_span(document, parts.addressee),
                )
            )
    return replace(
        document,
        zones=(),
        sources=(),
        attributions=tuple(attributions),
        hedges=(),
        rejected_triggers=(),
        provenance=(),
        native={COLLECTION: {"annotations": kept}},
    )


def body(document: Document) -> Document:
    """The document without tokens, sentences and attributions of its zones: what GQA's texts, which are body alone, have.

    The text stays as it is, and so do all offsets.
    """
    silent = [(zone.start, zone.end) for zone in document.zones]
    kept = [i for i, (start, end) in enumerate(document.tokens) if not any(s < end and start < e for s, e in silent)]
    number = {old: new for new, old in enumerate(kept)}
    sentences = []
    for first, last in document.sentences:
        if inside := [number[i] for i in range(first, last) if i in number]:
            sentences.append((inside[0], inside[-1] + 1))
    attributions = tuple(
        one
        for one in document.attributions
        if not any(span.overlaps(Span(((start, end),))) for _, span in one.spans() for start, end in silent)
    )
    ids = {one.id for one in attributions}
    linked = (
        replace(one, parent=one.parent if one.parent in ids else None, continues=one.continues if one.continues in ids else None)
        for one in attributions
    )
    return replace(
        document, zones=(), tokens=tuple(document.tokens[i] for i in kept), sentences=tuple(sentences), attributions=tuple(linked)
    )


def _quotations(one: Attribution, document: Document, words: Sequence[str]) -> Iterator[tuple[Form, _Parts]]:
    if one.content is None or one.form is Form.NO_COMMENT or _is_basis(one, document):
        return
    parts = _parts(one, document, words)
    if one.form is Form.REPORTED:
        yield Form.REPORTED, parts._replace(quote=_clause(parts, document, words), cue=(), frame=())
    elif one.form is Form.DIRECT:
        for quote in _runs(parts.quote):
            yield Form.DIRECT, parts._replace(quote=quote)
    elif one.form is Form.MIXED:
        quoted = list(_quoted(parts.quote, words))
        if not _names(one, document):
            yield Form.INDIRECT, parts
        for quote in quoted:
            yield Form.DIRECT, parts._replace(quote=quote)
    elif one.form is Form.FREE_INDIRECT:
        yield Form.FREE_INDIRECT, parts._replace(quote=_with_stop(parts.quote, words), frame=())
    else:
        yield Form.INDIRECT, parts


def _is_basis(one: Attribution, document: Document) -> bool:
    """Whether it is what its parent relies on: the same words, which GQA marks once."""
    parent = document.attribution_by_id.get(one.parent or "")
    return parent is not None and parent.content == one.content


def _parts(one: Attribution, document: Document, words: Sequence[str]) -> _Parts:
    quote = label_ids(document, one, "content")
    cue, speaker = label_ids(document, one, "cue"), label_ids(document, one, "source")
    if not speaker:
        for link in _continued(one, document):
            speaker = speaker or label_ids(document, link, "source")
    lowered = [words[i].lower() for i in cue]
    carrier = [i for i, word in zip(cue, lowered, strict=True) if word in _CARRIERS]
    if carrier and not PREPOSITIONS.isdisjoint(lowered):
        if speaker and min(abs(carrier[0] - i) for i in speaker) <= _MOST_CARRIER_GAP + 1:
            first = next((i for i, word in zip(cue, lowered, strict=True) if word not in PREPOSITIONS), carrier[0])
            speaker = tuple(range(min(first, speaker[0]), max(carrier[-1], speaker[-1]) + 1))
            cue = tuple(i for i in cue if i not in speaker)
    elif not speaker and lowered and lowered[0] in REPORT_ADVERBS:
        speaker = cue
    if one.cue is None:
        return _Parts(quote, speaker, (), (), label_ids(document, one, "addressee"))
    around = _around(one, document, (*cue, *label_ids(document, one, "source")))
    return _Parts(quote, speaker, _widened(cue, around, speaker, words), around, label_ids(document, one, "addressee"))


def _continued(one: Attribution, document: Document) -> Iterator[Attribution]:
    seen = {one.id}
    while one.continues and one.continues not in seen and one.continues in document.attribution_by_id:
        one = document.attribution_by_id[one.continues]
        seen.add(one.id)
        yield one


def _around(one: Attribution, document: Document, roles: Sequence[int]) -> tuple[int, ...]:
    """The frame: the sentence of the cue without what any attribution of the same chain or beside it has as content."""
    first, last = sentence_of(document, roles[0])
    contents = set(label_ids(document, one, "content"))
    outer = {link.id for link in chain(document, one)}
    for other in document.attributions:
        if other.id not in outer and other.content is not None and not _covers(other, one):
            contents.update(label_ids(document, other, "content"))
    rest = [i for i in range(first, last) if i not in contents or i in roles]
    low, high = min(roles), max(roles)
    while rest and rest[-1] > high and rest[-1] == last - 1 and document.require_text()[document.tokens[rest[-1]][0]] in ".!?":
        rest.pop()
    runs = [run for run in _runs(rest) if any(low <= i <= high or i in roles for i in run)]
    return tuple(i for run in runs for i in run)


def _covers(outer: Attribution, inner: Attribution) -> bool:
    cue = inner.cue or inner.source
    return outer.content is not None and cue is not None and outer.content.contains(cue)


def _widened(cue: Sequence[int], frame: Sequence[int], speaker: Sequence[int], words: Sequence[str]) -> tuple[int, ...]:
    """The cue with auxiliaries, *es*, correlates and the *wie* of its clause, where it is a verb's."""
    if not cue or words[cue[0]].lower() in PREPOSITIONS | REPORT_ADVERBS | {"so", "unter", "mit"}:
        return tuple(cue)
    found = set(cue)
    cue_words = [words[i].lower() for i in cue]
    helped = any(word in participles() or word.endswith("en") or word not in cue_verbs() for word in cue_words)
    near = range(cue[0] - _NEAR, cue[-1] + 3)
    for i in frame:
        if i in near and i not in speaker:
            word = words[i].lower()
            is_beside = i - 1 in found or i + 1 in found or cue[0] < i < cue[-1]
            if (helped and word in _AUXILIARIES) or (word in _CORRELATES and is_beside):
                found.add(i)
    if frame and words[frame[0]].lower() == "wie":
        found.add(frame[0])
    elif len(frame) > 1 and words[frame[0]] == "," and words[frame[1]] == "wie":
        found.add(frame[1])
    return tuple(sorted(found))


def _clause(parts: _Parts, document: Document, words: Sequence[str]) -> tuple[int, ...]:
    """The clause of a reported quotation, with source and cue: from and to a comma or the sentence's end, its stop included."""
    inside = sorted({*parts.quote, *parts.cue, *parts.frame})
    first, last = sentence_of(document, inside[0])
    low, high = inside[0], inside[-1]
    while low > first and words[low - 1] not in (",", ";", ":", "–"):
        low -= 1
    while high < last - 1 and words[high + 1] not in (",", ";", ":", "–"):
        high += 1
    return tuple(range(low, high + 1))


def _with_stop(quote: tuple[int, ...], words: Sequence[str]) -> tuple[int, ...]:
    after = quote[-1] + 1
    return (*quote, after) if after < len(words) and words[after] in (".", "!", "?") else quote


def _quoted(quote: Sequence[int], words: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """The stretches of a content that stand in quotation marks, marks included."""
    start: int | None = None
    for i in quote:
        if start is None:
            if words[i] in _OPENING:
                start = i
        elif words[i] in _CLOSING:
            yield tuple(range(start, i + 1))
            start = None


def _runs(ids: Sequence[int]) -> list[tuple[int, ...]]:
    return [tuple(range(begin, end)) for begin, end in ranges_of(ids)]


def _names(one: Attribution, document: Document) -> bool:
    return _lemma(one, document) in _NAMING


def _lemma(one: Attribution, document: Document) -> str:
    return cue_lemma(one.cue.words(document.require_text())) if one.cue is not None else ""


def _medium(one: Attribution, document: Document) -> str:
    """GQA's medium by the cue and the kind of the source (codebook, 7.4); that of the attribution that it continues, if it does."""
    own = [one, *_continued(one, document)][-1]
    lemma = _lemma(own, document)
    cue = {word.lower() for word in own.cue.words(document.require_text())} if own.cue is not None else set()
    kinds = {document.source_by_id[ref].kind for ref in own.source_refs if ref in document.source_by_id}
    if lemma in THOUGHT_VERBS or cue & THOUGHT_CARRIERS:
        return "ST"
    if lemma in WRITING_VERBS or Kind.DOCUMENT in kinds:
        return "Writing"
    if lemma in SPEECH_VERBS:
        return "Speech"
    return "SW"


def _span(document: Document, ids: Sequence[int]) -> Span | None:
    return span_of_tokens(document, ids) if ids else None
