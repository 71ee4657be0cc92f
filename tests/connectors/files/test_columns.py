"""Headers as schools have them: matched, repaired, or refused with what was found and what was expected."""

import pytest

from connectors.files import MappingFile, confirm_columns, propose_columns, read_marks, read_pupils
from connectors.files.columns import Kind, compulsory, plain, ranks
from connectors.files.formats import read_table
from connectors.files.mapping import guess
from connectors.files.marks import MARK_KINDS
from connectors.files.source import read_source
from firstbell.errors import BadInput, NeedsHuman

MARK = [("P1", "2026-11-23-AM", "/")]


def test_ghost_space_a_header_with_a_trailing_space_is_repaired(marks_in):
    assert marks_in("pupil_id ,date\u00a0, Session,code  \nP1,23/11/2026,AM,/\n") == (MARK, [])


def test_ghost_space_moved_columns_are_followed(marks_in):
    assert marks_in("code,session,pupil_id,date\n/,AM,P1,23/11/2026\n") == (MARK, [])


def test_ghost_space_merged_headers_are_repaired(write_book):
    rows = [["pupil_id", "23/11/2026", None], [None, "AM", "PM"], ["P1", "/", "\\"]]
    path = write_book("marks.xlsx", rows, lambda sheet: (sheet.merge_cells("B1:C1"), sheet.merge_cells("A1:A2")))

    found = read_marks(path)

    assert [(m.session.key, m.code) for m in found.marks] == [("2026-11-23-AM", "/"), ("2026-11-23-PM", "\\")]


def test_ghost_space_merged_data_is_refused_in_a_plain_sentence(write_book):
    rows = [["pupil_id", "date", "session", "code"], ["P1", "23/11/2026", "AM", "N"], ["P2", "23/11/2026", "AM", "N"]]
    path = write_book("marks.xlsx", rows, lambda sheet: sheet.merge_cells("D2:D3"))

    with pytest.raises(BadInput) as refused:
        read_marks(path)

    assert str(refused.value) == (
        "marks.xlsx, row 2: found merged cells D2:D3, expected one value in each cell: unmerge them"
    )


@pytest.mark.parametrize(
    "header",
    [
        "Adno,Date,Session,Mark",
        "Admission number,Attendance date,Session Name,Mark",
        "Student ID,Record date,Roll call,Mark code",
        "StudentID,CalendarStartDate,PeriodDisplayName,Mark",
        "STUDENT_ID,RECORD_DATE,PERIOD,RAW_MARK",
        "StudentId,Date,Session,Mark",
    ],
)
def test_marks_under_each_vendors_headers_are_read(marks_in, header):
    assert marks_in(f"{header}\nP1,23/11/2026,AM,/\n") == (MARK, [])


@pytest.mark.parametrize(
    "header",
    [
        "Adno,UPN,Legal Surname,Legal Forename,Preferred Surname,Preferred Forename,DOB,Year,Reg",
        "Student ID,UPN,Last name,First name,Preferred Last Name,Preferred First Name,DOB,Year group,Registration form",
        "StudentId,UPN,LastName,FirstName,PreferredLastName,PreferredFirstName,DateOfBirth,YearGroup,TutorGroupName",
    ],
)
def test_pupils_under_each_vendors_headers_are_read_by_preferred_name(write, header):
    path = write("pupils.csv", f"{header}\n001275,B801200005001,O'Neil,Alicia,Neil,Ali,28/02/2014,Year  7,7A\n")

    (found,), problems = read_pupils(path)

    assert (found.id, found.forename.reveal(), found.surname.reveal()) == ("001275", "Ali", "Neil")
    assert (found.year_group, found.form, found.upn.is_valid) == ("7", "7A", True)
    assert problems == ()


def test_the_same_column_twice_is_refused_and_both_are_named(write):
    with pytest.raises(BadInput) as refused:
        read_marks(write("marks.csv", "pupil_id,date,session,Mark,Attendance mark\nP1,23/11/2026,AM,/,N\n"))

    assert refused.value.found == "the columns 'Mark' and 'Attendance mark'"
    assert "code" in refused.value.expected


def test_one_header_twice_is_refused(write):
    with pytest.raises(BadInput, match="the columns 'code' and 'code'"):
        read_marks(write("marks.csv", "pupil_id,date,session,code,code \nP1,23/11/2026,AM,/,N\n"))


def test_a_upn_alone_is_no_key(write):
    with pytest.raises(BadInput) as refused:
        read_marks(write("marks.csv", "UPN,Date,Session,Mark\nB801200005001,23/11/2026,AM,/\n"))

    assert "pupil_id" in refused.value.expected


