"""A session: one half of a school day. Registers are taken twice a day, SI 2024/208 regulation 10(1)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

# English whatever the computer's own language is; `strftime` would follow that, and takes ten times as long.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS_IN_FULL = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Half(StrEnum):
    """Which half of the school day; AM sorts before PM."""

    AM = "AM"
    PM = "PM"

    __hash__ = str.__hash__  # equal to its text, so it hashes like it; and registers look up a great many

    @property
    def in_words(self) -> str:
        return "morning" if self is Half.AM else "afternoon"


@dataclass(frozen=True, order=True, slots=True)
class Session:
    """The morning or the afternoon of one date."""

    date: dt.date
    half: Half

    def __str__(self) -> str:
        day = self.date
        return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1][:3]} {day.year} {self.half.value}"

    @property
    def key(self) -> str:
        """A form for keys and file names: `2026-11-23-AM`."""
        return f"{self.date.isoformat()}-{self.half}"


def both_sessions(day: dt.date) -> tuple[Session, Session]:
    """The morning and the afternoon session of a date."""
    return Session(day, Half.AM), Session(day, Half.PM)


def in_words(day: dt.date) -> str:
    """A date as staff read it: 9 November 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def weekday_in_words(day: dt.date) -> str:
    """A date near enough to need no year, with its day of the week: Thursday 26 November."""
    return f"{WEEKDAYS_IN_FULL[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
