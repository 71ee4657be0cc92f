"""Obviously invented people to try a template on: what the linter measures and `docs/messages.md` shows."""

from firstbell.messages.contexts import (
    Context,
    FirstDayAbsence,
    InSchoolCorrection,
    OfficeNotice,
    RegisterChase,
    RegisterEscalation,
    SafeguardingAlert,
)
from rules.contact.purposes import Purpose
from rules.people import Personal

MORNING = "this morning, Monday 23 November"
AFTERNOON = "this afternoon, Wednesday 25 November"
SCHOOL = "Example Park School"
PHONE = "01632 960 123"  # Ofcom keeps 01632 960 for drama
ABSENCE_EMAIL = "absence@example-park.test"
REFERENCE = "ATT-7F3K9Q"

ONE_CHILD = (Personal("Alicia"),)
THREE_CHILDREN = (Personal("Alicia"), Personal("Michael-Sebastian"), Personal("Zoë"))


def _first_day(children: tuple[Personal, ...], session_words: str) -> FirstDayAbsence:
    return FirstDayAbsence(children, session_words, SCHOOL, PHONE, ABSENCE_EMAIL, REFERENCE)


SAMPLES: dict[Purpose, tuple[Context, ...]] = {
    Purpose.FIRST_DAY_ABSENCE: (_first_day(ONE_CHILD, MORNING), _first_day(THREE_CHILDREN, AFTERNOON)),
    Purpose.IN_SCHOOL_CORRECTION: (
        InSchoolCorrection(ONE_CHILD, MORNING, SCHOOL, PHONE, REFERENCE),
        InSchoolCorrection(THREE_CHILDREN, AFTERNOON, SCHOOL, PHONE, REFERENCE),
    ),
    Purpose.REGISTER_CHASE: (
        RegisterChase(Personal("Ms Example"), ("10B Maths",), MORNING, 1, SCHOOL, "09:30"),
        RegisterChase(Personal("Ms Example"), ("10B Maths", "8C Art"), AFTERNOON, 2, SCHOOL, "13:40"),
    ),
    Purpose.REGISTER_ESCALATION: (
        RegisterEscalation(Personal("Mr Sample"), ("10B Maths",), (Personal("Ms Example"),), MORNING, SCHOOL),
        RegisterEscalation(
            Personal("Mr Sample"),
            ("10B Maths", "8C Art"),
            (Personal("Ms Example"), Personal("Dr Placeholder")),
            AFTERNOON,
            SCHOOL,
        ),
    ),
    Purpose.SAFEGUARDING_ALERT: (
        SafeguardingAlert("SG-0042", MORNING, "please look at once", "https://example.test/safeguarding"),
        SafeguardingAlert("SG-0042", MORNING, "please look today", ""),
    ),
    Purpose.OFFICE_NOTICE: (
        OfficeNotice(
            "Nothing was sent this morning",
            ("The marks export is three hours old.", "Ask the MIS provider for a new one, then run the job again."),
            SCHOOL,
        ),
    ),
}
