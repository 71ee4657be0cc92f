"""The files the school's MIS would export at each moment of the morning: some headed as SIMS heads them, some plain."""

import csv
import datetime as dt
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from firstbell.demo.beside_tables import enrolment_rows, exam_rows, lesson_rows, part_time_rows
from firstbell.demo.calendar import calendar_toml
from firstbell.demo.cast import is_small
from firstbell.demo.moments import Moment
from firstbell.demo.people_tables import contact_rows, pupil_rows
from firstbell.demo.register_tables import cover_rows, history_rows, list_rows, mark_rows, register_rows
from firstbell.demo.school import DemoSchool
from firstbell.demo.school_toml import school_toml
from firstbell.errors import BadInput
from firstbell.records import Elsewhere, ExpectedElsewhere
from rules.calendar import Half, Session
from rules.registers import Mark

PLAIN, AS_EXCEL_SAVES_IT = "utf-8", "utf-8-sig"
Rows = Iterable[Sequence[object]]


class Exports:
    """The folder of exports, as of one moment. `play` moves it on; a file's own time is the moment it was exported."""

    def __init__(self, folder: Path, school: DemoSchool) -> None:
        self._folder = folder
        self._school = school
        self._amended: dict[tuple[str, Session], Mark] = {}
        morning = Session(school.day, Half.AM)
        on_roll = [pupil.id for pupil in school.people.pupils if pupil.is_on_roll(school.day)]
        self._today = {pupil_id: Mark(pupil_id, morning, None) for pupil_id in on_roll}
        self._taken: set[str] = set()
        self._elsewhere: list[ExpectedElsewhere] = []
        self._made: set[Path] = set()

    def write(self, at: dt.datetime) -> None:
        """Write `school.toml` and every export as before the day began, in `folder` and `folder/mis`."""
        self._text("school.toml", school_toml(self._school, is_small=is_small(self._school)))
        self._text("mis/calendar.toml", calendar_toml(self._school.calendar))
        self._export_people(at)
        self._export_history(at)
        self._export_today(at)

    def play(self, moment: Moment) -> None:
        """Export again what an MIS exports every few minutes, with what has changed by `moment`.

        Roll and past marks are exported only for the sync, as schools do.
        """
        for mark in moment.marks:
            if mark.session.date == self._school.day:
                self._today[mark.pupil_id] = mark
            else:
                self._amended[mark.pupil_id, mark.session] = mark
        self._taken |= set(moment.registers_taken)
        self._elsewhere += moment.elsewhere
        self._export_today(moment.at)
        if moment.job == "sync":
            self._export_people(moment.at)
            self._export_history(moment.at)
        if moment.lessons_taken:
            self._csv("lessons.csv", lesson_rows(self._school, self._today), moment.at)

    def _export_people(self, at: dt.datetime) -> None:
        known = self._school.comings.known_on(self._school.people.pupils, at.date())
        self._csv("pupils.csv", pupil_rows(known), at, encoding=AS_EXCEL_SAVES_IT)
        self._csv("contacts.csv", contact_rows(self._school.people), at, encoding=AS_EXCEL_SAVES_IT)

    def _export_history(self, at: dt.datetime) -> None:
        self._csv("marks.csv", history_rows(self._school.history, self._amended), at)
        self._csv("exams.csv", exam_rows(self._school), at)
        self._csv("part-time.csv", part_time_rows(self._school), at)
        self._csv("enrolments.csv", enrolment_rows(self._school), at)

    def _export_today(self, at: dt.datetime) -> None:
        self._csv("marks_today.csv", mark_rows(self._today), at)
        self._csv("registers.csv", register_rows(self._school, self._taken), at)
        self._csv("cover.csv", cover_rows(self._school), at)
        for kind in Elsewhere:
            listed = [entry for entry in self._elsewhere if entry.kind is kind]
            if listed:
                self._csv(f"lists/{kind.value.replace(' ', '_')}.csv", list_rows(listed), at)

    def _csv(self, name: str, rows: Rows, at: dt.datetime, *, encoding: str = PLAIN) -> None:
        path = self._our_own(f"mis/{name}")
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(rows)
        os.utime(path, (at.timestamp(), at.timestamp()))

    def _text(self, name: str, text: str) -> None:
        self._our_own(name).write_text(text, encoding="utf-8", newline="\n")

    def _our_own(self, name: str) -> Path:
        """Where to write a file: one that we made, or that is not there yet. Raises BadInput for anybody else's."""
        path = self._folder / name
        if path not in self._made and path.exists():
            raise BadInput(str(path), "a file that the demo did not make", "no file of this name; move it away")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._made.add(path)
        return path
