"""The 15 scores of the GQA corpus's own evaluator, under their published names and to its last digit.

Petersen-Frey & Biemann (2024): predicted and gold quotations of a document are paired one to one for the largest sum of
their quotes' token F1 (plus 0.01 for an equal type and 0.001 for an equal medium, both only where they overlap); each
pair, and each quotation left over, gives precision and recall for its quote (`msg`) and for its four other roles (`roles`);
`joint` pools all five; `form` and `stwr` compare type and medium.

Two habits of that evaluator are kept because figures must be comparable, though `attrib_bench.scoring.attributions` drops
them: quotations that overlap nothing are paired with each other all the same, so that a prediction which is wrong
altogether may earn `form`, `stwr` and `roles`; and which of them are paired hangs on the order in which they stand.

Many documents are counted at once, as arrays: tokens as runs of adjacent ids, an overlap as what two runs share. Only
where more than one pairing of a document may be the best is it given to scipy, as the published evaluator gives it every one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import attrgetter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from attrib_bench.document import DataError
from attrib_bench.scoring.counts import PRF, Array, Counts, Key, Number, Table, prf

Ids = NDArray[np.int64]

_MANY = 500  # documents at once: enough that numpy's cost per call is small, few enough that memory is
_TIE = 1e-9  # scores nearer than this count as equal
_ROLES = ("quote", "addressee", "cue", "frame", "speaker")
_SCORES: Mapping[str, tuple[Key, ...]] = {
    "msg": (("msg",),),
    "roles": (("roles",),),
    "joint": (("msg",), ("roles",)),
    "form": (("form",),),
    "stwr": (("stwr",),),
}
_KEYS = tuple((score, name) for score in ("msg", "roles", "form", "stwr") for name in ("precision", "predicted", "recall", "gold"))

_roles_of = attrgetter(*_ROLES)


class Quotation(Protocol):
    """One quotation: for each role its token ids, ascending, each once; empty where there is none."""

    @property
    def quote(self) -> tuple[int, ...]: ...
    @property
    def speaker(self) -> tuple[int, ...]: ...
    @property
    def cue(self) -> tuple[int, ...]: ...
    @property
    def frame(self) -> tuple[int, ...]: ...
    @property
    def addressee(self) -> tuple[int, ...]: ...
    @property
    def type(self) -> str: ...
    @property
    def medium(self) -> str: ...


Page = tuple[Sequence[Quotation], Sequence[Quotation]]
"""The gold and the predicted quotations of a document. Their order may matter, see above."""


def count(gold: Sequence[Quotation], predicted: Sequence[Quotation]) -> Counts:
    """The counts of one document's quotations, for `figures`. For many documents, `tabulate` is far faster."""
    return tabulate([(gold, predicted)]).total()


def tabulate(pages: Iterable[Page]) -> Table:
    """The counts of each document. The pages are read a few at a time. Raises DataError where there is no document."""
    pages = iter(pages)
    rows = []
    while some := list(islice(pages, _MANY)):
        rows.append(_count(some))
    if not rows:
        raise DataError("found no document to score, expected at least one")
    return Table(_KEYS, np.vstack(rows))


def figures(counts: Mapping[Key, Number]) -> dict[str, Number]:
    """The 15 scores, ``prec_msg`` to ``f1_stwr``, in [0, 1]; 0 where nothing was predicted or nothing is gold."""
    found: dict[str, Number] = {}
    for name, pooled in _SCORES.items():
        for figure, value in zip(PRF, prf(counts, *pooled), strict=True):
            found[f"{_SHORT[figure]}_{name}"] = value
    return found


_SHORT = {"precision": "prec", "recall": "rec", "f1": "f1"}


