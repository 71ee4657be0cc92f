"""Attendance cases from the sheet and back: steps, letters, notices and decisions, through the weekly job."""

import dataclasses
import datetime as dt

import pytest

from connectors.local.workbook import LocalWorkbook
from firstbell.records import PersonsCell
from firstbell.settings import LettersSettings
from firstbell.testing.fake_folders import FakeFolders
from firstbell.testing.morning_story import SETTINGS, MorningStory
from firstbell.testing.workbook_person import Person
from firstbell.workflows.cases.letters import case_id
from firstbell.workflows.jobs.weekly import cases, weekly
from rules.calendar import both_sessions
from rules.codes import AttendanceCode
from rules.people import PupilFlags
from sheets_templates.cases import CASES_WORKBOOK

UNAUTHORISED, ILL, N = AttendanceCode.UNAUTHORISED, AttendanceCode.ILLNESS, AttendanceCode.UNEXPLAINED
PRESENT = {"AM": AttendanceCode.PRESENT_MORNING, "PM": AttendanceCode.PRESENT_AFTERNOON}
FRIDAY = dt.date(2026, 11, 20)
ADA, DEE = SETTINGS.person("AO"), SETTINGS.person("DS")
FOLDER = case_id("hill", "ALICIA")
CASE = "ALICIA|2026"
MUM, DAD = "ALICIA|MUM", "ALICIA|DAD"
WITH_LETTERS = SETTINGS.model_copy(update={"letters": LettersSettings(signed_by="AO", readers=("AO", "DS"))})


class CaseStory(MorningStory):
    """Forty pupils who came every day, and Alicia with two parents, on a Friday afternoon."""

    def __init__(self, settings=WITH_LETTERS, workbook=None, person=None):
        super().__init__(settings=settings)
        self.codes.clear()
        self.now_it_is(FRIDAY)
        self.given_a_pupil("ALICIA", forename="Alicia", flags=PupilFlags(looked_after=False))
        self.given_a_contact("MUM", "ALICIA")
        self.given_a_contact("DAD", "ALICIA", relationship="Father", priority=2)
        if workbook is not None:
            self.office, self.cases = dataclasses.replace(self.office, cases_workbook=workbook), person

    def now_it_is(self, day):
        self.clock.set(dt.datetime.combine(day, dt.time(15, 30), tzinfo=dt.UTC))

    def given_absences(self, code, first, count, pupil_id="ALICIA"):
        """So many school days missed from a date on; every other session was attended."""
        missed = self.mis.calendar().school_days(first, FRIDAY)[:count]
        for day in self.mis.calendar().school_days(dt.date(2026, 9, 1), FRIDAY):
            for session in both_sessions(day):
                for pupil in self.pupils:
                    self.codes.setdefault((pupil, session), PRESENT[session.half])
                if day in missed:
                    self.codes[pupil_id, session] = code

    def week(self):
        self.the_mis_exports()
        return weekly(self.office)

    def types(self, sheet, key, **cells):
        for column, text in cells.items():
            self.cases.types(sheet, key, column.replace("_", " "), text)

    def row(self, sheet, **wanted):
        found = [row for row in self.cases.sees(sheet) if wanted.items() <= row.items()]
        assert len(found) == 1, found
        return found[0]

    def case(self, pupil_id="ALICIA"):
        return self.row("Cases", **{"Pupil ID": pupil_id})

    def decision(self, contact_id):
        return self.row("Notice decisions", **{"Contact ID": contact_id})

    def entries(self, kind):
        return self.store.ledger.entries(kind=kind)

    def letter(self, paper="support_letter"):
        return self.office.folders.documents[FOLDER, f"{FOLDER}-{paper}.html"].decode()


@pytest.fixture(params=["in memory", "on disk"])
def story(request, tmp_path):
    """The same story with the cases workbook in memory and as a real file."""
    if request.param == "in memory":
        return CaseStory()
    path = tmp_path / "Attendance cases.xlsx"
    return CaseStory(workbook=LocalWorkbook(path), person=Person(path))


@pytest.fixture
def absent(story):
    """Alicia was ill for eight days: persistently absent, and nowhere near a notice."""
    story.given_absences(ILL, dt.date(2026, 11, 9), 8)
    story.week()
    return story


@pytest.fixture
def truant(story):
    """Alicia was away without leave for six days, so that the threshold is met."""
    story.given_absences(UNAUTHORISED, dt.date(2026, 11, 2), 6)
    story.week()
    return story


