"""Task `trigger`: is a word that looks like a cue or a hedge one of the two, or neither?

The candidates are gold cues, gold hedges and rejected triggers. A prediction puts each of them where it belongs: as the cue
of an attribution, as a hedge, or among the rejected triggers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from attrib_bench.document import Attribution, DataError, Document, Form, Hedge, HedgeType, Reason, RejectedTrigger, Span
from attrib_bench.tasks.labels import Answer, classification_task
from attrib_bench.tasks.task import blank


def candidates(document: Document) -> dict[Span, str]:
    """Each candidate of a labelled document with its label, in text order: `cue` before `hedge` before `neither`."""
    found = {trigger.span: "neither" for trigger in document.rejected_triggers}
    found |= {hedge.span: "hedge" for hedge in document.hedges}
    found |= {attribution.cue: "cue" for attribution in document.attributions if attribution.cue is not None}
    return dict(sorted(found.items()))


def answered(document: Document, labels: Mapping[Span, str]) -> Document:
    """The document with its candidates as these labels say: `cue`, `hedge` or `neither`, in the form that a prediction has.

    An attribution that is but a cue is of the form that needs no content.
    """
    by_label = {label: [span for span, found in labels.items() if found == label] for label in ("cue", "hedge", "neither")}
    return replace(
        document,
        attributions=tuple(Attribution(id=f"a{n}", form=Form.NO_COMMENT, cue=span) for n, span in enumerate(by_label["cue"], 1)),
        hedges=tuple(Hedge(id=f"h{n}", span=span, type=HedgeType.EPISTEMIC) for n, span in enumerate(by_label["hedge"], 1)),
        rejected_triggers=tuple(RejectedTrigger(span=span, reason=Reason.NOT_LEXICON) for span in by_label["neither"]),
    )


def _given(document: Document) -> Document:
    """The document with every candidate among its rejected triggers."""
    triggers = tuple(RejectedTrigger(span=span, reason=Reason.NOT_LEXICON) for span in candidates(document))
    return replace(blank(document), rejected_triggers=triggers)


def _answers(gold: Document, predicted: Document, _: str) -> Iterator[Answer]:
    said = candidates(predicted)
    golds = candidates(gold)
    if missing := [span for span in golds if span not in said]:
        raise DataError(
            f"{gold.id}: no answer for the candidate {list(missing[0].fragments)}; "
            "expected it as a cue, a hedge or a rejected trigger"
        )
    if unknown := [span for span in said if span not in golds]:
        raise DataError(
            f"{gold.id}: {list(unknown[0].fragments)} is no candidate; expected gold cues, hedges and rejected triggers"
        )
    for span, label in golds.items():
        yield Answer("trigger", ((label, span),), label, said[span])


TASK = classification_task(
    name="trigger",
    summary="A document and candidate words in; cue, hedge or neither out.",
    fields=("trigger",),
    given=_given,
    answers=_answers,
)
