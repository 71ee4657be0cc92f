"""The three engines find the same of everyone, and what they find is what the rules say.

`make proof` runs this with a hundred thousand pupils.
"""

import datetime as dt
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from firstbell.testing.calendars import example_calendar
from rules.absence.counts import SessionCounts, count_sessions
from rules.absence.persistent import persistent_absence, severe_absence
from rules.absence.unexplained import unexplained_absences
from rules.calendar import Closure, SchoolCalendar, Term
from rules.codes import NO_MARK, AttendanceCode, byte_of
from rules.engine import plain, slow, vector
from rules.engine.frame import frame_of
from rules.penalty_notices.national_threshold import national_threshold
from rules.registers import RegisterSpan
from rules.returns.attendance_return import continuous_absence
from rules.returns.sickness_return import illness
from rules.school_age import ALWAYS

CALENDAR = example_calendar(
    inset=[dt.date(2026, 9, 3), dt.date(2027, 1, 4)],
    closures=[Closure(dt.date(2026, 11, 16) + dt.timedelta(days=n), "heating", frozenset({"9"})) for n in range(5)],
)
BYTES = st.integers(NO_MARK, max(map(byte_of, AttendanceCode)))
DAYS = CALENDAR.school_days_of(None)


def some_frame(seed):
    """From and to any day, the school year before included, for a year group that was closed for a week or not."""
    chance = random.Random(seed)  # noqa: S311 - made-up dates, not secrets
    first, as_of = chance.choice(DAYS[:120]), DAYS[-1] - dt.timedelta(days=chance.randrange(330))
    return frame_of(CALENDAR, first, max(first, as_of), chance.choice([None, "9"]))


def differences(rows, found, expected):
    pairs = zip(rows, found, expected, strict=True)
    return [(row.hex(), one, other) for row, one, other in pairs if one != other]


def test_the_engines_agree_on_every_figure_of_every_pupil(seed, made_up, batch):
    frame = some_frame(seed)
    rows = made_up(seed, batch, len(frame.sessions))

    expected = slow.figures_of(rows, frame)

    assert differences(rows, plain.figures_of(rows, frame), expected)[:1] == []
    assert differences(rows, vector.figures_of(rows, frame), expected)[:1] == []


@settings(deadline=None, max_examples=50)
@given(st.data(), st.integers(0, 40))
def test_they_agree_on_registers_that_nobody_would_think_of(data, seed):
    frame = some_frame(seed)
    size = len(frame.sessions)
    codes = data.draw(st.lists(BYTES, min_size=1, max_size=4).map(bytes))
    pieces = data.draw(st.lists(st.tuples(st.sampled_from(list(codes)), st.integers(1, 90)), max_size=12))
    row = b"".join(bytes([byte]) * length for byte, length in pieces).ljust(size, b"\1")[:size]

    [expected] = slow.figures_of([row], frame)

    assert plain.figures_of([row], frame) == [expected]
    assert vector.figures_of([row], frame) == [expected]


def test_every_figure_takes_more_than_one_value_among_the_made_up_pupils(made_up):
    frame = frame_of(CALENDAR, DAYS[0], DAYS[-1])

    found = slow.figures_of(made_up(1, 500, len(frame.sessions)), frame)

    lonely = [field for field in found[0]._fields if len({getattr(figures, field) for figures in found}) < 2]
    assert lonely == []
    optional = [figures for figures in found if None not in figures]
    assert optional, "someone has reached everything"


def by_the_rules(row, frame, year_group, as_of):
    """The same figures from the functions that the morning's decisions come from."""
    span = RegisterSpan("Alicia", frame.sessions, row)
    year = RegisterSpan("Alicia", frame.sessions[frame.counted_from :], row[frame.counted_from :])
    counts = count_sessions(year.marks)
    threshold = national_threshold(span, CALENDAR, ALWAYS, as_of)
    continuous = continuous_absence(span, CALENDAR, year_group, ALWAYS, as_of)
    unexplained = unexplained_absences(year, CALENDAR, year_group, as_of)
    return (
        counts,
        *(persistent_absence(counts, as_of).is_met, severe_absence(counts, as_of).is_met),
        *(threshold.sessions_in_window, threshold.threshold_met_on),
        *(continuous.school_days, continuous.attendance_return_due_on),
        illness(span, ALWAYS, as_of).sickness_return_due_on,
        max((each.school_days_open for each in unexplained), default=None),
    )


def as_the_rules_say_it(figures, frame):
    """Places in the frame as the dates that the rules give."""
    place = figures.attendance_return_at
    met, due, ill = (
        None if at is None else frame.sessions[at].date
        for at in (figures.threshold_met_at, None if place is None else 2 * place, figures.sickness_return_at)
    )
    flags = (figures.is_persistently_absent, figures.is_severely_absent)
    runs = (figures.longest_continuous_absence, due, ill, figures.oldest_unexplained)
    return (SessionCounts(*figures[:9]), *flags, figures.sessions_in_window, met, *runs)


def test_they_find_what_the_rules_say(made_up):
    for seed, (year_group, as_of) in enumerate([(None, DAYS[-1]), ("9", dt.date(2026, 11, 29)), (None, DAYS[150])]):
        frame = frame_of(CALENDAR, DAYS[0], as_of, year_group)
        rows = made_up(100 + seed, 400, len(frame.sessions))

        found = [as_the_rules_say_it(figures, frame) for figures in plain.figures_of(rows, frame)]

        said = [by_the_rules(row, frame, year_group, as_of) for row in rows]
        assert differences(rows, found, said)[:1] == []


def test_a_run_longer_than_a_byte_counts_is_found_whole():
    no_holidays = SchoolCalendar("Example", "2026-27", (Term("All", dt.date(2026, 1, 5), dt.date(2027, 7, 23)),))
    frame = frame_of(no_holidays, no_holidays.first, no_holidays.last)
    row = bytes([byte_of(AttendanceCode.UNAUTHORISED)]) * len(frame.sessions)

    [found] = vector.figures_of([row], frame)

    assert found.longest_continuous_absence == frame.school_days == 405
    assert [found] == slow.figures_of([row], frame)


def test_a_frame_that_begins_in_the_holidays_finds_the_same(made_up):
    whole = frame_of(CALENDAR, dt.date(2026, 9, 4), dt.date(2027, 1, 22))
    from_august = frame_of(CALENDAR, dt.date(2026, 8, 3), dt.date(2027, 1, 22))
    rows = made_up(5, 200, len(whole.sessions))

    expected = slow.figures_of(rows, whole)

    for engine in (slow, plain, vector):
        assert differences(rows, engine.figures_of(rows, from_august), expected)[:1] == []


def test_nobody_at_all_and_no_session_at_all_are_no_trouble():
    empty = frame_of(CALENDAR, DAYS[-1], DAYS[0])
    frame = frame_of(CALENDAR, DAYS[0], DAYS[40])

    for engine in (slow, plain, vector):
        assert engine.figures_of([], frame) == []
        assert engine.figures_of([b""], empty)[0].possible == 0
        assert engine.figures_of([b""], empty)[0].longest_continuous_absence == 0
        assert engine.figures_of([bytes([NO_MARK]) * len(frame.sessions)], frame)[0].sessions_in_window == 0
