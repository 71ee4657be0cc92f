"""Proposals in SQL. Every change of state is a compare-and-set, with its ledger entries in the same transaction."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from connectors.store_sql.engine import Database
from connectors.store_sql.ledger import Line, write_entries, write_purge
from connectors.store_sql.tables import proposals as table
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
from rules.calendar.sessions import Half, Session
from rules.contact.purposes import Purpose
from rules.people import Personal

AT_A_TIME = 500  # keys in one statement: databases limit how many values a statement may have


class SqlProposals:
    """The port Proposals."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._here = table.c.school == database.school

    def add(self, proposals: Iterable[Proposal], *, at: dt.datetime, actor: str) -> tuple[Proposal, ...]:
        """Add those whose keys do not exist yet, in one transaction; returns the ones added."""
        planned: dict[str, Proposal] = {}
        for proposal in proposals:
            planned.setdefault(proposal.key, proposal)
        with self._database.writing() as connection:
            known = {row.key for row in self._rows(connection, tuple(planned))}
            added = tuple(proposal for key, proposal in planned.items() if key not in known)
            if added:
                self._insert(connection, added)
            lines = [Line(entry_kind(each.state), planned_facts(each), entry_pupil(each)) for each in added]
            write_entries(connection, self._database.school, lines, at=at, actor=actor)
        return added

    def _insert(self, connection: sa.Connection, added: Sequence[Proposal]) -> None:
        following = (connection.execute(sa.select(sa.func.max(table.c.place)).where(self._here)).scalar() or 0) + 1
        rows = [
            {"school": self._database.school, "place": place} | _told(proposal)
            for place, proposal in enumerate(added, following)
        ]
        connection.execute(sa.insert(table), rows)

    def find(
        self,
        *,
        session: Session | None = None,
        purpose: Purpose | None = None,
        states: Iterable[State] = (),
        dispatch_key: str | None = None,
    ) -> tuple[Proposal, ...]:
        """Proposals in the order they were planned, narrowed as asked; no states means any state."""
        wanted = sa.select(table).where(self._here).order_by(table.c.place)
        if session is not None:
            wanted = wanted.where(table.c.session_date == session.date, table.c.half == session.half)
        if purpose is not None:
            wanted = wanted.where(table.c.purpose == purpose)
        if dispatch_key is not None:
            wanted = wanted.where(table.c.dispatch_key == dispatch_key)
        some = tuple(states)
        if some:
            wanted = wanted.where(table.c.state.in_(some))
        with self._database.reading() as connection:
            return tuple(_proposal(row) for row in connection.execute(wanted))

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
        """Move all of `keys` from `old` to `new`, or none: False when any was no longer in `old`; see the port."""
        check_step(old, new, dispatch_key)
        once = tuple(dict.fromkeys(keys))
        with self._database.writing() as connection:
            before = {row.key: _proposal(row) for row in self._rows(connection, once)}
            still_on = {"dispatch_key": on_dispatch, "draft_id": on_draft}
            if self._set(connection, once, old, _step_values(new, reason, dispatch_key), still_on) < len(once):
                connection.rollback()
                return False
            lines = []
            for key in once:
                after = stepped(before[key], new, reason, dispatch_key)
                lines.append(Line(entry_kind(new), step_facts(before[key], after), entry_pupil(after)))
            write_entries(connection, self._database.school, lines, at=at, actor=actor)
        return True

    def record_draft(self, dispatch_key: str, draft_id: str, *, at: dt.datetime) -> bool:
        """Write the draft's id on a RELEASING dispatch that has none; False when another run was first."""
        wanted = sa.select(table).where(
            self._here, table.c.dispatch_key == dispatch_key, table.c.state == State.RELEASING
        )
        with self._database.writing() as connection:
            found = [_proposal(row) for row in connection.execute(wanted.order_by(table.c.place))]
            if not found or any(proposal.draft_id is not None for proposal in found):
                return False
            self._set(connection, tuple(each.key for each in found), State.RELEASING, {"draft_id": draft_id})
            lines = [Line("message.drafted", draft_facts(each, draft_id), entry_pupil(each)) for each in found]
            write_entries(connection, self._database.school, lines, at=at, actor="firstbell")
        return True

    def hold_until(self, keys: Sequence[str], until: dt.datetime, *, at: dt.datetime, actor: str, reason: str) -> int:
        """Let those of `keys` that are HELD leave no earlier than `until`; how many had another moment before."""
        with self._database.writing() as connection:
            found = [_proposal(row) for row in self._rows(connection, tuple(dict.fromkeys(keys)))]
            changing = [each for each in found if each.state is State.HELD and each.release_at != until]
            self._set(connection, tuple(each.key for each in changing), State.HELD, {"release_at": until})
            lines = [Line("message.held_until", hold_facts(each, reason), entry_pupil(each)) for each in changing]
            write_entries(connection, self._database.school, lines, at=at, actor=actor)
        return len(changing)

    def purge(
        self,
        *,
        addresses_before: dt.datetime,
        rows_before: dt.datetime,
        at: dt.datetime,
        actor: str,
        only_count: bool = False,
    ) -> dict[str, int]:
        """Blank addresses and remove proposals whose time to be sent is long over; see the port."""
        with self._database.writing() as connection:
            rows = connection.execute(sa.delete(table).where(self._here, table.c.send_before < rows_before))
            counts = {"addresses": 0, "messages": rows.rowcount}
            counts["addresses"] = self._blank(connection, table.c.send_before < addresses_before)
            write_purge(connection, self._database.school, counts, at=at, actor=actor)
            if only_count:
                connection.rollback()
        return counts

    def forget_addresses(self, subject_id: str, *, at: dt.datetime, actor: str) -> int:
        """Blank the address of every proposal about a pupil, with its ledger entry; how many there were."""
        with self._database.writing() as connection:
            count = self._blank(connection, table.c.subject_id == subject_id)
            write_purge(connection, self._database.school, {"addresses": count}, at=at, actor=actor)
        return count

    def _blank(self, connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
        wanted = sa.update(table).where(self._here, which, table.c.address != "")
        return connection.execute(wanted.values(address="")).rowcount

    def _rows(self, connection: sa.Connection, keys: tuple[str, ...]) -> Iterator[sa.Row[Any]]:
        for some in batched(keys, AT_A_TIME, strict=False):
            yield from connection.execute(
                sa.select(table).where(self._here, table.c.key.in_(some)).order_by(table.c.place)
            )

    def _set(
        self,
        connection: sa.Connection,
        keys: tuple[str, ...],
        old: State,
        values: dict[str, Any],
        still_on: Mapping[str, str | None] = MappingProxyType({}),
    ) -> int:
        """The compare-and-set: how many of `keys` were still in `old`, and on what is named, and now have `values`."""
        changed = 0
        same = [table.c[name] == value for name, value in still_on.items() if value is not None]
        for some in batched(keys, AT_A_TIME, strict=False):
            still = (self._here, table.c.key.in_(some), table.c.state == old, *same)
            changed += connection.execute(sa.update(table).where(*still).values(values)).rowcount
        return changed


def _step_values(new: State, reason: str, dispatch_key: str | None) -> dict[str, Any]:
    """`firstbell.states.stepped`, said to the database."""
    values: dict[str, Any] = {"state": new, "reason": reason}
    if new is State.HELD:
        return values | {"dispatch_key": None, "draft_id": None}
    if dispatch_key is not None:
        same = sa.case((table.c.dispatch_key == dispatch_key, table.c.draft_id), else_=None)
        return values | {"dispatch_key": dispatch_key, "draft_id": same}
    return values


def _told(proposal: Proposal) -> dict[str, object]:
    return {
        "key": proposal.key,
        "purpose": proposal.purpose,
        "session_date": proposal.session.date,
        "half": proposal.session.half,
        "subject_id": proposal.subject_id,
        "recipient_id": proposal.recipient_id,
        "address": proposal.address.reveal(),
        "sharing_group": proposal.group,
        "state": proposal.state,
        "reason": proposal.reason,
        "planned_at": proposal.planned_at,
        "release_at": proposal.release_at,
        "send_before": proposal.send_before,
        "facts": dict(proposal.facts),
        "dispatch_key": proposal.dispatch_key,
        "draft_id": proposal.draft_id,
    }


def _proposal(row: sa.Row[Any]) -> Proposal:
    return Proposal(
        key=row.key,
        purpose=Purpose(row.purpose),
        session=Session(row.session_date, Half(row.half)),
        subject_id=row.subject_id,
        recipient_id=row.recipient_id,
        address=Personal(row.address),
        group=row.sharing_group,
        state=State(row.state),
        reason=row.reason,
        planned_at=row.planned_at,
        release_at=row.release_at,
        send_before=row.send_before,
        facts=row.facts,
        dispatch_key=row.dispatch_key,
        draft_id=row.draft_id,
    )
