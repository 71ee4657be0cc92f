"""Dates as English exports write them: ISO, day first, `YYYYMMDD`, or with the month as a word. Never month first.

A column is judged as a whole, because one value can't tell 3 April from 4 March: a value that only makes sense month
first, or a mixture of forms (what a spreadsheet with American settings leaves behind), refuses the file.
"""

import datetime as dt
import re
from collections.abc import Iterable

from firstbell.errors import BadInput

CLOCK = r"(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)?"
ISO = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})" + CLOCK)
COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)")
WEEKDAY = r"(?:[A-Za-z]{3,9},? )?"
DAY_FIRST = re.compile(WEEKDAY + r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})" + CLOCK)
IN_WORDS = re.compile(WEEKDAY + r"(?P<day>\d{1,2})[- ](?P<month>[A-Za-z]{3,9})[- ](?P<year>\d{4})")
SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d\d" + CLOCK)
SERIAL = re.compile(r"\d{5}(\.\d+)?")
FORMS = (ISO, COMPACT, DAY_FIRST, IN_WORDS)
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, 1)}
EXPECTED = "dates as DD/MM/YYYY or YYYY-MM-DD, all in one form"
MONTHS_IN_A_YEAR = 12
FIRST_YEAR, LAST_YEAR = 1900, 2199  # outside them is a slip of the hand, and the rules reckon years ahead of a birth


def one_date(text: str) -> dt.date | None:
    """The date a text states in any of the forms; None when it states none."""
    for form in FORMS:
        found = form.fullmatch(text)
        if found:
            return _date(found["year"], found["month"], found["day"])
    return None


def dates_in(
    texts: Iterable[tuple[int, str]], file: str, column: str, *, is_plain: bool = False
) -> dict[str, dt.date | None]:
    """Every distinct text of a column with its date; None where it states none. Raises BadInput for the whole column.

    `texts` are row numbers with cells; blank cells are left out. `is_plain`: the file is in our own plain format, whose
    dates are ISO, so beside an ISO date any other form is a mistake of its row and no sign of swapped dates.
    """
    texts = list(texts)
    if is_plain and any(ISO.fullmatch(text) for _, text in texts):
        return {text: one_date(text) if ISO.fullmatch(text) else None for _, text in texts if text}
    found: dict[str, dt.date | None] = {}
    seen_form: re.Pattern[str] | None = None
    for row, text in texts:
        if text in found or not text:
            continue
        form = next((form for form in FORMS if form.fullmatch(text)), None)
        if form is None or (seen_form is not None and form is not seen_form):
            _refuse_odd_form(text, form, BadInput(file, "", EXPECTED, row, column))
        found[text] = one_date(text)
        if form is DAY_FIRST and found[text] is None:
            _refuse_month_first(text, BadInput(file, "", EXPECTED, row, column))
        seen_form = form or seen_form
    return found


def _refuse_odd_form(text: str, form: re.Pattern[str] | None, refusal: BadInput) -> None:
    """Raise for a form that makes the whole column doubtful; a text that is no date at all is a problem of its row."""
    if form is not None:
        refusal.found = "dates written in two forms: some may have day and month swapped"
    elif SHORT_YEAR.fullmatch(text):
        refusal.found = f"a year of two digits ({text})"
    elif SERIAL.fullmatch(text):
        refusal.found = f"a number ({text}): format the column as a date"
    else:
        return
    raise refusal


def _refuse_month_first(text: str, refusal: BadInput) -> None:
    found = DAY_FIRST.fullmatch(text)
    if found and int(found["month"]) > MONTHS_IN_A_YEAR and _date(found["year"], found["day"], found["month"]):
        refusal.found = f"a date with the month first ({text})"
        raise refusal


def _date(year: str, month: str, day: str) -> dt.date | None:
    number = int(month) if month.isdigit() else MONTHS.get(month[:3].lower(), 0)
    try:
        found = dt.date(int(year), number, int(day))
    except ValueError:
        return None
    return found if is_likely(found) else None


def is_likely(day: dt.date) -> bool:
    """Whether a day of a school's records can be meant."""
    return FIRST_YEAR <= day.year <= LAST_YEAR
