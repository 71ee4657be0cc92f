"""A folder of exports as the school leaves it: looked at afresh, never stale, and refused when it can't be trusted."""

import datetime as dt
import os
import subprocess
import sys

import pytest

from connectors.files import FilesMis, MappingFile, confirm_columns
from connectors.files.source import read_source
from firstbell.errors import BadInput, NeedsHuman, RetryLater
from firstbell.records import School
from firstbell.testing.mis_conformance import ALICIA, AMELIA, EXPORTED_AT, MONDAY, MORNING, TUESDAY, Exported, pupil
from firstbell.testing.plain_files import write_csv, write_exports
from rules.calendar import Half, Session

MARKS = ("pupil_id", "date", "session", "code")
NINE = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


@pytest.fixture
def folder(tmp_path):
    exports = tmp_path / "exports"
    exports.mkdir()
    write_exports(exports, Exported())
    return exports


@pytest.fixture
def mis(folder, tmp_path):
    return FilesMis(folder, School("hill", "Hill School"), tmp_path / "column-mapping.toml")


def export(path, rows, at=EXPORTED_AT, header=MARKS):
    write_csv(path, header, rows)
    os.utime(path, (at.timestamp(), at.timestamp()))


def codes(mis, day=MONDAY):
    return {mark.pupil_id: mark.code for mark in mis.marks(day, day).marks}


def test_a_change_that_keeps_size_and_time_is_still_seen(mis, folder):
    export(folder / "marks.csv", [(ALICIA.id, MONDAY, "AM", "N")])
    before = codes(mis)

    export(folder / "marks.csv", [(ALICIA.id, MONDAY, "AM", "I")])

    assert (before, codes(mis)) == ({ALICIA.id: "N"}, {ALICIA.id: "I"})


def test_the_same_marks_exported_again_are_newer(mis, folder):
    before = mis.marks(MONDAY, MONDAY).as_at

    export(folder / "marks.csv", [(ALICIA.id, MONDAY, "AM", "N")], at=EXPORTED_AT + dt.timedelta(minutes=5))

    assert mis.marks(MONDAY, MONDAY).as_at - before == dt.timedelta(minutes=5)


def test_the_file_named_later_has_the_last_word(mis, folder):
    export(folder / "marks.csv", [(ALICIA.id, MONDAY, "AM", "N"), (AMELIA.id, MONDAY, "AM", "/")])
    export(folder / "marks-today.csv", [(ALICIA.id, MONDAY, "AM", "L")])

    assert codes(mis) == {ALICIA.id: "L", AMELIA.id: "/"}


def test_marks_are_as_at_the_file_that_has_the_latest_day(mis, folder):
    export(folder / "marks.csv", [(ALICIA.id, dt.date(2026, 11, 20), "AM", "/")], at=NINE - dt.timedelta(days=3))
    export(folder / "marks_today.csv", [(ALICIA.id, MONDAY, "AM", "N")], at=NINE)

    assert mis.marks(dt.date(2026, 11, 9), MONDAY).as_at == NINE
    assert mis.marks(dt.date(2026, 11, 20), dt.date(2026, 11, 20)).as_at == NINE - dt.timedelta(days=3)


def test_where_two_files_have_the_latest_day_the_older_one_dates_it(mis, folder):
    export(folder / "marks.csv", [(AMELIA.id, MONDAY, "AM", "N")], at=NINE - dt.timedelta(hours=1))
    export(folder / "marks_today.csv", [(ALICIA.id, MONDAY, "AM", "N")], at=NINE)

    assert mis.marks(MONDAY, MONDAY).as_at == NINE - dt.timedelta(hours=1)


def test_a_day_nobody_has_marked_is_as_at_the_newest_file(mis, folder):
    export(folder / "marks_today.csv", [(ALICIA.id, MONDAY, "AM", "N")], at=NINE + dt.timedelta(hours=2))

    found = mis.marks(TUESDAY, TUESDAY)

    assert found.marks == ()
    assert found.as_at == NINE + dt.timedelta(hours=2)


@pytest.mark.parametrize("name", ["pupils.csv", "contacts.csv", "marks.csv", "calendar.toml"])
def test_an_export_that_is_missing_is_refused_by_name(mis, folder, name):
    (folder / name).unlink()

    with pytest.raises(BadInput) as refused:
        (mis.roll(), mis.marks(MONDAY, MONDAY), mis.calendar())

    assert name.partition(".")[0] in refused.value.file + refused.value.expected


