"""Scores of whole attributions: who says what, in which words, to whom.

joint           The joint role F1, as GQA's evaluator has it (`attrib_bench.scoring.gqa`), with our roles: `content`; as
                `roles` the source, the cue and the addressee; `joint` pools the four; `form` stands for GQA's type. Its medium
                and frame are left out: here the medium is derived, and the frame is no span of the model. Predicted and
                gold attributions are paired one to one for the largest sum of their contents' token F1, plus 0.01 for an
                equal form, plus 0.001 times the mean token F1 of the other roles, which decides between attributions with
                one content, as the links of a chain have. Unlike GQA's, attributions whose contents share no token stay
                unpaired, so that an invented one earns nothing.
tuple           Strict: right if source, cue, content and addressee have the same code points, and the form is the same;
                `tuple_any_form` leaves the form out.
who_said_what   Right if the contents have a token F1 of at least 0.5, and the predicted source shares a token with the gold
                source span or any mention of a gold source, or neither has a source span (both are implicit). One to one, for
                as many right pairs as possible.

Where an attribution has no content, as a refusal may, its cue takes the content's place in pairing, else its source, else its
addressee; it is compared with such as lack a content too.

All of these are also given for slices: by form, by depth in the chain, by kind and by identification of the sources (an
attribution with sources of two kinds is in both slices, one whose sources are not given in ``none``). Recall is over the gold
attributions of a slice, precision over the predicted ones *by their own labels*: of a system that names no sources, only
the recall means something in the slices by kind and identification.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from attrib_bench.document import Attribution, Document, Form, Fragment, Span, depth, mentions
from attrib_bench.scoring.counts import Counts, Key, Number, named, prf, tally
from attrib_bench.scoring.pairing import Mask, Pair, pair, span_mask, token_f1

_LABELS = ("content", "cue", "source", "addressee")  # in the order in which one takes the place of those before it
_SOURCE = _LABELS.index("source")
_SAME_CONTENT = 0.5  # the least token F1 for who said what
_COUNTED = ("content", "roles", "form", "tuple", "tuple_any_form", "who_said_what")
_POOLED = {"joint": ("content", "roles")}


@dataclass(frozen=True, slots=True, order=True)
class _Item:
    """An attribution as far as it is compared. In this order, no score hangs on the order or the ids of attributions."""

    masks: tuple[Mask, ...]
    """The tokens of _LABELS; 0 where there is no span."""
    spans: tuple[tuple[Fragment, ...], ...]
    """The fragments of _LABELS; none where there is no span."""
    form: Form
    slices: tuple[str, ...]
    """The slices that it belongs to; "" is all attributions."""
    mentions: Mask
    """The source span and every mention of its sources."""


def count(gold: Document, predicted: Document, *, nested: bool = True) -> Counts:
    """The counts of one document, for `figures`. Tokens are the gold document's.

    Without `nested`, attributions with a parent are left out on both sides before anything is paired. Raises DataError where
    a parent does not exist or parents run in a circle.
    """
    golds, predictions = _items(gold, gold, nested=nested), _items(predicted, gold, nested=nested)
    pairs = pair(_weights(golds, predictions, _likeness))
    right = {
        "form": [(i, j) for i, j in pairs if golds[i].form == predictions[j].form],
        "tuple": _equal(golds, predictions, lambda item: (item.spans, item.form)),
        "tuple_any_form": _equal(golds, predictions, lambda item: item.spans),
        "who_said_what": pair(_weights(golds, predictions, _says_the_same)),
    }
    counts: Counts = {}
    for score in _COUNTED:
        tally(counts, (score, ""))
    backwards = {score: [(j, i) for i, j in found] for score, found in right.items()}
    for score, part, n, earned in _earned(golds, predictions, pairs, right):
        tally(counts, (score, part), recall=earned, gold=n)
    for score, part, n, earned in _earned(predictions, golds, [(j, i) for i, j in pairs], backwards):
        tally(counts, (score, part), precision=earned, predicted=n)
    return counts


def figures(counts: Mapping[Key, Number]) -> dict[str, Number]:
    """Precision, recall and F1, in [0, 1], named ``joint.f1``, ``tuple.recall``, ``who_said_what[form=direct].f1`` and so on.

    The scores are content, roles, joint, form, tuple, tuple_any_form and who_said_what. 0/0 is 0.
    """
    found: dict[str, Number] = {}
    for part in sorted({key[1] for key in counts}):
        for score in (*_COUNTED, *_POOLED):
            pooled = [(one, part) for one in _POOLED.get(score, (score,))]
            found |= named(f"{score}[{part}]" if part else score, prf(counts, *pooled))
    return found


def paired(gold: Document, predicted: Document) -> Iterator[tuple[Attribution | None, Attribution | None]]:
    """The attributions as `joint` pairs them, gold first; None stands for the partner of one that has none."""
    golds, predictions = (
        sorted(((_item(a, document, gold), a) for a in document.attributions), key=lambda known: known[0])
        for document in (gold, predicted)
    )
    partners = dict(pair(_weights([item for item, _ in golds], [item for item, _ in predictions], _likeness)))
    for i, (_, attribution) in enumerate(golds):
        yield attribution, predictions[partners[i]][1] if i in partners else None
    for j in sorted(set(range(len(predictions))) - set(partners.values())):
        yield None, predictions[j][1]


def _items(document: Document, gold: Document, *, nested: bool) -> list[_Item]:
    return sorted(_item(a, document, gold) for a in document.attributions if nested or a.parent is None)


def _item(attribution: Attribution, document: Document, gold: Document) -> _Item:
    spans: list[Span | None] = [getattr(attribution, label) for label in _LABELS]
    sources = [document.source_by_id[ref] for ref in attribution.source_refs if ref in document.source_by_id]
    mentioned = [Span((fragment,)) for source in sources for fragment in mentions(document, source)]
    kinds = {str(source.kind) for source in sources} or {"none"}
    identifications = {str(source.identification) for source in sources} or {"none"}
    return _Item(
        masks=tuple(span_mask(gold, span) for span in spans),
        spans=tuple(() if span is None else span.fragments for span in spans),
        form=attribution.form,
        slices=(
            "",
            f"form={attribution.form}",
            f"depth={depth(document, attribution)}",
            *sorted(f"kind={kind}" for kind in kinds),
            *sorted(f"identification={identification}" for identification in identifications),
        ),
        mentions=reduce(or_, (span_mask(gold, span) for span in (attribution.source, *mentioned)), 0),
    )


def _weights(golds: Sequence[_Item], predictions: Sequence[_Item], weight: Callable[[_Item, _Item], float]) -> dict[Pair, float]:
    return {(i, j): weight(gold, predicted) for i, gold in enumerate(golds) for j, predicted in enumerate(predictions)}


def _content_f1(gold: _Item, predicted: _Item) -> float:
    """Token F1 of the contents, or of the first label that either has."""
    for mask, other in zip(gold.masks, predicted.masks, strict=True):
        if mask or other:
            return token_f1(mask, other)
    return 0.0


def _likeness(gold: _Item, predicted: _Item) -> float:
    content = _content_f1(gold, predicted)
    if not content:
        return 0.0
    roles = [token_f1(mask, other) for mask, other in zip(gold.masks[1:], predicted.masks[1:], strict=True)]
    return content + (0.01 if gold.form == predicted.form else 0.0) + 0.001 * sum(roles) / len(roles)


def _says_the_same(gold: _Item, predicted: _Item) -> float:
    """1 where the prediction is right, and a trifle more the better its content, to decide which of several is counted."""
    source, predicted_source = gold.masks[_SOURCE], predicted.masks[_SOURCE]
    right_source = gold.mentions & predicted_source if predicted_source else not source
    content = _content_f1(gold, predicted)
    return 1 + 1e-4 * content if right_source and content >= _SAME_CONTENT else 0.0


def _equal(golds: Sequence[_Item], predictions: Sequence[_Item], key: Callable[[_Item], Hashable]) -> list[Pair]:
    """Pairs of items with equal keys, one to one."""
    by_key: dict[Hashable, list[int]] = {}
    for j, item in enumerate(predictions):
        by_key.setdefault(key(item), []).append(j)
    return [(i, same.pop(0)) for i, item in enumerate(golds) if (same := by_key.get(key(item)))]


def _earned(
    items: Sequence[_Item], others: Sequence[_Item], pairs: Sequence[Pair], right: Mapping[str, Sequence[Pair]]
) -> Iterator[tuple[str, str, int, float]]:
    """Score, slice, number of units and what they earn, at most 1 each: of every item, in every slice that it belongs to."""
    partners = {i: others[j].masks for i, j in pairs}
    right_ones = {score: {i for i, _ in found} for score, found in right.items()}
    for i, item in enumerate(items):
        masks = zip(item.masks, partners.get(i, (0,) * len(_LABELS)), strict=True)
        shares = [(mask & other).bit_count() / mask.bit_count() if mask else 0.0 for mask, other in masks]
        n_roles = sum(mask != 0 for mask in item.masks[1:])
        whole = [(score, 1, float(i in ones)) for score, ones in right_ones.items()]
        for score, n, earned in [("content", int(item.masks[0] != 0), shares[0]), ("roles", n_roles, sum(shares[1:])), *whole]:
            for part in item.slices:
                yield score, part, n, earned
