"""What deserves a second look: each check finds its case and leaves the sound one alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.examples import EXAMPLE, span

from attrib_bench.cli import main
from attrib_bench.corpus import collection_names, load_collection
from attrib_bench.document import Attribution, DataError, Document, Form, Reason, RejectedTrigger, Source, Zone, ZoneKind
from attrib_bench.files import sha256
from attrib_bench.lint import lint, lint_collection
from attrib_bench.tokens import tokenize


def _document(text: str, id_: str = "s001-b", **layers: object) -> Document:
    tokens, sentences = tokenize(text)
    bare = Document(
        id=id_, collection="core", text=text, sha256=sha256(text), n_chars=len(text), tokens=tokens, sentences=sentences
    )
    return replace(bare, **layers)  # type: ignore[arg-type]


def _flags(*documents: Document) -> list[tuple[str, str]]:
    return [(flag.code, flag.words) for flag in lint(documents)]


def _said(text: str, source: str, cue: str, content: str, **fields: object) -> Attribution:
    spans = {label: span(words, text=text) for label, words in (("source", source), ("cue", cue), ("content", content))}
    return Attribution(id="a1", form=Form.INDIRECT, **{**spans, **fields})  # type: ignore[arg-type]


def test_a_word_of_the_lists_that_nobody_labelled() -> None:
    text = "Timm sagte, der Kai sei alt. Vermutlich hält er nicht.\n"
    assert _flags(_document(text)) == [("E001", "sagte"), ("E001", "Vermutlich")]
    labelled = _document(text, attributions=(_said(text, "Timm", "sagte", "der Kai sei alt"),))
    assert _flags(labelled) == [("E001", "Vermutlich")]
    rejected = RejectedTrigger(span=span("Vermutlich", text=text), reason=Reason.IDIOM)
    assert _flags(replace(labelled, rejected_triggers=(rejected,))) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Der Kai teilte sich in zwei Teile.\n", [], id="particle missing"),
        pytest.param("Die Stadt teilte am Abend alles mit.\n", ["teilte"], id="separated"),
        pytest.param("Nach dem Regen kam die Sonne.\n", [], id="nach without carrier"),
        pytest.param("Nach Angaben der Werft ist der Kai alt.\n", ["Nach"], id="nach with carrier"),
        pytest.param("Dem Vernehmen nach hält der Kai.\n", ["Dem Vernehmen nach"], id="phrase"),
        pytest.param("Die Angaben sind alt.\n", [], id="noun"),
    ],
)
def test_which_words_count(text: str, words: list[str]) -> None:
    assert _flags(_document(text)) == [("E001", word) for word in words]


def test_words_in_credits_are_left_alone() -> None:
    text = "Foto: laut Timm\n\nDer Kai ist neu.\n"
    credit = Zone(kind=ZoneKind.CREDIT, start=0, end=text.index("\n"))
    assert _flags(_document(text, zones=(credit,))) == []


def test_a_quotation_without_attribution() -> None:
    text = "„Der Kai hält noch lange.“ Das stand im „Hafenblatt“ vom Montag.\n"
    assert _flags(_document(text)) == [("E002", "„Der Kai hält noch lange.“")]


def test_a_continuation_that_leaves_its_zone() -> None:
    text = "Timm: Kai sei alt\n\nEr müsse weg.\n"
    first = Attribution(id="a1", form=Form.INDIRECT, source=span("Timm", text=text), content=span("Kai sei alt", text=text))
    second = Attribution(id="a2", form=Form.FREE_INDIRECT, content=span("Er müsse weg", text=text), continues="a1")
    title = Zone(kind=ZoneKind.TITLE, start=0, end=text.index("\n"))
    assert _flags(_document(text, zones=(title,), attributions=(first, second))) == [("E003", "Er müsse weg")]
    assert _flags(_document(text, attributions=(first, second))) == []


def test_entities() -> None:
    timm = replace(EXAMPLE.sources[0], id="e1", name="Ole Timm", affiliation=None, justifications=())
    twin, ghost = replace(timm, id="e2"), replace(timm, id="e3", name="Ute Brandt")
    text = "Ole Timm ging.\n"
    assert _flags(_document(text, sources=(timm, twin, ghost))) == [("E004", "Ute Brandt"), ("E005", "Ole Timm")]
    owner: Source = replace(timm, affiliation="e3")
    assert _flags(_document(text, sources=(owner, ghost))) == []


def test_one_sentence_labelled_in_two_ways() -> None:
    text = "Am Abend hieß es auf dem Markt, der Kai sei alt.\n"
    one = _document(text, "s001-a", attributions=(replace(_said(text, "Markt", "hieß", "der Kai sei alt"), source=None),))
    other = _document(text, "s002-a", attributions=(_said(text, "Markt", "hieß", "der Kai sei alt"),))
    assert _flags(one, replace(one, id="s002-a")) == []
    assert _flags(one, other) == [("E006", text.strip())]


def test_a_content_that_ends_in_a_comma() -> None:
    text = "Der Kai sei alt, sagte Timm.\n"
    assert _flags(_document(text, attributions=(_said(text, "Timm", "sagte", "Der Kai sei alt,"),))) == [
        ("E007", "Der Kai sei alt,")
    ]


def test_a_reason_keeps_a_flag_and_an_idle_one_is_told(tmp_path: Path) -> None:
    collection = load_collection()
    document = collection.documents[0]
    text = document.require_text()
    labelled = replace(collection, documents=(replace(document, attributions=(), hedges=(), rejected_triggers=()),))
    found = lint_collection(labelled, tmp_path)
    assert found
    assert all(flag.reason == "" for flag in found)
    flag = found[0]
    path = tmp_path / "annotations" / "core" / "lint.csv"
    path.parent.mkdir(parents=True)
    rows = [f'{flag.doc_id},{flag.code},{flag.start},"{flag.words}",Seen.', f"{document.id},E002,{len(text)},gone,Seen."]
    path.write_text("doc_id,code,start,words,reason\n" + "\n".join(rows) + "\n", encoding="utf-8")
    again = lint_collection(labelled, tmp_path)
    assert next(one for one in again if one.start == flag.start and one.code == flag.code).reason == "Seen."
    assert [(one.code, one.words) for one in again if one.code == "E000"] == [("E000", "gone")]
    path.write_text("doc_id,code,start,words,reason\nx,E001,here,x,x\n", encoding="utf-8")
    with pytest.raises(DataError, match="whole number"):
        lint_collection(labelled, tmp_path)


def test_every_flag_of_the_release_has_its_reason() -> None:
    left = [str(flag) for name in collection_names() for flag in lint_collection(load_collection(name)) if not flag.reason]
    assert left == []


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--lint", "core"]) == 0
    assert "without a reason" in capsys.readouterr().err
    path = tmp_path / "one.jsonl"
    assert main(["convert", "core", str(path), "--split", "test"]) == 0
    assert main(["validate", str(path), "--lint", "--json"]) in (0, 1)
    assert '"code"' in capsys.readouterr().out or path.stat().st_size
