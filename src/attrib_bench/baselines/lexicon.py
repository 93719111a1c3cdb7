"""The system `lexicon`: rules and word lists from the codebook, nothing learned.

`clauses` finds the attributions of a text; this module writes them down, in the codebook's scheme or in GQA's (section 13.1),
adds hedges (section 9) and source entities (section 10), and answers the tasks that ask about given labels.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from attrib_bench.baselines import clauses
from attrib_bench.baselines.clauses import Found
from attrib_bench.baselines.wordclasses import classes
from attrib_bench.baselines.store import open_model, save_model
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
    ProvenanceLink,
    Sector,
    Source,
    Span,
    Status,
    ZoneKind,
)
from attrib_bench.files import json_line
from attrib_bench.lexicon import (
    ANONYMOUS_PARTS,
    BASIS_NOUNS,
    HEDGE_PHRASES,
    HEDGES,
    JUDGING_VERBS,
    KIND_ENDS,
    SECTOR_PARTS,
    SPEECH_VERBS,
    THOUGHT_CARRIERS,
    THOUGHT_VERBS,
    WRITING_VERBS,
)
from attrib_bench.tasks.trigger import answered, candidates

Scheme = Literal["core", "gqa"]

_UNTAGGED = frozenset({ZoneKind.CREDIT, ZoneKind.SOURCE_LIST, ZoneKind.BOILERPLATE})
_END = itemgetter(1)


class LexiconTagger:
    """Rules and word lists. It speaks the codebook's scheme, or GQA's: its spans, frames, media and types.

    In GQA's scheme frames, media and the type FreeIndirect stand in ``native["gqa"]``, as `formats.gqa` has them.
    """

    name: ClassVar[str] = "lexicon"
    tasks: ClassVar[tuple[str, ...]] = ("attribution", "spans", "hedge", "form", "source", "trigger", "chain", "provenance")

    def __init__(self, *, scheme: Scheme = "core") -> None:
        if scheme not in ("core", "gqa"):
            raise DataError(f"lexicon: found the scheme {scheme!r}, expected core or gqa")
        self.scheme: Scheme = scheme

    def fit(self, documents: Sequence[Document]) -> None:
        """Learn nothing but which scheme the documents are labelled in: GQA's where any of them was read from there."""
        self.scheme = "gqa" if any("gqa" in document.native for document in documents) else "core"

    def predict(self, documents: Sequence[Document], task: str) -> list[Document]:
        """The documents with what the rules say. Raises DataError for a task that it does not do."""
        match task:
            case "attribution" | "spans" | "hedge":
                return [_in_gqa(document) if self.scheme == "gqa" else _in_core(document) for document in documents]
            case "form":
                return [_with_forms(document) for document in documents]
            case "source":
                return [replace(document, sources=tuple(_judged(s) for s in document.sources)) for document in documents]
            case "trigger":
                return [_with_triggers(document) for document in documents]
            case "chain":
                return [_with_parents(document) for document in documents]
            case "provenance":
                return _with_links(documents)
        raise DataError(f"{self.name}: found the task {task!r}, expected one of {', '.join(self.tasks)}")

    def save(self, folder: Path) -> None:
        """Write the model: its scheme, for the lists are part of the package."""
        save_model(folder, system=self.name, files={"scheme.json": json_line({"scheme": self.scheme}).encode()})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The saved model. Raises DataError as `store.open_model` does, and for a scheme that it does not speak."""
        record = open_model(folder, system=cls.name).json("scheme.json")
        if not isinstance(record, dict) or record.keys() != {"scheme"}:
            raise DataError(f"{folder / 'scheme.json'}: found {record!r}, expected a scheme")
        return cls(scheme=record["scheme"])


def _words(document: Document) -> list[str]:
    text = document.require_text()
    return [text[start:end] for start, end in document.tokens]


def _found(document: Document, words: Sequence[str]) -> list[Found]:
    """The attributions of the sentences that are not in a credit, a source list or boilerplate."""
    tokens, sentences = document.tokens, document.sentences
    silent = [(zone.start, zone.end) for zone in document.zones if zone.kind in _UNTAGGED]
    if silent:
        sentences = tuple(
            (first, last)
            for first, last in sentences
            if not any(start < tokens[last - 1][1] and tokens[first][0] < end for start, end in silent)
        )
    text = document.require_text()
    breaks = [i for i in range(1, len(tokens)) if "\n" in text[tokens[i - 1][1] : tokens[i][0]]]
    return clauses.attributions(words, sentences, breaks=breaks)


# --- GQA's scheme ---------------------------------------------------------------------------------------------------


def _in_gqa(document: Document) -> Document:
    tokens, text = document.tokens, document.require_text()
    attributions: list[Attribution] = []
    native: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for one in _found(document, _words(document)):
        if one.form is Form.REPORTED and (one.source is None or one.lemma in JUDGING_VERBS):
            continue
        id_ = f"a{len(attributions)}"
        source = one.source
        if source is not None and one.carrier is not None:
            source = (min(source[0], one.carrier[0]), max(source[1], one.carrier[1]))
        cue = sorted({*one.cue, *one.helpers})
        if one.form in (Form.REPORTED, Form.FREE_INDIRECT):
            cue = []
        elif source is None and one.lemma == "demnach":
            source = (one.cue[0], one.cue[0] + 1)
        content = _tokens_of(one.content)
        kept: dict[str, Any] = {"medium": _medium(one, document)}
        frame = (
            [] if one.form in (Form.REPORTED, Form.FREE_INDIRECT) else [i for i in _tokens_of(one.frame) if i not in set(content)]
        )
        if frame:
            kept["frame"] = _runs(frame)
        if one.shall:
            kept["type"] = "FreeIndirect"
        native[id_] = kept
        speaker = Span.of((tokens[source[0]][0], tokens[source[1] - 1][1])) if source is not None else None
        refs: tuple[str, ...] = ()
        if speaker is not None:
            name = speaker.surface(text)
            refs = (sources.setdefault(name, _unjudged(f"e{len(sources) + 1}", name)).id,)
        attributions.append(
            Attribution(
                id=id_,
                form=one.form,
                source=speaker,
                cue=_span(tokens, _runs(cue)) if cue else None,
                content=_span(tokens, _runs(content)),
                addressee=_span(tokens, [one.addressee]) if one.addressee is not None else None,
                source_refs=refs,
            )
        )
    return replace(
        document,
        attributions=tuple(attributions),
        sources=tuple(sources.values()),
        hedges=(),
        rejected_triggers=(),
        provenance=(),
        native={"gqa": {"annotations": native}},
    )


def _tokens_of(ranges: Iterable[Fragment]) -> list[int]:
    return sorted({token for start, end in ranges for token in range(start, end)})


def _runs(tokens: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for token in tokens:
        if runs and runs[-1][1] == token:
            runs[-1][1] = token + 1
        else:
            runs.append([token, token + 1])
    return runs


def _span(tokens: Sequence[Fragment], ranges: Iterable[Sequence[int]]) -> Span:
    return Span(tuple((tokens[start][0], tokens[end - 1][1]) for start, end in ranges))


def _medium(one: Found, document: Document) -> str:
    """GQA's medium by section 7.4: of the cue, else of a source that is a document, else speech or writing."""
    if one.lemma in THOUGHT_VERBS or (one.carrier or one.lemma == "nach") and _head(one, document) in THOUGHT_CARRIERS:
        return "ST"
    if one.lemma in WRITING_VERBS or one.lemma in THOUGHT_CARRIERS:
        return "Writing" if one.lemma in WRITING_VERBS else "ST"
    if one.lemma in SPEECH_VERBS:
        return "Speech"
    return "SW"


