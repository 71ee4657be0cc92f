"""What was due by the calendar beside what was done: each standing at, before and after its edge."""

import datetime as dt

import pytest

from firstbell.job_days import JobDay, Try, day_with
from firstbell.runs.due import Job
from firstbell.runs.standing import Standing, patience_of, spell, standings, worst
from firstbell.runs.timetable import DayPlan
from firstbell.testing.calendars import example_calendar
from firstbell.testing.morning_story import SETTINGS

MONDAY, SUNDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 22)
A_MINUTE = dt.timedelta(minutes=1)


def at(time):
    return dt.datetime.fromisoformat(f"2026-11-23T{time}").replace(tzinfo=dt.UTC)


def went(*tries, job=Job.SYNC):
    """The day of a job from tries such as "07:00" or "07:00 RetryLater", a minute long each."""
    day: JobDay | None = None
    for told in tries:
        time, _, error = told.partition(" ")
        day = day_with(day, Try(job, MONDAY, at(time), at(time) + A_MINUTE, error))
    return day


def stands(now, *tries, job=Job.SYNC, day=MONDAY):
    """How a job stands at a time of the day, and in words."""
    days = [went(*tries, job=job)] if tries else []
    found = {each.job: each for each in standings(DayPlan(SETTINGS, example_calendar(), day), days, at(now))}
    return (found[job].standing, found[job].words) if job in found else None


def test_the_patience_is_a_quarter_and_the_schools_own():
    assert patience_of(DayPlan(SETTINGS, None, MONDAY)) == dt.timedelta(minutes=25)


@pytest.mark.parametrize(
    ("now", "tries", "standing", "words"),
    [
        ("06:59", [], Standing.NOT_DUE, "not due yet"),
        ("07:24", [], Standing.NOT_DUE, "not due yet"),
        ("07:25", [], Standing.NOT_RUN, "not run for 25 min"),
        ("07:05", ["07:00"], Standing.DONE, "done"),
        ("09:00", ["07:24"], Standing.DONE, "done"),
        ("09:00", ["07:25"], Standing.DONE_LATE, "done 26 min late"),
        ("09:00", ["07:00 GiveUp", "07:02 GiveUp", "07:04"], Standing.DONE, "done, after 2 failed tries"),
        ("09:00", ["07:00 GiveUp", "08:00"], Standing.DONE_LATE, "done 1 h 1 min late, after 1 failed try"),
        ("07:03", ["07:00 RetryLater"], Standing.FAILED, "failed 1 time: RetryLater"),
        ("09:00", ["07:00 RetryLater", "07:02 BadInput"], Standing.FAILED, "failed 2 times: BadInput"),
        ("07:20", ["06:00"], Standing.DONE, "done"),
        ("08:00", ["06:00"], Standing.NOT_RUN, "not run for 1 h"),
        ("23:59", [], Standing.NOT_RUN, "not run for 8 h 10 min"),
    ],
)  # fmt: skip
def test_a_job_of_a_set_time(now, tries, standing, words):
    assert stands(now, *tries) == (standing, words)


@pytest.mark.parametrize(
    ("now", "tries", "standing", "words"),
    [
        ("10:00", ["09:45"], Standing.DONE, "done"),
        ("10:24", ["09:45"], Standing.DONE, "done"),
        ("10:25", ["09:45"], Standing.NOT_RUN, "not run for 40 min"),
        ("10:25", ["09:45", "10:00"], Standing.DONE, "done"),
        ("10:25", ["09:45", "10:15 RetryLater"], Standing.FAILED, "failed 1 time: RetryLater"),
        ("12:00", ["11:00", "11:45"], Standing.DONE_LATE, "done 1 h 16 min late"),
        ("23:59", ["09:45", "16:45"], Standing.DONE, "done"),
        ("23:59", ["09:45", "16:44"], Standing.NOT_RUN, "not run for 16 min"),
    ],
)
def test_a_job_of_every_quarter_is_looked_for_again_and_again(now, tries, standing, words):
    assert stands(now, *tries, job=Job.FIRST_DAY_CONTACT) == (standing, words)


def test_the_watchdog_is_looked_for_as_well():
    assert stands("12:00", job=Job.WATCHDOG)[0] is Standing.NOT_RUN


def test_on_a_day_without_school_only_the_nights_jobs_are_looked_for():
    plan = DayPlan(SETTINGS, example_calendar(), SUNDAY)

    found = standings(plan, [], at("12:00"))

    assert {each.job: each.standing for each in found} == dict.fromkeys(
        (Job.SELF_CHECK, Job.RETENTION), Standing.NOT_RUN
    )


def test_a_school_stands_as_its_worst_job():
    plan = DayPlan(SETTINGS, example_calendar(), MONDAY)
    night = [went("03:00", job=job) for job in (Job.SELF_CHECK, Job.RETENTION)]

    def school(now, *days):
        return worst(standings(plan, [*night, *days], at(now)))

    assert worst(standings(plan, [], at("02:00"))) is Standing.NOT_DUE
    assert school("05:00") is Standing.DONE
    assert school("07:10", went("07:00 GiveUp")) is Standing.FAILED
    assert school("07:30", went("07:00", job=Job.WATCHDOG)) is Standing.NOT_RUN


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (4800, "1 h 20 min")],
)
def test_how_long_is_spelt(seconds, told):
    assert spell(dt.timedelta(seconds=seconds)) == told
