"""Hugging Face datasets: collections as a folder that ``datasets.load_dataset`` reads, or loaded without that detour.

Each of the CONFIGS has the splits train, validation and test. One without rows is exported too, as a file with typed columns,
but the card does not declare it, since `datasets` (as of 5.2) refuses to load a split without rows. A span is a list of
fragments ``{start, end}``: code points into the document's text, half-open; the empty list where there is none. Labels are
ClassLabels whose names have the order of the model's enums. Nothing here talks to a hub.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from attrib_bench.corpus import Collection, load_collection
from attrib_bench.document import (
    ATTRIBUTION_LABELS,
    DataError,
    Document,
    Form,
    Fragment,
    HedgeType,
    Identification,
    JustificationType,
    Kind,
    Reason,
    Sector,
    Span,
    Status,
    ZoneKind,
    depth,
    holder,
    mentions,
)
from attrib_bench.files import read_bytes, read_text, sha256
from attrib_bench.records import attribution_record, hedge_record, source_record
from attrib_bench.splits import SPLITS
from attrib_bench.tokens import sentence_of, token_ids

if TYPE_CHECKING:
    import datasets
    import pandas as pd
    import pyarrow as pa

Row: TypeAlias = dict[str, Any]
"""One row of a config; labels are their names."""

Column: TypeAlias = "type[str | int | bool] | tuple[str, ...] | list[Column] | dict[str, Column]"
"""What a column holds: a value, a label (the tuple has its names), a list of something, a record."""


def _names(labels: type[StrEnum]) -> tuple[str, ...]:
    return tuple(label.value for label in labels)


LABELS = (*ATTRIBUTION_LABELS, "hedge")
"""The labels of spans; config `tokens` has a column of BIO tags for each."""

_SPAN: Column = [{"start": int, "end": int}]
_KEY: dict[str, Column] = {"doc_id": str, "collection": str, "story_id": str}
_CONTEXT: dict[str, Column] = {"context": _SPAN, "context_text": str}
_SOURCE: dict[str, Column] = {
    "id": str,
    "name": str,
    "kind": _names(Kind),
    "sector": _names(Sector),
    "identification": _names(Identification),
    "affiliation": str,
    "justifications": [{"type": _names(JustificationType), "span": _SPAN}],
    "listed": bool,
    "self": bool,
    "doc_ref": str,
}
_ATTRIBUTION: dict[str, Column] = {
    "id": str,
    "form": _names(Form),
    "status": _names(Status),
    **dict.fromkeys(ATTRIBUTION_LABELS, _SPAN),
    "source_refs": [str],
    "parent": str,
    "continues": str,
}
_HEDGE: dict[str, Column] = {"id": str, "type": _names(HedgeType), "span": _SPAN}


@dataclass(frozen=True, slots=True)
class Config:
    """One of the views of a collection: what a row is, its columns, and the rows of a document."""

    row: str
    columns: Mapping[str, Column]
    rows: Callable[[Document], Iterable[Row]]


def _key(document: Document) -> Row:
    return {"doc_id": document.id, "collection": document.collection, "story_id": document.metadata.story_id}


def _fragments(fragments: Iterable[Fragment]) -> list[Row]:
    return [{"start": start, "end": end} for start, end in fragments]


def _span(span: Span | None) -> list[Row]:
    return [] if span is None else _fragments(span.fragments)


def _surface(document: Document, span: Span | None) -> str | None:
    return None if span is None else span.surface(document.require_text())


def _context(document: Document, spans: Iterable[Span]) -> Row:
    """The sentences from the first to the last that the spans touch."""
    ids = [token for span in spans for token in token_ids(document, span)]
    if not ids:
        return {"context": [], "context_text": None}
    first, last = sentence_of(document, min(ids))[0], sentence_of(document, max(ids))[1] - 1
    span = Span(((document.tokens[first][0], document.tokens[last][1]),))
    return {"context": _span(span), "context_text": _surface(document, span)}


def _document_rows(document: Document) -> Iterator[Row]:
    yield {
        **_key(document),
        **{field: getattr(document.metadata, field) for field in ("outlet", "genre", "topic", "date", "title")},
        "text": document.require_text(),
        "sha256": document.sha256,
        "n_chars": document.n_chars,
        "zones": [{"kind": str(zone.kind), "start": zone.start, "end": zone.end} for zone in document.zones],
        "sources": [source_record(source, span=_span) for source in document.sources],
        "attributions": [attribution_record(attribution, span=_span) for attribution in document.attributions],
        "hedges": [hedge_record(hedge, span=_span) for hedge in document.hedges],
        "rejected_triggers": [{"reason": str(t.reason), "span": _span(t.span)} for t in document.rejected_triggers],
        "provenance": [{"attribution": link.attribution, "to_doc": link.to_doc} for link in document.provenance],
        "tokens": _fragments(document.tokens),
        "sentences": _fragments(document.sentences),
    }


def _attribution_rows(document: Document) -> Iterator[Row]:
    for attribution in document.attributions:
        sources = [document.source_by_id[ref] for ref in attribution.source_refs]
        first = source_record(sources[0], span=_span) if sources else {}
        yield {
            **_key(document),
            **attribution_record(attribution, span=_span),
            **{f"{label}_text": _surface(document, getattr(attribution, label)) for label in ATTRIBUTION_LABELS},
            "source_names": [source.name for source in sources],
            **{field: first.get(field) for field in ("kind", "sector", "identification")},
            "depth": depth(document, attribution),
            **_context(document, (span for _, span in attribution.spans())),
        }


def _source_rows(document: Document) -> Iterator[Row]:
    for source in document.sources:
        found = mentions(document, source)
        yield {
            **_key(document),
            **source_record(source, span=_span),
            "mentions": _fragments(found),
            "mention_texts": [document.require_text()[start:end] for start, end in found],
            "attributions": [a.id for a in document.attributions if source.id in a.source_refs],
        }


def _hedge_rows(document: Document) -> Iterator[Row]:
    for hedge in document.hedges:
        held_by = holder(document, hedge.span)
        yield {
            **_key(document),
            **hedge_record(hedge, span=_span),
            "text": _surface(document, hedge.span),
            "holder": held_by and held_by.id,
            **_context(document, [hedge.span]),
        }


def _token_rows(document: Document) -> Iterator[Row]:
    text = document.require_text()
    tags = {label: bio_tags(document, label) for label in LABELS}
    for index, (first, last) in enumerate(document.sentences):
        tokens = document.tokens[first:last]
        yield {
            **_key(document),
            "sentence": index,
            "tokens": [text[start:end] for start, end in tokens],
            "offsets": _fragments(tokens),
            # A chunk that began in the sentence before begins anew: every row is well-formed BIO.
            **{
                f"{label}_tags": [
                    f"B-{label}" if i == first and tag != "O" else tag for i, tag in enumerate(tags[label][first:last], first)
                ]
                for label in LABELS
            },
        }


def bio_tags(document: Document, label: str) -> list[str]:
    """One tag for each canonical token: `O`, `B-<label>`, `I-<label>`.

    Tags cannot nest: a token belongs to the span of this label that covers most tokens, at equal size to the one that begins
    first; so of nested spans the outermost is tagged, and `O` is exactly what no span of the label covers. Each fragment of a
    span, and what a larger span leaves of it, is a chunk with its own `B`. `label` is one of LABELS.
    """
    tags = ["O"] * len(document.tokens)
    spans = (span for name, span in document.spans() if name == label)
    for _, span in sorted((-len(token_ids(document, span)), span) for span in set(spans)):
        for fragment in span.fragments:
            previous = None
            for token in token_ids(document, Span((fragment,))):
                if tags[token] == "O":
                    tags[token] = f"B-{label}" if previous != token - 1 else f"I-{label}"
                    previous = token
    return tags


CONFIGS: Mapping[str, Config] = {
    "documents": Config(
        "an article with everything that is annotated in it",
        {
            **_KEY,
            **dict.fromkeys(("outlet", "genre", "topic", "date", "title", "text", "sha256"), str),
            "n_chars": int,
            "zones": [{"kind": _names(ZoneKind), "start": int, "end": int}],
            "sources": [_SOURCE],
            "attributions": [_ATTRIBUTION],
            "hedges": [_HEDGE],
            "rejected_triggers": [{"reason": _names(Reason), "span": _SPAN}],
            "provenance": [{"attribution": str, "to_doc": str}],
            "tokens": _SPAN,
            "sentences": _SPAN,
        },
        _document_rows,
    ),
    "attributions": Config(
        "an attribution: who says what, in which words",
        {
            **_KEY,
            **_ATTRIBUTION,
            **{f"{label}_text": str for label in ATTRIBUTION_LABELS},
            "source_names": [str],
            "kind": _names(Kind),
            "sector": _names(Sector),
            "identification": _names(Identification),
            "depth": int,
            **_CONTEXT,
        },
        _attribution_rows,
    ),
    "sources": Config(
        "a source of one article, with its mentions",
        {**_KEY, **_SOURCE, "mentions": _SPAN, "mention_texts": [str], "attributions": [str]},
        _source_rows,
    ),
    "hedges": Config(
        "a hedge",
        {**_KEY, **_HEDGE, "text": str, "holder": str, **_CONTEXT},
        _hedge_rows,
    ),
    "tokens": Config(
        "a sentence, with BIO tags",
        {
            **_KEY,
            "sentence": int,
            "tokens": [str],
            "offsets": _SPAN,
            **{f"{label}_tags": [("O", f"B-{label}", f"I-{label}")] for label in LABELS},
        },
        _token_rows,
    ),
}
"""The configs by name; the first is the default."""


@dataclass(frozen=True, slots=True)
class SplitSize:
    """How many rows a split of a config has."""

    config: str
    split: str
    n_rows: int


def load_dataset(
    config: str = "documents",
    split: str | None = None,
    *,
    collection: str = "core",
    root: Path | None = None,
    texts: Path | None = None,
) -> datasets.Dataset | datasets.DatasetDict:
    """The rows of a split (or of `all`), in memory; without `split` a DatasetDict of the three.

    The same features and rows as ``datasets.load_dataset`` gives on an export, and the splits without rows, which that cannot
    load. `texts` is the folder with the texts of a
    stand-off collection. Raises DataError for an unknown config, split or collection, and where texts are missing.
    """
    import datasets

    loaded = [_with_texts(collection, root, texts)]
    if split is not None:
        return _dataset(config, loaded, split)
    return datasets.DatasetDict({name: _dataset(config, loaded, name) for name in SPLITS})


def load_frame(
    config: str = "documents",
    *,
    split: str = "all",
    collection: str = "core",
    root: Path | None = None,
    texts: Path | None = None,
) -> pd.DataFrame:
    """The rows as a data frame: labels as strings, and `split` as the last column.

    What is nested stays lists of dicts; an absent label or id is missing. Raises DataError as `load_dataset` does.
    """
    import pandas as pd

    columns = _config(config).columns
    loaded = _with_texts(collection, root, texts)
    rows = [
        {**row, "split": loaded.split_by_id[document.id]}
        for document in loaded.split(split)
        for row in _config(config).rows(document)
    ]
    return pd.DataFrame(rows, columns=[*columns, "split"])


def export(
    folder: Path, *, collections: Sequence[str] = ("core",), root: Path | None = None, texts: Path | None = None
) -> tuple[SplitSize, ...]:
    """The sizes of what was written: a dataset folder with a card (README.md) and ``<config>/<split>.parquet``.

    The folder is written whole or not at all; one that exists is replaced only where it is empty or holds an earlier export
    and nothing else. The same data give the same bytes. Raises DataError where texts are missing and where the folder
    cannot be replaced or written.
    """
    loaded = [_with_texts(name, root, texts) for name in dict.fromkeys(collections)]
    try:
        with _replacing(folder) as new:
            written = {config: _write_config(new / config, config, loaded) for config in CONFIGS}
            (new / "README.md").write_bytes(_card(loaded, written).encode("utf-8"))
    except OSError as error:
        raise DataError(f"{folder}: cannot be written: {error}") from error
    return tuple(SplitSize(config, split, part.n_rows) for config, parts in written.items() for split, part in parts.items())


def check_export(folder: Path, *, root: Path | None = None, texts: Path | None = None) -> tuple[SplitSize, ...]:
    """The sizes of an export, read back by ``datasets.load_dataset`` in a fresh process, offline and with an empty cache.

    Every config and split must have the card's number of rows, and the features and rows that the collections named in the
    card give now. A split without rows is read as the bare file. Raises DataError listing what differs.
    """
    path = folder / "README.md"
    card = read_text(path)
    if (stated := _stated(card, path)) is None:
        raise DataError(f"{path}: is not the card of an export; expected a line {_marker(['core@…'])!r}")
    loaded = [_with_texts(version.partition("@")[0], root, texts) for version in stated.versions]
    if stated.versions != (now := [collection.version for collection in loaded]):
        raise DataError(
            f"{folder}: exported from {', '.join(stated.versions)}, the data are now {', '.join(now)}; export them again"
        )
    found = _read_in_fresh_process(folder)
    sizes, problems = [], []
    for config in CONFIGS:
        for split in SPLITS:
            expected = _dataset(config, loaded, split)
            n_rows, digest = found[config][split]
            sizes.append(SplitSize(config, split, n_rows))
            n_stated = stated.n_rows.get((config, split), 0)
            if not n_rows == n_stated == len(expected):
                problems.append(f"{config}/{split}: {n_rows} rows, the card says {n_stated}, the data have {len(expected)}")
            elif digest != _digest(expected):
                problems.append(f"{config}/{split}: other rows or features than the data give")
    if _count_tables(loaded, sizes) not in card:
        problems.append("README.md: other counts than the data give")
    if problems:
        raise DataError(f"{folder}: " + "; ".join(problems))
    return tuple(sizes)


def _config(name: str) -> Config:
    if name not in CONFIGS:
        raise DataError(f"found the config {name!r}, expected one of {', '.join(CONFIGS)}")
    return CONFIGS[name]


def _with_texts(name: str, root: Path | None, texts: Path | None) -> Collection:
    collection = load_collection(name, root=root, texts=texts)
    if not collection.hydrated:
        n_missing = sum(document.text is None for document in collection.documents)
        raise DataError(
            f"collection {name!r}: {n_missing} of {len(collection.documents)} texts are not shipped; "
            "name the folder that holds your own copies (texts=…, or --texts FOLDER)"
        )
    return collection


def _dataset(config: str, collections: Sequence[Collection], split: str) -> datasets.Dataset:
    import datasets

    return datasets.Dataset(table_of(config, _split(collections, split)), split=datasets.NamedSplit(split))


def table_of(config: str, documents: Iterable[Document]) -> pa.Table:
    """The rows of documents with labels as numbers; its schema carries the features, as `datasets` wants them."""
    import datasets
    import pyarrow as pa

    view = _config(config)
    features = datasets.Features({name: _feature(column) for name, column in view.columns.items()})
    rows = [row for document in documents for row in view.rows(document)]
    columns = {name: features.encode_column([row[name] for row in rows], name) for name in view.columns}
    return pa.Table.from_pydict(columns, schema=features.arrow_schema)


def _split(collections: Sequence[Collection], split: str) -> Iterator[Document]:
    return (document for collection in collections for document in collection.split(split))


_TYPES = {str: "string", int: "int32", bool: "bool"}


def _feature(column: Column) -> Any:
    import datasets

    match column:
        case tuple():
            return datasets.ClassLabel(names=list(column))
        case list():
            return [_feature(column[0])]
        case dict():
            return {name: _feature(inner) for name, inner in column.items()}
        case _:
            return datasets.Value(_TYPES[column])


def _yaml_feature(column: Column) -> Row:
    """The column in the words of a card's ``dataset_info``."""
    match column:
        case tuple():
            return {"dtype": {"class_label": {"names": {str(i): name for i, name in enumerate(column)}}}}
        case list():
            inner = _yaml_feature(column[0])
            return {"list": inner.get("struct") or inner["dtype"]}
        case dict():
            return {"struct": _yaml_features(column)}
        case _:
            return {"dtype": _TYPES[column]}


