"""Models on disk: whole, hashed, and refused where they are not what they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attrib_bench.baselines.store import open_model, save_model, system_of
from attrib_bench.document import DataError

FILES = {"weights.json": b"{}\n", "tags.safetensors": bytes(range(256))}


def saved(folder: Path) -> Path:
    save_model(folder / "model", system="crf", files=FILES, about={"seed": 7})
    return folder / "model"


def test_a_model_comes_back(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    model = open_model(folder, system="crf")
    assert (dict(model.files), dict(model.about)) == (FILES, {"seed": 7})
    assert system_of(folder) == "crf"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_model_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    save_model(folder, system="linear", files={"weights.json": b"[]\n"})
    assert {path.name for path in folder.iterdir()} == {"model.json", "weights.json"}
    assert open_model(folder, system="linear").files == {"weights.json": b"[]\n"}


def test_nothing_else_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "diary.txt").write_text("private\n")
    with pytest.raises(DataError, match="holds something that is no model"):
        saved(tmp_path)
    assert (tmp_path / "model" / "diary.txt").read_text() == "private\n"


@pytest.mark.parametrize("name", ["../weights.json", "model.json", "weights.pkl", "a/b.json"])
def test_names_of_files(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="is no file for a model"):
        save_model(tmp_path / "model", system="crf", files={name: b""})
    assert not (tmp_path / "model").exists()


def test_another_system(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found the system 'crf', expected 'linear'"):
        open_model(saved(tmp_path), system="linear")


def test_a_changed_file(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    (folder / "tags.safetensors").write_bytes(b"other")
    with pytest.raises(DataError, match=r"tags.safetensors: was changed: found the SHA-256 d9298a10"):
        open_model(folder, system="crf")


def test_a_missing_file(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    (folder / "weights.json").unlink()
    with pytest.raises(DataError, match=r"weights.json: cannot be read"):
        open_model(folder, system="crf")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"format": 99}, "found the format 99, expected 1; train the model again", id="version"),
        pytest.param({"files": {"../tags.safetensors": "0"}}, "expected a name without a folder", id="path"),
        pytest.param({"files": []}, "is no manifest of a model", id="shape"),
    ],
)
def test_a_manifest_that_is_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    manifest = saved(tmp_path) / "model.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **change}))
    with pytest.raises(DataError, match=message):
        open_model(manifest.parent, system="crf")


def test_no_model_at_all(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"model.json: cannot be read"):
        system_of(tmp_path)
