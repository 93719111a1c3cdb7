"""A collection on disk: reading, writing, hydrating.

Layout, below a data root (the repository, or ``attrib_bench/_data`` in a wheel)::

    raw/VERSION                               version of the data
    raw/<collection>/documents.csv            one row a document
    raw/<collection>/tokens.jsonl             canonical tokens and sentences, offsets only
    raw/<collection>/stops.csv                full stops after a number that end a sentence
    raw/<collection>/stories.csv              what happened (where the collection is made of stories)
    raw/core/<story>/<doc_id>.txt             the texts that are shipped
    annotations/<collection>/<doc_id>.json    the gold annotations
    annotations/<collection>/passes/<a|b>/    the independent first passes behind them
    annotations/<collection>/provenance.csv   which article an attribution refers to
    splits/<collection>.csv
    MANIFEST.sha256                           the hash of every file above
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from attrib_bench.document import DataError, Document, Metadata, ProvenanceLink
from attrib_bench.files import (
    canonical_json,
    csv_text,
    data_root,
    decode,
    head,
    json_line,
    read_bytes,
    read_csv,
    read_json,
    read_json_lines,
    read_text,
    sha256,
    write_atomic,
)
from attrib_bench.records import annotate, record_of, tokens_record, with_tokens
from attrib_bench.schema import DATA_FOLDERS, MANIFEST, PROVENANCE_COLUMNS, STORY_COLUMNS
from attrib_bench.splits import COLUMNS as SPLIT_COLUMNS
from attrib_bench.splits import SPLITS, split_table

_METADATA_COLUMNS = ("story_id", "outlet", "genre", "topic", "date", "title")
DOCUMENT_COLUMNS = ("doc_id", *_METADATA_COLUMNS, "sha256", "n_chars")


@dataclass(frozen=True, slots=True)
class Story:
    """One event, seen by several houses."""

    story_id: str
    topic: str
    happened: str
    known_first_by: str


@dataclass(frozen=True)
class Collection:
    """Documents of one origin, sorted by id, with their stories and splits."""

    name: str
    documents: tuple[Document, ...]
    split_by_id: Mapping[str, str]
    stories: tuple[Story, ...] = ()
    version: str = ""
    """What these bytes are called in a signature: ``<name>@<version>+<hash>``."""

    @cached_property
    def document_by_id(self) -> Mapping[str, Document]:
        return {document.id: document for document in self.documents}

    def split(self, name: str) -> tuple[Document, ...]:
        """The documents of a split; `all` names every document. Raises DataError for a split that does not exist."""
        if name == "all":
            return self.documents
        if name not in SPLITS:
            raise DataError(f"found the split {name!r}, expected one of {', '.join(SPLITS)} or all")
        return tuple(document for document in self.documents if self.split_by_id[document.id] == name)

    @property
    def hydrated(self) -> bool:
        """Whether every document has its text."""
        return all(document.text is not None for document in self.documents)


def collection_names(root: Path | None = None) -> tuple[str, ...]:
    """The collections that a data root holds, sorted."""
    return tuple(sorted(path.parent.name for path in ((root or data_root()) / "raw").glob("*/documents.csv")))


def load_collection(name: str = "core", *, root: Path | None = None, texts: Path | None = None) -> Collection:
    """A collection as it lies on disk, with its gold annotations, tokens and splits.

    `texts` is a folder of the reader's own in which the texts of a stand-off collection are looked for; without it their
    documents have no text. Raises DataError for the first thing that is missing or broken; `attrib_bench.schema.validate`
    finds every one.
    """
    root = root or data_root()
    if name not in (known := collection_names(root)):
        raise DataError(f"found the collection {name!r}, expected one of {', '.join(known)}")
    tokens = {record["doc_id"]: record for _, record in read_json_lines(root / "raw" / name / "tokens.jsonl")}
    links: dict[str, list[ProvenanceLink]] = {}
    for row in _rows(root / "annotations" / name / "provenance.csv", PROVENANCE_COLUMNS):
        links.setdefault(row["from_doc"], []).append(ProvenanceLink(row["attribution"], row["to_doc"]))
    documents = []
    for row in read_csv(root / "raw" / name / "documents.csv", DOCUMENT_COLUMNS):
        if row["doc_id"] not in tokens:
            raise DataError(f"{root / 'raw' / name / 'tokens.jsonl'}: document {row['doc_id']!r} has no tokens")
        document = with_tokens(_bare_document(row, name, root), tokens[row["doc_id"]])
        document = replace(document, provenance=tuple(sorted(links.get(document.id, ()))))
        documents.append(annotate(document, read_json(root / "annotations" / name / f"{document.id}.json")))
    splits = {row["doc_id"]: row["split"] for row in read_csv(root / "splits" / f"{name}.csv", SPLIT_COLUMNS)}
    if missing := [document.id for document in documents if document.id not in splits]:
        raise DataError(f"{root / 'splits' / f'{name}.csv'}: no split for {', '.join(missing[:5])}")
    collection = Collection(
        name=name,
        documents=tuple(sorted(documents, key=lambda document: document.id)),
        split_by_id=splits,
        stories=tuple(Story(**row) for row in _rows(root / "raw" / name / "stories.csv", STORY_COLUMNS)),
        version=data_version(name, root=root),
    )
    return hydrate(collection, texts) if texts is not None else collection


def load_pass(name: str, annotator: str, *, root: Path | None = None) -> Collection:
    """A collection with the annotations of one first pass (`a` or `b`) in place of the gold, for the documents it covers."""
    root = root or data_root()
    collection = load_collection(name, root=root)
    folder = root / "annotations" / name / "passes" / annotator
    passes = {path.stem: read_json(path) for path in sorted(folder.glob("*.json"))}
    if not passes:
        raise DataError(f"{folder}: holds no annotations")
    if unknown := passes.keys() - collection.document_by_id.keys():
        raise DataError(f"{folder}: {sorted(unknown)[0]}.json annotates no document of {name}")
    documents = tuple(annotate(collection.document_by_id[doc_id], record) for doc_id, record in passes.items())
    return replace(collection, documents=documents)


def _bare_document(row: Mapping[str, str], name: str, root: Path) -> Document:
    place = root / "raw" / name / "documents.csv"
    path = root / "raw" / name / row["story_id"] / f"{row['doc_id']}.txt"
    text = None
    if path.is_file():
        data = read_bytes(path)
        if sha256(data) != row["sha256"]:
            raise DataError(f"{path}: found SHA-256 {sha256(data)}, expected {row['sha256']} of {place}")
        text = decode(data, path)
    try:
        n_chars = int(row["n_chars"])
    except ValueError as error:
        raise DataError(f"{place}: {row['doc_id']}: found n_chars {row['n_chars']!r}, expected a whole number") from error
    metadata = metadata_of(row)
    return Document(id=row["doc_id"], collection=name, text=text, sha256=row["sha256"], n_chars=n_chars, metadata=metadata)


def metadata_of(row: Mapping[str, str]) -> Metadata:
    """The metadata that a row of documents.csv holds."""
    return Metadata(**{column: row[column] for column in _METADATA_COLUMNS})


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    return read_csv(path, columns) if path.is_file() else []


def hydrate(collection: Collection, folder: Path) -> Collection:
    """The collection with its missing texts, found in a folder by their SHA-256, whatever the files are called.

    The folder is searched with its subfolders; nothing is copied. Raises DataError naming the documents that were not found.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: is no folder; expected one with the texts of collection {collection.name!r}")
    bare = [document for document in collection.documents if document.text is None]
    texts = find_texts(bare, folder)
    documents = (replace(document, text=texts.get(document.id, document.text)) for document in collection.documents)
    return replace(collection, documents=tuple(documents))


