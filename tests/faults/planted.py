"""Faults planted in the way out: each is a mistake that somebody could make, and that the harness must notice."""

from collections.abc import Callable

from firstbell.records import State
from firstbell.testing.fake_store import FakeProposals
from firstbell.workflows.outgoing.keys import dispatch_key
from firstbell.workflows.outgoing.sending import Round
from tests.faults.morning import Parts


class NoGuard(Round):
    """Nobody reads the mark again."""

    def _untrue(self, proposal):  # noqa: ARG002 - that is the mistake
        return None


class NoCompare(FakeProposals):
    """The set of compare-and-set, without the compare."""

    def _may_move(self, row, old, on_dispatch, on_draft):  # noqa: ARG002 - that is the mistake
        return True

    def record_draft(self, dispatch_key, draft_id, *, at):
        super().record_draft(dispatch_key, draft_id, at=at)
        return True


class NoDispatchInCompare(FakeProposals):
    """The compare looks at the state alone: a run that slept moves what was released anew."""

    def _may_move(self, row, old, on_dispatch, on_draft):  # noqa: ARG002 - that is the mistake
        return row.state is old


class NoLookUp(Round):
    """What was being sent is put back on hold, and sent again in the dark."""

    def _settle_by_looking(self, key, members):
        self._step(key, members, members[0].state, State.HELD, "Try again.")


class SendThenMark(Round):
    """First the message, then the note that it went."""

    def _send(self, members):
        key = dispatch_key(tuple(p.key for p in members), self.office.clock.now())
        if all(self._untrue(p) is None for p in members):
            self.office.mailer.send_draft(self.office.mailer.create_draft(self.letter.write(members, key=key)))
            self._move(members, State.HELD, State.RELEASING, "", key)
            self._step(key, members, State.RELEASING, State.SENDING, "")
            self._step(key, members, State.SENDING, State.SENT, "")


class MarkThenSend(Round):
    """First the note that it went, then the message."""

    def _hand_over(self, key, members, looked_at):
        self._step(key, members, State.SENDING, State.SENT, "")
        super()._hand_over(key, members, looked_at)


class AnotherDraftWhileBusy(Round):
    """A busy mail service is taken for leave to let the draft go, though a sleeper may still send it."""

    def _not_sent(self, key, members, reason):
        self._step(key, members, State.SENDING, State.RELEASING, reason)


class GoneIsUnsent(Round):
    """A draft that is gone is taken for one that never went."""

    def _call_off(self, key, members):
        self.office.mailer.discard_draft(members[0].draft_id or "")
        self._step(key, members, members[0].state, State.HELD, "")


def key_with_now(subject: str, now: object) -> str:
    """The moment in the key: planned again at another, the message is another."""
    return f"hill|{subject}|{now}"


PLANTED: dict[str, Parts] = {
    "no guard at the moment of sending": Parts(round=NoGuard),
    "no compare in compare-and-set": Parts(proposals=NoCompare),
    "no dispatch in the compare": Parts(proposals=NoDispatchInCompare),
    "a key with the moment in it": Parts(key=key_with_now),
    "no look-up after a crash": Parts(round=NoLookUp),
    "send, then mark": Parts(round=SendThenMark),
    "mark, then send": Parts(round=MarkThenSend),
    "another draft while the service is busy": Parts(round=AnotherDraftWhileBusy),
    "a draft that is gone counts as unsent": Parts(round=GoneIsUnsent),
}


def seeds_until_noticed(goes_wrong: Callable[[int], bool], bound: int) -> int | None:
    """How many seeds it takes; None when the bound is too small."""
    return next((seed + 1 for seed in range(bound) if goes_wrong(seed)), None)
