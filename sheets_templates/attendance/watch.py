"""The sheets of a week: who is missing school and how much, what is odd about it, where it is going, what is owed."""

from sheets_templates import Chart, ChartKind, Column, Highlight, Kind, SheetLayout, Tone
from sheets_templates.columns import FORM, INITIALS, PUPIL, PUPIL_ID, SAYS, YEAR, people

RETURN_DECISIONS = ("approve", "decline")
YES_OR_NO = ("yes", "no")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

WEEK_OR_GROUP_ATTENDANCE = "Sessions attended, out of those that were possible."

WATCH_LIST = SheetLayout(
    "Watch list",
    "Pupils whose attendance needs somebody",
    "The most urgent first, this school year. Say what is owed, whose it is and by when; next week shows what is open.",
    (
        Column("Rank", "Look at 1 first.", 7, kind=Kind.WHOLE_NUMBER),
        PUPIL,
        YEAR,
        FORM,
        Column("Attendance", "Sessions attended, out of the pupil's own possible sessions.", 12, kind=Kind.PERCENT),
        Column("Sessions missed", "Sessions missed this school year, for whatever reason.", 10, kind=Kind.WHOLE_NUMBER),
        Column("Of possible", "The pupil's own possible sessions so far.", 10, kind=Kind.WHOLE_NUMBER),
        Column(
            "Spells",
            "How many separate runs of missed sessions; weekends and holidays do not break a run.",
            8,
            kind=Kind.WHOLE_NUMBER,
        ),
        Column(
            "Band",
            "on track, at risk, persistent (a tenth or more missed) or severe (half or more missed).",
            12,
            highlights=(
                Highlight(("severe", "persistent"), Tone.ALARM),
                Highlight(("at risk",), Tone.CAUTION),
                Highlight(("on track",), Tone.DONE),
            ),
        ),
        Column("What it means", "The figures in a sentence.", 34),
        Column("Looking ahead", "What happens if it goes on like this, and what it takes to recover.", 34),
        Column(
            "Unauthorised in 10 weeks",
            "Unauthorised sessions in the last ten school weeks, which is what the national threshold counts.",
            15,
            kind=Kind.WHOLE_NUMBER,
        ),
        Column("Penalty notice threshold", "How far away it is. Nothing is issued by itself.", 34),
        Column("Missed this week", "Sessions missed this week.", 9, kind=Kind.WHOLE_NUMBER),
        people("Owed action", "What is to be done next for this pupil.", 24, restricted=True),
        people("Owner", "The initials of whoever does it. Nothing typed in this row is taken in without them.", 9),
        people("By", "The day by which it is to be done.", 13, kind=Kind.DATE),
        SAYS,
    ),
    "No pupil's attendance needs somebody.",
)

PUNCTUALITY = SheetLayout(
    "Punctuality",
    "Pupils who come late",
    "Who comes late, before and after the register closes, and how much of the day is lost by it.",
    (
        PUPIL,
        YEAR,
        FORM,
        Column("Late before close", "Sessions with L: late, and counted as present.", 11, kind=Kind.WHOLE_NUMBER),
        Column("Late after close", "Sessions with U: late, and counted as absent.", 11, kind=Kind.WHOLE_NUMBER),
        Column("Minutes late", "All minutes together, where the MIS gives them.", 10, kind=Kind.WHOLE_NUMBER),
        Column("On time", "Sessions the pupil was on time for, out of those attended.", 10, kind=Kind.PERCENT),
        Column("What it means", "The figures in a sentence.", 56),
    ),
    "Nobody has come late.",
)

PATTERNS = SheetLayout(
    "Patterns",
    "Absences that fall oddly",
    "More of one weekday, half day or week than chance explains. A pattern is a question to ask, and no answer.",
    (
        PUPIL,
        YEAR,
        FORM,
        Column("Pattern", "Where the absences fall.", 24),
        Column("Missed", "Sessions missed there.", 9, kind=Kind.WHOLE_NUMBER),
        Column("Of", "Possible sessions there.", 8, kind=Kind.WHOLE_NUMBER),
        Column("Usual", "What would be missed there if the pupil's absences fell evenly.", 14),
        Column("Chance", "How often absences that fall by chance would look like this.", 16),
        Column("What it means", "The figures in a sentence.", 40),
        people("Asked about", "What came of asking the pupil or the family, in a sentence.", 28, restricted=True),
        INITIALS,
        SAYS,
    ),
    "No pupil's absences fall more oddly than chance explains.",
)

