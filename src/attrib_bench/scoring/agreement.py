"""How far two or more annotators of the same documents agree, layer by layer.

Everything is counted on pairs of annotators; with more than two, counts are summed and values averaged over all pairs.
Spans are compared as sets of canonical tokens, except where a measure says *exact*, which compares code points.
`docs/agreement.md` defines every row by example.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any, ClassVar, TypeVar, cast

import numpy as np
from scipy.optimize import linear_sum_assignment

from attrib_bench.document import (
    ATTRIBUTION_LABELS,
    Attribution,
    DataError,
    Document,
    Form,
    Fragment,
    HedgeType,
    Source,
    Span,
    Zone,
    named_by,
)
from attrib_bench.tokens import token_ids

FOUND = 0.5
"""The least token F1 at which two annotators are taken to have marked the same thing."""

_SOURCE_LABELS = ("kind", "sector", "identification")

Tokens = frozenset[int]
Clusters = Collection[frozenset[Hashable]]
Item = TypeVar("Item")


# What comes out


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measure of one layer.

    `n` is how much was compared and `agreed` how much of it is the same: for an F1 the items of both annotators and twice
    those paired, for an alpha the units of both and twice the identical ones, else the pairs compared and those that agree
    (a sum of Dice coefficients for Dice). `value` is the measure itself, None where there was nothing to compare. With more than
    two annotators `n` and `agreed` are sums, `value` the mean over those pairs of annotators that have one.
    """

    layer: str
    measure: str
    part: str = ""
    """What the row is confined to: one label, or `either` for those that at least one of the two has; empty for all."""
    n: int
    agreed: float
    value: float | None

    @property
    def share(self) -> float | None:
        """Agreement uncorrected for chance, `agreed / n`; None where nothing was compared."""
        return self.agreed / self.n if self.n else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The rows of all layers, with how many annotators and documents are behind them."""

    annotators: int
    documents: int
    rows: tuple[Row, ...]

    HEADER: ClassVar[tuple[str, ...]] = ("layer", "part", "measure", "n", "agreed", "share", "value")

    def __getitem__(self, name: tuple[str, str] | tuple[str, str, str]) -> Row:
        """The row of (layer, measure) or (layer, measure, part). Raises KeyError where there is none."""
        layer, measure, part = (*name, "")[:3]
        for row in self.rows:
            if (row.layer, row.measure, row.part) == (layer, measure, part):
                return row
        raise KeyError(name)

    def record(self) -> dict[str, Any]:
        """A JSON object: `annotators`, `documents`, and `rows` as objects; undefined values are null."""
        rows = [{name: getattr(row, name) for name in self.HEADER} for row in self.rows]
        return {"annotators": self.annotators, "documents": self.documents, "rows": rows}

    def table(self) -> list[tuple[str, ...]]:
        """The rows as text under HEADER: shares and values with three decimals, an undefined one as a dash."""
        return [
            (row.layer, row.part, row.measure, str(row.n), f"{row.agreed:.8g}", _three(row.share), _three(row.value))
            for row in self.rows
        ]


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def agreement(annotators: Sequence[Mapping[str, Document]]) -> Agreement:
    """The agreement of two or more annotators, each given as their documents by id.

    All must have annotated the same documents on the same text and tokens; zones, sources, attributions, hedges and rejected
    triggers are compared. Ids of attributions, sources and hedges carry no meaning across annotators. Raises DataError for
    fewer than two annotators, for documents that are missing, lack tokens or differ, and for a span that covers no token.
    """
    if len(annotators) < 2:
        raise DataError(f"agreement needs at least two annotators, found {len(annotators)}")
    if not (ids := sorted(annotators[0])):
        raise DataError("annotator 1 has no documents; agreement needs at least one")
    for number, documents in enumerate(annotators[1:], 2):
        if odd := sorted(set(ids) ^ documents.keys()):
            who = 1 if odd[0] in annotators[0] else number
            raise DataError(f"{odd[0]}: only annotator {who} of 1 and {number} has this document ({len(odd)} such); both need all")
        for name in ids:
            _check_same(annotators[0][name], documents[name], number)
    read = [[_read(documents[name]) for name in ids] for documents in annotators]
    by_pair = [list(_rows(list(zip(left, right, strict=True)))) for left, right in combinations(read, 2)]
    return Agreement(
        annotators=len(annotators), documents=len(ids), rows=tuple(_over_pairs(rows) for rows in zip(*by_pair, strict=True))
    )


def _check_same(first: Document, other: Document, number: int) -> None:
    if not first.tokens:
        raise DataError(f"{first.id}: agreement is counted on tokens, and this document has none")
    if first.tokens != other.tokens:
        raise DataError(
            f"{first.id}: annotator 1 has {len(first.tokens)} tokens and annotator {number} {len(other.tokens)},"
            " or at other offsets; expected the same"
        )
    texts = {document.text for document in (first, other)} - {None}
    sums = {document.sha256 for document in (first, other)} - {""}
    if len(texts) > 1 or len(sums) > 1:
        raise DataError(f"{first.id}: annotators 1 and {number} worked on different texts; expected the same")


def _over_pairs(rows: Sequence[Row]) -> Row:
    n, agreed = sum(row.n for row in rows), sum(row.agreed for row in rows)
    return replace(rows[0], n=n, agreed=agreed, value=_mean(row.value for row in rows))


def _mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that are defined; None where none is."""
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if defined else None


