"""The validator's parts by small cases: texts, records, predictions, near-duplicates, and the table of codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrib_bench import corpus
from attrib_bench.document import Document
from attrib_bench.files import data_root, read_json
from attrib_bench.schema import CODES, Problem, check_prediction, check_record, check_text, near_duplicates, validate

ROOT = Path(__file__).resolve().parents[1]

TEXT = "Am Kai\n\nDer Lotse sagt, die Ebbe komme.\n"


def annotation(**layers: object) -> dict[str, Any]:
    empty: dict[str, Any] = {"zones": [], "sources": [], "attributions": [], "hedges": [], "rejected_triggers": []}
    return {"doc_id": "d1", "collection": "core", "text_sha256": "0" * 64} | empty | layers


def codes(problems: list[Problem]) -> list[str]:
    return [f"{problem.code} {problem.pointer}" for problem in problems]


def test_problem_reads_as_one_line() -> None:
    problem = Problem("S003", "annotations/core/s1-a.json", "/attributions/3/cue/0/1", "4.5", "a whole number")
    assert str(problem) == "annotations/core/s1-a.json#/attributions/3/cue/0/1: S003 found 4.5, expected a whole number"
    assert json.loads(json.dumps(problem.as_record()))["meaning"] == "A value has the wrong type."


def test_docs_list_every_code() -> None:
    """docs/validation.md has the codes of the table in its order, with its words, and something to do about each."""
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z][0-9]{3}) \| (.+?) \| (.+?) \|$", page, flags=re.MULTILINE)
    assert [(code, meaning) for code, meaning, _ in rows] == list(CODES.items())


def test_every_code_is_used() -> None:
    """Each code is reported somewhere in the package, and no code is reported that the table lacks."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    table = source.index("CODES = {")
    body = source[:table] + source[source.index("\n}\n", table) :]
    assert set(re.findall(r'"([FTSORADKPLMH]00[0-9])"', body)) == set(CODES)


def test_columns_are_those_of_corpus() -> None:
    documents = read_json(data_root() / "schema" / "documents.schema.json")
    assert tuple(documents["items"]["properties"]) == corpus.DOCUMENT_COLUMNS


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param("Käse 😀\n\nZwei.\n".encode(), [], id="valid"),
        pytest.param(b"", ["T008 x"], id="empty"),
        pytest.param(b"\xef\xbb\xbf", ["T008 x"], id="byte order mark alone"),
        pytest.param(b"\n", ["T008 x"], id="a line feed alone"),
        pytest.param(b"a", ["T005 x:1"], id="no line feed"),
        pytest.param(b"a\n\n\n", ["T005 x:3"], id="three line feeds"),
        pytest.param(b"a\r\nb\r\n", ["T004 x:1"], id="CRLF"),
        pytest.param(b"a\nb\rc\n", ["T004 x:2"], id="CR inside"),
        pytest.param(b"\xef\xbb\xbfa\n", ["T002 x:1"], id="byte order mark"),
        pytest.param("a\ne\u0301\n".encode(), ["T003 x:2"], id="NFD"),
        pytest.param(b"a\nb \nc \n", ["T006 x:2"], id="trailing blanks, the first is named"),
        pytest.param("a\u00a0\n".encode(), ["T006 x:1"], id="trailing no-break space"),
        pytest.param(b"a\tb\n", ["T007 x:1"], id="tab"),
        pytest.param(b"a\x00b\n", ["T007 x:1"], id="null"),
        pytest.param("a\u2028b\n".encode(), ["T007 x:1"], id="line separator"),
        pytest.param("a\n".encode("utf-16"), ["T001 x"], id="UTF-16"),
        pytest.param("ä\n".encode("latin-1"), ["T001 x"], id="Latin-1"),
        pytest.param(b"\xed\xa0\x80\n", ["T001 x"], id="surrogate in UTF-8"),
        pytest.param("e\u0301\t \r".encode(), ["T003 x:1", "T004 x:1", "T005 x:1", "T006 x:1", "T007 x:1"], id="all at once"),
    ],
)
def test_check_text(data: bytes, expected: list[str]) -> None:
    assert [f"{problem.code} {problem.file}" for problem in check_text(data, file="x")] == expected


