"""The school day: when registers open and close, and when each job of the day is due."""

import datetime as dt

from pydantic import model_validator

from firstbell.settings.fields import Section


class RegisterTimes(Section):
    """When a session's register opens and closes, and when the session ends; the same for all pupils, in local time.

    A register stays open for 30 minutes at most (DfE guidance; rules/parameters/attendance_register).
    """

    opens: dt.time
    closes: dt.time
    session_ends: dt.time

    @model_validator(mode="after")
    def _is_in_order(self) -> "RegisterTimes":
        if not self.opens < self.closes < self.session_ends:
            raise ValueError("a register opens, then closes, then the session ends")
        return self


class DayTimes(Section):
    """The school day and when each job is due, in local time."""

    am: RegisterTimes
    pm: RegisterTimes
    sync_at: dt.time = dt.time(7)
    chase_at: dt.time = dt.time(9, 15)
    first_day_contact_at: dt.time = dt.time(9, 45)

    @model_validator(mode="after")
    def _is_in_order(self) -> "DayTimes":
        if not self.am.session_ends <= self.pm.opens:
            raise ValueError("the morning ends before the afternoon begins")
        return self
