"""Workbooks: values as a spreadsheet shows them, and nothing opened that is no plain export."""

import datetime as dt
import io
import zipfile
import zlib

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from connectors.files import read_marks, read_pupils
from connectors.files.sheets import cell_text
from firstbell.errors import BadInput

HEADER = ["pupil_id", "date", "session", "code"]
DAY = dt.date(2026, 11, 23)


def marks_in(path):
    found = read_marks(path)
    return [(m.pupil_id, m.session.key, m.code) for m in found.marks], found.problems


@pytest.fixture
def with_part(write_book):
    """A good workbook with one more part, or with one part changed."""

    def adder(name, content):
        path = write_book("marks.xlsx", [HEADER, ["P1", DAY, "AM", "/"]])
        old = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.infolist():
                changed = content if part.filename == name else lambda data: data
                new.writestr(part.filename, changed(old.read(part)))
            if name not in old.namelist():
                new.writestr(name, content(b""))
        return path

    return adder


def test_numbers_dates_and_text_read_as_the_csv_would(write_book):
    path = write_book(
        "marks.xlsx", [HEADER, [291, DAY, "AM", "/"], ["001275", dt.datetime.combine(DAY, dt.time()), "PM ", "\\"]]
    )

    assert marks_in(path) == ([("291", "2026-11-23-AM", "/"), ("001275", "2026-11-23-PM", "\\")], ())


def test_a_workbook_that_counts_days_from_1904_gives_the_same_dates(write_book):
    path = write_book("marks.xlsx", [HEADER, ["P1", DAY, "AM", "/"]], epoch=CALENDAR_MAC_1904)

    assert marks_in(path)[0] == [("P1", "2026-11-23-AM", "/")]


def test_rows_are_numbered_as_the_spreadsheet_numbers_them(write_book):
    path = write_book("marks.xlsx", [[], ["Hill School"], HEADER, [], ["P1", DAY, "AM", "ZZ"]])

    assert marks_in(path)[1][0].where == "marks.xlsx, row 5"


def test_of_several_sheets_the_one_with_our_columns_is_read(write_book):
    def add_notes(sheet):
        sheet.parent.create_sheet("Notes", 0).append(["Made by the office"])

    assert marks_in(write_book("marks.xlsx", [HEADER, ["P1", DAY, "AM", "/"]], add_notes))[1] == ()


def test_two_sheets_that_could_be_meant_are_refused(write_book):
    def add_copy(sheet):
        copy = sheet.parent.create_sheet("Last week")
        copy.append(HEADER)
        copy.append(["P1", DAY, "AM", "N"])

    with pytest.raises(BadInput, match="'Sheet' and 'Last week'"):
        read_marks(write_book("marks.xlsx", [HEADER, ["P1", DAY, "AM", "/"]], add_copy))


def test_a_hidden_sheet_is_not_read(write_book):
    def hide_a_copy(sheet):
        copy = sheet.parent.create_sheet("Hidden")
        copy.append(HEADER)
        copy.sheet_state = "hidden"

    assert len(read_marks(write_book("marks.xlsx", [HEADER, ["P1", DAY, "AM", "/"]], hide_a_copy)).marks) == 1


def test_a_formula_is_refused_and_its_cell_is_named(write_book):
    with pytest.raises(BadInput) as refused:
        read_marks(write_book("marks.xlsx", [HEADER, ["P1", DAY, "AM", "/"], ["P2", DAY, "AM", '=IF(1=1,"N","/")']]))

    assert refused.value.found == "a formula in cell D3"
    assert "paste values" in refused.value.expected


def test_an_error_value_is_refused_and_never_read_as_blank(write_book):
    def put_error(sheet):
        sheet["D2"] = "#N/A"
        sheet["D2"].data_type = "e"

    with pytest.raises(BadInput, match=r"#N/A in cell D2"):
        read_marks(write_book("marks.xlsx", [HEADER, ["P1", DAY, "AM", "/"]], put_error))


def test_a_name_that_starts_like_a_formula_is_text(write_book):
    def as_text(sheet):
        sheet["B2"].data_type = "s"

    rows = [["pupil_id", "surname", "date_of_birth", "year_group"], ["P1", '=HYPERLINK("http://x","y")', DAY, 7]]

    (pupil,), _ = read_pupils(write_book("pupils.xlsx", rows, as_text))

    assert pupil.surname.reveal() == '=HYPERLINK("http://x","y")'


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/externalLinks/externalLink1.xml", "links to other workbooks"),
        ("xl/connections.xml", "data connections"),
    ],
)
def test_parts_that_have_no_place_in_an_export_are_refused(with_part, part, found):
    with pytest.raises(BadInput, match=found):
        read_marks(with_part(part, lambda _: b"<x/>"))


@pytest.mark.parametrize("declared", [b'<!DOCTYPE x [<!ENTITY a "b">]>', b"<!ENTITY a SYSTEM 'file:///etc/passwd'>"])
def test_a_document_type_is_refused(with_part, declared):
    with pytest.raises(BadInput, match="no plain spreadsheet XML"):
        read_marks(
            with_part("xl/worksheets/sheet1.xml", lambda data: data.replace(b"<worksheet", declared + b"<worksheet", 1))
        )


