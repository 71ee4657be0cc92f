"""Play one simulated morning to its end, and say everything that is wrong with it."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from firstbell.errors import FirstbellError
from firstbell.records import Proposal, State
from firstbell.settings import QuotaSettings, SmtpSettings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_store import FakeProposals
from firstbell.testing.morning_story import SETTINGS, THIS_MORNING
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.approvals import APPROVAL
from firstbell.workflows.outgoing.keys import proposal_key
from firstbell.workflows.outgoing.orphan_drafts import discard_orphan_drafts
from firstbell.workflows.outgoing.sending import Round
from rules.contact.purposes import Purpose
from rules.people import Personal
from tests.faults.gate import Gate, Killed
from tests.faults.plan import Plan
from tests.faults.ports import Letter, Mailer, SmtpMailer, Store
from tests.faults.provider import Provider
from tests.faults.world import World

BETWEEN_RUNS = 4
CALM_ROUNDS = 6
NOTHING_FOLLOWS = {State.SENT, State.RECALLED, State.BLOCKED, State.STOPPED}
# Fixed moments, so that a planned message is the same whoever plans it: the key has no "now" in it.
NINE = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
LATE = dt.datetime(2026, 11, 23, 23, tzinfo=dt.UTC)
LIMITED = {
    at_once: SETTINGS.model_copy(
        update={
            "smtp": SmtpSettings(
                host="unused", sender="absence@example.org", quota=QuotaSettings(at_once=at_once, a_minute=1)
            ),
            "outgoing": SETTINGS.outgoing.model_copy(update={"mailer": "smtp"}),
        }
    )
    for at_once in (1, 2)
}


@dataclass
class Outcome:
    """What is wrong with a morning (nothing, one hopes), and what is worth counting."""

    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    operations: int = 0


@dataclass(frozen=True)
class Parts:
    """What a morning is made of; a planted fault replaces one."""

    round: type[Round] = Round
    key: Callable[[str, dt.datetime], str] | None = None
    proposals: type[FakeProposals] = FakeProposals
    provider: Callable[[Plan, FakeClock], Provider] | None = None
    mailer: Callable[[Gate], Mailer] = Mailer


def play(plan: Plan, parts: Parts = Parts(), *, with_ledger: bool = True) -> Outcome:
    """The morning of a plan: rounds in which things go wrong, then calm ones in which everything must come right."""
    world = World(plan, proposals=parts.proposals, provider=parts.provider, is_sealed=with_ledger)
    if plan.is_signed:
        _sign(world, parts)
    count = 0
    for number in range(plan.rounds + CALM_ROUNDS):
        world.is_calm = number >= plan.rounds
        runs = 1 if world.is_calm else plan.runs
        gates = [Gate(world, count + each) for each in range(runs)]
        count += runs
        _run_all(world, gates, parts)
        world.clock.advance(minutes=BETWEEN_RUNS)
        if world.is_calm and _is_settled(world):
            break
    _sweep(world, parts)
    return _judged(world, with_ledger=with_ledger)


def _run_all(world: World, gates: list[Gate], parts: Parts) -> None:
    if world.baton is None:
        for gate in gates:
            _run(gate, parts)
        return
    if world.is_calm:  # whoever still sleeps wakes beside the calm run
        while world.baton.has_sleepers:
            world.baton.wake()
    else:
        world.baton.wake()
    world.baton.start([lambda gate=gate: _run(gate, parts) for gate in gates])
    world.baton.run()


def _run(gate: Gate, parts: Parts) -> None:
    """One run of the job: plan, settle, send, sweep."""
    office = _office(gate, parts)
    purpose = _purpose(gate.world.plan)
    try:
        planned = _planned(gate.world, parts)
        office.store.proposals.add(planned, at=NINE, actor="Firstbell")
        parts.round(office, purpose, Letter(gate)).run()
        discard_orphan_drafts(office)
    except (FirstbellError, Killed) as end:
        gate.world.met[type(end).__name__] += 1


def _office(gate: Gate, parts: Parts) -> Office:
    plan = gate.world.plan
    mailer = gate.hand.setdefault("mailer", (SmtpMailer if plan.service == "smtp" else parts.mailer)(gate))
    settings = LIMITED.get(plan.at_once, SETTINGS)
    nothing = dict.fromkeys(field.name for field in dataclasses.fields(Office))
    return Office(**nothing | {"settings": settings, "store": Store(gate), "mailer": mailer, "clock": gate.world.clock})


def _proposal(world: World, number: int, purpose: Purpose, parts: Parts) -> Proposal:
    address = world.plan.addresses[number]
    made = parts.key or (lambda subject, _: proposal_key("hill", subject, THIS_MORNING, purpose, "mother"))
    return Proposal(
        key=made(str(number), world.clock.now()),
        purpose=purpose,
        session=THIS_MORNING,
        subject_id=str(number),
        recipient_id="mother",
        address=Personal(f"family{address}@example.org"),
        group=f"family{address}",
        state=State.HELD,
        reason="not marked in",
        planned_at=NINE,
        release_at=NINE,
        send_before=LATE,
    )


def _purpose(plan: Plan) -> Purpose:
    return Purpose.HALF_TERM_DAYS_MISSED if plan.is_signed else Purpose.FIRST_DAY_ABSENCE


def _planned(world: World, parts: Parts) -> list[Proposal]:
    """What each run plans: the same every time, unless a fault is planted in the key."""
    if not world.planned or parts.key is not None:
        numbers = range(len(world.plan.addresses))
        world.planned = [_proposal(world, number, _purpose(world.plan), parts) for number in numbers]
    return world.planned


def _sign(world: World, parts: Parts) -> None:
    """A named person has approved every message beforehand."""
    for proposal in _planned(world, parts):
        world.store.ledger.append(APPROVAL, at=NINE, actor="AO", facts={"key": proposal.key})


def _is_settled(world: World) -> bool:
    return all(p.state in NOTHING_FOLLOWS for p in world.store.proposals.find())


def _sweep(world: World, parts: Parts) -> None:
    """A quarter of an hour later nothing is left lying in the mailbox."""
    world.clock.advance(minutes=20)
    gate = Gate(world, -1)
    discard_orphan_drafts(_office(gate, parts))


def _judged(world: World, *, with_ledger: bool) -> Outcome:
    proposals = world.store.proposals.find()
    went = [message for each in world.provider.sent.values() for message, _ in each]
    told = Counter(subject for message in went for subject in message.text.reveal().split(","))
    outcome = Outcome(wrong=list(world.faults), operations=world.operations)
    for subject in {p.subject_id for p in proposals} | set(told):
        states = {p.state for p in proposals if p.subject_id == subject}
        outcome.wrong += _wrong_with(world, subject, states, told[subject])
    if with_ledger and world.store.ledger.verify() != ():
        outcome.wrong.append("the ledger does not verify")
    left = [each for each in world.provider.drafts if each not in {p.draft_id for p in proposals}]
    outcome.wrong += [f"{each} is left lying" for each in left]
    outcome.counts.update(world.met)
    outcome.counts.update({f"requests: {step}": number for step, number in world.provider.requests.items()})
    outcome.counts["mornings"] += 1
    outcome.counts["messages that went"] += len(went)
    outcome.counts.update(f"came to {p.state}" for p in proposals)
    outcome.counts[f"held: {_cause(world)}"] += outcome.counts[f"came to {State.UNKNOWN}"]
    outcome.counts["told twice in doubt (SMTP)"] += sum(max(0, n - 1) for n in told.values())
    return outcome


def _cause(world: World) -> str:
    """Why this morning may leave a message to a person."""
    if world.plan.service == "smtp":
        return "over SMTP"
    return "somebody deleted drafts" if world.met["a person deletes the drafts"] else "killed while calling it off"


def _wrong_with(world: World, subject: str, states: set[State], told: int) -> list[str]:
    """Where the store and the provider disagree about one pupil."""
    may_repeat = world.plan.service == "smtp" and not world.plan.is_signed
    state = next(iter(states), None)
    wrong = {
        f"has several messages: {sorted(states)}": len(states) != 1,
        f"was told {told} times": told > 1 and not may_repeat,
        "was never told, and the store says that it was": state is State.SENT and told == 0,
        "was recalled, and told": state is State.RECALLED and told > 0,
        "was recalled for nothing": state is State.RECALLED and int(subject) not in world.in_school,
        f"is left {state}": state not in NOTHING_FOLLOWS and state is not State.UNKNOWN,
    }
    found = [f"{subject} {sentence}" for sentence, is_so in wrong.items() if is_so]
    return found + (_wrong_with_doubt(world, subject, told) if state is State.UNKNOWN else [])


def _wrong_with_doubt(world: World, subject: str, told: int) -> list[str]:
    """A message may be left to a person only where really nobody can know, and the harness can say why: over SMTP, or
    because its draft was deleted, by a person or to call it off, and whoever deleted it could not write that down.
    """
    if world.plan.service == "smtp":
        is_explained = world.plan.is_signed or int(subject) in world.in_school
        return [] if is_explained else [f"{subject} is left in doubt, though it may be sent again"]
    if told:
        return [f"{subject} was told, and the store does not know"]
    (proposal,) = (p for p in world.store.proposals.find() if p.subject_id == subject)
    was_called_off = bool(world.met["a person deletes the drafts"] or world.in_school)
    is_explained = proposal.draft_id in world.provider.deleted and was_called_off
    return [] if is_explained else [f"{subject} is left in doubt, and nothing explains it"]
