"""The example school's calendar: six terms of 2026-27, with INSET days and the bank holidays that fall in term."""

import datetime as dt

from firstbell.errors import BadInput
from rules.calendar import SchoolCalendar, Term

DEMO_CALENDAR = SchoolCalendar(
    name="Example Hill Academy 2026-27",
    school_year="2026-27",
    terms=(
        Term("Autumn 1", dt.date(2026, 9, 3), dt.date(2026, 10, 23)),
        Term("Autumn 2", dt.date(2026, 11, 2), dt.date(2026, 12, 18)),
        Term("Spring 1", dt.date(2027, 1, 4), dt.date(2027, 2, 12)),
        Term("Spring 2", dt.date(2027, 2, 22), dt.date(2027, 3, 25)),
        Term("Summer 1", dt.date(2027, 4, 12), dt.date(2027, 5, 28)),
        Term("Summer 2", dt.date(2027, 6, 7), dt.date(2027, 7, 23)),
    ),
    bank_holidays=frozenset(
        {
            *(dt.date(2026, 12, 25), dt.date(2026, 12, 28), dt.date(2027, 1, 1), dt.date(2027, 3, 26)),
            *(dt.date(2027, 3, 29), dt.date(2027, 5, 3), dt.date(2027, 5, 31)),
        }
    ),
    inset=frozenset({dt.date(2026, 9, 3), dt.date(2026, 11, 27), dt.date(2027, 1, 4), dt.date(2027, 6, 7)}),
)


def require_school_day(calendar: SchoolCalendar, day: dt.date) -> None:
    """Raise BadInput, with the reason, unless the school is open on `day`."""
    why = calendar.why_closed(day)
    if why is not None:
        first, last = calendar.school_days_of()[0], calendar.school_days_of()[-1]
        raise BadInput(
            "--at",
            f"{day:%A} {day.day} {day:%B %Y}, when there is no school ({why})",
            f"a school day between {first.isoformat()} and {last.isoformat()}",
        )


def calendar_toml(calendar: SchoolCalendar) -> str:
    """The calendar in the file format of docs/formats: `calendar.toml`."""
    lines = [
        f'name = "{calendar.name}"',
        f'school_year = "{calendar.school_year}"',
        f"bank_holidays = [{_dates(calendar.bank_holidays)}]",
        f"inset = [{_dates(calendar.inset)}]",
        "closures = []",
    ]
    for term in calendar.terms:
        lines += ["", "[[terms]]", f'name = "{term.name}"', f"first = {term.first}", f"last = {term.last}"]
    return "\n".join(lines) + "\n"


def _dates(days: frozenset[dt.date]) -> str:
    return ", ".join(day.isoformat() for day in sorted(days))
