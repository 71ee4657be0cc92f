"""The Safeguarding workbook: for the designated safeguarding lead's team and nobody else."""

from sheets_templates import Column, Highlight, Kind, SheetLayout, Tone, WorkbookLayout
from sheets_templates.columns import FORM, INITIALS, PUPIL, PUPIL_ID, SAYS, SESSION, YEAR, people

AGENCIES = ("social worker", "youth justice worker", "virtual school", "police", "children's services")

ALERTS = SheetLayout(
    "Alerts",
    "Pupils to act on now",
    "One line for each absence that needs the safeguarding team. Type your initials to say: I have it.",
    (
        Column("Case", "The case number shown on the card; the card itself names nobody.", 12),
        PUPIL,
        YEAR,
        FORM,
        SESSION,
        Column("Why urgent", "What makes this absence urgent.", 28, is_restricted=True),
        Column("Raised at", "When the alert was raised.", 11),
        Column("Tell also", "Who else must be told, such as the social worker.", 20, is_restricted=True),
        Column(
            "State",
            "Who has been asked so far, and whether anyone has it.",
            18,
            highlights=(
                Highlight(("not acknowledged",), Tone.ALARM),
                Highlight(("acknowledged",), Tone.CAUTION),
                Highlight(("closed",), Tone.DONE),
            ),
        ),
        people("Acknowledged by", "Your initials: I have it. Until someone signs, the next person is asked.", 15),
        people("What was done", "What you did, in a sentence.", 30, restricted=True),
        people("If not escalated, why", "If it goes no further, the reason; it is kept.", 26, restricted=True),
        SAYS,
    ),
    "No alert stands open.",
)

VULNERABLE_PUPILS = SheetLayout(
    "Vulnerable pupils",
    "Pupils whose absence is urgent, or whose family must not get automatic messages",
    "From the MIS, and your own lines below. A hold stops automatic messages until its date; a person still rings.",
    (
        PUPIL_ID,
        PUPIL,
        YEAR,
        FORM,
        Column("Why", "What the MIS records that makes this pupil's absence urgent.", 34, is_restricted=True),
        people(
            "Hold messages until",
            "No automatic message goes to this family up to and including this date. Look at it again before then.",
            14,
            kind=Kind.DATE,
        ),
        people("Hold owner", "The initials of the person who looks at the hold again.", 10),
        SAYS,
    ),
    "The MIS names no vulnerable pupil, and nobody has added one.",
    people_add_rows=True,
)

NON_CONTACT = SheetLayout(
    "Non-contact",
    "People who must never be contacted",
    "Court orders and flags from the MIS, and your own lines below. Checked last, at the moment of sending.",
    (
        PUPIL_ID,
        PUPIL,
        Column("Contact", "The person who must not be contacted about this pupil.", 24, is_restricted=True),
        Column("Relationship", "Their relationship to the pupil.", 18, is_restricted=True),
        Column("Source", "Where the block comes from.", 24),
        people(
            "Address to block",
            "An email address or phone number that must never be used for this pupil.",
            32,
            restricted=True,
        ),
        INITIALS,
        SAYS,
    ),
    "No contact is blocked.",
    people_add_rows=True,
)

TOLD_OUTSIDE_AGENCIES = SheetLayout(
    "Told outside agencies",
    "Who outside the school has been told",
    "Type a line each time you tell someone; it becomes part of the record.",
    (
        PUPIL_ID,
        PUPIL,
        Column("Agency", "Who was told.", 24, choices=AGENCIES, is_restricted=True, is_typed_in_new_rows=True),
        Column("Told at", "Date and time, such as 23/11/2026 10:15.", 18, is_typed_in_new_rows=True),
        Column("Told by", "The initials of whoever told them.", 10, is_typed_in_new_rows=True),
        SAYS,
    ),
    "Nobody outside the school has been told of an absence.",
    people_add_rows=True,
)

SAFEGUARDING = WorkbookLayout(
    "Safeguarding",
    "The designated safeguarding lead's team only",
    (ALERTS, VULNERABLE_PUPILS, NON_CONTACT, TOLD_OUTSIDE_AGENCIES),
)
