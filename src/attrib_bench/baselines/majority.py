"""The system `majority`: the commonest label of the training documents, whatever is asked. What every other system must beat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Self

from attrib_bench.baselines.store import open_model, save_model
from attrib_bench.document import DataError, Document, Form, Identification, Kind, Sector
from attrib_bench.files import json_line
from attrib_bench.tasks.trigger import answered, candidates

_DEFAULTS = {
    "form": str(Form.INDIRECT),
    "kind": str(Kind.UNSPECIFIED),
    "sector": str(Sector.UNKNOWN),
    "identification": str(Identification.ROLE_ONLY),
    "trigger": "neither",
}
"""What it says where it has seen no example."""


class Majority:
    """The commonest label of each field. The commonest parent and the commonest relayed article are none."""

    name: ClassVar[str] = "majority"
    tasks: ClassVar[tuple[str, ...]] = ("form", "source", "trigger", "chain", "provenance")

    def __init__(self) -> None:
        self._labels = dict(_DEFAULTS)

    def fit(self, documents: Sequence[Document]) -> None:
        """Count labels; of two that are as common it takes the first in the alphabet."""
        labels: dict[str, Iterable[str]] = {
            "form": [a.form for d in documents for a in d.attributions if a.content is not None],
            **{f: [getattr(s, f) for d in documents for s in d.sources] for f in ("kind", "sector", "identification")},
            "trigger": [label for d in documents for label in candidates(d).values()],
        }
        for name, found in labels.items():
            counts = Counter(map(str, found))
            self._labels[name] = min(counts, key=lambda label: (-counts[label], label), default=_DEFAULTS[name])

    def predict(self, documents: Sequence[Document], task: str) -> list[Document]:
        """The documents with the commonest label everywhere. Raises DataError for a task that it does not do."""
        if task not in self.tasks:
            raise DataError(f"{self.name}: found the task {task!r}, expected one of {', '.join(self.tasks)}")
        return [self._answer(document, task) for document in documents]

    def _answer(self, document: Document, task: str) -> Document:
        match task:
            case "form":
                form = Form(self._labels["form"])
                return replace(document, attributions=tuple(replace(a, form=form) for a in document.attributions))
            case "source":
                kind, sector = Kind(self._labels["kind"]), Sector(self._labels["sector"])
                known = Identification(self._labels["identification"])
                found = (replace(s, kind=kind, sector=sector, identification=known) for s in document.sources)
                return replace(document, sources=tuple(found))
            case "trigger":
                return answered(document, dict.fromkeys(candidates(document), self._labels["trigger"]))
            case _:
                return document

    def save(self, folder: Path) -> None:
        """Write the labels."""
        save_model(folder, system=self.name, files={"labels.json": json_line(self._labels).encode()})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The saved model. Raises DataError as `store.open_model` does, and for labels that are none."""
        system = cls()
        record = open_model(folder, system=cls.name).json("labels.json")
        known = isinstance(record, dict) and record.keys() == _DEFAULTS.keys()
        if not known or not all(isinstance(label, str) for label in record.values()):
            raise DataError(f"{folder / 'labels.json'}: found {record!r}, expected a label for each of {', '.join(_DEFAULTS)}")
        system._labels = record
        return system
