"""Why a message is sent: a closed list, because who may be told depends on it and nothing may be sent without one."""

from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Whom a purpose speaks to."""

    CONTACTS = "the pupil's contacts"
    STAFF = "named members of staff"
    SAFEGUARDING = "the safeguarding team"


class InDoubt(StrEnum):
    """What to do when a crash leaves it unsettled whether a message went, and the provider can't say.

    A first-day message that never came does more harm than one that came twice; for the rest a person decides.
    """

    SEND_AGAIN = "send again"
    HOLD = "hold for a person"


class Purpose(StrEnum):
    """The closed list of purposes; the value is the name of the template folder's file."""

    FIRST_DAY_ABSENCE = "first_day_absence"
    IN_SCHOOL_CORRECTION = "in_school_correction"
    REGISTER_CHASE = "register_chase"
    REGISTER_ESCALATION = "register_escalation"
    LESSON_QUESTION = "lesson_question"
    SAFEGUARDING_ALERT = "safeguarding_alert"
    OFFICE_NOTICE = "office_notice"
    HALF_TERM_DAYS_MISSED = "half_term_days_missed"
    SUPPORT_LETTER = "support_letter"
    SUPPORT_MEETING = "support_meeting"
    ATTENDANCE_CONTRACT_OFFER = "attendance_contract_offer"
    NOTICE_TO_IMPROVE_DRAFT = "notice_to_improve_draft"


@dataclass(frozen=True, slots=True)
class PurposeRules:
    """What holds for every message of a purpose.

    `needs_approval`: nothing leaves before a named person has approved that very message. `is_paper`: a document for
    staff to read, sign and hand over; no channel of ours ever sends it.
    """

    audience: Audience
    in_doubt: InDoubt
    is_held: bool
    names_the_pupil: bool
    needs_approval: bool = False
    is_paper: bool = False


_PAPER = PurposeRules(
    Audience.CONTACTS, InDoubt.HOLD, is_held=True, names_the_pupil=True, needs_approval=True, is_paper=True
)
PURPOSES = {
    Purpose.FIRST_DAY_ABSENCE: PurposeRules(Audience.CONTACTS, InDoubt.SEND_AGAIN, is_held=True, names_the_pupil=True),
    Purpose.IN_SCHOOL_CORRECTION: PurposeRules(
        Audience.CONTACTS, InDoubt.SEND_AGAIN, is_held=False, names_the_pupil=True
    ),
    Purpose.REGISTER_CHASE: PurposeRules(Audience.STAFF, InDoubt.SEND_AGAIN, is_held=False, names_the_pupil=False),
    Purpose.REGISTER_ESCALATION: PurposeRules(Audience.STAFF, InDoubt.SEND_AGAIN, is_held=False, names_the_pupil=False),
    Purpose.LESSON_QUESTION: PurposeRules(Audience.STAFF, InDoubt.SEND_AGAIN, is_held=False, names_the_pupil=False),
    Purpose.SAFEGUARDING_ALERT: PurposeRules(
        Audience.SAFEGUARDING, InDoubt.SEND_AGAIN, is_held=False, names_the_pupil=False
    ),
    Purpose.OFFICE_NOTICE: PurposeRules(Audience.STAFF, InDoubt.SEND_AGAIN, is_held=False, names_the_pupil=False),
    Purpose.HALF_TERM_DAYS_MISSED: PurposeRules(
        Audience.CONTACTS, InDoubt.HOLD, is_held=True, names_the_pupil=True, needs_approval=True
    ),
    Purpose.SUPPORT_LETTER: _PAPER,
    Purpose.SUPPORT_MEETING: _PAPER,
    Purpose.ATTENDANCE_CONTRACT_OFFER: _PAPER,
    Purpose.NOTICE_TO_IMPROVE_DRAFT: _PAPER,
}
