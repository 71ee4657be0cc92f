"""A stop that somebody writes while a killed run's message is on its way, and has not gone, keeps it back."""

import pytest

from firstbell.records import State
from firstbell.testing.fake_mailer import Crash, Step

KILLED_AT = [(Step.CREATE, False), (Step.CREATE, True), (Step.SEND, False)]


def given_a_run_that_was_killed(story, step, *, after):
    """The row still stands in the Queue as the run before drew it."""
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(step, Crash(), after=after)
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")
    return story.proposals("ALICIA")[0].key


@pytest.mark.parametrize(("step", "after"), KILLED_AT)
def test_a_stop_counts_until_the_message_has_really_gone(story, step, after):
    key = given_a_run_that_was_killed(story, step, after=after)

    story.when_somebody_types("Queue", key, Decision="stop", Initials="AO")
    for time in ("10:07", "10:20", "10:40"):
        story.when_the_run_happens(time)

    assert story.told() == []
    assert story.states("ALICIA") == [State.STOPPED]
    assert story.on_the_phone_list() == ["Example, Alicia"]
    assert story.mailer.drafts == {}


@pytest.mark.parametrize(("step", "after"), KILLED_AT)
def test_a_hold_counts_as_long(story, step, after):
    key = given_a_run_that_was_killed(story, step, after=after)

    story.when_somebody_types("Queue", key, Decision="hold", Initials="AO")
    for time in ("10:07", "10:20"):
        story.when_the_run_happens(time)

    assert story.told() == []
    assert story.states("ALICIA") == [State.HELD]


def test_it_is_too_late_where_it_had_gone(story):
    key = given_a_run_that_was_killed(story, Step.SEND, after=True)

    story.when_somebody_types("Queue", key, Decision="stop", Initials="AO")
    for time in ("10:07", "10:20"):
        story.when_the_run_happens(time)

    assert len(story.told()) == 1
    assert story.states("ALICIA") == [State.SENT]


def test_what_somebody_takes_back_again_goes(story):
    key = given_a_run_that_was_killed(story, Step.SEND, after=False)
    story.when_somebody_types("Queue", key, Decision="stop", Initials="AO")
    story.when_the_run_happens("10:07")

    story.when_somebody_types("Queue", key, Decision="release", Initials="AO")
    story.when_the_run_happens("10:20")

    assert len(story.told()) == 1
