"""Encodings, separators and damage: a file is read as it was meant, or refused with the place and a plain sentence."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import (
    read_calendar,
    read_contacts,
    read_cover,
    read_list,
    read_marks,
    read_pupils,
    read_registers,
)
from firstbell.errors import BadInput

PUPILS = "pupil_id,surname,date_of_birth,year_group\nP1,Zoë Brontë,28/02/2012,7\n"
MARK = [("P1", "2026-11-23-AM", "/")]


def surname_in(path):
    return read_pupils(path)[0][0].surname.reveal()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be"])
def test_a_name_survives_every_encoding_that_exports_have(write, encoding):
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""

    path = write("pupils.csv", mark + PUPILS.encode(encoding))

    assert surname_in(path) == "Zoë Brontë"


def test_composed_and_decomposed_letters_are_the_same_name(write):
    path = write("pupils.csv", PUPILS.replace("ë", "e\u0308"))

    assert surname_in(path) == "Zoë Brontë"


@pytest.mark.parametrize("unseen", ["\u200b", "\u202e", "\ufeff", "\u2066"])
def test_what_can_not_be_seen_does_not_split_a_name_from_itself(write, unseen):
    path = write("pupils.csv", PUPILS.replace("Zoë", f"{unseen}Zo{unseen}ë"))

    assert surname_in(path) == "Zoë Brontë"


def test_padding_and_hard_blanks_are_trimmed(write):
    path = write("pupils.csv", PUPILS.replace("Zoë", "\u00a0 Zoë").replace("P1", "  P1   "))

    assert surname_in(path) == "Zoë Brontë"
    assert read_pupils(path)[0][0].id == "P1"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found_from_the_header(marks_in, separator, end):
    text = f"pupil_id,date,session,code{end}P1,23/11/2026,AM,/{end}".replace(",", separator)

    assert marks_in(text) == (MARK, [])


def test_blank_rows_are_skipped_and_still_counted(marks_in):
    marks, problems = marks_in("pupil_id,date,session,code\n,,,\n\nP1,23/11/2026,AM,/\nP2,23/11/2026,AM,ZZ\n")

    assert marks == MARK
    assert problems[0].where == "marks.csv, row 5"


def test_a_lone_backslash_survives_beside_a_quote(marks_in):
    text = 'pupil_id,date,session,code,comment\nP1,23/11/2026,PM,\\,"at ""home"", he said"\nP2,23/11/2026,PM,"\\",x\n'

    assert marks_in(text)[0] == [("P1", "2026-11-23-PM", "\\"), ("P2", "2026-11-23-PM", "\\")]


@pytest.mark.parametrize(
    "above",
    [
        "Attendance marks report\n\n",
        "Please fill in every column,,,\n",
        "# exported by the office\n",
        "Hill School,,Marks,\n",
    ],
)
def test_titles_and_instructions_above_the_header_are_passed_over(marks_in, above):
    assert marks_in(above + "pupil_id,date,session,code\nP1,23/11/2026,AM,/\n") == (MARK, [])


@pytest.mark.parametrize("below", ["Required,DD/MM/YYYY,AM or PM,Optional", "Must be an id,,,", "e.g. 1234,,,"])
def test_an_instruction_row_under_the_header_is_no_pupil(marks_in, below):
    assert marks_in(f"pupil_id,date,session,code\n{below}\nP1,23/11/2026,AM,/\n") == (MARK, [])


@pytest.mark.parametrize(
    ("content", "row", "found"),
    [
        (b"pupil_id,date,session,code\nP1,23/11/2026,A\x00M,/\n", 2, "NUL"),
        (b'pupil_id,date,session,code\nP1,23/11/2026,AM,"/\nP2,23/11/2026,AM,/\n', 2, "quote"),
        (b"pupil_id,date,session,code\nP1,23/11/2026,AM," + b"x" * 200_000 + b"\n", 2, "131,072"),
        (b"pupil_id,date,session,code\nP1,23/11/2026,AM,/\nP2,23/11/20", 3, "cut in half"),
        (b"pupil_id,date,session,code\nP1,23/11/2026,AM,\x81\n", 2, "byte"),
        (
            "pupil_id,date,session,note,code\nP1,23/11/2026,AM,Zoë,/\nP2,23/11/2026,AM,\xff,/\n".encode()[:-4]
            + b"\xff\n",
            3,
            "byte",
        ),
        (b"\xff\xfep\x00u\x00\x00\xd8", 1, "byte"),
        (b"", 0, "no rows"),
        (b"\n\n\n", 0, "no rows"),
        (b"1,2,3,4\nP1,23/11/2026,AM,/\n", 1, "a first row of 4 cells"),
        (b"pupil_id,date,session\nP1,23/11/2026,AM\n", 1, "'pupil_id', 'date', 'session'"),
    ],
)
def test_a_damaged_file_is_refused_with_its_row(write, content, row, found):
    with pytest.raises(BadInput) as refused:
        read_marks(write("marks.csv", content))

    assert (refused.value.file, refused.value.row) == ("marks.csv", row)
    assert found in refused.value.found


def test_a_file_without_a_header_gives_no_name_away(write):
    with pytest.raises(BadInput) as refused:
        read_contacts(write("contacts.csv", "Orla O'Neil,Mother,orla@example.net\n"))

    assert "Orla" not in str(refused.value)
    assert "orla@" not in str(refused.value)


@pytest.mark.parametrize("name", ["marks.csv", "marks.xlsx"])
def test_a_sign_in_page_saved_as_an_export_is_refused(write, name):
    page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>user, password, date, code</body></html>\n"

    with pytest.raises(BadInput, match=r"column name we know|damaged"):
        read_marks(write(name, page * 30))


def test_a_row_with_more_cells_than_the_header_is_left_out_and_told(marks_in):
    marks, problems = marks_in("pupil_id,date,session,code\nP1,23/11/2026,AM,/\nP2,23/11/2026,AM,/,N\n")

    assert marks == MARK
    assert [problem.where for problem in problems] == ["marks.csv, row 3"]


def test_trailing_cells_that_a_spreadsheet_dropped_are_blank(marks_in):
    header = "pupil_id,date,session,code,minutes_late,comment"
    text = f"{header}\nP1,23/11/2026,AM,/\nP2,23/11/2026,AM\nP3,23/11/2026,PM,L,5,,,\n"

    marks, problems = marks_in(text)

    assert [pupil for pupil, _, _ in marks] == ["P1", "P3"]
    assert [problem.where for problem in problems] == ["marks.csv, row 3"]


@pytest.mark.parametrize("name", ["Null", "True", "1E10", "O'Neil", "Nguyễn", "X", "=1+1", "-Smith", "@SUM(1)"])
def test_a_name_that_looks_like_something_else_stays_a_name(write, name):
    path = write("pupils.csv", f"pupil_id,surname,date_of_birth,year_group\nP1,{name},28/02/2012,7\n")

    assert surname_in(path) == name


@pytest.mark.parametrize(
    ("reader", "header"),
    [
        (read_pupils, "pupil_id,date_of_birth,year_group,upn,fsm,on_roll_to"),
        (read_contacts, "pupil_id,relationship,priority,court_order,email"),
        (read_registers, "date,session,group,taken,teacher_id"),
        (read_cover, "date,session,group,cover_id"),
        (read_list, "pupil_id,date,session,kind"),
        (read_calendar, 'name = "x"'),
    ],
    ids=["pupils", "contacts", "registers", "cover", "list", "calendar"],
)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused_by_every_reader(tmp_path_factory, reader, header, content):
    path = tmp_path_factory.mktemp("bytes") / "export.csv"
    path.write_bytes(header.encode() + b"\n" + content)

    with suppress(BadInput):
        assert reader(path) is not None


@pytest.mark.parametrize("name", ["marks.xls", "marks.xlsm", "marks.ods"])
def test_a_format_we_do_not_read_is_refused(write, name):
    with pytest.raises(BadInput, match="saved as"):
        read_marks(write(name, b"whatever"))
