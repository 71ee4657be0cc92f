"""The demo's morning at a school, on this computer or inside a Microsoft 365 of pretence: what people and jobs do.

Jobs run as real processes of the command line, or in this one through the same composition. In Microsoft 365 the
connection, the sign-in and Microsoft's SDK are the real ones either way.
"""

import contextlib
import datetime as dt
import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from unittest import mock

from openpyxl.worksheet.worksheet import Worksheet

from connectors.microsoft365.graph import Graph
from firstbell import in_microsoft365
from firstbell.composition.clocks import SetClock
from firstbell.composition.exports import confirm_columns
from firstbell.composition.offices import office_of
from firstbell.composition.stores import open_store_for
from firstbell.demo.exports import Exports
from firstbell.demo.moments import Moment, Typed
from firstbell.demo.morning import ZONE, make_morning
from firstbell.demo.play import FILES, JOBS, cells_of, keys_about
from firstbell.demo.school import DemoSchool, make_school
from firstbell.demo.school_toml import OUTGOING
from firstbell.errors import FirstbellError
from firstbell.records import Proposal, State
from firstbell.settings import Settings, load_settings
from firstbell.testing.microsoft import school as tenants
from firstbell.testing.microsoft.apps import Person
from firstbell.testing.microsoft.asked import Answer, Request
from firstbell.testing.microsoft.parts import ROUTES
from firstbell.testing.microsoft.sandbox import Sandbox
from firstbell.testing.microsoft.school_folder import make_app_certificate, outgoing_of
from firstbell.testing.microsoft.server import Running, running
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.workbook_books import live_book
from firstbell.testing.microsoft.workbook_person import LivePerson
from firstbell.testing.workbook_person import KEY, add_row, cell_of, header_row, headings, type_row
from firstbell.testing.workbook_person import Person as PersonAtAFile
from firstbell.workflows.office import Office
from rules.contact.purposes import Purpose

ROOT = Path(__file__).parents[2]
DAY, PUPILS, SEED = dt.date(2026, 11, 23), 60, 1
PUT_RIGHT = dt.time(9, 52)  # when the demo's office puts the mis-clicked register right; here two people release it
CASES = "Attendance cases"
ONCE_MORE = dt.time(10, 5)
TO_FAMILIES = frozenset({Purpose.FIRST_DAY_ABSENCE, Purpose.IN_SCHOOL_CORRECTION})
UNFINISHED = frozenset({State.RELEASING, State.SENDING, State.UNKNOWN})
IN_LIBRARIES = {
    "Attendance": (tenants.ATTENDANCE, "Attendance.xlsx"),
    "Safeguarding": (tenants.SAFEGUARDING, "Safeguarding.xlsx"),
    "Attendance cases": (tenants.RESTRICTED, "Attendance cases/Attendance cases.xlsx"),
}
OWN_COLUMN, OWN_WORDS, COLOUR = "My notes", "rang at ten", "FFABCDEF"
NOT_DRAWN = "could not be brought up to date"
Told = Counter[tuple[str, str, str]]


class Listening(Sandbox):
    """Keeps every request that came, those inside batches too. Something may happen `before` and `after` each.

    `at_work` counts those that came and are not answered yet.
    """

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(tenant, ROUTES)
        self.at_work, self._counting = 0, threading.Lock()
        self.renew(tenant)

    def renew(self, tenant: Tenant) -> None:
        """Another tenant, and nothing heard."""
        self.tenant, self.heard = tenant, list[Request]()
        self.before = self.after = lambda _request: None

    def answer(self, request: Request) -> Answer:
        self.heard.append(request)
        self._comes_or_goes(1)
        try:
            self.before(request)
            answer = super().answer(request)
            self.after(request)
        finally:
            self._comes_or_goes(-1)
        return answer

    def _comes_or_goes(self, one: int) -> None:
        with self._counting:
            self.at_work += one


@cache
def the_school(seed: int = SEED) -> tuple[DemoSchool, tuple[Moment, ...]]:
    """The school and its whole story; the mis-clicked form's register is not put right, so it needs two people."""
    school = make_school(DAY, pupils=PUPILS, seed=seed)
    return school, tuple(m for m in make_morning(school) if m.at.astimezone(ZONE).time() != PUT_RIGHT)


