"""The figures in DATASHEET.md: made from the data, so that they cannot be other than they are."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from attrib_bench.corpus import Collection, collection_names, load_collection, load_pass
from attrib_bench.document import DataError, Document, Form
from attrib_bench.files import read_json, read_text, write_atomic
from attrib_bench.report.human import human_tables
from attrib_bench.report.realism import compared, gqa_parts
from attrib_bench.report.statistics import comparison_table
from attrib_bench.report.tables import TableOf
from attrib_bench.scoring.agreement import agreement
from attrib_bench.splits import SPLITS

_COUNTED: Mapping[str, Callable[[Document], int]] = {
    "articles": lambda _: 1,
    "tokens": lambda document: len(document.tokens),
    "attributions": lambda document: len(document.attributions),
    "of these relayed (with a parent)": lambda document: sum(a.parent is not None for a in document.attributions),
    "of these refusals (no_comment)": lambda document: sum(a.form is Form.NO_COMMENT for a in document.attributions),
    "sources": lambda document: len(document.sources),
    "justifications": lambda document: sum(len(source.justifications) for source in document.sources),
    "hedges": lambda document: len(document.hedges),
    "rejected triggers": lambda document: len(document.rejected_triggers),
    "provenance links": lambda document: len(document.provenance),
}

_MEASURES = (
    ("attribution", "F1", "found"),
    ("source", "exact", "source, exact edges"),
    ("cue", "exact", "cue, exact edges"),
    ("content", "exact", "content, exact edges"),
    ("content", "Dice", "content, Dice"),
    ("form", "kappa", "form, kappa"),
    ("status", "kappa", "status, kappa"),
    ("parent", "accuracy", "parent, accuracy"),
    ("entity", "CoNLL F1", "entities, CoNLL F1"),
    ("kind", "kappa", "kind, kappa"),
    ("sector", "kappa", "sector, kappa"),
    ("identification", "kappa", "identification, kappa"),
    ("justification", "F1", "justifications, F1"),
    ("hedge", "F1", "hedges, F1"),
    ("hedge type", "kappa", "hedge type, kappa"),
    ("rejected trigger", "F1", "rejected triggers, F1"),
    ("reason", "kappa", "reason, kappa"),
    ("zone", "kappa", "zones by token, kappa"),
)
"""Layer and measure of `scoring.agreement`, and what the table calls it."""


def blocks(root: Path) -> dict[str, str]:
    """The generated parts of the datasheet by name: `counts`, `agreement`, `audit` and `learnability`, in Markdown."""
    collections = [load_collection(name, root=root) for name in collection_names(root)]
    return {
        "learnability": learnability(root / "results" / "learnability.json"),
        "counts": "\n".join(_counts(collection).markdown() for collection in collections),
        "agreement": _agreement(root, [collection.name for collection in collections]).markdown(),
        "audit": _audit(root, [collection.name for collection in collections]).markdown(),
    }


def corpora_blocks(root: Path, corpora: Path) -> dict[str, str]:
    """The parts that need the imported corpora: `realism` and `human`, in Markdown. Raises DataError where GQA is missing."""
    side_by_side = comparison_table(compared(["core", *gqa_parts(corpora)], root=root))
    return {"realism": side_by_side.markdown(), "human": "\n".join(table.markdown() for table in human_tables(root, corpora))}


def learnability(path: Path) -> str:
    """The table of what ``benchmarks/learnability.py`` wrote, in Markdown."""
    record = read_json(path)
    rows = tuple(
        (
            f"{row['trained_on']} ({row['articles']} articles, {row['tokens']} tokens)",
            row["tested_on"],
            f"{row['joint_f1']:.3f} ({row['low']:.3f}–{row['high']:.3f})",
        )
        for row in record["rows"]
    )
    title = f"{record['system']} in GQA's scheme, official joint F1, with {record['data']}"
    return TableOf(title, ("trained on", "tested on", "joint F1"), rows).markdown()


def _counts(collection: Collection) -> TableOf:
    splits = [collection.split(name) for name in (*SPLITS, "all")]
    rows = tuple((name, *(str(sum(map(count, documents))) for documents in splits)) for name, count in _COUNTED.items())
    stories = tuple(str(len({document.metadata.story_id for document in documents})) for documents in splits)
    return TableOf(collection.version.partition("+")[0], ("", *SPLITS, "all"), (("stories", *stories), *rows))


def _agreement(root: Path, names: list[str]) -> TableOf:
    found, n_articles = [], []
    names = [name for name in names if (root / "annotations" / name / "passes" / "b").is_dir()]
    for name in names:
        passes = [load_pass(name, annotator, root=root).document_by_id for annotator in ("a", "b")]
        both = sorted(passes[0].keys() & passes[1].keys())
        compared = agreement([{doc_id: documents[doc_id] for doc_id in both} for documents in passes])
        found.append({(row.layer, row.measure): row for row in compared.rows if not row.part})
        n_articles.append(len(both))
    rows = [("articles with both passes", *(cell for n in n_articles for cell in ("", str(n))))]
    for layer, measure, title in _MEASURES:
        cells = []
        for by_name in found:
            row = by_name.get((layer, measure))
            cells += ["–", "0"] if row is None or row.value is None else [f"{row.value:.3f}", str(row.n)]
        rows.append((title, *cells))
    header = [cell for name in names for cell in (name, "n")]
    return TableOf("Agreement of pass A and pass B", ("layer", *header), tuple(rows))


def _audit(root: Path, names: list[str]) -> TableOf:
    kinds = ("difference", "overturned", "missed", "harmonised")
    rows = []
    for name in names:
        text = read_text(root / "annotations" / name / "adjudication.csv")
        found = Counter((row["layer"], row["kind"]) for row in csv.DictReader(text.splitlines()))
        for layer in sorted({layer for layer, _ in found}):
            rows.append((f"{name}: {layer.replace('_', ' ')}", *(str(found[layer, kind]) for kind in kinds)))
    header = ("layer", "passes differed", "agreed, overturned", "missed by both", "changed to fit a later ruling")
    return TableOf("What was settled after the passes", header, tuple(rows))


def filled(datasheet: str, parts: Mapping[str, str]) -> str:
    """The datasheet with each part between its markers, ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->``."""
    for name, text in parts.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, found, rest = datasheet.partition(begin)
        _, found_end, after = rest.partition(end)
        if not found or not found_end:
            raise DataError(f"DATASHEET.md: the markers {begin} and {end} are missing")
        datasheet = f"{before}{begin}\n\n{text}\n{end}{after}"
    return datasheet


def write_datasheet(root: Path, corpora: Path | None = None) -> None:
    """Put the figures into DATASHEET.md, where the data root has one; those that need the imported corpora only with them."""
    path = root / "DATASHEET.md"
    if path.is_file():
        parts = blocks(root) | (corpora_blocks(root, corpora) if corpora is not None else {})
        write_atomic(path, filled(read_text(path), parts))
