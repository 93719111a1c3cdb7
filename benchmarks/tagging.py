"""How many tokens a second systems tag, end to end from raw text on one core, and how much memory that takes at most.

Run it as a script:  python benchmarks/tagging.py [SYSTEM or MODEL FOLDER …] [--sizes 1000 10000 …] [--whole]
                     python benchmarks/tagging.py --boundaries [GQA FILE]

The text is that of `core`, repeated article by article; with --whole it is one document. `lexicon`, the default, needs no training;
other systems are folders of trained models. Each size is a process of its own, pinned to one
core; seconds are the processor's, the shortest of three runs after a warm-up. Ratios compare sizes and systems.

With --boundaries it measures how well tokens and sentences of raw text agree with canonical ones, of `core` and of a file.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import cycle
from pathlib import Path

from attrib_bench.baselines import System, load_system, make_system
from attrib_bench.baselines.rawtext import document_of, tokens_and_sentences
from attrib_bench.corpus import load_collection
from attrib_bench.document import Document
from attrib_bench.formats import gqa

SIZES = (1_000, 10_000, 100_000, 1_000_000)
N_RUNS = 3
BATCH = 100  # documents that are in memory at once


def main() -> None:
    parser = argparse.ArgumentParser(description="Tokens a second from raw text, and peak memory.")
    parser.add_argument("systems", nargs="*", default=["lexicon"])
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--whole", action="store_true", help="the text as one document")
    parser.add_argument("--boundaries", nargs="?", const="", metavar="GQA FILE")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.boundaries is not None:
        report_boundaries("core", load_collection().documents)
        if options.boundaries:
            report_boundaries(options.boundaries, gqa.read(Path(options.boundaries)))
    elif options.one:
        n_tokens, seconds = measure(options.systems[0], options.sizes[0], whole=options.whole)
        print(n_tokens, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    else:
        report(options.systems, options.sizes, whole=options.whole)


def report(systems: list[str], sizes: Iterable[int], *, whole: bool) -> None:
    """Print a line for each system and size; `to 1st size` and `to 1st system` are ratios of tokens a second."""
    print(f"{'system':24} {'tokens':>10} {'tokens/s':>10} {'to 1st size':>12} {'to 1st system':>14} {'peak MB':>8}")
    of_first_system: dict[int, float] = {}
    for system in systems:
        of_first_size = 0.0
        for size in sizes:
            command = [sys.executable, __file__, system, "--one", "--sizes", str(size), *(["--whole"] if whole else [])]
            environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
            answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()
            speed = int(answer[0]) / float(answer[1])
            of_first_size = of_first_size or speed
            of_first_system.setdefault(size, speed)
            ratios = f"{speed / of_first_size:12.2f} {speed / of_first_system[size]:14.3f}"
            print(f"{Path(system).name:24} {int(answer[0]):10,} {speed:10,.0f} {ratios} {int(answer[2]) / 1024:8.0f}", flush=True)


def measure(name: str, n_tokens: int, *, whole: bool) -> tuple[int, float]:
    """The tokens that were tagged, and the processor's seconds of the fastest run."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    system = load_system(Path(name)) if Path(name).is_dir() else make_system(name)
    texts = articles(n_tokens, whole=whole)
    tag(system, articles(1_000, whole=False))
    fastest, n_tagged = float("inf"), 0
    for _ in range(N_RUNS if n_tokens <= 100_000 else 1):
        start = time.process_time()
        n_tagged = tag(system, texts)
        fastest = min(fastest, time.process_time() - start)
    return n_tagged, fastest


def articles(n_tokens: int, *, whole: bool) -> list[str]:
    """Articles of `core`, over and over, until they have that many tokens."""
    texts = []
    for document in cycle(load_collection().documents):
        texts.append(document.require_text())
        n_tokens -= len(document.tokens)
        if n_tokens <= 0:
            break
    return ["\n".join(texts)] if whole else texts


def tag(system: System, texts: list[str]) -> int:
    """Tag the texts, a batch at a time, and throw the labels away. The number of tokens."""
    n_tokens = 0
    for first in range(0, len(texts), BATCH):
        documents = [document_of(text, id=f"t{first + i}") for i, text in enumerate(texts[first : first + BATCH])]
        n_tokens += sum(len(document.tokens) for document in system.predict(documents, "attribution"))
    return n_tokens


def report_boundaries(name: str, documents: Iterable[Document]) -> None:
    """Print F1 of whole tokens and of the ends of sentences against the documents' own."""
    right, ours, theirs = [0, 0], [0, 0], [0, 0]
    for document in documents:
        tokens, sentences = tokens_and_sentences(document.require_text())
        ends = {(tokens[last - 1][1], 0) for _, last in sentences}
        canonical_ends = {(document.tokens[last - 1][1], 0) for _, last in document.sentences}
        for i, (mine, canonical) in enumerate([(set(tokens), set(document.tokens)), (ends, canonical_ends)]):
            right[i] += len(mine & canonical)
            ours[i] += len(mine)
            theirs[i] += len(canonical)
    token_f1, sentence_f1 = (2 * r / (a + b) for r, a, b in zip(right, ours, theirs, strict=True))
    print(f"{name}: F1 of tokens {token_f1:.4f}, of ends of sentences {sentence_f1:.4f}")


if __name__ == "__main__":
    main()
