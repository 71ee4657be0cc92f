"""The example school's own settings: `school.toml`."""

import json
from collections.abc import Iterable, Sequence

from firstbell.demo.case_story import LETTERS_FROM_PERCENT
from firstbell.demo.school import DemoSchool
from firstbell.settings import StaffMember

SCHOOL_NAME = "Example Hill Academy"
SCHOOL_KEY = "example-hill"
RETURNS_ROLES = frozenset({"attendance officer", "deputy attendance officer"})

TEMPLATE = """\
# A school that does not exist, for looking at Firstbell without a single real pupil.
# What every setting means: docs/settings.md

[school]
key = "{key}"
name = "{name}"
phone = "01632 960001"
absence_email = "absence@example.org"

[day.am]
opens = 08:40:00
closes = 09:10:00
session_ends = 12:20:00

[day.pm]
opens = 13:10:00
closes = 13:40:00
session_ends = 15:10:00

[mis]
kind = "files"
folder = "mis"

[safeguarding]
workbook_link = {workbook_link}

[returns]
most_junior_year = "7"
final_year = "13"
readers = {returns_readers}

[letters]
from_percent = {from_percent} # this school writes to the pupils who miss most; its letters are drafts, sent to nobody
signed_by = "{signed_by}"
readers = [{readers}]

{outgoing}"""

WORKBOOK_LINK = '"../Safeguarding.xlsx" # beside the channel\'s folder'
OUTGOING = """\
[outgoing]
rehearsal = false # nothing can leave this computer: the mailer writes files into the outbox folder
mailer = "local"
"""

# A morning with this much going on would be far outside the usual range of a school of this size.
SMALL_SCHOOL_LIMITS = """
[unusual]
# This small school's morning is staged: more pupils than usual are away in it.
at_least = {limit}
year_group_at_least = {limit}
"""


def school_toml(school: DemoSchool, *, is_small: bool) -> str:
    """Settings that fit the school: its times, its folder of exports, and its staff with their initials."""
    limits = SMALL_SCHOOL_LIMITS.format(limit=len(school.people.pupils)) if is_small else ""
    readers = json.dumps([person.initials for person in school.staff.office if person.role in RETURNS_ROLES])
    return (
        TEMPLATE.format(
            key=SCHOOL_KEY,
            name=SCHOOL_NAME,
            returns_readers=readers,
            outgoing=OUTGOING,
            workbook_link=WORKBOOK_LINK,
            **_letters(school.staff.office),
        )
        + limits
        + "".join(_staff(school.staff.office))
    )


def _letters(people: Sequence[StaffMember]) -> dict[str, object]:
    """The headteacher signs; the office and the safeguarding lead read."""
    head = next(person.initials for person in people if person.role == "headteacher")
    readers = ", ".join(json.dumps(person.initials) for person in people[:4])
    return {"from_percent": LETTERS_FROM_PERCENT, "signed_by": head, "readers": readers}


def _staff(people: Iterable[StaffMember]) -> Iterable[str]:
    for person in people:
        yield "\n[[staff]]\n"
        for key, value in person.model_dump().items():
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
