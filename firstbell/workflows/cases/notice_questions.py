"""Whether one parent may have a penalty notice for one child: what speaks against it, and which notice it would be.

Two parents of two children are four questions. All of it is for a person to weigh; Firstbell issues nothing.
"""

from dataclasses import dataclass

from firstbell.workflows.cases.desk import CaseDesk
from firstbell.workflows.cases.letter_stages import CaseFacts
from rules.codes import AttendanceCode
from rules.findings import Finding, Outcome
from rules.penalty_notices.notice_to_improve import NoticeCase, considerations
from rules.penalty_notices.notices import NextNotice, Which, next_notice
from rules.people import Pupil, PupilContact
from rules.registers import RegisterSpan
from rules.school_age import school_age_as_known

UNEXPLAINED = frozenset({AttendanceCode.UNEXPLAINED})


@dataclass(frozen=True, slots=True)
class NoticeQuestion:
    """One parent and one child. `is_provisional`: an N is among the sessions that met the threshold."""

    pupil: Pupil
    parent: PupilContact
    facts: CaseFacts
    weighed: tuple[Finding, ...]
    next_notice: NextNotice
    is_provisional: bool

    @property
    def is_met(self) -> bool:
        """Whether the threshold is met by the marks as they stand now."""
        return self.facts.threshold.threshold_met_on is not None

    def against_a_referral(self) -> str:
        """The first reason why nobody can be referred to the local authority now; empty when there is none."""
        if self.parent.parental_responsibility is not True:
            return "The MIS does not say that this contact has parental responsibility: mend the record first."
        if self.is_provisional:
            return (
                "An N is among the sessions that count. Find out the reason first: it may be no absence of this kind."
            )
        return next((found.sentence for found in self.weighed if found.outcome is Outcome.MET), "")


def notice_question(
    desk: CaseDesk, pupil: Pupil, parent: PupilContact, facts: CaseFacts, register: RegisterSpan
) -> NoticeQuestion:
    """What is to be weighed, with what is known and what is not."""
    issued = [line.as_notice() for line in desk.records.notices_of(pupil.id, parent.contact_id)]
    following = next_notice(issued, desk.today)
    is_provisional = not set(facts.threshold.finding.counted).isdisjoint(register.sessions_with(UNEXPLAINED))
    weighed = considerations(_known(desk, pupil, facts, following, is_provisional=is_provisional), desk.today)
    return NoticeQuestion(pupil, parent, facts, weighed, following, is_provisional)


def _known(
    desk: CaseDesk, pupil: Pupil, facts: CaseFacts, following: NextNotice, *, is_provisional: bool
) -> NoticeCase:
    """Support that was given was tried; whether it would be right where none was, nobody has said."""
    return NoticeCase(
        is_of_compulsory_school_age=_is_of_age(desk, pupil),
        is_authorised=None if is_provisional else False,
        has_notices_at_the_limit=following.which is Which.NONE,
        support_is_right_and_untried=False if facts.support_in_words() else None,
        is_in_care_of_the_authority=pupil.flags.looked_after,
    )


def _is_of_age(desk: CaseDesk, pupil: Pupil) -> bool | None:
    age = school_age_as_known(pupil.date_of_birth, pupil.year_group, desk.today)
    return None if age is None else age.holds_on(desk.today)