@dataclass(frozen=True, slots=True)
class _Side:
    """The gold or the predicted quotations of some documents, numbered through.

    A slot is a role of a quotation, ``quotation * 5 + role``; a run is a stretch of adjacent tokens in a slot.
    """

    page: Ids
    """Of each quotation."""
    first: Ids
    """The first quotation of each page, and after the last page the number of quotations."""
    sizes: Ids
    """Tokens of each slot."""
    run_slot: Ids
    run_start: Ids
    run_end: Ids
    types: NDArray[np.str_]
    media: NDArray[np.str_]

    @classmethod
    def of(cls, pages: Sequence[Sequence[Quotation]]) -> _Side:
        quotations = list(chain.from_iterable(pages))
        lengths = np.fromiter(map(len, pages), np.int64, len(pages))
        slots = list(chain.from_iterable(map(_roles_of, quotations)))
        sizes = np.fromiter(map(len, slots), np.int64, len(slots))
        tokens = np.fromiter(chain.from_iterable(slots), np.int64, int(sizes.sum()))
        slot = np.repeat(np.arange(len(slots)), sizes)
        starts = np.flatnonzero((np.diff(tokens, prepend=-1) != 1) | (np.diff(slot, prepend=-1) != 0))
        ends = np.append(starts[1:], len(tokens))[: len(starts)] - 1
        return cls(
            page=np.repeat(np.arange(len(pages)), lengths),
            first=np.concatenate([[0], np.cumsum(lengths)]),
            sizes=sizes,
            run_slot=slot[starts],
            run_start=tokens[starts],
            run_end=tokens[ends] + 1,
            types=np.array([quotation.type for quotation in quotations], dtype=np.str_),
            media=np.array([quotation.medium for quotation in quotations], dtype=np.str_),
        )

    def __len__(self) -> int:
        return len(self.page)


def _count(pages: Sequence[Page]) -> Array:
    """The counts of some documents, of shape (pages, _KEYS)."""
    gold, predicted = _Side.of([page[0] for page in pages]), _Side.of([page[1] for page in pages])
    i, j = _pairs(gold, predicted)
    page = gold.page[i]
    shared = _shared(gold, predicted, i, j)
    columns = []
    for roles in (slice(0, 1), slice(1, None)):
        for side, ones in ((predicted, j), (gold, i)):
            sizes = side.sizes.reshape(-1, len(_ROLES))[:, roles]
            earned = np.divide(shared[:, roles], sizes[ones], out=np.zeros(sizes[ones].shape), where=sizes[ones] != 0)
            columns.append(np.bincount(page, earned.sum(axis=1), minlength=len(pages)))
            columns.append(np.bincount(side.page, (sizes != 0).sum(axis=1), minlength=len(pages)))
    n_predicted, n_gold = np.diff(predicted.first), np.diff(gold.first)
    for same in (gold.types[i] == predicted.types[j], gold.media[i] == predicted.media[j]):
        n_same = np.bincount(page, same, minlength=len(pages))
        columns += [n_same, n_predicted, n_same, n_gold]
    return np.column_stack(columns).astype(np.float64)


def _same_group(groups: Ids, others: Ids) -> tuple[Ids, Ids]:
    """Every pair of an index into `groups` and one into `others`, both ascending, whose entries are equal."""
    first = np.searchsorted(others, groups, side="left")
    n = np.searchsorted(others, groups, side="right") - first
    before = np.cumsum(n) - n
    return np.repeat(np.arange(len(groups)), n), np.arange(n.sum()) + np.repeat(first - before, n)


def _shared(gold: _Side, predicted: _Side, i: Ids, j: Ids) -> Ids:
    """How many tokens the paired quotations share in each role, of shape (pairs, roles)."""
    groups = []
    for side, ones in ((gold, i), (predicted, j)):
        pair_of = np.full(len(side), -1)
        pair_of[ones] = np.arange(len(ones))
        quotation, role = np.divmod(side.run_slot, len(_ROLES))
        group = pair_of[quotation] * len(_ROLES) + role
        runs = np.flatnonzero(pair_of[quotation] >= 0)
        groups.append(runs[np.argsort(group[runs], kind="stable")])
        groups.append(group[groups[-1]])
    runs, group, other_runs, other_group = groups
    a, b = _same_group(group, other_group)
    both = np.minimum(gold.run_end[runs[a]], predicted.run_end[other_runs[b]])
    both = both - np.maximum(gold.run_start[runs[a]], predicted.run_start[other_runs[b]])
    shared = np.bincount(group[a], np.maximum(both, 0), minlength=len(i) * len(_ROLES))
    return shared.astype(np.int64).reshape(len(i), len(_ROLES))