def todays_morning(seed: int = SEED) -> tuple[Moment, ...]:
    """Every moment of the day itself, but for what is typed into a workbook of weeks before."""
    _, moments = the_school(seed)
    today = [m for m in moments if m.at.astimezone(ZONE).date() == DAY]
    return tuple(replace(m, typed=tuple(t for t in m.typed if t.workbook != CASES)) for m in today)


def short_morning(seed: int = SEED) -> tuple[Moment, ...]:
    """What leaves for families, the cards and the letters of cases: no chase, no weekly watch."""
    kept = [m for m in todays_morning(seed) if m.job not in {"chase", "weekly", "returns"}]
    kept = [replace(m, job="first-day-contact") if m.at.astimezone(ZONE).time() == ONCE_MORE else m for m in kept]
    cases_at = dt.datetime.combine(DAY, dt.time(10, 50), tzinfo=ZONE).astimezone(dt.UTC)
    return (*kept, Moment(cases_at, "The letters of cases are drafted.", "cases"))


@contextlib.contextmanager
def listening(folder: Path) -> Iterator[Running]:
    """A sandbox for many mornings, the app's certificate beside it; each morning brings a tenant of its own."""
    (folder / "public.pem").write_text(make_app_certificate(folder), encoding="utf-8")
    with running(Listening(Tenant("none", SetClock(dt.datetime.now(dt.UTC)).now)), folder) as service:
        yield service


class AtSchool:
    """One school's morning in a folder, with everything on this computer."""

    def __init__(self, folder: Path, seed: int = SEED) -> None:
        self.seed, (self.school, moments) = seed, the_school(seed)
        self.folder, self.clock = folder, SetClock(moments[0].at)
        self.exports = Exports(folder, self.school)
        self.exports.write(self.clock.moment)
        self._move_in()
        self.settings: Settings = load_settings(self.config)
        confirm_columns(self.settings)

    @property
    def config(self) -> Path:
        return self.folder / "school.toml"

    def _move_in(self) -> None:
        """Everything is on this computer as it is."""

    def person_in(self, workbook: str) -> PersonAtAFile | LivePerson:
        return PersonAtAFile(self.folder / FILES[workbook])

    @contextlib.contextmanager
    def office(self) -> Iterator[Office]:
        with contextlib.closing(office_of(self.settings, SetClock(self.clock.moment), rehearse=False)) as office:
            yield office

    def it_is(self, moment: Moment) -> None:
        """The clocks show it, and the MIS exports what it would by then."""
        self.clock.moment = moment.at
        self.exports.play(moment)

    def people_type(self, everything: tuple[Typed, ...]) -> None:
        """Each person types their own."""
        for typed in everything:
            with self.office() as office:
                cells, keys = cells_of(office, typed), () if typed.is_new_row else keys_about(office, typed)
            person = self.person_in(typed.workbook)
            if typed.is_new_row:
                self._adds_a_row(person, typed.sheet, cells)
            for key in keys:
                person.changes(lambda book, key=key, typed=typed, cells=cells: type_row(book[typed.sheet], key, cells))

    def _adds_a_row(self, person: PersonAtAFile | LivePerson, sheet: str, cells: dict[str, str]) -> None:
        if isinstance(person, LivePerson):
            person.adds_a_row(sheet, cells)
        else:
            person.changes(lambda book: add_row(book[sheet], cells))

    def run(self, job: str) -> str:
        """One job in this process; the sentence that says what it could not do, empty where it did all."""
        with self.office() as office:
            try:
                report = JOBS[job](office)
            except FirstbellError as stop:
                return str(stop)
        said = (*getattr(report, "undrawn", ()), *getattr(report, "needs", ()))
        return next((sentence for sentence in said if NOT_DRAWN in sentence), "")

    def two_people_release_the_form(self) -> None:
        """Both sign the brake of the form in which everybody is marked absent."""
        with self.office() as office:
            initials = [person.initials for person in office.settings.staff if not person.is_safeguarding][:2]
        cells = dict(zip(("Decision", "Initials", "Second initials"), ("release", *initials), strict=True))
        self.person_in("Attendance").changes(lambda book: type_row(book["Queue"], _brake_in(book["Queue"]), cells))

    def proposals(self) -> tuple[Proposal, ...]:
        with contextlib.closing(open_store_for(self.settings)) as store:
            return store.proposals.find()

    def told(self) -> Told:
        """Purpose, who and which pupil, of each message to a family that the store says has gone."""
        gone = (p for p in self.proposals() if p.purpose in TO_FAMILIES and p.state in {State.SENT, State.BOUNCED})
        return Counter((p.purpose, p.address.reveal(), p.subject_id) for p in gone)


