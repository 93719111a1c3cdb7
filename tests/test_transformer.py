"""The system `transformer` on a tiny encoder with random weights: it learns what was planted, comes back as saved, and refuses."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from attrib_bench.baselines.linking import Link, annotated, links_of
from attrib_bench.baselines.store import open_model, save_model
from attrib_bench.baselines.transformer import Labels, Transformer, stretches
from attrib_bench.corpus import load_collection
from attrib_bench.document import DataError, Document, Hedge, HedgeType
from attrib_bench.formats import gqa
from attrib_bench.predictions import read_predictions, write_predictions
from attrib_bench.scoring import gqa as scoring
from attrib_bench.scoring.counts import Key
from attrib_bench.tasks import TASKS
from attrib_bench.tokens import span_of_tokens

NAMES = "Ole Ida Uwe Meike Fiete Ruth Hinnerk Wiebke".split()
PLACES = "Hafen Markt Deich Bahnhof Speicher Leuchtturm".split()
STATES = "schließt öffnet wächst leuchtet schläft".split()
WORDS = [*NAMES, *PLACES, *STATES, *"meldet , dass der . „ “ sagt zu teilt mit Das steht fest wohl".split()]

SIZES = {"blocks": 4, "window": 96, "epochs": 9, "batch": 400, "rate": 3e-3, "head_rate": 1e-2, "warm_up": 10, "masked_share": 0.0}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """For so small a network more threads only wait for each other."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an encoder of four layers, 32 wide, for at most 128 pieces, whose tokenizer knows the words above."""
    folder = tmp_path_factory.mktemp("encoder")
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    vocabulary = {word: number for number, word in enumerate([*special.values(), *dict.fromkeys(WORDS)])}
    words = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    PreTrainedTokenizerFast(tokenizer_object=words, **special).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder)
    return folder


def article(number: int, *, n_sentences: int = 6, as_gqa: bool = False) -> Document:
    """Sentences of five patterns: indirect after the cue, direct before it, a cue with a gap, a bare statement, a hedged one."""
    choose = random.Random(number)
    words: list[str] = []
    sentences: list[tuple[int, int]] = []
    links: list[Link] = []
    hedges: list[tuple[int, ...]] = []
    for _ in range(n_sentences):
        at = len(words)
        name, other = choose.sample(NAMES, 2)
        said = [choose.choice(PLACES), choose.choice(STATES)]
        pattern = choose.randrange(5)
        if pattern == 0:
            words += [name, "meldet", ",", "dass", "der", *said, "."]
            links.append(_link("Indirect", range(at + 3, at + 7), source=[at], cue=[at + 1], frame=range(at, at + 3)))
        elif pattern == 1:
            words += ["„", *said, "“", ",", "sagt", name, "zu", other, "."]
            quote, rest = range(at, at + 4), range(at + 5, at + 9)
            links.append(_link("Direct", quote, source=[at + 6], cue=[at + 5], addressee=[at + 7, at + 8], frame=rest))
        elif pattern == 2:
            words += [name, "teilt", "mit", ",", "dass", "der", *said, "."]
            links.append(_link("Indirect", range(at + 4, at + 8), source=[at], cue=[at + 1, at + 2], frame=range(at, at + 4)))
        elif pattern == 3:
            words += ["Das", "steht", "fest", "."]
        else:
            words += ["Der", said[0], said[1], "wohl", "."]
            hedges.append((at + 3,))
        sentences.append((at, len(words)))
    text = " ".join(words)
    ends = np.cumsum([len(word) + 1 for word in words]).tolist()
    tokens = tuple((end - 1 - len(word), end - 1) for end, word in zip(ends, words, strict=True))
    bare = Document(
        id=f"s{number:03}-a",
        collection=gqa.COLLECTION if as_gqa else "core",
        text=text,
        n_chars=len(text),
        tokens=tokens,
        sentences=tuple(sentences),
    )
    if as_gqa:
        return annotated(bare, links) if links else replace(bare, native={gqa.COLLECTION: {"annotations": {}}})
    ours = [link._replace(type=gqa.TYPES[link.type], frame=(), medium="") for link in links]
    spans = (span_of_tokens(bare, ids) for ids in hedges)
    found = tuple(Hedge(id=f"h{i}", span=span, type=HedgeType.EPISTEMIC) for i, span in enumerate(spans, 1))
    return replace(annotated(bare, ours), hedges=found)


