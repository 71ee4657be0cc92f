"""A whole morning over real SMTP with TLS: held, sent once, corrected, and settled after a dropped line."""

import pytest

from firstbell.records import State
from firstbell.testing.morning_story import MorningStory
from rules.codes import AttendanceCode

TO_MUM = [["alicia-mum@example.net"]]


@pytest.fixture
def story(mailer):
    """Alicia is away, her mother is to be told, and the mail server is a real one."""
    told = MorningStory(mailer=mailer)
    told.given_an_unexplained_absence("ALICIA")
    told.when_the_run_happens("09:45")
    return told


def recipients(server):
    return [mail.rcpt_tos for mail in server.mails]


def test_a_message_arrives_once_however_often_the_job_runs(story, server):
    for time in ("09:56", "10:00", "10:15"):
        story.when_the_run_happens(time)

    assert recipients(server) == TO_MUM


def test_a_late_arrival_brings_a_correction_to_the_same_mailbox(story, server):
    story.when_the_run_happens("09:56")
    story.given_the_mark("ALICIA", AttendanceCode.LATE_AFTER_CLOSE)

    story.when_the_run_happens("10:15")

    assert recipients(server) == TO_MUM * 2


def test_a_line_that_drops_before_the_message_costs_nothing_and_doubles_nothing(story, server):
    server.plan["MAIL"] = "hang up"

    for time in ("09:56", "10:00"):
        story.when_the_run_happens(time)

    assert recipients(server) == TO_MUM
    assert story.states("ALICIA") == [State.SENT]


def test_a_line_that_drops_after_the_message_leaves_it_unsettled_and_for_the_telephone(story, server):
    server.plan["END"] = "hang up"

    report = story.when_the_run_happens("09:56")

    assert recipients(server) == TO_MUM
    assert story.states("ALICIA") == [State.UNKNOWN]
    assert report.calls == 1


def test_a_mailbox_that_does_not_exist_moves_on_to_the_next_contact(story, server):
    story.given_a_contact("GRAN", "ALICIA", priority=2)
    story.the_mis_exports()
    server.plan["RCPT"] = "550 no such mailbox"

    story.when_the_run_happens("09:56")
    story.when_the_run_happens("10:00")

    assert recipients(server) == [["gran@example.net"]]
    assert story.states("ALICIA") == [State.BOUNCED, State.SENT]
