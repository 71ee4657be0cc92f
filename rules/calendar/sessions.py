"""A session: one half of a school day. Registers are taken twice a day, SI 2024/208 regulation 10(1)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Half(StrEnum):
    """Which half of the school day; AM sorts before PM."""

    AM = "AM"
    PM = "PM"

    @property
    def in_words(self) -> str:
        return "morning" if self is Half.AM else "afternoon"


@dataclass(frozen=True, order=True, slots=True)
class Session:
    """The morning or the afternoon of one date."""

    date: dt.date
    half: Half

    def __str__(self) -> str:
        return f"{self.date:%a} {self.date.day} {self.date:%b %Y} {self.half}"

    def __hash__(self) -> int:
        # Registers look up hundreds of thousands of sessions; the hash that dataclass would make costs four times this.
        return self.date.toordinal() * 2 + (self.half is Half.PM)

    @property
    def key(self) -> str:
        """A form for keys and file names: `2026-11-23-AM`."""
        return f"{self.date.isoformat()}-{self.half}"


def both_sessions(day: dt.date) -> tuple[Session, Session]:
    """The morning and the afternoon session of a date."""
    return Session(day, Half.AM), Session(day, Half.PM)


def in_words(day: dt.date) -> str:
    """A date as staff read it: 9 November 2026."""
    return f"{day.day} {day:%B %Y}"