def _link(type_: str, content: Sequence[int], **roles: Sequence[int]) -> Link:
    medium = "Speech" if type_ == "Direct" else "SW"
    return Link(type_, content=tuple(content), medium=medium, **{role: tuple(ids) for role, ids in roles.items()})


def given_for(documents: Sequence[Document], task: str) -> list[Document]:
    return [TASKS[task].given(document) for document in documents]


TRAIN = [article(n, n_sentences=3 + n % 12) for n in range(48)]
TEST = [article(n) for n in range(100, 130)]


@pytest.fixture(scope="module")
def system(encoder: Path) -> Transformer:
    trained = Transformer(encoder=str(encoder), **SIZES)
    trained.fit(TRAIN)
    return trained


@pytest.mark.parametrize("task, least", [("attribution", 0.9), ("spans", 0.9), ("hedge", 0.95), ("form", 0.99)])
def test_it_learns_what_was_planted(system: Transformer, task: str, least: float) -> None:
    found = system.predict(given_for(TEST, task), task)
    assert [document.id for document in found] == [document.id for document in TEST]
    counts: dict[Key, float] = {}
    for gold, predicted in zip(TEST, found, strict=True):
        for key, count in TASKS[task].count(gold, predicted).items():
            counts[key] = counts.get(key, 0) + count
    assert TASKS[task].figures(counts)[TASKS[task].main] >= least


def test_frames_media_and_types_of_gqa(encoder: Path) -> None:
    gold = [article(n, as_gqa=True) for n in range(60)]
    system = Transformer(encoder=str(encoder), **SIZES)
    system.fit(gold[:45])
    found = system.predict(given_for(gold[45:], "attribution"), "attribution")
    pages = [(gqa.roles(wanted), gqa.roles(said)) for wanted, said in zip(gold[45:], found, strict=True)]
    figures = scoring.figures(scoring.tabulate(pages).total())
    assert {name for name in ("f1_joint", "f1_form", "f1_stwr") if figures[name] < 0.9} == set()
    with_frame = [said for _, quotations in pages for said in quotations if said.frame]
    assert len(with_frame) >= 20


def test_a_saved_model_says_the_same(system: Transformer, encoder: Path, tmp_path: Path) -> None:
    system.save(tmp_path / "model")
    with_one_more = [*given_for(TEST, "attribution"), replace(TASKS["attribution"].given(article(999)), sentences=())]
    loaded = Transformer.load(tmp_path / "model")
    assert (loaded.epochs, loaded.window, loaded.encoder) == (system.epochs, system.window, str(encoder))
    assert loaded.predict(with_one_more, "attribution") == system.predict(with_one_more, "attribution")
    loaded.save(tmp_path / "again")
    assert _files(tmp_path / "again") == _files(tmp_path / "model")


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_changed_model_is_refused(system: Transformer, tmp_path: Path) -> None:
    system.save(tmp_path / "model")
    weights = tmp_path / "model" / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(DataError, match=r"weights\.safetensors"):
        Transformer.load(tmp_path / "model")


def test_weights_of_another_version_are_refused(system: Transformer, tmp_path: Path) -> None:
    system.save(tmp_path / "model")
    model = open_model(tmp_path / "model", system="transformer")
    labels = {**model.about["labels"], "types": ["direct"]}
    save_model(tmp_path / "model", system="transformer", files=model.files, about={**model.about, "labels": labels})
    with pytest.raises(DataError, match="another version"):
        Transformer.load(tmp_path / "model")


def test_another_systems_model_is_refused(tmp_path: Path) -> None:
    save_model(tmp_path / "model", system="majority", files={})
    with pytest.raises(DataError, match="majority"):
        Transformer.load(tmp_path / "model")


def test_the_same_seed_gives_the_same_weights(encoder: Path, tmp_path: Path) -> None:
    seen = []
    for name, seed, noise in (("one", 3, 1), ("same", 3, 2), ("other", 4, 1)):
        torch.manual_seed(noise)  # what else a program does with random numbers changes nothing
        before = torch.random.get_rng_state()
        system = Transformer(encoder=str(encoder), **SIZES | {"epochs": 1, "masked_share": 0.1}, seed=seed)
        system.fit(TRAIN[:12])
        assert torch.equal(torch.random.get_rng_state(), before)
        system.save(tmp_path / name)
        seen.append((tmp_path / name / "weights.safetensors").read_bytes())
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_documents_longer_than_the_encoder(system: Transformer) -> None:
    long = article(500, n_sentences=60)
    assert len(long.tokens) > 3 * 128
    (found,) = system.predict(given_for([long], "attribution"), "attribution")
    wanted = {link.content for link in links_of(long)}
    assert len(wanted & {link.content for link in links_of(found)}) >= 0.7 * len(wanted)


