"""A school's settings, read from its `school.toml`.

Whatever the law does not fix, and whatever we could not establish, is a setting here and no constant anywhere.
Unknown keys are refused, so a misspelt one can't be dropped in silence.
"""

from firstbell.settings.all_settings import Settings
from firstbell.settings.cases_and_returns import HalfTermSettings, LettersSettings, ReturnsSettings
from firstbell.settings.environment import (
    EnvironmentSecrets,
    GoogleAddresses,
    StorageAccount,
    google_addresses,
    schools_place,
    storage_account,
)
from firstbell.settings.fields import Section
from firstbell.settings.loading import load_settings, settings_text
from firstbell.settings.microsoft365 import ChannelSettings, LibrarySettings, Microsoft365Settings
from firstbell.settings.mis import MisSettings
from firstbell.settings.morning import ChaseSettings, FirstDaySettings, RollGuard, SafeguardingSettings, UnusualSettings
from firstbell.settings.office import OfficeSettings
from firstbell.settings.outgoing import OutgoingSettings, QuotaSettings, SmtpSettings
from firstbell.settings.retention import RetentionSettings
from firstbell.settings.school import SchoolSettings, StaffMember
from firstbell.settings.school_day import DayTimes, RegisterTimes
from firstbell.settings.store import LocalSettings, StoreSettings
from firstbell.settings.timetable import TimetableSettings
from firstbell.settings.watch import WatchdogSettings, WatchSettings

__all__ = [
    "ChannelSettings",
    "ChaseSettings",
    "DayTimes",
    "EnvironmentSecrets",
    "FirstDaySettings",
    "GoogleAddresses",
    "HalfTermSettings",
    "LettersSettings",
    "LibrarySettings",
    "LocalSettings",
    "Microsoft365Settings",
    "MisSettings",
    "OfficeSettings",
    "OutgoingSettings",
    "QuotaSettings",
    "RegisterTimes",
    "RetentionSettings",
    "ReturnsSettings",
    "RollGuard",
    "SafeguardingSettings",
    "SchoolSettings",
    "Section",
    "Settings",
    "SmtpSettings",
    "StaffMember",
    "StorageAccount",
    "StoreSettings",
    "TimetableSettings",
    "UnusualSettings",
    "WatchSettings",
    "WatchdogSettings",
    "google_addresses",
    "load_settings",
    "schools_place",
    "settings_text",
    "storage_account",
]
