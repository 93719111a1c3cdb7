"""Task `form`: in which form is a content given: direct, indirect, mixed, free indirect, reported or refused?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from attrib_bench.document import Attribution, Document, Form
from attrib_bench.scoring.counts import Counts
from attrib_bench.tasks import labels
from attrib_bench.tasks.labels import Answer
from attrib_bench.tasks.task import Outcome, Task, blank

_FIELDS = ("form",)


def _given(document: Document) -> Document:
    """The document with the contents of its attributions and nothing else; an attribution without content is left out."""
    contents = (Attribution(id=a.id, form=Form.INDIRECT, content=a.content) for a in document.attributions if a.content)
    return replace(blank(document), attributions=tuple(contents))


def _answers(gold: Document, predicted: Document) -> Iterator[Answer]:
    for attribution in gold.attributions:
        if attribution.content is not None:
            said = predicted.attribution_by_id[attribution.id].form
            yield Answer(attribution.id, tuple(attribution.spans()), str(attribution.form), str(said))


def _count(gold: Document, predicted: Document) -> Counts:
    return labels.count(_answers(gold, predicted), field="form")


def _outcomes(gold: Document, predicted: Document) -> Iterator[Outcome]:
    return labels.outcomes(_answers(gold, predicted), field="form")


TASK = Task(
    name="form",
    summary="A document and its gold contents in; the form of each out.",
    main="form.macro.f1",
    match="label",
    given=_given,
    count=_count,
    figures=partial(labels.figures, fields=_FIELDS),
    outcomes=_outcomes,
    confusion=partial(labels.confusion, fields=_FIELDS),
    required={"attributions": ("form",)},
    aligned="attributions",
    examples=lambda document: sum(attribution.content is not None for attribution in document.attributions),
)
