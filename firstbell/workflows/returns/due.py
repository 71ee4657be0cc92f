"""What one pupil's register calls for now: continuous and irregular absence, sickness, and the watch on twenty days."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firstbell.settings import ReturnsSettings
from firstbell.workflows.returns.records import ReturnKind, ReturnRecord, ReturnState
from firstbell.workflows.watch.watching import PupilWatch, SchoolWatch
from rules.calendar import Session, first_of_school_year
from rules.findings import how_many
from rules.returns.attendance_return import ContinuousAbsence, LongAbsence, continuous_absence
from rules.returns.deadlines import last_school_day_to_act
from rules.returns.irregular import irregular_attendance, next_attendance_return
from rules.returns.sickness_return import Limb, sickness_return
from rules.returns.twenty_days import TwentyDays, twenty_days

NAMED_AS_ABSENT = frozenset({ReturnKind.CONTINUOUS, ReturnKind.IRREGULAR})
SETTLED = frozenset({ReturnState.SENT, ReturnState.DECLINED})
# The watch runs weekly: what falls due before its next run is shown now.
UNTIL_THE_NEXT_WATCH = dt.timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReturn:
    """A return that is called for now. `first` and `last` bound what it is about, and `day` lies between them.

    `sessions` are those that count. `act_by` None: no school day is left before `due_on`.
    """

    kind: ReturnKind
    pupil_id: str
    first: dt.date
    last: dt.date
    day: dt.date
    due_on: dt.date
    act_by: dt.date | None
    because: str
    sessions: tuple[Session, ...] = ()
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class PupilReturns:
    """One pupil's register with the returns there have been, and until when an illness is expected to last."""

    school: SchoolWatch
    watch: PupilWatch
    known: Sequence[ReturnRecord]
    ill_until: dt.date | None
    settings: ReturnsSettings

    def returns(self) -> Iterator[DueReturn]:
        """Every return this register calls for."""
        pupil, school = self.watch.pupil, self.school
        absence = continuous_absence(
            self.watch.register, school.calendar, pupil.year_group, self.watch.age, school.as_of
        )
        runs = [run for run in absence.runs if run.last >= first_of_school_year(school.as_of)]
        yield from (self._continuous(run) for run in runs)
        yield from self._irregular(absence, runs)
        yield from self._sickness()
        yield from self._twenty_days()

    def _continuous(self, run: LongAbsence) -> DueReturn:
        return self._due(
            ReturnKind.CONTINUOUS, (run.first, run.last), run.reached_on, run.finding.sentence, run.finding.counted
        )

    def _irregular(self, absence: ContinuousAbsence, runs: list[LongAbsence]) -> Iterator[DueReturn]:
        """For a person to judge, beside the continuous absences that still have a return of their own to come."""
        found = irregular_attendance(self.watch.register, self.watch.age, self.school.as_of)
        on_their_own = {session for run in runs if not self._is_settled(run) for session in run.finding.counted}
        left = tuple(session for session in found.counted if session not in on_their_own)
        due_on = self._irregular_due_on(left)
        if due_on is None:
            return
        sentence = found.sentence
        if not runs:
            sentence += f" {absence.finding.sentence}"
        if on_their_own:
            sentence += f" {how_many(len(on_their_own), 'session')} of them have an attendance return of their own."
        yield self._due(ReturnKind.IRREGULAR, (left[0].date, left[-1].date), due_on, sentence, left)

    def _irregular_due_on(self, left: tuple[Session, ...]) -> dt.date | None:
        """When the next irregular return is due; None before that, below the school's number, or with nothing new."""
        last_on = max((r.sent_on or r.settled_on for r in self.known if self._names_the_absence(r)), default=None)
        if len(left) < self.settings.irregular_from_sessions or (last_on is not None and left[-1].date <= last_on):
            return None
        look_to = self.school.as_of if last_on is None else self.school.as_of + UNTIL_THE_NEXT_WATCH
        days = self.settings.interval_days
        due = next_attendance_return(last_on, self.school.calendar, look_to, agreed_days=days)
        return due.due_on if due.finding.is_met else None

    def _names_the_absence(self, record: ReturnRecord) -> bool:
        return record.kind in NAMED_AS_ABSENT and record.state in SETTLED

    def _is_settled(self, run: LongAbsence) -> bool:
        return any(
            r.kind is ReturnKind.CONTINUOUS and r.state in SETTLED and run.first <= r.day <= run.last
            for r in self.known
        )

    def _sickness(self) -> Iterator[DueReturn]:
        """A sent return answers for its spell, and so does a declined one, unless it was only expected then."""
        answered = [
            record.day
            for record in self.known
            if record.kind is ReturnKind.SICKNESS
            and record.state in SETTLED
            and not (record.is_expected and record.state is ReturnState.DECLINED)
        ]
        pupil, school = self.watch.pupil, self.school
        register, age = self.watch.register, self.watch.age
        found = sickness_return(
            register,
            school.calendar,
            pupil.year_group,
            age,
            school.as_of,
            expected_until=self.ill_until,
            sent_on=answered,
        )
        if found.due_on is not None:
            spell, expected = (found.spell[0].date, found.spell[-1].date), found.limb is Limb.EXPECTED
            ill = found.spell if found.limb is Limb.CONSECUTIVE else found.finding.counted
            because = found.finding.sentence
            yield self._due(ReturnKind.SICKNESS, spell, found.due_on, because, ill, day=spell[-1], is_expected=expected)

    def _twenty_days(self) -> Iterator[DueReturn]:
        """With what people have answered about this very run."""
        found = self._watched(None)
        if found.reached_on is None or not found.finding.is_met:
            return
        first, last = found.finding.counted[0].date, found.finding.counted[-1].date
        asked = (r for r in self.known if r.kind is ReturnKind.TWENTY_DAYS and r.is_open and first <= r.day <= last)
        sentence = self._watched(next(asked, None)).finding.sentence
        yield self._due(ReturnKind.TWENTY_DAYS, (first, last), found.reached_on, sentence, found.finding.counted)

    def _watched(self, answered: ReturnRecord | None) -> TwentyDays:
        pupil, school = self.watch.pupil, self.school
        return twenty_days(
            self.watch.register,
            school.calendar,
            pupil.year_group,
            school.as_of,
            may_be_ill_or_prevented=answered.may_be_ill if answered else None,
            enquiries_made=answered.enquired if answered else None,
        )

    def _due(
        self,
        kind: ReturnKind,
        bounds: tuple[dt.date, dt.date],
        due_on: dt.date,
        because: str,
        sessions: tuple[Session, ...],
        *,
        day: dt.date | None = None,
        is_expected: bool = False,
    ) -> DueReturn:
        calendar, pupil = self.school.calendar, self.watch.pupil
        return DueReturn(
            kind=kind,
            pupil_id=pupil.id,
            first=bounds[0],
            last=bounds[1],
            day=day or due_on,
            due_on=due_on,
            act_by=last_school_day_to_act(calendar.first, due_on, calendar, pupil.year_group),
            because=because,
            sessions=sessions,
            is_expected=is_expected,
        )
