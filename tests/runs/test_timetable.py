"""What is due when, by each school's own calendar and in its own zone: two years of quarters, and the edges."""

import datetime as dt
from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

import pytest

from firstbell.runs.due import Job
from firstbell.runs.timetable import QUARTER, due_jobs, due_watch
from firstbell.settings import TimetableSettings
from firstbell.testing.calendars import example_calendar
from firstbell.testing.morning_story import SETTINGS
from rules.calendar import Closure, SchoolCalendar, Term

LONDON = ZoneInfo("Europe/London")
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
TWO_YEARS = SchoolCalendar("All weekdays", "2026-27", (Term("one", FIRST, LAST),))
DAY_JOBS = {Job.SYNC: dt.time(7), Job.CHASE: dt.time(9, 15), Job.FIRST_DAY_CONTACT: dt.time(9, 45)}


def at(day, time, zone=LONDON):
    return dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=zone)


def jobs_at(day, time, calendar=None, settings=SETTINGS):
    return {due.job: due.at for due in due_jobs(settings, calendar or example_calendar(), at(day, time))}


@pytest.fixture(scope="module")
def begun():
    """For each job, the first tick on each local day at which it was due: every quarter of an hour for two years."""
    found = defaultdict(dict)
    tick, end = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2027, 12, 31, 23, 59, tzinfo=dt.UTC)
    while tick < end:
        local = tick.astimezone(LONDON)
        for due in due_jobs(SETTINGS, TWO_YEARS, tick):
            found[due.job].setdefault(local.date(), local.time())
        tick += QUARTER
    return found


@pytest.mark.parametrize(("job", "time"), DAY_JOBS.items())
def test_for_two_years_each_job_of_the_day_begins_at_its_local_time_on_every_weekday(begun, job, time):
    weekdays = {day for n in range((LAST - FIRST).days + 1) if (day := FIRST + dt.timedelta(n)).isoweekday() <= 5}

    assert begun[job].keys() == weekdays
    assert set(begun[job].values()) == {time}


def test_for_two_years_the_weekly_job_begins_on_mondays_at_four(begun):
    assert {day.isoweekday() for day in begun[Job.WEEKLY] if day > FIRST + dt.timedelta(7)} == {1}
    assert set(begun[Job.WEEKLY].values()) == {dt.time(16)}
    assert len(begun[Job.WEEKLY]) in {104, 105}


@pytest.mark.parametrize("job", [Job.SELF_CHECK, Job.RETENTION])
def test_for_two_years_the_nightly_jobs_begin_once_each_night_whatever_the_clocks_do(begun, job):
    assert len(begun[job]) == (LAST - FIRST).days + 1
    assert set(begun[job].values()) == {dt.time(3)}


def test_nothing_is_due_around_midnight_for_two_years(begun):
    times = {time for days in begun.values() for time in days.values()}

    assert [time for time in times if time < dt.time(1) or time >= dt.time(23)] == []


@pytest.mark.parametrize(("day", "utc"), [("2026-10-23", "08:45"), ("2026-11-02", "09:45")])
def test_a_quarter_to_ten_is_the_schools_own_in_summer_time_and_after(day, utc):
    due = due_jobs(SETTINGS, example_calendar(), at(day, utc, dt.UTC))

    assert (Job.FIRST_DAY_CONTACT, at(day, "09:45")) in due


@pytest.mark.parametrize("night", [dt.time(1, 0), dt.time(1, 30), dt.time(2, 0)])
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_night_job_in_the_skipped_or_doubled_hour_is_due_once(day, night):
    settings = SETTINGS.model_copy(update={"timetable": TimetableSettings(night_at=night)})
    midnight = at(day, "00:00").astimezone(dt.UTC)

    dues = [due for n in range(96) for due in due_jobs(settings, TWO_YEARS, midnight + n * QUARTER)]

    assert (
        len(
            {
                due.at
                for due in dues
                if due.job is Job.SELF_CHECK and due.at.astimezone(LONDON).date() == at(day, "12:00").date()
            }
        )
        == 1
    )


EDGES = {
    "09:44:59": None,
    "09:45:00": "09:45",
    "09:59:59": "09:45",
    "10:07:00": "10:00",
    "16:59:59": "16:45",
    "17:00:00": None,
}


