"""Bicep, read as data: what a module declares, and each value of it wherever it stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pycep import BicepParser


def read(folder: Path) -> dict[str, Any]:
    """Each module of a folder by its name, parsed; raises where it is no Bicep."""
    parser = BicepParser()
    return {path.stem: parser.parse(text=path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.bicep"))}


def resources(modules: dict[str, Any], kind: str) -> dict[str, Any]:
    """The resources of a kind that are made, by module and name; one in a loop as it is made each time."""
    found = {}
    for module, tree in modules.items():
        for name, resource in tree.get("resources", {}).items():
            if resource["type"] == kind and not resource["existing"]:
                config = resource["config"]
                found[f"{module}.{name}"] = config["config"] if "loop_type" in config else config
    return found


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every plain value below a value, with the keys that lead to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, value
