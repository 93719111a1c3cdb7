"""Attributions of German sentences by rules over word classes: the engine of the system `lexicon`.

Every token becomes one letter, its class; a sentence becomes a string of letters, and the rules are regular expressions over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from attrib_bench.document import Document, Form, Fragment
from attrib_bench.lexicon import CARRIERS, CUE_NOUNS, REPORTING, WORD_CLASSES, cue_verbs, participles, separated_verbs, subjunctives

_MARKS = {
    **dict.fromkeys([".", "!", "?", "…", "...", "?!"], "."),
    ",": ",",
    ";": ";",
    ":": ":",
    **dict.fromkeys(["-", "–", "—", "--"], "-"),
    "(": "(",
    "[": "(",
    ")": ")",
    "]": ")",
    **dict.fromkeys(["„", "»", "“", "”", "«", '"', "''", "‚", "‘", "’"], "'"),
}
_ADJECTIVE = ("e", "en", "er", "es", "em")
_CARRIER_ENDS = (
    "angaben", "informationen", "berichten", "berichte", "aussagen", "erkenntnissen", "erkenntnisstand", "meldungen", "schätzungen",
    "einschätzung", "einschätzungen", "ansicht", "meinung", "auffassung", "worten", "darstellung", "darstellungen", "überzeugung",
    "auskunft", "ermittlungen", "umfragen", "umfrage", "prognosen", "berechnungen", "recherchen", "medienangaben", "annahmen",
    "bericht", "mitteilung", "studie", "meldung", "erhebung", "analyse", "pressemitteilung", "erklärung", "vermutungen",
)  # fmt: skip


class _Classes(dict[str, str]):
    """The class of each word, from the word lists and by shape for the rest; it remembers."""

    def __missing__(self, word: str) -> str:
        found = self[word] = _class_of(word)
        return found


def _class_of(word: str) -> str:
    if word in _MARKS:
        return _MARKS[word]
    lower = word.lower()
    if (closed := _closed().get(lower)) is not None:
        return closed
    if word[0].isupper():
        if word in CUE_NOUNS:
            return "B"
        return "C" if word in CARRIERS or lower.endswith(_CARRIER_ENDS) else "N"
    if word[0].isdigit():
        return "n"
    if lower in participles() or lower == "bekannt":
        return "P"
    if lower in subjunctives():
        return "K"
    if lower in cue_verbs():
        return "V"
    if lower in separated_verbs():
        return "T"
    if len(word) > 3 and word.endswith(_ADJECTIVE):
        return "a"
    return "x" if word[0].isalpha() else "#"


@cache
def _closed() -> dict[str, str]:
    return {word: letter for letter, words in WORD_CLASSES.items() for word in words.split()}


CLASSES = _Classes()

PRONOUNS = frozenset("er sie es wir ich man der die das den dem denen dieser diese dieses sein seine seiner ihr ihre ihrer".split())
"""Sources that name nobody by themselves, in lower case."""

_NOM = r"[dgkn]*(?:x?[an])*[NBCQ]+b*"
_GEN = r"g(?:x?[an])*[NBCQ]+b*"
_VON = r"[vf][dgkn]*(?:x?[an])*[NBCMQ]+b*"
_PP = r"[pXvfz][dgkn]*(?:x?[an])*[NBCMQ]+b*"
_SHORT = rf"{_NOM}(?:{_GEN}|{_VON})*(?:u{_NOM}(?:{_GEN}|{_VON})*)?"
_LONG = rf"{_NOM}(?:{_GEN}|{_PP})*(?:u{_NOM}(?:{_GEN}|{_PP})*)?"
_NP = re.compile(_SHORT)
_FULL = re.compile(rf"{_LONG}(?:,{_LONG},(?=[xrHhmKJVTp]))?")
_RELATIVE = re.compile(r"[pXvfz]?[dg]")
_NOMINAL = re.compile(rf"x*(?:{_LONG}|[og])(?:,{_LONG})*")
_APPOSITION = re.compile(rf",{_SHORT}(?=[,.:;$])")
_LONG_RE = re.compile(_LONG)
_PRONOUN = re.compile("o|g")
_BEFORE_WONACH = re.compile(rf"{_NOM}(?:{_GEN}|{_PP})*(?=,Y)")
_BEFORE_NOUN = re.compile(r"[dgk]?a*$")
_AGENT = re.compile(rf"v({_SHORT})")
_TOWARDS = re.compile(rf"A({_SHORT})")
_PLACE = re.compile(rf"p({_LONG})")
_FINITE = re.compile("[HhmVT]")
_BEFORE_RELATIVE = re.compile(rf"(?={_NOM})(?<![agdkn]){_LONG}(?=,)")
_MORE = re.compile(rf",{_LONG}(?=,)")
_LEAD = re.compile(r"[xuU]*")
_SKIP = re.compile(r"[xri]*")
_ONE_PP = re.compile(rf"(?:{_PP}|[pXz][dg]?M+|M)x*")
_BEFORE_ZUFOLGE = re.compile(rf"(?:[dgkn]*(?:x?[an])*C(?:{_GEN}|{_VON})*|{_LONG})(?=Z)")
_NACH = re.compile(rf"X([dgkn]*(?:x?[an])*N*C)((?:(?:x?a)*[NBCQ]+b*)?(?:{_GEN}|{_PP})*(?:u{_NOM}(?:{_GEN}|{_PP})*)?(?:,{_LONG},?(?=[HhmKJVTxa]))?)")
_NACH_AFTER = re.compile(r"[dgkn]+a*CX")
_TRIGGER = re.compile(r"[VTPLZGXSYBC]")
_LEFT = re.compile(r"[;:]|,(?=[uUcs])|(?<=,)[pXv]?[dg](?=[^,]*,)")
_RIGHT = re.compile(r";|,(?=[uU])")
_CUT = re.compile(r",(?=w)|,?u(?=[VT][^,.])|,S(?=[dgkanNoBC])")
_VERBLIKE = "VHhmKJPyaT"


@dataclass(slots=True)
class Found:
    """An attribution as ranges of a document's tokens, half-open, still in neither scheme."""

    form: Form
    content: list[Fragment]
    cue: list[int] = field(default_factory=list)
    helpers: list[int] = field(default_factory=list)
    """Auxiliaries, *es* and correlates of the cue."""
    source: Fragment | None = None
    carrier: Fragment | None = None
    """What the carrier noun adds to the source of other schemes, joined to it."""
    addressee: Fragment | None = None
    frame: list[Fragment] = field(default_factory=list)
    lemma: str = ""
    sollen: bool = False
    """A sentence of *sollen* in another's words, which some schemes count as free indirect."""
    follows: Found | None = None
    """The attribution whose source it shares without naming it."""