TRENDS = SheetLayout(
    "Trends",
    "The school year so far, week by week",
    "Attendance of the whole school in each week, with persistent absence and what is unexplained at its end.",
    (
        Column("Week", "The Monday on which the week begins.", 16),
        Column("Attendance", WEEK_OR_GROUP_ATTENDANCE, 12, kind=Kind.PERCENT),
        Column(
            "Persistent",
            "Pupils who by the end of the week had missed a tenth or more of their sessions.",
            12,
            kind=Kind.PERCENT,
        ),
        Column("Unexplained", "Absences of the week that still have no reason.", 13, kind=Kind.WHOLE_NUMBER),
    ),
    "No week has been counted yet.",
    chart=Chart("Attendance, week by week", "Week", "Attendance", ChartKind.LINE),
)

WEEKDAYS_BY_YEAR = SheetLayout(
    "Weekdays",
    "Attendance by weekday",
    "This school year, by year group. The darker a day, the fewer came; compare a year group's days with one another.",
    (YEAR, *(Column(day, WEEK_OR_GROUP_ATTENDANCE, 13, kind=Kind.PERCENT) for day in WEEKDAYS)),
    "No week has been counted yet.",
    heat=WEEKDAYS,
)

COHORTS = SheetLayout(
    "Cohorts",
    "Groups of pupils",
    "How groups compare with the whole school. Of a group of fewer than six no figure is shown.",
    (
        Column("Group", "Who is counted.", 30),
        Column("Pupils", "How many pupils the group has.", 13, kind=Kind.WHOLE_NUMBER),
        Column("Attendance", WEEK_OR_GROUP_ATTENDANCE, 12, kind=Kind.PERCENT),
        Column("Persistent absence", "Pupils who missed a tenth or more of their sessions.", 12, kind=Kind.PERCENT),
        Column("Severe absence", "Pupils who missed half or more of their sessions.", 10, kind=Kind.PERCENT),
        Column("Compared with school", "The group's attendance beside that of the whole school.", 30),
    ),
    "No group has been counted yet.",
    chart=Chart("Attendance by group", "Group", "Attendance"),
)

LA_RETURNS = SheetLayout(
    "LA returns",
    "What the local authority must be told",
    "Firstbell proposes and drafts; it sends nothing. Approve or decline, send it yourself, and say here when it went. "
    "For a long illness type a row of your own below: pupil's id, until when, initials.",
    (
        Column("Return", "Which duty to tell the local authority it is.", 24),
        PUPIL_ID,
        PUPIL,
        YEAR,
        FORM,
        Column("Why", "What brought it about, or why it was withdrawn.", 44, is_restricted=True),
        Column("Due", "The day by which the local authority must have it.", 12, kind=Kind.DATE),
        Column("Last day to act", "The last school day before that.", 12, kind=Kind.DATE),
        Column(
            "Time left",
            "School days until the last day to act.",
            13,
            highlights=(Highlight(("overdue",), Tone.ALARM), Highlight(("today", "no school day"), Tone.CAUTION)),
        ),
        Column(
            "State",
            "proposed, approved, answered, sent, declined, or withdrawn because it is called for no more.",
            12,
            highlights=(
                Highlight(("proposed", "approved"), Tone.CAUTION),
                Highlight(("declined", "withdrawn"), Tone.QUIET),
                Highlight(("sent", "answered"), Tone.DONE),
            ),
        ),
        Column("Document", "Where the draft lies, or why there is none.", 30),
        people("Decision", "approve: it is to be sent. decline: it is not.", 11, RETURN_DECISIONS),
        people("Sent on", "The day it was sent.", 12, kind=Kind.DATE),
        people(
            "Ill or prevented?",
            "At twenty days: whether there are grounds to believe that the pupil is ill or unavoidably prevented.",
            12,
            YES_OR_NO,
            restricted=True,
        ),
        people(
            "Enquired with the LA?",
            "At twenty days: whether school and local authority have made enquiries together.",
            12,
            YES_OR_NO,
        ),
        people(
            "Ill until (expected)",
            "The last day of an illness that is expected to go on, from a doctor's note say.",
            12,
            kind=Kind.DATE,
            restricted=True,
        ),
        INITIALS,
        SAYS,
    ),
    "Nothing is owed to the local authority.",
    people_add_rows=True,
)
