"""A desk in memory, over what all desks of a school share."""

import datetime as dt
from collections.abc import Iterable
from itertools import count

from firstbell.chain import moment_text
from firstbell.job_days import KEPT_FOR, JobDay, Try, day_with
from firstbell.lease import is_held
from firstbell.quota import pace, take
from firstbell.records import PersonsCell, Quota


class FakeMemory:
    """What every desk of one school shares."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, str, str, str], PersonsCell] = {}
        self.leases: dict[str, tuple[int, dt.datetime]] = {}
        self.heartbeats: dict[str, dt.datetime] = {}
        self.job_days: dict[tuple[str, dt.date], JobDay] = {}
        self.owners = count()
        self.full_at: dict[str, dt.datetime] = {}


class FakeDesk:
    """One run's desk over the shared memory; only the run that took a lease can end it."""

    def __init__(self, memory: FakeMemory) -> None:
        self._memory = memory
        self._held: dict[str, int] = {}

    def cells(self, workbook: str) -> tuple[PersonsCell, ...]:
        return tuple(cell for key, cell in sorted(self._memory.cells.items()) if cell.workbook == workbook)

    def save_cells(self, cells: Iterable[PersonsCell]) -> None:
        for cell in cells:
            key = (cell.workbook, cell.sheet, cell.row_key, cell.column)
            self._memory.cells.pop(key, None)
            if cell.value:
                self._memory.cells[key] = cell

    def take_lease(self, job: str, *, now: dt.datetime, seconds: int) -> bool:
        moment_text(now)
        lease = self._memory.leases.get(job)
        if is_held(lease[1] if lease else None, now=now, seconds=seconds):
            return False
        self._held[job] = next(self._memory.owners)
        self._memory.leases[job] = (self._held[job], now + dt.timedelta(seconds=seconds))
        return True

    def end_lease(self, job: str) -> None:
        lease = self._memory.leases.get(job)
        if lease is not None and lease[0] == self._held.get(job):
            del self._memory.leases[job]

    def take_token(self, quota: Quota, *, now: dt.datetime) -> dt.datetime | None:
        taken = take(self._memory.full_at.get(quota.mailbox), quota, now)
        self._memory.full_at[quota.mailbox] = taken.full_at
        return taken.go_on_at

    def return_token(self, quota: Quota) -> None:
        full_at = self._memory.full_at.get(quota.mailbox)
        if full_at is not None:
            self._memory.full_at[quota.mailbox] = full_at - pace(quota)

    def heartbeat(self, job: str, *, at: dt.datetime, due_at: dt.datetime | None, outcome: str) -> None:  # noqa: ARG002 - the port says both; nothing reads them back
        moment_text(at)
        self._memory.heartbeats[job] = max(at, self._memory.heartbeats.get(job, at))

    def last_heartbeat(self, job: str) -> dt.datetime | None:
        return self._memory.heartbeats.get(job)

    def note_try(self, tried: Try) -> None:
        for moment in (tried.began_at, tried.ended_at):
            moment_text(moment)
        days = self._memory.job_days
        days[tried.job, tried.day] = day_with(days.get((tried.job, tried.day)), tried)
        for job, day in list(days):
            if job == tried.job and day < tried.day - KEPT_FOR:
                del days[job, day]

    def job_days(self, day: dt.date) -> tuple[JobDay, ...]:
        return tuple(found for key, found in sorted(self._memory.job_days.items()) if key[1] == day)
