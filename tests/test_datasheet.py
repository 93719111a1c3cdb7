"""The datasheet says what the data are."""

from __future__ import annotations

from pathlib import Path

import pytest

from attrib_bench.document import DataError
from attrib_bench.files import data_root, read_text
from attrib_bench.report.datasheet import blocks, corpora_blocks, filled


def test_the_figures_are_those_of_the_data() -> None:
    text = read_text(Path(__file__).resolve().parents[1] / "DATASHEET.md")
    assert text == filled(text, blocks(data_root())), "run attrib-bench build"


def test_the_figures_that_need_gqa_are_current(corpora: Path) -> None:
    text = read_text(Path(__file__).resolve().parents[1] / "DATASHEET.md")
    assert text == filled(text, corpora_blocks(data_root(), corpora)), "run attrib-bench build --corpora FOLDER"


def test_a_part_without_markers_is_an_error() -> None:
    assert filled("a <!-- x: begin --> old <!-- x: end --> b", {"x": "new"}) == "a <!-- x: begin -->\n\nnew\n<!-- x: end --> b"
    with pytest.raises(DataError, match="markers"):
        filled("nothing here", {"x": "new"})
