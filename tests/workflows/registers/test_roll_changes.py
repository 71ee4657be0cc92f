"""Who joins and who leaves: noticed between two rolls, never taken from a half-read one, and told the authority."""

import datetime as dt
from dataclasses import replace

import pytest

from firstbell.settings import ReturnsSettings
from firstbell.testing.returns_story import RETURNS, ReturnsStory
from firstbell.workflows.registers.roll_changes import roll_history
from rules.calendar import Half, Session
from rules.codes import AttendanceCode

NEW_PUPIL, DELETION = "new-pupil return", "deletion return"
MONDAY_23, TUESDAY_24, FRIDAY_27 = (dt.date(2026, 11, day) for day in (23, 24, 27))
FRIDAY_20 = dt.date(2026, 11, 20)


@pytest.fixture
def story():
    """A school whose roll has been read on a Friday."""
    told = ReturnsStory()
    told.when_the_returns_run(FRIDAY_20)
    return told


def kinds(story):
    """What the ledger says of each pupil's place on the roll."""
    changes = roll_history(story.store.ledger).changes
    return {pupil_id: [change.kind.removeprefix("roll.") for change in found] for pupil_id, found in changes.items()}


def test_the_first_roll_ever_read_makes_no_joiners(story):
    assert kinds(story) == {}
    assert story.rows() == []


# ------------------------------------------------------------ joiners


def test_a_joiner_is_returned_within_five_days_of_the_first_day_on_the_roll(story):
    story.given_a_joiner("MICHAEL", on_roll_from=MONDAY_23)

    story.when_the_returns_run(TUESDAY_24)

    row = story.row(NEW_PUPIL)
    assert (row["Due"], row["Last day to act"], row["Time left"]) == ("2026-11-28", "2026-11-27", "3 school days")
    assert story.keys(NEW_PUPIL) == ["MICHAEL|new-pupil return|2026-11-23"]


def test_a_joiner_without_a_date_counts_from_the_day_first_seen(story):
    story.given_a_joiner("MICHAEL")

    story.when_the_returns_run(MONDAY_23)
    story.when_the_returns_run(TUESDAY_24)

    assert story.row(NEW_PUPIL)["Due"] == "2026-11-28"
    assert story.row(NEW_PUPIL)["Why"].endswith("that is when it was seen.")
    assert kinds(story) == {"MICHAEL": ["joined"]}


def test_a_pupil_who_is_to_come_is_returned_from_the_first_day_on(story):
    story.given_a_joiner("MICHAEL", on_roll_from=TUESDAY_24)

    assert story.when_the_returns_run(MONDAY_23).returns_open == 0
    assert story.when_the_returns_run(TUESDAY_24).returns_open == 1


def test_a_first_day_that_is_moved_moves_the_return(story):
    story.given_a_joiner("MICHAEL", on_roll_from=TUESDAY_24)
    story.when_the_returns_run(MONDAY_23)
    story.given_a_joiner("MICHAEL", on_roll_from=FRIDAY_27)

    story.when_the_returns_run(FRIDAY_27)

    assert story.row(NEW_PUPIL)["Due"] == "2026-12-02"


def test_a_first_day_long_ago_is_no_joining(story):
    story.given_a_joiner("MICHAEL", on_roll_from=dt.date(2025, 9, 1))

    story.when_the_returns_run(MONDAY_23)

    assert kinds(story) == {}


@pytest.mark.parametrize(
    ("settings", "form", "on_roll_from", "is_due"),
    [
        (RETURNS, "7A", dt.date(2026, 9, 1), False),
        (RETURNS, "7A", dt.date(2026, 9, 3), False),
        (RETURNS, "7A", dt.date(2026, 9, 4), True),  # the second day
        (RETURNS, "8A", dt.date(2026, 9, 3), True),
        (ReturnsSettings(), "7A", dt.date(2026, 9, 3), True),  # nobody says which year is the most junior
        (RETURNS.model_copy(update={"wants_usual_joiners": True}), "7A", dt.date(2026, 9, 3), True),
    ],
)
def test_the_usual_joiners_of_the_first_day_need_none_unless_the_authority_asks(settings, form, on_roll_from, is_due):
    story = ReturnsStory(settings)
    story.when_the_returns_run(dt.date(2026, 7, 22))
    story.given_a_joiner("MICHAEL", form=form, on_roll_from=on_roll_from)

    report = story.when_the_returns_run(dt.date(2026, 9, 4))

    assert report.returns_open == int(is_due)


