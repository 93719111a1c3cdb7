"""The GQA format: lossless both ways, right after edits, clear about what is wrong. The example texts are invented."""

from __future__ import annotations

import copy
import doctest
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrib_bench.document import Attribution, DataError, Document, Form, Kind, Span, mentions
from attrib_bench.files import data_root, read_json
from attrib_bench.formats import gqa
from attrib_bench.records import record_of

Record = dict[str, Any]
Ranges = list[tuple[int, int]]

NAME = "4711 - Fähre „Möwe“: Werft vertagt den Stapellauf (2019-03-08)"
TEXT = (
    "Die Werft teilte mit, Ole Timm habe gesagt, die Fähre sei „fast fertig“. \n"
    "Nach Angaben der Werft kam der Rumpf an.\n\n"
    "Er freue sich."
)
_SEPARATED = """\
Die Werft teilte mit , Ole Timm habe gesagt , die Fähre sei „ fast fertig “ .
Nach Angaben der Werft kam der Rumpf an .
Er freue sich ."""
SENTENCES = [line.split() for line in _SEPARATED.split("\n")]  # tokens 0 to 17, 18 to 26, 27 to 30


def role(tokens: list[Record], *ranges: tuple[int, int]) -> Record:
    """A role as GQA writes it, put together from its token ranges."""
    spans = [{"begin": b, "charBegin": tokens[b]["charBegin"], "charEnd": tokens[e - 1]["charEnd"], "end": e} for b, e in ranges]
    words = " ".join(TEXT[span["charBegin"] : span["charEnd"]] for span in spans)
    return {"spans": spans, "text": words, "tokenIds": [i for b, e in ranges for i in range(b, e)]}


def annotation(
    number: int, *, quote: Ranges, nested: tuple[bool, bool] = (False, False), kind: str = "Indirect", **roles: Ranges
) -> Record:
    """An annotation of the example, `nested` being isNested and hasNested."""
    others = {name: role(TOKENS, *roles.get(name, [])) for name in ("addressee", "cue", "frame", "speaker")}
    flags = {"isNested": nested[0], "hasNested": nested[1]}
    return {**others, **flags, "quote": role(TOKENS, *quote), "id": number, "medium": "Speech", "type": kind}


def _tokens_and_sentences() -> tuple[list[Record], list[Record]]:
    tokens: list[Record] = []
    sentences: list[Record] = []
    at = 0
    for number, words in enumerate(SENTENCES):
        begin = len(tokens)
        for position, word in enumerate(words, 1):
            start = TEXT.index(word, at)
            at = start + len(word)
            place = {"charBegin": start, "charEnd": at, "id": len(tokens)}
            tokens.append({**place, "sentence": number + 1, "text": word, "word": position})
        sentences.append(
            {
                "begin": begin,
                "charBegin": tokens[begin]["charBegin"],
                "charEnd": at,
                "end": len(tokens),
                "id": number,
                "text": TEXT[tokens[begin]["charBegin"] : at] + (" " if number == 0 else ""),
                "tokenIds": list(range(begin, len(tokens))),
                "tokens": words,
            }
        )
    return tokens, sentences


TOKENS, SENTENCE_RECORDS = _tokens_and_sentences()

CHAIN = [
    # "Die Werft teilte mit, [Ole Timm habe gesagt, [die Fähre sei [„fast fertig“]]]": Timm through the yard, then his own words
    annotation(0, quote=[(5, 17)], speaker=[(0, 2)], cue=[(2, 4)], frame=[(0, 5), (17, 18)], nested=(False, True)),
    annotation(1, quote=[(10, 17)], speaker=[(5, 7)], cue=[(7, 9)], nested=(True, True)),
    annotation(2, quote=[(13, 17)], speaker=[(5, 7)], cue=[(7, 9)], kind="Direct", nested=(True, False)),
    annotation(3, quote=[(22, 26)], speaker=[(20, 22)], cue=[(18, 20)]),
    annotation(4, quote=[(27, 31)], speaker=[(20, 22)], kind="FreeIndirect"),
]


def example(*annotations: Record) -> Record:
    record = {"documentName": NAME, "originalText": TEXT, "sentences": SENTENCE_RECORDS, "tokens": TOKENS}
    return copy.deepcopy({"annotations": list(annotations or CHAIN), **record})


