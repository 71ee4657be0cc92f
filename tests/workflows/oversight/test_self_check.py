"""The nightly self-check finds a ledger somebody changed, and messages nobody can settle."""

import dataclasses

from firstbell.errors import NeedsHuman
from firstbell.testing.fake_mailer import Step
from firstbell.workflows.oversight.self_check import self_check
from rules.contact.purposes import Purpose


def test_a_ledger_that_holds_is_quiet_and_gives_an_anchor(story):
    story.given_alicia_was_told_of()

    report = self_check(story.office)

    assert report.needs == ()
    assert report.entries == len(story.store.ledger.entries())
    assert story.office.anchors.kept == [story.store.ledger.anchor()]


def test_an_altered_entry_is_told_to_the_office_and_gets_no_anchor(story):
    story.given_alicia_was_told_of()
    ledger = story.store.ledger
    ledger.stored[2] = dataclasses.replace(ledger.stored[2], actor="somebody else")

    report = self_check(story.office)

    assert "first at entry 3" in report.needs[0]
    assert story.mailed(Purpose.OFFICE_NOTICE) == ["absence@example.org"]
    assert story.office.anchors.kept == []


def test_a_ledger_written_anew_is_found_by_the_anchor_of_the_night_before(story):
    story.given_alicia_was_told_of()
    self_check(story.office)
    story.store.ledger.stored.clear()
    story.store.ledger.head = type(story.store.ledger.head)()
    story.store.ledger.append("message.sent", at=story.clock.now(), actor="Firstbell", facts={})

    report = self_check(story.office)

    assert "does not hold" in report.needs[0]


def test_an_anchor_that_is_none_is_a_finding_and_no_crash(story):
    story.office.anchors.kept.append("not an anchor")

    report = self_check(story.office)

    assert "somebody changed the file" in report.needs[0]


def test_a_message_in_doubt_is_told_once_its_day_is_over(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, NeedsHuman("the answer was lost", "the mail service"))
    story.when_the_run_happens("09:56")
    assert self_check(story.office).needs == ()

    story.given_the_time("23:30")

    assert "1 message may or may not have gone" in self_check(story.office).needs[0]