def parse(z: str, w: Sequence[str]) -> list[Found]:
    """The attributions of one sentence, as token ranges within it."""
    found: list[Found] = []
    end = len(z)
    if z.endswith("."):
        end -= 1
    z += "$"
    covered = -1
    for trigger in _TRIGGER.finditer(z):
        i = trigger.start()
        if i < covered:
            continue
        letter = z[i]
        if letter in "VTP":
            one = _verbal(z, w, i, end)
        elif letter in "BC":
            one = _nominal(z, w, i, end)
        else:
            one = _adverbial(z, w, i, end)
        if one is not None:
            one.content = [part for part in one.content if part[0] < part[1]]
            found.append(one)
            if one.frame:
                covered = max(covered, one.frame[-1][1] if letter in "VTP" else i + 1)
    return found


def _nominal(z: str, w: Sequence[str], i: int, end: int) -> Found | None:
    """*der Meinung, dass …*, *die Forderung, … zu …*: a nominal cue counts with its clause only."""
    if z[i + 1] != ",":
        return None
    stop = next((j for j in range(i + 2, end) if z[j] in _BOUND), end)
    clause = z[i + 2 : stop]
    if clause[:1] != "c" and not re.search(r"z[aVPT]$", clause) and not ("K" in clause and w[i] not in _TWO_SIDED):
        return None
    start = max((z.rfind(mark, 0, i) for mark in ",:;q"), default=-1) + 1
    first = _BEFORE_NOUN.search(z, 0, i)
    one = Found(Form.INDIRECT, [(i + 2, stop)], cue=[*range(first.start() if first else i, i + 1)], lemma=w[i].lower())
    finite = next((k for k in range(start, i) if z[k] in "HhmV"), None)
    if finite is not None:
        one.helpers = [finite]
        subject = _FULL.match(z, start + len(_LEAD.match(z, start)[0]), finite)
        if subject is not None and subject.end() == finite:
            one.source = subject.span()
        else:
            one.source = _after(z, finite + 1, i)
            if one.source and one.source[1] > one.cue[0]:
                one.source = None
        if stop == end or z[stop] == ".":
            one.content = [(i + 2, _stop(z, i + 2, end))]
    one.frame = [(start, i + 2)]
    return one


_TWO_SIDED = ("Kritik", "Bericht", "Studie")


