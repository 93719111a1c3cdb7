"""Corpora measured side by side, in one scheme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from attrib_bench.document import DataError, Document
from attrib_bench.formats.gqa import COLLECTION as GQA
from attrib_bench.formats.gqa_scheme import body, in_gqa_scheme
from attrib_bench.interchange import Input, open_input
from attrib_bench.report.statistics import Statistics, statistics


def measured(
    spec: str, *, format_name: str | None = None, split: str | None = None, root: Path | None = None, texts: Path | None = None
) -> Statistics:
    """The figures of a corpus in its own scheme. Raises DataError for what `interchange.open_input` cannot open."""
    opened = open_input(spec, format_name=format_name, split=split, root=root, texts=texts)
    return statistics(opened.read(), _name(spec, opened), absent=opened.absent)


def compared(
    specs: Sequence[str], *, split: str | None = None, root: Path | None = None, texts: Path | None = None
) -> list[Statistics]:
    """The figures of several corpora, where one of them is GQA's all in its scheme and of body text alone.

    `split` is that of the first.

    Raises DataError for what `interchange.open_input` cannot open.
    """
    opened = [open_input(spec, split=None if index else split, root=root, texts=texts) for index, spec in enumerate(specs)]
    mapped = any(one.format == GQA for one in opened)
    absent = {layer for one in opened for layer in one.absent} | ({"sources", "zones", "status"} if mapped else set())
    return [
        statistics(_in_scheme(one) if mapped else one.read(), _name(spec, one), absent=absent)
        for spec, one in zip(specs, opened, strict=True)
    ]


def _in_scheme(opened: Input) -> Iterable[Document]:
    return opened.read() if opened.format == GQA else (in_gqa_scheme(body(document)) for document in opened.read())


def _name(spec: str, opened: Input) -> str:
    return spec if opened.format == "collection" else f"{opened.format} {Path(spec).stem}"


def gqa_parts(corpora: Path | None) -> tuple[str, str]:
    """Where GQA's train and dev parts lie in a folder of corpora. Raises DataError where they do not."""
    if corpora is None:
        raise DataError("--compare gqa needs the folder with the imported corpora: --corpora, or ATTRIB_BENCH_CORPORA")
    paths = [corpora / "gqa" / "data" / f"{part}.jsonl" for part in ("train", "dev")]
    for path in paths:
        if not path.is_file():
            raise DataError(f"{path}: is missing; expected the folder of the imported corpora, with gqa/data/ in it")
    return str(paths[0]), str(paths[1])
