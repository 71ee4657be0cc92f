"""The calendar is read strictly: a slip in it would move deadlines."""

import datetime as dt

import pytest

from connectors.files import read_calendar
from firstbell.errors import BadInput
from firstbell.testing.calendars import example_calendar
from firstbell.testing.plain_files import write_calendar
from rules.calendar import Closure

GOOD = """\
name = "Example 2026-27"
school_year = "2026-27"
bank_holidays = [2026-12-25]
inset = [2026-11-27]
closures = [{ date = 2026-12-01, years = ["7"], reason = "boiler" }]
[[terms]]
name = "Autumn 1"
first = 2026-09-03
last = 2026-10-23
[[terms]]
name = "Autumn 2"
first = 2026-11-02
last = 2026-12-18
"""


def test_a_calendar_is_read(write):
    calendar = read_calendar(write("calendar.toml", GOOD))

    assert calendar.why_closed(dt.date(2026, 11, 27)) == "it is an INSET day"
    assert calendar.why_closed(dt.date(2026, 12, 1), "7") == "the school is closed: boiler"
    assert calendar.is_school_day(dt.date(2026, 12, 1), "8")
    assert [term.name for term in calendar.terms] == ["Autumn 1", "Autumn 2"]


def test_a_calendar_written_is_the_calendar_read(tmp_path):
    closure = Closure(dt.date(2026, 12, 1), "snow", frozenset({"7", "R"}))
    calendar = example_calendar(inset=[dt.date(2026, 11, 27)], closures=[closure])

    write_calendar(tmp_path / "calendar.toml", calendar)

    assert read_calendar(tmp_path / "calendar.toml") == calendar


@pytest.mark.parametrize(
    ("old", "new", "row", "found"),
    [
        ("bank_holidays", "bank_holiday", 3, "a key we don't know"),
        ('name = "Autumn 1"\n', "", 0, "no 'name'"),
        ('name = "Autumn 1"', 'name = "Autumn 1"\nweeks = 7', 8, "a key we don't know"),
        ("[2026-11-27]", "2026-11-27", 4, "no list"),
        ("[2026-11-27]", '["2026-11-27"]', 4, "no date"),
        ("[2026-11-27]", "[2026-11-27T09:00:00]", 4, "no date"),
        ("2026-12-25", "9999-12-25", 3, "no date"),
        ("[2026-11-27]", "[2026-10-27]", 4, "2026-10-27, which lies in no term"),
        ("date = 2026-12-01", "date = 2027-01-01", 5, "2027-01-01, which lies in no term"),
        ('["7"]', '["Year 7"]', 5, "years that are no year groups"),
        ('["7"]', '"7"', 5, "years that are no year groups"),
        ("first = 2026-11-02", "first = 2026-10-23", 9, "before the one above"),
        ("last = 2026-12-18", "last = 2026-10-30", 13, "ends before it begins"),
        ("last = 2026-12-18", "last = 2027-12-18", 13, "lasts too long"),
        ('"2026-27"', '"2026-28"', 2, "a school year that is none"),
        ('"2026-27"', '"next year"', 2, "a school year that is none"),
        ('"Example 2026-27"', '""', 1, "no text"),
        ("2026-12-25", "25/12/2026", 0, "what is not TOML"),
        ('name = "Example', 'name = "a"\nname = "Example', 0, "what is not TOML"),
        ("[[terms]]", "[[term]]", 6, "a key we don't know"),
        pytest.param("[2026-11-27]", "9" * 5_000, 0, "what is not TOML", id="too many figures"),
        pytest.param("[2026-11-27]", "[" * 5_000, 0, "what is not TOML", id="too many brackets"),
    ],
)
def test_a_slip_is_refused_where_it_stands(write, old, new, row, found):
    with pytest.raises(BadInput) as refused:
        read_calendar(write("calendar.toml", GOOD.replace(old, new, 1)))

    assert found in refused.value.found
    assert refused.value.row == row


@pytest.mark.parametrize("terms", ["terms = []", "terms = [3]", "terms = 3"])
def test_a_calendar_without_terms_is_refused(write, terms):
    with pytest.raises(BadInput):
        read_calendar(write("calendar.toml", f'name = "x"\nschool_year = "2026-27"\n{terms}\n'))


def test_a_calendar_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        read_calendar(tmp_path / "calendar.toml")