def _adverbial(z: str, w: Sequence[str], i: int, end: int) -> Found | None:
    letter = z[i]
    carrier = None
    cue = [i]
    if letter in "LG":
        match = _LONG_RE.match(z, i + 1) or _PRONOUN.match(z, i + 1)
        if match is None:
            return None
        source = match.span()
    elif letter == "Z":
        match = _BEFORE_ZUFOLGE.search(z, 0, i + 1)
        if match is None or match.end() != i:
            return None
        source = match.span()
    elif letter == "X":
        match = _NACH.match(z, i)
        if match is not None:
            source = (i + 1, match.end())
            if match[2]:
                of = match.start(2) + (match[2][0] == "v")
                carrier, source = (i + 1, of), (of, match.end())
        else:
            start = max(0, i - 4)
            match = _NACH_AFTER.search(z, start, i + 1)
            if match is None or match.end() != i + 1:
                return None
            source = (match.start(), i)
    elif letter == "S":
        if i == 0 or z[i - 1] not in ",'q-" or i + 1 >= len(z):
            return None
        match = _NP.match(z, i + 1) or _PRONOUN.match(z, i + 1)
        if match is None or (match.end() < len(z) and z[match.end()] not in ",.:-;xpX'qM$"):
            return None
        if (apposition := _APPOSITION.match(z, match.end())) is not None:
            source = (i + 1, apposition.end())
        else:
            source = match.span()
        return _set_off(z, w, i - 1, source, cue, end)
    else:  # demnach, wonach
        if w[i].lower() == "wonach" or z[i - 1 : i] == ",":
            match = _BEFORE_WONACH.search(z, 0, i + 1)
            stop = z.find(",", i)
            return Found(
                Form.INDIRECT,
                [(i + 1, stop if stop > 0 else end)],
                cue=cue,
                source=match.span() if match else None,
                frame=[(match.start() if match else i, i + 1)],
                lemma="demnach",
            )
        content = [part for part in ((0, i), (i + 1, end)) if part[0] < part[1]]
        return Found(Form.INDIRECT, content, cue=cue, frame=[(i, i + 1)], lemma="demnach")
    low = min([i, source[0], *(carrier or ())])
    high = max([i + 1, source[1]])
    return _around(z, low, high, end, Found(Form.INDIRECT, [], cue=cue, source=source, carrier=carrier, lemma=w[i].lower()))


def _around(z: str, low: int, high: int, end: int, one: Found) -> Found | None:
    """The content of an adverbial cue by the position rule C5."""
    left, right = 0, end
    if low > 0 and high < end:
        for match in _LEFT.finditer(z, 0, low):
            left = match.end() if match.group()[0] in ",;:" else match.start()
        match2 = _RIGHT.search(z, high)
        if match2 is not None:
            right = match2.start()
    while high < right and z[high] == "," :
        high += 1
    one.content = [part for part in ((left, low), (high, right)) if _worded(z, part)]
    one.frame = [(low, high)]
    return one if one.content else None


def _worded(z: str, part: Fragment) -> bool:
    return any(letter not in ",.;:-" for letter in z[part[0] : part[1]])


def _set_off(z: str, w: Sequence[str], comma: int, source: Fragment, cue: list[int], end: int) -> Found | None:
    """*…, so X, …*"""
    stop = next((k for k in range(source[1], len(z)) if z[k] in ",.:;-"), end)
    before = (0, comma if z[comma] in ",-" else comma + 1)
    one = Found(Form.INDIRECT, [before] if before[0] < before[1] else [], cue=cue, source=source, lemma="so")
    one.frame = [(before[1], stop)]
    if stop < end and z[stop] in ",-":
        one.frame = [(before[1], stop + 1)]
        right = _RIGHT.search(z, stop)
        after = (stop + 1, right.start() if right else end)
        if _worded(z, after) and z[stop + 1] not in "uU":
            one.content.append(after)
    return one if one.content else None


_BOUND = ",:;.-q$"


