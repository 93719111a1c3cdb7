"""A collection in figures, and several of them side by side: how far invented news measures like real news.

Every figure is of documents with tokens and sentences; lengths are in tokens, shares in [0, 1]. Layers that a corpus does not
annotate are left out of its figures, they are not 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import chain
from math import isnan

import numpy as np
from scipy.spatial.distance import jensenshannon

from attrib_bench.document import (
    Attribution,
    Document,
    Form,
    HedgeType,
    Identification,
    Kind,
    Reason,
    Sector,
    Status,
    ZoneKind,
    depth,
)
from attrib_bench.lexicon import cue_lemma
from attrib_bench.report.tables import TableOf
from attrib_bench.tokens import token_ids

QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)

WORDS = tuple(
    """
    soll sollen soll_haben laut zufolge nach_Angaben etwa rund knapp fast könnte dürfte offenbar möglicherweise vermutlich
    voraussichtlich mutmaßlich wohl wahrscheinlich angeblich unklar sagte erklärte heißt_es mitgeteilt
    """.split()
)
"""Words whose frequency is told; an underscore stands for one word or more of up to three between the two."""

_CURVE = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
_N_ORDERS, _N_SAMPLES, _SEED = 20, 200, 2026
_MOST_BETWEEN = 3


@dataclass(frozen=True)
class Statistics:
    """What was counted in a set of documents. Numbers of tokens, attributions and so on; shares and rates are derived from them."""

    name: str
    documents: int = 0
    tokens: Sequence[int] = ()
    """Tokens of each article."""
    sentences: Sequence[int] = ()
    """Tokens of each sentence."""
    attributions: Sequence[int] = ()
    """Attributions of each article."""
    contents: Sequence[int] = ()
    """Tokens of each content."""
    cues: Mapping[str, int] = field(default_factory=dict)
    """How often each cue lemma comes; see `lexicon.cue_lemma`."""
    properties: Mapping[str, int] = field(default_factory=dict)
    """How many attributions are nested, discontinuous, without a cue, without a source."""
    labels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By layer, how often each of its labels is given."""
    words: Sequence[Sequence[str]] = field(default=(), repr=False)
    """The words of each article."""

    @property
    def n_tokens(self) -> int:
        return sum(self.tokens)

    @property
    def n_attributions(self) -> int:
        return sum(self.attributions)

    @cached_property
    def figures(self) -> dict[str, float]:
        """Every figure that can be compared between corpora of different sizes, by name."""
        found: dict[str, float] = {}
        for what, lengths in (("tokens per article", self.tokens), ("tokens per sentence", self.sentences)):
            found |= _quantiles(what, lengths)
            found[f"{what}, mean"] = float(np.mean(lengths)) if lengths else float("nan")
        found["articles without an attribution"] = _share(sum(n == 0 for n in self.attributions), self.documents)
        found["attributions per 100 tokens"] = 100 * _share(self.n_attributions, self.n_tokens)
        found |= _quantiles("tokens per content", self.contents)
        for name, n in self.properties.items():
            found[name] = _share(n, self.n_attributions)
        for name, n in self.labels.get("form", {}).items():
            found[f"form {name}"] = _share(n, self.n_attributions)
        found["cue lemmas seen once, of all lemmas"] = _share(sum(n == 1 for n in self.cues.values()), len(self.cues))
        found["the ten commonest cues, of all cues"] = _share(sum(sorted(self.cues.values())[-10:]), sum(self.cues.values()))
        curve = self.type_curve
        found |= {f"types in {n:,} tokens": curve.get(n, float("nan")) for n in _CURVE}
        found |= {f"“{word.replace('_', ' … ')}” per 100,000": rate for word, rate in self.word_rates.items()}
        return found

    @cached_property
    def type_curve(self) -> dict[int, float]:
        """Distinct words, case folded, in the first n tokens of the articles, mean over 20 random orders of them; by n."""
        rng = np.random.default_rng(_SEED)
        sizes = [n for n in _CURVE if n <= self.n_tokens]
        if not sizes:
            return {}
        number: dict[str, int] = {}
        coded = [np.array([number.setdefault(word.lower(), len(number)) for word in words], dtype=np.int64) for words in self.words]
        curves = np.zeros((_N_ORDERS, len(sizes)))
        for row in curves:
            stream = np.concatenate([coded[i] for i in rng.permutation(len(coded))])
            row[:] = [np.unique(stream[:n]).size for n in sizes]
        return dict(zip(sizes, curves.mean(axis=0).tolist(), strict=True))

    @cached_property
    def word_rates(self) -> dict[str, float]:
        """How often each of `WORDS` comes in 100,000 tokens."""
        counts = Counter[str]()
        for words in self.words:
            for word in WORDS:
                first, _, second = word.partition("_")
                for i, found in enumerate(words):
                    if found == first or found == first.capitalize():
                        counts[word] += not second or second in words[i + 1 : i + 2 + _MOST_BETWEEN]
        return {word: 100_000 * _share(counts[word], self.n_tokens) for word in WORDS}

    def record(self) -> dict[str, object]:
        """All of it but the words, for JSON."""
        return {
            "name": self.name,
            "documents": self.documents,
            "tokens": self.n_tokens,
            "sentences": len(self.sentences),
            "attributions": self.n_attributions,
            "figures": {name: round(value, 6) for name, value in self.figures.items() if not isnan(value)},
            "cues": dict(self.cues),
            "labels": {layer: dict(counts) for layer, counts in self.labels.items()},
        }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def quantiles(lengths: Sequence[int]) -> dict[float, float]:
    """The quantiles of some lengths by `QUANTILES`, linear between two of them; nothing for none."""
    return dict(zip(QUANTILES, np.quantile(lengths, QUANTILES).tolist(), strict=True)) if lengths else {}


