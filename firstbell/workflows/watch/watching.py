"""Look at every pupil's year so far: the figures, where they are heading, and what a person should think about.

Everything is worked out anew from the registers each time, because past marks change.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from firstbell.workflows.office import Office
from rules.absence.bands import Band, band_of
from rules.absence.counts import SessionCounts, count_sessions
from rules.absence.episodes import absence_episodes
from rules.absence.forecast import AbsenceForecast, absence_forecast
from rules.absence.lateness import Lateness, lateness
from rules.absence.patterns import Pattern, patterns, questions_a_pupil
from rules.calendar import SchoolCalendar, Session, first_of_school_year, monday_of
from rules.penalty_notices.forecast import ThresholdForecast, threshold_forecast
from rules.penalty_notices.national_threshold import NationalThreshold, national_threshold
from rules.people import Pupil
from rules.registers import Mark, RegisterSpan
from rules.school_age import NEVER, SchoolAge, school_age_as_known


@dataclass(frozen=True, slots=True)
class PupilWatch:
    """One pupil as the weekly watch sees them. `register` holds all known marks, `span` this school year's."""

    pupil: Pupil
    register: RegisterSpan
    span: RegisterSpan
    age: SchoolAge
    counts: SessionCounts
    missed_this_week: int
    episodes: int
    band: Band
    band_last_week: Band
    forecast: AbsenceForecast
    threshold: NationalThreshold
    threshold_forecast: ThresholdForecast
    lateness: Lateness
    patterns: tuple[Pattern, ...]

    @property
    def has_moved(self) -> bool:
        """Whether the pupil is in another band than a week ago."""
        return self.band.label is not self.band_last_week.label


@dataclass(frozen=True, slots=True)
class SchoolWatch:
    """Every pupil on roll, by id, as at the end of `as_of`."""

    as_of: dt.date
    calendar: SchoolCalendar
    pupils: Mapping[str, PupilWatch]


def watch_school(office: Office, as_of: dt.date) -> SchoolWatch:
    """Work out the whole school as at the end of `as_of`."""
    calendar = office.mis.calendar()
    roll = office.store.registers.roll()
    on_roll = [pupil for pupil in (roll.pupils if roll else ()) if pupil.is_on_roll(as_of)]
    spans = office.store.registers.spans(calendar.first, as_of)
    minutes = office.store.registers.minutes_late(first_of_school_year(as_of), as_of)
    tests = max(1, len(on_roll) * questions_a_pupil())
    watched = {
        pupil.id: _watch(office, calendar, pupil, spans[pupil.id], minutes, as_of, tests)
        for pupil in on_roll
        if pupil.id in spans
    }
    return SchoolWatch(as_of, calendar, watched)


def _watch(
    office: Office,
    calendar: SchoolCalendar,
    pupil: Pupil,
    register: RegisterSpan,
    minutes: Mapping[tuple[str, Session], int],
    as_of: dt.date,
    tests: int,
) -> PupilWatch:
    span = register.between(first_of_school_year(as_of), as_of)
    age, counts = age_of(pupil, as_of), count_sessions(span.marks)
    return PupilWatch(
        pupil=pupil,
        register=register,
        span=span,
        age=age,
        counts=counts,
        missed_this_week=count_sessions(span.between(monday_of(as_of), as_of).marks).absent,
        episodes=len(absence_episodes(span)),
        band=_band(office, counts, as_of),
        band_last_week=_band(office, _counts_a_week_ago(span, as_of), as_of),
        forecast=absence_forecast(span, calendar, pupil.year_group, as_of),
        threshold=national_threshold(register, calendar, age, as_of),
        threshold_forecast=threshold_forecast(register, calendar, age, as_of),
        lateness=lateness(counts, _late_marks(span, minutes)),
        patterns=_patterns(office, calendar, pupil, span, as_of, tests),
    )


def age_of(pupil: Pupil, as_of: dt.date) -> SchoolAge:
    """When the pupil is of compulsory school age; an unreadable age counts as outside it, so that nothing follows."""
    return school_age_as_known(pupil.date_of_birth, pupil.year_group, as_of) or NEVER


def _band(office: Office, counts: SessionCounts, as_of: dt.date) -> Band:
    watch = office.settings.watch
    return band_of(counts, as_of, watch.at_risk_from_percent, watch.caution_below_sessions)


def _counts_a_week_ago(span: RegisterSpan, as_of: dt.date) -> SessionCounts:
    last_friday = monday_of(as_of) - dt.timedelta(days=1)
    return count_sessions(span.between(dt.date.min, last_friday).marks)


def _late_marks(span: RegisterSpan, minutes: Mapping[tuple[str, Session], int]) -> list[Mark]:
    found = ((session, minutes.get((span.pupil_id, session))) for session in span.sessions)
    return [Mark(span.pupil_id, session, None, late) for session, late in found if late is not None]


def _patterns(
    office: Office, calendar: SchoolCalendar, pupil: Pupil, span: RegisterSpan, as_of: dt.date, tests: int
) -> tuple[Pattern, ...]:
    false_alarms = Fraction(office.settings.watch.false_alarms_percent, 100)
    return patterns(span, calendar, pupil.year_group, as_of, tests=tests, false_alarms=false_alarms)