def _verbal(z: str, w: Sequence[str], i: int, end: int) -> Found | None:
    a = i
    while a > 0 and z[a - 1] not in _BOUND:
        a -= 1
    b = i
    n = len(z)
    while b < n and z[b] not in _BOUND:
        b += 1
    word = w[i].lower()
    cue = [i]
    helpers: list[int] = []
    lemma = cue_verbs().get(word, "")
    relative = a > 0 and z[a - 1] == "," and re.match(r"[pXvz]?[dg](?![anNBC]*[VHhmKJT])", z[a:b]) is not None
    sub = z[a] in "scwW" or relative
    tail = z[i + 1 : b]
    if z[a] != "W" and not tail.strip("HhmKJyV") and (wie := z.rfind("W", 0, a)) >= 0 and (wie == 0 or z[wie - 1] in ",-"):
        if _NOMINAL.match(z, wie + 1) and not re.search("[HhmKJVPT]", z[wie:a]):
            a, sub = wie, True
    final = sub and not tail.strip("HhmKJyV")
    finite = i
    passive = False
    if final:
        if z[i] == "T":
            if w[i - 1] != "bekannt":
                return None
            cue.insert(0, i - 1)
        helpers = list(range(i + 1, b))
        passive = any(z[k] == "h" for k in helpers) and lemma != word
    else:
        k = next((k for k in range(i - 1, a - 1, -1) if z[k] in "HhKJm"), None)
        closes = not tail.strip("yHh") or (z[i] == "P" and not tail.strip("yHhxpNMdgan"))
        if k is not None and closes:
            finite = k
            helpers = [k, *[j for j in range(i + 1, b) if z[j] in "yHh"]]
            passive = z[k] == "h" and lemma != word or any(z[j] == "y" and w[j] == "worden" for j in helpers)
        elif z[i] == "P":
            return None
        else:
            particles = separated_verbs().get(word)
            if particles:
                at = next((e for e in _ends(z, b) if w[e - 1].lower() in particles and e - 1 > i), None)
                if at is not None:
                    cue.append(at - 1)
                    lemma = cue_verbs()[w[at - 1].lower() + word]
                    b = at
                elif z[i] == "T":
                    return None
    if z[finite] in "KJ" and not final:
        return None
    # subject
    source, addressee = _subject(z, w, a, b, i, finite, final, relative, passive)
    one = Found(Form.INDIRECT, [], cue=cue, helpers=helpers, source=source, addressee=addressee, lemma=lemma)
    for k in range(a, b):
        if w[k].lower() in ("darauf", "davon", "damit", "daran", "dazu", "darüber", "es") or z[k] == "r":
            if z[k] != "e" or k == finite + 1 or (k == a and k == finite - 1):
                one.helpers.append(k)
    if z[a] == "W":
        return _wie(z, w, a, b, end, one)
    if finite == a and a > 0 and z[a - 1] in ",-q" and not final:
        before_quote = z[a - 1] == "q" or (a > 1 and z[a - 2] == "q")
        head = z[: a - 1] if z[a - 1] in ",-" else z[:a]
        if before_quote or not _is_subject(head):
            following = z[b + 1 : b + 2]
            if z[b] == "," and following == "c" and not before_quote:
                return _content_after(z, w, a, b, end, one, final)
            if z[finite] in "KJm" or source is None or z[finite + 1 : source[0]].strip("xri"):
                if not before_quote:
                    return None
            return _inverted(z, w, a, b, end, one, before_quote)
        match = _LONG_RE.match(z, len(head) - len(head.lstrip("xuU")))
        if match is not None:
            stop = match.end()
            while (more := _MORE.match(z, stop, a)) is not None:
                stop = more.end()
            one.source = (match.start(), stop)
        one.addressee = source if source and source[0] > i and source[0] >= a else one.addressee
    return _content_after(z, w, a, b, end, one, final)


def _is_subject(head: str) -> bool:
    """Whether what stands before a comma and a verb is the verb's subject, with appositions or a relative clause."""
    if _NOMINAL.fullmatch(head):
        return True
    first, *rest = head.split(",")
    return bool(
        rest
        and _RELATIVE.match(rest[0])
        and rest[-1][-1:] in tuple("HhmVaxPTK")
        and not re.search("[HhmKJVT]", first)
        and first[:1] in tuple("dgNnaxkC")
    )


def _ends(z: str, b: int) -> Iterator[int]:
    """Ends of the segment that stops at b and of the two after it, where a particle may stand."""
    for _ in range(3):
        yield b
        if b >= len(z) or z[b] != ",":
            return
        b += 1
        while b < len(z) and z[b] not in _BOUND:
            b += 1


