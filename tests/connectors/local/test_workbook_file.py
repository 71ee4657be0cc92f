"""The file on disk: whole or not at all, never over somebody's save, the same bytes for the same content."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from connectors._xlsx.drawing import drawn
from connectors._xlsx.parts import LARGEST_UNPACKED
from connectors._xlsx.reading import grids
from connectors.local import workbook_file
from connectors.local.workbook import LocalWorkbook
from firstbell.errors import NeedsHuman
from firstbell.records import SheetRows
from firstbell.testing.workbook_conformance import ALICIA, LAYOUT, MICHAEL, draw_today, pupils, read_sheet
from firstbell.testing.workbook_person import Person

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "Trial.xlsx"


@pytest.fixture
def workbook(path):
    workbook = LocalWorkbook(path)
    draw_today(workbook, a=ALICIA)
    return workbook


def the_bytes(before=None):
    rows = SheetRows("Today", {"a": ALICIA, "m": MICHAEL})
    return drawn(before, LAYOUT, [rows], as_at="09:45", file="Trial.xlsx")


def test_the_same_content_is_the_same_bytes():
    assert the_bytes() == the_bytes()


def test_drawing_again_settles_and_then_does_not_touch_the_file(workbook, path):
    draw_today(workbook, a=ALICIA)
    settled, moment = path.read_bytes(), path.stat().st_mtime_ns

    draw_today(workbook, a=ALICIA)

    assert (path.read_bytes(), path.stat().st_mtime_ns) == (settled, moment)


def test_no_entry_tells_when_or_by_whom_it_was_written():
    with zipfile.ZipFile(io.BytesIO(the_bytes())) as archive:
        properties = archive.read("docProps/core.xml").decode("utf-8")

    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert properties.count("2026-01-01T00:00:00Z") == 2


def test_a_text_that_stands_in_many_cells_is_kept_once():
    rows = SheetRows("Today", {f"{n}": {"Pupil": "Zoë & Söhne  <1>"} for n in range(3)})
    content = drawn(None, LAYOUT, [rows], as_at="09:45", file="Trial.xlsx")

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    assert parts["xl/sharedStrings.xml"].count("Zoë &amp; Söhne  &lt;1&gt;") == 1
    assert [name for name, part in parts.items() if "Zoë" in part] == ["xl/sharedStrings.xml"]
    assert grids(content, "Trial.xlsx")["Today"][5][1] == "Zoë & Söhne  <1>"


def test_a_save_while_we_draw_is_read_again_and_kept(workbook, path, monkeypatch):
    person, real = Person(path), workbook_file.refuse_while_open
    saves = iter([lambda: person.types("Today", "a", "Reason given", "dentist")])

    def just_before_replacing(checked):
        real(checked)
        if list(path.parent.glob(".firstbell-*")):
            next(saves, lambda: None)()

    monkeypatch.setattr(workbook_file, "refuse_while_open", just_before_replacing)
    draw_today(workbook, a={**ALICIA, "Days": 8})

    assert person.sees("Today")[0]["Reason given"] == "dentist"
    assert person.sees("Today")[0]["Days"] == "8"


def test_somebody_who_saves_without_end_is_asked_to_close(workbook, path, monkeypatch):
    person, real, numbers = Person(path), workbook_file.refuse_while_open, iter(range(1000))

    def saves_each_time(checked):
        real(checked)
        person.types("Today", "a", "Reason given", f"change {next(numbers)}")

    monkeypatch.setattr(workbook_file, "refuse_while_open", saves_each_time)

    with pytest.raises(NeedsHuman, match="saved over and over"):
        draw_today(workbook, a={**ALICIA, "Days": 8})
    assert person.sees("Today")[0]["Days"] == "3"
    assert list(path.parent.glob(".firstbell-*")) == []


@pytest.mark.parametrize("owner", ["~$Trial.xlsx", ".~lock.Trial.xlsx#"])
def test_excel_and_libreoffice_are_both_noticed(workbook, path, owner):
    (path.parent / owner).write_bytes(b"")
    before = path.read_bytes()

    with pytest.raises(NeedsHuman, match=r"^close Trial\.xlsx.*delete"):
        draw_today(workbook, m=MICHAEL)

    assert path.read_bytes() == before


def test_where_windows_refuses_to_replace_a_sentence_says_close_it(workbook, path, monkeypatch):
    def refuse(_self, _target):
        raise PermissionError(13, "used by another process")

    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(NeedsHuman, match=r"^close Trial\.xlsx"):
        draw_today(workbook, m=MICHAEL)
    assert path.read_bytes() == before
    assert list(path.parent.glob(".firstbell-*")) == []


def test_a_run_that_dies_between_writing_and_replacing_leaves_the_old_file_whole(workbook, path):
    before = path.read_bytes()
    program = f"""