def read_example(*annotations: Record) -> Document:
    return gqa.from_record(example(*annotations), place="example")


def words(document: Document, span: Span | None) -> str | None:
    return None if span is None else span.surface(document.require_text())


# --- Into the model -------------------------------------------------------------------------------------------------


def test_an_annotation_becomes_an_attribution() -> None:
    document = read_example()
    first, *_, fourth, fifth = document.attributions
    assert [words(document, span) for span in (first.source, first.cue, first.content, first.addressee)] == [
        "Die Werft",
        "teilte mit",
        "Ole Timm habe gesagt, die Fähre sei „fast fertig“",
        None,
    ]
    assert first.content == Span(((22, 71),))
    assert [a.form for a in document.attributions] == [
        Form.INDIRECT,
        Form.INDIRECT,
        Form.DIRECT,
        Form.INDIRECT,
        Form.FREE_INDIRECT,
    ]
    assert fourth.source == fifth.source
    assert fifth.cue is None


def test_document_facts() -> None:
    document = read_example()
    assert (document.id, document.collection, document.n_chars) == ("gqa-4711", "gqa", len(TEXT))
    metadata = document.metadata
    assert (metadata.story_id, metadata.title) == ("gqa-4711", "Fähre „Möwe“: Werft vertagt den Stapellauf")
    assert metadata.date == "2019-03-08"
    assert gqa.document_name(document) == NAME
    assert [TEXT[start:end] for start, end in document.tokens] == [word for sentence in SENTENCES for word in sentence]
    assert document.sentences == ((0, 18), (18, 27), (27, 31))


def test_each_distinct_speaker_string_is_a_source() -> None:
    document = read_example()
    assert [(source.id, source.name) for source in document.sources] == [
        ("e1", "Die Werft"),
        ("e2", "Ole Timm"),
        ("e3", "der Werft"),
    ]
    assert {source.kind for source in document.sources} == {Kind.UNSPECIFIED}
    assert [a.source_refs for a in document.attributions] == [("e1",), ("e2",), ("e2",), ("e3",), ("e3",)]


def test_a_discontinuous_speaker_names_its_source_once_a_fragment() -> None:
    document = read_example(annotation(0, quote=[(10, 17)], speaker=[(0, 2), (5, 7)]))
    (attribution,), (source,) = document.attributions, document.sources
    assert (source.name, attribution.source_refs) == ("Die Werft … Ole Timm", ("e1", "e1"))
    assert mentions(document, source) == ((0, 9), (22, 30))


@pytest.mark.parametrize(
    ("annotations", "parents"),
    [
        pytest.param(CHAIN, [None, "a0", "a0", None, None], id="own words in a report in a report"),
        pytest.param(
            [CHAIN[0], annotation(1, quote=[(10, 17)], speaker=[(0, 2)], nested=(True, False))], [None, None], id="same speaker"
        ),
        pytest.param(
            [CHAIN[0], annotation(1, quote=[(10, 17)], speaker=[(20, 22)], nested=(True, False))],
            [None, None],
            id="speaker outside",
        ),
        pytest.param(
            [CHAIN[0], annotation(1, quote=[(10, 17)], cue=[(7, 9)], nested=(True, False))], [None, None], id="no speaker"
        ),
        pytest.param(
            [
                annotation(0, quote=[(5, 17)], speaker=[(0, 2)], nested=(True, True)),
                annotation(1, quote=[(5, 17)], speaker=[(5, 7)], nested=(True, True)),
            ],
            [None, None],
            id="same quote twice",
        ),
    ],
)
def test_parent_is_set_for_embedded_attributions_only(annotations: list[Record], parents: list[str | None]) -> None:
    assert [a.parent for a in read_example(*annotations).attributions] == parents


@pytest.mark.parametrize(
    ("name", "doc_id"),
    [
        ("15510 - Bilanz (2005-11-04)", "gqa-15510"),
        ("007 - Agent (2005-11-04)", "gqa-007"),
        ("s001-a", "s001-a"),
        ("15510 – mit Gedankenstrich", "gqa-5664cdfca50d"),
        ("Äpfel", "gqa-ebf2411bebda"),
    ],
)
def test_document_id(name: str, doc_id: str) -> None:
    assert gqa.document_id(name) == doc_id


