"""Exports that somebody or something spoilt: each is read, or refused with the place and a plain sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import (
    MappingFile,
    read_calendar,
    read_contacts,
    read_cover,
    read_list,
    read_marks,
    read_pupils,
    read_registers,
)

NAME = "Quillfeather"  # nobody's name but our pupil's: no sentence may hold it
GOOD = {
    "marks.csv": (
        read_marks,
        (
            "pupil_id,date,session,code,minutes_late,as_at\n"
            "P1,23/11/2026,AM,/,,2026-11-23T09:31:00Z\nP2,23/11/2026,PM,L,7,2026-11-23T09:31:00Z\n"
        ),
    ),
    "marks_week.csv": (
        read_marks,
        (
            "AdmissionNo,WeekBegins,MonAM,MonPM,TueAM,TuePM,WedAM,WedPM,ThuAM,ThuPM,FriAM,FriPM\n"
            "P1,23/11/2026,/,\\,/,\\,N,N,/,\\,I,I\n"
        ),
    ),
    "marks_packed.csv": (read_marks, "pupil_id,marks_from,marks_to,marks\nP1,23/11/2026,24/11/2026,/\\NN\n"),
    "marks_grid.csv": (read_marks, "pupil_id,23/11/2026 AM,23/11/2026 PM,24/11/2026 AM\nP1,/,\\,N\nP2,I,I,/\n"),
    "pupils.csv": (
        read_pupils,
        (
            "pupil_id,forename,surname,date_of_birth,year_group,form,upn,fsm,sen_status,on_roll_from,on_roll_to\n"
            f'P1,Alicia,{NAME},28/02/2012,7,7A,H801200001001,Yes,K,01/09/2023,\nP2,"O\'Neil",{NAME},29/02/2012,R,,,no,,,\n'
        ),
    ),
    "contacts.csv": (
        read_contacts,
        (
            "pupil_id,contact_id,relationship,priority,forename,surname,email,mobile,parental_responsibility,court_order\n"
            f"P1,C1,Mother,1,Orla,{NAME},orla@example.net,07700 900123,Yes,\nP1,C2,Father,2,Sam,{NAME},,,No,Yes\n"
        ),
    ),
    "registers.csv": (
        read_registers,
        (
            "date,session,group,taken,teacher_id,teacher_name,teacher_email\n"
            f"23/11/2026,AM,7A,Yes,T1,{NAME},t@example.net\n23/11/2026,PM,7A,No,T1,{NAME},t@example.net\n"
        ),
    ),
    "cover.csv": (read_cover, f"date,session,group,cover_id,cover_name\n23/11/2026,AM,7A,T2,{NAME}\n"),
    "list.csv": (read_list, "pupil_id,date,session,kind\nP1,23/11/2026,AM,trip\nP2,23/11/2026,,exam\n"),
}
TOMLS = {
    "calendar.toml": (
        read_calendar,
        (
            'name = "Hill"\nschool_year = "2026-27"\ninset = [2026-11-27]\nbank_holidays = [2026-12-25]\n'
            '[[terms]]\nname = "Autumn"\nfirst = 2026-09-03\nlast = 2026-12-18\n'
            '[[closures]]\ndate = 2026-11-25\nreason = "snow"\nyears = ["7"]\n'
        ),
    ),
    "column-mapping.toml": (
        lambda path: MappingFile(path).mappings(),
        (
            '[[export]]\nkind = "marks"\nconfirmed = true\nheaders = ["a", "b"]\nnot_used = []\n'
            '[export.columns]\npupil_id = "a"\ndate = "b"\n'
        ),
    ),
}
ODD_CELLS = st.sampled_from([
    *("", '"', "'", '"""', "\\", "\0", "\t", "\r", "\u202e", "\u200b", "\ufeff", "e\u0301", "=1+1", "-", "N", "ZZ"),
    *("0",),
    *("31/02/2026", "02/28/2026", "2026-11-23", "23/11/26", "46349", "0001-01-01", "9999-12-31", "23 Nov 2026"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-23T09:31", "inf", "nan", "1e400", "-1", "²"),
    *("٣",),
    *("9" * 30, "9" * 5_000, "x" * 140_000, "Year 99", "a@x.test, b@y.test", "P1", "Yes", "no", "AM", "1,2", "a;b|c"),
])  # fmt: skip
ENCODINGS = st.sampled_from(
    ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "utf-32", "utf-7", "cp037"]
)
LINE_ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n", "\u2028", "\x0b"])
SEPARATORS = st.sampled_from([",", ",", ";", "\t", "|", ":", " , "])
WHERE = st.integers(0, 99)


def put_in_place(rows, at, where, cell):
    rows[at][where % len(rows[at])] = cell


def put_before(rows, at, where, cell):
    rows[at].insert(where % len(rows[at]), cell)


def add_to_a_cell(rows, at, where, cell):
    rows[at][where % len(rows[at])] += cell


