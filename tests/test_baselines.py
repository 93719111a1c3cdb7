"""The first baselines: what the rules find, that learning helps, and that saved models come back or are refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from attrib_bench.baselines import BASELINES
from attrib_bench.baselines.lexicon import LexiconTagger
from attrib_bench.baselines.linear import FormClassifier, LinearClassifier, SourceClassifier, fit_logistic
from attrib_bench.corpus import load_collection
from attrib_bench.document import DataError, Document, Form
from attrib_bench.evaluation import evaluate, load_gold
from attrib_bench.formats import gqa
from attrib_bench.lexicon import cue_verbs, separated_verbs
from attrib_bench.predictions import Predictions
from attrib_bench.tasks import TASKS


def _article(text: str) -> Document:
    tokens = tuple(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    return Document(id="x-a", collection="core", text=text, n_chars=len(text), tokens=tokens, sentences=((0, len(tokens)),))


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param(
            "Die Reederei teilte am Abend mit, dass die Fähre ausfällt.",
            ("Die Reederei", "teilte … mit", "dass die Fähre ausfällt", "indirect"),
            id="separated verb with a clause",
        ),
        pytest.param(
            "„Wir öffnen am Montag wieder“, sagte die Museumsleiterin.",
            ("die Museumsleiterin", "sagte", "„Wir öffnen am Montag wieder“", "direct"),
            id="quotation",
        ),
        pytest.param(
            "Laut Polizei stand die Tür offen.",
            ("Polizei", "Laut", "stand die Tür offen", "indirect"),
            id="attributive preposition",
        ),
        pytest.param(
            "Nach Angaben der Feuerwehr brannten zwei Hallen nieder.",
            ("der Feuerwehr", "Nach Angaben", "brannten zwei Hallen nieder", "indirect"),
            id="carrier noun belongs to the cue",
        ),
        pytest.param("Der Chor fährt im Mai nach Nordhagen.", None, id="nothing said"),
    ],
)
def test_what_the_rules_find(text: str, expected: tuple[str, str, str, str] | None) -> None:
    (found,) = LexiconTagger().predict([_article(text)])
    said = [
        (a.source and a.source.surface(text), a.cue and a.cue.surface(text), a.content and a.content.surface(text), str(a.form))
        for a in found.attributions
    ]
    assert said == ([expected] if expected else [])


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Rund 400 Gäste kamen wohl.", [("Rund", "approximator"), ("wohl", "epistemic")]),
        ("Der Weg führt rund um den See.", []),
        ("Der Kassierer soll das Geld verspielt haben.", [("soll", "reportive")]),
        ("Die Brücke soll im Mai öffnen.", []),
        ("Das ist dem Vernehmen nach nicht sicher.", [("dem Vernehmen nach", "reportive"), ("nicht sicher", "epistemic")]),
    ],
)
def test_hedges_of_the_rules(text: str, expected: list[tuple[str, str]]) -> None:
    (found,) = LexiconTagger().predict([_article(text)])
    assert sorted((hedge.span.surface(text), str(hedge.type)) for hedge in found.hedges) == sorted(expected)


@pytest.mark.parametrize(
    "form, lemma",
    [("sagte", "sagen"), ("mitgeteilt", "mitteilen"), ("geschrieben", "schreiben"), ("rechnete", "rechnen"), ("spricht", None)],
)
def test_forms_of_cue_verbs(form: str, lemma: str | None) -> None:
    assert cue_verbs().get(form) == lemma
    assert "mit" in separated_verbs()["teilte"]


@pytest.mark.parametrize("task", BASELINES)
def test_systems_answer_for_every_document_and_repeat_themselves(small_root: Path, task: str) -> None:
    gold = load_gold("core", root=small_root)
    for make in BASELINES[task]:
        answers = []
        for _ in range(2):
            system = make()
            system.fit(gold.documents)
            answers.append(system.predict([TASKS[task].given(document) for document in gold.documents]))
        assert answers[0] == answers[1]
        assert evaluate(gold, Predictions(tuple(answers[0])), TASKS[task], n_resamples=1).main.value > 0


@pytest.mark.parametrize("make", [FormClassifier, SourceClassifier])
def test_saved_models_come_back(small_root: Path, tmp_path: Path, make: type[LinearClassifier]) -> None:
    documents = load_collection(root=small_root).documents
    system = make()
    system.fit(documents)
    system.save(tmp_path)
    again = make.load(tmp_path)
    assert [again.labels(document) for document in documents] == [system.labels(document) for document in documents]
    other = SourceClassifier if make is FormClassifier else FormClassifier
    with pytest.raises(DataError, match=f"found the system '{make.name}', expected '{other.name}'"):
        other.load(tmp_path)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"system": "linear-form"}, id="no models"),
        pytest.param(
            {"system": "linear-form", "models": {"form": {"classes": ["a"], "intercepts": [0, 1], "weights": {}}}}, id="sizes"
        ),
        pytest.param(
            {"system": "linear-form", "models": {"form": {"classes": ["a"], "intercepts": ["x"], "weights": {}}}}, id="words"
        ),
        pytest.param([], id="a list"),
    ],
)
def test_broken_models_are_refused(tmp_path: Path, record: object) -> None:
    (tmp_path / "model.json").write_text(json.dumps(record))
    with pytest.raises(DataError, match="expected a saved model of linear-form"):
        FormClassifier.load(tmp_path)
    with pytest.raises(DataError, match="expected the system 'lexicon'"):
        LexiconTagger.load(tmp_path)


def test_the_rules_are_saved_and_loaded(tmp_path: Path) -> None:
    LexiconTagger().save(tmp_path)
    article = _article("Laut Polizei stand die Tür offen.")
    assert LexiconTagger.load(tmp_path).predict([article]) == LexiconTagger().predict([article])


def test_training_needs_examples_and_one_class_is_a_constant() -> None:
    with pytest.raises(DataError, match="no example to train on"):
        fit_logistic([], [])
    assert fit_logistic([{"a": 1.0}, {}], ["x", "x"]).label({"b": 1.0}) == "x"
    two = fit_logistic([{"a": 1.0}, {"b": 1.0}] * 5, ["x", "y"] * 5)
    assert (two.label({"a": 1.0}), two.label({"b": 1.0})) == ("x", "y")
    with pytest.raises(DataError, match="not trained"):
        FormClassifier().labels(_article("Nichts."))


def test_learning_beats_the_commonest_form_on_real_articles(corpora: Path) -> None:
    folder = corpora / "gqa" / "data"
    gold = load_gold(str(folder / "dev.jsonl"))
    system = FormClassifier()
    system.fit(list(gqa.read(folder / "train.jsonl")))
    task = TASKS["form"]
    given = [task.given(document) for document in gold.documents]
    learned = evaluate(gold, Predictions(tuple(system.predict(given))), task, n_resamples=1).main.value
    indirect = (replace(d, attributions=tuple(replace(a, form=Form.INDIRECT) for a in d.attributions)) for d in given)
    commonest = evaluate(gold, Predictions(tuple(indirect)), task, n_resamples=1).main.value
    assert commonest < 0.25 < 0.8 < learned
