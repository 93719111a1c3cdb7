"""A trained model on disk: a folder of files and a manifest with their hashes. No file of a model is code or a pickle."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attrib_bench.document import DataError
from attrib_bench.files import canonical_json, decode, parse_json, read_bytes, read_json, sha256, write_atomic

_MANIFEST = "model.json"
_VERSION = 1
_SUFFIX = {".json", ".safetensors", ".txt"}


@dataclass(frozen=True)
class Model:
    """The files of a model, by name, and what its manifest says about it."""

    folder: Path
    files: Mapping[str, bytes]
    about: Mapping[str, Any]

    def read(self, name: str) -> bytes:
        """A file that the model must have. Raises DataError where it has not."""
        if name not in self.files:
            raise DataError(f"{self.folder / _MANIFEST}: lists no file {name}")
        return self.files[name]

    def json(self, name: str) -> Any:
        """The value of a JSON file that the model must have. Raises DataError where it has not, or where it is no JSON."""
        return parse_json(decode(self.read(name), self.folder / name), self.folder / name)


def save_model(folder: Path, *, system: str, files: Mapping[str, bytes], about: Mapping[str, Any] | None = None) -> None:
    """Write a model's folder whole or not at all, in place of an earlier model.

    `about` is what else a reader should know: options, what it was trained on. Raises DataError where the folder holds
    something that is no model, and for a file that is neither JSON, safetensors nor plain text.
    """
    if wrong := [name for name in files if Path(name).name != name or Path(name).suffix not in _SUFFIX or name == _MANIFEST]:
        raise DataError(f"{folder / wrong[0]}: is no file for a model; expected a name that ends in {', '.join(sorted(_SUFFIX))}")
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / _MANIFEST).is_file())):
        raise DataError(f"{folder}: holds something that is no model; name an empty folder, or one that does not exist")
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        new, old = staging / "new", staging / "old"
        for name, content in files.items():
            write_atomic(new / name, content)
        hashes = {name: sha256(content) for name, content in sorted(files.items())}
        record = {"system": system, "format": _VERSION, "files": hashes, "about": dict(about or {})}
        write_atomic(new / _MANIFEST, canonical_json(record))
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        shutil.rmtree(staging)


def describe(folder: Path, about: Mapping[str, Any]) -> None:
    """Add to what the manifest of a saved model says about it."""
    manifest = _manifest(folder)
    write_atomic(folder / _MANIFEST, canonical_json({**manifest, "about": {**manifest["about"], **about}}))


def fingerprint(folder: Path) -> str:
    """The SHA-256 of a model's manifest, which is the same for the same model alone. Raises DataError where there is none."""
    return sha256(read_bytes(folder / _MANIFEST))


def system_of(folder: Path) -> str:
    """The name of the system that a model's folder holds. Raises DataError where it holds none."""
    return str(_manifest(folder)["system"])


def open_model(folder: Path, *, system: str) -> Model:
    """The model of a folder.

    Raises DataError for the model of another system or of another version of this format, and for a file that is
    missing or is not the one that was saved.
    """
    manifest = _manifest(folder)
    path = folder / _MANIFEST
    if manifest["system"] != system:
        raise DataError(f"{path}: found the system {manifest['system']!r}, expected {system!r}")
    if manifest["format"] != _VERSION:
        raise DataError(f"{path}: found the format {manifest['format']!r}, expected {_VERSION}; train the model again")
    files = {}
    for name, expected in manifest["files"].items():
        if Path(name).name != name:
            raise DataError(f"{path}: found the file {name!r}, expected a name without a folder")
        files[name] = read_bytes(folder / name)
        if (found := sha256(files[name])) != expected:
            raise DataError(f"{folder / name}: was changed: found the SHA-256 {found}, expected {expected}")
    return Model(folder, files, manifest["about"])


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / _MANIFEST
    record = read_json(path)
    shape = {"system": str, "format": int, "files": dict, "about": dict}
    if not isinstance(record, dict) or any(not isinstance(record.get(name), type_) for name, type_ in shape.items()):
        raise DataError(f"{path}: is no manifest of a model; expected an object with {', '.join(shape)}")
    return record
