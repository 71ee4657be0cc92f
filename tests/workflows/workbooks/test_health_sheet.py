"""The Health sheet: what to mend before the morning it is needed."""

import datetime as dt

import pytest

from firstbell.errors import BadInput
from firstbell.records import Problem, SheetRows
from firstbell.testing.morning_story import MONDAY, SETTINGS, THIS_MORNING, MorningStory
from firstbell.workflows.jobs.daily import chase_job, sync_job
from firstbell.workflows.notes.row_keys import pupil_session_key
from rules.codes import AttendanceCode


def wrongs(story, pupil="Alicia"):
    return [row["What is wrong"] for row in story.attendance.sees("Health") if pupil in row["About"]]


def test_a_pupil_nobody_can_be_told_about_stands_first(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    story.given_a_contact("MUM", "ALICIA", parental_responsibility=None)

    story.when_the_run_happens("09:45")

    assert wrongs(story)[0] == "Nobody can be told by message when this pupil is absent."
    assert any("parental responsibility" in wrong for wrong in wrongs(story))


def test_a_date_of_birth_that_does_not_fit_the_year_group_is_to_be_corrected(story):
    story.given_a_pupil("ALICIA", forename="Alicia", born=dt.date(2021, 1, 1))
    story.given_a_contact("MUM", "ALICIA")
    story.given_a_contact("DAD", "ALICIA", priority=2)

    story.when_the_run_happens("09:45")

    assert [wrong.partition(" year group ")[0] for wrong in wrongs(story)] == ["The date of birth does not fit"]


def test_a_pupil_with_two_good_contacts_needs_nothing(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    story.given_a_contact("MUM", "ALICIA")
    story.given_a_contact("DAD", "ALICIA", priority=2)

    story.when_the_run_happens("09:45")

    assert wrongs(story) == []


def test_an_address_that_bounced_is_to_be_mended(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")
    story.mailer.bounce(story.mailer.sent[0].key, at=story.clock.now())

    story.when_the_run_happens("10:00")

    assert "A message to a contact came back." in wrongs(story)


def test_a_reason_for_absence_beside_a_present_mark_is_a_contradiction(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    key = pupil_session_key("ALICIA", THIS_MORNING)
    story.when_somebody_types("Today", key, Reason_given="poorly", Initials="AO")
    story.when_the_run_happens("09:50")

    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.when_the_run_happens("09:55")

    assert wrongs(story)[0].startswith("A reason for absence was given")


def test_a_landline_where_a_mobile_is_expected_is_said(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    story.given_a_contact("MUM", "ALICIA", phone="01632 960111")

    story.when_the_run_happens("09:45")

    assert any("landline" in wrong for wrong in wrongs(story))


def test_a_court_order_is_not_told_to_tutors_who_read_the_workbook(story):
    story.given_an_unexplained_absence("ALICIA")
    story.links.clear()
    story.given_a_contact("DAD", "ALICIA", is_blocked=True)

    story.when_the_run_happens("09:45")

    shown = str([story.attendance.sees(sheet) for sheet in ("Today", "Queue", "Phone list", "Health", "Contact log")])
    assert "must not be contacted" not in shown
    assert "ask the safeguarding team" in shown


def open_until(closes):
    """A school whose morning register is open from 08:40 until then."""
    day = SETTINGS.day.model_copy(update={"am": SETTINGS.day.am.model_copy(update={"closes": closes})})
    return MorningStory(settings=SETTINGS.model_copy(update={"day": day}))


@pytest.mark.parametrize(("minute", "is_told"), [(9, False), (10, False), (11, True)])
def test_a_register_open_for_longer_than_guidance_allows_is_told_with_its_source(minute, is_told):
    story = open_until(dt.time(9, minute))

    story.when_the_run_happens("09:45")

    told = [row for row in story.attendance.sees("Health") if "register" in row["About"]]
    assert [row["About"] for row in told] == (["The morning's register"] if is_told else [])
    assert all("31 minutes" in row["What is wrong"] and "day.am.closes" in row["What to do"] for row in told)


def test_rows_that_could_not_be_used_are_told_to_people_once_for_each_file(story):
    sentence = "The minutes late are not a whole number; the mark counts without them."
    problems = [Problem(f"marks.csv, row {row}", sentence, "P01", THIS_MORNING) for row in (7, 9, 12)]
    story.the_mis_exports()
    story.mis.set_marks(story.mis.marks(MONDAY, MONDAY).marks, as_at=story.clock.now(), problems=problems)

    sync_job(story.office)

    (row,) = [row for row in story.attendance.sees("Health") if row["About"] == "marks.csv"]
    assert row["What is wrong"] == sentence
    assert row["What to do"] == "Row 7 of marks.csv, and 2 more: mend it in the MIS."


def test_a_refused_mark_stands_in_codes_to_check_and_not_in_health_too(story):
    story.the_mis_exports()
    entries = [(pupil_id, THIS_MORNING, "/") for pupil_id in story.pupils]
    story.mis.set_entries([*entries[1:], (entries[0][0], THIS_MORNING, "ZZ")], as_at=story.clock.now())

    sync_job(story.office)

    assert "ZZ" not in str(story.attendance.sees("Health"))
    assert "ZZ" in str(story.attendance.sees("Codes to check"))


def test_a_roll_that_cannot_be_read_now_is_told_and_the_chase_is_still_shown(story):
    def the_roll():
        raise BadInput("contacts.csv", "a file cut in half", "the end of the line")

    story.given_a_register("9A", taken=False)
    story.when_the_run_happens("09:12")
    story.given_the_time("09:15")
    story.mis.roll = the_roll

    chase_job(story.office)

    assert [row["State"] for row in story.attendance.sees("Registers to chase")] == ["not taken"]
    assert any("contacts.csv" in row["What is wrong"] for row in story.attendance.sees("Health"))


def test_a_key_that_a_sheet_would_give_back_otherwise_is_refused():
    with pytest.raises(ValueError, match="a key of the sheet 'Health' begins or ends with a space"):
        SheetRows("Health", {"P1|4|A contact ": {}})
