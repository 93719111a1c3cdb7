"""Documents from and to wherever they are: a shipped collection, a data root, a file or folder in any format that is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from attrib_bench.corpus import collection_names, load_collection
from attrib_bench.document import DataError, Document, unknown_name
from attrib_bench.files import sha256
from attrib_bench.formats import FORMATS
from attrib_bench.formats.format import Broken, Format
from attrib_bench.records import LAYERS, record_of
from attrib_bench.schema import Problem, check_record


@dataclass(frozen=True, kw_only=True)
class Input:
    """Where documents come from, and how to read them."""

    documents: Callable[[Broken | None], Iterator[Document]]
    """The documents, one at a time, each time anew; without a function for broken ones the first of them raises DataError."""
    format: str
    """The name of its format."""
    guessed: bool = False
    """Whether the format was found by looking, not told."""
    absent: tuple[str, ...] = ()
    """Layers of the model that this corpus does not annotate."""
    version: str = ""
    """Of a collection, as a signature has it."""
    path: Path = Path()
    """Of anything else."""

    @property
    def data(self) -> str:
        """What the documents are called in a signature: ``<collection>@<version>+<hash>`` or ``<format>/<name>+<hash>``."""
        return self.version or f"{self.format}/{self.path.stem}+{_hash_of(self.path)}"

    def read(self, broken: Broken | None = None) -> Iterator[Document]:
        """The documents, one at a time."""
        return self.documents(broken)


def format_of(name: str) -> Format:
    """The format of this name. Raises DataError for an unknown one."""
    if name not in FORMATS:
        raise unknown_name("format", name, FORMATS)
    return FORMATS[name]


def guess_format(path: Path) -> Format:
    """The format of a file or folder, by names and first bytes. Raises DataError where none or more than one fits."""
    found = [format_ for format_ in FORMATS.values() if format_.recognises(path)]
    if len(found) != 1:
        what = " and ".join(format_.name for format_ in found) or "no format that is known"
        raise DataError(f"{path}: looks like {what}; say which of {', '.join(FORMATS)} it is")
    return found[0]


def is_collection(spec: str, root: Path | None = None) -> bool:
    """Whether this names a shipped collection or the path of a data root, which both have splits."""
    return spec in collection_names(root) or (Path(spec) / "raw").is_dir()


def open_input(
    spec: str, *, format_name: str | None = None, split: str | None = None, root: Path | None = None, texts: Path | None = None
) -> Input:
    """A shipped collection, by name, or a data root, or a file or folder of a known format, by path.

    `split` chooses from a collection. Raises DataError for what is neither, for a format that is unknown or cannot be guessed, and
    for a split of something that has none.
    """
    path, names = Path(spec), collection_names(root)
    if format_name is None and is_collection(spec, root):
        collection = load_collection(spec, root=root, texts=texts) if spec in names else load_collection(root=path, texts=texts)
        documents = collection.split(split or "all")
        return Input(documents=lambda _: iter(documents), format="collection", version=collection.version)
    if not path.exists():
        raise DataError(f"{spec}: is neither a collection ({', '.join(names)}) nor a file or folder")
    if split not in (None, "all"):
        raise DataError(f"{path}: has no splits; expected the split all, found {split!r}")
    format_ = format_of(format_name) if format_name is not None else guess_format(path)
    return Input(
        documents=lambda broken: format_.read(path, broken=broken),
        format=format_.name,
        guessed=format_name is None,
        absent=format_.absent,
        path=path,
    )


def target_format(path: Path, name: str | None = None) -> Format:
    """The format to write: the named one, else that of the files that are there, else attrib-bench for a ``.jsonl`` file.

    Raises DataError where that leaves it open.
    """
    if name is not None:
        return format_of(name)
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        return guess_format(path)
    if path.suffix == ".jsonl":
        return format_of("attrib-bench")
    raise DataError(f"{path}: say in which format to write: {', '.join(FORMATS)}")


def convert(source: Input, target: Format, path: Path, *, broken: Broken | None = None) -> int:
    """The number of documents that were written, one in memory at a time.

    A document that cannot be read, or that the target cannot hold, raises DataError, and then a file is not written at all;
    with `broken` it is told and left out. Raises DataError as well where the target is what is being read.
    """
    if path.exists() and source.path.exists() and path.samefile(source.path):
        raise DataError(f"{path}: is what is being read; name another place to write to")
    n_read = n_unwritable = 0

    def counted() -> Iterator[Document]:
        nonlocal n_read
        for document in source.read(broken):
            n_read += 1
            yield document

    def unwritable(error: DataError) -> None:
        nonlocal n_unwritable
        n_unwritable += 1
        if broken is None:
            raise error
        broken(error)

    target.write(counted(), path, unwritable)
    return n_read - n_unwritable


def census(documents: Iterable[Document]) -> dict[str, int]:
    """How much there is of everything: documents, tokens, sentences and the items of each layer."""
    counts = dict.fromkeys(("documents", "characters", "tokens", "sentences", *LAYERS, "provenance"), 0)
    for document in documents:
        counts["documents"] += 1
        counts["characters"] += document.n_chars
        for layer in ("tokens", "sentences", *LAYERS, "provenance"):
            counts[layer] += len(getattr(document, layer))
    return counts


def problems_of(document: Document) -> list[Problem]:
    """What the validator finds in the annotations of one document; places are pointers into its annotation record."""
    return check_record(record_of(document), file=document.id, text=document.text, tokens=document.tokens)


def _hash_of(path: Path) -> str:
    """The first eight digits of the SHA-256 of a file, or of the names and hashes of a folder's files."""
    if path.is_file():
        return _digest(path)[:8]
    files = sorted(found for found in path.rglob("*") if found.is_file())
    return sha256("".join(f"{_digest(file)}  {file.relative_to(path).as_posix()}\n" for file in files))[:8]


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
