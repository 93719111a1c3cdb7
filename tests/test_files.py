"""Bytes on disk."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from attrib_bench.document import DataError
from attrib_bench.files import canonical_json, csv_text, parse_json, read_csv, read_json_lines, read_text, write_atomic


def test_newlines_are_not_translated(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("ä\r\nb".encode())
    assert read_text(tmp_path / "a.txt") == "ä\r\nb"


def test_other_encodings_are_refused_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"ab\xe4")
    with pytest.raises(DataError, match=r"a\.txt: byte 2 is not UTF-8"):
        read_text(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "text, said",
    [
        pytest.param('{"a": 1', "line 1, column", id="truncated"),
        pytest.param('{"a": NaN}', "found NaN", id="not a number"),
        pytest.param('{"a": 1, "a": 2}', "'a' stands twice", id="repeated key"),
        pytest.param("[" * 100_000, "nested too deeply|line 1", id="deep"),
        pytest.param('{"a": ' + "9" * 10_000 + "}", "place: ", id="a number too long to be read"),
    ],
)
def test_broken_json_is_one_clear_error(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        parse_json(text, "place")


def test_json_lines_name_the_line(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"a": 1}\n\n{"b": }\n')
    lines = read_json_lines(path)
    assert next(lines) == (1, {"a": 1})
    with pytest.raises(DataError, match=r"p\.jsonl:3: "):
        next(lines)


def test_canonical_json_is_the_same_value_with_an_item_a_line() -> None:
    value = {"id": "ü", "items": [{"a": [[0, 1]]}, {"a": []}], "none": [], "pairs": [[0, 1]]}
    text = canonical_json(value)
    assert json.loads(text) == value
    assert text.splitlines()[2:5] == [' "items": [', '  {"a": [[0, 1]]},', '  {"a": []}']


@pytest.mark.parametrize(
    "text, said",
    [
        pytest.param("b,a\n1,2\n", "expected 'a,b'", id="other columns"),
        pytest.param("a,b\n1\n", ":2: found 1 values", id="ragged"),
        pytest.param('a,b\n"1,2\n', "expected CSV", id="open quotation"),
        pytest.param("", "expected 'a,b'", id="empty"),
    ],
)
def test_broken_csv_names_the_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        read_csv(tmp_path / "t.csv", ("a", "b"))


def test_csv_round_trip(tmp_path: Path) -> None:
    rows = [{"a": 'er sagte „ja", nein', "b": "1,5"}, {"a": "zwei\nZeilen", "b": ""}]
    write_atomic(tmp_path / "t.csv", csv_text(("a", "b"), rows))
    assert read_csv(tmp_path / "t.csv", ("a", "b")) == rows


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, "old")

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fdopen", lambda handle, mode: full(handle))
    with pytest.raises(OSError, match="no space"):
        write_atomic(path, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text() == "old"
