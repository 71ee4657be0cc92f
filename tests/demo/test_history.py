import datetime as dt

import pytest

from firstbell.demo.calendar import DEMO_CALENDAR
from firstbell.demo.history import make_history
from firstbell.demo.school import make_school
from firstbell.errors import BadInput
from rules.calendar import Half
from rules.codes import AttendanceCode, Category, bytes_in, code_table

ABSENT = bytes_in(Category.AUTHORISED_ABSENCE, Category.UNAUTHORISED_ABSENCE)
UNAUTHORISED = bytes_in(Category.UNAUTHORISED_ABSENCE)
NOT_POSSIBLE = bytes_in(Category.NOT_POSSIBLE, Category.NOT_COLLECTED) + b"\0"


def percent(part, whole):
    return 100 * part / whole


def figures(school):
    """Absence and unauthorised absence rate, and the shares of pupils persistently and severely absent, in per cent."""
    counts = []
    for span in school.history.spans.values():
        possible = len(span.marks.translate(None, NOT_POSSIBLE))
        away = len(span.marks) - len(span.marks.translate(None, ABSENT))
        unauthorised = len(span.marks) - len(span.marks.translate(None, UNAUTHORISED))
        counts.append((possible, away, unauthorised))
    possible, away, unauthorised = (sum(column) for column in zip(*counts, strict=True))
    persistent = sum(10 * away >= possible for possible, away, _ in counts if possible)
    severe = sum(2 * away >= possible for possible, away, _ in counts if possible)
    shares = (percent(persistent, len(counts)), percent(severe, len(counts)))
    return percent(away, possible), percent(unauthorised, possible), *shares


@pytest.mark.parametrize(("day", "seed"), [(dt.date(2026, 11, 23), 1), (dt.date(2027, 7, 1), 2)])
def test_the_figures_are_those_of_an_ordinary_secondary_school(school_on, day, seed):
    absence, unauthorised, persistent, severe = figures(school_on(day, seed=seed))

    assert 5 <= absence <= 10
    assert 1.8 <= unauthorised <= 3.8
    assert 14 <= persistent <= 25
    assert 0.8 <= severe <= 3


def test_fridays_are_a_little_worse(school_on):
    school = school_on(dt.date(2027, 7, 1))
    spans = school.history.spans.values()
    away = dict.fromkeys(range(5), 0)
    days = dict(away)
    for span in spans:
        for session, mark in zip(span.sessions, span.marks, strict=True):
            days[session.date.weekday()] += 1
            away[session.date.weekday()] += mark in ABSENT

    assert percent(away[4], days[4]) > percent(away[2], days[2])


def test_the_history_ends_the_day_before(school):
    span = next(iter(school.history.spans.values()))

    assert span.sessions[0].date == dt.date(2026, 9, 4)
    assert span.sessions[-1].date == dt.date(2026, 11, 20)
    assert len(span.sessions) == 2 * len(DEMO_CALENDAR.school_days(dt.date(2026, 9, 1), dt.date(2026, 11, 22)))


def test_every_code_may_be_used_where_it_stands(school):
    facts = code_table().codes
    years = {pupil.id: pupil.year_group for pupil in school.people.pupils}

    for pupil_id, span in school.history.spans.items():
        for session, code in span.marked():
            assert facts[code].sessions in {"any", session.half.value}
            assert code is not AttendanceCode.NOT_REQUIRED or years[pupil_id] in {"12", "13"}
            assert code is not AttendanceCode.LEAVE_PART_TIME_TIMETABLE or years[pupil_id] not in {"12", "13"}


def test_of_the_marks_that_need_a_note_one_has_none(school):
    facts, notes = code_table().codes, school.history.notes
    needing = {
        (pupil_id, session)
        for pupil_id, span in school.history.spans.items()
        for session, code in span.marked()
        if facts[code].needs_note
    }

    assert set(notes) < needing
    assert len(needing - notes.keys()) == 1


def test_the_sixth_form_has_sessions_that_are_not_required(school):
    sixth_form = [p.id for p in school.people.pupils if p.year_group == "13" and p.on_roll_to is None]
    not_required = frozenset({AttendanceCode.NOT_REQUIRED})

    found = [school.history.spans[pupil_id].sessions_with(not_required) for pupil_id in sixth_form]

    assert all(found)
    assert {session.half for sessions in found for session in sessions} == {Half.PM}


def test_a_few_absences_are_unexplained_and_some_of_them_overdue(school):
    unexplained = frozenset({AttendanceCode.UNEXPLAINED})
    sessions = [s for span in school.history.spans.values() for s in span.sessions_with(unexplained)]
    overdue = [s for s in sessions if s.date < dt.date(2026, 11, 13)]

    assert 20 <= len(sessions) <= 200
    assert 0 < len(overdue) < len(sessions) / 2


def test_minutes_stand_beside_late_marks_and_no_others(school):
    late = {AttendanceCode.LATE_BEFORE_CLOSE, AttendanceCode.LATE_AFTER_CLOSE}
    codes = {school.history.spans[pupil_id].code_at(s) for pupil_id, s in school.history.minutes_late}

    assert codes == late
    assert all(3 <= minutes <= 58 for minutes in school.history.minutes_late.values())


def test_there_is_no_mark_before_a_pupil_joined_or_after_they_left(school):
    for pupil in school.people.pupils:
        for session, _ in school.history.spans[pupil.id].marked():
            assert pupil.is_on_roll(session.date)


def test_a_later_date_lengthens_the_same_past(school):
    pupils = school.people.pupils[:40]
    settled = dt.date(2026, 10, 30)

    earlier = make_history(pupils, DEMO_CALENDAR, dt.date(2026, 11, 23), seed=1)
    later = make_history(pupils, DEMO_CALENDAR, dt.date(2027, 3, 3), seed=1)

    for pupil in pupils:
        mornings = [h.spans[pupil.id].between(DEMO_CALENDAR.first, settled).marks for h in (earlier, later)]
        assert mornings[0] == mornings[1]


def test_on_the_first_school_day_there_is_no_history(school_on):
    school = school_on(dt.date(2026, 9, 4))

    assert all(span.sessions == () for span in school.history.spans.values())


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (dt.date(2026, 11, 22), "it is a weekend"),
        (dt.date(2026, 11, 27), "it is an INSET day"),
        (dt.date(2026, 10, 28), "it is a school holiday"),
        (dt.date(2027, 5, 3), "it is a bank holiday"),
        (dt.date(2025, 11, 24), "outside the school's calendar"),
    ],
)
def test_a_day_without_school_is_refused_with_the_reason(day, why):
    with pytest.raises(BadInput, match=why):
        make_school(day)
