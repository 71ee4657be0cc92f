"""Columns that several sheets share, so that one idea has one header, one width and one note everywhere."""

from rules.codes import AttendanceCode
from sheets_templates import Column, Editor, Kind

ALL_CODES = tuple(code.value for code in AttendanceCode)

PUPIL = Column("Pupil", "The pupil's name as the MIS gives it. Kept right by Firstbell.", 24)
PUPIL_ID = Column(
    "Pupil ID",
    "The pupil's id in the MIS. In a row of your own, type this and Firstbell fills in the name.",
    14,
    is_typed_in_new_rows=True,
)
YEAR = Column("Year", "The pupil's year group.", 8)
FORM = Column("Form", "The pupil's form or tutor group.", 9)
SESSION = Column("Session", "The date, and AM or PM.", 19)
DAY = Column("Date", "The date of the session.", 13, kind=Kind.DATE)
HALF = Column("Session", "AM or PM.", 10)
SAYS = Column(
    "Firstbell says",
    "Firstbell's answer to what was typed in this row: taken in, or why not and what to do. "
    "Until it answers, nothing has been done with it.",
    34,
)


def people(
    header: str,
    note: str,
    width: int,
    choices: tuple[str, ...] = (),
    *,
    kind: Kind = Kind.TEXT,
    restricted: bool = False,
) -> Column:
    """A column that people fill in, and that Firstbell never overwrites."""
    return Column(header, note, width, Editor.PEOPLE, kind, choices, is_restricted=restricted)


INITIALS = people("Initials", "Your initials. Nothing typed in this row is taken in without them.", 11)
REASON_GIVEN = people(
    "Reason given",
    "The reason in the parent's own words, as short as will do. Leave out what the register does not need.",
    30,
    restricted=True,
)
CODE_TO_RECORD = people(
    "Code to record",
    "The attendance code that should stand in the register. Firstbell checks that it may be used for this session "
    "and puts it on the list to enter in the MIS.",
    11,
    ALL_CODES,
    restricted=True,
)