# ------------------------------------------------------------ who has a case, and who may see it


def test_a_pupil_absent_enough_has_a_case_with_a_draft_and_nobody_else_has(absent):
    row = absent.case()

    assert [each["Pupil ID"] for each in absent.cases.sees("Cases")] == ["ALICIA"]
    assert (row["Stage"], row["State"], row["Draft"]) == ("no letter yet", "draft", "1")
    assert row["Document"] == f"{FOLDER}-support_letter.html"
    assert row["Why"].startswith(
        "Missed 16 of 104 possible sessions (15.4%), 0 unauthorised. The next step is a letter"
    )
    assert "Draft 1. Nobody has approved" in absent.letter()


def test_the_workbook_and_the_letters_open_only_for_those_the_settings_name(absent):
    folders = absent.office.folders

    assert folders.access("Attendance cases") == {ADA.email, DEE.email}
    assert folders.access(FOLDER) == {ADA.email, DEE.email}


class OpenFolders(FakeFolders):
    """A disk on which no folder can be closed."""

    def access(self, folder):
        return super().access(folder) | {"everyone"}


def test_no_case_is_drawn_and_no_letter_drafted_where_the_folder_can_not_be_closed():
    story = CaseStory()
    story.office = dataclasses.replace(story.office, folders=OpenFolders())
    story.given_absences(ILL, dt.date(2026, 9, 7), 8)

    report = story.week()

    assert story.office.cases_workbook.read(CASES_WORKBOOK) == ()
    assert [need.split(":")[0] for need in report.needs] == [
        "The Attendance cases workbook could not be brought up to date",
        "1 letter could not be drafted",
    ]
    assert not any(folder == FOLDER for folder, _ in story.office.folders.documents)


def test_without_a_signer_and_readers_no_letter_is_drafted_and_the_sheet_says_so():
    story = CaseStory(settings=SETTINGS)
    story.given_absences(ILL, dt.date(2026, 9, 7), 8)

    report = story.week()

    assert story.case()["State"] == "not set up"
    assert story.case()["Why"].endswith("No letter is drafted until letters.signed_by and letters.readers are set.")
    assert (report.letters, report.needs) == (0, ())
    assert story.entries("paper.proposed") == ()


def test_in_the_first_days_of_a_year_a_percentage_opens_no_case(story):
    story.now_it_is(dt.date(2026, 9, 10))
    story.given_absences(ILL, dt.date(2026, 9, 7), 1)

    story.week()

    assert story.cases.sees("Cases") == []


def test_a_pupil_on_the_hold_list_gets_no_draft_and_no_approval(absent):
    absent.store.desk.save_cells(
        [PersonsCell("Safeguarding", "Vulnerable pupils", "ALICIA", "Hold messages until", "2026-11-27")]
    )
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    absent.week()

    row = absent.case()
    assert "hold list" in row["Why"]
    assert row["State"] == "not due"
    assert row["Firstbell says"].startswith("This letter is not due")
    assert absent.entries("paper.approved") == ()


# ------------------------------------------------------------ letters


def test_a_letter_is_approved_by_the_number_of_the_draft_that_was_read(absent):
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    report = absent.week()

    row = absent.case()
    assert (row["State"], row["Stage"]) == ("approved", "a letter with an offer of help")
    assert row["Firstbell says"].startswith("Approved by AO. Firstbell does not send it")
    assert "Approved by Ada Office, attendance officer, on 20 November 2026." in absent.letter()
    assert report.letters == 0
    assert absent.mailer.calls == []


def test_absences_since_the_draft_do_not_stand_in_the_way_of_its_approval(absent):
    monday = dt.date(2026, 11, 23)
    for session in both_sessions(monday):
        absent.codes["ALICIA", session] = ILL
    absent.now_it_is(monday)
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    absent.week()

    assert absent.case()["State"] == "approved"
    assert "has missed 8 days of school this year, up to 20 November 2026" in absent.letter()


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Draft_read": "1"}, "Type your initials"),
        ({"Draft_read": "1", "Initials": "XX"}, "Nobody with these initials"),
        ({"Initials": "AO"}, "Type the number of the draft you have read"),
        ({"Draft_read": "one", "Initials": "AO"}, "Type the number of the draft you have read"),
        ({"Draft_read": "2", "Initials": "AO"}, "Draft 2 is not the one that waits: read draft 1"),
    ],
)
def test_nothing_is_approved_without_initials_or_with_another_number(absent, cells, says):
    absent.types("Cases", CASE, Decision="approve", **cells)

    absent.week()

    assert absent.case()["Firstbell says"].startswith(says)
    assert absent.entries("paper.approved") == ()
    assert "Nobody has approved" in absent.letter()


