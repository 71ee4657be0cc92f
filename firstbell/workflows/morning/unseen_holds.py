"""A hold is time for people to look. A message that no run came to show them is held once more, from now on.

A run that is killed between planning and drawing leaves messages that stand in no Queue. Every mark is read again
before they go, but nobody could have stopped them. See docs/decisions/0020-a-hold-nobody-saw-begins-anew.md.
"""

import datetime as dt

from firstbell.records import Proposal, State
from firstbell.workflows.morning.session_now import SessionNow
from firstbell.workflows.office import Office
from rules.contact.purposes import Purpose

SHOWN = "queue shown"
WHY = "The run that planned it did not come to show it in the Queue, so its hold begins anew."


def queue_was_shown(office: Office) -> None:
    """Remember that a run came to the drawing of the workbooks, whether or not they could be drawn.

    A workbook that can't be drawn costs no family its message (ADR 11).
    """
    office.store.desk.heartbeat(SHOWN, at=office.clock.now(), due_at=None, outcome="done")


def hold_what_nobody_saw(office: Office, now: SessionNow) -> int:
    """Let the hold of each message that an earlier run planned and never showed begin anew, once; how many.

    Not where the session would end meanwhile: its message would be lost.
    """
    held = office.store.proposals.find(session=now.session, purpose=Purpose.FIRST_DAY_ABSENCE, states=[State.HELD])
    hold = dt.timedelta(minutes=office.settings.first_day.hold_minutes)
    shown_at, until = office.store.desk.last_heartbeat(SHOWN), now.moment + hold
    unseen = [
        p.key
        for p in held
        if _is_in_its_first_hold(p, hold) and until < p.send_before and (shown_at is None or shown_at < p.planned_at)
    ]
    return office.store.proposals.hold_until(unseen, until, at=now.moment, actor="Firstbell", reason=WHY)


def _is_in_its_first_hold(proposal: Proposal, hold: dt.timedelta) -> bool:
    """Not one that is held anew already, and not one that goes at once, as after a bounce."""
    return proposal.planned_at < proposal.release_at <= proposal.planned_at + hold
