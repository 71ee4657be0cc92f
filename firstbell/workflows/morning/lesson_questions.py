"""Lesson marks that contradict the register: whom to ask. No message to a family waits for the answer.

At most one question about a pupil, session and pattern, and one e-mail to a teacher about a half-day, without a name:
who it is about stands in Registers to chase. A teacher who is away is not written to, and the office asks in person.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from firstbell.messages.contexts import LessonQuestions
from firstbell.records import ExpectedElsewhere, Lessons, Marks, Message, Proposal, State, Teacher
from firstbell.workflows.morning.session_now import closed_session, session_ends_at
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.keys import proposal_key
from firstbell.workflows.outgoing.sending import send_due
from firstbell.workflows.registers.optional_exports import lessons_of
from firstbell.workflows.words import count_of, session_in_words
from rules.calendar import Half, Session, both_sessions
from rules.codes import byte_of
from rules.contact.purposes import Purpose
from rules.lessons import Contradiction, LessonConflict, LessonMark, lesson_conflicts
from rules.people import Personal, Pupil
from rules.registers import RegisterSpan
from sheets_templates.attendance import ATTENDANCE

PURPOSE = Purpose.LESSON_QUESTION
SHEET = "Registers to chase"
RECEIVED = (State.SENT, State.DELIVERED, State.ANSWERED, State.SENDING, State.UNKNOWN)
NOBODY = Teacher("", Personal(""), Personal(""))
# What a teacher may read in an e-mail: what is odd, and neither who nor why.
IN_A_MAIL = {
    Contradiction.HERE_AND_IN_NO_LESSON: "marked in at registration, and not in your lesson",
    Contradiction.AWAY_AND_IN_A_LESSON: "away at registration, and marked in your lesson",
    Contradiction.MISSING_BETWEEN: "marked in before and after, and not in your lesson",
}


class Asked(StrEnum):
    """Where a question stands, in the words of its sheet."""

    TO_ASK = "to ask"
    ASKED = "asked"
    TEACHER_IS_AWAY = "teacher is away"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class LessonQuestion:
    """One question about one pupil, and who can answer it. `is_away`: somebody stands in for the teacher by now."""

    pupil: Pupil
    conflict: LessonConflict
    teacher: Teacher
    is_away: bool
    is_answered: bool

    @property
    def key(self) -> str:
        """The key of its row: one question a pupil, session and pattern."""
        return question_key(self.pupil.id, self.conflict)

    @property
    def may_be_mailed(self) -> bool:
        """Whether a named teacher who is at work still owes the answer."""
        return bool(self.teacher.id) and not self.is_away and not self.is_answered


def question_key(pupil_id: str, conflict: LessonConflict) -> str:
    """Pupil, session and pattern, joined."""
    return f"{pupil_id}|{conflict.session.key}|{conflict.contradiction.name.casefold()}"


def lesson_questions(office: Office, session: Session, pupils: Mapping[str, Pupil]) -> tuple[LessonQuestion, ...]:
    """The questions of the day up to a session, as marks, lessons and lists stand now, in order of pupil.

    `pupils` are those on roll, by id.
    """
    lessons = lessons_of(office, session.date)
    if not lessons.marks:
        return ()
    spans = _spans(office.mis.marks(session.date, session.date), session)
    away, answered = _away(office, lessons, session), _answered(office)
    listed = _listed(office.mis.expected_elsewhere(session.date))
    return tuple(
        LessonQuestion(
            pupils[pupil_id],
            conflict,
            lessons.teachers.get(conflict.ask, NOBODY),
            is_away=(conflict.ask, session) in away,
            is_answered=question_key(pupil_id, conflict) in answered,
        )
        for pupil_id, taken in sorted(_by_pupil(lessons.marks).items())
        if pupil_id in pupils and pupil_id in spans
        for conflict in _conflicts(spans[pupil_id], taken, listed)
    )


def _pupils(office: Office, day: dt.date) -> dict[str, Pupil]:
    """The pupils on roll, as the last sync read them."""
    roll = office.store.registers.roll()
    return {pupil.id: pupil for pupil in roll.pupils if pupil.is_on_roll(day)} if roll else {}


def ask_teachers(office: Office) -> int:
    """Write to each teacher once about a half-day in which marks want an answer; returns how many were written to."""
    session = closed_session(office)
    if session is None:
        return 0
    pupils = _pupils(office, session.date)
    for (teacher, asked_about), questions in _by_teacher(lesson_questions(office, session, pupils)).items():
        _propose(office, asked_about, teacher, questions)
    return send_due(office, PURPOSE, QuestionLetter(office, session, pupils)).moved[State.SENT]


def state_of(office: Office, question: LessonQuestion) -> Asked:
    """Whether the question was answered, or stood behind an e-mail, or waits for somebody to ask in person."""
    if question.is_answered:
        return Asked.ANSWERED
    found = office.store.proposals.find(session=question.conflict.session, purpose=PURPOSE, states=RECEIVED)
    if any(question.key in _keys(proposal) for proposal in found):
        return Asked.ASKED
    return Asked.TEACHER_IS_AWAY if question.is_away else Asked.TO_ASK


def _conflicts(
    span: RegisterSpan, lessons: Iterable[LessonMark], listed: frozenset[tuple[str, Session]]
) -> Iterator[LessonConflict]:
    """The first of each pattern in a session; nobody is missing who is on a trip, in an exam or with the nurse."""
    first: dict[tuple[Session, Contradiction], LessonConflict] = {}
    for conflict in lesson_conflicts(span, lessons):
        is_explained = (span.pupil_id, conflict.session) in listed
        if conflict.contradiction is Contradiction.AWAY_AND_IN_A_LESSON or not is_explained:
            first.setdefault((conflict.session, conflict.contradiction), conflict)
    yield from first.values()


def _spans(marks: Marks, session: Session) -> dict[str, RegisterSpan]:
    """Each pupil's register of the day, up to the session."""
    sessions = both_sessions(session.date)[: 1 if session.half is Half.AM else 2]
    entries = {(mark.pupil_id, mark.session): byte_of(mark.code) for mark in marks.marks}
    pupil_ids = dict.fromkeys(mark.pupil_id for mark in marks.marks)
    return {p: RegisterSpan(p, sessions, bytes(entries.get((p, s), 0) for s in sessions)) for p in pupil_ids}