# ------------------------------------------------------------ leavers


def test_a_leaving_date_in_the_mis_calls_for_the_return_by_that_day(story):
    story.given_a_leaver("P03", FRIDAY_27)

    story.when_the_returns_run(MONDAY_23)

    row = story.row(DELETION)
    assert (row["Due"], row["Last day to act"], row["Time left"]) == ("2026-11-27", "2026-11-27", "4 school days")
    assert row["Pupil"] == "Example, Sam"


def test_a_return_that_was_not_sent_by_the_deletion_is_overdue(story):
    story.given_a_leaver("P03", TUESDAY_24)
    story.when_the_returns_run(MONDAY_23)

    report = story.when_the_returns_run(FRIDAY_27)

    assert story.row(DELETION)["Time left"] == "overdue"
    assert "1 return to the local authority overdue: see LA returns." in report.needs


def test_a_leaving_date_that_is_taken_back_withdraws_the_return(story):
    story.given_a_leaver("P03", FRIDAY_27)
    story.when_the_returns_run(MONDAY_23)
    story.given_a_leaver("P03", None)

    story.when_the_returns_run(TUESDAY_24)

    assert story.row(DELETION)["State"] == "withdrawn"
    assert story.row(DELETION)["Why"] == "Withdrawn: the roll does not call for it any more."


def test_a_pupil_gone_from_a_whole_roll_was_taken_off_by_a_person(story):
    del story.pupils["P03"]

    story.when_the_returns_run(MONDAY_23)

    row = story.row(DELETION)
    assert (row["Pupil ID"], row["Pupil"], row["Due"]) == ("P03", "no longer in the roll", "2026-11-23")
    assert "that is when it was seen" in row["Why"]


def test_the_draft_for_a_pupil_who_is_gone_leaves_the_name_to_be_filled_in(story):
    del story.pupils["P03"]
    story.when_the_returns_run(MONDAY_23)
    story.when_somebody_decides(DELETION, Decision="approve")
    story.when_the_returns_run(MONDAY_23)

    (page,) = (content.decode() for content in story.office.folders.documents.values())
    assert '<th scope="row">Full name of the pupil</th><td class="blank">' in page
    assert '<th scope="row">Ground of deletion (regulation 9)</th><td class="blank">' in page


def test_a_pupil_who_is_back_in_the_roll_had_not_left(story):
    gone = story.pupils.pop("P03")
    story.when_the_returns_run(MONDAY_23)
    story.pupils["P03"] = gone

    story.when_the_returns_run(TUESDAY_24)

    assert story.row(DELETION)["State"] == "withdrawn"
    assert story.rows(NEW_PUPIL) == []


def test_a_pupil_who_comes_back_later_on_a_new_date_is_a_joiner_again(story):
    gone = story.pupils.pop("P03")
    story.when_the_returns_run(MONDAY_23)
    story.pupils["P03"] = replace(gone, on_roll_from=FRIDAY_27)

    story.when_the_returns_run(FRIDAY_27)

    assert kinds(story) == {"P03": ["left", "joined"]}
    assert (story.row(NEW_PUPIL)["Due"], story.row(DELETION)["State"]) == ("2026-12-02", "proposed")


def test_a_half_read_roll_makes_nobody_a_leaver_and_nobody_a_joiner(story):
    gone = [story.pupils.pop("P03")]
    story.when_the_returns_run(MONDAY_23, is_complete=False)
    story.pupils["P03"] = gone[0]

    story.when_the_returns_run(TUESDAY_24)

    assert story.rows() == []
    assert kinds(story) == {"P03": ["missing", "back"]}


def test_who_is_still_missing_from_the_next_whole_roll_has_left(story):
    del story.pupils["P03"]
    story.when_the_returns_run(MONDAY_23, is_complete=False)
    assert story.rows() == []

    story.when_the_returns_run(TUESDAY_24)

    assert story.row(DELETION)["Due"] == "2026-11-24"


