"""Logistic regression on words and local features: the form of a content, and the kind, sector and identification of a source.

Models are saved as JSON, weights by feature name, so a saved model can be read by a person and holds no code.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from attrib_bench.document import Attribution, DataError, Document, Form, Identification, Kind, Sector, Source, mentions
from attrib_bench.files import json_line, read_json, write_atomic
from attrib_bench.lexicon import CARRIERS, PREPOSITIONS, cue_verbs, separated_verbs
from attrib_bench.tokens import token_ids

Features = Mapping[str, float]

_KONJUNKTIV = frozenset(
    "sei seien habe hätten hätte werde würde würden könne könnten solle müsse wolle dürfe gehe gebe komme".split()
)
_SUBORDINATORS = frozenset("dass ob wie warum wann wer was wo welche weil".split())
_WINDOW = 4
_OPENING, _CLOSING = '„»"', '“”«"'


@dataclass(frozen=True)
class LogisticModel:
    """Weights of a multinomial logistic regression: for each feature one weight a class."""

    classes: tuple[str, ...]
    intercepts: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    def label(self, features: Features) -> str:
        """The class with the highest score; the first of equals."""
        scores = list(self.intercepts)
        for name, value in features.items():
            for i, weight in enumerate(self.weights.get(name, ())):
                scores[i] += weight * value
        return self.classes[scores.index(max(scores))]

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


def fit_logistic(examples: Sequence[Features], labels: Sequence[str]) -> LogisticModel:
    """The model that scikit-learn's LogisticRegression (lbfgs, balanced classes) finds; a constant for a single class.

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
    regression = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
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


