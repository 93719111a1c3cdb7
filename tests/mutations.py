"""Files broken in every way that a file can be broken, the same ones for a seed."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

STRANGE: tuple[Any, ...] = (
    *(None, True, -1, 0, 2.5, 1e300, 10**30, 2**31, 2**63, "", " ", "0", "\x00", "../../x", "/etc/passwd", "s001-a/../../y"),
    *("\ud800", "\u202e", "a" * 5000, [], {}, [[]], [None], {"": None}, [0, 1], [1, 0], "http://localhost/x", "actual", "a1", "e1"),
    json.loads("[" * 300 + "]" * 300),
)
"""Values that are of the wrong type, or of the right one and mean nothing."""


def broken_json(value: Any, seed: int) -> bytes:
    """The JSON of a value with one to three things wrong: keys, items and values, or, one time in four, the bytes."""
    rng = random.Random(seed)
    if rng.random() < 0.25:
        return broken_bytes(json.dumps(value, ensure_ascii=False).encode(), seed)
    value = copy.deepcopy(value)
    for _ in range(rng.randint(1, 3)):
        places = list(_places(value))
        if not places:
            break
        holder, key = rng.choice(places)
        match rng.randrange(5):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.insert(rng.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
            case 2 if isinstance(holder, list):
                rng.shuffle(holder)
            case 3 if isinstance(holder[key], int):
                holder[key] += rng.choice((-1, 1, 7, -1000))
            case _:
                holder[key] = copy.deepcopy(rng.choice((*STRANGE, _value_at(rng.choice(places)))))
    return json.dumps(value).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place below a JSON value, as what holds it and its key there."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def _value_at(place: tuple[Any, Any]) -> Any:
    holder, key = place
    return holder[key]


def broken_bytes(data: bytes, seed: int) -> bytes:
    """The bytes with a piece cut off, left out, doubled, moved, overwritten or put in, or their lines or fields in disorder."""
    rng = random.Random(seed)
    start, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    lines = data.split(b"\n")
    match rng.randrange(8):
        case 0:
            return data[:start]
        case 1:
            return data[:start] + data[min(end, start + 40) :]
        case 2:
            return data[:end] + data[start:]
        case 3:
            return data[:start] + bytes(rng.randrange(256) for _ in range(rng.randint(1, 8))) + data[start + 3 :]
        case 4:
            return data[:start] + rng.choice((b"\x00", b"\t", b"\n", b'"', b"\\ud800", b"]", b"[" * 100_000)) + data[start:]
        case 5:
            one, other = (rng.randrange(len(lines)) for _ in range(2))
            lines[one], lines[other] = lines[other], lines[one]
        case 6:
            lines.pop(rng.randrange(len(lines)))
        case 7:
            line = rng.randrange(len(lines))
            fields = lines[line].split(b"\t")
            strange = (b"-1", b"9" * 5000, b"../../x", b"", b"x", b"B-source", b"I-content", b"\xff", b"O")
            fields[rng.randrange(len(fields))] = rng.choice(strange)
            lines[line] = b"\t".join(fields)
    return b"\n".join(lines)
