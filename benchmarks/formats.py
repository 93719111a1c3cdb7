"""Round trips of whole corpora: read, write, read again; documents, annotations, failures, seconds and peak memory.

    python benchmarks/formats.py CORPORA          the four corpora, and core through every tool's format

Each round trip runs in a process of its own, so that peak memory is its own. A failure is a document that cannot be read or
written, or that differs when it is read again.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from attrib_bench.document import DataError, Document
from attrib_bench.files import sha256
from attrib_bench.formats import FORMATS
from attrib_bench.formats.jsonlines import line_of
from attrib_bench.interchange import convert, open_input

CORPORA = {
    "GQA train": ("gqa", "gqa/data/train.jsonl"),
    "GQA dev": ("gqa", "gqa/data/dev.jsonl"),
    "Redewiedergabe": ("redewiedergabe", "redewiedergabe/data/main/tsv"),
    "SpkAtt train": ("spkatt", "spkatt/data/train/task1"),
    "SpkAtt dev": ("spkatt", "spkatt/data/dev/task1"),
    "SpkAtt trial": ("spkatt", "spkatt/data/trial/task1"),
    "PolNeAR train": ("polnear", "polnear/data/train"),
    "PolNeAR dev": ("polnear", "polnear/data/dev"),
    "PolNeAR annotator training": ("polnear", "polnear/data/annotator-training"),
}
HEADER = ("what", "format", "documents", "attributions", "failures", "files that differ", "seconds", "MB")
ONE_FILE = {"attrib-bench": "documents.jsonl", "gqa": "documents.jsonl"}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--one", nargs=2, metavar=("FORMAT", "SPEC"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(round_trip(*options.one)))
        return
    print("| " + " | ".join(HEADER) + " |\n|" + "---|" * len(HEADER))
    for name, format_name, spec in _cases(options.corpora):
        command = [sys.executable, __file__, str(options.corpora), "--one", format_name, spec]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout)
        print(f"| {name} | {format_name} | " + " | ".join(str(found[key]) for key in HEADER[2:]) + " |", flush=True)


def _cases(corpora: Path) -> Iterator[tuple[str, str, str]]:
    for name, (format_name, place) in CORPORA.items():
        yield name, format_name, str(corpora / place)
    of_corpora = {format_name for format_name, _ in CORPORA.values()}
    for format_name in FORMATS:
        if format_name not in of_corpora | {"sheet"}:  # a sheet holds the labels alone
            yield "core", format_name, "core"


def round_trip(format_name: str, spec: str) -> dict[str, float]:
    """What became of the documents of an input on the way through a format and back, with the numbers of the table."""
    started = time.perf_counter()
    failures: list[DataError] = []
    format_ = FORMATS[format_name]
    source = open_input(spec, format_name=None if spec == "core" else format_name)
    n_attributions = 0
    before: dict[str, str] = {}
    for document in source.read(failures.append):
        n_attributions += len(document.attributions)
        before[document.id] = _digest(document)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / ONE_FILE.get(format_name, "out")
        convert(source, format_, out, broken=failures.append)
        after = {document.id: _digest(document) for document in format_.read(out, broken=failures.append)}
        differing = 0 if spec == "core" else _differing_files(Path(spec), out)
    return {
        "documents": len(before),
        "attributions": n_attributions,
        "failures": len(failures) + sum(after.get(doc_id) != digest for doc_id, digest in before.items()),
        "files that differ": differing,
        "seconds": round(time.perf_counter() - started, 1),
        "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _digest(document: Document) -> str:
    return sha256(line_of(document))


def _differing_files(one: Path, other: Path) -> int:
    """Files of `one` that are not byte for byte in `other`, if that has a file of the name, or it is the only one."""
    if one.is_file():
        return int(one.read_bytes() != other.read_bytes())
    names = [path.relative_to(other) for path in other.rglob("*") if path.is_file()]
    return sum(not (one / name).is_file() or (one / name).read_bytes() != (other / name).read_bytes() for name in names)


if __name__ == "__main__":
    main()