# --- And back -------------------------------------------------------------------------------------------------------


def test_native_keeps_only_what_the_model_lacks() -> None:
    assert read_example().native == {
        "gqa": {
            "documentName": NAME,
            "annotations": {
                "a0": {"medium": "Speech", "frame": [[0, 5], [17, 18]]},
                "a1": {"medium": "Speech"},
                "a2": {"medium": "Speech"},
                "a3": {"medium": "Speech"},
                "a4": {"medium": "Speech", "type": "FreeIndirect"},
            },
        }
    }


IRREGULAR = {
    "unsorted": annotation(0, quote=[(10, 17)], speaker=[(5, 7), (0, 2)]),
    "repeated": annotation(0, quote=[(10, 17)], frame=[(0, 9), (3, 4)]),
    "repeated quote": annotation(0, quote=[(10, 17), (12, 13)]),
    "cut between neighbours": annotation(0, quote=[(10, 14), (14, 17)]),
    "isNested without a quote around it": annotation(0, quote=[(10, 17)], nested=(True, False)),
    "hasNested without a quote inside": annotation(0, quote=[(10, 17)], nested=(False, True)),
    "numbered from 7": annotation(7, quote=[(10, 17)]),
}


@pytest.mark.parametrize("irregular", [pytest.param(value, id=name) for name, value in IRREGULAR.items()])
def test_what_is_irregular_comes_back(irregular: Record) -> None:
    assert gqa.to_record(read_example(irregular)) == example(irregular)


def test_an_irregular_sentence_text_comes_back() -> None:
    record = example()
    record["sentences"][1]["text"] += "  \n"
    assert gqa.to_record(gqa.from_record(record, place="example")) == record


def test_keys_are_written_in_order() -> None:
    record = gqa.to_record(read_example())
    assert json.dumps(record) == json.dumps(record, sort_keys=True)


ranges = st.lists(st.integers(0, 30).flatmap(lambda b: st.tuples(st.just(b), st.integers(b + 1, 31))), max_size=3)
annotations = st.builds(
    annotation,
    st.just(0),
    quote=ranges.filter(bool),
    speaker=ranges,
    cue=ranges,
    frame=ranges,
    addressee=ranges,
    nested=st.tuples(st.booleans(), st.booleans()),
    kind=st.sampled_from(sorted(gqa.TYPES)),
)


@given(st.lists(annotations, max_size=4))
def test_any_record_comes_back(drawn: list[Record]) -> None:
    record = example() | {"annotations": [one | {"id": number} for number, one in enumerate(drawn)]}
    assert gqa.to_record(gqa.from_record(record, place="example")) == record


def edited(document: Document, attribution_id: str, **changes: Any) -> Document:
    attributions = tuple(replace(a, **changes) if a.id == attribution_id else a for a in document.attributions)
    return replace(document, attributions=attributions)


def test_an_edited_content_is_written_with_its_own_tokens() -> None:
    start = TEXT.index("Rumpf")
    written = gqa.to_record(edited(read_example(), "a3", content=Span(((start, start + 8),))))["annotations"][3]
    assert written["quote"] == {
        "spans": [{"begin": 24, "charBegin": start, "charEnd": start + 8, "end": 26}],
        "text": "Rumpf an",
        "tokenIds": [24, 25],
    }
    assert (written["speaker"], written["medium"]) == (CHAIN[3]["speaker"], "Speech")


def test_an_edited_span_is_widened_to_whole_tokens() -> None:
    start = TEXT.index("Rumpf")
    written = gqa.to_record(edited(read_example(), "a3", content=Span(((start + 2, start + 4),))))["annotations"][3]
    assert (written["quote"]["text"], written["quote"]["tokenIds"]) == ("Rumpf", [24])


def test_an_edited_irregular_span_is_written_regularly() -> None:
    document = read_example(IRREGULAR["unsorted"])
    written = gqa.to_record(edited(document, "a0", source=Span(((0, 9),))))["annotations"][0]
    assert written["speaker"] == role(TOKENS, (0, 2))


