"""`firstbell run cases`: the workbook and the letters of a played school, on disk and in a rehearsal."""

import json

from firstbell.testing.workbook_person import Person
from sheets_templates.cases import CASES_WORKBOOK

CASES = "Restricted/Attendance cases/Attendance cases.xlsx"


def run(firstbell, folder, *options):
    config = folder / "school.toml"
    return firstbell("run", "cases", "--config", config, "--at", "2026-11-23T11:30", "--json", *options)


def test_cases_run_again_and_change_nothing(firstbell, morning):
    person = Person(morning / CASES)
    before = [person.sees(sheet.name) for sheet in CASES_WORKBOOK.sheets]

    done = run(firstbell, morning)

    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["figures"]["letters of cases to read and approve"] > 0
    assert [person.sees(sheet.name) for sheet in CASES_WORKBOOK.sheets] == before


def test_a_rehearsal_keeps_cases_and_letters_of_its_own(firstbell, morning):
    before = (morning / CASES).read_bytes()

    run(firstbell, morning, "--rehearse")

    assert (morning / "rehearsal" / CASES).is_file()
    assert (morning / CASES).read_bytes() == before
    assert any((morning / "rehearsal" / "Restricted").glob("CASE-*/*.html"))


def test_nobody_else_on_the_computer_opens_the_folder_of_cases(morning):
    assert (morning / CASES).parent.stat().st_mode & 0o077 == 0