# Reading a document into token sets, once an annotator


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """A span with a label, in code points and in tokens."""

    label: str
    span: Span
    tokens: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """An attribution with the tokens of its spans; no tokens where it has no such span."""

    attribution: Attribution
    tokens: Mapping[str, Tokens]
    key: tuple[Any, ...]
    """Orders the attributions of a document by all but their ids."""

    def span(self, label: str) -> Span | None:
        """Its source, cue, content or addressee."""
        return cast("Span | None", getattr(self.attribution, label))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entity:
    """A source with the mentions that source spans make of it, each the tokens of a fragment."""

    source: Source
    mentions: frozenset[Tokens]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One annotator's view of one document."""

    document: Document
    zones: tuple[str, ...]
    """The zone of each token, `body` where it stands in none."""
    claims: tuple[_Claim, ...]
    entities: tuple[_Entity, ...]
    clusters: tuple[frozenset[Tokens], ...]
    """The mentions, each in exactly one cluster: a mention of several sources belongs to the group of just these."""
    marked: Mapping[str, tuple[_Marked, ...]]
    """Hedges, rejected triggers and justifications."""

    def spans(self, layer: str) -> list[Tokens]:
        """The tokens of each span of a layer: of a role of the attributions, or of what is `marked`."""
        if layer in self.marked:
            return [item.tokens for item in self.marked[layer]]
        return [claim.tokens[layer] for claim in self.claims]


def _read(document: Document) -> _Reading:
    def tokens_of(span: Span | None) -> Tokens:
        if span is None:
            return frozenset()
        if not (tokens := frozenset(token_ids(document, span))):
            raise DataError(f"{document.id}: the span {list(span.fragments)} covers no token; expected a span of the text")
        return tokens

    def marked(items: Iterable[tuple[str, Span]]) -> tuple[_Marked, ...]:
        return tuple(_Marked(label=label, span=span, tokens=tokens_of(span)) for label, span in items)

    refs: dict[Tokens, set[str]] = defaultdict(set)
    for attribution in (a for a in document.attributions if a.source_refs):
        for fragment, ref in named_by(attribution):
            refs[tokens_of(Span((fragment,)))].add(ref)
    clusters: dict[frozenset[str], set[Tokens]] = defaultdict(set)
    for mention, named in refs.items():
        clusters[frozenset(named)].add(mention)
    return _Reading(
        document=document,
        zones=_zones(document),
        claims=tuple(
            _Claim(
                attribution=a,
                tokens={label: tokens_of(getattr(a, label)) for label in ATTRIBUTION_LABELS},
                key=(_key(a), *(_key(document.attribution_by_id.get(link or "")) for link in (a.parent, a.continues))),
            )
            for a in document.attributions
        ),
        entities=tuple(
            _Entity(source=s, mentions=frozenset(mention for mention, named in refs.items() if s.id in named))
            for s in document.sources
        ),
        clusters=tuple(frozenset(mentions) for mentions in clusters.values()),
        marked={
            "hedge": marked((hedge.type, hedge.span) for hedge in document.hedges),
            "rejected trigger": marked((trigger.reason, trigger.span) for trigger in document.rejected_triggers),
            "justification": marked((j.type, j.span) for source in document.sources for j in source.justifications),
        },
    )


