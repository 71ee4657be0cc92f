"""What runs leave on disk beside store and workbooks, and its removal once it is past its time.

Only files that Firstbell makes are removed, by their own names; what people put beside them stays.
"""

import datetime as dt
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from connectors.local.channel import read_card
from connectors.local.disk import disk_errors
from connectors.local.mail_files import is_mail_name, key_digest
from firstbell.records import CopyLimits

HALF_MADE = re.compile(r"\..+\.\d+\.part")
REHEARSAL = "rehearsal"


class LocalCopies:
    """The port Copies over the school's folder (or that of its rehearsal)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def purge(self, limits: CopyLimits, *, only_count: bool = False) -> Mapping[str, int]:
        """Remove mails, cards, papers, half-made files and an abandoned rehearsal; see the port."""
        with disk_errors("the school's folder"):
            due = {
                "mail copies": [*self._mails(limits.mails_before), *self._bounces(limits.mails_before)],
                "cards": list(self._cards(limits.cards_before)),
                "papers": list(_untouched(self._folder.glob("Restricted/*/*.html"), limits.papers_before)),
                "half-made files": list(self._half_made(limits.half_made_before)),
                "rehearsal files": self._rehearsal(limits.rehearsal_before),
            }
            if not only_count:
                self._remove(path for paths in due.values() for path in paths)
                if due["rehearsal files"]:
                    shutil.rmtree(self._folder / REHEARSAL)
        return {kind: len(paths) for kind, paths in due.items()}

    def count(self, mail_keys: frozenset[str], folders: frozenset[str]) -> Mapping[str, int]:
        """How many mails carry one of these keys, and papers stand in these restricted folders."""
        with disk_errors("the school's folder"):
            return {kind: len(paths) for kind, paths in self._about(mail_keys, folders).items()}

    def forget(self, mail_keys: frozenset[str], folders: frozenset[str]) -> Mapping[str, int]:
        """Remove them; how many went."""
        with disk_errors("the school's folder"):
            found = self._about(mail_keys, folders)
            self._remove(path for paths in found.values() for path in paths)
        return {kind: len(paths) for kind, paths in found.items()}

    def _about(self, mail_keys: frozenset[str], folders: frozenset[str]) -> dict[str, list[Path]]:
        digests = {key_digest(key) for key in mail_keys}
        mails = [path for path in self._mail_files() if path.stem.split("-")[3] in digests]
        papers = [path for path in self._folder.glob("Restricted/*/*.html") if path.parent.name in folders]
        return {"mail copies": mails, "papers": papers}

    def _mail_files(self) -> Iterator[Path]:
        """Every copy of a mail: as it went, as a draft, and the page that shows it."""
        for pattern in ("outbox/sent/*.eml", "outbox/drafts/*.eml", "outbox/mails/*.html"):
            yield from (path for path in self._folder.glob(pattern) if is_mail_name(path.stem))

    def _mails(self, before: dt.date) -> Iterator[Path]:
        return (path for path in self._mail_files() if path.stem[:10] < before.isoformat())

    def _bounces(self, before: dt.date) -> Iterator[Path]:
        return _untouched(self._folder.glob("outbox/bounces/*"), dt.datetime.combine(before, dt.time(), tzinfo=dt.UTC))

    def _cards(self, before: dt.datetime) -> Iterator[Path]:
        for path in self._folder.glob("Safeguarding/channel/cards/*.json"):
            card = read_card(path)
            if card is not None and card.at < before:
                yield path

    def _half_made(self, before: dt.datetime) -> Iterator[Path]:
        return _untouched((p for p in self._folder.rglob("*.part") if HALF_MADE.fullmatch(p.name)), before)

    def _rehearsal(self, before: dt.datetime) -> list[Path]:
        """Every file of a rehearsal of which nothing was touched since; a link to somewhere else is left alone."""
        folder = self._folder / REHEARSAL
        if folder.is_symlink():
            return []
        files = [path for path in folder.rglob("*") if path.is_file()]
        return files if len(list(_untouched(files, before))) == len(files) else []

    def _remove(self, paths: Iterable[Path]) -> None:
        for path in paths:
            path.unlink(missing_ok=True)
            if path.parent.parent.name == "Restricted":
                self._close_when_empty(path.parent)

    def _close_when_empty(self, folder: Path) -> None:
        """A restricted folder goes with its last paper, and so does the list of who might open it."""
        if not any(folder.iterdir()):
            folder.rmdir()
            (folder.parent / ".access" / f"{folder.name}.json").unlink(missing_ok=True)


def _untouched(paths: Iterable[Path], before: dt.datetime) -> Iterator[Path]:
    """Files last written before a moment."""
    return (path for path in paths if path.is_file() and path.stat().st_mtime < before.timestamp())