def _pairs(gold: _Side, predicted: _Side) -> tuple[Ids, Ids]:
    """The published pairing: in each document as many pairs as the shorter side has quotations, overlapping or not."""
    i, j, score = _overlaps(gold, predicted)
    n_pages = len(gold.first) - 1
    chosen, clear = _best(i, j, score, gold.page[i], n_pages)
    other_chosen, other_clear = _best(j, i, score, gold.page[i], n_pages)
    chosen = np.where(clear[gold.page[i]], chosen, other_chosen & other_clear[gold.page[i]])
    clear |= other_clear
    paired_i, paired_j = i[chosen], j[chosen]
    # What overlaps nothing is paired as well; in one way only if one side has nothing left over, or both have one quotation.
    n_paired = np.bincount(gold.page[paired_i], minlength=n_pages)
    left, other_left = np.diff(gold.first) - n_paired, np.diff(predicted.first) - n_paired
    single = clear & (left == 1) & (other_left == 1)
    clear &= single | (left == 0) | (other_left == 0)
    pairs = [(paired_i[clear[gold.page[paired_i]]], paired_j[clear[gold.page[paired_i]]])]
    free, other_free = np.ones(len(gold), dtype=bool), np.ones(len(predicted), dtype=bool)
    free[paired_i] = other_free[paired_j] = False
    pairs.append((np.flatnonzero(free & single[gold.page]), np.flatnonzero(other_free & single[predicted.page])))
    bounds = np.searchsorted(gold.page[i], np.arange(n_pages + 1))
    for page in np.flatnonzero(~clear):
        edges = slice(bounds[page], bounds[page + 1])
        first, other_first = gold.first[page], predicted.first[page]
        scores = np.zeros((gold.first[page + 1] - first, predicted.first[page + 1] - other_first))
        scores[i[edges] - first, j[edges] - other_first] = score[edges]
        rows, columns = linear_sum_assignment(scores, maximize=True)
        pairs.append((rows + first, columns + other_first))
    all_i, all_j = zip(*pairs, strict=True)
    return np.concatenate(all_i), np.concatenate(all_j)


def _overlaps(gold: _Side, predicted: _Side) -> tuple[Ids, Ids, Array]:
    """The quotations whose quotes share a token, in ascending order, with what each such pair adds to the sum."""
    runs, other_runs = (np.flatnonzero(side.run_slot % len(_ROLES) == 0) for side in (gold, predicted))
    quotation, other_quotation = gold.run_slot[runs] // len(_ROLES), predicted.run_slot[other_runs] // len(_ROLES)
    a, b = _same_group(gold.page[quotation], predicted.page[other_quotation])
    both = np.minimum(gold.run_end[runs[a]], predicted.run_end[other_runs[b]])
    both = both - np.maximum(gold.run_start[runs[a]], predicted.run_start[other_runs[b]])
    a, b, both = a[both > 0], b[both > 0], both[both > 0]
    edges, index = np.unique(quotation[a] * len(predicted) + other_quotation[b], return_inverse=True)
    n_both = np.bincount(index, both, minlength=len(edges))
    i, j = np.divmod(edges, max(len(predicted), 1))
    # The published formula in the published order of operations, so that what ties there ties here, to the last bit.
    precision, recall = n_both / predicted.sizes[j * len(_ROLES)], n_both / gold.sizes[i * len(_ROLES)]
    f1 = 2 * precision * recall / (precision + recall)
    same_type, same_medium = gold.types[i] == predicted.types[j], gold.media[i] == predicted.media[j]
    return i, j, f1 + np.where(same_type, 0.01, 0.0) + np.where(same_medium, 0.001, 0.0)


def _best(one: Ids, other: Ids, score: Array, page: Ids, n_pages: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which edges lead to the other quotation that `one` likes best, and in which documents these are the best pairing.

    They are where everyone likes one best and no two like the same: no assignment has a larger sum, nor another the same.
    """
    order = np.lexsort((-score, one))
    leads = np.diff(one[order], prepend=-1) != 0
    ties = ~leads[1:] & leads[:-1] & (np.diff(-score[order]) < _TIE)
    chosen = np.zeros(len(one), dtype=bool)
    chosen[order[leads]] = True
    n_likes = np.bincount(other[chosen], minlength=int(other.max(initial=0)) + 1)
    clear = np.ones(n_pages, dtype=bool)
    clear[page[order[1:][ties]]] = False
    clear[page[chosen & (n_likes[other] > 1)]] = False
    return chosen, clear
