"""What can happen in a morning, as data: who types, what the MIS would now export, and which job runs."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.records import ExpectedElsewhere
from rules.registers import Mark
from sheets_templates import Cell


@dataclass(frozen=True, slots=True)
class Typed:
    """What someone types into a workbook: in each row about the pupil, or in a new row when `is_new_row`."""

    workbook: str
    sheet: str
    pupil_id: str
    cells: Mapping[str, Cell]
    is_new_row: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of the story. `at` is UTC; `what` is one plain sentence without a name; then, in this order: the MIS
    exports change (marks, registers taken, lists, lessons), people type, and `job` runs.
    """

    at: dt.datetime
    what: str
    job: str | None = None
    marks: tuple[Mark, ...] = ()
    registers_taken: tuple[str, ...] = ()
    elsewhere: tuple[ExpectedElsewhere, ...] = ()
    typed: tuple[Typed, ...] = ()
    lessons_taken: bool = False
