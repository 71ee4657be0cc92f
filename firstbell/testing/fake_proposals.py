"""Proposals in memory."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from firstbell.records import Proposal, State
from firstbell.states import (
    check_step,
    draft_facts,
    entry_kind,
    entry_pupil,
    hold_facts,
    planned_facts,
    step_facts,
    stepped,
)
from firstbell.testing.fake_ledger import FakeLedger
from rules.calendar.sessions import Session
from rules.contact.purposes import Purpose
from rules.people import Personal


class FakeProposals:
    """Proposals in a dictionary, in the order they were planned."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self._rows: dict[str, Proposal] = {}

    def add(self, proposals: Iterable[Proposal], *, at: dt.datetime, actor: str) -> tuple[Proposal, ...]:
        added = []
        for proposal in proposals:
            if proposal.key not in self._rows:
                self._rows[proposal.key] = proposal
                self._note(entry_kind(proposal.state), proposal, planned_facts(proposal), at, actor)
                added.append(proposal)
        return tuple(added)

    def find(
        self,
        *,
        session: Session | None = None,
        purpose: Purpose | None = None,
        states: Iterable[State] = (),
        dispatch_key: str | None = None,
    ) -> tuple[Proposal, ...]:
        wanted = frozenset(states) or frozenset(State)
        return tuple(
            row
            for row in self._rows.values()
            if session in {None, row.session}
            and purpose in {None, row.purpose}
            and row.state in wanted
            and dispatch_key in {None, row.dispatch_key}
        )

    def move(
        self,
        keys: Sequence[str],
        old: State,
        new: State,
        *,
        at: dt.datetime,
        actor: str,
        reason: str,
        dispatch_key: str | None = None,
        on_dispatch: str | None = None,
        on_draft: str | None = None,
    ) -> bool:
        check_step(old, new, dispatch_key)
        found = (self._rows[key] for key in dict.fromkeys(keys) if key in self._rows)
        rows = [row for row in found if self._may_move(row, old, on_dispatch, on_draft)]
        if len(rows) < len(set(keys)):
            return False
        for before in rows:
            after = stepped(before, new, reason, dispatch_key)
            self._rows[before.key] = after
            self._note(entry_kind(new), before, step_facts(before, after), at, actor)
        return True

    def _may_move(self, row: Proposal, old: State, on_dispatch: str | None, on_draft: str | None) -> bool:
        """The compare of compare-and-set."""
        return row.state is old and on_dispatch in {None, row.dispatch_key} and on_draft in {None, row.draft_id}

    def record_draft(self, dispatch_key: str, draft_id: str, *, at: dt.datetime) -> bool:
        rows = self.find(states={State.RELEASING}, dispatch_key=dispatch_key)
        if not rows or any(row.draft_id is not None for row in rows):
            return False
        for row in rows:
            self._rows[row.key] = replace(row, draft_id=draft_id)
            self._note("message.drafted", row, draft_facts(row, draft_id), at, "firstbell")
        return True

    def hold_until(self, keys: Sequence[str], until: dt.datetime, *, at: dt.datetime, actor: str, reason: str) -> int:
        rows = [row for row in self.find(states={State.HELD}) if row.key in set(keys) and row.release_at != until]
        for row in rows:
            self._rows[row.key] = replace(row, release_at=until)
            self._note("message.held_until", row, hold_facts(row, reason), at, actor)
        return len(rows)

    def purge(
        self,
        *,
        addresses_before: dt.datetime,
        rows_before: dt.datetime,
        at: dt.datetime,
        actor: str,
        only_count: bool = False,
    ) -> Mapping[str, int]:
        staying = {key: row for key, row in self._rows.items() if row.send_before >= rows_before}
        blanked = [key for key, row in staying.items() if row.send_before < addresses_before and row.address]
        counts = {"addresses": len(blanked), "messages": len(self._rows) - len(staying)}
        if not only_count:
            self._rows = staying
            self._blank(blanked)
            self._ledger.note_purge(counts, at=at, actor=actor)
        return counts

    def forget_addresses(self, subject_id: str, *, at: dt.datetime, actor: str) -> int:
        found = [key for key, row in self._rows.items() if row.subject_id == subject_id and row.address]
        self._blank(found)
        self._ledger.note_purge({"addresses": len(found)}, at=at, actor=actor)
        return len(found)

    def _blank(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._rows[key] = replace(self._rows[key], address=Personal(""))

    def _note(self, kind: str, proposal: Proposal, facts: Mapping[str, str], at: dt.datetime, actor: str) -> None:
        self._ledger.append(kind, at=at, actor=actor, facts=facts, pupil_id=entry_pupil(proposal))
