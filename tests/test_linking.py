"""The linker: whole attributions from labelled spans, learned from made-up sentences in which it is plain what belongs together."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from attrib_bench.baselines.linking import Candidates, Choice, Content, Link, Linker, TokenIds, annotated, links_of
from attrib_bench.baselines.rawtext import document_of
from attrib_bench.document import DataError, Document, Form
from attrib_bench.formats import gqa
from strategies import documents

NAMES = ("Ina Voss", "Die Reederei", "Der Hafenmeister", "Kern", "Die Sprecherin", "Ole Timm")
CLAIMS = (
    "die Fähre falle bis Mai aus",
    "der Kran stehe still",
    "das Dock werde verkauft",
    "die Halle sei zu klein",
    "der Deich halte stand",
    "die Brücke bleibe gesperrt",
)


def marked(text: str) -> tuple[str, list[tuple[str, int, int, int]]]:
    """A text without its marks ``[s1 words]``, and each mark's letter and number with where its words start and end."""
    plain = ""
    found: list[tuple[str, int, int, int]] = []
    opened: list[tuple[str, int, int]] = []
    for part in re.split(r"(\[[a-z][0-9] |\])", text):
        if re.fullmatch(r"\[[a-z][0-9] ", part):
            opened.append((part[1], int(part[2]), len(plain)))
        elif part == "]":
            found.append((*opened.pop(), len(plain)))
        else:
            plain += part
    return plain, found


LABELS = {"c": "content", "s": "source", "q": "cue", "a": "addressee", "f": "frame"}


def page(text: str, types: Sequence[str], *, name: str = "d1") -> Document:
    """A document in which ``[s1 Kern]`` marks the source of attribution 1, ``q`` its cue, ``c`` its content, ``f`` its frame."""
    plain, found = marked(text)
    document = document_of(plain, id=name)
    links = []
    for number, type_ in enumerate(types, 1):
        spans: dict[str, tuple[int, ...]] = {}
        for letter, own, start, end in found:
            if own == number:
                ids = [i for i, (a, b) in enumerate(document.tokens) if start <= a and b <= end]
                spans[LABELS[letter]] = tuple(sorted({*spans.get(LABELS[letter], ()), *ids}))
        links.append(Link.of(type_, spans, medium="Speech"))
    return annotated(document, links)


def lessons() -> list[Document]:
    """Pages with each of the patterns that the tests ask for, in varying words."""
    pages = []
    for i, name in enumerate(NAMES):
        other, claim, further = NAMES[i - 1], CLAIMS[i], CLAIMS[i - 1]
        texts = [
            (f"[f1 [s1 [s2 {name}]] [q1 sagte],] [c1 {claim}]. [c2 Auch {further}.]", ["Indirect", "IndirectFreeIndirect"]),
            (
                f"[f1 [s1 {name}] [q1 sagte],] [c1 {claim}], [f2 [s2 {other}] [q2 erklärte],] [c2 {further}].",
                ["Indirect", "Indirect"],
            ),
            (f"[c1 „{claim}“], [f1 [q1 rief] [s1 {name}],] [c1 „{further}“].", ["Direct"]),
            (f"[f1 [s1 {name}] [q1 teilte] [a1 der Stadt] [q1 mit],] [c1 {claim}]. Das Wetter ist gut.", ["Indirect"]),
            (f"[c1 Das Dock] [f1 [q1 laut] [s1 {name}]] [c1 lange gesperrt]. Es regnet.", ["Indirect"]),
        ]
        pages += [page(text, types, name=f"d{i}-{j}") for j, (text, types) in enumerate(texts)]
    return pages


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker.fitted([(document, in_fragments(Candidates.of(document))) for document in lessons()])


def in_fragments(candidates: Candidates) -> Candidates:
    """The candidates as a tagger of words gives them: each run of tokens by itself."""

    def runs(ids: TokenIds) -> list[TokenIds]:
        cuts = [i for i in range(1, len(ids)) if ids[i] != ids[i - 1] + 1]
        return [ids[start:end] for start, end in pairwise([0, *cuts, len(ids)])]

    return replace(
        candidates,
        contents=tuple(Content(run, content.type) for content in candidates.contents for run in runs(content.tokens)),
        cues=tuple(run for ids in candidates.cues for run in runs(ids)),
        frames=tuple(run for ids in candidates.frames for run in runs(ids)),
    )


