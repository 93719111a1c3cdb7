"""A mark as one line of text, for what covers no words and so has no place in a tool but a list that a person edits.

The type, the key, then features and links in any order; a flag stands alone. A value is quoted as in JSON, or is one word without
quotation marks. Where a type has ids, the key is the id::

    Entity e1 name="Ole Timm" kind=person sector=business identification=named affiliation=e2
    Provenance provenance.1 to_doc=s017-a attribution=a1
"""

from __future__ import annotations

import json
import re

from attrib_bench.document import DataError
from attrib_bench.files import parse_json
from attrib_bench.formats.header import unicode_text
from attrib_bench.formats.marks import MARKS, Mark

_BARE = re.compile(r"[\w.+-]+", re.ASCII)
_HEAD = re.compile(r"\s*(\w+)[ \t]+([^\s=\"]+)")
_PART = re.compile(r"[ \t]+(?P<name>\w+)(?:=(?P<value>\"(?:[^\"\\]|\\.)*\"|[^\s\"]+))?(?!\S)")


def line_of(mark: Mark) -> str:
    """The line of a mark, without its span and without a newline."""
    kind = MARKS[mark.type]
    features = [(name, value) for name, value in mark.features.items() if name != "id"]
    flags = {name for name, value in features if kind.features[name] == ("true",)}
    parts = (name if name in flags else f"{name}={_quoted(value)}" for name, value in (*features, *mark.links))
    return " ".join((mark.type, mark.key, *parts))


def mark_of(line: str, *, place: str) -> Mark:
    """The mark of a line, without a span; values and links are for `from_marks` to check.

    Raises DataError that names `place` for what is no such line, an unknown type, and a feature that is given twice.
    """
    head = _HEAD.match(line)
    kind = MARKS.get(head[1]) if head else None
    if head is None or kind is None:
        raise DataError(f'{place}: found {line[:80]!r}, expected a line such as Entity e1 name="Ole Timm" kind=person')
    features = {"id": head[2]} if "id" in kind.features else {}
    links = []
    at, end = head.end(), len(line.rstrip())
    while at < end:
        part = _PART.match(line, at, end)
        if part is None:
            raise DataError(
                f'{place}: found {line[at:][:80]!r} after {head[1]} {head[2]}, expected name=value or name="some words"'
            )
        name, value, at = part["name"], _value(part["value"], place), part.end()
        if name in kind.links:
            links.append((name, value))
        elif features.setdefault(name, value) != value:
            raise DataError(f"{place}: {head[1]} {head[2]} has two values for {name}, {features[name]!r} and {value!r}")
    return Mark(key=head[2], type=head[1], features=features, links=tuple(links))


def _quoted(value: str) -> str:
    return value if _BARE.fullmatch(value) else json.dumps(value, ensure_ascii=not value.isprintable())


def _value(written: str | None, place: str) -> str:
    if written is None:
        return "true"
    return unicode_text(parse_json(written, place), place) if written.startswith('"') else written
