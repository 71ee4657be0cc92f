"""Obviously invented people to try a template on: what the linter measures and `docs/messages.md` shows."""

from typing import Any

from firstbell.messages.contexts import (
    AttendanceContractOffer,
    Context,
    FirstDayAbsence,
    HalfTermDaysMissed,
    InSchoolCorrection,
    LessonQuestions,
    NoticeToImproveDraft,
    OfficeNotice,
    RegisterChase,
    RegisterEscalation,
    SafeguardingAlert,
    SupportLetter,
    SupportMeeting,
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

SUPPORT_GIVEN = ("a letter with an offer of help, 5 October 2026", "a meeting at school, 19 October 2026")
PAPER: dict[str, Any] = {
    "child": Personal("Alicia"),
    "days_this_year": Personal("9 and a half days"),
    "counted_to": "20 November 2026",
    "signed_by": Personal("Ms Example"),
    "role": "attendance officer",
    "dated": "23 November 2026",
    "school_name": SCHOOL,
    "school_phone": PHONE,
    "absence_email": ABSENCE_EMAIL,
    "reference": REFERENCE,
}


def _half_term(children: tuple[Personal, ...], last: tuple[str, ...], year: tuple[str, ...]) -> HalfTermDaysMissed:
    days = (tuple(map(Personal, last)), tuple(map(Personal, year)))
    return HalfTermDaysMissed(children, *days, SCHOOL, PHONE, ABSENCE_EMAIL, REFERENCE)


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
    Purpose.LESSON_QUESTION: (
        LessonQuestions(
            Personal("Ms Example"),
            ("Period 2: 1 pupil marked in before and after, and not in your lesson",),
            MORNING,
            SCHOOL,
        ),
        LessonQuestions(
            Personal("Ms Example"),
            (
                "Period 4: 1 pupil away at registration, and marked in your lesson",
                "Period 5: 2 pupils marked in at registration, and not in your lesson",
            ),
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
    Purpose.HALF_TERM_DAYS_MISSED: (
        _half_term(ONE_CHILD, ("3 and a half days",), ("6 days",)),
        _half_term(THREE_CHILDREN, ("3 days", "half a day", "5 days"), ("8 and a half days", "4 days", "11 days")),
    ),
    Purpose.SUPPORT_LETTER: (SupportLetter(**PAPER),),
    Purpose.SUPPORT_MEETING: (SupportMeeting(**PAPER),),
    Purpose.ATTENDANCE_CONTRACT_OFFER: (AttendanceContractOffer(**PAPER, support_given=SUPPORT_GIVEN),),
    Purpose.NOTICE_TO_IMPROVE_DRAFT: (
        NoticeToImproveDraft(
            **PAPER,
            support_given=SUPPORT_GIVEN,
            absences=Personal("12 sessions of unauthorised absence between 28 September 2026 and 20 November 2026"),
            improve_from="30 November 2026",
            improve_until="8 January 2027",
        ),
    ),
}
