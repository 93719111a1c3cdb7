"""The step that makes the shipped files from what people write: texts, table rows and sheets.

For maintainers. From raw/<collection>/documents.csv, the texts and the sheets it derives the hashes, the canonical tokens,
the JSON annotations, the splits and the manifest; run twice, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from attrib_bench.corpus import (
    DOCUMENT_COLUMNS,
    Collection,
    collection_names,
    document_row,
    find_texts,
    load_collection,
    metadata_of,
    tokens_text,
    write_annotation,
    write_manifest,
)
from attrib_bench.document import DataError, Document
from attrib_bench.files import canonical_json, csv_text, decode, read_bytes, read_csv, read_text, sha256, write_atomic
from attrib_bench.records import record_of
from attrib_bench.schema import Problem, validate
from attrib_bench.sheet import parse, render
from attrib_bench.splits import split_table
from attrib_bench.tokens import tokenize

STOP_COLUMNS = ("doc_id", "offset")


def build(root: Path, *, texts: Path | None = None, report: Callable[[str], None] = lambda _: None) -> None:
    """Derive every derived file below a data root.

    A stand-off collection is left as it is unless `texts` names a folder with its texts; then its tokens are made anew.
    Raises DataError for the first row, text or sheet that is wrong; files already written stay, each of them whole.
    """
    for name in collection_names(root):
        documents = []
        for row in read_csv(root / "raw" / name / "documents.csv", DOCUMENT_COLUMNS):
            document = Document(
                id=row["doc_id"],
                collection=name,
                text=None,
                sha256=row["sha256"],
                n_chars=int(row["n_chars"] or 0),
                metadata=metadata_of(row),
            )
            documents.append(_with_text(document, root))
        if bare := [document for document in documents if document.text is None]:
            found = find_texts(bare, texts, or_none=True) if texts is not None else {}
            if not found:
                report(f"{name}: left as it is, its texts are not here")
                continue
            documents = [replace(d, text=found[d.id], n_chars=len(found[d.id])) if d.id in found else d for d in documents]
        stops = read_stops(root, name)
        documents = [_tokenized(d, stops.get(d.id, frozenset())) for d in sorted(documents, key=lambda document: document.id)]
        write_atomic(root / "raw" / name / "documents.csv", csv_text(DOCUMENT_COLUMNS, map(document_row, documents)))
        write_atomic(root / "raw" / name / "tokens.jsonl", tokens_text(documents))
        write_atomic(root / "splits" / f"{name}.csv", split_table((d.id, d.metadata.story_id) for d in documents))
        n_sheets = 0
        for document in documents:
            path = sheet_path(document, root)
            if path.is_file():
                write_annotation(parse(read_text(path), document, place=str(path)), root)
                n_sheets += 1
        report(f"{name}: {len(documents)} documents, {n_sheets} sheets")
    write_manifest(root)


def sheet_path(document: Document, root: Path) -> Path:
    """Where the sheet of a document lies."""
    return root / "annotations" / document.collection / "sheets" / f"{document.id}.sheet"


def _with_text(document: Document, root: Path) -> Document:
    """The document with the text that is shipped, and its hash and length as they are now; as it was where none is."""
    path = root / "raw" / document.collection / document.metadata.story_id / f"{document.id}.txt"
    if not path.is_file():
        return document
    data = read_bytes(path)
    text = decode(data, path)
    return replace(document, text=text, sha256=sha256(data), n_chars=len(text))


def read_stops(root: Path, collection: str) -> dict[str, frozenset[int]]:
    """By document the full stops after a number that end a sentence, from raw/<collection>/stops.csv: seen by reading."""
    path = root / "raw" / collection / "stops.csv"
    found: dict[str, set[int]] = {}
    for row in read_csv(path, STOP_COLUMNS) if path.is_file() else []:
        if not row["offset"].isdecimal():
            raise DataError(f"{path}: {row['doc_id']}: found the offset {row['offset']!r}, expected a whole number")
        found.setdefault(row["doc_id"], set()).add(int(row["offset"]))
    return {doc_id: frozenset(offsets) for doc_id, offsets in found.items()}


def _tokenized(document: Document, stops: frozenset[int]) -> Document:
    tokens, sentences = tokenize(document.require_text(), stops=stops)
    return replace(document, tokens=tokens, sentences=sentences)


def sheet_problems(collection: Collection, root: Path) -> list[Problem]:
    """What is wrong with the sheets of a collection: missing, broken, not canonical, or saying other than the JSON."""
    problems = []
    folder = root / "annotations" / collection.name / "sheets"
    for path in sorted(folder.glob("*")):
        if path.suffix != ".sheet" or path.stem not in collection.document_by_id:
            problems.append(Problem("H001", _relative(path, root), "", path.name, "the sheet of a document of this collection"))
    for document in collection.documents:
        if document.text is None:
            continue
        path = sheet_path(document, root)
        place = _relative(path, root)
        if not path.is_file():
            if folder.is_dir():
                problems.append(Problem("H002", place, "", "no file", f"the sheet of {document.id}"))
            continue
        try:
            text = read_text(path)
            annotated = parse(text, document, place=place)
        except DataError as error:
            problems.append(Problem("H003", place, "", str(error), "a sheet that compiles"))
            continue
        if annotated != document:
            problems.append(Problem("H004", place, "", "other annotations than the JSON", "the same; run attrib-bench build"))
        elif text != render(document):
            problems.append(
                Problem("H005", place, "", "the sheet in another form", "its canonical form; run attrib-bench sheet --write")
            )
    return problems


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def all_problems(root: Path) -> list[Problem]:
    """Every problem of a data root: what `schema.validate` finds, then what is wrong with the sheets."""
    problems = validate(root)
    for name in collection_names(root):
        try:
            problems += sheet_problems(load_collection(name, root=root), root)
        except DataError:
            continue  # the collection cannot be read at all: `validate` has said why
    return problems


def find_document(doc_id: str, collection: str, *, root: Path | None = None, texts: Path | None = None) -> Document:
    """A document of a collection, with its text where that is shipped or found. Raises DataError where there is none."""
    documents = load_collection(collection, root=root, texts=texts).document_by_id
    if doc_id not in documents:
        near = get_close_matches(doc_id, documents, n=3)
        raise DataError(
            f"collection {collection!r} has no document {doc_id!r}" + (f"; did you mean {', '.join(near)}?" if near else "")
        )
    return documents[doc_id]


def compile_sheet(path: Path, collection: str, *, root: Path | None = None, texts: Path | None = None) -> str:
    """The JSON annotation that a sheet says; its document is the one that the file is named after."""
    document = find_document(path.stem, collection, root=root, texts=texts)
    return canonical_json(record_of(parse(read_text(path), document, place=str(path))))


def write_splits(root: Path) -> None:
    """Write splits/<collection>.csv for every collection, and the manifest."""
    for path, text in _split_tables(root):
        write_atomic(path, text)
    write_manifest(root)


def wrong_splits(root: Path) -> list[str]:
    """The split files that are not byte for byte what the stories and the seed give, as paths relative to the root."""
    return [_relative(path, root) for path, text in _split_tables(root) if not path.is_file() or read_text(path) != text]


def _split_tables(root: Path) -> Iterator[tuple[Path, str]]:
    for name in collection_names(root):
        rows = read_csv(root / "raw" / name / "documents.csv", DOCUMENT_COLUMNS)
        yield root / "splits" / f"{name}.csv", split_table((row["doc_id"], row["story_id"]) for row in rows)
