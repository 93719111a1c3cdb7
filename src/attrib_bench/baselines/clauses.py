"""Attributions of German text by rules over word classes: the engine of the system `lexicon`.

Every word is a letter (`wordclasses` has the table), a sentence a string, and the rules are regular expressions over it. A
sentence is read from trigger to trigger: adverbial cues (*laut, nach Angaben, zufolge, so, demnach*), nominal ones with a
clause of their own, and verbs with the clause that they govern, before or after. What lies between sentences follows:
quotations that nobody frames, and Konjunktiv sentences that go on with the last source. In brackets are the codebook's rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from attrib_bench.baselines.wordclasses import classes
from attrib_bench.document import Form, Fragment
from attrib_bench.lexicon import REPORTING, cue_verbs, separated_verbs

# --- Phrases --------------------------------------------------------------------------------------------------------

_NOUN = "[NBCQ]+b*"
_NOMINAL = rf"[dgkn]*(?:x?[an])*{_NOUN}"
_GENITIVE = rf"g[dn]*(?:x?[an])*{_NOUN}"
_OF = r"[vf][dgkn]*(?:x?[an])*[NBCMQ]+b*"
_PREPOSITIONAL = r"[pXvfz][dgkn]*(?:x?[an])*[NBCMQ]+b*"
_SHORT = rf"{_NOMINAL}(?:{_GENITIVE}|{_OF})*(?:u{_NOMINAL}(?:{_GENITIVE}|{_OF})*)?"
"""A noun phrase where what follows it may not belong to it: genitives, *von* and *für* alone are taken in."""
_LONG = rf"{_NOMINAL}(?:{_GENITIVE}|{_PREPOSITIONAL})*(?:u{_NOMINAL}(?:{_GENITIVE}|{_PREPOSITIONAL})*)?"
"""A noun phrase in a place of its own, such as before the finite verb: all prepositional phrases are taken in."""

_SHORT_PHRASE = re.compile(_SHORT)
_LONG_PHRASE = re.compile(_LONG)
_FOREFIELD = re.compile(rf"{_LONG}(?:,{_LONG},(?=[xrHhmKJVTp]))?")
_SUBJECT_ALONE = re.compile(rf"x*(?:{_LONG}|[og])(?:,{_LONG})*")
_APPOSITION = re.compile(rf",{_SHORT}(?=[,.:;$])")
_NEXT_APPOSITION = re.compile(rf",{_LONG}(?=,)")
_PRONOUN = re.compile("o|g")
_LEAD = re.compile("[xuU]*")
_BETWEEN = re.compile("[xri]*")
_ADJUNCT = re.compile(rf"(?:{_PREPOSITIONAL}|[pXz][dg]?M+|M)x*")
_AGENT = re.compile(rf"v({_SHORT})")
_TOWARDS = re.compile(rf"A({_SHORT})")
_PLACE = re.compile(rf"p({_LONG})")

# --- Cues -----------------------------------------------------------------------------------------------------------

_TRIGGER = re.compile("[VTPLZGXSYBC]")
_NACH = re.compile(
    rf"X([dgkn]*(?:x?[an])*N*C)"
    rf"((?:(?:x?a)*{_NOUN})?(?:{_GENITIVE}|{_OF})*(?:u{_NOMINAL}(?:{_GENITIVE}|{_OF})*)?"
    rf"(?:{_PREPOSITIONAL}(?=[HhmKJVT,]))?(?:,{_LONG}(?=,?[HhmKJVTxa]))?)"
)
_NACH_BEHIND = re.compile("[dgkn]+a*CX")
_CARRIER_ZUFOLGE = re.compile(rf"(?:[dgkn]+(?:x?[an])*|(?<![oNe])a|)C(?:a+[NBCQ]+)?(?:{_GENITIVE}|{_OF})*(?=Z)")
_PHRASE_ZUFOLGE = re.compile(rf"{_LONG}(?=Z)")
_PHRASE_WONACH = re.compile(rf"{_NOMINAL}(?:{_GENITIVE}|{_PREPOSITIONAL})*(?=,Y)")
_BEFORE_NOUN = re.compile("[dgk]?a*$")
_ZU = "(?:z[aVPTHhmxd]|I)"
_ENDS_IN_ZU = re.compile(f"{_ZU}$")
_FINITE = re.compile("[HhmVT]")
_SECOND_CUE = re.compile("u[xr]?[VTH]")

_BOUNDS = ",:;.-q$"
_NEXT_BOUND = re.compile("[-,:;.q$]")
_NEXT_MARK = re.compile("[-,:;.$]")
_LEFT_OF_CLAUSE = re.compile(r"[;:]|,(?=[uUcs])|(?<=,)[pXv]?[dg](?=[^,]*,)")
_RIGHT_OF_CLAUSE = re.compile(f";|,(?=[uU]|[dgk]?a*{_NOUN}[HhmVT])")
_MAIN_BEHIND = re.compile(",(?=[HhmVTK])")
_START_OF_FRAME = re.compile(";|,(?=[uU])")
_END_OF_CONTENT = re.compile(",(?=w)|,?u(?=[VT](?:[^,.]|,c))|,S(?=[dgkanNoBC])")
_RELATIVE = re.compile("[pXvfz]?[dg]")
_RELATIVE_CUE = re.compile("[pXvz]?[dg](?![anNBC]*[VHhmKJT])")
_ANTECEDENT = re.compile(rf"(?={_NOMINAL})(?<![agdkn]){_LONG}(?=,)")
_ZU_CLAUSE = re.compile(f"[^,]*{_ZU}(?=[-,.;u$pf])")
_VERB_SECOND = re.compile(rf"x*(?:{_LONG}|{_PREPOSITIONAL}|[oed])x*[HhmVTxa]")
_SUBJUNCTIVE = re.compile(rf"K|[NBCboe](a)(?=[^aNnBCQ])|^x*(?:{_LONG}|{_PREPOSITIONAL}|[oedg])J")
_PHRASE_AND_SUBJUNCTIVE = re.compile(rf"{_SHORT}[KJ]")
_ANY_SUBJUNCTIVE = re.compile("[KJ]")
_ANY_VERB = re.compile("[HhmKJVPT]")

_CORRELATES = frozenset({"darauf", "davon", "damit", "daran", "dazu", "darüber", "es"})
_DATIVES = frozenset({"dem", "den", "einem", "ihm", "ihnen", "ihren", "seinem", "seinen", "einen"})
_SPEAKING_TEXTS = frozenset({"heißt", "hieß", "steht", "geheißen", "lautet", "lautete"})
_PARTICLES = frozenset("statt ein ab an auf vor aus bei teil um durch heraus zurück weg nieder zu entgegen her hin los".split())
_ASKING = frozenset("fragen sagen erklären mitteilen berichten bekanntgeben schildern beschreiben verraten".split())
_TELLING = frozenset(
    """
    sagen mitteilen erklären erzählen berichten schreiben versichern versprechen zusichern zusagen vorwerfen empfehlen raten abraten
    antworten entgegnen erwidern drohen vorschlagen bestätigen
    """.split()
)
"""Verbs that tell somebody in the dative."""
_ADDRESSING = frozenset("auffordern bitten warnen informieren unterrichten anweisen drängen mahnen fragen beschuldigen".split())
"""Verbs that take who is told in the accusative."""
_DEGREES = frozenset({"sehr", "viel", "viele", "gut", "lange"})
_CONDITIONS = frozenset({"wenn", "falls", "sonst", "Wenn", "Falls"})
_SHALL = frozenset({"soll", "sollen", "Soll", "Sollen"})

_MEMORY = 3  # sentences for which a source is remembered, after the last attribution
_SHORT_MEMORY = 2  # the same for a quotation without a frame, and for *sollen*
_LEAST_SPEECH = 7  # tokens of a quotation that is one without any frame, marks included; fewer where it opens the sentence
_LEAST_OPENING = 4
_LEAST_WHOLE = 5  # tokens of a quotation after a comma that is the content by itself


@dataclass(slots=True)
class Found:
    """An attribution as words of a document: ranges are half-open; it is in no scheme yet."""

    form: Form
    content: list[Fragment]
    cue: list[int] = field(default_factory=list)
    helpers: list[int] = field(default_factory=list)
    """Auxiliaries, *es*, *sich* and correlates that go with the cue."""
    source: Fragment | None = None
    carrier: Fragment | None = None
    """The carrier noun (S8) that stands before the source, with the *von* between them."""
    addressee: Fragment | None = None
    frame: list[Fragment] = field(default_factory=list)
    """The cue clause; the content may stand inside."""
    lemma: str = ""
    shall: bool = False
    """A sentence of *sollen* that goes on with the last source."""
    follows: Found | None = None
    """The attribution whose source it shares without naming it (`continues`)."""

    def shifted(self, by: int) -> Found:
        """The same, further on in the document."""
        self.content = [(start + by, end + by) for start, end in self.content]
        self.frame = [(start + by, end + by) for start, end in self.frame]
        self.cue = [i + by for i in self.cue]
        self.helpers = [i + by for i in self.helpers]
        self.source, self.carrier, self.addressee = (
            None if span is None else (span[0] + by, span[1] + by) for span in (self.source, self.carrier, self.addressee)
        )
        return self

    def speaks_as(self, other: Found) -> None:
        """Take over who speaks, and by which words."""
        self.source, self.carrier, self.addressee, self.lemma = other.source, other.carrier, other.addressee, other.lemma
        self.cue, self.helpers, self.frame = other.cue, other.helpers, other.frame

    def holds(self, span: Fragment) -> bool:
        """Whether a range lies in the content."""
        return any(start <= span[0] and span[1] <= end for start, end in self.content)


@dataclass(slots=True)
class _Clause:
    """The clause of a cue verb: where it stands in the sentence, and what its verbs are."""

    start: int
    end: int
    verb: int
    finite: int
    """The finite verb: the cue itself or its auxiliary."""
    is_final: bool
    """A subordinate clause with its verb at the end."""
    is_relative: bool
    is_passive: bool


# --- A document -----------------------------------------------------------------------------------------------------


def attributions(words: Sequence[str], sentences: Sequence[Fragment], *, breaks: Sequence[int] = ()) -> list[Found]:
    """The attributions in some words, in the order of their sentences; `breaks` are the words that begin a paragraph."""
    letters, quotes = classes(words, breaks=breaks)
    return list(_Reader(words, letters, quotes).read(sentences))


def subject(words: Sequence[str]) -> Fragment | None:
    """The subject of a sentence's first main clause, as a range of its words."""
    return _Sentence(classes(words)[0], words).first_subject(len(words))


