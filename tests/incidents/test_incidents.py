"""Failures that have really happened in the sector. These tests stay for ever, under these names."""

import dataclasses
import datetime as dt

import pytest

from firstbell.errors import NeedsHuman
from firstbell.records import Elsewhere, State
from firstbell.settings import OutgoingSettings
from firstbell.testing.fake_mailer import Crash, Step
from firstbell.testing.morning_story import SETTINGS, THIS_MORNING, UNEXPLAINED, MorningStory
from firstbell.workflows.jobs.daily import sync_job
from firstbell.workflows.morning.brakes import WHOLE_SCHOOL, brake_key
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.people import PupilFlags

LATE = AttendanceCode.LATE_AFTER_CLOSE


def test_bulk_alarm_a_refresh_can_never_send(story):
    story.given_an_unexplained_absence()
    story.the_mis_exports()

    sync_job(story.office)
    story.given_the_time("10:30")
    sync_job(story.office)

    assert story.mailer.calls == []


def test_bulk_alarm_after_lunch_needs_two_people(story):
    story.given_an_unexplained_absence()
    story.when_the_run_happens("12:05")
    story.when_the_run_happens("12:16")
    assert story.told() == []

    brake = brake_key(THIS_MORNING, WHOLE_SCHOOL)
    story.when_somebody_types("Queue", brake, Decision="release", Initials="AO", Second_initials="AO")
    story.when_the_run_happens("12:17")
    assert story.told() == []

    story.when_somebody_types("Queue", brake, Second_initials="BO")
    story.when_the_run_happens("12:18")
    assert story.told() == ["alicia-mum@example.net"]


def test_wrong_box_corrected_within_the_hold_sends_nothing(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")

    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.when_the_run_happens("09:56")

    assert story.mailer.sent == []
    assert story.states("ALICIA") == [State.RECALLED]


def test_wrong_box_corrected_after_sending_brings_one_correction(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")

    story.given_the_mark("ALICIA", LATE)
    for time in ("10:15", "10:20", "10:30"):
        story.when_the_run_happens(time)

    assert story.told() == story.corrected() == ["alicia-mum@example.net"]


def test_late_alarm_four_hours_after_registration_is_a_phone_task(story):
    story.given_an_unexplained_absence("ALICIA")

    report = story.when_the_run_happens("13:20")

    assert story.mailer.sent == []
    assert report.calls == 1


def test_trip_list_that_arrives_late_keeps_trip_pupils_from_being_mailed(story):
    story.given_an_unexplained_absence("ALICIA")
    story.given_an_unexplained_absence("MICHAEL")
    story.when_the_run_happens("09:45")

    story.given_a_trip_list("ALICIA", kind=Elsewhere.TRIP)
    story.when_the_run_happens("09:56")

    assert story.told() == ["michael-mum@example.net"]
    assert story.states("ALICIA") == [State.RECALLED, State.BLOCKED]
    assert story.attendance.sees("Phone list") == []


def test_midnight_expiry_an_outage_tells_the_office_at_once_and_nobody_else(story):
    story.given_an_unexplained_absence("ALICIA")
    story.marks_as_at = dt.datetime(2026, 11, 23, 8, 50, tzinfo=dt.UTC)

    for time in ("09:50", "09:55"):
        with pytest.raises(NeedsHuman, match="minutes old"):
            story.when_the_run_happens(time)

    assert [(m.purpose, m.to.reveal()) for m in story.mailer.sent] == [(Purpose.OFFICE_NOTICE, "absence@example.org")]


def test_projected_screen_shows_no_name_in_any_notification(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(child_protection=True))
    for time in ("09:45", "09:56", "10:15"):
        story.when_the_run_happens(time)

    faces = [f"{card.title} {' '.join(card.lines)} {card.link_text}" for card in story.channel.cards]
    subjects = [message.subject for message in story.mailer.sent]
    assert len(faces) == 1
    assert len(subjects) >= 2
    assert not any(word in text for word in ("Alicia", "Example", "9A", "protection") for text in faces + subjects)


def test_half_a_batch_killed_at_row_87_of_150_sends_exactly_63_more(story):
    pupils = [story.given_an_unexplained_absence(f"Q{number:03}", form=f"7{number}") for number in range(150)]
    story.given_the_time("09:45")
    story.office = _with_a_wide_brake(story)
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, Crash(), after=True, passing=86)
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")
    assert len(story.told()) == 87

    story.clock.advance(minutes=11)
    story.when_the_run_happens()

    assert sorted(story.told()) == sorted(f"{pupil.lower()}-mum@example.net" for pupil in pupils)


def _with_a_wide_brake(story):
    unusual = SETTINGS.unusual.model_copy(update={"at_least": 10_000, "year_group_at_least": 10_000})
    return dataclasses.replace(story.office, settings=SETTINGS.model_copy(update={"unusual": unusual}))


def test_private_channel_that_refuses_the_card_falls_back_loudly_to_mail(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(looked_after=True))
    story.channel.fail_next(NeedsHuman("the channel is private", "the channel's owner"))

    story.when_the_run_happens("09:45")

    alerts = [m for m in story.mailer.sent if m.purpose is Purpose.SAFEGUARDING_ALERT]
    assert [m.to.reveal() for m in alerts] == ["dee@example.org"]
    assert [e.kind for e in story.store.ledger.entries() if e.kind == "alert.not_posted"] == ["alert.not_posted"]


def test_estranged_parent_in_the_household_of_an_allowed_contact_is_never_told(story):
    story.given_an_unexplained_absence("ALICIA")
    story.given_a_contact("DAD", "ALICIA", is_blocked=True)
    story.given_an_unexplained_absence("MICHAEL")
    story.given_a_contact("DAD", "MICHAEL", priority=2)

    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")

    assert sorted(story.told()) == ["alicia-mum@example.net", "michael-mum@example.net"]
    assert not any("Alicia" in m.text.reveal() for m in story.mailer.sent if "dad" in m.to.reveal())


def test_stop_switch_holds_every_outgoing_message():
    outgoing = OutgoingSettings(rehearsal=False, stop=True)
    story = MorningStory(settings=SETTINGS.model_copy(update={"outgoing": outgoing}))
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(child_protection=True))

    story.when_the_run_happens("09:45")
    report = story.when_the_run_happens("09:56")

    assert story.mailer.sent == []
    assert story.channel.cards == []
    assert any("stop switch" in sentence for sentence in report.needs)


def test_nobody_is_told_while_the_marks_of_most_pupils_are_missing(story):
    story.given_an_unexplained_absence("ALICIA")
    for pupil_id, session in list(story.codes):
        if pupil_id.startswith("P0"):
            del story.codes[pupil_id, session]

    with pytest.raises(NeedsHuman, match="cut short"):
        story.when_the_run_happens("09:45")

    assert story.told() == []


def test_everybody_absent_at_once_stops_the_run(story):
    for pupil_id in list(story.pupils):
        story.given_the_mark(pupil_id, UNEXPLAINED)
        story.given_a_contact(f"{pupil_id}-MUM", pupil_id)

    story.when_the_run_happens("09:45")
    report = story.when_the_run_happens("09:56")

    assert story.mailer.sent == []
    assert any("Two people release it" in sentence for sentence in report.needs)
