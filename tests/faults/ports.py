"""The ports of a simulated run: each call goes through the run's gate to the world that all runs share."""

import datetime as dt

from firstbell.errors import NeedsHuman
from firstbell.records import Guarantee, Message, Proposal, Whereabouts
from rules.people import Personal
from tests.faults.gate import Gate


class Mailer:
    """A mailbox that can be asked afterwards."""

    guarantee = Guarantee.EXACTLY_ONCE

    def __init__(self, gate: Gate) -> None:
        self._gate, self._provider = gate, gate.world.provider

    def create_draft(self, message):
        return self._gate.call("create", lambda: self._provider.create(message))

    def send_draft(self, draft_id):
        self._gate.call("send", lambda: self._send(draft_id))

    def _send(self, draft_id):
        message = self._provider.send(draft_id)
        if message is not None:
            check_the_moment(self._gate, message)

    def look_up(self, key, draft_id):
        return self._gate.call("look up", lambda: self._provider.look_up(key, draft_id))

    def discard_draft(self, draft_id):
        return self._gate.call("discard", lambda: self._provider.discard(draft_id))

    def drafts_before(self, moment):
        return self._gate.call("list", lambda: self._provider.drafts_before(moment))


class SmtpMailer:
    """A server that can't be asked: drafts live in the run, and what became of one only that run knows."""

    guarantee = Guarantee.IN_DOUBT_AFTER_CRASH

    def __init__(self, gate: Gate) -> None:
        self._gate, self._provider = gate, gate.world.provider
        self._drafts: dict[str, Message] = {}
        self._fate: dict[str, Whereabouts] = {}

    def create_draft(self, message):
        def prepare():
            draft_id = f"<{message.key}@example.org>"
            self._drafts[draft_id], self._fate[draft_id] = message, Whereabouts.DRAFT
            return draft_id

        return self._gate.call("create", prepare)

    def send_draft(self, draft_id):
        if self._fate.get(draft_id) is not Whereabouts.DRAFT:
            raise NeedsHuman("the draft is not in this run's hands", "the server's log")
        self._fate[draft_id] = Whereabouts.CANNOT_TELL
        try:
            self._gate.call("send", lambda: self._deliver(draft_id))
        except NeedsHuman:
            raise
        except Exception:
            self._fate[draft_id] = Whereabouts.DRAFT
            raise
        self._fate[draft_id] = Whereabouts.SENT

    def _deliver(self, draft_id):
        message = self._drafts[draft_id]
        went = self._provider.sent.setdefault(draft_id, [])
        went.append((message, self._gate.world.clock.now()))
        check_the_moment(self._gate, message)

    def look_up(self, _key, draft_id):
        return self._fate.get(draft_id, Whereabouts.CANNOT_TELL)

    def discard_draft(self, draft_id):
        is_draft = self._fate.get(draft_id) is Whereabouts.DRAFT
        if is_draft:
            self._fate[draft_id] = Whereabouts.ABSENT
        return is_draft

    def drafts_before(self, _moment):
        return ()


LOOK = dt.timedelta(minutes=2)


def check_the_moment(gate: Gate, message: Message) -> None:
    """The oracle, at the moment a message really leaves: every pupil in it was read as absent by this very run, and
    not so long ago that the mark could have been put right meanwhile unseen. A process that is stopped in the very call
    that sends can't look any more: those are counted.
    """
    world, now = gate.world, gate.world.clock.now()
    for subject in message.text.reveal().split(","):
        if not gate.read.get(subject, False):
            world.faults.append(f"{subject} was told about without a look at the mark")
        changed_at = world.in_school.get(int(subject), now)
        if changed_at < gate.called_at - LOOK:
            world.faults.append(f"{subject} was told about although the mark had changed")
        elif changed_at < now:
            world.met["the mark changed between the last look and the sending"] += 1
        if message.to.reveal() != f"family{world.plan.addresses[int(subject)]}@example.org":
            world.faults.append(f"{subject} was told about to another family")


class Letter:
    """The mark is read afresh, and the text names the pupils it is about."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def objection(self, proposal: Proposal) -> str | None:
        return self._gate.call("read the mark", lambda: self._read(proposal.subject_id))

    def _read(self, subject: str) -> str | None:
        world = self._gate.world
        is_absent = int(subject) not in world.in_school
        self._gate.read[subject] = is_absent
        return None if is_absent else "The mark has changed."

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        first, text = members[0], ",".join(sorted(p.subject_id for p in members))
        return Message(key, first.purpose, first.address, "Attendance", Personal(text), Personal(""), first.send_before)


class Proposals:
    """The store's proposals, through the gate: a call is all done or not at all, but the run may die beside it."""

    def __init__(self, gate: Gate, inner) -> None:
        self._gate, self._inner = gate, inner

    def add(self, *given, **named):
        return self._gate.call("plan", lambda: self._inner.add(*given, **named))

    def find(self, **named):
        return self._gate.call("find", lambda: self._inner.find(**named))

    def move(self, keys, old, new, **named):
        return self._gate.call(f"move to {new}", lambda: self._inner.move(keys, old, new, **named))

    def record_draft(self, *given, **named):
        return self._gate.call("record the draft", lambda: self._inner.record_draft(*given, **named))


class Desk:
    """The store's tokens, through the gate."""

    def __init__(self, gate: Gate, inner) -> None:
        self._gate, self._inner = gate, inner

    def take_token(self, quota, *, now):
        return self._gate.call("take a token", lambda: self._inner.take_token(quota, now=now))

    def return_token(self, quota):
        return self._gate.call("return a token", lambda: self._inner.return_token(quota))


class Store:
    """One run's view of the store."""

    def __init__(self, gate: Gate) -> None:
        shared = gate.world.store
        self.proposals, self.desk = Proposals(gate, shared.proposals), Desk(gate, shared.desk)
        self.ledger = shared.ledger
