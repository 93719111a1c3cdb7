"""Hedges by appendix B and the tests of section 9 that can be asked without a parser; part of the system `lexicon`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrib_bench.document import Document, Fragment, HedgeType, Span
from attrib_bench.lexicon import HEDGE_PHRASES, HEDGES
from attrib_bench.schema import UNANNOTATED_ZONES

_NUMBER = re.compile(
    r"\d|ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|hundert|tausend|million|milliard|halb|dutzend|hälfte",
    re.IGNORECASE,
)
_HEDGE_WORDS = {form: type_ for word, type_ in HEDGES.items() for form in (word, word[0].upper() + word[1:])}
_PERFECT = frozenset({"haben", "sein", "worden"})


def hedges(document: Document, words: Sequence[str]) -> list[tuple[Span, HedgeType]]:
    """Hedges of appendix B outside credits and the like, in text order; modals and approximators where their tests hold."""
    text, tokens = document.require_text(), document.tokens
    found = {place: type_ for phrase, type_ in HEDGE_PHRASES.items() for place in _occurrences(phrase, text)}
    covered = {offset for start, end in found for offset in range(start, end)}
    for i, word in enumerate(words):
        if word in _HEDGE_WORDS and tokens[i][0] not in covered and _passes(words, i):
            found[tokens[i]] = _HEDGE_WORDS[word]
    silent = [(zone.start, zone.end) for zone in document.zones if zone.kind in UNANNOTATED_ZONES]
    return [
        (Span.of(place), type_)
        for place, type_ in sorted(found.items())
        if not any(start <= place[0] < end for start, end in silent)
    ]


def _occurrences(phrase: str, text: str) -> Iterator[Fragment]:
    """Where a phrase stands in a text, its first letter in either case."""
    at = text.find(phrase[1:])
    while at > 0:
        start, end = at - 1, at - 1 + len(phrase)
        if text[start].lower() == phrase[0] and not text[end : end + 1].isalpha() and not text[start - 1 : start].isalpha():
            yield start, end
        at = text.find(phrase[1:], end)


def _passes(words: Sequence[str], i: int) -> bool:
    """The tests of 9.1 and 9.2: a quantity after an approximator, infinitive perfect after *soll*, no fixed phrase (T51, T52)."""
    word = words[i].lower()
    following = words[i + 1 : i + 25]
    if HEDGES[word] is HedgeType.APPROXIMATOR:
        quantity = next((other for other in following[:2] if other not in ("die", "der", "den", "dem", "das")), "")
        return _NUMBER.match(quantity) is not None
    if word in ("soll", "sollen"):
        clause = following[: next((k for k, other in enumerate(following) if other in ",;:.!?"), len(following))]
        return not _PERFECT.isdisjoint(clause)
    if word in ("möglich", "wohl") and i > 0:
        return words[i - 1].lower() not in ("wie", "sehr", "zum")
    return True
