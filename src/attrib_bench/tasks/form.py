"""Task `form`: in which form is a content given: direct, indirect, mixed, free indirect, reported or refused?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from attrib_bench.document import Attribution, Document, Form
from attrib_bench.tasks.labels import Answer, classification_task
from attrib_bench.tasks.task import blank


def _given(document: Document) -> Document:
    """The document with the contents of its attributions and nothing else; an attribution without content is left out."""
    contents = (Attribution(id=a.id, form=Form.INDIRECT, content=a.content) for a in document.attributions if a.content)
    return replace(blank(document), attributions=tuple(contents))


def _answers(gold: Document, predicted: Document, _: str) -> Iterator[Answer]:
    for attribution in gold.attributions:
        if attribution.content is not None:
            said = predicted.attribution_by_id[attribution.id].form
            yield Answer(attribution.id, tuple(attribution.spans()), str(attribution.form), str(said))


TASK = classification_task(
    name="form",
    summary="A document and its gold contents in; the form of each out.",
    fields=("form",),
    given=_given,
    answers=_answers,
    required={"attributions": ("form",)},
    aligned="attributions",
)
