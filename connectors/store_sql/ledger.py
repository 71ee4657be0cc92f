"""The ledger in SQL: entries are only ever added, each chained to the last by its hash."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connectors.store_sql.engine import Database, put
from connectors.store_sql.tables import ledger_entries, ledger_heads
from firstbell.chain import (
    CUT,
    Head,
    anchor_text,
    chain_faults,
    chain_holds,
    cut_facts,
    head_after,
    moment_text,
    next_entry,
    oldest_cut,
    read_anchor,
)
from firstbell.errors import NeedsHuman
from firstbell.records import LedgerEntry, LedgerFault

AT_A_TIME = 1000
NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
WHERE_TO_LOOK = "run: firstbell ledger verify"


@dataclass(frozen=True, slots=True)
class Line:
    """What an entry is to say, before it has a number."""

    kind: str
    facts: Mapping[str, str]
    pupil_id: str | None = None


class SqlLedger:
    """The port Ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(
        self, kind: str, *, at: dt.datetime, actor: str, facts: Mapping[str, str], pupil_id: str | None = None
    ) -> LedgerEntry:
        """Add an entry. `facts` hold ids, codes and sentences without names."""
        with self._database.writing() as connection:
            line = Line(kind, facts, pupil_id)
            return write_entries(connection, self._database.school, [line], at=at, actor=actor)[0]

    def entries(
        self, *, pupil_id: str | None = None, kind: str | None = None, since: dt.datetime | None = None
    ) -> tuple[LedgerEntry, ...]:
        """Entries in order, narrowed to a pupil, a kind, or a time. Raises NeedsHuman for one that can't be read."""
        wanted = _all(self._database.school)
        if pupil_id is not None:
            wanted = wanted.where(ledger_entries.c.pupil_id == pupil_id)
        if kind is not None:
            wanted = wanted.where(ledger_entries.c.kind == kind)
        if since is not None:
            wanted = wanted.where(ledger_entries.c.at >= moment_text(since))
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        try:
            return tuple(_entry(row) for row in rows)
        except (ValueError, TypeError) as error:
            raise NeedsHuman("an entry of the ledger can't be read: it was altered", WHERE_TO_LOOK) from error

    def verify(self, anchor: str | None = None) -> tuple[LedgerFault, ...]:
        """Every place where an entry was altered, removed or moved; empty when the chain holds; see the port.

        Reads a thousand entries at a time; only a broken chain is read whole, to say where.
        """
        school = self._database.school
        kept = None if anchor is None else read_anchor(anchor)
        with self._database.reading() as connection:
            head = _head(connection, school)
            with _stored(connection, school) as entries:
                if chain_holds(school, entries, head, kept):
                    return ()
            with _stored(connection, school) as entries:
                return chain_faults(school, entries, head, kept)

    def cut(self, before: dt.datetime, *, at: dt.datetime, actor: str, only_count: bool = False) -> int:
        """Remove the oldest entries, all written before a moment, behind an entry that vouches; see the port."""
        if before > oldest_cut(at):
            raise ValueError("the years for which the register's entries are kept are not over")
        school = self._database.school
        with self._database.writing() as connection:
            gone = _last_before(connection, school, before)
            older = (ledger_entries.c.school == school, ledger_entries.c.number <= gone.entries)
            count: int = connection.execute(sa.select(sa.func.count()).where(*older)).scalar_one()
            if count and not only_count:
                write_entries(connection, school, [Line(CUT, cut_facts(gone, before))], at=at, actor=actor)
                connection.execute(sa.delete(ledger_entries).where(*older))
        return count

    def anchor(self) -> str:
        """The count of entries and the last hash, to keep elsewhere."""
        with self._database.reading() as connection:
            return anchor_text(_head(connection, self._database.school))