def test_sheets_in_another_encoding_can_not_hide_anything(with_part):
    with pytest.raises(BadInput, match="no plain spreadsheet XML"):
        read_marks(with_part("xl/worksheets/sheet1.xml", lambda data: data.decode().encode("utf-16")))


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(with_part):
    path = with_part("xl/media/image1.bin", lambda _: bytes(40 * 1024 * 1024))

    assert path.stat().st_size < 100_000
    with pytest.raises(BadInput, match="that unpack to more than"):
        read_marks(path)


@pytest.mark.parametrize(
    ("cell", "place"), [("XFD1000", "column 16,384"), ("A1048576", ""), ("AB250000", "row 250,000")]
)
def test_a_stray_cell_far_away_is_refused_if_it_makes_the_sheet_huge(write_book, cell, place):
    path = write_book("marks.xlsx", [HEADER, ["P1", DAY, "AM", "/"]], lambda sheet: sheet.__setitem__(cell, "x"))

    with pytest.raises(BadInput, match=f"far away.*{place}"):
        read_marks(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'r="B2"', b'r="xfd1048576"'),
        (b'r="B2"', b'r = "XFD1048576"'),
        (b'r="B2"', b'r="A99999999999999999999"'),
        (b'<row r="2" spans="1:4"><c r="A2"', b'<row r="99999999"><c'),
    ],
    ids=["small letters", "blanks", "too many figures", "no place but its row's"],
)
def test_a_stray_cell_written_as_no_program_does_is_seen_too(with_part, before, after):
    def put_far_away(sheet):
        sheet = sheet.replace(b'<row r="2"><c r="A2"', b'<row r="2" spans="1:4"><c r="A2"')
        assert before in sheet
        return sheet.replace(before, after)

    with pytest.raises(BadInput, match="far away"):
        read_marks(with_part("xl/worksheets/sheet1.xml", put_far_away))


def test_a_sheet_is_looked_through_wherever_it_lies(with_part):
    path = with_part("xl/worksheets/sheet1.xml", lambda sheet: sheet.replace(b"<v>", b"<f>1+1</f><v>"))
    path.write_bytes(path.read_bytes().replace(b"xl/worksheets/sheet1.xml", b"xl/WORKSHEETS/sheet1.xml"))

    with pytest.raises(BadInput, match="a formula"):
        read_marks(path)


def test_a_part_larger_than_it_says_is_refused(with_part):
    path = with_part("xl/media/image1.bin", lambda _: bytes(3_000_000))
    told, real = (3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    checksums = zlib.crc32(bytes(3_000_000)).to_bytes(4, "little"), zlib.crc32(bytes(10)).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(told, real).replace(*checksums))

    with pytest.raises(BadInput, match="damaged"):
        read_marks(path)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_packed_as_no_program_packs_is_refused(with_part, packing):
    path = with_part("xl/media/image1.bin", lambda _: b"x")
    with zipfile.ZipFile(path, "a", packing) as archive:
        archive.writestr("xl/media/image2.bin", bytes(50_000_000))

    with pytest.raises(BadInput, match="damaged or protected"):
        read_marks(path)


def test_a_wide_grid_is_no_stray_cell(write_book):
    days = [DAY + dt.timedelta(days=n) for n in range(40)]
    header = ["pupil_id", *(f"{day:%d/%m/%Y} {half}" for day in days for half in ("AM", "PM"))]

    assert len(read_marks(write_book("marks.xlsx", [header, ["P1", *["X"] * 80]])).marks) == 80


def test_a_workbook_of_thousands_of_parts_is_refused(write):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as parts:
        for number in range(2_001):
            parts.writestr(f"xl/{number}.bin", b"")

    with pytest.raises(BadInput, match="2,001 parts"):
        read_marks(write("marks.xlsx", packed.getvalue()))


@pytest.mark.parametrize("kept", [slice(2000), slice(40, 80), slice(4)], ids=["cut short", "middle", "mark"])
def test_a_damaged_workbook_is_refused(write_book, kept):
    path = write_book("marks.xlsx", [HEADER, ["P1", DAY, "AM", "/"]])
    path.write_bytes(path.read_bytes()[kept])

    with pytest.raises(BadInput, match="damaged or protected"):
        read_marks(path)


def test_any_single_damaged_byte_gives_marks_or_a_refusal(write_book):
    path = write_book("marks.xlsx", [HEADER, ["P1", DAY, "AM", "/"]])
    whole = path.read_bytes()
    outcomes = set()

    for at in range(0, len(whole), 41):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            outcomes.add(type(read_marks(path)).__name__)
        except BadInput:
            outcomes.add("refused")

    assert outcomes <= {"Marks", "refused"}


def test_an_empty_workbook_is_refused(write_book):
    with pytest.raises(BadInput, match="no rows"):
        read_marks(write_book("marks.xlsx", []))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (291.0, "291"),
        (6.25, "6.25"),
        (dt.datetime.combine(DAY, dt.time(9, 5)), "2026-11-23 09:05:00"),
        (" N ", "N"),
        (True, "True"),
    ],
)
def test_a_value_reads_as_the_spreadsheet_shows_it(value, text):
    assert cell_text(value) == text


def test_a_one_and_a_true_in_the_same_sheet_stay_apart(write_book):
    rows = [["pupil_id", "date_of_birth", "year_group", "fsm"], [1, DAY, 7, True], [7, DAY, 1, False]]

    pupils, _ = read_pupils(write_book("pupils.xlsx", rows))

    assert [(p.id, p.year_group, p.flags.fsm) for p in pupils] == [("1", "7", True), ("7", "1", False)]
