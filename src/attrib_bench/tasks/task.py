"""What a task is: what a system is given, what it must say, how that is counted, and how each single answer turned out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from attrib_bench.document import Document, Span
from attrib_bench.scoring.counts import Counts, Key, Number
from attrib_bench.scoring.pairing import pair, span_mask, token_f1

OutcomeKind = Literal["correct", "edges", "label", "missed", "spurious"]
"""Right; right but for the edges of a span; right place, wrong label; in gold alone; in the prediction alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one answer turned out, for people to read: the spans of gold and of the prediction, and what each says of them."""

    kind: OutcomeKind
    slices: Mapping[str, str]
    """What the answer is about, as in ``{"label": "cue"}`` or ``{"form": "direct"}``: of gold, where gold has it."""
    gold: tuple[tuple[str, Span], ...] = ()
    predicted: tuple[tuple[str, Span], ...] = ()
    gold_says: str = ""
    predicted_says: str = ""


class FiguresFunction(Protocol):
    """From counts, or arrays of counts, to figures."""

    def __call__(self, counts: Mapping[Key, Number], /) -> dict[str, Number]: ...


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task, as a value. A prediction for a document is a Document of the same id with what the system says."""

    name: str
    summary: str
    """What goes in and what comes out, in a sentence."""
    main: str
    """The figure that systems are ranked by."""
    match: str
    """The rule of that figure, for the signature."""
    given: Callable[[Document], Document]
    """The document as a system sees it: without what it has to find."""
    count: Callable[[Document, Document], Counts]
    """The counts of one document, from gold and prediction."""
    figures: FiguresFunction
    outcomes: Callable[[Document, Document], Iterator[Outcome]]
    confusion: Callable[[Mapping[Key, float]], dict[str, Mapping[Key, float]]] = field(default=lambda _: {})
    """The parts of the counts that `scoring.classification.confusion` takes, by name."""
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The fields that every item of a layer must have in a prediction file; a layer that is named must be there."""
    aligned: Literal["attributions", "sources", ""] = ""
    """The layer whose items must have the ids of the gold items, all of them and no others."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """What else a signature has to say of the task."""


def blank(document: Document) -> Document:
    """The document without any label but its zones, and without what an imported corpus says besides."""
    return replace(document, sources=(), attributions=(), hedges=(), rejected_triggers=(), provenance=(), native={})


Labelled = tuple[str, Span]


def span_outcomes(gold: Iterable[Labelled], predicted: Iterable[Labelled], document: Document, *, name: str) -> Iterator[Outcome]:
    """How each labelled span turned out: exact ones are correct, overlapping ones are paired, label by label first.

    What is left of another label at the same place is a wrong label; the rest is missed or spurious. `name` is the slice.
    """
    golds, predictions = sorted(set(gold)), sorted(set(predicted))
    for label, span in sorted(set(golds) & set(predictions)):
        yield Outcome(kind="correct", slices={name: label}, gold=((label, span),), predicted=((label, span),))
    left = [item for item in golds if item not in set(predictions)]
    others = [item for item in predictions if item not in set(golds)]
    masks = [span_mask(document, span) for _, span in left]
    other_masks = [span_mask(document, span) for _, span in others]
    weights = {
        (i, j): token_f1(mask, other) + (left[i][0] == others[j][0])
        for i, mask in enumerate(masks)
        for j, other in enumerate(other_masks)
        if mask & other
    }
    pairs = dict(pair(weights))
    for i, item in enumerate(left):
        if i not in pairs:
            yield Outcome(kind="missed", slices={name: item[0]}, gold=(item,), gold_says=item[0])
            continue
        other = others[pairs[i]]
        kind: OutcomeKind = "edges" if item[0] == other[0] else "label"
        yield Outcome(
            kind=kind, slices={name: item[0]}, gold=(item,), predicted=(other,), gold_says=item[0], predicted_says=other[0]
        )
    for j in sorted(set(range(len(others))) - set(pairs.values())):
        yield Outcome(kind="spurious", slices={name: others[j][0]}, predicted=(others[j],), predicted_says=others[j][0])
