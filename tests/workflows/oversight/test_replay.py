"""A replay plays past days under today's settings: it equals what happened, and nothing of it leaves."""

import datetime as dt
from dataclasses import replace

import pytest

from firstbell.composition.clocks import SetClock
from firstbell.errors import BadInput, NeedsHuman
from firstbell.records import State
from firstbell.testing.fake_store import FakeStore
from firstbell.testing.morning_story import MONDAY, SETTINGS
from firstbell.workflows.oversight.replay import replay
from rules.codes import AttendanceCode
from rules.people import PupilFlags


@pytest.fixture
def a_morning_that_happened(story):
    """Alicia's and Michael's mothers were told; Zoe's message was stopped, and Sam came late before his went."""
    for pupil_id in ("ALICIA", "MICHAEL", "ZOE", "SAMUEL"):
        story.given_an_unexplained_absence(pupil_id)
    story.when_the_run_happens("09:45")
    (key,) = [p.key for p in story.proposals("ZOE")]
    story.when_somebody_types("Queue", key, Decision="stop", Initials="AO")
    story.given_the_mark("SAMUEL", AttendanceCode.LATE_BEFORE_CLOSE)
    story.when_the_run_happens("09:56")
    return story


def replayed(story, first=MONDAY, last=MONDAY, store=None):
    story.given_the_time("16:00")
    clock = SetClock(story.clock.now())
    morning, *rest = replay(story.office, store or FakeStore("hill"), clock, first, last)
    return morning, rest


def test_replay_equals_what_happened(story):
    story.given_alicia_was_told_of()

    morning, _ = replayed(story)

    assert (morning.unexplained, morning.would_go, morning.went) == (1, 1, 1)
    assert not morning.not_then
    assert not morning.not_now


def test_what_people_did_in_the_morning_is_told_apart_from_what_the_settings_do(a_morning_that_happened):
    morning, _ = replayed(a_morning_that_happened)

    assert (morning.would_go, morning.went) == (3, 2)
    assert morning.not_then == {"stopped. Somebody stopped it.": 1}


def test_a_mark_is_read_as_it_stood_at_the_moment_and_not_as_it_is_now(a_morning_that_happened):
    story = a_morning_that_happened
    story.given_the_mark("ALICIA", AttendanceCode.ILLNESS)
    story.when_the_run_happens("11:00")

    morning, _ = replayed(story)

    assert morning.unexplained == 4, "Alicia's N of that moment, and Samuel's before he came"
    assert not morning.not_now


def test_nothing_leaves_and_the_schools_own_store_stays_as_it_is(a_morning_that_happened):
    story = a_morning_that_happened
    calls, cards, entries = list(story.mailer.calls), list(story.channel.cards), story.store.ledger.entries()

    replayed(story)

    assert (story.mailer.calls, story.channel.cards, story.store.ledger.entries()) == (calls, cards, entries)


def test_a_setting_of_today_changes_what_would_go(story):
    cautious = SETTINGS.unusual.model_copy(update={"at_least": 1, "factor_percent": 110})
    story.given_alicia_was_told_of()
    story.office = replace(story.office, settings=SETTINGS.model_copy(update={"unusual": cautious}))

    morning, _ = replayed(story)

    assert (morning.would_go, morning.went) == (0, 1)
    assert morning.stops
    assert morning.not_now.total() == 1


def test_a_hold_of_the_safeguarding_team_holds_in_the_replay_too(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(child_protection=True))
    story.when_the_run_happens("09:45")
    hold = {"Hold messages until": "2026-12-01", "Hold owner": "DS"}
    for column, text in hold.items():
        story.safeguarding.types("Vulnerable pupils", "ALICIA", column, text)
    story.when_the_run_happens("09:56")
    assert story.states("ALICIA") == [State.RECALLED, State.BLOCKED]

    morning, _ = replayed(story)

    assert morning.would_go == 0


def test_a_session_without_marks_would_send_nothing_and_says_so(story):
    story.given_alicia_was_told_of()

    _, (afternoon,) = replayed(story)

    assert afternoon.would_go == 0
    assert "Nothing would go" in afternoon.stops[0]


def test_the_stop_switch_of_today_does_not_empty_the_replay(story):
    story.given_alicia_was_told_of()
    outgoing = SETTINGS.outgoing.model_copy(update={"stop": True})
    story.office = replace(story.office, settings=SETTINGS.model_copy(update={"outgoing": outgoing}))

    morning, _ = replayed(story)

    assert morning.would_go == 1


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (MONDAY, MONDAY - dt.timedelta(days=1), "a date no earlier than"),
        (MONDAY, MONDAY + dt.timedelta(days=1), "today at the latest"),
        (dt.date(2020, 1, 6), MONDAY, "days from 2026"),
    ],
)
def test_days_that_cannot_be_played_are_refused_with_a_sentence(story, first, last, expected):
    story.given_alicia_was_told_of()

    with pytest.raises(BadInput, match=expected):
        replayed(story, first, last)


def test_before_the_first_sync_there_is_nothing_to_replay(story):
    with pytest.raises(NeedsHuman, match="no roll yet"):
        replayed(story)
