"""What the classification tasks share: labels of given items, by id, as counts, outcomes and confusions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from attrib_bench.document import Span
from attrib_bench.scoring import classification
from attrib_bench.scoring.counts import Counts, Key, Number
from attrib_bench.tasks.task import Outcome


class Answer(NamedTuple):
    """One example: what is labelled, where it stands, and the two labels."""

    what: str
    spans: tuple[tuple[str, Span], ...]
    gold: str
    predicted: str


def count(answers: Iterable[Answer], *, field: str) -> Counts:
    """The counts of `classification`, under the name of a field."""
    pairs = [(answer.gold, answer.predicted) for answer in answers]
    counts = classification.count((gold for gold, _ in pairs), (predicted for _, predicted in pairs))
    return {(field, *key): n for key, n in counts.items()}


def counts_of(counts: Mapping[Key, Number], field: str) -> dict[Key, Number]:
    """The counts of one field, as `classification` has them."""
    return {key[1:]: n for key, n in counts.items() if key[0] == field}


def figures(counts: Mapping[Key, Number], *, fields: tuple[str, ...]) -> dict[str, Number]:
    """`classification.figures` of each field, under its name; for several fields also ``mean.macro.f1``, the mean of theirs."""
    found: dict[str, Number] = {}
    for field in fields:
        own = classification.figures(counts_of(counts, field))
        found |= {f"{field}.{name}": number for name, number in own.items()}
    macros = [found[f"{field}.macro.f1"] for field in fields if f"{field}.macro.f1" in found]
    if len(fields) > 1 and macros:
        mean = macros[0]
        for number in macros[1:]:
            mean = mean + number
        found["mean.macro.f1"] = mean / len(fields)
    return found


def outcomes(answers: Iterable[Answer], *, field: str) -> Iterator[Outcome]:
    """One outcome an example: correct, or another label."""
    for answer in answers:
        yield Outcome(
            kind="correct" if answer.gold == answer.predicted else "label",
            slices={field: answer.gold},
            gold=answer.spans,
            predicted=answer.spans,
            gold_says=f"{answer.what}: {answer.gold}",
            predicted_says=f"{answer.what}: {answer.predicted}",
        )


def confusion(counts: Mapping[Key, float], *, fields: tuple[str, ...]) -> dict[str, Mapping[Key, float]]:
    """The counts of each field, for `classification.confusion`."""
    return {field: counts_of(counts, field) for field in fields}