class LinearClassifier:
    """One logistic regression for each field of a classification task; subclassed by `FormClassifier` and `SourceClassifier`."""

    name: str
    fields: tuple[str, ...]

    def __init__(self, models: Mapping[str, LogisticModel] | None = None) -> None:
        self.models = dict(models or {})

    def examples(self, document: Document) -> Iterator[tuple[Features, Attribution | Source]]:
        """The features of each item to be labelled, with the item."""
        raise NotImplementedError

    def fit(self, documents: Sequence[Document]) -> None:
        """Train on the labels of these documents. Raises DataError where they hold no example."""
        examples = [example for document in documents for example in self.examples(document)]
        features = [features for features, _ in examples]
        self.models = {field: fit_logistic(features, [str(getattr(item, field)) for _, item in examples]) for field in self.fields}

    def labels(self, document: Document) -> dict[str, dict[str, str]]:
        """For each item of a document, by id, its label in each field. Raises DataError for a model that is not trained."""
        if missing := [field for field in self.fields if field not in self.models]:
            raise DataError(f"{self.name}: the model for {missing[0]} is not trained")
        return {item.id: {f: self.models[f].label(features) for f in self.fields} for features, item in self.examples(document)}

    def save(self, folder: Path) -> None:
        """Write the model as one JSON file."""
        record = {"system": self.name, "models": {field: model.record() for field, model in self.models.items()}}
        write_atomic(folder / "model.json", json_line(record))

    @classmethod
    def load(cls, folder: Path) -> LinearClassifier:
        """The saved model. Raises DataError where the folder holds another one or a broken one."""
        path = folder / "model.json"
        record = read_json(path)
        try:
            if record["system"] != cls.name:
                raise DataError(f"found the system {record['system']!r}, expected {cls.name!r}")
            return cls({field: LogisticModel.from_record(record["models"][field]) for field in cls.fields})
        except (DataError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(f"{path}: {error}; expected a saved model of {cls.name}") from error


class FormClassifier(LinearClassifier):
    """The form of a given content."""

    name = "linear-form"
    fields = ("form",)

    def examples(self, document: Document) -> Iterator[tuple[Features, Attribution]]:
        """The contents of a document."""
        for attribution in document.attributions:
            if attribution.content is not None:
                yield _form_features(document, attribution), attribution

    def predict(self, documents: Sequence[Document]) -> list[Document]:
        """The documents with the predicted form of each content."""
        predicted = []
        for document in documents:
            found = self.labels(document)
            changed = (replace(a, form=Form(found[a.id]["form"])) if a.id in found else a for a in document.attributions)
            predicted.append(replace(document, attributions=tuple(changed)))
        return predicted


class SourceClassifier(LinearClassifier):
    """Kind, sector and identification of a given source."""

    name = "linear-source"
    fields = ("kind", "sector", "identification")

    def examples(self, document: Document) -> Iterator[tuple[Features, Source]]:
        """The sources of a document."""
        for source in document.sources:
            yield _source_features(document, source), source

    def predict(self, documents: Sequence[Document]) -> list[Document]:
        """The documents with what each source is predicted to be."""
        predicted = []
        for document in documents:
            found = self.labels(document)
            changed = (
                replace(
                    source,
                    kind=Kind(found[source.id]["kind"]),
                    sector=Sector(found[source.id]["sector"]),
                    identification=Identification(found[source.id]["identification"]),
                )
                for source in document.sources
            )
            predicted.append(replace(document, sources=tuple(changed)))
        return predicted


def _words(document: Document, first: int, last: int) -> list[str]:
    text = document.require_text()
    return [text[start:end] for start, end in document.tokens[max(first, 0) : last]]


def _form_features(document: Document, attribution: Attribution) -> Features:
    """Quotation marks, mood, subordinators and the words around a content."""
    text = document.require_text()
    content = attribution.content
    ids = token_ids(document, content) if content is not None else ()
    if content is None or not ids:
        return {"empty": 1.0}
    words = [text[document.tokens[i][0] : document.tokens[i][1]] for i in ids]
    lowered = [word.lower() for word in words]
    pieces = [text[start:end] for start, end in content.fragments]
    features = {
        "all quoted": float(all(piece[0] in _OPENING and piece[-1] in _CLOSING for piece in pieces)),
        "opens quoted": float(pieces[0][0] in _OPENING),
        "part quoted": float(any(mark in piece for piece in pieces for mark in _OPENING)),
        "konjunktiv": float(any(word in _KONJUNKTIV for word in lowered)),
        "fragments": float(len(pieces)),
        "length": math.log(len(words)),
        f"first={lowered[0]}": 1.0,
        "subordinator": float(lowered[0] in _SUBORDINATORS),
        "zu infinitive": float(any(a == "zu" and b.endswith("n") for a, b in pairwise(lowered))),
    }
    around = _words(document, ids[0] - _WINDOW, ids[0]) + _words(document, ids[-1] + 1, ids[-1] + 1 + _WINDOW)
    for word in around:
        features[f"around={word.lower()}"] = 1.0
    sentence = next((s for s in document.sentences if s[0] <= ids[0] < s[1]), (ids[0], ids[-1] + 1))
    outside = [w.lower() for i, w in enumerate(_words(document, *sentence), sentence[0]) if i not in set(ids)]
    features["cue verb outside"] = float(any(word in cue_verbs() or word in separated_verbs() for word in outside))
    features["preposition outside"] = float(any(word in PREPOSITIONS for word in outside))
    features["nothing outside"] = float(not any(word.isalpha() for word in outside))
    return features


def _source_features(document: Document, source: Source) -> Features:
    """The words and endings of the name and of the mentions, and the words beside them."""
    text = document.require_text()
    features: dict[str, float] = {}
    found = mentions(document, source)
    features["mentions"] = float(len(found))
    for phrase in [source.name, *(text[start:end] for start, end in found)]:
        words = phrase.split()
        features[f"length={min(len(words), 5)}"] = 1.0
        features[f"determiner={words[0].lower()}"] = 1.0
        for word in words:
            lowered = word.strip("„“”\"'(),").lower()
            features[f"word={lowered}"] = 1.0
            features[f"ending={lowered[-4:]}"] = 1.0
            features["carrier"] = float(word in CARRIERS or features.get("carrier", 0.0) > 0)
            features["capitals"] = float(word.isupper() or features.get("capitals", 0.0) > 0)
    for start, end in found:
        features["quoted"] = float(text[start] in _OPENING)
        for word in text[max(0, start - 30) : start].split()[-2:] + text[end : end + 30].split()[:2]:
            features[f"beside={word.strip('.,:').lower()}"] = 1.0
    return features