def _subject(
    z: str, w: Sequence[str], a: int, b: int, i: int, finite: int, final: bool, relative: bool, passive: bool
) -> tuple[Fragment | None, Fragment | None]:
    addressee = None
    source: Fragment | None = None
    if final:
        start = _SKIP.match(z, a + 1)
        at = start.end() if start else a + 1
        np = _NP.match(z, at, i)
        if z[at] == "o" and at < i:
            source = (at, at + 1)
        elif np is not None and not relative:
            more = _MORE.match(z, np.end())
            source = (np.start(), more.end() if more else np.end())
        elif relative:
            at = a + (z[a] in "pXvz")
            if at > a and (passive or z[at + 1] == "e"):
                before = next((match for match in _BEFORE_RELATIVE.finditer(z, 0, a) if match.end() == a - 1), None)
                source = before.span() if before else None
                return source, None
            source = (at + 1, at + 2) if z[at + 1] == "o" else (at, at + 1)
    else:
        lead = _LEAD.match(z, a, finite)
        start_at = lead.end() if lead else a
        pre = _FULL.match(z, start_at, finite)
        dative = w[start_at].lower() in ("dem", "den", "einem", "ihm", "ihnen", "ihren", "seinem", "seinen", "einen")
        if finite > a and z[finite - 1] == "u" and not passive:
            source = _first_subject(z, w, finite - 1)
        elif z[finite + 1] == "o" and finite > a and not passive:
            source = (finite + 1, finite + 2)
            if pre is not None and pre.end() == finite:
                addressee = pre.span()
        elif start_at < finite and z[start_at] in "og" and start_at + 1 == finite:
            source = (start_at, start_at + 1)
        elif pre is not None and not z[pre.end() : finite].strip("xr") and start_at < finite and not dative:
            source = pre.span()
        elif start_at < finite and z[start_at] == "e":
            source = None
        else:
            if pre is not None and dative and pre.end() == finite:
                addressee = pre.span()
            source = _after(z, finite + 1, b)
    if cue_verbs().get(w[i].lower()) == "zitieren":
        if not passive and source is not None and source[1] <= i:
            source = _after(z, finite + 1, b) or source
        return source, None
    if passive:
        addressee = source or addressee
        source = None
        match = _AGENT.search(z, a, b) or _place(z, w, a, b)
        if match is not None:
            source = match.span(1)
    if source is None and w[i].lower() in ("heißt", "hieß", "steht", "geheißen", "lautet", "lautete"):
        match = _place(z, w, a, b)
        if match is not None:
            source = match.span(1)
    if addressee is None:
        match = _TOWARDS.search(z, a, b)
        if match is not None:
            addressee = match.span(1)
    if addressee is None and source is not None and not passive and source[1] < b:
        at = source[1] if source[1] > i else i + 1
        if at < b and w[at].lower() in ("dem", "den", "einem") and (match := _NP.match(z, at, b)):
            addressee = match.span()
    return source, addressee


def _first_subject(z: str, w: Sequence[str], stop: int) -> Fragment | None:
    """The subject of the first conjunct, which the second shares (S10)."""
    start = max(z.rfind(mark, 0, stop) for mark in ";:q") + 1
    lead = _LEAD.match(z, start)
    at = lead.end() if lead else start
    if z[at] in "og":
        return (at, at + 1) if z[at + 1] in "HhmVTx" else None
    match = _FULL.match(z, at, stop)
    if match is not None and w[at].lower() not in ("dem", "den"):
        return match.span()
    finite = _FINITE.search(z, at, stop)
    return _after(z, finite.end(), stop) if finite else None


def _place(z: str, w: Sequence[str], a: int, b: int) -> re.Match[str] | None:
    """The phrase with *in* or *aus* that names a document or body which speaks."""
    for match in _PLACE.finditer(z, a, b):
        if w[match.start()].lower() in ("in", "im", "aus", "auf"):
            return match
    return None


def _after(z: str, at: int, b: int) -> Fragment | None:
    """The subject behind the verb: the next noun phrase, over adverbs and prepositional phrases."""
    for _ in range(3):
        skip = _SKIP.match(z, at)
        at = skip.end() if skip else at
        if at >= len(z):
            return None
        if z[at] == "o" or (z[at] in "g" and at + 1 == b):
            return at, at + 1
        np = _NP.match(z, at)
        if np is not None:
            apposition = _APPOSITION.match(z, np.end())
            return at, apposition.end() if apposition else np.end()
        pp = _ONE_PP.match(z, at)
        if pp is None or pp.end() == at:
            return None
        at = pp.end()
    return None


def _wie(z: str, w: Sequence[str], a: int, b: int, end: int, one: Found) -> Found | None:
    one.helpers.append(a)
    if a == 0 or not _worded(z, (0, a)):
        if b >= end or z[b] != ",":
            return None
        one.frame = [(a, b + 1)]
        one.content = [(b + 1, _stop(z, b + 1, end))]
        return one
    if z[a - 1] not in ",-":
        return None
    one.content = [(0, a - 1)]
    one.frame = [(a - 1, b)]
    if b < end and z[b] in ",-":
        one.frame = [(a - 1, b + 1)]
        if b + 1 < end and z[b + 1] not in "uU":
            one.content.append((b + 1, _stop(z, b + 1, end)))
    return one