def _key(attribution: Attribution | None) -> tuple[Any, ...]:
    if attribution is None:
        return ()
    spans = [getattr(attribution, label) for label in ATTRIBUTION_LABELS]
    return (
        *(() if span is None else span.fragments for span in spans),
        attribution.form,
        attribution.status,
        len(attribution.source_refs),
    )


def _zones(document: Document) -> tuple[str, ...]:
    def longest_first(zone: Zone) -> tuple[int, int, str]:
        # A zone inside another one, as a credit in a caption, is the more particular: it has the last word.
        return zone.start - zone.end, zone.start, zone.kind

    zones = ["body"] * len(document.tokens)
    for zone in sorted(document.zones, key=longest_first):
        for token in token_ids(document, Span(((zone.start, zone.end),))):
            zones[token] = str(zone.kind)
    return tuple(zones)


# The rows of one pair of annotators

_Pairs = list[tuple[_Reading, _Reading]]


def _rows(pages: _Pairs) -> Iterator[Row]:
    yield from _zone_rows(pages)
    yield from _attribution_rows(pages)
    yield from _source_rows(pages)
    yield from _marked_rows(pages)


def _f1(layer: str, n_paired: int, n_items: int, *, part: str = "") -> Row:
    value = 2 * n_paired / n_items if n_items else None
    return Row(layer=layer, measure="F1", part=part, n=n_items, agreed=2 * n_paired, value=value)


def _share(layer: str, measure: str, agreed: Collection[float], *, part: str = "") -> Row:
    total = sum(agreed)
    return Row(layer=layer, measure=measure, part=part, n=len(agreed), agreed=total, value=total / len(agreed) if agreed else None)


def _kappa(layer: str, labels: Sequence[tuple[str, str]]) -> Row:
    same = sum(left == right for left, right in labels)
    return Row(layer=layer, measure="kappa", n=len(labels), agreed=same, value=cohens_kappa(labels))


def _alpha(layer: str, pages: _Pairs) -> Row:
    left, right = ([_units(page.spans(layer)) for page in side] for side in zip(*pages, strict=True))
    n_same = sum(len(set(a) & set(b)) for a, b in zip(left, right, strict=True))
    alpha = unitised(left, right, [len(a.document.tokens) for a, _ in pages]).alpha
    return Row(layer=layer, measure="alpha_U", n=sum(map(len, left + right)), agreed=2 * n_same, value=alpha)


def _zone_rows(pages: _Pairs) -> Iterator[Row]:
    tokens = [labels for a, b in pages for labels in zip(a.zones, b.zones, strict=True)]
    yield _share("zone", "accuracy", [_all_agree(a, b, ids) for a, b in pages for ids in _paragraphs(a, b)], part="paragraphs")
    yield _share("zone", "accuracy", [left == right for left, right in tokens], part="tokens")
    yield _kappa("zone", tokens)


def _all_agree(a: _Reading, b: _Reading, tokens: Sequence[int]) -> bool:
    return all(a.zones[token] == b.zones[token] for token in tokens)


def _paragraphs(a: _Reading, b: _Reading) -> Iterator[list[int]]:
    """The tokens of each line that has some; nothing where neither annotator's document has its text."""
    text = b.document.text if a.document.text is None else a.document.text
    if text is None:
        return
    breaks = [at for at, character in enumerate(text) if character == "\n"]
    lines = np.searchsorted(breaks, [start for start, _ in a.document.tokens])
    for line in np.unique(lines):
        yield np.flatnonzero(lines == line).tolist()


