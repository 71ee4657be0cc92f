"""The one way out of the building: each message leaves once, whatever is killed, repeated or run twice.

A dispatch is the proposals that one message carries. Its life: fixed together (RELEASING), drafted at the provider with
its key, the draft's id recorded by compare-and-set, SENDING written, that draft and no other sent, SENT written. A
crash at any point leaves a state from which the next run goes on by looking, never by sending again in the dark.
"""

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

from firstbell.errors import GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.records import Guarantee, Message, Proposal, State, Whereabouts
from firstbell.workflows.approvals import approved_keys
from firstbell.workflows.keys import dispatch_key
from firstbell.workflows.office import Office
from firstbell.workflows.quota import give_back_turn, take_turn
from rules.contact.purposes import PURPOSES, InDoubt, Purpose

ACTOR = "Firstbell"
# How long an unsettled message is looked up before the purpose's policy decides.
LOOK_UP_FOR = dt.timedelta(minutes=5)
# A run that reads every mark and then sleeps longer than this before it sends has not looked.
A_LOOK_IS_GOOD_FOR = dt.timedelta(minutes=2)
TOO_LATE = "Its time has passed."
IN_DOUBT = (State.SENDING, State.UNKNOWN)
ON_THE_WAY = (State.RELEASING, *IN_DOUBT)

Members = tuple[Proposal, ...]


class NothingLeft(Exception):
    """Between the look at a message and its wording it has become untrue; the text is the sentence that says why."""


