"""The judge of played mornings: what each moment allowed, from the story alone, and that it can say no."""

import datetime as dt
from email.message import EmailMessage

import pytest

from firstbell.demo.moments import Typed
from firstbell.demo.morning import ZONE
from firstbell.testing.microsoft.mail_state import Arrived
from tests.faults.school_morning import DAY, SEED, the_school, todays_morning
from tests.faults.story import ABSENT, IN_SCHOOL, story_of

AT_TEN = dt.datetime.combine(DAY, dt.time(10), tzinfo=ZONE)
SUBJECTS = {ABSENT: "Please contact the school about this morning", IN_SCHOOL: "In school: an update"}


@pytest.fixture
def story():
    """Ten o'clock, when the form has been released and nobody else has written anything."""
    found = story_of(the_school(SEED)[0])
    found.is_written(None)
    for moment in todays_morning(SEED):
        if moment.at <= AT_TEN:
            found.happens(moment)
    return found


def a_message(told):
    """As the family gets it."""
    mail, pupils = EmailMessage(), the_school(SEED)[0].people.pupils
    (forename,) = (pupil.forename.reveal() for pupil in pupils if pupil.id == told.pupil_id)
    mail["Subject"] = SUBJECTS[told.purpose]
    mail.set_content(f"Dear parent or carer,\n{forename} is the pupil this is about.")
    return Arrived("attendance@example.org", "item", told.to, mail, AT_TEN)


def test_whoever_is_to_be_told_may_be_told_once(story):
    told = min(story.untold())

    assert list(story.reached([a_message(told)])) == []
    assert told not in story.untold()
    assert list(story.reached([a_message(told)])) == [f"told twice: {told.purpose} {told.pupil_id}"]


@pytest.mark.parametrize(
    ("workbook", "sheet", "cells"),
    [
        ("Attendance", "Queue", {"Decision": "stop"}),
        ("Attendance", "Today", {"Reason given": "at the dentist"}),
        ("Safeguarding", "Vulnerable pupils", {"Hold messages until": DAY}),
    ],
)
def test_whom_somebody_keeps_back_is_not_told_from_then_on(story, workbook, sheet, cells):
    told = min(story.untold())

    story.is_written(Typed(workbook, sheet, told.pupil_id, cells))

    assert told not in story.untold()
    assert list(story.reached([a_message(told)])) == [f"told, and should not be: {told.purpose} {told.pupil_id}"]


def test_a_form_marked_absent_by_mistake_waits_for_two_people(story):
    form = {pupil.id for pupil in story.families.school.pupils_of(story.families.school.staged.misclicked)}
    told = min(told for told in story.untold() if told.pupil_id in form)

    story.braked |= form

    assert list(story.reached([a_message(told)])) == [f"told, and should not be: {told.purpose} {told.pupil_id}"]


@pytest.fixture
def late_arrival(story):
    """The first message about a pupil who comes at a quarter past ten."""
    coming = (mark for moment in todays_morning(SEED) for mark in moment.marks)
    late = next(mark.pupil_id for mark in coming if mark.minutes_late == 95)
    return next(told for told in story.untold() if told.pupil_id == late)


def test_whoever_was_told_otherwise_hears_that_the_pupil_is_in_school(story, late_arrival):
    note = late_arrival._replace(purpose=IN_SCHOOL)
    assert list(story.reached([a_message(late_arrival)])) == []

    for moment in todays_morning(SEED):
        story.happens(moment)

    assert note in story.untold()
    assert list(story.reached([a_message(note)])) == []
    assert note not in story.untold()


def test_nobody_hears_that_of_a_pupil_who_is_still_away(story, late_arrival):
    note = late_arrival._replace(purpose=IN_SCHOOL)

    assert list(story.reached([a_message(note)])) == [f"told, and should not be: {IN_SCHOOL} {note.pupil_id}"]