def noun_phrase(words: Sequence[str]) -> Fragment | None:
    """The noun phrase that some words begin with, as a range of them."""
    match = _LONG_PHRASE.match(classes(words)[0])
    return match.span() if match else None


class _Reader:
    """Reads a document sentence by sentence and remembers who spoke last."""

    def __init__(self, words: Sequence[str], letters: str, quotes: Sequence[Fragment]) -> None:
        self._words, self._letters, self._quotes = words, letters, quotes
        self._next_quote = 0
        self._used: set[Fragment] = set()
        self._last: Found | None = None
        """Who spoke last,"""
        self._since = _MEMORY + 1
        """and how many sentences ago."""
        self._previous: Found | None = None

    def read(self, sentences: Sequence[Fragment]) -> Iterator[Found]:
        before: Fragment | None = None
        for first, end in sentences:
            found = self._sentence(first, end, before)
            yield from found
            if found:
                self._previous = found[-1]
            before = None if found else (first, end - (self._letters[end - 1] == "."))

    def _sentence(self, first: int, end: int, before: Fragment | None) -> list[Found]:
        """The attributions of a sentence; `before` is the sentence before it, where it is not attributed."""
        letters = self._letters[first:end]
        self._since += 1
        quotes = list(self._quotes_until(end)) if self._next_quote < len(self._quotes) else []
        found: list[Found] = []
        if _TRIGGER.search(letters):
            found = [one.shifted(first) for one in _Sentence(letters, self._words[first:end]).attributions()]
            if found and not found[0].content:
                self._frame_previous(found[0], first)
            found = [one for one in found if one.content]
        if len(found) == 1 and found[0].content == [(first, first + 1)] and before is not None:
            found[0].content.insert(0, before)  # *Das sagte X.* (C8)
        for one in found if self._quotes else ():
            one.content = [self._whole(part) for part in one.content]
            self._used.update(one.content)
        if found:
            self._remember(next((one for one in found if one.source is not None), found[-1]))
        elif self._last is not None and self._since <= _MEMORY:
            found += self._continued(letters, first, end)
        for quote in quotes:
            if quote not in self._used and (direct := self._unframed(quote, first, found)) is not None:
                found.append(direct)
                self._since = 0
                if direct.source is not None:
                    self._last = direct
        return found

    def _remember(self, one: Found) -> None:
        self._last, self._since = one, 0

    def _quotes_until(self, end: int) -> Iterator[Fragment]:
        while self._next_quote < len(self._quotes) and self._quotes[self._next_quote][1] <= end:
            yield self._quotes[self._next_quote]
            self._next_quote += 1

    def _frame_previous(self, frame: Found, first: int) -> None:
        """A sentence that is but a frame (*“ sagte X.*) belongs to the quotation before it."""
        previous = self._previous
        if previous is not None and previous.content[-1][1] >= first - 1 and self._letters[previous.content[-1][1] - 1] in "qQ":
            previous.speaks_as(frame)
            previous.follows = None
            self._remember(previous)

    def _whole(self, part: Fragment) -> Fragment:
        """A part of a content that is the end or the start of a longer quotation, made whole."""
        for start, end in self._quotes[max(0, self._next_quote - _NEARBY) : self._next_quote + 1]:
            if start < part[0] < end <= part[1] or part[0] == start < part[1] < end:
                return min(start, part[0]), max(end, part[1])
        return part

    def _continued(self, letters: str, first: int, end: int) -> list[Found]:
        """The sentence as free indirect speech of the last source, unless it goes on with the sentence before (C9)."""
        shall = False
        if not self._is_reported(letters, first, end):
            shall = self._since <= _SHORT_MEMORY and "m" in letters and not _SHALL.isdisjoint(self._words[first:end])
            if not shall:
                return []
        assert self._last is not None
        self._since = 0
        previous = self._previous
        if (
            previous is not None
            and previous.form is Form.FREE_INDIRECT
            and previous.shall == shall
            and previous.content[0][1] == first
        ):
            previous.content[0] = (previous.content[0][0], end)
            return []
        last = self._last
        free = Found(Form.FREE_INDIRECT, [(first, end)], source=last.source, carrier=last.carrier, lemma=last.lemma)
        free.shall, free.follows = shall, last
        return [free]

    def _is_reported(self, letters: str, first: int, end: int) -> bool:
        """Whether a finite verb is a Konjunktiv I that is distinct, or a Konjunktiv II that may stand for one (7.1)."""
        if "q" in letters and not letters.strip("q.,'"):
            return False
        for match in _SUBJUNCTIVE.finditer(letters):
            if match[1] is not None:
                verb = self._words[first + match.start(1)]
                if verb.endswith("e") and not verb.endswith("te"):
                    return True
            elif match[0] == "K" or _CONDITIONS.isdisjoint(self._words[first:end]):
                return True
        return False

    def _unframed(self, quote: Fragment, first: int, found: Sequence[Found]) -> Found | None:
        """A quotation that no cue governs: part of an attribution, after a colon, or going on with the last source."""
        start, end = quote
        direct = Found(Form.DIRECT, [quote])
        last = self._last if self._since <= _SHORT_MEMORY else None
        around = next((one for one in found if one.holds(quote)), found[0] if found else None)
        if around is not None and around.form is Form.FREE_INDIRECT:
            direct.follows, around = around, last
        if around is not None:
            direct.speaks_as(around)
            if around.form is Form.REPORTED:
                clause = around.content[0]
                direct.frame = [part for part in ((clause[0], start), (end, clause[1])) if part[0] < part[1]]
                direct.helpers = [*around.helpers, *(i for i in range(clause[0], start) if self._words[i] == "als")]
            return direct
        follows_colon = start > first and self._letters[start - 1] == ":"
        if end - start <= (_LEAST_OPENING if follows_colon or start <= first else _LEAST_SPEECH):
            return None
        if follows_colon:
            sentence = _Sentence(self._letters[first:start], self._words[first:start])
            if (named := sentence.forefield() or sentence.first_subject(start - first)) is not None:
                direct.source, direct.frame = (first + named[0], first + named[1]), [(first, start)]
                return direct
        if last is not None:
            direct.speaks_as(last)
            direct.follows = last
            return direct
        return direct if start <= first else None


