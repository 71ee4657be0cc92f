"""Whatever date, size and seed somebody types, the same story can be told."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from firstbell.demo.calendar import DEMO_CALENDAR
from firstbell.demo.case_story import case_cast
from firstbell.demo.cases import Case
from firstbell.demo.morning import make_morning
from firstbell.demo.school import make_school
from rules.codes import AttendanceCode
from rules.penalty_notices.national_threshold import national_threshold
from rules.school_age import school_age

days = st.sampled_from(DEMO_CALENDAR.school_days_of())
sizes = st.integers(60, 400)
seeds = st.integers(0, 10_000)


@given(days, sizes, seeds)
@settings(max_examples=25, deadline=None)
def test_every_story_can_be_told(day, pupils, seed):
    school = make_school(day, pupils=pupils, seed=seed)
    morning = make_morning(school)

    on_roll = {pupil.id for pupil in school.people.pupils if pupil.is_on_roll(day)}
    marked = {mark.pupil_id for moment in morning for mark in moment.marks if mark.session.date == day}
    listed = {entry.pupil_id for moment in morning for entry in moment.elsewhere}
    assert len(school.people.pupils) == pupils
    assert set(school.people.cases) == set(Case)
    assert marked == on_roll
    assert len(listed) >= 5
    typed = [[each for each in moment.typed if each.workbook != "Attendance cases"] for moment in morning]
    assert [len(each) for each in typed if each] == [1, 2, 1, 1]


@given(days, sizes, seeds)
@settings(max_examples=15, deadline=None)
def test_whoever_is_on_a_list_is_marked_n_when_the_list_comes(day, pupils, seed):
    codes = {}
    for moment in make_morning(make_school(day, pupils=pupils, seed=seed)):
        codes |= {mark.pupil_id: mark.code for mark in moment.marks if mark.session.date == day}

        not_n = [
            e
            for e in moment.elsewhere
            if codes.get(e.pupil_id, AttendanceCode.UNEXPLAINED) is not AttendanceCode.UNEXPLAINED
        ]

        assert not_n == []


def test_people_type_only_about_pupils_who_stood_in_the_cases_when_they_were_drawn():
    school = make_school(dt.date(2026, 11, 23), pupils=200)
    cast = case_cast(school)
    pupils = {pupil.id: pupil for pupil in school.people.pupils}

    earlier = {p: school.history.spans[p].between(dt.date.min, cast.first_day) for p, _ in cast.decided}
    met = [
        national_threshold(span, school.calendar, school_age(pupils[p].date_of_birth, cast.first_day), cast.first_day)
        for p, span in earlier.items()
    ]

    assert school.comings.joiner not in cast.earlier + cast.today
    assert len(met) == 4
    assert all(found.threshold_met_on for found in met)
