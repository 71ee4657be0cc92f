"""Copies in memory."""

import datetime as dt
from collections.abc import Mapping

from firstbell.records import CopyLimits


class FakeCopies:
    """Copies for tests: `held` has the moment of each by its kind and by what it is about (a key or a folder)."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], dt.datetime] = {}

    def purge(self, limits: CopyLimits, *, only_count: bool = False) -> Mapping[str, int]:
        before = {
            "mail copies": dt.datetime.combine(limits.mails_before, dt.time(), tzinfo=dt.UTC),
            "cards": limits.cards_before,
            "papers": limits.papers_before,
            "half-made files": limits.half_made_before,
            "rehearsal files": limits.rehearsal_before,
        }
        due = [each for each, at in self.held.items() if at < before[each[0]]]
        newest = max((at for (kind, _), at in self.held.items() if kind == "rehearsal files"), default=None)
        if newest is not None and newest >= limits.rehearsal_before:
            due = [each for each in due if each[0] != "rehearsal files"]
        if not only_count:
            self._remove(due)
        return {kind: sum(each[0] == kind for each in due) for kind in before}

    def count(self, mail_keys: frozenset[str], folders: frozenset[str]) -> Mapping[str, int]:
        found = self._about(mail_keys, folders)
        return {kind: sum(each[0] == kind for each in found) for kind in ("mail copies", "papers")}

    def forget(self, mail_keys: frozenset[str], folders: frozenset[str]) -> Mapping[str, int]:
        counts = self.count(mail_keys, folders)
        self._remove(self._about(mail_keys, folders))
        return counts

    def _about(self, mail_keys: frozenset[str], folders: frozenset[str]) -> list[tuple[str, str]]:
        wanted = {*(("mail copies", key) for key in mail_keys), *(("papers", folder) for folder in folders)}
        return [each for each in self.held if each in wanted]

    def _remove(self, each: list[tuple[str, str]]) -> None:
        for one in each:
            del self.held[one]