_NEARBY = 8  # quotations that may reach into a sentence or end in it


# --- A sentence -----------------------------------------------------------------------------------------------------


class _Sentence:
    """The letters of a sentence with ``$`` behind the last, and its words."""

    __slots__ = ("_end", "_letters", "_words")

    def __init__(self, letters: str, words: Sequence[str]) -> None:
        self._end = len(letters) - letters.endswith(".")
        self._letters = letters + "$"
        self._words = words

    def attributions(self) -> list[Found]:
        """Its attributions in the order of their cues; without content for a mere frame of what stands before the sentence."""
        found: list[Found] = []
        covered = 0
        for trigger in _TRIGGER.finditer(self._letters):
            i = trigger.start()
            if i < covered:
                continue
            letter = trigger[0]
            if letter in "VTP":
                one = self._verbal(i)
            elif letter in "BC":
                one = self._nominal(i)
            else:
                one = self._adverbial(i)
            if one is not None:
                one.content = [part for part in one.content if part[0] < part[1]]
                found.append(one)
                if one.frame:
                    covered = max(covered, one.frame[-1][1] if letter in "VTP" else i + 1)
        return found

    def forefield(self) -> Fragment | None:
        """The noun phrase before the first finite verb, over adverbs."""
        match = _FOREFIELD.match(self._letters, self._skip(_LEAD, 0))
        return match.span() if match else None

    def _skip(self, pattern: re.Pattern[str], at: int, end: int | None = None) -> int:
        match = pattern.match(self._letters, at, len(self._letters) if end is None else end)
        return match.end() if match else at

    def _next_bound(self, at: int, pattern: re.Pattern[str] = _NEXT_BOUND) -> int:
        match = pattern.search(self._letters, at)
        return match.start() if match else len(self._letters) - 1

    def _is_worded(self, start: int, end: int) -> bool:
        return bool(self._letters[start:end].strip(",.;:-"))

    # Adverbial cues

    def _adverbial(self, i: int) -> Found | None:
        match self._letters[i]:
            case "L" | "G":
                return self._before_phrase(i)
            case "Z":
                return self._zufolge(i)
            case "X":
                return self._nach(i)
            case "S":
                return self._so(i)
            case _:
                return self._demnach(i)

    def _before_phrase(self, i: int) -> Found | None:
        """*laut X*, *gemäß X*: in front of the finite verb the phrase is taken whole."""
        letters = self._letters
        phrase = _LONG_PHRASE.match(letters, i + 1) or _PRONOUN.match(letters, i + 1)
        if phrase is not None and (i > 1 or letters[phrase.end()] not in "HhmKJVTxa,"):
            phrase = _SHORT_PHRASE.match(letters, i + 1) or phrase
        return (
            self._around(Found(Form.INDIRECT, [], cue=[i], source=phrase.span(), lemma=self._words[i].lower())) if phrase else None
        )

    def _zufolge(self, i: int) -> Found | None:
        phrase = _CARRIER_ZUFOLGE.search(self._letters, 0, i + 1) or _PHRASE_ZUFOLGE.search(self._letters, 0, i + 1)
        if phrase is None or phrase.end() != i:
            return None
        return self._around(Found(Form.INDIRECT, [], cue=[i], source=phrase.span(), lemma="zufolge"))

    def _nach(self, i: int) -> Found | None:
        """*nach Angaben (von) X*, *nach ersten Angaben*, *seinen Worten nach* (S8)."""
        one = Found(Form.INDIRECT, [], cue=[i], lemma="nach")
        if (phrase := _NACH.match(self._letters, i)) is not None:
            one.source = (i + 1, phrase.end())
            if phrase[2]:
                originator = phrase.start(2) + (phrase[2][0] == "v")
                one.carrier, one.source = (i + 1, originator), (originator, phrase.end())
        else:
            phrase = _NACH_BEHIND.search(self._letters, max(0, i - 4), i + 1)
            if phrase is None or phrase.end() != i + 1:
                return None
            one.source = (phrase.start(), i)
        return self._around(one)

    def _around(self, one: Found) -> Found | None:
        """The attribution with the content of an adverbial cue, by the position rule (C5)."""
        spans = [(one.cue[0], one.cue[0] + 1), *(span for span in (one.source, one.carrier) if span is not None)]
        low, high = min(start for start, _ in spans), max(end for _, end in spans)
        left, right = 0, self._end
        if low > 0 and high < self._end:
            for match in _LEFT_OF_CLAUSE.finditer(self._letters, 0, low):
                left = match.end() if match[0] in ",;:" else match.start()
            if (bound := _RIGHT_OF_CLAUSE.search(self._letters, high)) is not None:
                right = bound.start()
        one.frame = [(low, high)]
        while high < right and self._letters[high] == ",":
            high += 1
        one.content = [part for part in ((left, low), (high, right)) if self._is_worded(*part)]
        return one if one.content else None

    def _so(self, i: int) -> Found | None:
        """*…, so X, …*: *so* at the edge of a clause, directly before a phrase that ends there (T04)."""
        letters, end = self._letters, self._end
        if i == 0 or letters[i - 1] not in ",'q-":
            return None
        phrase = _SHORT_PHRASE.match(letters, i + 1) or _PRONOUN.match(letters, i + 1)
        if phrase is None or letters[phrase.end()] not in ",.:-;xpX'qM$":
            return None
        apposition = _APPOSITION.match(letters, phrase.end())
        source = (i + 1, apposition.end() if apposition else phrase.end())
        before = i - 1 if letters[i - 1] in ",-" else i
        stop = self._next_bound(source[1], _NEXT_MARK)
        one = Found(Form.INDIRECT, [(0, before)], cue=[i], source=source, frame=[(before, min(stop, end))], lemma="so")
        if stop < end and letters[stop] in ",-":
            one.frame = [(before, stop + 1)]
            right = _RIGHT_OF_CLAUSE.search(letters, stop)
            after = (stop + 1, right.start() if right else end)
            if self._is_worded(*after) and letters[stop + 1] not in "uU":
                one.content.append(after)
        return one if before > 0 else None

    def _demnach(self, i: int) -> Found:
        """*Demnach …* with a source further back, *ein Bericht, wonach …*."""
        if self._words[i].lower() != "wonach" and self._letters[i - 1 : i] != ",":
            content = [part for part in ((0, i), (i + 1, self._end)) if part[0] < part[1]]
            return Found(Form.INDIRECT, content, cue=[i], frame=[(i, i + 1)], lemma="demnach")
        phrase = _PHRASE_WONACH.search(self._letters, 0, i + 1)
        stop = self._letters.find(",", i)
        return Found(
            Form.INDIRECT,
            [(i + 1, stop if stop > 0 else self._end)],
            cue=[i],
            source=phrase.span() if phrase else None,
            frame=[(phrase.start() if phrase else i, i + 1)],
            lemma="demnach",
        )

    # Nominal cues

    def _nominal(self, i: int) -> Found | None:
        """*der Meinung, dass …*, *die Forderung, … zu …*: only with a clause of its own (section 3)."""
        letters = self._letters
        if letters[i + 1] != ",":
            return None
        stop = min(self._next_bound(i + 2), self._end)
        clause = letters[i + 2 : stop]
        if clause[:1] != "c" and not _ENDS_IN_ZU.search(clause) and "K" not in clause:
            return None
        start = max(letters.rfind(mark, 0, i) for mark in ",:;q") + 1
        determined = _BEFORE_NOUN.search(letters, 0, i)
        cue = [*range(determined.start() if determined else i, i + 1)]
        one = Found(Form.INDIRECT, [(i + 2, stop)], cue=cue, frame=[(start, i + 2)], lemma=self._words[i].lower())
        finite = next((k for k in range(start, i) if letters[k] in "HhmV"), None)
        if finite is not None:
            one.helpers = [finite]
            before = _FOREFIELD.match(letters, self._skip(_LEAD, start), finite)
            if before is not None and before.end() == finite:
                one.source = before.span()
            else:
                behind = self._behind(finite + 1, i)
                one.source = behind if behind is not None and behind[1] <= cue[0] else None
            if stop == self._end:
                one.content = [(i + 2, self._stop(i + 2))]
        return one

    # Verbs

    def _verbal(self, i: int) -> Found | None:
        one = Found(Form.INDIRECT, [], cue=[i], lemma=cue_verbs().get(self._words[i].lower(), ""))
        clause = self._clause(i, one)
        if clause is None or (self._letters[clause.finite] in "KJ" and not clause.is_final):
            return None  # a Konjunktiv is itself reported (R50)
        one.source, one.addressee = self._speaker(clause, one)
        self._add_correlates(clause, one)
        letters, start = self._letters, clause.start
        if clause.finite == 0 and one.source is not None and letters[i] in "VT":
            one.frame = [(0, self._end)]
            return one
        if letters[start] == "W":
            return self._wie(clause, one)
        if clause.finite == start > 0 and letters[start - 1] in ",-q" and not clause.is_final:
            return self._verb_first(clause, one)
        return self._content_behind(clause, one)

    def _clause(self, i: int, one: Found) -> _Clause | None:
        """The clause of a cue verb, or None where it is none; adds particle and auxiliaries to `one`."""
        letters, words = self._letters, self._words
        start = i
        while start > 0 and letters[start - 1] not in _BOUNDS:
            start -= 1
        end = self._next_bound(i)
        rest = letters[i + 1 : end]
        is_relative = start > 0 and letters[start - 1] == "," and _RELATIVE_CUE.match(letters, start, end) is not None
        is_subordinate = letters[start] in "scwW" or is_relative
        closes = not rest.strip("HhmKJyV")
        if closes and letters[start] != "W" and (wie := self._wie_before(start)) is not None:
            start, is_subordinate = wie, True
        clause = _Clause(start, end, i, i, is_subordinate and closes, is_relative, False)
        if clause.is_final:
            if letters[i] == "T":
                if words[i - 1] != "bekannt":
                    return None
                one.cue.insert(0, i - 1)
                one.lemma = cue_verbs().get("bekannt" + words[i].lower(), "")
            one.helpers = list(range(i + 1, end))
            clause.is_passive = "h" in rest and one.lemma != words[i].lower()
            return clause
        auxiliary = next((k for k in range(i - 1, start - 1, -1) if letters[k] in "HhKJm"), None)
        if auxiliary is not None and (not rest.strip("yHh") or (letters[i] == "P" and not rest.strip("yHhxpNMdgan"))):
            behind = [k for k in range(i + 1, end) if letters[k] in "yHh"]
            one.helpers = [auxiliary, *behind]
            clause.finite = auxiliary
            clause.is_passive = (letters[auxiliary] == "h" and one.lemma != words[i].lower()) or any(
                words[k] == "worden" for k in behind
            )
            return clause
        return clause if letters[i] != "P" and self._joins_particle(clause, one) else None

    def _wie_before(self, start: int) -> int | None:
        """Where a *wie* stands whose subject reaches to `start` with an apposition: *wie X, Leiter der Y, sagt*."""
        wie = self._letters.rfind("W", 0, start)
        if wie < 0 or (wie > 0 and self._letters[wie - 1] not in ",-"):
            return None
        between = self._letters[wie + 1 : start]
        return wie if _SUBJECT_ALONE.match(between) and not _ANY_VERB.search(between) else None

    def _joins_particle(self, clause: _Clause, one: Found) -> bool:
        """Whether a finite verb is a cue with the particle at the end of its clause; adds the particle to `one`."""
        words, i = self._words, clause.verb
        word = words[i].lower()
        if particles := separated_verbs().get(word):
            at = next((end for end in self._ends(clause.end) if end - 1 > i and words[end - 1].lower() in particles), None)
            if at is not None:
                one.cue.append(at - 1)
                one.lemma = cue_verbs()[words[at - 1].lower() + word]
                clause.end = at
                return True
            if self._letters[i] == "T":
                return False
        last = words[clause.end - 1]
        return not (clause.end - 1 > i and last in _PARTICLES and last + word not in cue_verbs())

    def _ends(self, end: int) -> Iterator[int]:
        """The end of a clause and of the two after it, where a particle may stand."""
        for _ in range(3):
            yield end
            if self._letters[end] != ",":
                return
            end = self._next_bound(end + 1)

    def _add_correlates(self, clause: _Clause, one: Found) -> None:
        for k in range(clause.start, clause.end):
            letter = self._letters[k]
            is_correlate = letter == "r" or (letter in "xes" and self._words[k].lower() in _CORRELATES)
            if is_correlate and (letter != "e" or k == clause.finite + 1 or k == clause.start == clause.finite - 1):
                one.helpers.append(k)

    # Who speaks, and to whom

    def _speaker(self, clause: _Clause, one: Found) -> tuple[Fragment | None, Fragment | None]:
        """Source and addressee of a cue verb."""
        letters, words, i = self._letters, self._words, clause.verb
        if clause.is_final:
            source, addressee = self._subject_of_final(clause), None
            if clause.is_relative and source is not None and source[1] < clause.start:
                return source, None
        else:
            source, addressee = self._subject_of_main(clause)
        if one.lemma == "zitieren":  # who is cited speaks (E76)
            if not clause.is_passive and source is not None and source[1] <= i:
                source = self._behind(clause.finite + 1, clause.end) or source
            return source, None
        if clause.is_passive:
            addressee, source = source or addressee, None
            agent = _AGENT.search(letters, clause.start, clause.end)
            source = agent.span(1) if agent else self._text_or_body(clause)
        elif source is None and (words[i].lower() in _SPEAKING_TEXTS or one.lemma == "hervorgehen"):
            source = self._text_or_body(clause)
        if addressee is None and (towards := _TOWARDS.search(letters, clause.start, clause.end)) is not None:
            addressee = towards.span(1)
        if addressee is None and source is not None and not clause.is_passive and source[1] < clause.end:
            at = source[1] if source[1] > i else i + 1
            is_dative = at < clause.end and words[at].lower() in ("dem", "den", "einem")
            if (is_dative and one.lemma in _TELLING) or (at < clause.end and one.lemma in _ADDRESSING):
                told = _SHORT_PHRASE.match(letters, at, clause.end)
                addressee = told.span() if told else None
        return source, addressee

    def _subject_of_final(self, clause: _Clause) -> Fragment | None:
        letters, start = self._letters, clause.start
        at = self._skip(_BETWEEN, start + 1)
        if letters[at] == "o" and at < clause.verb:
            return at, at + 1
        if not clause.is_relative:
            phrase = _SHORT_PHRASE.match(letters, at, clause.verb)
            if phrase is None:
                return None
            more = _NEXT_APPOSITION.match(letters, phrase.end())
            return phrase.start(), more.end() if more else phrase.end()
        at = start + (letters[start] in "pXvz")
        if at > start and (clause.is_passive or letters[at + 1] == "e"):  # *ein Bericht, in dem es heißt*
            antecedents = [match.span() for match in _ANTECEDENT.finditer(letters, 0, start) if match.end() == start - 1]
            return antecedents[0] if antecedents else None
        return (at + 1, at + 2) if letters[at + 1] == "o" else (at, at + 1)

    def _subject_of_main(self, clause: _Clause) -> tuple[Fragment | None, Fragment | None]:
        """The subject, and the object that stands before the verb where the subject stands behind it."""
        letters, finite = self._letters, clause.finite
        at = self._skip(_LEAD, clause.start, finite)
        before = _FOREFIELD.match(letters, at, finite)
        fills = before is not None and before.end() == finite
        is_dative = self._words[at].lower() in _DATIVES
        if finite > clause.start and not clause.is_passive:
            if letters[finite - 1] == "u":
                return self.first_subject(finite - 1), None
            if letters[finite + 1] == "o":
                return (finite + 1, finite + 2), before.span() if before and fills else None
        if at + 1 == finite and letters[at] in "og":
            return (at, at + 1), None
        if before is not None and not letters[before.end() : finite].strip("xr") and not is_dative:
            return before.span(), None
        if at < finite and letters[at] == "e":
            return None, None
        return self._behind(finite + 1, clause.end), before.span() if before and is_dative and fills else None

    def first_subject(self, end: int) -> Fragment | None:
        """The subject of the first conjunct before `end`, which the second shares (S10)."""
        letters = self._letters
        at = self._skip(_LEAD, max(letters.rfind(mark, 0, end) for mark in ";:q") + 1)
        if letters[at] in "og" and letters[at + 1] in "HhmVTx":
            return at, at + 1
        before = _FOREFIELD.match(letters, at, end)
        if before is not None and self._words[at].lower() not in ("dem", "den"):
            return before.span()
        finite = _FINITE.search(letters, at, end)
        return self._behind(finite.end(), end) if finite else None

    def _behind(self, at: int, end: int) -> Fragment | None:
        """The subject behind a verb: the next noun phrase, over adverbs and up to two prepositional phrases."""
        letters = self._letters
        for _ in range(3):
            at = self._skip(_BETWEEN, at)
            if letters[at] == "o" or (letters[at] == "g" and at + 1 == end):
                return at, at + 1
            if (phrase := _SHORT_PHRASE.match(letters, at)) is not None:
                apposition = _APPOSITION.match(letters, phrase.end())
                return at, apposition.end() if apposition else phrase.end()
            adjunct = _ADJUNCT.match(letters, at)
            if adjunct is None:
                return None
            at = adjunct.end()
        return None

    def _text_or_body(self, clause: _Clause) -> Fragment | None:
        """What speaks in the phrase with *in, auf* or *aus*."""
        for match in _PLACE.finditer(self._letters, clause.start, clause.end):
            if self._words[match.start()].lower() in ("in", "im", "aus", "auf"):
                return match.span(1)
        return None

    # What is said

    def _wie(self, clause: _Clause, one: Found) -> Found | None:
        """*Wie X sagt, …* and *…, wie X sagt, …*."""
        letters, start, stop, end = self._letters, clause.start, clause.end, self._end
        if self._words[start + 1] in _DEGREES:
            return None
        one.helpers.append(start)
        if not self._is_worded(0, start):
            if stop >= end or letters[stop] != ",":
                return None
            one.frame, one.content = [(start, stop + 1)], [(stop + 1, self._stop(stop + 1))]
            return one
        if letters[start - 1] not in ",-":
            return None
        one.content, one.frame = [(0, start - 1)], [(start - 1, stop)]
        if stop < end and letters[stop] in ",-":
            one.frame = [(start - 1, stop + 1)]
            if stop + 1 < end and letters[stop + 1] not in "uU":
                one.content.append((stop + 1, self._stop(stop + 1)))
        return one

    def _verb_first(self, clause: _Clause, one: Found) -> Found | None:
        """A clause that begins with its finite verb: its subject stands before the comma, or else its content does."""
        letters, start, finite = self._letters, clause.start, clause.finite
        follows_quote = "q" in letters[max(0, start - 2) : start]
        head = letters[: start - (letters[start - 1] in ",-")]
        if not follows_quote and _is_subject(head):
            behind = one.source if one.source is not None and one.source[0] > clause.verb else None
            phrase = _LONG_PHRASE.match(letters, len(head) - len(head.lstrip("xuU")))
            if phrase is not None:
                stop = phrase.end()
                while (more := _NEXT_APPOSITION.match(letters, stop, start)) is not None:
                    stop = more.end()
                one.source = (phrase.start(), stop)
            one.addressee = behind or one.addressee
            return self._content_behind(clause, one)
        if follows_quote:
            return self._content_before(clause, one, is_quote=True)
        if letters[clause.end] == "," and letters[clause.end + 1] == "c":
            return self._content_behind(clause, one)
        is_reported = letters[finite] in "KJm" or (head.startswith("s") and not _ANY_SUBJUNCTIVE.search(head))
        adjoins = not letters[finite + 1 : one.source[0]].strip("xri") if one.source is not None else letters[finite + 1] == "e"
        return self._content_before(clause, one, is_quote=False) if adjoins and not is_reported else None

    def _content_before(self, clause: _Clause, one: Found, *, is_quote: bool) -> Found:
        """The attribution with what stands before the verb, and after the frame: *…, sagte X, …*."""
        letters, end = self._letters, self._end
        comma = clause.start - (letters[clause.start - 1] in ",-")
        stop = max(clause.end, one.source[1] if one.source else 0)
        stop = min(self._next_bound(stop), max(stop, end))
        start = 0
        if is_quote:
            one.form = Form.DIRECT
            start = comma
            while start > 0 and letters[start - 1] == "q":
                start -= 1
        one.content, one.frame = [(start, comma)], [(comma, stop)]
        if stop < end and letters[stop] in ",:-":
            one.frame = [(comma, stop + 1)]
            if letters[stop + 1] == "q":
                one.content.append((stop + 1, self._end_of_quote(stop + 1)))
            elif not is_quote and letters[stop + 1] not in "uUsdgpw":
                one.content.append((stop + 1, self._stop(stop + 1)))
        return one

    def _end_of_quote(self, at: int) -> int:
        while self._letters[at] == "q":
            at += 1
        return at

    def _stop(self, start: int) -> int:
        """Where a content that begins here ends: before a comment, a second cue or a *so X* (C6, C7), else with the sentence."""
        for cut in _END_OF_CONTENT.finditer(self._letters, start + 1, self._end):
            if cut[0] != "," or not _ANY_SUBJUNCTIVE.search(self._letters, cut.end(), self._end):  # (R19)
                return cut.start()
        return self._end

    def _content_behind(self, clause: _Clause, one: Found) -> Found | None:
        """*X sagte, …*, *X sagte: …*; without a clause a reported one if the verb is of list R (D5, D6)."""
        letters, words, end = self._letters, self._words, self._end
        stop = max(clause.end, one.source[1] if one.source else 0)  # an apposition of the subject may reach further
        frame_start = 0
        for match in _START_OF_FRAME.finditer(letters, 0, clause.start):
            frame_start = match.end()
        quote = stop if letters[stop] == "q" else stop + 1 if letters[stop] in ":," and letters[stop + 1] == "q" else None
        if quote is not None:
            close = self._end_of_quote(quote)
            if letters[stop] == ":" or close >= end or close - quote > _LEAST_WHOLE:
                one.form, one.content, one.frame = Form.DIRECT, [(quote, close)], [(frame_start, quote)]
                return one
        if stop < end and letters[stop] == ":":
            one.content, one.frame = [(stop + 1, end)], [(frame_start, stop + 1)]
            return one
        second = _SECOND_CUE.search(letters, one.cue[0] + 1, stop)
        if second is None:
            comma = self._comma_of_content(stop)
            if comma is None:
                return None
            if comma < end and letters[comma] == "," and self._is_clause(comma + 1, one.lemma):
                main = _MAIN_BEHIND.search(letters, comma + 1, end) if clause.is_final and clause.start == 0 else None
                one.content = [(comma + 1, main.start() if main else self._stop(comma + 1))]
                one.frame = [(frame_start, comma + 1)]
                return one
        if (
            not clause.is_final
            and clause.start == 0
            and words[0] in ("Das", "Dies")
            and letters[1] in "VThHw"
            and one.source != (0, 1)
        ):
            one.content, one.frame, one.addressee = [(0, 1)], [(1, end)], None
            return one
        if one.lemma in REPORTING and not clause.is_final:
            one.form = Form.REPORTED
            close = (
                second.start()
                if second
                else next((k for k in range(stop, end) if letters[k] == ";" or letters[k : k + 2] in (",u", ",U", ",s", ",w")), end)
            )
            one.content = [(frame_start, close)]
            return one
        return None

    def _comma_of_content(self, comma: int) -> int | None:
        """The comma before the content, over relative clauses of the source; None where one of these has the cue itself."""
        letters, end = self._letters, self._end
        for _ in range(3):
            if comma >= end or letters[comma] != ",":
                break
            close = min(self._next_bound(comma + 1), end)
            segment = letters[comma + 1 : close]
            if segment[:1] in ("c", "w") or _ZU_CLAUSE.match(letters, comma + 1, close + 1):
                break
            if letters[close] != "," or not _is_relative(segment) or letters[close + 1] in "uU":
                break
            if letters[close + 1] == "c" and segment.rstrip("HhmKJy")[-1:] in ("V", "P"):
                return None
            comma = close
        return comma

    def _is_clause(self, start: int, lemma: str) -> bool:
        """Whether what follows the comma of a cue clause can be its content."""
        letters, end = self._letters, self._end
        close = min(self._next_bound(start), end)
        segment = letters[start:close]
        is_reported = _ANY_SUBJUNCTIVE.search(letters, start, end) is not None
        if not segment or segment[0] in "uU" or segment.startswith("Sc"):
            return False
        if self._words[start].startswith(("wo", "welch")) and letters[start - 2] in "NBCQb" and lemma not in _ASKING:
            return False  # a relative clause
        if segment[0] == "s":
            return is_reported
        if segment[0] in "cw" or _ZU_CLAUSE.match(letters, start, close + 1):
            return True
        if _is_relative(segment) and not _ANY_SUBJUNCTIVE.search(letters, close, end):
            return False
        return is_reported or _VERB_SECOND.match(segment) is not None


def _is_subject(head: str) -> bool:
    """Whether what stands before a comma and a verb is the verb's subject, with appositions or a relative clause."""
    if _SUBJECT_ALONE.fullmatch(head):
        return True
    first, *rest = head.split(",")
    return (
        bool(rest)
        and _RELATIVE.match(rest[0]) is not None
        and rest[-1][-1:] in tuple("HhmVaxPTK")
        and not _ANY_VERB.search(first.replace("P", ""))
        and first[:1] in tuple("dgNnaxkC")
    )


def _is_relative(segment: str) -> bool:
    """Whether a stretch between commas is a relative clause: a pronoun at its head, the finite verb at its end alone."""
    match = _RELATIVE.match(segment)
    if match is None or segment[-1] not in "VHhmKJPyaTx" or re.search("[HhmKJ]", segment[:-2]):
        return False
    if _PHRASE_AND_SUBJUNCTIVE.fullmatch(segment):
        return False  # *der Wirt gehe*
    return segment[-1] in "HhmKJPV" or segment[match.end() : match.end() + 1] not in tuple("aNnBC")
