"""The `Mis` port over a folder of exports: the way into Firstbell that every school has on its first day."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from connectors.files.beside import enrolments_in, exams_in, part_time_in
from connectors.files.calendar import calendar_of
from connectors.files.columns import Kind
from connectors.files.columns_of_folder import contacts_export, propose_columns
from connectors.files.contacts import CONTACT_KINDS, Contacts, contacts_of
from connectors.files.folder import Kept, exports, the_export
from connectors.files.formats import read_table
from connectors.files.lessons import LessonsExport, lessons_of, lessons_on
from connectors.files.lists import list_of
from connectors.files.mapping import Mapping, guess
from connectors.files.mapping_file import MappingFile
from connectors.files.marks import MARK_KINDS, as_at_of, page_of
from connectors.files.pupils import pupils_of
from connectors.files.registers import Cover, cover_of, on_day, registers_of, with_cover
from connectors.files.source import Source
from connectors.files.tables import Table
from firstbell.errors import BadInput, NeedsHuman
from firstbell.records import (
    BesideTheRegister,
    ExpectedElsewhere,
    Lessons,
    Marks,
    MisCapabilities,
    Problem,
    RegisterStatus,
    Roll,
    School,
)
from rules.calendar import SchoolCalendar, Session
from rules.people import Pupil
from rules.registers import Mark

AFTERNOON_FROM_PERIOD = 4  # as in settings, where a school says its own


@dataclass(frozen=True, slots=True)
class PupilsExport:
    """What the pupils file said, and when it was made."""

    as_at: dt.datetime
    pupils: tuple[Pupil, ...]
    problems: tuple[Problem, ...]
    is_complete: bool
    ids: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class MarksExport:
    """What one marks file said, by date."""

    as_at: dt.datetime
    by_day: dict[dt.date, list[Mark]] = field(repr=False)
    problems: tuple[Problem, ...]
    pupil_ids: frozenset[str] = field(repr=False)
    has_notes: bool
    has_note: dict[tuple[str, Session], bool | None] = field(repr=False)


class FilesMis:
    """Reads `pupils*`, `contacts*`, `marks*`, `registers*`, `cover*`, `lessons*`, `exams*`, `part-time*`, `enrolments*`
    (.csv or .xlsx), `lists/*` and `calendar.toml`. Lessons from `afternoon_from_period` on are the afternoon's.

    Every call looks at the files as they are now. Marks may lie in several files: where two give the same session, the
    file whose name comes later counts. Raises BadInput, RetryLater (an export is being written) and NeedsHuman (columns
    to confirm, a file that may not be opened).
    """

    def __init__(
        self, folder: Path, school: School, mapping_file: Path, *, afternoon_from_period: int = AFTERNOON_FROM_PERIOD
    ) -> None:
        self._folder = folder
        self._school = school
        self._mapping_file = mapping_file
        self._mapping_as_read = b""
        self._afternoon_from_period = afternoon_from_period
        self._pupils = Kept(self._understand_pupils)
        self._contacts = Kept(self._understand_contacts)
        self._marks = Kept(self._understand_marks)
        self._registers = Kept(self._understand_registers)
        self._cover = Kept(self._understand_cover)
        self._lists = Kept(self._understand_list)
        self._lessons = Kept(self._understand_lessons)
        self._exams = exams_in(folder, self._choose)
        self._part_time = part_time_in(folder, self._choose)
        self._enrolments = enrolments_in(folder, self._choose)
        self._calendar = Kept(calendar_of)

    @property
    def capabilities(self) -> MisCapabilities:
        """What can be told while there is a file of it; nothing is ever written to an MIS through files."""
        return MisCapabilities(
            has_registers=bool(exports(self._folder, "registers")),
            has_minutes_late=True,
            has_changes=False,
            can_write_back=False,
            has_notes=any(file.has_notes for file in self._marks.of_all(exports(self._folder, "marks"))),
            has_exam_dates=self._exams.are_there,
            has_part_time_agreements=self._part_time.are_there,
            has_second_registrations=self._enrolments.are_there,
            has_lessons=bool(exports(self._folder, "lessons")),
        )

    def school(self) -> School:
        """The school as the settings name it: exports do not say."""
        return self._school

    def roll(self) -> Roll:
        """Pupils, contacts and links; as at the older of the two files. Not complete when a pupil was left out."""
        self._heed_mapping()
        pupils = self._pupils.of(the_export(self._folder, "pupils"))
        as_at, (contacts, links, problems) = self._contacts.of(contacts_export(self._folder))
        return Roll(
            as_at=min(pupils.as_at, as_at),
            pupils=pupils.pupils,
            contacts=contacts,
            links=links,
            problems=pupils.problems + problems,
            is_complete=pupils.is_complete,
        )

    def marks(self, first: dt.date, last: dt.date) -> Marks:
        """Marks from `first` to `last`, as at the oldest file that has marks of the latest day among them.

        Where no file has a mark in that time, as at the newest file. Files whose pupils are none of the roll's refuse.
        """
        self._heed_mapping()
        files = self._marks.of_all(self._marks_paths())
        days = sorted({day for file in files for day in file.by_day if first <= day <= last})
        as_at = [file.as_at for file in files if days and days[-1] in file.by_day] or [max(f.as_at for f in files)]
        marks = tuple(mark for file in files for day in days for mark in file.by_day.get(day, ()))
        problems = tuple(p for f in files for p in f.problems if p.session is None or first <= p.session.date <= last)
        return Marks(min(as_at), marks, problems + self._strangers(files, marks))

    def registers(self, day: dt.date) -> tuple[RegisterStatus, ...]:
        """The state of each group's register on a day, with who covers; empty when there is no registers file."""
        self._heed_mapping()
        found = self._registers.of_all(exports(self._folder, "registers"))
        latest = {(r.session, r.group): r for registers in found for r in on_day(registers, day)}
        return with_cover(tuple(latest.values()), self._covered())

    def calendar(self) -> SchoolCalendar:
        """The calendar in `calendar.toml`."""
        return self._calendar.of(self._folder / "calendar.toml")

    def expected_elsewhere(self, day: dt.date) -> tuple[ExpectedElsewhere, ...]:
        """Everyone on a list in `lists/` for a day; empty when there is no such folder."""
        self._heed_mapping()
        folder = self._folder / "lists"
        lists = self._lists.of_all(exports(folder, "")) if folder.is_dir() else []
        return tuple(expected for found in lists for expected in found if expected.session.date == day)

    def beside_the_register(self) -> BesideTheRegister:
        """Exams, part-time agreements, second registrations and missing notes; empty where there is no such file."""
        self._heed_mapping()
        exams, part_time, enrolments = self._exams.read(), self._part_time.read(), self._enrolments.read()
        noted = {place: has for file in self._marks.of_all(self._marks_paths()) for place, has in file.has_note.items()}
        return BesideTheRegister(
            exams.known,
            part_time.known,
            enrolments.known,
            frozenset(place for place, has_note in noted.items() if has_note is False),
            exams.problems + part_time.problems + enrolments.problems,
        )

    def lessons(self, day: dt.date) -> Lessons:
        """The lesson marks of a day with who took each; empty when there is no lessons file."""
        self._heed_mapping()
        return lessons_on(day, self._lessons.of_all(exports(self._folder, "lessons")), self._covered())

    def _covered(self) -> Cover:
        files = self._cover.of_all(exports(self._folder, "cover"))
        return {place: who for cover in files for place, who in cover.items()}

    def _marks_paths(self) -> tuple[Path, ...]:
        paths = exports(self._folder, "marks")
        if not paths:
            raise BadInput("marks*", "none", "a file whose name begins with 'marks', .csv or .xlsx")
        return paths

    def _strangers(self, files: list[MarksExport], marks: tuple[Mark, ...]) -> tuple[Problem, ...]:
        """Refuse marks that are nobody's: the two exports use different ids. Some strangers are leavers; count them."""
        on_roll = self._pupils.of(the_export(self._folder, "pupils")).ids
        if any(file.pupil_ids for file in files) and all(file.pupil_ids.isdisjoint(on_roll) for file in files):
            expected = "the same id in the marks and the pupils exports, with its leading zeros"
            raise BadInput("marks*", "no mark of any pupil on the roll", expected)
        count = len({mark.pupil_id for mark in marks} - on_roll)
        sentence = f"{count} pupils with marks are not in the pupils export; leavers, or ids that differ."
        return (Problem("marks*", sentence),) if count else ()

    def _choose(self, table: Table) -> Mapping:
        """The columns of a table. Raises NeedsHuman, after writing down a guess for every export, until confirmed."""
        mapping = MappingFile(self._mapping_file).known(table) or guess(table)
        if not mapping.is_confirmed:
            propose_columns(self._folder, self._mapping_file)
            what = f"check which columns of {table.file} hold what, and set confirmed = true"
            raise NeedsHuman(what, str(self._mapping_file))
        return mapping

    def _heed_mapping(self) -> None:
        """Understand every file anew after somebody changed the column mapping."""
        now = self._mapping_file.read_bytes() if self._mapping_file.exists() else b""
        if now != self._mapping_as_read:
            self._mapping_as_read = now
            of_day = (self._marks, self._registers, self._cover, self._lists, self._lessons)
            for kept in (self._pupils, self._contacts, *of_day, self._exams, self._part_time, self._enrolments):
                kept.forget()

    def _understand_pupils(self, source: Source) -> PupilsExport:
        table = read_table(source, (Kind.PUPILS,))
        pupils, problems, is_complete = pupils_of(table, self._choose(table))
        return PupilsExport(source.modified_at, pupils, problems, is_complete, frozenset(pupil.id for pupil in pupils))

    def _understand_contacts(self, source: Source) -> tuple[dt.datetime, Contacts]:
        table = read_table(source, CONTACT_KINDS)
        return source.modified_at, contacts_of(table, self._choose(table))

    def _understand_marks(self, source: Source) -> MarksExport:
        table = read_table(source, MARK_KINDS)
        mapping = self._choose(table)
        page = page_of(table, mapping)
        by_day: dict[dt.date, list[Mark]] = defaultdict(list)
        for mark in page.marks:
            by_day[mark.session.date].append(mark)
        return MarksExport(
            as_at_of(source, table, mapping),
            dict(by_day),
            tuple(page.problems),
            frozenset(mark.pupil_id for mark in page.marks),
            page.has_notes,
            page.has_note,
        )

    def _understand_registers(self, source: Source) -> tuple[RegisterStatus, ...]:
        table = read_table(source, (Kind.REGISTERS,))
        return registers_of(table, self._choose(table))

    def _understand_cover(self, source: Source) -> Cover:
        table = read_table(source, (Kind.COVER,))
        return cover_of(table, self._choose(table))

    def _understand_lessons(self, source: Source) -> LessonsExport:
        table = read_table(source, (Kind.LESSONS,))
        return lessons_of(table, self._choose(table), self._afternoon_from_period)

    def _understand_list(self, source: Source) -> tuple[ExpectedElsewhere, ...]:
        table = read_table(source, (Kind.LIST,))
        return list_of(table, self._choose(table))
