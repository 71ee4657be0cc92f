"""What any MIS connector must do. A test class inherits this; its fixture `rig` says how to make the MIS say things.

The people are made up: Alicia and her twin Amelia, Michael, and two pupils called Sam Example with the same birthday.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from firstbell.errors import FirstbellError, RetryLater
from firstbell.ports import Mis
from firstbell.records import (
    BesideTheRegister,
    Elsewhere,
    ExpectedElsewhere,
    Lessons,
    RegisterState,
    RegisterStatus,
    Teacher,
)
from firstbell.testing.calendars import example_calendar
from rules.calendar import Half, SchoolCalendar, Session
from rules.codes import AttendanceCode
from rules.lessons import LessonMark
from rules.people import Contact, Personal, Pupil, PupilContact, PupilFlags, Upn
from rules.registers import Mark

MONDAY, TUESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24)
MORNING, AFTERNOON, TUESDAY_MORNING = Session(MONDAY, Half.AM), Session(MONDAY, Half.PM), Session(TUESDAY, Half.AM)
EXPORTED_AT = dt.datetime(2026, 11, 23, 9, 31, tzinfo=dt.UTC)
BORN = dt.date(2014, 2, 28)


def pupil(pupil_id: str, forename: str, surname: str = "Example", **more: object) -> Pupil:
    """A pupil of Year 7 who has been on roll since September, unless `more` says otherwise."""
    facts: dict[str, object] = {"date_of_birth": BORN, "year_group": "7", "form": "7A", "sex": "F"}
    facts |= {"on_roll_from": dt.date(2025, 9, 1), **more}
    return Pupil(pupil_id, Personal(forename), Personal(surname), **facts)  # type: ignore[arg-type]


ALICIA = pupil(
    "001275",
    "Zoë-Alicia",
    "O'Neil",
    upn=Upn("B801200005001"),
    flags=PupilFlags(pupil_premium=True, fsm=False, sen_status="K", looked_after=True, eal=None),
)
AMELIA = pupil("001276", "Amelia", "O'Neil")
MICHAEL = pupil("001280", "Michael", "Nguyễn", sex="M", on_roll_to=dt.date(2026, 11, 20))
NAMESAKES = (pupil("000917", "Sam"), pupil("000918", "Sam"))
MOTHER = Contact(
    "C1", "Ms", Personal("Orla"), Personal("O'Neil"), (Personal("orla@example.net"),), (Personal("07700 900123"),)
)
FATHER = Contact("C2", "Mr", Personal("Sean"), Personal("O'Neil"))
LINKS = (
    PupilContact(ALICIA.id, "C1", "Mother", 1, True, is_blocked=False),
    PupilContact(AMELIA.id, "C1", "Mother", 2, True),
    PupilContact(ALICIA.id, "C2", "Father", None, None, is_blocked=True),
)
TUTOR = Teacher("T1", Personal("Mx Tutor"), Personal("tutor@example.org"))
STAND_IN = Teacher("T2", Personal("Mx Cover"), Personal("cover@example.org"))


@dataclass
class Exported:
    """What the MIS holds: `entries` are pupil, session, and the text in the register.

    `notes` are the pupils and sessions whose mark has a note beside it; None where the MIS exports no notes.
    Of `beside` the exams, agreements and registrations count. Every lesson in `lessons` is of class 7A.
    """

    pupils: tuple[Pupil, ...] = (ALICIA, AMELIA, MICHAEL, *NAMESAKES)
    contacts: tuple[Contact, ...] = (MOTHER, FATHER)
    links: tuple[PupilContact, ...] = LINKS
    entries: tuple[tuple[str, Session, str], ...] = ((ALICIA.id, MORNING, "N"), (AMELIA.id, MORNING, "/"))
    registers: tuple[RegisterStatus, ...] = ()
    elsewhere: tuple[ExpectedElsewhere, ...] = ()
    beside: BesideTheRegister = field(default_factory=BesideTheRegister)
    notes: frozenset[tuple[str, Session]] | None = None
    lessons: Lessons = field(default_factory=Lessons)
    calendar: SchoolCalendar = field(default_factory=example_calendar)
    as_at: dt.datetime = EXPORTED_AT


@dataclass(frozen=True, slots=True)
class MisRig:
    """An MIS under test. `says` makes it hold something; `goes_away` makes it unable to answer for now."""

    mis: Mis
    says: Callable[[Exported], None]
    goes_away: Callable[[], None]


class MisConformance:
    """The promises of the Mis port, on whatever is behind it."""

    def test_it_says_which_school_it_speaks_of(self, rig: MisRig) -> None:
        rig.says(Exported())

        assert rig.mis.school().key
        assert rig.mis.school().name

    def test_pupils_come_back_as_they_were_entered(self, rig: MisRig) -> None:
        rig.says(Exported())

        roll = rig.mis.roll()

        assert sorted(roll.pupils, key=lambda p: p.id) == sorted(Exported().pupils, key=lambda p: p.id)
        assert roll.is_complete
        assert roll.problems == ()

    def test_a_flag_nobody_filled_in_is_unknown_and_not_no(self, rig: MisRig) -> None:
        rig.says(Exported())

        flags = next(p for p in rig.mis.roll().pupils if p.id == ALICIA.id).flags

        assert (flags.pupil_premium, flags.fsm, flags.eal) == (True, False, None)

    def test_twins_and_namesakes_stay_apart(self, rig: MisRig) -> None:
        rig.says(Exported())

        ids = [p.id for p in rig.mis.roll().pupils]

        assert len(set(ids)) == len(ids) == 5
        assert {p.id for p in NAMESAKES} <= set(ids)

    def test_a_leaver_keeps_the_last_day(self, rig: MisRig) -> None:
        rig.says(Exported())

        leaver = next(p for p in rig.mis.roll().pupils if p.id == MICHAEL.id)

        assert not leaver.is_on_roll(MONDAY)
        assert leaver.is_on_roll(dt.date(2026, 11, 20))

    def test_siblings_share_a_contact_with_a_link_each(self, rig: MisRig) -> None:
        rig.says(Exported())

        roll = rig.mis.roll()

        assert set(roll.contacts) == {MOTHER, FATHER}
        assert set(roll.links) == set(LINKS)

    def test_marks_are_those_of_the_days_asked_for(self, rig: MisRig) -> None:
        rig.says(Exported(entries=((ALICIA.id, MORNING, "N"), (ALICIA.id, TUESDAY_MORNING, "I"))))

        assert [m.session for m in rig.mis.marks(MONDAY, MONDAY).marks] == [MORNING]
        assert [m.session for m in rig.mis.marks(MONDAY, TUESDAY).marks] == [MORNING, TUESDAY_MORNING]
        assert rig.mis.marks(dt.date(2026, 11, 25), dt.date(2026, 11, 27)).marks == ()

    def test_not_taken_is_never_mixed_with_no_reason_yet(self, rig: MisRig) -> None:
        rig.says(Exported(entries=((ALICIA.id, MORNING, "N"), (AMELIA.id, MORNING, "-"), (MICHAEL.id, MORNING, ""))))

        codes = {mark.pupil_id: mark.code for mark in rig.mis.marks(MONDAY, MONDAY).marks}

        assert codes[ALICIA.id] is AttendanceCode.UNEXPLAINED
        assert codes.get(AMELIA.id) is None
        assert codes.get(MICHAEL.id) is None

    def test_every_code_comes_back_as_itself(self, rig: MisRig) -> None:
        codes = [code for code in AttendanceCode if code is not AttendanceCode.PRESENT_AFTERNOON]
        entries = [(f"{number:06}", MORNING, code.value) for number, code in enumerate(codes)]
        pupils = tuple(pupil(pupil_id, "Sam") for pupil_id, _, _ in entries)
        rig.says(Exported(pupils, (), (), (*entries, ("000000", AFTERNOON, "\\"))))

        found = rig.mis.marks(MONDAY, MONDAY)

        assert {(m.pupil_id, m.session, m.code) for m in found.marks if m.session == MORNING} == set(entries)
        assert Mark("000000", AFTERNOON, AttendanceCode.PRESENT_AFTERNOON) in found.marks
        assert found.problems == ()

    @pytest.mark.parametrize("text", ["n", "ZZ", "H", "0", "NN"])
    def test_what_is_no_code_is_told_and_never_taken_for_one(self, rig: MisRig, text: str) -> None:
        rig.says(Exported(entries=((ALICIA.id, MORNING, text), (AMELIA.id, MORNING, "/"))))

        found = rig.mis.marks(MONDAY, MONDAY)

        assert [mark.pupil_id for mark in found.marks] == [AMELIA.id]
        assert [(p.pupil_id, p.session, p.code) for p in found.problems] == [(ALICIA.id, MORNING, text)]

    @pytest.mark.parametrize("day", [dt.date(2026, 10, 25), dt.date(2026, 10, 26), dt.date(2027, 3, 29)])
    def test_a_mark_keeps_its_date_when_the_clocks_change(self, rig: MisRig, day: dt.date) -> None:
        rig.says(Exported(entries=((ALICIA.id, Session(day, Half.AM), "X"),)))

        assert [mark.session for mark in rig.mis.marks(day, day).marks] == [Session(day, Half.AM)]

    def test_marks_say_as_at_when_they_were_true(self, rig: MisRig) -> None:
        rig.says(Exported())

        assert rig.mis.marks(MONDAY, MONDAY).as_at == EXPORTED_AT
        assert rig.mis.roll().as_at == EXPORTED_AT

    def test_a_changed_mark_is_seen_at_the_next_look(self, rig: MisRig) -> None:
        rig.says(Exported(entries=((ALICIA.id, MORNING, "N"),)))
        before = rig.mis.marks(MONDAY, MONDAY).marks

        rig.says(Exported(entries=((ALICIA.id, MORNING, "I"),)))

        assert [mark.code for mark in before] == [AttendanceCode.UNEXPLAINED]
        assert [mark.code for mark in rig.mis.marks(MONDAY, MONDAY).marks] == [AttendanceCode.ILLNESS]

    def test_looking_twice_gives_the_same(self, rig: MisRig) -> None:
        rig.says(Exported())

        assert rig.mis.roll() == rig.mis.roll()
        assert rig.mis.marks(MONDAY, TUESDAY) == rig.mis.marks(MONDAY, TUESDAY)

    def test_a_roll_cut_in_half_is_told_as_it_is(self, rig: MisRig) -> None:
        rig.says(Exported())
        rig.mis.roll()

        rig.says(Exported(pupils=(ALICIA, AMELIA)))

        assert {p.id for p in rig.mis.roll().pupils} == {ALICIA.id, AMELIA.id}

    def test_registers_of_a_day_say_who_is_in_the_room(self, rig: MisRig) -> None:
        taken = RegisterStatus(MORNING, "7A", RegisterState.TAKEN, TUTOR)
        missing = RegisterStatus(MORNING, "7B", RegisterState.NOT_TAKEN, TUTOR, cover=STAND_IN)
        rig.says(Exported(registers=(taken, missing)))

        assert set(rig.mis.registers(MONDAY)) == {taken, missing}
        assert rig.mis.registers(TUESDAY) == ()
        assert rig.mis.capabilities.has_registers

    def test_without_registers_it_says_that_it_can_not_tell(self, rig: MisRig) -> None:
        rig.says(Exported())

        assert not rig.mis.capabilities.has_registers
        assert rig.mis.registers(MONDAY) == ()

    def test_lists_are_those_of_the_day(self, rig: MisRig) -> None:
        trip = ExpectedElsewhere(ALICIA.id, MORNING, Elsewhere.TRIP)
        exam = ExpectedElsewhere(AMELIA.id, TUESDAY_MORNING, Elsewhere.EXAM)
        rig.says(Exported(elsewhere=(trip, exam)))

        assert rig.mis.expected_elsewhere(MONDAY) == (trip,)
        assert rig.mis.expected_elsewhere(TUESDAY) == (exam,)

    def test_a_list_that_arrives_later_is_seen(self, rig: MisRig) -> None:
        rig.says(Exported())
        before = rig.mis.expected_elsewhere(MONDAY)

        rig.says(Exported(elsewhere=(ExpectedElsewhere(ALICIA.id, MORNING, Elsewhere.TRIP),)))

        assert before == ()
        assert len(rig.mis.expected_elsewhere(MONDAY)) == 1

    def test_what_stands_beside_the_register_comes_back_as_it_was_entered(self, rig: MisRig) -> None:
        until = {ALICIA.id: dt.date(2026, 11, 13)}
        exams = {AMELIA.id: dt.date(2026, 11, 6)}
        rig.says(Exported(beside=BesideTheRegister(exams, until, {ALICIA.id: True, AMELIA.id: False})))

        found, can = rig.mis.beside_the_register(), rig.mis.capabilities

        assert (found.last_exams, found.part_time_until) == (exams, until)
        assert found.second_registrations == {ALICIA.id: True, AMELIA.id: False}
        assert (can.has_exam_dates, can.has_part_time_agreements, can.has_second_registrations) == (True, True, True)

    def test_what_an_mis_does_not_record_accuses_nobody(self, rig: MisRig) -> None:
        rig.says(Exported(entries=((ALICIA.id, MORNING, "B"),)))

        assert rig.mis.beside_the_register() == BesideTheRegister()
        assert rig.mis.lessons(MONDAY) == Lessons()
        can = rig.mis.capabilities
        assert not any((can.has_exam_dates, can.has_part_time_agreements, can.has_second_registrations, can.has_notes))
        assert not can.has_lessons

    def test_a_mark_that_needs_a_note_and_has_none_is_known_by_pupil_and_session(self, rig: MisRig) -> None:
        entries = ((ALICIA.id, MORNING, "B"), (AMELIA.id, MORNING, "K"), (MICHAEL.id, MORNING, "/"))
        rig.says(Exported(entries=entries, notes=frozenset({(AMELIA.id, MORNING)})))

        assert rig.mis.beside_the_register().without_note == {(ALICIA.id, MORNING)}
        assert rig.mis.capabilities.has_notes

    def test_lessons_are_those_of_the_day_with_whoever_really_took_them(self, rig: MisRig) -> None:
        marks = (
            LessonMark(ALICIA.id, MORNING, 1, AttendanceCode.UNEXPLAINED, STAND_IN.id),
            LessonMark(ALICIA.id, AFTERNOON, 5, None, STAND_IN.id),
        )
        away = {(TUTOR.id, MORNING), (TUTOR.id, AFTERNOON)}
        rig.says(Exported(lessons=Lessons(marks, {STAND_IN.id: STAND_IN}, away)))

        assert rig.mis.lessons(MONDAY) == Lessons(marks, {STAND_IN.id: STAND_IN}, away)
        assert rig.mis.lessons(TUESDAY) == Lessons()
        assert rig.mis.capabilities.has_lessons

    def test_the_calendar_is_the_schools(self, rig: MisRig) -> None:
        rig.says(Exported())

        assert rig.mis.calendar() == example_calendar()

    def test_while_it_can_not_answer_it_says_what_to_do(self, rig: MisRig) -> None:
        rig.says(Exported())
        rig.goes_away()

        with pytest.raises(FirstbellError) as told:
            rig.mis.marks(MONDAY, MONDAY)

        assert str(told.value)
        assert "O'Neil" not in str(told.value)

    def test_nothing_it_gives_shows_a_name_by_accident(self, rig: MisRig) -> None:
        rig.says(Exported(entries=((ALICIA.id, MORNING, "ZZ"),)))

        shown = repr(rig.mis.roll()) + repr(rig.mis.marks(MONDAY, MONDAY))

        assert not any(name in shown for name in ("Alicia", "O'Neil", "orla@example.net", "900123"))


BUSY = RetryLater(dt.timedelta(minutes=1))