def _yaml_features(columns: Mapping[str, Column]) -> list[Row]:
    return [{"name": name, **_yaml_feature(column)} for name, column in columns.items()]


@dataclass(frozen=True, slots=True)
class _Part:
    """One parquet file."""

    n_rows: int
    n_bytes: int
    """In memory, as Arrow."""
    n_file_bytes: int
    sha256: str


def _write_config(folder: Path, config: str, collections: Sequence[Collection]) -> dict[str, _Part]:
    import pyarrow.parquet as pq

    folder.mkdir()
    parts = {}
    for split in SPLITS:
        table = table_of(config, _split(collections, split))
        path = folder / f"{split}.parquet"
        pq.write_table(table, path)
        content = read_bytes(path)
        parts[split] = _Part(len(table), table.nbytes, len(content), sha256(content))
    return parts


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A new folder to be filled, which then takes the place of `folder`; where that fails nothing has changed."""
    target = folder.resolve()
    _require_replaceable(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    new, old = staging / "new", staging / "old"
    try:
        new.mkdir()
        yield new
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    finally:
        shutil.rmtree(staging)


def _require_replaceable(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise DataError(f"{folder}: is a file, expected a folder to export to")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}
    if not any(folder.iterdir()):
        return
    card = folder / "README.md"
    if "README.md" not in found or _stated(read_text(card), card) is None:
        raise DataError(f"{folder}: holds files that no export made; name an empty folder, or one that does not exist")
    if foreign := sorted(found - {"README.md", *(f"{config}/{split}.parquet" for config in CONFIGS for split in SPLITS)}):
        raise DataError(f"{folder}: besides an earlier export holds {foreign[0]!r}, which would be lost; move it first")


def _marker(versions: Iterable[str]) -> str:
    return f"<!-- exported by attrib-bench from {', '.join(versions)} -->"


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the card of an export says: the data versions, and the number of rows by config and split where there are any."""

    versions: list[str]
    n_rows: dict[tuple[str, str], int]


