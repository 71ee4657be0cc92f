"""When a morning goes on: at the end of a hold, when the mail service takes more, or when a run's time was up."""

import dataclasses
import datetime as dt

import pytest

from firstbell.errors import RetryLater
from firstbell.records import Quota
from firstbell.settings import QuotaSettings, SmtpSettings
from firstbell.testing.fake_mailer import Step
from firstbell.testing.morning_story import LONDON, UNEXPLAINED
from rules.contact.purposes import Purpose
from rules.people import PupilFlags

FOUR = ("ALICIA", "MICHAEL", "NOOR", "OLA")


def goes_on(story, time):
    """The local time at which the run of this time says it goes on; empty when nothing waits."""
    report = story.when_the_run_happens(time)
    return f"{report.go_on_at.astimezone(LONDON):%H:%M:%S}" if report.go_on_at else ""


def with_settings(story, **changed):
    settings = story.office.settings.model_copy(update=changed)
    story.office = dataclasses.replace(story.office, settings=settings)


def with_a_hold_of(story, minutes):
    with_settings(story, first_day=story.office.settings.first_day.model_copy(update={"hold_minutes": minutes}))


def test_it_goes_on_at_the_very_end_of_the_hold_and_then_no_more(story):
    story.given_an_unexplained_absence("ALICIA")

    assert [goes_on(story, time) for time in ("09:45", "09:50", "09:55", "10:00")] == ["09:55:00", "09:55:00", "", ""]
    assert story.told() == ["alicia-mum@example.net"]


def test_of_two_holds_the_earlier_end_counts(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.given_an_unexplained_absence("MICHAEL")

    assert [goes_on(story, time) for time in ("09:50", "09:55")] == ["09:55:00", "10:00:00"]


def test_what_a_person_keeps_back_is_not_waited_for(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.when_somebody_types("Queue", story.proposals("ALICIA")[0].key, Decision="stop", Initials="AO")

    assert goes_on(story, "09:50") == ""


def test_what_a_brake_keeps_back_is_not_waited_for(story):
    story.given_everybody_is_absent()

    assert goes_on(story, "09:45") == ""
    assert story.brakes()


def test_with_the_stop_switch_on_nothing_is_waited_for(story):
    with_settings(story, outgoing=story.office.settings.outgoing.model_copy(update={"stop": True}))
    story.given_an_unexplained_absence("ALICIA")

    assert goes_on(story, "09:45") == ""


@pytest.mark.parametrize(("minutes", "at"), [(154, "12:19:00"), (155, ""), (24 * 60, "")])
def test_a_hold_that_ends_when_the_session_does_is_not_waited_for(story, minutes, at):
    with_a_hold_of(story, minutes)
    story.given_an_unexplained_absence("ALICIA")

    assert goes_on(story, "09:45") == at


def test_a_mail_service_that_asked_to_wait_is_not_asked_earlier_though_a_hold_ends(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.given_an_unexplained_absence("MICHAEL")
    story.when_the_run_happens("09:50")
    story.mailer.fail_next(Step.CREATE, RetryLater(dt.timedelta(minutes=7)))

    assert goes_on(story, "09:55") == "10:02:00"


def test_a_hold_that_ends_before_the_mailbox_has_more_comes_first(story):
    quota = QuotaSettings(at_once=1, a_minute=1)
    smtp = SmtpSettings(host="unused", sender="absence@example.org", quota=quota)
    with_settings(story, smtp=smtp, outgoing=story.office.settings.outgoing.model_copy(update={"mailer": "smtp"}))
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.given_an_unexplained_absence("MICHAEL")
    story.clock.advance(minutes=9, seconds=30)
    story.when_the_run_happens()
    for _ in range(2):
        story.store.desk.take_token(Quota("absence@example.org", 1, 1), now=story.clock.now())

    assert goes_on(story, "09:55") == "09:55:30"


# ------------------------------------------------------------ the time of one run


def with_minutes(story, minutes):
    """A run that takes new messages for so long, and whose mail service takes a minute for each."""
    takes_until = story.clock.now() + dt.timedelta(minutes=minutes)
    story.office = dataclasses.replace(story.office, takes_until=takes_until)
    story.mailer.be_slow(dt.timedelta(minutes=1))


@pytest.mark.parametrize(("minutes", "told"), [(0, 1), (1, 1), (2, 2), (3, 3), (4, 4), (60, 4)])
def test_a_run_whose_time_is_up_takes_no_new_message_and_goes_on_at_once(story, minutes, told):
    for pupil in FOUR:
        story.given_an_unexplained_absence(pupil)
    story.when_the_run_happens("09:45")
    story.given_the_time("09:56")
    with_minutes(story, minutes)

    report = story.when_the_run_happens()

    assert report.sent == told
    assert report.go_on_at == (None if told == len(FOUR) else story.clock.now())


def test_run_after_run_everybody_is_told_once_however_short_the_time(story):
    for pupil in FOUR:
        story.given_an_unexplained_absence(pupil)
    story.when_the_run_happens("09:45")
    story.given_the_time("09:56")

    goes_on_at = []
    for _ in FOUR:
        with_minutes(story, 0)
        goes_on_at.append(story.when_the_run_happens().go_on_at)

    assert [moment is not None for moment in goes_on_at] == [True, True, True, False]
    assert sorted(story.told()) == sorted(f"{pupil.lower()}-mum@example.net" for pupil in FOUR)


@pytest.mark.parametrize(("drafting", "told"), [(119, 1), (120, 0)])
def test_what_was_drafted_long_after_the_time_was_up_is_left_to_the_next_run(story, drafting, told):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.given_the_time("09:56")
    with_minutes(story, 0)
    story.mailer.be_slow(drafting=dt.timedelta(seconds=drafting))

    report = story.when_the_run_happens()
    assert len(story.told()) == told
    assert report.go_on_at == (None if told else story.clock.now())

    story.office = dataclasses.replace(story.office, takes_until=None)
    story.when_the_run_happens()
    assert story.told() == ["alicia-mum@example.net"]


def test_alerts_and_the_phone_list_are_done_though_the_time_is_up(story):
    for pupil in FOUR:
        story.given_an_unexplained_absence(pupil, flags=PupilFlags(child_protection=True))
        story.given_the_mark(pupil, UNEXPLAINED)
    with_minutes(story, 0)

    for time in ("09:45", "10:01"):
        story.when_the_run_happens(time)

    assert len(story.mailed(Purpose.SAFEGUARDING_ALERT)) >= len(FOUR)
    assert story.attendance.sees("Today")
