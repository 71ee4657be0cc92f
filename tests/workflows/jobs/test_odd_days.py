"""Days and exports out of the ordinary."""

import dataclasses
import datetime as dt

import pytest

from firstbell.errors import GiveUp, NeedsHuman
from firstbell.testing.calendars import example_calendar
from firstbell.testing.fake_mailer import Crash, Step
from firstbell.testing.fake_mis import FakeMis
from firstbell.testing.morning_story import LONDON, MONDAY, UNEXPLAINED
from rules.calendar import Closure, Half, Session
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose


def test_on_a_day_when_one_year_group_is_at_home_the_others_are_told_of(story):
    story.given_an_unexplained_absence("ALICIA")
    closure = Closure(MONDAY, "a burst pipe", frozenset({"9"}))
    story.mis = FakeMis(calendar=example_calendar(closures=[closure]))
    story.office = dataclasses.replace(story.office, mis=story.mis)
    story.codes = {key: code for key, code in story.codes.items() if key[0] == "ALICIA"}

    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    assert story.told() == ["alicia-mum@example.net"]


def test_a_contacts_export_cut_short_changes_nothing_and_tells_the_office(story):
    story.given_alicia_was_told_of()
    for number in range(20):
        story.given_a_contact(f"C{number}", f"P{number:02}")
    story.when_the_run_happens("10:00")

    del story.links[5:]
    with pytest.raises(NeedsHuman, match="cut short"):
        story.when_the_run_happens("10:10")

    assert len(story.store.registers.roll().links) == 21
    assert story.mailed(Purpose.OFFICE_NOTICE) == ["absence@example.org"]


def test_a_calendar_that_has_run_out_is_no_quiet_holiday(story):
    story.clock.set(dt.datetime(2027, 9, 6, 9, 45, tzinfo=dt.UTC))

    report = story.when_the_run_happens()

    assert report.needs == ("The calendar does not cover today: add the new terms to it.",)


def test_an_in_school_note_that_could_not_go_is_a_task_for_a_person(story):
    story.given_alicia_was_told_of()
    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.mailer.fail_next(Step.SEND, GiveUp("the mailbox is gone"))

    report = story.when_the_run_happens("10:15")

    assert "1 in-school note could not go: tell the family by telephone." in report.needs


def test_what_a_crash_left_of_another_day_does_not_stop_this_one(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, Crash())
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")
    tuesday = Session(MONDAY + dt.timedelta(days=1), Half.AM)
    story.codes = {(pupil_id, tuesday): AttendanceCode.PRESENT_MORNING for pupil_id in story.pupils}
    story.given_an_unexplained_absence("MICHAEL")
    story.codes["MICHAEL", tuesday] = UNEXPLAINED
    story.clock.set(dt.datetime(2026, 11, 24, 9, 45, tzinfo=dt.UTC))

    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    assert story.told() == ["michael-mum@example.net"]


@pytest.mark.parametrize("day", [dt.date(2026, 9, 3), dt.date(2026, 10, 23), dt.date(2027, 4, 12)])
def test_the_first_day_of_a_year_and_the_days_beside_a_clock_change_are_days_like_any_other(story, day):
    story.clock.set(dt.datetime.combine(day, dt.time(9, 45), tzinfo=LONDON))
    session = Session(day, Half.AM)
    story.codes = {(pupil_id, session): AttendanceCode.PRESENT_MORNING for pupil_id in story.pupils}
    story.given_an_unexplained_absence("ALICIA")
    story.codes = {(pupil_id, session): code for (pupil_id, _), code in story.codes.items()}
    story.codes["ALICIA", session] = UNEXPLAINED

    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    is_open = example_calendar().is_school_day(day)
    assert story.told() == (["alicia-mum@example.net"] if is_open else [])
