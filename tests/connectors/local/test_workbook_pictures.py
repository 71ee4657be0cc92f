"""The workbooks as people see them on paper: LibreOffice turns them into pages, and the pages are read."""

import datetime as dt
import shutil
import subprocess
from decimal import Decimal

import pytest

from connectors.local.workbook import LocalWorkbook
from firstbell.records import SheetRows
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.attendance.watch import WEEKDAYS
from sheets_templates.cases import CASES_WORKBOOK
from sheets_templates.safeguarding import SAFEGUARDING

TO_TEXT = shutil.which("pdftotext")
pytestmark = pytest.mark.skipif(not TO_TEXT, reason="pdftotext is not installed")

AM = "Mon 23 Nov 2026 AM"
ANNA = {"Pupil": "Testy-Oneby, Anna-Maria", "Year": "7", "Form": "7 Birch", "Session": AM}
BASIL = {"Pupil": "Fakename, Basil", "Year": "11", "Form": "11RX", "Session": AM}
CLEO = {"Pupil": "O'Pretend, Cleo", "Year": "9", "Form": "9T", "Session": AM}
ATTENDANCE_ROWS = {
    "Summary": [
        {"What": "Away", "Number": 93, "Of": 1264, "What to do": "See Today."},
        {"What": "Absences with no reason yet", "Number": 21, "Of": 93, "What to do": "Messages wait in Queue."},
        {"What": "Families to ring", "Number": 6, "Of": 21, "What to do": "Ring from the top of Phone list."},
        {"What": "Registers not taken", "Number": 2, "Of": 44, "What to do": "See Registers to chase."},
        {"What": "N to settle by Friday", "Number": 9, "What to do": "Record a code in Unexplained (N)."},
    ],
    "Today": [
        ANNA | {"Code": "N", "What it means": "Absent, no reason given yet", "Message": "sent",
                "Reason given": "=SUM(1,1) is what she wrote", "Initials": "PT"},
        BASIL | {"Code": "M", "What it means": "Absent", "Message": "did not arrive"},
        CLEO | {"Code": "/", "What it means": "Present (am)", "Message": "told: in school after all",
                "Firstbell says": "Not taken in: code B needs the activity named. Type it in Reason given."},
    ],
    "Queue": [
        ANNA | {"What": "Not in school this morning", "To": "mother, email", "State": "going", "Leaves at": "09:55",
                "Why": "No reason yet; nobody has stopped it."},
        BASIL | {"What": "Not in school this morning", "To": "nobody", "State": "blocked", "Leaves at": "",
                 "Why": "The pupil is 18: automatic messages are not sent about adults."},
        CLEO | {"What": "In school after all", "To": "father, by text", "State": "sent", "Leaves at": "10:05",
                "Why": "Marked late at 09:52, after the first message.", "Decision": "stop", "Initials": "PT"},
    ],
    "Phone list": [
        ANNA | {"Rank": 1, "Why by phone": "Child protection plan; the message bounced.",
                "Whom to call": "Ms Oneby, mother", "Phone": "07700 900123", "Outcome": "spoke to parent"},
        CLEO | {"Rank": 2, "Why by phone": "No address on file.", "Whom to call": "Mr O'Pretend, father",
                "Phone": "+44 1632 960001"},
    ],
    "Registers to chase": [
        {"Session": AM, "Register": "9T", "Teacher": "Ms A Madeup", "In the room": "Mr C Cover", "Reminders sent": 2,
         "Last reminder": "09:40", "State": "not taken"},
        {"Session": AM, "Register": "7 Birch", "Teacher": "Mr B Invented", "In the room": "Mr B Invented",
         "Reminders sent": 1, "Last reminder": "09:25", "State": "taken"},
    ],
    "Unexplained (N)": [
        ANNA | {"Date": dt.date(2026, 11, 17), "School days open": 4, "Settle by": dt.date(2026, 11, 24),
                "State": "last day", "Attempts": 3},
        BASIL | {"Date": dt.date(2026, 11, 13), "School days open": 6, "Settle by": dt.date(2026, 11, 20),
                 "State": "overdue", "Attempts": 5},
    ],
    "Watch list": [
        {k: v for k, v in BASIL.items() if k != "Session"}
        | {"Rank": 1, "Attendance": Decimal("48.9"), "Sessions missed": 45, "Of possible": 88, "Spells": 6,
           "Band": "severe", "What it means": "45 of 88 sessions missed, in 6 spells; half or more is severe absence.",
           "Looking ahead": "138 sessions in a row would have to be attended to leave severe and persistent absence.",
           "Unauthorised in 10 weeks": 12, "Penalty notice threshold": "Met on 11 November 2026 (10 of 10 sessions).",
           "Missed this week": 6, "Owed action": "Meet Ms Oneby with the school nurse", "Owner": "PT",
           "By": dt.date(2026, 11, 30), "Firstbell says": "Taken in."},
        {k: v for k, v in ANNA.items() if k != "Session"}
        | {"Rank": 2, "Attendance": Decimal("89.8"), "Sessions missed": 9, "Of possible": 88, "Spells": 4,
           "Band": "persistent", "What it means": "9 of 88 sessions missed, in 4 spells.",
           "Looking ahead": "2 sessions attended bring it back under a tenth.", "Unauthorised in 10 weeks": 0,
           "Penalty notice threshold": "10 sessions away.", "Missed this week": 2},
        {k: v for k, v in CLEO.items() if k != "Session"}
        | {"Rank": 3, "Attendance": Decimal(92), "Sessions missed": 7, "Of possible": 88, "Spells": 7,
           "Band": "at risk", "What it means": "7 of 88 sessions missed, in 7 spells.",
           "Looking ahead": "2 more missed by 11 December 2026 make it persistent absence.",
           "Unauthorised in 10 weeks": 3, "Penalty notice threshold": "7 sessions away.", "Missed this week": 1},
    ],
    "Punctuality": [
        {"Pupil": "O'Pretend, Cleo", "Year": "9", "Form": "9T", "Late before close": 11, "Late after close": 2,
         "Minutes late": 212, "On time": Decimal("84.0"),
         "What it means": "Late for 13 of 81 sessions, 212 minutes in all; 2 of them count as absent."},
    ],
    "Patterns": [
        {"Pupil": "Fakename, Basil", "Year": "11", "Form": "11RX", "Pattern": "Friday afternoons", "Missed": 7, "Of": 9,
         "Usual": "2 of 9", "Chance": "once in 1,400", "What it means": "7 of 9 Friday afternoons missed.",
         "Asked about": "Works at the market on Fridays", "Initials": "PT", "Firstbell says": "Taken in."},
    ],
    "Trends": [
        {"Week": f"w/c {dt.date(2026, 9, 7) + dt.timedelta(weeks=week):%d %b %Y}", "Attendance": Decimal(tenths) / 10,
         "Persistent": Decimal(150 + 3 * week) / 10, "Unexplained": week}
        for week, tenths in enumerate((952, 948, 941, 944, 936, 929, 931, 925, 938, 933, 927))
    ],
    "Weekdays": [
        {"Year": f"Year {year}"} | {day: Decimal(960 - 11 * (year - 7) - 9 * abs(2 - place)) / 10
                                    for place, day in enumerate(WEEKDAYS)}
        for year in range(7, 12)
    ],
    "Cohorts": [
        {"Group": "Whole school", "Pupils": 1264, "Attendance": Decimal("93.1"), "Persistent absence": Decimal("18.2"),
         "Severe absence": Decimal("1.9"), "Compared with school": "the whole school"},
        {"Group": "Pupil premium", "Pupils": 311, "Attendance": Decimal("89.4"), "Persistent absence": Decimal("31.8"),
         "Severe absence": Decimal("4.2"), "Compared with school": "3.7 percentage points lower"},
        {"Group": "Education, health and care plan", "Pupils": 41, "Attendance": Decimal("86.0"),
         "Persistent absence": Decimal("39.0"), "Severe absence": Decimal("7.3"),
         "Compared with school": "7.1 percentage points lower"},
        {"Group": "Looked after", "Pupils": "fewer than 6", "Compared with school": "not shown: too few pupils"},
    ],
    "LA returns": [
        {"Return": "Sickness of 15 days", "Pupil": "Testy-Oneby, Anna-Maria", "Year": "7", "Form": "7 Birch",
         "Why": "Code I for 15 school days in a row, from 2 November 2026.", "Due": dt.date(2026, 11, 27),
         "Last day to act": dt.date(2026, 11, 26), "State": "proposed"},
        {"Return": "Irregular attendance", "Pupil": "Fakename, Basil", "Year": "11", "Form": "11RX",
         "Why": "45 of 88 sessions missed.", "Due": dt.date(2026, 11, 20), "Last day to act": dt.date(2026, 11, 19),
         "State": "sent", "Decision": "approve", "Sent on": dt.date(2026, 11, 19), "Initials": "PT",
         "Firstbell says": "Taken in: sent on 19 November 2026."},
    ],
    "Changes": [
        ANNA | {"Seen": "23 Nov 2026 09:45", "Date": dt.date(2026, 11, 20), "From": "N", "To": "I",
                "Reason": "parent rang", "Changed by": "MIS", "Role": "not given by the MIS"},
    ],
    "Contact log": [
        {"When": "23 Nov 2026 09:55", "Pupil": "Testy-Oneby, Anna-Maria", "About": AM,
         "What happened": "Email sent to mother; no answer yet. Told once, as the household has one address.",
         "Who": "Firstbell"},
    ],
    "Health": [
        {"Rank": 1, "About": "Fakename, Basil", "Year": "11", "Form": "11RX",
         "What is wrong": "Fewer than two emergency contacts; the only one has a landline as a mobile.",
         "What to do": "Ask the family, and put it right in the MIS."},
    ],
    "Codes and rules": [
        {"Code": "#", "Meaning": "Planned whole school closure", "Counts as": "not a possible attendance",
         "In force from": dt.date(2024, 8, 19), "Where it stands": "SI 2024/208, regulation 10"},
    ],
}  # fmt: skip
SAFEGUARDING_ROWS = {
    "Alerts": [
        ANNA | {"Case": "C-0041", "Why urgent": "Child protection plan; no contact by 10:15", "Raised at": "10:15",
                "Tell also": "social worker", "State": "not acknowledged"},
    ],
    "Vulnerable pupils": [
        ANNA | {"Pupil ID": "P0001", "Why": "child protection plan", "Hold messages until": dt.date(2026, 12, 4),
                "Hold owner": "DS"},
    ],
    "Non-contact": [
        ANNA | {"Pupil ID": "P0001", "Contact": "Mr X Invented", "Relationship": "father", "Source": "court order"},
    ],
    "Told outside agencies": [
        ANNA | {"Pupil ID": "P0001", "Agency": "social worker", "Told at": "23/11/2026 10:20", "Told by": "DS"},
    ],
}  # fmt: skip
CASES_ROWS = {
    "Cases": [
        BASIL | {"Pupil ID": "P0002", "Stage": "a letter with an offer of help",
                 "Why": "Missed 45 of 88 possible sessions (51.1%), 24 unauthorised. The next step is an invitation to "
                        "meet. Tried so far: a letter with an offer of help, 5 October 2026. A named person decides.",
                 "Tried so far": "a letter with an offer of help, 5 October 2026\na home visit, 12 October 2026",
                 "Draft": "2", "Document": "CASE-7F3K9QABCD-attendance_contract_offer.html", "State": "draft",
                 "Meeting": "declined", "Contract": "agreed and not kept", "Decision": "approve, checked",
                 "Draft read": "1", "Initials": "PT",
                 "Firstbell says": "Draft 1 is not the one that waits: read draft 2, and type its number."},
    ],
    "Steps tried": [
        {"Pupil ID": "P0002", "Pupil": "Fakename, Basil", "Date": dt.date(2026, 10, 12),
         "What was done": "a home visit", "In words": "Nobody in; a card left", "Outcome": "too early to tell",
         "Initials": "PT",
         "Firstbell says": "Noted. It counts as tried in this pupil's case."},
    ],
    "Notices": [
        {"Pupil ID": "P0002", "Pupil": "Fakename, Basil", "Contact ID": "C0012", "Parent": "Fakename, Boris",
         "Issued on": dt.date(2026, 3, 3), "Which": "first", "Amount": "£160, £80 if paid early",
         "The next one": "It would be the second notice in 3 years to this parent for this child.", "Initials": "PT"},
    ],
    "Notice decisions": [
        {"Pupil ID": "P0002", "Pupil": "Fakename, Basil", "Year": "11", "Contact ID": "C0012",
         "Parent": "Fakename, Boris\nFather", "State": "no notice allowed",
         "Threshold": "10 sessions marked G, N, O or U: the national threshold was met on 11 November 2026.",
         "To weigh": "Not known: whether support would help, and was tried. A person must find out.",
         "Decision": "refer to the LA",
         "Why": "Support changed nothing", "Initials": "PT", "Decided so far": "20 November 2026, PT: refer to the LA"},
    ],
}  # fmt: skip


