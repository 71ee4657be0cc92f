"""The attendance cases: who has one, where it stands, and the letter that is due, drafted for the people named.

Worked out anew each week from the registers and the ledger; what people decide is taken in by `case_edits`.
"""

from dataclasses import dataclass

from firstbell.errors import NeedsHuman
from firstbell.workflows.cases.desk import CaseDesk, case_desk
from firstbell.workflows.cases.letter_stages import CaseFacts, Stage, next_stage
from firstbell.workflows.cases.letters import Drafted, case_id, propose_paper
from firstbell.workflows.cases.threshold_log import in_this_calendar, record_thresholds
from firstbell.workflows.office import Office
from firstbell.workflows.watch.watching import PupilWatch, SchoolWatch
from firstbell.workflows.words import count_of
from rules.people import Pupil
from rules.registers import RegisterSpan

NOT_SET_UP = "No letter is drafted until letters.signed_by and letters.readers are set."


@dataclass(frozen=True, slots=True)
class PupilCase:
    """One pupil's case: the facts, the stage with its sentence, and the draft if there is one.

    `trouble`: why a letter that is due could not be drafted; empty when nothing went wrong.
    """

    pupil: Pupil
    register: RegisterSpan
    facts: CaseFacts
    drafted: Drafted
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class CaseLoad:
    """Every case of the school, the most urgent first, and what they were worked out from."""

    desk: CaseDesk
    cases: tuple[PupilCase, ...]

    @property
    def drafts(self) -> int:
        """How many letters wait to be read and approved."""
        return sum(case.drafted.document is not None for case in self.cases)

    @property
    def needs(self) -> tuple[str, ...]:
        """What asks for a person, each in a sentence."""
        troubles = [case.trouble for case in self.cases if case.trouble not in {"", NOT_SET_UP}]
        needs = [f"{count_of(self.drafts, 'letter')} to read and approve in Attendance cases."] if self.drafts else []
        if troubles:
            needs.append(f"{count_of(len(troubles), 'letter')} could not be drafted: {troubles[0]}")
        return tuple(needs)


def work_out_cases(office: Office, school: SchoolWatch) -> CaseLoad:
    """Record thresholds newly met or undone, then look at every case and draft the letter that is due."""
    record_thresholds(office, school)
    desk = case_desk(office)
    watched = sorted((w for w in school.pupils.values() if has_case(desk, w)), key=_most_urgent)
    return CaseLoad(desk, tuple(_work_out(desk, watch) for watch in watched))


def has_case(desk: CaseDesk, watch: PupilWatch) -> bool:
    """Whether a pupil has a case: absent enough for a letter, at the threshold now or before, or taken up by staff."""
    counts, letters, pupil_id = watch.counts, desk.office.settings.letters, watch.pupil.id
    is_absent = counts.absent > 0 and counts.absent * 100 >= counts.possible * letters.from_percent
    found = in_this_calendar(desk.records.thresholds.get(pupil_id, ()), desk.calendar.first)
    taken_up = pupil_id in desk.records.steps or pupil_id in desk.records.notices
    return (is_absent and not watch.band.is_early) or bool(found) or taken_up


def _most_urgent(watch: PupilWatch) -> tuple[bool, int, str]:
    """At the threshold first, then those who missed most."""
    counts = watch.counts
    rate = 1000 * counts.absent // counts.possible if counts.possible else 0
    return watch.threshold.threshold_met_on is None, -rate, watch.pupil.id


def _work_out(desk: CaseDesk, watch: PupilWatch) -> PupilCase:
    facts = desk.facts(watch.pupil, watch.register, desk.today)
    case = desk.case(watch.pupil, facts)
    stage = next_stage(facts, desk.today, desk.office.settings.letters)
    if case is None:
        return _undrafted(desk, watch, facts, stage, NOT_SET_UP if stage.paper else "")
    try:
        drafted = propose_paper(desk.office, case, desk.today)
    except NeedsHuman as trouble:
        return _undrafted(desk, watch, facts, stage, str(trouble))
    return PupilCase(watch.pupil, watch.register, facts, drafted)


def _undrafted(desk: CaseDesk, watch: PupilWatch, facts: CaseFacts, stage: Stage, trouble: str) -> PupilCase:
    name = case_id(desk.office.settings.school.key, watch.pupil.id)
    return PupilCase(watch.pupil, watch.register, facts, Drafted(name, stage), trouble)
