"""The steps of a dispatch: the proposals that one message carries, and the one draft that may be sent of it.

Each step is compare-and-set in the store, and names the dispatch and the draft it was read with.
"""

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from firstbell.errors import GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.records import Guarantee, Message, Proposal, State
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.stop_switch import is_stopped
from rules.contact.purposes import PURPOSES, Audience, Purpose

ACTOR = "Firstbell"
# A run that reads every mark and then sleeps longer than this before it sends has not looked.
A_LOOK_IS_GOOD_FOR = dt.timedelta(minutes=2)
IN_DOUBT = (State.SENDING, State.UNKNOWN)
TOO_LATE = "Its time has passed."

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


@dataclass
class Steps:
    """What a round of sending works with, and the steps it can take.

    `may_leave` keeps back what a person or a brake holds. `moved` counts messages by the state they came to.
    `busy_until` is set when the mail service asked to wait: the round then stops sending.
    """

    office: Office
    purpose: Purpose
    letter: Letter
    may_leave: Callable[[Proposal], bool] = lambda _: True
    moved: Counter[State] = field(default_factory=Counter)
    busy_until: dt.datetime | None = None

    def _untrue(self, proposal: Proposal) -> str | None:
        """Why the message says what is not so any more, or comes too late to be of use; read afresh."""
        if self.office.clock.now() >= proposal.send_before:
            return TOO_LATE
        return self.letter.objection(proposal)

    def _must_not_go(self, proposal: Proposal) -> bool:
        """Whether a message that an earlier moment released must not go at this one."""
        if is_stopped(self.office) or not self.may_leave(proposal):
            return True
        return self._untrue(proposal) is not None

    def _hand_over(self, key: str, members: Members, looked_at: dt.datetime) -> None:
        """Send the draft. Nothing is done where another run has called the dispatch off meanwhile."""
        if not members or members[0].draft_id is None:
            return
        if self.office.clock.now() - looked_at > A_LOOK_IS_GOOD_FOR:
            self._not_sent(key, members, "This run was stopped for too long to send what it had read.")
            return
        if self._is_time_up(by=A_LOOK_IS_GOOD_FOR):
            self.busy_until = self.office.clock.now()
            self._not_sent(key, members, "This run's time was long up when it had drafted it.")
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
            self._now_known(key, members, State.SENT, "The mail service took it.")

    def _now_known(self, key: str, members: Members, new: State, reason: str) -> None:
        """It surely went, or surely did not; another run may have come to doubt it meanwhile."""
        for state in IN_DOUBT:
            if self._step(key, members, state, new, reason):
                return

    def _not_sent(self, key: str, members: Members, reason: str) -> None:
        """We sent nothing. A run that slept may hold the same draft, so where the provider can be asked it is left for
        the look-up to settle; another draft beside this one could be a second message.
        """
        if self._nobody_knows:
            self._step(key, members, State.SENDING, State.RELEASING, reason)

    def _is_time_up(self, *, by: dt.timedelta = dt.timedelta()) -> bool:
        """Staff and the safeguarding team are few and never left for later, as `take_turn` has it."""
        return PURPOSES[self.purpose].audience is Audience.CONTACTS and self.office.is_time_up(by=by)

    @property
    def _nobody_knows(self) -> bool:
        return self.office.mailer.guarantee is Guarantee.IN_DOUBT_AFTER_CRASH

    def _pause(self, busy: RetryLater) -> None:
        self.busy_until = self.office.clock.now() + busy.after

    def _discard(self, draft_id: str) -> None:
        """Throw away a draft that nobody will send; one that can't be thrown away now is swept up another day."""
        with contextlib.suppress(RetryLater, NeedsHuman):
            self.office.mailer.discard_draft(draft_id)

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
        return bool(members) and self._move(
            members, old, new, reason, anew, on_dispatch=key, on_draft=members[0].draft_id
        )

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
