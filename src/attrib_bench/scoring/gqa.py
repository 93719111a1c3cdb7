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

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from itertools import count as counter
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from attrib_bench.document import DataError
from attrib_bench.scoring.counts import PRF, Array, Counts, Key, Number, Table, prf

TokenIds = tuple[int, ...]
"""The tokens of a role: ascending, each once; empty where a quotation has no such role."""

Quotation = tuple[TokenIds, TokenIds, TokenIds, TokenIds, TokenIds, str, str]
"""Quote, speaker, cue, frame, addressee; type and medium. A named tuple with these fields in this order is one as well."""

Page = tuple[Sequence[Quotation], Sequence[Quotation]]
"""The gold and the predicted quotations of a document. Their order may matter, see above."""

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_MANY = 1000  # documents at once: enough that numpy's cost per call is small, few enough that memory is
_TIE = 1e-9  # scores nearer than this count as equal
_N_ROLES = 5
_SCORES: Mapping[str, tuple[Key, ...]] = {
    "msg": (("msg",),),
    "roles": (("roles",),),
    "joint": (("msg",), ("roles",)),
    "form": (("form",),),
    "stwr": (("stwr",),),
}
_KEYS = tuple((score, name) for score in ("msg", "roles", "form", "stwr") for name in ("precision", "predicted", "recall", "gold"))
_SHORT = {"precision": "prec", "recall": "rec", "f1": "f1"}


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


@dataclass(frozen=True, slots=True)
class _Side:
    """The gold or the predicted quotations of some documents, numbered through.

    A slot is a role of a quotation, ``role * len(side) + quotation``; a run is a stretch of adjacent tokens in a slot. The
    quote is role 0, so that the slots of quotes are the numbers of their quotations.
    """

    page: Ints
    """Of each quotation."""
    first: Ints
    """The first quotation of each page, and after the last page the number of quotations."""
    sizes: Ints
    """Tokens of each slot, of shape (roles, quotations)."""
    slot: Ints
    """Of each run, ascending."""
    start: Ints
    end: Ints
    """Token ids of each run, half-open."""
    labels: Ints
    """Type and medium as numbers, of shape (2, quotations)."""

    @classmethod
    def of(cls, pages: Sequence[Sequence[Quotation]], numbers: Mapping[str, int]) -> _Side:
        """The quotations of these pages; `numbers` gives each label a number."""
        quotations = list(chain.from_iterable(pages))
        n_quotations = np.fromiter(map(len, pages), np.int64, len(pages))
        columns = list(zip(*quotations, strict=True)) or [()] * (_N_ROLES + 2)
        slots: list[TokenIds] = list(chain.from_iterable(columns[:_N_ROLES]))
        sizes = np.fromiter(map(len, slots), np.int64, len(slots))
        filled = list(filter(None, slots))
        slot = np.flatnonzero(sizes)
        start = np.fromiter(map(itemgetter(0), filled), np.int64, len(filled))
        end = np.fromiter(map(itemgetter(-1), filled), np.int64, len(filled)) + 1
        broken = end - start != sizes[slot]
        if broken.any():
            n_runs, starts, ends = _runs([filled[index] for index in np.flatnonzero(broken).tolist()])
            n_each = np.ones(len(filled), dtype=np.int64)
            n_each[broken] = n_runs
            slot, start, end, broken = (np.repeat(column, n_each) for column in (slot, start, end, broken))
            start[broken], end[broken] = starts, ends
        labels = map(numbers.__getitem__, chain.from_iterable(columns[_N_ROLES:]))
        return cls(
            page=np.repeat(np.arange(len(pages)), n_quotations),
            first=np.concatenate([[0], np.cumsum(n_quotations)]),
            sizes=sizes.reshape(_N_ROLES, -1),
            slot=slot,
            start=start,
            end=end,
            labels=np.fromiter(labels, np.int64, 2 * len(quotations)).reshape(2, -1),
        )

    def __len__(self) -> int:
        return len(self.page)


def _runs(slots: Sequence[TokenIds]) -> tuple[Ints, Ints, Ints]:
    """How many stretches of adjacent tokens there are in each of at least one slot, and the start and end of each."""
    sizes = np.fromiter(map(len, slots), np.int64, len(slots))
    last = np.cumsum(sizes) - 1
    tokens = np.fromiter(chain.from_iterable(slots), np.int64, int(last[-1]) + 1)
    is_end = np.append(np.diff(tokens) != 1, True)
    is_end[last] = True
    ends = np.flatnonzero(is_end)
    starts = np.append(0, ends[:-1] + 1)
    return np.diff(np.searchsorted(ends, last, side="right"), prepend=0), tokens[starts], tokens[ends] + 1