def drawn(path, layout, rows):
    headers = {sheet.name: {column.header for column in sheet.columns} for sheet in layout.sheets}
    sheets = [
        SheetRows(name, {f"{n}": {k: v for k, v in row.items() if k in headers[name]} for n, row in enumerate(lines)})
        for name, lines in rows.items()
    ]
    workbook = LocalWorkbook(path)
    for _ in range(2):
        workbook.draw(layout, sheets, as_at="09:45 on Monday 23 November 2026")


def pages(printed):
    """The text of each page that was printed."""
    text = subprocess.run([TO_TEXT, "-layout", str(printed), "-"], check=True, capture_output=True)
    return text.stdout.decode("utf-8").split("\f")[:-1]


@pytest.mark.parametrize(
    ("layout", "rows"),
    [(ATTENDANCE, ATTENDANCE_ROWS), (SAFEGUARDING, SAFEGUARDING_ROWS), (CASES_WORKBOOK, CASES_ROWS)],
)
def test_every_sheet_prints_on_a_page_with_every_word_to_be_read(layout, rows, tmp_path, office):
    path = tmp_path / f"{layout.name}.xlsx"
    drawn(path, layout, rows)

    printed = pages(office(path, "pdf", tmp_path))

    assert not [page for page in printed if "###" in page], "a column is too narrow for its number or date"
    assert [sheet.title for sheet, page in zip(layout.sheets, printed, strict=True) if sheet.title not in page] == []
    assert "Firstbell key" not in "".join(printed)