@pytest.mark.parametrize("kind", Kind)
def test_no_name_in_the_table_could_mean_two_columns(kind):
    names = [name for blocks in ranks(kind).values() for block in blocks for name in block]

    assert len(names) == len(set(names))
    assert set(compulsory(kind)) <= ranks(kind).keys()
    assert all(plain(name) == name for name in names)


@pytest.fixture
def table_of(write):
    return lambda text: read_table(read_source(write("marks.csv", text)), MARK_KINDS)


SIMS = "Adno,Date,Session,Mark,House\nP1,23/11/2026,AM,/,\n"


def test_a_guess_shows_what_was_matched_and_what_was_not(table_of):
    mapping = guess(table_of(SIMS))

    assert mapping.columns == {"pupil_id": "Adno", "date": "Date", "session": "Session", "code": "Mark"}
    assert (mapping.unmapped, mapping.missing, mapping.is_confirmed) == (("House",), (), False)


def test_our_own_headers_need_no_confirming(table_of):
    assert guess(table_of("pupil_id,date,session,code\nP1,23/11/2026,AM,/\n")).is_confirmed


def test_a_mapping_is_remembered_as_people_can_read_it(table_of, tmp_path):
    file = MappingFile(tmp_path / "column-mapping.toml")
    mapping = guess(table_of(SIMS.replace("Comments", 'Com"ments \\ é')))

    file.remember(mapping)

    assert file.mappings() == (mapping,)
    assert "confirmed = false" in (tmp_path / "column-mapping.toml").read_text(encoding="utf-8")
    assert 'pupil_id = "Adno"' in (tmp_path / "column-mapping.toml").read_text(encoding="utf-8")


def test_columns_in_another_order_are_the_export_we_know_and_new_ones_are_not(table_of, tmp_path):
    file = MappingFile(tmp_path / "column-mapping.toml")
    file.remember(guess(table_of(SIMS)))

    assert file.known(table_of("Mark,Session ,adno,Date,House\n/,AM,P1,23/11/2026,\n")) is not None
    assert file.known(table_of("Adno,Date,Session,Mark,Comments,Minutes late\nP1,23/11/2026,AM,/,,\n")) is None


def test_a_grid_is_known_again_in_another_week(table_of, tmp_path):
    file = MappingFile(tmp_path / "column-mapping.toml")
    file.remember(guess(table_of("Adno,23/11/2026 AM,23/11/2026 PM\nP1,/,\\\n")))

    assert file.known(table_of("Adno,30/11/2026 AM,30/11/2026 PM\nP1,/,\\\n")) is not None


def test_a_person_confirms_every_export_at_once(write, tmp_path):
    write("exports/marks.csv", SIMS)
    write("exports/pupils.csv", "Adno,DOB,Year\nP1,28/02/2014,7\n")
    write("exports/contacts.csv", "Adno,Relationship,Primary Email\nP1,Mother,m@example.net\n")
    write("exports/lists/trip.csv", "Adno,Date,Session,List\nP1,23/11/2026,,Trip\n")
    mapping_file = tmp_path / "column-mapping.toml"

    proposed = propose_columns(tmp_path / "exports", mapping_file)
    confirmed = confirm_columns(tmp_path / "exports", mapping_file)

    assert [m.kind for m in proposed] == [Kind.PUPILS, Kind.MARKS, Kind.CONTACTS, Kind.LIST]
    assert confirmed == proposed
    assert all(m.is_confirmed for m in confirmed)
    assert all(m.is_confirmed for m in MappingFile(mapping_file).mappings())
    assert propose_columns(tmp_path / "exports", mapping_file) == ()


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "[[export]]\nkind = 'marks'\n",
        "export = 3\n",
        "export = [3]\n",
        "[[export]]\nkind=[]\nconfirmed=true\nheaders=[]\nnot_used=[]\ncolumns={}\n",
        f"export = {'9' * 5_000}\n",
        f"export = {'[' * 5_000}\n",
        "[[export]]\nkind='x'\nconfirmed=true\nheaders=[]\nnot_used=[]\ncolumns={}\n",
    ],
)
def test_a_mapping_file_we_can_not_read_is_refused(write, text):
    with pytest.raises(BadInput, match=r"column-mapping\.toml"):
        MappingFile(write("column-mapping.toml", text)).mappings()


def test_a_folder_in_place_of_the_mapping_file_needs_a_person(tmp_path):
    with pytest.raises(NeedsHuman, match="can't be read"):
        MappingFile(tmp_path).mappings()


def test_a_confirmed_mapping_that_names_no_such_column_is_refused(write, table_of):
    mapping = guess(table_of(SIMS))
    path = write("marks.csv", SIMS.replace("Mark", "Code of the day"))

    with pytest.raises(BadInput, match="no such column"):
        read_marks(path, mapping=mapping)
