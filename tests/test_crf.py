"""The system `crf`: labels and spans, features of tokens, the field itself, and what it learns from a planted pattern."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

from attrib_bench.baselines import load_system, make_system
from attrib_bench.baselines.crf import Crf, State, candidates_of, states_of
from attrib_bench.baselines.features import Words, batch, buckets, columns, second_columns, word_class
from attrib_bench.baselines.linking import Candidates, Content, Link, annotated, links_of
from attrib_bench.baselines.rawtext import document_of
from attrib_bench.baselines.sequence import LinearChain
from attrib_bench.document import DataError, Document, Hedge, HedgeType, Span
from attrib_bench.tasks import TASKS

# --- Labels <-> spans -----------------------------------------------------------------------------------------------


def page(n_tokens: int, *, sentences: Sequence[tuple[int, int]] = ()) -> Document:
    """A document of `n_tokens` words ``w``."""
    tokens = tuple((2 * i, 2 * i + 1) for i in range(n_tokens))
    text = "w " * n_tokens
    return Document(id="d1", collection="core", text=text, tokens=tokens, sentences=tuple(sentences) or ((0, n_tokens),))


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        pytest.param([], Candidates(), id="nothing"),
        pytest.param(
            [Link("indirect", content=(4, 5, 6), source=(0, 1), cue=(2,), frame=(0, 1, 2, 3))],
            Candidates(
                contents=(Content((4, 5, 6), "indirect"),), sources=((0, 1),), cues=((2,),), frames=((0, 1, 2, 3),), addressees=()
            ),
            id="source, cue and frame before a content",
        ),
        pytest.param(
            [Link("indirect", content=(0, 1, 5, 6), cue=(2,), source=(3,), frame=(2, 3, 4))],
            Candidates(
                contents=(Content((0, 1), "indirect"), Content((5, 6), "indirect")),
                cues=((2,),),
                sources=((3,),),
                frames=((2, 3, 4),),
            ),
            id="fragments of a content on either side of its frame",
        ),
        pytest.param(
            [Link("indirect", content=(0, 1, 2, 3)), Link("direct", content=(1, 2))],
            Candidates(contents=(Content((0, 1, 2, 3), "indirect"), Content((1, 2), "direct"))),
            id="a content in another",
        ),
        pytest.param(
            [Link("free_indirect", content=(0, 1, 2)), Link("free_indirect", content=(3, 4))],
            Candidates(contents=(Content((0, 1, 2), "free_indirect"), Content((3, 4), "free_indirect"))),
            id="two contents without a gap",
        ),
        pytest.param(
            [Link("reported", content=(0, 1, 2, 3), source=(1,))],
            Candidates(contents=(Content((0, 1, 2, 3), "reported"),), sources=((1,),)),
            id="a source in a content is no frame",
        ),
        pytest.param(
            [Link("indirect", content=(3, 4), cue=(0, 2), addressee=(1,), frame=(0, 1, 2))],
            Candidates(contents=(Content((3, 4), "indirect"),), cues=((0,), (2,)), addressees=((1,),), frames=((0, 1, 2),)),
            id="an addressee between the parts of a cue",
        ),
    ],
)
def test_spans_survive_as_states(links: Sequence[Link], expected: Candidates) -> None:
    document = page(8)
    assert candidates_of(states_of(links, 8), document) == expected


def test_roles_end_with_the_sentence() -> None:
    document = page(4, sentences=((0, 2), (2, 4)))
    states = [State(role="source")] * 4
    assert candidates_of(states, document).sources == ((0, 1), (2, 3))


def test_label_names_its_state() -> None:
    for begins, outer, inner, role in product((False, True), ("", "Direct"), ("", "Indirect"), ("", "cue")):
        state = State(begins, outer, inner, role)
        assert State.of(str(state)) == state
    assert State(True, "Direct", "Indirect", "cue").simpler().simpler().simpler().simpler() == State()


# --- Features -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *(("betonte", "cue"), ("teilte", "cue|"), ("sagte", "cue+"), ("laut", "laut"), ("sei", "k1"), ("würde", "k2")),
        *(("dass", "dass"), ("12", "9"), ("„", '"'), (",", ","), ("Angaben", "carrier"), ("Sprecherin", "Role")),
    ],
)
def test_word_class(word: str, expected: str) -> None:
    assert word_class(word) == expected


def test_features_of_a_document_do_not_depend_on_its_neighbours() -> None:
    documents = [document_of(text, id=f"d{i}") for i, text in enumerate(TEXTS)]
    together = batch(documents, Words())
    found = buckets(columns(together))
    start = 0
    for document in documents:
        alone = buckets(columns(batch([document], Words())))
        assert (found[:, start : start + len(document.tokens)] == alone).all()
        start += len(document.tokens)
    assert start == len(together)


def test_features_see_quotation_marks_and_neighbours() -> None:
    plain, quoted = (batch([document_of(text, id="d")], Words()) for text in ("Er kam spät an.", "„Er kam spät an.“"))
    assert quoted.quoted.tolist() == [len(quoted)] * len(quoted)
    assert not plain.quoted.any()
    one, other = (buckets(columns(batch([document_of(text, id="d")], Words()))) for text in ("Kern sagte es", "Kern hörte es"))
    assert (one[:, 0] != other[:, 0]).any(), "the first word knows the second"


def test_particle_makes_a_cue_of_its_verb() -> None:
    found = batch([document_of("Er teilte es mit. Er teilte das Brot mit ihr. Er sagte es.", id="d")], Words())
    cues = [word for word, bits in zip(found.words, found.triggers.tolist(), strict=True) if bits & 1]
    assert cues == ["teilte", "sagte"], "the second *teilte* has no particle before a mark"
    assert [word for word, code in zip(found.words, found.partner.tolist(), strict=True) if code] == ["teilte", "mit"]


def test_marks_without_a_partner_quote_nothing() -> None:
    assert not batch([document_of("Er rief: „Halt. Dann ging er.", id="d")], Words()).quoted.any()


def test_second_columns_follow_the_first_ones_probabilities() -> None:
    found = batch([document_of(TEXTS[0], id="d")], Words())
    groups = {"cue": [1], "source": [2], "addressee": [2], "frame": [1, 2], "Direct": [3], "begin": [3], "outside": [0]}
    sure = np.eye(4, dtype=np.float32)[[0] * len(found)]
    other = sure.copy()
    other[0] = [0, 1, 0, 0]
    one, two = (buckets(second_columns(found, marginals, groups, ["Direct"])) for marginals in (sure, other))
    assert one.shape == two.shape
    assert (one[:, 0] != two[:, 0]).any()
    assert (one[:, 1] != two[:, 1]).any(), "the neighbour of a cue knows it"


# --- The field ------------------------------------------------------------------------------------------------------


def field(n_labels: int, n_features: int, *, seed: int) -> LinearChain:
    """A field with random weights."""
    random = np.random.default_rng(seed)
    weights = random.integers(-100, 100, size=(n_features, n_labels)).astype(np.int8)
    transitions = random.normal(size=(n_labels, n_labels)).astype(np.float32)
    unit = np.array([0.02], dtype=np.float32)
    return LinearChain(tuple("abc"[:n_labels]), np.arange(n_features, dtype=np.int32), weights, unit, transitions)


@pytest.mark.parametrize("seed", range(5))
def test_field_agrees_with_all_labellings_counted_out(seed: int) -> None:
    chain = field(3, 4, seed=seed)
    features = np.random.default_rng(seed).integers(0, 6, size=(2, 9)).astype(np.int32)  # 4 and 5 have no weights
    scores = chain.scores(features)
    ranges = [(0, 5), (5, 6), (6, 6), (6, 9)]
    best, marginals = chain.best(scores, ranges), chain.marginals(scores, ranges)
    for start, end in ranges:
        if start == end:
            continue
        labellings = list(product(range(3), repeat=end - start))
        values = [
            sum(float(scores[start + i, label]) for i, label in enumerate(labelling))
            + sum(float(chain.transitions[pair]) for pair in pairwise(labelling))
            for labelling in labellings
        ]
        odds = np.exp(np.array(values))
        assert tuple(best[start:end]) == labellings[int(np.argmax(values))]
        for i, label in product(range(end - start), range(3)):
            share = sum(odd for odd, labelling in zip(odds, labellings, strict=True) if labelling[i] == label) / odds.sum()
            assert marginals[start + i, label] == pytest.approx(share, abs=1e-4)


def test_mean_of_fields_has_the_mean_of_their_scores() -> None:
    fields = [field(2, 5, seed=seed) for seed in range(3)]
    features = np.array([[0, 1, 2, 3, 4]], dtype=np.int32)
    expected = np.mean([each.scores(features) for each in fields], axis=0)
    assert LinearChain.mean(fields).scores(features) == pytest.approx(expected, abs=0.01)


def test_field_learns_labels_that_only_their_neighbours_tell() -> None:
    """Feature 1 is a B, and behind it stands a C, which has the feature of an A."""
    random = np.random.default_rng(0)
    features = random.integers(0, 2, size=(1, 400)).astype(np.int32)
    gold = np.where(features[0] == 1, 1, 0)
    gold[1:][(gold[:-1] == 1) & (gold[1:] == 0)] = 2
    ranges = [(start, start + 20) for start in range(0, 400, 20)]
    gold[::20][gold[::20] == 2] = 0  # the first of a sequence has nothing before it
    chain = LinearChain.fitted(features, gold, ("A", "B", "C"), ranges, seed=0)
    assert (chain.best(chain.scores(features), ranges) == gold).mean() > 0.98
    again = LinearChain.fitted(features, gold, ("A", "B", "C"), ranges, seed=0)
    assert again.weights.tobytes() == chain.weights.tobytes()


# --- The system -----------------------------------------------------------------------------------------------------

NAMES = ("Ina Voss", "Ole Timm", "Frau Harms", "Minister Kern", "der Hafenmeister", "die Reederei")
CLAIMS = ("die Fähre fällt aus", "der Kran steht still", "das Dock ist leer", "die Halle ist zu klein", "der Deich hält")
TEXTS = ("Heute sagte Ina Voss, dass die Fähre ausfällt. Es regnet vielleicht.", "„Der Kran steht“, rief Ole Timm.", "„Ja.“")


def lesson(name: str, claim: str, *, number: int) -> Document:
    """A document with one indirect attribution, a hedge and a sentence without either."""
    text = f"Am Montag war es kalt. Heute sagte {name}, dass {claim}. Dann regnete es vielleicht in der Stadt."
    document = document_of(text, id=f"d{number}")

    def ids(words: str) -> tuple[int, ...]:
        start = text.index(words)
        return tuple(i for i, (a, b) in enumerate(document.tokens) if start <= a and b <= start + len(words))

    link = Link("indirect", content=ids(f"dass {claim}"), cue=ids("sagte"), source=ids(name))
    at = text.index("vielleicht")
    hedge = Hedge(id="h1", span=Span.of((at, at + len("vielleicht"))), type=HedgeType.EPISTEMIC)
    return replace(annotated(document, [link]), hedges=(hedge,))


@pytest.fixture(scope="module")
def lessons() -> list[Document]:
    return [lesson(name, claim, number=i) for i, (name, claim) in enumerate(product(NAMES, CLAIMS))]


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Less training, in this process: the pattern is easy."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("crf._N_FOLDS", 2), ("crf._N_SECOND", 1), ("crf._N_PROCESSES", 1), ("sequence._LEAST_STEPS", 40)):
            patch.setattr(f"attrib_bench.baselines.{name}", value)
        yield


@pytest.fixture(scope="module")
def system(lessons: list[Document]) -> Crf:
    fitted = Crf()
    fitted.fit(lessons)
    return fitted


def given(document: Document) -> Document:
    return TASKS["attribution"].given(document)


def test_learns_a_pattern_and_finds_it_with_words_it_has_not_seen(system: Crf) -> None:
    gold = lesson("Bürgermeister Lund", "das Wasser steigt", number=99)
    found = system.predict([given(gold)], "attribution")[0]
    assert links_of(found) == links_of(gold)
    assert found.hedges == gold.hedges
    assert found.id == gold.id
    assert [source.name for source in found.sources] == ["Bürgermeister Lund"]


def test_saved_model_predicts_the_same(system: Crf, lessons: list[Document], tmp_path: Path) -> None:
    system.save(tmp_path / "model")
    loaded = load_system(tmp_path / "model")
    assert isinstance(loaded, Crf)
    documents = [given(document) for document in lessons]
    assert loaded.predict(documents, "spans") == system.predict(documents, "spans")


def test_same_documents_give_the_same_model(system: Crf, lessons: list[Document], tmp_path: Path) -> None:
    again = make_system("crf")
    again.fit(lessons)
    again.save(tmp_path / "again")
    system.save(tmp_path / "model")
    for file in (tmp_path / "model").iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()


@pytest.mark.parametrize("name", ["weights.safetensors", "labels.json", "linker.json"])
def test_broken_model_is_refused(system: Crf, tmp_path: Path, name: str) -> None:
    system.save(tmp_path / "model")
    file = tmp_path / "model" / name
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DataError, match=name):
        Crf.load(tmp_path / "model")
    file.unlink()
    with pytest.raises(DataError, match=name):
        Crf.load(tmp_path / "model")


def test_model_of_other_word_lists_is_refused(system: Crf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system.save(tmp_path / "model")
    monkeypatch.setattr("attrib_bench.baselines.features.CARRIERS", frozenset({"Angabe"}))
    with pytest.raises(DataError, match="train it again"):
        Crf.load(tmp_path / "model")


def test_empty_documents(system: Crf) -> None:
    empty, blank = document_of("", id="d1"), document_of(" \n", id="d2")
    for found in system.predict([empty, blank], "attribution"):
        assert (found.attributions, found.hedges, found.sources) == ((), (), ())
    assert system.predict([], "attribution") == []


def test_documents_are_labelled_one_by_one(system: Crf, lessons: list[Document]) -> None:
    documents = [given(document) for document in lessons[:7]]
    assert system.predict(documents, "spans") == [system.predict([document], "spans")[0] for document in documents]


def test_long_document_is_labelled_in_pieces(system: Crf, lessons: list[Document], monkeypatch: pytest.MonkeyPatch) -> None:
    """With a piece for every sentence, ids of tokens and of attributions still are the document's."""
    monkeypatch.setattr("attrib_bench.baselines.crf._PIECE", 1)
    text = " ".join(lesson(NAMES[i], CLAIMS[i], number=i).require_text() for i in range(3))
    found = system.predict([document_of(text, id="long")], "attribution")[0]
    assert [a.source.surface(text) for a in found.attributions if a.source] == list(NAMES[:3])
    assert [a.content.surface(text) for a in found.attributions if a.content] == [f"dass {claim}" for claim in CLAIMS[:3]]
    assert [a.id for a in found.attributions] == ["a1", "a2", "a3"]
    assert [hedge.id for hedge in found.hedges] == ["h1", "h2", "h3"]


def test_refusals(lessons: list[Document], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="learned nothing"):
        Crf().predict([given(lessons[0])], "attribution")
    with pytest.raises(DataError, match="learned nothing"):
        Crf().save(tmp_path / "model")
    with pytest.raises(DataError, match="provenance"):
        Crf().predict([], "provenance")
    with pytest.raises(DataError, match="at least two"):
        Crf().fit(lessons[:1])
