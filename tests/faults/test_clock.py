"""The nights the clocks change, and clocks that jump: the same message on the same school day, whatever the hour."""

import contextlib
import datetime as dt

import pytest

from firstbell.errors import NeedsHuman
from firstbell.records import State
from firstbell.testing.morning_story import LONDON, UNEXPLAINED, MorningStory
from firstbell.workflows.jobs.first_day_contact import first_day_contact
from firstbell.workflows.morning.session_now import closed_session
from firstbell.workflows.outgoing.keys import proposal_key
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose

UTC = dt.UTC
BACK, FORWARD = dt.date(2026, 10, 25), dt.date(2027, 3, 28)


@pytest.fixture
def story():
    return MorningStory()


def on(story, day, time):
    """A school day on which Alicia is marked N and everybody else is in; it is this local time."""
    session = Session(day, Half.AM)
    for pupil_id in story.pupils:
        story.given_the_mark(pupil_id, AttendanceCode.PRESENT_MORNING, session)
    story.given_a_pupil("ALICIA", forename="Alicia")
    story.given_a_contact("ALICIA-MUM", "ALICIA")
    story.given_the_mark("ALICIA", UNEXPLAINED, session)
    story.given_the_day(day, time)


def keys(story):
    return [p.key for p in story.store.proposals.find(purpose=Purpose.FIRST_DAY_ABSENCE)]


@pytest.mark.parametrize(
    ("day", "hour_in_utc"),
    [
        (dt.date(2026, 10, 23), 8),
        (dt.date(2026, 11, 2), 9),
        (dt.date(2027, 3, 24), 9),
        (dt.date(2027, 4, 14), 8),
    ],
)
def test_the_morning_goes_by_london_time_on_both_sides_of_the_change(story, day, hour_in_utc):
    """The last day before and the first day after the half-term or holiday in which the clocks change."""
    on(story, day, "09:35")
    assert story.clock.now() == dt.datetime(day.year, day.month, day.day, hour_in_utc, 35, tzinfo=UTC)

    story.when_the_run_happens()
    story.clock.advance(minutes=11)
    story.when_the_run_happens()

    assert story.told() == ["alicia-mum@example.net"]
    assert keys(story) == [
        proposal_key("hill", "ALICIA", Session(day, Half.AM), Purpose.FIRST_DAY_ABSENCE, "ALICIA-MUM")
    ]


@pytest.mark.parametrize(
    ("day", "hour_in_utc"),
    [
        (dt.date(2026, 10, 23), 8),
        (dt.date(2026, 10, 26), 9),
        (dt.date(2027, 3, 26), 9),
        (dt.date(2027, 3, 29), 8),
    ],
)
def test_twenty_five_to_ten_in_london_is_the_right_moment_on_the_friday_and_the_monday(story, day, hour_in_utc):
    moment = story.office.at(day, dt.time(9, 35))

    assert moment == dt.datetime(day.year, day.month, day.day, hour_in_utc, 35, tzinfo=UTC)
    assert story.office.local_time(moment) == "09:35"


def test_the_hour_that_happens_twice_is_one_school_date_and_sends_nothing(story):
    """01:30 in London on 25 October 2026 is both 00:30 and 01:30 in UTC, and Python holds the two for equal there."""
    first, second = (dt.datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert first.astimezone(LONDON).replace(fold=0) == second.astimezone(LONDON).replace(fold=0)

    for moment in (first, second):
        story.clock.set(moment)
        assert (story.office.today(), story.office.local_time(moment)) == (BACK, "01:30")
        assert closed_session(story.office) is None
    assert second - first == dt.timedelta(hours=1)


def test_in_the_hour_that_happens_twice_waits_and_leases_are_of_real_length(story):
    """Everything that is compared is in UTC: on London's clocks the five minutes past the change come before it."""
    before = dt.datetime(2026, 10, 25, 0, 55, tzinfo=UTC)
    one, other = story.store.another_run().desk, story.store.another_run().desk
    story.clock.set(before.astimezone(LONDON))
    one.take_lease("first-day-contact", now=story.clock.now(), seconds=600)

    for minutes, is_free in ((8, False), (10, True)):
        story.clock.set((before + dt.timedelta(minutes=minutes)).astimezone(LONDON))
        assert other.take_lease("first-day-contact", now=story.clock.now(), seconds=600) is is_free


def test_the_hour_that_does_not_happen_is_a_moment_all_the_same(story):
    """01:30 does not exist in London on 28 March 2027; a deadline set there is a moment of that night."""
    moment = story.office.at(FORWARD, dt.time(1, 30))

    assert moment == dt.datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert story.office.local_time(moment) == "02:30"
    assert story.office.end_of(FORWARD) - story.office.end_of(FORWARD - dt.timedelta(days=1)) == dt.timedelta(hours=23)


def test_the_day_of_the_extra_hour_ends_at_its_own_midnight(story):
    assert story.office.end_of(BACK) - story.office.end_of(BACK - dt.timedelta(days=1)) == dt.timedelta(hours=25)


@pytest.mark.parametrize("hours", [-2, 2])
@pytest.mark.parametrize("steps", range(1, 5))
def test_a_clock_that_jumps_while_a_run_sends_makes_no_second_message(story, hours, steps):
    """Found wrong and put right by the time service, in the middle of a run; the key has the school's date in it."""
    for pupil in ("ALICIA", "MICHAEL"):
        story.given_an_unexplained_absence(pupil)
    story.when_the_run_happens("09:45")
    jump = iter([lambda: None] * (steps - 1) + [lambda: story.clock.advance(hours=hours)])
    create = story.mailer.create_draft
    send = story.mailer.send_draft

    def then_jump(call):
        def called(*given):
            answer = call(*given)
            next(jump, lambda: None)()
            return answer

        return called

    story.mailer.create_draft, story.mailer.send_draft = then_jump(create), then_jump(send)
    story.given_the_time("09:56")
    story.the_mis_exports()
    story.marks_as_at = None
    run_whatever_the_clock(story)

    for time in ("09:58", "10:10", "10:30"):
        story.when_the_run_happens(time)

    assert sorted(story.told()) == ["alicia-mum@example.net", "michael-mum@example.net"]
    assert {p.state for p in story.store.proposals.find(purpose=Purpose.FIRST_DAY_ABSENCE)} == {State.SENT}


def run_whatever_the_clock(story):
    """A run in whose middle the clock jumps may find the marks too old, or of the future, and stop with a sentence."""
    with contextlib.suppress(NeedsHuman):
        first_day_contact(story.office)


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_lease_does_not_outlive_a_clock_that_jumps(story, hours):
    """A run was killed with its lease; the clock is then put right, and nobody need wait two hours for it."""
    story.store.another_run().desk.take_lease("first-day-contact", now=story.clock.now(), seconds=600)
    story.clock.advance(hours=hours, minutes=11 if hours > 0 else 0)

    assert story.store.another_run().desk.take_lease("first-day-contact", now=story.clock.now(), seconds=600)
