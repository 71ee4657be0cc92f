"""Marks in the four shapes exports have: every entry a mark, or told with its row; never a guess."""

import datetime as dt
import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import read_marks
from firstbell.errors import BadInput
from firstbell.testing.plain_files import write_marks
from rules.calendar import Half, Session
from rules.code_checks.validator import CodeProblem, read_code
from rules.codes import AttendanceCode
from rules.registers import Mark

XPORTER = Path(__file__).parents[4] / "shared" / "data" / "xporter"
HEADER = "pupil_id,date,session,code\n"
WEEK = "StudentId,StartDate,MonAM,MonPM,TueAM,TuePM,WedAM,WedPM,ThuAM,ThuPM,FriAM,FriPM\n"
PACKED = "Id,AttMarksStartDate,AttMarksEndDate,Marks\n"


@pytest.mark.parametrize(
    ("text", "code"), [("N", "N"), ("-", None), ("", None), ("C1", "C1"), ("#", "#"), (" L ", "L")]
)
def test_an_entry_is_read_strictly(marks_in, text, code):
    assert marks_in(f"{HEADER}P1,23/11/2026,AM,{text}\n")[0] == [("P1", "2026-11-23-AM", code)]


@pytest.mark.parametrize(
    ("text", "suggestion"), [("n", "N"), ("H", "C or G"), ("J", "J1"), ("\\", "/"), ("ZZ", "one of")]
)
def test_an_entry_that_is_no_code_is_told_and_the_rest_counts(marks_in, text, suggestion):
    marks, (problem,) = marks_in(f"{HEADER}P1,23/11/2026,AM,{text}\nP2,23/11/2026,AM,/\n")

    assert [pupil for pupil, _, _ in marks] == ["P2"]
    assert (problem.where, problem.pupil_id, problem.code) == ("marks.csv, row 2", "P1", text)
    assert problem.session == Session(dt.date(2026, 11, 23), Half.AM)
    assert suggestion in problem.suggestion
    assert problem.suggestion in problem.sentence


def test_a_comment_in_the_code_column_stays_out_of_the_problem(marks_in):
    _, (problem,) = marks_in(f"{HEADER}P1,23/11/2026,AM,Alicia has chickenpox\n")

    assert "Alicia" not in repr(problem)
    assert "chickenpox" not in repr(problem)


def test_the_same_session_twice_stays_two_marks_in_file_order(marks_in):
    marks, _ = marks_in(f"{HEADER}P1,23/11/2026,AM,N\nP1,23/11/2026,AM,L\n")

    assert [code for _, _, code in marks] == ["N", "L"]


def test_a_row_without_a_pupil_or_a_real_date_is_told(marks_in):
    marks, problems = marks_in(f"{HEADER},23/11/2026,AM,/\nP1,31/11/2026,AM,/\nP1,,AM,/\nP1,23/11/2026,Evening,/\n")

    assert marks == []
    assert [problem.where[-5:] for problem in problems] == ["row 2", "row 3", "row 4", "row 5"]
    assert [problem.pupil_id for problem in problems] == [None, "P1", "P1", "P1"]


@pytest.mark.parametrize(("text", "minutes"), [("5", 5), ("", None), ("0", 0)])
def test_minutes_late_are_kept(write, text, minutes):
    found = read_marks(write("marks.csv", f"pupil_id,date,session,code,minutes_late\nP1,23/11/2026,AM,L,{text}\n"))

    assert found.marks[0].minutes_late == minutes


@pytest.mark.parametrize("text", ["five", "-5", "5.5", "²"])
def test_minutes_late_that_are_no_number_do_not_lose_the_mark(write, text):
    found = read_marks(write("marks.csv", f"pupil_id,date,session,code,minutes_late\nP1,23/11/2026,AM,L,{text}\n"))

    assert (found.marks[0].code, found.marks[0].minutes_late) == ("L", None)
    assert found.problems[0].pupil_id == "P1"


