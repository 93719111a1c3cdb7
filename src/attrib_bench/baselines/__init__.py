"""Systems to beat, one module each: fit, predict, save, load."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from attrib_bench.baselines.lexicon import LexiconTagger
from attrib_bench.baselines.linear import FormClassifier, SourceClassifier
from attrib_bench.document import Document


class System(Protocol):
    """What every system does. It predicts from documents as `Task.given` leaves them and answers with documents of the same ids."""

    name: str

    def fit(self, documents: Sequence[Document]) -> None: ...
    def predict(self, documents: Sequence[Document]) -> list[Document]: ...
    def save(self, folder: Path) -> None: ...


BASELINES: dict[str, tuple[Callable[[], System], ...]] = {
    "spans": (LexiconTagger,),
    "attribution": (LexiconTagger,),
    "hedge": (LexiconTagger,),
    "form": (FormClassifier,),
    "source": (SourceClassifier,),
}
"""The systems of each task that has one."""