def _inverted(z: str, w: Sequence[str], a: int, b: int, end: int, one: Found, quote: bool) -> Found | None:
    comma = a - 1 if z[a - 1] in ",-" else a
    stop = max(b, one.source[1] if one.source else 0)
    while stop < end and z[stop] not in ",:;.-q":
        stop += 1
    if quote:
        one.form = Form.DIRECT
        start = comma
        while start > 0 and z[start - 1] == "q":
            start -= 1
        one.content = [(start, comma)]
    else:
        one.content = [(0, comma)]
    one.frame = [(comma, stop)]
    if stop < end and z[stop] in ",:-":
        one.frame = [(comma, stop + 1)]
        if z[stop + 1] == "q":
            k = stop + 1
            while k < len(z) and z[k] == "q":
                k += 1
            one.content.append((stop + 1, k))
        elif not quote and z[stop + 1] not in "uUsdgpw":
            one.content.append((stop + 1, _stop(z, stop + 1, end)))
    return one


def _stop(z: str, start: int, end: int) -> int:
    cut = _CUT.search(z, start + 1, end)
    return cut.start() if cut else end


def _is_relative(segment: str) -> bool:
    match = _RELATIVE.match(segment)
    if match is None or segment[-1] not in _VERBLIKE + "x":
        return False
    if re.search("[HhmKJ]", segment[:-2]):
        return False
    return segment[-1] in "HhmKJPV" or segment[match.end() : match.end() + 1] not in tuple("aNnBC")


def _clausal(z: str, start: int, end: int) -> bool:
    """Whether what follows the comma of a cue clause is a clause that can be its content."""
    close = next((j for j in range(start, end) if z[j] in _BOUND), end)
    segment = z[start:close]
    if not segment or segment[0] in "uUs" or segment[:2] == "Sc":
        return bool(segment) and segment[0] not in "uU" and re.search("[KJ]", z[start:end]) is not None and segment[:2] != "Sc" and segment[0] == "s"
    if segment[0] in "cw" or re.match(r"[^,]*z[aVPT](?=[,.u$])", z[start : close + 1]):
        return True
    if _is_relative(segment) and not re.search("[KJ]", z[close:end]):
        return False
    if re.search("[KJ]", z[start:end]):
        return True
    return re.match(rf"x*(?:{_LONG}|{_PP}|[oed])x*[HhmVTxa]", segment) is not None


def _content_after(z: str, w: Sequence[str], a: int, b: int, end: int, one: Found, final: bool) -> Found | None:
    frame_start = 0
    for match in re.finditer(r";|,(?=[uU])", z[:a]):
        frame_start = match.end()
    if b < len(z) and z[b] == "q" or (b + 1 < len(z) and z[b] in ":," and z[b + 1] == "q"):
        k = b if z[b] == "q" else b + 1
        e = k
        while e < len(z) and z[e] == "q":
            e += 1
        if z[b] == ":" or e >= end or e - k > 5:
            one.form = Form.DIRECT
            one.content = [(k, e)]
            one.frame = [(frame_start, k)]
            return one
    if b < end and z[b] == ":":
        one.content = [(b + 1, end)]
        one.frame = [(frame_start, b + 1)]
        return one
    k = b
    for _ in range(3):
        if k >= end or z[k] != ",":
            break
        following = z[k + 1] if k + 1 < end else "."
        close = next((j for j in range(k + 1, end) if z[j] in _BOUND), end)
        if following in "cw" or re.match(r"[^,]*z[aVP](?=[,.u$])", z[k + 1 : close + 1]):
            break
        if z[close] == "," and _is_relative(z[k + 1 : close]) and z[close + 1] not in "uU":
            if re.search("[VP][HhmKJy]*$", z[k + 1 : close]) and z[close + 1] == "c":
                return None
            k = close
            continue
        break
    if k < end and z[k] == ",":
        following = z[k + 1] if k + 1 < end else "."
        if _clausal(z, k + 1, end):
            one.content = [(k + 1, _stop(z, k + 1, end))]
            one.frame = [(frame_start, k + 1)]
            return one
    if not final and a == 0 and z[0] == "d" and w[0] in ("Das", "Dies") and z[1] in "VThHw" and one.source != (0, 1):
        one.content = [(0, 1)]
        one.frame = [(1, end)]
        one.addressee = None
        return one
    if one.lemma in REPORTING and not final:
        one.form = Form.REPORTED
        stop = next((j for j in range(b, len(z)) if z[j] in ";" or z[j : j + 2] in (",u", ",U", ",s", ",w")), end)
        one.content = [(frame_start, stop)]
        return one
    return None


