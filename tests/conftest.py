"""Fixtures for tests on data that is not ours to ship: real corpora, and figures that other tools printed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _folder(name: str) -> Path:
    """The folder that ATTRIB_BENCH_<NAME> names, else shared/<name> next to the repository.

    Where it is missing the test is skipped; with ATTRIB_BENCH_REQUIRE_CORPORA=1 it fails, so that CI cannot pass without data.
    """
    variable = f"ATTRIB_BENCH_{name.upper()}"
    folder = Path(os.environ.get(variable) or SHARED / name)
    if not folder.is_dir():
        message = f"{folder} is missing; set {variable} to the folder of the {name}"
        if os.environ.get("ATTRIB_BENCH_REQUIRE_CORPORA") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder with the imported corpora, one subfolder each; they are read in place and never copied."""
    return _folder("corpora")


@pytest.fixture(scope="session")
def oracles() -> Path:
    """The folder with the figures that other tools computed, to be reproduced."""
    return _folder("oracles")
