"""`firstbell subject`: what it writes, what it refuses, and that the terminal is told no name."""

import csv
import json

import pytest

PUPIL = "004569"
NOON = ("--at", "2026-11-23T12:00")


@pytest.fixture
def subject(firstbell, morning):
    """Run one of the two commands as a member of staff of the demo."""
    return lambda *arguments: firstbell("subject", *arguments, "--config", morning / "school.toml", *NOON)


def test_the_file_is_a_page_a_json_and_a_table_for_each_kind_of_record(subject, tmp_path):
    done = subject("export", PUPIL, "--by", "GAD", "--out", tmp_path / "file")

    assert done.returncode == 1, "a person must read it before it goes"
    told = json.loads((tmp_path / "file" / "everything.json").read_text(encoding="utf-8"))
    [forename] = [row["Held"] for row in told["pupil"] if row["What"] == "Forename"]
    assert forename in (tmp_path / "file" / "read-this-first.html").read_text(encoding="utf-8")
    assert forename not in done.stdout + done.stderr
    with (tmp_path / "file" / "register.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == len(told["register"]) + 1 > 50


def test_a_file_is_never_written_over_and_its_reader_is_written_down(subject, firstbell, morning, tmp_path):
    subject("export", PUPIL, "--by", "GAD", "--out", tmp_path / "file")
    again = subject("export", PUPIL, "--by", "GAD", "--out", tmp_path / "file")

    assert again.returncode == 2
    assert "there already" in again.stderr
    shown = firstbell("ledger", "show", PUPIL, "--config", morning / "school.toml", "--json").stdout
    exported = [entry for entry in json.loads(shown) if entry["kind"] == "subject.exported"]
    assert [entry["actor"] for entry in exported] == ["GAD"]


def test_a_pupil_nobody_knows_is_said_to_have_nothing(subject, tmp_path):
    done = subject("export", "999999", "--by", "GAD", "--out", tmp_path / "file")

    assert (done.returncode, done.stdout) == (0, "nothing is held about pupil 999999\n")
    assert not (tmp_path / "file").exists()


def test_initials_that_nobody_has_are_refused(subject, tmp_path):
    done = subject("export", PUPIL, "--by", "QQ", "--out", tmp_path / "file")

    assert done.returncode == 2
    assert "--by" in done.stderr


def test_a_pupil_on_roll_can_not_be_erased(subject):
    done = subject("erase", PUPIL, "--by", "GAD", "--confirm")

    assert done.returncode == 1
    assert f"pupil {PUPIL} is on roll" in done.stderr


def test_without_confirm_nothing_is_erased_and_with_it_something_is(subject, firstbell, morning):
    pupils = morning / "mis" / "pupils.csv"
    leave(pupils, PUPIL, "20/11/2026")
    firstbell("run", "sync", "--config", morning / "school.toml", "--at", "2026-11-23T11:59")

    asked = subject("erase", PUPIL, "--by", "GAD")
    done = subject("erase", PUPIL, "--by", "GAD", "--confirm")
    again = subject("erase", PUPIL, "--by", "GAD", "--confirm")

    assert asked.returncode == done.returncode == again.returncode == 0, asked.stderr + done.stderr + again.stderr
    assert "Nothing was erased" in asked.stdout
    assert "rows on the roll: 1" in done.stdout
    assert "The register: 103 entries" in done.stdout
    assert "rows on the roll: 0" in again.stdout
    assert "typed cells: 0" in again.stdout


def leave(pupils, pupil_id, last_day):
    """Let a pupil of the export have left."""
    with pupils.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    for row in rows:
        if pupil_id in row:
            row[header.index("Date of Leaving")] = last_day
    with pupils.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
