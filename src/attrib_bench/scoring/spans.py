"""Scores of labelled spans, which may overlap, nest and have gaps.

The spans of a label are a set: one that two attributions share counts once.

strict    a predicted span is right if a gold span of the label has the same code points, all fragments equal.
overlap   within a label, predicted and gold spans are paired one to one for the largest sum of token F1; a pair earns its
          token precision and its token recall.
muc       the counts of MUC-5 as SemEval-2013 task 9 used them (Chinchor & Sundheim 1993; Segura-Bedmar et al. 2013), under
          four schemes. All labels together, predicted and gold spans that share a token are paired one to one, for as many
          correct pairs as possible and then for as many pairs as possible. What is correct:
          strict    same code points, same label          the other pairs are incorrect
          exact     same code points                      the other pairs are incorrect
          partial   same code points                      the other pairs are partial, and earn half
          ent_type  same label                            the other pairs are incorrect
          A gold span without a partner is missed, a predicted one spurious.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from attrib_bench.document import Document, Span
from attrib_bench.scoring.counts import Counts, Key, Number, f1, macro, named, prf, ratio, tally
from attrib_bench.scoring.pairing import Mask, pair, span_mask, token_f1

SCHEMES = ("strict", "exact", "partial", "ent_type")

Labelled = tuple[str, Span]
"""A label and a span, as `Document.spans` gives them."""

_Item = tuple[Span, Mask]


class Muc(NamedTuple):
    """How many spans are what, under one scheme."""

    correct: float
    incorrect: float
    partial: float
    missed: float
    spurious: float

    @property
    def possible(self) -> float:
        """The gold spans."""
        return self.correct + self.incorrect + self.partial + self.missed

    @property
    def actual(self) -> float:
        """The predicted spans."""
        return self.correct + self.incorrect + self.partial + self.spurious


def count(gold: Iterable[Labelled], predicted: Iterable[Labelled], *, document: Document) -> Counts:
    """The counts of one document's labelled spans, for `figures` and `muc`. `document` gives the tokens."""
    counts: Counts = {}
    golds, predictions = set(gold), set(predicted)
    by_label, others_by_label = _by_label(golds, document), _by_label(predictions, document)
    for label in sorted(by_label.keys() | others_by_label.keys()):
        items, others = by_label[label], others_by_label[label]
        n_same = len({span for span, _ in items} & {span for span, _ in others})
        tally(counts, ("strict", label), precision=n_same, predicted=len(others), recall=n_same, gold=len(items))
        overlaps = {(i, j): token_f1(g, p) for i, (_, g) in enumerate(items) for j, (_, p) in enumerate(others) if g & p}
        earned = [((items[i][1] & others[j][1]).bit_count(), i, j) for i, j in pair(overlaps)]
        tally(
            counts,
            ("overlap", label),
            precision=sum(n_both / others[j][1].bit_count() for n_both, _, j in earned),
            predicted=len(others),
            recall=sum(n_both / items[i][1].bit_count() for n_both, i, _ in earned),
            gold=len(items),
        )
    for scheme in SCHEMES:
        for outcome, n in _muc(golds, predictions, scheme, document)._asdict().items():
            counts["muc", scheme, outcome] = n
    return counts


def figures(counts: Mapping[Key, Number]) -> dict[str, Number]:
    """Precision, recall and F1, in [0, 1], named ``strict.source.f1``, ``overlap.macro.f1``, ``muc.partial.f1`` and so on.

    Each label by itself, then `micro`, the spans of all labels pooled, and `macro`, the mean over the labels that occur in gold
    or predicted. 0/0 is 0; without any span there are no labels, and micro and macro are left out.
    """
    found: dict[str, Number] = {}
    for match in ("strict", "overlap"):
        scores = sorted({key[:2] for key in counts if key[0] == match})
        for score in scores:
            found |= named(".".join(score), prf(counts, score))
        if scores:
            found |= named(f"{match}.micro", prf(counts, *scores))
            found |= named(f"{match}.macro", macro(counts, scores))
    for scheme in SCHEMES:
        correct, incorrect, partial, missed, spurious = (counts["muc", scheme, outcome] for outcome in Muc._fields)
        earned, paired = correct + partial / 2, correct + incorrect + partial
        precision, recall = ratio(earned, paired + spurious), ratio(earned, paired + missed)
        found |= named(f"muc.{scheme}", (precision, recall, f1(precision, recall)))
    return found


def muc(counts: Mapping[Key, float], scheme: str) -> Muc:
    """The MUC counts under a scheme, one of SCHEMES."""
    return Muc(*(counts["muc", scheme, outcome] for outcome in Muc._fields))


def _by_label(spans: Iterable[Labelled], document: Document) -> defaultdict[str, list[_Item]]:
    """The spans of each label with their tokens, sorted, so that no pairing hangs on the order in which they came."""
    found: defaultdict[str, list[_Item]] = defaultdict(list)
    for label, span in sorted(spans):
        found[label].append((span, span_mask(document, span)))
    return found


def _muc(gold: set[Labelled], predicted: set[Labelled], scheme: str, document: Document) -> Muc:
    def correct(one: Labelled, other: Labelled) -> bool:
        return (one[0] == other[0] or scheme in ("exact", "partial")) and (one[1] == other[1] or scheme == "ent_type")

    golds = [(labelled, span_mask(document, labelled[1])) for labelled in sorted(gold)]
    predictions = [(labelled, span_mask(document, labelled[1])) for labelled in sorted(predicted)]
    many = min(len(golds), len(predictions)) + 1  # one correct pair is worth more than any number of others
    weights = {
        (i, j): many if correct(one, other) else 1
        for i, (one, mask) in enumerate(golds)
        for j, (other, other_mask) in enumerate(predictions)
        if mask & other_mask
    }
    pairs = pair(weights)
    n_correct = sum(weights[edge] == many for edge in pairs)
    n_others = len(pairs) - n_correct
    n_partial = n_others if scheme == "partial" else 0
    return Muc(n_correct, n_others - n_partial, n_partial, len(golds) - len(pairs), len(predictions) - len(pairs))
