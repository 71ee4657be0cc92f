"""What staff tried is written down in rows of their own, and counts."""

import pytest

from tests.workflows.cases.case_story import STEP


def test_a_step_counts_as_tried_and_its_words_stay_in_the_sheet(absent):
    absent.cases.adds_a_row("Steps tried", STEP)

    absent.week()

    assert absent.case()["Tried so far"] == "a home visit, 16 November 2026"
    row = absent.row("Steps tried", **{"Pupil ID": "ALICIA"})
    assert (row["Pupil"], row["In words"]) == ("Example, Alicia", "Her gran Zelda was there")
    assert row["Firstbell says"] == "Noted. It counts as tried in this pupil's case."
    (entry,) = absent.entries("step.tried")
    assert (entry.pupil_id, entry.actor, entry.facts["what"]) == ("ALICIA", "AO", "a home visit")


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Pupil ID": "NOBODY"}, "No pupil with this Pupil ID"),
        ({"Date": "2026-11-21"}, "'Date' lies in the future"),
        ({"Date": ""}, "Type the date"),
        ({"What was done": ""}, "Type the date, and choose"),
        ({"What was done": "shouted"}, "'What was done' must be one of the words"),
        ({"Initials": ""}, "Type your initials"),
        ({"In words": "=1+1"}, "'In words' holds a formula"),
    ],
)
def test_a_step_that_can_not_be_is_refused_and_stays_to_be_mended(absent, cells, says):
    absent.cases.adds_a_row("Steps tried", STEP | cells)

    absent.week()

    (row,) = absent.cases.sees("Steps tried")
    assert row["Firstbell says"].startswith(says)
    assert absent.entries("step.tried") == ()
