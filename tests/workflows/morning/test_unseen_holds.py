"""A message that a killed run planned and never showed is held anew, once, so that people can stop it."""

import pytest

from firstbell.records import State
from firstbell.testing.fake_mailer import Crash
from firstbell.testing.morning_story import UNEXPLAINED

MUM = "alicia-mum@example.net"


@pytest.fixture
def killed_before_it_drew(story, monkeypatch):
    """Let a run be killed when it has planned and is about to draw."""

    def draw(*_, **__):
        raise Crash

    def run(time):
        with monkeypatch.context() as this_time:
            this_time.setattr(story.attendance, "draw", draw)
            with pytest.raises(Crash):
                story.when_the_run_happens(time)

    return run


def test_what_nobody_saw_is_shown_and_held_for_as_long_again(story, killed_before_it_drew):
    story.given_an_unexplained_absence("ALICIA")
    killed_before_it_drew("09:45")

    report = story.when_the_run_happens("09:58")
    assert story.queue()[0]["Leaves at"] == f"{report.go_on_at:%H:%M}" == "10:08"

    story.when_the_run_happens("10:07")
    assert story.told() == []
    story.when_the_run_happens("10:08")
    assert story.told() == [MUM]


def test_a_person_can_stop_it_then(story, killed_before_it_drew):
    story.given_an_unexplained_absence("ALICIA")
    killed_before_it_drew("09:45")
    story.when_the_run_happens("09:58")

    story.when_somebody_types("Queue", story.proposals("ALICIA")[0].key, Decision="stop", Initials="AO")
    story.when_the_run_happens("10:08")

    assert story.told() == []
    assert [p.state for p in story.proposals("ALICIA")] == [State.STOPPED]


def test_it_is_held_anew_only_once_however_often_runs_are_killed(story, killed_before_it_drew):
    story.given_an_unexplained_absence("ALICIA")
    for time in ("09:45", "09:58", "10:02"):
        killed_before_it_drew(time)

    story.when_the_run_happens("10:08")

    assert story.told() == [MUM]
    (entry,) = story.store.ledger.entries(kind="message.held_until")
    assert "Queue" in entry.facts["reason"]


def test_a_message_that_was_shown_is_not_held_anew_when_a_later_run_is_killed(story, killed_before_it_drew):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.given_a_pupil("MICHAEL", code=UNEXPLAINED)
    story.given_a_contact("DAD", "MICHAEL")
    killed_before_it_drew("09:50")

    story.when_the_run_happens("09:55")

    assert story.told() == [MUM]
    assert [row["Leaves at"] for row in story.queue()] == ["10:05"]


def test_a_workbook_that_could_not_be_drawn_costs_no_family_its_message(story):
    story.given_an_unexplained_absence("ALICIA")
    story.attendance.is_busy = True

    for time in ("09:45", "09:55"):
        story.when_the_run_happens(time)

    assert story.told() == [MUM]


@pytest.mark.parametrize(("time", "told"), [("12:09", []), ("12:10", [MUM])])
def test_where_the_session_would_end_meanwhile_the_message_goes(story, killed_before_it_drew, time, told):
    """Every mark was read again; held until the session ends at 12:20, it would be lost."""
    story.given_an_unexplained_absence("ALICIA")
    killed_before_it_drew("12:00")

    story.when_the_run_happens(time)
    story.when_two_people_release_every_brake()
    story.when_the_run_happens("12:11")

    assert story.told() == told


def test_the_next_contact_after_a_bounce_waits_for_nobody(story, killed_before_it_drew):
    story.given_alicia_was_told_of()
    story.given_a_contact("DAD", "ALICIA", priority=2)
    story.mailer.bounce(story.mailer.sent[0].key, at=story.clock.now())
    killed_before_it_drew("10:00")

    story.when_the_run_happens("10:01")

    assert story.told() == [MUM, "dad@example.net"]
