"""Everything a view may show of one run."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.records import Problem, Proposal
from firstbell.workflows.morning.brakes import Brake
from firstbell.workflows.morning.phone_list import Call
from firstbell.workflows.morning.safeguarding_alerts import Alert
from firstbell.workflows.morning.session_now import SessionNow
from firstbell.workflows.words import name_of
from firstbell.workflows.workbooks.edits import Said
from sheets_templates import Cell

Rows = dict[str, dict[str, Cell]]


@dataclass(frozen=True, slots=True)
class Picture:
    """One run's findings. `proposals` are the session's first-day messages and corrections, by pupil; `problems` are
    rows of the MIS's exports that could not be used.
    """

    now: SessionNow
    brakes: tuple[Brake, ...]
    calls: tuple[Call, ...]
    alerts: tuple[Alert, ...]
    said: Said
    proposals: Mapping[str, tuple[Proposal, ...]]
    problems: tuple[Problem, ...] = ()

    def who(self, pupil_id: str) -> dict[str, Cell]:
        """The columns that say which pupil a row is about."""
        pupil = self.now.pupils.get(pupil_id)
        if pupil is None:
            return {"Pupil": f"(no longer on roll: {pupil_id})", "Year": "", "Form": ""}
        return {"Pupil": name_of(pupil), "Year": pupil.year_group, "Form": pupil.form}

    def says(self, sheet: str, key: str) -> dict[str, Cell]:
        """What Firstbell answers in a row."""
        return {"Firstbell says": self.said.in_rows.get((sheet, key), "")}
