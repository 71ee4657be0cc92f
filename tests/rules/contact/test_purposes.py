"""What holds for every message of a purpose: a table to read, because a slip in it would reach the wrong people."""

import pytest

from rules.contact.purposes import PURPOSES, Audience, InDoubt, Purpose

CONTACTS, STAFF, SAFEGUARDING = Audience.CONTACTS, Audience.STAFF, Audience.SAFEGUARDING
AGAIN, HOLD = InDoubt.SEND_AGAIN, InDoubt.HOLD
NO, HELD, NAMED, APPROVED, PAPER = "", "held first", "names the pupil", "approved one by one", "on paper"
TABLE = {
    Purpose.FIRST_DAY_ABSENCE: (CONTACTS, AGAIN, HELD, NAMED, NO, NO),
    Purpose.IN_SCHOOL_CORRECTION: (CONTACTS, AGAIN, NO, NAMED, NO, NO),
    Purpose.REGISTER_CHASE: (STAFF, AGAIN, NO, NO, NO, NO),
    Purpose.REGISTER_ESCALATION: (STAFF, AGAIN, NO, NO, NO, NO),
    Purpose.LESSON_QUESTION: (STAFF, AGAIN, NO, NO, NO, NO),
    Purpose.SAFEGUARDING_ALERT: (SAFEGUARDING, AGAIN, NO, NO, NO, NO),
    Purpose.OFFICE_NOTICE: (STAFF, AGAIN, NO, NO, NO, NO),
    Purpose.HALF_TERM_DAYS_MISSED: (CONTACTS, HOLD, HELD, NAMED, APPROVED, NO),
    Purpose.SUPPORT_LETTER: (CONTACTS, HOLD, HELD, NAMED, APPROVED, PAPER),
    Purpose.SUPPORT_MEETING: (CONTACTS, HOLD, HELD, NAMED, APPROVED, PAPER),
    Purpose.ATTENDANCE_CONTRACT_OFFER: (CONTACTS, HOLD, HELD, NAMED, APPROVED, PAPER),
    Purpose.NOTICE_TO_IMPROVE_DRAFT: (CONTACTS, HOLD, HELD, NAMED, APPROVED, PAPER),
}


@pytest.mark.parametrize("purpose", Purpose)
def test_what_holds_for_every_message_of_the_purpose(purpose):
    audience, in_doubt, held, named, approved, paper = TABLE[purpose]
    rules = PURPOSES[purpose]

    assert (rules.audience, rules.in_doubt) == (audience, in_doubt)
    assert (rules.is_held, rules.names_the_pupil) == (bool(held), bool(named))
    assert (rules.needs_approval, rules.is_paper) == (bool(approved), bool(paper))