def test_a_pupil_left_out_of_a_half_read_first_roll_is_no_joiner():
    told = ReturnsStory()
    left_out = told.pupils.pop("P03")
    told.given_the_mark("P03", AttendanceCode.PRESENT_MORNING, Session(FRIDAY_20, Half.AM))
    told.when_the_returns_run(FRIDAY_20, is_complete=False)
    told.pupils["P03"] = left_out

    told.when_the_returns_run(MONDAY_23)

    assert told.rows() == []


def test_a_form_that_fell_out_of_the_export_is_looked_at_and_not_deleted():
    story = ReturnsStory(RETURNS.model_copy(update={"leavers_at_once": 2}))
    for number in range(40):
        story.given_a_joiner(f"Q{number:02}")
    story.when_the_returns_run(FRIDAY_20)
    for pupil_id in ("P00", "P01", "P02"):
        del story.pupils[pupil_id]

    report = story.when_the_returns_run(MONDAY_23)

    assert story.rows() == []
    assert any("3 pupils gone from the roll on 23 November 2026" in need for need in report.needs)


def test_final_year_leavers_who_fall_out_of_the_roll_in_summer_are_no_question():
    story = ReturnsStory(RETURNS.model_copy(update={"leavers_at_once": 1}))
    for pupil_id in ("ZOE", "MICHAEL"):
        story.given_a_joiner(pupil_id, form="13A")
    story.when_the_returns_run(dt.date(2027, 7, 22))
    for pupil_id in ("ZOE", "MICHAEL"):
        del story.pupils[pupil_id]

    report = story.when_the_returns_run(dt.date(2027, 7, 23))

    assert (story.rows(), [need for need in report.needs if "gone from the roll" in need]) == ([], [])


def test_when_it_turns_out_that_they_left_the_setting_brings_the_returns():
    story = ReturnsStory(RETURNS.model_copy(update={"leavers_at_once": 1}))
    story.when_the_returns_run(FRIDAY_20)
    for pupil_id in ("P00", "P01"):
        del story.pupils[pupil_id]
    story.when_the_returns_run(MONDAY_23)
    story.office = replace(story.office, settings=story.office.settings.model_copy(update={"returns": RETURNS}))

    assert story.when_the_returns_run(TUESDAY_24).returns_open == 2


@pytest.mark.parametrize(
    ("settings", "form", "leaves_on", "is_due"),
    [
        (RETURNS, "13A", dt.date(2027, 7, 23), False),  # the last school day
        (RETURNS, "13A", dt.date(2027, 8, 31), False),
        (RETURNS, "13A", dt.date(2027, 7, 22), True),
        (RETURNS, "11A", dt.date(2027, 7, 23), True),
        (ReturnsSettings(), "13A", dt.date(2027, 7, 23), True),
        (RETURNS.model_copy(update={"wants_final_leavers": True}), "13A", dt.date(2027, 7, 23), True),
    ],
)
def test_leavers_after_the_final_year_need_none_unless_the_authority_asks(settings, form, leaves_on, is_due):
    story = ReturnsStory(settings)
    story.given_a_joiner("ZOE", form=form)
    story.when_the_returns_run(dt.date(2027, 7, 19))
    story.given_a_leaver("ZOE", leaves_on)

    report = story.when_the_returns_run(dt.date(2027, 7, 20))

    assert report.returns_open == int(is_due)


def test_the_ledger_holds_dates_and_year_groups_and_no_names(story):
    story.given_a_joiner("MICHAEL", on_roll_from=MONDAY_23)
    story.given_a_leaver("P03", FRIDAY_27)
    del story.pupils["P04"]

    story.when_the_returns_run(MONDAY_23)

    entries = [entry for entry in story.store.ledger.entries() if entry.kind.startswith("roll.")]
    assert len(entries) == 3
    assert {key for entry in entries for key in entry.facts} == {"day", "known_by", "year_group"}


def test_a_run_killed_before_it_saved_the_roll_writes_each_change_once(story):
    before = story.store.registers.roll()
    story.given_a_joiner("MICHAEL")
    del story.pupils["P04"]
    story.when_the_returns_run(MONDAY_23)

    story.store.registers.save_roll(before)
    story.when_the_returns_run(TUESDAY_24)

    assert kinds(story) == {"MICHAEL": ["joined"], "P04": ["left"]}