def test_a_draft_whose_marks_were_amended_is_never_approved_unread(absent):
    for session in both_sessions(dt.date(2026, 11, 9)):
        absent.codes["ALICIA", session] = PRESENT[session.half]
    absent.given_the_day(FRIDAY, "15:31")
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    absent.week()
    absent.week()

    assert absent.case()["Firstbell says"].startswith("Draft 1 is not the one that waits: read draft 2")
    assert "Draft 2. Nobody has approved" in absent.letter()
    absent.types("Cases", CASE, Draft_read="2")
    absent.week()
    assert absent.case()["State"] == "approved"


def test_the_next_letter_is_approved_in_the_same_row_weeks_later(absent):
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")
    absent.week()
    absent.now_it_is(dt.date(2026, 12, 11))
    absent.week()
    assert (absent.case()["State"], absent.case()["Draft"]) == ("draft", "2")

    absent.types("Cases", CASE, Draft_read="2")
    absent.week()

    assert absent.case()["Stage"] == "an invitation to meet"
    assert [entry.facts["purpose"] for entry in absent.entries("paper.approved")] == [
        "support_letter",
        "support_meeting",
    ]


def test_a_meeting_is_noted_before_a_contract_is_offered(absent):
    given(absent, "support_letter", "support_meeting")
    absent.week()
    assert "came or declined" in absent.case()["Why"]

    absent.types("Cases", CASE, Meeting="declined", Initials="AO")
    absent.week()

    assert absent.case()["Document"] == f"{FOLDER}-attendance_contract_offer.html"
    assert [entry.facts["meeting"] for entry in absent.entries("case.noted")] == ["declined"]


def given(story, *papers):
    """Papers that were approved in October."""
    october = dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)
    for paper in papers:
        story.store.ledger.append(
            "paper.approved", at=october, actor="AO", facts={"purpose": paper, "draft": "0"}, pupil_id="ALICIA"
        )


@pytest.fixture
def at_the_notice(truant):
    """Every kind of support was offered to Alicia's family and the threshold is met: a notice to improve is due."""
    given(truant, "support_letter", "support_meeting", "attendance_contract_offer")
    truant.week()
    truant.types("Cases", CASE, Meeting="held", Contract="agreed and not kept", Initials="AO")
    truant.week()
    return truant


def test_a_notice_to_improve_is_approved_only_with_its_contents_checked(at_the_notice):
    number = at_the_notice.case()["Draft"]
    at_the_notice.types("Cases", CASE, Decision="approve", Draft_read=number)
    at_the_notice.week()
    says = at_the_notice.case()["Firstbell says"]
    assert says.startswith("Check that the notice holds: the attendance record and the offences;")

    at_the_notice.types("Cases", CASE, Decision="approve, checked")
    at_the_notice.week()

    row = at_the_notice.case()
    assert row["Stage"] == "a notice to improve"
    assert row["Why"] == (
        "A notice to improve runs until 7 January 2027: look at the case again after it. "
        "The improvement period from 27 November 2026 to 7 January 2027 is 42 days; it should be from 3 to 6 weeks."
    )


def test_a_contract_that_is_kept_stops_the_notice(at_the_notice):
    at_the_notice.types("Cases", CASE, Contract="agreed and kept")

    at_the_notice.week()

    assert "contract is being kept" in at_the_notice.case()["Why"]


# ------------------------------------------------------------ steps tried

STEP = {
    "Pupil ID": "ALICIA",
    "Date": "2026-11-16",
    "What was done": "a home visit",
    "In words": "Her gran Zelda was there",
    "Outcome": "some change",
    "Initials": "AO",
}


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


def test_staff_open_a_case_by_writing_down_a_step(story):
    story.given_absences(ILL, dt.date(2026, 9, 7), 1)
    story.week()
    story.cases.adds_a_row("Steps tried", STEP)

    story.week()

    assert "Letters begin at 10%" in story.case()["Why"]


# ------------------------------------------------------------ notices

NOTICE = {"Pupil ID": "ALICIA", "Contact ID": "MUM", "Issued on": "2026-11-19", "Initials": "AO"}