def _count(pages: Sequence[Page]) -> Array:
    """The counts of some documents, of shape (pages, _KEYS)."""
    numbers: defaultdict[str, int] = defaultdict(counter().__next__)
    gold, predicted = (_Side.of(list(map(itemgetter(side), pages)), numbers) for side in (0, 1))
    i, j = _pairs(gold, predicted)
    shared = _shared(gold, predicted, i, j)

    def by_page(page: Ints, values: NDArray[np.generic]) -> Array:
        return np.bincount(page, values, minlength=len(pages)).astype(np.float64)

    columns = []
    for roles in (slice(0, 1), slice(1, None)):
        for side, ones in ((predicted, j), (gold, i)):
            sizes = side.sizes[roles][:, ones]
            earned = np.divide(shared[roles], sizes, out=np.zeros(sizes.shape), where=sizes != 0)
            columns.append(by_page(gold.page[i], earned.sum(axis=0)))
            columns.append(by_page(side.page, np.count_nonzero(side.sizes[roles], axis=0)))
    n_predicted, n_gold = np.diff(predicted.first), np.diff(gold.first)
    for labels, other_labels in zip(gold.labels, predicted.labels, strict=True):
        n_same = by_page(gold.page[i], labels[i] == other_labels[j])
        columns += [n_same, n_predicted, n_same, n_gold]
    return np.column_stack(columns)


_Runs = tuple[Ints, Ints, Ints]
"""The group of each run, its start and its end."""


def _shared_in_group(runs: _Runs, others: _Runs, n_groups: int) -> tuple[Ints, Ints, Ints]:
    """Run, other run and the tokens that they share, for all that share some and are of one group; those of `others` ascend."""
    (group, start, end), (other_group, other_start, other_end) = runs, others
    n_others = np.bincount(other_group, minlength=n_groups)
    n = n_others[group]
    run = np.repeat(np.arange(len(group)), n)
    other = np.arange(len(run)) + np.repeat((np.cumsum(n_others) - n_others)[group] - (np.cumsum(n) - n), n)
    n_shared = np.minimum(end[run], other_end[other]) - np.maximum(start[run], other_start[other])
    some = np.flatnonzero(n_shared > 0)
    return run[some], other[some], n_shared[some]


def _shared(gold: _Side, predicted: _Side, i: Ints, j: Ints) -> Ints:
    """How many tokens the paired quotations share in each role, of shape (roles, pairs)."""

    def runs(side: _Side, ones: Ints) -> _Runs:
        """The runs of the paired quotations, with a group for each role and pair."""
        pair_of = np.full(len(side), -1)
        pair_of[ones] = np.arange(len(ones))
        role, quotation = np.divmod(side.slot, max(len(side), 1))
        pair = pair_of[quotation]
        kept = pair >= 0
        return role[kept] * len(ones) + pair[kept], side.start[kept], side.end[kept]

    golds, (group, start, end) = runs(gold, i), runs(predicted, j)
    order = np.argsort(group, kind="stable")
    predictions = group[order], start[order], end[order]
    run, _, n_shared = _shared_in_group(golds, predictions, _N_ROLES * len(i))
    return np.bincount(golds[0][run], n_shared, minlength=_N_ROLES * len(i)).astype(np.int64).reshape(_N_ROLES, -1)


def _pairs(gold: _Side, predicted: _Side) -> tuple[Ints, Ints]:
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
    bounds = np.searchsorted(gold.page[i], np.arange(n_pages + 1)).tolist()
    local_i, local_j = i - gold.first[gold.page[i]], j - predicted.first[gold.page[i]]
    firsts, other_firsts = gold.first.tolist(), predicted.first.tolist()
    for page in np.flatnonzero(~clear).tolist():
        first, other_first, edges = firsts[page], other_firsts[page], slice(bounds[page], bounds[page + 1])
        scores = np.zeros((firsts[page + 1] - first, other_firsts[page + 1] - other_first))
        scores[local_i[edges], local_j[edges]] = score[edges]
        rows, columns = linear_sum_assignment(scores, maximize=True)
        pairs.append((rows + first, columns + other_first))
    all_i, all_j = zip(*pairs, strict=True)
    return np.concatenate(all_i), np.concatenate(all_j)


def _overlaps(gold: _Side, predicted: _Side) -> tuple[Ints, Ints, Array]:
    """The quotations whose quotes share a token, in ascending order, with what each such pair adds to the sum."""

    def runs(side: _Side) -> _Runs:
        """The runs of the quotes, grouped by page."""
        n = int(np.searchsorted(side.slot, len(side)))
        return side.page[side.slot[:n]], side.start[:n], side.end[:n]

    run, other, n_shared = _shared_in_group(runs(gold), runs(predicted), len(gold.first) - 1)
    edges, index = np.unique(gold.slot[run] * max(len(predicted), 1) + predicted.slot[other], return_inverse=True)
    n_both = np.bincount(index, n_shared, minlength=len(edges))
    i, j = np.divmod(edges, max(len(predicted), 1))
    # The published formula in the published order of operations, so that what ties there ties here, to the last bit.
    precision, recall = n_both / predicted.sizes[0, j], n_both / gold.sizes[0, i]
    score = 2 * precision * recall / (precision + recall)
    for bonus, labels, other_labels in zip((0.01, 0.001), gold.labels, predicted.labels, strict=True):
        score = score + np.where(labels[i] == other_labels[j], bonus, 0.0)
    return i, j, score


def _best(one: Ints, other: Ints, score: Array, page: Ints, n_pages: int) -> tuple[Flags, Flags]:
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
