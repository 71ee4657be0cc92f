"""Reads the school's calendar from TOML, strictly: a wrong holiday is a wrong deadline.

The lines of the file are told where they can be found; TOML itself keeps none.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from connectors.files.answers import year_group
from connectors.files.dates import is_likely
from connectors.files.decode import decode
from connectors.files.source import Source, read_source
from firstbell.errors import BadInput
from rules.calendar import Closure, SchoolCalendar, Term

Table = dict[str, Any]  # what tomllib gives back
COMPULSORY = {"name", "school_year", "terms"}
OPTIONAL = {"bank_holidays", "inset", "closures"}
SCHOOL_YEAR = re.compile(r"(\d{4})-(\d\d)")
LONGEST_TERM = 140  # calendar days; the longest English term, with its half-term, has about 115


def read_calendar(path: Path) -> SchoolCalendar:
    """Read terms, INSET days, bank holidays and closures. Raises BadInput."""
    return calendar_of(read_source(path))


def calendar_of(source: Source) -> SchoolCalendar:
    """The calendar in a file's bytes. Raises BadInput."""
    return _CalendarFile(source.file, decode(source)).calendar()


class _CalendarFile:
    """One calendar file, with its text at hand to say in which row something stands."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    def calendar(self) -> SchoolCalendar:
        try:
            table = tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:  # too many digits or brackets are no TOMLDecodeError
            raise BadInput(self.file, f"what is not TOML ({error})", "a calendar as docs/files.md shows it") from error
        self.require_keys(table, COMPULSORY, OPTIONAL)
        terms = tuple(self.term(term) for term in self.tables(table, "terms"))
        self.require_order(terms)
        calendar = SchoolCalendar(
            name=self.words(table, "name"),
            school_year=self.school_year(table),
            terms=terms,
            bank_holidays=frozenset(self.dates(table, "bank_holidays")),
            inset=frozenset(self.dates(table, "inset")),
            closures=tuple(self.closure(closure) for closure in self.tables(table, "closures")),
        )
        self.require_inside(calendar)
        return calendar

    def term(self, table: Table) -> Term:
        self.require_keys(table, {"name", "first", "last"}, set())
        term = Term(self.words(table, "name"), self.date(table, "first"), self.date(table, "last"))
        if not 0 <= (term.last - term.first).days <= LONGEST_TERM:
            self.refuse("a term that ends before it begins, or lasts too long", "its first and last day", term.last)
        return term

    def closure(self, table: Table) -> Closure:
        self.require_keys(table, {"date", "reason"}, {"years"})
        years = table.get("years", [])
        if not isinstance(years, list) or not all(isinstance(y, str) and year_group(y) == y for y in years):
            self.refuse("years that are no year groups", 'as years = ["7", "8"]', "years")
        return Closure(self.date(table, "date"), self.words(table, "reason"), frozenset(years))

    def school_year(self, table: Table) -> str:
        text = self.words(table, "school_year")
        found = SCHOOL_YEAR.fullmatch(text)
        if not found or int(found[2]) != (int(found[1]) + 1) % 100:
            self.refuse("a school year that is none", "as 2026-27", "school_year")
        return text

    def words(self, table: Table, key: str) -> str:
        value = table[key]
        if not isinstance(value, str) or not value.strip():
            self.refuse("no text", "words in quotes", key)
        return str(value)

    def date(self, table: Table, key: str) -> dt.date:
        return self.plain_date(table[key], key)

    def dates(self, table: Table, key: str) -> list[dt.date]:
        values = table.get(key, [])
        if not isinstance(values, list):
            self.refuse("no list", "dates in square brackets", key)
        return [self.plain_date(value, key) for value in values]

    def plain_date(self, value: object, key: str) -> dt.date:
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date) or not is_likely(value):
            self.refuse("no date", "a date as 2026-09-03, without quotes", key)
        return value  # type: ignore[return-value]

    def tables(self, table: Table, key: str) -> list[Table]:
        values = table.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.refuse("what is no list of tables", "as docs/files.md shows it", key)
        return list(values)

    def require_keys(self, table: Table, compulsory: set[str], optional: set[str]) -> None:
        for key in sorted(table.keys() - compulsory - optional):
            self.refuse("a key we don't know", "one of " + ", ".join(sorted(compulsory | optional)), key)
        for key in sorted(compulsory - table.keys()):
            raise BadInput(self.file, f"no '{key}'", f"{key} = …", column=key)

    def require_order(self, terms: tuple[Term, ...]) -> None:
        if not terms:
            raise BadInput(self.file, "no terms", "[[terms]] with name, first and last", column="terms")
        for earlier, later in pairwise(terms):
            if later.first <= earlier.last:
                self.refuse("a term that begins before the one above it has ended", "terms in order", later.first)

    def require_inside(self, calendar: SchoolCalendar) -> None:
        """INSET days and closures outside every term change nothing, so they are slips; bank holidays may lie there."""
        days = (*sorted(calendar.inset), *(closure.on for closure in calendar.closures))
        for day in _outside(days, calendar.terms):
            self.refuse(f"{day.isoformat()}, which lies in no term", "INSET days and closures in term", day)

    def refuse(self, found: str, expected: str, where: str | dt.date) -> None:
        """Raises BadInput with the row where a key or date stands, as far as text can tell."""
        column = where if isinstance(where, str) else ""
        raise BadInput(self.file, found, expected, self.row_of(str(where)), column)

    def row_of(self, word: str) -> int:
        return next((row for row, line in enumerate(self.text.splitlines(), 1) if word in line.partition("#")[0]), 0)


def _outside(days: Iterable[dt.date], terms: tuple[Term, ...]) -> list[dt.date]:
    return [day for day in days if not any(term.first <= day <= term.last for term in terms)]