class Letter(Protocol):
    """How one purpose makes sure that a message is still true, and words it."""

    def objection(self, proposal: Proposal) -> str | None:
        """A sentence why the message must not go any more, read afresh; None when it is still true."""
        ...

    def write(self, members: Members, *, key: str) -> Message:
        """One message for all the members, who share an address. Raises NothingLeft when nothing is left to say."""
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
class Round:
    """One round of sending. `moved` counts messages by the state they came to.

    `go_on_at` is set when the mail service, or what a mailbox may send, asked to wait: the round then stops sending.
    """

    office: Office
    purpose: Purpose
    letter: Letter
    may_leave: Callable[[Proposal], bool] = lambda _: True
    moved: Counter[State] = field(default_factory=Counter)
    go_on_at: dt.datetime | None = None

    def run(self) -> None:
        """Settle, let lapse, send: in this order, so that what is settled too late lapses and is not sent."""
        self.settle_unfinished()
        self.expire()
        if not self.office.settings.outgoing.stop:
            self.send_all()

    def expire(self) -> None:
        """Let held messages lapse whose time has passed: late, they would only alarm."""
        now = self.office.clock.now()
        for proposal in self._find(State.HELD):
            if proposal.send_before <= now:
                self._move((proposal,), State.HELD, State.EXPIRED, "Its time passed before it could go.")

    def send_all(self) -> None:
        """Send what is due, until we are asked to wait."""
        now = self.office.clock.now()
        ready = (p for p in self._approved(self._find(State.HELD)) if p.release_at <= now and self.may_leave(p))
        due = sorted(ready, key=_envelope)
        for _, members in groupby(due, key=_envelope):
            if self.go_on_at is None:
                self._send(tuple(members))

    def _approved(self, members: Members) -> Members:
        if not PURPOSES[self.purpose].needs_approval:
            return members
        approved = approved_keys(self.office)
        return tuple(p for p in members if p.key in approved)

    def _send(self, members: Members) -> None:
        """Fix together, draft, record the draft, and send it."""
        true = tuple(p for p in members if not self._recall_if_untrue(p))
        if not true or not self._has_turn():
            return  # nothing left to say, or not now
        key = dispatch_key(tuple(p.key for p in true), self.office.clock.now())
        if not self._move(true, State.HELD, State.RELEASING, "Its time has come.", key):
            give_back_turn(self.office)
            return  # another run has it
        draft_id = self._draft(true, key)
        if draft_id is None:
            return
        if self.office.store.proposals.record_draft(key, draft_id, at=self.office.clock.now()):
            self._send_draft(key, draft_id)
        else:
            self._discard(draft_id)

    def _has_turn(self) -> bool:
        self.go_on_at = take_turn(self.office, self.purpose)
        return self.go_on_at is None

    def _recall_if_untrue(self, proposal: Proposal) -> bool:
        objection = self._untrue(proposal)
        return objection is not None and self._move((proposal,), State.HELD, State.RECALLED, objection)

    def _untrue(self, proposal: Proposal) -> str | None:
        """Why the message says what is not so any more, or comes too late to be of use; read afresh."""
        if self.office.clock.now() >= proposal.send_before:
            return TOO_LATE
        return self.letter.objection(proposal)

    def _must_not_go(self, proposal: Proposal) -> bool:
        """Whether a message that an earlier moment released must not go at this one."""
        if self.office.settings.outgoing.stop or not self.may_leave(proposal):
            return True
        return self._untrue(proposal) is not None

    def _draft(self, members: Members, key: str) -> str | None:
        """The id of a new draft; None when the provider is busy, or there is nothing to draft."""
        try:
            return self.office.mailer.create_draft(self.letter.write(members, key=key))
        except RetryLater as busy:
            self._pause(busy)
            give_back_turn(self.office)
            self._step(key, members, State.RELEASING, State.HELD, "The mail service is busy.")
        except NothingLeft as untrue:
            self._step(key, members, State.RELEASING, State.RECALLED, str(untrue))
        except (GiveUp, NeedsHuman) as refused:
            if self._step(key, members, State.RELEASING, State.HELD, "It could not be drafted."):
                self._move(members, State.HELD, State.BLOCKED, str(refused))
        return None

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

    def _take_back(self, key: str, members: Members, reason: str) -> None:
        """Put a dispatch that nobody tried to send back on hold and throw its draft away.

        Of this and the step to SENDING one wins, so nobody will send that draft.
        """
        if self._step(key, members, State.RELEASING, State.HELD, reason) and members[0].draft_id:
            self._discard(members[0].draft_id)

    def _discard(self, draft_id: str) -> None:
        """Throw away a draft that nobody will send; one that can't be thrown away now is swept up another day."""
        with contextlib.suppress(RetryLater, NeedsHuman):
            self.office.mailer.discard_draft(draft_id)

    def _hand_over(self, key: str, members: Members, looked_at: dt.datetime) -> None:
        """Send the draft. Nothing is done where another run has called the dispatch off meanwhile."""
        if not members or members[0].draft_id is None:
            return
        if self.office.clock.now() - looked_at > A_LOOK_IS_GOOD_FOR:
            self._not_sent(key, members, "This run was stopped for too long to send what it had read.")
            return
        try:
            self.office.mailer.send_draft(members[0].draft_id)
        except RetryLater as busy:
            self._pause(busy)
            self._not_sent(key, members, "The mail service is busy; nothing was sent.")
        except Misconfigured as wrong:
            self._not_sent(key, members, f"Nothing was sent: {wrong}")
            raise
        except GiveUp as refused:
            self._step(key, members, State.SENDING, State.BOUNCED, str(refused))
        except NeedsHuman as doubt:
            self._step(key, members, State.SENDING, State.UNKNOWN, str(doubt))
        else:
            self._went(key, members, "The mail service took it.")

    def _went(self, key: str, members: Members, reason: str) -> None:
        """It went; another run may have come to doubt it meanwhile."""
        for state in (State.SENDING, State.UNKNOWN):
            if self._step(key, members, state, State.SENT, reason):
                return

    def _not_sent(self, key: str, members: Members, reason: str) -> None:
        """We sent nothing. A run that slept may hold the same draft, so where the provider can be asked it is left for
        the look-up to settle; another draft beside this one could be a second message.
        """
        if self._nobody_knows:
            self._step(key, members, State.SENDING, State.RELEASING, reason)

    @property
    def _nobody_knows(self) -> bool:
        return self.office.mailer.guarantee is Guarantee.IN_DOUBT_AFTER_CRASH

    def _pause(self, busy: RetryLater) -> None:
        self.go_on_at = self.office.clock.now() + busy.after

    def settle_unfinished(self) -> None:
        """Bring every dispatch that an earlier run left half-way to a state from which it can go on."""
        left = self._find(*ON_THE_WAY)
        for key in dict.fromkeys(p.dispatch_key for p in left if p.dispatch_key):
            if self.go_on_at is None:
                self._settle(key)

    def _settle(self, key: str) -> None:
        members = tuple(p for p in self._members(key) if p.state in ON_THE_WAY)
        state = members[0].state if members else None  # none left: another run has just called it off
        try:
            if state is State.RELEASING:
                self._take_back(key, members, "An earlier run stopped before sending it.")
            elif state in IN_DOUBT:
                self._settle_by_looking(key, members)
        except RetryLater as busy:
            self._pause(busy)

    def _settle_by_looking(self, key: str, members: Members) -> None:
        state = members[0].state
        found = self.office.mailer.look_up(key, members[0].draft_id or "")
        if found is Whereabouts.SENT:
            self._went(key, members, "Found among the sent messages.")
        elif found is Whereabouts.DRAFT:
            self._go_on_from_draft(key, members)
        elif state is State.SENDING:
            self._step(key, members, state, State.UNKNOWN, "An earlier run stopped while sending it.")
        else:
            self._decide_in_doubt(key, members, found)

    def _go_on_from_draft(self, key: str, members: Members) -> None:
        """Send the same draft again, never another: a run that only slept may be about to send it too, and of two
        attempts at one draft the provider lets one through.
        """
        state, looked_at = members[0].state, self.office.clock.now()
        is_whole = len(members) == len(self._members(key))  # a person may have stopped one of two children
        if not is_whole or any(self._must_not_go(p) for p in members):
            self._call_off(key, members)
        elif state is State.SENDING or self._step(key, members, state, State.SENDING, "Found as a draft: it waited."):
            self._hand_over(key, members, looked_at)

    def _call_off(self, key: str, members: Members) -> None:
        """Delete a draft that must not go any more. Only one that we deleted ourselves surely never went: one that was
        gone may be among the sent, where it does not show at once.
        """
        state, draft_id = members[0].state, members[0].draft_id or ""
        if self.office.mailer.discard_draft(draft_id):
            self._step(key, members, state, State.HELD, "Something changed before it was sent.")
        elif self.office.mailer.look_up(key, draft_id) is Whereabouts.SENT:
            self._went(key, members, "Found among the sent messages.")
        elif state is State.SENDING:
            self._step(key, members, state, State.UNKNOWN, "Its draft was gone before it could be called off.")

    def _decide_in_doubt(self, key: str, members: Members, found: Whereabouts) -> None:
        """After looking for long enough: send again where the purpose says so and nobody can know; else leave it held.

        A draft that is gone and not among the sent (somebody deleted it) stays unsettled: a person decides.
        """
        again = self._nobody_knows and found is Whereabouts.CANNOT_TELL
        waited = self.office.clock.now() - self._unknown_since(members[0])
        is_long = not dt.timedelta() <= waited < LOOK_UP_FOR  # a clock that was put back can't tell, and has waited
        if again and is_long and PURPOSES[self.purpose].in_doubt is InDoubt.SEND_AGAIN:
            self._send_again(key, members)

    def _send_again(self, key: str, members: Members) -> None:
        """The same message under the same key, so that its Message-ID is the same and a mailbox may show it once."""
        looked_at = self.office.clock.now()
        if any(self._must_not_go(p) for p in members):
            return
        try:
            draft_id = self.office.mailer.create_draft(self.letter.write(members, key=key))
        except (NothingLeft, GiveUp, NeedsHuman):
            return  # it stays unsettled, and a person decides
        why = "It can't be known whether it went; it is sent again."
        if draft_id == members[0].draft_id and self._step(key, members, State.UNKNOWN, State.SENDING, why):
            self._hand_over(key, members, looked_at)

    def _unknown_since(self, proposal: Proposal) -> dt.datetime:
        entries = self.office.store.ledger.entries(kind=f"message.{State.UNKNOWN}")
        return max((e.at for e in entries if e.facts.get("key") == proposal.key), default=proposal.planned_at)

    def _find(self, *states: State) -> Members:
        return self.office.store.proposals.find(purpose=self.purpose, states=states)

    def _members(self, key: str, draft_id: str | None = None) -> Members:
        """The proposals on a dispatch, or only those on that very draft of it."""
        found = self.office.store.proposals.find(dispatch_key=key)
        return tuple(p for p in found if draft_id in {None, p.draft_id})

    def _step(self, key: str, members: Members, old: State, new: State, reason: str) -> bool:
        """A step of a dispatch, taken only while its proposals are on that dispatch and draft, as they were read.

        Two releases at one moment of the clock have one key, so the draft is what tells them apart.
        """
        anew = key if new is State.RELEASING else None
        return self._move(members, old, new, reason, anew, on_dispatch=key, on_draft=members[0].draft_id)

    def _move(
        self,
        members: Members,
        old: State,
        new: State,
        reason: str,
        key: str | None = None,
        *,
        on_dispatch: str | None = None,
        on_draft: str | None = None,
    ) -> bool:
        moved = self.office.store.proposals.move(
            [p.key for p in members],
            old,
            new,
            at=self.office.clock.now(),
            actor=ACTOR,
            reason=reason,
            dispatch_key=key,
            on_dispatch=on_dispatch,
            on_draft=on_draft,
        )
        self.moved[new] += moved
        return moved


def _envelope(proposal: Proposal) -> tuple[str, str, str]:
    return proposal.session.key, proposal.group, proposal.address.reveal().casefold()
