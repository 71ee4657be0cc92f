"""Reads the roll: pupils with what the MIS says of them, each flag yes, no or unknown."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from connectors.files.answers import one_line, year_group
from connectors.files.columns import Kind
from connectors.files.formats import read_table
from connectors.files.mapping import Mapping, guess
from connectors.files.reading import Line, Reading, reading_of
from connectors.files.source import read_source
from connectors.files.tables import Table
from firstbell.records import Problem
from rules.people import Personal, Pupil, PupilFlags, Upn

DATES = ("date_of_birth", "on_roll_from", "on_roll_to")
HAS_PLAN = "E"  # the SEN provision code for an education, health and care plan


def read_pupils(path: Path, *, mapping: Mapping | None = None) -> tuple[tuple[Pupil, ...], tuple[Problem, ...]]:
    """Read a file of pupils. A pupil there twice with different details is left out and reported, never merged.

    Raises BadInput when the file as a whole can't be used.
    """
    table = read_table(read_source(path), (Kind.PUPILS,))
    pupils, problems, _ = pupils_of(table, mapping or guess(table))
    return pupils, problems


def pupils_of(table: Table, mapping: Mapping) -> tuple[tuple[Pupil, ...], tuple[Problem, ...], bool]:
    """The pupils of a table whose columns are known, problems, and whether no row was left out. Raises BadInput."""
    reading = reading_of(table, mapping, DATES)
    has_crooked_rows = bool(reading.problems)
    rows: dict[str, list[Pupil]] = defaultdict(list)
    for line in reading:
        pupil = _pupil(line)
        rows[pupil.id].append(pupil)
    nameless = rows.pop("", [])
    pupils = tuple(found[0] for found in rows.values() if _is_one(reading, found))
    _report_shared_upns(reading, pupils)
    is_complete = not has_crooked_rows and not nameless and len(pupils) == len(rows)
    return pupils, tuple(reading.problems), is_complete


def _pupil(line: Line) -> Pupil:
    pupil_id = line.text("pupil_id")
    if not pupil_id:
        line.report("The row names no pupil and was left out.")
    joined = line.date("on_roll_from", pupil_id)
    return Pupil(
        id=pupil_id,
        forename=Personal(one_line(line.text("forename"))),
        surname=Personal(one_line(line.text("surname"))),
        date_of_birth=line.date("date_of_birth", pupil_id),
        year_group=_year_group(line, pupil_id),
        form=line.text("form"),
        upn=_upn(line, pupil_id),
        sex=line.text("sex")[:1].upper() or None,
        on_roll_from=joined,
        on_roll_to=_left(line, pupil_id, joined),
        flags=_flags(line, pupil_id),
    )


def _left(line: Line, pupil_id: str, joined: dt.date | None) -> dt.date | None:
    """The leaving date; none, with a problem, where it lies before the joining date: whoever came back is on roll."""
    left = line.date("on_roll_to", pupil_id)
    if left is None or joined is None or joined <= left:
        return left
    line.report("The pupil left before joining, so the leaving date was left out; mend the dates.", pupil_id)
    return None


def _year_group(line: Line, pupil_id: str) -> str:
    """The year group; empty, with a problem, for what is none: the pupil is still looked after."""
    found = year_group(line.text("year_group"))
    if found is None:
        line.report("The year group is none of N1, N2, R and 1 to 14.", pupil_id)
    return found or ""


def _upn(line: Line, pupil_id: str) -> Upn | None:
    text = line.text("upn")
    if text and not Upn(text).is_valid:
        line.report("The UPN is not a valid one: its length, form or check letter is wrong.", pupil_id)
    return Upn(text) if text else None


def _flags(line: Line, pupil_id: str) -> PupilFlags:
    sen_status = line.text("sen_status").split(" ")[0] or None
    has_plan = line.answer("ehcp", pupil_id)
    return PupilFlags(
        pupil_premium=line.answer("pupil_premium", pupil_id),
        fsm=line.answer("fsm", pupil_id),
        sen_status=sen_status,
        ehcp=True if has_plan is None and sen_status == HAS_PLAN else has_plan,
        looked_after=line.answer("looked_after", pupil_id),
        child_protection=line.answer("child_protection", pupil_id),
        social_worker=line.answer("social_worker", pupil_id),
        young_carer=line.answer("young_carer", pupil_id),
        eal=line.answer("eal", pupil_id),
    )


def _is_one(reading: Reading, rows: list[Pupil]) -> bool:
    """Whether all rows with one id say the same; if not, nobody can tell which is right."""
    if all(pupil == rows[0] for pupil in rows):
        return True
    sentence = f"The pupil is there {len(rows)} times with different details and was left out; keep the right row."
    reading.problems.append(Problem(reading.file, sentence, rows[0].id))
    return False


def _report_shared_upns(reading: Reading, pupils: Iterable[Pupil]) -> None:
    holders: dict[Upn, list[Pupil]] = defaultdict(list)
    for pupil in pupils:
        if pupil.upn is not None:
            holders[pupil.upn].append(pupil)
    for sharing in (found for found in holders.values() if len(found) > 1):
        for pupil in sharing:
            sentence = "Another pupil has the same UPN. They were kept apart; find out whose it is."
            reading.problems.append(Problem(reading.file, sentence, pupil.id))
