"""Workbooks that somebody or something spoilt: the export reader and the office's own workbook both refuse or read."""

import datetime as dt
import io
import zipfile
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from connectors._xlsx.drawing import drawn
from connectors.files import read_contacts, read_marks, read_pupils
from connectors.local.workbook import LocalWorkbook
from firstbell.records import SheetRows
from firstbell.testing.workbook_conformance import ALICIA, LAYOUT, MICHAEL, TYPED

NAME = "Quillfeather"
DEAR = settings(max_examples=max(15, settings().max_examples * 3 // 10))
READERS = {"marks.xlsx": read_marks, "pupils.xlsx": read_pupils, "contacts.xlsx": read_contacts}
ROWS = {
    "marks.xlsx": [
        ["pupil_id", "date", "session", "code"],
        ["P1", dt.date(2026, 11, 23), "AM", "/"],
        [2, "", "PM", "N"],
    ],
    "pupils.xlsx": [["pupil_id", "surname", "date_of_birth", "year_group"], ["P1", NAME, dt.date(2014, 2, 28), 7]],
    "contacts.xlsx": [["pupil_id", "contact_id", "relationship", "surname", "priority"], ["P1", "C1", "Mum", NAME, 1]],
}
HUGE = (
    b"A1048576",
    b"XFD1",
    b"XFD1048576",
    b"A9999999",
    b"ZZZ9999999",
    b"A0",
    b"AAAA1",
    b"1A",
    b"",
    b"A99999999999999999999",
)
# What is put in the place of what in a part: attacks, damage, and what other programs write.
CHANGES = (
    *((b'r="B2"', b'r="%s"' % cell) for cell in HUGE),
    *((b'r="B2"', b'r="%s" t="e"' % cell) for cell in HUGE),
    (b"<c r=", b"<c s='99999' r="),
    (b"<c ", b"<c t='s' "),
    (b"<c ", b"<c t='d' "),
    (b"<c ", b"<c t='nonsense' "),
    (b"<v>", b"<f>1+1</f><v>"),
    (b"<v>", b"<f t='shared' si='0' ref='A1:XFD1048576'>1+1</f><v>"),
    (b"<v>", b"<v>9e999"),
    (b"<v>", b"<v>-99999999999"),
    (b"<v>", b"<v>99999999999999999999999999"),
    (b"<t>", b"<t>=1+1"),
    (b"<t>", b"<t>&#0;"),
    (b"<t>", b"<t>&lol;"),
    (b"<t>", b"<t><b>"),
    (b"<row r=", b"<row r='99999999' x="),
    (b"<row r=", b"<row r='-1' x="),
    (b"<sheetData>", b"<sheetData><row/><row><c/></row>"),
    (b"</sheetData>", b"</sheetData><mergeCells><mergeCell ref='A1:B1'/><mergeCell ref='A2:XFD1048576'/></mergeCells>"),
    (b"</sheetData>", b"</sheetData><mergeCells><mergeCell ref='nowhere'/></mergeCells>"),
    (
        b"</sheetData>",
        b"</sheetData><dataValidations><dataValidation sqref='A1:XFD1048576' type='x'/></dataValidations>",
    ),
    (b"</sheetData>", b"</sheetData><autoFilter ref='A1:C'/>"),
    (b"</sheetData>", b"</sheetData><hyperlinks><hyperlink ref='A1' r:id='rId99'/></hyperlinks>"),
    (b"</sheetData>", b""),
    (b"<dimension ref=", b"<dimension ref='A1:XFD1048576' x="),
    (b"<sheets>", b"<externalReferences><externalReference r:id='rId77'/></externalReferences><sheets>"),
    (b"<sheets>", b"<sheets><sheet name='ghost' sheetId='9' r:id='rId88'/>"),
    (b"<definedNames>", b"<definedNames><definedName name='x'>#REF!</definedName>"),
    (b"?>", b"?><!DOCTYPE x [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;'>]>"),
    (b"?>", b"?><!DOCTYPE x SYSTEM 'file:///etc/passwd'>"),
    (b"<?xml", b"\xff\xfe<?xml"),
    (b"worksheets/sheet1.xml", b"../../../etc/passwd"),
    (b"worksheets/sheet1.xml", b"nowhere.xml"),
    (b"xmlns=", b"xmlns:x="),
    (b"pupil_id", b"Pupil  ID "),
    (b"Firstbell key", b"My key"),
    (b"Reason given", b"Decision"),
    (b"sheetId=", b"sheetId='many' x="),
    (b"numFmtId=", b"numFmtId='x' y="),
    (b"count=", b"count='-5' x="),
    (b"date1904", b"date1904='maybe' x"),
)
NEW_PARTS = (
    "xl/vbaProject.bin",
    "xl/externalLinks/externalLink1.xml",
    "xl/connections.xml",
    "../../evil.xml",
    "xl/x" * 200,
)
PACKING = (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
HEADS = {b"PK\x03\x04": 6, b"PK\x01\x02": 8}  # of an entry in the archive, and where its flags and method begin


@cache
def good(name):
    """The parts of a good workbook, by name: an export, or one that the office works in."""
    if name not in ROWS:
        rows = SheetRows("Today", {"a": ALICIA, "m": MICHAEL}), SheetRows("Blocked", {"b": TYPED})
        return parts_of(drawn(None, LAYOUT, rows, as_at="09:45", file=name))
    book, content = Workbook(), io.BytesIO()
    for row in ROWS[name]:
        book.active.append(row)
    book.save(content)
    return parts_of(content.getvalue())


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {part: archive.read(part) for part in archive.namelist()}


@st.composite
def spoilt_part(draw, part):
    """One part with a few changes at random places: of the known kinds, or of bytes, or cut short."""
    for before, after in draw(st.lists(st.sampled_from(CHANGES), max_size=3)):
        at = draw(st.integers(1, 3))
        part = part.replace(before, after, at) if before in part else part
    kind = draw(st.integers(0, 9))
    if kind == 0:
        part = part[: draw(st.integers(0, len(part)))]
    elif kind == 1:
        at = draw(st.integers(0, len(part)))
        part = part[:at] + draw(st.binary(max_size=6)) + part[at + draw(st.integers(0, 6)) :]
    elif kind == 2:
        at, length = draw(st.integers(0, len(part))), draw(st.integers(0, 300))
        part = part[:at] + part[at + length :]
    return part


@st.composite
def spoilt_workbook(draw, name):
    """A good workbook with parts changed, lost, added or moved, packed in any way, its zip changed."""
    parts, packed = dict(good(name)), io.BytesIO()
    names = sorted(parts, key=lambda part: ("sheet" not in part, "workbook" not in part, part))
    for part in draw(st.lists(st.sampled_from(names[:4] + names), min_size=1, max_size=3)):
        parts[part] = draw(spoilt_part(parts[part]))
    if draw(st.integers(0, 9)) == 0:
        del parts[draw(st.sampled_from(names))]
    if draw(st.integers(0, 9)) == 0:
        parts[draw(st.sampled_from(NEW_PARTS))] = draw(st.binary(max_size=20))
    with zipfile.ZipFile(packed, "w", draw(st.sampled_from(PACKING))) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return draw(spoilt_zip(packed.getvalue()))


@st.composite
def spoilt_zip(draw, content):
    """The archive with a head changed (a flag, the packing, a size), damaged anywhere, or whole."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        head, at = draw(st.sampled_from(sorted(HEADS.items())))
        place = content.find(head) + at + draw(st.integers(0, 22))
        return content[:place] + draw(st.binary(min_size=1, max_size=4)) + content[place + 1 :]
    if kind == 1:
        place = draw(st.integers(0, len(content) - 1))
        return content[:place] + draw(st.binary(max_size=3)) + content[place + 1 :]
    return content


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workbooks")


@pytest.mark.parametrize("name", READERS)
@DEAR
@given(data=st.data())
def test_a_spoilt_workbook_of_an_export_is_read_or_refused_in_a_sentence(refused, folder, name, data):
    (folder / name).write_bytes(data.draw(spoilt_workbook(name)))

    with refused(NAME):
        READERS[name](folder / name)


@DEAR
@given(data=st.data())
def test_a_spoilt_workbook_of_the_office_is_read_or_refused_in_a_sentence(refused, folder, data):
    path = folder / "Trial.xlsx"
    path.write_bytes(data.draw(spoilt_workbook("Trial.xlsx")))

    with refused("Alicia", "old@example.org"):
        LocalWorkbook(path).read(LAYOUT)


@DEAR
@given(data=st.data())
def test_a_spoilt_workbook_of_the_office_is_drawn_whole_or_left_as_it_is(refused, folder, data):
    path = folder / "Drawn.xlsx"
    before = data.draw(spoilt_workbook("Drawn.xlsx"))
    path.write_bytes(before)

    with refused("Alicia", "old@example.org") as seen:
        LocalWorkbook(path).draw(LAYOUT, [SheetRows("Today", {"a": ALICIA})], as_at="10:00")

    if seen:
        assert path.read_bytes() == before
    else:
        assert "a" in next(sheet.rows for sheet in LocalWorkbook(path).read(LAYOUT) if sheet.sheet == "Today")
