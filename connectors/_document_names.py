"""Which names a folder or a document may have: ones that mean the same thing on every disk and in every cloud."""

import re

from firstbell.errors import GiveUp

LONGEST_NAME = 120
_SAFE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9 ._-]*[A-Za-z0-9_-])?")
# Names Windows keeps for devices, whatever follows the first dot.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


def check_name(name: str) -> str:
    """The name itself when it is safe: one plain part of ASCII letters, figures, space, dot, dash and underscore.

    Names are our own ids, so little is needed of them. Whatever could leave the folder, hide, or become another name
    on another system is refused: separators, drive letters, "..", a dot or space at either end, device names, control
    characters, more than 120 characters. Raises GiveUp without repeating the name: it may hold a person's.
    """
    if len(name) > LONGEST_NAME or _SAFE.fullmatch(name) is None:
        raise GiveUp("the name of a folder or document is not safe: use letters, figures, dots and dashes only")
    if name.split(".", maxsplit=1)[0].strip().casefold() in _DEVICES:
        raise GiveUp("the name of a folder or document is one that Windows keeps for a device")
    return name
