"""German words as letters, one for each class, so that a sentence is a short string and a rule a regular expression over it.

Letters of closed classes are the keys of `attrib_bench.lexicon.WORD_CLASSES`. Besides:

    N  noun or name                        V  cue verb, finite or a form that may be
    C  carrier noun (list K)               P  cue verb, participle; adjective that is a cue
    B  nominal cue                         T  finite part of a separable cue verb
    a  what ends like an adjective         n  number
    I  infinitive with *zu* inside
    x  any other word                      #  any other sign
    q  quoted speech                       Q  quoted part of a clause
    b  bracket after a noun                '  quotation mark that closes or opens nothing
    , ; : . - ( )  themselves, and what is written for them
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from attrib_bench.document import Fragment
from attrib_bench.lexicon import (
    CARRIER_ENDS,
    CARRIERS,
    CUE_NOUNS,
    PREDICATES,
    WORD_CLASSES,
    cue_verbs,
    participles,
    separated_verbs,
    subjunctives,
)

_MARKS = {
    **{mark: mark for mark in ",;:()"},
    **dict.fromkeys([".", "!", "?", "…", "...", "?!"], "."),
    **dict.fromkeys(["-", "–", "—", "--"], "-"),
    "/": "N",  # as in *SPD / Grüne*
    "[": "(",
    "]": ")",
    **dict.fromkeys(["„", "»", "“", "”", "«", '"', "''", "‚", "‘", "’"], "'"),
}
_ADJECTIVE = ("e", "en", "er", "es", "em")
_ZU_INSIDE = re.compile(
    r"(?:ab|an|auf|aus|bei|da|durch|ein|empor|entgegen|entlang|fern|fest|fort|frei|her\w*|hin\w*|los|mit|nach|nieder|statt|teil|um|"
    r"unter|vor\w*|weg|weiter|wieder|zurück|zusammen|zu|über\w*)zu\w+e?n$"
)
_BRACKET = re.compile(r"\([^()]{1,14}\)")
_FRAME_BEHIND = re.compile(",[VT]")
_LONG_SPEECH = 5  # tokens: a longer quotation with two words in lower case is speech, a shorter one may be a title


class _Classes(dict[str, str]):
    """The class of each word that was asked for."""

    def __missing__(self, word: str) -> str:
        found = _class_of(word)
        if len(self) < 1 << 20:  # a bound on what is remembered
            self[word] = found
        return found


def _class_of(word: str) -> str:
    if (letter := _MARKS.get(word)) is not None:
        return letter
    lower = word.lower()
    if (letter := _closed().get(lower)) is not None:
        return letter
    if word[0].isupper():
        if word in CUE_NOUNS:
            return "B"
        return "C" if word in CARRIERS or lower.endswith(CARRIER_ENDS) else "N"
    if word[0].isdigit():
        return "n"
    if lower in participles() or lower in PREDICATES:
        return "P"
    if lower in subjunctives():
        return "K"
    if lower in cue_verbs():
        return "V"
    if lower in separated_verbs():
        return "T"
    if "." in word:
        return "N"  # the name of a site
    if _ZU_INSIDE.match(word):
        return "I"
    if len(word) > 3 and word.endswith(_ADJECTIVE):
        return "a"
    return "x" if word[0].isalpha() else "#"


@cache
def _closed() -> dict[str, str]:
    return {word: letter for letter, words in WORD_CLASSES.items() for word in words.split()}


_CLASSES = _Classes()


def classes(words: Sequence[str], *, breaks: Sequence[int] = ()) -> tuple[str, list[Fragment]]:
    """A letter for each word, and the quoted speech as ranges of words, in text order.

    `breaks` are the words that begin a paragraph, ascending: no quotation crosses one.
    """
    letters = "".join(map(_CLASSES.__getitem__, words))
    if "(" in letters:
        letters = _BRACKET.sub(lambda match: "b" * len(match[0]), letters)
    return _quotations(letters, words, breaks) if "'" in letters else (letters, [])


def _quotations(letters: str, words: Sequence[str], breaks: Sequence[int]) -> tuple[str, list[Fragment]]:
    """The letters with quoted speech as ``q`` or ``Q`` and quoted names as nouns, and where the speech stands."""
    found = list(letters)
    speech: list[Fragment] = []
    start: int | None = None
    mark = letters.find("'")
    next_break = 0
    while mark >= 0:
        while next_break < len(breaks) and breaks[next_break] <= mark:
            if start is not None and breaks[next_break] > start:
                start = None
            next_break += 1
        word = words[mark]
        if word in "„»‚" or (start is None and word in ("“", '"', "''", "«")):
            start = mark
        elif start is not None and word not in "‘’":
            if mark > start + 1:
                letter = _quoted(letters, words, start, mark)
                found[start : mark + 1] = letter * (mark + 1 - start)
                if letter != "N":
                    speech.append((start, mark + 1))
            start = None
        mark = letters.find("'", mark + 1)
    return "".join(found), speech


def _quoted(letters: str, words: Sequence[str], start: int, mark: int) -> str:
    """What stands between two marks: speech of its own, speech that is part of a clause, or a name (section 7.1, Q-test)."""
    n_lower = sum(word[0].islower() for word in words[start + 1 : mark])
    begins_lower = words[start + 1][0].islower()
    follows_as = start > 0 and words[start - 1] == "als"
    is_framed = letters[start - 1 : start] == ":" or _FRAME_BEHIND.match(letters, mark + 1) is not None
    is_clause = n_lower > 3 or (n_lower > 1 and mark - start - 1 > _LONG_SPEECH) or letters[mark - 1] == "."
    if not (is_framed or is_clause or begins_lower or follows_as):
        return "N"
    is_part = (begins_lower or follows_as) and start > 0 and letters[start - 1] not in ",.:;-'"
    return "Q" if is_part else "q"
