"""Groups of pupils: how their attendance compares with the school's, week by week and day by day.

Rates are pooled over the sessions of all pupils of a group, as in DfE statistics; never the mean of percentages.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from firstbell.workflows.summaries.figures import GroupFigures
from firstbell.workflows.watch.watching import PupilWatch, SchoolWatch
from rules.absence.counts import SessionCounts, count_sessions, pooled
from rules.absence.persistent import persistent_absence, persistent_absence_percent, severe_absence
from rules.absence.rates import attendance_percent
from rules.calendar import monday_of
from rules.people import Pupil

WHOLE_SCHOOL = "Whole school"
SEN_WITHOUT = frozenset({"", "N", "n", None})


GROUPS: dict[str, Callable[[Pupil], bool]] = {
    "Pupil premium": lambda pupil: pupil.flags.pupil_premium is True,
    "Not pupil premium": lambda pupil: pupil.flags.pupil_premium is False,
    "Free school meals": lambda pupil: pupil.flags.fsm is True,
    "SEN support": lambda pupil: pupil.flags.sen_status not in SEN_WITHOUT and not pupil.flags.ehcp,
    "Education, health and care plan": lambda pupil: pupil.flags.ehcp is True,
    "English as an additional language": lambda pupil: pupil.flags.eal is True,
    "Looked after": lambda pupil: pupil.flags.looked_after is True,
    "Girls": lambda pupil: (pupil.sex or "").upper().startswith("F"),
    "Boys": lambda pupil: (pupil.sex or "").upper().startswith("M"),
}


def groups_of(school: SchoolWatch) -> dict[str, list[PupilWatch]]:
    """The whole school, each year group, then the groups that guidance names, each with its pupils."""
    watched = list(school.pupils.values())
    found = {WHOLE_SCHOOL: watched}
    found |= {f"Year {year}": [w for w in watched if w.pupil.year_group == year] for year in year_groups(school)}
    return found | {name: [w for w in watched if is_in(w.pupil)] for name, is_in in GROUPS.items()}


def year_groups(school: SchoolWatch) -> list[str]:
    """The year groups of the school, youngest first."""
    found = {watch.pupil.year_group for watch in school.pupils.values()}
    return sorted(found, key=lambda year: (len(year), year))


def figures_of(watched: Iterable[PupilWatch], as_of: dt.date) -> GroupFigures:
    """A group's sessions pooled; pupils without a possible session are left out, as in DfE statistics."""
    counts = [watch.counts for watch in watched if watch.counts.possible]
    persistent = sum(persistent_absence(each, as_of).is_met for each in counts)
    severe = sum(severe_absence(each, as_of).is_met for each in counts)
    return GroupFigures(len(counts), pooled(counts), persistent, severe)


@dataclass(frozen=True, slots=True)
class Week:
    """One school week of the whole school: attendance in it, persistent absence by its end, N still standing."""

    monday: dt.date
    attendance: Fraction | None
    persistent: Fraction | None
    unexplained: int


def weeks(school: SchoolWatch) -> tuple[Week, ...]:
    """The school weeks of this school year up to now, oldest first."""
    return tuple(_week(school, monday, place) for monday, place in places_of_weeks(school).items())


def _week(school: SchoolWatch, monday: dt.date, place: slice) -> Week:
    in_week = counts_of_week(school, place)
    so_far = (count_sessions(w.span.marks[: place.stop]) for w in school.pupils.values())
    return Week(
        monday, attendance_percent(in_week), persistent_absence_percent(so_far, school.as_of), in_week.unexplained
    )


def counts_of_week(school: SchoolWatch, place: slice) -> SessionCounts:
    """The whole school's sessions of the week that stands at `place` of every pupil's span."""
    return count_sessions(b"".join(watch.span.marks[place] for watch in school.pupils.values()))


def places_of_weeks(school: SchoolWatch) -> dict[dt.date, slice]:
    """Where each school week, by its Monday and oldest first, stands in the spans: all are over the same sessions."""
    sessions = next((watch.span.sessions for watch in school.pupils.values()), ())
    mondays = [monday_of(session.date) for session in sessions]
    return {
        monday: slice(bisect_left(mondays, monday), bisect_right(mondays, monday)) for monday in dict.fromkeys(mondays)
    }


def weekday_attendance(school: SchoolWatch) -> dict[str, list[Fraction | None]]:
    """Attendance by year group on each weekday, Monday to Friday."""
    marks: dict[str, list[bytearray]] = {}
    for watch in school.pupils.values():
        days = marks.setdefault(watch.pupil.year_group, [bytearray() for _ in range(5)])
        for session, byte in zip(watch.span.sessions, watch.span.marks, strict=True):
            if session.date.weekday() < len(days):
                days[session.date.weekday()].append(byte)
    years = year_groups(school)
    return {year: [attendance_percent(count_sessions(bytes(day))) for day in marks[year]] for year in years}
