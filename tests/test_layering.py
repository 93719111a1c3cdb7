"""Which way imports may point, and what importing the package must not load."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import attrib_bench

LAYERS = (
    {"document"},
    {"files", "tokens", "lexicon"},
    {"records", "splits"},
    {"schema"},
    {"corpus", "sheet", "scoring"},
    {"build", "lint", "tasks", "formats"},
    {"interchange", "predictions"},
    {"evaluation", "baselines"},
    {"experiment"},
    {"report"},
    {"reproduce", "tag"},
    {"cli"},
)
"""The modules and packages of attrib_bench. Each may import from the rows above its own, and a package from itself."""

KNOW_NO_FILES = {"scoring", "tasks"}
"""They work on documents; what reads or writes belongs into other modules."""

FILES = {"files", "records", "splits", "schema", "corpus", "build", "formats", "interchange", "predictions"}

LIGHT = (
    "",
    ".document",
    ".files",
    ".records",
    ".splits",
    ".tokens",
    ".schema",
    ".corpus",
    ".sheet",
    ".formats.huggingface",
    ".cli",
)
HEAVY = ("sklearn", "scipy", "pandas", "pyarrow", "datasets", "somajo")

PACKAGE = Path(attrib_bench.__file__).parent
PARTS = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()} - {"__init__"}
MODULES = sorted({path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")} - {"__init__.py"})


def imported_parts(source: str) -> set[str]:
    """The modules and packages of attrib_bench that a module imports, wherever in it, also for type checking only."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {part for name in names if name.startswith("attrib_bench.") and (part := name.split(".")[1]) in PARTS}


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        pytest.param("from attrib_bench.document import Span", {"document"}, id="from a module"),
        pytest.param("from attrib_bench import sheet, __version__", {"sheet"}, id="from the package"),
        pytest.param("import attrib_bench.formats.gqa as gqa", {"formats"}, id="a whole module"),
        pytest.param("def f():\n    from attrib_bench.formats.gqa import read", {"formats"}, id="inside a function"),
        pytest.param("import json\nfrom typing import Any", set(), id="others"),
    ],
)
def test_imported_parts(source: str, parts: set[str]) -> None:
    assert imported_parts(source) == parts


def test_every_part_has_its_place() -> None:
    assert PARTS - set().union(*LAYERS) == set()


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    part = Path(module).parts[0].removesuffix(".py")
    layer = next(i for i, parts in enumerate(LAYERS) if part in parts)
    forbidden = set().union(*LAYERS[layer:]) - {part} | (FILES if part in KNOW_NO_FILES else set())
    assert imported_parts((PACKAGE / module).read_text(encoding="utf-8")) & forbidden == set()


def test_import_is_light() -> None:
    program = (
        "import importlib, json, sys\n"
        "light, heavy = json.loads(sys.argv[1])\n"
        "loaded = {}\n"
        "for name in light:\n"
        "    importlib.import_module('attrib_bench' + name)\n"
        "    loaded[name] = [library for library in heavy if library in sys.modules]\n"
        "print(json.dumps(loaded))"
    )
    command = [sys.executable, "-c", program, json.dumps([LIGHT, HEAVY])]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    assert json.loads(done.stdout) == {name: [] for name in LIGHT}
