"""The signature of a report: two figures are comparable if and only if their signatures agree."""

from __future__ import annotations

from collections.abc import Mapping

Settings = Mapping[str, str]
"""What a figure depends on, by name: task, data, split, docs, match, nested, boot, seed, v."""


def signature(settings: Settings) -> str:
    """The settings in one line, in their order: ``attrib-bench|task:spans|data:core@0.1.0+3f9c2a1b|…``."""
    return "|".join(["attrib-bench", *(f"{name}:{value}" for name, value in settings.items())])


def differences(first: Settings, second: Settings) -> list[str]:
    """What two settings differ in, one line each (``split: test, not validation``); empty if figures are comparable."""
    names = [*first, *(name for name in second if name not in first)]
    return [
        f"{name}: {first.get(name, 'not given')}, not {second.get(name, 'not given')}"
        for name in names
        if first.get(name) != second.get(name)
    ]