def _head(one: Found, document: Document) -> str:
    """The carrier noun of a phrase with *nach*, in lower case."""
    start, end = one.carrier or one.source or (0, 0)
    text = document.require_text()
    nouns = [text[a:b].lower() for a, b in document.tokens[start:end] if text[a].isupper()]
    return next((noun for noun in nouns if noun in THOUGHT_CARRIERS), nouns[0] if nouns else "")


# --- The codebook's scheme ------------------------------------------------------------------------------------------

_POSSESSIVES = tuple("sein ihr unser mein dein euer eur".split())
_NEGATIONS = frozenset("nicht nie niemals kein keine keinen keiner".split())
_POSSIBLE = frozenset("soll sollte sollten könnte könnten".split())
_SILENCE = re.compile(
    r"\b(?:nicht(?: \w+){0,6}? (?:äußern|geäußert|kommentieren|kommentiert|erreichen|erreichbar)|nichts(?: \w+){0,4}? sagen"
    r"|keine (?:Angaben|Einzelheiten|Zahlen|Gründe|Stellungnahme|Auskunft|Antwort|Details|Namen)"
    r"|(?:Stellungnahme|Kommentar|Auskunft)(?: \w+){0,3}? (?:ab|abgelehnt|verweigert)|reagiert\w*(?: \w+){0,4}? nicht"
    r"|(?:hielt|hält|hielten|halten) sich bedeckt)\b"
)
"""List N (A5)."""
_SILENT_CUE = re.compile(
    r"\b(?:sich|äußern|geäußert|kommentieren|kommentiert|erreichen|erreichbar|reagiert\w*|sagen|nannten?|nannte|nennen|nennt|machten?|"
    r"machte|machen|macht|gab|gaben|gibt|Stellungnahme|Kommentar|Auskunft|Antwort|Anfrage|lehnten?|lehnte|ab|abgelehnt|verweigert\w*|"
    r"(?:hielt|hält|hielten|halten) sich bedeckt)\b"
)


