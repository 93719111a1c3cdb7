"""What a format is: how its files are recognised, read one document at a time, and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from attrib_bench.document import DataError, Document
from attrib_bench.files import read_json_lines

_Rendered = TypeVar("_Rendered")

Broken = Callable[[DataError], None]
"""What is told of a document that cannot be read or written, so that the others can go on."""

Unit = tuple[str, Callable[[], Document]]
"""The place of a document (a file, or a file and a line), and the function that reads it; where broken it raises DataError."""


def file_stem(document: Document) -> str:
    """The document's id, to name a file by. Raises DataError for one that could lead elsewhere."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", document.id):
        raise DataError(f"{document.id!r}: cannot name a file; expected an id of at most 64 letters a-z, digits, _ and -")
    return document.id


def keys_of_first_line(path: Path) -> frozenset[str]:
    """The keys of the object in the first line of a JSON Lines file; none where it is no such file."""
    try:
        _, record = next(read_json_lines(path))
    except (DataError, StopIteration):
        return frozenset()
    return frozenset(record) if isinstance(record, dict) else frozenset()


def rendered(
    documents: Iterable[Document], render: Callable[[Document], _Rendered], broken: Broken | None
) -> Iterator[tuple[Document, _Rendered]]:
    """Each document with what `render` makes of it; one that raises DataError is left out and told to `broken`, if there is one."""
    for document in documents:
        try:
            found = render(document)
        except DataError as error:
            if broken is None:
                raise
            broken(error)
            continue
        yield document, found


@dataclass(frozen=True, kw_only=True)
class Format:
    """A format, as a value."""

    name: str
    title: str
    """What people call it, with its files: ``brat stand-off (.txt and .ann)``."""
    recognises: Callable[[Path], bool]
    """Whether a file or folder is likely to be of this format, by names and first bytes. Raises nothing for a path that exists."""
    units: Callable[[Path], Iterator[Unit]]
    """The documents of a file or folder, in the order of their names. Raises DataError where it holds none at all."""
    write: Callable[[Iterable[Document], Path, Broken | None], None]
    """Write documents to a file or folder, one at a time; each file whole or not at all.

    A document that the format cannot hold raises DataError; with a function for it, it is left out and told.
    """
    absent: tuple[str, ...] = ()
    """Layers of the model that the format does not annotate; what a system says of them is not held against it."""

    annotators: Callable[[Path], Mapping[str, Mapping[str, Document]]] | None = None
    """Of a format that tells annotators apart: for each of them the documents by id that all have annotated."""

    def read(self, path: Path, *, broken: Broken | None = None) -> Iterator[Document]:
        """The documents, one in memory at a time.

        A broken one, or one whose id was already read, raises DataError; with `broken` it is handed to that function, and
        reading goes on with the next.
        """
        places: dict[str, str] = {}
        for place, read in self.units(path):
            try:
                document = read()
                if document.id in places:
                    raise DataError(f"{place}: document {document.id} was already read from {places[document.id]}")
            except DataError as error:
                if broken is None:
                    raise
                broken(error)
                continue
            places[document.id] = place
            yield document
