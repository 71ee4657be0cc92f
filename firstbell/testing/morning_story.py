"""A school morning told in given, when and then: a real office over fakes, with a clock that the story moves.

The names are the tests' own: Alicia and Michael are pupils, and nobody here is real.
"""

import dataclasses
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from firstbell.messages.rendering import Wording
from firstbell.ports import Mailer
from firstbell.records import Elsewhere, ExpectedElsewhere, Proposal, RegisterState, RegisterStatus, State, Teacher
from firstbell.settings import (
    DayTimes,
    MisSettings,
    OutgoingSettings,
    RegisterTimes,
    SchoolSettings,
    Settings,
    StaffMember,
)
from firstbell.testing.calendars import example_calendar
from firstbell.testing.fake_anchors import FakeAnchors
from firstbell.testing.fake_channel import FakeChannel
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_folders import FakeFolders
from firstbell.testing.fake_mailer import FakeMailer, FakeProvider
from firstbell.testing.fake_mis import FakeMis
from firstbell.testing.fake_store import FakeStore
from firstbell.testing.fake_workbook import FakeWorkbook
from firstbell.workflows.jobs.first_day_contact import MorningReport, first_day_contact
from firstbell.workflows.office import Office
from firstbell.workflows.registers.sync import sync
from rules.calendar import Half, Session, both_sessions
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.people import Contact, Personal, Pupil, PupilContact, PupilFlags
from rules.registers import Mark
from sheets_templates.attendance import ATTENDANCE

MONDAY = dt.date(2026, 11, 23)
THIS_MORNING = Session(MONDAY, Half.AM)
LONDON = ZoneInfo("Europe/London")
PRESENT, UNEXPLAINED = AttendanceCode.PRESENT_MORNING, AttendanceCode.UNEXPLAINED

SETTINGS = Settings(
    school=SchoolSettings(key="hill", name="Hill School", phone="01632 960001", absence_email="absence@example.org"),
    day=DayTimes(
        am=RegisterTimes(opens=dt.time(8, 40), closes=dt.time(9, 10), session_ends=dt.time(12, 20)),
        pm=RegisterTimes(opens=dt.time(13, 10), closes=dt.time(13, 40), session_ends=dt.time(15, 10)),
    ),
    mis=MisSettings(folder=Path("unused")),
    outgoing=OutgoingSettings(rehearsal=False),
    staff=(
        StaffMember(initials="AO", name="Ada Office", role="attendance officer", email="ada@example.org"),
        StaffMember(initials="BO", name="Ben Office", role="office manager", email="ben@example.org"),
        StaffMember(initials="DS", name="Dee Safe", role="DSL", email="dee@example.org", is_safeguarding=True),
        StaffMember(initials="ES", name="Eve Safe", role="deputy", email="eve@example.org", is_safeguarding=True),
    ),
)


