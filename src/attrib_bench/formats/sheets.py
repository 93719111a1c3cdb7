"""A folder of annotation sheets, ``<doc_id>.sheet``, each with its text ``<doc_id>.txt`` beside it.

What becomes of labels that were corrected in a tool: the sheets of a collection are replaced by these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from attrib_bench import sheet
from attrib_bench.document import DataError, Document, Metadata
from attrib_bench.files import read_text, sha256, write_atomic
from attrib_bench.formats.format import Broken, Format, Unit, file_stem, rendered

_COLLECTION = "sheets"


def _units(path: Path) -> Iterator[Unit]:
    files = sorted(path.glob("*.sheet")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path}: found no file, expected sheets, <doc_id>.sheet beside <doc_id>.txt")
    for file in files:
        yield str(file), partial(_read, file)


def _read(path: Path) -> Document:
    text = read_text(path.with_suffix(".txt"))
    doc_id = path.stem
    document = Document(
        id=doc_id,
        collection=_COLLECTION,
        text=text,
        sha256=sha256(text),
        n_chars=len(text),
        metadata=Metadata(story_id=doc_id.rpartition("-")[0] or doc_id),
    )
    return sheet.parse(read_text(path), document, place=str(path))


def _recognises(path: Path) -> bool:
    return path.suffix == ".sheet" if path.is_file() else any(path.glob("*.sheet"))


def _write(documents: Iterable[Document], path: Path, broken: Broken | None = None) -> None:
    for document, (stem, lines) in rendered(documents, lambda document: (file_stem(document), sheet.render(document)), broken):
        write_atomic(path / f"{stem}.txt", document.require_text())
        write_atomic(path / f"{stem}.sheet", lines)


FORMAT = Format(
    name="sheet",
    title="annotation sheets (.sheet beside .txt)",
    recognises=_recognises,
    units=_units,
    write=_write,
    absent=("provenance",),
)