def _quantiles(what: str, lengths: Sequence[int]) -> dict[str, float]:
    return {f"{what}, quantile {q:.2f}": value for q, value in quantiles(lengths).items()}


_LABELS: Mapping[str, tuple[type[StrEnum], str, Callable[[Document], Iterable[str]]]] = {
    "form": (Form, "attributions", lambda d: (a.form for a in d.attributions)),
    "status": (Status, "status", lambda d: (a.status for a in d.attributions)),
    "hedge type": (HedgeType, "hedges", lambda d: (h.type for h in d.hedges)),
    "kind": (Kind, "sources", lambda d: (s.kind for s in d.sources)),
    "sector": (Sector, "sources", lambda d: (s.sector for s in d.sources)),
    "identification": (Identification, "sources", lambda d: (s.identification for s in d.sources)),
    "zone": (ZoneKind, "zones", lambda d: (z.kind for z in d.zones)),
    "reason": (Reason, "rejected_triggers", lambda d: (t.reason for t in d.rejected_triggers)),
}
"""Layers with a closed vocabulary: the vocabulary, the layer that has to be annotated for it, and the labels of a document."""


def statistics(documents: Iterable[Document], name: str, *, absent: Collection[str] = ()) -> Statistics:
    """What there is in documents with texts, tokens and sentences; `absent` names layers of the model that are not annotated.

    Raises DataError for a document without its text.
    """
    tokens, sentences, attributions, contents, all_words = [], [], [], [], []
    cues: Counter[str] = Counter()
    properties = Counter({"nested": 0, "discontinuous": 0, "without a cue": 0, "without a source": 0})
    labels: dict[str, Counter[str]] = {
        layer: Counter({str(label): 0 for label in vocabulary})
        for layer, (vocabulary, needed, _) in _LABELS.items()
        if needed not in absent
    }
    by_open: dict[str, Counter[str]] = {"genre": Counter(), "topic": Counter(), "depth": Counter()}
    for document in documents:
        text = document.require_text()
        words = [text[start:end] for start, end in document.tokens]
        all_words.append(words)
        tokens.append(len(words))
        sentences += [end - start for start, end in document.sentences]
        attributions.append(len(document.attributions))
        for attribution in document.attributions:
            properties.update(_properties(attribution, document))
            if attribution.content is not None:
                contents.append(len(token_ids(document, attribution.content)))
            if attribution.cue is not None:
                cues[cue_lemma(attribution.cue.words(text))] += 1
            by_open["depth"][str(depth(document, attribution))] += 1
        for layer, (_, _, found) in _LABELS.items():
            if layer in labels:
                labels[layer].update(map(str, found(document)))
        for layer, value in (("genre", document.metadata.genre), ("topic", document.metadata.topic)):
            if value:
                by_open[layer][value] += 1
    return Statistics(
        name=name,
        documents=len(tokens),
        tokens=tokens,
        sentences=sentences,
        attributions=attributions,
        contents=contents,
        cues=dict(cues.most_common()),
        properties=dict(properties),
        labels={layer: dict(counts) for layer, counts in (labels | by_open).items() if counts.total()},
        words=all_words,
    )


