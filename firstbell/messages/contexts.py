"""What each purpose's template may say: its fields and no others. Whatever names a person is `Personal`."""

import base64
import hashlib
from dataclasses import dataclass, fields
from typing import get_type_hints

from rules.contact.purposes import Purpose
from rules.people import Personal

REFERENCE_LENGTH = 6
# Base 32 without the letters and figures that people mistake for each other: no I, O, 0 or 1.
EASILY_READ = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789")


@dataclass(frozen=True, slots=True)
class FirstDayAbsence:
    """Pupils of one family are not marked in. `session_words`: "this morning, Monday 23 November"."""

    children: tuple[Personal, ...]
    session_words: str
    school_name: str
    school_phone: str
    absence_email: str
    reference: str


@dataclass(frozen=True, slots=True)
class InSchoolCorrection:
    """Those pupils are in school after all; for exactly the people who had the first message."""

    children: tuple[Personal, ...]
    session_words: str
    school_name: str
    school_phone: str
    reference: str


@dataclass(frozen=True, slots=True)
class RegisterChase:
    """A teacher's registers are not taken. `reminder` counts from 1; `answer_by` is a local time, "09:40"."""

    teacher: Personal
    registers: tuple[str, ...]
    session_words: str
    reminder: int
    school_name: str
    answer_by: str


@dataclass(frozen=True, slots=True)
class RegisterEscalation:
    """Registers of a department are still not taken after the reminders."""

    head_of_department: Personal
    registers: tuple[str, ...]
    teachers: tuple[Personal, ...]
    session_words: str
    school_name: str


@dataclass(frozen=True, slots=True)
class LessonQuestions:
    """A teacher's lesson marks and the register contradict each other. `questions` are lines that name nobody."""

    teacher: Personal
    questions: tuple[str, ...]
    session_words: str
    school_name: str


@dataclass(frozen=True, slots=True)
class SafeguardingAlert:
    """An alert that may be read on a projected screen: no name, no form, no reason; those are behind `link`."""

    case_number: str
    session_words: str
    urgency_words: str
    link: str


@dataclass(frozen=True, slots=True)
class OfficeNotice:
    """Something the office must know of Firstbell itself: a job that did not run, a file that can't be read."""

    title: str
    sentences: tuple[str, ...]
    school_name: str


@dataclass(frozen=True, slots=True)
class HalfTermDaysMissed:
    """Days missed in the half-term that ended, and in the year so far: one entry of each for each child, in order.

    Days are in words, "3 and a half days". There is no field for other pupils' figures or for a reason.
    """

    children: tuple[Personal, ...]
    days_last_half_term: tuple[Personal, ...]
    days_this_year: tuple[Personal, ...]
    school_name: str
    school_phone: str
    absence_email: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportLetter:
    """The first letter on paper, an offer of help. `days_this_year` in words; `counted_to` and `dated` are dates."""

    child: Personal
    days_this_year: Personal
    counted_to: str
    signed_by: Personal
    role: str
    dated: str
    school_name: str
    school_phone: str
    absence_email: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportMeeting(SupportLetter):
    """Asks the family to meet; the fields are those of the offer of help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceContractOffer(SupportLetter):
    """Offers an attendance contract, which is voluntary. `support_given` says what was tried, a line each."""

    support_given: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeToImproveDraft(AttendanceContractOffer):
    """A draft for a named person to check, finish and hand over.

    `absences` says how many sessions were unauthorised, and when; `improve_until` ends the period to improve.
    """

    absences: Personal
    improve_from: str
    improve_until: str


type PaperContext = SupportLetter | SupportMeeting | AttendanceContractOffer | NoticeToImproveDraft
type Context = (
    FirstDayAbsence
    | InSchoolCorrection
    | RegisterChase
    | RegisterEscalation
    | LessonQuestions
    | SafeguardingAlert
    | OfficeNotice
    | HalfTermDaysMissed
    | PaperContext
)

CONTEXTS: dict[Purpose, type[Context]] = {
    Purpose.FIRST_DAY_ABSENCE: FirstDayAbsence,
    Purpose.IN_SCHOOL_CORRECTION: InSchoolCorrection,
    Purpose.REGISTER_CHASE: RegisterChase,
    Purpose.REGISTER_ESCALATION: RegisterEscalation,
    Purpose.LESSON_QUESTION: LessonQuestions,
    Purpose.SAFEGUARDING_ALERT: SafeguardingAlert,
    Purpose.OFFICE_NOTICE: OfficeNotice,
    Purpose.HALF_TERM_DAYS_MISSED: HalfTermDaysMissed,
    Purpose.SUPPORT_LETTER: SupportLetter,
    Purpose.SUPPORT_MEETING: SupportMeeting,
    Purpose.ATTENDANCE_CONTRACT_OFFER: AttendanceContractOffer,
    Purpose.NOTICE_TO_IMPROVE_DRAFT: NoticeToImproveDraft,
}


def field_names(purpose: Purpose) -> frozenset[str]:
    """The fields a template of this purpose may use."""
    return frozenset(field.name for field in fields(CONTEXTS[purpose]))


def personal_fields(purpose: Purpose) -> frozenset[str]:
    """The fields that name a person: never in a subject line, never on a card."""
    hints = get_type_hints(CONTEXTS[purpose])
    return frozenset(name for name, hint in hints.items() if hint in {Personal, tuple[Personal, ...]})


def reference_of(key: str) -> str:
    """A short token for the message with this key, such as "ATT-7F3K9Q": printed in it, so that replies find it.

    It says nothing by itself: it is cut from a hash of the key.
    """
    digest = base64.b32encode(hashlib.sha256(key.encode()).digest())
    return "ATT-" + digest.translate(EASILY_READ)[:REFERENCE_LENGTH].decode()
