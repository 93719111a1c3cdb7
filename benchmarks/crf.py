"""How long `crf` trains on GQA, how large the model is, what it scores and how fast it labels raw text.

Run it as a script:  python benchmarks/crf.py TRAIN.jsonl TEST.jsonl --model FOLDER [--predictions FILE] [--fold]

A model that is in the folder already is used and not trained again. With --fold every fifth document of TRAIN is labelled by
a model of the others instead, and TEST is not read: that is what options are tuned on. Seconds of training are wall and
processor, the latter with its child processes; for tokens a second by size of the input see tagging.py.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from joblib.externals.loky import get_reusable_executor

from attrib_bench.baselines.crf import Crf
from attrib_bench.baselines.rawtext import document_of
from attrib_bench.document import Document
from attrib_bench.formats import gqa
from attrib_bench.scoring.gqa import figures, tabulate
from attrib_bench.tasks import TASKS


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and score crf on GQA.")
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--fold", action="store_true")
    options = parser.parse_args()
    documents = list(gqa.read(options.train))
    if options.fold:
        gold = documents[::5]
        documents = [document for i, document in enumerate(documents) if i % 5]
    else:
        gold = list(gqa.read(options.test))
    if not options.model.exists():
        train(documents, options.model)
    system = Crf.load(options.model)
    megabytes = sum(file.stat().st_size for file in options.model.iterdir()) / 1e6
    predicted = system.predict([TASKS["attribution"].given(document) for document in gold], "attribution")
    for name, value in scores(gold, predicted).items():
        print(f"{name:12} {value:.4f}")
    if options.predictions:
        gqa.write([named(own, document) for own, document in zip(predicted, gold, strict=True)], options.predictions)
    print(f"model        {megabytes:.1f} MB")
    print(f"raw text     {tokens_per_second(system, gold):,.0f} tokens/s")
    print(f"peak         {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def train(documents: Sequence[Document], folder: Path) -> None:
    """Train on these documents, save the model and print how long it took."""
    system = Crf()
    wall, before = time.perf_counter(), _processor_seconds()
    system.fit(documents)
    get_reusable_executor().shutdown()  # the seconds of a child process count when it has ended
    wall, own = time.perf_counter() - wall, _processor_seconds() - before
    n_tokens = sum(len(document.tokens) for document in documents)
    print(f"trained      on {len(documents)} documents, {n_tokens:,} tokens, in {wall:.0f} s ({own:.0f} s of processors)")
    system.save(folder)


def _processor_seconds() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def scores(gold: Sequence[Document], predicted: Sequence[Document]) -> dict[str, float]:
    """The 15 official scores."""
    pages = [(gqa.roles(own), gqa.roles(found)) for own, found in zip(gold, predicted, strict=True)]
    return {name: float(value) for name, value in figures(tabulate(pages).total()).items()}


def named(predicted: Document, gold: Document) -> Document:
    """The prediction with the documentName that GQA knows it by."""
    native = {**predicted.native.get(gqa.COLLECTION, {}), "documentName": gqa.document_name(gold)}
    return replace(predicted, native={gqa.COLLECTION: native})


def tokens_per_second(system: Crf, documents: Sequence[Document]) -> float:
    """Tokens a second of the processor, from raw text to attributions; the best of three runs."""
    texts = [document.require_text() for document in documents]
    rates = []
    for _ in range(3):
        start = time.process_time()
        raw = [document_of(text, id=f"d{number}") for number, text in enumerate(texts)]
        system.predict(raw, "attribution")
        rates.append(sum(len(document.tokens) for document in raw) / (time.process_time() - start))
    return max(rates)


if __name__ == "__main__":
    main()