def _in_core(document: Document) -> Document:
    """The document in the codebook's scheme: lexical cues, sources without carriers, entities, hedges."""
    text, tokens = document.require_text(), document.tokens
    words = _words(document)
    found = [one for one in _found(document, words) if not one.shall]
    entities = _Entities(document)
    written: list[Attribution] = []
    places: dict[int, int] = {}
    for one in found:
        if one.form is Form.DIRECT and any(_surrounds(other, one) for other in found):
            continue  # the quoted part of a mixed one
        leader = places.get(id(one.follows)) if one.follows is not None else None
        if one.form is Form.DIRECT and leader is not None and written[leader].form in (Form.DIRECT, Form.MIXED):
            content = written[leader].content
            if content is not None and "\n" not in text[content.end : tokens[one.content[0][0]][0]]:
                written[leader] = replace(written[leader], content=Span.of(*content.fragments, *_edged(one.content, document)))
                places[id(one)] = leader
                continue
        content = _content(one, document)
        if content is None:
            continue
        source, refs = _speaker(one, document, entities)
        places[id(one)] = len(written)
        written.append(
            Attribution(
                id=f"a{len(written) + 1}",
                form=Form.MIXED if any(_surrounds(one, other) for other in found if other.form is Form.DIRECT) else one.form,
                status=_status(one, document),
                source=source,
                cue=None if one.follows is not None else _cue(one, document),
                content=content,
                addressee=_span(tokens, [one.addressee]) if one.addressee is not None and one.follows is None else None,
                source_refs=refs if one.follows is None else written[leader].source_refs[:1] if leader is not None else (),
                continues=written[leader].id if leader is not None else None,
            )
        )
        written += _basis(one, written[-1], document, entities)
    written += _refusals(document, written, entities)
    return _with_parents(
        replace(
            document,
            attributions=tuple(written),
            sources=entities.all(),
            hedges=tuple(Hedge(id=f"h{n}", span=span, type=type_) for n, (span, type_) in enumerate(_hedges(document, words), 1)),
            rejected_triggers=(),
            provenance=(),
        )
    )


def _surrounds(one: Found, other: Found) -> bool:
    """Whether the content of one holds the other's and more."""
    (start, end), (first, last) = other.content[0], (one.content[0][0], one.content[-1][1])
    return (
        one is not other
        and one.form is not Form.DIRECT
        and any(s <= start and end <= e for s, e in one.content)
        and (first, last) != (start, end)
    )


