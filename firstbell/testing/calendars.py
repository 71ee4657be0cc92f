"""The calendar that tests and vectors are written against: synthetic, and not that of any school."""

import datetime as dt
from collections.abc import Iterable

from rules.calendar import Closure, SchoolCalendar, Term

TERMS = (
    ("Summer 1 2026", dt.date(2026, 4, 13), dt.date(2026, 5, 22)),
    ("Summer 2 2026", dt.date(2026, 6, 1), dt.date(2026, 7, 22)),
    ("Autumn 1", dt.date(2026, 9, 3), dt.date(2026, 10, 23)),
    ("Autumn 2", dt.date(2026, 11, 2), dt.date(2026, 12, 18)),
    ("Spring 1", dt.date(2027, 1, 4), dt.date(2027, 2, 12)),
    ("Spring 2", dt.date(2027, 2, 22), dt.date(2027, 3, 25)),
    ("Summer 1", dt.date(2027, 4, 12), dt.date(2027, 5, 28)),
    ("Summer 2", dt.date(2027, 6, 7), dt.date(2027, 7, 23)),
)
BANK_HOLIDAYS = frozenset({dt.date(2026, 5, 4), dt.date(2027, 5, 3)})


def example_calendar(inset: Iterable[dt.date] = (), closures: Iterable[Closure] = ()) -> SchoolCalendar:
    """Monday to Friday in eight half-terms from April 2026 to July 2027, two of them of the school year before."""
    terms = tuple(Term(*term) for term in TERMS)
    return SchoolCalendar("Example 2026-27", "2026-27", terms, BANK_HOLIDAYS, frozenset(inset), tuple(closures))
