"""A corpus in figures: counts by hand, divergences with known values, and the page."""

from __future__ import annotations

import json
from dataclasses import replace
from math import log2
from pathlib import Path

import pytest
from tests.examples import span

from attrib_bench.cli import main
from attrib_bench.corpus import load_collection
from attrib_bench.document import Attribution, Document, Form, Span
from attrib_bench.files import sha256
from attrib_bench.lexicon import cue_lemma
from attrib_bench.report.realism import compared
from attrib_bench.report.statistics import comparison_table, divergence, sampled_divergence, statistics
from attrib_bench.report.statistics_page import statistics_page
from attrib_bench.tokens import tokenize

TEXT = """\
„Der Kai ist alt“, sagte Timm, „sehr alt.“
Die Werft teilte mit, der Kai halte, so habe es Timm gesagt.
Es regnet etwa seit Mai.
"""


def _document() -> Document:
    tokens, sentences = tokenize(TEXT)
    outer = span("der Kai halte, so habe es Timm gesagt", text=TEXT)
    inner = Span((span("der Kai halte", text=TEXT).fragments[0],))
    attributions = (
        Attribution(
            id="a1",
            form=Form.DIRECT,
            source=span("Timm", text=TEXT),
            cue=span("sagte", text=TEXT),
            content=span("„Der Kai ist alt“", "„sehr alt.“", text=TEXT),
        ),
        Attribution(id="a2", form=Form.INDIRECT, cue=span("teilte mit", text=TEXT), content=outer),
        Attribution(id="a3", form=Form.INDIRECT, source=span("Timm", text=TEXT), content=inner, parent="a2"),
    )
    return Document(
        id="s001-a",
        collection="core",
        text=TEXT,
        sha256=sha256(TEXT),
        n_chars=len(TEXT),
        tokens=tokens,
        sentences=sentences,
        attributions=attributions,
    )


def test_figures_counted_by_hand() -> None:
    document = _document()
    found = statistics([document, replace(document, attributions=())], "two")
    assert (found.documents, found.n_tokens, found.n_attributions) == (2, 2 * len(document.tokens), 3)
    figures = found.figures
    assert figures["articles without an attribution"] == 0.5
    assert figures["attributions per 100 tokens"] == pytest.approx(100 * 3 / (2 * len(document.tokens)))
    shares = {name: figures[name] for name in ("nested", "discontinuous", "without a cue", "without a source")}
    assert shares == pytest.approx(dict.fromkeys(shares, 1 / 3))
    assert figures["form direct"] == pytest.approx(1 / 3)
    assert figures["“etwa” per 100,000"] == pytest.approx(100_000 / len(document.tokens))
    assert found.labels["depth"] == {"1": 2, "2": 1}
    assert found.cues == {"sagen": 1, "mitteilen": 1}


def test_layers_that_are_not_annotated_are_not_told() -> None:
    found = statistics([_document()], "without", absent=("sources",))
    assert {"kind", "sector", "identification"}.isdisjoint(found.labels)


@pytest.mark.parametrize(
    ("cue", "lemma"),
    [
        ("sagte", "sagen"),
        ("habe mitgeteilt", "mitteilen"),
        ("teilte mit", "mitteilen"),
        ("Nach Angaben", "nach"),
        ("Laut", "laut"),
        ("hieß", "heißen"),
        ("winkte ab", "winkte"),
    ],
)
def test_cue_lemma(cue: str, lemma: str) -> None:
    assert cue_lemma(cue.split()) == lemma


def test_divergence_of_distributions() -> None:
    assert divergence({"a": 3, "b": 1}, {"a": 6, "b": 2}) == pytest.approx(0)
    assert divergence({"a": 3}, {"b": 5}) == pytest.approx(1)
    # by hand: m = (3/4, 1/4); KL(p||m) = log2(4/3), KL(q||m) = 1/2 log2(2/3) + 1/2 log2(2)
    by_hand = 0.5 * log2(4 / 3) + 0.5 * (0.5 * log2(2 / 3) + 0.5 * log2(2))
    assert divergence({"a": 1}, {"a": 1, "b": 1}) == pytest.approx(by_hand)
    assert divergence({}, {"a": 1}) != divergence({}, {"a": 1})


def test_a_large_sample_is_nearer_than_a_small_one() -> None:
    counts = {str(n): 100 - n for n in range(100)}
    small, large = sampled_divergence(counts, 50), sampled_divergence(counts, 5000)
    assert 0 < large < small < 1
    assert sampled_divergence(counts, 50) == small


def test_types_grow_with_tokens_and_do_not_hang_on_the_order() -> None:
    documents = load_collection().documents
    one, other = statistics(documents, "core"), statistics(tuple(reversed(documents)), "core")
    curve = one.type_curve
    assert list(curve.values()) == sorted(curve.values())
    assert one.type_curve.keys() == other.type_curve.keys()
    assert all(abs(one.type_curve[n] - other.type_curve[n]) < 0.05 * one.type_curve[n] for n in curve)


def test_core_beside_gqa_is_measured_in_one_scheme(corpora: Path) -> None:
    gqa = [str(corpora / "gqa" / "data" / f"{part}.jsonl") for part in ("train", "dev")]
    core, train, dev = compared(["core", *gqa])
    assert core.labels["form"]["mixed"] == core.labels["form"]["no_comment"] == 0
    assert (train.documents, train.n_tokens, train.n_attributions) == (700, 172_985, 2_877)
    assert dev.n_attributions == 653
    rows = {row[0]: row[1:] for row in comparison_table([core, train, dev]).rows}
    assert rows["cue lemmas: divergence from gqa train, bits"][1] == "–"
    yardstick = rows["cue lemmas: divergence from gqa train, bits"][2]
    assert 0 < float(yardstick) < 0.3


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    own = statistics([replace(_document(), metadata=replace(_document().metadata, genre="<b>agency</b>"))], "<i>core</i>")
    page = statistics_page(own, title="<script>alert(1)</script>")
    assert "<script" not in page
    assert "<b>agency" not in page
    assert "<i>core" not in page
    assert page.count("<svg") == 3 + len(own.labels) + 1  # no curve of types: the text is too short
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    beside = statistics_page(own, [own, own], title="two")
    assert "Side by side" in beside
    path = tmp_path / "core.html"
    assert main(["stats", "core", "--split", "test", "--html", str(path)]) == 0
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "core", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["documents"] == len(load_collection().documents)
    assert set(record["labels"]) >= {"form", "hedge type", "kind", "identification", "genre", "topic"}
    assert main(["stats", "core", "--markdown"]) == 0
    assert "| indirect |" in capsys.readouterr().out
    assert main(["stats", "core", "--compare", "gqa", "--corpora", "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err
