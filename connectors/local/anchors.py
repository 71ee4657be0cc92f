"""The anchors of the ledger in a text file, a line a night, beside the store or, better, on another drive."""

import datetime as dt
from pathlib import Path

from connectors.local.disk import disk_errors, write_file


class AnchorFile:
    """The port Anchors."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def newest(self) -> str | None:
        """The anchor kept last; None when there is no file yet. Raises Misconfigured, NeedsHuman."""
        lines = self._lines()
        return lines[-1].split(maxsplit=1)[-1] if lines else None

    def keep(self, anchor: str, *, at: dt.datetime) -> None:
        """Add a line with the moment and the anchor; one that is the newest already is not added again."""
        if anchor != self.newest():
            lines = [*self._lines(), f"{at.isoformat(timespec='seconds')} {anchor}"]
            with disk_errors("the file of anchors"):
                write_file(self._path, ("\n".join(lines) + "\n").encode())

    def _lines(self) -> list[str]:
        with disk_errors("the file of anchors"):
            return self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
