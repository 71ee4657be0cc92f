"""The phone list: whoever no message reaches, and nobody drops off it unseen."""

import datetime as dt

from firstbell.errors import RetryLater
from firstbell.records import Elsewhere, State
from firstbell.settings import OutgoingSettings
from firstbell.testing.fake_mailer import Step
from firstbell.testing.morning_story import MONDAY, SETTINGS, THIS_MORNING, MorningStory
from firstbell.workflows.notes.row_keys import pupil_session_key
from rules.calendar import Half, Session
from rules.codes import AttendanceCode

KEY = pupil_session_key("ALICIA", THIS_MORNING)
AFTERNOON = Session(MONDAY, Half.PM)


def test_a_call_that_nobody_answered_keeps_the_pupil_on_the_phone_list(story):
    story.given_alicia_was_told_of()
    story.when_the_run_happens("10:45")

    story.when_somebody_types("Phone list", KEY, Outcome="no answer", Initials="AO")
    story.when_the_run_happens("10:55")

    assert story.on_the_phone_list() == ["Example, Alicia"]
    assert story.states("ALICIA") == [State.SENT]


def test_a_reason_typed_in_the_wrong_row_and_taken_back_brings_the_pupil_back_on_the_list(story):
    story.given_alicia_was_told_of()
    story.when_somebody_types("Today", KEY, Reason_given="dentist", Initials="AO")
    story.when_the_run_happens("10:00")
    assert story.on_the_phone_list() == []

    story.when_somebody_types("Today", KEY, Reason_given="")
    story.when_the_run_happens("10:10")

    assert story.on_the_phone_list() == ["Example, Alicia"]


def test_the_code_n_is_no_reason(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")

    story.when_somebody_types("Today", KEY, Code_to_record="N", Initials="AO")
    story.when_the_run_happens("09:56")

    assert story.told() == ["alicia-mum@example.net"]


def test_a_pupil_taken_off_the_trip_list_again_is_telephoned_about(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.given_a_trip_list("ALICIA", kind=Elsewhere.TRIP)
    for time in ("09:56", "10:00"):
        story.when_the_run_happens(time)
    assert story.on_the_phone_list() == []

    story.elsewhere.clear()
    story.when_the_run_happens("10:10")

    assert story.on_the_phone_list() == ["Example, Alicia"]


def test_a_pupil_missing_since_the_morning_stays_on_the_list_while_the_afternoon_register_is_not_taken(story):
    story.given_alicia_was_told_of()
    story.given_the_afternoon(None)

    story.when_the_run_happens("13:50")
    assert story.on_the_phone_list() == ["Example, Alicia"]

    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_AFTERNOON, AFTERNOON)
    story.when_the_run_happens("13:55")
    assert story.on_the_phone_list() == []


def test_a_family_has_time_to_answer_from_when_the_message_really_left(story):
    story.given_everybody_is_absent()
    story.when_the_run_happens("09:45")
    story.when_two_people_release_every_brake()
    for time in ("11:00", "11:10"):
        story.when_the_run_happens(time)
    assert len(story.told()) == 40
    assert story.on_the_phone_list() == []

    story.when_the_run_happens("11:46")

    assert len(story.on_the_phone_list()) == 40
    assert story.attendance.sees("Phone list")[0]["Why by phone"] == "No answer to the message of 11:00."


def test_a_message_that_the_mail_service_does_not_take_is_a_phone_call_meanwhile(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    for _ in range(2):
        story.mailer.fail_next(Step.SEND, RetryLater(dt.timedelta(seconds=30)))

    story.when_the_run_happens("09:56")
    assert story.on_the_phone_list() == []
    story.when_the_run_happens("10:06")
    assert story.on_the_phone_list() == ["Example, Alicia"]
    story.when_the_run_happens("10:10")

    assert story.told() == ["alicia-mum@example.net"]
    assert story.on_the_phone_list() == []


def test_with_the_stop_switch_on_the_families_are_telephoned():
    outgoing = OutgoingSettings(rehearsal=False, stop=True)
    story = MorningStory(settings=SETTINGS.model_copy(update={"outgoing": outgoing}))
    story.given_an_unexplained_absence("ALICIA")

    story.when_the_run_happens("09:45")
    assert story.on_the_phone_list() == []
    story.when_the_run_happens("10:06")

    assert story.on_the_phone_list() == ["Example, Alicia"]