def _stated(card: str, path: Path) -> _Stated | None:
    """None for a card that no export made. Raises DataError for one whose YAML was damaged."""
    import yaml

    if (versions := re.search(_marker(["(.+)"]), card)) is None:
        return None
    try:
        front = yaml.safe_load(card.split("---\n")[1])
        return _Stated(
            versions[1].split(", "),
            {(i["config_name"], split["name"]): split["num_examples"] for i in front["dataset_info"] for split in i["splits"]},
        )
    except (LookupError, TypeError, yaml.YAMLError) as error:
        raise DataError(f"{path}: its YAML is not that of an export: {error}") from error


def _read_in_fresh_process(folder: Path) -> dict[str, dict[str, tuple[int, str]]]:
    """Number of rows and digest by config and split, as ``datasets.load_dataset`` reads them."""
    program = f"import json, {__name__} as m; print(json.dumps(m._read_back({str(folder.resolve())!r})))"
    with tempfile.TemporaryDirectory() as cache:
        # A cache of its own, since an older one may answer with an older export; HF_DATASETS_CACHE would override HF_HOME.
        environment = {
            **os.environ,
            "HF_HOME": cache,
            "HF_DATASETS_CACHE": f"{cache}/datasets",
            "HF_HUB_OFFLINE": "1",
            "HF_DATASETS_OFFLINE": "1",
        }
        done = subprocess.run([sys.executable, "-c", program], env=environment, cwd=cache, capture_output=True, encoding="utf-8")
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise DataError(f"{folder}: datasets.load_dataset cannot read it: {said[-1]}")
    found: dict[str, dict[str, tuple[int, str]]] = json.loads(done.stdout)
    return found


