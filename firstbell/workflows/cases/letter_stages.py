"""Which paper is due in a case of absence: support first, one step at a time, with time for each to work.

The order is that of DfE guidance (Working together to improve school attendance): voluntary support, an attendance
contract, and only where support was right and brought no change, a notice to improve. Nothing here is a decision: a
named person takes it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from firstbell.settings import LettersSettings
from rules.absence.counts import SessionCounts
from rules.absence.rates import absence_percent, round_half_up
from rules.calendar.sessions import in_words
from rules.contact.purposes import Purpose
from rules.findings import Finding, Outcome, how_many
from rules.parameters import Entry, parameter
from rules.penalty_notices.national_threshold import NationalThreshold

SUPPORT_FIRST = (Purpose.SUPPORT_LETTER, Purpose.SUPPORT_MEETING, Purpose.ATTENDANCE_CONTRACT_OFFER)
PAPER_WORDS = {
    Purpose.SUPPORT_LETTER: "a letter with an offer of help",
    Purpose.SUPPORT_MEETING: "an invitation to meet",
    Purpose.ATTENDANCE_CONTRACT_OFFER: "the offer of an attendance contract",
    Purpose.NOTICE_TO_IMPROVE_DRAFT: "a notice to improve",
}
LAW = {
    Purpose.SUPPORT_LETTER: "contact/support_first",
    Purpose.SUPPORT_MEETING: "contact/support_first",
    Purpose.ATTENDANCE_CONTRACT_OFFER: "contact/attendance_contract",
    Purpose.NOTICE_TO_IMPROVE_DRAFT: "contact/notice_to_improve",
}


class Contract(StrEnum):
    """How an attendance contract stands, as a person recorded it."""

    NOT_AGREED = "not agreed"
    KEPT = "agreed and kept"
    NOT_KEPT = "agreed and not kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What is known of a case. `counts` is the school year so far; `given` the papers approved in it, with dates.

    `support` are lines of what was tried, fit for the family to read. `meeting_is_settled`: held, or declined.
    `school_days_since_step` None: no step was taken yet. `notice_until`: last day of a notice to improve.
    """

    counts: SessionCounts
    threshold: NationalThreshold
    is_on_hold_list: bool
    given: Mapping[Purpose, dt.date] = field(default_factory=dict)
    support: tuple[str, ...] = ()
    meeting_is_settled: bool = False
    contract: Contract = Contract.NOT_AGREED
    school_days_since_step: int | None = None
    notice_until: dt.date | None = None

    def support_in_words(self) -> tuple[str, ...]:
        """What was tried, the papers first and in order of date."""
        dated = sorted((day, purpose) for purpose, day in self.given.items())
        return (*(f"{PAPER_WORDS[purpose]}, {in_words(day)}" for day, purpose in dated), *self.support)

    def absences_in_words(self) -> str:
        """The unauthorised sessions that met the national threshold, or how many there were this year."""
        counted = self.threshold.finding.counted
        if not counted:
            return f"{how_many(self.counts.unauthorised, 'session')} of unauthorised absence this school year"
        first, last = in_words(counted[0].date), in_words(counted[-1].date)
        return f"{how_many(len(counted), 'session')} of unauthorised absence between {first} and {last}"


@dataclass(frozen=True, slots=True)
class Stage:
    """The paper that is due (None: none is), with the finding that says why."""

    paper: Purpose | None
    finding: Finding

    def without_paper(self, why: str) -> "Stage":
        """The same stage when no paper can be made of it."""
        return Stage(None, replace(self.finding, outcome=Outcome.NOT_APPLICABLE, sentence=why))


def improvement_days(dated: dt.date, settings: LettersSettings) -> tuple[dt.date, dt.date]:
    """First and last day of a notice to improve drafted on `dated`, both inside: it begins once it can be in hand."""
    first = dated + dt.timedelta(days=settings.hand_over_days)
    return first, first + dt.timedelta(weeks=settings.improve_weeks) - dt.timedelta(days=1)


