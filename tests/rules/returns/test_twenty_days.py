import datetime as dt
from pathlib import Path

import pytest

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from firstbell.testing.vectors import read_vectors
from rules.returns.twenty_days import twenty_days

AS_OF = dt.date(2026, 12, 1)
VECTORS = read_vectors(
    Path(__file__).with_name("twenty_days.yaml"),
    given={"register", "as_of", "may_be_ill", "enquiries"},
    expect={"school_days", "reached_on", "limbs", "sentence"},
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_watch_on_twenty_days(vector):
    calendar, expect = example_calendar(), vector["expect"]
    span = span_of(read_register(vector["register"]), calendar)
    facts = {"may_be_ill_or_prevented": vector.get("may_be_ill"), "enquiries_made": vector.get("enquiries")}

    found = twenty_days(span, calendar, None, vector.get("as_of", AS_OF), **facts)

    assert (found.school_days, found.reached_on) == (expect["school_days"], expect["reached_on"])
    assert [limb.outcome for limb in found.limbs] == expect["limbs"]
    assert found.finding.is_met is (expect["reached_on"] is not None)
    assert expect.get("sentence", "") in found.finding.sentence
    assert len(found.finding.counted) == len(found.limbs[0].counted) == 2 * expect["school_days"]