import os, pathlib
pathlib.Path.replace = lambda self, target: os._exit(9)
from connectors.local.workbook import LocalWorkbook
from firstbell.testing.workbook_conformance import MICHAEL, draw_today
draw_today(LocalWorkbook(pathlib.Path({str(path)!r})), m=MICHAEL)
"""
    died = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=60)

    assert died.returncode == 9
    assert path.read_bytes() == before
    assert len(list(path.parent.glob(".firstbell-*"))) == 1
    draw_today(workbook, m=MICHAEL)
    assert list(path.parent.glob(".firstbell-*")) == []
    assert pupils(Person(path)) == ["Michael Test"]


def test_the_folder_is_made(tmp_path):
    draw_today(LocalWorkbook(tmp_path / "new" / "Trial.xlsx"), a=ALICIA)

    assert (tmp_path / "new" / "Trial.xlsx").is_file()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_whoever_could_open_the_file_still_can(workbook, path):
    path.chmod(0o664)

    draw_today(workbook, m=MICHAEL)

    assert path.stat().st_mode & 0o777 == 0o664


def test_a_disk_that_does_not_take_it_needs_a_person_and_changes_nothing(workbook, path, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(NeedsHuman, match="has room"):
        draw_today(workbook, m=MICHAEL)
    assert path.read_bytes() == before
    assert list(path.parent.glob(".firstbell-*")) == []


def a_zip(entries):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def with_parts(content, changes):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return a_zip({name: archive.read(name) for name in archive.namelist()} | changes)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "damaged"),
        (b"not a workbook", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "has a password"),
        (a_zip({"hello.txt": b"hello"}), "damaged"),
        (a_zip({f"{n}.xml": b"" for n in range(2_001)}), "too large"),
        (with_parts(the_bytes(), {"xl/vbaProject.bin": b"x"}), "macros"),
        (the_bytes()[:-200], "damaged"),
    ],
)
def test_what_is_no_workbook_of_ours_is_refused_in_a_sentence_and_left_alone(path, content, sentence):
    path.write_bytes(content)

    with pytest.raises(NeedsHuman, match=sentence):
        LocalWorkbook(path).read(LAYOUT)
    with pytest.raises(NeedsHuman, match=sentence):
        draw_today(LocalWorkbook(path), a=ALICIA)

    assert path.read_bytes() == content


def test_a_file_that_unpacks_to_far_too_much_is_refused_before_it_is_unpacked(path):
    path.write_bytes(with_parts(the_bytes(), {"xl/media/blank.bin": bytes(LARGEST_UNPACKED)}))

    assert path.stat().st_size < 1_000_000
    with pytest.raises(NeedsHuman, match="too large"):
        LocalWorkbook(path).read(LAYOUT)


def the_sheet(content, before, after):
    """A workbook of ours in whose first sheet something was replaced."""
    name = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read(name)
    assert before in sheet
    return with_parts(content, {name: sheet.replace(before, after, 1)})


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (b'r="B6"', b'r="B1048576"', "far away from the others, in row 1,048,576"),
        (b'r="B6"', b'r="XFD1048576"', "far away"),
        (b'r="B6"', b'r="A99999999999999999999"', "far away"),
        (b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', "merged or linked"),
        (b"</sheetData>", b"</sheetData><hyperlinks><hyperlink ref='A1:Z1048576'/></hyperlinks>", "merged or linked"),
        (b'r="B6" s="', b'r="B6" s="999', "damaged"),
    ],
)
def test_cells_that_would_take_gigabytes_are_refused_before_anything_opens_them(path, before, after, sentence):
    content = the_sheet(the_bytes(), before, after)
    path.write_bytes(content)

    with pytest.raises(NeedsHuman, match=sentence):
        draw_today(LocalWorkbook(path), a=ALICIA)

    assert path.read_bytes() == content


def test_a_row_that_only_has_a_height_lies_far_away_in_peace(path):
    path.write_bytes(the_sheet(the_bytes(), b"</sheetData>", b'<row r="1048576" ht="12"></row></sheetData>'))

    draw_today(LocalWorkbook(path), a=ALICIA)

    assert set(read_sheet(LocalWorkbook(path), "Today").rows) == {"a"}


def test_entities_and_external_documents_in_a_workbook_are_never_followed(path):
    with zipfile.ZipFile(io.BytesIO(the_bytes())) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    bomb = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + sheet
    path.write_bytes(with_parts(the_bytes(), {"xl/worksheets/sheet1.xml": bomb}))

    with pytest.raises(NeedsHuman, match="damaged"):
        draw_today(LocalWorkbook(path), a=ALICIA)


def test_a_file_that_may_not_be_read_needs_a_person(path):
    path.mkdir()

    with pytest.raises(NeedsHuman, match="can't be read"):
        LocalWorkbook(path).read(LAYOUT)


def test_importing_the_workbook_loads_neither_openpyxl_nor_calamine():
    program = "import sys, connectors.local.workbook; print({'openpyxl', 'python_calamine'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, timeout=60)

    assert done.stdout.decode() == f"set(){os.linesep}"


def test_reading_does_not_change_the_file(workbook, path):
    before = path.read_bytes()

    read_sheet(workbook, "Today")

    assert path.read_bytes() == before
