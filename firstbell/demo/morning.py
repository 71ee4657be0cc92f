"""The story of one morning, from yesterday's late edits at 07:00 to the phone list at 10:45."""

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from firstbell.demo.case_story import CaseCast, before_the_weekly_watch, case_cast, weeks_before
from firstbell.demo.cases import Case
from firstbell.demo.cast import Cast, Part, cast_of
from firstbell.demo.marks_today import morning_marks
from firstbell.demo.moments import Moment, Typed
from firstbell.demo.school import DemoSchool
from firstbell.records import Elsewhere, ExpectedElsewhere
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.registers import Mark
from sheets_templates import Cell

ZONE = ZoneInfo("Europe/London")
LATE_EDITS, LATE_EDIT_DAYS = 4, 7
HOLD_DAYS = 7
FIRST_DAY = "first-day-contact"
LISTS_AT_REGISTRATION = {
    Part.MUSIC: Elsewhere.MUSIC,
    Part.MEDICAL: Elsewhere.MEDICAL,
    Part.SIGNED_IN: Elsewhere.SIGNED_IN,
}


def make_morning(school: DemoSchool) -> tuple[Moment, ...]:
    """The moments of the morning in order of time."""
    rng = random.Random(f"{school.seed}:morning:{school.day}")  # noqa: S311 - a synthetic school, not a secret
    cast = cast_of(school, rng)
    cases = case_cast(school)
    story = _Story(school, cast, dict(morning_marks(school, cast, rng)), cases)
    return (
        *(weeks_before(school, cases) if cases else ()),
        *story.before_school(),
        *story.registration(),
        *story.missing_registers(),
        *story.hold(),
        *story.sending(),
        *story.aftermath(),
    )