def _attribution_rows(pages: _Pairs) -> Iterator[Row]:
    paired = [_pair(a.claims, b.claims, _claim_dice, _claim_likeness, lambda claim: claim.key) for a, b in pages]
    matches = [match for pairs in paired for match in pairs]
    claims = [claim for a, b in pages for claim in (*a.claims, *b.claims)]
    forms = [(x.attribution.form, y.attribution.form) for x, y in matches]
    yield _f1("attribution", len(matches), len(claims))
    for form in Form:
        yield _f1("attribution", forms.count((form, form)), sum(claim.attribution.form == form for claim in claims), part=str(form))
    for label in ATTRIBUTION_LABELS:
        yield from _role_rows(label, matches, n_spans=sum(claim.span(label) is not None for claim in claims))
        yield _alpha(label, pages)
    yield _kappa("form", forms)
    yield _kappa("status", [(x.attribution.status, y.attribution.status) for x, y in matches])
    for link in ("parent", "continues"):
        yield from _link_rows(link, paired)


def _role_rows(label: str, matches: Sequence[tuple[_Claim, _Claim]], *, n_spans: int) -> Iterator[Row]:
    either = [(x, y) for x, y in matches if x.span(label) is not None or y.span(label) is not None]
    yield _f1(label, sum(_dice(x.tokens[label], y.tokens[label]) >= FOUND for x, y in either), n_spans)
    for part, compared in (("", matches), ("either", either)):
        yield _share(label, "exact", [x.span(label) == y.span(label) for x, y in compared], part=part)
        yield _share(label, "Dice", [_dice(x.tokens[label], y.tokens[label]) for x, y in compared], part=part)


def _link_rows(link: str, paired: Iterable[Sequence[tuple[_Claim, _Claim]]]) -> Iterator[Row]:
    same: list[bool] = []
    same_where_linked: list[bool] = []
    for pairs in paired:
        counterpart = {x.attribution.id: y.attribution.id for x, y in pairs}
        for x, y in pairs:
            left, right = getattr(x.attribution, link), getattr(y.attribution, link)
            if left is None and right is None:
                same.append(True)
            else:
                same_where_linked.append(right is not None and counterpart.get(left) == right)
    yield _share(link, "accuracy", same + same_where_linked)
    yield _share(link, "accuracy", same_where_linked, part="either")


def _source_rows(pages: _Pairs) -> Iterator[Row]:
    n_mentions = n_shared = n_same = 0
    totals = dict.fromkeys(_CLUSTERINGS, ClusterCounts(recalled=0, left=0, precise=0, right=0))
    pairs: list[tuple[_Entity, _Entity]] = []
    for a, b in pages:
        # Clustering is judged on the mentions that both have; what only one of them found shows in the mentions' own F1.
        mentions_a, mentions_b = (frozenset[Tokens]().union(*page.clusters) for page in (a, b))
        shared = mentions_a & mentions_b
        left, right = ([cluster & shared for cluster in page.clusters if cluster & shared] for page in (a, b))
        n_mentions += len(mentions_a) + len(mentions_b)
        n_shared += len(shared)
        n_same += sum(len(cluster) for cluster in set(left) & set(right))
        totals = {name: total + _CLUSTERINGS[name](left, right) for name, total in totals.items()}
        pairs += _pair(a.entities, b.entities, _shared_tokens, _entity_likeness, _entity_key, at_least=1)
    yield _f1("mention", n_shared, n_mentions)
    values = {name: total.f1 for name, total in totals.items()}
    for name, value in {"CoNLL F1": _mean(values.values()), **values}.items():
        yield Row(layer="entity", measure=name, n=n_shared, agreed=n_same, value=value)
    yield _f1("entity", len(pairs), sum(len(a.entities) + len(b.entities) for a, b in pages))
    for field in _SOURCE_LABELS:
        yield _kappa(field, [(getattr(x.source, field), getattr(y.source, field)) for x, y in pairs])


