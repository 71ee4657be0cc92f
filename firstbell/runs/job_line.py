"""The one line that is logged of each job: keys, names of jobs, moments and figures, and nobody's name.

The log of a platform gets it as JSON, so that it can be counted and searched; a person at `firstbell serve` in words.
"""

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from firstbell.errors import FirstbellError
from firstbell.runs.due import DueJob, Job
from firstbell.runs.reports import RunReport
from firstbell.telemetry import JobTold


class Outcome(StrEnum):
    """How a job went. FAILED: its message comes again, or is set aside."""

    DONE = "done"
    DONE_BEFORE = "was done before"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job of one school. `needs` is how many things need a person: what they are stands in the workbooks, and names
    may stand in it. `go_on_at` is when what is left goes on. `error` and `why` are the kind and the sentence of what
    stopped it.
    """

    school: str
    job: Job
    due_at: dt.datetime
    outcome: Outcome
    seconds: float = 0.0
    figures: Mapping[str, int] = field(default_factory=dict)
    needs: int = 0
    go_on_at: dt.datetime | None = None
    error: str = ""
    why: str = ""

    @classmethod
    def ended(cls, due: DueJob, report: RunReport | None) -> Self:
        """It came to its end; without a report it had done so before."""
        told = cls(due.school_key, due.job, due.due_at, Outcome.DONE_BEFORE)
        if report is None:
            return told
        figures = {meaning: number for meaning, number in report.figures.items() if number}
        needs, go_on_at = len(report.needs), report.go_on_at
        return dataclasses.replace(told, outcome=Outcome.DONE, figures=figures, needs=needs, go_on_at=go_on_at)

    @classmethod
    def failed(cls, due: DueJob, error: FirstbellError) -> Self:
        """It was stopped."""
        kind = type(error).__name__
        return cls(due.school_key, due.job, due.due_at, Outcome.FAILED, error=kind, why=str(error))

    def fields(self) -> dict[str, object]:
        """Plain values for JSON."""
        go_on_at = self.go_on_at.isoformat() if self.go_on_at else ""
        return {"event": "job"} | dataclasses.asdict(self) | {"due_at": self.due_at.isoformat(), "go_on_at": go_on_at}

    def fill(self, told: JobTold) -> None:
        """Hand the collector what it may know: no sentence, which may hold a path, and no words of a figure."""
        told.outcome, told.seconds, told.needs, told.error = self.outcome, self.seconds, self.needs, self.error

    def in_words(self) -> str:
        """For a person."""
        if self.outcome is Outcome.FAILED:
            return f"{self.school} {self.job}: {self.why}"
        told = [f"{self.school} {self.job} {self.outcome}"]
        if self.figures:
            told += [", ".join(f"{meaning}: {number}" for meaning, number in self.figures.items())]
            told += [f"needing a person: {self.needs}"]
        if self.go_on_at:
            told += [f"goes on at {self.go_on_at:%H:%M:%S} UTC"]
        return "; ".join(told)

    def __str__(self) -> str:
        return json.dumps(self.fields(), ensure_ascii=False)
