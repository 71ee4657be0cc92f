"""Who the school is, and who may write in its workbooks."""

from typing import Annotated

from pydantic import Field

from firstbell.settings.fields import Email, Initials, Key, Section, TimeZone


class SchoolSettings(Section):
    """Who the school is."""

    key: Key
    name: str
    phone: str
    absence_email: Email
    timezone: TimeZone = "Europe/London"


class StaffMember(Section):
    """Someone who may write in the workbooks, known there by initials; `working_days` are ISO weekdays, 1 Monday."""

    initials: Initials
    name: str
    role: str
    email: Email
    is_safeguarding: bool = False
    working_days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
