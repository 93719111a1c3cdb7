"""Outside formats, one module each: corpora of the field, the formats of annotation tools, and the Hugging Face dataset."""

from collections.abc import Mapping

from attrib_bench.formats import gqa, jsonlines, sheets
from attrib_bench.formats.format import Format

FORMATS: Mapping[str, Format] = {module.FORMAT.name: module.FORMAT for module in (jsonlines, sheets, gqa)}
"""The formats by name, for reading and writing documents; `attrib_bench.formats.huggingface` only exports and loads datasets."""
