"""Stories -> splits. A story's split is a pure function of its id and the seed, so a corpus that grows moves no document."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from attrib_bench.files import csv_text

SEED = "2026"
"""The seed of the shipped splits."""

SHARES = {"train": 0.60, "validation": 0.15, "test": 0.25}
"""The share of stories that each split gets in the long run."""

SPLITS = tuple(SHARES)

COLUMNS = ("doc_id", "story_id", "split")
"""The columns of splits/<collection>.csv."""


def split_of(story_id: str, *, seed: str = SEED) -> str:
    """The split of a story: its SHA-256 under the seed, read as a number in [0, 1), falls into one of the SHARES."""
    number = int.from_bytes(sha256(f"{seed}:{story_id}".encode()).digest()[:8], "big") / 2**64
    bound = 0.0
    for split, share in SHARES.items():
        bound += share
        if number < bound:
            return split
    return SPLITS[-1]


def split_table(stories: Iterable[tuple[str, str]], *, seed: str = SEED) -> str:
    """The text of splits/<collection>.csv for pairs of document id and story id, sorted by document."""
    rows = ((doc_id, story_id, split_of(story_id, seed=seed)) for doc_id, story_id in sorted(stories))
    return csv_text(COLUMNS, (dict(zip(COLUMNS, row, strict=True)) for row in rows))