def test_what_is_not_given_is_not_checked() -> None:
    hedge = {"id": "h1", "type": "epistemic", "span": [[3, 900]]}
    source = {"id": "e1", "name": "E", "kind": "document", "sector": "media", "identification": "named", "affiliation": None}
    source |= {"justifications": [], "listed": False, "self": False, "doc_ref": "d7"}
    record = annotation(hedges=[hedge], sources=[source])
    assert check_record(record, file="x") == []
    assert codes(check_record(record, file="x", n_chars=899)) == ["O003 /hedges/0/span/0"]
    assert codes(check_record(record, file="x", tokens=[(0, 2), (2, 4)])) == ["O007 /hedges/0/span/0"]
    assert codes(check_record(record, file="x", documents={"d1"})) == ["R008 /sources/0/doc_ref"]
    assert codes(check_record(record, file="x", doc_id="d2", collection="seeds", text_sha256="1" * 64)) == [
        "D002 /collection",
        "D001 /doc_id",
        "D003 /text_sha256",
    ]


def test_a_broken_item_hides_no_other() -> None:
    """Four problems in four items, one of them no object at all: all are found, sorted by place."""
    hedges = [7, {"id": "h1", "type": "maybe", "span": [[3, 6]]}, {"id": "h1", "type": "epistemic", "span": [[9, 9]]}]
    record = annotation(hedges=hedges, zones=[{"kind": "title", "start": 0, "end": 99}])
    assert codes(check_record(record, file="x", n_chars=len(TEXT))) == [
        "S003 /hedges/0",
        "S004 /hedges/1/type",
        "R001 /hedges/2/id",
        "O001 /hedges/2/span/0",
        "O003 /zones/0",
    ]


@pytest.mark.parametrize(
    ("record", "found", "expected"),
    [
        pytest.param(annotation(hedges=None), "null", "a list", id="null layer"),
        pytest.param(annotation(hedges=["x" * 99]), f'"{"x" * 57}…"', "an object", id="long string"),
        pytest.param([1, 2], "a list of 2", "an object", id="list for a record"),
        pytest.param(annotation(doc_id="../x"), '"../x"', "text of the form ^[a-z0-9][a-z0-9_-]{0,63}$", id="path"),
        pytest.param(
            annotation(hedges=[{"id": "h1", "type": 5, "span": [[0, 2]]}]),
            "5",
            "one of epistemic, inferential, reportive, approximator",
            id="vocabulary",
        ),
        pytest.param(
            annotation(hedges=[{"id": "h1", "type": "epistemic", "span": [[0, 2**70]]}]),
            "[0, a number of 71 bits)",
            f"an end of at most {len(TEXT)}, the length of the text",
            id="huge",
        ),
    ],
)
def test_words(record: object, found: str, expected: str) -> None:
    problems = check_record(record, file="x", n_chars=len(TEXT))
    assert [(problem.found, problem.expected) for problem in problems] == [(found, expected)]


# --- predictions ---