def lose_the_last_cell(rows, at, _where, _cell):
    rows[at][1:] = rows[at][1:-1]


def add_a_copy(rows, at, _where, _cell):
    rows.append(list(rows[at]))


def add_a_row_of_one_cell(rows, at, _where, cell):
    rows.insert(at, [cell])


def move_a_column(rows, _at, where, _cell):
    for row in rows:
        row.append(row.pop(where % len(row)))


def turn_round(rows, _at, _where, _cell):
    rows.reverse()


HARM = (
    *(put_in_place, put_before, add_to_a_cell, lose_the_last_cell),
    *(add_a_copy, add_a_row_of_one_cell, move_a_column, turn_round),
)


@st.composite
def spoilt_table(draw, good):
    """A good table with columns, rows and cells moved, doubled, lost or replaced, written in any way."""
    rows = [line.split(",") for line in good.splitlines()]
    for harm, where, cell in draw(st.lists(st.tuples(st.sampled_from(HARM), WHERE, ODD_CELLS), max_size=5)):
        harm(rows, where % len(rows), where, cell)
    end, separator = draw(LINE_ENDS), draw(SEPARATORS)
    return end.join(separator.join(row) for row in rows) + draw(st.sampled_from([end, ""]))


@st.composite
def spoilt_bytes(draw, texts):
    """The bytes of a text in any encoding, cut short, with bytes put in, or in two encodings at once."""
    content = draw(texts).encode(draw(ENCODINGS), "replace")
    for where, put_in in draw(st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=4)), max_size=2)):
        at = where % (len(content) + 1)
        content = content[:at] + put_in + content[at + len(put_in) % 3 :]
    return content[: draw(st.none() | st.integers(0, len(content)))]


@st.composite
def spoilt_toml(draw, good):
    """A good TOML text with keys and values of other kinds, lines lost, doubled or put in."""
    lines = good.splitlines()
    for change, where, value in draw(
        st.lists(st.tuples(st.integers(0, 3), WHERE, TOML_VALUES), min_size=1, max_size=4)
    ):
        at = where % len(lines)
        match change:
            case 0:
                lines[at] = lines[at].partition("=")[0] + "= " + value
            case 1:
                lines.insert(at, lines[where % 7 % len(lines)])
            case 2 if len(lines) > 1:
                del lines[at]
            case _:
                lines.insert(at, f"odd = {value}")
    return "\n".join(lines) + "\n"


TOML_VALUES = st.sampled_from([
    *("1", "-1", "1.5", "inf", "nan", "true", '""', '"x"', '"\\u0000"', "[]", "[1]", '["7"]', '[["7"]]', "{}"),
    *("{a = 1}",),
    *("2026-11-23", "2026-11-23T09:00:00Z", "09:00:00", "0001-01-01", "9999-12-31", "2026-02-30", "9" * 5_000),
    *("0x" + "f" * 40,),
    *("[" * 3_000, "[" * 3_000 + "]" * 3_000, "{a=" * 2_000, "'''", "\x00", '"\ud7ff\\uD800"', "[[1], 2]"),
    *('"\\n\\u2028"',),
])  # fmt: skip


def one_of_our_refusals(refused, folder, name, read, content):
    path = folder / name
    path.write_bytes(content)
    with refused(NAME) as seen:
        found = read(path)
        seen += [problem.sentence for problem in problems_of(found)]


def problems_of(found):
    """The problems that a reader gave back beside what it read."""
    if isinstance(found, tuple):
        return [each for part in found if isinstance(part, tuple) for each in part if hasattr(each, "sentence")]
    return getattr(found, "problems", ())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("spoilt")


@pytest.mark.parametrize("name", GOOD)
def test_a_good_export_is_read_without_a_word(folder, name):
    read, good = GOOD[name]
    (folder / name).write_text(good, encoding="utf-8")

    assert [problem.sentence for problem in problems_of(read(folder / name))] == []


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
def test_a_spoilt_export_is_read_or_refused_in_a_sentence(refused, folder, name, data):
    read, good = GOOD[name]

    one_of_our_refusals(refused, folder, name, read, data.draw(spoilt_bytes(spoilt_table(good))))


@pytest.mark.parametrize("name", TOMLS)
@given(data=st.data())
def test_a_spoilt_toml_file_is_read_or_refused_in_a_sentence(refused, folder, name, data):
    read, good = TOMLS[name]

    one_of_our_refusals(refused, folder, name, read, data.draw(spoilt_bytes(spoilt_toml(good))))


@pytest.mark.parametrize("name", [*GOOD, *TOMLS])
@given(content=st.binary(max_size=500))
def test_any_bytes_at_all_are_read_or_refused_in_a_sentence(refused, folder, name, content):
    read, _ = (GOOD | TOMLS)[name]

    one_of_our_refusals(refused, folder, name, read, content)
