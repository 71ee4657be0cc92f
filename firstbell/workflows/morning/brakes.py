"""The unusual-volume stop: when too many are absent, or a whole form, nobody is told until two people say so.

One mis-click once reached hundreds of families. A brake holds the messages of its pupils (a school, a year group or a
form) and lifts by itself when the register is corrected, or when two different members of staff release it.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from firstbell.ports import Ledger
from firstbell.records import Proposal, RegisterState
from firstbell.workflows.morning.session_now import SessionNow
from firstbell.workflows.office import Office
from rules.calendar import Session
from rules.codes import Category, codes_in
from rules.contact.volume import unusual_number, whole_form_absent
from rules.people import Pupil
from rules.registers import RegisterSpan

ABSENT_CODES = codes_in(Category.AUTHORISED_ABSENCE, Category.UNAUTHORISED_ABSENCE)
WHOLE_SCHOOL = "whole school"


@dataclass(frozen=True, slots=True)
class Brake:
    """A stop on the messages about some pupils; `scope` is "whole school", "Year 9" or "form 9KLM"."""

    key: str
    scope: str
    sentence: str
    pupil_ids: frozenset[str]
    is_released: bool

    def holds(self, proposal: Proposal) -> bool:
        return not self.is_released and proposal.subject_id in self.pupil_ids


def brakes_on(office: Office, now: SessionNow) -> tuple[Brake, ...]:
    """Every brake that the numbers of this session call for, released or not."""
    released = released_brakes(office.store.ledger)
    past = _past_absences(office, now)
    found = [*_after_the_hour(office, now), *_unusual(office, now, past), *_whole_forms(office, now)]
    return tuple(
        Brake(key, scope, sentence, frozenset(p.id for p in pupils), key in released)
        for scope, reach, sentence, pupils in found
        for key in [brake_key(now.session, f"{scope}{reach}")]
    )


def released_brakes(ledger: Ledger) -> frozenset[str]:
    """The keys of brakes that two people have released and nobody has put back since."""
    entries = (*ledger.entries(kind="brake.released"), *ledger.entries(kind="brake.restored"))
    last = {e.facts["brake"]: e.kind for e in sorted(entries, key=lambda e: e.number)}
    return frozenset(key for key, kind in last.items() if kind == "brake.released")


def brake_key(session: Session, scope: str) -> str:
    """The row key of a brake in the Queue sheet."""
    return f"brake|{scope}|{session.key}"


# Scope, how far a release of it reaches, the sentence, and the pupils.
Found = tuple[str, str, str, list[Pupil]]


def _after_the_hour(office: Office, now: SessionNow) -> Iterable[Found]:
    hour = office.settings.first_day.needs_second_person_after
    if now.moment >= office.at(now.session.date, hour):
        sentence = f"It is past {hour:%H:%M}, so two people must agree before any first message about an absence goes."
        yield WHOLE_SCHOOL, "", sentence, list(now.pupils.values())


def _unusual(office: Office, now: SessionNow, past: list[Counter[str]]) -> Iterable[Found]:
    settings = office.settings.unusual
    absent = _absent_by_scope(now)
    for scope, pupils in _scopes(now.pupils.values()).items():
        if scope.startswith("form "):
            continue
        least = settings.at_least if scope == WHOLE_SCHOOL else settings.year_group_at_least
        finding = unusual_number(
            absent[scope],
            [count[scope] for count in past],
            factor_percent=settings.factor_percent,
            at_least=least,
        )
        if finding.is_met:
            yield scope, _reach(absent[scope], least), f"{scope[0].upper()}{scope[1:]}: {finding.sentence}", pupils


def _reach(absent: int, least: int) -> str:
    """Two people who release a dozen messages have not released hundreds: a number twice as large brakes anew."""
    limit = least
    while limit <= absent:
        limit *= 2
    return f", below {limit}"


def _whole_forms(office: Office, now: SessionNow) -> Iterable[Found]:
    not_taken = {r.group for r in office.mis.registers(now.session.date) if r.state is RegisterState.NOT_TAKEN}
    for scope, pupils in _scopes(now.pupils.values()).items():
        if not scope.startswith("form ") or scope.removeprefix("form ") in not_taken:
            continue
        codes = [now.code_of(p.id) for p in pupils]
        finding = whole_form_absent(
            absent=sum(code in ABSENT_CODES for code in codes),
            marked=sum(code is not None for code in codes),
            whole_form_from=office.settings.unusual.whole_form_from,
        )
        if finding.is_met:
            yield scope, "", f"{scope[0].upper()}{scope[1:]}: {finding.sentence}", pupils


def _scopes(pupils: Iterable[Pupil]) -> dict[str, list[Pupil]]:
    """The groups whose numbers are watched, each with its pupils."""
    found: dict[str, list[Pupil]] = {WHOLE_SCHOOL: []}
    for pupil in sorted(pupils, key=lambda p: p.id):
        for scope in scopes_of(pupil):
            found.setdefault(scope, []).append(pupil)
    return found


def scopes_of(pupil: Pupil) -> tuple[str, ...]:
    """The scopes a pupil counts in."""
    form = (f"form {pupil.form}",) if pupil.form else ()
    return (WHOLE_SCHOOL, f"Year {pupil.year_group}", *form)


def _absent_by_scope(now: SessionNow) -> Counter[str]:
    absent = (p for p in now.pupils.values() if now.code_of(p.id) in ABSENT_CODES)
    return Counter(scope for pupil in absent for scope in scopes_of(pupil))


def _past_absences(office: Office, now: SessionNow) -> list[Counter[str]]:
    """Absences by scope in the same session of the same weekday, for the weeks the settings look back over."""
    first = now.session.date - dt.timedelta(weeks=office.settings.unusual.weeks_looked_back)
    days = [
        d
        for d in office.mis.calendar().school_days(first, now.session.date - dt.timedelta(days=1))
        if d.weekday() == now.session.date.weekday()
    ]
    return [_absent_on(office, now.pupils, Session(day, now.session.half)) for day in days]


def _absent_on(office: Office, pupils: Mapping[str, Pupil], session: Session) -> Counter[str]:
    spans = office.store.registers.spans(session.date, session.date)
    absent = (pupil for pupil_id, pupil in pupils.items() if _is_absent(spans.get(pupil_id), session))
    return Counter(scope for pupil in absent for scope in scopes_of(pupil))


def _is_absent(span: RegisterSpan | None, session: Session) -> bool:
    return span is not None and span.code_at(session) in ABSENT_CODES
