"""Alerts about vulnerable pupils: at once, without a name, and never left in silence."""

import dataclasses

import pytest

from firstbell.testing.fake_channel import FakeChannel
from firstbell.testing.morning_story import THIS_MORNING
from firstbell.workflows.morning.safeguarding_alerts import alerts_of
from firstbell.workflows.notes.row_keys import pupil_session_key
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.people import PupilFlags

ALERT_KEY = pupil_session_key("ALICIA", THIS_MORNING)


@pytest.fixture
def vulnerable(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(looked_after=True))
    return story


def paged(story):
    return [m.to.reveal() for m in story.mailer.sent if m.purpose is Purpose.SAFEGUARDING_ALERT]


def test_a_vulnerable_pupils_absence_is_posted_at_once_and_only_once(vulnerable):
    for time in ("09:45", "09:50", "09:55"):
        vulnerable.when_the_run_happens(time)

    assert len(vulnerable.channel.cards) == vulnerable.channel.posts == 1
    assert vulnerable.channel.cards[0].is_urgent


def test_a_pupil_nobody_worries_about_brings_no_alert(story):
    story.given_an_unexplained_absence("MICHAEL")

    story.when_the_run_happens("09:45")

    assert story.channel.cards == []


def test_every_card_is_handed_over_before_one_is_looked_for(vulnerable, monkeypatch):
    vulnerable.given_an_unexplained_absence("MICHAEL", flags=PupilFlags(looked_after=True))
    did, post, look = [], FakeChannel.post, FakeChannel.is_posted
    monkeypatch.setattr(FakeChannel, "post", lambda self, card: did.append("post") or post(self, card))
    monkeypatch.setattr(FakeChannel, "is_posted", lambda self, key: did.append("look") or look(self, key))

    vulnerable.when_the_run_happens("09:45")

    assert did == ["look", "look", "post", "post", "look", "look"]


def test_silence_tells_one_person_after_another(vulnerable):
    for time in ("09:45", "10:01", "10:16", "10:31"):
        vulnerable.when_the_run_happens(time)

    assert paged(vulnerable) == ["dee@example.org", "eve@example.org"]


def test_an_acknowledged_alert_calls_nobody_else(vulnerable):
    vulnerable.when_the_run_happens("09:45")
    vulnerable.safeguarding.types("Alerts", ALERT_KEY, "Acknowledged by", "ES")

    for time in ("09:50", "10:01", "10:31"):
        vulnerable.when_the_run_happens(time)

    assert paged(vulnerable) == []
    (alert,) = alerts_of(vulnerable.office, THIS_MORNING.date)
    assert alert.acknowledged_by == "ES"


def test_only_the_safeguarding_team_can_acknowledge(vulnerable):
    vulnerable.when_the_run_happens("09:45")
    vulnerable.safeguarding.types("Alerts", ALERT_KEY, "Acknowledged by", "AO")

    vulnerable.when_the_run_happens("10:01")

    (row,) = vulnerable.safeguarding.sees("Alerts")
    assert "Only somebody of the safeguarding team" in row["Firstbell says"]
    assert paged(vulnerable) == ["dee@example.org"]


def test_a_pupil_who_turns_up_closes_the_alert_without_paging_anybody(vulnerable):
    vulnerable.when_the_run_happens("09:45")
    vulnerable.given_the_mark("ALICIA", AttendanceCode.LATE_AFTER_CLOSE)

    vulnerable.when_the_run_happens("10:01")

    (row,) = vulnerable.safeguarding.sees("Alerts")
    assert row["State"] == "closed"
    assert paged(vulnerable) == []


def test_the_virtual_school_is_named_where_the_school_owes_it_word(vulnerable):
    vulnerable.when_the_run_happens("09:45")

    (row,) = vulnerable.safeguarding.sees("Alerts")
    assert row["Tell also"] == "virtual school head"


def test_the_office_workbook_says_nothing_of_an_alert(vulnerable):
    for time in ("09:45", "10:01"):
        vulnerable.when_the_run_happens(time)

    log = str([vulnerable.attendance.sees(sheet) for sheet in ("Contact log", "Today", "Queue", "Phone list")])
    assert "afeguarding" not in log
    assert "looked after" not in log


def test_a_card_that_somebody_deleted_is_posted_again_while_it_presses(vulnerable):
    vulnerable.when_the_run_happens("09:45")
    vulnerable.channel.remove(vulnerable.channel.cards[0].key)

    vulnerable.when_the_run_happens("09:50")

    assert len(vulnerable.channel.cards) == 1


class TakesAndShowsNothing(FakeChannel):
    """A channel whose workflow says yes and posts nothing, or that nobody may read."""

    def is_posted(self, key):  # noqa: ARG002 - the port's own
        return False


def test_a_card_that_was_taken_and_never_shows_is_tried_once_more_and_the_team_is_told_by_mail(vulnerable):
    channel = TakesAndShowsNothing()
    vulnerable.office = dataclasses.replace(vulnerable.office, channel=channel)

    for time in ("09:45", "09:46", "09:51", "09:57", "10:03"):
        vulnerable.when_the_run_happens(time)

    assert channel.posts == 2
    assert vulnerable.mailed(Purpose.SAFEGUARDING_ALERT)[0] == "dee@example.org"
    notices = [m.text.reveal() for m in vulnerable.mailer.sent if m.purpose is Purpose.OFFICE_NOTICE]
    assert [text for text in notices if "do not show in the channel" in text]
    assert not vulnerable.store.ledger.entries(kind="alert.posted")
