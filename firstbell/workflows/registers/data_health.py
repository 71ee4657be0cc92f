"""What is wrong with the data and the settings themselves: rows that could not be used, and registers open too long."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from firstbell.errors import FirstbellError
from firstbell.records import Problem
from firstbell.settings import DayTimes
from firstbell.workflows.office import Office
from firstbell.workflows.registers.code_checks import is_of_the_register, register_hours
from firstbell.workflows.registers.optional_exports import beside_the_register, lessons_of
from rules.absence.lateness import register_stays_open_too_long

FILE_RANK, HOURS_RANK = 2, 3


@dataclass(frozen=True, slots=True)
class DataLine:
    """One thing to mend that is about no single pupil; rank 1 first."""

    about: str
    rank: int
    wrong: str
    mend: str


def reading_problems(office: Office) -> tuple[Problem, ...]:
    """Rows of the MIS's exports that can't be used now. Refused marks are not among them: see Codes to check.

    Raises nothing for an export that can't be read: that is a problem to tell, and the sheets are drawn all the same.
    """
    return (
        *_of_roll_and_marks(office),
        *beside_the_register(office).problems,
        *lessons_of(office, office.today()).problems,
    )


def _of_roll_and_marks(office: Office) -> tuple[Problem, ...]:
    today = office.today()
    try:
        calendar = office.mis.calendar()
        days = calendar.school_days(calendar.first, min(today, calendar.last))
        first = days[-office.settings.mis.reread_school_days :][:1] or (today,)
        marks = office.mis.marks(first[0], today).problems
        return (*office.mis.roll().problems, *(problem for problem in marks if not is_of_the_register(problem)))
    except FirstbellError as error:
        return (Problem("Roll and marks", f"Not read: {error}."),)


def problem_lines(problems: Iterable[Problem]) -> tuple[DataLine, ...]:
    """A line for each file and sentence, with the row it first stands in and how many there are."""
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for problem in problems:
        file, _, row = problem.where.partition(", row ")
        alike[file, problem.sentence].append(row)
    return tuple(
        DataLine(file, FILE_RANK, sentence, _where_to_mend(file, rows)) for (file, sentence), rows in alike.items()
    )


def _where_to_mend(file: str, rows: list[str]) -> str:
    first = next((row for row in rows if row), "")
    if not first:
        return "Mend it in the MIS, or in how it is exported."
    more = f", and {len(rows) - 1} more" if len(rows) > 1 else ""
    return f"Row {first} of {file}{more}: mend it in the MIS."


def hours_lines(day: DayTimes, as_of: dt.date) -> tuple[DataLine, ...]:
    """The registers that the settings keep open for longer than guidance allows."""
    lines = []
    for half, hours in register_hours(day).items():
        finding = register_stays_open_too_long(hours.opens, hours.closes, as_of)
        if finding.is_met:
            mend = f"Change day.{half.lower()}.closes in school.toml, and the policy. {'; '.join(finding.citations)}."
            lines.append(DataLine(f"The {half.in_words}'s register", HOURS_RANK, finding.sentence, mend))
    return tuple(lines)
