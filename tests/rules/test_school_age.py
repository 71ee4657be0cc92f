import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import Half, Session
from rules.parameters import parameter
from rules.school_age import ALWAYS, doubt_about_birth, school_age, school_age_as_known, school_age_by_year_group

AS_OF = dt.date(2026, 11, 23)
BIRTHS = st.dates(dt.date(1998, 1, 1), dt.date(2040, 12, 31))


@pytest.mark.parametrize(
    ("born", "begins"),
    [
        ("2015-03-30", "2020-03-31"),
        ("2015-03-31", "2020-03-31"),
        ("2015-04-01", "2020-08-31"),
        ("2015-08-31", "2020-08-31"),
        ("2015-09-01", "2020-12-31"),
        ("2015-12-31", "2020-12-31"),
        ("2016-01-01", "2021-03-31"),
        ("2012-02-29", "2017-03-31"),
    ],
)
def test_it_begins_on_the_prescribed_day_on_or_after_the_fifth_birthday(born, begins):
    assert school_age(dt.date.fromisoformat(born), AS_OF).first == dt.date.fromisoformat(begins)


@pytest.mark.parametrize(
    ("born", "ends"),
    [
        ("2009-09-01", "2026-06-26"),
        ("2010-06-26", "2026-06-26"),
        ("2010-07-15", "2026-06-26"),
        ("2010-08-31", "2026-06-26"),
        ("2010-09-01", "2027-06-25"),
        ("2011-08-31", "2027-06-25"),
        ("2012-02-29", "2028-06-30"),
    ],
)
def test_it_ends_on_the_last_friday_in_june_of_the_school_year_of_the_sixteenth_birthday(born, ends):
    assert school_age(dt.date.fromisoformat(born), AS_OF).last == dt.date.fromisoformat(ends)


@pytest.mark.parametrize(
    ("day", "holds"), [("2015-08-30", False), ("2015-08-31", True), ("2026-06-26", True), ("2026-06-27", False)]
)
def test_the_first_and_the_last_day_are_inside(day, holds):
    assert school_age(dt.date(2010, 8, 31), AS_OF).holds_on(dt.date.fromisoformat(day)) is holds


def test_of_sessions_those_on_the_first_and_the_last_day_are_among_them():
    days = [dt.date(2015, 8, 30), dt.date(2015, 8, 31), dt.date(2026, 6, 26), dt.date(2026, 6, 27)]

    found = school_age(dt.date(2010, 8, 31), AS_OF).among(Session(day, Half.AM) for day in days)

    assert [session.date for session in found] == days[1:3]


def test_the_last_prescribed_day_is_the_years_so_that_every_birthday_has_one_to_come():
    for entry in parameter("school_age/prescribed_days").entries:
        assert max(entry.value) == [12, 31]


@pytest.mark.parametrize(("year_group", "holds"), [("1", True), ("11", True), ("12", False), ("14", False)])
def test_a_year_group_stands_in_for_the_date_of_birth(year_group, holds):
    assert school_age_by_year_group(year_group).holds_on(AS_OF) is holds


@pytest.mark.parametrize("year_group", ["R", "N1", "", None])
def test_reception_and_nursery_cannot_be_told_by_year_group(year_group):
    assert school_age_by_year_group(year_group) is None


@given(BIRTHS)
def test_it_begins_within_five_months_of_the_fifth_birthday_and_ends_on_a_friday_in_june(born):
    age = school_age(born, AS_OF)

    assert 0 <= (age.first - dt.date(born.year + 5, born.month, min(born.day, 28))).days <= 155
    assert (age.last.month, age.last.isoweekday()) == (6, 5)
    assert age.last.day > 23
    assert 15 * 365 < (age.last - born).days < 17 * 366


@given(BIRTHS, BIRTHS)
def test_an_older_pupil_never_ends_after_a_younger_one(one, other):
    older, younger = sorted([one, other])

    assert school_age(older, AS_OF).last <= school_age(younger, AS_OF).last
    assert school_age(older, AS_OF).first <= school_age(younger, AS_OF).first


@pytest.mark.parametrize(
    ("born", "year_group", "is_doubted"),
    [
        ("2013-09-01", "7", False),  # taught with older pupils
        ("2015-08-31", "7", False),
        ("2016-08-31", "7", False),
        ("2016-09-01", "7", True),
        ("2013-08-31", "7", True),
        ("2021-09-01", "R", False),
        ("1985-05-05", "7", True),
        ("1985-05-05", "", False),
        ("2026-11-23", "", False),
        ("2026-11-24", "", True),
    ],
)
def test_a_date_of_birth_is_doubted_in_the_future_and_far_from_the_year_group(born, year_group, is_doubted):
    assert (doubt_about_birth(dt.date.fromisoformat(born), year_group, AS_OF) is not None) is is_doubted


def test_the_year_group_tells_the_age_of_a_pupil_who_would_not_be_born_yet():
    assert school_age_as_known(dt.date(2031, 1, 1), "9", AS_OF) == ALWAYS
    assert school_age_as_known(dt.date(2013, 1, 1), "9", AS_OF) == school_age(dt.date(2013, 1, 1), AS_OF)
