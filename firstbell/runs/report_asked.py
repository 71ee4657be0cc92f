"""A report of the day as it is asked for over HTTP: in texts, and answered within the time that the platform waits."""

import datetime as dt
from collections.abc import Mapping

from firstbell.errors import BadInput
from firstbell.runs.day_report import as_table, day_report, refuse_far_day
from firstbell.runs.due import known_key
from firstbell.runs.many_schools import ANSWER_WITHIN, from_key
from firstbell.runs.schools import platform_clock, school_keys

ASKED, PLATFORMS_OWN = {"on", "from", "school"}, {"code"}  # Azure takes the key in the address as well


def report_asked(asked: Mapping[str, str]) -> dict[str, object]:
    """The report as plain values: how schools stand `on` a day, `from` a key on; or each job of one `school`.

    Only schools that need a look are in it, and `next` is where to go on. Raises BadInput for anything else that is
    asked, and as `school_keys` does.
    """
    if asked.keys() - ASKED - PLATFORMS_OWN:
        raise BadInput("the question", "a word that is not known", " or ".join(sorted(ASKED)))
    school, clock = asked.get("school", ""), platform_clock()
    keys = [known_key(school)] if school else from_key(school_keys(), asked.get("from", ""))
    ends = clock.now() + ANSWER_WITHIN
    return as_table(day_report(keys, _day(asked.get("on", "")), every_school=bool(school), ends=ends))


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("on", "what is no date", "a date such as 2026-11-23") from error
    refuse_far_day(day, platform_clock())
    return day