def _by_pupil(marks: Iterable[LessonMark]) -> dict[str, list[LessonMark]]:
    found: dict[str, list[LessonMark]] = defaultdict(list)
    for mark in marks:
        found[mark.pupil_id].append(mark)
    return found


def _listed(lists: Iterable[ExpectedElsewhere]) -> frozenset[tuple[str, Session]]:
    return frozenset((entry.pupil_id, entry.session) for entry in lists)


def _away(office: Office, lessons: Lessons, session: Session) -> frozenset[tuple[str, Session]]:
    """The teachers somebody covers for, in a lesson or at registration."""
    covered = {(r.teacher.id, r.session) for r in office.mis.registers(session.date) if r.cover is not None}
    return frozenset(lessons.away | covered)


def _answered(office: Office) -> frozenset[str]:
    cells = office.store.desk.cells(ATTENDANCE.name)
    return frozenset(c.row_key for c in cells if (c.sheet, c.column) == (SHEET, "Answer") and c.value)


def _by_teacher(questions: Iterable[LessonQuestion]) -> dict[tuple[Teacher, Session], list[LessonQuestion]]:
    found: dict[tuple[Teacher, Session], list[LessonQuestion]] = defaultdict(list)
    for question in questions:
        if question.may_be_mailed:
            found[question.teacher, question.conflict.session].append(question)
    return found


def _propose(office: Office, session: Session, teacher: Teacher, questions: list[LessonQuestion]) -> None:
    """One e-mail about a half-day; only when an earlier one was recalled unsent is there another."""
    made = [p for p in office.store.proposals.find(session=session, purpose=PURPOSE) if p.recipient_id == teacher.id]
    if any(proposal.state is not State.RECALLED for proposal in made):
        return
    now, subject = office.clock.now(), f"{teacher.id}-{len(made) + 1}"
    proposal = Proposal(
        key=proposal_key(office.settings.school.key, subject, session, PURPOSE, teacher.id),
        purpose=PURPOSE,
        session=session,
        subject_id=subject,
        recipient_id=teacher.id,
        address=teacher.email,
        group=f"{PURPOSE}|{subject}",
        state=State.HELD,
        reason="Lesson marks and the register contradict each other.",
        planned_at=now,
        release_at=now,
        send_before=session_ends_at(office, Session(session.date, Half.PM)),
        facts={"questions": ",".join(question.key for question in questions)},
    )
    office.store.proposals.add([proposal], at=now, actor="Firstbell")


def _keys(proposal: Proposal) -> frozenset[str]:
    return frozenset(proposal.facts["questions"].split(","))


@dataclass(frozen=True, slots=True)
class QuestionLetter:
    """Asks a teacher to look at marks of a half-day, up to the session whose register closed last."""

    office: Office
    session: Session
    pupils: Mapping[str, Pupil]

    def objection(self, proposal: Proposal) -> str | None:
        """None while one of the questions still stands, and its teacher is at work."""
        return None if self._open(proposal) else "The marks agree by now, or the teacher is away or has answered."

    def write(self, members: tuple[Proposal, ...], *, key: str) -> Message:
        """One line for each lesson and pattern, with how many pupils it is about and no name."""
        proposal, office = members[0], self.office
        questions = self._open(proposal)
        alike = Counter((q.conflict.period, q.conflict.contradiction) for q in questions)
        context = LessonQuestions(
            teacher=questions[0].teacher.name,
            questions=tuple(
                f"Period {period}: {count_of(number, 'pupil')} {IN_A_MAIL[contradiction]}"
                for (period, contradiction), number in sorted(alike.items())
            ),
            session_words=session_in_words(proposal.session),
            school_name=office.settings.school.name,
        )
        return office.wording.email(PURPOSE, context, key=key, to=proposal.address, send_before=proposal.send_before)

    def _open(self, proposal: Proposal) -> list[LessonQuestion]:
        keys = _keys(proposal)
        found = lesson_questions(self.office, self.session, self.pupils)
        return [q for q in found if q.key in keys and q.may_be_mailed and q.teacher.id == proposal.recipient_id]
