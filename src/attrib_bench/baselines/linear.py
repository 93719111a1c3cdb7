"""The system `linear`: logistic regressions on words and local features.

Models are saved as JSON, weights by feature name, so a saved model can be read by a person and holds no code.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

from attrib_bench.baselines.examples import (
    Features,
    form_features,
    parent_features,
    relay_features,
    relayable,
    source_features,
    trigger_features,
)
from attrib_bench.baselines.store import open_model, save_model
from attrib_bench.document import Attribution, DataError, Document, Form, Identification, Kind, ProvenanceLink, Sector, Source
from attrib_bench.files import json_line
from attrib_bench.tasks.trigger import answered, candidates


@dataclass(frozen=True)
class LogisticModel:
    """Weights of a multinomial logistic regression: for each feature one weight a class."""

    classes: tuple[str, ...]
    intercepts: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    def scores(self, features: Features) -> list[float]:
        """The score of each class: the logarithm of its odds, up to a constant."""
        scores = list(self.intercepts)
        for name, value in features.items():
            for i, weight in enumerate(self.weights.get(name, ())):
                scores[i] += weight * value
        return scores

    def label(self, features: Features) -> str:
        """The class with the highest score; the first of equals."""
        scores = self.scores(features)
        return self.classes[scores.index(max(scores))]

    def margin(self, features: Features, label: str) -> float:
        """By how much a class is ahead of the best other one; negative where it is behind, or was never seen."""
        scores = dict(zip(self.classes, self.scores(features), strict=True))
        own = scores.pop(label, -math.inf)
        return own - max(scores.values(), default=-math.inf) if own > -math.inf else -math.inf

    def record(self) -> dict[str, Any]:
        """The model as a JSON object."""
        return {"classes": self.classes, "intercepts": self.intercepts, "weights": dict(self.weights)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> LogisticModel:
        """The model of a JSON object. Raises DataError where the numbers of weights and classes differ or one is no number."""
        classes = tuple(map(str, record["classes"]))
        rows = {str(name): tuple(map(float, row)) for name, row in record["weights"].items()}
        intercepts = tuple(map(float, record["intercepts"]))
        for name, row in [("intercepts", intercepts), *rows.items()]:
            if len(row) != len(classes) or not all(map(math.isfinite, row)):
                raise DataError(f"{name!r}: found {len(row)} weights, expected {len(classes)} finite ones, one for each class")
        return cls(classes, intercepts, rows)


def fit_logistic(examples: Sequence[Features], labels: Sequence[str], *, balanced: bool = True) -> LogisticModel:
    """The model that scikit-learn's LogisticRegression (lbfgs) finds; a constant for a single class.

    Of balanced classes rare ones weigh as much as common ones, which macro F1 asks for; links are as rare as they are.

    Raises DataError without an example.
    """
    classes = tuple(sorted(set(labels)))
    if not classes:
        raise DataError("found no example to train on, expected at least one")
    if len(classes) == 1:
        return LogisticModel(classes, (0.0,), {})
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = DictVectorizer()
    regression = LogisticRegression(C=1.0, class_weight="balanced" if balanced else None, max_iter=1000)
    regression.fit(vectorizer.fit_transform(examples), labels)
    rows, intercepts = regression.coef_, regression.intercept_
    if len(classes) == 2:  # scikit-learn then has one row, for the second class
        rows, intercepts = [[0.0] * len(rows[0]), rows[0]], [0.0, intercepts[0]]
    columns = zip(*rows, strict=True)
    weights = {
        str(name): tuple(round(float(weight), 6) for weight in column)
        for name, column in zip(vectorizer.get_feature_names_out(), columns, strict=True)
    }
    return LogisticModel(classes, tuple(round(float(intercept), 6) for intercept in intercepts), weights)


class Linear:
    """Logistic regressions for the tasks in which things are given and labelled, or linked with each other.

    `form`, `source` and `trigger` are classified field by field. `chain` chooses for each attribution the parent whose link is
    the likeliest, `provenance` the article of the story, and none where no link is more likely than not.
    """

    name: ClassVar[str] = "linear"
    tasks: ClassVar[tuple[str, ...]] = ("form", "source", "trigger", "chain", "provenance")

    def __init__(self) -> None:
        self._models: dict[str, dict[str, LogisticModel]] = {}

    def fit(self, documents: Sequence[Document]) -> None:
        """Train a model for each field of each task that the documents have an example of."""
        examples: dict[str, list[tuple[Features, Mapping[str, str]]]] = {
            "form": [(features, {"form": str(a.form)}) for d in documents for a, features in _contents(d)],
            "source": [(features, _labels(source)) for d in documents for source, features in _sources(d)],
            "trigger": [
                (trigger_features(d, span), {"trigger": label}) for d in documents for span, label in candidates(d).items()
            ],
            "chain": [
                (features, {"link": _YES if child.parent == parent.id else _NO})
                for d in documents
                for child, parent, features in _possible_parents(d)
            ],
            "provenance": [
                (features, {"link": _YES if ProvenanceLink(a.id, other.id) in d.provenance else _NO})
                for d, a, other, features in _possible_relays(documents)
            ],
        }
        self._models = {}
        for task, found in examples.items():
            if found:
                features = [features for features, _ in found]
                fields = found[0][1]
                self._models[task] = {
                    field: fit_logistic(features, [labels[field] for _, labels in found], balanced=field != "link")
                    for field in fields
                }

    def predict(self, documents: Sequence[Document], task: str) -> list[Document]:
        """The documents with the answer filled in. Raises DataError for a task that was not learned."""
        if task not in self._models:
            learned = ", ".join(self._models) or "none"
            raise DataError(f"{self.name}: found the task {task!r}, expected one that was learned: {learned}")
        models = self._models[task]
        match task:
            case "form":
                return [_with_forms(document, models["form"]) for document in documents]
            case "source":
                return [_with_source_labels(document, models) for document in documents]
            case "trigger":
                return [_with_triggers(document, models["trigger"]) for document in documents]
            case "chain":
                return [_with_parents(document, models["link"]) for document in documents]
            case _:
                return _with_provenance(documents, models["link"])

    def save(self, folder: Path) -> None:
        """Write the model: a JSON file a task, weights by feature name."""
        files = {
            f"{task}.json": json_line({field: model.record() for field, model in models.items()}).encode()
            for task, models in self._models.items()
        }
        save_model(folder, system=self.name, files=files)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The saved model. Raises DataError as `store.open_model` does, and for numbers that are none."""
        system = cls()
        model = open_model(folder, system=cls.name)
        for name in model.files:
            record = model.json(name)
            try:
                models = {str(field): LogisticModel.from_record(weights) for field, weights in record.items()}
            except (DataError, KeyError, TypeError, ValueError, AttributeError) as error:
                raise DataError(f"{folder / name}: {error}; expected the weights of a task") from error
            system._models[Path(name).stem] = models
        return system