def find_texts(documents: Iterable[Document], folder: Path, *, or_none: bool = False) -> dict[str, str]:
    """The texts of documents by id, found below a folder by their SHA-256. Raises DataError naming those that are not there.

    A text is a file's whole content, or ``originalText`` of a line of a ``.jsonl`` file, as the GQA corpus has it. With
    `or_none` a folder that has not one of them gives nothing.
    """
    wanted = {document.sha256: document.id for document in documents}
    texts: dict[str, str] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for text in _texts_of(path):
            if len(texts) == len(wanted):
                break
            if (doc_id := wanted.get(sha256(text))) is not None:
                texts[doc_id] = decode(text, path)
    missing = sorted((doc_id, digest) for digest, doc_id in wanted.items() if doc_id not in texts)
    if missing and (texts or not or_none):
        expected = ", ".join(f"{doc_id} (SHA-256 {digest})" for doc_id, digest in missing)
        raise DataError(f"{folder}: holds no file with the text of {expected}")
    return texts


def _texts_of(path: Path) -> Iterator[bytes]:
    yield read_bytes(path)
    if path.suffix == ".jsonl" and b'"originalText"' in head(path):
        for _, record in read_json_lines(path):
            if isinstance(record, dict) and isinstance(text := record.get("originalText"), str):
                yield text.encode(errors="surrogatepass")


