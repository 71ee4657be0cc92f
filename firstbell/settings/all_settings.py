"""All settings of one school together, and what must hold between them."""

from zoneinfo import ZoneInfo

from pydantic import model_validator

from firstbell.mailboxes import mailbox_for
from firstbell.records import Quota
from firstbell.settings.cases_and_returns import HalfTermSettings, LettersSettings, ReturnsSettings
from firstbell.settings.fields import Section
from firstbell.settings.microsoft365 import Microsoft365Settings
from firstbell.settings.mis import MisSettings
from firstbell.settings.morning import ChaseSettings, FirstDaySettings, RollGuard, SafeguardingSettings, UnusualSettings
from firstbell.settings.office import OfficeSettings, missing_for_microsoft365
from firstbell.settings.outgoing import OutgoingSettings, SmtpSettings
from firstbell.settings.retention import RetentionSettings
from firstbell.settings.school import SchoolSettings, StaffMember
from firstbell.settings.school_day import DayTimes
from firstbell.settings.store import LocalSettings, StoreSettings
from firstbell.settings.timetable import TimetableSettings
from firstbell.settings.watch import WatchdogSettings, WatchSettings
from rules.people import Personal


class Settings(Section):
    """All settings of one school."""

    school: SchoolSettings
    day: DayTimes
    mis: MisSettings
    staff: tuple[StaffMember, ...]
    timetable: TimetableSettings = TimetableSettings()
    chase: ChaseSettings = ChaseSettings()
    first_day: FirstDaySettings = FirstDaySettings()
    unusual: UnusualSettings = UnusualSettings()
    roll: RollGuard = RollGuard()
    safeguarding: SafeguardingSettings = SafeguardingSettings()
    watch: WatchSettings = WatchSettings()
    watchdog: WatchdogSettings = WatchdogSettings()
    returns: ReturnsSettings = ReturnsSettings()
    half_term: HalfTermSettings = HalfTermSettings()
    letters: LettersSettings = LettersSettings()
    retention: RetentionSettings = RetentionSettings()
    office: OfficeSettings = OfficeSettings()
    outgoing: OutgoingSettings = OutgoingSettings()
    smtp: SmtpSettings | None = None
    microsoft365: Microsoft365Settings | None = None
    local: LocalSettings = LocalSettings()
    store: StoreSettings = StoreSettings()

    @model_validator(mode="after")
    def _is_consistent(self) -> "Settings":
        initials = [person.initials for person in self.staff]
        if len(set(initials)) != len(initials):
            raise ValueError("two members of staff have the same initials")
        if self.outgoing.mailer == "smtp" and self.smtp is None:
            raise ValueError("outgoing.mailer is 'smtp', so there must be an [smtp] section")
        if not set(self.watchdog.tell) <= set(initials):
            raise ValueError("watchdog.tell has initials of nobody in [[staff]]")
        if not any(person.is_safeguarding for person in self.staff):
            raise ValueError("at least one member of staff must have is_safeguarding = true")
        if self.watch.postholder and self.person(self.watch.postholder) is None:
            raise ValueError("watch.postholder must be initials of the staff in this file")
        if not set(self.returns.readers) <= set(initials):
            raise ValueError("returns.readers must be initials of the staff in this file")
        if unknown := {self.letters.signed_by, *self.letters.readers} - {*initials, ""}:
            raise ValueError(f"[letters] names {', '.join(sorted(unknown))}, and no [[staff]] has these initials")
        return self

    @model_validator(mode="after")
    def _has_what_microsoft_365_needs(self) -> "Settings":
        if missing := missing_for_microsoft365(self.office, self.outgoing, self.microsoft365):
            raise ValueError(missing)
        return self

    def quota_for(self, address: Personal) -> Quota | None:
        """What the mailbox may send that this address is written to from; None where nothing limits it, as on disk."""
        if self.outgoing.mailer == "smtp" and self.smtp is not None:
            return Quota(self.smtp.sender, self.smtp.quota.at_once, self.smtp.quota.a_minute)
        if self.outgoing.mailer == "microsoft365" and self.microsoft365 is not None:
            mailbox, quota = mailbox_for(address, self.microsoft365.mailboxes), self.microsoft365.quota
            return Quota(mailbox, quota.at_once, quota.a_minute)
        return None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.school.timezone)

    def person(self, initials: str) -> StaffMember | None:
        """The member of staff with these initials, in any case and with any spaces around; None for nobody."""
        return next((p for p in self.staff if p.initials == initials.strip().upper()), None)
