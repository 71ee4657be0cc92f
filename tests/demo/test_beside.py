"""The demo's facts beside the register are read without a problem, and hold the slips that Firstbell is to find."""

from collections import defaultdict

import pytest

from connectors.files import FilesMis
from connectors.files.columns_of_folder import confirm_columns
from firstbell.demo.calendar import DEMO_CALENDAR
from firstbell.demo.morning import make_morning
from firstbell.demo.slips import SLIPS
from firstbell.records import School
from rules.codes import AttendanceCode, byte_of
from rules.lessons import Contradiction, lesson_conflicts
from rules.registers import RegisterSpan


@pytest.fixture
def mis(export, tmp_path):
    """The MIS at the end of a school's morning."""

    def read(school):
        folder = export(school, moments=len(make_morning(school)))
        confirm_columns(folder / "mis", tmp_path / "column-mapping.toml")
        return FilesMis(folder / "mis", School("demo", "Demo"), tmp_path / "column-mapping.toml")

    return read


def test_every_kind_of_fact_is_exported_and_read_without_a_problem(mis, school):
    found = mis(school)

    beside, can = found.beside_the_register(), found.capabilities

    assert (beside.problems, found.lessons(school.day).problems) == ((), ())
    assert all((can.has_notes, can.has_exam_dates, can.has_part_time_agreements, can.has_second_registrations))
    assert set(beside.second_registrations) == {pupil.id for pupil in school.people.pupils}


def test_each_fact_has_one_slip_in_it(mis, school):
    beside = mis(school).beside_the_register()
    marked = {code: _with(school, code) for code in AttendanceCode}

    assert len(beside.without_note) == 1
    assert sum(until < school.day for until in beside.part_time_until.values()) == 1
    assert [p for p in marked[AttendanceCode.DUAL_REGISTERED] if not beside.second_registrations[p]] == (
        marked[AttendanceCode.DUAL_REGISTERED][:1]
    )
    assert set(marked[AttendanceCode.LEAVE_STUDY]) <= beside.last_exams.keys()


def test_two_lesson_marks_and_no_others_contradict_the_register(mis, school):
    found = mis(school)
    today = {mark.pupil_id: mark for mark in found.marks(school.day, school.day).marks}
    lessons_of = defaultdict(list)
    for mark in found.lessons(school.day).marks:
        lessons_of[mark.pupil_id].append(mark)

    conflicts = [c for mark in today.values() for c in lesson_conflicts(_span(mark), lessons_of[mark.pupil_id])]

    assert sorted(c.contradiction for c in conflicts) == [
        Contradiction.AWAY_AND_IN_A_LESSON,
        Contradiction.MISSING_BETWEEN,
    ]


@pytest.mark.parametrize("pupils", [60, 150])
def test_a_small_school_has_its_slips_too(mis, school_on, pupils):
    school = school_on(pupils=pupils)

    assert len(mis(school).beside_the_register().without_note) == 1


def test_a_school_year_that_has_just_begun_has_no_slip_in_it(mis, school_on):
    school = school_on(DEMO_CALENDAR.school_days(DEMO_CALENDAR.first, DEMO_CALENDAR.last)[9], pupils=150)

    assert mis(school).beside_the_register().without_note == frozenset()
    assert school.history.notes == {}
    assert len(SLIPS) == 4


def _with(school, code):
    return [pupil_id for pupil_id, span in school.history.spans.items() if span.sessions_with(frozenset({code}))]


def _span(mark):
    return RegisterSpan(mark.pupil_id, (mark.session,), bytes([byte_of(mark.code)]))