@pytest.mark.parametrize(
    ("text", "types"),
    [
        pytest.param(
            "Am Montag wurde gebaut. [f1 [s1 [s2 Frau Harms]] [q1 sagte],] [c1 der Zaun sei neu]. [c2 Auch das Tor werde neu.]",
            ["Indirect", "IndirectFreeIndirect"],
            id="free indirect speech has the source before it and no cue",
        ),
        pytest.param(
            "[f1 [s1 Die Bäckerin] [q1 sagte],] [c1 das Mehl sei knapp], [f2 [s2 der Müller] [q2 erklärte],] [c2 die Mühle laufe].",
            ["Indirect", "Indirect"],
            id="two cues in a sentence, each with its own content",
        ),
        pytest.param(
            "[c1 „Wir bleiben“], [f1 [q1 rief] [s1 der Kapitän],] [c1 „bis zum Schluss“].",
            ["Direct"],
            id="a quotation with its cue inserted is one",
        ),
        pytest.param(
            "[f1 [s1 Das Amt] [q1 teilte] [a1 der Stadt] [q1 mit],] [c1 der Teich sei tief]. Das Wetter ist gut.",
            ["Indirect"],
            id="a verb and its particle are one cue",
        ),
        pytest.param(
            "[c1 Der Steg] [f1 [q1 laut] [s1 Harms]] [c1 lange gesperrt]. Es regnet.",
            ["Indirect"],
            id="a content goes on behind its frame",
        ),
    ],
)
def test_links_what_belongs_together(linker: Linker, text: str, types: Sequence[str]) -> None:
    gold = page(text, types)
    assert linker.link(gold, in_fragments(Candidates.of(gold))) == links_of(gold)


def test_order_of_candidates_changes_nothing(linker: Linker) -> None:
    for document in lessons():
        found = in_fragments(Candidates.of(document))
        turned = Candidates(**{each.name: getattr(found, each.name)[::-1] for each in fields(found)})
        assert linker.link(document, turned) == linker.link(document, found)


def test_nothing_to_link(linker: Linker) -> None:
    document = page("Das Wetter ist gut.", [])
    assert linker.link(document, Candidates()) == []
    assert linker.link(page("", []), Candidates()) == []
    alone = linker.link(document, Candidates(contents=(Content((0, 1), "Indirect"),)))
    assert [(link.content, link.source, link.cue, link.frame) for link in alone] == [((0, 1), (), (), ())]


def test_record_gives_the_same_linker(linker: Linker) -> None:
    assert Linker.from_record(json.loads(json.dumps(linker.record()))) == linker


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda record: record.pop("media"), "media", id="a part is missing"),
        pytest.param(lambda record: record["choices"].pop("source"), "source", id="a choice is missing"),
        pytest.param(lambda record: record["choices"]["cue"].update(none=float("nan")), "cue.*nan.*none", id="no number"),
        pytest.param(lambda record: record["choices"].update(cue=[1]), "list", id="no weights"),
    ],
)
def test_broken_record_is_refused(linker: Linker, change: Callable[[Any], object], message: str) -> None:
    record = json.loads(json.dumps(linker.record()))
    change(record)
    with pytest.raises(DataError, match=message):
        Linker.from_record(record)


def test_choice_prefers_what_was_right() -> None:
    examples = [((["near"], ["far"]), 0), ((["far"], ["near"]), 1), ((["near", "old"], ["far"]), 0)]
    choice = Choice.fitted(examples)
    assert choice.best([["far"], ["near"]]) == 1
    assert choice.weights["near"] > 0 > choice.weights["far"]
    assert Choice.fitted([]) == Choice()
    assert Choice().best([["a"], ["b"]]) == 0, "the first of equals"


# --- Links <-> attributions ------------------------------------------------------------------------------------------


@given(documents())
def test_links_survive_as_attributions(document: Document) -> None:
    links = links_of(document)
    again = annotated(document, links)
    assert links_of(again) == links
    assert all(set(a.source_refs) <= again.source_by_id.keys() for a in again.attributions)
    assert not again.native


def test_links_survive_as_gqa(corpora: Path) -> None:
    for document in islice(gqa.read(corpora / "gqa" / "data" / "dev.jsonl"), 30):
        assert gqa.roles(annotated(document, links_of(document))) == gqa.roles(document)


def test_embedded_attribution_has_a_parent() -> None:
    text = "[s1 Kern] [q1 sagte], [c1 [s2 die Stadt] habe [q2 erklärt], [c2 der Weg sei frei]]."
    found = page(text, ["Indirect", "Indirect"])
    assert [attribution.parent for attribution in found.attributions] == [None, "a1"]
    same = page(text.replace("[s2 die Stadt]", "die Stadt").replace("[s1 Kern]", "[s1 [s2 Kern]]"), ["Indirect", "Indirect"])
    assert [attribution.parent for attribution in same.attributions] == [None, None], "one source, so no chain"


def test_what_continues_has_the_source_of_the_other_without_its_span() -> None:
    """Core's way: no span of its own, but `continues` and the same source_refs."""
    pages = []
    for i, name in enumerate(NAMES):
        text = f"[s1 {name}] [q1 sagte], [c1 {CLAIMS[i]}]. [c2 Auch {CLAIMS[i - 1]}.]"
        document = page(text, ["indirect", "free_indirect"], name=f"d{i}")
        first, second = links_of(document)
        pages.append(annotated(document, [first, second._replace(continues=0)]))
    document = pages.pop()
    linker = Linker.fitted([(each, Candidates.of(each)) for each in pages])
    first, second = annotated(document, linker.link(document, Candidates.of(document))).attributions
    assert (second.continues, second.source, second.source_refs) == (first.id, None, first.source_refs)
    assert (second.form, first.form) == (Form.FREE_INDIRECT, Form.INDIRECT)
