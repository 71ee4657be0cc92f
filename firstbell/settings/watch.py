"""The two that look on: the weekly watch over pupils, and the watchdog over the jobs."""

from typing import Annotated, Literal

from pydantic import Field

from firstbell.settings.fields import Section

WatchedJob = Literal["sync", "chase", "first-day-contact", "self-check", "retention"]


class WatchSettings(Section):
    """What the weekly watch calls worth a look, where the law gives no figure.

    `at_risk_from_percent`: absence from which a pupil is called at risk. `caution_below_sessions`: below so many
    possible sessions a percentage is early. `small_group_below`: cohorts smaller than this are not broken down.
    `false_alarms_percent`: how often, in a hundred weeks of pure chance, the whole school may show one false pattern.
    `postholder`: initials of the person whose working days bring the N limit forward.
    `attempts_before_unauthorised`: how often a family must have been contacted before O is proposed for an N.
    `expected_attendance_percent`: the attendance the school is expected to reach; 0 where it has no such figure.
    """

    at_risk_from_percent: Annotated[int, Field(ge=1, le=9)] = 5
    caution_below_sessions: Annotated[int, Field(ge=1, le=100)] = 20
    small_group_below: Annotated[int, Field(ge=2, le=20)] = 6
    false_alarms_percent: Annotated[int, Field(ge=1, le=20)] = 5
    postholder: str = ""
    attempts_before_unauthorised: Annotated[int, Field(ge=1, le=10)] = 2
    expected_attendance_percent: Annotated[int, Field(ge=0, le=100)] = 0


class WatchdogSettings(Section):
    """The watchdog, which says so when a job did not run; let another scheduler than the jobs' own start it.

    `jobs` are those it looks for. Those of the school day are missed when `late_minutes` have passed since their time,
    and those of the night when `nightly_hours` have passed since they last ran. `tell` are the initials of those who
    get the alarm besides the absence inbox; where it is empty, everyone on the list of staff who works that day.
    """

    jobs: tuple[WatchedJob, ...] = ("sync", "chase", "first-day-contact")
    late_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    nightly_hours: Annotated[int, Field(ge=12, le=96)] = 36
    tell: tuple[str, ...] = ()