def test_nesting_follows_the_contents() -> None:
    document = edited(read_example(), "a0", content=Span(((22, 30),)))  # no longer around a1 and a2
    flags = [(a["isNested"], a["hasNested"]) for a in gqa.to_record(document)["annotations"]]
    assert flags == [(False, False), (False, True), (True, False), (False, False), (False, False)]


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Form.FREE_INDIRECT, "FreeIndirect"),
        (Form.DIRECT, "Direct"),
        (Form.REPORTED, "Reported"),
        (Form.MIXED, "Indirect"),
        (Form.NO_COMMENT, "Reported"),
    ],
)
def test_the_type_follows_the_form(form: Form, written: str) -> None:
    assert gqa.to_record(edited(read_example(), "a4", form=form))["annotations"][4]["type"] == written


def test_removed_and_added_attributions() -> None:
    document = read_example()
    start = TEXT.index("Er freue")
    added = Attribution(
        id="neu", form=Form.FREE_INDIRECT, source=Span(((start, start + 2),)), content=Span(((start + 3, start + 8),))
    )
    document = replace(document, attributions=(added, *document.attributions[1:4]))
    written = gqa.to_record(document)["annotations"]
    assert [a["id"] for a in written] == [4, 1, 2, 3]
    assert (written[0]["quote"]["text"], written[0]["speaker"]["text"]) == ("freue", "Er")
    assert (written[0]["type"], written[0]["medium"], written[0]["frame"]) == ("IndirectFreeIndirect", "none", role(TOKENS))
    assert written[1] == CHAIN[1] | {"isNested": False}


def test_a_document_from_elsewhere() -> None:
    document = replace(read_example(), id="s001-a", native={})
    record = gqa.to_record(document)
    assert (record["documentName"], {a["medium"] for a in record["annotations"]}) == ("s001-a", {"none"})
    assert gqa.from_record(record, place="example").id == "s001-a"


BLANK = Attribution(id="x", form=Form.DIRECT, content=Span(((0, 3),)), source=Span(((3, 4),)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"text": None}, "hydrate it first", id="no text"),
        pytest.param({"tokens": (), "sentences": ()}, "found no tokens", id="no tokens"),
        pytest.param({"attributions": (Attribution(id="x", form=Form.NO_COMMENT),)}, "'x' has no content", id="no content"),
        pytest.param({"attributions": (BLANK,)}, "the source of attribution 'x' covers no token", id="a span without tokens"),
        pytest.param({"tokens": ((0, 3), (4, 9)), "sentences": ((0, 2),)}, "covers no token|native belongs to", id="other tokens"),
    ],
)
def test_what_cannot_be_written(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=f"gqa-4711: .*({message})"):
        gqa.to_record(replace(read_example(), **change))


# --- Files ----------------------------------------------------------------------------------------------------------


def test_both_layouts_and_folders(tmp_path: Path) -> None:
    other = example() | {"documentName": "12 - Kürzer (2019-03-09)"}
    (tmp_path / "b.json").write_text(json.dumps(example(), indent=4), encoding="utf-8")
    (tmp_path / "a.jsonl").write_bytes(json.dumps(other).encode() + b"\r\n\r\n")
    (tmp_path / "README.md").write_text("keine Daten", encoding="utf-8")
    documents = list(gqa.read(tmp_path))
    assert [document.id for document in documents] == ["gqa-12", "gqa-4711"]
    gqa.write(documents, tmp_path / "out" / "both.jsonl")
    lines = (tmp_path / "out" / "both.jsonl").read_bytes().decode().split("\n")
    assert [json.loads(line) for line in lines[:-1]] == [other, example()]


