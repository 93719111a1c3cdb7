"""Systems: that each answers what it says it can, that learning helps, and that saved models come back or are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from attrib_bench.baselines import ALWAYS, SYSTEMS, load_system, make_system, system_class
from attrib_bench.baselines.linear import Linear, LogisticModel, fit_logistic
from attrib_bench.baselines.majority import Majority
from attrib_bench.baselines.store import save_model
from attrib_bench.corpus import load_collection
from attrib_bench.document import Attribution, DataError, Document, Form, Kind, Metadata, ProvenanceLink, Sector, Source, Span
from attrib_bench.document import Identification as Known
from attrib_bench.evaluation import evaluate, load_gold
from attrib_bench.formats import gqa
from attrib_bench.predictions import Predictions, read_predictions, write_predictions
from attrib_bench.records import record_of
from attrib_bench.schema import check_prediction
from attrib_bench.tasks import TASKS
from attrib_bench.tasks.trigger import answered, candidates


@pytest.mark.parametrize("name", ALWAYS)
def test_systems_answer_every_task_and_repeat_themselves(small_root: Path, tmp_path: Path, name: str) -> None:
    gold = load_gold("core", root=small_root)
    systems = [make_system(name), make_system(name)]
    for system in systems:
        system.fit(gold.documents)
    systems[0].save(tmp_path / "model")
    systems.append(load_system(tmp_path / "model"))
    assert systems[0].tasks
    for task in systems[0].tasks:
        given = [TASKS[task].given(document) for document in gold.documents]
        answers = [system.predict(given, task) for system in systems]
        assert answers[0] == answers[1] == answers[2]
        assert [answer.id for answer in answers[0]] == [document.id for document in gold.documents]
        path = tmp_path / f"{task}.jsonl"
        write_predictions(path, answers[0])
        assert read_predictions(path, gold.documents, task=TASKS[task])
        evaluate(gold, Predictions.of(answers[0]), TASKS[task], n_resamples=1)


@pytest.mark.parametrize("name", ALWAYS)
def test_systems_have_an_answer_for_a_document_without_anything(small_root: Path, name: str) -> None:
    system = make_system(name)
    system.fit(load_gold("core", root=small_root).documents)
    empty = Document(id="x-a", collection="core", text="\n", n_chars=1)
    for task in system.tasks:
        [answer] = system.predict([empty], task)
        assert (answer.id, answer.attributions, answer.hedges) == ("x-a", (), ())


def test_unknown_systems_and_options_are_named() -> None:
    with pytest.raises(DataError, match=f"found the system 'lexikon', expected one of {', '.join(SYSTEMS)}; did you mean lexicon"):
        system_class("lexikon")
    with pytest.raises(DataError, match="majority: found the option 'depth', expected one of none"):
        make_system("majority", {"depth": 3})


@pytest.mark.parametrize("name", ["linear", "majority"])
def test_tasks_that_a_system_does_not_do(small_root: Path, name: str) -> None:
    system = make_system(name)
    system.fit(load_gold("core", root=small_root).documents)
    with pytest.raises(DataError, match=f"{name}: found the task 'spans', expected one"):
        system.predict([], "spans")


def test_linear_says_what_it_was_not_trained_for() -> None:
    with pytest.raises(DataError, match="found the task 'form', expected one that was learned: none"):
        Linear().predict([], "form")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"form.json": {"form": {"classes": ["a"], "intercepts": [0, 1], "weights": {}}}}, id="sizes"),
        pytest.param({"form.json": {"form": {"classes": ["a"], "intercepts": ["x"], "weights": {}}}}, id="words"),
        pytest.param({"form.json": []}, id="a list"),
    ],
)
def test_broken_weights_are_refused(tmp_path: Path, files: Mapping[str, object]) -> None:
    save_model(tmp_path / "model", system="linear", files={name: json.dumps(value).encode() for name, value in files.items()})
    with pytest.raises(DataError, match=r"form.json: .*; expected the weights of a task"):
        Linear.load(tmp_path / "model")


@pytest.mark.parametrize("files", [{}, {"labels.json": {"form": "direct"}}])
def test_broken_labels_are_refused(tmp_path: Path, files: Mapping[str, object]) -> None:
    save_model(tmp_path / "model", system="majority", files={name: json.dumps(value).encode() for name, value in files.items()})
    with pytest.raises(DataError, match=r"lists no file labels\.json|expected a label for each of form"):
        Majority.load(tmp_path / "model")


def test_training_needs_examples_and_one_class_is_a_constant() -> None:
    with pytest.raises(DataError, match="no example to train on"):
        fit_logistic([], [])
    assert fit_logistic([{"a": 1.0}, {}], ["x", "x"]).label({"b": 1.0}) == "x"
    two = fit_logistic([{"a": 1.0}, {"b": 1.0}] * 5, ["x", "y"] * 5)
    assert (two.label({"a": 1.0}), two.label({"b": 1.0})) == ("x", "y")


def test_margins() -> None:
    model = LogisticModel(("a", "b", "c"), (0.0, 1.0, 0.0), {"x": (3.0, 0.0, 0.0)})
    assert [model.margin({"x": 1.0}, label) for label in "abc"] == [2.0, -2.0, -3.0]
    assert model.margin({}, "never seen") == float("-inf")


def test_the_majority_is_counted(small_root: Path) -> None:
    documents = load_collection(root=small_root).documents
    system = Majority()
    system.fit(documents)
    forms = [a.form for d in documents for a in d.attributions if a.content is not None]
    commonest = max(sorted(set(forms)), key=forms.count)
    assert {a.form for d in system.predict(documents, "form") for a in d.attributions} == {commonest}
    assert not any(d.provenance for d in system.predict([replace(d, provenance=()) for d in documents], "provenance"))


def test_candidates_and_answers() -> None:
    document = Document(id="x-a", collection="core", text="Er soll wohl laut sagen.\n", n_chars=25)
    spans = [Span.of((3, 7)), Span.of((8, 12)), Span.of((13, 17))]
    found = answered(document, dict(zip(spans, ("hedge", "neither", "cue"), strict=True)))
    assert candidates(found) == {spans[0]: "hedge", spans[1]: "neither", spans[2]: "cue"}
    assert not check_prediction(record_of(found), file="prediction", gold=document)


def _article(doc_id: str, outlet: str, date: str, text: str, *attributions: Attribution, sources: tuple[str, ...] = ()) -> Document:
    end, tokens = 0, []
    for word in text.split():
        start = text.index(word, end)
        end = start + len(word)
        tokens.append((start, end))
    return Document(
        id=doc_id,
        collection="core",
        text=text,
        n_chars=len(text),
        metadata=Metadata(story_id=doc_id.rpartition("-")[0], outlet=outlet, date=date),
        tokens=tuple(tokens),
        sentences=((0, len(tokens)),),
        attributions=attributions,
        sources=tuple(
            Source(id=f"e{n}", name=name, kind=Kind.INSTITUTION, sector=Sector.MEDIA, identification=Known.NAMED)
            for n, name in enumerate(sources, 1)
        ),
    )


def _span(text: str, words: str) -> Span:
    return Span.of((text.index(words), text.index(words) + len(words)))


def test_linear_learns_which_article_is_relayed() -> None:
    documents = []
    for number in range(6):
        story, place = f"x{number}", ("Hafen", "Markt", "Bahnhof", "Rathaus", "Kanal", "Wald")[number]
        first = f"Am {place} brannte gestern eine leere Halle vollständig nieder."
        second = f"Die Hafenpost schreibt, am {place} habe eine leere Halle gebrannt. Laut Feuerwehr blieb niemand verletzt zurück."
        relayed = Attribution(
            id="a1",
            form=Form.INDIRECT,
            source=_span(second, "Die Hafenpost"),
            cue=_span(second, "schreibt"),
            content=_span(second, f"am {place} habe eine leere Halle gebrannt"),
            source_refs=("e1",),
        )
        own = Attribution(
            id="a2",
            form=Form.INDIRECT,
            source=_span(second, "Feuerwehr"),
            cue=_span(second, "Laut"),
            content=_span(second, "blieb niemand verletzt zurück"),
            source_refs=("e2",),
        )
        documents.append(_article(f"{story}-a", "Hafenpost", "2026-01-01", first))
        other = _article(f"{story}-b", "Elbbote", "2026-01-02", second, relayed, own, sources=("Hafenpost", "Feuerwehr"))
        documents.append(replace(other, provenance=(ProvenanceLink("a1", f"{story}-a"),)))
    system = Linear()
    system.fit(documents[:8])
    given = [TASKS["provenance"].given(document) for document in documents[8:]]
    assert [d.provenance for d in system.predict(given, "provenance")] == [d.provenance for d in documents[8:]]


def test_linear_learns_chains_and_continuations_follow() -> None:
    text = "Das Blatt berichtet unter Berufung auf Ermittler, der Brand sei gelegt worden. Niemand sei verletzt."
    content = _span(text, "der Brand sei gelegt worden")
    outer = Attribution(id="a1", form=Form.INDIRECT, source=_span(text, "Das Blatt"), cue=_span(text, "berichtet"), content=content)
    inner = Attribution(
        id="a2",
        form=Form.INDIRECT,
        source=_span(text, "Ermittler"),
        cue=_span(text, "unter Berufung auf"),
        content=content,
        parent="a1",
    )
    further = Attribution(
        id="a3", form=Form.FREE_INDIRECT, content=_span(text, "Niemand sei verletzt"), continues="a2", parent="a1"
    )
    documents = [_article(f"x{n}-a", "Bote", "2026-01-01", text, outer, inner, further) for n in range(4)]
    system = Linear()
    system.fit(documents)
    [found] = system.predict([TASKS["chain"].given(documents[0])], "chain")
    assert [a.parent for a in found.attributions] == [None, "a1", "a1"]


def test_learning_beats_the_commonest_form_on_real_articles(corpora: Path) -> None:
    folder = corpora / "gqa" / "data"
    gold = load_gold(str(folder / "dev.jsonl"))
    task = TASKS["form"]
    given = [task.given(document) for document in gold.documents]
    train = list(gqa.read(folder / "train.jsonl"))
    found = {}
    for system in (Majority(), Linear()):
        system.fit(train)
        found[system.name] = evaluate(gold, Predictions.of(system.predict(given, "form")), task, n_resamples=1).main.value
    assert found["majority"] < 0.25 < 0.8 < found["linear"]
