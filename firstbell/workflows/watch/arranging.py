"""Arranging rows of marks into one register a pupil, with everything that could not be counted said beside it."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from firstbell.records import Marks, Problem
from rules.calendar import Half, SchoolCalendar, Session
from rules.codes import NO_MARK, AttendanceCode, byte_of, code_of
from rules.people import Pupil
from rules.registers import Mark, RegisterSpan
from rules.school_age import SchoolAge, doubt_about_birth, school_age_as_known

NO_ROW = 255  # no code has this byte: the file says nothing of the session
MARKED_OUTSIDE_THE_ROLL = frozenset({AttendanceCode.PROSPECTIVE_PUPIL, AttendanceCode.PLANNED_CLOSURE})


@dataclass(frozen=True, slots=True)
class PupilRegister:
    """One pupil's marks over every school session up to the date asked about.

    `age` is None where it cannot be told whether the pupil is of compulsory school age.
    """

    span: RegisterSpan
    year_group: str | None
    age: SchoolAge | None
    problems: tuple[Problem, ...]


def arrange(
    marks: Marks, pupils: Sequence[Pupil] | None, calendar: SchoolCalendar, as_of: dt.date
) -> tuple[PupilRegister, ...]:
    """One register for every pupil that the rows or the pupils' file name, in order of pupil id.

    A row for no school day or outside the pupil's time on roll is a problem and is not counted; of two rows for one
    session the later one counts. Rows after `as_of` are passed over.
    """
    roll = {pupil.id: pupil for pupil in pupils or ()}
    frames = _Frames(calendar, as_of)
    found = defaultdict[str, list[Mark]](list)
    for mark in marks.marks:
        found[mark.pupil_id].append(mark)
    read = defaultdict[str, list[Problem]](list)
    for problem in marks.problems:
        if problem.pupil_id is not None and (problem.session is None or problem.session.date <= as_of):
            read[problem.pupil_id].append(problem)
    ids = sorted({*roll, *found, *read})
    return tuple(
        _register(pupil_id, found[pupil_id], read[pupil_id], roll.get(pupil_id), frames, is_listed=pupils is not None)
        for pupil_id in ids
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """The sessions of one year group up to the date asked about, and where each stands."""

    sessions: tuple[Session, ...]
    position: dict[Session, int]


@dataclass(slots=True)
class _Frames:
    calendar: SchoolCalendar
    as_of: dt.date
    made: dict[str | None, _Frame] = field(default_factory=dict)

    def of(self, year_group: str | None) -> _Frame:
        if year_group not in self.made:
            sessions = self.calendar.sessions(self.calendar.first, self.as_of, year_group)
            self.made[year_group] = _Frame(sessions, {session: at for at, session in enumerate(sessions)})
        return self.made[year_group]


def _register(
    pupil_id: str, marks: list[Mark], read: list[Problem], pupil: Pupil | None, frames: _Frames, *, is_listed: bool
) -> PupilRegister:
    year_group = (pupil.year_group or None) if pupil else None
    age = _age(pupil, frames.as_of)
    entering = _Entering(pupil_id, pupil, year_group, frames)
    entering.problems += read
    if is_listed:
        entering.problems += _doubts_about_age(pupil_id, pupil, age, frames.as_of)
    entering.enter(marks)
    return PupilRegister(entering.span(), year_group, age, tuple(entering.problems))


class _Entering:
    """Enters one pupil's rows, in the order of the file."""

    def __init__(self, pupil_id: str, pupil: Pupil | None, year_group: str | None, frames: _Frames) -> None:
        self.pupil_id, self.year_group, self.frames = pupil_id, year_group, frames
        self.frame = frames.of(year_group)
        self.problems: list[Problem] = []
        self.row = bytearray([NO_ROW]) * len(self.frame.sessions)
        self.roll = _on_roll(pupil, self.frame.sessions)

    def enter(self, marks: Sequence[Mark]) -> None:
        """Enter every row; half a million pass here, so the ordinary one takes the shortest way."""
        position, roll, row = self.frame.position, self.roll, self.row
        for mark in marks:
            at = position.get(mark.session)
            if at is None:
                self._enter_no_school_day(mark)
            elif at not in roll:
                self._enter_outside_the_roll(mark)
            else:
                byte = byte_of(mark.code)
                if row[at] not in (NO_ROW, byte):
                    self._say_twice(mark, code_of(row[at]))
                row[at] = byte

    def span(self) -> RegisterSpan:
        """The register as entered; says first which rows were left blank."""
        for at in (at for at, byte in enumerate(self.row) if byte == NO_MARK):
            if self._should_be_taken(at):
                self._say(self.frame.sessions[at], "-", "No mark was taken for this session.", "the pupil's mark")
        row = bytes(self.row).replace(bytes([NO_ROW]), bytes([NO_MARK]))
        return RegisterSpan(self.pupil_id, self.frame.sessions, row)

    def _say_twice(self, mark: Mark, before: AttendanceCode | None) -> None:
        sentence = f"Two rows for this session: {_shown(before)}, then {_shown(mark.code)}, which counts."
        self._say(mark.session, _shown(mark.code), sentence, "one row")

    def _enter_no_school_day(self, mark: Mark) -> None:
        day = mark.session.date
        if day > self.frames.as_of or mark.code is None or mark.code is AttendanceCode.PLANNED_CLOSURE:
            return
        why = self.frames.calendar.why_closed(day, self.year_group)
        self._say(mark.session, mark.code, f"There is no session on this day: {why}.", "#, or a change of the calendar")

    def _enter_outside_the_roll(self, mark: Mark) -> None:
        if mark.code is not None and mark.code not in MARKED_OUTSIDE_THE_ROLL:
            self._say(mark.session, mark.code, "The pupil was not on roll on this day.", "no mark, or other roll dates")

    def _should_be_taken(self, at: int) -> bool:
        """Whether a blank row is a gap: any earlier day's, and a morning's when the afternoon is marked."""
        session = self.frame.sessions[at]
        afternoon = self.row[at + 1] if session.half is Half.AM and at + 1 < len(self.row) else NO_ROW
        return session.date < self.frames.as_of or afternoon not in {NO_ROW, NO_MARK}

    def _say(self, session: Session, code: str, sentence: str, suggestion: str) -> None:
        self.problems.append(Problem("register", sentence, self.pupil_id, session, str(code), suggestion))