def _marked_rows(pages: _Pairs) -> Iterator[Row]:
    for layer, label, weight, parts in (
        ("justification", "justification type", _marked_dice, ()),
        ("hedge", "hedge type", _marked_same, tuple(map(str, HedgeType))),
        ("rejected trigger", "reason", _marked_same, ()),
    ):
        pairs = [
            pair
            for a, b in pages
            for pair in _pair(a.marked[layer], b.marked[layer], weight, _marked_likeness, lambda item: (item.span, item.label))
        ]
        items = [item.label for a, b in pages for item in (*a.marked[layer], *b.marked[layer])]
        labels = [(x.label, y.label) for x, y in pairs]
        yield _f1(layer, len(pairs), len(items))
        for part in parts:
            yield _f1(layer, labels.count((part, part)), items.count(part), part=part)
        if weight is _marked_dice:
            yield _share(layer, "exact", [x.span == y.span for x, y in pairs])
            yield _share(layer, "Dice", [_dice(x.tokens, y.tokens) for x, y in pairs])
        yield _kappa(label, labels)
        yield _alpha(layer, pages)


# Pairing what two annotators marked


def _pair(
    left: Sequence[Item],
    right: Sequence[Item],
    weight: Callable[[Item, Item], float],
    likeness: Callable[[Item, Item], float],
    key: Callable[[Item], Any],
    *,
    at_least: float = FOUND,
) -> list[tuple[Item, Item]]:
    """Pairs of items, one to one, for the largest sum of weights; among equal sums for the greatest likeness, in [0, 1].

    Pairs that weigh less than `at_least` are left out. Neither the order of the items nor of the two sides matters.
    """
    left, right = sorted(left, key=key), sorted(right, key=key)
    if swapped := list(map(key, right)) < list(map(key, left)):
        left, right = right, left
    weights = np.array([[weight(x, y) for y in right] for x in left]).reshape(len(left), len(right))
    # Sums of F1 that differ at all differ by far more than this; it only decides between equal ones.
    ties = np.array([[1e-9 * likeness(x, y) for y in right] for x in left]).reshape(weights.shape)
    rows, columns = linear_sum_assignment(weights + ties, maximize=True)
    pairs = [(left[i], right[j]) for i, j in zip(rows, columns, strict=True) if weights[i, j] >= at_least]
    return [(y, x) for x, y in pairs] if swapped else pairs


def _dice(left: Tokens, right: Tokens) -> float:
    """Token F1 of two spans; 1 if neither has a token."""
    return 2 * len(left & right) / (len(left) + len(right)) if left or right else 1.0


def _claim_dice(x: _Claim, y: _Claim) -> float:
    """Token F1 of the contents; where one of the two has none, of cue and source together."""
    if x.tokens["content"] and y.tokens["content"]:
        return _dice(x.tokens["content"], y.tokens["content"])
    return _dice(x.tokens["cue"] | x.tokens["source"], y.tokens["cue"] | y.tokens["source"])


def _claim_likeness(x: _Claim, y: _Claim) -> float:
    # Decides within a chain whose attributions share one content (codebook, section 8, basis).
    spans = sum(_dice(x.tokens[label], y.tokens[label]) for label in ATTRIBUTION_LABELS)
    return (spans + (x.attribution.form == y.attribution.form) + (x.attribution.status == y.attribution.status)) / 6


def _marked_dice(x: _Marked, y: _Marked) -> float:
    return _dice(x.tokens, y.tokens)


def _marked_same(x: _Marked, y: _Marked) -> float:
    return float(x.span == y.span)


def _marked_likeness(x: _Marked, y: _Marked) -> float:
    return float(x.label == y.label)


def _shared_tokens(x: _Entity, y: _Entity) -> float:
    """How many tokens of their mentions two sources share; 1 for two without mentions that have the same name."""
    if not x.mentions and not y.mentions:
        return float(x.source.name == y.source.name)
    return float(len(frozenset[int]().union(*x.mentions) & frozenset[int]().union(*y.mentions)))


def _entity_likeness(x: _Entity, y: _Entity) -> float:
    return sum(bool(getattr(x.source, field) == getattr(y.source, field)) for field in ("name", *_SOURCE_LABELS)) / 4