def write_entries(
    connection: sa.Connection, school: str, lines: Iterable[Line], *, at: dt.datetime, actor: str
) -> list[LedgerEntry]:
    """Add entries in the caller's own transaction, so that a change and its entry stand or fall together."""
    head = _head(connection, school)
    added: list[LedgerEntry] = []
    for line in lines:
        added.append(next_entry(school, head, line.kind, at=at, actor=actor, facts=line.facts, pupil_id=line.pupil_id))
        head = head_after(added[-1])
    if added:
        try:
            connection.execute(sa.insert(ledger_entries), [_told(school, entry) for entry in added])
        except sa.exc.IntegrityError as error:
            raise NeedsHuman("the ledger has entries past its own end: it was altered", WHERE_TO_LOOK) from error
        put(connection, ledger_heads, {"school": school}, {"entries": head.entries, "last_hash": head.last_hash})
    return added


def write_purge(
    connection: sa.Connection, school: str, counts: Mapping[str, int], *, at: dt.datetime, actor: str
) -> None:
    """The entry of a purge, in its own transaction, when anything went."""
    if any(counts.values()):
        facts = {name: str(count) for name, count in counts.items()}
        write_entries(connection, school, [Line("retention.purged", facts)], at=at, actor=actor)


def _last_before(connection: sa.Connection, school: str, before: dt.datetime) -> Head:
    """The last of the oldest entries, all written before a moment; nothing when there is none."""
    here = ledger_entries.c.school == school
    younger = sa.select(sa.func.min(ledger_entries.c.number)).where(here, ledger_entries.c.at >= moment_text(before))
    first_kept = connection.execute(younger).scalar()
    last = _head(connection, school).entries if first_kept is None else first_kept - 1
    hashed = sa.select(ledger_entries.c.hash).where(here, ledger_entries.c.number == last)
    found: str | None = connection.execute(hashed).scalar()
    return Head() if found is None else Head(last, found)


def _head(connection: sa.Connection, school: str) -> Head:
    wanted = sa.select(ledger_heads.c.entries, ledger_heads.c.last_hash).where(ledger_heads.c.school == school)
    row = connection.execute(wanted).one_or_none()
    return Head() if row is None else Head(row.entries, row.last_hash)


def _all(school: str) -> sa.Select[Any]:
    # SQLite keeps whatever it is given, so a spoilt number could be text; as a number it is out of place, and found.
    number = sa.cast(ledger_entries.c.number, sa.Integer).label("number")
    others = [column for column in ledger_entries.c if column.name not in {"school", "number"}]
    return sa.select(number, *others).where(ledger_entries.c.school == school).order_by(ledger_entries.c.number)


@contextmanager
def _stored(connection: sa.Connection, school: str) -> Iterator[Iterator[LedgerEntry]]:
    """Every entry as it stands, read a part at a time; a reader who stops early leaves no cursor open."""
    with connection.execution_options(yield_per=AT_A_TIME).execute(_all(school)) as rows:
        yield (_entry_or_ruin(row) for row in rows)


def _told(school: str, entry: LedgerEntry) -> dict[str, object]:
    return {
        "school": school,
        "number": entry.number,
        "at": moment_text(entry.at),
        "kind": entry.kind,
        "pupil_id": entry.pupil_id,
        "actor": entry.actor,
        "facts": json.dumps(dict(entry.facts), sort_keys=True),
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def _entry(row: sa.Row[Any]) -> LedgerEntry:
    """The entry as stored. Raises ValueError or TypeError for one that was spoilt."""
    told = json.loads(row.facts)
    texts = (row.kind, row.actor, row.previous_hash, row.hash)
    if not isinstance(told, dict) or not all(isinstance(each, str) for each in texts):
        raise TypeError("not what an entry is made of")
    at = dt.datetime.fromisoformat(row.at)
    return LedgerEntry(row.number, at, row.kind, row.pupil_id, row.actor, told, row.previous_hash, row.hash)


def _entry_or_ruin(row: sa.Row[Any]) -> LedgerEntry:
    """The entry, or for a spoilt one an entry that no hash fits, so that it is reported as altered."""
    try:
        return _entry(row)
    except (ValueError, TypeError):
        return LedgerEntry(row.number, NEVER, "", None, "", {}, str(row.previous_hash), str(row.hash))