@pytest.mark.parametrize(
    ("words", "half"),
    [
        ("AM", "AM"),
        ("am", "AM"),
        ("Morning", "AM"),
        ("AM1", "AM"),
        ("AM Reg", "AM"),
        ("Roll call PM", "PM"),
        ("Afternoon  Registration", "PM"),
    ],
)
def test_a_session_goes_by_the_names_schools_give_it(marks_in, words, half):
    assert marks_in(f"{HEADER}P1,23/11/2026,{words},X\n")[0] == [("P1", f"2026-11-23-{half}", "X")]


def test_lesson_marks_are_left_out_and_counted(marks_in):
    marks, (problem,) = marks_in(f"{HEADER}P1,23/11/2026,AM,/\nP1,23/11/2026,P1,N\nP1,23/11/2026,Period 2,N\n")

    assert marks == [("P1", "2026-11-23-AM", "/")]
    assert problem.sentence.startswith("2 rows are about lessons")


def test_a_file_of_lessons_alone_is_refused(write):
    with pytest.raises(BadInput, match="lessons or periods only"):
        read_marks(write("marks.csv", f"{HEADER}P1,23/11/2026,P1,N\n"))


# ------------------------------------------------------------ as at


def test_marks_are_as_at_when_the_file_was_changed(write):
    path = write("marks.csv", f"{HEADER}P1,23/11/2026,AM,/\n")
    os.utime(path, (1_795_426_260, 1_795_426_260))

    assert read_marks(path).as_at == dt.datetime(2026, 11, 23, 9, 31, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        f"# as at 2026-11-23T09:31:00Z\n{HEADER}P1,23/11/2026,AM,/\n",
        f"As at: 2026-11-23T10:31:00+01:00\n\n{HEADER}P1,23/11/2026,AM,/\n",
        "pupil_id,date,session,code,as_at\nP1,23/11/2026,AM,/,2026-11-23T09:31:00Z\nP2,23/11/2026,AM,/,2026-11-23T09:45:00Z\n",
    ],
)
def test_a_time_that_the_file_states_counts_more(write, text):
    assert read_marks(write("marks.csv", text)).as_at == dt.datetime(2026, 11, 23, 9, 31, tzinfo=dt.UTC)


@pytest.mark.parametrize("stated", ["2026-11-23T09:31:00", "this morning"])
def test_a_time_that_can_not_be_placed_is_refused(write, stated):
    with pytest.raises(BadInput, match="offset"):
        read_marks(write("marks.csv", f"# as at {stated}\n{HEADER}P1,23/11/2026,AM,/\n"))


# ------------------------------------------------------------ a row a week


def test_a_pupils_week_gives_ten_entries(marks_in):
    marks, problems = marks_in(f"{WEEK}P1   ,2026-11-23T00:00:00,/ ,\\ ,L,N,,,C1,\\,I,I\n")

    assert [code for _, _, code in marks] == ["/", "\\", "L", "N", None, None, "C1", "\\", "I", "I"]
    assert [key for _, key, _ in marks][::9] == ["2026-11-23-AM", "2026-11-27-PM"]
    assert problems == []


def test_a_week_that_does_not_begin_on_a_monday_is_not_dated_by_guess(marks_in):
    marks, (problem,) = marks_in(f"{WEEK}P1,24/11/2026,/,\\,/,\\,/,\\,/,\\,/,\\\n")

    assert marks == []
    assert "Monday" in problem.sentence


# ------------------------------------------------------------ packed strings


def test_a_packed_string_skips_weekends_and_keeps_what_is_not_taken(marks_in):
    marks, problems = marks_in(f"{PACKED}3116,2026-11-20,2026-11-23,/\\####N-\n")

    assert marks == [
        ("3116", "2026-11-20-AM", "/"),
        ("3116", "2026-11-20-PM", "\\"),
        ("3116", "2026-11-23-AM", "N"),
        ("3116", "2026-11-23-PM", None),
    ]
    assert problems == []


