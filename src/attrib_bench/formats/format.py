"""What a format is: how its files are recognised, read one document at a time, and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from attrib_bench.document import DataError, Document

Unit = tuple[str, Callable[[], Document]]
"""The place of a document (a file, or a file and a line), and the function that reads it; where broken it raises DataError."""


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
    write: Callable[[Iterable[Document], Path], None]
    """Write documents to a file or folder, one at a time; each file whole or not at all.

    Raises DataError for what cannot be written.
    """
    absent: tuple[str, ...] = ()
    """Layers of the model that the format does not annotate; what a system says of them is not held against it."""

    def read(self, path: Path, *, broken: Callable[[DataError], None] | None = None) -> Iterator[Document]:
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
