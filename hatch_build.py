"""Puts the data into wheels as attrib_bench/_data/; an editable install reads it from the repository."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataHook(BuildHookInterface[Any]):
    """Adds the data folders to what a standard wheel holds."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            root = Path(self.root)
            for name in ("raw", "annotations", "splits", "schema", "MANIFEST.sha256"):
                build_data["force_include"][str(root / name)] = f"attrib_bench/_data/{name}"