class InTheCloud(AtSchool):
    """The same in a tenant of its own."""

    def __init__(self, folder: Path, service: Running, seed: int = SEED) -> None:
        self._service, self.sandbox = service, service.sandbox
        super().__init__(folder, seed)

    def _move_in(self) -> None:
        home = self._service.certificate_authority.parent
        for name in ("app.pem", self._service.certificate_authority.name):
            shutil.copy(home / name, self.folder / name)
        staff = [Person(person.email, person.name, person.role) for person in self.school.staff.office]
        certificate = (home / "public.pem").read_text(encoding="utf-8")
        self.sandbox.renew(tenants.school_tenant(self.clock.now, certificates=(certificate,), staff=staff))
        ours = outgoing_of(self._service.url, self._service.certificate_authority)
        told = self.config.read_text(encoding="utf-8")
        self.config.write_text(told.replace(OUTGOING, ours), encoding="utf-8")
        os.environ["FIRSTBELL_SECRET_TEAMS"] = self.channel.hook(self._service.url)

    @property
    def tenant(self) -> Tenant:
        return self.sandbox.tenant

    @property
    def channel(self):
        return self.tenant.channels[tenants.CHANNEL]

    def person_in(self, workbook: str) -> LivePerson:
        library, path = IN_LIBRARIES[workbook]
        return LivePerson(self.tenant, tenants.drive_id(library), path)

    def run(self, job: str) -> str:
        """Waits inside a request take no time."""
        with mock.patch.object(in_microsoft365, "Graph", partial(Graph, sleep=lambda _: None)):
            return super().run(job)

    def start(self, job: str) -> subprocess.Popen[str]:
        """One job as a process of the command line."""
        at = f"{self.clock.moment.astimezone(ZONE):%Y-%m-%dT%H:%M:%S}"
        command = [sys.executable, "-m", "firstbell", "run", job, "--config", str(self.config), "--at", at]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.folder, env=environment, text=True, **pipes)

    def arrived(self) -> Counter[tuple[str, str]]:
        """How often each message reached somebody: its key, and who."""
        return Counter((each.mail["x-firstbell-key"], each.to) for each in self.tenant.mail.arrived)

    def somebody_makes_it_theirs(self) -> str:
        """Adds a column of their own to Today, types beside the stopped pupil, and colours it; the key of the row."""
        person = self.person_in("Attendance")
        with self.office() as office:
            (key,) = keys_about(office, Typed("Attendance", "Today", stopped_pupil(self.seed), {}))
        person.adds_a_column("Today", "", OWN_COLUMN)
        person.types("Today", key, OWN_COLUMN, OWN_WORDS)
        person.colours("Today", key, OWN_COLUMN, COLOUR)
        return key

    def is_still_theirs(self, key: str) -> bool:
        """Whether column, words and colour stand where they were put."""
        item = self.person_in("Attendance").item
        cell = cell_of(live_book(self.tenant, item).book["Today"], key, OWN_COLUMN)
        return cell.value == OWN_WORDS and cell.fill.fgColor.rgb == COLOUR


def stopped_pupil(seed: int = SEED) -> str:
    """Whose message the office stops; still absent at the end of the morning."""
    typed = (each for moment in the_school(seed)[1] for each in moment.typed)
    return next(each.pupil_id for each in typed if each.cells.get("Decision") == "stop")


def _brake_in(page: Worksheet) -> str:
    place = next(column for heading, column in headings(page).items() if heading.startswith(KEY))
    keys = (str(page.cell(row, place).value) for row in range(header_row(page) + 1, page.max_row + 1))
    return next(key for key in keys if key.startswith("brake|"))
