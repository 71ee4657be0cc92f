"""A bad day in Microsoft 365: faults at any request, jobs repeated until quiet, and what must hold then."""

import datetime as dt
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from firstbell.composition.stores import open_store_for
from firstbell.demo.morning import ZONE
from firstbell.records import State
from firstbell.testing.microsoft import school as tenants
from firstbell.testing.microsoft.faults import Fault, Kind
from firstbell.testing.microsoft.files import Item
from firstbell.testing.microsoft.server import Running
from firstbell.workflows.words import name_of
from rules.contact.purposes import Purpose
from tests.faults.school_morning import SEED, TO_FAMILIES, UNFINISHED, AtSchool, InTheCloud, Told, short_morning

MINUTE = dt.timedelta(minutes=1)
OFFICE_TYPES = dt.time(9, 50)
TRIES = 12
# What asks each kind of thing, as patterns on the operations of the sandbox.
WHERE = {
    "send": r"/send$",
    "create draft": r"^POST /users/\{user-id\}/messages$",
    "createSession": r"createSession$",
    "$batch": r"\$batch$",
    "upload": r"^PUT |createUploadSession",
    "invite": r"/invite$",
    "webhook": r"^POST /powerautomate",
    "channel read": r"^GET /teams",
    "workbook found": r"^GET /drives/\{drive-id\}/root:",
    "sheet read": r"usedRange$",
    "mailbox read": r"^GET /users/",
    "download": r"^GET /download",
    "any request": r".*",
}
NO_SENTENCE = re.compile(r"Traceback|Error\b|\.py\b|0x[0-9a-f]+|[{}<>\n]")
WAITS = ("", "1", "30", "Mon, 23 Nov 2026 10:00:00 GMT")


@dataclass
class Outcome:
    """What a morning came to: faults that struck, sentences that people were told, and what is wrong. `by_phone`: the
    messages that did not go because the service refused them, which the office is told to telephone instead.
    `set_aside`: the jobs that were given up. `stopped_on_its_way`: the messages that somebody stopped when a killed run
    had begun to send them.
    """

    faults: int = 0
    runs: int = 0
    messages: int = 0
    by_phone: int = 0
    set_aside: int = 0
    stopped_on_its_way: int = 0
    said: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)


def drawn(seed: int, number: int = 6) -> list[Fault]:
    """Faults at random: of any kind, at any of some hundred requests."""
    chance = random.Random(seed)  # noqa: S311 - faults, no secret
    kinds = [kind for kind in Kind if kind is not Kind.SLOW]
    return [
        Fault(
            chance.choice(kinds),
            WHERE[chance.choice(list(WHERE))],
            chance.choice((1, 1, 2, 4)),
            chance.randrange(80) if chance.random() < 0.5 else chance.randrange(5),
            chance.choice(WAITS),
        )
        for _ in range(number)
    ]


def aimed() -> Iterator[tuple[str, Fault]]:
    """Each kind of fault at each kind of request once."""
    for name, where in WHERE.items():
        for kind in Kind:
            yield f"{kind.value} at {name}", Fault(kind, where, seconds=0.05)


def play(place: AtSchool, outcome: Outcome) -> str:
    """The short morning, each job repeated until it has nothing more to do; the row that somebody made theirs."""
    theirs = ""
    for moment in short_morning(place.seed):
        late = max(moment.at, place.clock.moment)
        place.it_is(replace(moment, at=late))
        place.people_type(moment.typed)
        if moment.at.astimezone(ZONE).time() == OFFICE_TYPES:
            place.two_people_release_the_form()
            theirs = place.somebody_makes_it_theirs() if isinstance(place, InTheCloud) else ""
        if moment.job:
            _until_quiet(place, moment.job, outcome)
    return theirs


def _until_quiet(place: AtSchool, job: str, outcome: Outcome) -> None:
    for _ in range(TRIES):
        said = place.run(job)
        outcome.runs += 1
        outcome.said += [said] if said else []
        if not said and all(p.state not in UNFINISHED for p in place.proposals()):
            return
        place.clock.moment += MINUTE
    outcome.wrong.setdefault("never quiet", []).append(f"{job}: {said}")


@cache
def expected(seed: int = SEED) -> Told:
    """Whom the same morning tells on this computer, where nothing goes wrong."""
    with TemporaryDirectory() as folder:
        place = AtSchool(Path(folder), seed)
        outcome = Outcome()
        play(place, outcome)
        assert outcome.wrong == {}
        assert outcome.said == []
        return place.told()


