import datetime as dt
from pathlib import Path

import pytest

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from firstbell.testing.vectors import read_vectors
from rules.absence.unexplained import unexplained_absences
from rules.calendar import Closure

VECTORS = read_vectors(
    Path(__file__).with_name("unexplained.yaml"),
    given={"register", "inset", "as_of"},
    expect={"settle_by", "overdue", "school_days_open", "sentence"},
)


AS_OF = dt.date(2026, 11, 9)


def the_n_of(register, as_of, calendar, year_group="9"):
    (absence,) = unexplained_absences(span_of(read_register(register), calendar), calendar, year_group, as_of)
    return absence


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_limit_of_an_unexplained_absence(vector):
    expect = vector["expect"]

    absence = the_n_of(vector["register"], vector["as_of"], example_calendar(vector.get("inset", ())))

    assert (absence.settle_by, absence.is_overdue) == (expect["settle_by"], expect["overdue"])
    assert absence.finding.is_met is expect["overdue"]
    assert absence.school_days_open == expect.get("school_days_open", absence.school_days_open)
    assert expect.get("sentence", "") in absence.finding.sentence


def test_a_closure_for_one_year_group_stops_the_clock_for_that_year_group_alone():
    pipe = Closure(dt.date(2026, 11, 4), "a burst pipe", frozenset({"9"}))
    calendar = example_calendar(closures=[pipe])

    assert the_n_of("2026-11-02  N.", AS_OF, calendar, "9").settle_by == dt.date(2026, 11, 10)
    assert the_n_of("2026-11-02  N.", AS_OF, calendar, "8").settle_by == dt.date(2026, 11, 9)


def test_every_n_is_listed_in_order_and_cites_the_regulation():
    calendar = example_calendar()
    span = span_of(read_register("2026-11-02  NN /\\ NI\n2026-11-09  /N"), calendar)

    absences = unexplained_absences(span, calendar, None, AS_OF)

    assert [str(absence.session) for absence in absences] == [
        "Mon 2 Nov 2026 AM",
        "Mon 2 Nov 2026 PM",
        "Wed 4 Nov 2026 AM",
        "Mon 9 Nov 2026 PM",
    ]
    assert all("regulation 10(7) to (9)" in absence.finding.citations[0] for absence in absences)