def test_reading_is_lazy(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(example()) + "\n{kaputt\n", encoding="utf-8")
    documents = gqa.read(tmp_path / "a.jsonl")
    assert next(documents).id == "gqa-4711"
    with pytest.raises(DataError, match=r"a\.jsonl:2: line 1, column 2: .*expected JSON"):
        next(documents)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param(
            "a.jsonl",
            json.dumps(example()) + "\n" + json.dumps(example()),
            r"a\.jsonl:2: .* already read from .*:1",
            id="twice",
        ),
        pytest.param("a.jsonl", json.dumps(example())[:-9], r"a\.jsonl:1: line 1, column \d+: .*expected JSON", id="cut off"),
        pytest.param("a.json", "", r"a\.json: line 1, column 1: .*expected JSON", id="empty"),
        pytest.param("a.json", "[1]", r"a\.json: /: found \[1\], expected an object", id="a list"),
        pytest.param("a.txt", "", r"a\.txt: expected a folder, or a file that ends in", id="another suffix"),
    ],
)
def test_wrong_files(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        list(gqa.read(tmp_path / name))


def test_missing_files_and_empty_folders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found no file, expected documents"):
        list(gqa.read(tmp_path))
    for name in ("fehlt.json", "fehlt.jsonl"):
        with pytest.raises(DataError, match=f"{name}: cannot be read: No such file"):
            list(gqa.read(tmp_path / name))


# --- Malformed records ----------------------------------------------------------------------------------------------


def put(*path: str | int, value: Any) -> Callable[[Record], None]:
    def change(record: Any) -> None:
        for step in path[:-1]:
            record = record[step]
        record[path[-1]] = value

    return change


def drop(*path: str | int) -> Callable[[Record], None]:
    def change(record: Any) -> None:
        for step in path[:-1]:
            record = record[step]
        del record[path[-1]]

    return change


A1 = ("annotations", 1)
MALFORMED: dict[str, tuple[Callable[[Record], None], str]] = {
    "no tokens": (drop("tokens"), r"/: found the keys \['annotations', .*\], expected \['annotations', .*'tokens'\]"),
    "no quote": (drop(*A1, "quote"), r"/annotations/1: found the keys"),
    "unknown key": (put(*A1, "confidence", value=1), r"/annotations/1: found the keys"),
    "no token text": (drop("tokens", 3, "text"), r"/tokens/3: found the keys"),
    "name is a number": (put("documentName", value=4711), r"/documentName: found 4711, expected a string"),
    "text is null": (put("originalText", value=None), r"/originalText: found None, expected a string"),
    "annotations is an object": (put("annotations", value={}), r"/annotations: found \{\}, expected a list"),
    "role is a list": (put(*A1, "addressee", value=[]), r"/annotations/1/addressee: found \[\], expected an object"),
    "id is text": (put(*A1, "id", value="1"), r"/annotations/1/id: found '1', expected a whole number"),
    "id is true": (put(*A1, "id", value=True), r"/annotations/1/id: found True, expected a whole number"),
    "id is negative": (put(*A1, "id", value=-1), r"/annotations/1/id: found -1"),
    "id twice": (put(*A1, "id", value=0), r"/annotations: the id 0 is used 2 times"),
    "flag is a number": (put(*A1, "isNested", value=1), r"/annotations/1/isNested: found 1, expected true or false"),
    "unknown type": (put(*A1, "type", value="direct"), r"/annotations/1/type: found 'direct', expected one of Direct, Indirect, "),
    "unknown medium": (put(*A1, "medium", value="Radio"), r"/annotations/1/medium: found 'Radio', expected one of Speech, Thought"),
    "empty quote": (
        put(*A1, "quote", value={"spans": [], "text": "", "tokenIds": []}),
        r"/annotations/1/quote: found no tokens, expected a quotation",
    ),
    "token id is a fraction": (put(*A1, "quote", "tokenIds", 0, value=10.0), r"/annotations/1/quote/tokenIds/0: found 10\.0"),
    "span beyond the end": (
        put(*A1, "quote", "spans", 0, "end", value=99),
        r"/annotations/1/quote/spans/0: found the tokens \[10, 99\)",
    ),
    "span backwards": (put(*A1, "cue", "spans", 0, "end", value=7), r"/annotations/1/cue/spans/0: found the tokens \[7, 7\)"),
    "ids against spans": (
        put(*A1, "quote", "tokenIds", value=[10, 11]),
        r"/annotations/1/quote/tokenIds: found \[10, 11\], expected",
    ),
    "offset against tokens": (
        put(*A1, "quote", "spans", 0, "charEnd", value=70),
        r"/annotations/1/quote/spans/0/charEnd: found 70, expected 71",
    ),
    "quote text": (put(*A1, "quote", "text", value="anders"), r"/annotations/1/quote/text: found 'anders', expected 'die Fähre"),
    "token id": (put("tokens", 3, "id", value=4), r"/tokens/3/id: found 4, expected 3"),
    "token word": (put("tokens", 3, "text", value="ab"), r"/tokens/3/text: found 'ab', expected the word at \[17, 20\), 'mit'"),
    "token offsets": (put("tokens", 3, "charBegin", value=12), r"/tokens/3: found \[12, 20\), expected a stretch between 16"),
    "token beyond the text": (put("tokens", 30, "charEnd", value=999), r"/tokens/30: found \[\d+, 999\)"),
    "token's sentence": (put("tokens", 3, "sentence", value=2), r"/tokens/3/sentence: found 2, expected 1"),
    "token's position": (put("tokens", 3, "word", value=1), r"/tokens/3/word: found 1, expected 4"),
    "sentences overlap": (put("sentences", 1, "begin", value=17), r"/sentences/1: found the tokens \[17, 27\)"),
    "sentence is missing": (drop("sentences", 2), r"/sentences: they end at token 27, expected 31"),
    "sentence's tokens": (put("sentences", 1, "tokens", 0, value="nach"), r"/sentences/1/tokens/0: found 'nach', expected 'Nach'"),
    "sentence's offset": (put("sentences", 1, "charBegin", value=70), r"/sentences/1/charBegin: found 70, expected 74"),
    "another text": (put("originalText", value=TEXT.replace("Werft", "WERFT")), r"/tokens/1/text: found 'Werft'"),
    "half a character": (put("originalText", value=TEXT + "\ud83d"), r"/originalText: found the lone surrogate '\\ud83d'"),
}


@pytest.mark.parametrize(("change", "message"), [pytest.param(*case, id=name) for name, case in MALFORMED.items()])
def test_malformed_records_name_the_place(change: Callable[[Record], None], message: str) -> None:
    record = example()
    change(record)
    with pytest.raises(DataError, match=f"^dev.jsonl:3: {message}"):
        gqa.from_record(record, place="dev.jsonl:3")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 40) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        steps = list(value.items())
    elif isinstance(value, list):
        steps = list(enumerate(value))
    return [found for step, part in steps for found in ((*path, step), *_places(part, (*path, step)))]