def _on_roll(pupil: Pupil | None, sessions: tuple[Session, ...]) -> range:
    """The positions of the sessions for which the pupil was on roll; unknown dates count as on roll."""
    first = (pupil and pupil.on_roll_from) or dt.date.min
    last = (pupil and pupil.on_roll_to) or dt.date.max
    low = bisect_left(sessions, first, key=lambda session: session.date)
    return range(low, bisect_right(sessions, last, key=lambda session: session.date))


def _age(pupil: Pupil | None, as_of: dt.date) -> SchoolAge | None:
    return None if pupil is None else school_age_as_known(pupil.date_of_birth, pupil.year_group, as_of)


def _doubts_about_age(pupil_id: str, pupil: Pupil | None, age: SchoolAge | None, as_of: dt.date) -> list[Problem]:
    """What the thresholds that hang on compulsory school age had to assume."""
    doubt = Problem("pupils", "", pupil_id, None, "", "the pupil's date of birth")
    if pupil is None:
        return [replace(doubt, sentence="Not in the pupils' file, so taken to be of compulsory school age.")]
    born = pupil.date_of_birth
    wrong = "No date of birth." if born is None else doubt_about_birth(born, pupil.year_group, as_of)
    if wrong is None:
        return []
    return [replace(doubt, sentence=f"{wrong[:-1]}, {_assumed(pupil, age, as_of)}")]


def _assumed(pupil: Pupil, age: SchoolAge | None, as_of: dt.date) -> str:
    if pupil.date_of_birth is not None and pupil.date_of_birth <= as_of:
        return "yet compulsory school age goes by it: find out which is right."
    if age is None:
        return "so taken to be of compulsory school age."
    return f"so compulsory school age is told by Year {pupil.year_group}."


def _shown(code: AttendanceCode | None) -> str:
    return "-" if code is None else str(code)