def test_a_closed_weekday_in_a_packed_string_is_a_planned_closure(marks_in):
    assert marks_in(f"{PACKED}3116,2026-11-27,2026-11-27,##\n")[0][0][2] is AttendanceCode.PLANNED_CLOSURE


@pytest.mark.parametrize("packed", ["/\\/", "C1\\####N-", "/\\#", ""])
def test_a_packed_string_of_the_wrong_length_is_not_read(marks_in, packed):
    marks, problems = marks_in(f"{PACKED}3116,2026-11-20,2026-11-23,{packed}\n9,2026-11-23,2026-11-23,/\\\n")

    assert [pupil for pupil, _, _ in marks] == ["9", "9"]
    assert problems[0].pupil_id == "3116"
    assert f"{len(packed)} marks" in problems[0].sentence


def test_the_packed_string_that_xporter_documents_is_read(marks_in):
    if not XPORTER.exists():
        pytest.skip("the recorded replies of Xporter are not beside this repository")
    described = next(
        line.split("|")
        for endpoint in json.loads((XPORTER / "queries.json").read_text(encoding="utf-8"))[0]["body"]["Endpoints"]
        for line in endpoint["Documentation"].splitlines()
        if line.startswith("Marks|/")
    )
    packed = described[1].replace("\\\\", "\\")  # escaped there for JSON within JSON
    monday_of_that_term = dt.date(2026, 9, 2)  # a Wednesday: three days of marks, then a weekend
    last = monday_of_that_term + dt.timedelta(days=len(packed) // 2 - 1)

    marks, problems = marks_in(f"{PACKED}3116,{monday_of_that_term},{last},{packed}\n")

    assert problems == []
    assert len(marks) == 16
    assert {code for _, _, code in marks} == {"/", "\\"}


# ------------------------------------------------------------ grids


@pytest.mark.parametrize(
    "grid",
    [
        "Adno,Surname,23/11/2026 AM,23/11/2026 PM,24/11/2026 AM,24/11/2026 PM\nP1,X,/,\\,N,-\n",
        "Adno,2026-11-23 am,2026-11-23_pm,2026-11-24-AM,2026-11-24PM\nP1,/,\\,N,-\n",
        "Adno,Mon 23/11/2026,Mon 23/11/2026,24 Nov 2026,24 Nov 2026\n,AM,PM,AM,PM\nP1,/,\\,N,-\n",
        "Adno,23/11/2026,24/11/2026\nP1,/\\,N-\n",
    ],
)
def test_a_grid_of_dates_is_read(marks_in, grid):
    marks, problems = marks_in(grid)

    assert [(key, code) for _, key, code in marks] == [
        ("2026-11-23-AM", "/"),
        ("2026-11-23-PM", "\\"),
        ("2026-11-24-AM", "N"),
        ("2026-11-24-PM", None),
    ]
    assert problems == []


def test_a_cell_for_a_day_that_does_not_hold_two_marks_is_told(marks_in):
    marks, problems = marks_in("Adno,23/11/2026,24/11/2026\nP1,/\\N,\nP2,N,N\\\n")

    assert [(pupil, key) for pupil, key, code in marks if code] == [("P2", "2026-11-24-AM"), ("P2", "2026-11-24-PM")]
    assert [problem.pupil_id for problem in problems] == ["P1", "P2"]


@pytest.mark.parametrize(
    "header",
    [
        "Adno,23/11/2026,23/11/2026",
        "Adno,23/11/2026 AM,23/11/2026 AM",
        "Adno,23/11/2026,23/11/2026 PM",
        "Adno,23/11/2026 AM,31/11/2026 AM",
    ],
)
def test_a_grid_that_leaves_a_session_open_is_refused(write, header):
    with pytest.raises(BadInput):
        read_marks(write("marks.csv", f"{header}\nP1,/,\\\n"))


def test_a_grid_with_the_month_first_is_refused(write):
    with pytest.raises(BadInput, match="month first"):
        read_marks(write("marks.csv", "Adno,11/20/2026 AM,11/20/2026 PM,11/05/2026 AM\nP1,/,\\,N\n"))


# ------------------------------------------------------------ every shape


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER},23/11/2026,AM,/\n",
        f"{WEEK},23/11/2026,/,\\,/,\\,/,\\,/,\\,/,\\\n",
        f"{PACKED},2026-11-23,2026-11-23,/\\\n",
        "Adno,23/11/2026 AM\n,/\n",
    ],
    ids=["rows", "week", "packed", "grid"],
)
def test_marks_of_no_pupil_are_told_in_every_shape(marks_in, text):
    marks, (problem,) = marks_in(text)

    assert marks == []
    assert problem.where == "marks.csv, row 2"


