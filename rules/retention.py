"""How long an entry of the register must be kept: so many years from the day it was made, whatever the leap years do.

An entry made on 29 February is kept until 1 March where the last year has no such day: rather a day too long.
"""

import datetime as dt

from rules.parameters import parameter

AUGUST = 8


def register_years(today: dt.date) -> int:
    """The years for which the registers' entries are preserved: SI 2024/208 regulation 7, as in force on `today`."""
    years: int = parameter("retention/register_entries").on(today).value
    return years


def last_day_kept(made_on: dt.date, years: int) -> dt.date:
    """The last day on which something made on a date must still be there."""
    try:
        return made_on.replace(year=made_on.year + years)
    except ValueError:
        return dt.date(made_on.year + years, 3, 1)


def first_day_kept(today: dt.date, years: int) -> dt.date:
    """The earliest day whose entries must still be there today: those of the day before may go."""
    near = last_day_kept(today, -years)
    day_before = near - dt.timedelta(days=1)
    return day_before if last_day_kept(day_before, years) >= today else near


def end_of_school_year(day: dt.date) -> dt.date:
    """The 31 August after a date, which leavers have as their last; the absence collection's year ends in July."""
    return dt.date(day.year if day.month <= AUGUST else day.year + 1, AUGUST, 31)
