"""The folder a school's exports lie in: which file is which, and what was read from each, kept until it changes."""

from collections.abc import Callable, Sequence
from pathlib import Path

from connectors.files.formats import TEXTS, UNREADABLE, WORKBOOKS
from connectors.files.source import Source, read_source
from firstbell.errors import BadInput

READ = (*TEXTS, *WORKBOOKS, *UNREADABLE)  # the last are looked at only to say that they can't be read
UNFINISHED = ("~$", ".")  # how spreadsheet programs and copying tools begin the names of files not meant for reading


def exports(folder: Path, stem: str) -> tuple[Path, ...]:
    """The files of a folder whose names begin with `stem`, in the order of names. Raises BadInput for no folder."""
    if not folder.is_dir():
        raise BadInput(str(folder), "no such folder", "the folder of the school's exports")
    found = [path for path in folder.iterdir() if path.name.casefold().startswith(stem) and _is_export(path)]
    return tuple(sorted(found, key=lambda path: (path.stem.casefold(), path.name)))


def the_export(folder: Path, stem: str) -> Path:
    """The only file whose name begins with `stem`. Raises BadInput when there is none, or more than one."""
    found = exports(folder, stem)
    if len(found) != 1:
        names = " and ".join(path.name for path in found) or "none"
        raise BadInput(f"{stem}*", names, f"one file whose name begins with '{stem}', .csv or .xlsx")
    return found[0]


def _is_export(path: Path) -> bool:
    return path.suffix.casefold() in READ and not path.name.startswith(UNFINISHED)


class Kept[T]:
    """What was read from files. A file is read in full each time it is asked for, and understood again only when its
    bytes or its date have changed: comparing a few megabytes costs a millisecond, and can never be stale.
    """

    def __init__(self, understand: Callable[[Source], T]) -> None:
        self._understand = understand
        self._kept: dict[Path, tuple[Source, T]] = {}

    def of(self, path: Path) -> T:
        """What a file says now. Raises what reading and understanding raise."""
        source = read_source(path)
        kept = self._kept.get(path)
        if kept is None or kept[0] != source:
            kept = self._kept[path] = (source, self._understand(source))
        return kept[1]

    def of_all(self, paths: Sequence[Path]) -> list[T]:
        """What each file says now, in order; files no longer there are forgotten."""
        self._kept = {path: kept for path, kept in self._kept.items() if path in paths}
        return [self.of(path) for path in paths]

    def forget(self) -> None:
        """Understand every file anew."""
        self._kept.clear()
