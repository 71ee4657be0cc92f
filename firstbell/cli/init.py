"""`firstbell init`: the few questions a school must answer, and a folder ready for its first rehearsal."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.init_microsoft365 import microsoft365_section
from firstbell.errors import BadInput
from firstbell.settings import load_settings

SETTINGS = """\
# Firstbell's settings for one school. What every setting means: docs/settings.md

[school]
key = {key}
name = {name}
phone = {phone}
absence_email = {absence_email}

[day.am] # when the register opens and closes, and when the session ends
opens = {am_opens}:00
closes = {am_closes}:00
session_ends = 12:30:00

[day.pm]
opens = 13:20:00
closes = 13:50:00
session_ends = 15:20:00

[mis]
kind = "files"
folder = "mis" # put the exports of the MIS here: docs/files.md

# What follows is for the weekly watch. Take the # away from a line, and put in what holds for your school.

# [watch]
# postholder = {initials} # whose working days bring the limit of a mark N forward; their days: working_days, below
# expected_attendance_percent = 95 # if the school has such a figure

# [returns] # to the local authority: nothing is drafted until readers are named
# readers = [{initials}] # who alone may open the drafts
# interval_days = 28 # how often the authority wants attendance returns
# irregular_from_sessions = 20 # unauthorised sessions; agree it with the authority
# most_junior_year = "7" # who joins it on the first day of the school year needs no return
# final_year = "11" # nor does who leaves after it

# [letters] # of attendance cases: nothing is drafted until both are named
# signed_by = {initials}
# readers = [{initials}, {dsl_initials}]

[outgoing]
rehearsal = true # while this is true, messages can reach only these people
rehearsal_recipients = [{email}]
mailer = {mailer} # "local" writes messages into the outbox folder; "smtp" and "microsoft365" send them
{sections}
[[staff]]
initials = {initials}
name = {your_name}
role = {role}
email = {email}
# working_days = [4, 5] # 1 is Monday; without this line every weekday

[[staff]]
initials = {dsl_initials}
name = {dsl_name}
role = "designated safeguarding lead"
email = {dsl_email}
is_safeguarding = true
"""

CALENDAR = """\
# The school's own dates. Nothing is due on a day that is not a school day here, so put every INSET day in.
name = "(the school's calendar)"
school_year = "2026-27"
bank_holidays = [2026-12-25, 2026-12-28, 2027-01-01, 2027-03-26, 2027-03-29, 2027-05-03, 2027-05-31]
inset = []
closures = [] # [{ date = 2026-12-01, years = ["7"], reason = "boiler" }]

[[terms]]
name = "Autumn 1"
first = 2026-09-03
last = 2026-10-23
"""


class Spreadsheets(StrEnum):
    """Where the school's spreadsheets live."""

    LOCAL = "local"
    MICROSOFT365 = "microsoft365"


def init_command(
    folder: Annotated[Path, typer.Option(help="The folder for settings, exports and workbooks.")] = Path(),
    name: Annotated[str, typer.Option(prompt="The school's name")] = "",
    key: Annotated[str, typer.Option(prompt="A short key for it, such as hill-academy")] = "",
    phone: Annotated[str, typer.Option(prompt="The absence line, as parents should ring it")] = "",
    absence_email: Annotated[str, typer.Option(prompt="The absence mailbox, which parents answer to")] = "",
    am_opens: Annotated[str, typer.Option(prompt="When does the morning register open (08:40)")] = "08:40",
    am_closes: Annotated[str, typer.Option(prompt="When does it close (09:10)")] = "09:10",
    your_name: Annotated[str, typer.Option(prompt="Your own name")] = "",
    role: Annotated[str, typer.Option(prompt="Your role")] = "attendance officer",
    initials: Annotated[str, typer.Option(prompt="Your initials, as you will type them in the workbook")] = "",
    email: Annotated[str, typer.Option(prompt="Your e-mail, where rehearsals go")] = "",
    dsl_name: Annotated[str, typer.Option(prompt="The designated safeguarding lead's name")] = "",
    dsl_initials: Annotated[str, typer.Option(prompt="Their initials")] = "",
    dsl_email: Annotated[str, typer.Option(prompt="Their e-mail")] = "",
    spreadsheets: Annotated[
        Spreadsheets, typer.Option(prompt="Where do your spreadsheets live: on this computer, or in Microsoft 365")
    ] = Spreadsheets.LOCAL,
    tenant_id: Annotated[str, typer.Option(help="Only for Microsoft 365: the tenant's id.")] = "",
    client_id: Annotated[str, typer.Option(help="Only for Microsoft 365: the app's client id.")] = "",
    mailbox: Annotated[str, typer.Option(help="Only for Microsoft 365: the mailbox to write from.")] = "",
    attendance_library: Annotated[str, typer.Option(help="Only for Microsoft 365: the id of this library.")] = "",
    safeguarding_library: Annotated[str, typer.Option(help="Only for Microsoft 365: the id of this library.")] = "",
    restricted_library: Annotated[str, typer.Option(help="Only for Microsoft 365: the id of this library.")] = "",
) -> int:
    """Set up a school: writes school.toml and a calendar to fill in. Overwrites nothing.

    Example: firstbell init --folder our-school
    """
    answers = {
        "name": name,
        "key": key,
        "phone": phone,
        "absence_email": absence_email,
        "your_name": your_name,
        "role": role,
        "initials": initials.upper(),
        "email": email,
        "dsl_name": dsl_name,
        "dsl_initials": dsl_initials.upper(),
        "dsl_email": dsl_email,
        "mailer": spreadsheets,
    }
    cloud = {
        "tenant_id": tenant_id,
        "client_id": client_id,
        "mailbox": mailbox,
        "attendance": attendance_library,
        "safeguarding": safeguarding_library,
        "restricted": restricted_library,
    }
    sections = microsoft365_section(cloud) if spreadsheets is Spreadsheets.MICROSOFT365 else ""
    quoted = {field: json.dumps(answer, ensure_ascii=False) for field, answer in answers.items()}
    config = folder / "school.toml"
    _write_new(config, SETTINGS.format(am_opens=am_opens, am_closes=am_closes, sections=sections, **quoted))
    try:
        load_settings(config)
    except BadInput:
        config.unlink()
        raise
    calendar = folder / "mis" / "calendar.toml"
    if not calendar.exists():
        _write_new(calendar, CALENDAR)
    typer.echo(f"Wrote {config}. Next: put your dates in {calendar}, your exports beside it (docs/files.md), and run")
    typer.echo(f"  firstbell doctor --config {config}")
    typer.echo(f"  firstbell run sync --config {config}")
    typer.echo(f"  firstbell run first-day-contact --config {config} --rehearse")
    return 0


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises BadInput rather than overwrite one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise BadInput(str(path), "a file that is there already", "a new folder (choose one with --folder)") from error
    except OSError as error:
        found = f"a place that can't be written ({error.strerror})"
        raise BadInput(str(path), found, "a folder of your own (choose one with --folder)") from error
