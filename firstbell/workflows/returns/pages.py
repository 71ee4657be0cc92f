"""A return to the local authority as a page to print, with what regulation 13 asks for and nothing else.

What Firstbell does not know, such as an address, is a labelled line for a person to fill in. The page is a form and no
letter, so it has no purpose and no template of a school's own: nothing that sends messages can take it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from firstbell.messages.page import page_template
from firstbell.messages.shown import shown
from firstbell.settings import SchoolSettings
from firstbell.workflows.returns.records import ReturnKind
from rules.calendar import Half, Session
from rules.calendar.sessions import in_words
from rules.codes import code_table
from rules.findings import how_many
from rules.people import Contact, Personal, Pupil, PupilContact
from rules.registers import RegisterSpan

TITLES = {
    ReturnKind.CONTINUOUS: "Attendance return",
    ReturnKind.IRREGULAR: "Attendance return",
    ReturnKind.SICKNESS: "Sickness return",
    ReturnKind.NEW_PUPIL: "New-pupil return",
    ReturnKind.DELETION: "Deletion return",
}
LAW = "School Attendance (Pupil Registration) (England) Regulations 2024 (SI 2024/208), regulation 13."
SEXES = {"F": "female", "M": "male"}
BLANK: tuple[Personal, ...] = ()
type Line = tuple[str, tuple[Personal, ...]]


@dataclass(frozen=True, slots=True)
class Family:
    """The contacts of a pupil whom the record says have parental responsibility, each with the link."""

    parents: tuple[tuple[Contact, PupilContact], ...] = ()

    def named(self, *, at_home_only: bool = False) -> tuple[Personal, ...]:
        """Title, names and relationship; only those with whom the pupil lives, if asked."""
        return tuple(
            Personal(f"{c.title} {c.forename.reveal()} {c.surname.reveal()} ({link.relationship})".strip())
            for c, link in self.parents
            if link.lives_with_pupil or not at_home_only
        )

    def phones(self) -> tuple[Personal, ...]:
        """Every telephone number on record, but of a parent whom the school may not contact."""
        reached = (contact for contact, link in self.parents if not link.is_blocked)
        return tuple(dict.fromkeys(phone for contact in reached for phone in contact.phones))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnFacts:
    """What a page is drawn from. `pupil` None: gone from the roll, and Firstbell keeps no name of who is gone.

    `day` is the first day on the roll, or the day of the deletion. `ill_until`: as far as is known.
    """

    kind: ReturnKind
    pupil: Pupil | None
    family: Family
    day: dt.date
    sessions: Sequence[Session]
    register: RegisterSpan | None
    ill_until: dt.date | None
    reference: str
    dated: dt.date
    status: str


def return_page(facts: ReturnFacts, school: SchoolSettings) -> Personal:
    """The whole page as HTML."""
    days = _days(facts)
    page = page_template("return.html").render(
        title=TITLES[facts.kind],
        school=school.name,
        phone=school.phone,
        dated=in_words(facts.dated),
        reference=facts.reference,
        status=facts.status,
        facts=[(label, [shown(value.reveal()) for value in values]) for label, values in _lines(facts)],
        days=days,
        days_heading=how_many(len(facts.sessions), "session"),
        notes=_notes(facts),
    )
    return Personal(page)


def _lines(facts: ReturnFacts) -> Iterable[Line]:
    yield "Full name of the pupil", (_full_name(facts.pupil),) if facts.pupil else BLANK
    match facts.kind:
        case ReturnKind.NEW_PUPIL:
            yield from _of_joiner(facts)
        case ReturnKind.DELETION:
            yield from _of_leaver(facts)
        case ReturnKind.SICKNESS if facts.ill_until is not None:
            yield "Address of the pupil", BLANK
            yield "Expected to be ill until", (Personal(in_words(facts.ill_until)),)
        case _:
            yield "Address of the pupil", BLANK


def _of_joiner(facts: ReturnFacts) -> Iterable[Line]:
    pupil = facts.pupil
    born = pupil.date_of_birth if pupil else None
    sex = SEXES.get((pupil.sex or "") if pupil else "")
    yield "Address of the pupil", BLANK
    yield "Date of birth", (Personal(in_words(born)),) if born else BLANK
    yield "Sex", (Personal(sex),) if sex else BLANK
    yield "Name entered in the admission register on", (Personal(in_words(facts.day)),)
    yield "Parents on record", facts.family.named()
    yield "Parents with whom the pupil lives", facts.family.named(at_home_only=True)
    yield "Each parent's address", BLANK
    yield "Telephone numbers for an emergency", facts.family.phones()
    yield "School last attended, and its address", BLANK
    yield "Day pupil or boarder, where the school has boarders", BLANK


def _of_leaver(facts: ReturnFacts) -> Iterable[Line]:
    yield "Address of the pupil", BLANK
    yield "Name deleted on", (Personal(in_words(facts.day)),)
    yield "Ground of deletion (regulation 9)", BLANK
    yield "Parents with whom the pupil lived", facts.family.named(at_home_only=True)
    yield "Their address", BLANK
    yield "Telephone numbers for an emergency", facts.family.phones()
    yield "A new address, from when, and with which parent, if known", BLANK
    yield "A new school, and from when, if known", BLANK


def _full_name(pupil: Pupil) -> Personal:
    return Personal(f"{pupil.forename.reveal()} {pupil.surname.reveal()}")


def _days(facts: ReturnFacts) -> list[tuple[str, str, str]]:
    """Each day that counts, with the codes of the sessions that do."""
    if facts.register is None:
        return []
    dates = dict.fromkeys(session.date for session in facts.sessions)
    return [(in_words(day), _code(facts, day, Half.AM), _code(facts, day, Half.PM)) for day in dates]


def _code(facts: ReturnFacts, day: dt.date, half: Half) -> str:
    session = Session(day, half)
    code = facts.register.code_at(session) if facts.register and session in facts.sessions else None
    return str(code or "")


def _notes(facts: ReturnFacts) -> list[str]:
    """What each code on the page means, and the law."""
    codes = {facts.register.code_at(session) for session in facts.sessions} if facts.register else set()
    table = code_table().codes
    meanings = [f"{code}: {table[code].meaning}." for code in sorted(filter(None, codes))]
    return [*meanings, LAW]
