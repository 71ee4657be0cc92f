import datetime as dt
import random
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from firstbell.demo.cases import Case
from firstbell.demo.cast import Part, cast_of
from firstbell.demo.morning import make_morning
from firstbell.records import Elsewhere
from rules.codes import AttendanceCode, Category, codes_in
from rules.people import Vulnerability

N = AttendanceCode.UNEXPLAINED
ABSENT = codes_in(Category.AUTHORISED_ABSENCE, Category.UNAUTHORISED_ABSENCE)
FIRST_DAY = (dt.date(2026, 9, 4), 1264, 1)
SUMMER = (dt.date(2027, 6, 24), 1264, 3)
SMALL = (dt.date(2026, 11, 23), 60, 1)
LARGE = (dt.date(2026, 12, 3), 3000, 5)


def local(moment):
    return f"{moment.at.astimezone(ZoneInfo('Europe/London')):%H:%M}"


def at(school, time):
    return next(m for m in make_morning(school) if m.at.date() == school.day and local(m) == time)


def codes_at(school, time):
    """Every mark of today as the MIS has it at a time, by pupil."""
    marks = {}
    for moment in make_morning(school):
        if moment.at.date() == school.day and local(moment) <= time:
            marks |= {m.pupil_id: m.code for m in moment.marks if m.session.date == school.day}
    return marks


def changed_between(school, earlier, later):
    before, after = codes_at(school, earlier), codes_at(school, later)
    return {pupil_id: (before.get(pupil_id), code) for pupil_id, code in after.items() if before.get(pupil_id) != code}


def test_the_jobs_run_in_the_order_of_a_school_morning(school):
    jobs = [(local(m), m.job) for m in make_morning(school) if m.job]

    first_day = [(time, "first-day-contact") for time in ("09:45", "09:55", "10:00", "10:20", "10:45")]
    chases = [(time, "chase") for time in ("09:15", "09:25", "09:35")]
    lessons = ("10:30", "chase")
    first_letters = [("14:00", "cases"), ("15:00", "cases")]
    assert jobs == [
        *first_letters,
        ("16:00", "sync"),
        ("07:00", "sync"),
        *chases,
        *first_day[:-1],
        lessons,
        first_day[-1],
        ("10:50", "weekly"),
        ("11:00", "returns"),
    ]


@pytest.mark.parametrize("which", [FIRST_DAY, SUMMER, SMALL, LARGE])
def test_moments_never_go_back_in_time(school_on, which):
    times = [moment.at for moment in make_morning(school_on(*which))]

    assert times == sorted(times)
    assert all(time.utcoffset() == dt.timedelta(0) for time in times)


@pytest.mark.parametrize("which", [FIRST_DAY, SUMMER, SMALL, LARGE])
def test_every_part_is_played_in_any_school_on_any_day(school_on, which):
    school = school_on(*which)

    cast = cast_of(school, random.Random(7))  # noqa: S311 - a synthetic school, not a secret

    assert all(cast.parts[part] for part in Part)
    players = [pupil_id for ids in cast.parts.values() for pupil_id in ids]
    assert len(players) == len(set(players))


def test_sentences_on_the_screen_name_nobody(school):
    text = " ".join(moment.what for moment in make_morning(school))

    assert not any(pupil.surname.reveal() in text for pupil in school.people.pupils)
    assert not any(person.name in text for person in school.staff.office)


def test_past_absences_are_explained_overnight(school):
    edits = at(school, "07:00").marks

    before = [school.history.spans[m.pupil_id].code_at(m.session) for m in edits]
    assert len(edits) == 4
    assert set(before) == {N}
    assert {m.code for m in edits} == {AttendanceCode.ILLNESS}


def test_two_registers_are_missing_when_they_close(school):
    taken = set(at(school, "09:10").registers_taken)

    assert set(school.staff.tutors) - taken == {school.staged.covered, school.staged.forgotten}
    forms = {pupil.id: pupil.form for pupil in school.people.pupils}
    assert {forms[pupil_id] for pupil_id in codes_at(school, "09:10")} == taken


def test_the_covered_register_is_taken_after_the_reminder_and_the_other_an_hour_late(school):
    assert at(school, "09:20").registers_taken == (school.staged.covered,)
    assert at(school, "10:05").registers_taken == (school.staged.forgotten,)