def _read_back(folder: str) -> dict[str, dict[str, tuple[int, str]]]:
    import datasets
    import pyarrow.parquet as pq

    found = {}
    for config in CONFIGS:
        rows = {split: datasets.Dataset(pq.read_table(f"{folder}/{config}/{split}.parquet")) for split in SPLITS}
        if any(map(len, rows.values())):
            rows |= datasets.load_dataset(folder, config)
        found[config] = {split: (len(rows[split]), _digest(rows[split])) for split in SPLITS}
    return found


def _digest(rows: datasets.Dataset) -> str:
    """The same for datasets with the same features and rows."""
    return sha256(json.dumps([rows.features.to_dict(), rows.to_list()]))


def _card(collections: Sequence[Collection], written: Mapping[str, Mapping[str, _Part]]) -> str:
    """The dataset card: YAML that ``datasets`` reads, and text for people."""
    import yaml

    names = [collection.name for collection in collections]
    versions = [collection.version for collection in collections]
    n_documents = sum(len(collection.documents) for collection in collections)
    free = names == ["core"]
    with_rows = {config: {split: part for split, part in parts.items() if part.n_rows} for config, parts in written.items()}
    declared = {config: parts for config, parts in with_rows.items() if parts}
    front = {
        "pretty_name": "attrib-bench: source attribution in German news",
        "language": ["de"],
        "license": "cc-by-4.0" if free else "other",
        **({} if free else {"license_name": "mixed", "license_link": "README.md"}),
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated" if free else "other"],
        "multilinguality": ["monolingual"],
        "size_categories": [_size_category(n_documents)],
        "task_categories": ["token-classification", "text-classification"],
        "tags": ["attribution", "quotation", "hedging", "news", "german"],
        "configs": [
            {
                "config_name": config,
                **({"default": True} if config == next(iter(CONFIGS)) else {}),
                "data_files": [{"split": split, "path": f"{config}/{split}.parquet"} for split in parts],
            }
            for config, parts in declared.items()
        ],
        "dataset_info": [_dataset_info(config, parts, versions) for config, parts in declared.items()],
    }
    sizes = [SplitSize(config, split, part.n_rows) for config, parts in written.items() for split, part in parts.items()]
    stand_off = " and ".join(f"`{name}`" for name in names if name != "core")
    sections = [
        f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=10_000)}---",
        _marker(versions),
        _ABOUT,
        _FREE if free else _NOT_FREE.format(names=stand_off),
        _count_tables(collections, sizes),
    ]
    return "\n\n".join(section.strip() for section in sections) + "\n"


