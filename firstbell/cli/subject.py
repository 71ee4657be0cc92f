"""`firstbell subject`: everything held about one pupil, to hand over; and the erasure of what need not be kept."""

import contextlib
import csv
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from firstbell.composition.offices import copies_of, draw_pages, open_office
from firstbell.errors import BadInput, Misconfigured
from firstbell.messages.page import page_template
from firstbell.messages.shown import shown
from firstbell.ports import Copies
from firstbell.settings import StaffMember
from firstbell.workflows.data_rights.erasure import ErasurePlan, erase_subject, plan_erasure
from firstbell.workflows.data_rights.subject_access import Part, SubjectFile, subject_file
from firstbell.workflows.office import Office
from rules.calendar.sessions import in_words
from rules.people import Personal

DONE, NEEDS_A_PERSON = 0, 1
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Config = Annotated[Path, typer.Option("--config", help="The school's settings")]
Rehearse = Annotated[bool, typer.Option("--rehearse", help="What the rehearsal holds [default: as in the settings]")]
PupilId = Annotated[str, typer.Argument(metavar="PUPIL", help="The pupil's id, as the MIS has it")]
By = Annotated[str, typer.Option("--by", help="Initials of the member of staff who does this")]
At = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M"], help="Run as if it were this local time.")]


def export_subject_command(
    pupil: PupilId,
    out: Annotated[Path, typer.Option(help="A new folder for the file; it will hold personal data")],
    by: By,
    config: Config = Path("school.toml"),
    at: At = None,
    *,
    rehearse: Rehearse = False,
) -> int:
    """Write everything held about one pupil: a page to read, a table for each kind of record, and one JSON file.

    Other people's data is left out; the first page says what a person must read before it is handed over. Example:

    firstbell subject export P00042 --out P00042-file --by AO
    """
    with _opened(config, at, rehearse=rehearse) as (office, copies):
        person = _person(office, by)
        found = subject_file(office, copies, pupil)
        if found.is_empty:
            typer.echo(f"nothing is held about pupil {pupil}")
            return DONE
        _write(found, office.settings.school.name, out)
        now, facts = office.clock.now(), {part.name: str(len(part.rows)) for part in found.parts}
        office.store.ledger.append("subject.exported", at=now, actor=person.initials, facts=facts, pupil_id=pupil)
    typer.echo(f"Wrote {out}: read {out / 'read-this-first.html'} before anything is handed over.")
    return NEEDS_A_PERSON


def erase_subject_command(
    pupil: PupilId,
    by: By,
    config: Config = Path("school.toml"),
    at: At = None,
    *,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Really erase; without it, only say what would go")
    ] = False,
    rehearse: Rehearse = False,
) -> int:
    """Say what the law keeps of a pupil who has left and what may go; with --confirm, erase that. Example:

    firstbell subject erase P00042 --by AO
    """
    with _opened(config, at, rehearse=rehearse) as (office, copies):
        person = _person(office, by)
        plan = erase_subject(office, copies, pupil, person) if confirm else plan_erasure(office, copies, pupil)
        if confirm:
            draw_pages(office, rehearse=rehearse or office.settings.outgoing.rehearsal)
    _tell(plan, pupil, is_done=confirm)
    return DONE


@contextlib.contextmanager
def _opened(config: Path, at: dt.datetime | None, *, rehearse: bool) -> Iterator[tuple[Office, Copies]]:
    office = open_office(config, at=at, rehearse=rehearse)
    with contextlib.closing(office):
        yield office, copies_of(office.settings, rehearse=rehearse or office.settings.outgoing.rehearsal)


def _person(office: Office, initials: str) -> StaffMember:
    person = office.settings.person(initials)
    if person is None:
        raise BadInput("--by", "initials of nobody in the settings", "those of a member of staff under [[staff]]")
    return person


def _tell(plan: ErasurePlan, pupil: str, *, is_done: bool) -> None:
    typer.echo(f"Pupil {pupil}. {'Erased' if is_done else 'To be erased'}:")
    for kind, count in plan.goes.items():
        typer.echo(f"  {kind}: {count}")
    typer.echo("Kept:")
    for sentence in plan.stays or ("Nothing.",):
        typer.echo(f"  {sentence}")
    if not is_done:
        typer.echo("Nothing was erased. To erase, give the same command with --confirm.")


def _write(found: SubjectFile, school: str, out: Path) -> None:
    try:
        out.mkdir(mode=0o700)
        (out / "read-this-first.html").write_text(_page(found, school), encoding="utf-8", newline="\n")
        (out / "everything.json").write_text(_as_json(found, school), encoding="utf-8", newline="\n")
        for part in found.parts:
            _write_table(part, out / f"{part.name}.csv")
    except FileExistsError as error:
        raise BadInput(str(out), "a folder that is there already", "the name of a new folder") from error
    except OSError as error:
        raise Misconfigured(f"{out} can't be written: {error.strerror}") from error


def _page(found: SubjectFile, school: str) -> str:
    parts = [
        {
            "title": part.title,
            "header": part.header,
            "rows": [tuple(shown(_text(value)) for value in row) for row in part.rows],
            "must_be_read": part.must_be_read,
        }
        for part in found.parts
    ]
    title, made_on = f"What is held about pupil {found.pupil_id}", in_words(found.made_on)
    return page_template("subject.html").render(
        title=title, school=school, made_on=made_on, parts=parts, withheld=found.withheld, to_review=found.to_review
    )


def _as_json(found: SubjectFile, school: str) -> str:
    told = {
        "school": school,
        "pupil_id": found.pupil_id,
        "made_on": found.made_on.isoformat(),
        "withheld": found.withheld,
        "to_review": found.to_review,
        **{
            part.name: [dict(zip(part.header, map(_text, row), strict=True)) for row in part.rows]
            for part in found.parts
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _write_table(part: Part, path: Path) -> None:
    """A table with a byte order mark, so that a spreadsheet reads every name; no cell can become a formula."""
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([part.header, *(tuple(map(_safe, row)) for row in part.rows)])


def _safe(value: str | Personal) -> str:
    text = _text(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _text(value: str | Personal) -> str:
    return value.reveal() if isinstance(value, Personal) else value
