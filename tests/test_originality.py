"""The texts of core are our own: no run of eight words stands in the seeds or in an imported corpus as well."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from datasketch import MinHash, MinHashLSH

from attrib_bench.corpus import load_collection

N_WORDS = 8


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return zip(*(words[i:] for i in range(N_WORDS)), strict=False)


def test_no_run_of_words_is_shared_with_the_corpora(corpora: Path, seeds: Path) -> None:
    own = {run: document.id for document in load_collection().documents for run in _runs(document.require_text())}
    assert own
    shared = []
    for path in sorted([*seeds.glob("*.txt"), *corpora.rglob("*.txt"), *corpora.rglob("*.tsv"), *corpora.rglob("*.jsonl")]):
        for text in _texts(path):
            shared += [(own[run], path.name, " ".join(run)) for run in _runs(text) if run in own]
    assert shared == []


def _texts(path: Path) -> Iterator[str]:
    content = path.read_bytes().decode("utf-8", errors="replace")
    if path.suffix == ".jsonl":
        yield from (json.loads(line)["originalText"] for line in content.splitlines())
    elif path.suffix == ".tsv":
        yield " ".join(line.split("\t")[0] for line in content.splitlines())
    else:
        yield content


def _signature(text: str) -> MinHash:
    """Of the text's runs of five words."""
    signature = MinHash(num_perm=256, seed=2026)
    words = re.findall(r"\w+", text.lower())
    signature.update_batch([" ".join(words[i : i + 5]).encode() for i in range(max(1, len(words) - 4))])
    return signature


def test_no_near_duplicates_across_stories() -> None:
    documents = load_collection().documents
    signatures = {document.id: _signature(document.require_text()) for document in documents}
    index = MinHashLSH(threshold=0.2, num_perm=256)
    for doc_id, signature in signatures.items():
        index.insert(doc_id, signature)
    pairs = {(one, other) for one in signatures for other in index.query(signatures[one]) if one < other}
    across = {(one, other) for one, other in pairs if one.split("-")[0] != other.split("-")[0]}
    assert {pair for pair in across if signatures[pair[0]].jaccard(signatures[pair[1]]) >= 0.1} == set()


def test_a_near_duplicate_would_be_found() -> None:
    text = load_collection().documents[0].require_text()
    words = text.split()
    changed = " ".join(word for i, word in enumerate(words) if i % 20)
    assert _signature(text).jaccard(_signature(changed)) > 0.4
    assert _signature(text).jaccard(_signature(" ".join(reversed(words)))) < 0.1


def test_articles_of_a_story_are_not_copies_of_one_another() -> None:
    documents = load_collection().documents
    for one, other in pairwise(documents):
        if one.metadata.story_id == other.metadata.story_id:
            runs, others = set(_runs(one.require_text())), set(_runs(other.require_text()))
            assert len(runs & others) <= 0.1 * max(1, min(len(runs), len(others)))