@pytest.mark.parametrize(
    "text",
    [f"{WEEK}P1,30/02/2026,/,\\,/,\\,/,\\,/,\\,/,\\\n", f"{PACKED}P1,2026-11-31,2026-11-23,/\\\n"],
    ids=["week", "packed"],
)
def test_marks_of_no_date_are_told_in_every_shape(marks_in, text):
    marks, (problem,) = marks_in(text)

    assert marks == []
    assert problem.pupil_id == "P1"


def test_an_unknown_code_in_a_week_is_told_with_its_session(marks_in):
    marks, (problem,) = marks_in(f"{WEEK}P1,23/11/2026,/,\\,/,ZZ,/,\\,/,\\,/,\\\n")

    assert len(marks) == 9
    assert problem.session == Session(dt.date(2026, 11, 24), Half.PM)


def test_a_session_with_two_columns_in_a_week_is_refused(write):
    with pytest.raises(BadInput, match="twice"):
        read_marks(write("marks.csv", "StudentId,StartDate,MonAM,Mon AM\nP1,23/11/2026,/,N\n"))


# ------------------------------------------------------------ properties

DAYS = st.dates(dt.date(2024, 8, 19), dt.date(2027, 7, 31))
SESSIONS = st.builds(Session, DAYS, st.sampled_from(Half))


def can_stand(mark):
    return mark.code is None or not isinstance(read_code(mark.code, mark.session), CodeProblem)


MARKS = st.builds(
    Mark,
    st.text("ABC0123456789-", min_size=1, max_size=8).filter(lambda text: text.strip("-")),
    SESSIONS,
    st.sampled_from([None, *AttendanceCode]),
    st.none() | st.integers(0, 400),
).filter(can_stand)


@given(marks=st.lists(MARKS, max_size=30))
def test_plain_marks_read_back_as_they_were_written(tmp_path_factory, marks):
    path = tmp_path_factory.mktemp("marks") / "marks.csv"

    write_marks(path, marks)

    assert read_marks(path).marks == tuple(marks)


@given(content=st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused_and_never_crash(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "marks.csv"
    path.write_bytes(b"pupil_id,date,session,code\n" + content if len(content) % 2 else content)

    with suppress(BadInput):
        assert all(mark.pupil_id for mark in read_marks(path).marks)


def test_a_grids_first_row_that_is_too_long_is_told_like_any_other(marks_in):
    marks, problems = marks_in("pupil_id,23/11/2026 AM\nP1,/,N\nP2,/\n")

    assert marks == [("P2", "2026-11-23-AM", "/")]
    assert [problem.where for problem in problems] == ["marks.csv, row 2"]


def test_minutes_late_of_thousands_of_figures_do_not_lose_the_mark(marks_in):
    marks, problems = marks_in(f"pupil_id,date,session,code,minutes_late\nP1,23/11/2026,AM,L,{'9' * 5_000}\n")

    assert (marks, len(problems)) == ([("P1", "2026-11-23-AM", "L")], 1)


@pytest.mark.parametrize("as_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z"])
def test_a_time_at_the_ends_of_the_calendar_is_refused(marks_in, as_at):
    with pytest.raises(BadInput, match="a time we can't place"):
        marks_in(f"pupil_id,date,session,code,as_at\nP1,23/11/2026,AM,/,{as_at}\n")