_BRACKET = re.compile(r"\([^().']{1,8}\)")
_FREE = re.compile(r"[KJ]")


def attributions(
    text: str, words: Sequence[str], tokens: Sequence[Fragment], sentences: Sequence[Fragment]
) -> list[Found]:
    """The attributions of a document whose tokens read `words`, in the order of its sentences."""
    letters = "".join(map(CLASSES.__getitem__, words))
    letters = _BRACKET.sub(lambda match: "b" * len(match[0]), letters)
    quotes: list[Fragment] = []
    if "'" in letters:
        letters, quotes = _quotations(letters, words, text, tokens)
    found: list[Found] = []
    last: Found | None = None
    since = 9
    known = set(quotes)
    used: set[Fragment] = set()
    waiting = 0
    before: Fragment | None = None
    before_attributed = False
    for first, stop in sentences:
        z = letters[first:stop]
        own = parse(z, words[first:stop])
        since += 1
        if len(own) == 1 and own[0].content == [(0, 1)] and before is not None and not before_attributed:
            own[0].content.insert(0, (before[0] - first, before[1] - first))
        for one in own:
            _shift(one, first)
        if own and not own[0].content and found and found[-1].content[-1] in known and found[-1].content[-1][1] >= first - 1:
            for name in ("source", "cue", "helpers", "frame", "addressee", "lemma"):  # the frame of the quotation before it
                setattr(found[-1], name, getattr(own[0], name))
            found[-1].carrier = found[-1].follows = None
            last, since = found[-1], 0
        own = [one for one in own if one.content]
        for one in own:
            one.content = [_whole(part, quotes) for part in one.content]
            used.update(part for part in one.content if part in known)
        if own:
            last = next((one for one in own if one.source is not None), own[-1])
            since = 0
        elif last is not None and since <= 3:
            free = _continued(z, words, first, stop) or (since <= 1 and "m" in z and _should(z, words, first, stop)) or None
            if free is not None:
                free.source, free.carrier, free.lemma, free.follows = last.source, last.carrier, last.lemma, last
                previous = found[-1] if found else None
                if (
                    previous is not None
                    and previous.form is free.form is Form.FREE_INDIRECT
                    and previous.sollen == free.sollen
                    and previous.content[0][1] == first
                ):
                    previous.content[0] = (previous.content[0][0], free.content[0][1])
                    own_free = previous
                else:
                    own.append(free)
                    own_free = free
                since = 0
        while waiting < len(quotes) and quotes[waiting][1] <= stop:
            quote = quotes[waiting]
            waiting += 1
            if quote in used:
                continue
            direct = _unframed(letters, words, quote, first, stop, own, last if since <= 2 else None, bool(own))
            if direct is not None:
                own.append(direct)
                if direct.source is not None:
                    last = direct
                since = 0
        own = [one for one in own if one.form is not Form.REPORTED or not any(one.content[0][0] <= a and b <= one.content[0][1] for a, b in quotes)]
        found += own
        before, before_attributed = (first, stop - (letters[stop - 1] == ".")), bool(own)
    return found


def _unframed(
    letters: str, words: Sequence[str], quote: Fragment, first: int, stop: int, own: Sequence[Found], last: Found | None, attributed: bool
) -> Found | None:
    """A quotation that no cue verb governs: part of an attribution around it, after a colon, or going on with the last source."""
    a, b = quote
    direct = Found(Form.DIRECT, [quote])
    around = next((one for one in own if any(s <= a and b <= e for s, e in one.content)), None)
    if around is None and own:
        around = own[0]
    if around is not None and around.form is Form.FREE_INDIRECT:
        direct.follows = around
        around = last
    if around is not None:
        direct.source, direct.carrier, direct.addressee, direct.lemma = around.source, around.carrier, around.addressee, around.lemma
        direct.cue, direct.helpers, direct.frame = around.cue, around.helpers, around.frame
        if around.form is Form.REPORTED:
            s, e = around.content[0]
            direct.frame = [part for part in ((s, a), (b, e)) if part[0] < part[1]]
            direct.helpers = [*around.helpers, *(i for i in range(s, a) if words[i] == "als")]
        return direct
    long = b - a > 7 or (b - a > 4 and (a <= first or letters[a - 1] == ":"))
    if not long:
        return None
    if a > first and letters[a - 1] == ":":
        z = letters[first:a]
        lead = _LEAD.match(z)
        subject = _FULL.match(z, lead.end() if lead else 0)
        if subject is not None:
            direct.source = (first + subject.start(), first + subject.end())
            direct.frame = [(first, a)]
            return direct
    if last is not None:
        direct.follows = last
        direct.source, direct.carrier, direct.addressee, direct.lemma = last.source, last.carrier, last.addressee, last.lemma
        direct.cue, direct.helpers, direct.frame = last.cue, last.helpers, last.frame
        return direct
    return direct if a <= first else None