def test_a_notice_says_which_it_is_and_what_the_next_would_be(truant):
    truant.cases.adds_a_row("Notices", NOTICE)

    truant.week()

    row = truant.row("Notices", **{"Contact ID": "MUM"})
    assert (row["Parent"], row["Which"], row["Amount"]) == ("MUM, Pat", "first", "£160, £80 if paid early")
    assert row["The next one"].startswith("It would be the second notice in 3 years")
    assert truant.decision("MUM")["Next notice"].startswith("It would be the second notice")
    assert truant.decision("DAD")["Next notice"].startswith("It would be the first notice")


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Pupil ID": "NOBODY"}, "No pupil with this Pupil ID"),
        ({"Contact ID": "NOBODY"}, "No parent of this pupil has this Contact ID"),
        ({"Issued on": "2026-11-21"}, "'Issued on' lies in the future"),
        ({"Issued on": ""}, "Type the day on which the notice was issued"),
        ({"Issued on": "2026-11-02"}, "The national threshold was not met by 2 November 2026"),
        ({"Issued on": "2024-08-18"}, "Notices before 19 August 2024 do not count"),
        ({"Issued on": "soon"}, "'Issued on' is not a date"),
        ({"Withdrawn on": "2026-11-18"}, "A notice can't be withdrawn before"),
        ({"Withdrawn on": "2026-11-23"}, "'Withdrawn on' lies in the future"),
        ({"Initials": ""}, "Type your initials"),
    ],
)
def test_a_notice_that_can_not_be_is_refused(truant, cells, says):
    truant.cases.adds_a_row("Notices", NOTICE | cells)

    truant.week()

    (row,) = truant.cases.sees("Notices")
    assert row["Firstbell says"].startswith(says)
    assert truant.entries("notice.recorded") == ()


def with_two_notices(story):
    """T59: this parent had notices on 14 October 2024 and 3 March 2026."""
    for day in ("2024-10-14", "2026-03-03"):
        story.cases.adds_a_row("Notices", NOTICE | {"Issued on": day})
        story.week()


def test_a_third_notice_in_three_years_is_refused_and_another_tool_shown(truant):
    with_two_notices(truant)
    truant.cases.adds_a_row("Notices", NOTICE)
    truant.types("Notice decisions", MUM, Decision="refer to the LA", Why="again", Initials="AO")

    truant.week()

    assert [row["Which"] for row in truant.cases.sees("Notices") if "Which" in row] == ["first", "second"]
    assert truant.row("Notices", **{"Issued on": "2026-03-03"})["Amount"] == "£160"
    third = truant.row("Notices", **{"Issued on": "2026-11-19"})
    assert "no further one is allowed" in third["Firstbell says"]
    decision = truant.decision("MUM")
    assert decision["State"] == "no notice allowed"
    assert "consider another tool" in decision["Next notice"]
    assert "as may be issued" in decision["Firstbell says"]


def test_a_withdrawn_notice_does_not_count(truant):
    """T60: the first of the two was withdrawn, so that the next would be the second."""
    with_two_notices(truant)
    key = next(e.facts["row"] for e in truant.entries("notice.recorded") if e.facts["issued_on"] == "2024-10-14")

    truant.types("Notices", key, Withdrawn_on="2024-11-01")
    truant.week()

    assert truant.row("Notices", **{"Issued on": "2024-10-14"})["Which"] == "withdrawn"
    next_one = truant.decision("MUM")["Next notice"]
    assert next_one.startswith("It would be the second notice in 3 years")
    assert "£160 within 28 days, with nothing off" in next_one


def test_a_notice_typed_late_may_not_make_a_later_one_the_third(truant):
    with_two_notices(truant)

    truant.cases.adds_a_row("Notices", NOTICE | {"Issued on": "2025-05-01"})
    truant.week()

    assert "no further one is allowed" in truant.row("Notices", **{"Issued on": "2025-05-01"})["Firstbell says"]


def test_a_line_that_was_a_mistake_counts_for_nothing_once_its_date_is_cleared(truant):
    truant.cases.adds_a_row("Notices", NOTICE)
    truant.week()
    key = truant.entries("notice.recorded")[0].facts["row"]

    truant.types("Notices", key, Issued_on="")
    truant.week()

    assert truant.row("Notices", **{"Contact ID": "MUM"})["Which"] == "none"
    assert truant.decision("MUM")["Next notice"].startswith("It would be the first notice")


