"""What the MIS may export beside roll and register: what can't be read is told, stops nothing and accuses nobody."""

import datetime as dt

from firstbell.errors import FirstbellError
from firstbell.records import BesideTheRegister, Lessons, Problem
from firstbell.workflows.office import Office


def beside_the_register(office: Office) -> BesideTheRegister:
    """What stands beside the register; nothing but a problem where it can't be read."""
    try:
        return office.mis.beside_the_register()
    except FirstbellError as error:
        return BesideTheRegister(problems=(Problem("Facts beside the register", f"Not read: {error}."),))


def lessons_of(office: Office, day: dt.date) -> Lessons:
    """The lesson marks of a day; nothing but a problem where they can't be read."""
    try:
        return office.mis.lessons(day)
    except FirstbellError as error:
        return Lessons(problems=(Problem("Lesson marks", f"Not read: {error}."),))
