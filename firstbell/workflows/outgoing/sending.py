"""The one way out of the building: each message leaves once, whatever is killed, repeated or run twice.

A dispatch is the proposals that one message carries. Its life: fixed together (RELEASING), drafted at the provider with
its key, the draft's id recorded by compare-and-set, SENDING written, that draft and no other sent, SENT written. A
crash at any point leaves a state from which the next run goes on by looking. docs/reliability.md has every point.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby

from firstbell.errors import GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.quota import worth_going_on_at
from firstbell.records import Message, Proposal, Quota, State
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.approvals import approved_keys
from firstbell.workflows.outgoing.dispatch_steps import TOO_LATE, Letter, Members, NothingLeft
from firstbell.workflows.outgoing.keys import dispatch_key
from firstbell.workflows.outgoing.quota import give_back_turn, take_turn
from firstbell.workflows.outgoing.settling import Settling
from firstbell.workflows.outgoing.stop_switch import is_stopped
from rules.contact.purposes import PURPOSES, Purpose


def send_due(
    office: Office, purpose: Purpose, letter: Letter, may_leave: Callable[[Proposal], bool] = lambda _: True
) -> "Round":
    """Settle what an earlier run left, then send every held message of the purpose whose time has come.

    `may_leave` keeps back those that a person or a brake holds. With the stop switch on, nothing leaves, and of a
    purpose that needs approval nothing that no person has approved. Raises ValueError for a paper, which is never sent.
    """
    if PURPOSES[purpose].is_paper:
        raise ValueError(f"'{purpose}' is a paper: a person hands it over, and nothing sends it")
    this = Round(office, purpose, letter, may_leave)
    this.run()
    return this


@dataclass(frozen=True, slots=True)
class NothingIsDue:
    """The letter of a purpose at a time when none of its messages may go."""

    def objection(self, proposal: Proposal) -> str | None:  # noqa: ARG002 - true of every message
        """Its time has passed, whatever it says."""
        return TOO_LATE

    def write(self, members: Members, *, key: str) -> Message:  # noqa: ARG002 - true of every message
        """Nothing is written."""
        raise NothingLeft(TOO_LATE)


@dataclass
class Round(Settling):
    """One round of sending: what is left is settled, what is too late lapses, what is due goes.

    `turns_at`: when a mailbox that has sent what it may is worth going on with. `closed`: what a person must put right
    where a mailbox takes no draft. Messages of the others go on.
    `later`: when else a message that waits could go: at the end of its hold, or in another invocation.
    """

    turns_at: dict[str, dt.datetime] = field(default_factory=dict)
    closed: dict[str, Misconfigured] = field(default_factory=dict)
    later: list[dt.datetime] = field(default_factory=list)

    @property
    def go_on_at(self) -> dt.datetime | None:
        """The first moment at which a message that waits could go; never before the mail service asked us back."""
        return self.busy_until or min((*self.turns_at.values(), *self.later), default=None)

    def run(self) -> None:
        """Settle, let lapse, send: in this order, so that what is settled too late lapses and is not sent."""
        self.settle_unfinished()
        self.expire()
        if not is_stopped(self.office):
            self.send_all()

    def expire(self) -> None:
        """Let held messages lapse whose time has passed: late, they would only alarm."""
        now = self.office.clock.now()
        for proposal in self._find(State.HELD):
            if proposal.send_before <= now:
                self._move((proposal,), State.HELD, State.EXPIRED, "Its time passed before it could go.")

    def send_all(self) -> None:
        """Send what is due, until we are asked to wait or our time is up; at least one, so that each run gets on.

        Raises Misconfigured for a closed mailbox, once all that could go has gone.
        """
        now = self.office.clock.now()
        held = [p for p in self._approved(self._find(State.HELD)) if self.may_leave(p)]
        self.later = [p.release_at for p in held if now < p.release_at < min(p.send_before, self._midnight)]
        due = sorted((p for p in held if p.release_at <= now), key=_envelope)
        for number, (_, members) in enumerate(groupby(due, key=_envelope)):
            if number and self._is_time_up():
                self.later.append(self.office.clock.now())
                return
            if self.busy_until is None:
                self._send(tuple(members))
        for wrong in self.closed.values():
            raise wrong

    @property
    def _midnight(self) -> dt.datetime:
        return self.office.end_of(self.office.today())

    def _approved(self, members: Members) -> Members:
        if not PURPOSES[self.purpose].needs_approval:
            return members
        approved = approved_keys(self.office)
        return tuple(p for p in members if p.key in approved)

    def _send(self, members: Members) -> None:
        """Fix together, draft, record the draft, and send it."""
        quota = self._quota_of(members)
        if quota is not None and (quota.mailbox in self.turns_at or quota.mailbox in self.closed):
            return
        true = tuple(p for p in members if not self._recall_if_untrue(p))
        if not true or not self._has_turn(quota):
            return  # nothing left to say, or not now
        key = dispatch_key(tuple(p.key for p in true), self.office.clock.now())
        if not self._move(true, State.HELD, State.RELEASING, "Its time has come.", key):
            give_back_turn(self.office, quota)
            return  # another run has it
        draft_id = self._draft(true, key)
        if draft_id is None:
            return
        if self.office.store.proposals.record_draft(key, draft_id, at=self.office.clock.now()):
            self._send_draft(key, draft_id)
        else:
            self._discard(draft_id)

    def _quota_of(self, members: Members) -> Quota | None:
        return self.office.settings.quota_for(members[0].address)

    def _has_turn(self, quota: Quota | None) -> bool:
        turn_at = take_turn(self.office, self.purpose, quota)
        if quota is not None and turn_at is not None:
            self.turns_at[quota.mailbox] = worth_going_on_at(turn_at, quota)
        return turn_at is None

    def _recall_if_untrue(self, proposal: Proposal) -> bool:
        objection = self._untrue(proposal)
        return objection is not None and self._move((proposal,), State.HELD, State.RECALLED, objection)

    def _draft(self, members: Members, key: str) -> str | None:
        """The id of a new draft; None when the provider is busy, or there is nothing to draft."""
        try:
            return self.office.mailer.create_draft(self.letter.write(members, key=key))
        except RetryLater as busy:
            self._pause(busy)
            give_back_turn(self.office, self._quota_of(members))
            self._step(key, members, State.RELEASING, State.HELD, "The mail service is busy.")
        except Misconfigured as wrong:
            self._step(key, members, State.RELEASING, State.HELD, f"Nothing was sent: {wrong}")
            self._close(members, wrong)
        except NothingLeft as untrue:
            self._step(key, members, State.RELEASING, State.RECALLED, str(untrue))
        except (GiveUp, NeedsHuman) as refused:
            if self._step(key, members, State.RELEASING, State.HELD, "It could not be drafted."):
                self._move(members, State.HELD, State.BLOCKED, str(refused))
        return None

    def _close(self, members: Members, wrong: Misconfigured) -> None:
        """Ask no more of a mailbox in this round. Raises it at once where there is no other to go on with."""
        quota = self._quota_of(members)
        if quota is None:
            raise wrong
        give_back_turn(self.office, quota)
        self.closed[quota.mailbox] = wrong

    def _send_draft(self, key: str, draft_id: str) -> None:
        """Send the recorded draft of a dispatch, having read every mark once more."""
        members, looked_at = self._members(key, draft_id), self.office.clock.now()
        if not members:
            return  # another run took it back meanwhile, and our draft with it
        if any(self._must_not_go(p) for p in members):
            self._take_back(key, members, "Something changed while the message was being drafted.")
        elif self._step(key, members, State.RELEASING, State.SENDING, "Every mark was read again."):
            # Asked of the store once more: only the draft that is recorded is ever sent, whoever made it.
            self._hand_over(key, self._members(key, draft_id), looked_at)


def _envelope(proposal: Proposal) -> tuple[str, str, str]:
    return proposal.session.key, proposal.group, proposal.address.reveal().casefold()
