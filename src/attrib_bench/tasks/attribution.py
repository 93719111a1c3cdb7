"""Task `attribution`: find whole attributions: who says what, in which words, to whom, in which form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from attrib_bench.document import Attribution, Document, depth
from attrib_bench.scoring import attributions
from attrib_bench.tasks.task import Outcome, OutcomeKind, Task, blank


def _outcomes(gold: Document, predicted: Document) -> Iterator[Outcome]:
    for left, right in attributions.paired(gold, predicted):
        if left is not None and right is not None:
            yield _paired(gold, left, right)
        elif left is not None:
            yield Outcome(kind="missed", slices=_slices(gold, left), gold=tuple(left.spans()), gold_says=str(left.form))
        elif right is not None:
            said = tuple(right.spans())
            yield Outcome(kind="spurious", slices=_slices(predicted, right), predicted=said, predicted_says=str(right.form))


def _paired(gold: Document, left: Attribution, right: Attribution) -> Outcome:
    kind: OutcomeKind = "correct"
    if dict(left.spans()) != dict(right.spans()):
        kind = "edges"
    elif left.form != right.form:
        kind = "label"
    return Outcome(
        kind=kind,
        slices=_slices(gold, left),
        gold=tuple(left.spans()),
        predicted=tuple(right.spans()),
        gold_says=str(left.form),
        predicted_says=str(right.form),
    )


def _slices(document: Document, attribution: Attribution) -> dict[str, str]:
    return {"form": str(attribution.form), "depth": str(depth(document, attribution))}


TASK = Task(
    name="attribution",
    summary="A document in; whole attributions out.",
    main="joint.f1",
    match="joint",
    given=blank,
    count=attributions.count,
    figures=attributions.figures,
    outcomes=_outcomes,
    required={"attributions": ("form",)},
    settings={"nested": "yes"},
)

WITHOUT_NESTED = replace(TASK, count=partial(attributions.count, nested=False), settings={"nested": "no"})
"""The same, with attributions that have a parent left out on both sides."""