@settings(max_examples=400)
@given(st.sampled_from(_places(example(*CHAIN[:2]))), json_values)
def test_whatever_stands_anywhere_is_read_exactly_or_refused(place: tuple[str | int, ...], value: Any) -> None:
    record = example(*CHAIN[:2])
    put(*place, value=value)(record)
    try:
        document = gqa.from_record(record, place="example")
    except DataError as error:
        assert str(error).startswith("example: ")
    else:
        assert gqa.to_record(document) == record


# --- Quotations and prediction files --------------------------------------------------------------------------------


def test_roles_of_a_document() -> None:
    first, *_, last = gqa.roles(read_example())
    assert first == gqa.Roles(
        quote=tuple(range(5, 17)),
        speaker=(0, 1),
        cue=(2, 3),
        frame=(0, 1, 2, 3, 4, 17),
        addressee=(),
        type="Indirect",
        medium="Speech",
    )
    assert last == gqa.Roles((27, 28, 29, 30), (20, 21), (), (), (), "FreeIndirect", "Speech")


def test_roles_of_a_system_have_no_frame_and_no_medium() -> None:
    first, *_ = gqa.roles(replace(read_example(), native={}))
    assert (first.frame, first.medium) == ((), "none")


def test_roles_leave_out_what_has_no_content() -> None:
    assert gqa.roles(edited(read_example(CHAIN[3]), "a3", content=None, form=Form.NO_COMMENT)) == []


def quotation(**changes: Any) -> Record:
    return {"quote": {"tokenIds": [3, 1, 3]}, "type": "Direct", "medium": "SW", **changes}


def predictions(tmp_path: Path, *lines: object) -> list[tuple[int, str, list[gqa.Roles]]]:
    path = tmp_path / "predictions.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return list(gqa.read_predictions(path))


@pytest.mark.parametrize("none", [{}, {"speaker": None}, {"speaker": []}, {"speaker": {"tokenIds": []}}], ids=str)
def test_a_role_may_be_missing(tmp_path: Path, none: Record) -> None:
    found = predictions(tmp_path, {"documentName": NAME, "annotations": [quotation(**none)], "system": "x"})
    assert found == [(1, NAME, [gqa.Roles((1, 3), (), (), (), (), "Direct", "SW")])]