@dataclass(frozen=True, slots=True)
class _Story:
    """The pieces that the moments are told from; `truth` is each pupil's mark once no teacher has mis-clicked."""

    school: DemoSchool
    cast: Cast
    truth: dict[str, Mark]
    cases: CaseCast | None

    def before_school(self) -> Iterable[Moment]:
        school, known = self.school, self.school.history.spans
        sessions = next(iter(known.values())).sessions
        if sessions:
            evening = _at(sessions[-1].date, 16)
            yield Moment(evening, "The afternoon before, Firstbell reads the roll and the registers.", "sync")
        edits = self._late_edits()
        settled = "Since then the office settled some past absences in the MIS; the sync shows what was changed."
        what = settled if edits else "Firstbell reads the roll and the registers; no past mark was changed."
        yield Moment(_at(school.day, 7), what, "sync", marks=edits)
        yield Moment(
            _at(school.day, 8, 15),
            "The safeguarding lead puts a bereaved family on hold.",
            typed=(self._family_on_hold(),),
        )

    def registration(self) -> Iterable[Moment]:
        day, staged = self.school.day, self.school.staged
        forms = [form for form in self.school.staff.tutors if form not in {staged.covered, staged.forgotten}]
        yield Moment(
            _at(day, 9, 10),
            f"The registers close: {len(forms)} of {len(self.school.staff.tutors)} are taken, "
            f"and in {staged.misclicked} one click marked everybody N.",
            marks=tuple(mark for form in forms for mark in self._entered(form)),
            registers_taken=tuple(forms),
            elsewhere=tuple(
                self._listed(pupil_id, kind)
                for part, kind in LISTS_AT_REGISTRATION.items()
                for pupil_id in self.cast.parts[part]
            ),
        )

    def missing_registers(self) -> Iterable[Moment]:
        day, staged = self.school.day, self.school.staged
        yield Moment(_at(day, 9, 15), "The teachers in the room are asked for the two that are missing.", "chase")
        yield self._taken(staged.covered, _at(day, 9, 20), "The teacher who covers has now taken the register of")
        yield Moment(_at(day, 9, 25), f"{staged.forgotten} is still missing: a second reminder.", "chase")
        yield Moment(_at(day, 9, 35), "Still nothing: the head of department is told.", "chase")

    def hold(self) -> Iterable[Moment]:
        day, parts, form = self.school.day, self.cast.parts, self.school.staged.misclicked
        yield Moment(_at(day, 9, 45), "First-day contact plans its messages and holds them in view.", FIRST_DAY)
        yield Moment(
            _at(day, 9, 48),
            "Two marks turn out to be wrong, and one parent rings.",
            marks=(
                *self._changed(parts[Part.MISTAKEN], AttendanceCode.PRESENT_MORNING),
                *self._changed(parts[Part.PHONED], AttendanceCode.ILLNESS),
            ),
        )
        yield Moment(
            _at(day, 9, 50),
            "A trip list arrives late; the office stops one message and writes down a reason for another.",
            elsewhere=tuple(self._listed(pupil_id, Elsewhere.TRIP) for pupil_id in parts[Part.TRIP]),
            typed=self._office_edits(),
        )
        corrected = tuple(self.truth[pupil.id] for pupil in self.school.pupils_of(form))
        yield Moment(_at(day, 9, 52), f"The register of {form} is put right.", marks=corrected)

    def sending(self) -> Iterable[Moment]:
        day = self.school.day
        yield Moment(_at(day, 9, 55), "The hold ends: every mark is read again, then the messages leave.", FIRST_DAY)
        yield Moment(_at(day, 10), "The job runs once more; nobody is told twice.", FIRST_DAY)

    def aftermath(self) -> Iterable[Moment]:
        day = self.school.day
        yield self._taken(self.school.staged.forgotten, _at(day, 10, 5), "The last register is taken at last: that of")
        late = self._changed(self.cast.parts[Part.LATE_ARRIVAL], AttendanceCode.LATE_AFTER_CLOSE)
        late = tuple(replace(mark, minutes_late=95) for mark in late)
        yield Moment(_at(day, 10, 15), "A pupil arrives whose parents have been told.", marks=late)
        yield Moment(
            _at(day, 10, 20),
            "The safeguarding lead has one alert in hand; the parents of the late pupil get a short correction.",
            FIRST_DAY,
            typed=(self._acknowledgement(),),
        )
        yield Moment(
            _at(day, 10, 30),
            "Two lesson marks contradict the register: their teachers are asked, before anyone is alarmed.",
            "chase",
            lessons_taken=True,
        )
        yield Moment(_at(day, 10, 45), "Families who have not answered go on the phone list.", FIRST_DAY)
        if self.cases:
            what = "The office approves more letters of cases and writes down what was decided about penalty notices."
            yield Moment(_at(day, 10, 48), what, typed=before_the_weekly_watch(self.school, self.cases))
        yield Moment(_at(day, 10, 50), "The weekly watch looks at every pupil's year so far.", "weekly")
        yield Moment(
            _at(day, 11),
            "The office approves a return to the local authority: it is drafted, and sent by nobody but a person.",
            "returns",
            typed=(self._approval_of_a_return(),),
        )

    def _late_edits(self) -> tuple[Mark, ...]:
        """A few absences of the last days, N until now, for which a reason has been found."""
        since = self.school.day - dt.timedelta(days=LATE_EDIT_DAYS)
        unexplained = frozenset({AttendanceCode.UNEXPLAINED})
        found = [
            Mark(pupil_id, session, AttendanceCode.ILLNESS)
            for pupil_id, span in self.school.history.spans.items()
            for session in span.between(since, self.school.day).sessions_with(unexplained)
        ]
        return tuple(found[:LATE_EDITS])

    def _entered(self, form: str) -> Iterable[Mark]:
        """What the teacher enters at registration, mis-click included."""
        for pupil in self.school.pupils_of(form):
            mark = self.truth[pupil.id]
            is_wrong = form == self.school.staged.misclicked
            yield Mark(pupil.id, mark.session, AttendanceCode.UNEXPLAINED) if is_wrong else mark

    def _taken(self, form: str, at: dt.datetime, sentence: str) -> Moment:
        marks = tuple(self.truth[pupil.id] for pupil in self.school.pupils_of(form))
        return Moment(at, f"{sentence} {form}.", marks=marks, registers_taken=(form,))

    def _changed(self, pupil_ids: Iterable[str], code: AttendanceCode) -> tuple[Mark, ...]:
        return tuple(replace(self.truth[pupil_id], code=code) for pupil_id in pupil_ids)

    def _listed(self, pupil_id: str, kind: Elsewhere) -> ExpectedElsewhere:
        return ExpectedElsewhere(pupil_id, Session(self.school.day, Half.AM), kind)

    def _office_edits(self) -> tuple[Typed, ...]:
        initials = self.school.staff.on_duty(self.school.day.isoweekday()).initials
        stop = {"Decision": "stop", "Initials": initials}
        reason = {"Reason given": "at the dentist", "Code to record": "M", "Initials": initials}
        parts = self.cast.parts
        return (
            *(Typed("Attendance", "Queue", pupil_id, stop) for pupil_id in parts[Part.STOPPED]),
            *(Typed("Attendance", "Today", pupil_id, reason) for pupil_id in parts[Part.EXPLAINED]),
        )

    def _family_on_hold(self) -> Typed:
        (pupil_id,) = self.school.people.cases[Case.SENSITIVE]
        until = self.school.day + dt.timedelta(days=HOLD_DAYS)
        owner = self.school.staff.safeguarding_lead.initials
        cells: dict[str, Cell] = {"Pupil ID": pupil_id, "Hold messages until": until, "Hold owner": owner}
        return Typed("Safeguarding", "Vulnerable pupils", pupil_id, cells, is_new_row=True)

    def _approval_of_a_return(self) -> Typed:
        initials = self.school.staff.on_duty(self.school.day.isoweekday()).initials
        cells = {"Decision": "approve", "Initials": initials}
        return Typed("Attendance", "LA returns", self.school.comings.joiner, cells)

    def _acknowledgement(self) -> Typed:
        (pupil_id,) = self.school.people.cases[Case.CHILD_PROTECTION]
        initials = self.school.staff.safeguarding_lead.initials
        return Typed("Safeguarding", "Alerts", pupil_id, {"Acknowledged by": initials})


def _at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A local time of the school on a day, in UTC."""
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=ZONE).astimezone(dt.UTC)
