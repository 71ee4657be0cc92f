"""A family that writes back is read by a person: an answer explains nothing by itself."""

import pytest

from firstbell.errors import RetryLater
from firstbell.records import State
from firstbell.testing.fake_mailer import Step
from firstbell.testing.morning_story import UNEXPLAINED
from firstbell.workflows.morning.replies import WROTE_BACK

FIVE_PAST = "The family wrote back at 10:05. Read it first."


def wrote_back(story, time="10:05"):
    """Alicia's mother was written to at 09:56, and answers."""
    story.given_alicia_was_told_of()
    story.given_the_time(time)
    story.mailer.answer(story.mailer.sent[0].key, at=story.clock.now())


def why(story):
    return [row["Why by phone"] for row in story.attendance.sees("Phone list")]


def test_a_pupil_whose_family_wrote_back_stands_on_the_phone_list_at_once(story):
    wrote_back(story)

    story.when_the_run_happens("10:06")

    assert story.on_the_phone_list() == ["Example, Alicia"]
    assert why(story) == [FIVE_PAST]


def test_an_answer_does_not_take_a_pupil_off_the_phone_list(story):
    wrote_back(story)

    for time in ("10:06", "10:40", "11:30"):
        story.when_the_run_happens(time)

    assert why(story) == [FIVE_PAST]
    assert story.states("ALICIA") == [State.SENT]


def test_each_answer_is_written_down_once_without_a_word_of_it(story):
    wrote_back(story)

    for time in ("10:06", "10:16"):
        story.when_the_run_happens(time)

    (entry,) = story.store.ledger.entries(kind=WROTE_BACK)
    (proposal,) = story.proposals("ALICIA")
    assert (entry.pupil_id, entry.facts["key"]) == ("ALICIA", proposal.key)
    assert set(entry.facts) == {"key", "purpose", "came_at"}


def test_an_answer_to_a_message_about_two_children_is_about_both(story):
    for pupil in ("ALICIA", "MICHAEL"):
        story.given_a_pupil(pupil, forename=pupil.title(), code=UNEXPLAINED)
        story.given_a_contact("MUM", pupil)
    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)
    story.mailer.answer(story.mailer.sent[0].key, at=story.clock.now())

    story.when_the_run_happens("10:06")

    assert story.on_the_phone_list() == ["Example, Alicia", "Example, Michael"]


def test_the_contact_log_says_that_the_family_wrote_back(story):
    wrote_back(story)

    story.when_the_run_happens("10:06")

    assert "The family wrote back." in [row["What happened"] for row in story.attendance.sees("Contact log")]


def test_an_inbox_that_can_t_be_read_keeps_nobody_from_being_told(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.REPLIES, RetryLater(story.clock.now() - story.clock.now()))

    with pytest.raises(RetryLater):
        story.when_the_run_happens("09:56")

    assert story.told() == ["alicia-mum@example.net"]