def _edged(ranges: Iterable[Fragment], document: Document) -> Iterator[Fragment]:
    """Ranges of tokens as fragments without the punctuation at their edges (U4)."""
    text, tokens = document.require_text(), document.tokens
    for start, end in ranges:
        while start < end and text[tokens[start][0] : tokens[start][1]] in ",.;:–-!?…":
            start += 1
        while end > start and text[tokens[end - 1][0] : tokens[end - 1][1]] in ",.;:–-!?…":
            end -= 1
        if start < end:
            yield tokens[start][0], tokens[end - 1][1]


def _content(one: Found, document: Document) -> Span | None:
    ranges: Sequence[Fragment] = one.content
    if one.form is Form.REPORTED:
        ranges = [_complement(one)]
    fragments = list(_edged(ranges, document))
    text = document.require_text()
    split = [piece for fragment in fragments for piece in _lines(text, *fragment)]
    return Span.of(*split) if split else None


def _lines(text: str, start: int, end: int) -> Iterator[Fragment]:
    """A fragment, split where it crosses a paragraph break (U2)."""
    for match in re.compile(r"[^\n]*[^\s]").finditer(text, start, end):
        first = match.start() + len(match[0]) - len(match[0].lstrip())
        yield first, match.end()


def _complement(one: Found) -> Fragment:
    """What a reported clause says besides source, cue and addressee: what follows them, or what stands before."""
    start, end = one.content[0]
    taken = {*one.cue, *one.helpers, *(range(*one.source) if one.source else ()), *(range(*one.addressee) if one.addressee else ())}
    runs = _runs([i for i in range(start, end) if i not in taken])
    best = max(runs, key=lambda run: run[1] - run[0], default=[start, end])
    return best[0], best[1]


def _cue(one: Found, document: Document) -> Span | None:
    cue = list(one.cue)
    if one.carrier is not None:
        cue += [i for i in range(*one.carrier) if document.require_text()[slice(*document.tokens[i])] not in ("von", "vom")]
    elif one.lemma == "nach" and one.source is not None and one.source[1] == one.cue[0] and _possessed(one, document):
        cue += range(one.source[0] + 1, one.source[1])
    text = document.require_text()
    cue += [i for i in one.helpers if text[slice(*document.tokens[i])] == "sich"]
    return _span(document.tokens, _runs(sorted(set(cue)))) if cue else None


def _possessed(one: Found, document: Document) -> bool:
    assert one.source is not None
    return document.require_text()[slice(*document.tokens[one.source[0]])].lower().startswith(_POSSESSIVES)


def _speaker(one: Found, document: Document, entities: _Entities) -> tuple[Span | None, tuple[str, ...]]:
    if one.source is None or one.follows is not None:
        return None, ()
    start, end = one.source
    if one.lemma == "nach" and one.carrier is None and end == one.cue[0] and _possessed(one, document):
        end = start + 1
    fragments = list(_edged([(start, end)], document))
    if not fragments:
        return None, ()
    span = Span.of(*fragments)
    return span, (entities.of(span),)


def _status(one: Found, document: Document) -> Status:
    text, tokens = document.require_text(), document.tokens
    around = {text[slice(*tokens[i])].lower() for i in {*_tokens_of(one.frame), *one.helpers} - set(_tokens_of(one.content))}
    if one.follows is not None or one.form is Form.FREE_INDIRECT:
        return Status.ACTUAL
    if around & _NEGATIONS:
        return Status.NEGATED
    return Status.HYPOTHETICAL if {text[slice(*tokens[i])].lower() for i in one.helpers} & _POSSIBLE else Status.ACTUAL