def _dataset_info(config: str, parts: Mapping[str, _Part], versions: Iterable[str]) -> Row:
    # datasets looks rows up in its cache by folder name, config and this YAML, not by the data: without a hash of the rows
    # in it, new parquet files under the old YAML would give the old rows.
    digest = sha256("".join(part.sha256 for part in parts.values()))
    return {
        "config_name": config,
        "description": f"One row is {CONFIGS[config].row}. Made from {', '.join(versions)}; SHA-256 of the files: {digest}",
        "features": _yaml_features(CONFIGS[config].columns),
        "splits": [{"name": split, "num_bytes": part.n_bytes, "num_examples": part.n_rows} for split, part in parts.items()],
        "download_size": sum(part.n_file_bytes for part in parts.values()),
        "dataset_size": sum(part.n_bytes for part in parts.values()),
    }


def _size_category(n: int) -> str:
    """The hub's name for a number of documents."""
    bounds = {1_000: "n<1K", 10_000: "1K<n<10K", 100_000: "10K<n<100K"}
    return next((name for bound, name in bounds.items() if n < bound), "100K<n<1M")


_COUNTED = (
    ("attributions", "form"),
    ("attributions", "status"),
    ("sources", "kind"),
    ("sources", "sector"),
    ("sources", "identification"),
    ("hedges", "type"),
    ("rejected_triggers", "reason"),
    ("zones", "kind"),
)
"""Layers of a document with the labels that the card counts."""


