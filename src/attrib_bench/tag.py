"""Labels for texts of any number and size, for people who want the labels rather than the benchmark.

Every text of the input gives one line of output, in the order of the input: the document in the package's own JSON Lines
or, where it cannot be read, ``{"place", "error"}``. What is done is kept in ``<out>.part``, batch by batch, so a run that was
interrupted anywhere goes on where it was, and the result is that of a run that was not.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from attrib_bench.baselines import System, load_system
from attrib_bench.baselines.rawtext import document_of
from attrib_bench.baselines.store import fingerprint
from attrib_bench.document import DataError, Document
from attrib_bench.files import (
    canonical_json,
    decode,
    json_line,
    parse_json,
    read_json,
    read_json_lines,
    read_lines,
    read_text,
    replacing,
    write_atomic,
)
from attrib_bench.formats import jsonlines
from attrib_bench.formats.huggingface import table_of

_BATCH = 32  # texts that are labelled together
_ROWS = 512  # rows of parquet that are in memory at once
_TASKS = ("attribution", "spans", "hedge")  # what a tagger can be asked; the first that it does says most
_COLUMNS = ("text", "doc_id")
_BROKEN = b'{"place"'


@dataclass(slots=True)
class Tagged:
    """How far a run came."""

    n_texts: int = 0
    """Labelled by this run, broken ones included."""
    n_tokens: int = 0
    n_broken: int = 0
    n_earlier: int = 0
    """Labelled by a run that was interrupted."""


Text = tuple[str, Callable[[], Document]]
"""The place of a text, and the function that makes it a document without labels; it raises DataError where it is broken."""


def texts(path: Path) -> Iterator[Text]:
    """The texts of a file: a ``.txt`` as a whole, each line of a ``.jsonl``, each row of a ``.parquet``.

    Lines and rows have the key or column `text`, and may have `doc_id`; else a text is called after its file and number.
    Raises DataError for any other file, and for parquet without a column `text`.
    """
    match path.suffix:
        case ".txt":
            yield str(path), partial(_of_file, path)
        case ".jsonl":
            for number, line in read_lines(path):
                yield (place := f"{path}:{number}"), partial(_of_line, line, place, f"{path.stem}-{number}")
        case ".parquet":
            yield from _rows(path)
        case _:
            raise DataError(f"{path}: expected a file that ends in .txt, .jsonl or .parquet")


def _of_file(path: Path) -> Document:
    return document_of(read_text(path), id=path.stem)


def _of_line(line: bytes, place: str, name: str) -> Document:
    return _of_record(parse_json(decode(line, place), place), place, name)


def _of_record(record: Any, place: str, name: str) -> Document:
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise DataError(f"{place}: expected an object with a string as its text")
    doc_id = record.get("doc_id") or name
    if not isinstance(doc_id, str):
        raise DataError(f"{place}: found the doc_id {doc_id!r}, expected a string")
    return document_of(record["text"], id=doc_id)


def _rows(path: Path) -> Iterator[Text]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            columns = [column for column in _COLUMNS if column in file.schema_arrow.names]
            if "text" not in columns:
                raise DataError(f"{path}: found the columns {', '.join(file.schema_arrow.names)}, expected one that is called text")
            number = 0
            for batch in file.iter_batches(_ROWS, columns=columns):
                for record in batch.to_pylist():
                    number += 1
                    yield (place := f"{path}: row {number}"), partial(_of_record, record, place, f"{path.stem}-{number}")
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: cannot be read as parquet: {error}") from error


def tag(inputs: Sequence[Path], model: Path, out: Path, *, progress: Callable[[Tagged], None] = lambda _: None) -> Tagged:
    """Label the texts of these files with a trained model, and write ``out``, JSON Lines or, with that ending, parquet.

    `progress` is told after each batch how far it is. A broken text is written as what is wrong with it (in parquet it is
    left out) and counted. Raises DataError for a file or a model that cannot be read, for a model that labels no text, and
    where ``<out>.part`` was begun with other files or another model, or another run is at it.
    """
    system = load_system(model)
    task = next((task for task in _TASKS if task in system.tasks), None)
    if task is None:
        raise DataError(f"{model}: {system.name} labels no text; it does {', '.join(system.tasks)}")
    part, header = out.with_name(f"{out.name}.part"), out.with_name(f"{out.name}.part.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    begun = {"model": fingerprint(model), "inputs": [_state(path) for path in inputs]}
    with _locked(part) as file:
        done = _resumed(file, header, begun)
        pending = islice((text for path in inputs for text in texts(path)), done.n_earlier, None)
        progress(done)
        while some := list(islice(pending, _BATCH)):
            file.write("".join(_lines(some, system, task, done)).encode())
            file.flush()
            progress(done)
        if out.suffix == ".parquet":
            _to_parquet(part, out)
            part.unlink()
        else:
            part.chmod(0o644)
            part.replace(out)
        header.unlink()
    return done


def _lines(some: Iterable[Text], system: System, task: str, done: Tagged) -> Iterator[str]:
    """A line for each text."""
    documents: list[Document] = []
    lines: list[str] = []
    for place, read in some:
        done.n_texts += 1
        try:
            documents.append(read())
            lines.append("")
        except DataError as error:
            done.n_broken += 1
            lines.append(json_line({"place": place, "error": str(error)}))  # begins with _BROKEN
    done.n_tokens += sum(len(document.tokens) for document in documents)
    labelled = iter(system.predict(documents, task))
    for line in lines:
        yield line or jsonlines.line_of(next(labelled))


def _state(path: Path) -> dict[str, Any]:
    """What tells a file from another, or from itself after a change."""
    try:
        found = path.stat()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    return {"path": str(path.resolve()), "bytes": found.st_size, "changed": found.st_mtime_ns}


@contextmanager
def _locked(part: Path) -> Iterator[BinaryIO]:
    with part.open("ab+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DataError(f"{part}: another run is writing it") from error
        yield file


def _resumed(file: BinaryIO, header: Path, begun: dict[str, Any]) -> Tagged:
    """How far an interrupted run came; what it left of an unfinished line is cut off."""
    if not header.exists():  # nothing was written yet, or the file is of no run
        file.truncate(0)
        write_atomic(header, canonical_json(begun))
    elif (found := read_json(header)) != begun:
        raise DataError(f"{header}: was begun with {found!r}, expected {begun!r}; delete it and its .part to begin anew")
    file.seek(0)
    done, end = Tagged(), 0
    while (line := file.readline()).endswith(b"\n"):
        done.n_earlier += 1
        done.n_broken += line.startswith(_BROKEN)
        end += len(line)
    file.truncate(end)
    return done


def _to_parquet(part: Path, out: Path) -> None:
    """The labelled documents as rows of the configuration `documents`, some at a time, the whole file or nothing."""
    import pyarrow.parquet as pq

    records = (record for _, record in read_json_lines(part) if "error" not in record)
    schema = table_of("documents", ()).schema
    with replacing(out) as file, pq.ParquetWriter(file, schema) as writer:
        while some := list(islice(records, _ROWS)):
            writer.write_table(table_of("documents", (jsonlines.from_record(record, place=str(part)) for record in some)))
