"""The four errors a connector may raise, each named by what the caller should do.

`BadInput` is for people's files: it says file, row, column, what was found and what was expected.
None of the messages holds a name, an address or a reason for absence: they end in logs. What was found in a file may
hold anything, so every sentence is one line, without characters that can't be seen, and not for ever long.
"""

import datetime as dt
from dataclasses import dataclass

LONGEST_PART = 400  # characters; the headers of a whole export, put in one sentence, would hide the rest of it


def one_line(text: str) -> str:
    """A part of a sentence, on one line: what can't be printed, line ends among them, becomes a blank."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_PART else f"{line[:LONGEST_PART]}…"


class FirstbellError(Exception):
    """The outermost boundary turns these, and nothing else, into a sentence and an exit code."""


@dataclass
class RetryLater(FirstbellError):
    """The outside system can't answer now; try again after this long."""

    after: dt.timedelta

    def __str__(self) -> str:
        return f"the outside system is busy; try again in {int(self.after.total_seconds())} seconds"


@dataclass
class GiveUp(FirstbellError):
    """It will never work as asked; record it and go on with the rest."""

    reason: str

    def __str__(self) -> str:
        return one_line(self.reason)


@dataclass
class NeedsHuman(FirstbellError):
    """A person must do or decide something: `what`, and `where` they do it."""

    what: str
    where: str

    def __str__(self) -> str:
        return f"{one_line(self.what)} ({one_line(self.where)})"


@dataclass
class Misconfigured(FirstbellError):
    """The set-up is wrong. `check` is the sentence that says what to mend."""

    check: str

    def __str__(self) -> str:
        return one_line(self.check)


@dataclass
class BadInput(FirstbellError):
    """A person's file can't be used: where, what was found, what was expected.

    `row` counts from 1 with the header as row 1, as a spreadsheet shows it; 0 speaks of the whole file. `found` must
    be a shape or a code, never a person's name or address.
    """

    file: str
    found: str
    expected: str
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        row = f", row {self.row}" if self.row else ""
        column = f", column '{one_line(self.column)}'" if self.column else ""
        where = f"{one_line(self.file)}{row}{column}"
        return f"{where}: found {one_line(self.found)}, expected {one_line(self.expected)}"
