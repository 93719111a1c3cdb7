"""Bytes on disk: exact reading, atomic writing, canonical JSON, hashes, and where the shipped data lies."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from attrib_bench.document import DataError


def data_root() -> Path:
    """The folder that holds raw/, annotations/, splits/ and schema/.

    Inside the package in an installed wheel, the repository in an editable install. Raises DataError where neither is there.
    """
    package = Path(__file__).parent
    for root in (package / "_data", package.parents[1]):
        if (root / "schema" / "annotation.schema.json").is_file():
            return root
    raise DataError(f"{package}: the shipped data (schema/annotation.schema.json) is missing; install attrib-bench again")


MOST_BYTES = 1 << 28
"""The largest file, and the longest line of JSON Lines, that is taken into memory: 256 MiB."""


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises DataError where it cannot be read or is larger than `MOST_BYTES`."""
    try:
        with path.open("rb") as file:
            return _bounded(file.read(MOST_BYTES + 1), path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def _bounded(data: bytes, place: object) -> bytes:
    if len(data) > MOST_BYTES:
        raise DataError(f"{place}: is larger than {MOST_BYTES >> 20} MiB, the most that is read at once")
    return data


def read_text(path: Path) -> str:
    """The file's text, decoded from its bytes, so that no newline is translated. Raises DataError for anything but UTF-8."""
    return decode(read_bytes(path), path)


def decode(data: bytes, place: object) -> str:
    """Text of UTF-8 bytes. Raises DataError that names `place` and the first wrong byte."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{place}: byte {error.start} is not UTF-8: found {data[error.start : error.start + 1]!r}") from error


def read_json(path: Path) -> Any:
    """The JSON value in a file. Raises DataError with line and column where it is none."""
    return parse_json(read_text(path), path)


def parse_json(text: str, place: object) -> Any:
    """The JSON value of a text: no NaN, no repeated key, a bounded depth. Raises DataError that names `place`."""
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique_keys)
    except json.JSONDecodeError as error:
        raise DataError(f"{place}: line {error.lineno}, column {error.colno}: {error.msg}; expected JSON") from error
    except RecursionError as error:
        raise DataError(f"{place}: nested too deeply to be read; expected JSON of a few levels") from error
    except ValueError as error:
        raise DataError(f"{place}: {error}") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"found {name}, expected a JSON number")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r} stands twice in one object")
    return record


def read_json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Line number (from 1) and value of each line that is not blank, one at a time. Raises DataError naming the line."""
    for number, line in read_lines(path):
        place = f"{path}:{number}"
        yield number, parse_json(decode(line, place), place)


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Line number (from 1) and bytes, without the line feed, of each line that is not blank, one at a time.

    Raises DataError where the file cannot be read, and for a line that is longer than `MOST_BYTES`.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(iter(lambda: lines.readline(MOST_BYTES + 1), b""), 1):
                if line.strip():
                    yield number, _bounded(line, f"{path}:{number}").rstrip(b"\r\n")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def head(path: Path) -> bytes:
    """The first 64 KiB of a file, to see what it is; nothing where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(1 << 16)
    except OSError:
        return b""


def read_csv(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file with exactly these columns. Raises DataError naming the line for another header or a ragged row."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = next(reader, [])
        if header != list(columns):
            raise DataError(f"{path}:1: found the columns {','.join(header)!r}, expected {','.join(columns)!r}")
        rows = []
        for values in reader:
            if len(values) != len(header):
                raise DataError(
                    f"{path}:{reader.line_num}: found {len(values)} values, expected {len(header)} ({','.join(columns)})"
                )
            rows.append(dict(zip(header, values, strict=True)))
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: {error}; expected CSV") from error
    return rows


def csv_text(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    """CSV of the rows in canonical form: a header, these columns, LF, quotation marks only where needed."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def canonical_json(value: Any) -> str:
    """JSON with one line for each item of a top-level list or key, keys in their own order, ending in a newline."""
    if not isinstance(value, dict):
        return json_line(value)
    return "{\n" + ",\n".join(f" {_compact(key)}: {_item(item)}" for key, item in value.items()) + "\n}\n"


def _item(value: Any) -> str:
    if not isinstance(value, list) or not any(isinstance(item, dict) for item in value):
        return _compact(value)
    return "[\n" + ",\n".join(f"  {_compact(item)}" for item in value) + "\n ]"


def json_line(value: Any) -> str:
    """One line of JSON Lines."""
    return _compact(value) + "\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def write_atomic(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all: to a temporary name in the same folder, then moved into place."""
    with replacing(path) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file to be written bit by bit, which takes the place of `path` at the end; where that fails, nothing has changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise


def sha256(content: str | bytes) -> str:
    """SHA-256 in hexadecimal; of a text, of its UTF-8 bytes."""
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()
