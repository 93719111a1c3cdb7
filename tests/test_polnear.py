"""PolNeAR: lossless both ways, right after edits, clear about what is wrong. The articles are invented."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings

from attrib_bench.document import Attribution, DataError, Document, Form, Metadata, Span, Zone, ZoneKind, mentions
from attrib_bench.files import data_root, read_json
from attrib_bench.formats import jsonlines, polnear
from attrib_bench.records import record_of
from attrib_bench.scoring.agreement import agreement
from strategies import documents

NAME = "harbour-post_2031-05-04_ferry-stays-in-port"
TEXT = (
    "⛴️ Cafe\u0301 𝔽erry stays in port\n\n"
    "“We are nearly done,” Ole Timm said Monday. “Two weeks,” he added.\n"
    "The yard’s owner, who was asked twice, reportedly told unions the hull “is sound,” and denied delays.\n\n"
    "Follow us on the quay. "
)
ROW = 'train\t{name}\t3\t4b22|5fec\tharbour-post\t2031-05-04\tAda Voss\tFerry "stays" in port\t0\t1\tNone\tNone'
TABLE = "\t".join(polnear.COLUMNS) + "\n" + ROW.format(name=NAME) + "\n"


def at(*quotations: str, text: str = TEXT) -> list[tuple[int, int]]:
    """Where quotations stand in the text, each the first after the one before."""
    found, end = [], 0
    for quotation in quotations:
        start = text.index(quotation, end)
        found.append((start, end := start + len(quotation)))
    return found


def stretch(number: int, type_: str, *fragments: tuple[int, int], text: str = TEXT) -> str:
    offsets = ";".join(f"{start} {end}" for start, end in fragments)
    return f"T{number}\t{type_} {offsets}\t{' '.join(text[s:e] for s, e in fragments)}\n"


TIMM = (
    stretch(1, "Source", *at("Ole Timm"))
    + stretch(2, "Cue", *at("said"))
    + stretch(3, "Content", *at("“We are nearly done,”"))
    + stretch(4, "Attribution", *at("said"))
    + "E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
)
ADDED = (  # shares the source, as Timm's words go on
    stretch(7, "Content", *at("“Two weeks,”"))
    + stretch(5, "Cue", *at("added"))
    + stretch(6, "Attribution", *at("added"))
    + "E3\tAttribution:T6 Source:T1 Cue:T5 Content:T7\n"
)
OWNER = (  # unsorted fragments, one of which ends in a blank; two contents
    stretch(8, "Source", *at("The yard’s owner"))
    + stretch(9, "Cue", *at("reportedly told "))
    + stretch(10, "Attribution", *at("told"))
    + stretch(11, "Content", at("“is sound,” and", "denied")[0], at("the hull ")[0])
    + stretch(12, "Content", *at("delays"))
    + "E4\tAttribution:T10 Cue:T9 Source:T8 Content:T11 Content2:T12\n"
)
WITHOUT_SOURCE = (
    stretch(13, "Cue", *at("denied"))
    + stretch(14, "Content", *at("delays"))
    + stretch(15, "Attribution-no-source", *at("denied"))
    + "E2\tAttribution-no-source:T15 Cue:T13 Content:T14\n"
    + "E5\tAttribution-no-source:T15 \n"
)
REST = (
    stretch(20, "Discuss", *at("who was asked twice"))
    + "#1\tAnnotatorNotes T20\tIs this\ta source? Ask „Küste“.\n"
    + stretch(21, "Discard", *at("Follow us on the quay. "))
    + "#2\tAnnotatorNotes E3\tagain\n"
)
ANNOTATIONS = TIMM + ADDED + OWNER + WITHOUT_SOURCE + REST


def read_article(annotations: str = ANNOTATIONS) -> Document:
    return polnear.from_standoff(TEXT, annotations, name=NAME, annotator="4b22", place="article")


def surface(document: Document, span: Span | None) -> str | None:
    return None if span is None else span.surface(document.require_text())


def folder(path: Path, annotations: str = ANNOTATIONS, *, annotators: tuple[str, ...] = ("4b22",), table: bool = True) -> Path:
    """A folder of PolNeAR with one text, which these annotated."""
    (path / "text").mkdir(parents=True)
    (path / "attributions").mkdir()
    (path / "text" / f"{NAME}.txt").write_bytes(TEXT.encode())
    for annotator in annotators:
        (path / "attributions" / f"{NAME}_{annotator}.ann").write_bytes(annotations.encode())
    if table:
        (path / "metadata.tsv").write_bytes(TABLE.encode())
    return path


def contents(path: Path) -> dict[str, bytes]:
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}


# --- Tokens ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("The mayor’s plan fell.", ["The mayor ’ s plan fell ."], id="apostrophe"),
        pytest.param("It cost $1,200.50 at 10:30, 7.", ["It cost $ 1,200.50 at 10:30 , 7 ."], id="numbers"),
        pytest.param("Cafe\u0301s in the U.S. Senate.", ["Cafe\u0301s in the U . S . Senate ."], id="marks-and-initials"),
        pytest.param("He left. She stayed.", ["He left .", "She stayed ."], id="full-stop"),
        pytest.param("“Why?” Nobody knew (yet.) Now…", ["“ Why ? ”", "Nobody knew ( yet . )", "Now …"], id="closing-marks"),
        pytest.param("“Why?” asked Sen. Voss on Sept. 3.", ["“ Why ? ” asked Sen . Voss on Sept . 3 ."], id="no-end"),
        pytest.param("Ferry stays\n\nNo date yet", ["Ferry stays", "No date yet"], id="lines"),
        pytest.param("J. Harms! 12 ships. a\u00a0b", ["J . Harms !", "12 ships . a b"], id="small-letter-goes-on"),
        pytest.param(" \n", [], id="nothing"),
    ],
)
def test_tokenise(text: str, sentences: list[str]) -> None:
    tokens, ranges = polnear.tokenise(text)
    assert [" ".join(text[s:e] for s, e in tokens[begin:end]) for begin, end in ranges] == sentences
    assert "".join(text[s:e] for s, e in tokens) == re.sub(r"\s", "", text)


# --- Into the model -------------------------------------------------------------------------------------------------


def test_an_event_becomes_an_attribution() -> None:
    document = read_article()
    assert [
        (a.id, str(a.form), surface(document, a.source), surface(document, a.cue), surface(document, a.content))
        for a in document.attributions
    ] == [
        ("a1", "direct", "Ole Timm", "said", "“We are nearly done,”"),
        ("a3", "direct", "Ole Timm", "added", "“Two weeks,”"),
        ("a4", "mixed", "The yard’s owner", "reportedly told", "the hull … “is sound,” and … delays"),
        ("a2", "indirect", None, "denied", "delays"),
    ]
    assert [(source.id, source.name) for source in document.sources] == [("e1", "Ole Timm"), ("e2", "The yard’s owner")]
    assert [a.source_refs for a in document.attributions] == [("e1",), ("e1",), ("e2",), ()]


def test_what_is_discarded_becomes_boilerplate() -> None:
    ((start, end),) = at("Follow us on the quay.")
    assert read_article().zones == (Zone(kind=ZoneKind.BOILERPLATE, start=start, end=end),)


def test_an_event_without_content_becomes_nothing_and_is_kept() -> None:
    event = stretch(1, "Cue", *at("said")) + stretch(2, "Attribution", *at("said")) + "E1\tAttribution:T2 Cue:T1\n"
    document = read_article(event)
    assert document.attributions == ()
    assert polnear.to_standoff(document) == event


@pytest.mark.parametrize(
    ("content", "form"),
    [
        pytest.param("“We are nearly done,”", Form.DIRECT, id="with-its-marks"),
        pytest.param("We are nearly done", Form.DIRECT, id="without-its-marks"),
        pytest.param("the hull “is sound,”", Form.MIXED, id="in-part"),
        pytest.param("the hull", Form.INDIRECT, id="not-at-all"),
        pytest.param("⛴️", Form.INDIRECT, id="no-letters"),
    ],
)
def test_form_by_quotation_marks(content: str, form: Form) -> None:
    event = stretch(1, "Content", *at(content)) + stretch(2, "Attribution", *at("said")) + "E1\tAttribution:T2 Content:T1\n"
    assert read_article(event).attributions[0].form is form


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        pytest.param('"Yes," he said, "now."', "Yes now", id="straight"),
        pytest.param("“First.\n“Second,” he said", "First Second", id="not-closed-before-the-line-ends"),
        pytest.param('"Open\nnext line', "Open", id="straight-not-closed"),
        pytest.param("‘Single’ and 's", "", id="single-marks-are-none"),
    ],
)
def test_what_stands_in_quotation_marks(text: str, quoted: str) -> None:
    found = []
    for match in re.finditer(r"[A-Za-z]+", text):
        event = stretch(1, "Content", match.span(), text=text) + stretch(2, "Attribution", match.span(), text=text)
        event += "E1\tAttribution:T2 Content:T1\n"
        if polnear.from_standoff(text, event, name="x", place="x").attributions[0].form is Form.DIRECT:
            found.append(match[0])
    assert " ".join(found) == quoted


def test_document_facts(tmp_path: Path) -> None:
    (document,) = polnear.read(folder(tmp_path))
    assert (document.id, document.collection, document.text) == (f"{NAME}_4b22", "polnear", TEXT)
    assert document.metadata == Metadata(story_id=NAME, outlet="harbour-post", date="2031-05-04", title='Ferry "stays" in port')
    native = document.native["polnear"]
    assert (native["text"], native["annotator"], native["metadata"]["author"]) == (NAME, "4b22", "Ada Voss")
    assert native["lines"][:5:4] == [["T1", "Source", [list(at("Ole Timm")[0])]], ["E1", ["Attribution", "T4"], [
        ["Content", "T3"], ["Cue", "T2"], ["Source", "T1"]]]]  # fmt: skip


def test_metadata_above_the_folder_or_nowhere(tmp_path: Path) -> None:
    path = folder(tmp_path / "train", table=False)
    assert next(polnear.read(path)).metadata == Metadata(story_id=NAME)
    (tmp_path / "metadata.tsv").write_bytes(TABLE.encode())
    assert next(polnear.read(path)).metadata.outlet == "harbour-post"
    assert next(polnear.read(tmp_path)).metadata.outlet == "harbour-post"
    assert next(polnear.read(path / "attributions" / f"{NAME}_4b22.ann")).metadata.outlet == "harbour-post"


@pytest.mark.parametrize(
    ("name", "doc_id"),
    [
        pytest.param(f"{NAME}_4b22", f"{NAME}_4b22", id="corpus"),
        pytest.param("s017-b", "s017-b", id="an-id"),
        pytest.param("Fähre", "polnear-7c9fefabac20", id="anything-else"),
    ],
)
def test_document_ids(name: str, doc_id: str) -> None:
    assert polnear.document_id(name) == doc_id


# --- Several annotators ---------------------------------------------------------------------------------------------


def test_annotators_have_the_same_documents(tmp_path: Path) -> None:
    path = folder(tmp_path, annotators=("5fec", "4b22"))
    (path / "attributions" / f"{NAME}_5fec.ann").write_bytes(TIMM.encode())
    (path / "text" / "alone.txt").write_bytes(TEXT.encode())
    (path / "attributions" / "alone_4b22.ann").write_bytes(TIMM.encode())
    found = polnear.annotators(path)
    assert {annotator: list(own) for annotator, own in found.items()} == {"4b22": [NAME], "5fec": [NAME]}
    assert {annotator: own[NAME].id for annotator, own in found.items()} == {"4b22": NAME, "5fec": NAME}
    assert [len(own[NAME].attributions) for own in found.values()] == [4, 1]
    # As documents, they are two views of one story.
    views = [d for d in polnear.read(path) if d.metadata.story_id == NAME]
    assert [d.id for d in views] == [f"{NAME}_4b22", f"{NAME}_5fec"]


def test_one_annotator_alone_does_not_agree_with_anybody(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found 1 annotators with 1 texts in common, expected two and one or more"):
        polnear.annotators(folder(tmp_path))


# --- Back -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("annotations", [ANNOTATIONS, TIMM, REST.replace("#2\tAnnotatorNotes E3\tagain\n", ""), ""])
def test_a_folder_comes_back_byte_for_byte(tmp_path: Path, annotations: str) -> None:
    original = folder(tmp_path / "in", annotations, annotators=("4b22", "5fec"))
    polnear.write(polnear.read(original), tmp_path / "out")
    assert contents(tmp_path / "out") == contents(original)


def test_words_over_several_lines() -> None:
    event = stretch(1, "Content", *at("he added.\nThe yard")) + stretch(2, "Attribution", *at("said"))
    event += "E1\tAttribution:T2 Content:T1\n"
    document = read_article(event)
    assert surface(document, document.attributions[0].content) == "he added.\nThe yard"
    assert polnear.to_standoff(document) == event


def test_through_our_own_json_lines(tmp_path: Path) -> None:
    original = folder(tmp_path / "in")
    jsonlines.FORMAT.write(polnear.read(original), tmp_path / "own.jsonl", None)
    polnear.write(jsonlines.FORMAT.read(tmp_path / "own.jsonl"), tmp_path / "out")
    assert contents(tmp_path / "out") == contents(original)


def edited(document: Document, identifier: str, **changes: Any) -> Document:
    attributions = tuple(replace(a, **changes) if a.id == identifier else a for a in document.attributions)
    return replace(document, attributions=attributions)


def span(*quotations: str) -> Span:
    return Span.of(*at(*quotations))


def test_an_attribution_that_was_taken_out_takes_its_own_stretches_and_notes_along() -> None:
    document = read_article()
    gone = replace(document, attributions=tuple(a for a in document.attributions if a.id != "a3"))
    # T1 stays, as Timm's first words use it.
    without_note = REST.replace("#2\tAnnotatorNotes E3\tagain\n", "")
    assert polnear.to_standoff(gone) == TIMM + OWNER + WITHOUT_SOURCE + without_note


def test_a_changed_source_is_a_stretch_of_its_own() -> None:
    changed = polnear.to_standoff(edited(read_article(), "a3", source=span("he")))
    event = stretch(22, "Source", *at("he")) + "E3\tAttribution:T6 Cue:T5 Content:T7 Source:T22\n"
    before, _ = ADDED.split("E3")
    assert changed == TIMM + before + event + OWNER + WITHOUT_SOURCE + REST


def test_a_changed_cue_takes_the_trigger_along() -> None:
    changed = polnear.to_standoff(edited(read_article(TIMM), "a1", cue=span("said Monday")))
    assert changed == (
        stretch(1, "Source", *at("Ole Timm"))
        + stretch(3, "Content", *at("“We are nearly done,”"))
        + stretch(5, "Cue", *at("said Monday"))
        + stretch(6, "Attribution", *at("said Monday"))
        + "E1\tAttribution:T6 Content:T3 Source:T1 Cue:T5\n"
    )


def test_without_source_the_trigger_says_so() -> None:
    changed = polnear.to_standoff(edited(read_article(TIMM), "a1", source=None, source_refs=()))
    assert "E1\tAttribution-no-source:T5 Content:T3 Cue:T2\n" in changed
    assert "\tSource " not in changed
    assert "T4\t" not in changed


def test_a_new_attribution_comes_last() -> None:
    document = read_article(TIMM)
    fresh = Attribution(id="a7", form=Form.INDIRECT, source=span("he"), content=span("Two weeks"))
    other = Attribution(id="x", form=Form.NO_COMMENT, cue=span("denied"))
    changed = polnear.to_standoff(replace(document, attributions=(*document.attributions, other, fresh)))
    assert changed == TIMM + (
        stretch(5, "Cue", *at("denied"))
        + stretch(6, "Attribution-no-source", *at("denied"))
        + "E8\tAttribution-no-source:T6 Cue:T5\n"
        + stretch(7, "Source", *at("he"))
        + stretch(8, "Content", *at("Two weeks"))
        + stretch(9, "Attribution", *at("Two weeks"))
        + "E7\tAttribution:T9 Source:T7 Content:T8\n"
    )


def test_an_attribution_that_lost_its_words_cannot_be_written() -> None:
    wordless = edited(read_article(TIMM), "a1", source=None, cue=None, content=None, form=Form.NO_COMMENT)
    with pytest.raises(DataError, match="attribution 'a1' has no source, cue or content, expected one of them"):
        polnear.to_standoff(wordless)


def test_zones_come_and_go() -> None:
    document = read_article(TIMM + stretch(21, "Discard", *at("Follow us"), *at("on the quay")))
    follow, quay = document.zones
    ((start, end),) = at("⛴️ Cafe\u0301 𝔽erry")
    title = Zone(kind=ZoneKind.BOILERPLATE, start=start, end=end)
    assert polnear.to_standoff(replace(document, zones=(follow,))) == TIMM + stretch(22, "Discard", *at("Follow us"))
    more = polnear.to_standoff(replace(document, zones=(title, follow, quay)))
    assert more == polnear.to_standoff(document) + stretch(22, "Discard", (start, end))
    assert polnear.to_standoff(replace(document, zones=())) == TIMM


def test_changed_metadata_are_written(tmp_path: Path) -> None:
    (document,) = polnear.read(folder(tmp_path / "in"))
    changed = replace(document, metadata=replace(document.metadata, title="Port"))
    elsewhere = replace(changed, id="s017-b", native={})
    polnear.write([changed, elsewhere], tmp_path / "out")
    _, first, second = (tmp_path / "out" / "metadata.tsv").read_text(encoding="utf-8").splitlines()
    assert first == ROW.format(name=NAME).replace('Ferry "stays" in port', "Port")
    assert second.split("\t")[1:8] == ["s017-b", "None", "None", "harbour-post", "2031-05-04", "None", "Port"]
    assert {d.id for d in polnear.read(tmp_path / "out")} == {document.id, "s017-b"}


@settings(max_examples=40)
@given(documents(doc_id="s001-a"))
def test_spans_of_any_document_come_back(document: Document) -> None:
    labels = ("source", "cue", "content")
    worded = tuple(a for a in document.attributions if any(label in labels for label, _ in a.spans()))
    document = replace(document, attributions=worded)
    once = polnear.to_standoff(document)
    again = polnear.from_standoff(document.require_text(), once, name=document.id, place="again")
    expected = [tuple(getattr(a, label) for label in labels) for a in document.attributions if a.content]
    assert [tuple(getattr(a, label) for label in labels) for a in again.attributions] == expected
    assert polnear.to_standoff(again) == once
    boilerplate = [zone for zone in document.zones if zone.kind is ZoneKind.BOILERPLATE]
    assert list(again.zones) == boilerplate


# --- What is refused ------------------------------------------------------------------------------------------------

(_START,), (_END,) = at("said")[0][:1], at("said")[0][1:]

WRONG: dict[str, tuple[str, str]] = {
    "no-line": ("nonsense\n", "article:6: found 'nonsense', expected a stretch"),
    "type": (stretch(30, "Frame", *at("said")), "article:6: found the type 'Frame', expected one of Source, Cue"),
    "words": (
        f"T30\tCue {_START} {_END}\tsays\n",
        f"article:6: found 'says', expected the words at '{_START} {_END}', and a line feed",
    ),
    "words-go-on": (f"T30\tCue {_START} {_END}\tsaid so\n", "article:6: found 'said', expected the words at"),
    "no-line-feed": (f"T30\tCue {_START} {_END}\tsaid", "article:6: found 'said', expected the words at"),
    "carriage-return": (f"T30\tCue {_START} {_END}\tsaid\r\n", "article:6: found 'said', expected the words at"),
    "beyond": ("T30\tCue 0 9999\tsaid\n", r"article:6: found the offsets \(0, 9999\), expected a stretch of the text's"),
    "backwards": (f"T30\tCue {_END} {_START}\tsaid\n", "article:6: found the offsets"),
    "empty": ("T30\tCue 5 5\t\n", r"article:6: found the offsets \(5, 5\)"),
    "negative": ("T30\tCue -5 5\tx\n", "article:6: found .*expected a stretch"),
    "huge": (f"T30\tCue 0 {'9' * 5000}\tx\n", "article:6: found .*expected a stretch"),
    "leading-zero": (f"T030\tCue {_START} {_END}\tsaid\n", "article:6: found .*expected a stretch"),
    "id-twice": (stretch(1, "Cue", *at("said")), "article:6: the id T1 is given twice"),
    "role": ("E2\tAttribution:T4 Speaker:T1\n", "article:6: found the role 'Speaker', expected Source, Cue, Content"),
    "no-argument": ("E2\tAttribution:T4 Source:T99\n", "article: E2 names T99, which does not exist"),
    "no-trigger": ("E2\tAttribution:T99 Source:T1\n", "article: E2 names T99, which does not exist"),
    "trigger": ("E2\tAttribution-no-source:T4 Source:T1\n", "article: E2 has the trigger Attribution-no-source:T4, expected"),
    "trigger-of-another-type": (
        "E2\tCue:T2 Source:T1\n",
        "article: E2 has the trigger Cue:T2, expected Attribution or Attribution-no",
    ),
    "discarded": (
        stretch(30, "Discard", *at("Follow")) + "E2\tAttribution:T4 Source:T30\n",
        "article: E2 names T30, which is to be discarded",
    ),
    "relation": ("R1\tsays Arg1:T1 Arg2:T2\n", "article:6: found .*expected a stretch"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_place(name: str) -> None:
    line, message = WRONG[name]
    with pytest.raises(DataError, match=message):
        read_article(TIMM + line)


def test_fragments_that_stand_for_more_than_memory_holds_are_refused_at_once() -> None:
    whole = f"0 {len(TEXT)}"
    with pytest.raises(DataError, match=r"article:1: found .*, expected the words at"):
        read_article(f"T1\tCue {';'.join([whole] * 1000)}\tx\n")
    with pytest.raises(DataError, match="article:1: found 20000 fragments, expected at most 1000"):
        read_article(f"T1\tCue {';'.join([whole] * 20_000)}\tx\n")


def test_events_that_share_long_stretches_are_read_in_linear_time() -> None:
    text = "a b " * 25_000
    event = stretch(1, "Content", (0, len(text) - 1), text=text) + stretch(2, "Attribution", (0, 1), text=text)
    events = "".join(f"E{number}\tAttribution:T2 Content:T1 Source:T1\n" for number in range(1, 2001))
    assert len(polnear.from_standoff(text, event + events, name="x", place="x").attributions) == 2000


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param("name\ttitle\n", "metadata.tsv:1: found 'name.*expected the columns compartment", id="columns"),
        pytest.param(TABLE + "train\tx\n", "metadata.tsv:3: found 2 values, expected 12", id="ragged"),
        pytest.param(TABLE + TABLE.split("\n")[1] + "\n", "metadata.tsv:3: the text .* is listed twice", id="twice"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, table: str, message: str) -> None:
    path = folder(tmp_path)
    (path / "metadata.tsv").write_text(table, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        list(polnear.read(path))


@pytest.mark.parametrize(
    "native",
    [
        pytest.param([], id="no-object"),
        pytest.param({"lines": 7}, id="no-lines"),
        pytest.param({"lines": [[]]}, id="empty-line"),
        pytest.param({"lines": [["T1", "Cue", [[0, 9999]]]]}, id="another-text"),
        pytest.param({"lines": [["T1", "Cue\t0 1\tx", [[0, 1]]]]}, id="line-in-a-line"),
        pytest.param({"lines": [["#1", "AnnotatorNotes T1\tx\nE1\tAttribution:T1 "]]}, id="lines-in-a-note"),
        pytest.param({"lines": [["E1", ["Attribution", "T1"], []]]}, id="missing-trigger"),
        pytest.param({"text": 7}, id="text"),
        pytest.param({"metadata": {"title": "x"}}, id="columns"),
        pytest.param({"metadata": dict.fromkeys(polnear.COLUMNS, 7)}, id="values"),
    ],
)
def test_native_from_elsewhere_is_checked(tmp_path: Path, native: Any) -> None:
    document = replace(read_article(), native={"polnear": native})
    with pytest.raises(DataError, match=f"{NAME}_4b22: native is not what reading PolNeAR leaves there"):
        polnear.write([document], tmp_path)
    assert not list(tmp_path.iterdir())


def test_native_that_stands_for_more_than_memory_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    document = read_article()
    monkeypatch.setattr(polnear, "MOST_BYTES", 50)
    with pytest.raises(DataError, match="native is not what reading PolNeAR leaves there"):
        polnear.to_standoff(document)


@pytest.mark.parametrize("name", ["../../x", "/tmp/x", ".hidden", "a/b", "x\x00", "", "a" * 300])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    native = read_article().native["polnear"]
    hostile = replace(read_article(), native={"polnear": {**native, "text": name, "annotator": name}})
    polnear.write([hostile], tmp_path / "in" / "here")
    assert set(contents(tmp_path)) == {f"in/here/text/{NAME}_4b22.txt", f"in/here/attributions/{NAME}_4b22.ann"}


def test_no_file_is_written_over_another(tmp_path: Path) -> None:
    document = read_article()
    text = TEXT + "More.\n"
    told: list[str] = []
    others = [
        replace(document, id="other"),
        replace(document, id="longer", text=text, sha256="0" * 64),
        replace(document, id="tab", metadata=Metadata(title="a\tb"), native={}),
        replace(document, id="wordless", attributions=(Attribution(id="a9", form=Form.NO_COMMENT),), native={}),
    ]
    polnear.write([document, *others], tmp_path, lambda error: told.append(str(error)))
    assert told == [
        f"other: would be written to {NAME}_4b22.ann, where {NAME}_4b22 already is",
        f"longer: its text would be written to {NAME}.txt, where another text already is",
        "tab: found 'a\\tb' in the metadata, expected no tab and no line feed",
        "wordless: attribution 'a9' has no source, cue or content, expected one of them",
    ]
    assert len(contents(tmp_path)) == 2


def test_a_broken_file_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    path = folder(tmp_path, annotators=("4b22", "5fec", "d473"))
    (path / "attributions" / f"{NAME}_5fec.ann").write_bytes(b"\xff")
    (path / "attributions" / "lost_d473.ann").write_bytes(b"")
    told: list[str] = []
    found = [d.native["polnear"]["annotator"] for d in polnear.FORMAT.read(path, broken=lambda error: told.append(str(error)))]
    assert found == ["4b22", "d473"]
    assert [message.split(": ")[0] for message in told] == [
        str(path / "attributions" / f"{NAME}_5fec.ann"),
        str(path / "text" / "lost.txt"),
    ]


def test_what_is_recognised(tmp_path: Path) -> None:
    path = folder(tmp_path / "data" / "dev")
    for known in (path, path.parent, path / "attributions" / f"{NAME}_4b22.ann"):
        assert polnear.FORMAT.recognises(known)
    for unknown in (tmp_path, path / "attributions", path / "text", path / "text" / f"{NAME}.txt"):
        assert not polnear.FORMAT.recognises(unknown)
    with pytest.raises(DataError, match=r"found no file, expected texts in text/ and annotations in attributions/\*\.ann"):
        list(polnear.read(tmp_path))


# --- Mutations ------------------------------------------------------------------------------------------------------


def mutated(content: bytes, generator: random.Random) -> bytes:
    """The content of a file with something wrong, or not, at a place by chance."""
    at, until = sorted(generator.choices(range(len(content)), k=2))
    lines = content.split(b"\n")
    line = generator.randrange(len(lines))
    values = [
        b"-1",
        b"0",
        b"9" * 5000,
        b"\x00",
        b"\xed\xa0\x80",
        b"../../x",
        b"\t",
        b"\n",
        b";",
        b"T1",
        b":" * 1000,
        b" Cue:T2" * 9999,
    ]
    ways: list[Callable[[], bytes]] = [
        lambda: content[:at],
        lambda: content[:at] + content[until:],
        lambda: content[:at] + generator.randbytes(3) + content[at:],
        lambda: content[:at] + generator.choice(values) + content[at:],
        lambda: b"\n".join(generator.sample(lines[:-1], len(lines) - 1)) + b"\n",
        lambda: b"\n".join(lines[:line] + lines[line + 1 :]),
        lambda: b"\n".join([*lines[:line], *[lines[line]] * 2, *lines[line + 1 :]]),
        lambda: re.sub(rb"\d+", generator.choice(values), content, count=generator.randint(1, 40)),
        lambda: content.replace(b"T%d" % generator.randint(1, 20), b"T%d" % generator.randint(1, 20), generator.randint(1, 3)),
        lambda: content.replace(generator.choice([b"Source", b"Cue", b"Content"]), b"Other", generator.randint(1, 2)),
    ]
    return generator.choice(ways)()


@pytest.mark.parametrize("mutant", ["ann", "txt", "tsv"])
def test_mutated_files_are_read_or_refused(tmp_path: Path, mutant: str) -> None:
    generator = random.Random(f"polnear {mutant}")
    path = folder(tmp_path / "in")
    (spoilt,) = path.rglob(f"*.{mutant}")
    original = spoilt.read_bytes()
    outcomes: Counter[str] = Counter()
    for number in range(200):
        spoilt.write_bytes(mutated(original, generator))
        out = tmp_path / "out" / str(number)
        try:
            polnear.write(polnear.read(path), out)
        except DataError as error:
            assert str(error).startswith(str(path))
            outcomes["refused"] += 1
        else:
            assert {k: v for k, v in contents(out).items() if not k.endswith("tsv")} == {
                k: v for k, v in contents(path).items() if not k.endswith("tsv")
            }
            outcomes["read"] += 1
    assert min(outcomes["refused"], outcomes["read"]) > 10, outcomes
    assert {file.name for file in tmp_path.iterdir()} == {"in", "out"}


# --- The corpus -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data(corpora: Path) -> Path:
    return corpora / "polnear" / "data"


def test_every_file_of_the_corpus_comes_back_byte_for_byte(data: Path) -> None:
    counts: dict[str, Counter[str]] = {}
    for split in ("train", "dev", "annotator-training"):
        found = counts[split] = Counter()
        for document in polnear.read(data / split):
            native = document.native["polnear"]
            stem = f"{native['text']}_{native['annotator']}"
            standoff, text = polnear.to_standoff(document), document.require_text()
            found["failures"] += standoff.encode() != (data / split / "attributions" / f"{stem}.ann").read_bytes()
            found["failures"] += text.encode() != (data / split / "text" / f"{native['text']}.txt").read_bytes()
            found["failures"] += native["metadata"]["publisher"] != document.metadata.outlet
            found["documents"] += 1
            found["lines"] += len(native["lines"])
            for layer in ("attributions", "sources", "zones", "tokens", "sentences"):
                found[layer] += len(getattr(document, layer))
            found.update(str(a.form) for a in document.attributions)
    assert counts["train"] == {
        "failures": 0,
        "documents": 919,
        "lines": 110555,
        "attributions": 22465,
        "sources": 14005,
        "zones": 518,
        "tokens": 859972,
        "sentences": 34589,
        "indirect": 16648,
        "direct": 3411,
        "mixed": 2406,
    }
    assert counts["dev"] == {
        "failures": 0,
        "documents": 94,
        "lines": 11415,
        "attributions": 2319,
        "sources": 1461,
        "zones": 34,
        "tokens": 89172,
        "sentences": 3630,
        "indirect": 1626,
        "direct": 414,
        "mixed": 279,
    }
    assert counts["annotator-training"] == {
        "failures": 0,
        "documents": 24,
        "lines": 1627,
        "attributions": 322,
        "sources": 212,
        "zones": 14,
        "tokens": 19266,
        "sentences": 768,
        "indirect": 188,
        "direct": 93,
        "mixed": 41,
    }


def test_the_corpus_fits_the_annotation_schema(data: Path) -> None:
    validator = jsonschema_rs.validator_for(read_json(data_root() / "schema" / "annotation.schema.json"))
    for document in polnear.read(data / "dev"):
        validator.validate(record_of(document))
        assert all(mentions(document, source) for source in document.sources)


def test_a_folder_of_the_corpus_comes_back(data: Path, tmp_path: Path) -> None:
    polnear.write(polnear.read(data / "dev"), tmp_path)
    written = contents(tmp_path)
    table = written.pop("metadata.tsv").decode().splitlines()
    assert written == contents(data / "dev")
    assert len(table) == 1 + 84
    assert set(table) <= set((data / "metadata.tsv").read_text(encoding="utf-8").splitlines())


def test_agreement_of_the_six_annotators(data: Path) -> None:
    found = polnear.annotators(data / "annotator-training")
    assert {annotator: len(own) for annotator, own in found.items()} == dict.fromkeys(
        ("4b22", "4e07", "5fec", "6b86", "d473", "ef2d"), 4
    )
    result = agreement(list(found.values()))
    assert (result.annotators, result.documents) == (6, 4)
    assert {split: len(next(iter(polnear.annotators(data / split).values()))) for split in ("train", "dev")} == {
        "train": 15,
        "dev": 2,
    }
