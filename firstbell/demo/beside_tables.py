"""What stands beside the register, as tables: examinations, part-time agreements, enrolments and lesson marks.

Each holds a slip for Firstbell to find: a review nobody held, a second school nobody recorded, a wrong lesson mark.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from firstbell.demo.school import DemoSchool
from firstbell.demo.slips import LAST_RESIT, REVIEW
from firstbell.records import Teacher
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.registers import Mark

Rows = Iterable[Sequence[object]]
RESITS = 6  # pupils of Year 12 who sat an examination again
AGREED_FOR = dt.timedelta(days=28)
SUBJECTS = ("Ma", "En")  # of the lessons that have been taken: period 1 and period 2
LESSON_HEADINGS = ("pupil_id", "date", "period", "code", "class", "teacher_id", "teacher_name", "teacher_email")
HERE = {AttendanceCode.PRESENT_MORNING, AttendanceCode.LATE_BEFORE_CLOSE}


def exam_rows(school: DemoSchool) -> Rows:
    """The last resit of some of Year 12, and of everybody who has had study leave."""
    yield "pupil_id", "exam_date"
    days = _days(school)
    sixth_form = [pupil.id for pupil in school.people.pupils if pupil.year_group == "12"]
    sat = dict.fromkeys([*sixth_form[:RESITS], *_marked_with(school, AttendanceCode.LEAVE_STUDY)])
    if len(days) > -LAST_RESIT:
        yield from ((pupil_id, days[LAST_RESIT].isoformat()) for pupil_id in sat)


def part_time_rows(school: DemoSchool) -> Rows:
    """Until when each part-time timetable is agreed; the first one's review has passed."""
    yield "pupil_id", "agreed_until"
    days = _days(school)
    for number, pupil_id in enumerate(_marked_with(school, AttendanceCode.LEAVE_PART_TIME_TIMETABLE)):
        is_overdue = number == 0 and len(days) > -REVIEW
        yield pupil_id, (days[REVIEW] if is_overdue else school.day + AGREED_FOR).isoformat()


def enrolment_rows(school: DemoSchool) -> Rows:
    """Everybody's enrolment in the census's letters; one pupil's second school was never written down."""
    yield "pupil_id", "enrolment_status"
    dual = set(_marked_with(school, AttendanceCode.DUAL_REGISTERED)[1:])
    for pupil in school.people.pupils:
        yield pupil.id, "M" if pupil.id in dual else "C"


def lesson_rows(school: DemoSchool, marks: Mapping[str, Mark]) -> Rows:
    """The first two lessons, which agree with the register but for two: one not marked in, one marked in while away."""
    yield LESSON_HEADINGS
    tutors = sorted(school.staff.tutors.items())
    teachers = {form: [tutors[(at + step) % len(tutors)][1] for step in (1, 2)] for at, (form, _) in enumerate(tutors)}
    slips = _lesson_slips(school, marks, teachers)
    for pupil in school.people.pupils:
        mark = marks.get(pupil.id)
        if mark is not None and mark.code is not None:
            for period, (subject, teacher) in enumerate(zip(SUBJECTS, teachers[pupil.form], strict=True), 1):
                code = slips.get((pupil.id, period)) or _in_lesson(mark.code)
                who = teacher.id, teacher.name.reveal(), teacher.email.reveal()
                yield pupil.id, mark.session.date, f"P{period}", code, f"{pupil.form} {subject}", *who


def _in_lesson(code: AttendanceCode) -> AttendanceCode | str:
    """What a lesson's teacher enters for a pupil with this mark; nothing where the timetable expects nobody."""
    if code is AttendanceCode.NOT_REQUIRED:
        return "-"
    return AttendanceCode.PRESENT_MORNING if code in HERE else code


def _lesson_slips(
    school: DemoSchool, marks: Mapping[str, Mark], teachers: Mapping[str, Sequence[Teacher]]
) -> dict[tuple[str, int], AttendanceCode]:
    """One pupil who is here and not marked in to period 1, and one who is away and marked in to period 2."""
    absent = school.staff.tutors[school.staged.covered]
    asked = [p for p in school.people.pupils if p.id in marks and absent not in teachers[p.form]]
    here = [p.id for p in asked if marks[p.id].code is AttendanceCode.PRESENT_MORNING]
    away = [p.id for p in asked if marks[p.id].code is AttendanceCode.ILLNESS]
    slips = {(pupil_id, 1): AttendanceCode.UNEXPLAINED for pupil_id in here[:1]}
    return slips | {(pupil_id, 2): AttendanceCode.PRESENT_MORNING for pupil_id in away[:1]}


def _days(school: DemoSchool) -> list[dt.date]:
    return [session.date for session in _sessions(school) if session.half is Half.AM]


def _sessions(school: DemoSchool) -> tuple[Session, ...]:
    return next(iter(school.history.spans.values())).sessions


def _marked_with(school: DemoSchool, code: AttendanceCode) -> list[str]:
    return [pupil_id for pupil_id, span in school.history.spans.items() if span.sessions_with(frozenset({code}))]
