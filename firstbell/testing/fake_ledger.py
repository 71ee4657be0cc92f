"""A ledger in memory."""

import datetime as dt
from collections.abc import Mapping

from firstbell.chain import (
    CUT,
    Head,
    anchor_text,
    chain_faults,
    cut_facts,
    head_after,
    next_entry,
    oldest_cut,
    read_anchor,
)
from firstbell.records import LedgerEntry, LedgerFault


class FakeLedger:
    """The chain of entries as a list; `stored` and `head` may be tampered with by a test."""

    def __init__(self, school: str) -> None:
        self._school = school
        self.stored: list[LedgerEntry] = []
        self.head = Head()

    def append(
        self, kind: str, *, at: dt.datetime, actor: str, facts: Mapping[str, str], pupil_id: str | None = None
    ) -> LedgerEntry:
        entry = next_entry(self._school, self.head, kind, at=at, actor=actor, facts=facts, pupil_id=pupil_id)
        self.stored.append(entry)
        self.head = head_after(entry)
        return entry

    def entries(
        self, *, pupil_id: str | None = None, kind: str | None = None, since: dt.datetime | None = None
    ) -> tuple[LedgerEntry, ...]:
        return tuple(
            entry
            for entry in self.stored
            if pupil_id in {None, entry.pupil_id}
            and kind in {None, entry.kind}
            and (since is None or entry.at >= since)
        )

    def cut(self, before: dt.datetime, *, at: dt.datetime, actor: str, only_count: bool = False) -> int:
        if before > oldest_cut(at):
            raise ValueError("the years for which the register's entries are kept are not over")
        count = next((n for n, entry in enumerate(self.stored) if entry.at >= before), len(self.stored))
        if count and not only_count:
            facts = cut_facts(head_after(self.stored[count - 1]), before)
            self.append(CUT, at=at, actor=actor, facts=facts)
            del self.stored[:count]
        return count

    def note_purge(self, counts: Mapping[str, int], *, at: dt.datetime, actor: str) -> None:
        """The entry of a purge, when anything went."""
        if any(counts.values()):
            facts = {name: str(count) for name, count in counts.items()}
            self.append("retention.purged", at=at, actor=actor, facts=facts)

    def verify(self, anchor: str | None = None) -> tuple[LedgerFault, ...]:
        kept = None if anchor is None else read_anchor(anchor)
        return chain_faults(self._school, self.stored, self.head, kept)

    def anchor(self) -> str:
        return anchor_text(self.head)
