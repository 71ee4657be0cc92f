"""Who is told, and who is not, when the record changes while the morning runs."""

import dataclasses
import datetime as dt

import pytest

from firstbell.records import State
from firstbell.testing.morning_story import MONDAY, UNEXPLAINED
from rules.codes import AttendanceCode


def test_a_contact_who_is_renumbered_in_the_mis_is_not_told_twice(story):
    story.given_alicia_was_told_of()

    story.links.clear()
    story.given_a_contact("MUM-NEW", "ALICIA", email="alicia-mum@example.net")
    for time in ("10:00", "10:11"):
        story.when_the_run_happens(time)

    assert story.told() == ["alicia-mum@example.net"]


def test_two_contacts_who_share_an_inbox_bring_one_message_whoever_comes_first(story):
    story.given_a_pupil("ALICIA", code=UNEXPLAINED)
    story.given_a_contact("MUM", "ALICIA", email="home@example.net")
    story.given_a_contact("DAD", "ALICIA", email="home@example.net", parental_responsibility=None)
    story.when_the_run_happens("09:45")

    story.links[-1] = dataclasses.replace(story.links[-1], parental_responsibility=True)
    for time in ("09:50", "10:05"):
        story.when_the_run_happens(time)

    assert story.told() == ["home@example.net"]


def test_a_stop_holds_for_the_pupil_whoever_comes_first_in_the_mis(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    (proposal,) = story.proposals("ALICIA")
    story.when_somebody_types("Queue", proposal.key, Decision="stop", Initials="AO")
    story.when_the_run_happens("09:50")

    story.links.clear()
    story.given_a_contact("DAD", "ALICIA")
    for time in ("10:00", "10:11"):
        story.when_the_run_happens(time)

    assert story.told() == []


def test_a_bounce_of_a_shared_message_moves_on_for_every_sibling_at_once(story):
    for pupil in ("ALICIA", "MICHAEL"):
        story.given_a_pupil(pupil, forename=pupil.title(), code=UNEXPLAINED)
        story.given_a_contact("MUM", pupil)
        story.given_a_contact("GRAN", pupil, priority=2)
    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    story.mailer.bounce(story.mailer.sent[0].key, at=story.clock.now())
    story.when_the_run_happens("10:00")

    assert story.told() == ["mum@example.net", "gran@example.net"]
    assert story.states("MICHAEL") == [State.BOUNCED, State.SENT]


def test_a_correction_never_goes_to_somebody_blocked_since(story):
    story.given_alicia_was_told_of()
    cells = {"Pupil ID": "ALICIA", "Address to block": "alicia-mum@example.net", "Initials": "DS"}
    story.safeguarding.adds_a_row("Non-contact", cells)

    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.when_the_run_happens("10:15")

    assert story.corrected() == []


def test_a_pupil_who_leaves_the_roll_after_a_message_stops_no_run(story):
    story.given_alicia_was_told_of()
    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    leaver = story.pupils["ALICIA"]
    story.pupils["ALICIA"] = dataclasses.replace(leaver, on_roll_to=MONDAY - dt.timedelta(days=3))
    story.given_an_unexplained_absence("MICHAEL")

    for time in ("10:15", "10:26"):
        story.when_the_run_happens(time)

    assert story.told() == ["alicia-mum@example.net", "michael-mum@example.net"]
    assert story.corrected() == []


@pytest.mark.parametrize("time", ["12:40", "13:50"])
def test_a_mark_put_right_after_the_session_still_brings_the_in_school_note(story, time):
    story.given_alicia_was_told_of()
    story.given_the_afternoon(AttendanceCode.PRESENT_AFTERNOON)

    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.when_the_run_happens(time)

    assert story.corrected() == ["alicia-mum@example.net"]


def test_a_telephone_number_that_the_dsl_blocks_is_neither_rung_nor_written_to(story):
    story.given_a_pupil("ALICIA", code=UNEXPLAINED)
    story.given_a_contact("DAD", "ALICIA", phone="07700 900456")
    story.given_a_contact("GRAN", "ALICIA", priority=2, email="")
    story.when_the_run_happens("09:12")
    cells = {"Pupil ID": "ALICIA", "Address to block": "+44 7700 900456", "Initials": "DS"}
    story.safeguarding.adds_a_row("Non-contact", cells)

    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    assert story.told() == []
    (row,) = story.attendance.sees("Phone list")
    assert "900456" not in row["Phone"]
    assert "GRAN" in row["Whom to call"]


def test_a_block_that_blocks_nothing_is_refused(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:12")
    cells = {"Pupil ID": "ALICIA", "Address to block": "Mr Example", "Initials": "DS"}
    story.safeguarding.adds_a_row("Non-contact", cells)

    story.when_the_run_happens("09:45")

    (row,) = story.safeguarding.sees("Non-contact")
    assert "neither" in row["Firstbell says"]
