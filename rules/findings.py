"""What a rule concludes, and why: the one sentence that staff read in the workbook, the ledger and a referral pack."""

from dataclasses import dataclass
from enum import StrEnum

from rules.calendar.sessions import Session
from rules.parameters import Entry


def how_many(count: int, noun: str) -> str:
    """A number and its noun: 1 session, 2 sessions."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


class Outcome(StrEnum):
    """How a question of law came out. "Cannot tell" is an outcome with a reason, never an exception."""

    MET = "met"
    NOT_MET = "not met"
    NOT_APPLICABLE = "not applicable"
    INSUFFICIENT_DATA = "insufficient data"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's conclusion for one pupil.

    `counted` are the sessions that brought it about and `left_out` those looked at and not counted; `parameters` are
    the dated entries used, each with its citation; `sentence` says it all in plain words, without the pupil's name.
    """

    outcome: Outcome
    sentence: str
    counted: tuple[Session, ...] = ()
    left_out: tuple[Session, ...] = ()
    parameters: tuple[Entry, ...] = ()

    @property
    def is_met(self) -> bool:
        return self.outcome is Outcome.MET

    @property
    def citations(self) -> tuple[str, ...]:
        """Where the rule stands, in words: "instrument, provision"."""
        return tuple(dict.fromkeys(str(entry.citation) for entry in self.parameters))
