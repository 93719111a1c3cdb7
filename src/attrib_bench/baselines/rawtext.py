"""Documents from raw text: fast tokens and sentences for systems that are to label text nobody has tokenised.

One regular expression finds tokens, another the ends of sentences. They aim at the canonical tokens, which
`attrib_bench.tokens.tokenize` makes: SoMaJo does that better, but a hundred times slower, and is not installed with the package.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import itemgetter

from attrib_bench.document import Document, Fragment
from attrib_bench.files import sha256

_START = itemgetter(0)

_BEFORE_MORE = frozenset(
    """
    Abb Art Aufl Bd Betr Bgm Bsp Dipl Dr Frhr Fr Gen Hbf Hl Hr Hrsg Ing Jh Kap Lt Mag Nr Obj Pfr Prof Ref Reg Sen Sr St Std Str
    Tel Verf Vgl Vol Ziff bspw ca dt ehem einschl engl evtl exkl frz gem gest ggf hl inkl insb kath lat lt max mind nördl od
    röm sog südl tgl ugs urspr usf vgl vs westl zzgl östl
    """.split()
)
"""Abbreviations whose point ends no sentence: something always follows them."""

_MAY_BE_LAST = frozenset(
    """
    Abk Abs Abschn Abt Adr Anm Anz Apr Aug Chr Co Corp Dez Fa Feb Forts Geb Inc Jan Jr Jul Jun Kl Ltd Mio Mrd Nov Okt Pkt Sept
    Tsd bzgl bzw etc ff geb jr jun sen usw verh
    """.split()
)
"""Abbreviations whose point may end the sentence as well."""

_MONTHS = "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember".split()
_NUMBERED = (
    "Jahrhundert Jahrestag Geburtstag Lebensjahr Platz Rang Runde Tag Mal Minute Spieltag Stock Klasse Liga Wahlperiode".split()
)
_BEFORE_ORDINAL = "am der die das dem den des vom zum bis im zur ab seit ihr ihre ihrem ihren sein seine seinem seinen".split()

_CLOSING = r"“”\"»«’‘'›)\]"
_ABBREVIATIONS = "|".join(sorted(_BEFORE_MORE | _MAY_BE_LAST, key=len, reverse=True))
_NAMES_WITH_NUMBER = "|".join(_MONTHS + _NUMBERED)
_AFTER_WORD = "|".join(rf"(?<=\b{word}[ \u00a0]{digits}\.)" for word in _BEFORE_ORDINAL for digits in (r"\d", r"\d\d", r"\d\d\d"))

_TOKEN = re.compile(
    rf"""
    \w++(?:-\w++)*+(?![.@'’′:*/,–-]\S|[.-](?!\w))                            # most words
  | [,;!?„“”"()»«]|\.(?!\.)
  | [^\W\d_]{{6,}}+(?=\.\s)                                                 # longer than any abbreviation
  | (?:{_ABBREVIATIONS})\.(?!\w)                                            # ca., Dr.
  | [^\W\d_](?:[.-]?\w)*+@\w[\w.-]+\w
  | [^\W\d_]\.(?=[ \u00a0]?[^\W_])                                          # z. B., J. Kern
  | (?:https?://|www\.)[^\s<>"„“”»«]*[^\s<>"„“”»«.,;:!?)\]]
  | [^\W\d_]\w*+(?:[-'’′*]\w++|\.(?:de|com|org|net|at|ch|eu|info|tv)\b|:in(?:nen)?\b)*+(?:-(?!\w))?
  | (?=\d)(?:
        \d{{1,3}}\.(?=[ \u00a0](?:[a-zäöü]|(?:{_NAMES_WITH_NUMBER})))       # 3. Mai, der 2. und
      | \d{{1,3}}\.(?=[ \u00a0]\w)(?:{_AFTER_WORD})                         # am 3. Spieltag
      | \d{{1,2}}\.(?=\d{{1,2}}\.)|(?<=\.)\d{{1,2}}\.(?=\d{{4}}\b)          # 3.5., 3.5.2020
      | \d++(?:[.,:/]\d++)*+(?:-?[^\W\d_]++)?(?:-\w++)*+                    # 1.000, 14:30, 20-jährige
    )
  | \.\.++ | '' | -\w++(?:-\w++)*+ | \w++ | \S                              # and what is left
    """,
    re.VERBOSE,
)
_STRETCH = re.compile(r"\S+")
_HANGS_ON_NEXT = re.compile(rf"(?:\b[^\W\d_]|\d)\.[{_CLOSING}]*$|[a-z]\.(?:de|com|org|net|at|ch|eu|info|tv)$|^\d{{1,3}}\.")
"""Stretches whose tokens depend on what follows: initials, ordinals."""
_PARTS: dict[str, tuple[Fragment, ...]] = {}
_N_REMEMBERED = 1 << 18
_END = re.compile(
    rf"[\n.!?…](?:(?<=\n)|[{_CLOSING}]*+(?=[ \t\u00a0]++[^\sa-zäöüß,;:.!?…)\]–—-](?!(?<=\()[^()\n]*\)[ \t]*(?:\n|\Z)))"
    r"|(?<=[a-zäöüß]\.)(?=[A-ZÄÖÜ][a-zäöüß]))"
)
_STARTS_SENTENCE = frozenset(
    """
    Aber Als Am An Auch Auf Aus Bei Beim Da Damit Dabei Dafür Dagegen Dann Das Dem Den Denn Der Des Die Dies Diese Dieser
    Dieses Doch Dort Ein Eine Einen Einer Er Es Für Im In Ihr Ihre Jetzt Man Mit Nach Nun Ob Seine Seit Sie So Trotz Um Und
    Von Vor Wann Was Weil Wenn Wer Wie Wir Zu Zuletzt Zum Zur Zwar
    """.split()
)
_FIRST_WORD = re.compile(r"[\s„“”»«\"‚'(\[]*(\w+)")


def document_of(text: str, *, id: str) -> Document:  # noqa: A002  # the name of the field
    """The document of a text, with tokens and sentences and nothing else, of the collection ``raw``.

    Tokens are fragments of code points, half-open, in order; sentences are half-open ranges of token indices that hold every
    token. A line feed ends a sentence; so do full stop, question mark, exclamation mark and ellipsis, with the quotation marks
    and brackets that close after them, before anything but a word in lower case. A point that belongs to an abbreviation, an
    ordinal or initials ends none. The text is taken as it is: nothing is normalised or corrected.

    Agreement with canonical tokens, as F1 of whole tokens and of ends of sentences: .997 and .996 on `core` (13 articles), .997
    and .961 on GQA train, whose sentences a parser made; ``benchmarks/tagging.py --boundaries`` measures it again.
    """
    tokens, sentences = tokens_and_sentences(text)
    return Document(id=id, collection="raw", text=text, sha256=sha256(text), n_chars=len(text), tokens=tokens, sentences=sentences)


def tokens_and_sentences(text: str) -> tuple[tuple[Fragment, ...], tuple[Fragment, ...]]:
    """The tokens of a text and its sentences, as `Document.tokens` and `Document.sentences` want them."""
    tokens = tuple(_tokens(text))
    sentences: list[Fragment] = []
    first = 0
    for match in _END.finditer(text):
        start, end = match.span()
        last = bisect_left(tokens, end, first, key=_START)
        if last > first and (
            text[start] != "." or _ends_sentence(text, start, end, tokens[bisect_left(tokens, start + 1, first, key=_START) - 1])
        ):
            sentences.append((first, last))
            first = last
    if first < len(tokens):
        sentences.append((first, len(tokens)))
    return tokens, tuple(sentences)


def _tokens(text: str) -> list[Fragment]:
    """The tokens, stretch by stretch between white space; the parts of a stretch that does not hang on the next are remembered."""
    tokens: list[Fragment] = []
    append, known = tokens.append, _PARTS.get
    for match in _STRETCH.finditer(text):
        parts = known(match[0])
        if parts is None:
            parts = _parts(match[0])
        start, end = match.span()
        if parts == _ONE:
            append((start, end))
        elif parts:
            for first, last in parts:
                append((start + first, start + last))
        else:
            while start < end and (token := _TOKEN.match(text, start)) is not None:
                append(token.span())
                start = token.end()
    return tokens


_ONE: tuple[Fragment, ...] = ((0, 0),)


def _parts(stretch: str) -> tuple[Fragment, ...]:
    """The tokens of a stretch: `_ONE` where it is one, none where they depend on what follows."""
    if _HANGS_ON_NEXT.search(stretch):
        return ()
    parts = tuple(token.span() for token in _TOKEN.finditer(stretch))
    parts = _ONE if len(parts) == 1 else parts
    if len(_PARTS) < _N_REMEMBERED:
        _PARTS[stretch] = parts
    return parts


def _ends_sentence(text: str, point: int, end: int, token: Fragment) -> bool:
    """Whether a full stop that stands in this token ends a sentence: a stop of its own does, an abbreviation's may."""
    if token[0] == point:
        return True
    following = _FIRST_WORD.match(text, end)
    return text[token[0] : point] in _MAY_BE_LAST and following is not None and following[1] in _STARTS_SENTENCE
