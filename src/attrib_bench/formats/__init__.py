"""Outside formats, one module each: corpora of the field, the formats of annotation tools, and the Hugging Face dataset."""

from collections.abc import Mapping

from attrib_bench.formats import (
    brat,
    cas,
    conll,
    gqa,
    jsonlines,
    labelstudio,
    polnear,
    redewiedergabe,
    sheets,
    spkatt,
    webannotation,
)
from attrib_bench.formats.format import Format

_OWN = (jsonlines.FORMAT, sheets.FORMAT)
_TOOLS = (brat.FORMAT, *cas.FORMATS.values(), labelstudio.FORMAT, webannotation.FORMAT, conll.FORMAT)
_CORPORA = (gqa.FORMAT, redewiedergabe.FORMAT, spkatt.FORMAT, polnear.FORMAT)

FORMATS: Mapping[str, Format] = {format_.name: format_ for format_ in (*_OWN, *_TOOLS, *_CORPORA)}
"""The formats by name, for reading and writing documents; `attrib_bench.formats.huggingface` only exports and loads datasets."""