def _whole(part: Fragment, quotes: Sequence[Fragment]) -> Fragment:
    """A part of a content that is the end of a longer quotation, or its start, made whole."""
    for a, b in quotes:
        if a < part[0] < b <= part[1] or part[0] == a < part[1] < b:
            return (min(a, part[0]), max(b, part[1]))
    return part


_SUBJUNCTIVE = re.compile(rf"K|[NBCboe](a)(?=[^aNnBCQ])|^x*(?:{_LONG}|{_PP}|[oedg])(?:J)")
_CONDITION = frozenset({"wenn", "falls", "sonst", "Wenn", "Falls"})


def _continued(z: str, words: Sequence[str], first: int, stop: int) -> Found | None:
    """The sentence as free indirect speech, by its Konjunktiv (7.1): the first form is distinct, or may stand for one that is not."""
    if "q" in z and not z.strip("q.,'"):
        return None
    for match in _SUBJUNCTIVE.finditer(z):
        if match[1] is not None:
            verb = words[first + match.start(1)]
            if verb.endswith("te") or not verb.endswith("e"):
                continue
        elif match[0][-1] == "J" and not _CONDITION.isdisjoint(words[first:stop]):
            continue
        return Found(Form.FREE_INDIRECT, [(first, stop)])
    return None


def _should(z: str, words: Sequence[str], first: int, stop: int) -> Found | None:
    for k in range(first, stop):
        if words[k] in ("soll", "sollen", "Soll", "Sollen"):
            return Found(Form.FREE_INDIRECT, [(first, stop)], sollen=True)
    return None


def _shift(one: Found, by: int) -> None:
    one.content = [(a + by, b + by) for a, b in one.content]
    one.frame = [(a + by, b + by) for a, b in one.frame]
    one.cue = [i + by for i in one.cue]
    one.helpers = [i + by for i in one.helpers]
    for name in ("source", "carrier", "addressee"):
        span = getattr(one, name)
        if span is not None:
            setattr(one, name, (span[0] + by, span[1] + by))


def _quotations(letters: str, words: Sequence[str], text: str, tokens: Sequence[Fragment]) -> tuple[str, list[Fragment]]:
    """The classes with quoted speech as ``q`` and quoted names as nouns, and where the speech stands."""
    chars = list(letters)
    quotes: list[Fragment] = []
    start: int | None = None
    mark = letters.find("'")
    while mark >= 0:
        word = words[mark]
        opens = word in "„»‚" or (start is None and word in ("“", '"', "''", "«"))
        if start is not None and text and text.find("\n", tokens[start][0], tokens[mark][0]) >= 0:
            start, opens = None, opens or word in ('"', "''")
        if opens:
            start = mark
        elif start is not None and word not in "‘’":
            inner = letters[start + 1 : mark]
            if inner:
                lower = sum(words[k][0].islower() for k in range(start + 1, mark))
                if words[start + 1][0].islower() or lower > 3 or (lower > 1 and len(inner) > 5) or inner[-1] == ".":
                    speech = words[start + 1][0].isupper() or len(inner) > 2 or lower > 0
                else:
                    speech = False
                if speech:
                    quotes.append((start, mark + 1))
                    part = words[start + 1][0].islower() and start > 0 and letters[start - 1] not in ",.:;-'"
                    chars[start : mark + 1] = ("Q" if part else "q") * (mark + 1 - start)
                else:
                    chars[start : mark + 1] = "N" * (mark + 1 - start)
            start = None
        mark = letters.find("'", mark + 1)
    return "".join(chars), quotes


def letters_of(words: Sequence[str]) -> str:
    """The classes of some words, with quoted speech as ``q``."""
    letters = "".join(map(CLASSES.__getitem__, words))
    return _quotations(letters, words, "", [])[0] if "'" in letters else letters


def noun_phrase(words: Sequence[str]) -> Fragment | None:
    """The noun phrase that some words begin with, as a range of them."""
    match = _LONG_RE.match(letters_of(words))
    return match.span() if match else None


def subject(words: Sequence[str]) -> Fragment | None:
    """The subject of a sentence's first main clause, as a range of its words."""
    return _first_subject(letters_of(words) + "$", words, len(words))