def _count_tables(collections: Sequence[Collection], sizes: Iterable[SplitSize]) -> str:
    n_rows = {(size.config, size.split): size.n_rows for size in sizes}
    counts = {
        split: Counter(
            (layer, field, str(getattr(item, field)))
            for collection in collections
            for document in collection.split(split)
            for layer, field in _COUNTED
            for item in getattr(document, layer)
        )
        for split in SPLITS
    }
    rows = [(f"`{config}`", what.row, *(n_rows[config, split] for split in SPLITS)) for config, what in CONFIGS.items()]
    labels = [
        (layer.replace("_", " "), field, f"`{label}`", *(counts[split][layer, field, label] for split in SPLITS))
        for layer, field in _COUNTED
        for label in _label_names(layer, field)
    ]
    return "\n\n".join(
        [
            "## Counts",
            _table(("config", "one row is", *SPLITS), rows),
            _table(("of", "label", "value", *SPLITS), labels),
        ]
    )


def _label_names(layer: str, field: str) -> tuple[str, ...]:
    match CONFIGS["documents"].columns[layer]:
        case [dict() as record] if isinstance(names := record[field], tuple):
            return names
    raise KeyError(layer, field)


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; columns named after a split are numbers and stand to the right."""
    rule = ["---:" if name in SPLITS else "---" for name in header]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in (header, rule, *rows))


_ABOUT = """
# attrib-bench: source attribution in German news

