"""The JSON of `firstbell measures`: one object, its keys fixed in docs/files.md."""

import datetime as dt
from fractions import Fraction

from firstbell.records import Problem
from firstbell.workflows.watch.measures import Measures, PupilMeasures
from rules.absence.rates import absence_percent, attendance_percent, round_half_up
from rules.absence.unexplained import UnexplainedAbsence
from rules.parameters import Entry

Json = dict[str, object]
COUNTS = (
    *("possible", "attending", "approved_activity", "authorised", "unauthorised"),
    *("late_before_close", "late_after_close"),
)


def as_json(measured: Measures) -> Json:
    """The whole answer as plain values; dates are ISO text, rates numbers rounded half up to one place, or null."""
    return {
        "as_of": measured.as_of.isoformat(),
        "from": measured.first.isoformat(),
        "parameters": [_parameter(entry) for entry in measured.parameters],
        "pupils": [_pupil(pupil) for pupil in measured.pupils],
    }


def _parameter(entry: Entry) -> Json:
    citation = entry.citation
    return {
        "name": entry.parameter,
        "value": entry.value,
        "unit": entry.unit,
        "in_force_from": entry.in_force_from.isoformat(),
        "citation": {
            "instrument": citation.instrument,
            "provision": citation.provision,
            "link": citation.link,
            "checked_on": citation.checked_on.isoformat(),
            "checked_by": citation.checked_by,
            "confidence": citation.confidence,
        },
    }


def _pupil(pupil: PupilMeasures) -> Json:
    return {
        "pupil_id": pupil.pupil_id,
        **_figures(pupil),
        "unexplained": [_unexplained(absence) for absence in pupil.unexplained],
        "penalty_notice": {
            "threshold_met_on": _date(pupil.penalty_notice.threshold_met_on),
            "sessions_in_window": pupil.penalty_notice.sessions_in_window,
            "applies": pupil.penalty_notice.applies,
        },
        "continuous_absence": {
            "school_days": pupil.continuous_absence.school_days,
            "attendance_return_due_on": _date(pupil.continuous_absence.attendance_return_due_on),
        },
        "illness": {
            "sessions": pupil.illness.sessions,
            "sickness_return_due_on": _date(pupil.illness.sickness_return_due_on),
        },
        "problems": [_problem(problem) for problem in pupil.problems],
    }


def _figures(pupil: PupilMeasures) -> Json:
    return {
        **{name: getattr(pupil.counts, name) for name in COUNTS},
        "attendance_percent": _rounded(attendance_percent(pupil.counts)),
        "absence_percent": _rounded(absence_percent(pupil.counts)),
        "persistently_absent": pupil.persistently_absent.is_met,
        "severely_absent": pupil.severely_absent.is_met,
    }


def _unexplained(absence: UnexplainedAbsence) -> Json:
    session = absence.session
    return {
        "date": session.date.isoformat(),
        "session": session.half.value,
        "overdue_after": _date(absence.settle_by),
    }


def _problem(problem: Problem) -> Json:
    return {
        "date": _date(problem.session.date if problem.session else None),
        "session": problem.session.half.value if problem.session else None,
        "code": problem.code,
        "problem": problem.sentence,
        "suggestion": problem.suggestion,
    }


def _rounded(rate: Fraction | None) -> float | None:
    return None if rate is None else float(round_half_up(rate))


def _date(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
