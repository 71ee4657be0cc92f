"""Reading one entry of the register strictly: whether the code is one, and can stand where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from rules.calendar import Half, Session
from rules.calendar.sessions import in_words
from rules.codes import NOT_TAKEN, AttendanceCode, CodeFacts, code_table, facts_of
from rules.school_age import SchoolAge

ONLY_IN = {"AM": Half.AM, "PM": Half.PM}
FOR_THE_OTHER_HALF = {
    AttendanceCode.PRESENT_MORNING: AttendanceCode.PRESENT_AFTERNOON,
    AttendanceCode.PRESENT_AFTERNOON: AttendanceCode.PRESENT_MORNING,
}


@dataclass(frozen=True, slots=True)
class CodeProblem:
    """What is wrong with an entry, in one sentence, and what could stand instead. Refused: it counts as no mark."""

    session: Session
    code: str
    problem: str
    suggestion: str
    is_refused: bool = False


def read_code(text: str, session: Session, age: SchoolAge | None = None) -> AttendanceCode | CodeProblem | None:
    """Read one entry exactly as written: case matters. None when no mark was taken; a refused code is a problem."""
    if text in NOT_TAKEN:
        return None
    if text not in AttendanceCode:
        return _unknown(text, session)
    code = AttendanceCode(text)
    return refusal(code, session, age) or code


def refusal(code: AttendanceCode, session: Session, age: SchoolAge | None = None) -> CodeProblem | None:
    """Why a code cannot stand at a session: not in force, the wrong half of the day, or the wrong age."""
    facts = facts_of(code)
    if not facts.holds_on(session.date):
        return _refused(
            code, session, f"Code {code} is not in force on {in_words(session.date)}.", "a code of that time"
        )
    if ONLY_IN.get(facts.sessions, session.half) is not session.half:
        return for_one_half_only(code, session)
    return None if age is None else next(for_the_other_age(facts, session, age), None)


def for_one_half_only(code: AttendanceCode, session: Session) -> CodeProblem:
    """The problem of a morning code in the afternoon, or the other way about."""
    sentence = f"Code {code} is for {ONLY_IN[facts_of(code).sessions].in_words} sessions only."
    return _refused(code, session, sentence, FOR_THE_OTHER_HALF[code])


def for_the_other_age(facts: CodeFacts, session: Session, age: SchoolAge) -> Iterator[CodeProblem]:
    """The problem, if there is one, of a code that holds only within compulsory school age or only outside it."""
    is_of_age = age.holds_on(session.date)
    if facts.compulsory_school_age == "never" and is_of_age:
        sentence = f"Code {facts.code} is not for pupils of compulsory school age."
        yield _refused(facts.code, session, sentence, "C2, C or the reason for absence")
    if facts.compulsory_school_age == "only" and not is_of_age:
        sentence = f"Code {facts.code} is for pupils of compulsory school age only."
        yield _refused(facts.code, session, sentence, "X")


def _unknown(text: str, session: Session) -> CodeProblem:
    gone = code_table().withdrawn.get(text)
    if gone is not None and session.date >= gone.withdrawn_from:
        sentence = f"Code {text} ({gone.was}) was withdrawn on {in_words(gone.withdrawn_from)}."
        return _refused(text, session, sentence, " or ".join(gone.suggestions))
    if gone is not None:
        sentence = f"Code {text} ({gone.was}) belongs to a code table that is not held here."
        return _refused(text, session, sentence, f"a session from {in_words(code_table().begins)}")
    meant = text.strip().upper()
    return _refused(
        text, session, f"{text!r} is not a code.", meant if meant in AttendanceCode else "one of the 34 codes"
    )


def _refused(code: str, session: Session, sentence: str, suggestion: str) -> CodeProblem:
    return CodeProblem(session, str(code), sentence, str(suggestion), is_refused=True)