# ------------------------------------------------------------ decisions


def test_two_parents_are_two_decisions_and_two_children_four(story):
    """T61: one line for each parent and each child."""
    story.given_a_pupil("BEN", forename="Ben")
    for contact_id in ("MUM", "DAD"):
        story.given_a_contact(contact_id, "BEN")
    for pupil_id in ("ALICIA", "BEN"):
        story.given_absences(UNAUTHORISED, dt.date(2026, 11, 2), 5, pupil_id)

    story.week()

    rows = story.cases.sees("Notice decisions")
    assert {(row["Pupil ID"], row["Contact ID"]) for row in rows} == {
        (pupil, parent) for pupil in ("ALICIA", "BEN") for parent in ("MUM", "DAD")
    }
    assert {row["State"] for row in rows} == {"to decide"}


def test_a_decision_is_recorded_with_who_and_when_and_not_its_words(truant):
    truant.types("Notice decisions", MUM, Decision="waive", Why="Zelda is ill at home", Initials="DS")

    truant.week()

    row = truant.decision("MUM")
    assert (row["State"], row["Decided so far"]) == ("waive", "20 November 2026, DS: waive")
    assert row["Firstbell says"] == "Recorded: waive. Firstbell issues and sends nothing."
    assert truant.decision("DAD")["State"] == "to decide"
    (entry,) = truant.entries("notice.decided")
    assert (entry.pupil_id, entry.actor) == ("ALICIA", "DS")
    assert entry.facts == {
        "parent": "MUM",
        "decision": "waive",
        "met_on": "2026-11-06",
        "notice": "first",
        "provisional": "no",
    }


def test_every_decision_stays_in_the_log(truant):
    for decision in ("support first", "refer to the LA"):
        truant.types("Notice decisions", MUM, Decision=decision, Why="as agreed", Initials="DS")
        truant.week()

    log = truant.decision("MUM")["Decided so far"]
    assert log == "20 November 2026, DS: support first\n20 November 2026, DS: refer to the LA"


def test_each_consideration_is_known_or_to_be_found_out(truant):
    weighed = truant.decision("MUM")["To weigh"].splitlines()

    assert weighed == [
        "Not known: whether support would help, and was tried. A person must find out.",
        "No bar: the pupil is of compulsory school age.",
        "No bar: none of the absence that counts was authorised.",
        "No bar: another notice for this child is within the limit.",
        "No bar: the child is not in the care of the local authority.",
    ]


def test_a_decision_needs_a_reason(truant):
    truant.types("Notice decisions", MUM, Decision="waive", Initials="DS")

    truant.week()

    assert truant.decision("MUM")["Firstbell says"].startswith("Say why")
    assert truant.entries("notice.decided") == ()


def test_nobody_is_referred_while_an_n_is_counted():
    """T40: the threshold is met provisionally."""
    story = CaseStory()
    story.given_absences(UNAUTHORISED, dt.date(2026, 11, 2), 5)
    story.given_absences(N, dt.date(2026, 11, 6), 1)
    story.week()
    assert story.decision("MUM")["State"] == "provisional"
    assert "may yet be explained (N)" in story.decision("MUM")["Threshold"]

    story.types("Notice decisions", MUM, Decision="refer to the LA", Why="the tenth session", Initials="DS")
    story.week()

    assert story.decision("MUM")["Firstbell says"].startswith("An N is among the sessions")
    assert story.entries("notice.decided") == ()


def test_a_child_in_care_and_a_contact_of_unknown_responsibility_are_not_referred():
    story = CaseStory()
    story.given_a_pupil("CARA", forename="Cara", flags=PupilFlags(looked_after=True))
    story.given_a_contact("AUNT", "ALICIA", parental_responsibility=None)
    story.given_a_contact("CARER", "CARA")
    story.given_a_contact("WORKER", "CARA", parental_responsibility=False)
    for pupil_id in ("ALICIA", "CARA"):
        story.given_absences(UNAUTHORISED, dt.date(2026, 11, 2), 5, pupil_id)
    story.week()
    for key in ("ALICIA|AUNT", "CARA|CARER"):
        story.types("Notice decisions", key, Decision="refer to the LA", Why="the tenth session", Initials="DS")

    story.week()

    assert "mend the record first" in story.decision("AUNT")["Firstbell says"]
    assert "which would fine itself" in story.decision("CARER")["Firstbell says"]
    assert "WORKER" not in {row["Contact ID"] for row in story.cases.sees("Notice decisions")}


