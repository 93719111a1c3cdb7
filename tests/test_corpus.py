"""Collections on disk: what is written is read again, and texts that are not shipped are found by their hash."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from attrib_bench.build import build, sheet_path, sheet_problems
from attrib_bench.cli import main
from attrib_bench.corpus import (
    Collection,
    data_files,
    data_version,
    hydrate,
    load_collection,
    load_pass,
    write_collection,
    write_manifest,
)
from attrib_bench.document import DataError
from attrib_bench.files import canonical_json
from attrib_bench.records import record_of
from attrib_bench.sheet import render


@pytest.fixture
def core(small_root: Path) -> Collection:
    return load_collection(root=small_root)


def test_a_collection_is_read_as_it_was_written(core: Collection, small_root: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(small_root / "schema", again / "schema")
    (again / "raw").mkdir(parents=True)
    (again / "raw" / "VERSION").write_text("0.0.1\n")
    write_collection(core, again)
    write_manifest(again)
    assert load_collection(root=again) == core
    assert data_files(again) == data_files(small_root)


def test_splits_and_documents_are_found_by_name(core: Collection) -> None:
    assert [document.id for document in core.split("train")] == ["s001-a", "s001-b"]
    assert core.split("all") == core.documents
    assert core.document_by_id["s001-b"].provenance[0].to_doc == "s001-a"
    with pytest.raises(DataError, match="found the split 'dev', expected one of train, validation, test or all"):
        core.split("dev")


def test_an_unknown_collection_is_answered_with_those_there_are(small_root: Path) -> None:
    with pytest.raises(DataError, match="found the collection 'cor', expected one of core"):
        load_collection("cor", root=small_root)


def test_a_changed_text_is_refused(small_root: Path) -> None:
    path = small_root / "raw" / "core" / "s001" / "s001-a.txt"
    path.write_bytes(path.read_bytes().replace(b"Mai", b"Juni"))
    with pytest.raises(DataError, match=r"s001-a\.txt: found SHA-256"):
        load_collection(root=small_root)


def _stand_off(core: Collection, root: Path) -> dict[str, str]:
    """Makes the collection `seeds` of the documents of core, without their texts, and gives the texts back."""
    documents = tuple(replace(document, collection="seeds") for document in core.documents)
    write_collection(replace(core, name="seeds", documents=documents), root)
    write_manifest(root)
    return {document.id: document.require_text() for document in core.documents}


def test_stand_off_texts_are_found_whatever_they_are_called(core: Collection, small_root: Path, tmp_path: Path) -> None:
    texts = _stand_off(core, small_root)
    assert not any("raw/seeds/s0" in path for path in data_files(small_root))
    bare = load_collection("seeds", root=small_root)
    assert not bare.hydrated
    assert all(document.attributions for document in bare.documents)
    own = tmp_path / "own" / "deeper"
    own.mkdir(parents=True)
    for number, text in enumerate(texts.values()):
        (own / f"{number}.bin").write_bytes(text.encode())
    (own / "other.txt").write_text("something else")
    hydrated = load_collection("seeds", root=small_root, texts=tmp_path / "own")
    assert {document.id: document.text for document in hydrated.documents} == texts


def test_missing_texts_are_named(core: Collection, small_root: Path, tmp_path: Path) -> None:
    texts = _stand_off(core, small_root)
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.txt").write_bytes(texts["s001-a"].encode())
    bare = load_collection("seeds", root=small_root)
    with pytest.raises(DataError, match=r"holds no file with the text of s001-b \(SHA-256 [0-9a-f]{64}\), s003-a"):
        hydrate(bare, own)
    with pytest.raises(DataError, match="is no folder"):
        hydrate(bare, own / "none")


def test_a_pass_replaces_the_gold(core: Collection, small_root: Path) -> None:
    folder = small_root / "annotations" / "core" / "passes" / "a"
    folder.mkdir(parents=True)
    (folder / "s001-a.json").write_text(canonical_json(record_of(replace(core.documents[0], hedges=()))))
    (document,) = load_pass("core", "a", root=small_root).documents
    assert (document.id, document.hedges) == ("s001-a", ())
    with pytest.raises(DataError, match="holds no annotations"):
        load_pass("core", "b", root=small_root)
    (folder / "s009-a.json").write_text("{}")
    with pytest.raises(DataError, match=r"s009-a\.json annotates no document of core"):
        load_pass("core", "a", root=small_root)


def test_the_data_version_changes_with_any_byte_of_the_collection(small_root: Path) -> None:
    before = data_version("core", root=small_root)
    assert before.startswith("core@0.0.1+")
    path = small_root / "splits" / "core.csv"
    path.write_text(path.read_text().replace("test", "train"))
    write_manifest(small_root)
    assert data_version("core", root=small_root) != before


def _write_sheets(core: Collection, root: Path) -> None:
    for document in core.documents:
        path = sheet_path(document, root)
        path.parent.mkdir(exist_ok=True)
        path.write_text(render(document))


def test_building_again_changes_nothing(core: Collection, small_root: Path) -> None:
    _write_sheets(core, small_root)
    build(small_root)
    first = {path: (small_root / path).read_bytes() for path in data_files(small_root)}
    build(small_root)
    assert {path: (small_root / path).read_bytes() for path in data_files(small_root)} == first
    built = load_collection(root=small_root)
    assert [record_of(document) for document in built.documents] == [record_of(document) for document in core.documents]
    assert sheet_problems(built, small_root) == []


def test_what_is_wrong_with_sheets_is_found(core: Collection, small_root: Path) -> None:
    _write_sheets(core, small_root)
    sheets = small_root / "annotations" / "core" / "sheets"
    assert sheet_problems(core, small_root) == []
    (sheets / "s001-a.sheet").unlink()
    (sheets / "s009-a.sheet").write_text("document s009-a\n")
    path = sheets / "s001-b.sheet"
    path.write_text(path.read_text().replace("a1 indirect", "a1 reported"))
    path = sheets / "s003-a.sheet"
    path.write_text(path.read_text() + "# a comment\n")
    assert [(problem.code, Path(problem.file).stem) for problem in sheet_problems(core, small_root)] == [
        ("H001", "s009-a"),
        ("H002", "s001-a"),
        ("H004", "s001-b"),
        ("H005", "s003-a"),
    ]
    path.write_text("document s003-a\na1 nonsense\n")
    assert [problem.code for problem in sheet_problems(core, small_root)][-1] == "H003"


def test_the_command_line_prints_and_compiles_sheets(
    core: Collection, small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sheet", "print", "s001-b", "--root", str(small_root)]) == 0
    sheet = tmp_path / "s001-b.sheet"
    sheet.write_text(capsys.readouterr().out)
    out = tmp_path / "s001-b.json"
    assert main(["sheet", "compile", str(sheet), "--root", str(small_root), "--out", str(out)]) == 0
    assert out.read_bytes() == (small_root / "annotations" / "core" / "s001-b.json").read_bytes()
    assert main(["sheet", "print", "s001-x", "--root", str(small_root)]) == 1
    assert "did you mean s001-" in capsys.readouterr().err


def test_the_command_line_checks_splits(small_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "--check", "--root", str(small_root)]) == 0
    path = small_root / "splits" / "core.csv"
    right = path.read_bytes()
    path.write_bytes(right.replace(b"test", b"train"))
    assert main(["split", "--check", "--root", str(small_root)]) == 1
    assert "splits/core.csv" in capsys.readouterr().out
    assert main(["split", "--root", str(small_root)]) == 0
    assert path.read_bytes() == right


def test_the_command_line_says_what_is_wrong_with_a_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validat"]) == 2
    assert main(["--version"]) == 0
    assert "0.1.0" in capsys.readouterr().out
