"""One switch stops every outgoing message: anyone may throw it, and it takes two to let messages go again."""

import dataclasses

import pytest

from firstbell.testing.fake_mailer import Step
from firstbell.testing.morning_story import SETTINGS
from firstbell.workflows.outgoing.stop_switch import ROW_KEY, is_stopped, stopped_by
from firstbell.workflows.oversight.watchdog import watchdog
from rules.people import PupilFlags


@pytest.fixture
def stopped(story):
    """Alicia's message waits, and somebody has stopped everything in the Queue."""
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(looked_after=True))
    story.when_the_run_happens("09:12")
    story.mailer.calls.clear()
    story.when_somebody_types("Queue", ROW_KEY, Decision="stop", Initials="AO")
    return story


def test_anyone_may_stop_everything_and_nothing_leaves_at_that_very_run(stopped):
    report = stopped.when_the_run_happens("09:56")

    assert stopped.mailer.sent == []
    assert any("two people release it" in need for need in report.needs)
    assert stopped.attendance.sees("Queue")[0]["State"] == "all stopped"
    assert stopped_by(stopped.office) == "AO"


@pytest.mark.parametrize(
    "cells",
    [
        {"Decision": "", "Initials": "AO"},
        {"Decision": "release", "Initials": "AO"},
        {"Decision": "release", "Initials": "AO", "Second_initials": "AO"},
        {"Decision": "release", "Initials": "AO", "Second_initials": "XX"},
        {"Decision": "hold", "Initials": "BO"},
    ],
)
def test_one_person_or_a_cleared_cell_does_not_let_anything_go(stopped, cells):
    stopped.when_the_run_happens("09:56")
    stopped.when_somebody_types("Queue", ROW_KEY, **cells)

    stopped.when_the_run_happens("09:57")

    assert stopped.mailer.sent == []
    assert is_stopped(stopped.office)


def test_two_people_let_messages_go_again(stopped):
    stopped.when_the_run_happens("09:56")
    stopped.when_somebody_types("Queue", ROW_KEY, Decision="release", Initials="AO", Second_initials="BO")

    stopped.when_the_run_happens("09:57")

    assert stopped.told() == ["alicia-mum@example.net"]
    assert not is_stopped(stopped.office)


def test_a_stop_without_initials_is_refused_in_a_sentence(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.when_somebody_types("Queue", ROW_KEY, Decision="stop")

    story.when_the_run_happens("09:50")

    assert "initials" in story.attendance.sees("Queue")[0]["Firstbell says"]
    assert not is_stopped(story.office)


def test_it_stops_what_is_already_on_its_way_to_the_mail_service(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    office = story.office
    create = story.mailer.create_draft

    def somebody_stops_meanwhile(message):
        office.store.ledger.append("outgoing.stopped", at=office.clock.now(), actor="BO", facts={})
        return create(message)

    story.mailer.create_draft = somebody_stops_meanwhile
    story.when_the_run_happens("09:56")

    assert story.mailer.sent == []
    assert Step.SEND not in [step for step, _ in story.mailer.calls]


def test_neither_cards_nor_alarms_go_while_it_stands(stopped):
    before = len(stopped.channel.cards)
    stopped.given_an_unexplained_absence("NOOR", flags=PupilFlags(looked_after=True))

    stopped.when_the_run_happens("09:56")
    watchdog(dataclasses.replace(stopped.office, settings=SETTINGS))

    assert len(stopped.channel.cards) == before
    assert stopped.mailer.sent == []


def test_with_nothing_stopped_the_row_says_how_to_stop(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")

    row = story.attendance.sees("Queue")[0]

    assert (row["What"], row.get("State", "")) == ("Every message", "")
    assert "Anyone may write stop here" in row["Why"]
