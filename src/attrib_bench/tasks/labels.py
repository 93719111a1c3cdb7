"""What the classification tasks share: labels of given things, field by field, as counts, figures, outcomes and confusions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from attrib_bench.document import Document, Span
from attrib_bench.scoring import classification
from attrib_bench.scoring.counts import Counts, Key, Number, add
from attrib_bench.tasks.task import Outcome, Task


class Answer(NamedTuple):
    """One example: what is labelled, where it stands, and the two labels."""

    what: str
    spans: tuple[tuple[str, Span], ...]
    gold: str
    predicted: str


Answers = Callable[[Document, Document, str], Iterator[Answer]]
"""The examples of a field, from gold and prediction."""


def classification_task(
    *,
    name: str,
    summary: str,
    fields: tuple[str, ...],
    given: Callable[[Document], Document],
    answers: Answers,
    required: Mapping[str, tuple[str, ...]] | None = None,
    aligned: Literal["attributions", "sources", ""] = "",
) -> Task:
    """The task of labelling given things in one or more fields, ranked by macro F1, of several fields by their mean."""

    def count(gold: Document, predicted: Document) -> Counts:
        counts: Counts = {}
        for field in fields:
            pairs = [(answer.gold, answer.predicted) for answer in answers(gold, predicted, field)]
            own = classification.count((label for label, _ in pairs), (label for _, label in pairs))
            counts |= {(field, *key): n for key, n in own.items()}
        return counts

    def figures(counts: Mapping[Key, Number]) -> dict[str, Number]:
        found: dict[str, Number] = {}
        for field in fields:
            own = classification.figures(counts_of(counts, field))
            found |= {f"{field}.{figure}": number for figure, number in own.items()}
        macros = [found[f"{field}.macro.f1"] for field in fields if f"{field}.macro.f1" in found]
        if len(fields) > 1 and macros:
            found["mean.macro.f1"] = add(macros) / len(fields)
        return found

    def outcomes(gold: Document, predicted: Document) -> Iterator[Outcome]:
        for field in fields:
            for answer in answers(gold, predicted, field):
                yield Outcome(
                    kind="correct" if answer.gold == answer.predicted else "label",
                    slices={field: answer.gold},
                    gold=answer.spans,
                    predicted=answer.spans,
                    gold_says=f"{answer.what}: {answer.gold}",
                    predicted_says=f"{answer.what}: {answer.predicted}",
                )

    return Task(
        name=name,
        summary=summary,
        main="mean.macro.f1" if len(fields) > 1 else f"{fields[0]}.macro.f1",
        match="label",
        given=given,
        count=count,
        figures=figures,
        outcomes=outcomes,
        confusion=lambda counts: {field: counts_of(counts, field) for field in fields},
        required=required or {},
        aligned=aligned,
    )


def counts_of(counts: Mapping[Key, Number], name: str) -> dict[Key, Number]:
    """The counts under a name, without it."""
    return {key[1:]: n for key, n in counts.items() if key[0] == name}
