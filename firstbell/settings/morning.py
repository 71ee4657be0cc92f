"""The morning: chasing registers, first-day contact, alerts, and what makes a run stop and ask."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from firstbell.settings.fields import Minutes, Section


class ChaseSettings(Section):
    """Chasing teachers for registers: how often, and after how many reminders the head of department is told."""

    repeat_minutes: Minutes = 10
    reminders_before_escalation: Annotated[int, Field(ge=1, le=5)] = 2


class FirstDaySettings(Section):
    """First-day contact.

    `contacts_told_first`: how many contacts are told at once, in order of priority (equal priorities together).
    `unanswered_minutes`: after how long without an answer a pupil goes on the phone list.
    `needs_second_person_after`: from this local time on, no first alarm leaves without two people's release.
    """

    hold_minutes: Minutes = 10
    contacts_told_first: Annotated[int, Field(ge=1, le=4)] = 1
    data_may_be_old_minutes: Minutes = 30
    unanswered_minutes: Minutes = 45
    vulnerable_unanswered_minutes: Minutes = 15
    needs_second_person_after: dt.time = dt.time(12)


class UnusualSettings(Section):
    """When a number of unexplained absences is unusual: more than `factor_percent` of the same weekday's median and at
    least `at_least` pupils; for a form, `whole_form_from` pupils and every one of them absent.
    """

    weeks_looked_back: Annotated[int, Field(ge=2, le=30)] = 6
    factor_percent: Annotated[int, Field(ge=110, le=1000)] = 200
    at_least: Annotated[int, Field(ge=1)] = 12
    year_group_at_least: Annotated[int, Field(ge=1)] = 8
    whole_form_from: Annotated[int, Field(ge=2)] = 8


class RollGuard(Section):
    """A roll much smaller than the last, or marks for few of its pupils, stop the run: `keep_percent` must be there."""

    keep_percent: Annotated[int, Field(ge=50, le=100)] = 90


class SafeguardingSettings(Section):
    """How long the safeguarding team has to acknowledge an alert before the next person is told by mail."""

    acknowledge_minutes: Minutes = 15
    workbook_link: str = ""
