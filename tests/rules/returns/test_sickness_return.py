import datetime as dt
from pathlib import Path

import pytest

from firstbell.testing.calendars import example_calendar
from firstbell.testing.register_notation import read_register, span_of
from firstbell.testing.vectors import read_vectors
from rules.calendar import both_sessions
from rules.codes import AttendanceCode, byte_of
from rules.registers import RegisterSpan
from rules.returns.sickness_return import illness
from rules.school_age import ALWAYS, school_age

AS_OF = dt.date(2026, 11, 23)
VECTORS = read_vectors(
    Path(__file__).with_name("sickness_return.yaml"),
    given={"register", "as_of", "born"},
    expect={"sessions", "due_on", "sentence"},
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_cumulative_illness(vector):
    expect, as_of = vector["expect"], vector.get("as_of", AS_OF)
    age = school_age(vector["born"], as_of) if "born" in vector else ALWAYS

    found = illness(span_of(read_register(vector["register"]), example_calendar()), age, as_of)

    assert (found.sessions, found.sickness_return_due_on) == (expect["sessions"], expect["due_on"])
    assert found.finding.is_met is (expect["due_on"] is not None)
    assert expect.get("sentence", "") in found.finding.sentence


def test_the_year_of_illness_begins_on_the_first_of_august():
    days = [dt.date(2026, 7, 31), dt.date(2026, 8, 1)]
    sessions = tuple(session for day in days for session in both_sessions(day))

    found = illness(RegisterSpan("Alicia", sessions, bytes([byte_of(AttendanceCode.ILLNESS)]) * 4), ALWAYS, AS_OF)

    assert found.sessions == 2
