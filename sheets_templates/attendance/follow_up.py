"""The sheets that outlast a morning: unexplained absences, odd codes, changes, what was done, health, and the rules."""

from sheets_templates import Column, Highlight, Kind, SheetLayout, Tone
from sheets_templates.columns import (
    CODE_TO_RECORD,
    DAY,
    FORM,
    HALF,
    INITIALS,
    PUPIL,
    REASON_GIVEN,
    SAYS,
    YEAR,
    people,
)

UNEXPLAINED = SheetLayout(
    "Unexplained (N)",
    "Absences with no reason yet",
    "Every N in the register, how long it has stood, and the day by which it must be settled.",
    (
        PUPIL,
        YEAR,
        FORM,
        DAY,
        HALF,
        Column(
            "School days open", "School days since the session, by this school's calendar.", 13, kind=Kind.WHOLE_NUMBER
        ),
        Column("Settle by", "The last day you can act: N may not stand longer.", 13, kind=Kind.DATE),
        Column(
            "State",
            "in time, last day or overdue; calendar ends: the school's calendar does not reach far enough to tell.",
            12,
            highlights=(
                Highlight(("overdue",), Tone.ALARM),
                Highlight(("last day", "calendar ends"), Tone.CAUTION),
            ),
        ),
        Column("Attempts", "How often the family has been contacted about it.", 10, kind=Kind.WHOLE_NUMBER),
        REASON_GIVEN,
        CODE_TO_RECORD,
        INITIALS,
        SAYS,
    ),
    "No absence is unexplained.",
)

CODES_TO_CHECK = SheetLayout(
    "Codes to check",
    "Marks that cannot stand, or want a second look",
    "A line for each pupil and thing that is wrong. Correct the mark in the MIS, or say here why it stands.",
    (
        PUPIL,
        YEAR,
        FORM,
        Column("Session", "The first session that it is about.", 19),
        Column(
            "Sessions",
            "How many sessions of that week; of the school year where one fact is behind them all.",
            10,
            kind=Kind.WHOLE_NUMBER,
        ),
        Column("Code", "The code in the register. Private codes are not shown.", 8, is_restricted=True),
        Column("What is wrong", "One plain sentence.", 48, is_restricted=True),
        Column("What could stand", "What the register could say instead.", 26, is_restricted=True),
        Column(
            "State",
            "refused: it counts as no mark. question: it counts, and somebody should look. answered: somebody has.",
            12,
            highlights=(
                Highlight(("refused",), Tone.ALARM),
                Highlight(("question",), Tone.CAUTION),
                Highlight(("answered",), Tone.QUIET),
            ),
        ),
        people("Answer", "Why the mark stands, or that it has been corrected.", 30, restricted=True),
        INITIALS,
        SAYS,
    ),
    "No code needs checking.",
)

CHANGES = SheetLayout(
    "Changes",
    "Marks that were changed",
    "Every amendment of a mark since the last sync: what it was, what it is, why and by whom.",
    (
        Column("Seen", "When Firstbell noticed.", 17),
        PUPIL,
        FORM,
        DAY,
        HALF,
        Column("From", "The mark before.", 8),
        Column("To", "The mark now.", 8),
        Column("Reason", "The reason for the amendment, as the MIS gives it.", 34, is_restricted=True),
        Column("Changed by", "Who changed it, as the MIS gives it.", 22),
        Column("Role", "Their role.", 18),
    ),
    "No mark has been changed.",
)

CONTACT_LOG = SheetLayout(
    "Contact log",
    "What was done, newest first",
    "Every message, call, answer and decision, from the ledger.",
    (
        Column("When", "Date and time at the school.", 17),
        PUPIL,
        Column("About", "The session or matter.", 26),
        Column("What happened", "One plain sentence.", 60),
        Column("Who", "Firstbell, or the initials of the person.", 14),
    ),
    "Nothing has been done yet.",
)

HEALTH = SheetLayout(
    "Health",
    "What is wrong and what to do",
    "Contact details, data and jobs that need mending; the most urgent first.",
    (
        Column("Rank", "Mend from 1 downwards.", 7, kind=Kind.WHOLE_NUMBER),
        Column("About", "The pupil, register, file or job.", 28),
        YEAR,
        FORM,
        Column("What is wrong", "One plain sentence.", 52),
        Column("What to do", "Who mends it, and where.", 48),
        people("Seen by", "Your initials, once you have taken it on.", 10),
        SAYS,
    ),
    "Nothing is wrong.",
)

CODES_AND_RULES = SheetLayout(
    "Codes and rules",
    "Attendance codes and the rules in force",
    "Each code and each limit Firstbell uses, from when it holds, and where it stands in law or guidance.",
    (
        Column("Code", "The code, or the short name of a rule.", 22),
        Column("Meaning", "In the words of the regulation or guidance.", 60),
        Column("Counts as", "How it is counted in the figures, or the limit itself.", 28),
        Column("In force from", "The first day it holds.", 14, kind=Kind.DATE),
        Column("Where it stands", "The regulation or guidance, with the provision.", 48),
    ),
    "The rules have not been drawn yet.",
)
