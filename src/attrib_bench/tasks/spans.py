"""Task `spans`: find the spans of sources, cues, contents, addressees and hedges in a document."""

from __future__ import annotations

from collections.abc import Iterator

from attrib_bench.document import Document
from attrib_bench.scoring import spans
from attrib_bench.scoring.counts import Counts
from attrib_bench.tasks.task import Outcome, Task, blank, span_outcomes


def _count(gold: Document, predicted: Document) -> Counts:
    return spans.count(gold.spans(), predicted.spans(), document=gold)


def _outcomes(gold: Document, predicted: Document) -> Iterator[Outcome]:
    return span_outcomes(gold.spans(), predicted.spans(), gold, name="label")


TASK = Task(
    name="spans",
    summary="A document in; the spans of source, cue, content, addressee and hedge out.",
    main="overlap.macro.f1",
    match="overlap",
    given=blank,
    count=_count,
    figures=spans.figures,
    outcomes=_outcomes,
    required={"attributions": ()},
)
