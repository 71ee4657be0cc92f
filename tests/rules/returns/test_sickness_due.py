import datetime as dt
from pathlib import Path

import pytest

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from firstbell.testing.vectors import read_vectors
from rules.returns.sickness_return import sickness_return
from rules.school_age import ALWAYS, school_age

AS_OF = dt.date(2026, 11, 23)
VECTORS = read_vectors(
    Path(__file__).with_name("sickness_due.yaml"),
    given={"register", "born", "expected_until", "sent"},
    expect={"limb", "due_on", "sentence"},
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_sickness_return(vector):
    calendar, expect = example_calendar(), vector["expect"]
    span = span_of(read_register(vector["register"]), calendar)
    age = school_age(vector["born"], AS_OF) if "born" in vector else ALWAYS
    known = {"expected_until": vector.get("expected_until"), "sent_on": vector.get("sent", ())}

    found = sickness_return(span, calendar, None, age, AS_OF, **known)

    assert (found.limb, found.due_on) == (expect["limb"], expect["due_on"])
    assert found.finding.is_met is (expect["limb"] is not None)
    assert expect.get("sentence", "") in found.finding.sentence
