"""From labelled spans to whole attributions: which content has which cue, source, frame and addressee.

A tagger, whatever it is, says where contents, cues, sources, frames and addressees stand (`Candidates`). The trained `Linker`
joins fragments that are one span, chooses for each content its frame, cue, source, addressee and medium, and hands over
`Link`s, of which `annotated` makes attributions::

    linker = Linker.fitted([(document, Candidates.of(document)) for document in gold])
    predicted = annotated(document, linker.link(document, candidates))

Every decision is a choice among a few (`Choice`): a log-linear model that ranks them by their features, as Denis & Baldridge
(2008), *Specialized models and ranking for coreference resolution*, EMNLP, do. Token ids are indices into
`Document.tokens`. Types are the values of `Form`; those of documents with ``native["gqa"]`` are GQA's, `gqa.TYPES`.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

from attrib_bench.document import Attribution, DataError, Document, Form, Identification, Kind, Sector, Source, Span
from attrib_bench.formats import gqa
from attrib_bench.lexicon import separated_verbs
from attrib_bench.scoring.pairing import mask_of, token_f1
from attrib_bench.tokens import span_of_tokens, token_ids

TokenIds = tuple[int, ...]
"""Token ids, ascending, each once; empty where there is nothing."""

Features = Sequence[str]

ROLES = ("frame", "cue", "source", "addressee")
"""What a content is linked with, in the order in which it is decided."""

_DISCONTINUOUS = ("frame", "cue")
_PLURALS = {"frame": "frames", "cue": "cues", "source": "sources", "addressee": "addressees"}
_SENTENCES_BEFORE = {"frame": 2, "cue": 2, "source": 7, "addressee": 1}
_SENTENCES_AFTER = 2
_N_NEAREST = 5  # candidates considered on either side of a content
_LEAST_F1 = 0.3  # of a candidate and the gold span that it stands for
_LEAST_CONTENT_F1 = 0.4  # the same for a content
_RIDGE = 0.3  # penalty on squared weights


class Content(NamedTuple):
    """Words that somebody is said to have said, or a fragment of them."""

    tokens: TokenIds
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The spans that a tagger found in a document, in any order; a discontinuous one as one or as its fragments."""

    contents: tuple[Content, ...] = ()
    cues: tuple[TokenIds, ...] = ()
    sources: tuple[TokenIds, ...] = ()
    frames: tuple[TokenIds, ...] = ()
    addressees: tuple[TokenIds, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Candidates:
        """The spans of the document's own attributions, each once."""
        links = links_of(document)
        spans = {
            _PLURALS[role]: tuple(dict.fromkeys(getattr(link, role) for link in links if getattr(link, role))) for role in ROLES
        }
        return cls(contents=tuple(dict.fromkeys(Content(link.content, link.type) for link in links if link.content)), **spans)


class Link(NamedTuple):
    """An attribution as token ids."""

    type: str
    content: TokenIds = ()
    frame: TokenIds = ()
    cue: TokenIds = ()
    source: TokenIds = ()
    addressee: TokenIds = ()
    medium: str = ""
    """One of `gqa.MEDIA`; empty where the corpus marks none."""
    continues: int | None = None
    """Index, among the links, of the one whose source this one shares without a span of its own."""

    @classmethod
    def of(cls, type_: str, spans: Mapping[str, TokenIds], *, medium: str = "", continues: int | None = None) -> Link:
        """The link with these spans, by ``content`` and the names of roles."""
        content, frame, cue, source, addressee = (spans.get(label, ()) for label in ("content", *ROLES))
        return cls(type_, content, frame, cue, source, addressee, medium, continues)


# --- Attributions <-> links -----------------------------------------------------------------------------------------


def links_of(document: Document) -> list[Link]:
    """The document's attributions, in their order; of GQA's with frames, media and its own types."""
    if gqa.COLLECTION in document.native:
        return [
            Link(q.type, content=q.quote, frame=q.frame, cue=q.cue, source=q.speaker, addressee=q.addressee, medium=q.medium)
            for q in gqa.roles(document)
        ]
    index = {attribution.id: i for i, attribution in enumerate(document.attributions)}
    links = []
    for attribution in document.attributions:
        spans = {label: token_ids(document, span) for label, span in attribution.spans()}
        links.append(Link.of(str(attribution.form), spans, continues=index.get(attribution.continues or "")))
    return links


def annotated(document: Document, links: Sequence[Link]) -> Document:
    """The document with these links as attributions ``a1``, ``a2`` … in place of its own, and with a source for each name.

    An attribution in another's content with another source has that one as its parent (codebook, section 8, "embedded").
    Frames, media and GQA's types stand in ``native["gqa"]``, for `gqa.roles`; links with the values of `Form` leave no native.
    """
    sources: dict[str, Source] = {}
    refs = [_source_refs(document, _span(document, link.source), sources) for link in links]
    attributions: list[Attribution] = []
    kept: dict[str, dict[str, Any]] = {}
    for number, (link, own, parent) in enumerate(zip(links, refs, _parents(links), strict=True), 1):
        attributions.append(
            Attribution(
                id=f"a{number}",
                form=gqa.TYPES.get(link.type) or Form(link.type),
                source=_span(document, link.source),
                cue=_span(document, link.cue),
                content=_span(document, link.content),
                addressee=_span(document, link.addressee),
                source_refs=own if link.continues is None else own or refs[link.continues],
                parent=None if parent is None else f"a{parent + 1}",
                continues=None if link.continues is None else f"a{link.continues + 1}",
            )
        )
        if link.type in gqa.TYPES:
            kept[f"a{number}"] = {"medium": link.medium or "none", "type": link.type}
            if link.frame:
                kept[f"a{number}"]["frame"] = [list(run) for run in _runs(link.frame)]
    native = {gqa.COLLECTION: {"annotations": kept}} if kept else {}
    return replace(document, sources=tuple(sources.values()), attributions=tuple(attributions), native=native)


def _span(document: Document, ids: TokenIds) -> Span | None:
    return span_of_tokens(document, ids) if ids else None


def _runs(ids: TokenIds) -> list[tuple[int, int]]:
    """The runs of adjacent ids, half-open."""
    runs: list[tuple[int, int]] = []
    for i in ids:
        if runs and runs[-1][1] == i:
            runs[-1] = (runs[-1][0], i + 1)
        else:
            runs.append((i, i + 1))
    return runs


def _source_refs(document: Document, span: Span | None, sources: dict[str, Source]) -> tuple[str, ...]:
    """The id of the source with this span's words, for each of its fragments; a new one is added to `sources`."""
    if span is None:
        return ()
    name = span.surface(document.require_text())
    source = sources.setdefault(
        name,
        Source(
            id=f"e{len(sources) + 1}",
            name=name,
            kind=Kind.UNSPECIFIED,
            sector=Sector.UNKNOWN,
            identification=Identification.ROLE_ONLY,
        ),
    )
    return (source.id,) * len(span.fragments)


def _parents(links: Sequence[Link]) -> Iterator[int | None]:
    """For each link the one with the shortest content that holds its content, cue and source and has another source."""
    contents = [set(link.content) for link in links]
    order = sorted((link.content[0], index) for index, link in enumerate(links) if link.content and link.source)
    starts = [start for start, _ in order]
    longest = max((link.content[-1] - link.content[0] for link in links if link.content), default=0)
    for link, content in zip(links, contents, strict=True):
        inner = content.union(link.cue, link.source)
        around = []
        if content and link.source:
            near = order[bisect_left(starts, link.content[-1] - longest) : bisect_right(starts, link.content[0])]
            around = [
                (len(contents[index]), index)
                for _, index in near
                if inner <= contents[index] != content and not set(links[index].source) & set(link.source)
            ]
        yield min(around)[1] if around else None


# --- Choices --------------------------------------------------------------------------------------------------------


@dataclass
class Choice:
    """A log-linear model of a choice among options, each of which is given by its features."""

    weights: Mapping[str, float] = field(default_factory=dict)

    def scores(self, options: Sequence[Features]) -> list[float]:
        """The unnormalised log-probability of each option."""
        weight = self.weights.get
        return [math.fsum(weight(name, 0.0) for name in features) for features in options]

    def best(self, options: Sequence[Features]) -> int:
        """The index of the likeliest option, the first of equals."""
        scores = self.scores(options)
        return scores.index(max(scores))

    @classmethod
    def fitted(cls, examples: Sequence[tuple[Sequence[Features], int]]) -> Choice:
        """The weights that make the right options likeliest, under a penalty; 0 throughout where there is nothing to choose.

        An example is the features of its options and the index of the right one.
        """
        examples = [(options, right) for options, right in examples if len(options) > 1]
        if not examples:
            return cls()
        import numpy as np
        from scipy.optimize import minimize
        from scipy.sparse import csr_matrix

        names: dict[str, int] = {}
        columns, lengths, firsts, rights = [], [0], [], []
        for options, right in examples:
            firsts.append(len(lengths) - 1)
            rights.append(len(lengths) - 1 + right)
            for features in options:
                columns += [names.setdefault(name, len(names)) for name in features]
                lengths.append(len(columns))
        matrix = csr_matrix((np.ones(len(columns)), columns, lengths), shape=(len(lengths) - 1, len(names)))
        sizes = np.diff([*firsts, matrix.shape[0]])
        seen = np.asarray(matrix[rights].sum(axis=0)).ravel()

        def loss(weights: Any) -> tuple[float, Any]:
            scores = matrix @ weights
            top = np.repeat(np.maximum.reduceat(scores, firsts), sizes)
            odds = np.exp(scores - top)
            totals = np.add.reduceat(odds, firsts)
            likelihood = (scores - top)[rights].sum() - np.log(totals).sum()
            expected = matrix.T @ (odds / np.repeat(totals, sizes))
            return _RIDGE * weights @ weights - likelihood, 2 * _RIDGE * weights - seen + expected

        found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
        return cls({name: round(float(found[i]), 4) for name, i in sorted(names.items()) if abs(found[i]) >= 0.0005})


# --- Reading a document ---------------------------------------------------------------------------------------------


class _Page:
    """A document's words, and where its sentences and paragraphs begin."""

    def __init__(self, document: Document) -> None:
        text = document.require_text()
        self.words = [text[start:end].lower() for start, end in document.tokens]
        self.capital = [text[start : start + 1].isupper() for start, _ in document.tokens]
        self.firsts = [first for first, _ in document.sentences]
        self.paragraph = _paragraphs(document, text)

    def sentence(self, token: int) -> int:
        """The number of the sentence that a token stands in."""
        return bisect_right(self.firsts, token) - 1


def _paragraphs(document: Document, text: str) -> list[int]:
    """The number of the paragraph of each sentence: a line feed before its first token begins one."""
    numbers: list[int] = []
    for first, _ in document.sentences:
        start = document.tokens[first][0]
        before = document.tokens[first - 1][1] if first else start
        numbers.append((numbers[-1] if numbers else 0) + ("\n" in text[before:start]))
    return numbers


def _size(n: int) -> str:
    """A number of tokens, roughly."""
    return str(n) if n < 4 else "4-5" if n < 6 else "6-9" if n < 10 else "10-16" if n < 17 else "17-30" if n < 31 else "31-"


@dataclass(slots=True, eq=False)
class _Span:
    """A candidate span, with what is asked of it again and again."""

    tokens: TokenIds
    mask: int
    start: int
    end: int
    sentence: int
    last_sentence: int
    type: str
    """Of a content; the role of any other span."""
    features: tuple[str, ...]

    @classmethod
    def of(cls, tokens: TokenIds, page: _Page, kind: str) -> _Span:
        first, last = tokens[0], tokens[-1]
        words, capital = page.words, page.capital
        features = (
            f"first={words[first]}",
            f"last={words[last]}",
            f"size={_size(len(tokens))}",
            f"case={capital[first]:d}{capital[last]:d}{len(tokens) == 1:d}",
        )
        return cls(tokens, mask_of(tokens), first, last + 1, page.sentence(first), page.sentence(last), kind, features)


@dataclass(frozen=True, slots=True)
class _Spans:
    """Candidates in the order of the text, a longer one before a shorter one with the same start."""

    contents: Sequence[_Span]
    roles: Mapping[str, Sequence[_Span]]

    @classmethod
    def of(cls, candidates: Candidates, page: _Page) -> _Spans:
        contents = [_Span.of(content.tokens, page, content.type) for content in candidates.contents]
        roles = {role: [_Span.of(ids, page, role) for ids in getattr(candidates, _PLURALS[role])] for role in ROLES}
        return cls(_ordered(contents), {role: _ordered(spans) for role, spans in roles.items()})


def _ordered(spans: Iterable[_Span]) -> list[_Span]:
    return sorted(spans, key=lambda span: (span.start, -span.end, span.tokens, span.type))


# --- Fragments ------------------------------------------------------------------------------------------------------


def _neighbours(spans: Sequence[_Span]) -> Iterator[tuple[_Span, _Span]]:
    """Each span and the next of its type that begins behind it, if that stands in the same sentence or the next."""
    for index, left in enumerate(spans):
        for right in spans[index + 1 :]:
            if right.start > left.end and right.type == left.type:
                if right.sentence - left.last_sentence <= 1:
                    yield left, right
                break


def _join_options(left: _Span, right: _Span, page: _Page, spans: _Spans) -> Sequence[Features]:
    """Two spans, or fragments of one."""
    gap = mask_of(range(left.end, right.start))
    within = [
        role[0] if any(span.mask & gap == span.mask for span in spans.roles[role]) else "-" for role in ROLES if role != left.type
    ]
    covered = any(gap & span.mask == gap for span in spans.roles["frame"])
    contents = sum(1 for span in spans.contents if span.mask & gap)
    particle = page.words[right.start] in separated_verbs().get(page.words[left.end - 1], ())
    distance = _size(right.start - left.end)
    facts = [
        f"apart={right.sentence - left.last_sentence}",
        f"distance={distance}",
        f"within={''.join(within)}{covered:d}{min(contents, 2)}",
        f"particle={particle:d}",
        f"after={page.words[left.end]}",
        f"before={page.words[right.start - 1]}",
        f"cues={min(3, sum(1 for span in spans.roles['cue'] if span.sentence == left.sentence))}",
        *(f"left-{name}" for name in left.features),
        *(f"right-{name}" for name in right.features),
    ]
    return [], [left.type, *(f"{left.type} {fact}" for fact in facts)]


def _merged(spans: Sequence[_Span], pairs: Iterable[tuple[_Span, _Span]], page: _Page) -> list[_Span]:
    """The spans, those of each pair made one."""
    group = {id(span): [span] for span in spans}
    for left, right in pairs:
        whole = [*group[id(left)], *group[id(right)]]
        group |= {id(span): whole for span in whole}
    merged = []
    for whole in {id(members): members for members in group.values()}.values():
        if len(whole) == 1:
            merged.append(whole[0])
        else:
            tokens = tuple(sorted({token for span in whole for token in span.tokens}))
            merged.append(_Span.of(tokens, page, whole[0].type))
    return _ordered(merged)


def _joined(spans: _Spans, page: _Page, join: Choice) -> _Spans:
    """The candidates, with fragments made one."""

    def merged(some: Sequence[_Span]) -> list[_Span]:
        return _merged(some, [pair for pair in _neighbours(some) if join.best(_join_options(*pair, page, spans))], page)

    return _Spans(merged(spans.contents), {**spans.roles, **{role: merged(spans.roles[role]) for role in _DISCONTINUOUS}})


def _covers(gold: int, span: _Span) -> bool:
    """Whether most of a span's tokens are gold's."""
    return 2 * (gold & span.mask).bit_count() > len(span.tokens)


# --- Roles ----------------------------------------------------------------------------------------------------------

_Chosen = Mapping[str, _Span | None]
"""The spans that a content is linked with, by role; of the previous content also that content itself, as ``content``."""


def _options(role: str, content: _Span, previous: _Chosen, spans: _Spans) -> list[_Span]:
    """The candidates for a role of a content: those nearby, and what the previous content has."""
    low = content.sentence - _SENTENCES_BEFORE[role]
    high = content.last_sentence + _SENTENCES_AFTER
    near = [span for span in spans.roles[role] if low <= span.sentence <= high and span.tokens != content.tokens]
    before = [span for span in near if span.end <= content.start]
    after = [span for span in near if span.start >= content.end]
    inside = [span for span in near if span.start < content.end and span.end > content.start]
    options = before[-_N_NEAREST:] + inside + after[:_N_NEAREST]
    known = previous.get(role)
    if known is not None and known not in options:
        options.append(known)
    return options


def _role_options(
    role: str, content: _Span, options: Sequence[_Span], chosen: _Chosen, previous: _Chosen, page: _Page
) -> Sequence[Features]:
    """The features of no candidate at all, then those of each."""
    type_, first = content.type, page.words[content.start]
    has = "".join(known[0] if chosen[known] is not None else "-" for known in ROLES[: ROLES.index(role)])
    none = ["none", f"none {type_}", f"none {type_} {has}", f"none {first}", f"none {len(options) > 0:d} {type_}"]
    last = previous.get("content")
    if last is not None:
        none.append(f"none {type_} after {last.type} {min(3, content.sentence - last.last_sentence)}")
    ranks = _ranks(content, options)
    return [none] + [
        _option_features(role, content, option, rank, chosen, previous, page) for option, rank in zip(options, ranks, strict=True)
    ]


def _ranks(content: _Span, options: Sequence[_Span]) -> list[int]:
    """How many other options lie between a content and each."""
    ranks = [0] * len(options)
    for rank, (_, i) in enumerate(sorted((-o.end, i) for i, o in enumerate(options) if o.end <= content.start)):
        ranks[i] = rank
    for rank, (_, i) in enumerate(sorted((o.start, i) for i, o in enumerate(options) if o.start >= content.end)):
        ranks[i] = rank
    return ranks


def _option_features(
    role: str, content: _Span, option: _Span, rank: int, chosen: _Chosen, previous: _Chosen, page: _Page
) -> list[str]:
    """Where an option stands to a content and to what the content has already, and its words."""
    gap = sentences = 0
    edge = ""
    if option.end <= content.start:
        side, gap, sentences = "before", content.start - option.end, content.sentence - option.last_sentence
        edge = page.words[content.start - 1] if gap else ""
    elif option.start >= content.end:
        side, gap, sentences = "after", option.start - content.end, option.sentence - content.last_sentence
        edge = page.words[option.start - 1] if gap else ""
    else:
        shared = (option.mask & content.mask).bit_count()
        side = "in" if shared == len(option.tokens) else "across" if shared else "around"
    sentences = min(sentences, 4)
    facts = [
        f"{side} {sentences}",
        f"{side} {sentences} {rank}",
        f"{side} {_size(gap)} {sentences == 0:d}",
        f"edge {side} {edge}",
        f"paragraph {page.paragraph[option.sentence] == page.paragraph[content.sentence]:d} {side}",
    ]
    for known in ROLES[: ROLES.index(role)]:
        other = chosen[known]
        if other is None:
            facts.append(f"no {known} {side} {sentences}")
            continue
        within = (option.mask & other.mask).bit_count()
        facts.append(f"{known} {'in' if within == len(option.tokens) else 'across' if within else 'out'}")
        if not within:
            distance = max(option.start - other.end, other.start - option.end, 0)
            facts.append(f"{known} {'before' if option.end <= other.start else 'after'} {_size(distance)}")
    last = previous.get("content")
    if last is not None:
        same = f"same {previous.get(role) is option:d}"
        facts += [f"{same} {min(3, content.sentence - last.last_sentence)} {last.type}", f"{same} {side} {sentences}"]
    facts += option.features
    return facts + [f"{content.type} {fact}" for fact in facts]


def _medium_options(content: _Span, chosen: _Chosen, media: Sequence[str], page: _Page) -> Sequence[Features]:
    """Each medium, by the words of the cue and the end of the source; without a cue by those of the content."""
    facts = [f"type={content.type}"]
    cue, source = chosen["cue"], chosen["source"]
    facts += [f"cue={page.words[token]}" for token in (cue.tokens if cue is not None else content.tokens[:40])]
    if source is not None:
        facts += [f"source={page.words[source.end - 1]}", f"source=…{page.words[source.end - 1][-4:]}"]
    return [[medium, *(f"{medium} {fact}" for fact in facts)] for medium in media]


# --- The linker -----------------------------------------------------------------------------------------------------

Example = tuple[Sequence[Features], int]


@dataclass(frozen=True)
class Linker:
    """Chooses what belongs together."""

    join: Choice
    """Whether two neighbours, cues, frames or contents of one type, are fragments of one."""
    roles: Mapping[str, Choice]
    medium: Choice
    media: tuple[str, ...]
    shares_sources: bool
    """Whether an attribution that takes the source of another has no span of its own, but `continues` the other."""

    @classmethod
    def fitted(cls, examples: Sequence[tuple[Document, Candidates]]) -> Self:
        """The linker that has learned from gold documents, each with candidates, best its own.

        Candidates that a tagger found in them make it hesitate: what a tagger misses looks as if there were nothing to link.
        """
        pages = [_Page(document) for document, _ in examples]
        golds = [links_of(document) for document, _ in examples]
        spans = [_Spans.of(candidates, page) for (_, candidates), page in zip(examples, pages, strict=True)]
        media = tuple(sorted({link.medium for links in golds for link in links if link.medium}))
        join = Choice.fitted([each for args in zip(pages, golds, spans, strict=True) for each in _join_examples(*args)])
        choices: dict[str, list[Example]] = {name: [] for name in (*ROLES, "medium")}
        for page, links, found in zip(pages, golds, spans, strict=True):
            for name, example in _link_examples(page, links, _joined(found, page, join), media):
                choices[name].append(example)
        return cls(
            join=join,
            roles={role: Choice.fitted(choices[role]) for role in ROLES},
            medium=Choice.fitted(choices["medium"]),
            media=media,
            shares_sources=any(link.continues is not None for links in golds for link in links),
        )

    def link(self, document: Document, candidates: Candidates) -> list[Link]:
        """The attributions that these candidates make up, in the order of their contents."""
        page = _Page(document)
        spans = _joined(_Spans.of(candidates, page), page, self.join)
        links: list[Link] = []
        holders: dict[TokenIds, int] = {}
        for content, chosen in self._linked(spans, page):
            link = self._link(content, chosen, page)
            first = holders.setdefault(link.source, len(links)) if link.source else len(links)
            if self.shares_sources and first < len(links) and not link.cue:
                link = link._replace(source=(), continues=first)
            links.append(link)
        return links

    def _linked(self, spans: _Spans, page: _Page) -> Iterator[tuple[_Span, _Chosen]]:
        """Each content with what is chosen for it."""
        previous: _Chosen = {}
        for content in spans.contents:
            chosen: dict[str, _Span | None] = {}
            for role in ROLES:
                options = _options(role, content, previous, spans)
                best = self.roles[role].best(_role_options(role, content, options, chosen, previous, page))
                chosen[role] = options[best - 1] if best else None
            yield content, chosen
            previous = {**chosen, "content": content}

    def _link(self, content: _Span, chosen: _Chosen, page: _Page) -> Link:
        medium = ""
        if self.media:
            medium = self.media[self.medium.best(_medium_options(content, chosen, self.media, page))]
        spans = {role: span.tokens for role, span in chosen.items() if span is not None}
        return Link.of(content.type, {"content": content.tokens, **spans}, medium=medium)

    def record(self) -> dict[str, Any]:
        """The linker as a JSON object."""
        return {
            "choices": {
                "join": dict(self.join.weights),
                "medium": dict(self.medium.weights),
                **{role: dict(choice.weights) for role, choice in self.roles.items()},
            },
            "media": list(self.media),
            "shares_sources": self.shares_sources,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The linker of a JSON object. Raises DataError where a part is missing or a weight is no finite number."""
        try:
            choices = {name: _choice(name, record["choices"][name]) for name in ("join", "medium", *ROLES)}
            media, shares = tuple(map(str, record["media"])), bool(record["shares_sources"])
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"the linker: {error!r}; expected choices with weights, media and shares_sources") from error
        return cls(choices["join"], {role: choices[role] for role in ROLES}, choices["medium"], media, shares)


def _choice(name: str, weights: Mapping[str, Any]) -> Choice:
    for feature, weight in weights.items():
        if not isinstance(weight, int | float) or not math.isfinite(weight):
            raise DataError(f"the linker's {name}: found the weight {weight!r} of {feature!r}, expected a finite number")
    return Choice(dict(weights))


# --- Examples -------------------------------------------------------------------------------------------------------


def _matched(links: Sequence[Link], contents: Sequence[_Span]) -> dict[int, Link]:
    """For contents that are one of gold's, by ``id``, that one; one to one, those that overlap most first."""
    masks = [mask_of(link.content) for link in links]
    pairs = [
        (-token_f1(mask, span.mask) - 0.01 * (link.type == span.type), i, j)
        for i, (link, mask) in enumerate(zip(links, masks, strict=True))
        for j, span in enumerate(contents)
        if token_f1(mask, span.mask) >= _LEAST_CONTENT_F1
    ]
    found: dict[int, int] = {}
    for _, i, j in sorted(pairs):
        if i not in found.values() and j not in found:
            found[j] = i
    return {id(contents[j]): links[i] for j, i in found.items()}


def _join_examples(page: _Page, links: Sequence[Link], spans: _Spans) -> Iterator[Example]:
    """Neighbours that gold has in one span, or in two."""
    for some, label in ((spans.contents, "content"), *((spans.roles[role], role) for role in _DISCONTINUOUS)):
        golds = [mask_of(getattr(link, label)) for link in links]
        for left, right in _neighbours(some):
            is_one = any(_covers(gold, left) and _covers(gold, right) for gold in golds)
            yield _join_options(left, right, page, spans), int(is_one)


def _link_examples(page: _Page, links: Sequence[Link], spans: _Spans, media: Sequence[str]) -> Iterator[tuple[str, Example]]:
    """What is chosen for each content that is one of gold's, after what was rightly chosen for it and for the one before."""
    matched = _matched(links, spans.contents)
    previous: _Chosen = {}
    for content in spans.contents:
        link = matched.get(id(content))
        if link is None:
            continue
        chosen: dict[str, _Span | None] = {}
        for role in ROLES:
            options = _options(role, content, previous, spans)
            right = _right(_wanted(role, link, links), options)
            yield role, (_role_options(role, content, options, chosen, previous, page), right)
            chosen[role] = options[right - 1] if right else None
        if media:
            yield "medium", (_medium_options(content, chosen, media, page), media.index(link.medium))
        previous = {**chosen, "content": content}


def _wanted(role: str, link: Link, links: Sequence[Link]) -> TokenIds:
    """The span of a role; the source of one that continues another is the other's."""
    while role == "source" and not link.source and link.continues is not None:
        link = links[link.continues]
    ids: TokenIds = getattr(link, role)
    return ids


def _right(wanted: TokenIds, options: Sequence[_Span]) -> int:
    """0 where no option is what is wanted, else the number of the best one, from 1 on."""
    shares = [token_f1(mask_of(wanted), option.mask) for option in options]
    best = max(shares, default=0.0)
    return 1 + shares.index(best) if best >= _LEAST_F1 else 0
