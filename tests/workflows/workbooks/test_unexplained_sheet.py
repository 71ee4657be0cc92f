"""The sheet Unexplained (N): the last day to act, and O proposed with its attempts, never written."""

import dataclasses
import datetime as dt

from firstbell.records import PersonsCell
from firstbell.settings import WatchSettings
from firstbell.testing.morning_story import SETTINGS, THIS_MORNING, UNEXPLAINED, MorningStory
from firstbell.workflows.notes.row_keys import pupil_session_key
from rules.calendar import Half, Session

MONDAY = Session(dt.date(2026, 11, 16), Half.AM)


def a_story_with_an_n(*, attempts_needed=2):
    """Alicia has an N of Monday 16 November; the postholder works on Thursdays and Fridays."""
    thursdays_and_fridays = SETTINGS.staff[0].model_copy(update={"working_days": (4, 5)})
    watch = WatchSettings(postholder="AO", attempts_before_unauthorised=attempts_needed)
    settings = SETTINGS.model_copy(update={"watch": watch, "staff": (thursdays_and_fridays, *SETTINGS.staff[1:])})
    story = MorningStory(settings=settings)
    story.given_a_pupil("ALICIA", forename="Alicia")
    story.given_a_contact("MUM", "ALICIA")
    story.given_the_mark("ALICIA", UNEXPLAINED, MONDAY)
    return story


def row(story):
    return next(row for row in story.attendance.sees("Unexplained (N)") if "Alicia" in row["Pupil"])


def test_friday_n_sweep_an_n_of_monday_must_be_settled_before_the_postholder_leaves_on_friday():
    story = a_story_with_an_n()

    story.when_the_run_happens("09:45")

    assert row(story)["Settle by"] == "2026-11-20"
    assert row(story)["State"] == "last day"


def test_without_a_postholder_the_limit_itself_is_the_last_day():
    story = a_story_with_an_n()
    story.office = dataclasses.replace(story.office, settings=SETTINGS)

    story.when_the_run_happens("09:45")

    assert row(story)["Settle by"] == "2026-11-23"


def test_o_is_proposed_with_the_attempts_once_the_limit_has_passed():
    story = a_story_with_an_n(attempts_needed=1)
    story.clock.set(dt.datetime(2026, 11, 24, 9, 45, tzinfo=dt.UTC))
    for pupil_id in story.pupils:
        story.codes[pupil_id, Session(dt.date(2026, 11, 24), Half.AM)] = story.codes[pupil_id, THIS_MORNING]
    story.when_the_run_happens("09:45")
    assert "Firstbell says" not in row(story)

    story.store.desk.save_cells([call("no answer")])
    story.when_the_run_happens("10:00")

    assert "O is proposed" in row(story)["Firstbell says"]
    assert "phone call" in row(story)["Firstbell says"]


def call(outcome):
    return PersonsCell("Attendance", "Phone list", pupil_session_key("ALICIA", MONDAY), "Outcome", outcome)
