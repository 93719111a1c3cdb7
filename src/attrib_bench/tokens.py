"""Canonical tokens: spans <-> token ids, the sentence around a token, and the tokeniser that makes them.

A document's tokens are shipped with the data (`Document.tokens`), so that every score counts the same units whatever a
system works on. A token id is an index into them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from functools import cache
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from attrib_bench.document import DataError, Document, Fragment, Span

if TYPE_CHECKING:
    from somajo import SoMaJo

_START = itemgetter(0)
_END = itemgetter(1)


def token_ids(document: Document, span: Span) -> tuple[int, ...]:
    """Ids of the canonical tokens that share a code point with the span, ascending; empty where it covers none.

    Raises DataError where the document has no canonical tokens.
    """
    tokens = document.tokens
    if not tokens:
        raise DataError(f"{document.id}: has no canonical tokens, without which spans cannot be counted")
    found: list[int] = []
    for start, end in span.fragments:
        first = bisect_right(tokens, start, key=_END)
        if found and first == found[-1]:  # two fragments inside one token
            first += 1
        found.extend(range(first, bisect_left(tokens, end, key=_START)))
    return tuple(found)


def span_of_tokens(document: Document, ids: Iterable[int]) -> Span:
    """The span that covers these tokens, given in any order; a run of neighbouring ids is one fragment.

    Raises DataError for no ids at all and for ids that the document does not have.
    """
    ordered = sorted(set(ids))
    n_tokens = len(document.tokens)
    if not ordered:
        raise DataError(f"{document.id}: found no token id, expected at least one")
    if ordered[0] < 0 or ordered[-1] >= n_tokens:
        wrong = next(i for i in ordered if not 0 <= i < n_tokens)
        raise DataError(f"{document.id}: found the token id {wrong}, expected one from 0 to {n_tokens - 1}")
    runs: list[list[int]] = []
    for i in ordered:
        if runs and i == runs[-1][1] + 1:
            runs[-1][1] = i
        else:
            runs.append([i, i])
    return Span(tuple((document.tokens[first][0], document.tokens[last][1]) for first, last in runs))


def sentence_of(document: Document, token_id: int) -> Fragment:
    """The sentence that a token stands in, as the half-open range of its token ids.

    Raises DataError for a token in no sentence.
    """
    index = bisect_right(document.sentences, token_id, key=_END)
    if index == len(document.sentences) or document.sentences[index][0] > token_id:
        raise DataError(f"{document.id}: token {token_id} stands in no sentence")
    return document.sentences[index]


def tokenize(text: str, *, stops: Collection[int] = ()) -> tuple[tuple[Fragment, ...], tuple[Fragment, ...]]:
    """The canonical tokens of a text and its sentences, as `Document.tokens` and `Document.sentences` want them.

    Made by SoMaJo 2.5 (the extra `data`; users of the data need only the tokens). Each line is a paragraph of its own, so
    neither a token nor a sentence crosses a line feed. A token is the stretch of `text` at SoMaJo's offsets, not SoMaJo's
    own string, from which it drops soft hyphens and the like. `stops` are the offsets of full stops that end a sentence
    where SoMaJo reads an ordinal (*auf Seite 5. Eine Fußnote*). Raises DataError for a stop that is none, and for a text
    that is not in NFC, whose offsets SoMaJo would shift.
    """
    if not unicodedata.is_normalized("NFC", text):
        raise DataError("a text is tokenised in its normal form NFC only")
    if wrong := [stop for stop in sorted(stops) if text[stop : stop + 1] != "."]:
        raise DataError(f"found {text[wrong[0] : wrong[0] + 1]!r} at {wrong[0]}, expected the full stop that ends a sentence")
    somajo = _somajo()
    tokens: list[Fragment] = []
    sentences: list[Fragment] = []
    for line in re.finditer(r"[^\n]*\S[^\n]*", text):
        starts = [line.start(), *(stop + 1 for stop in sorted(stops) if line.start() <= stop < line.end() - 1)]
        for start, end in pairwise([*starts, line.end()]):
            stop = [(end - 1, end)] if end - 1 in stops else []
            for sentence in somajo.tokenize_text([text[start : end - len(stop)]]):
                first = len(tokens)
                tokens += [(start + token.character_offset[0], start + token.character_offset[1]) for token in sentence]
                if len(tokens) > first:
                    sentences.append((first, len(tokens)))
            if stop:
                tokens += stop
                sentences[-1] = (sentences[-1][0], len(tokens))
    return tuple(tokens), tuple(sentences)


@cache
def _somajo() -> SoMaJo:
    from somajo import SoMaJo  # development only: GPL, and its rules take half a second to load

    return SoMaJo("de_CMC", character_offsets=True)
