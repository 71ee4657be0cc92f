"""Replay: what would have gone out on past days under today's settings, beside what really went. Sends nothing.

Each day is played through the morning's own workflow, on a practice office whose clock stands at the moments of that
day, whose marks are those that stood then, and whose mail goes into a tray. A message has the same key in both, so the
two can be held against each other one by one.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from firstbell.errors import BadInput, NeedsHuman
from firstbell.ports import Store
from firstbell.records import PersonsCell, Proposal, State
from firstbell.workflows.jobs.first_day_contact import FINISHED, first_day_contact
from firstbell.workflows.morning.brakes import brakes_on
from firstbell.workflows.morning.corrections import TOLD
from firstbell.workflows.morning.session_now import look
from firstbell.workflows.notes.desk_notes import SAFEGUARDING
from firstbell.workflows.office import Office
from firstbell.workflows.oversight.registers_as_they_stood import RegistersAsTheyStood, registers_as_they_stood
from firstbell.workflows.oversight.stand_ins import BlankWorkbook, NoFolders, Pinboard, Tray
from rules.calendar import Half, Session, both_sessions
from rules.contact.purposes import Purpose

PURPOSE = Purpose.FIRST_DAY_ABSENCE
LAST_LOOK = dt.timedelta(minutes=1)


class MovingClock(Protocol):
    """A clock that the replay moves along."""

    moment: dt.datetime

    def now(self) -> dt.datetime: ...


@dataclass(frozen=True, slots=True)
class ReplayedSession:
    """One session held against what happened, in messages.

    `not_then` counts those that would go now and did not go then, `not_now` the other way round, both by the sentence
    that says why. `stops` say what would stop the whole session: a brake that waits for two people, or missing marks.
    """

    session: Session
    unexplained: int
    would_go: int
    went: int
    not_then: Counter[str]
    not_now: Counter[str]
    stops: tuple[str, ...]


def replay(
    office: Office,
    practice_store: Store,
    clock: MovingClock,
    first: dt.date,
    last: dt.date,
    tell: Callable[[ReplayedSession], None] = lambda _: None,
) -> tuple[ReplayedSession, ...]:
    """Play every school day from `first` to `last`; `tell` hears of each session as it is done.

    Raises BadInput for days out of order, still to come or outside the calendar, and NeedsHuman before the first sync.
    """
    days = _days(office, first, last)
    clock.moment = office.at(first, dt.time())
    stood = registers_as_they_stood(office, clock, first, last)
    practice = _practice_office(office, practice_store, clock, stood)
    _prepare(office, practice, stood, first)
    found = []
    for day in days:
        for session in both_sessions(day):
            found.append(_play(office, practice, clock, session))
            tell(found[-1])
    return tuple(found)


def _days(office: Office, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    if last < first:
        raise BadInput("--to", last.isoformat(), f"a date no earlier than {first.isoformat()}")
    if last > office.today():
        raise BadInput("--to", last.isoformat(), "today at the latest: the days to come have no marks yet")
    calendar = office.mis.calendar()
    if not (calendar.covers(first) and calendar.covers(last)):
        found = f"{first.isoformat()} to {last.isoformat()}"
        raise BadInput("--from, --to", found, f"days from {calendar.first.isoformat()} to {calendar.last.isoformat()}")
    return calendar.school_days(first, last)


def _practice_office(office: Office, store: Store, clock: MovingClock, mis: RegistersAsTheyStood) -> Office:
    """The same school under the same settings, where nothing leads out: not stopped, not rehearsed, without a quota."""
    outgoing = office.settings.outgoing.model_copy(update={"stop": False, "rehearsal": False, "mailer": "local"})
    return replace(
        office,
        settings=office.settings.model_copy(update={"outgoing": outgoing}),
        mis=mis,
        store=store,
        attendance_workbook=BlankWorkbook(),
        safeguarding_workbook=BlankWorkbook(),
        cases_workbook=BlankWorkbook(),
        mailer=Tray(),
        channel=Pinboard(),
        folders=NoFolders(),
        clock=clock,
    )


def _prepare(office: Office, practice: Office, stood: RegistersAsTheyStood, first: dt.date) -> None:
    """Give the practice store the registers of the weeks before, and the safeguarding team's holds and blocks.

    What the office typed during the days themselves stays out: the reason given at ten would explain away the absence
    that was still unexplained at a quarter to.
    """
    registers = practice.store.registers
    registers.save_roll(stood.roll())
    before = stood.marks(dt.date.min, first - dt.timedelta(days=1))
    registers.save_marks(before, by_name="MIS", by_role="not given by the MIS", reason="as they stood")
    practice.store.desk.save_cells(_lasting_words(office))


def _lasting_words(office: Office) -> Iterable[PersonsCell]:
    return (
        cell for cell in office.store.desk.cells(SAFEGUARDING) if cell.sheet in {"Vulnerable pupils", "Non-contact"}
    )


def _play(office: Office, practice: Office, clock: MovingClock, session: Session) -> ReplayedSession:
    moments, leaves = _moments(office, session)
    unexplained, stops = 0, tuple[str, ...]()
    try:
        for moment in moments:
            clock.moment = moment
            unexplained = max(unexplained, first_day_contact(practice).unexplained)
            stops = stops if moment > leaves else _brakes(practice, session)
    except NeedsHuman as stop:
        stops = (f"Nothing would go: {stop}.",)
    return _held_against(office, practice, session, unexplained, stops)


def _moments(office: Office, session: Session) -> tuple[tuple[dt.datetime, ...], dt.datetime]:
    """When the job really ran for this session, or else would have; and by when the first messages would leave.

    It would have run as the register closes, when the hold is over, and once more just before the session ends.
    """
    day, hold = office.settings.day, dt.timedelta(minutes=office.settings.first_day.hold_minutes)
    times = day.am if session.half is Half.AM else day.pm
    closes = office.at(session.date, max(times.closes, day.first_day_contact_at))
    ends = office.at(session.date, times.session_ends) - LAST_LOOK
    runs = office.store.ledger.entries(kind=FINISHED, since=office.at(session.date, dt.time()))
    ran = sorted(entry.at for entry in runs if entry.facts["session"] == str(session))
    leaves = next((moment for moment in ran if moment >= ran[0] + hold), ran[-1]) if ran else min(closes + hold, ends)
    return tuple(ran) or tuple(sorted({min(closes, ends), leaves, ends})), leaves


def _brakes(practice: Office, session: Session) -> tuple[str, ...]:
    """What would hold messages back as they leave."""
    return tuple(brake.sentence for brake in brakes_on(practice, look(practice, session)) if not brake.is_released)


def _held_against(
    office: Office, practice: Office, session: Session, unexplained: int, stops: tuple[str, ...]
) -> ReplayedSession:
    then, now = _by_key(office, session), _by_key(practice, session)
    went, would_go = _told(then), _told(now)
    return ReplayedSession(
        session,
        unexplained,
        len(would_go),
        len(went),
        not_then=Counter(_why(then.get(key), "it was not planned") for key in would_go - went),
        not_now=Counter(_why(now.get(key), "it would not be planned") for key in went - would_go),
        stops=stops,
    )


def _by_key(office: Office, session: Session) -> dict[str, Proposal]:
    return {p.key: p for p in office.store.proposals.find(session=session, purpose=PURPOSE)}


def _told(proposals: dict[str, Proposal]) -> frozenset[str]:
    return frozenset(key for key, p in proposals.items() if p.state in {*TOLD, State.BOUNCED})


def _why(proposal: Proposal | None, otherwise: str) -> str:
    return otherwise if proposal is None else f"{proposal.state}. {proposal.reason}"
