"""Which jobs of a school are due at a moment, by its own calendar and in its own zone. Pure: the moment is an argument.

A platform asks every quarter of an hour, in UTC. Jobs of the day are due again at each quarter, those of a set time
once; for how long a missed one is still worth beginning is said with each.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from firstbell.runs.due import Job
from firstbell.settings import Settings
from rules.calendar import SchoolCalendar

QUARTER = dt.timedelta(minutes=15)  # how often a platform asks: the timers in functions/
WORTH = dt.timedelta(hours=4)  # how late a weekly or nightly job may still begin
MONDAY = 1


class Due(NamedTuple):
    """A job, and the moment since which it is due, in UTC."""

    job: Job
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """When a job may begin on a day, in UTC: from `begins` until before `ends`; again each quarter if it repeats."""

    job: Job
    begins: dt.datetime
    ends: dt.datetime
    repeats: bool = False

    def due_at(self, now: dt.datetime) -> Due | None:
        """The newest moment at which the job was due; None before its time and when it is too late."""
        if not self.begins <= now < self.ends:
            return None
        return Due(self.job, max(self.begins, _quarter(now)) if self.repeats else self.begins)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day of a school, by its settings and its calendar; without a calendar every weekday is a school day.

    So a calendar that can't be read does not end in silence: the jobs run, and tell the office what is wrong.
    """

    settings: Settings
    calendar: SchoolCalendar | None
    day: dt.date

    def jobs(self) -> Iterator[Slot]:
        """The jobs of the day, in the order in which they are due."""
        table, school_day = self.settings.timetable, self.settings.day
        night = self._at(table.night_at)
        yield Slot(Job.SELF_CHECK, night, night + WORTH)
        yield Slot(Job.RETENTION, night, night + WORTH)
        if not self.is_working_day(self.day):
            return
        yield Slot(Job.SYNC, self._at(school_day.sync_at), self._at(school_day.pm.session_ends))
        yield Slot(Job.CHASE, self._at(school_day.chase_at), self._at(school_day.pm.session_ends), repeats=True)
        yield Slot(Job.FIRST_DAY_CONTACT, self._at(school_day.first_day_contact_at), self._evening(), repeats=True)
        if self._is_day_of_weekly():
            yield Slot(Job.WEEKLY, self._at(table.weekly_at), self._at(table.weekly_at) + WORTH)

    def watch(self) -> Iterator[Slot]:
        """When the watchdog looks: all through the working day of the jobs, and an hour beyond."""
        if self.is_working_day(self.day):
            begins, ends = self._at(self.settings.day.sync_at), self._evening() + dt.timedelta(hours=1)
            yield Slot(Job.WATCHDOG, begins, ends, repeats=True)

    def is_working_day(self, day: dt.date) -> bool:
        """A school day; and a Monday of which the calendar says nothing, lest a forgotten one end in silence."""
        if self.calendar is None:
            return day.isoweekday() <= 5  # noqa: PLR2004 - Friday
        if not self.calendar.covers(day):
            return day.isoweekday() == MONDAY
        return self.calendar.is_school_day(day)

    def _is_day_of_weekly(self) -> bool:
        weekday, wanted = self.day.isoweekday(), self.settings.timetable.weekly_on
        before = (self.day - dt.timedelta(days=back) for back in range(1, weekday - wanted + 1))
        return weekday >= wanted and not any(self.is_working_day(day) for day in before)

    def _evening(self) -> dt.datetime:
        return self._at(max(self.settings.timetable.last_contact_at, self.settings.day.pm.session_ends))

    def _at(self, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(self.day, time, tzinfo=self.settings.zone).astimezone(dt.UTC)


def plan_of(settings: Settings, calendar: SchoolCalendar | None, now: dt.datetime) -> DayPlan:
    """The plan of the school's own day at a moment."""
    zone: ZoneInfo = settings.zone
    return DayPlan(settings, calendar, now.astimezone(zone).date())


def due_jobs(settings: Settings, calendar: SchoolCalendar | None, now: dt.datetime) -> tuple[Due, ...]:
    """The jobs that should have begun by now and are still worth beginning, each once, in the order of the day."""
    return tuple(due for slot in plan_of(settings, calendar, now).jobs() if (due := slot.due_at(now)))


def due_watch(settings: Settings, calendar: SchoolCalendar | None, now: dt.datetime) -> tuple[Due, ...]:
    """Whether the watchdog should look now."""
    return tuple(due for slot in plan_of(settings, calendar, now).watch() if (due := slot.due_at(now)))


def _quarter(now: dt.datetime) -> dt.datetime:
    """The quarter of an hour that began last."""
    utc = now.astimezone(dt.UTC)
    return utc.replace(minute=utc.minute - utc.minute % 15, second=0, microsecond=0)
