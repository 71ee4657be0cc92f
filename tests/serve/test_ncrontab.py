"""NCRONTAB as the cloud's host reads it, and nothing that it refuses."""

import datetime as dt

import pytest

from firstbell.errors import Misconfigured
from firstbell.serve.ncrontab import read_schedule

# Each schedule, a moment, and when it fires next.
FIRES = {
    "0 */15 * * * *": ("2026-11-23 09:45:00", "2026-11-23 10:00:00"),
    "*/15 * * * *": ("2026-11-23 09:44:59", "2026-11-23 09:45:00"),
    "0 7,22,37,52 * * * *": ("2026-11-23 23:52:00", "2026-11-24 00:07:00"),
    "30 5 9-17/4 * * *": ("2026-11-23 09:05:30", "2026-11-23 13:05:30"),
    "0 0 8 * * mon-fri": ("2026-11-27 08:00:00", "2026-11-30 08:00:00"),
    "0 0 0 * * 0": ("2026-11-23 00:00:00", "2026-11-29 00:00:00"),
    "0 0 6 1 JAN *": ("2026-11-23 00:00:00", "2027-01-01 06:00:00"),
    "0 0 0 13 * FRI": ("2026-11-23 00:00:00", "2027-08-13 00:00:00"),  # both must match, where cron takes either
    "0 0 0 29 2 *": ("2028-02-29 00:00:00", "2032-02-29 00:00:00"),
    "59 59 23 31 12 *": ("2026-12-31 23:59:58", "2026-12-31 23:59:59"),
}
REFUSED = [
    "", "* * * *", "* * * * * * *", "99 * * * *", "0 60 * * * *", "0 0 24 * * *", "0 0 0 0 * *", "0 0 0 * 13 *",
    "0 0 0 * * 7", "0 0 0 ? * *", "0 0 0 L * *", "0 0 0 * * 1#2", "0 0 0 15W * *", "@daily", "0 */0 * * * *",
    "0 5/15 * * * *", "0 9-8 * * * *", "0 0 0 * * fri-mon", "0 1,,2 * * * *", "0 -5 * * * *", "0 \u0661 * * * *",
    "0 0 0 * jam *", "*/a * * * * *", "%SCHEDULE%",
]  # fmt: skip


def moment(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize("schedule", FIRES)
def test_it_fires_next(schedule):
    after, then = map(moment, FIRES[schedule])

    assert read_schedule(schedule).next_after(after) == then


@pytest.mark.parametrize("schedule", REFUSED)
def test_the_host_would_refuse(schedule):
    with pytest.raises(Misconfigured, match="the schedule"):
        read_schedule(schedule)


def test_a_date_that_never_comes_is_refused_when_it_is_asked_for():
    with pytest.raises(Misconfigured, match="never comes"):
        read_schedule("0 0 0 30 2 *").next_after(moment("2026-11-23"))


def test_a_moment_with_a_fraction_of_a_second_does_not_fire_twice():
    schedule, at = read_schedule("0 */15 * * * *"), moment("2026-11-23 09:45:00")

    assert schedule.next_after(at - dt.timedelta(microseconds=1)) == at
    assert schedule.next_after(at + dt.timedelta(microseconds=1)) == at + dt.timedelta(minutes=15)


def test_the_moment_may_be_in_any_zone():
    local = dt.datetime(2026, 7, 1, 9, 50, tzinfo=dt.timezone(dt.timedelta(hours=1)))

    assert read_schedule("0 */15 * * * *").next_after(local) == moment("2026-07-01 09:00:00")
