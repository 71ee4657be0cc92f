"""The office: the ports and settings that a duty works with. Composition makes one; workflows only take it."""

import contextlib
import datetime as dt
from dataclasses import dataclass, field

from firstbell.messages.rendering import Wording
from firstbell.ports import Anchors, Channel, Clock, Folders, Mailer, Mis, Store, Workbook
from firstbell.settings import Settings


@dataclass(frozen=True, slots=True)
class Office:
    """One school's attendance office. `shared` closes what several ports work over, such as one connection.

    `takes_until`: from when on a run that a platform pays for takes no new message to a family; None for no end.
    """

    settings: Settings
    mis: Mis
    store: Store
    attendance_workbook: Workbook
    safeguarding_workbook: Workbook
    cases_workbook: Workbook
    mailer: Mailer
    channel: Channel
    folders: Folders
    anchors: Anchors
    clock: Clock
    wording: Wording
    shared: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    takes_until: dt.datetime | None = None

    def close(self) -> None:
        """Let go of the mail service, the store and what is shared at the end of a run, each even if another can't."""
        with contextlib.ExitStack() as each:
            each.callback(self.shared.close)
            each.callback(self.store.close)
            each.callback(self.mailer.close)

    def today(self) -> dt.date:
        """The school's own date at this moment."""
        return self.clock.now().astimezone(self.settings.zone).date()

    def at(self, day: dt.date, time: dt.time) -> dt.datetime:
        """A local time of the school on a date, in UTC."""
        return dt.datetime.combine(day, time, tzinfo=self.settings.zone).astimezone(dt.UTC)

    def end_of(self, day: dt.date) -> dt.datetime:
        """The midnight that ends a day of the school, in UTC."""
        return self.at(day + dt.timedelta(days=1), dt.time())

    def is_time_up(self, *, by: dt.timedelta = dt.timedelta()) -> bool:
        """Whether this run has worked for as long as it may, and so much longer: what is left goes in another."""
        return self.takes_until is not None and self.clock.now() >= self.takes_until + by

    def local_time(self, moment: dt.datetime) -> str:
        """A moment as people at the school read it: 09:45."""
        return f"{moment.astimezone(self.settings.zone):%H:%M}"
