"""Where an office is put together: the only module that makes real connectors and reads a real clock.

Each connector is imported where it is made, so that a command loads only what it uses.
"""

import contextlib
import dataclasses
import datetime as dt
import secrets
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from firstbell.errors import BadInput, Misconfigured
from firstbell.job_days import JobDay
from firstbell.ports import Channel, Clock, Copies, Folders, LaterJobs, Mailer, Mis, Store, Workbook
from firstbell.records import Marks, Permission, Problem, School
from firstbell.settings import EnvironmentSecrets, Settings, google_addresses, load_settings, storage_account
from firstbell.workflows.office import Office
from rules.calendar import SchoolCalendar
from rules.people import Pupil
from sheets_templates.cases import CASES_WORKBOOK

if TYPE_CHECKING:
    from firstbell.in_microsoft365 import InMicrosoft365

STORE_FILE = "firstbell.db"
OUTBOX, CHANNEL = Path("outbox"), Path("Safeguarding") / "channel"
LIKELY_YEARS = range(2000, 2200)
RESTRICTED = Path("Restricted")
# Inside a restricted folder, so that reading its access back tells who can open the workbook.
CASES_FILE = RESTRICTED / CASES_WORKBOOK.name / f"{CASES_WORKBOOK.name}.xlsx"
COLUMN_MAPPING = "column-mapping.toml"
CONNECTORS = Path(__file__).parents[1] / "connectors"


class SystemClock:
    """The computer's clock."""

    def now(self) -> dt.datetime:
        """The moment, in UTC."""
        return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the home of the real clock


@dataclass
class SetClock:
    """A clock that stands where it was set: for `--at`, replays and the demo."""

    moment: dt.datetime

    def now(self) -> dt.datetime:
        """The moment it was set to, in UTC."""
        return self.moment.astimezone(dt.UTC)


def pause(seconds: float) -> None:
    """Wait, while another run is at work."""
    time.sleep(seconds)


def new_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(24)


def clock_for(settings: Settings, at: dt.datetime | None) -> Clock:
    """The real clock, or one that stands at a local time of the school. Raises BadInput for a time out of all use."""
    if at is None:
        return SystemClock()
    if at.year not in LIKELY_YEARS:
        raise BadInput("--at", f"the year {at.year}", f"a year from {LIKELY_YEARS[0]} to {LIKELY_YEARS[-1]}")
    return clock_at(settings, at)


def clock_at(settings: Settings, at: dt.datetime) -> SetClock:
    """A clock that stands at a local time of the school."""
    return SetClock(at if at.tzinfo else at.replace(tzinfo=settings.zone))


def open_office(config: Path, *, at: dt.datetime | None = None, rehearse: bool = False) -> Office:
    """An office from its `school.toml`. Raises BadInput, Misconfigured.

    A rehearsal has its own store, workbooks and outbox, so that nothing it does can stand in the way of the real
    thing; with `outgoing.rehearsal` true, every run is one.
    """
    settings = load_settings(config)
    return office_of(settings, clock_for(settings, at), rehearse=rehearse or settings.outgoing.rehearsal)


def office_of(settings: Settings, clock: Clock, *, rehearse: bool, run: str = "") -> Office:
    """Put the connectors that the settings name behind the ports. `run` names this run; without one it gets a name."""
    with contextlib.ExitStack() as unless_made:
        parts = _Parts(settings, clock, run, rehearse, unless_made)
        office = _office_of(parts)
        return dataclasses.replace(office, shared=unless_made.pop_all())


def _office_of(parts: "_Parts") -> Office:
    from connectors.local.anchors import AnchorFile  # noqa: PLC0415 - loaded where it is used
    from firstbell.messages.rendering import Wording  # noqa: PLC0415

    settings = parts.settings
    return Office(
        settings=settings,
        mis=mis_of(settings),
        attendance_workbook=parts.attendance_workbook(),
        safeguarding_workbook=parts.safeguarding_workbook(),
        cases_workbook=parts.cases_workbook(),
        mailer=parts.mailer(),
        channel=parts.channel(),
        folders=parts.folders(),
        anchors=AnchorFile(parts.folder / settings.local.anchors),
        clock=parts.clock,
        wording=Wording.of_school(settings.local.folder / "message_templates"),
        store=open_store_for(settings, rehearse=parts.rehearse, run=parts.run),  # the last, for it opens something
    )


def mis_of(settings: Settings) -> Mis:
    """Where roll and registers come from."""
    from connectors.files import FilesMis  # noqa: PLC0415 - loaded where it is used

    return FilesMis(
        settings.mis.folder,
        School(settings.school.key, settings.school.name),
        settings.local.folder / COLUMN_MAPPING,
        afternoon_from_period=settings.mis.afternoon_from_period,
    )


def calendar_of(settings: Settings) -> SchoolCalendar:
    """The school's calendar, without opening its office. Raises BadInput, RetryLater, NeedsHuman."""
    return mis_of(settings).calendar()