_YES, _NO = "yes", "no"
_SOURCE_FIELDS = ("kind", "sector", "identification")


def _contents(document: Document) -> Iterator[tuple[Attribution, Features]]:
    for attribution in document.attributions:
        if attribution.content is not None:
            yield attribution, form_features(document, attribution)


def _with_forms(document: Document, model: LogisticModel) -> Document:
    forms = {attribution.id: Form(model.label(features)) for attribution, features in _contents(document)}
    return replace(document, attributions=tuple(replace(a, form=forms.get(a.id, a.form)) for a in document.attributions))


def _sources(document: Document) -> Iterator[tuple[Source, Features]]:
    for source in document.sources:
        yield source, source_features(document, source)


def _labels(source: Source) -> dict[str, str]:
    return {field: str(getattr(source, field)) for field in _SOURCE_FIELDS}


def _with_source_labels(document: Document, models: Mapping[str, LogisticModel]) -> Document:
    labelled = (
        replace(
            source,
            kind=Kind(models["kind"].label(features)),
            sector=Sector(models["sector"].label(features)),
            identification=Identification(models["identification"].label(features)),
        )
        for source, features in _sources(document)
    )
    return replace(document, sources=tuple(labelled))


def _with_triggers(document: Document, model: LogisticModel) -> Document:
    return answered(document, {span: model.label(trigger_features(document, span)) for span in candidates(document)})


def _possible_parents(document: Document) -> Iterator[tuple[Attribution, Attribution, Features]]:
    """Pairs of attributions that may be child and parent: one lies in the other's content, or they share it."""
    for child in document.attributions:
        if child.continues is not None:  # it copies the parent of what it continues
            continue
        for parent in document.attributions:
            spans = [span for label, span in child.spans() if label != "addressee"]
            if parent.id != child.id and parent.content and any(parent.content.overlaps(span) for span in spans):
                yield child, parent, parent_features(document, child, parent)


def _with_parents(document: Document, model: LogisticModel) -> Document:
    links = [(model.margin(features, _YES), child.id, parent.id) for child, parent, features in _possible_parents(document)]
    parents: dict[str, str] = {}
    for margin, child_id, parent_id in sorted(links, key=lambda link: (-link[0], link[1:])):
        if margin > 0 and child_id not in parents and child_id not in _upwards(parent_id, parents):
            parents[child_id] = parent_id
    for attribution in document.attributions:
        if attribution.continues in parents and parents[attribution.continues] != attribution.id:
            parents.setdefault(attribution.id, parents[attribution.continues])
    return replace(document, attributions=tuple(replace(a, parent=parents.get(a.id)) for a in document.attributions))


def _upwards(attribution_id: str, parents: Mapping[str, str]) -> Iterator[str]:
    """The attribution and all above it."""
    at: str | None = attribution_id
    while at is not None:
        yield at
        at = parents.get(at)


def _possible_relays(documents: Sequence[Document]) -> Iterator[tuple[Document, Attribution, Document, Features]]:
    for document, others in relayable(documents):
        for attribution in document.attributions:
            for other in others:
                yield document, attribution, other, relay_features(document, attribution, other)


def _with_provenance(documents: Sequence[Document], model: LogisticModel) -> list[Document]:
    best: dict[tuple[str, str], tuple[float, str]] = {}
    for document, attribution, other, features in _possible_relays(documents):
        margin, key = model.margin(features, _YES), (document.id, attribution.id)
        if margin > max(0.0, best.get(key, (0.0, ""))[0]):
            best[key] = margin, other.id
    return [
        replace(d, provenance=tuple(sorted(ProvenanceLink(a, to) for (doc_id, a), (_, to) in best.items() if doc_id == d.id)))
        for d in documents
    ]
