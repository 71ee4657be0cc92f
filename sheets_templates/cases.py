"""The Attendance cases workbook: for the few people named in the settings, who follow each case step by step."""

from sheets_templates import Column, Highlight, Kind, SheetLayout, Tone, WorkbookLayout
from sheets_templates.columns import FORM, INITIALS, PUPIL, SAYS, YEAR, people

APPROVE, APPROVE_CONTENTS = "approve", "approve, checked"
MEETINGS = ("held", "declined")
CONTRACTS = ("not agreed", "agreed and kept", "agreed and not kept")
# They stand in letters to the family, so they say what was done and nothing about anybody.
STEPS = (
    "a telephone call home",
    "a meeting with the family",
    "a home visit",
    "a key adult in school",
    "a change of timetable",
    "help with travel",
    "the school nurse",
    "early help",
    "another service",
)
OUTCOMES = ("it helped", "some change", "no change", "not taken up", "too early to tell")
REFER, WAIVE, SUPPORT = "refer to the LA", "waive", "support first"

PUPIL_ID = Column(
    "Pupil ID", "The pupil's id in the MIS. In a row of your own, type this and Firstbell adds the name.", 11
)
TYPED_PUPIL_ID = Column(PUPIL_ID.header, PUPIL_ID.note, PUPIL_ID.width, is_typed_in_new_rows=True)

CASES = SheetLayout(
    "Cases",
    "Cases of absence, step by step",
    "One line for each pupil with a case. Firstbell drafts the next letter; a person reads, approves, hands it over.",
    (
        PUPIL_ID,
        PUPIL,
        FORM,
        Column("Stage", "The last step that was taken this school year.", 15),
        Column("Why", "The figures and what follows from them; the first and last day of a notice to improve.", 46),
        Column("Tried so far", "Letters given and steps tried this school year.", 36, is_restricted=True),
        Column("Draft", "The number of the draft that waits for you; it stands on the draft too.", 7),
        Column("Document", "The letter, in the folder of the same number.", 28),
        Column(
            "State",
            "draft: read it. approved: hand it over. Anything else: no letter is due.",
            12,
            highlights=(
                Highlight(("draft",), Tone.CAUTION),
                Highlight(("approved",), Tone.DONE),
                Highlight(("not drafted", "not set up"), Tone.ALARM),
            ),
        ),
        people("Meeting", "held: the family came. declined: they did not want to.", 10, MEETINGS),
        people("Contract", "How the attendance contract stands; it is voluntary.", 20, CONTRACTS, restricted=True),
        people(
            "Decision",
            "approve: the letter may be handed over. approve, checked: also, the notice to improve holds all it must.",
            17,
            (APPROVE, APPROVE_CONTENTS),
        ),
        people("Draft read", "The number of the draft you have read. Only that one is approved.", 9),
        INITIALS,
        SAYS,
    ),
    "No pupil has a case.",
)

STEPS_TRIED = SheetLayout(
    "Steps tried",
    "What was tried",
    "Type a line for each step. What was done and when is named in later letters; your own words never are.",
    (
        TYPED_PUPIL_ID,
        PUPIL,
        people("Date", "The day it was done.", 13, kind=Kind.DATE),
        people("What was done", "The kind of step. It is named in later letters to the family.", 26, STEPS),
        people("In words", "For colleagues only, as short as will do.", 40, restricted=True),
        people("Outcome", "What came of it, so far.", 18, OUTCOMES, restricted=True),
        INITIALS,
        SAYS,
    ),
    "Nothing has been written down yet.",
    people_add_rows=True,
)

NOTICES = SheetLayout(
    "Notices",
    "Penalty notices issued",
    "Type a line for each notice one parent had for one child, from any school. Two in three years, and no third.",
    (
        TYPED_PUPIL_ID,
        PUPIL,
        Column(
            "Contact ID", "The parent's id in the MIS; copy it from Notice decisions.", 12, is_typed_in_new_rows=True
        ),
        Column("Parent", "The parent who had the notice.", 22, is_restricted=True),
        people("Issued on", "The day it was issued. Clear it if the line was a mistake.", 13, kind=Kind.DATE),
        people("Withdrawn on", "The day it was withdrawn; then it does not count.", 13, kind=Kind.DATE),
        Column("Which", "Which notice in three years it was for this parent and child.", 12),
        Column("Amount", "What it came to, in pounds; less if paid early.", 24),
        Column("The next one", "What another notice today would be.", 46),
        INITIALS,
        SAYS,
    ),
    "No notice has been written down.",
    people_add_rows=True,
)

NOTICE_DECISIONS = SheetLayout(
    "Notice decisions",
    "Penalty notices to decide",
    "One line for each parent and child where the national threshold is met. Firstbell issues nothing: people decide.",
    (
        PUPIL_ID,
        PUPIL,
        YEAR,
        Column("Contact ID", "The parent's id in the MIS.", 12),
        Column(
            "Parent",
            "The parent whom the decision is about, and their relationship to the pupil.",
            22,
            is_restricted=True,
        ),
        Column(
            "State",
            "to decide, provisional (an N is counted), no notice allowed, undone (stop), or what was decided.",
            17,
            highlights=(
                Highlight(("to decide", "undone: stop"), Tone.ALARM),
                Highlight(("provisional", "no notice allowed"), Tone.CAUTION),
                Highlight((REFER, WAIVE, SUPPORT), Tone.DONE),
            ),
        ),
        Column("Threshold", "The sessions that count, and what has changed since it was first met.", 46),
        Column(
            "To weigh",
            "What speaks against a notice, and what is not known. Find out what is not.",
            46,
            is_restricted=True,
        ),
        Column("Next notice", "Which notice it would be, and what it would come to.", 36),
        people(
            "Decision",
            "refer: ask the local authority. waive: no notice. support first: help before anything else.",
            16,
            (REFER, WAIVE, SUPPORT),
        ),
        people("Why", "Your reason, in a sentence. It stays in this workbook.", 30, restricted=True),
        INITIALS,
        Column("Decided so far", "Every decision, when and by whom.", 30),
        SAYS,
    ),
    "The national threshold is not met by any pupil.",
)

CASES_WORKBOOK = WorkbookLayout(
    "Attendance cases",
    "Only the people named in the settings as letters.readers",
    (CASES, STEPS_TRIED, NOTICES, NOTICE_DECISIONS),
)