def morning(folder: Path, service: Running, faults: Iterable[Fault]) -> Outcome:
    """A whole bad morning, and what is wrong at its end."""
    place, outcome = InTheCloud(folder, service), Outcome()
    script = list(faults)
    ordered = sum(fault.times for fault in script)
    place.tenant.script.add(*script)
    theirs = play(place, outcome)
    outcome.faults = ordered - sum(fault.times for fault in script)
    outcome.wrong |= {what: found for what, found in _wrong(place, theirs, outcome) if found}
    return outcome


def _wrong(place: InTheCloud, theirs: str, outcome: Outcome) -> Iterator[tuple[str, list[str]]]:
    yield from at_the_end(place, expected(place.seed), outcome)
    yield "staff edits", [] if place.is_still_theirs(theirs) and _stop_stands(place) else [theirs]
    yield "no sentences", [said for said in outcome.said if NO_SENTENCE.search(said)]


def at_the_end(place: InTheCloud, wanted: Told, outcome: Outcome) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with the messages, the cards, the folders and the ledger, where these are to be told."""
    told = place.told()
    missing = [pupil for _, _, pupil in (wanted - told).elements()]
    by_phone = on_the_phone_list(place)
    # Where the service was busy until the pupil had come, there was nothing to tell any more.
    came_in = {p.subject_id for p in place.proposals() if p.state is State.RECALLED}
    came_in &= {pupil for purpose, _, pupil in wanted if purpose is Purpose.IN_SCHOOL_CORRECTION}
    outcome.by_phone = len(by_phone.intersection(missing))
    outcome.messages = told.total()
    yield "lost", [each for each in missing if each not in by_phone | came_in]
    yield "too many", [f"{purpose} {pupil}" for purpose, _, pupil in (told - wanted).elements()]
    yield from whatever_was_due(place)


def whatever_was_due(place: InTheCloud) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with the messages, the cards, the folders and the ledger, whoever was to be told."""
    arrived = place.arrived()
    gone = {p.dispatch_key or "" for p in place.proposals() if p.state is State.SENT}
    yield "never arrived", sorted(gone - {key for key, _ in arrived})
    yield "twice", [key for key, number in arrived.items() if number > 1]
    yield "stopped, and told", [p.key for p in place.proposals() if p.state is State.STOPPED and p.dispatch_key in gone]
    yield "unfinished", [p.key for p in place.proposals() if p.purpose in TO_FAMILIES and p.state in UNFINISHED]
    yield "cards", _cards(place)
    yield "folders", list(open_to_others(place))
    yield "outside the contract", place.tenant.violations
    with closing(open_store_for(place.settings)) as store:
        yield "ledger", list(map(str, store.ledger.verify()))


def on_the_phone_list(place: InTheCloud) -> set[str]:
    """Whose family the office telephones, for the message was blocked and the sheet says so."""
    names = {row.get("Pupil") for row in place.person_in("Attendance").sees("Phone list")}
    blocked = {p.subject_id for p in place.proposals() if p.state in {State.BLOCKED, State.BOUNCED}}
    return {pupil.id for pupil in place.school.people.pupils if pupil.id in blocked and name_of(pupil) in names}


def _stop_stands(place: InTheCloud) -> bool:
    rows = place.person_in("Attendance").sees("Queue")
    return any(row.get("Decision") == "stop" for row in rows) and any(row.get("Decision") == "release" for row in rows)


def _cards(place: InTheCloud) -> list[str]:
    """Alerts that stand in the channel twice, or not at all and nobody was told by mail in their place."""
    with closing(open_store_for(place.settings)) as store:
        cases = [entry.facts["case"] for entry in store.ledger.entries(kind="alert.raised")]
    cards = [str(message.card) for message in place.channel.messages]
    times = Counter({case: sum(case in card for card in cards) for case in cases})
    by_mail = any(p.purpose is Purpose.SAFEGUARDING_ALERT and p.state is State.SENT for p in place.proposals())
    return [case for case, number in times.items() if number > 1 or (number == 0 and not by_mail)]


def open_to_others(place: InTheCloud) -> Iterator[str]:
    """Folders with papers in them that somebody may open whom the settings do not name."""
    named = {person.email for person in place.settings.staff}
    drive = place.tenant.drives[tenants.drive_id(tenants.RESTRICTED)]
    for item in drive.all_items:
        if item.parent is drive.root and drive.children(item) and not _is_closed(item, named):
            yield item.name


def _is_closed(folder: Item, named: set[str]) -> bool:
    return folder.grants is not None and set(folder.roles or ()) <= named