def test_a_folder_that_is_missing_is_refused(tmp_path):
    mis = FilesMis(tmp_path / "nowhere", School("hill", "Hill School"), tmp_path / "column-mapping.toml")

    with pytest.raises(BadInput, match="no such folder"):
        mis.roll()


def test_two_pupil_exports_are_refused_rather_than_joined(mis, folder):
    (folder / "Pupils last week.csv").write_bytes((folder / "pupils.csv").read_bytes())

    with pytest.raises(BadInput) as refused:
        mis.roll()

    assert refused.value.found == "pupils.csv and Pupils last week.csv"


@pytest.mark.parametrize("name", ["~$marks.xlsx", ".marks.csv", "marks.csv.part", "marks.pdf"])
def test_files_that_are_no_exports_are_passed_over(mis, folder, name):
    (folder / name).write_bytes(b"\0")

    assert codes(mis) == {ALICIA.id: "N", AMELIA.id: "/"}


def test_an_old_workbook_format_is_refused_and_not_passed_over(mis, folder):
    (folder / "marks today.xls").write_bytes(b"\xd0\xcf\x11\xe0")

    with pytest.raises(BadInput, match=r"saved as \.xlsx"):
        codes(mis)


def test_contacts_may_stand_in_the_pupils_own_rows(mis, folder):
    (folder / "contacts.csv").unlink()
    header = ("pupil_id", "date_of_birth", "year_group", "contact1_name", "contact1_email")
    export(folder / "pupils.csv", [("P1", "2014-02-28", "7", "Orla O'Neil", "orla@example.net")], header=header)

    (link,) = mis.roll().links

    assert (link.pupil_id, link.priority, link.parental_responsibility) == ("P1", 1, None)


def test_a_roll_with_a_pupil_left_out_does_not_claim_to_be_whole(mis, folder):
    twice = (ALICIA, pupil(ALICIA.id, "Alicia", form="8B"), AMELIA)
    write_exports(folder, Exported(pupils=twice))

    roll = mis.roll()

    assert [p.id for p in roll.pupils] == [AMELIA.id]
    assert not roll.is_complete


def test_the_roll_is_as_at_its_older_file(mis, folder):
    os.utime(folder / "contacts.csv", (NINE.timestamp(), NINE.timestamp()))

    assert mis.roll().as_at == NINE


def test_marks_of_nobody_on_the_roll_are_refused(mis, folder):
    export(folder / "marks.csv", [(ALICIA.id.lstrip("0"), MONDAY, "AM", "N")])

    with pytest.raises(BadInput, match="leading zeros"):
        mis.marks(MONDAY, MONDAY)


def test_marks_of_leavers_are_counted(mis, folder):
    export(folder / "marks.csv", [(ALICIA.id, MONDAY, "AM", "/"), ("LEAVER", MONDAY, "AM", "N")])

    (problem,) = mis.marks(MONDAY, MONDAY).problems

    assert problem.sentence.startswith("1 pupils with marks are not in the pupils export")


def test_problems_of_other_days_are_not_told_again(mis, folder):
    export(folder / "marks.csv", [(ALICIA.id, MONDAY, "AM", "ZZ"), (ALICIA.id, TUESDAY, "AM", "/")])

    assert len(mis.marks(MONDAY, MONDAY).problems) == 1
    assert mis.marks(TUESDAY, TUESDAY).problems == ()


def test_a_later_registers_file_has_the_last_word(mis, folder):
    header = ("date", "session", "group", "taken", "teacher_id")
    export(folder / "registers.csv", [(MONDAY, "AM", "7A", "no", "T1")], header=header)
    export(folder / "registers_late.csv", [(MONDAY, "AM", "7A", "yes", "T1")], header=header)

    assert [register.state for register in mis.registers(MONDAY)] == ["taken"]


def test_one_list_that_can_not_be_read_stops_all_lists(mis, folder):
    export(folder / "lists" / "trip.csv", [(ALICIA.id, MONDAY, "AM", "trip")], header=(*MARKS[:3], "kind"))
    export(folder / "lists" / "zoo.csv", [(AMELIA.id, MONDAY, "AM", "zoo!")], header=(*MARKS[:3], "kind"))

    with pytest.raises(BadInput, match=r"zoo\.csv, row 2"):
        mis.expected_elsewhere(MONDAY)


# ------------------------------------------------------------ columns that had to be guessed


