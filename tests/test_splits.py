"""Splits by story."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from attrib_bench.splits import SHARES, split_of, split_table


def test_a_split_is_the_hash_of_seed_and_story() -> None:
    # as shares of 2**64: 0.05, 0.67 and 0.98
    numbers = [int.from_bytes(sha256(f"2026:{story}".encode()).digest()[:8], "big") / 2**64 for story in ("s001", "s002", "s003")]
    assert [round(number, 2) for number in numbers] == [0.05, 0.67, 0.98]
    assert [split_of(story) for story in ("s001", "s002", "s003")] == ["train", "validation", "test"]


def test_shares_are_met_in_the_long_run() -> None:
    n = 20_000
    counts = Counter(split_of(f"s{i}") for i in range(n))
    assert all(abs(counts[split] / n - share) < 0.01 for split, share in SHARES.items())


def test_another_seed_gives_another_split() -> None:
    assert [split_of(f"s{i}", seed="x") for i in range(50)] != [split_of(f"s{i}") for i in range(50)]


def test_a_growing_corpus_moves_no_document() -> None:
    before = split_table([("s001-a", "s001"), ("s003-b", "s003")]).splitlines()
    after = split_table([("s002-a", "s002"), ("s003-b", "s003"), ("s001-a", "s001")]).splitlines()
    assert set(before) < set(after)
    assert after == ["doc_id,story_id,split", "s001-a,s001,train", "s002-a,s002,validation", "s003-b,s003,test"]