def _entity_key(entity: _Entity) -> tuple[Any, ...]:
    labels = (getattr(entity.source, field) for field in ("name", *_SOURCE_LABELS))
    return sorted(map(sorted, entity.mentions)), *labels


# Labels: Cohen's kappa


def cohens_kappa(labels: Iterable[tuple[str, str]]) -> float | None:
    """Agreement of two annotators' labels beyond chance (Cohen 1960), in [-1, 1]; None without labels.

    1 where both use one and the same label throughout: chance then explains everything, the coefficient is 0/0, and
    scikit-learn returns nan. Read it beside n and the plain share of equal labels.
    """
    counts = Counter(labels)
    n = counts.total()
    if not n:
        return None
    left, right = Counter[str](), Counter[str]()
    for (x, y), times in counts.items():
        left[x] += times
        right[y] += times
    # In whole numbers, so that perfect agreement is 1 and not a rounding error below it.
    n_same = sum(times for (x, y), times in counts.items() if x == y)
    by_chance = sum(left[label] * right[label] for label in left)
    return (n * n_same - by_chance) / (n * n - by_chance) if by_chance < n * n else 1.0


# Entities: clusterings of mentions


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterCounts:
    """What a comparison of two clusterings counts: `recalled` of `left`, `precise` of `right`. Counts of documents add up."""

    recalled: float
    left: int
    precise: float
    right: int

    def __add__(self, other: ClusterCounts) -> ClusterCounts:
        return ClusterCounts(
            recalled=self.recalled + other.recalled,
            left=self.left + other.left,
            precise=self.precise + other.precise,
            right=self.right + other.right,
        )

    @property
    def recall(self) -> float:
        """0 where the left side has nothing to recall."""
        return self.recalled / self.left if self.left else 0.0

    @property
    def precision(self) -> float:
        """0 where the right side has nothing to be right about."""
        return self.precise / self.right if self.right else 0.0

    @property
    def f1(self) -> float | None:
        """The harmonic mean of recall and precision; None where neither side has anything, 0 where nothing is right."""
        if not self.left and not self.right:
            return None
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0


def muc(left: Clusters, right: Clusters) -> ClusterCounts:
    """MUC (Vilain et al. 1995): of the links that hold the clusters of one side together, those the other side has too.

    A cluster of k mentions has k - 1 links, so clusterings of single mentions have none to count.
    """

    def kept(clusters: Clusters, others: Clusters) -> int:
        return sum(max(len(cluster & other) - 1, 0) for cluster in clusters for other in others)

    n_kept = kept(left, right)
    links_left, links_right = (sum(len(cluster) - 1 for cluster in side) for side in (left, right))
    return ClusterCounts(recalled=n_kept, left=links_left, precise=n_kept, right=links_right)


def b_cubed(left: Clusters, right: Clusters) -> ClusterCounts:
    """B-cubed (Bagga and Baldwin 1998): for each mention, the share of its cluster that the other side keeps with it."""
    squares = [(len(c & d) ** 2, len(c), len(d)) for c in left for d in right]
    return ClusterCounts(
        recalled=sum(square / size for square, size, _ in squares),
        left=sum(map(len, left)),
        precise=sum(square / size for square, _, size in squares),
        right=sum(map(len, right)),
    )


def ceaf_phi4(left: Clusters, right: Clusters) -> ClusterCounts:
    """CEAF with the similarity phi4 (Luo 2005): clusters paired one to one for the largest sum of their Dice coefficients."""
    similarity = np.array([[2 * len(c & d) / (len(c) + len(d)) for d in right] for c in left]).reshape(len(left), len(right))
    total = float(similarity[linear_sum_assignment(similarity, maximize=True)].sum())
    return ClusterCounts(recalled=total, left=len(left), precise=total, right=len(right))


_CLUSTERINGS: Mapping[str, Callable[[Clusters, Clusters], ClusterCounts]] = {
    "MUC F1": muc,
    "B-cubed F1": b_cubed,
    "CEAF-phi4 F1": ceaf_phi4,
}


