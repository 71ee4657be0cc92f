"""What is asked of many folders, one after another, so that one a person must see to does not hide the others."""

from collections.abc import Callable, Collection

from firstbell.errors import NeedsHuman


def each_by_itself[Found](ask: Callable[[str], Found], folders: Collection[str]) -> dict[str, Found | NeedsHuman]:
    """What is found of each folder, or the NeedsHuman that asking raised. Raises whatever else it raises."""
    return {folder: _found_or_need(ask, folder) for folder in folders}


def _found_or_need[Found](ask: Callable[[str], Found], folder: str) -> Found | NeedsHuman:
    try:
        return ask(folder)
    except NeedsHuman as need:
        return need