def _basis(one: Found, reporter: Attribution, document: Document, entities: _Entities) -> Iterator[Attribution]:
    """What the reporter relies on by a phrase of list P: a child with a copy of the content (section 8)."""
    text, tokens = document.require_text(), document.tokens
    for start, end in one.frame if one.follows is None else ():
        for i in range(start + 1, end - 2):
            if text[slice(*tokens[i])] in BASIS_NOUNS and text[slice(*tokens[i + 1])] == "auf":
                phrase = clauses.noun_phrase([text[slice(*tokens[k])] for k in range(i + 2, end)])
                if phrase is not None:
                    span = Span.of(*_edged([(i + 2 + phrase[0], i + 2 + phrase[1])], document))
                    yield Attribution(
                        id=f"{reporter.id}b",
                        form=reporter.form,
                        source=span,
                        cue=_span(tokens, [(i - 1, i + 2)]),
                        content=reporter.content,
                        source_refs=(entities.of(span),),
                        parent=reporter.id,
                    )


def _refusals(document: Document, written: Sequence[Attribution], entities: _Entities) -> Iterator[Attribution]:
    """Sentences of list N that are no attribution yet."""
    text, tokens = document.require_text(), document.tokens
    for match in _SILENCE.finditer(text):
        index = bisect_right(document.sentences, bisect_right(tokens, match.start(), key=_END), key=_END)
        first, last = document.sentences[index]
        start, end = tokens[first][0], tokens[last - 1][1]
        if any(zone.kind in _UNTAGGED and zone.start < end and start < zone.end for zone in document.zones) or any(
            a.cue is not None and start <= a.cue.start < end for a in written
        ):
            continue
        subject = clauses.subject([text[slice(*token)] for token in tokens[first:last]])
        if subject is None:
            continue
        span = Span.of(*_edged([(first + subject[0], first + subject[1])], document))
        cue = [m.span() for m in _SILENT_CUE.finditer(text, start, end) if not span.overlaps(Span.of(m.span()))]
        yield Attribution(
            id=f"n{match.start()}",
            form=Form.NO_COMMENT,
            source=span,
            cue=Span.of(*_glued(cue, text)) if cue else None,
            source_refs=(entities.of(span),),
        )


def _glued(fragments: Iterable[Fragment], text: str) -> list[Fragment]:
    """Fragments with nothing but a blank between them as one (Q4)."""
    glued: list[Fragment] = []
    for start, end in fragments:
        if glued and not text[glued[-1][1] : start].strip():
            start = glued.pop()[0]
        glued.append((start, end))
    return glued


# --- Hedges ---------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(
    r"\d|ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|hundert|tausend|million|milliard|halb|dutzend|hälfte|drittel",
    re.I,
)
_PHRASES = re.compile("|".join(rf"\b[{phrase[0].lower()}{phrase[0].upper()}]{phrase[1:]}\b" for phrase in sorted(HEDGE_PHRASES)))
_PHRASE_TYPES = {phrase.lower(): type_ for phrase, type_ in HEDGE_PHRASES.items()}
_HEDGE_WORDS = {form: type_ for word, type_ in HEDGES.items() for form in (word, word[0].upper() + word[1:])}
_PERFECT = frozenset({"haben", "sein", "worden"})


def _hedges(document: Document, words: Sequence[str]) -> list[tuple[Span, HedgeType]]:
    """Hedges of appendix B outside credits and the like, in text order; modals and approximators where their tests hold."""
    text, tokens = document.require_text(), document.tokens
    phrases = [(match.span(), _PHRASE_TYPES[match[0].lower()]) for match in _PHRASES.finditer(text)]
    single = [
        (tokens[i], _HEDGE_WORDS[word])
        for i, word in enumerate(words)
        if word in _HEDGE_WORDS and _passes(words, i) and not any(a <= tokens[i][0] < b for (a, b), _ in phrases)
    ]
    return [
        (Span.of(place), type_)
        for place, type_ in sorted(phrases + single)
        if not any(zone.kind in _UNTAGGED and zone.start <= place[0] < zone.end for zone in document.zones)
    ]


def _passes(words: Sequence[str], i: int) -> bool:
    """The tests of 9.1 and 9.2: quantities after approximators, an infinitive perfect after *soll*; and the fixed phrases of T51, T52."""
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


