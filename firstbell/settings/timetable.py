"""When the jobs that are no part of the school morning are due."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from firstbell.settings.fields import Section


class TimetableSettings(Section):
    """When jobs are due that a platform or `firstbell serve` starts, in local time; the morning's stand under [day].

    `last_contact_at`: first-day contact runs every quarter of an hour until then, or until the afternoon session ends
    if that is later. `weekly_on`: the weekday of the weekly job, 1 Monday; without school that day, the next school day
    of the week. `night_at`: the self-check and the retention job, every night.
    """

    last_contact_at: dt.time = dt.time(17)
    weekly_on: Annotated[int, Field(ge=1, le=5)] = 1
    weekly_at: dt.time = dt.time(16)
    night_at: dt.time = dt.time(3)
