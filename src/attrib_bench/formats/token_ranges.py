"""Annotations as tables of tokens have them: numbered, and made of runs of token ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from attrib_bench.document import Attribution, DataError, Document, Span
from attrib_bench.tokens import token_ids

TokenRange = list[int]
"""A run of adjacent tokens, ``[begin, end)``: token ids, half-open; a list, as JSON has it."""


def ranges_of(ids: Iterable[int]) -> list[TokenRange]:
    """The runs of adjacent tokens that these ids make up, in their order."""
    ranges: list[TokenRange] = []
    for token in ids:
        if ranges and ranges[-1][1] == token:
            ranges[-1][1] = token + 1
        else:
            ranges.append([token, token + 1])
    return ranges


def ids_of(ranges: Iterable[TokenRange]) -> tuple[int, ...]:
    """The token ids in these ranges, ascending, each once."""
    return tuple(sorted({token for begin, end in ranges for token in range(begin, end)}))


def label_ids(document: Document, attribution: Attribution, label: str) -> tuple[int, ...]:
    """The ids of the tokens that an attribution's `source`, `cue`, `content` or `addressee` covers, none where there is none.

    Raises DataError for a span that covers no token.
    """
    span: Span | None = getattr(attribution, label)
    if span is None:
        return ()
    ids = token_ids(document, span)
    if not ids:
        raise DataError(f"{document.id}: the {label} of attribution {attribution.id!r} covers no token, expected at least one")
    return ids


def numbers(attributions: Sequence[Attribution], *, first: int, taken: Iterable[int] = ()) -> Iterator[int]:
    """The number of each attribution: 7 for ``a7``; for any other id the next one above all that are used or `taken`.

    Numbers begin at `first`.
    """
    named = [re.fullmatch("a(0|[1-9][0-9]{0,8})", attribution.id) for attribution in attributions]
    own = [int(match[1]) if match and int(match[1]) >= first else None for match in named]
    free = max((first - 1, *(number for number in own if number is not None), *taken))
    for number in own:
        if number is None:
            number = free = free + 1
        yield number
