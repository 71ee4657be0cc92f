"""How many penalty notices one parent may have for one child: two in three years, and the second costs more.

Ask for each parent and each child apart: two parents of two children are four separate questions.
"""

import datetime as dt
from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rules.calendar.sessions import in_words
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter


@dataclass(frozen=True, slots=True)
class NoticeIssued:
    """A penalty notice that this parent had for this child; unpaid and prosecuted ones count, withdrawn ones do not."""

    issued_on: dt.date
    withdrawn: bool = False


class Which(StrEnum):
    """Which notice in the look-back the next one would be."""

    FIRST = "first"
    SECOND = "second"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class NextNotice:
    """Amounts in pounds, None when `which` is none; `reduced_amount` is for early payment, None for a second notice."""

    which: Which
    amount: int | None
    reduced_amount: int | None
    counted: tuple[NoticeIssued, ...]
    finding: Finding


def next_notice(issued: Iterable[NoticeIssued], on: dt.date) -> NextNotice:
    """Which notice could be issued on a day, were a person to decide so. MET: one could; NOT_MET: another tool."""
    limit = _law("penalty_notices/limit", on)
    counted = _counted(issued, on)
    law = (limit, _law("penalty_notices/look_back", on), _law("penalty_notices/counted_from", on))
    if len(counted) >= limit.value:
        finding = Finding(Outcome.NOT_MET, _no_more(counted, law), (), (), law)
        return NextNotice(Which.NONE, None, None, counted, finding)
    return _second(counted, law, on) if counted else _first(law, on)


def as_issued(issued: Iterable[NoticeIssued]) -> tuple[tuple[NoticeIssued, NextNotice], ...]:
    """Each notice that stands, oldest first, with which one it was on its own day; `none`: it was one too many."""
    standing = sorted((n for n in issued if not n.withdrawn), key=lambda notice: notice.issued_on)
    return tuple((notice, next_notice(standing[:place], notice.issued_on)) for place, notice in enumerate(standing))


def _law(name: str, on: dt.date) -> Entry:
    return parameter(name).on(on)


def _counted(issued: Iterable[NoticeIssued], on: dt.date) -> tuple[NoticeIssued, ...]:
    after = _years_before(on, _law("penalty_notices/look_back", on).value)
    first = _law("penalty_notices/counted_from", on).value
    held = (n for n in issued if not n.withdrawn and n.issued_on >= first and after < n.issued_on <= on)
    return tuple(sorted(held, key=lambda notice: notice.issued_on))


def _years_before(day: dt.date, years: int) -> dt.date:
    """The same date some years earlier; 29 February goes to the 28th of a common year."""
    year = day.year - years
    leap_day = (day.month, day.day) == (2, 29) and not isleap(year)
    return dt.date(year, 2, 28) if leap_day else day.replace(year=year)


def _first(law: tuple[Entry, ...], on: dt.date) -> NextNotice:
    full, reduced = _law("penalty_notices/first_amount", on), _law("penalty_notices/first_reduced_amount", on)
    days, early = _law("penalty_notices/payable_within", on), _law("penalty_notices/reduced_within", on)
    sentence = (
        f"It would be the first notice in {law[1].value} years to this parent for this child: £{full.value} within "
        f"{days.value} days, or £{reduced.value} within {early.value} days."
    )
    finding = Finding(Outcome.MET, sentence, (), (), (*law, full, reduced, days, early))
    return NextNotice(Which.FIRST, full.value, reduced.value, (), finding)


def _second(counted: tuple[NoticeIssued, ...], law: tuple[Entry, ...], on: dt.date) -> NextNotice:
    full, days = _law("penalty_notices/second_amount", on), _law("penalty_notices/payable_within", on)
    sentence = (
        f"It would be the second notice in {law[1].value} years to this parent for this child, after that of "
        f"{in_words(counted[-1].issued_on)}: £{full.value} within {days.value} days, with nothing off."
    )
    finding = Finding(Outcome.MET, sentence, (), (), (*law, full, days))
    return NextNotice(Which.SECOND, full.value, None, counted, finding)


def _no_more(counted: tuple[NoticeIssued, ...], law: tuple[Entry, ...]) -> str:
    dates = " and ".join(in_words(notice.issued_on) for notice in counted)
    return (
        f"This parent has had {how_many(len(counted), 'notice')} for this child in {law[1].value} years ({dates}): no "
        f"further one is allowed, so a person must consider another tool."
    )
