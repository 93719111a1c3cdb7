"""Task `chain`: through which attribution did each one reach the text?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from attrib_bench.document import Document
from attrib_bench.scoring import chains
from attrib_bench.tasks.task import Outcome, OutcomeKind, Task


def _given(document: Document) -> Document:
    """The document with its attributions, without their parents."""
    attributions = tuple(replace(attribution, parent=None) for attribution in document.attributions)
    return replace(document, attributions=attributions, provenance=(), native={})


def _outcomes(gold: Document, predicted: Document) -> Iterator[Outcome]:
    for attribution in gold.attributions:
        says, said = attribution.parent, predicted.attribution_by_id[attribution.id].parent
        if says is None and said is None:
            continue
        kind: OutcomeKind = "correct" if says == said else "missed" if said is None else "spurious" if says is None else "label"
        yield Outcome(
            kind=kind,
            slices={"form": str(attribution.form)},
            gold=tuple(attribution.spans()),
            predicted=tuple(attribution.spans()),
            gold_says=f"through {_name(gold, says)}",
            predicted_says=f"through {_name(gold, said)}",
        )


def _name(document: Document, attribution_id: str | None) -> str:
    attribution = document.attribution_by_id.get(attribution_id or "")
    if attribution is None:
        return "nobody"
    return attribution.source.surface(document.require_text()) if attribution.source else "an implicit source"


TASK = Task(
    name="chain",
    summary="A document and its gold attributions without parents in; the parent of each out.",
    main="edge.f1",
    match="edge",
    given=_given,
    count=chains.count,
    figures=chains.figures,
    outcomes=_outcomes,
    required={"attributions": ("parent",)},
    aligned="attributions",
)
