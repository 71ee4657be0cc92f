"""What an earlier run left half-way is settled by looking, never by sending again in the dark."""

import datetime as dt
from dataclasses import dataclass

from firstbell.errors import GiveUp, NeedsHuman, RetryLater
from firstbell.records import Proposal, State, Whereabouts
from firstbell.workflows.outgoing.dispatch_steps import IN_DOUBT, Members, NothingLeft, Steps
from rules.contact.purposes import PURPOSES, InDoubt

# How long an unsettled message is looked up before the purpose's policy decides.
LOOK_UP_FOR = dt.timedelta(minutes=5)
SENT_AGAIN = "It can't be known whether it went; it is sent again."
ON_THE_WAY = (State.RELEASING, *IN_DOUBT)


@dataclass
class Settling(Steps):
    """The part of a round that comes before anything new is sent."""

    def settle_unfinished(self) -> None:
        """Bring every dispatch that an earlier run left half-way to a state from which it can go on."""
        left = self._find(*ON_THE_WAY)
        for key in dict.fromkeys(p.dispatch_key for p in left if p.dispatch_key):
            if self.busy_until is None:
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

    def _take_back(self, key: str, members: Members, reason: str) -> None:
        """Put a dispatch that nobody tried to send back on hold and throw its draft away.

        Of this and the step to SENDING one wins, so nobody will send that draft.
        """
        if self._step(key, members, State.RELEASING, State.HELD, reason) and members[0].draft_id:
            self._discard(members[0].draft_id)

    def _settle_by_looking(self, key: str, members: Members) -> None:
        state = members[0].state
        found = self.office.mailer.look_up(key, members[0].draft_id or "")
        if found is Whereabouts.SENT:
            self._now_known(key, members, State.SENT, "Found among the sent messages.")
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
            self._now_known(key, members, State.HELD, "Something changed before it was sent.")
        elif self.office.mailer.look_up(key, draft_id) is Whereabouts.SENT:
            self._now_known(key, members, State.SENT, "Found among the sent messages.")
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
        true = tuple(p for p in members if not self._must_not_go(p))
        if len(true) < len(members):
            # Of one child it is not true any more, and that stays in doubt; of the others the family hears anew.
            self._step(key, true, State.UNKNOWN, State.HELD, SENT_AGAIN)
            return
        try:
            draft_id = self.office.mailer.create_draft(self.letter.write(members, key=key))
        except (NothingLeft, GiveUp, NeedsHuman):
            return  # it stays unsettled, and a person decides
        is_the_same = draft_id == members[0].draft_id
        if is_the_same and self._step(key, members, State.UNKNOWN, State.SENDING, SENT_AGAIN):
            self._hand_over(key, members, looked_at)

    def _unknown_since(self, proposal: Proposal) -> dt.datetime:
        entries = self.office.store.ledger.entries(kind=f"message.{State.UNKNOWN}")
        return max((e.at for e in entries if e.facts.get("key") == proposal.key), default=proposal.planned_at)
