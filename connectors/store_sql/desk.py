"""The desk in SQL: accepted cells, leases, tokens, heartbeats, and how each job went on each day."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable
from itertools import count
from typing import Any

import sqlalchemy as sa

from connectors.store_sql import tables
from connectors.store_sql.engine import Database, put
from connectors.store_sql.tables import heartbeats, job_days, leases, tokens
from firstbell.job_days import KEPT_FOR, JobDay, Try, day_with
from firstbell.lease import is_held
from firstbell.quota import pace, take
from firstbell.records import PersonsCell, Quota


class SqlDesk:
    """The port Desk. One desk is one run's, with a name of its own: only the run that took a lease can end it."""

    def __init__(self, database: Database, run: str = "") -> None:
        self._database = database
        self._school = database.school
        self._run, self._taken = run or uuid.uuid4().hex, count()
        self._held: dict[str, str] = {}

    def cells(self, workbook: str) -> tuple[PersonsCell, ...]:
        """Accepted values of people's columns in one workbook, by sheet, row and column."""
        here = (tables.cells.c.school == self._school, tables.cells.c.workbook == workbook)
        with self._database.reading() as connection:
            found = connection.execute(sa.select(tables.cells).where(*here)).all()
        accepted = (PersonsCell(row.workbook, row.sheet, row.row_key, row.header, row.value) for row in found)
        return tuple(sorted(accepted, key=_place))  # not by the database: each has an alphabet of its own

    def save_cells(self, cells: Iterable[PersonsCell]) -> None:
        """Remember accepted values; an empty value forgets."""
        accepted = tuple(cells)
        with self._database.writing() as connection:
            for cell in accepted:
                self._save(connection, cell)

    def _save(self, connection: sa.Connection, cell: PersonsCell) -> None:
        key = self._key(workbook=cell.workbook, sheet=cell.sheet, row_key=cell.row_key, header=cell.column)
        if cell.value:
            put(connection, tables.cells, key, {"value": cell.value})
        else:
            here = (tables.cells.c[name] == value for name, value in key.items())
            connection.execute(sa.delete(tables.cells).where(*here))

    def take_lease(self, job: str, *, now: dt.datetime, seconds: int) -> bool:
        """True when no run of this job holds a lease that is still good, not even we ourselves; it is then ours."""
        with self._database.writing() as connection:
            here = sa.select(leases.c.good_until).where(leases.c.school == self._school, leases.c.job == job)
            good_until = connection.execute(here).scalar()
            if is_held(good_until, now=now, seconds=seconds):
                return False
            owner = f"{self._run} {next(self._taken)}"
            ours = {"owner": owner, "good_until": now + dt.timedelta(seconds=seconds)}
            put(connection, leases, self._key(job=job), ours)
        self._held[job] = owner
        return True

    def end_lease(self, job: str) -> None:
        """Give the lease back; nothing happens when it is another run's by now."""
        ours = (leases.c.school == self._school, leases.c.job == job, leases.c.owner == self._held.pop(job, ""))
        with self._database.writing() as connection:
            connection.execute(sa.delete(leases).where(*ours))

    def take_token(self, quota: Quota, *, now: dt.datetime) -> dt.datetime | None:
        """Take one of the mailbox's tokens; None when there was one, else the moment there will be."""
        with self._database.writing() as connection:
            taken = take(self._full_at(connection, quota), quota, now)
            put(connection, tokens, self._key(mailbox=quota.mailbox), {"full_at": taken.full_at})
        return taken.go_on_at

    def return_token(self, quota: Quota) -> None:
        """Give a token back; a mailbox nobody took one from stays full."""
        with self._database.writing() as connection:
            full_at = self._full_at(connection, quota)
            if full_at is not None:
                put(connection, tokens, self._key(mailbox=quota.mailbox), {"full_at": full_at - pace(quota)})

    def _full_at(self, connection: sa.Connection, quota: Quota) -> dt.datetime | None:
        here = (tokens.c.school == self._school, tokens.c.mailbox == quota.mailbox)
        return connection.execute(sa.select(tokens.c.full_at).where(*here)).scalar()

    def heartbeat(self, job: str, *, at: dt.datetime, due_at: dt.datetime | None, outcome: str) -> None:
        """Record that a job ran to its end; an older run that ends late does not hide a newer one."""
        with self._database.writing() as connection:
            last = self._last(connection, job)
            if last is None or last <= at:
                put(connection, heartbeats, self._key(job=job), {"at": at, "due_at": due_at, "outcome": outcome})

    def last_heartbeat(self, job: str) -> dt.datetime | None:
        """When a job last ran to its end; None if never."""
        with self._database.reading() as connection:
            return self._last(connection, job)

    def note_try(self, tried: Try) -> None:
        """Add a try to its job's day, and forget that job's days of more than five weeks before."""
        ours = (job_days.c.school == self._school, job_days.c.job == tried.job)
        with self._database.writing() as connection:
            found = connection.execute(sa.select(job_days).where(*ours, job_days.c.day == tried.day)).one_or_none()
            told = dataclasses.asdict(day_with(None if found is None else _job_day(found), tried))
            key = self._key(job=told.pop("job")) | {"day": told.pop("day")}
            put(connection, job_days, key, told)
            connection.execute(sa.delete(job_days).where(*ours, job_days.c.day < tried.day - KEPT_FOR))

    def job_days(self, day: dt.date) -> tuple[JobDay, ...]:
        """How each job that was tried went on a day, by the job's name."""
        with self._database.reading() as connection:
            return read_job_days(connection, self._school, day)

    def _last(self, connection: sa.Connection, job: str) -> dt.datetime | None:
        here = sa.select(heartbeats.c.at).where(heartbeats.c.school == self._school, heartbeats.c.job == job)
        return connection.execute(here).scalar()

    def _key(self, **names: str) -> dict[str, Any]:
        return {"school": self._school} | names


def read_job_days(connection: sa.Connection, school: str, day: dt.date) -> tuple[JobDay, ...]:
    """How each job of a school that was tried went on a day, by the job's name."""
    found = connection.execute(sa.select(job_days).where(job_days.c.school == school, job_days.c.day == day))
    return tuple(sorted(map(_job_day, found), key=lambda each: each.job))


def _job_day(row: sa.Row[Any]) -> JobDay:
    told = dict(row._mapping)  # noqa: SLF001 - how SQLAlchemy calls a row as a table of its columns
    del told["school"]
    return JobDay(**told)


def _place(cell: PersonsCell) -> tuple[str, str, str]:
    return cell.sheet, cell.row_key, cell.column
