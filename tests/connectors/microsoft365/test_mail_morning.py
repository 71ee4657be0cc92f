"""A morning through Outlook mailboxes: told once, the next contact after a report, and read first what came back."""

import dataclasses

import pytest

from firstbell.records import State
from firstbell.testing.microsoft import mail_visitors
from firstbell.testing.morning_story import MorningStory
from tests.connectors.microsoft365.post_office import open_post_office


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    with open_post_office(tmp_path_factory.mktemp("tenant")) as office:
        yield office


@pytest.fixture
def morning(listening):
    """Alicia, Michael and Noor are marked N; Alicia has a grandmother as well."""
    story = MorningStory()
    listening.empty(story.clock)
    story.office = dataclasses.replace(story.office, mailer=listening.mailer)
    for pupil in ("ALICIA", "MICHAEL", "NOOR"):
        story.given_an_unexplained_absence(pupil)
    story.given_a_contact("GRAN", "ALICIA", priority=2)
    yield story, listening
    assert listening.tenant.violations == []


def told(post):
    return sorted(each.to for each in post.mail.arrived)


def test_each_family_is_told_once_and_a_report_moves_on_to_the_next_contact(morning):
    story, post = morning
    for time in ("09:45", "09:56", "10:00"):
        story.when_the_run_happens(time)
    families = ["alicia-mum@example.net", "michael-mum@example.net", "noor-mum@example.net"]
    assert told(post) == families

    (to_alicia,) = (each for each in post.mail.arrived if each.to == families[0])
    mail_visitors.does_not_arrive(post.tenant, to_alicia)
    for time in ("10:05", "10:10"):
        story.when_the_run_happens(time)

    assert told(post) == sorted([*families, "gran@example.net"])
    assert sorted(story.states("ALICIA")) == [State.BOUNCED, State.SENT]


def test_who_wrote_back_is_on_the_phone_list_and_who_is_only_away_is_not(morning):
    story, post = morning
    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)
    by_family = {each.to: each for each in post.mail.arrived}

    story.given_the_time("10:02")
    mail_visitors.reply(post.tenant, by_family["noor-mum@example.net"], "She is ill.")
    mail_visitors.out_of_office(post.tenant, by_family["michael-mum@example.net"])
    story.when_the_run_happens("10:05")

    (row,) = story.attendance.sees("Phone list")
    assert (row["Pupil"], row["Why by phone"]) == ("Example, Noor", "The family wrote back at 10:02. Read it first.")


def test_a_run_that_finds_everything_done_asks_for_what_came_back_and_for_old_drafts(morning):
    story, post = morning
    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)
    before = len(post.round_trips())

    story.when_the_run_happens("10:00")

    assert post.round_trips()[before:] == ["POST $batch"]
    assert post.asked()[-5:-1] == ["GET messages"] * 4  # what came in, and drafts, in each of two mailboxes
