"""Reads what stands beside the register: examinations, part-time agreements, and who is registered at two schools.

A pupil of whom one row can't be read is left out altogether: half a fact would accuse somebody.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from connectors.files.columns import Kind
from connectors.files.folder import Kept, exports
from connectors.files.formats import read_table
from connectors.files.mapping import Mapping
from connectors.files.reading import Line, Reading, reading_of
from connectors.files.source import Source
from connectors.files.tables import Table
from connectors.files.words import meaning
from firstbell.records import Problem

Choose = Callable[[Table], Mapping]
SINGLE, DUAL = "single", "dual"


@dataclass(frozen=True, slots=True)
class Facts[T]:
    """One fact of each pupil, by pupil id; pupils in `unclear` have a row that can't be read, and no fact."""

    known: dict[str, T] = field(default_factory=dict)
    unclear: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


class FactExports[T]:
    """The exports of one kind in a folder: the files whose names begin with `stem`, none or more."""

    def __init__(self, folder: Path, stem: str, understand: Callable[[Source], Facts[T]]) -> None:
        self._folder, self._stem = folder, stem
        self._kept = Kept(understand)

    @property
    def are_there(self) -> bool:
        return bool(exports(self._folder, self._stem))

    def read(self) -> Facts[T]:
        """What all files say; of two files the later name has the last word. Raises what reading raises."""
        found = self._kept.of_all(exports(self._folder, self._stem))
        unclear = frozenset(pupil_id for facts in found for pupil_id in facts.unclear)
        known = {p: value for facts in found for p, value in facts.known.items() if p not in unclear}
        return Facts(known, unclear, tuple(problem for facts in found for problem in facts.problems))

    def forget(self) -> None:
        """Understand every file anew."""
        self._kept.forget()


def exams_in(folder: Path, choose: Choose) -> FactExports[dt.date]:
    """The last examination of each pupil, from a row a pupil or a row an examination."""
    return FactExports(folder, "exams", lambda source: _latest(source, Kind.EXAMS, "exam_date", choose))


def part_time_in(folder: Path, choose: Choose) -> FactExports[dt.date]:
    """Until when each pupil's part-time timetable is agreed: the latest end or review date."""
    return FactExports(folder, "part-time", lambda source: _latest(source, Kind.PART_TIME, "agreed_until", choose))


def enrolments_in(folder: Path, choose: Choose) -> FactExports[bool]:
    """Whether each pupil is registered at another school too."""
    return FactExports(folder, "enrolments", lambda source: _enrolments(source, choose))


def _latest(source: Source, kind: Kind, column: str, choose: Choose) -> Facts[dt.date]:
    table = read_table(source, (kind,))
    reading = reading_of(table, choose(table), (column,))
    known: dict[str, dt.date] = {}
    unclear = set()
    for pupil_id, line in _pupils(reading):
        day = line.date(column, pupil_id)
        if day is not None:
            known[pupil_id] = max(day, known.get(pupil_id, day))
        elif line.text(column):
            unclear.add(pupil_id)
    return _facts(reading, known, unclear)


def _enrolments(source: Source, choose: Choose) -> Facts[bool]:
    table = read_table(source, (Kind.ENROLMENTS,))
    reading = reading_of(table, choose(table))
    known: dict[str, bool] = {}
    unclear = set()
    for pupil_id, line in _pupils(reading):
        text = line.text("enrolment_status")
        status = meaning("enrolment", text)
        if status in {SINGLE, DUAL}:
            known[pupil_id] = known.get(pupil_id, False) or status == DUAL
        elif text and status is None:
            line.report("The enrolment status is no word we know; the pupil's registration was left open.", pupil_id)
            unclear.add(pupil_id)
    return _facts(reading, known, unclear)


def _pupils(reading: Reading) -> Iterator[tuple[str, Line]]:
    for line in reading:
        pupil_id = line.text("pupil_id")
        if pupil_id:
            yield pupil_id, line
        else:
            line.report("The row names no pupil and was left out.")


def _facts[T](reading: Reading, known: dict[str, T], unclear: set[str]) -> Facts[T]:
    sure = {pupil_id: value for pupil_id, value in known.items() if pupil_id not in unclear}
    return Facts(sure, frozenset(unclear), tuple(reading.problems))
