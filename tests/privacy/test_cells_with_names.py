"""A name in the wrong cell: every column of every export in turn holds it, and nothing that is said repeats it.

What was found in a cell is told by its shape. Only the text of a mark that is no code is kept, as
`Problem.code`, for the Health sheet: see SECURITY.md.
"""

import csv
import dataclasses
import datetime as dt
import re

import pytest

from connectors.files import FilesMis
from firstbell.errors import FirstbellError
from firstbell.records import Elsewhere, ExpectedElsewhere, RegisterState, RegisterStatus, School, Teacher
from firstbell.testing.calendars import example_calendar
from firstbell.testing.mis_conformance import Exported
from firstbell.testing.morning_story import MorningStory
from firstbell.testing.plain_files import write_exports
from firstbell.workflows.jobs.daily import sync_job
from rules.calendar import Half, Session
from rules.people import Contact, Personal, Pupil, PupilContact

MONDAY = dt.date(2026, 11, 23)
AM = Session(MONDAY, Half.AM)
NAMES = ("Hortensia Quillfeather", "hortensia@quillfeather.example", "07700 900987")
TELLING = re.compile("hortensia|quillfeather|900987", re.IGNORECASE)
FILES = ("pupils.csv", "contacts.csv", "marks.csv", "registers.csv", "cover.csv", "lists/today.csv")


def an_export():
    teacher = Teacher("T1", Personal("Mx T"), Personal("t1@example.org"))
    return Exported(
        as_at=dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC),
        pupils=tuple(
            Pupil(each, Personal("Test"), Personal("Pupil"), dt.date(2014, 1, 1), "7") for each in ("P1", "P2")
        ),
        contacts=(Contact("C1", "Ms", Personal("Test"), Personal("Parent")),),
        links=(PupilContact("P1", "C1", "Mother", 1, True),),
        entries=(("P1", AM, "/"), ("P2", AM, "N")),
        registers=(RegisterStatus(AM, "7A", RegisterState.TAKEN, teacher, cover=teacher),),
        elsewhere=(ExpectedElsewhere("P1", AM, Elsewhere.TRIP),),
        calendar=example_calendar(),
    )


def columns(tmp_path_factory):
    folder = tmp_path_factory.mktemp("columns")
    write_exports(folder, an_export())
    for name in FILES:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            yield from ((name, header) for header in next(csv.reader(file)))


def put_in(path, header, text):
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    for row in rows:
        row[head.index(header)] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def told_by(folder, tmp_path):
    """Everything that a sync and a look at the day say of the export, but for the workbooks and the store."""
    story = MorningStory()
    story.clock.set(an_export().as_at)
    mis = FilesMis(folder, School("hill", "Hill"), tmp_path / "mapping.toml")
    office = dataclasses.replace(story.office, mis=mis)
    said = []
    for read in (lambda: sync_job(office), lambda: mis.registers(MONDAY), lambda: mis.expected_elsewhere(MONDAY)):
        try:
            found = read()
        except FirstbellError as error:
            said.append(str(error))
        else:
            said += [f"{p.where} {p.sentence} {p.suggestion}" for p in getattr(found, "problems", ())]
    said += [str(dict(entry.facts)) for entry in story.store.ledger.entries()]
    said += [proposal.reason for proposal in story.store.proposals.find()]
    return said + [mail.text.reveal() for mail in story.mailer.sent]


@pytest.mark.parametrize("text", NAMES)
def test_no_cell_of_an_export_is_repeated_in_what_is_said_about_it(text, tmp_path, tmp_path_factory):
    said, repeated = [], []
    for number, (name, header) in enumerate(columns(tmp_path_factory)):
        folder = tmp_path / str(number)
        write_exports(folder, an_export())
        put_in(folder / name, header, text)
        told = told_by(folder, tmp_path)
        said += told
        repeated += [(name, header, each) for each in told if TELLING.search(each)]

    assert repeated == []
    assert sum("found" in each or "row" in each for each in said) > 30, "most of these cells are complained of"
