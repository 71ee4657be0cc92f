"""What people write in the sheet of returns: yes or no, when it went, their answers at twenty days, a long illness."""

import datetime as dt
from collections.abc import Mapping

from firstbell.workflows.office import Office
from firstbell.workflows.returns.expected_illness import expected_illnesses, note_expected_illness
from firstbell.workflows.returns.records import (
    ANSWERED,
    DECIDED,
    ReturnKind,
    ReturnRecord,
    ReturnState,
    returns_on_record,
)

DECISION, SENT_ON, ILL_UNTIL = "Decision", "Sent on", "Ill until (expected)"
MAY_BE_ILL, ENQUIRED = "Ill or prevented?", "Enquired with the LA?"
OF_A_RETURN, OF_TWENTY_DAYS = (DECISION, SENT_ON), (MAY_BE_ILL, ENQUIRED)
BY_DECISION = {"approve": ReturnState.APPROVED, "decline": ReturnState.DECLINED, "": ReturnState.PROPOSED}
SAID = {
    ReturnState.SENT: "Recorded as sent.",
    ReturnState.APPROVED: "Approved. Firstbell drafts it; check the draft, send it yourself, then type when.",
    ReturnState.DECLINED: "Declined.",
    ReturnState.PROPOSED: "Proposed.",
}


def take_return_edit(
    office: Office, key: str, changed: Mapping[str, str], row: Mapping[str, str], initials: str
) -> str:
    """Record what a named person wrote in a row. Returns the row's sentence; raises ValueError with a refusal."""
    record = returns_on_record(office.store.ledger, office.settings.zone).get(key)
    _refuse_what_does_not_fit(office, key, record, row)
    said = []
    if ILL_UNTIL in changed:
        pupil_id, until = key.partition("|")[0], row.get(ILL_UNTIL, "")
        said.append(note_expected_illness(office, pupil_id, until, row=key, initials=initials))
    if record and changed.keys() & {*OF_TWENTY_DAYS}:
        said.append(_answer(office, record, row, initials))
    if record and changed.keys() & {*OF_A_RETURN}:
        said.append(_decide(office, record, row.get(DECISION, ""), row.get(SENT_ON, ""), initials))
    return " ".join(said) or "Noted."


def _refuse_what_does_not_fit(office: Office, key: str, record: ReturnRecord | None, row: Mapping[str, str]) -> None:
    decides, answers = (any(row.get(header) for header in group) for group in (OF_A_RETURN, OF_TWENTY_DAYS))
    is_noted = bool(row.get(ILL_UNTIL)) or key in {each.row for each in expected_illnesses(office).values()}
    if record is None and (decides or answers or not is_noted):
        raise ValueError("In a row of your own, type the pupil's id, until when the illness lasts, and your initials.")
    is_twenty_days = record is not None and record.kind is ReturnKind.TWENTY_DAYS
    if is_twenty_days and decides:
        raise ValueError("There is nothing to send at twenty days: answer the two questions and clear the rest.")
    if answers and not is_twenty_days:
        raise ValueError("The two questions belong to the rows of twenty days: clear them here.")


def _answer(office: Office, record: ReturnRecord, row: Mapping[str, str], initials: str) -> str:
    ill, enquired = row.get(MAY_BE_ILL, ""), row.get(ENQUIRED, "")
    facts = {"return": record.key, "may_be_ill": ill, "enquired": enquired}
    now = office.clock.now()
    office.store.ledger.append(ANSWERED, at=now, actor=initials, facts=facts, pupil_id=record.pupil_id)
    return "Noted. Nobody is deleted by this: a person decides." if ill and enquired else "Noted: one answer is open."


def _decide(office: Office, record: ReturnRecord, decision: str, sent_on: str, initials: str) -> str:
    state = ReturnState.SENT if sent_on else BY_DECISION[decision]
    if state is ReturnState.SENT and decision != "approve":
        raise ValueError("Approve the return before you say when it was sent.")
    if sent_on and dt.date.fromisoformat(sent_on) > office.today():
        raise ValueError("'Sent on' lies ahead. Say when it was sent once it has gone.")
    if record.state is ReturnState.WITHDRAWN and state is not ReturnState.SENT:
        raise ValueError("This return is withdrawn: it is called for no more. A new line stands here if it is again.")
    if (state, sent_on) != (record.state, record.sent_on.isoformat() if record.sent_on else ""):
        facts = {"return": record.key, "state": state.value, "sent_on": sent_on}
        now = office.clock.now()
        office.store.ledger.append(DECIDED, at=now, actor=initials, facts=facts, pupil_id=record.pupil_id)
    return SAID[state]