def test_a_corpus_file_is_a_prediction_file(tmp_path: Path) -> None:
    assert predictions(tmp_path, example()) == [(1, NAME, gqa.roles(read_example()))]


WRONG_QUOTATIONS: dict[str, tuple[object, str]] = {
    "a number": (7, ": found 7, expected an object with the key 'quote'"),
    "no quote": ({"type": "Direct", "medium": "SW"}, ": the key 'quote' is missing"),
    "quote is null": (quotation(quote=None), "/quote: found None, expected an object"),
    "quote is a list": (quotation(quote=[1]), r"/quote: found \[1\], expected an object"),
    "quote without ids": (quotation(quote={}), "/quote: the key 'tokenIds' is missing"),
    "empty quote": (quotation(quote={"tokenIds": []}), "/quote/tokenIds: found no tokens"),
    "ids are text": (quotation(quote={"tokenIds": "1 2"}), "/quote/tokenIds: found '1 2', expected a list"),
    "an id is text": (quotation(quote={"tokenIds": [1, "2"]}), "/quote/tokenIds/1: found '2', expected a token id"),
    "an id is a fraction": (quotation(quote={"tokenIds": [1.5]}), r"/quote/tokenIds/0: found 1\.5"),
    "an id is true": (quotation(quote={"tokenIds": [True]}), "/quote/tokenIds/0: found True"),
    "an id is negative": (quotation(quote={"tokenIds": [-1]}), "/quote/tokenIds/0: found -1"),
    "an id is a list": (quotation(quote={"tokenIds": [[1]]}), r"/quote/tokenIds/0: found \[1\]"),
    "a role is text": (quotation(cue="sagte"), "/cue: found 'sagte', expected an object with the key 'tokenIds'"),
    "a role is false": (quotation(cue=False), "/cue: found False, expected an object"),
    "a role without ids": (quotation(frame={"ids": [1]}), "/frame: the key 'tokenIds' is missing"),
    "a role's id": (quotation(speaker={"tokenIds": [None]}), "/speaker/tokenIds/0: found None"),
    "no type": ({"quote": {"tokenIds": [1]}, "medium": "SW"}, ": the key 'type' is missing"),
    "unknown type": (quotation(type="Mixed"), "/type: found 'Mixed', expected one of Direct, Indirect, FreeIndirect, "),
    "type is null": (quotation(type=None), "/type: found None, expected a string"),
    "unknown medium": (quotation(medium=""), "/medium: found '', expected one of Speech, Thought, Writing, ST, SW, TW, none"),
    "no medium": ({"quote": {"tokenIds": [1]}, "type": "Direct"}, ": the key 'medium' is missing"),
}


@pytest.mark.parametrize(("wrong", "message"), [pytest.param(*case, id=name) for name, case in WRONG_QUOTATIONS.items()])
def test_wrong_quotations_name_line_and_pointer(tmp_path: Path, wrong: object, message: str) -> None:
    lines = {"documentName": "a", "annotations": []}, {"documentName": "b", "annotations": [quotation(), wrong]}
    with pytest.raises(DataError, match=rf"predictions\.jsonl:2: /annotations/1{message}"):
        predictions(tmp_path, *lines)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ([], r"/: found \[\], expected an object with the key 'documentName'"),
        ({"annotations": []}, "/: the key 'documentName' is missing"),
        ({"documentName": "a"}, "/: the key 'annotations' is missing"),
        ({"documentName": 1, "annotations": []}, "/documentName: found 1, expected a string"),
        ({"documentName": "a", "annotations": {}}, r"/annotations: found \{\}, expected a list"),
        ({"documentName": "zuerst", "annotations": []}, "/documentName: 'zuerst' stands already in line 1"),
    ],
)
def test_wrong_prediction_lines(tmp_path: Path, line: object, message: str) -> None:
    with pytest.raises(DataError, match=rf"predictions\.jsonl:2: {message}"):
        predictions(tmp_path, {"documentName": "zuerst", "annotations": []}, line)


def test_a_prediction_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        list(gqa.read_predictions(tmp_path / "fehlt.jsonl"))


# --- The corpus itself ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def corpus(corpora: Path) -> dict[str, list[Document]]:
    return {split: list(gqa.read(corpora / "gqa" / "data" / f"{split}.jsonl")) for split in ("train", "dev")}


