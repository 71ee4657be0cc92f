"""The sheets of one morning: what stands open, who is away, what is about to be sent, whom to ring and whom to ask."""

from sheets_templates import Chart, Column, Highlight, Kind, SheetLayout, Tone
from sheets_templates.columns import CODE_TO_RECORD, FORM, INITIALS, PUPIL, REASON_GIVEN, SAYS, SESSION, YEAR, people

DECISIONS = ("stop", "hold", "release")
OUTCOMES = (
    "spoke to parent",
    "left a message",
    "no answer",
    "wrong number",
    "pupil is in school",
    "passed to safeguarding",
)
MESSAGE_TONES = (
    Highlight(("not certain that it went", "did not arrive", "blocked", "needs two people", "all stopped"), Tone.ALARM),
    Highlight(("waiting to go", "going", "needs approval"), Tone.CAUTION),
    Highlight(("sent", "answered", "released", "told: in school after all"), Tone.DONE),
    Highlight(("stopped", "recalled", "lapsed"), Tone.QUIET),
)

SUMMARY = SheetLayout(
    "Summary",
    "The morning at a glance",
    "How many pupils are away, how many absences are still unexplained, and what waits for a person.",
    (
        Column("What", "What is counted.", 38),
        Column("Number", "How many there are now.", 10, kind=Kind.WHOLE_NUMBER),
        Column("Of", "Out of how many, where that means something.", 10, kind=Kind.WHOLE_NUMBER),
        Column("What to do", "The next step, and the sheet it is done in.", 44),
    ),
    "Nothing has been counted yet. The first figures come when the morning's registers have been read.",
    chart=Chart("The morning in figures", "What", "Number"),
)

TODAY = SheetLayout(
    "Today",
    "Away today",
    "Every pupil not in school for a session today, what the register says and what their family has been told.",
    (
        PUPIL,
        YEAR,
        FORM,
        SESSION,
        Column(
            "Code",
            "The code in the register now. N: absent, no reason given yet. Blank: not taken.",
            8,
            highlights=(Highlight(("N",), Tone.CAUTION),),
        ),
        Column("What it means", "The code in words. Codes that tell of private matters show only 'absent'.", 38),
        Column(
            "Message",
            "Whether the parents have been told of the absence, and when.",
            24,
            highlights=MESSAGE_TONES,
        ),
        REASON_GIVEN,
        CODE_TO_RECORD,
        INITIALS,
        SAYS,
    ),
    "Nobody is marked away today.",
)

QUEUE = SheetLayout(
    "Queue",
    "Messages about to leave",
    "Each message waits here, in view, until the time shown. Anyone may stop one line, or all in the first row.",
    (
        Column("What", "What the message is about.", 26),
        PUPIL,
        FORM,
        SESSION,
        Column("To", "Who will get it: relationship to the pupil and channel.", 24),
        Column(
            "State",
            "Where the message stands.",
            16,
            highlights=MESSAGE_TONES,
        ),
        Column("Leaves at", "When it will be sent, unless someone stops it.", 11),
        Column("Why", "Why it is here, or what stops it.", 44),
        people(
            "Decision",
            "stop: do not send. hold: wait for me. release: send after all. To release a run that was stopped for its "
            "unusual number, a second person signs too. Where it is not certain that a message went, look among the "
            "sent messages: stop if it went, release if it did not.",
            11,
            DECISIONS,
        ),
        INITIALS,
        people("Second initials", "A second person's initials, where a release needs two.", 10),
        SAYS,
    ),
    "No message is waiting.",
)

PHONE_LIST = SheetLayout(
    "Phone list",
    "Families to ring",
    "Families who could not be reached or have not answered; the most vulnerable pupils first.",
    (
        Column("Rank", "Ring from 1 downwards.", 7, kind=Kind.WHOLE_NUMBER),
        PUPIL,
        YEAR,
        FORM,
        SESSION,
        Column("Why by phone", "Why a message is not enough.", 36),
        Column("Whom to call", "The contact who may be told, with the relationship to the pupil.", 32),
        Column("Phone", "The number as the MIS gives it.", 17),
        people("Outcome", "What came of the call.", 23, OUTCOMES),
        REASON_GIVEN,
        INITIALS,
        SAYS,
    ),
    "Nobody needs to be rung.",
)

REGISTERS_TO_CHASE = SheetLayout(
    "Registers to chase",
    "Registers not yet taken, and marks to ask about",
    "One line for each register that is missing or unclear, and the teacher who is really in the room.",
    (
        SESSION,
        Column("Register", "The form or class; for a question about a lesson, its period.", 14),
        Column("Pupil", "For a question about a mark: whose. Names stand here, and in no e-mail.", 24),
        Column("Question", "What to ask, in one plain sentence.", 40),
        Column("Teacher", "Whose register it is.", 22),
        Column("In the room", "Who to ask: the teacher, or whoever covers.", 22),
        Column("Reminders sent", "How many reminders have gone.", 12, kind=Kind.WHOLE_NUMBER),
        Column("Last reminder", "When the last one went.", 12),
        Column(
            "State",
            "Whether the register has been taken, or the question asked by e-mail or answered.",
            16,
            highlights=(
                Highlight(("not taken",), Tone.ALARM),
                Highlight(("to ask", "asked", "teacher is away"), Tone.CAUTION),
                Highlight(("taken", "answered"), Tone.DONE),
            ),
        ),
        people("Answer", "What the teacher said, if they told you and not Firstbell.", 34),
        INITIALS,
        SAYS,
    ),
    "Every register has been taken, and no mark needs asking about.",
)