def _properties(attribution: Attribution, document: Document) -> Iterator[str]:
    content = attribution.content
    if content is not None:
        others = (other.content for other in document.attributions if other is not attribution)
        if any(other is not None and other != content and other.contains(content) for other in others):
            yield "nested"
        if len(content.fragments) > 1:
            yield "discontinuous"
    if attribution.cue is None:
        yield "without a cue"
    if attribution.source is None:
        yield "without a source"


def divergence(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """The Jensen-Shannon divergence of two distributions of counts, in bits: 0 where they are equal, 1 where they share nothing.

    Lin, J. (1991), *Divergence measures based on the Shannon entropy*, IEEE Transactions on Information Theory 37(1).
    """
    names = sorted(one.keys() | other.keys())
    if not one or not other:
        return float("nan")
    distance = jensenshannon([one.get(name, 0) for name in names], [other.get(name, 0) for name in names], base=2)
    return float(distance) ** 2


def sampled_divergence(counts: Mapping[str, int], n: int) -> float:
    """The mean divergence between a distribution and 200 samples of n drawn from it: what chance alone makes of n."""
    names, numbers = list(counts), np.array(list(counts.values()), dtype=float)
    if not names or not n:
        return float("nan")
    draws = np.random.default_rng(_SEED).multinomial(n, numbers / numbers.sum(), size=_N_SAMPLES)
    return float(np.mean([divergence(counts, dict(zip(names, draw.tolist(), strict=True))) for draw in draws]))


def size_table(found: Statistics) -> TableOf:
    """How much there is."""
    rows = {
        "articles": found.documents,
        "tokens": found.n_tokens,
        "sentences": len(found.sentences),
        "types": len({word.lower() for word in chain.from_iterable(found.words)}),
        "attributions": found.n_attributions,
        "cue lemmas": len(found.cues),
    }
    return TableOf(found.name, ("", "count"), tuple((name, f"{n:,}") for name, n in rows.items()))


def label_tables(found: Statistics) -> list[TableOf]:
    """A table a layer: each label with its count and its share."""
    tables = []
    for layer, counts in found.labels.items():
        total = sum(counts.values())
        rows = tuple((label, str(n), f"{_share(n, total):.3f}") for label, n in sorted(counts.items(), key=lambda item: -item[1]))
        tables.append(TableOf(layer, ("label", "count", "share"), rows))
    return tables


def cue_table(found: Statistics, n: int = 25) -> TableOf:
    """The commonest cue lemmas."""
    total = sum(found.cues.values())
    rows = tuple((lemma, str(count), f"{_share(count, total):.3f}") for lemma, count in list(found.cues.items())[:n])
    return TableOf(f"the {len(rows)} commonest cues", ("lemma", "count", "share"), rows)


def comparison_table(found: Sequence[Statistics]) -> TableOf:
    """The figures of several corpora side by side; the second is the reference that cues are held against."""
    names = list(dict.fromkeys(name for one in found for name in one.figures))
    rows = [(name, *(_cell(one.figures.get(name)) for one in found)) for name in names]
    if len(found) > 1:
        reference = found[1]
        kinds: tuple[tuple[str, Callable[[Statistics], Mapping[str, int]]], ...] = (
            ("cue lemmas", lambda one: one.cues),
            ("forms", lambda one: one.labels.get("form", {})),
        )
        for what, counts in kinds:
            against = [divergence(counts(one), counts(reference)) if one is not reference else float("nan") for one in found]
            chance = [
                sampled_divergence(counts(reference), sum(counts(one).values())) if one is not reference else float("nan")
                for one in found
            ]
            rows.append((f"{what}: divergence from {reference.name}, bits", *map(_cell, against)))
            rows.append((f"{what}: the same of as large a sample of {reference.name}", *map(_cell, chance)))
    sizes = [("articles", *(str(one.documents) for one in found)), ("tokens", *(str(one.n_tokens) for one in found))]
    sizes.append(("attributions", *(str(one.n_attributions) for one in found)))
    return TableOf("side by side", ("", *(one.name for one in found)), tuple(sizes + rows))


def _cell(value: float | None) -> str:
    if value is None or isnan(value):
        return "–"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
