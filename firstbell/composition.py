"""Where an office is put together: the only module that makes real connectors and reads a real clock.

Each connector is imported where it is made, so that a command loads only what it uses.
"""

import contextlib
import datetime as dt
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from firstbell.errors import BadInput, Misconfigured
from firstbell.ports import Clock, Copies, Mailer, Store
from firstbell.records import Marks, Permission, Problem, School
from firstbell.settings import EnvironmentSecrets, Settings, load_settings
from firstbell.workflows.office import Office
from rules.calendar import SchoolCalendar
from rules.people import Pupil
from sheets_templates.cases import CASES_WORKBOOK

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
    from connectors.files import FilesMis  # noqa: PLC0415 - loaded where it is used
    from connectors.local.anchors import AnchorFile  # noqa: PLC0415
    from connectors.local.channel import LocalChannel  # noqa: PLC0415
    from connectors.local.folders import LocalFolders  # noqa: PLC0415
    from connectors.local.workbook import LocalWorkbook  # noqa: PLC0415
    from firstbell.messages.rendering import Wording  # noqa: PLC0415

    folder = place_of(settings, rehearse=rehearse)
    school = School(settings.school.key, settings.school.name)
    return Office(
        settings=settings,
        mis=FilesMis(
            settings.mis.folder,
            school,
            settings.local.folder / COLUMN_MAPPING,
            afternoon_from_period=settings.mis.afternoon_from_period,
        ),
        store=open_store_for(settings, rehearse=rehearse, run=run),
        attendance_workbook=LocalWorkbook(folder / "Attendance.xlsx"),
        safeguarding_workbook=LocalWorkbook(folder / "Safeguarding" / "Safeguarding.xlsx"),
        cases_workbook=LocalWorkbook(folder / CASES_FILE),
        mailer=_mailer(settings, folder, clock, run, rehearse=rehearse),
        channel=LocalChannel(folder / CHANNEL, clock),
        anchors=AnchorFile(folder / settings.local.anchors),
        folders=LocalFolders(folder / RESTRICTED),
        clock=clock,
        wording=Wording.of_school(settings.local.folder / "message_templates"),
    )


def confirm_columns(settings: Settings) -> None:
    """Write down which column of each export holds what, as confirmed by the person who has just looked at it."""
    from connectors.files import confirm_columns as confirm  # noqa: PLC0415

    confirm(settings.mis.folder, settings.local.folder / COLUMN_MAPPING)


def place_of(settings: Settings, *, rehearse: bool) -> Path:
    """Where workbooks, outbox and store stand: a rehearsal has a folder of its own."""
    return settings.local.folder / "rehearsal" if rehearse else settings.local.folder


def _mailer(settings: Settings, folder: Path, clock: Clock, run: str, *, rehearse: bool) -> Mailer:
    mailer = _real_mailer(settings, folder, clock, run)
    if not rehearse:
        return mailer
    from firstbell.workflows.outgoing.rehearsal import RehearsalMailer  # noqa: PLC0415

    return RehearsalMailer(mailer, settings.outgoing.rehearsal_recipients)


def _real_mailer(settings: Settings, folder: Path, clock: Clock, run: str) -> Mailer:
    if settings.outgoing.mailer == "local":
        from connectors.local.outbox import LocalOutbox  # noqa: PLC0415

        return LocalOutbox(folder / OUTBOX, clock, sender=settings.school.absence_email, run=run)
    from connectors.smtp import SmtpMailer  # noqa: PLC0415

    if settings.smtp is None:
        raise Misconfigured("outgoing.mailer is 'smtp', so school.toml needs an [smtp] section")
    return SmtpMailer(settings.smtp, EnvironmentSecrets(), clock)


def copies_of(settings: Settings, *, rehearse: bool) -> Copies:
    """The copies that runs leave on disk, for the retention job and for erasure."""
    from connectors.local.copies import LocalCopies  # noqa: PLC0415 - loaded where it is used

    return LocalCopies(place_of(settings, rehearse=rehearse))


def permissions_in_use(settings: Settings) -> tuple[Permission, ...]:
    """What the connectors these settings use may do, as each connector's own folder says it."""
    mailers = ("smtp",) if settings.outgoing.mailer == "smtp" else ()
    systems = (settings.mis.kind, "local", *mailers, "store_sql")
    return tuple(found for system in systems for found in _permissions_of(system, settings.store.kind))


def _permissions_of(system: str, store: str) -> Iterator[Permission]:
    text = (CONNECTORS / system / "permissions.toml").read_text(encoding="utf-8")
    for told in tomllib.loads(text)["permissions"]:
        if told.pop("when", store) == store:
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
    return open_store(place_of(settings, rehearse=rehearse) / "firstbell.db", school, make=make, zone=zone, run=run)


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