@dataclass
class _Parts:
    """Each part of the office, made of the connector that its setting names. A rehearsal has places of its own."""

    settings: Settings
    clock: Clock
    run: str
    rehearse: bool
    closing: contextlib.ExitStack

    @property
    def folder(self) -> Path:
        return place_of(self.settings, rehearse=self.rehearse)

    @cached_property
    def cloud(self) -> "InMicrosoft365":
        """The one connection to Microsoft 365, made for the first part that lives there."""
        from firstbell.in_microsoft365 import InMicrosoft365  # noqa: PLC0415 - loaded where it is used

        made = InMicrosoft365(self.settings, EnvironmentSecrets(), self.clock)
        self.closing.callback(made.close)
        return made

    def attendance_workbook(self) -> Workbook:
        if self.settings.office.workbooks == "microsoft365":
            return self.cloud.attendance_workbook(rehearse=self.rehearse)
        return self._local_workbook(Path("Attendance.xlsx"))

    def safeguarding_workbook(self) -> Workbook:
        if self.settings.office.workbooks == "microsoft365":
            return self.cloud.safeguarding_workbook(rehearse=self.rehearse)
        return self._local_workbook(Path("Safeguarding") / "Safeguarding.xlsx")

    def cases_workbook(self) -> Workbook:
        """Where the restricted folders are, because who may open it is read back from one of them."""
        if self._folders_are_in_the_cloud:
            return self.cloud.cases_workbook()
        return self._local_workbook(CASES_FILE)

    def folders(self) -> Folders:
        from connectors.local.folders import LocalFolders  # noqa: PLC0415 - loaded where it is used

        return self.cloud.folders() if self._folders_are_in_the_cloud else LocalFolders(self.folder / RESTRICTED)

    def channel(self) -> Channel:
        from connectors.local.channel import LocalChannel  # noqa: PLC0415 - loaded where it is used

        if self.settings.office.channel == "microsoft365" and not self.rehearse:
            return self.cloud.channel()
        return LocalChannel(self.folder / CHANNEL, self.clock)

    def mailer(self) -> Mailer:
        from firstbell.workflows.outgoing.rehearsal import RehearsalMailer  # noqa: PLC0415 - loaded where it is used

        mailer = self._real_mailer()
        return RehearsalMailer(mailer, self.settings.outgoing.rehearsal_recipients) if self.rehearse else mailer

    def _real_mailer(self) -> Mailer:
        if self.settings.outgoing.mailer == "microsoft365":
            return self.cloud.mailer()
        if self.settings.outgoing.mailer == "local":
            from connectors.local.outbox import LocalOutbox  # noqa: PLC0415

            sender = self.settings.school.absence_email
            return LocalOutbox(self.folder / OUTBOX, self.clock, sender=sender, run=self.run)
        from connectors.smtp import SmtpMailer  # noqa: PLC0415

        if self.settings.smtp is None:
            raise Misconfigured("outgoing.mailer is 'smtp', so school.toml needs an [smtp] section")
        return SmtpMailer(self.settings.smtp, EnvironmentSecrets(), self.clock)

    @property
    def _folders_are_in_the_cloud(self) -> bool:
        return self.settings.office.folders == "microsoft365" and not self.rehearse

    def _local_workbook(self, path: Path) -> Workbook:
        from connectors.local.workbook import LocalWorkbook  # noqa: PLC0415 - loaded where it is used

        return LocalWorkbook(self.folder / path)


def pubsub_publisher() -> Callable[[str, Sequence[str]], None]:
    """What puts messages on the Pub/Sub topics of the project that this runs in."""
    from connectors.pubsub import PubSubTopics  # noqa: PLC0415 - loaded where it is used

    google = google_addresses()
    return PubSubTopics(SystemClock(), pubsub=google.pubsub, metadata=google.metadata).publish


def storage_queue_jobs(clock: Clock) -> AbstractContextManager[LaterJobs]:
    """Azure's queue for what is left of a job, by the clock of its triggers. Raises Misconfigured."""
    from connectors.azure_storage import StorageJobs  # noqa: PLC0415 - loads slowly

    return contextlib.closing(StorageJobs(storage_account(), clock))


def cloud_tasks_jobs(clock: Clock) -> AbstractContextManager[LaterJobs]:
    """Google's way to the queue for what is left of a job."""
    from connectors.cloud_tasks import CloudTasksJobs  # noqa: PLC0415 - loaded where it is used

    google = google_addresses()
    return contextlib.closing(CloudTasksJobs(clock, tasks=google.tasks, pubsub=google.pubsub, metadata=google.metadata))


def confirm_columns(settings: Settings) -> None:
    """Write down which column of each export holds what, as confirmed by the person who has just looked at it."""
    from connectors.files import confirm_columns as confirm  # noqa: PLC0415

    confirm(settings.mis.folder, settings.local.folder / COLUMN_MAPPING)


def place_of(settings: Settings, *, rehearse: bool) -> Path:
    """Where workbooks, outbox and store stand: a rehearsal has a folder of its own."""
    return settings.local.folder / "rehearsal" if rehearse else settings.local.folder


def copies_of(settings: Settings, *, rehearse: bool) -> Copies:
    """The copies that runs leave on disk, for the retention job and for erasure."""
    from connectors.local.copies import LocalCopies  # noqa: PLC0415 - loaded where it is used

    return LocalCopies(place_of(settings, rehearse=rehearse))