@pytest.mark.parametrize("split", ["train", "dev"])
def test_the_corpus_comes_back_byte_for_byte(corpora: Path, corpus: dict[str, list[Document]], tmp_path: Path, split: str) -> None:
    gqa.write(corpus[split], tmp_path / "written.jsonl")
    assert (tmp_path / "written.jsonl").read_bytes() == (corpora / "gqa" / "data" / f"{split}.jsonl").read_bytes()


def test_the_pretty_layout_comes_back(corpora: Path) -> None:
    folder = corpora / "gqa" / "sample" / "dev"
    documents = list(gqa.read(folder))
    assert [gqa.to_record(document) for document in documents] == [read_json(path) for path in sorted(folder.iterdir())]
    assert len(documents) == 12
    assert [gqa.document_name(d) for d in documents] == [
        path.name.removesuffix(".pretty.json") for path in sorted(folder.iterdir())
    ]


def test_counts_of_the_corpus(corpus: dict[str, list[Document]]) -> None:
    documents = [*corpus["train"], *corpus["dev"]]
    attributions = [a for document in documents for a in document.attributions]
    assert (len(corpus["train"]), len(corpus["dev"]), len({document.id for document in documents})) == (700, 150, 850)
    assert [corpus[split][at].id for split in ("train", "dev") for at in (0, -1)] == [
        "gqa-10022",
        "gqa-9996",
        "gqa-11059",
        "gqa-9686",
    ]
    assert sum(len(document.tokens) for document in documents) == 210_076
    assert sum(len(document.sentences) for document in documents) == 11_220
    assert Counter(str(a.form) for a in attributions) == {"indirect": 1876, "direct": 740, "free_indirect": 526, "reported": 388}
    assert sum(a.parent is not None for a in attributions) == 58
    assert Counter(label for a in attributions for label, _ in a.spans()) == {
        "content": 3530,
        "source": 3304,
        "cue": 2456,
        "addressee": 290,
    }
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", document.metadata.date) for document in documents)


def test_what_native_keeps_of_the_corpus(corpus: dict[str, list[Document]]) -> None:
    natives = [document.native["gqa"] for documents in corpus.values() for document in documents]
    assert {key for native in natives for key in native} == {"documentName", "annotations"}
    kept = [one for native in natives for one in native["annotations"].values()]
    assert Counter(key for one in kept for key in one) == {
        "medium": 3530,
        "frame": 2545,
        "type": 146,
        "ranges": 28,
        "hasNested": 5,
        "isNested": 2,
    }
    assert Counter(name for one in kept for name in one.get("ranges", ())) == {"quote": 24, "speaker": 2, "cue": 2}


def test_the_corpus_fits_the_annotation_schema(corpus: dict[str, list[Document]]) -> None:
    validator = jsonschema_rs.validator_for(read_json(data_root() / "schema" / "annotation.schema.json"))
    for documents in corpus.values():
        for document in documents:
            validator.validate(record_of(document))
            for source in document.sources:
                assert mentions(document, source)


def test_the_example_in_the_docs(corpora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "corpora").symlink_to(corpora)
    monkeypatch.chdir(tmp_path)
    failed, attempted = doctest.testfile(str(Path(__file__).parents[1] / "docs" / "corpora.md"), module_relative=False)
    assert (failed, attempted > 5) == (0, True)


def test_prediction_files_of_the_oracle(oracles: Path, corpus: dict[str, list[Document]]) -> None:
    folder = oracles / "gqa_official"
    counts = {p.stem: sum(len(found) for *_, found in gqa.read_predictions(p)) for p in sorted(folder.glob("*.jsonl"))}
    assert counts == {
        "add50": 801,
        "drop30": 468,
        "dropdocs": 508,
        "identity": 653,
        "mixed_a": 704,
        "mixed_b": 564,
        "mixed_c": 590,
        "roledrop40": 653,
        "shift50": 653,
        "split30": 831,
        "swap": 653,
        "types": 653,
    }
    gold = {gqa.document_name(document): gqa.roles(document) for document in corpus["dev"]}
    assert {name: found for _, name, found in gqa.read_predictions(folder / "identity.jsonl")} == gold
