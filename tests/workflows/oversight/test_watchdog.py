"""The watchdog: silence is told to people, by mail and in the channel, within minutes and once."""

import dataclasses

import pytest

from firstbell.errors import Misconfigured, NeedsHuman
from firstbell.settings import WatchdogSettings
from firstbell.testing.fake_mailer import Step
from firstbell.testing.morning_story import SETTINGS
from firstbell.workflows.jobs.daily import chase_job, sync_job
from firstbell.workflows.oversight.watchdog import watchdog
from rules.contact.purposes import Purpose

STAFF = ["absence@example.org", "ada@example.org", "ben@example.org", "dee@example.org", "eve@example.org"]


@pytest.fixture
def a_usual_morning(story):
    """Every job has run when it was due."""
    story.given_an_unexplained_absence("ALICIA")
    story.given_the_time("07:00")
    story.the_mis_exports()
    sync_job(story.office)
    story.given_the_time("09:15")
    story.the_mis_exports()
    chase_job(story.office)
    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")
    return story


def look_at(story, time, **settings):
    story.given_the_time(time)
    watched = SETTINGS.model_copy(update={"watchdog": WatchdogSettings(**settings)})
    return watchdog(dataclasses.replace(story.office, settings=watched))


def test_it_is_silent_when_every_job_has_run(a_usual_morning):
    report = look_at(a_usual_morning, "10:05")

    assert report.needs == ()
    assert a_usual_morning.mailed(Purpose.OFFICE_NOTICE) == []


@pytest.mark.parametrize(("time", "alarms"), [("07:09", 0), ("07:10", 1)])
def test_a_job_is_missed_from_ten_minutes_after_its_time(story, time, alarms):
    report = look_at(story, time)

    assert len(report.needs) == alarms


def test_the_0945_job_that_did_not_run_is_told_to_everyone_at_work_and_in_the_channel(a_usual_morning):
    story = a_usual_morning
    story.clock.advance(hours=24)

    report = look_at(story, "09:55")

    assert [need.split()[0] for need in report.needs] == ["sync", "chase", "first-day-contact"]
    assert sorted(set(story.mailed(Purpose.OFFICE_NOTICE))) == STAFF
    assert [card.title for card in story.channel.cards] == ["A Firstbell job did not run"]


def test_the_same_alarm_is_told_once_however_often_it_looks(story):
    for time in ("10:00", "10:05", "10:10"):
        look_at(story, time, jobs=("sync",))

    assert sorted(story.mailed(Purpose.OFFICE_NOTICE)) == STAFF
    assert len(story.channel.cards) == 1


def test_the_settings_say_who_is_told(story):
    look_at(story, "10:00", jobs=("sync",), tell=("BO",))

    assert story.mailed(Purpose.OFFICE_NOTICE) == ["absence@example.org", "ben@example.org"]


def test_a_job_that_began_and_stopped_has_not_run(a_usual_morning):
    story = a_usual_morning
    story.clock.advance(hours=24)
    with pytest.raises(NeedsHuman, match="cut short"):
        story.when_the_run_happens("09:46")

    report = look_at(story, "09:55", jobs=("first-day-contact",))

    assert len(report.needs) == 1


def test_messages_that_wait_for_a_job_that_stopped_are_an_alarm(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")

    assert look_at(story, "10:04", jobs=("first-day-contact",)).needs == ()
    report = look_at(story, "10:05", jobs=("first-day-contact",))

    assert "Messages to parents wait" in report.needs[0]


def test_messages_that_a_brake_holds_are_no_alarm(story):
    story.given_everybody_is_absent()
    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")

    assert look_at(story, "10:30", jobs=("first-day-contact",)).needs == ()


def test_on_a_day_without_school_no_job_of_the_day_is_missed(story):
    story.clock.advance(hours=24 * 5)

    assert look_at(story, "12:00").needs == ()


def test_a_job_of_the_night_is_missed_at_the_weekend_too(story):
    story.clock.advance(hours=24 * 5)

    assert "self-check" in look_at(story, "12:00", jobs=("self-check",)).needs[0]


@pytest.mark.parametrize(("hours", "alarms"), [(35, 0), (36, 1)])
def test_a_job_of_the_night_is_missed_after_its_hours(story, hours, alarms):
    story.store.desk.heartbeat("self-check", at=story.clock.now(), due_at=None, outcome="done")
    story.clock.advance(hours=hours)
    watched = SETTINGS.model_copy(update={"watchdog": WatchdogSettings(jobs=("self-check",))})

    report = watchdog(dataclasses.replace(story.office, settings=watched))

    assert len(report.needs) == alarms


def test_where_mail_is_what_failed_the_channel_has_the_card_and_the_ledger_says_so(story):
    for _ in range(9):
        story.mailer.fail_next(Step.CREATE, Misconfigured("the mail server refuses the password"))

    report = look_at(story, "10:00", jobs=("sync",))

    assert report.needs
    assert len(story.channel.cards) == 1
    assert story.store.ledger.entries(kind="office.not_told")