def test_a_threshold_that_holds_no_more_is_undone_and_stops_every_step(at_the_notice):
    story = at_the_notice
    story.types("Notice decisions", MUM, Decision="refer to the LA", Why="the tenth session", Initials="DS")
    story.week()
    for day in (dt.date(2026, 11, 4), dt.date(2026, 11, 5)):
        for session in both_sessions(day):
            story.codes["ALICIA", session] = ILL
    story.week()

    row = story.decision("MUM")
    assert row["State"] == "undone: stop"
    assert "met provisionally on 6 November 2026 and is no longer" in row["Threshold"]
    assert row["Decided so far"].endswith("DS: refer to the LA")
    assert story.case()["State"] != "draft"
    assert [len(story.entries(kind)) for kind in ("threshold.met", "threshold.undone")] == [1, 1]

    story.types("Notice decisions", DAD, Decision="refer to the LA", Why="the tenth session", Initials="DS")
    story.types("Cases", CASE, Decision="approve, checked", Draft_read=last_draft(story))
    story.week()
    assert "is no longer" in story.decision("DAD")["Firstbell says"]
    assert story.case()["Firstbell says"].startswith("This letter is not due any more")
    assert len(story.entries("notice.decided")) == 1


def last_draft(story):
    return story.entries("paper.proposed")[-1].facts["draft"]


def test_a_threshold_met_again_on_a_later_day_is_to_be_decided_anew(truant):
    truant.types("Notice decisions", MUM, Decision="refer to the LA", Why="the tenth session", Initials="DS")
    truant.week()
    for code, *days in ((ILL, 3, 4), (UNAUTHORISED, 20)):
        for session in (session for day in days for session in both_sessions(dt.date(2026, 11, day))):
            truant.codes["ALICIA", session] = code

    truant.week()

    row = truant.decision("MUM")
    assert row["State"] == "to decide"
    assert "marks have changed, and it was met on 20 November 2026" in row["Threshold"]
    assert [entry.facts["met_on"] for entry in truant.entries("threshold.met")] == ["2026-11-06", "2026-11-20"]
    truant.types("Notice decisions", MUM, Why="ten again")
    truant.week()
    assert truant.decision("MUM")["State"] == "refer to the LA"


# ------------------------------------------------------------ privacy, and the job of its own


def test_no_name_and_no_free_word_reaches_the_ledger_or_a_file_name(truant):
    truant.cases.adds_a_row("Steps tried", STEP)
    truant.cases.adds_a_row("Notices", NOTICE)
    truant.types("Notice decisions", MUM, Decision="waive", Why="Zelda is ill at home", Initials="DS")
    truant.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    truant.week()

    kinds = {entry.kind for entry in truant.store.ledger.entries()}
    assert kinds >= {"step.tried", "notice.recorded", "notice.decided", "paper.approved", "threshold.met"}
    told = " ".join(value for entry in truant.store.ledger.entries() for value in entry.facts.values())
    named = " ".join(map(str, truant.office.folders.documents))
    assert not any(word in told + named for word in ("Alicia", "Example", "Pat", "Zelda", "ill at home"))


def test_a_letter_to_the_family_holds_no_free_word(at_the_notice):
    at_the_notice.cases.adds_a_row("Steps tried", STEP)

    at_the_notice.week()

    letter = at_the_notice.letter("notice_to_improve_draft")
    assert "<li>a home visit, 16 November 2026</li>" in letter
    assert "Zelda" not in letter


def test_cases_can_be_taken_in_without_waiting_for_the_weekly_job(absent):
    absent.types("Cases", CASE, Decision="approve", Draft_read="1", Initials="AO")

    cases(absent.office)

    assert absent.case()["State"] == "approved"


def test_while_somebody_has_the_workbook_open_the_week_goes_on_and_says_so(absent):
    absent.cases.opens_it()

    report = absent.week()

    assert any("Attendance cases workbook could not be brought up to date: close" in need for need in report.needs)
    assert absent.attendance.sees("Watch list")


def test_a_row_somebody_deleted_comes_back_with_what_was_typed(absent):
    absent.types("Cases", CASE, Meeting="held", Initials="AO")
    absent.week()
    absent.cases.deletes_a_row("Cases", CASE)

    absent.week()

    assert (absent.case()["Meeting"], absent.case()["Initials"]) == ("held", "AO")
