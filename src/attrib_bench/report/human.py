"""Labels made under the codebook, held against human gold: the collection `wikinews` against the GQA corpus.

Its articles were drawn by seed from GQA train and labelled blind. Both sides are compared in GQA's scheme, by its official scores.
``annotations/wikinews/human.csv`` has a row for each difference, with a verdict: `scheme` (both are right by their own rules),
`mapping` (the same label, which the mapping of codebook section 13.1 does not reach), `theirs` or `ours` (a slip).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from attrib_bench.corpus import load_collection, load_pass
from attrib_bench.document import DataError, Document
from attrib_bench.files import read_csv
from attrib_bench.formats import gqa
from attrib_bench.formats.gqa_scheme import in_gqa_scheme
from attrib_bench.report.realism import gqa_parts
from attrib_bench.report.tables import TableOf
from attrib_bench.scoring import gqa as official
from attrib_bench.scoring.bootstrap import intervals

COLLECTION = "wikinews"
HUMAN_COLUMNS = ("doc_id", "human", "ours", "what", "verdict", "rule", "reason")
VERDICTS = ("scheme", "mapping", "theirs", "ours")
_EXPLAINED = ("scheme", "mapping")
_SCORES = ("msg", "roles", "joint", "form")

Pair = tuple[Document, Document]
"""An article of the corpus, and the same with our labels in GQA's scheme."""


def human_tables(root: Path, corpora: Path) -> list[TableOf]:
    """The official scores of our labels against the human ones, and the differences by kind and verdict.

    Raises DataError where the corpus or an article is missing, and for a row of human.csv that names what is not there.
    """
    rows = read_csv(root / "annotations" / COLLECTION / "human.csv", HUMAN_COLUMNS)
    blind = _pairs(load_pass(COLLECTION, "a", root=root).documents, corpora)
    mended = _pairs(load_collection(COLLECTION, root=root).documents, corpora)
    columns = {
        "as labelled blind": [_pages(pair) for pair in blind],
        "the schemes' differences taken out": [_pages(pair, rows) for pair in blind],
        "as mended": [_pages(pair) for pair in mended],
    }
    stories = [theirs.id for theirs, _ in blind]
    cells: dict[str, list[str]] = {}
    for pages in columns.values():
        table = official.tabulate(pages)
        values, bounds = official.figures(table.total()), intervals(table, stories, official.figures)
        for score in _SCORES:
            cells.setdefault(f"{score} P / R", []).append(f"{values[f'prec_{score}']:.3f} / {values[f'rec_{score}']:.3f}")
            within = bounds[f"f1_{score}"]
            cells.setdefault(f"{score} F1", []).append(f"{values[f'f1_{score}']:.3f} ({within.low:.3f}–{within.high:.3f})")
    title = f"Against human gold: {len(blind)} articles of GQA train"
    scores = TableOf(title, ("official score", *columns), tuple((name, *values) for name, values in cells.items()))
    return [scores, _verdict_table(rows)]


def _verdict_table(rows: Sequence[Mapping[str, str]]) -> TableOf:
    found = Counter((row["what"], row["verdict"]) for row in rows)
    names = sorted({row["what"] for row in rows})
    lines = [(name, *(str(found[name, verdict]) for verdict in VERDICTS)) for name in names]
    lines.append(("all", *(str(sum(found[name, verdict] for name in names)) for verdict in VERDICTS)))
    return TableOf("Differences from the human annotation, sorted", ("what", *VERDICTS), tuple(lines))


def _pairs(documents: Sequence[Document], corpora: Path) -> list[Pair]:
    path = Path(gqa_parts(corpora)[0])
    by_hash = {document.sha256: document for document in gqa.read(path)}
    pairs = []
    for document in documents:
        if document.sha256 not in by_hash:
            raise DataError(f"{path}: has no text with the SHA-256 {document.sha256} of {document.id}")
        theirs = replace(by_hash[document.sha256], id=document.id)
        ours = in_gqa_scheme(replace(theirs, sources=document.sources, attributions=document.attributions, native={}))
        pairs.append((theirs, ours))
    return pairs


def _pages(pair: Pair, rows: Sequence[Mapping[str, str]] = ()) -> official.Page:
    """The quotations of both, without those that the rows explain by the schemes; a part so explained counts as equal."""
    theirs, ours = pair
    gold = dict(zip(_ids(theirs), gqa.roles(theirs), strict=True))
    predicted = dict(zip(_ids(ours), gqa.roles(ours), strict=True))
    for row in rows:
        if row["doc_id"] != theirs.id or row["verdict"] not in _EXPLAINED:
            continue
        for id_, side in ((row["human"], gold), (row["ours"], predicted)):
            if id_ and id_ not in side and row["what"] in ("missed", "extra"):
                raise DataError(f"human.csv: {theirs.id} has no quotation {id_!r}")
        if row["what"] == "missed":
            del gold[row["human"]]
        elif row["what"] == "extra":
            del predicted[row["ours"]]
        else:
            human = gold[row["human"]]
            predicted[row["ours"]] = predicted[row["ours"]]._replace(**{row["what"]: getattr(human, row["what"])})
            if row["what"] in ("cue", "type"):  # GQA's frames and media go with cue and type
                predicted[row["ours"]] = predicted[row["ours"]]._replace(frame=human.frame)
    return list(gold.values()), list(predicted.values())


def _ids(document: Document) -> Iterator[str]:
    return (attribution.id for attribution in document.attributions if attribution.content is not None)