@pytest.mark.parametrize(("time", "due"), EDGES.items())
def test_first_day_contact_is_due_again_each_quarter_until_the_evening(time, due):
    found = jobs_at("2026-11-23", time)

    assert found.get(Job.FIRST_DAY_CONTACT) == (due and at("2026-11-23", due))


@pytest.mark.parametrize(("time", "is_due"), [("06:59", False), ("07:00", True), ("11:30", True), ("15:10", False)])
def test_a_missed_sync_is_still_begun_until_school_ends(time, is_due):
    found = jobs_at("2026-11-23", time)

    assert (found.get(Job.SYNC) == at("2026-11-23", "07:00")) is is_due


@pytest.mark.parametrize(("time", "is_due"), [("02:59", False), ("03:00", True), ("06:59", True), ("07:00", False)])
def test_a_missed_night_job_is_still_begun_for_four_hours(time, is_due):
    assert (Job.SELF_CHECK in jobs_at("2026-11-22", time)) is is_due


@pytest.mark.parametrize("day", ["2026-11-22", "2026-10-26", "2026-12-25", "2026-05-04"])
def test_without_school_no_job_of_the_day_is_due(day):
    assert jobs_at(day, "10:00") == {}
    assert due_watch(SETTINGS, example_calendar(), at(day, "10:00")) == ()


def test_an_inset_day_and_a_closure_are_the_schools_own():
    closed = example_calendar(inset=[dt.date(2026, 11, 23)], closures=[Closure(dt.date(2026, 11, 24), reason="snow")])

    assert jobs_at("2026-11-23", "10:00", closed) == jobs_at("2026-11-24", "10:00", closed) == {}
    assert Job.SYNC in jobs_at("2026-11-25", "10:00", closed)


def test_the_weekly_job_waits_for_the_first_school_day_of_the_week():
    calendar = example_calendar(inset=[dt.date(2026, 11, 23)])

    days = [f"2026-11-{day}" for day in range(23, 28) if Job.WEEKLY in jobs_at(f"2026-11-{day}", "16:00", calendar)]

    assert days == ["2026-11-24"]


def test_two_schools_in_two_zones_are_asked_at_one_moment():
    school = SETTINGS.school.model_copy(update={"timezone": "Europe/Berlin"})
    abroad = SETTINGS.model_copy(update={"school": school})
    moment = at("2026-11-23", "08:45")

    assert [due.job for due in due_jobs(SETTINGS, example_calendar(), moment)] == [Job.SYNC]
    assert Job.FIRST_DAY_CONTACT in [due.job for due in due_jobs(abroad, example_calendar(), moment)]


def test_without_a_readable_calendar_weekdays_are_school_days_so_that_the_jobs_can_say_so():
    due = due_jobs(SETTINGS, None, at("2026-11-23", "10:00"))

    assert {Job.SYNC, Job.CHASE, Job.FIRST_DAY_CONTACT} <= {each.job for each in due}
    assert due_jobs(SETTINGS, None, at("2026-11-22", "10:00")) == ()


@pytest.mark.parametrize(("day", "is_due"), [("2027-09-06", True), ("2027-09-07", False)])
def test_a_calendar_that_has_run_out_is_noticed_on_mondays(day, is_due):
    assert (Job.FIRST_DAY_CONTACT in jobs_at(day, "10:00")) is is_due


@pytest.mark.parametrize(("time", "is_due"), [("06:59", False), ("07:07", True), ("17:52", True), ("18:07", False)])
def test_the_watchdog_looks_from_the_first_job_until_an_hour_after_the_last(time, is_due):
    assert bool(due_watch(SETTINGS, example_calendar(), at("2026-11-23", time))) is is_due


def test_a_day_asks_for_few_jobs():
    ticks = (at("2026-11-24", "00:00") + n * QUARTER for n in range(96))

    times = Counter(due for tick in ticks for due in due_jobs(SETTINGS, example_calendar(), tick))

    assert Counter(due.job for due in times) == {
        Job.SELF_CHECK: 1, Job.RETENTION: 1, Job.SYNC: 1, Job.CHASE: 24, Job.FIRST_DAY_CONTACT: 29
    }  # fmt: skip