def test_one_click_marks_a_whole_form_until_it_is_put_right(school):
    form = [pupil.id for pupil in school.pupils_of(school.staged.misclicked)]

    wrong, right = codes_at(school, "09:51"), codes_at(school, "09:52")

    assert {wrong[pupil_id] for pupil_id in form} == {N}
    assert sum(right[pupil_id] is N for pupil_id in form) == 1
    assert len(form) >= 8


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_a_normal_morning_has_some_fifty_unexplained_absences(school_on, seed):
    school = school_on(dt.date(2026, 11, 23), 1264, seed)

    codes = codes_at(school, "09:45")

    mis_clicked = {pupil.id for pupil in school.pupils_of(school.staged.misclicked)}
    assert 45 <= sum(code is N for pupil_id, code in codes.items() if pupil_id not in mis_clicked) <= 60


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_only_the_mis_clicked_year_is_outside_the_usual_range(school_on, seed):
    school = school_on(dt.date(2026, 11, 23), 1264, seed)
    years = {pupil.id: pupil.year_group for pupil in school.people.pupils}
    monday = Counter(
        (session.date, years[pupil_id])
        for pupil_id, span in school.history.spans.items()
        for session in span.sessions_with(ABSENT)
        if session.half == "AM" and session.date.weekday() == 0
    )
    usual = {year: sorted(n for (_, y), n in monday.items() if y == year)[3] for year in set(years.values())}

    away = Counter(years[pupil_id] for pupil_id, code in codes_at(school, "09:45").items() if code in ABSENT)

    assert [year for year in usual if away[year] >= max(8, 2 * usual[year] + 1)] == ["9"]
    assert sum(away.values()) < 2 * sum(usual.values())


def test_two_marks_are_corrected_and_a_parent_rings_during_the_hold(school):
    changes = changed_between(school, "09:45", "09:49")

    present, ill = AttendanceCode.PRESENT_MORNING, AttendanceCode.ILLNESS
    assert sorted(changes.values()) == [(N, present), (N, present), (N, ill)]


def test_the_late_trip_list_holds_pupils_marked_n(school):
    (trip,) = [moment for moment in make_morning(school) if {e.kind for e in moment.elsewhere} == {Elsewhere.TRIP}]

    codes = codes_at(school, "10:45")
    assert local(trip) == "09:50"
    assert [codes[entry.pupil_id] for entry in trip.elsewhere] == [N] * 5


def test_pupils_in_music_or_the_medical_room_are_marked_n_and_listed(school):
    listed = at(school, "09:10").elsewhere

    codes = codes_at(school, "09:45")
    assert Counter(e.kind for e in listed) == {Elsewhere.MUSIC: 2, Elsewhere.MEDICAL: 1, Elsewhere.SIGNED_IN: 1}
    assert all(codes[entry.pupil_id] is N for entry in listed)


def test_a_pupil_arrives_after_the_register_closed(school):
    ((_, change),) = changed_between(school, "10:14", "10:15").items()

    assert change == (N, AttendanceCode.LATE_AFTER_CLOSE)
    assert at(school, "10:15").marks[0].minutes_late == 95


def test_every_special_family_and_several_vulnerable_pupils_are_unexplained(school):
    codes = codes_at(school, "09:45")

    assert all(codes[pupil_id] is N for ids in school.people.cases.values() for pupil_id in ids)
    vulnerable = [p for p in school.people.pupils if codes.get(p.id) is N and p.vulnerabilities()]
    assert len(vulnerable) >= 5
    assert any(Vulnerability.CHILD_PROTECTION in p.vulnerabilities() for p in vulnerable)


@pytest.mark.parametrize(
    ("day", "role"),
    [(dt.date(2026, 11, 23), "deputy attendance officer"), (dt.date(2026, 11, 26), "attendance officer")],
)
def test_whoever_is_on_duty_signs_the_edits(school_on, day, role):
    school = school_on(day)

    stop, reason = at(school, "09:50").typed

    initials = {person.role: person.initials for person in school.staff.office}
    assert (stop.sheet, stop.cells) == ("Queue", {"Decision": "stop", "Initials": initials[role]})
    assert (reason.sheet, reason.cells["Initials"]) == ("Today", initials[role])


def test_the_bereaved_family_is_on_hold_for_a_week(school):
    (hold,) = at(school, "08:15").typed

    assert (hold.pupil_id,) == school.people.cases[Case.SENSITIVE]
    assert hold.is_new_row
    assert hold.cells["Hold messages until"] == dt.date(2026, 11, 30)


def test_the_safeguarding_lead_takes_one_alert_in_hand(school):
    (acknowledged,) = at(school, "10:20").typed

    assert (acknowledged.pupil_id,) == school.people.cases[Case.CHILD_PROTECTION]
    assert acknowledged.cells == {"Acknowledged by": school.staff.safeguarding_lead.initials}


def test_first_letters_of_cases_were_approved_long_enough_ago_for_the_next_step(school):
    approvals = [typed for m in make_morning(school) for typed in m.typed if typed.sheet == "Cases"]
    first_day = make_morning(school)[0].at.date()

    assert len(approvals) == 6
    assert school.calendar.school_days_between(first_day, school.day) >= 15


def test_penalty_notices_are_decided_about_pupils_at_the_threshold(school):
    decided = [typed for typed in at(school, "10:48").typed if typed.sheet == "Notice decisions"]

    assert [typed.cells["Decision"] for typed in decided] == ["support first", "waive", "refer to the LA"]


def test_on_the_first_school_day_nothing_is_read_the_afternoon_before(school_on):
    morning = make_morning(school_on(*FIRST_DAY))

    assert local(morning[0]) == "07:00"
    assert morning[0].marks == ()
