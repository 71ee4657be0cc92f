"""Collects the marks of one file as they are read, and a problem for each entry that can't be one."""

from dataclasses import dataclass, field

from firstbell.records import Problem
from rules.calendar import Session
from rules.code_checks.validator import CodeProblem, read_code
from rules.codes import AttendanceCode, code_table
from rules.registers import Mark

NEEDS_NOTE = frozenset(code for code, facts in code_table().codes.items() if facts.needs_note)
LONGEST_CODE = 4  # what is longer is a comment in the wrong column, and comments stay out of problems


@dataclass(slots=True)
class RegisterPage:
    """The marks and problems of one file, in file order: the same session twice gives two marks.

    `has_note`: of each mark that needs its nature or cause beside it, whether a note is there; None where the file has
    no notes. What the note says is not kept.
    """

    file: str
    has_notes: bool = False
    marks: list[Mark] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    has_note: dict[tuple[str, Session], bool | None] = field(default_factory=dict)
    _read: dict[tuple[Session, str], AttendanceCode | CodeProblem | None] = field(default_factory=dict)

    def enter(self, row: int, pupil_id: str, session: Session, text: str, minutes_late: int | None = None) -> None:
        """Write one entry: a mark, or a problem when the text is no code that can stand at this session."""
        read = self.read(session, text)
        if isinstance(read, CodeProblem):
            self.refuse_code(row, pupil_id, read)
        else:
            self.add(Mark(pupil_id, session, read, minutes_late))

    def add(self, mark: Mark, note: str = "") -> None:
        """Keep a mark, with whether a note stands beside it where one must."""
        self.marks.append(mark)
        if mark.code in NEEDS_NOTE:
            self.has_note[mark.pupil_id, mark.session] = bool(note) if self.has_notes else None

    def read(self, session: Session, text: str) -> AttendanceCode | CodeProblem | None:
        """What an entry's text means at a session; each text is read once."""
        key = (session, text)
        if key not in self._read:
            self._read[key] = read_code(text, session)
        return self._read[key]

    def refuse(self, row: int, sentence: str, pupil_id: str | None = None, session: Session | None = None) -> None:
        """Leave an entry out and say why. The sentence holds no name and no comment."""
        self.problems.append(Problem(f"{self.file}, row {row}", sentence, pupil_id or None, session))

    def refuse_date(self, row: int, text: str, pupil_id: str | None) -> None:
        """Leave a row out because its date is none."""
        wrong = "The date is not one that exists, or is not written as the other rows write theirs."
        sentence = wrong if text else "The date is missing."
        self.refuse(row, sentence, pupil_id)

    def refuse_code(self, row: int, pupil_id: str, read: CodeProblem) -> None:
        """Leave out an entry whose text is no code that can stand there."""
        where = f"{self.file}, row {row}"
        if len(read.code) > LONGEST_CODE:
            sentence = f"An entry of {len(read.code)} characters is not a code."
            self.problems.append(Problem(where, sentence, pupil_id, read.session, "", read.suggestion))
            return
        sentence = f"{read.problem} Use {read.suggestion}."
        self.problems.append(Problem(where, sentence, pupil_id, read.session, read.code, read.suggestion))
