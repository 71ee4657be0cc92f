"""The one way out of the building: each message leaves once, whatever is killed, repeated or run twice.

A dispatch is the proposals that one message carries. Its life: fixed together (RELEASING), drafted at the provider with
its key, the draft's id recorded by compare-and-set, SENDING written, that draft and no other sent, SENT written. A
crash at any point leaves a state from which the next run goes on by looking, never by sending again in the dark.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

from firstbell.errors import GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.records import Guarantee, Message, Proposal, State, Whereabouts
from firstbell.workflows.approvals import approved_keys
from firstbell.workflows.keys import dispatch_key
from firstbell.workflows.office import Office
from rules.contact.purposes import PURPOSES, InDoubt, Purpose

ACTOR = "Firstbell"
# How long an unsettled message is looked up before the purpose's policy decides.
LOOK_UP_FOR = dt.timedelta(minutes=5)

Members = tuple[Proposal, ...]


class Letter(Protocol):
    """How one purpose makes sure that a message is still true, and words it."""

    def objection(self, proposal: Proposal) -> str | None:
        """A sentence why the message must not go any more, read afresh; None when it is still true."""
        ...

    def write(self, members: Members, *, key: str) -> Message:
        """One message for all the members, who share an address."""
        ...


def send_due(
    office: Office, purpose: Purpose, letter: Letter, may_leave: Callable[[Proposal], bool] = lambda _: True
) -> "Round":
    """Settle what an earlier run left, then send every held message of the purpose whose time has come.

    `may_leave` keeps back those that a person or a brake holds. With the stop switch on, nothing leaves, and of a
    purpose that needs approval nothing that no person has approved. Raises ValueError for a paper, which is never sent.
    """
    if PURPOSES[purpose].is_paper:
        raise ValueError(f"'{purpose}' is a paper: a person hands it over, and nothing sends it")
    this = Round(office, purpose, letter)
    this.expire()
    this.settle_unfinished()
    if not office.settings.outgoing.stop:
        this.send_all(may_leave)
    return this


@dataclass
class Round:
    """One round of sending. `moved` counts messages by the state they came to; `wait` is set when asked to wait."""

    office: Office
    purpose: Purpose
    letter: Letter
    moved: Counter[State] = field(default_factory=Counter)
    wait: dt.timedelta | None = None

    def expire(self) -> None:
        """Let held messages lapse whose time has passed: late, they would only alarm."""
        now = self.office.clock.now()
        for proposal in self._find(State.HELD):
            if proposal.send_before <= now:
                self._move((proposal,), State.HELD, State.EXPIRED, "Its time passed before it could go.")

    def send_all(self, may_leave: Callable[[Proposal], bool]) -> None:
        """Send what is due, until the provider asks us to wait."""
        now = self.office.clock.now()
        ready = (p for p in self._approved(self._find(State.HELD)) if p.release_at <= now and may_leave(p))
        due = sorted(ready, key=_envelope)
        for _, members in groupby(due, key=_envelope):
            if self.wait is None:
                self._send(tuple(members))

    def _approved(self, members: Members) -> Members:
        if not PURPOSES[self.purpose].needs_approval:
            return members
        approved = approved_keys(self.office)
        return tuple(p for p in members if p.key in approved)

    def _send(self, members: Members) -> None:
        """Fix together, draft, record the draft, and send it."""
        true = tuple(p for p in members if not self._recall_if_untrue(p))
        key = dispatch_key(tuple(p.key for p in true), self.office.clock.now())
        if not true or not self._move(true, State.HELD, State.RELEASING, "Its time has come.", key):
            return  # nothing left to say, or another run has it
        draft_id = self._draft(true, key)
        if draft_id is None:
            return
        if self.office.store.proposals.record_draft(key, draft_id, at=self.office.clock.now()):
            self._send_draft(key)
        else:
            self.office.mailer.discard_draft(draft_id)

    def _recall_if_untrue(self, proposal: Proposal) -> bool:
        objection = self.letter.objection(proposal)
        return objection is not None and self._move((proposal,), State.HELD, State.RECALLED, objection)

    def _draft(self, members: Members, key: str) -> str | None:
        """The id of a new draft; None when the provider is busy, or a person must mend something first."""
        try:
            return self.office.mailer.create_draft(self.letter.write(members, key=key))
        except RetryLater as busy:
            self.wait = busy.after
            self._move(members, State.RELEASING, State.HELD, "The mail service is busy.")
        except (GiveUp, NeedsHuman) as refused:
            self._move(members, State.RELEASING, State.HELD, "It could not be drafted.")
            self._move(members, State.HELD, State.BLOCKED, str(refused))
        return None

    def _send_draft(self, key: str) -> None:
        """Send the recorded draft of a dispatch, having read every mark once more."""
        members = self._members(key)
        if any(self.letter.objection(p) is not None for p in members):
            self._take_back(members, "Something changed while the message was being drafted.")
        elif self._move(members, State.RELEASING, State.SENDING, "Every mark was read again."):
            # Asked of the store once more: only the draft that is recorded is ever sent, whoever made it.
            self._hand_over(self._members(key))

    def _take_back(self, members: Members, reason: str) -> None:
        """Put an unsent dispatch back on hold and throw its draft away; it is recalled or drafted anew."""
        if self._move(members, State.RELEASING, State.HELD, reason) and members[0].draft_id:
            self.office.mailer.discard_draft(members[0].draft_id)

    def _hand_over(self, members: Members) -> None:
        try:
            self.office.mailer.send_draft(members[0].draft_id or "")
        except RetryLater as busy:
            self.wait = busy.after
            key = members[0].dispatch_key
            self._move(members, State.SENDING, State.RELEASING, "The mail service is busy; nothing was sent.", key)
        except Misconfigured as wrong:
            key = members[0].dispatch_key
            self._move(members, State.SENDING, State.RELEASING, f"Nothing was sent: {wrong}", key)
            raise
        except GiveUp as refused:
            self._move(members, State.SENDING, State.BOUNCED, str(refused))
        except NeedsHuman as doubt:
            self._move(members, State.SENDING, State.UNKNOWN, str(doubt))
        else:
            self._move(members, State.SENDING, State.SENT, "The mail service took it.")

    def settle_unfinished(self) -> None:
        """Bring every dispatch that an earlier run left half-way to a state from which it can go on."""
        left = self._find(State.RELEASING, State.SENDING, State.UNKNOWN)
        for key in dict.fromkeys(p.dispatch_key for p in left if p.dispatch_key):
            self._settle(key, self._members(key))

    def _settle(self, key: str, members: Members) -> None:
        state = members[0].state
        if state is State.RELEASING:
            self._take_back(members, "An earlier run stopped before sending it.")
            return
        found = self.office.mailer.look_up(key, members[0].draft_id or "")
        if found is Whereabouts.SENT:
            self._move(members, state, State.SENT, "Found among the sent messages.")
        elif found is Whereabouts.DRAFT:
            self._go_on_from_draft(key, members)
        elif state is State.SENDING:
            self._move(members, state, State.UNKNOWN, "An earlier run stopped while sending it.")
        else:
            self._decide_in_doubt(members, found)

    def _go_on_from_draft(self, key: str, members: Members) -> None:
        """Send the same draft again, never another: a run that only slept may be about to send it too, and of two
        attempts at one draft the provider lets one through.
        """
        state = members[0].state
        if any(self.letter.objection(p) is not None for p in members):
            self._call_off(key, members)
        elif state is State.SENDING:
            self._hand_over(members)
        elif self._move(members, state, State.RELEASING, "Found as a draft: it was not sent.", key):
            self._send_draft(key)

    def _call_off(self, key: str, members: Members) -> None:
        """Delete a draft that must not go any more, and look once more whether it went after all."""
        draft_id = members[0].draft_id or ""
        self.office.mailer.discard_draft(draft_id)
        if self.office.mailer.look_up(key, draft_id) is Whereabouts.SENT:
            self._move(members, members[0].state, State.SENT, "Found among the sent messages.")
        else:
            self._move(members, members[0].state, State.HELD, "Something changed before it was sent.")

    def _decide_in_doubt(self, members: Members, found: Whereabouts) -> None:
        """After looking for long enough: send again where the purpose says so and nobody can know; else leave it held.

        A draft that is gone and not among the sent (somebody deleted it) stays unsettled: a person decides.
        """
        nobody_knows = self.office.mailer.guarantee is Guarantee.IN_DOUBT_AFTER_CRASH
        again = nobody_knows and found is Whereabouts.CANNOT_TELL
        waited = self.office.clock.now() - self._unknown_since(members[0])
        if again and PURPOSES[self.purpose].in_doubt is InDoubt.SEND_AGAIN and waited >= LOOK_UP_FOR:
            self._move(members, State.UNKNOWN, State.HELD, "It can't be known whether it went; it is sent again.")

    def _unknown_since(self, proposal: Proposal) -> dt.datetime:
        entries = self.office.store.ledger.entries(kind=f"message.{State.UNKNOWN}")
        return max((e.at for e in entries if e.facts.get("key") == proposal.key), default=proposal.planned_at)

    def _find(self, *states: State) -> Members:
        return self.office.store.proposals.find(purpose=self.purpose, states=states)

    def _members(self, key: str) -> Members:
        return self.office.store.proposals.find(dispatch_key=key)

    def _move(self, members: Iterable[Proposal], old: State, new: State, reason: str, key: str | None = None) -> bool:
        moved = self.office.store.proposals.move(
            [p.key for p in members], old, new, at=self.office.clock.now(), actor=ACTOR, reason=reason, dispatch_key=key
        )
        self.moved[new] += moved
        return moved


def _envelope(proposal: Proposal) -> tuple[str, str, str]:
    return proposal.session.key, proposal.group, proposal.address.reveal().casefold()
