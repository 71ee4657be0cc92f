"""A planned closure (#) is for the whole school: the sessions at which it is not."""

from collections.abc import Sequence

from rules.calendar import Session
from rules.codes import AttendanceCode, facts_of
from rules.registers import RegisterSpan

PLANNED_CLOSURE = frozenset({AttendanceCode.PLANNED_CLOSURE})


def closed_for_some(spans: Sequence[RegisterSpan]) -> frozenset[Session]:
    """Sessions coded # for some pupil while another has an ordinary mark; `spans` are the whole school's."""
    closed = {session for span in spans for session in span.sessions_with(PLANNED_CLOSURE)}
    return frozenset(session for session in closed if any(_is_ordinary(span.code_at(session)) for span in spans))


def _is_ordinary(code: AttendanceCode | None) -> bool:
    return code is not None and facts_of(code).is_possible