def conll_f1(left: Clusters, right: Clusters) -> float | None:
    """The mean of the F1 of MUC, B-cubed and CEAF-phi4 (Pradhan et al. 2014) of two clusterings of one document.

    MUC is left out where neither side has a link, which the reference scorer counts as 0; None for no clusters at all.
    """
    return _mean([count(left, right).f1 for count in _CLUSTERINGS.values()])


# Units on a continuum: Krippendorff's alpha_U


@dataclass(frozen=True, slots=True, kw_only=True)
class Unitised:
    """Observed and expected disagreement of two unitisings of one continuum."""

    observed: float
    expected: float

    @property
    def alpha(self) -> float | None:
        """1 - observed / expected, at most 1. None where neither annotator has a unit, 1 where no other unitising exists."""
        if math.isnan(self.expected):
            return None
        return 1 - self.observed / self.expected if self.expected else 1.0


def unitised(left: Sequence[Sequence[Fragment]], right: Sequence[Sequence[Fragment]], lengths: Sequence[int]) -> Unitised:
    """Krippendorff's disagreements behind alpha_U for two annotators (1995; expected disagreement as corrected in 2004).

    Each side has, for each stretch of the continuum, its units in order: half-open and disjoint, but free to touch. Units of
    two annotators that intersect differ by the squares of the distances of their starts and of their ends, a unit that falls
    into a gap by the square of its length. The expected disagreement is that of all ways to lay out the units and gaps at hand.
    Stretches (documents) are laid end to end, but no unit and no gap crosses from one into the next, so that their order
    does not matter. Expected is nan where there are no units.
    """
    n_tokens = sum(lengths)
    observed = sum(_squared_differences(a, b) for a, b in zip(left, right, strict=True))
    sizes = np.array([end - start for side in (left, right) for units in side for start, end in units], dtype=float)
    if not sizes.size:
        return Unitised(observed=0.0, expected=math.nan)
    gaps = np.sort(
        [gap for side in (left, right) for units, length in zip(side, lengths, strict=True) for gap in _gaps(units, length)]
    )
    # For each unit, over the gaps that could hold it: the number of places where it fits.
    first = np.searchsorted(gaps, sizes)
    sums = np.append(np.cumsum(gaps[::-1])[::-1], 0.0)
    places = sums[first] - (len(gaps) - first) * (sizes - 1)
    among_units = (len(sizes) - 1) / 3 * (2 * sizes**3 - 3 * sizes**2 + sizes)
    all_places = 2 * n_tokens * (2 * n_tokens - 1) - (sizes * (sizes - 1)).sum()
    return Unitised(
        observed=observed / n_tokens**2, expected=float(2 / n_tokens * (among_units + sizes**2 * places).sum() / all_places)
    )


def _squared_differences(left: Sequence[Fragment], right: Sequence[Fragment]) -> int:
    total, met = 0, set[Fragment]()
    starts, ends = [start for start, _ in right], [end for _, end in right]
    for start, end in left:
        meets = right[bisect_right(ends, start) : bisect_left(starts, end)]
        met.update(meets)
        total += sum((start - s) ** 2 + (end - e) ** 2 for s, e in meets) if meets else (end - start) ** 2
    return total + sum((end - start) ** 2 for start, end in right if (start, end) not in met)


def _gaps(units: Sequence[Fragment], length: int) -> list[int]:
    edges = [0, *(edge for unit in units for edge in unit), length]
    return [end - start for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


def _units(spans: Iterable[Tokens]) -> list[Fragment]:
    """The runs of tokens that the spans cover, in order; runs that share a token become one, runs that touch stay two."""
    runs: list[Fragment] = []
    for tokens in spans:
        ordered = sorted(tokens)
        breaks = [0, *(i for i in range(1, len(ordered)) if ordered[i] > ordered[i - 1] + 1), len(ordered)]
        runs += [(ordered[i], ordered[j - 1] + 1) for i, j in pairwise(breaks) if i < j]
    units: list[Fragment] = []
    for start, end in sorted(runs):
        if units and start < units[-1][1]:
            units[-1] = (units[-1][0], max(end, units[-1][1]))
        else:
            units.append((start, end))
    return units
