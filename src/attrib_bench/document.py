"""The model: a document, its stand-off annotations, and what follows from them.

Offsets are Unicode code points into ``Document.text``, half-open ``[start, end)``, so that
``text[start:end]`` is the annotated string. What each label means is in ``docs/codebook.md``;
the vocabularies have their home in ``schema/annotation.schema.json`` and tests hold these enums to it.
This module imports nothing else of the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from typing import Any

Fragment = tuple[int, int]
"""One stretch of text, ``(start, end)``: code points, half-open."""


class DataError(ValueError):
    """Data, predictions or a file are not what they must be. The message names the place and what was expected."""


def unknown_name(what: str, name: str, known: Iterable[str]) -> DataError:
    """The error for a name that is none of the known ones, with the one that was probably meant."""
    known = tuple(known)
    near = get_close_matches(name, known, n=1)
    also = f"; did you mean {near[0]}?" if near else ""
    return DataError(f"found the {what} {name!r}, expected one of {', '.join(known)}{also}")


class Form(StrEnum):
    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"
    FREE_INDIRECT = "free_indirect"
    REPORTED = "reported"
    NO_COMMENT = "no_comment"


class Status(StrEnum):
    ACTUAL = "actual"
    NEGATED = "negated"
    HYPOTHETICAL = "hypothetical"


class Kind(StrEnum):
    PERSON = "person"
    GROUP = "group"
    INSTITUTION = "institution"
    DOCUMENT = "document"
    UNSPECIFIED = "unspecified"


class Sector(StrEnum):
    STATE = "state"
    POLITICS = "politics"
    MEDIA = "media"
    BUSINESS = "business"
    SCIENCE = "science"
    CIVIL = "civil"
    PRIVATE = "private"
    UNKNOWN = "unknown"


class Identification(StrEnum):
    NAMED = "named"
    ROLE_ONLY = "role_only"
    ANONYMOUS = "anonymous"


class JustificationType(StrEnum):
    ANONYMITY = "anonymity"
    ACCESS = "access"


class HedgeType(StrEnum):
    EPISTEMIC = "epistemic"
    INFERENTIAL = "inferential"
    REPORTIVE = "reportive"
    APPROXIMATOR = "approximator"


class ZoneKind(StrEnum):
    TITLE = "title"
    TEASER = "teaser"
    HEADING = "heading"
    CAPTION = "caption"
    CREDIT = "credit"
    SOURCE_LIST = "source_list"
    BOILERPLATE = "boilerplate"


class Reason(StrEnum):
    """Why a word that looks like a cue or a hedge is none (codebook, ruling R18)."""

    LAUT_ADJ = "laut-adj"
    SO_ADV = "so-adv"
    TEMPORAL = "temporal"
    IDIOM = "idiom"
    INFERENCE = "inference"
    NAME = "name"
    TITLE = "title"
    TERM = "term"
    SCARE = "scare"
    COUNTERFACTUAL = "counterfactual"
    REPUTATION = "reputation"
    PLAN = "plan"
    DEONTIC = "deontic"
    VOLITIVE = "volitive"
    ABILITY = "ability"
    CONDITIONAL = "conditional"
    KONJ_FIXED = "konj-fixed"
    KONJ_IRREAL = "konj-irreal"
    INDICATIVE = "indicative"
    QUESTION = "question"
    DENOTE = "denote"
    FORMULA = "formula"
    ID_EST = "i.e."
    EXEMPLI_GRATIA = "e.g."
    NOUN = "noun"
    ACT = "act"
    KNOWLEDGE = "knowledge"
    PERCEPTION = "perception"
    FEELING = "feeling"
    TOPIC = "topic"
    EVENT = "event"
    LEGAL = "legal"
    NON_AGENTIVE = "non-agentive"
    NO_QUANTITY = "no-quantity"
    NOT_LEXICON = "not-lexicon"


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """One or more fragments in text order, with a gap between any two of them.

    Raises DataError for an empty span, an empty or negative fragment, and fragments that are unsorted, overlap or touch.
    """

    fragments: tuple[Fragment, ...]

    def __post_init__(self) -> None:
        if not self.fragments:
            raise DataError("a span needs at least one fragment")
        previous = -1
        for start, end in self.fragments:
            if not 0 <= start < end:
                raise DataError(f"fragment [{start}, {end}) is empty or negative")
            if start <= previous:
                raise DataError(f"fragment [{start}, {end}) does not leave a gap after the one before, which ends at {previous}")
            previous = end

    @classmethod
    def of(cls, *fragments: Fragment) -> Span:
        """The span that covers these fragments, given in any order; those that overlap or touch become one."""
        merged: list[Fragment] = []
        for start, end in sorted(fragments):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return cls(tuple(merged))

    @property
    def start(self) -> int:
        return self.fragments[0][0]

    @property
    def end(self) -> int:
        return self.fragments[-1][1]

    def __len__(self) -> int:
        """Code points covered, gaps left out."""
        return sum(end - start for start, end in self.fragments)

    def contains(self, other: Span) -> bool:
        """Whether every fragment of `other` lies inside one of this span's."""
        return all(any(s <= start and end <= e for s, e in self.fragments) for start, end in other.fragments)

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a code point."""
        return any(s < end and start < e for s, e in self.fragments for start, end in other.fragments)

    def surface(self, text: str) -> str:
        """The annotated words; fragments are joined by ``" … "``."""
        return " … ".join(text[start:end] for start, end in self.fragments)

    def words(self, text: str) -> list[str]:
        """The annotated words, cut at white space."""
        return [word for start, end in self.fragments for word in text[start:end].split()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A stretch of the page that is not body text."""

    kind: ZoneKind
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise DataError(f"zone [{self.start}, {self.end}) is empty or negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Justification:
    """Words that say why a source is not named (`anonymity`) or how it came to know (`access`)."""

    type: JustificationType
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One real-world source within a document (an entity, not a mention)."""

    id: str
    name: str
    kind: Kind
    sector: Sector
    identification: Identification
    affiliation: str | None = None
    """Id of the Source that it speaks for or belongs to; of a document, its issuer."""
    justifications: tuple[Justification, ...] = ()
    listed: bool = False
    """Stands in the article's source list or a credit."""
    is_self: bool = False
    """The publishing house itself, or its author."""
    doc_ref: str | None = None
    """The article of this collection that it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who says what, in which words."""

    id: str
    form: Form
    status: Status = Status.ACTUAL
    source: Span | None = None
    cue: Span | None = None
    content: Span | None = None
    addressee: Span | None = None
    source_refs: tuple[str, ...] = ()
    """Ids of Sources: one per fragment of `source`, or several for its only fragment; without a span, those it is said to share."""
    parent: str | None = None
    """Id of the Attribution through which this one reached the text."""
    continues: str | None = None
    """Id of the Attribution whose source this cue-less one shares."""

    def spans(self) -> Iterator[tuple[str, Span]]:
        """Its spans with their labels, in the order source, cue, content, addressee."""
        for label in ATTRIBUTION_LABELS:
            span = getattr(self, label)
            if span is not None:
                yield label, span


ATTRIBUTION_LABELS = ("source", "cue", "content", "addressee")
"""The labels of an attribution's spans, as the attributes are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedge:
    """A word that makes a statement less certain or a quantity less exact."""

    id: str
    span: Span
    type: HedgeType


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedTrigger:
    """A word that looks like a cue or a hedge and is none: a hard negative."""

    span: Span
    reason: Reason


@dataclass(frozen=True, slots=True, order=True)
class ProvenanceLink:
    """The attribution with this id refers to the article `to_doc` of the same collection."""

    attribution: str
    to_doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is known of an article besides its text; empty where a corpus does not say."""

    story_id: str = ""
    outlet: str = ""
    genre: str = ""
    topic: str = ""
    date: str = ""
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """An article with its annotations.

    `text` is None where it has to be hydrated first. `tokens` are the canonical tokens as fragments, `sentences` half-open
    ranges of token indices; both are empty where nobody has tokenised the document yet. `native` keeps, by format, what an
    imported corpus has and this model lacks.
    """

    id: str
    collection: str
    text: str | None
    sha256: str = ""
    """Of the text's UTF-8 bytes, in hexadecimal."""
    n_chars: int = 0
    metadata: Metadata = Metadata()
    zones: tuple[Zone, ...] = ()
    sources: tuple[Source, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    hedges: tuple[Hedge, ...] = ()
    rejected_triggers: tuple[RejectedTrigger, ...] = ()
    provenance: tuple[ProvenanceLink, ...] = ()
    """Sorted. Known from who worked from what, not from reading, and kept beside the annotations."""
    tokens: tuple[Fragment, ...] = field(default=(), repr=False)
    sentences: tuple[Fragment, ...] = field(default=(), repr=False)
    native: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)

    @cached_property
    def attribution_by_id(self) -> Mapping[str, Attribution]:
        return {attribution.id: attribution for attribution in self.attributions}

    @cached_property
    def source_by_id(self) -> Mapping[str, Source]:
        return {source.id: source for source in self.sources}

    def require_text(self) -> str:
        """The text. Raises DataError where it has not been hydrated."""
        if self.text is None:
            raise DataError(f"{self.id}: the text of collection {self.collection!r} is not shipped; hydrate it first")
        return self.text

    def spans(self) -> Iterator[tuple[str, Span]]:
        """Every labelled span: source, cue, content and addressee of each attribution, then the hedges."""
        for attribution in self.attributions:
            yield from attribution.spans()
        for hedge in self.hedges:
            yield "hedge", hedge.span


def chain(document: Document, attribution: Attribution) -> tuple[Attribution, ...]:
    """The attribution, its parent, that one's parent and so on up to the outermost.

    Raises DataError where a parent is missing or the chain runs in a circle.
    """
    links = [attribution]
    while (parent := links[-1].parent) is not None:
        if parent not in document.attribution_by_id:
            raise DataError(f"{document.id}: attribution {links[-1].id!r} names the parent {parent!r}, which does not exist")
        link = document.attribution_by_id[parent]
        if any(link.id == known.id for known in links):
            raise DataError(f"{document.id}: the parents of attribution {attribution.id!r} run in a circle")
        links.append(link)
    return tuple(links)


def depth(document: Document, attribution: Attribution) -> int:
    """How many hands a content went through, at least 1; the article itself is depth 0 (codebook, section 8)."""
    return len(chain(document, attribution))


def holder(document: Document, span: Span) -> Attribution | None:
    """The innermost attribution whose content contains the span, or None for the author (codebook, H4).

    Innermost is the deepest in its chain; among equals the one with the shortest content, then the last.
    """
    innermost, rank = None, (0, 0)
    for attribution in document.attributions:
        content = attribution.content
        if content is not None and content.contains(span) and (own := (depth(document, attribution), -len(content))) >= rank:
            innermost, rank = attribution, own
    return innermost


def named_by(attribution: Attribution) -> Iterator[tuple[Fragment, str]]:
    """Each fragment of the source span with the id of the Source that it names; a single fragment may name several.

    Nothing for a source span that names none, as a system's may. Raises DataError where neither numbers agree nor one is 1.
    """
    if attribution.source is None or not attribution.source_refs:
        return
    fragments, refs = attribution.source.fragments, attribution.source_refs
    if len(fragments) == 1:
        fragments *= len(refs)
    if len(fragments) != len(refs):
        raise DataError(f"attribution {attribution.id!r}: {len(refs)} source_refs for {len(fragments)} fragments of its source")
    yield from zip(fragments, refs, strict=True)


def mentions(document: Document, source: Source) -> tuple[Fragment, ...]:
    """Where the document mentions a source, sorted: fragments of source spans that name it, and its name in addressees.

    A listed source is also mentioned where its name stands in a source list or a credit. Names are looked up in the
    text; without one only source spans count.
    """
    found = {fragment for a in document.attributions for fragment, ref in named_by(a) if ref == source.id}
    if document.text is not None and source.name:
        places = [f for a in document.attributions if a.addressee for f in a.addressee.fragments]
        if source.listed:
            places += [(z.start, z.end) for z in document.zones if z.kind in (ZoneKind.SOURCE_LIST, ZoneKind.CREDIT)]
        for start, end in places:
            found.update(_occurrences(document.text, source.name, start, end))
    return tuple(sorted(found))


def _occurrences(text: str, name: str, start: int, end: int) -> Iterable[Fragment]:
    while (at := text.find(name, start, end)) >= 0:
        start = at + len(name)
        yield at, start
