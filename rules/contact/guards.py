"""What stops an automatic message about one pupil: a table in order of precedence, read last, failing closed.

Who may be told is a question of its own (`rules.contact.permissions`), and so is an unusual number
(`rules.contact.volume`), which stops many at once. A guard never closes a case: where the pupil may
still be at risk, `Guard.needs_a_call` says that a person must call.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rules.calendar import Session
from rules.codes import AttendanceCode
from rules.parameters import parameter


class Guard(StrEnum):
    """The guards, first to last; the first that applies is the one staff read."""

    NOT_ON_ROLL = "not on roll"
    NO_SESSION = "no session"
    STALE = "data too old"
    NOT_TAKEN = "register not taken"
    NOT_UNEXPLAINED = "no longer unexplained"
    ELSEWHERE = "expected elsewhere"
    SENSITIVE_HOLD = "sensitive-case hold"
    ADULT = "18 or over"
    TOLD_BY_MIS = "already told by the MIS"
    SESSION_OVER = "session over"

    @property
    def needs_a_call(self) -> bool:
        """Whether the pupil goes on the phone list because no message will leave by itself."""
        return self in {Guard.SENSITIVE_HOLD, Guard.ADULT, Guard.SESSION_OVER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of a pupil and a session at the moment a message would leave. Nothing has a default.

    `code` None: the register was not taken. `minutes_old`: age of the marks, None when not known. `elsewhere`: names of
    the lists the pupil is on. `sensitive_hold_until`: last day of a hold, itself held; None for no hold. `age_years`
    None: not known, which `who_may_be_told` decides.
    """

    session: Session
    as_of: dt.date
    code: AttendanceCode | None
    minutes_old: int | None
    may_be_old_minutes: int
    elsewhere: tuple[str, ...]
    sensitive_hold_until: dt.date | None
    already_told_by_mis: bool
    is_on_roll: bool
    is_school_session: bool
    session_has_ended: bool
    age_years: int | None


@dataclass(frozen=True, slots=True)
class Guarded:
    """The guard that stops the message, and what staff read: why, and what happens next."""

    guard: Guard
    sentence: str


def guard_against(situation: Situation) -> Guarded | None:
    """The first guard that stops telling automatically; None when the message may go. Raises UnknownParameter."""
    for guard, (stops, sentence) in GUARDS.items():
        if stops(situation):
            return Guarded(guard, sentence(situation))
    return None


def _is_stale(situation: Situation) -> bool:
    """An unknown age is too old, and so is one from the future: a clock is wrong somewhere."""
    return situation.minutes_old is None or not 0 <= situation.minutes_old <= situation.may_be_old_minutes


def _stale_sentence(situation: Situation) -> str:
    limit = f"at most {situation.may_be_old_minutes} minutes old are used"
    if situation.minutes_old is None or situation.minutes_old < 0:
        return f"We can't tell how old the marks are and only marks {limit}; nothing is sent until they are read again."
    return f"The marks are {situation.minutes_old} minutes old and only marks {limit}; nothing is sent until they are."


def _is_held(situation: Situation) -> bool:
    return situation.sensitive_hold_until is not None and situation.as_of <= situation.sensitive_hold_until


def _is_adult(situation: Situation) -> bool:
    majority: int = parameter("contact/age_of_majority").on(situation.as_of).value
    return situation.age_years is not None and situation.age_years >= majority


def _elsewhere_sentence(situation: Situation) -> str:
    lists = " and ".join(situation.elsewhere)
    return f"The pupil is expected elsewhere ({lists}), so nothing is sent; ask there, then put the mark right."


def _not_unexplained_sentence(situation: Situation) -> str:
    return f"The mark for {situation.session} is no longer N, so there is nothing to tell."


def _always(sentence: str) -> Callable[[Situation], str]:
    return lambda _: sentence


GUARDS: dict[Guard, tuple[Callable[[Situation], bool], Callable[[Situation], str]]] = {
    Guard.NOT_ON_ROLL: (
        lambda s: not s.is_on_roll,
        _always("The pupil is not on roll for this session, so nothing is sent; if that is wrong, mend the roll."),
    ),
    Guard.NO_SESSION: (
        lambda s: not s.is_school_session,
        _always("The school has no session then for this year group, so nothing is sent; check the calendar."),
    ),
    Guard.STALE: (_is_stale, _stale_sentence),
    Guard.NOT_TAKEN: (
        lambda s: s.code is None,
        _always("The register has not been taken, so nothing is sent; the teacher is being asked for it."),
    ),
    Guard.NOT_UNEXPLAINED: (lambda s: s.code is not AttendanceCode.UNEXPLAINED, _not_unexplained_sentence),
    Guard.ELSEWHERE: (lambda s: bool(s.elsewhere), _elsewhere_sentence),
    Guard.SENSITIVE_HOLD: (
        _is_held,
        _always("A sensitive-case hold is in place, so no automatic message is sent; the person named on it calls."),
    ),
    Guard.ADULT: (
        _is_adult,
        _always("The pupil is 18 or over, so contacts are not told; speak with the pupil."),
    ),
    Guard.TOLD_BY_MIS: (
        lambda s: s.already_told_by_mis,
        _always("The MIS has already sent a message about this session, so no second one is sent."),
    ),
    Guard.SESSION_OVER: (
        lambda s: s.session_has_ended,
        _always("The session is over and a message now would alarm for nothing, so the pupil goes on the phone list."),
    ),
}