def write_annotation(document: Document, root: Path) -> Path:
    """The path of the annotation file, written anew."""
    path = root / "annotations" / document.collection / f"{document.id}.json"
    write_atomic(path, canonical_json(record_of(document)))
    return path


def write_collection(collection: Collection, root: Path) -> None:
    """Write a collection in canonical form, each file whole or not at all; the manifest is left to `write_manifest`.

    Texts are written for `core` only; those of a stand-off collection never reach the disk.
    """
    name = collection.name
    documents = sorted(collection.documents, key=lambda document: document.id)
    for document in documents:
        if name == "core":
            write_atomic(root / "raw" / name / document.metadata.story_id / f"{document.id}.txt", document.require_text())
        write_annotation(document, root)
    write_atomic(root / "raw" / name / "documents.csv", csv_text(DOCUMENT_COLUMNS, map(document_row, documents)))
    write_atomic(root / "raw" / name / "tokens.jsonl", tokens_text(documents))
    write_atomic(root / "splits" / f"{name}.csv", split_table((d.id, d.metadata.story_id) for d in documents))
    if collection.stories:
        rows = ({c: getattr(story, c) for c in STORY_COLUMNS} for story in collection.stories)
        write_atomic(root / "raw" / name / "stories.csv", csv_text(STORY_COLUMNS, rows))
    if any(document.provenance for document in documents):
        links = ((d.id, link.attribution, link.to_doc) for d in documents for link in d.provenance)
        rows = (dict(zip(PROVENANCE_COLUMNS, link, strict=True)) for link in links)
        write_atomic(root / "annotations" / name / "provenance.csv", csv_text(PROVENANCE_COLUMNS, rows))


def document_row(document: Document) -> dict[str, str]:
    """The document's row of documents.csv."""
    metadata = document.metadata
    return {
        "doc_id": document.id,
        **{column: getattr(metadata, column) for column in _METADATA_COLUMNS},
        "sha256": document.sha256,
        "n_chars": str(document.n_chars),
    }


def tokens_text(documents: Iterable[Document]) -> str:
    """The text of raw/<collection>/tokens.jsonl: one line a document."""
    return "".join(json_line(tokens_record(document)) for document in documents)


def manifest(root: Path) -> str:
    """The text of MANIFEST.sha256: hash and path of every data file, as ``sha256sum`` writes and checks them, sorted by path."""
    return "".join(f"{sha256(read_bytes(root / path))}  {path}\n" for path in data_files(root))


def data_files(root: Path) -> list[str]:
    """The data files below a root, as sorted POSIX paths relative to it; hidden files are none."""
    return sorted(_data_files(root))


def _data_files(root: Path) -> Iterator[str]:
    for folder in DATA_FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(root).as_posix()


def write_manifest(root: Path) -> None:
    """Write MANIFEST.sha256 for what lies below a root now."""
    write_atomic(root / MANIFEST, manifest(root))


def data_version(name: str, *, root: Path | None = None) -> str:
    """``<name>@<version>+<hash>``: two reports with the same one saw the same bytes of this collection.

    The hash is the first eight digits of the SHA-256 of the collection's lines in the manifest.
    """
    root = root or data_root()
    prefixes = (f"raw/{name}/", f"annotations/{name}/", f"splits/{name}.csv")
    lines = [line for line in read_text(root / MANIFEST).splitlines() if line.partition("  ")[2].startswith(prefixes)]
    return f"{name}@{read_text(root / 'raw' / 'VERSION').strip()}+{sha256(''.join(f'{line}{chr(10)}' for line in lines))[:8]}"