Who is quoted or relied on, in which words, for which content, how certain it is made to sound, and through whose hands it
came. The news texts of the collection `core` are German and invented: large language models wrote them for this benchmark,
under written guidelines. The labels were likewise made by large language models, by reading: two passes that did not see each
other, then an audit that settled where they differ. They are not the work of human annotators. How they were made,
how far the passes agree and what the data should not be used for is in DATASHEET.md, what each label means in
docs/codebook.md, both in the repository of attrib-bench.

```python
from datasets import load_dataset

attributions = load_dataset("<this folder>", "attributions", split="test")
```

## Reading the rows

* Offsets count Unicode code points into `text` of config `documents`, half-open: `text[start:end]` in Python.
* A span is a list of fragments `{start, end}`; one with a gap has several, and the empty list says that there is none.
  A `…_text` joins the fragments by ` … `.
* Splits are by story: the articles of one story share facts and sentences, and stand in the same split.
* A split without rows is not declared in this card, as `datasets` would refuse to load it; its file is there.
* `documents`: `tokens` are the canonical tokens, on which spans are scored; `sentences` are ranges of token numbers.
  `provenance` says which article of the story an attribution relays.
* `attributions`: `parent` is the attribution through which this one reached the text, `depth` the number of hands it went
  through, `continues` the one whose source a cue-less one shares. `kind`, `sector` and `identification` are those of the
  first source, null where there is none. `context` runs over the sentences that the attribution touches.
* `hedges`: `holder` is the attribution in whose content the hedge stands, null where it is the article's own.
* `tokens`: BIO tags, a column a label. Tags cannot nest or overlap, so this config is a simplification: of nested or
  overlapping spans of one label a token has the largest (the outermost), what is left of a smaller one is a chunk of its
  own; each fragment of a span with gaps is a chunk with its own `B`; a chunk that crosses the end of a sentence begins anew
  with `B` in the next. A token is `O` exactly where no span of the label covers it.
"""

_FREE = """
## Licence

CC BY 4.0.
"""

_NOT_FREE = """
## Licence

Not a folder to pass on: it holds texts of {names}, which belong to their publishers and were read from your own copies. The
annotations, and the texts of `core`, are under CC BY 4.0.
"""
