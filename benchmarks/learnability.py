"""What can be learned from core: `crf` trained on core train and on as many tokens of GQA train, each tested on both.

Run it as a script:  python benchmarks/learnability.py CORPORA [--out FILE]

Everything is in GQA's scheme and body text (`formats.gqa_scheme`), scored by GQA's official joint F1: core validation and
GQA dev. GQA's articles are drawn by a seed while they have no more tokens than core train. The JSON file is what the
datasheet's table is made of.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

from attrib_bench.baselines.crf import Crf
from attrib_bench.corpus import load_collection
from attrib_bench.document import Document
from attrib_bench.files import write_atomic
from attrib_bench.formats import gqa
from attrib_bench.formats.gqa_scheme import body, in_gqa_scheme
from attrib_bench.scoring.bootstrap import intervals
from attrib_bench.scoring.gqa import figures, tabulate
from attrib_bench.tasks import TASKS

SEED = "2026"


def main() -> None:
    parser = argparse.ArgumentParser(description="What can be learned from core.")
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--out", type=Path, default=Path("results/learnability.json"))
    options = parser.parse_args()
    core = load_collection()
    mapped = {split: [in_gqa_scheme(body(document)) for document in core.split(split)] for split in ("train", "validation")}
    n_tokens = sum(len(document.tokens) for document in mapped["train"])
    data = options.corpora / "gqa" / "data"
    trains = {"core train": mapped["train"], "GQA train, as many tokens": _drawn(list(gqa.read(data / "train.jsonl")), n_tokens)}
    tests = {"core validation": mapped["validation"], "GQA dev": list(gqa.read(data / "dev.jsonl"))}
    rows = []
    for name, documents in trains.items():
        system = Crf()
        system.fit(documents)
        size = sum(len(document.tokens) for document in documents)
        for test, gold in tests.items():
            value, low, high = _scored(system, gold)
            rows.append(
                {
                    "trained_on": name,
                    "articles": len(documents),
                    "tokens": size,
                    "tested_on": test,
                    "joint_f1": value,
                    "low": low,
                    "high": high,
                }
            )
            print(f"{name} ({len(documents)} articles, {size} tokens) on {test}: {value:.3f} ({low:.3f}-{high:.3f})", flush=True)
    write_atomic(options.out, json.dumps({"data": core.version, "system": "crf", "rows": rows}, indent=1) + "\n")


def _drawn(documents: Sequence[Document], n_tokens: int) -> list[Document]:
    order = random.Random(SEED).sample(range(len(documents)), len(documents))
    drawn: list[Document] = []
    left = n_tokens
    for index in order:
        if len(documents[index].tokens) <= left:
            drawn.append(documents[index])
            left -= len(documents[index].tokens)
    return drawn


def _scored(system: Crf, gold: Sequence[Document]) -> tuple[float, float, float]:
    task = TASKS["attribution"]
    predicted = system.predict([task.given(document) for document in gold], task.name)
    pages = [(gqa.roles(one), gqa.roles(other)) for one, other in zip(gold, predicted, strict=True)]
    table = tabulate(pages)
    stories = [document.metadata.story_id for document in gold]
    within = intervals(table, stories, figures)["f1_joint"]
    return round(float(figures(table.total())["f1_joint"]), 4), round(within.low, 4), round(within.high, 4)


if __name__ == "__main__":
    main()
