"""A school's figures as DfE counts them, and the way there from its own."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from firstbell.testing.vectors import read_vectors
from rules.absence.dfe import Measure, dfe_figures, own_figure, reconcile
from rules.absence.dfe_way import AS_DFE, AS_FIRSTBELL, Cause, PupilYear, age_at_31_august, last_half_term_begins
from rules.absence.rates import round_half_up
from rules.calendar import SchoolCalendar, Term
from rules.codes import NO_MARK, AttendanceCode, byte_of, code_of, facts_of
from rules.people import Personal, Pupil
from rules.registers import RegisterSpan

CALENDAR = example_calendar()
FIRST_DAY = dt.date(2026, 9, 3)
RATES = ("attendance", "persistent", "severe")
VECTORS = read_vectors(
    Path(__file__).with_name("dfe.yaml"),
    given={"as_of", "measure", "already", "pupils"},
    expect={"enrolments", "possible", *RATES, "own", "differences", "sentence"},
)


def a_pupil(year="9", born=None, joined=None, left=None):
    name = Personal("Okonjo")
    return Pupil("A1", name, name, born, year, on_roll_from=joined, on_roll_to=left)


def a_span(register=None, marks=None):
    if register is not None:
        return span_of(read_register(register), CALENDAR)
    found = bytes(byte_of(AttendanceCode(code)) for code, number in marks.items() for _ in range(number))
    return RegisterSpan("A1", CALENDAR.sessions(FIRST_DAY, CALENDAR.last)[: len(found)], found)


def school_of(written):
    """The pupils of a vector."""
    for each in written:
        pupil = a_pupil(each["year"], each.get("born"), each.get("joined"), each.get("left"))
        yield from [PupilYear(pupil, a_span(each.get("register"), each.get("marks")))] * each.get("times", 1)


def printed(rate):
    return None if rate is None else str(round_half_up(rate))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_figures_as_dfe_counts_them(vector):
    expect = vector["expect"]

    figures = dfe_figures(school_of(vector["pupils"]), CALENDAR, vector["as_of"])

    found = {"enrolments": figures.enrolments, "possible": figures.counts.possible, "sentence": figures.sentence}
    found |= {rate: printed(getattr(figures, rate)) for rate in RATES}
    wanted = {key: value for key, value in expect.items() if key in found}
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_way_from_the_own_figure(vector):
    pupils, expect = list(school_of(vector["pupils"])), vector["expect"]
    measure, already = (
        Measure(vector.get("measure", "attendance")),
        set(map(Cause, vector.get("already", AS_FIRSTBELL))),
    )

    found = reconcile(pupils, CALENDAR, vector["as_of"], measure, already)

    told = [[each.cause.value, each.pupils, each.sessions, each.effect] for each in found]
    assert told == [[*rest, Fraction(effect)] for *rest, effect in expect["differences"]]
    assert printed(own_figure(pupils, CALENDAR, vector["as_of"], measure, already)) == expect["own"]


def test_a_difference_says_whom_it_concerns_and_what_it_does():
    pupils = [PupilYear(a_pupil(), a_span("2026-09-07  /\\ /I")), PupilYear(a_pupil("12"), a_span("2026-09-07  OO"))]

    (found,) = reconcile(pupils, CALENDAR, dt.date(2026, 9, 11), Measure.ATTENDANCE)

    assert found.sentence == (
        "DfE leaves out pupils over 15 at 31 August, so the sixth form: 1 pupil, 2 sessions. "
        "That raises attendance by 25.00 percentage points."
    )
    assert "Okonjo" not in repr(pupils)


def test_a_small_effect_is_not_called_none():
    pupils = [PupilYear(a_pupil(), a_span(marks={"/": 369, "I": 1}))] * 60
    pupils += [PupilYear(a_pupil("12"), a_span(marks={"/": 370}))]

    (found,) = reconcile(pupils, CALENDAR, dt.date(2027, 7, 23), Measure.ATTENDANCE)

    assert found.effect < 0
    assert found.sentence.endswith("That lowers attendance by less than 0.01 percentage points.")


def test_an_effect_of_less_than_one_point_upwards_raises():
    pupils = [PupilYear(a_pupil(), a_span(marks={"/": 100}))] * 9
    pupils += [PupilYear(a_pupil("12"), a_span(marks={"/": 97, "I": 3}))]

    (found,) = reconcile(pupils, CALENDAR, dt.date(2027, 7, 23), Measure.ATTENDANCE)

    assert found.sentence.endswith("That raises attendance by 0.30 percentage points.")


def test_what_changes_no_rate_leaves_it_as_it_is():
    pupils = [PupilYear(a_pupil(year), a_span("2026-09-07  /\\")) for year in ("9", "12")]

    (found,) = reconcile(pupils, CALENDAR, dt.date(2026, 9, 11), Measure.SEVERE)

    assert found.sentence.endswith("That leaves severe absence as it is.")


def test_every_figure_cites_the_law_it_rests_on():
    found = dfe_figures([], CALENDAR, FIRST_DAY)

    assert [entry.parameter for entry in found.parameters] == [
        "absence/statistics_ages",
        "absence/summer_left_out",
        "absence/persistent_absence",
        "absence/severe_absence",
    ]


@pytest.mark.parametrize(
    ("as_of", "begins"),
    [
        (dt.date(2026, 7, 31), dt.date(2026, 6, 1)),
        (dt.date(2026, 8, 1), dt.date(2027, 6, 7)),
        (dt.date(2027, 7, 23), dt.date(2027, 6, 7)),
        (dt.date(2027, 8, 1), None),
    ],
)
def test_the_last_half_term_is_found_in_the_calendar_of_its_school_year(as_of, begins):
    assert last_half_term_begins(CALENDAR, as_of) == begins


def test_a_calendar_that_ends_before_the_summer_has_no_last_half_term():
    calendar = SchoolCalendar("Autumn only", "2026-27", (Term("Autumn 1", FIRST_DAY, dt.date(2026, 10, 23)),))

    assert last_half_term_begins(calendar, FIRST_DAY) is None


def test_the_summer_holiday_is_not_taken_for_the_half_term_holiday():
    to_whitsun = Term("Summer 1", dt.date(2027, 4, 12), dt.date(2027, 5, 28))
    calendar = SchoolCalendar(
        "Gap", "2026-28", (to_whitsun, Term("Autumn 1", dt.date(2027, 9, 2), dt.date(2027, 10, 22)))
    )

    assert last_half_term_begins(calendar, dt.date(2027, 5, 28)) is None


@pytest.mark.parametrize("autumn_begins", [dt.date(2027, 8, 2), dt.date(2027, 8, 30)])
def test_a_summer_term_without_a_holiday_within_has_no_half_term(autumn_begins):
    terms = (
        Term("Summer", dt.date(2027, 4, 12), dt.date(2027, 7, 16)),
        Term("Autumn", autumn_begins, dt.date(2027, 10, 1)),
    )

    assert last_half_term_begins(SchoolCalendar("Unbroken", "2026-28", terms), dt.date(2027, 7, 16)) is None


@pytest.mark.parametrize(
    ("born", "year", "age"),
    [
        (dt.date(2011, 8, 31), "11", 15),
        (dt.date(2011, 9, 1), "10", 14),
        (dt.date(2012, 2, 29), "10", 14),
        (None, "11", 15),
        (None, "N2", 3),
        (None, "N1", 2),
        (None, "R", 4),
        (None, "?", None),
    ],
)
def test_age_is_that_of_31_august_whatever_the_day_asked(born, year, age):
    pupil = a_pupil(year, born)

    assert {age_at_31_august(pupil, day) for day in (dt.date(2026, 8, 1), dt.date(2027, 7, 31))} == {age}


DAYS = st.dates(dt.date(2027, 4, 12), dt.date(2027, 7, 23))
MARKS = st.lists(st.sampled_from([NO_MARK, *map(byte_of, AttendanceCode)]), max_size=120).map(bytes)


@st.composite
def some_pupil(draw):
    joined, left = sorted((draw(DAYS), draw(DAYS)))
    born = draw(st.none() | st.dates(dt.date(2008, 1, 1), dt.date(2023, 12, 31)))
    year = draw(st.sampled_from(["N1", "R", "1", "9", "11", "12", "?"]))
    pupil = a_pupil(year, born, draw(st.sampled_from([None, joined])), draw(st.sampled_from([None, left])))
    marks = draw(MARKS)
    sessions = CALENDAR.sessions(dt.date(2027, 4, 12), CALENDAR.last)[: len(marks)]
    return PupilYear(pupil, RegisterSpan("A1", sessions, marks))


SCHOOL = st.lists(some_pupil(), max_size=8)


@given(SCHOOL, DAYS, st.sampled_from(Measure), st.sets(st.sampled_from(Cause)))
def test_the_effects_sum_exactly_to_the_gap(school, as_of, measure, already):
    own = own_figure(school, CALENDAR, as_of, measure, already)
    comparable = own_figure(school, CALENDAR, as_of, measure, AS_DFE)

    found = reconcile(school, CALENDAR, as_of, measure, already)

    if own is None or comparable is None:
        assert found == ()
    else:
        assert sum(each.effect for each in found) == comparable - own
    assert not already & {each.cause for each in found}
    assert all(each.pupils for each in found)


@given(SCHOOL, DAYS)
def test_the_figures_equal_counting_one_mark_after_the_other(school, as_of):
    kept = [marks for marks in (counted_by_hand(each, as_of) for each in school) if marks]
    missed = [sum(facts.is_absence for facts in marks) for marks in kept]

    figures = dfe_figures(school, CALENDAR, as_of)

    assert figures.enrolments == len(kept)
    assert (figures.counts.possible, figures.counts.absent) == (sum(map(len, kept)), sum(missed))
    for line, rate in ((10, figures.persistent), (50, figures.severe)):
        over = sum(100 * absent >= line * len(marks) for absent, marks in zip(missed, kept, strict=True))
        assert rate == (Fraction(100 * over, len(kept)) if kept else None)


def counted_by_hand(each, as_of):
    """The facts of every mark that DfE counts of a pupil, told from the methodology and not from the rule."""
    pupil = each.pupil
    stand_in = {"N1": 2, "R": 4, "1": 5, "9": 13, "11": 15, "12": 16, "?": None}[pupil.year_group]
    born = pupil.date_of_birth
    age = stand_in if born is None else 2026 - born.year - ((born.month, born.day) > (8, 31))
    if age is not None and not 5 <= age <= 15:
        return []
    return [
        facts_of(code_of(mark))
        for session, mark in zip(each.span.sessions, each.span.marks, strict=True)
        if session.date <= as_of
        and (pupil.on_roll_from is None or pupil.on_roll_from <= session.date)
        and (pupil.on_roll_to is None or session.date <= pupil.on_roll_to)
        and not (age == 15 and session.date >= dt.date(2027, 6, 7))
        and mark != NO_MARK
        and facts_of(code_of(mark)).is_possible
    ]
