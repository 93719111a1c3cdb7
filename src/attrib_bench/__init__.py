"""attrib-bench: who says so, in which words, how sure do they sound, and through whose hands did it come?

Importing this package loads neither scikit-learn nor datasets nor pandas: each function imports what it needs.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datasets
    import pandas as pd

    from attrib_bench.corpus import Collection

__all__ = ["__version__", "load_collection", "load_dataset", "load_frame"]

__version__ = version("attrib-bench")


def load_collection(name: str = "core", *, root: Path | None = None, texts: Path | None = None) -> Collection:
    """A collection as it lies on disk: documents with their annotations, splits, stories. See `corpus.load_collection`."""
    from attrib_bench import corpus

    return corpus.load_collection(name, root=root, texts=texts)


def load_dataset(
    config: str = "documents",
    split: str | None = None,
    *,
    collection: str = "core",
    root: Path | None = None,
    texts: Path | None = None,
) -> datasets.Dataset | datasets.DatasetDict:
    """The rows of one split as a Hugging Face dataset, or of every split in a DatasetDict. See `formats.huggingface`."""
    from attrib_bench.formats import huggingface

    return huggingface.load_dataset(config, split, collection=collection, root=root, texts=texts)


def load_frame(
    config: str = "documents",
    *,
    split: str = "all",
    collection: str = "core",
    root: Path | None = None,
    texts: Path | None = None,
) -> pd.DataFrame:
    """The rows of one split, or of all, as a data frame with labels as strings. See `formats.huggingface`."""
    from attrib_bench.formats import huggingface

    return huggingface.load_frame(config, split=split, collection=collection, root=root, texts=texts)
