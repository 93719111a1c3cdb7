"""The system `lexicon`: rules and word lists from the codebook, nothing learned.

`clauses` finds the attributions of a text; this module writes them down, in the codebook's scheme or in GQA's (section 13.1),
adds hedges (section 9) and source entities (section 10), and answers the tasks that ask about given labels.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from attrib_bench.baselines import clauses
from attrib_bench.baselines.clauses import Found
from attrib_bench.baselines.entities import Entities, judged, unjudged
from attrib_bench.baselines.hedging import hedges
from attrib_bench.baselines.store import open_model, save_model
from attrib_bench.baselines.wordclasses import classes
from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Fragment,
    Hedge,
    ProvenanceLink,
    Source,
    Span,
    Status,
)
from attrib_bench.files import json_line
from attrib_bench.lexicon import (
    BASIS_NOUNS,
    JUDGING_VERBS,
    SPEECH_VERBS,
    THOUGHT_CARRIERS,
    THOUGHT_VERBS,
    WRITING_VERBS,
)
from attrib_bench.schema import UNANNOTATED_ZONES
from attrib_bench.tasks.trigger import answered, candidates

Scheme = Literal["core", "gqa"]

_LINE_FEEDS = re.compile(r"\n+")
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
                return [replace(document, sources=tuple(judged(s) for s in document.sources)) for document in documents]
            case "trigger":
                return [_with_triggers(document) for document in documents]
            case "chain":
                return [replace(d, attributions=_linked(d.attributions, d.require_text())) for d in documents]
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
    silent = [(zone.start, zone.end) for zone in document.zones if zone.kind in UNANNOTATED_ZONES]
    if silent:
        sentences = tuple(
            (first, last)
            for first, last in sentences
            if not any(start < tokens[last - 1][1] and tokens[first][0] < end for start, end in silent)
        )
    text = document.require_text()
    breaks = [bisect_right(tokens, match.start(), key=_END) for match in _LINE_FEEDS.finditer(text)]
    return clauses.attributions(words, sentences, breaks=breaks)


# --- GQA's scheme ---------------------------------------------------------------------------------------------------


def _in_gqa(document: Document) -> Document:
    """The document in GQA's scheme: carriers with the speaker, auxiliaries with the cue, frames, media; no hedges."""
    text, tokens = document.require_text(), document.tokens
    found = _found(document, _words(document))
    attributions: list[Attribution] = []
    kept: dict[str, dict[str, Any]] = {}
    sources: dict[str, Source] = {}
    for index, one in enumerate(found):
        if one.form is Form.REPORTED and _is_unmarked(one, found[index + 1 : index + _NEARBY]):
            continue
        id_ = f"a{len(attributions)}"
        is_framed = one.form in (Form.DIRECT, Form.INDIRECT)
        cue = sorted({*one.cue, *one.helpers}) if is_framed else []
        content = _tokens_of(one.content)
        frame = sorted(set(_tokens_of(one.frame)).difference(content)) if is_framed else []
        kept[id_] = {"medium": _medium(one, document)}
        if frame:
            kept[id_]["frame"] = _runs(frame)
        if one.shall:
            kept[id_]["type"] = "FreeIndirect"
        speaker = _speaker_of_gqa(one)
        source = _span(tokens, [speaker]) if speaker is not None else None
        refs: tuple[str, ...] = ()
        if source is not None:
            name = source.surface(text)
            refs = (sources.setdefault(name, unjudged(f"e{len(sources) + 1}", name)).id,)
        attributions.append(
            Attribution(
                id=id_,
                form=one.form,
                source=source,
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
        native={"gqa": {"annotations": kept}},
    )


def _speaker_of_gqa(one: Found) -> Fragment | None:
    """The source with its carrier noun; *demnach* speaks for itself."""
    if one.source is None:
        return (one.cue[0], one.cue[0] + 1) if one.lemma == "demnach" and one.form is not Form.FREE_INDIRECT else None
    if one.carrier is None:
        return one.source
    return min(one.source[0], one.carrier[0]), max(one.source[1], one.carrier[1])


def _is_unmarked(one: Found, following: Sequence[Found]) -> bool:
    """Whether GQA would leave a reported content: nobody's, a judgement, or one with quoted words, which are Direct alone."""
    if one.source is None or one.lemma in JUDGING_VERBS:
        return True
    return any(other.form is Form.DIRECT and one.holds(other.content[0]) for other in following)


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
    if one.lemma in THOUGHT_VERBS or ((one.carrier or one.lemma == "nach") and _head(one, document) in THOUGHT_CARRIERS):
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

_POSSESSIVES = ("sein", "ihr", "unser", "mein", "dein", "euer", "eur")
_NEGATIONS = frozenset("nicht nie niemals kein keine keinen keiner Nicht Kein Keine Keiner".split())
_POSSIBLE = frozenset("soll sollte sollten könnte könnten Sollte Sollten".split())
_PUNCTUATION = frozenset(",.;:–-!?…")
_LINE = re.compile(r"\S[^\n]*(?<=\S)")
_SILENCE = re.compile(
    r"(?:nicht(?: \w+){0,6}? (?:äußern|geäußert|kommentieren|kommentiert|erreichen|erreichbar)|nichts(?: \w+){0,4}? sagen"
    r"|keine (?:Angaben|Einzelheiten|Zahlen|Gründe|Stellungnahme|Auskunft|Antwort|Details|Namen)"
    r"|(?:Stellungnahme|Kommentar|Auskunft)(?: \w+){0,3}? (?:ab|abgelehnt|verweigert)|reagiert\w*(?: \w+){0,4}? nicht"
    r"|(?:hielt|hält|hielten|halten) sich bedeckt)\b"
)
"""List N (A5). No word boundary in front: it would cost the search its speed, and no word ends in one of these and a blank."""
_SILENT_CUE = re.compile(
    r"\b(?:sich|äußern|geäußert|kommentieren|kommentiert|erreichen|erreichbar|reagiert\w*|sagen|nannten?|nannte|nennen|nennt|machten?|"
    r"machte|machen|macht|gab|gaben|gibt|Stellungnahme|Kommentar|Auskunft|Antwort|Anfrage|lehnten?|lehnte|ab|abgelehnt|verweigert\w*|"
    r"(?:hielt|hält|hielten|halten) sich bedeckt)\b"
)
_NEARBY = 12  # attributions before and after, among which one may stand inside another


class _CoreWriter:
    """Writes what was found in a document as the codebook has it: lexical cues, sources without carriers, entities."""

    def __init__(self, document: Document, words: Sequence[str]) -> None:
        self._document, self._words = document, words
        self._text, self._tokens = document.require_text(), document.tokens
        self._written: list[Attribution] = []
        self._places: dict[int, int] = {}
        """Where each found one was written, by its identity."""
        self.entities = Entities(document)

    def write(self, found: Sequence[Found]) -> tuple[Attribution, ...]:
        """The attributions, with parents."""
        inside: set[int] = set()  # quotations that are part of another's content,
        mixed: set[int] = set()  # and those that they make mixed
        for index, one in enumerate(found):
            if one.form is Form.DIRECT:
                around = [id(other) for other in found[max(0, index - _NEARBY) : index + _NEARBY] if _surrounds(other, one)]
                mixed.update(around)
                inside.update([id(one)] if around else [])
        for one in found:
            if id(one) not in inside and not (one.form is Form.DIRECT and self._joins(one)):
                self._write_one(one, is_mixed=id(one) in mixed)
        self._written += self._refusals()
        return _linked(self._written, self._text)

    def _write_one(self, one: Found, *, is_mixed: bool) -> None:
        content = self._content(one)
        if content is None:
            return
        self._places[id(one)] = len(self._written)
        leader = self._places.get(id(one.follows))
        if one.follows is not None:
            continues = self._written[leader] if leader is not None else None
            attribution = Attribution(
                id=f"a{len(self._written) + 1}",
                form=one.form,
                content=content,
                source_refs=continues.source_refs[:1] if continues is not None else (),
                continues=continues.id if continues is not None else None,
            )
        else:
            source = self._source(one)
            attribution = Attribution(
                id=f"a{len(self._written) + 1}",
                form=Form.MIXED if is_mixed else one.form,
                status=self._status(one),
                source=source,
                cue=self._cue(one),
                content=content,
                addressee=_span(self._tokens, [one.addressee]) if one.addressee is not None else None,
                source_refs=(self.entities.of(source),) if source is not None else (),
            )
        self._written.append(attribution)
        if one.follows is None:
            self._written += self._bases(one, attribution)

    def _joins(self, one: Found) -> bool:
        """Whether a quotation is a further fragment of the one that it goes on with, in the same paragraph (C2)."""
        place = self._places.get(id(one.follows))
        if place is None or self._written[place].form not in (Form.DIRECT, Form.MIXED):
            return False
        content = self._written[place].content
        if content is None or "\n" in self._text[content.end : self._tokens[one.content[0][0]][0]]:
            return False
        self._written[place] = replace(self._written[place], content=Span.of(*content.fragments, *self._edged(one.content)))
        self._places[id(one)] = place
        return True

    def _edged(self, ranges: Iterable[Fragment]) -> Iterator[Fragment]:
        """Ranges of tokens as fragments without punctuation at their edges (U4), split at paragraph breaks (U2)."""
        words, tokens = self._words, self._tokens
        for start, end in ranges:
            while start < end and words[start] in _PUNCTUATION:
                start += 1
            while end > start and words[end - 1] in _PUNCTUATION:
                end -= 1
            if start < end:
                first, last = tokens[start][0], tokens[end - 1][1]
                if self._text.find("\n", first, last) < 0:
                    yield first, last
                else:
                    yield from (match.span() for match in _LINE.finditer(self._text, first, last))

    def _content(self, one: Found) -> Span | None:
        fragments = list(self._edged(one.content if one.form is not Form.REPORTED else [_complement(one)]))
        return Span.of(*fragments) if fragments else None

    def _cue(self, one: Found) -> Span | None:
        """The lexical core (Q1); a carrier noun with an originator joins it (S8)."""
        cue = {*one.cue, *(i for i in one.helpers if self._words[i] == "sich")}
        if one.carrier is not None:
            cue.update(i for i in range(*one.carrier) if self._words[i] not in ("von", "vom"))
        elif self._is_possessed(one) and one.source is not None:
            cue.update(range(one.source[0] + 1, one.source[1]))
        return _span(self._tokens, _runs(sorted(cue))) if cue else None

    def _is_possessed(self, one: Found) -> bool:
        """*seinen Worten nach*: the source is the possessive (S5)."""
        return (
            one.lemma == "nach"
            and one.source is not None
            and one.source[1] == one.cue[0]
            and self._words[one.source[0]].lower().startswith(_POSSESSIVES)
        )

    def _source(self, one: Found) -> Span | None:
        if one.source is None:
            return None
        start, end = one.source
        fragments = list(self._edged([(start, start + 1 if self._is_possessed(one) else end)]))
        return Span.of(*fragments) if fragments else None

    def _status(self, one: Found) -> Status:
        """Of the cue clause (7.2)."""
        if not all(_NEGATIONS.isdisjoint(self._words[start:end]) for start, end in one.frame):
            outside = {*_tokens_of(one.frame)}.difference(_tokens_of(one.content))
            if not _NEGATIONS.isdisjoint(self._words[i] for i in outside):
                return Status.NEGATED
        return Status.ACTUAL if _POSSIBLE.isdisjoint(self._words[i] for i in one.helpers) else Status.HYPOTHETICAL

    def _bases(self, one: Found, reporter: Attribution) -> Iterator[Attribution]:
        """What the reporter relies on by a phrase of list P: a child with a copy of the content (section 8)."""
        words = self._words
        for start, end in one.frame:
            if BASIS_NOUNS.isdisjoint(words[start:end]):
                continue
            for i in range(start + 1, end - 2):
                if words[i] in BASIS_NOUNS and words[i + 1] == "auf" and (phrase := clauses.noun_phrase(words[i + 2 : end])):
                    span = Span.of(*self._edged([(i + 2 + phrase[0], i + 2 + phrase[1])]))
                    yield Attribution(
                        id=f"{reporter.id}b",
                        form=reporter.form,
                        source=span,
                        cue=_span(self._tokens, [(i - 1, i + 2)]),
                        content=reporter.content,
                        source_refs=(self.entities.of(span),),
                        parent=reporter.id,
                    )
                    return

    def _refusals(self) -> Iterator[Attribution]:
        """Sentences of list N that are no attribution yet."""
        document, tokens = self._document, self._tokens
        taken = {_sentence_at(document, a.cue.start) for a in self._written if a.cue is not None}
        for match in _SILENCE.finditer(self._text):
            index = _sentence_at(document, match.start())
            first, last = document.sentences[index]
            start, end = tokens[first][0], tokens[last - 1][1]
            if index in taken or any(
                zone.kind in UNANNOTATED_ZONES and zone.start < end and start < zone.end for zone in document.zones
            ):
                continue
            taken.add(index)
            if (subject := clauses.subject(self._words[first:last])) is not None:
                span = Span.of(*self._edged([(first + subject[0], first + subject[1])]))
                cue = [cue.span() for cue in _SILENT_CUE.finditer(self._text, start, end) if not span.overlaps(Span.of(cue.span()))]
                yield Attribution(
                    id=f"n{match.start()}",
                    form=Form.NO_COMMENT,
                    source=span,
                    cue=Span.of(*_glued(cue, self._text)) if cue else None,
                    source_refs=(self.entities.of(span),),
                )


def _in_core(document: Document) -> Document:
    """The document in the codebook's scheme, with entities and hedges."""
    words = _words(document)
    writer = _CoreWriter(document, words)
    attributions = writer.write([one for one in _found(document, words) if not one.shall])
    return replace(
        document,
        attributions=attributions,
        sources=writer.entities.all(),
        hedges=tuple(Hedge(id=f"h{n}", span=span, type=type_) for n, (span, type_) in enumerate(hedges(document, words), 1)),
        rejected_triggers=(),
        provenance=(),
    )


def _surrounds(one: Found, other: Found) -> bool:
    """Whether the content of one holds the other's and more."""
    whole = (one.content[0][0], one.content[-1][1])
    return one is not other and one.form is not Form.DIRECT and one.holds(other.content[0]) and whole != other.content[0]


def _complement(one: Found) -> Fragment:
    """What a reported clause says besides source, cue and addressee: the longest stretch without them."""
    start, end = one.content[0]
    taken = {*one.cue, *one.helpers, *_tokens_of(span for span in (one.source, one.addressee) if span is not None)}
    runs = _runs([i for i in range(start, end) if i not in taken])
    best = max(runs, key=lambda run: run[1] - run[0], default=[start, end])
    return best[0], best[1]


def _sentence_at(document: Document, offset: int) -> int:
    """The number of the sentence at or after an offset; the last one behind it."""
    token = bisect_right(document.tokens, offset, key=_END)
    return min(bisect_right(document.sentences, token, key=_END), len(document.sentences) - 1)


def _glued(fragments: Iterable[Fragment], text: str) -> list[Fragment]:
    """Fragments with nothing but a blank between them as one (Q4)."""
    glued: list[Fragment] = []
    for start, end in fragments:
        if glued and not text[glued[-1][1] : start].strip():
            start = glued.pop()[0]
        glued.append((start, end))
    return glued


# --- Tasks about given labels ---------------------------------------------------------------------------------------


def _with_forms(document: Document) -> Document:
    return replace(document, attributions=tuple(replace(a, form=_form(a, document)) for a in document.attributions))


def _form(attribution: Attribution, document: Document) -> Form:
    """The form of a content by section 7.1: quotation marks, list N, mood without anything around it, clause."""
    text, tokens = document.require_text(), document.tokens
    content = attribution.content
    if content is None:
        return Form.NO_COMMENT
    first, last = document.sentences[_sentence_at(document, content.start)]
    start, end = tokens[first][0], max(tokens[last - 1][1], content.end)
    own = " ".join(text[a:b] for a, b in content.fragments)
    if all(text[a] in '„“»"' and text[b - 1] in '“”«"' for a, b in content.fragments):
        return Form.DIRECT
    if _SILENCE.search(text, start, end) and len(own.split()) < 8:
        return Form.NO_COMMENT
    letters, _ = classes([text[slice(*token)] for token in tokens if any(a <= token[0] < b for a, b in content.fragments)])
    if "q" in letters or "Q" in letters:
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


def _linked(attributions: Sequence[Attribution], text: str) -> tuple[Attribution, ...]:
    """Each attribution with its parent: the innermost that holds it, or the reporter that relies on it (section 8)."""
    parents = {a.id: a.parent for a in attributions}
    of_content: dict[Span, list[Attribution]] = {}
    around: list[tuple[int, Attribution, Span]] = []  # those whose content is not over yet, with where it ends
    with_content = [(a, a.content) for a in attributions if a.content is not None]
    for attribution, content in sorted(with_content, key=lambda item: (item[1].start, -item[1].end)):
        around = [item for item in around if item[0] > content.start]
        if parents[attribution.id] is None:
            frame = [span for span in (attribution.cue, attribution.source) if span is not None]
            holders = [
                (len(other), a.id)
                for _, a, other in around
                if other != content and all(map(other.contains, [content, *frame])) and frame
            ]
            parents[attribution.id] = min(holders)[1] if holders else None
        around.append((content.end, attribution, content))
        of_content.setdefault(content, []).append(attribution)
    for same in of_content.values():
        for attribution in same if len(same) > 1 else ():
            if attribution.cue is not None and _RELIES.search(attribution.cue.surface(text)):
                reporters = [a for a in same if a is not attribution and _starts_before(a, attribution)]
                parents[attribution.id] = reporters[-1].id if reporters else parents[attribution.id]
    for attribution in attributions:
        if attribution.continues is not None and parents[attribution.id] is None:
            parents[attribution.id] = parents.get(attribution.continues)
    return tuple(a if a.parent == parents[a.id] else replace(a, parent=parents[a.id]) for a in attributions)


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
