"""Returns to the local authority over several weeks: proposed, approved, drafted, sent, and not asked for again."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from firstbell.settings import ReturnsSettings
from firstbell.testing.fake_folders import FakeFolders
from firstbell.testing.returns_story import ReturnsStory
from firstbell.workflows.jobs.first_day_contact import first_day_contact
from firstbell.workflows.jobs.weekly import weekly
from rules.calendar import Half, Session
from rules.codes import AttendanceCode

AWAY, ILL, NO_REASON, LATE, HOLIDAY, AT_A_CLINIC = (AttendanceCode(letter) for letter in "OINUGM")
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def story():
    return ReturnsStory()


def drafts(story):
    """The drafted returns: name to page."""
    documents = story.office.folders.documents
    return {name: page.decode() for (folder, name), page in documents.items() if folder.endswith("-returns")}


ATTENDANCE, IRREGULAR, SICKNESS = "attendance return", "attendance return: irregular", "sickness return"
NEW_PUPIL, DELETION, TWENTY_DAYS = "new-pupil return", "deletion return", "20 days: enquire with the LA"
FRIDAY_13, FRIDAY_20, FRIDAY_27 = (dt.date(2026, 11, day) for day in (13, 20, 27))
MONDAY_2, MONDAY_23 = dt.date(2026, 11, 2), dt.date(2026, 11, 23)
SEPTEMBER_7, SEPTEMBER_25 = dt.date(2026, 9, 7), dt.date(2026, 9, 25)


# ------------------------------------------------------------ from proposed to sent


def test_a_return_goes_from_proposed_to_sent_and_is_not_asked_for_again(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    assert story.when_the_returns_run(FRIDAY_13).returns_open == 1
    assert (story.row(ATTENDANCE)["State"], story.row(ATTENDANCE)["Time left"]) == ("proposed", "today")

    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(dt.date(2026, 11, 16))
    assert story.row(ATTENDANCE)["State"] == "approved"
    assert list(drafts(story)) == ["continuous-2026-11-13.html"]

    story.when_somebody_decides(ATTENDANCE, Sent_on="2026-11-17")
    for day in (dt.date(2026, 11, 17), FRIDAY_20, FRIDAY_27):
        assert story.when_the_returns_run(day).returns_open == 0
    assert (story.row(ATTENDANCE)["State"], "Time left" in story.row(ATTENDANCE)) == ("sent", False)
    assert len(story.store.ledger.entries(kind="return.proposed")) == 1


def test_key_and_due_date_stand_while_the_absence_goes_on(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 18)
    story.when_the_returns_run(FRIDAY_13)
    story.when_the_returns_run(FRIDAY_20)

    assert story.keys(ATTENDANCE) == ["ALICIA|attendance return|2026-11-02"]
    assert (story.row(ATTENDANCE)["Due"], story.row(ATTENDANCE)["Time left"]) == ("2026-11-13", "overdue")


def test_a_run_that_turns_out_to_have_begun_earlier_keeps_its_return(story):
    story.given_alicia_missed(AWAY, dt.date(2026, 11, 3), 10)
    story.when_the_returns_run(dt.date(2026, 11, 16))
    story.when_somebody_decides(ATTENDANCE, Decision="approve")

    story.given_alicia_missed(AWAY, MONDAY_2)
    story.when_the_returns_run(FRIDAY_20)

    assert len(story.keys(ATTENDANCE)) == 1
    assert story.row(ATTENDANCE)["State"] == "approved"


def test_a_second_long_absence_is_a_new_return(story):
    story.given_alicia_missed(AWAY, SEPTEMBER_7, 10)
    story.when_the_returns_run(SEPTEMBER_25)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-09-25")

    story.given_alicia_missed(HOLIDAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)

    assert [row["State"] for row in story.rows(ATTENDANCE)] == ["proposed", "sent"]
    assert len(story.keys(ATTENDANCE)) == 2


def test_a_declined_return_stays_declined(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="decline")

    reports = [story.when_the_returns_run(day) for day in (FRIDAY_20, FRIDAY_27)]

    assert [report.returns_open for report in reports] == [0, 0]
    assert story.row(ATTENDANCE)["State"] == "declined"


def test_a_mark_that_becomes_illness_withdraws_the_return_and_says_so(story):
    story.given_alicia_missed(NO_REASON, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(dt.date(2026, 11, 16))

    story.given_alicia_missed(ILL, dt.date(2026, 11, 9))
    story.when_the_returns_run(FRIDAY_20)

    row = story.row(ATTENDANCE)
    assert row["State"] == "withdrawn"
    assert story.row(IRREGULAR)["State"] == "proposed"  # what is left, for a person to judge
    assert row["Why"].startswith("Withdrawn: the register does not call for it any more")
    assert row["Why"].endswith("Do not send the draft.")


def test_what_is_called_for_again_is_a_new_line_to_decide_on(story):
    story.given_alicia_missed(NO_REASON, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.given_alicia_missed(ILL, dt.date(2026, 11, 9))
    story.when_the_returns_run(dt.date(2026, 11, 16))
    story.given_alicia_missed(AWAY, dt.date(2026, 11, 9))

    story.when_the_returns_run(FRIDAY_20)

    assert [row["State"] for row in story.rows(ATTENDANCE)] == ["proposed", "withdrawn"]


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        ({"Sent_on": "2026-11-13"}, "Approve the return"),
        ({"Decision": "approve", "Sent_on": "2026-11-30"}, "'Sent on' lies ahead"),
        ({"Decision": "approve", "Ill_or_prevented?": "no"}, "belong to the rows of twenty days"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(story, cells, refusal):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)

    story.when_somebody_decides(ATTENDANCE, **cells)
    story.when_the_returns_run(FRIDAY_13)

    assert refusal in story.row(ATTENDANCE)["Firstbell says"]
    assert story.row(ATTENDANCE)["State"] == "proposed"


def test_the_weekly_watch_and_the_returns_alone_agree(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    alone = story.when_the_returns_run(FRIDAY_13)
    rows = story.rows()

    watch = story.when_the_returns_run(FRIDAY_13, weekly)

    assert (story.rows(), watch.returns_open) == (rows, alone.returns_open)
    assert watch.needs == alone.needs


def test_a_date_typed_by_mistake_can_be_taken_back(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-11-13")
    story.when_the_returns_run(FRIDAY_13)

    story.when_somebody_decides(ATTENDANCE, Sent_on="")
    story.when_the_returns_run(FRIDAY_13)

    assert story.row(ATTENDANCE)["State"] == "approved"
    assert len(drafts(story)) == 1


def test_a_settled_return_stays_in_sight_for_its_school_year(story):
    story.given_alicia_missed(AWAY, SEPTEMBER_7, 10)
    story.when_the_returns_run(SEPTEMBER_25)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-09-25")
    story.when_the_returns_run(dt.date(2027, 7, 23))
    assert [row["State"] for row in story.rows(ATTENDANCE)] == ["sent"]


# ------------------------------------------------------------ irregular attendance


def test_one_session_of_illness_breaks_the_run_and_a_person_looks_at_the_rest(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.given_the_mark("ALICIA", ILL, Session(dt.date(2026, 11, 9), Half.AM))

    story.when_the_returns_run(FRIDAY_13)

    row = story.row(IRREGULAR)
    assert story.rows(ATTENDANCE) == []
    assert "19 sessions of unauthorised absence" in row["Why"]
    assert "a person must judge whether the pupil fails to attend regularly" in row["Why"]
    assert "The longest continuous absence is 5 school days" in row["Why"]


def test_below_the_schools_number_nobody_is_asked_to_judge(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 4)
    story.given_the_mark("ALICIA", AWAY, Session(dt.date(2026, 11, 9), Half.AM))

    assert story.when_the_returns_run(FRIDAY_13).returns_open == 0


def test_an_absence_with_a_return_of_its_own_is_not_named_twice(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.given_alicia_missed(AWAY, SEPTEMBER_7, 4)

    story.when_the_returns_run(FRIDAY_13)

    assert story.rows(IRREGULAR) == []
    assert len(story.rows(ATTENDANCE)) == 1


def test_what_else_was_missed_is_judged_beside_it_and_says_so(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.given_alicia_missed(AWAY, SEPTEMBER_7, 5)

    story.when_the_returns_run(FRIDAY_13)

    assert "20 sessions of them have an attendance return of their own" in story.row(IRREGULAR)["Why"]
    assert len(story.rows(ATTENDANCE)) == 1


def test_an_absence_that_goes_on_is_named_again_at_the_authoritys_interval(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 40)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-11-13")
    assert story.when_the_returns_run(FRIDAY_27).returns_open == 1  # twenty days alone

    story.when_the_returns_run(dt.date(2026, 12, 4))

    row = story.row(IRREGULAR)
    assert (row["Due"], row["Time left"]) == ("2026-12-11", "5 school days")


def test_a_judgement_holds_until_there_is_something_new(story):
    story.given_alicia_missed(AWAY, SEPTEMBER_7, 6)
    story.when_the_returns_run(SEPTEMBER_25)
    story.when_somebody_decides(IRREGULAR, Decision="decline")

    reports = [story.when_the_returns_run(day) for day in (dt.date(2026, 10, 2), FRIDAY_20)]
    story.given_alicia_missed(AWAY, dt.date(2026, 11, 23))
    later = story.when_the_returns_run(FRIDAY_27)

    assert [report.returns_open for report in reports] == [0, 0]
    assert later.returns_open == 1
    assert len(story.keys(IRREGULAR)) == 2


# ------------------------------------------------------------ sickness


def test_a_clinics_note_on_the_first_day_makes_the_return_due_at_once(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 20)
    story.when_somebody_expects_an_illness("2026-12-18")

    story.when_the_returns_run(MONDAY_23)

    assert (story.row(SICKNESS)["Due"], story.row(SICKNESS)["State"]) == ("2026-11-23", "proposed")
    assert "expected to be reached" in story.row(SICKNESS)["Why"]
    noted = story.row("expected illness")
    assert noted["Pupil"] == "Example, Alicia"
    assert noted["Firstbell says"].startswith("Expected to be ill until 18 December 2026")


def test_one_return_is_enough_for_the_spell_that_was_expected(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 20)
    story.when_somebody_expects_an_illness("2026-12-18")
    story.when_the_returns_run(MONDAY_23)
    story.when_somebody_decides(SICKNESS, Decision="approve", Sent_on="2026-11-23")

    reports = [story.when_the_returns_run(day) for day in (FRIDAY_27, dt.date(2026, 12, 18))]

    assert [report.returns_open for report in reports] == [0, 0]
    assert len(story.keys(SICKNESS)) == 1


def test_an_expected_return_keeps_its_key_when_the_days_have_come(story):
    story.given_alicia_missed(ILL, SEPTEMBER_7, 10)
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 10)
    story.when_somebody_expects_an_illness("2026-12-04")
    story.when_the_returns_run(MONDAY_23)

    story.when_the_returns_run(dt.date(2026, 12, 4))

    assert len(story.keys(SICKNESS)) == 1
    assert story.row(SICKNESS)["Due"] == "2026-11-23"


def test_a_no_to_what_was_expected_is_no_answer_to_what_has_come(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 16)
    story.when_somebody_expects_an_illness("2026-12-18")
    story.when_the_returns_run(MONDAY_23)
    story.when_somebody_decides(SICKNESS, Decision="decline")
    assert story.when_the_returns_run(FRIDAY_27).returns_open == 0

    story.when_the_returns_run(dt.date(2026, 12, 11))

    assert [row["State"] for row in story.rows(SICKNESS)] == ["proposed", "declined"]


def test_the_note_may_be_written_in_the_returns_own_row_and_taken_back(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 20)
    story.when_somebody_expects_an_illness("2026-12-18")
    story.when_the_returns_run(MONDAY_23)

    story.when_somebody_decides(SICKNESS, **{"Ill_until_(expected)": "2026-12-04"})
    story.when_the_returns_run(FRIDAY_27)

    assert story.row(SICKNESS)["State"] == "withdrawn"  # ten school days only
    assert story.rows("expected illness") == []


def test_a_pupil_who_is_back_early_is_expected_to_be_ill_no_longer(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 3)
    story.when_somebody_expects_an_illness("2026-12-18")
    story.when_the_returns_run(MONDAY_23)

    story.when_the_returns_run(FRIDAY_27)

    assert story.row(SICKNESS)["State"] == "withdrawn"
    assert story.row("expected illness")["Why"].startswith("The pupil has been in school since")


def test_days_that_add_up_bring_one_return_and_the_next_minor_illness_none(story):
    story.given_alicia_missed(ILL, SEPTEMBER_7, 10)
    story.given_alicia_missed(ILL, MONDAY_2, 5)
    story.when_the_returns_run(FRIDAY_13)
    assert "reached over the year" in story.row(SICKNESS)["Why"]
    story.when_somebody_decides(SICKNESS, Decision="approve", Sent_on="2026-11-13")

    story.given_alicia_missed(ILL, MONDAY_23, 2)
    report = story.when_the_returns_run(FRIDAY_27)

    assert (report.returns_open, len(story.keys(SICKNESS))) == (0, 1)


def test_the_draft_of_one_spell_tells_of_no_other_illness(story):
    story.given_alicia_missed(ILL, SEPTEMBER_7, 2)
    story.given_alicia_missed(ILL, MONDAY_2, 15)
    for day in (SEPTEMBER_25, FRIDAY_13, FRIDAY_20):
        story.when_the_returns_run(day)
    story.when_somebody_decides(SICKNESS, Decision="approve")
    story.when_the_returns_run(FRIDAY_20)

    (page,) = drafts(story).values()
    assert "30 sessions" in page
    assert "September" not in page


def test_a_second_long_spell_is_returned_though_the_first_was_declined(story):
    story.given_alicia_missed(ILL, SEPTEMBER_7, 15)
    story.when_the_returns_run(SEPTEMBER_25)
    story.when_somebody_decides(SICKNESS, Decision="decline")
    story.given_alicia_missed(ILL, MONDAY_2, 15)

    story.when_the_returns_run(FRIDAY_13)
    story.when_the_returns_run(FRIDAY_20)

    assert [row["State"] for row in story.rows(SICKNESS)] == ["proposed", "declined"]


def test_medical_appointments_bring_no_sickness_return(story):
    story.given_alicia_missed(AT_A_CLINIC, MONDAY_2, 15)

    assert story.when_the_returns_run(FRIDAY_20).returns_open == 0


@pytest.mark.parametrize(
    ("pupil_id", "until", "initials", "refusal"),
    [
        ("NOBODY", "2026-12-18", "AO", "No pupil with this Pupil ID"),
        ("ALICIA", "", "AO", "In a row of your own"),
        ("ALICIA", "2026-11-01", "AO", "has passed"),
        ("ALICIA", "2026-12-18", "", "Type your initials"),
    ],
)
def test_an_expected_illness_that_can_not_be_taken_in_says_why(story, pupil_id, until, initials, refusal):
    story.when_the_returns_run(FRIDAY_20)
    story.when_somebody_expects_an_illness(until, initials=initials, pupil_id=pupil_id)

    story.when_the_returns_run(MONDAY_23)

    (row,) = [row for row in story.attendance.sees("LA returns") if refusal in row.get("Firstbell says", "")]
    assert "Return" not in row
    assert story.store.ledger.entries(kind="illness.expected") == ()


def test_a_row_taken_in_by_a_run_that_does_not_draw_the_sheet_is_taken_in_once(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_alicia_missed(ILL, MONDAY_23, 20)
    story.when_somebody_expects_an_illness("2026-12-18")
    story.when_the_returns_run(MONDAY_23, first_day_contact)

    story.when_the_returns_run(MONDAY_23)

    assert len(story.store.ledger.entries(kind="illness.expected")) == 1
    assert "Expected to be ill until 18 December 2026" in story.row("expected illness")["Firstbell says"]


# ------------------------------------------------------------ twenty days


def test_twenty_days_are_answered_by_people_and_never_end_in_a_deletion(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 25)
    assert story.when_the_returns_run(FRIDAY_27).returns_open == 2
    assert "a person must judge" in story.row(TWENTY_DAYS)["Why"]

    story.when_somebody_decides(TWENTY_DAYS, **{"Ill_or_prevented?": "no", "Enquired_with_the_LA?": "yes"})
    report = story.when_the_returns_run(dt.date(2026, 12, 4))

    row = story.row(TWENTY_DAYS)
    assert (row["State"], report.returns_open) == ("answered", 1)
    assert "No grounds are known" in row["Why"]
    assert row["Why"].endswith("Nobody is deleted: a person decides.")
    assert story.rows(DELETION) == []


def test_one_answer_leaves_twenty_days_open(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 20)
    story.when_the_returns_run(FRIDAY_27)

    story.when_somebody_decides(TWENTY_DAYS, **{"Ill_or_prevented?": "yes"})
    story.when_the_returns_run(FRIDAY_27)

    row = story.row(TWENTY_DAYS)
    assert (row["State"], row["Firstbell says"]) == ("proposed", "Noted: one answer is open.")
    assert "There are grounds to believe" in row["Why"]


def test_there_is_nothing_to_approve_at_twenty_days(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 20)
    story.when_the_returns_run(FRIDAY_27)

    story.when_somebody_decides(TWENTY_DAYS, Decision="approve")
    story.when_the_returns_run(FRIDAY_27)

    assert "nothing to send at twenty days" in story.row(TWENTY_DAYS)["Firstbell says"]


def test_a_late_arrival_among_the_twenty_days_asks_for_no_enquiries(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 20)
    story.given_the_mark("ALICIA", LATE, Session(FRIDAY_20, Half.PM))

    story.when_the_returns_run(FRIDAY_27)

    assert story.rows(TWENTY_DAYS) == []


# ------------------------------------------------------------ drafts


def test_a_draft_has_name_codes_and_dates_and_a_line_for_the_address(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(FRIDAY_13)

    (page,) = drafts(story).values()
    assert "Alicia Example" in page
    assert '<th scope="row">Address of the pupil</th><td class="blank">' in page
    assert page.count('<td class="code">O</td>') == 20
    assert "approved for sending by Ada Office, attendance officer, on 13 November 2026" in page
    assert not any(word in page for word in ("2013", "8K", "ALICIA", "07700"))
    assert story.mailer.calls == []


@pytest.mark.parametrize("kind", ["sickness", "new-pupil"])
def test_the_draft_is_as_reviewed(story, golden, kind):
    story.when_the_returns_run(FRIDAY_20)
    if kind == "sickness":
        story.given_alicia_missed(ILL, MONDAY_23, 20)
        story.when_somebody_expects_an_illness("2026-12-18")
    else:
        story.given_a_joiner("MICHAEL")
        story.given_a_contact("MUM", "MICHAEL", lives_with_pupil=True)
        story.given_a_contact("DAD", "MICHAEL", is_blocked=True, phone="07700 900999")
        story.given_a_contact("GRAN", "MICHAEL", parental_responsibility=False)
    story.when_the_returns_run(MONDAY_23)
    story.when_somebody_decides(f"{kind} return", Decision="approve")
    story.when_the_returns_run(MONDAY_23)

    (page,) = drafts(story).values()
    golden(GOLDEN / f"return_{kind.replace('-', '_')}.html", page)


def test_no_number_is_given_of_a_parent_whom_the_school_may_not_contact(story):
    story.when_the_returns_run(FRIDAY_20)
    story.given_a_joiner("MICHAEL")
    story.given_a_contact("MUM", "MICHAEL")
    story.given_a_contact("DAD", "MICHAEL", is_blocked=True, phone="07700 900999")
    story.when_the_returns_run(MONDAY_23)
    story.when_somebody_decides(NEW_PUPIL, Decision="approve")
    story.when_the_returns_run(MONDAY_23)

    (page,) = drafts(story).values()
    assert "Pat DAD" in page
    assert "07700 900123" in page
    assert "07700 900999" not in page


def test_only_the_readers_in_the_settings_may_open_the_folder(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(FRIDAY_13)

    ((folder, _),) = story.office.folders.documents
    assert folder.startswith("CASE-")
    assert story.office.folders.access(folder) == {"ada@example.org", "ben@example.org"}
    assert story.row(ATTENDANCE)["Document"] == f"{folder}/continuous-2026-11-13.html"


def test_a_folder_somebody_opened_to_others_is_closed_again(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(FRIDAY_13)
    ((folder, _),) = story.office.folders.documents

    story.office.folders.drift(folder, "eve@example.org")
    story.when_the_returns_run(FRIDAY_20)

    assert "eve@example.org" not in story.office.folders.access(folder)


def test_without_readers_nothing_is_drafted_and_the_row_says_so():
    story = ReturnsStory(ReturnsSettings())
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(FRIDAY_13)

    assert story.office.folders.documents == {}
    assert story.row(ATTENDANCE)["Document"].startswith("None: returns.readers in the settings")


class OpenFolders(FakeFolders):
    """A disk on which no folder can be closed."""

    def access(self, folder):
        return super().access(folder) | {"everyone"}


def test_nothing_is_put_into_a_folder_that_can_not_be_closed(story):
    story.office = replace(story.office, folders=OpenFolders())
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    report = story.when_the_returns_run(FRIDAY_13)

    assert story.office.folders.documents == {}
    assert any("can't be kept to the people named" in need for need in report.needs)
    assert story.row(ATTENDANCE)["Document"].startswith("Not drafted")


def test_a_draft_is_drawn_anew_while_figures_change_and_keeps_its_words_otherwise(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 14)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(FRIDAY_13)

    story.when_the_returns_run(FRIDAY_20)
    assert "Drawn anew on 20 November 2026: read it again." in story.row(ATTENDANCE)["Document"]
    story.when_the_returns_run(FRIDAY_27)
    assert "Drawn anew on 20 November 2026" in story.row(ATTENDANCE)["Document"]
    assert len(story.store.ledger.entries(kind="return.drafted")) == 2


def test_what_was_sent_is_not_drawn_again(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 14)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-11-13")

    story.when_the_returns_run(FRIDAY_20)

    assert drafts(story) == {}


def test_neither_ledger_nor_folder_nor_report_names_anybody(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.given_a_joiner("MICHAEL")
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    report = story.when_the_returns_run(FRIDAY_20)

    said = [value for entry in story.store.ledger.entries() for value in entry.facts.values()]
    said += [*report.needs, *(part for place in story.office.folders.documents for part in place)]
    assert not any(name in text for text in said for name in ("Alicia", "Michael", "Example", "example.net"))


def test_a_workbook_that_was_lost_is_drawn_with_what_people_typed(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve", Sent_on="2026-11-13")
    story.when_the_returns_run(FRIDAY_13)

    story.attendance.__init__()
    story.when_the_returns_run(FRIDAY_20)

    row = story.row(ATTENDANCE)
    assert (row["Decision"], row["Sent on"], row["Initials"]) == ("approve", "2026-11-13", "AO")
