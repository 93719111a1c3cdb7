"""Source entities: which spans name one source, and its kind, sector and identification by word lists; part of `lexicon`."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from attrib_bench.document import Document, Identification, Kind, Sector, Source, Span
from attrib_bench.lexicon import ANONYMOUS_PARTS, KIND_ENDS, SECTOR_PARTS

_PRONOUNS = frozenset(
    "er sie es wir ich man der die das den dem denen dieser diese dieses sein seine seiner ihr ihre ihrer".split()
)


class Entities:
    """The sources of a document: one for each name, short forms and pronouns included (10.1)."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._sources: dict[str, Source] = {}
        self._by_last_word: dict[str, str] = {}
        self._latest = ""

    def of(self, span: Span) -> str:
        """The id of the source that a span names; a new one where it names none of those before."""
        name = span.surface(self._document.require_text())
        key = _key(name)
        if not key and self._latest:
            return self._latest
        key = key or name.lower()
        if key not in self._by_last_word:
            id_ = f"e{len(self._sources) + 1}"
            kind, sector, known = _judgement(name)
            self._sources[id_] = Source(id=id_, name=name, kind=kind, sector=sector, identification=known)
            self._by_last_word[key] = id_
        self._latest = self._by_last_word[key]
        return self._latest

    def all(self) -> tuple[Source, ...]:
        return tuple(self._sources.values())


@lru_cache(maxsize=1 << 16)
def _key(name: str) -> str:
    """The last capitalised word of a name, in lower case; empty for a pronoun."""
    if name.lower() in _PRONOUNS:
        return ""
    return next((word.lower() for word in reversed(re.findall(r"\w[\w-]*", name)) if word[0].isupper()), "")


def unjudged(id_: str, name: str) -> Source:
    return Source(id=id_, name=name, kind=Kind.UNSPECIFIED, sector=Sector.UNKNOWN, identification=Identification.ROLE_ONLY)


_INDEFINITE = ("ein ", "eine ", "einer ", "einem ", "einen ", "mehrere ", "zwei ", "drei ", "weitere", "einige ")
_HEAD_END = re.compile(r"\s(?:des|der|von|vom|für|bei|beim|im|in|aus|am|zum|zur)\s|,|\(")


def judged(source: Source) -> Source:
    """The source with kind, sector and identification by the words of its name (10.2, 10.3)."""
    kind, sector, known = _judgement(source.name)
    return replace(source, kind=kind, sector=sector, identification=known)


@lru_cache(maxsize=1 << 16)
def _judgement(name: str) -> tuple[Kind, Sector, Identification]:
    kind = _kind(name)
    lowered = name.lower()
    words = re.findall(r"\w+", lowered)
    sector = _SECTORS[min(map(_sector_rank, words), default=-1)]
    is_indefinite = name[:1].islower() and lowered.startswith(_INDEFINITE)
    n_capitalised = len(re.findall(r"\b[A-ZÄÖÜ]\w+", name))
    if not ANONYMOUS_PARTS.isdisjoint(words):
        known = Identification.ANONYMOUS
    elif kind is Kind.DOCUMENT:
        known = Identification.NAMED if n_capitalised > 1 else Identification.ROLE_ONLY  # by its issuer or title
    elif kind is Kind.GROUP or is_indefinite or (kind is Kind.PERSON and n_capitalised < 2 and _kind_word(name) is not None):
        known = Identification.ROLE_ONLY
    else:
        known = Identification.NAMED
    return kind, sector, known


_SECTORS = (*(Sector(sector) for sector, _ in SECTOR_PARTS), Sector.UNKNOWN)


@lru_cache(maxsize=1 << 16)
def _sector_rank(word: str) -> int:
    """The number of the first list of sectors that has a part of the word."""
    return next(
        (
            rank
            for rank, (_, parts) in enumerate(SECTOR_PARTS)
            if any(part in word if len(part) > 3 else part == word for part in parts)
        ),
        len(SECTOR_PARTS),
    )


def _kind_word(name: str) -> Kind | None:
    """The kind that the head noun of a name says, or None where it is on no list."""
    head = _HEAD_END.split(name, maxsplit=1)[0]
    for word in reversed(re.findall(r"\w[\w-]*", head)):
        lowered = word.lower()
        if word[0].isupper():
            exact = next((Kind(kind) for kind, ends in KIND_ENDS if lowered in ends), None)
            found = exact or next(
                (Kind(kind) for kind, ends in KIND_ENDS if lowered.endswith(tuple(e for e in ends if len(e) > 3))), None
            )
            if found is not None:
                return found
    return None


def _kind(name: str) -> Kind:
    found = _kind_word(name)
    if found is not None:
        return found
    words = re.findall(r"\b[A-ZÄÖÜ][\w.-]*", name)
    if (
        name.startswith(("das ", "die ", "der ", "Der ", "Die ", "Das "))
        or len(words) < 2
        or any(w.isupper() and len(w) > 1 for w in words)
    ):
        return Kind.INSTITUTION
    return Kind.PERSON
