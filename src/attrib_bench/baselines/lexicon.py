"""A tagger of rules and word lists from the codebook: nothing is learned.

Sentence by sentence it looks for quotations, attributive prepositions and cue verbs, takes the noun phrase beside the cue as
the source and what the codebook's position rule (C5) gives as the content. Hedges come from appendix B with the tests of
section 9 that can be asked without a parser. It labels no source kinds, chains or continuations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Fragment,
    Hedge,
    HedgeType,
    Identification,
    Kind,
    Sector,
    Source,
    Span,
    ZoneKind,
)
from attrib_bench.files import read_json, write_atomic
from attrib_bench.lexicon import (
    CARRIERS,
    HEDGE_PHRASES,
    HEDGES,
    PREPOSITIONS,
    REPORT_ADVERBS,
    cue_verbs,
    separated_verbs,
)

_DETERMINERS = frozenset(
    """
    der die das des dem den ein eine eines einer einem einen sein seine ihr ihre seiner ihrer mehrere viele einige
    zwei drei
    """.split()
)
_PRONOUNS = frozenset(["er", "sie", "es", "man", "wir", "ich"])
_INSIDE_PHRASES = frozenset("des der von vom für im am in aus und".split())
_UNTAGGED = frozenset({ZoneKind.CREDIT, ZoneKind.SOURCE_LIST, ZoneKind.BOILERPLATE})
_NUMBER = re.compile(
    r"\d|ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|hundert|tausend|million|milliard|halb|dutzend", re.I
)
_PERFECT = frozenset({"haben", "sein", "worden"})
_QUOTED = re.compile(r"„[^“”„]*[“”]|»[^«»]*«|\"[^\"]*\"")
_NAME = "lexicon"


@dataclass(frozen=True)
class _Sentence:
    """A sentence as tokens, with their words and where they stand in the text."""

    tokens: tuple[Fragment, ...]
    words: tuple[str, ...]

    def span(self, start: int, end: int) -> Span | None:
        """Tokens [start, end) as a span, without punctuation at its edges; None where nothing is left."""
        while start < end and not _has_letter(self.words[start]):
            start += 1
        while end > start and not _has_letter(self.words[end - 1]):
            end -= 1
        return Span.of((self.tokens[start][0], self.tokens[end - 1][1])) if start < end else None


def _has_letter(word: str) -> bool:
    return any(c.isalnum() or c in "%§€" for c in word)


class LexiconTagger:
    """Rules and word lists; predicts the tasks `spans`, `attribution` and `hedge`."""

    name = _NAME

    def fit(self, documents: Sequence[Document]) -> None:
        """Does nothing: there is nothing to learn."""

    def predict(self, documents: Sequence[Document]) -> list[Document]:
        """The documents with the attributions, sources and hedges that the rules find, in place of their own."""
        return [_tag(document) for document in documents]

    def save(self, folder: Path) -> None:
        """Write the model: its name, for the lists are part of the package."""
        write_atomic(folder / "model.json", json.dumps({"system": _NAME}) + "\n")

    @classmethod
    def load(cls, folder: Path) -> LexiconTagger:
        """The saved model. Raises DataError where the folder holds another one."""
        found = read_json(folder / "model.json")
        if found != {"system": _NAME}:
            raise DataError(f"{folder / 'model.json'}: found {found!r}, expected the system {_NAME!r}")
        return cls()


def _tag(document: Document) -> Document:
    text = document.require_text()
    quotations = [match.span() for match in _QUOTED.finditer(text) if len(match.group().split()) >= 3]
    attributions: list[Attribution] = []
    hedges: list[Hedge] = []
    sources: dict[str, Source] = {}
    for sentence in _sentences(document):
        for cue, source, content, form in _attributions(sentence, quotations):
            refs = []
            if source is not None:
                name = source.surface(text)
                entity = sources.setdefault(name, _source(f"e{len(sources) + 1}", name))
                refs = [entity.id] * len(source.fragments)
            attributions.append(
                Attribution(
                    id=f"a{len(attributions) + 1}", form=form, source=source, cue=cue, content=content, source_refs=tuple(refs)
                )
            )
        for span, type_ in _hedges(sentence, text):
            hedges.append(Hedge(id=f"h{len(hedges) + 1}", span=span, type=type_))
    return replace(
        document,
        sources=tuple(sources.values()),
        attributions=tuple(attributions),
        hedges=tuple(hedges),
        rejected_triggers=(),
        provenance=(),
    )


def _source(id_: str, name: str) -> Source:
    return Source(id=id_, name=name, kind=Kind.UNSPECIFIED, sector=Sector.UNKNOWN, identification=Identification.ROLE_ONLY)


def _sentences(document: Document) -> Iterator[_Sentence]:
    """The sentences of body, titles, headings and captions."""
    text = document.require_text()
    silent = [(zone.start, zone.end) for zone in document.zones if zone.kind in _UNTAGGED]
    for first, last in document.sentences:
        tokens = document.tokens[first:last]
        if tokens and not any(start < tokens[-1][1] and tokens[0][0] < end for start, end in silent):
            yield _Sentence(tokens, tuple(text[start:end] for start, end in tokens))


_Found = tuple[Span | None, Span | None, Span, Form]
"""Cue, source, content and form of an attribution."""


def _attributions(sentence: _Sentence, quotations: Sequence[Fragment]) -> Iterator[_Found]:
    """The attribution of a sentence: a quotation, else an attributive preposition, else a verb with a clause."""
    start, end = sentence.tokens[0][0], sentence.tokens[-1][1]
    quoted = [(max(a, start), min(b, end)) for a, b in quotations if a < end and start < b]
    outside = [not any(a <= s < b for a, b in quoted) for s, _ in sentence.tokens]
    prepositional = _prepositional(sentence, outside)
    if prepositional is not None:
        yield prepositional
        return
    verb = _verb(sentence, outside)
    if verb is None:
        if quoted and not any(outside[i] and _has_letter(word) for i, word in enumerate(sentence.words)):
            yield None, None, Span.of(*quoted), Form.DIRECT
        return
    at, particle = verb
    cue = Span.of(sentence.tokens[at], *([sentence.tokens[particle]] if particle is not None else []))
    if quoted:
        yield cue, _subject(sentence, at, outside), Span.of(*quoted), Form.DIRECT
        return
    comma = next((i for i in range(at + 1, len(sentence.words)) if sentence.words[i] in (",", ":")), None)
    if comma is not None and (content := sentence.span(comma + 1, len(sentence.words))) is not None:
        yield cue, _subject(sentence, at, outside), content, Form.INDIRECT
    elif "," in sentence.words[:at]:
        comma = max(i for i, word in enumerate(sentence.words[:at]) if word == ",")
        if (content := sentence.span(0, comma)) is not None:
            yield cue, _subject(sentence, at, outside), content, Form.INDIRECT


def _prepositional(sentence: _Sentence, outside: Sequence[bool]) -> _Found | None:
    """An attribution by *laut*, *nach Angaben*, *zufolge*, *so*, *demnach* or a phrase of list P; its content is the rest."""
    words = sentence.words
    lowered = [word.lower() for word in words]
    for i, word in enumerate(lowered):
        if not outside[i]:
            continue
        cue_end = i + 1
        if word == "zufolge":
            phrase = _phrase_before(sentence, i)
        elif word in REPORT_ADVERBS and i == 0 and word != "danach":
            phrase = (cue_end, cue_end)
        elif word == "so" and i > 0 and words[i - 1] in (",", "“", "”"):
            phrase = _phrase_after(sentence, cue_end)
        elif word == "nach" and i + 1 < len(words) and (words[i + 1] in CARRIERS or words[i + 1] in ("eigenen", "ersten")):
            cue_end += words[i + 1] in CARRIERS
            cue_end += cue_end < len(words) and lowered[cue_end] == "von"
            phrase = _phrase_after(sentence, cue_end)
        elif word in PREPOSITIONS and word not in ("nach", "gemäß"):
            phrase = _phrase_after(sentence, cue_end)
        else:
            continue
        first, last = phrase
        if first == last and word not in REPORT_ADVERBS:
            continue
        low, high = min(i, first), max(cue_end, last)
        parts = [span for span in (sentence.span(0, low), sentence.span(high, len(words))) if span is not None]
        if not parts:
            continue
        cue = Span.of((sentence.tokens[i][0], sentence.tokens[cue_end - 1][1]))
        return cue, sentence.span(first, last), Span.of(*(f for part in parts for f in part.fragments)), Form.INDIRECT
    return None


def _phrase_after(sentence: _Sentence, start: int) -> tuple[int, int]:
    """The noun phrase that begins at a token: up to its last capitalised word, over what may stand inside such a phrase.

    Words in lower case may be determiners, the joints *von, vom, für, …*, and adjectives, the latter only before the first
    noun or after a determiner or a joint; a cue verb ends the phrase.
    """
    end = last = start
    before = ""
    while end < len(sentence.words):
        word = sentence.words[end].lower()
        opens = before in _DETERMINERS or before in _INSIDE_PHRASES
        if sentence.words[end][:1].isupper() or word in '„“"»«':
            last = end + 1
        elif word in _PRONOUNS and end == start:
            return start, start + 1
        elif word in cue_verbs() or not (
            word in _DETERMINERS
            or (last > start and word in _INSIDE_PHRASES)
            or ((last == start or opens) and word.endswith(("en", "er", "es", "em", "e")))
        ):
            break
        before = word
        end += 1
    return start, last


def _phrase_before(sentence: _Sentence, end: int) -> tuple[int, int]:
    """The noun phrase that ends before a token."""
    start = end
    while start > 0 and (sentence.words[start - 1][:1].isupper() or sentence.words[start - 1].lower() in _DETERMINERS):
        start -= 1
        if sentence.words[start].lower() in _DETERMINERS:
            break
    return start, end


def _verb(sentence: _Sentence, outside: Sequence[bool]) -> tuple[int, int | None] | None:
    """The first cue verb outside quotations, and its separated particle if it has one."""
    lowered = [word.lower() for word in sentence.words]
    for i, word in enumerate(lowered):
        if not outside[i] or sentence.words[i][:1].isupper():
            continue
        for j in range(i + 1, len(lowered)):
            if lowered[j] in separated_verbs().get(word, ()) and (j + 1 == len(lowered) or not _has_letter(lowered[j + 1])):
                return i, j
        if word in cue_verbs():
            return i, None
    return None


def _subject(sentence: _Sentence, verb: int, outside: Sequence[bool]) -> Span | None:
    """The phrase after the verb where it is inverted, else the one before it, back to the start of the clause."""
    first, last = _phrase_after(sentence, verb + 1)
    if first < last and outside[first]:
        return sentence.span(first, last)
    start = verb
    while start > 0 and outside[start - 1] and sentence.words[start - 1] not in (",", ":", ";", "–"):
        start -= 1
    first, last = _phrase_after(sentence, start)
    return sentence.span(first, min(last, verb)) if first < min(last, verb) else None


def _hedges(sentence: _Sentence, text: str) -> Iterator[tuple[Span, HedgeType]]:
    """Hedges of appendix B: phrases, then words; modals and approximators only where their tests hold."""
    start, end = sentence.tokens[0][0], sentence.tokens[-1][1]
    taken: list[Fragment] = []
    for phrase, type_ in HEDGE_PHRASES.items():
        at = text.lower().find(phrase.lower(), start, end)
        if at >= 0:
            taken.append((at, at + len(phrase)))
            yield Span.of(taken[-1]), type_
    for i, word in enumerate(sentence.words):
        found = HEDGES.get(word.lower())
        if found is None or any(a <= sentence.tokens[i][0] < b for a, b in taken):
            continue
        following = sentence.words[i + 1] if i + 1 < len(sentence.words) else ""
        if found is HedgeType.APPROXIMATOR and not _NUMBER.match(following):
            continue
        if word.lower() in ("soll", "sollen") and not _PERFECT & set(sentence.words[i:]):
            continue
        yield Span.of(sentence.tokens[i]), found
