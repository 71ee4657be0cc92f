"""An office: each port with the connector behind it that the school's settings name."""

import contextlib
import dataclasses
import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from firstbell.composition.clocks import clock_for
from firstbell.composition.exports import mis_of
from firstbell.composition.places import CASES_FILE, CHANNEL, OUTBOX, RESTRICTED, place_of
from firstbell.composition.stores import open_store_for
from firstbell.errors import Misconfigured
from firstbell.ports import Channel, Clock, Copies, Folders, Mailer, Workbook
from firstbell.settings import EnvironmentSecrets, Settings, load_settings
from firstbell.workflows.office import Office

if TYPE_CHECKING:
    from firstbell.in_microsoft365 import InMicrosoft365


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


def draw_pages(office: Office, *, rehearse: bool) -> tuple[Path, Path]:
    """Draw the pages on which a person looks at the local outbox and channel. Returns where they are."""
    from connectors.local.pages import draw_channel, draw_outbox  # noqa: PLC0415

    folder, zone = place_of(office.settings, rehearse=rehearse), office.settings.zone
    as_at = f"{office.clock.now().astimezone(zone):%A %d %B %Y, %H:%M}"
    outbox = draw_outbox(folder / OUTBOX, as_at=as_at, zone=zone)
    return outbox, draw_channel(folder / CHANNEL, as_at=as_at, zone=zone)


def copies_of(settings: Settings, *, rehearse: bool) -> Copies:
    """The copies that runs leave on disk, for the retention job and for erasure."""
    from connectors.local.copies import LocalCopies  # noqa: PLC0415 - loaded where it is used

    return LocalCopies(place_of(settings, rehearse=rehearse))
