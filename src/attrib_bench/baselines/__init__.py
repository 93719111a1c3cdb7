"""Systems to beat, one module each: fit, predict, save, load."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

from attrib_bench.baselines.store import system_of
from attrib_bench.document import DataError, Document, unknown_name


class System(Protocol):
    """What every system does."""

    name: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]]
    """The tasks that it can do, best known first."""

    def fit(self, documents: Sequence[Document]) -> None:
        """Learn from gold documents what they have labels for. The same documents give the same model."""

    def predict(self, documents: Sequence[Document], task: str) -> list[Document]:
        """Documents as ``TASKS[task].given`` leaves them, with the system's answer. Ids and order stay; so does what was given."""

    def save(self, folder: Path) -> None:
        """Write the model, whole or not at all, as `store.save_model` does."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The saved model. Raises DataError for another system's, another version's, and one that was changed."""


_PLACES: Mapping[str, tuple[str, str]] = {
    "majority": ("majority", "Majority"),
    "lexicon": ("lexicon", "LexiconTagger"),
    "linear": ("linear", "Linear"),
    "crf": ("crf", "Crf"),
    "transformer": ("transformer", "Transformer"),
    "llm": ("llm", "ChatModel"),
}
"""Module and class of each system; imported when it is asked for, since some need libraries that are not installed everywhere."""

SYSTEMS = tuple(_PLACES)
"""The names of the systems, from the simplest on."""

QUICK = ("majority", "lexicon", "linear")
"""Those that train in seconds on any corpus."""

ALWAYS = (*QUICK, "crf")
"""Those that need nothing beyond the package's own requirements."""


def system_class(name: str) -> type[System]:
    """The class of the system with this name. Raises DataError for an unknown one, and where what it needs is not installed."""
    if name not in _PLACES:
        raise unknown_name("system", name, SYSTEMS)
    module, class_name = _PLACES[name]
    try:
        found: type[System] = getattr(import_module(f"{__name__}.{module}"), class_name)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("attrib_bench"):
            raise
        raise DataError(f"the system {name} needs {error.name}; install attrib-bench[{name}]") from error
    return found


def make_system(name: str, options: Mapping[str, Any] | None = None) -> System:
    """A system that has learned nothing yet. Raises DataError as `system_class` does, and for an option that it does not have."""
    class_ = system_class(name)
    known = signature(class_).parameters
    if unknown := sorted((options or {}).keys() - known.keys()):
        raise DataError(f"{name}: found the option {unknown[0]!r}, expected one of {', '.join(known) or 'none'}")
    return class_(**(options or {}))


def load_system(folder: Path) -> System:
    """The trained system of a model's folder. Raises DataError where it holds none, or one that was changed."""
    return system_class(system_of(folder)).load(folder)
