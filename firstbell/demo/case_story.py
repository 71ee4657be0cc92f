"""The attendance cases of the story: first letters some weeks ago, and what staff write down before the watch."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from firstbell.demo.moments import Moment, Typed
from firstbell.demo.school import DemoSchool
from rules.absence.counts import count_sessions
from rules.penalty_notices.national_threshold import UNEXPLAINED, national_threshold
from rules.people import Pupil
from rules.registers import RegisterSpan
from rules.school_age import NEVER, school_age
from sheets_templates import Cell
from sheets_templates.cases import APPROVE, REFER, SUPPORT, WAIVE

WORKBOOK, ZONE = "Attendance cases", ZoneInfo("Europe/London")
WEEKS_AGO, DAYS_BEFORE = 24, 12  # school days: since the first letters, and at least so many before those
LETTERS_FROM_PERCENT = 20
ON_PAPER_EARLIER, ON_PAPER_TODAY, WITH_A_DECISION = 4, 2, 4
STEPS = (
    ("a telephone call home", "Spoke for ten minutes; will try the earlier bus", "some change"),
    ("a key adult in school", "Meets at the gate on Mondays", "too early to tell"),
    ("a home visit", "Nobody in", "not taken up"),
)


@dataclass(frozen=True, slots=True)
class CaseCast:
    """Who is in it: `earlier` had a first letter weeks ago, `today` get one today, `decided` are at the threshold.

    The sheets people type in were drawn with the first letters, so whoever they type about stood in them then.
    """

    first_day: dt.date
    earlier: tuple[str, ...]
    today: tuple[str, ...]
    decided: tuple[tuple[str, str], ...]


def case_cast(school: DemoSchool) -> CaseCast | None:
    """Choose the pupils who miss most, from ordinary families; None when the school year is too young for cases."""
    days = school.calendar.school_days(school.calendar.first, school.day)
    if len(days) <= WEEKS_AGO + DAYS_BEFORE:
        return None
    first_day, ordinary = days[-WEEKS_AGO - 1], [p for p in school.people.pupils if _is_ordinary(school, p)]
    absent = (pupil.id for pupil in ordinary if _is_absent(school.history.spans[pupil.id], first_day))
    today, earlier = tuple(islice(absent, ON_PAPER_TODAY)), tuple(islice(absent, ON_PAPER_EARLIER))
    met = (
        pupil.id for pupil in ordinary if all(_is_at_threshold(school, pupil, day) for day in (first_day, school.day))
    )
    return CaseCast(first_day, earlier, today, tuple((p, _parent_of(school, p)) for p in islice(met, WITH_A_DECISION)))


def weeks_before(school: DemoSchool, cast: CaseCast) -> Iterable[Moment]:
    """The first letters are drafted, read and approved, and what else was tried is written down."""
    initials = _officer(school)
    approved = [_approval(pupil_id, initials) for pupil_id in cast.earlier]
    steps = [_step(pupil_id, n, cast.first_day, initials) for n, pupil_id in enumerate(cast.earlier[: len(STEPS)])]
    yield Moment(_at(cast.first_day, 14), "Five weeks ago Firstbell drafted the first letters of cases.", "cases")
    what = "The office read some of them, approved them and handed them over; nothing of it was sent."
    yield Moment(_at(cast.first_day, 15), what, "cases", typed=(*approved, *steps))


def before_the_weekly_watch(school: DemoSchool, cast: CaseCast) -> tuple[Typed, ...]:
    """More letters are approved, notices of earlier years written down, and penalty notices decided."""
    initials = _officer(school)
    choices = zip(cast.decided, (SUPPORT, WAIVE, REFER), strict=False)
    whys = {SUPPORT: "No help was offered yet", WAIVE: "Bereavement in the family", REFER: "Support changed nothing"}
    return (
        *(_approval(pupil_id, initials) for pupil_id in cast.today),
        *(_notice(*who, day, initials) for who in cast.decided[-1:] for day in ("2024-10-14", "2026-03-03")),
        *(
            Typed(WORKBOOK, "Notice decisions", f"{pupil}|{parent}", _cells(choice, whys[choice], initials))
            for (pupil, parent), choice in choices
        ),
    )


def _officer(school: DemoSchool) -> str:
    return school.staff.on_duty(school.day.isoweekday()).initials


def _approval(pupil_id: str, initials: str) -> Typed:
    """Which draft was read is read off the sheet when it is typed."""
    return Typed(WORKBOOK, "Cases", pupil_id, {"Decision": APPROVE, "Initials": initials})


def _step(pupil_id: str, number: int, day: dt.date, initials: str) -> Typed:
    what, words, outcome = STEPS[number]
    cells: dict[str, Cell] = {"Pupil ID": pupil_id, "Date": day, "What was done": what, "In words": words}
    return Typed(
        WORKBOOK, "Steps tried", pupil_id, {**cells, "Outcome": outcome, "Initials": initials}, is_new_row=True
    )


def _notice(pupil_id: str, contact_id: str, day: str, initials: str) -> Typed:
    cells: dict[str, Cell] = {"Pupil ID": pupil_id, "Contact ID": contact_id, "Issued on": day, "Initials": initials}
    return Typed(WORKBOOK, "Notices", pupil_id, cells, is_new_row=True)


def _cells(decision: str, why: str, initials: str) -> dict[str, Cell]:
    return {"Decision": decision, "Why": why, "Initials": initials}


def _is_ordinary(school: DemoSchool, pupil: Pupil) -> bool:
    of_age = pupil.date_of_birth and school_age(pupil.date_of_birth, school.day).holds_on(school.day)
    return bool(of_age) and pupil.id in school.people.only_children and pupil.is_on_roll(school.day)


def _is_absent(span: RegisterSpan, day: dt.date) -> bool:
    """Absent enough for a letter then and now; who joined since has no session then, so no case."""
    counts = [count_sessions(known.marks) for known in (span, span.between(dt.date.min, day))]
    return all(c.absent > 0 and c.absent * 100 >= c.possible * LETTERS_FROM_PERCENT for c in counts)


def _is_at_threshold(school: DemoSchool, pupil: Pupil, day: dt.date) -> bool:
    """At the national threshold with no N among the sessions, so that there is something to decide."""
    span = school.history.spans[pupil.id].between(dt.date.min, day)
    age = school_age(pupil.date_of_birth, day) if pupil.date_of_birth else NEVER
    found = national_threshold(span, school.calendar, age, day)
    return found.threshold_met_on is not None and set(found.finding.counted).isdisjoint(span.sessions_with(UNEXPLAINED))


def _parent_of(school: DemoSchool, pupil_id: str) -> str:
    return next(
        link.contact_id
        for link in school.people.links
        if link.pupil_id == pupil_id and link.parental_responsibility is True
    )


def _at(day: dt.date, hour: int) -> dt.datetime:
    """A local time of the school on a day, in UTC."""
    return dt.datetime.combine(day, dt.time(hour), tzinfo=ZONE).astimezone(dt.UTC)