GOLD = Document(id="d1", collection="core", text=None, n_chars=len(TEXT))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param({"doc_id": "d1"}, [], id="no layer"),
        pytest.param({"doc_id": "d1", "score": 0.5, "attributions": [{"id": "a1", "why": {}}]}, [], id="further keys"),
        pytest.param({"doc_id": "d1", "hedges": [{"span": [[3, 6]]}, {"span": [[3, 6]]}]}, [], id="hedges without ids"),
        pytest.param({"doc_id": "d1", "attributions": [{"id": "a1", "source": [[0, 1]]}]}, [], id="source span without a source"),
        pytest.param({"doc_id": "d1", "hedges": [{"span": [[1, 5]]}]}, [], id="half tokens"),
        pytest.param({}, ["S001 "], id="no document"),
        pytest.param([], ["S003 "], id="no object"),
        pytest.param({"doc_id": "d1", "hedges": [{"span": [[3, 99]]}]}, ["O003 /hedges/0/span/0"], id="outside"),
        pytest.param({"doc_id": "d1", "zones": [{"kind": "title", "start": 0, "end": 99}]}, ["O003 /zones/0"], id="zone outside"),
        pytest.param({"doc_id": "d1", "hedges": [{"span": [[6, 3]]}]}, ["O001 /hedges/0/span/0"], id="backwards"),
        pytest.param({"doc_id": "d1", "hedges": [{"span": [[3, 6], [6, 8]]}]}, ["O004 /hedges/0/span/1"], id="touching"),
        pytest.param({"doc_id": "d1", "hedges": [{"span": [[3, 6.0]]}]}, ["S003 /hedges/0/span/0/1"], id="float"),
        pytest.param({"doc_id": "d1", "hedges": [{}]}, ["S001 /hedges/0"], id="no span"),
        pytest.param({"doc_id": "d1", "attributions": [{"id": "a1"}, {"id": "a1"}]}, ["R001 /attributions/1/id"], id="id twice"),
        pytest.param(
            {"doc_id": "d1", "attributions": [{"id": "a1", "parent": "a2", "source_refs": ["e1"]}]},
            ["R003 /attributions/0/parent", "R002 /attributions/0/source_refs/0"],
            id="references",
        ),
        pytest.param(
            {"doc_id": "d1", "attributions": [{"id": "a1", "parent": "a2"}, {"id": "a2", "parent": "a1"}]},
            ["R007 /attributions/0/parent"],
            id="circle",
        ),
        pytest.param(
            {
                "doc_id": "d1",
                "sources": [{"id": "e1"}],
                "attributions": [{"id": "a1", "source": [[0, 2], [3, 6]], "source_refs": ["e1"]}],
            },
            ["A002 /attributions/0/source_refs"],
            id="too few sources",
        ),
    ],
)
def test_check_prediction(record: object, expected: list[str]) -> None:
    assert codes(check_prediction(record, file="p.jsonl", line=4, gold=GOLD)) == expected
    assert codes(check_prediction(record, file="p.jsonl", gold=GOLD, engine="jsonschema")) == expected


def test_prediction_names_its_line() -> None:
    (problem,) = check_prediction({}, file="p.jsonl", line=4)
    assert str(problem) == "p.jsonl:4#: S001 found no key 'doc_id', expected the keys doc_id"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from(["a1", "e1", "direct"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "span", "cue", "source", "content", "source_refs", "parent", "start", "end"]), inner
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["doc_id", "zones", "sources", "attributions", "hedges", "rejected_triggers"]), JSON))
def test_any_json_is_checked(record: dict[str, Any]) -> None:
    """Whatever the JSON, nothing raises, and both engines name the same places."""
    for check in (check_record, check_prediction):
        assert check(record, file="x") == check(record, file="x", engine="jsonschema")


# --- near-duplicates ---


def test_near_duplicates_by_hand() -> None:
    """Eight words are four 5-grams. Changing the last leaves three of 4 + 4 - 3 = 5 shared: 0.6."""
    texts = {"a": "eins zwei drei vier fünf sechs sieben acht", "b": "Eins, zwei, drei, vier, fünf, sechs, sieben, neun."}
    assert near_duplicates(texts, {"a": "train", "b": "test"}) == [("a", "b", 0.6)]
    assert near_duplicates(texts, {"a": "train", "b": "train"}) == []
    texts["b"] = "zwei drei vier fünf sechs"  # one 5-gram of four
    assert near_duplicates(texts, {"a": "train", "b": "test"}) == []


@given(st.lists(st.tuples(st.text("ab ", max_size=24), st.sampled_from(["train", "test"])), max_size=6))
def test_near_duplicates_are_exact(documents: list[tuple[str, str]]) -> None:
    """The filtered comparison finds what comparing every pair finds."""

    def shingles(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[i : i + 5]) for i in range(len(words) - 4)} or {tuple(words)}

    texts = {f"d{number}": text for number, (text, _) in enumerate(documents)}
    splits = {f"d{number}": split for number, (_, split) in enumerate(documents)}
    expected = []
    for first in texts:
        for second in texts:
            if first < second and splits[first] != splits[second]:
                one, two = shingles(texts[first]), shingles(texts[second])
                if (share := len(one & two) / len(one | two)) >= 0.5:
                    expected.append((first, second, share))
    assert sorted(near_duplicates(texts, splits)) == sorted(expected)


def test_small_root_is_valid(small_root: Path) -> None:
    assert [str(problem) for problem in validate(small_root)] == []


def test_shipped_data_is_valid() -> None:
    assert [str(problem) for problem in validate(data_root())] == []