def next_stage(facts: CaseFacts, as_of: dt.date, settings: LettersSettings) -> Stage:
    """The next paper of a case, or the first reason why none is due. Raises UnknownParameter."""
    for question in REASONS_FOR_NONE:
        why = question(facts, as_of, settings)
        if why is not None:
            return _none(why, facts)
    due = next((paper for paper in SUPPORT_FIRST if paper not in facts.given), None)
    if due is None:
        return _after_support(facts, as_of)
    if due is Purpose.ATTENDANCE_CONTRACT_OFFER and not facts.meeting_is_settled:
        return _none("The family is invited to meet: write down that they came or declined before a contract.", facts)
    return _due(due, facts, as_of)


def _none(why: str, facts: CaseFacts, parameters: tuple[Entry, ...] = ()) -> Stage:
    outcome = Outcome.NOT_MET if facts.counts.possible else Outcome.INSUFFICIENT_DATA
    return Stage(None, Finding(outcome, why, parameters=parameters))


def _due(paper: Purpose, facts: CaseFacts, as_of: dt.date) -> Stage:
    tried = facts.support_in_words()
    before = f" Tried so far: {'; '.join(tried)}." if tried else " Nothing was tried yet."
    sentence = f"{_missed(facts)} The next step is {PAPER_WORDS[paper]}.{before} A named person decides."
    entry = parameter(LAW[paper]).on(as_of)
    entries = (entry, *facts.threshold.finding.parameters) if paper is Purpose.NOTICE_TO_IMPROVE_DRAFT else (entry,)
    return Stage(paper, Finding(Outcome.MET, sentence, facts.threshold.finding.counted, parameters=entries))


def _missed(facts: CaseFacts) -> str:
    rate = absence_percent(facts.counts)
    shown = f" ({round_half_up(rate)}%)" if rate is not None else ""
    counts = facts.counts
    return f"Missed {counts.absent} of {counts.possible} possible sessions{shown}, {counts.unauthorised} unauthorised."


def _after_support(facts: CaseFacts, as_of: dt.date) -> Stage:
    """All support was offered: a notice to improve, where the threshold is met and no contract is being kept."""
    if facts.contract is Contract.KEPT:
        return _none("The attendance contract is being kept: go on with it.", facts)
    if Purpose.NOTICE_TO_IMPROVE_DRAFT in facts.given:
        return _none("Every step was taken. What follows, a person decides with the local authority.", facts)
    threshold = facts.threshold
    if not threshold.applies or threshold.threshold_met_on is None:
        return _none(f"Go on with support. {threshold.finding.sentence}", facts, threshold.finding.parameters)
    return _due(Purpose.NOTICE_TO_IMPROVE_DRAFT, facts, as_of)


def _no_data(facts: CaseFacts, _as_of: dt.date, _settings: LettersSettings) -> str | None:
    return None if facts.counts.possible else "No possible session yet, so no letter is due."


def _on_hold_list(facts: CaseFacts, _as_of: dt.date, _settings: LettersSettings) -> str | None:
    held = "The pupil is on the hold list, so no letter is drafted; somebody who knows the family decides."
    return held if facts.is_on_hold_list else None


def _not_at_risk(facts: CaseFacts, _as_of: dt.date, settings: LettersSettings) -> str | None:
    is_at_risk = facts.counts.absent * 100 >= facts.counts.possible * settings.from_percent
    return None if is_at_risk else f"{_missed(facts)} Letters begin at {settings.from_percent}%."


def _notice_running(facts: CaseFacts, as_of: dt.date, _settings: LettersSettings) -> str | None:
    if facts.notice_until is None or facts.notice_until < as_of:
        return None
    return f"A notice to improve runs until {in_words(facts.notice_until)}: look at the case again after it."


def _too_soon(facts: CaseFacts, _as_of: dt.date, settings: LettersSettings) -> str | None:
    days = facts.school_days_since_step
    if days is None or days >= settings.wait_school_days:
        return None
    wait = how_many(settings.wait_school_days, "school day")
    ago = f"{how_many(days, 'school day')} ago" if days else "today"
    return f"The last letter was approved {ago}; the next step is looked at after {wait}."


REASONS_FOR_NONE: tuple[Callable[[CaseFacts, dt.date, LettersSettings], str | None], ...] = (
    _no_data,
    _on_hold_list,
    _not_at_risk,
    _notice_running,
    _too_soon,
)
