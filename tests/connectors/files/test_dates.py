"""Dates are day first, in one form a column; what could be read two ways refuses the file."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files.dates import dates_in, one_date
from firstbell.errors import BadInput

APRIL_3RD = dt.date(2026, 4, 3)


def column(*texts):
    return dates_in(enumerate(texts, 2), "marks.csv", "date")


@pytest.mark.parametrize(
    "text",
    [
        *("2026-04-03", "2026/04/03", "20260403", "03/04/2026", "3/4/2026", "03-04-2026", "03.04.2026", "3 Apr 2026"),
        *("03-Apr-2026", "3 April 2026", "Fri 3 Apr 2026", "Fri 03/04/2026", "2026-04-03T00:00:00", "03/04/2026 00:00"),
        "2026-04-03 00:00:00.000",
    ],
)
def test_every_form_of_the_third_of_april(text):
    assert one_date(text) == APRIL_3RD
    assert column(text) == {text: APRIL_3RD}


@pytest.mark.parametrize(
    "text", ["29/02/2026", "31/11/2026", "00/01/2026", "soon", "2026-13-01", "2026-04-03T00:00:00Z", "32/01/2026"]
)
def test_what_is_no_date_is_left_to_its_row(text):
    assert column(text) == {text: None}


def test_the_29th_of_february_is_a_date_in_a_leap_year():
    assert one_date("29/02/2028") == dt.date(2028, 2, 29)


@pytest.mark.parametrize(
    ("texts", "row", "found"),
    [
        (("03/04/2026", "11/23/2026"), 3, "month first"),
        (("03/04/26",), 2, "two digits"),
        (("46115",), 2, "a number"),
        (("46115.5",), 2, "a number"),
        (("23/11/2026", "2026-04-03"), 3, "two forms"),
        (("20260403", "2026-04-04"), 3, "two forms"),
    ],
)
def test_a_doubtful_column_refuses_the_file_with_its_row(texts, row, found):
    with pytest.raises(BadInput) as refused:
        column(*texts)

    assert (refused.value.row, refused.value.column) == (row, "date")
    assert found in refused.value.found


@given(
    day=st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)), form=st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"])
)
def test_a_date_written_is_the_date_read(day, form):
    assert one_date(day.strftime(form)) == day


def test_in_the_plain_format_a_date_in_another_form_is_a_mistake_of_its_row():
    found = dates_in([(2, "2026-11-23"), (3, "24/11/2026"), (4, "soon")], "marks.csv", "date", is_plain=True)

    assert found == {"2026-11-23": dt.date(2026, 11, 23), "24/11/2026": None, "soon": None}


def test_in_the_plain_format_dates_that_are_all_day_first_are_read_so():
    found = dates_in([(2, "23/11/2026"), (3, "24/11/2026")], "marks.csv", "date", is_plain=True)

    assert list(found.values()) == [dt.date(2026, 11, 23), dt.date(2026, 11, 24)]
