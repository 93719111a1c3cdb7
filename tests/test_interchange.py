"""Any format where a collection is expected: opening, guessing, converting, and going on past what is broken."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from attrib_bench.cli import main
from attrib_bench.corpus import load_collection
from attrib_bench.document import DataError, Document
from attrib_bench.evaluation import load_gold
from attrib_bench.formats import FORMATS, jsonlines
from attrib_bench.interchange import census, convert, format_of, guess_format, open_input, target_format
from attrib_bench.records import LAYERS
from strategies import documents


@pytest.fixture
def lines(small_root: Path, tmp_path: Path) -> Path:
    """The small collection as JSON Lines."""
    path = tmp_path / "small.jsonl"
    convert(open_input("core", root=small_root), format_of("attrib-bench"), path)
    return path


@given(documents())
def test_a_line_holds_everything(document: Document) -> None:
    assert jsonlines.from_record(json.loads(jsonlines.line_of(document)), place="line") == document


def test_documents_come_back_from_json_lines(small_root: Path, lines: Path) -> None:
    opened = open_input(str(lines))
    assert (opened.format, opened.guessed) == ("attrib-bench", True)
    assert tuple(opened.read()) == load_collection(root=small_root).documents
    assert opened.data.startswith("attrib-bench/small+")


@pytest.mark.parametrize("name", ["core", "path"])
def test_a_collection_by_name_and_a_data_root_by_path(small_root: Path, name: str) -> None:
    opened = open_input(name, root=small_root, split="test") if name == "core" else open_input(str(small_root), split="test")
    collection = load_collection(root=small_root)
    assert tuple(opened.read()) == collection.split("test")
    assert opened.data == collection.version


def test_every_format_is_told_from_the_others(small_root: Path, tmp_path: Path) -> None:
    """What a format writes is of that format and of no other."""
    for name, format_ in FORMATS.items():
        path = tmp_path / (f"{name}.jsonl" if name in ("attrib-bench", "gqa") else name)
        convert(open_input("core", root=small_root, split="train"), format_, path, broken=lambda _: None)
        assert guess_format(path) is format_, name


def test_what_the_page_on_tools_says_is_kept(small_root: Path, tmp_path: Path) -> None:
    """The spans of the small collection stand in text order, so an order cannot be lost."""
    page = (Path(__file__).resolve().parents[1] / "docs" / "tools.md").read_text(encoding="utf-8")
    table = re.search(r"^\| +\| brat \|.*?(?=\n\n)", page, re.MULTILINE | re.DOTALL)
    assert table
    (_, *columns), _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines())
    layers = [row[0].split(",")[0].replace(" ", "_") for row in rows]
    assert set(layers) == {"text", "metadata", "tokens", "sentences", "native", "provenance", *LAYERS}
    documents_ = [replace(d, native={"gqa": {"documentName": d.id}}) for d in load_collection(root=small_root).documents]
    names = [(column, name) for column, cell in enumerate(columns, 1) for name in cell.split(", ")]
    assert {name for _, name in names} == FORMATS.keys() - {"attrib-bench", "gqa", "redewiedergabe", "spkatt", "polnear"}
    for column, name in names:
        FORMATS[name].write(documents_, tmp_path / name, None)
        found = list(FORMATS[name].read(tmp_path / name))
        for layer, row in zip(layers, rows, strict=True):
            kept = [getattr(document, layer) for document in found] == [getattr(document, layer) for document in documents_]
            assert kept is (row[column] != "lost"), (name, layer)


def test_what_cannot_be_guessed(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("{}\n")
    for path in (tmp_path, tmp_path / "x.jsonl"):
        with pytest.raises(DataError, match=r"looks like no format that is known; say which of attrib-bench, sheet"):
            guess_format(path)
    with pytest.raises(DataError, match=r"found the format 'brad', expected one of .*; did you mean brat\?"):
        format_of("brad")
    with pytest.raises(DataError, match="say in which format to write"):
        target_format(tmp_path / "new")
    assert target_format(tmp_path / "new.jsonl").name == "attrib-bench"


def test_what_is_neither_collection_nor_file(small_root: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere: is neither a collection \(core\) nor a file or folder"):
        open_input("nowhere", root=small_root)


def test_corpora_have_no_splits(lines: Path) -> None:
    with pytest.raises(DataError, match="has no splits; expected the split all, found 'test'"):
        open_input(str(lines), split="test")
    assert load_gold(str(lines), split="all").split == "all"


def test_broken_documents_are_told_and_the_others_converted(
    lines: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = lines.read_text().splitlines()
    damaged = tmp_path / "damaged.jsonl"
    no_text = json.dumps({key: value for key, value in json.loads(whole[0]).items() if key != "text"})
    damaged.write_text("\n".join([whole[0], "{", whole[1], whole[0], no_text, *whole[2:]]) + "\n")
    out = tmp_path / "out.jsonl"
    assert main(["convert", str(damaged), str(out), "--from", "attrib-bench", "--to", "attrib-bench"]) == 1
    said = capsys.readouterr().err
    assert f"{damaged}:2: line 1, column 2" in said
    assert f"{damaged}:4: document {json.loads(whole[0])['doc_id']} was already read from {damaged}:1" in said
    assert f"{damaged}:5: found " in said
    assert f"{len(whole)} documents written to {out}, 3 failed" in said
    assert out.read_bytes() == lines.read_bytes()


def test_a_document_that_the_target_cannot_hold_is_left_out(
    small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents_ = load_collection(root=small_root).documents
    without = {d.id for d in documents_ if any(a.content is None for a in d.attributions)}
    assert 0 < len(without) < len(documents_)
    out = tmp_path / "out.jsonl"
    assert main(["convert", "core", str(out), "--to", "gqa", "--root", str(small_root)]) == 1
    assert f"{len(documents_) - len(without)} documents written to {out}, {len(without)} failed" in capsys.readouterr().err
    assert {document.id for document in open_input(str(out)).read()} == {d.id for d in documents_} - without
    with pytest.raises(DataError, match="has no content"):
        convert(open_input("core", root=small_root), format_of("gqa"), tmp_path / "none.jsonl")
    assert not (tmp_path / "none.jsonl").exists()


def test_nothing_is_written_onto_what_is_read(lines: Path) -> None:
    before = lines.read_bytes()
    with pytest.raises(DataError, match="is what is being read"):
        convert(open_input(str(lines)), format_of("attrib-bench"), lines)
    assert lines.read_bytes() == before


def test_load_says_what_is_there(small_root: Path, lines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["load", str(lines), "--json"]) == 0
    printed = capsys.readouterr()
    collection = load_collection(root=small_root).documents
    counts = json.loads(printed.out)["counts"]
    assert counts == census(collection)
    assert counts["attributions"] == sum(len(document.attributions) for document in collection)
    assert {"documents", "tokens", *LAYERS} <= counts.keys()
    assert f"{lines}: attrib-bench (.jsonl, a document a line), guessed" in printed.err


def test_validate_takes_any_format(lines: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(lines)]) == 0
    record = json.loads(lines.read_text().splitlines()[0])
    record["attributions"][0]["parent"] = record["attributions"][0]["id"]
    (tmp_path / "wrong.jsonl").write_text(json.dumps(record) + "\n")
    capsys.readouterr()
    assert main(["validate", str(tmp_path / "wrong.jsonl"), "--format", "attrib-bench"]) == 1
    assert "R006" in "".join(capsys.readouterr())


def test_what_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"doc_id": "x-1", "text": "\\ud83d\\ude00 is one"}\n{"doc_id": "x-2", "text": "\\ud83d is half of it"}\n')
    broken: list[DataError] = []
    assert [document.text for document in open_input(str(path)).read(broken.append)] == ["\U0001f600 is one"]
    assert [str(error) for error in broken] == [f"{path}:2: found the lone surrogate '\\ud83d', expected Unicode text"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"text": None}, "expected an object with doc_id and text", id="text"),
        pytest.param({"doc_id": ""}, "doc_id", id="id"),
        pytest.param({"metadata": {"author": "x"}}, "/metadata/author: expected strings for story_id", id="metadata"),
        pytest.param({"native": []}, r"#/native: found \[\], expected an object", id="native"),
        pytest.param({"tokens": [[5, 3]]}, "K003", id="tokens"),
        pytest.param({"hedges": [{"span": [[0, 99_999]]}]}, "O00", id="offsets"),
        pytest.param({"sources": 7}, "/sources", id="layer"),
    ],
)
def test_lines_that_are_refused(lines: Path, change: dict[str, object], message: str) -> None:
    record = json.loads(lines.read_text().splitlines()[0])
    with pytest.raises(DataError, match=message):
        jsonlines.from_record({**record, **change}, place="x.jsonl:1")
