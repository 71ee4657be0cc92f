import datetime as dt
from pathlib import Path

import pytest

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from firstbell.testing.vectors import read_vectors
from rules.returns.sickness_return import sickness_return
from rules.school_age import ALWAYS, school_age

AS_OF = dt.date(2026, 11, 23)
CALENDAR = example_calendar()
VECTORS = read_vectors(
    Path(__file__).with_name("sickness_due.yaml"),
    given={"register", "as_of", "born", "expected_until", "sent"},
    expect={"limb", "due_on", "sentence"},
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_sickness_return(vector):
    calendar, expect, as_of = example_calendar(), vector["expect"], vector.get("as_of", AS_OF)
    span = span_of(read_register(vector["register"]), calendar)
    age = school_age(vector["born"], as_of) if "born" in vector else ALWAYS
    known = {"expected_until": vector.get("expected_until"), "sent_on": vector.get("sent", ())}

    found = sickness_return(span, calendar, None, age, as_of, **known)

    assert (found.limb, found.due_on) == (expect["limb"], expect["due_on"])
    assert found.finding.is_met is (expect["limb"] is not None)
    assert expect.get("sentence", "") in found.finding.sentence


def test_a_return_says_which_spell_it_is_about():
    marks = "2026-09-07  II II II II II\n2026-10-05  II II II II II\n2026-11-09  II II II II II"

    found = sickness_return(span_of(read_register(marks), CALENDAR), CALENDAR, None, ALWAYS, AS_OF)

    assert (found.spell[0].date, len(found.spell)) == (dt.date(2026, 11, 9), 10)


def test_a_day_of_the_spell_answers_for_it_when_the_return_was_sent_late():
    """Sent during the next, minor spell, the return still answers for the long one; the next long one is due."""
    long = "2026-09-07  II II II II II\n2026-09-14  II II II II II\n2026-09-21  II II II II II\n2026-10-05  II\n"
    again = long + "2026-11-02  II II II II II\n2026-11-09  II II II II II\n2026-11-16  II II II II II"

    found = sickness_return(
        span_of(read_register(again), CALENDAR), CALENDAR, None, ALWAYS, AS_OF, sent_on=[dt.date(2026, 9, 25)]
    )

    assert (found.limb, found.due_on) == ("consecutive", dt.date(2026, 11, 20))