@pytest.fixture
def sims(folder):
    export(folder / "marks.csv", [(ALICIA.id, "23/11/2026", "AM", "N")], header=("Adno", "Date", "Session", "Mark"))


@pytest.mark.usefixtures("sims")
def test_guessed_columns_wait_for_a_person_and_are_written_down(mis, tmp_path):
    with pytest.raises(NeedsHuman, match="confirmed = true"):
        mis.marks(MONDAY, MONDAY)

    (guessed,) = MappingFile(tmp_path / "column-mapping.toml").mappings()
    assert guessed.columns["code"] == "Mark"
    assert not guessed.is_confirmed


@pytest.mark.usefixtures("sims")
def test_confirmed_columns_are_used_from_then_on(mis, folder, tmp_path):
    confirm_columns(folder, tmp_path / "column-mapping.toml")

    assert mis.marks(MONDAY, MONDAY).marks[0].session == Session(MONDAY, Half.AM)


@pytest.mark.usefixtures("sims")
def test_confirming_by_hand_in_the_file_is_enough(mis, tmp_path):
    file = tmp_path / "column-mapping.toml"
    with pytest.raises(NeedsHuman):
        mis.marks(MONDAY, MONDAY)

    file.write_text(file.read_text(encoding="utf-8").replace("= false", "= true"), encoding="utf-8")

    assert codes(mis) == {ALICIA.id: "N"}


@pytest.mark.usefixtures("sims")
def test_a_mapping_put_right_by_hand_is_heeded_at_once(mis, folder, tmp_path):
    header = ("Adno", "Date", "Session", "Mark", "Mark at noon")
    export(folder / "marks.csv", [(ALICIA.id, "23/11/2026", "AM", "N", "/")], header=header)
    confirm_columns(folder, file := tmp_path / "column-mapping.toml")
    before = codes(mis)

    file.write_text(file.read_text(encoding="utf-8").replace('"Mark"', '"Mark at noon"'), encoding="utf-8")

    assert (before, codes(mis)) == ({ALICIA.id: "N"}, {ALICIA.id: "/"})


@pytest.mark.usefixtures("sims")
def test_an_export_with_new_headers_waits_again(mis, folder, tmp_path):
    confirm_columns(folder, tmp_path / "column-mapping.toml")
    export(
        folder / "marks.csv",
        [(ALICIA.id, "23/11/2026", "AM", "N", "x")],
        header=("Adno", "Date", "Session", "Mark", "New"),
    )

    with pytest.raises(NeedsHuman):
        mis.marks(MONDAY, MONDAY)


# ------------------------------------------------------------ files that won't keep still


def test_a_file_that_changes_while_it_is_read_is_left_for_later(folder, monkeypatch):
    path = folder / "marks.csv"
    read = type(path).read_bytes

    def read_while_written(self):
        data = read(self)
        self.write_bytes(data + b"P9,2026-11-23,AM,N\n")
        return data

    monkeypatch.setattr(type(path), "read_bytes", read_while_written)

    with pytest.raises(RetryLater):
        read_source(path)


def test_a_file_somebody_holds_open_needs_a_person(folder, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "used by another process", "C:/Users/Orla/marks.csv")

    monkeypatch.setattr(type(folder), "read_bytes", refuse)

    with pytest.raises(NeedsHuman, match=r"marks\.csv can't be opened") as told:
        read_source(folder / "marks.csv")

    assert "Orla" not in str(told.value)


def test_a_disk_that_fails_is_tried_again(folder, monkeypatch):
    def fail(_):
        raise OSError(5, "input/output error")

    monkeypatch.setattr(type(folder), "read_bytes", fail)

    with pytest.raises(RetryLater):
        read_source(folder / "marks.csv")


def test_a_file_too_large_to_be_an_export_is_not_read(folder, monkeypatch):
    monkeypatch.setattr("connectors.files.source.LARGEST_FILE", 10)

    with pytest.raises(BadInput, match="at most 10"):
        read_source(folder / "marks.csv")


def test_reading_csv_loads_no_spreadsheet_library(root):
    heavy = "('openpyxl', 'pandas', 'python_calamine')"
    code = f"import sys, connectors.files; print([name for name in {heavy} if name in sys.modules])"

    printed = subprocess.run([sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True).stdout

    assert printed.strip() == "[]"


def test_the_session_asked_for_is_the_one_that_is_given(mis):
    assert {mark.session for mark in mis.marks(MONDAY, MONDAY).marks} == {MORNING}