def test_a_window_is_cut_to_what_the_encoder_takes(encoder: Path) -> None:
    system = Transformer(encoder=str(encoder), **SIZES | {"window": 10_000, "epochs": 1, "batch": 4000})
    system.fit([article(1, n_sentences=60)])
    assert system.window <= 128


def test_documents_without_tokens_or_sentences(system: Transformer) -> None:
    plain = TASKS["attribution"].given(TEST[0])
    with pytest.raises(DataError, match="s100-a: has no canonical tokens"):
        system.predict([replace(plain, tokens=(), sentences=())], "attribution")
    empty = replace(plain, text="", tokens=(), sentences=())
    assert system.predict([empty], "attribution") == [empty]
    (found,) = system.predict([replace(plain, sentences=())], "attribution")
    assert found.attributions


@pytest.mark.parametrize("task", ["coreference", "provenance"])
def test_unknown_tasks_are_refused(system: Transformer, task: str) -> None:
    with pytest.raises(DataError, match=task):
        system.predict([], task)


def test_what_cannot_be_trained_is_refused(encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="learned nothing"):
        Transformer().predict([], "attribution")
    with pytest.raises(DataError, match="no attribution"):
        Transformer(encoder=str(encoder)).fit([TASKS["attribution"].given(TRAIN[0])])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty"):
        Transformer(encoder=str(tmp_path / "empty")).fit(TRAIN[:1])
    with pytest.raises(DataError, match="window"):
        Transformer(window=8)
    with pytest.raises(DataError, match="epochs"):
        Transformer(epochs=0)


@given(
    lengths=st.lists(st.lists(st.integers(1, 16), min_size=1, max_size=60), min_size=1, max_size=30),
    most=st.integers(64, 400),
    context=st.sampled_from([0, 0.33]),
    shift=st.floats(0, 0.99),
)
def test_every_token_is_some_stretchs_own(lengths: list[list[int]], most: int, context: float, shift: float) -> None:
    n_pieces = np.array([n for sentence in lengths for n in sentence])
    ends = np.cumsum([0, *(len(sentence) for sentence in lengths)]).tolist()
    sentences = list(pairwise(ends))
    found = stretches(sentences, n_pieces, most=most, context=int(context * most), shift=shift)
    assert [token for stretch in found for token in range(stretch.own_first, stretch.own_last)] == list(range(len(n_pieces)))
    for first, last, own_first, own_last in found:
        assert 0 <= first <= own_first < own_last <= last <= len(n_pieces)
        assert n_pieces[first:last].sum() <= most
        if not context:
            assert (first, last) == (own_first, own_last)


def test_context_is_whole_sentences_on_both_sides() -> None:
    sentences = [(at, at + 10) for at in range(0, 100, 10)]
    found = stretches(sentences, np.ones(100, dtype=np.int64), most=60, context=20)
    assert found == [(0, 50, 0, 30), (20, 80, 30, 70), (50, 100, 70, 100)]


def test_labels_are_those_of_the_documents() -> None:
    layers = ("direct", "other", "source", "cue", "addressee", "epistemic")
    assert Labels.of(TRAIN) == Labels(layers, ("content", "source", "cue", "addressee"), ("direct", "indirect"), ("",))


def test_all_that_the_benchmark_labels(encoder: Path, small_root: Path, tmp_path: Path) -> None:
    """Nested and discontinuous spans, refusals, continuations and zones go in; what comes out is a valid prediction."""
    gold = load_collection("core", root=small_root).documents
    system = Transformer(encoder=str(encoder), **SIZES | {"epochs": 2, "warm_up": 1})
    system.fit(gold)
    for task in system.tasks:
        found = system.predict(given_for(gold, task), task)
        write_predictions(tmp_path / "found.jsonl", found)
        assert len(read_predictions(tmp_path / "found.jsonl", gold, task=TASKS[task]).documents) == len(gold)