# --- Entities -------------------------------------------------------------------------------------------------------


_PRONOUNS = frozenset("er sie es wir ich man der die das den dem denen dieser diese dieses sein seine seiner ihr ihre ihrer".split())


class _Entities:
    """The sources of a document: one for each name, short forms and pronouns included (10.1)."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._sources: dict[str, Source] = {}
        self._by_last_word: dict[str, str] = {}
        self._latest = ""

    def of(self, span: Span) -> str:
        """The id of the source that a span names; a new one where it names none of those before."""
        name = span.surface(self._document.require_text())
        words = [word for word in re.findall(r"\w[\w-]*", name) if word[0].isupper()]
        if not words or name.lower() in _PRONOUNS:
            if self._latest:
                return self._latest
            words = [name]
        key = words[-1].lower()
        if key not in self._by_last_word:
            id_ = f"e{len(self._sources) + 1}"
            self._sources[id_] = _judged(_unjudged(id_, name))
            self._by_last_word[key] = id_
        self._latest = self._by_last_word[key]
        return self._latest

    def all(self) -> tuple[Source, ...]:
        return tuple(self._sources.values())


def _unjudged(id_: str, name: str) -> Source:
    return Source(id=id_, name=name, kind=Kind.UNSPECIFIED, sector=Sector.UNKNOWN, identification=Identification.ROLE_ONLY)


_INDEFINITE = ("ein ", "eine ", "einer ", "einem ", "einen ", "mehrere ", "zwei ", "drei ", "weitere", "einige ")
_HEAD_END = re.compile(r"\s(?:des|der|von|vom|für|bei|beim|im|in|aus|am|zum|zur)\s|,|\(")


def _judged(source: Source) -> Source:
    """The source with kind, sector and identification by the words of its name (10.2, 10.3)."""
    kind, sector, known = _judgement(source.name)
    return replace(source, kind=kind, sector=sector, identification=known)


@lru_cache(maxsize=1 << 16)
def _judgement(name: str) -> tuple[Kind, Sector, Identification]:
    kind = _kind(name)
    lowered = name.lower()
    sector = next((Sector(sector) for sector, parts in SECTOR_PARTS if any(part in lowered for part in parts)), Sector.UNKNOWN)
    if not ANONYMOUS_PARTS.isdisjoint(re.findall(r"\w+", lowered)):
        known = Identification.ANONYMOUS
    elif name[:1].islower() and lowered.startswith(_INDEFINITE) or kind is Kind.GROUP:
        known = Identification.ROLE_ONLY
    elif kind is Kind.PERSON and len(re.findall(r"\b[A-ZÄÖÜ]\w+", name)) < 2 and _kind_word(name) is not None:
        known = Identification.ROLE_ONLY
    elif kind in (Kind.DOCUMENT, Kind.UNSPECIFIED) and " " not in name.strip():
        known = Identification.ROLE_ONLY
    else:
        known = Identification.NAMED
    return kind, sector, known


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


# --- Tasks about given labels ---------------------------------------------------------------------------------------


def _with_forms(document: Document) -> Document:
    return replace(document, attributions=tuple(replace(a, form=_form(a, document)) for a in document.attributions))


def _form(attribution: Attribution, document: Document) -> Form:
    """The form of a content by section 7.1: list N, quotation marks, then whether anything stands around it and whether it is a clause."""
    text, tokens = document.require_text(), document.tokens
    content = attribution.content
    if content is None:
        return Form.NO_COMMENT
    index = bisect_right(document.sentences, bisect_right(tokens, content.start, key=_END), key=_END)
    first, last = document.sentences[min(index, len(document.sentences) - 1)]
    start, end = tokens[first][0], max(tokens[last - 1][1], content.end)
    own = " ".join(text[a:b] for a, b in content.fragments)
    if all(text[a] in '„“»"' and text[b - 1] in '“”«"' for a, b in content.fragments):
        return Form.DIRECT
    if _SILENCE.search(text, start, end) and len(own.split()) < 8:
        return Form.NO_COMMENT
    letters, _ = classes([text[slice(*token)] for token in tokens if any(a <= token[0] < b for a, b in content.fragments)])
    if ("q" in letters or "Q" in letters):
        return Form.MIXED
    outside = re.findall(r"\w+", text[start : content.start] + " " + text[content.end : end])
    if "K" in letters and len(outside) < 2:
        return Form.FREE_INDIRECT
    if re.search("[HhmKJcw]|z[aVP]", letters) or len(own) > 70:
        return Form.INDIRECT
    return Form.REPORTED


def _with_triggers(document: Document) -> Document:
    """Each candidate as what the rules make of its place: part of a cue they find, a hedge they find, or neither."""
    tagged = _in_core(document)
    cues = [a.cue for a in tagged.attributions if a.cue is not None]
    labels = {}
    for span in candidates(document):
        if any(span.overlaps(hedge.span) for hedge in tagged.hedges):
            labels[span] = "hedge"
        else:
            labels[span] = "cue" if any(span.overlaps(cue) for cue in cues) else "neither"
    return answered(document, labels)


_RELIES = re.compile(
    r"\b(?:Berufung|Bezugnahme|Verweis|Hinweis|gestützt|stütz\w+|beruf\w+|berief\w*|zitier\w+|gelesen|wieder|erfuhr\w*|erfahren|Worten|zurückgeht)\b"
)


def _with_parents(document: Document) -> Document:
    """Each attribution with its parent: the innermost that holds it, or the reporter that relies on it (section 8)."""
    parents: dict[str, str | None] = {}
    for attribution in document.attributions:
        parents[attribution.id] = attribution.parent or _parent(attribution, document)
    for attribution in document.attributions:
        if attribution.continues is not None and parents[attribution.id] is None:
            parents[attribution.id] = parents.get(attribution.continues)
    return replace(
        document,
        attributions=tuple(a if a.parent == parents[a.id] else replace(a, parent=parents[a.id]) for a in document.attributions),
    )


def _parent(attribution: Attribution, document: Document) -> str | None:
    content, text = attribution.content, document.require_text()
    if content is None:
        return None
    if attribution.cue is not None and _RELIES.search(attribution.cue.surface(text)):
        before = [
            a for a in document.attributions if a.content == content and a.id != attribution.id and _starts_before(a, attribution)
        ]
        if before:
            return before[-1].id
    if attribution.cue is None and attribution.source is None:
        return None
    frame = [span for span in (attribution.cue, attribution.source) if span is not None]
    holders = [
        a
        for a in document.attributions
        if a.id != attribution.id
        and a.content is not None
        and a.content != content
        and a.content.contains(content)
        and all(a.content.contains(span) for span in frame)
    ]
    return min(holders, key=lambda a: len(a.content or ())).id if holders else None


def _starts_before(one: Attribution, other: Attribution) -> bool:
    places = [min((span.start for span in (a.source, a.cue) if span is not None), default=-1) for a in (one, other)]
    return places[0] < places[1]


def _with_links(documents: Sequence[Document]) -> list[Document]:
    """Each document with a link for every attribution whose source bears the name of another house of its story."""
    stories: dict[str, list[Document]] = {}
    for document in documents:
        stories.setdefault(document.metadata.story_id, []).append(document)
    return [replace(d, provenance=tuple(sorted(_links(d, stories[d.metadata.story_id])))) for d in documents]


def _links(document: Document, story: Sequence[Document]) -> Iterator[ProvenanceLink]:
    houses: Mapping[str, str] = {d.metadata.outlet.lower(): d.id for d in story if d.id != document.id and d.metadata.outlet}
    for attribution in document.attributions:
        names = [document.source_by_id[ref].name.lower() for ref in attribution.source_refs if ref in document.source_by_id]
        for to_doc in sorted({id_ for house, id_ in houses.items() if any(house in name for name in names)}):
            yield ProvenanceLink(attribution=attribution.id, to_doc=to_doc)