def permissions_in_use(settings: Settings) -> tuple[Permission, ...]:
    """What the connectors these settings use may do, as each connector's own folder says it."""
    from firstbell.data_protection.pack import features_of  # noqa: PLC0415 - loaded where it is used

    parts = (settings.office.workbooks, settings.office.folders, settings.office.channel, settings.outgoing.mailer)
    clouds = sorted({system for system in parts if system != "local"})
    systems = (settings.mis.kind, "local", *clouds, "store_sql")
    features = features_of(settings)
    return tuple(found for system in systems for found in _permissions_of(system, features))


def _permissions_of(system: str, features: frozenset[str]) -> Iterator[Permission]:
    text = (CONNECTORS / system / "permissions.toml").read_text(encoding="utf-8")
    for told in tomllib.loads(text)["permissions"]:
        when = told.pop("when", None)
        if when is None or when in features:
            yield Permission(system, **told)


def draw_pages(office: Office, *, rehearse: bool) -> tuple[Path, Path]:
    """Draw the pages on which a person looks at the local outbox and channel. Returns where they are."""
    from connectors.local.pages import draw_channel, draw_outbox  # noqa: PLC0415

    folder, zone = place_of(office.settings, rehearse=rehearse), office.settings.zone
    as_at = f"{office.clock.now().astimezone(zone):%A %d %B %Y, %H:%M}"
    outbox = draw_outbox(folder / OUTBOX, as_at=as_at, zone=zone)
    return outbox, draw_channel(folder / CHANNEL, as_at=as_at, zone=zone)


def open_store_for(settings: Settings, *, rehearse: bool = False, make: bool = True, run: str = "") -> Store:
    """The school's store: registers, ledger and proposals, in one file beside the workbooks or on a server.

    `make` False refuses a store that is not there; one on a server is never made by a run. Raises Misconfigured,
    RetryLater.
    """
    from connectors.store_sql import open_server_store, open_store  # noqa: PLC0415

    school, zone = settings.school.key, settings.zone
    if settings.store.kind == "postgres":
        return open_server_store(settings.store, EnvironmentSecrets(), school, rehearsal=rehearse, zone=zone)
    return open_store(place_of(settings, rehearse=rehearse) / STORE_FILE, school, make=make, zone=zone, run=run)


@contextlib.contextmanager
def job_days_of_many(connections: int) -> Iterator[Callable[[Settings, dt.date], tuple[JobDay, ...]]]:
    """What reads how a school's jobs went on a day, for many schools: those on a server share so many connections.

    A store in a file that no run has made yet knows of none. It raises as `open_store_for` does.
    """
    from connectors.store_sql.many import ServerJobDays  # noqa: PLC0415 - loaded where it is used

    def job_days(settings: Settings, day: dt.date) -> tuple[JobDay, ...]:
        rehearse = settings.outgoing.rehearsal
        if settings.store.kind == "postgres":
            return servers.job_days(settings.store, settings.school.key, day, rehearsal=rehearse)
        if not (place_of(settings, rehearse=rehearse) / STORE_FILE).exists():
            return ()
        with contextlib.closing(open_store_for(settings, rehearse=rehearse, make=False)) as store:
            return store.desk.job_days(day)

    with contextlib.closing(ServerJobDays(EnvironmentSecrets(), connections)) as servers:
        yield job_days


def prepare_store_for(settings: Settings, *, owner: str, password_secret: str) -> None:
    """Make or migrate the tables on a server as their owner, and enter the school. Raises Misconfigured, RetryLater."""
    from connectors.store_sql.prepare import prepare_server_store  # noqa: PLC0415

    if settings.store.kind != "postgres":
        raise Misconfigured("a store in a file needs no preparing: the first run makes it")
    secrets = EnvironmentSecrets()
    prepare_server_store(settings.store, secrets, settings.school.key, owner=owner, secret=password_secret)


@contextlib.contextmanager
def practice_store(settings: Settings, begins: dt.datetime) -> Iterator[tuple[Store, SetClock]]:
    """An empty store of the school for a replay, gone afterwards, and a clock that the replay moves."""
    from connectors.store_sql import open_store  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="firstbell-replay-", ignore_cleanup_errors=True) as folder:
        store = open_store(Path(folder) / "practice.db", settings.school.key, zone=settings.zone)
        with contextlib.closing(store):
            yield store, clock_at(settings, begins)


@dataclass(frozen=True, slots=True)
class PlainFileReaders:
    """Readers of the plain files that the commands over files take."""

    marks: Callable[[Path], Marks]
    pupils: Callable[[Path], tuple[tuple[Pupil, ...], tuple[Problem, ...]]]
    calendar: Callable[[Path], SchoolCalendar]


def plain_file_readers() -> PlainFileReaders:
    """The readers of marks, pupils and calendar files, for commands that need no office."""
    from connectors.files import read_calendar, read_marks, read_pupils  # noqa: PLC0415

    return PlainFileReaders(read_marks, read_pupils, read_calendar)
