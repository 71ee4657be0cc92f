"""The moments, people and small steps that the suites of a store share.

Alicia and Michael are pupils; Alicia's mother and father are her contacts.
"""

import datetime as dt
from collections.abc import Callable, Sequence

from firstbell.ports import Store
from firstbell.records import MarkChange, Marks, Problem, Proposal, Roll, State
from rules.calendar.sessions import Half, Session
from rules.codes import AttendanceCode as Code
from rules.contact.purposes import Purpose
from rules.people import Contact, Personal, Pupil, PupilContact, PupilFlags, Upn
from rules.registers import Mark

OpenRun = Callable[[], Store]

MONDAY = dt.date(2026, 11, 23)
TUESDAY = dt.date(2026, 11, 24)
MONDAY_AM, MONDAY_PM = Session(MONDAY, Half.AM), Session(MONDAY, Half.PM)
TUESDAY_AM = Session(TUESDAY, Half.AM)
NINE = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
TEN = NINE + dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


def a_roll(*pupil_ids: str) -> Roll:
    """A roll of these pupils, each with a contact of their own who has parental responsibility."""
    return Roll(
        as_at=NINE,
        pupils=tuple(Pupil(each, Personal("Test"), Personal("Pupil"), None, "7") for each in pupil_ids),
        contacts=tuple(Contact(f"{each}-mother", "Ms", Personal("Test"), Personal("Parent")) for each in pupil_ids),
        links=tuple(PupilContact(each, f"{each}-mother", "mother", 1, True) for each in pupil_ids),
    )


def a_full_roll() -> Roll:
    """A roll with every field that can be filled, filled."""
    alicia = Pupil(
        id="alicia",
        forename=Personal("Alicia"),
        surname=Personal("O'Testname"),
        date_of_birth=dt.date(2014, 2, 28),
        year_group="7",
        form="7B",
        upn=Upn("Z999999999999"),
        sex="F",
        on_roll_from=dt.date(2025, 9, 3),
        on_roll_to=dt.date(2027, 7, 21),
        flags=PupilFlags(pupil_premium=True, fsm=False, sen_status="K", child_protection=None),
    )
    emails = (Personal("mother@example.org"), Personal("other@example.org"))
    mother = Contact("mother", "Dr", Personal("Nguyễn"), Personal("Test"), emails, (Personal("07700 900001"),), "vi")
    link = PupilContact("alicia", "mother", "mother", 1, True, False, None, True, False)
    problem = Problem("roll.csv row 3", "the contact has no address", "alicia", MONDAY_AM)
    return Roll(TEN, (alicia,), (mother,), (link,), (problem, Problem("roll.csv", "short")), is_complete=False)


def marks(*told: tuple[str, Session, Code | None], as_at: dt.datetime = NINE) -> Marks:
    """Marks from (pupil, session, code)."""
    return Marks(as_at, tuple(Mark(pupil_id, session, code) for pupil_id, session, code in told))


def save(store: Store, *told: tuple[str, Session, Code | None], as_at: dt.datetime = NINE) -> tuple[MarkChange, ...]:
    """Save marks as the morning's read of the MIS does."""
    return store.registers.save_marks(
        marks(*told, as_at=as_at), by_name="MIS", by_role="not given by the MIS", reason="changed in the MIS"
    )


def a_proposal(contact: str = "mother", *, pupil: str = "alicia", session: Session = MONDAY_AM) -> Proposal:
    """A first-day message about a pupil to one contact."""
    return Proposal(
        key=f"st-example:{pupil}:{session.key}:first_day_absence:{contact}",
        purpose=Purpose.FIRST_DAY_ABSENCE,
        session=session,
        subject_id=pupil,
        recipient_id=contact,
        address=Personal(f"{contact}@example.org"),
        group=f"group-{contact}",
        state=State.PROPOSED,
        reason="no reason known by 09:45",
        planned_at=NINE,
        release_at=NINE + dt.timedelta(minutes=10),
        send_before=NINE + dt.timedelta(hours=3),
        facts={"code": "N", "contact": contact},
    )


def walk(store: Store, proposal: Proposal, *states: State) -> None:
    """Add a proposal and take it through these states."""
    store.proposals.add([proposal], at=NINE, actor="planner")
    for old, new in zip((State.PROPOSED, *states), states, strict=False):
        step(store, [proposal.key], old, new)


def step(store: Store, keys: Sequence[str], old: State, new: State, dispatch_key: str = "dispatch-1") -> bool:
    """One step, with a dispatch key where the step needs one."""
    key = dispatch_key if new is State.RELEASING else None
    return store.proposals.move(keys, old, new, at=TEN, actor="AB", reason=f"now {new}", dispatch_key=key)
