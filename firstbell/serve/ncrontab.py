"""NCRONTAB, the schedules of timer triggers: six fields from seconds to weekdays, read strictly.

The worker library takes any text for a schedule and only the cloud's host finds out; so this is asked before. Day of
the month and weekday must both match, unlike in cron. There is no `?`, `L`, `W`, `#`, `@daily`, nor a weekday 7.
"""

import datetime as dt
import re
from dataclasses import dataclass

from firstbell.errors import Misconfigured

MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
WEEKDAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
ITEM = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>[1-9]\d?))?")
YEARS_AHEAD = 9  # 29 February comes again within eight years


@dataclass(frozen=True, slots=True)
class Field:
    """One field: the numbers it may have, and the names of some."""

    name: str
    least: int
    most: int
    names: dict[str, int]

    def numbers(self, text: str) -> tuple[int, ...]:
        """The numbers that a text of the field stands for, in order. Raises ValueError."""
        return tuple(sorted({number for item in text.split(",") for number in self._item(item)}))

    def _item(self, text: str) -> range:
        found = ITEM.fullmatch(text)
        if found is None or (found["step"] and found["first"] and not found["last"]):
            raise ValueError(f"'{text}' is nothing that the field for {self.name} can hold")
        first = self._number(found["first"]) if found["first"] else self.least
        last = self._number(found["last"]) if found["last"] else first if found["first"] else self.most
        if first > last:
            raise ValueError(f"'{text}' runs backwards in the field for {self.name}")
        return range(first, last + 1, int(found["step"] or 1))

    def _number(self, text: str) -> int:
        number = self.names.get(text.lower(), int(text) if re.fullmatch(r"[0-9]{1,2}", text) else -1)
        if not self.least <= number <= self.most:
            raise ValueError(f"'{text}' is none of {self.least} to {self.most} in the field for {self.name}")
        return number


FIELDS = (
    Field("seconds", 0, 59, {}),
    Field("minutes", 0, 59, {}),
    Field("hours", 0, 23, {}),
    Field("days", 1, 31, {}),
    Field("months", 1, 12, MONTHS),
    Field("weekdays", 0, 6, WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a timer fires, in UTC."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    def next_after(self, moment: dt.datetime) -> dt.datetime:
        """The first time it fires after a moment, in UTC. Raises Misconfigured for a date that never comes."""
        start = (moment.astimezone(dt.UTC) + dt.timedelta(seconds=1)).replace(microsecond=0)
        for ahead in range(366 * YEARS_AHEAD):
            day = start.date() + dt.timedelta(days=ahead)
            time = self._time_on(day, start.time() if ahead == 0 else dt.time())
            if time is not None:
                return dt.datetime.combine(day, time, tzinfo=dt.UTC)
        raise Misconfigured(f"the schedule '{self.text}' never comes")

    def _time_on(self, day: dt.date, earliest: dt.time) -> dt.time | None:
        if day.day not in self.days or day.month not in self.months or day.isoweekday() % 7 not in self.weekdays:
            return None
        times = (dt.time(h, m, s) for h in self.hours for m in self.minutes for s in self.seconds)
        return next((time for time in times if time >= earliest), None)


def read_schedule(text: str) -> Schedule:
    """The schedule that a text of six fields says; of five, on the full minute. Raises Misconfigured."""
    parts = text.split()
    parts = ["0", *parts] if len(parts) == len(FIELDS) - 1 else parts
    if len(parts) != len(FIELDS):
        raise Misconfigured(f"the schedule '{text}' has {len(parts)} fields and needs six, from seconds to weekdays")
    try:
        return Schedule(text, *(field.numbers(part) for field, part in zip(FIELDS, parts, strict=True)))
    except ValueError as error:
        raise Misconfigured(f"the schedule '{text}' can't be read: {error}") from error