class MorningStory:
    """One school of 40 pupils who are all present until the story says otherwise; it begins on a Monday at 09:45."""

    def __init__(self, *, mailer: Mailer | None = None, settings: Settings = SETTINGS) -> None:
        self.clock = FakeClock()
        self.mis = FakeMis(calendar=example_calendar())
        self.mailer = FakeMailer(provider=FakeProvider(clock=self.clock))
        self.store = FakeStore()
        self.channel = FakeChannel()
        self.attendance, self.safeguarding, self.cases = FakeWorkbook(), FakeWorkbook(), FakeWorkbook()
        self.office = Office(
            settings=settings,
            mis=self.mis,
            store=self.store,
            attendance_workbook=self.attendance,
            safeguarding_workbook=self.safeguarding,
            cases_workbook=self.cases,
            mailer=mailer or self.mailer,
            channel=self.channel,
            folders=FakeFolders(),
            anchors=FakeAnchors(),
            clock=self.clock,
            wording=Wording(),
        )
        self.pupils: dict[str, Pupil] = {}
        self.contacts: dict[str, Contact] = {}
        self.links: list[PupilContact] = []
        self.codes: dict[tuple[str, Session], AttendanceCode | None] = {}
        self.registers: list[RegisterStatus] = []
        self.elsewhere: list[ExpectedElsewhere] = []
        self.marks_as_at: dt.datetime | None = None
        for number in range(40):
            self.given_a_pupil(f"P{number:02}", form=f"9{'ABCD'[number % 4]}")

    # ------------------------------------------------------------ given

    def given_a_pupil(
        self,
        pupil_id: str,
        *,
        forename: str = "Sam",
        form: str = "8K",
        flags: PupilFlags | None = None,
        born: dt.date = dt.date(2013, 5, 1),
        code: AttendanceCode | None = PRESENT,
    ) -> str:
        """A pupil on roll without contacts, marked this morning with `code`."""
        self.pupils[pupil_id] = Pupil(
            id=pupil_id,
            forename=Personal(forename),
            surname=Personal("Example"),
            date_of_birth=born,
            year_group=form[:1],
            form=form,
            flags=flags or PupilFlags(),
        )
        self.codes[pupil_id, THIS_MORNING] = code
        return pupil_id

    def given_a_contact(
        self, contact_id: str, of: str, *, email: str | None = None, phone: str = "07700 900123", **link: object
    ) -> str:
        """A contact with parental responsibility and priority 1, unless `link` says otherwise."""
        address = f"{contact_id.lower()}@example.net" if email is None else email
        self.contacts[contact_id] = Contact(
            id=contact_id,
            title="Ms",
            forename=Personal("Pat"),
            surname=Personal(contact_id),
            emails=(Personal(address),) if address else (),
            phones=(Personal(phone),),
        )
        made = PupilContact(of, contact_id, "Mother", priority=1, parental_responsibility=True)
        self.links.append(dataclasses.replace(made, **link))  # type: ignore[arg-type]
        return contact_id

    def given_an_unexplained_absence(self, pupil_id: str = "ALICIA", **pupil: object) -> str:
        """Alicia is marked N this morning, and her mother can be told."""
        self.given_a_pupil(pupil_id, forename=pupil_id.title(), code=UNEXPLAINED, **pupil)  # type: ignore[arg-type]
        self.given_a_contact(f"{pupil_id}-MUM", pupil_id)
        return pupil_id

    def given_alicia_was_told_of(self) -> None:
        """Alicia is marked N this morning, and her mother has had the message."""
        self.given_an_unexplained_absence("ALICIA")
        for time in ("09:45", "09:56"):
            self.when_the_run_happens(time)

    def given_everybody_is_absent(self) -> None:
        """Every pupil is marked N this morning, and each has a mother who can be told."""
        for pupil_id in list(self.pupils):
            self.given_the_mark(pupil_id, UNEXPLAINED)
            self.given_a_contact(f"{pupil_id}-MUM", pupil_id)

    def given_the_afternoon(self, alicia: AttendanceCode | None) -> None:
        """Everybody is in school this afternoon, and Alicia's mark is this one."""
        afternoon = Session(MONDAY, Half.PM)
        for pupil_id in self.pupils:
            self.given_the_mark(pupil_id, AttendanceCode.PRESENT_AFTERNOON, afternoon)
        self.given_the_mark("ALICIA", alicia, afternoon)

    def given_the_mark(self, pupil_id: str, code: AttendanceCode | None, session: Session = THIS_MORNING) -> None:
        """The MIS says this of the pupil from now on."""
        self.codes[pupil_id, session] = code

    def given_a_trip_list(self, *pupil_ids: str, kind: Elsewhere = Elsewhere.TRIP) -> None:
        """A list arrives that has these pupils on it this morning."""
        self.elsewhere += [ExpectedElsewhere(pupil_id, THIS_MORNING, kind) for pupil_id in pupil_ids]

    def given_a_register(self, group: str, *, taken: bool, teacher: str = "T1", **more: Teacher | None) -> None:
        """The state of one register this morning, in place of an earlier one of the group."""
        state = RegisterState.TAKEN if taken else RegisterState.NOT_TAKEN
        self.registers = [status for status in self.registers if status.group != group]
        self.registers.append(RegisterStatus(THIS_MORNING, group, state, a_teacher(teacher), **more))

    def given_days_missed(self, pupil_id: str, *days: dt.date, code: AttendanceCode = AttendanceCode.ILLNESS) -> None:
        """The pupil missed both sessions of these days."""
        for session in (session for day in days for session in both_sessions(day)):
            self.given_the_mark(pupil_id, code, session)

    def given_the_day(self, day: dt.date, time: str = "16:30") -> None:
        """It is this day and local time, and a sync has just run."""
        hour, minute = map(int, time.split(":"))
        self.clock.set(dt.datetime.combine(day, dt.time(hour, minute), tzinfo=LONDON))
        self.the_mis_exports()
        sync(self.office)

    def given_the_time(self, time: str) -> None:
        """The clock shows this local time."""
        hour, minute = map(int, time.split(":"))
        day = self.clock.now().astimezone(LONDON).date()
        self.clock.set(dt.datetime.combine(day, dt.time(hour, minute), tzinfo=LONDON))

    # ------------------------------------------------------------ when

    def when_the_run_happens(self, time: str | None = None) -> MorningReport:
        """First-day contact runs, at a local time of the day."""
        if time is not None:
            self.given_the_time(time)
        self.the_mis_exports()
        return first_day_contact(self.office)

    def the_mis_exports(self) -> None:
        """The MIS says now what the story has told so far."""
        self.mis.set_roll(self.pupils.values(), self.contacts.values(), self.links, as_at=self.clock.now())
        marks = [Mark(pupil_id, session, code) for (pupil_id, session), code in self.codes.items()]
        self.mis.set_marks(marks, as_at=self.marks_as_at or self.clock.now())
        self.mis.set_registers(self.registers)
        self.mis.set_expected_elsewhere(self.elsewhere)

    def when_somebody_types(self, sheet: str, key: str, **cells: str) -> None:
        """A person types in a row of the Attendance workbook; underscores stand for spaces in the headings."""
        for column, text in cells.items():
            self.attendance.types(sheet, key, column.replace("_", " "), text)

    def when_two_people_release_every_brake(self) -> None:
        """Both sign every brake that stands in the Queue."""
        for key in self.brakes():
            self.when_somebody_types("Queue", key, Decision="release", Initials="AO", Second_initials="BO")

    # ------------------------------------------------------------ then

    def told(self) -> list[str]:
        """The addresses that got a first-day message, in order."""
        return [m.to.reveal() for m in self.mailer.sent if m.purpose is Purpose.FIRST_DAY_ABSENCE]

    def corrected(self) -> list[str]:
        """The addresses that got an in-school note, in order."""
        return [m.to.reveal() for m in self.mailer.sent if m.purpose is Purpose.IN_SCHOOL_CORRECTION]

    def mailed(self, purpose: Purpose) -> list[str]:
        """The addresses that got a message of a purpose, in order."""
        return [m.to.reveal() for m in self.mailer.sent if m.purpose is purpose]

    def on_the_phone_list(self) -> list[str]:
        """The pupils on the phone list, in order."""
        return [row["Pupil"] for row in self.attendance.sees("Phone list")]

    def queue(self) -> list[dict[str, str]]:
        """The rows of the Queue below the switch that stops every message."""
        return self.attendance.sees("Queue")[1:]

    def brakes(self) -> list[str]:
        """The keys of the brakes that stand in the Queue."""
        (queue,) = [sheet for sheet in self.attendance.read(ATTENDANCE) if sheet.sheet == "Queue"]
        return [key for key in queue.rows if key.startswith("brake|")]

    def proposals(self, pupil_id: str, purpose: Purpose = Purpose.FIRST_DAY_ABSENCE) -> list[Proposal]:
        """Every proposal about a pupil."""
        return [p for p in self.store.proposals.find(purpose=purpose) if p.subject_id == pupil_id]

    def states(self, pupil_id: str) -> list[State]:
        """Where the first-day messages about a pupil stand."""
        return [p.state for p in self.proposals(pupil_id)]


def a_teacher(teacher_id: str) -> Teacher:
    """A teacher with an address made from the id."""
    return Teacher(teacher_id, Personal(f"Mx {teacher_id}"), Personal(f"{teacher_id.lower()}@example.org"))
