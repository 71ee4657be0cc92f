"""`firstbell measures` as people and machines run it: files in, an answer and an exit code out."""

import json
import subprocess
import sys

import pytest

CALENDAR = """
name = "Example 2026-27"
school_year = "2026-27"
bank_holidays = [2026-12-25]
inset = [2026-11-27]
closures = []
[[terms]]
name = "Autumn 1"
first = 2026-09-03
last = 2026-10-23
[[terms]]
name = "Autumn 2"
first = 2026-11-02
last = 2026-12-18
"""
PUPILS = "pupil_id,date_of_birth,year_group\nP1,2013-01-01,9\nP2,2013-05-05,9\n"
IN_SCHOOL = "pupil_id,date,session,code\nP1,2026-11-02,AM,/\nP1,2026-11-02,PM,\\\n"


@pytest.fixture
def run(tmp_path, root):
    """Run the real command over files with these contents."""

    def command(*options, marks=IN_SCHOOL, calendar=CALENDAR, pupils=PUPILS, as_of="2026-11-23"):
        for name, text in (("marks.csv", marks), ("calendar.toml", calendar), ("pupils.csv", pupils)):
            if text is not None:
                (tmp_path / name).write_text(text, encoding="utf-8", newline="")
        files = ("--marks", "marks.csv", "--calendar", "calendar.toml", "--pupils", "pupils.csv")
        line = [sys.executable, "-m", "firstbell", "measures", *files, "--as-of", as_of, *options]
        environment = {"PYTHONPATH": str(root), "PYTHONUTF8": "1", "COLUMNS": "200"}
        return subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False)

    return command


def test_json_is_one_object_and_nothing_else(run):
    done = run("--json")

    found = json.loads(done.stdout)
    assert list(found) == ["as_of", "from", "parameters", "pupils"]
    assert [(pupil["pupil_id"], pupil["attendance_percent"]) for pupil in found["pupils"]] == [
        ("P1", 100.0),
        ("P2", None),
    ]
    assert (done.returncode, done.stderr) == (0, "")


def test_findings_that_need_a_person_leave_with_1(run):
    done = run("--json", marks=IN_SCHOOL + "P1,2026-11-03,AM,N\n")

    assert json.loads(done.stdout)["pupils"][0]["unexplained"][0]["overdue_after"] == "2026-11-10"
    assert done.returncode == 1


def test_a_bad_row_is_a_problem_in_the_list_and_the_rest_counts(run):
    done = run("--json", marks=IN_SCHOOL + "P1,2026-10-12,AM,H\nP1,2026-11-03,AM,\\\nP1,2026-11-04,XX,/\n")

    alicia = json.loads(done.stdout)["pupils"][0]
    assert alicia["possible"] == 2
    assert [(p["date"], p["code"], p["suggestion"]) for p in alicia["problems"] if p["code"]] == [
        ("2026-10-12", "H", "C or G"),
        ("2026-11-03", "\\", "/"),
    ]


def test_a_session_given_twice_is_said_and_the_later_row_counts(run):
    done = run("--json", marks=IN_SCHOOL + "P1,2026-11-02,AM,I\n")

    alicia = json.loads(done.stdout)["pupils"][0]
    assert (alicia["authorised"], alicia["attending"]) == (1, 1)
    assert "Two rows for this session: /, then I" in alicia["problems"][0]["problem"]


def test_people_get_a_table_of_those_who_need_attention(run):
    done = run(marks=IN_SCHOOL + "P2,2026-11-03,AM,N\n")

    assert "Attendance from 3 September 2026 to 23 November 2026" in done.stdout
    assert "the reason was due by 10 November 2026" in done.stdout
    assert "2 pupils, 1 of them without anything to do" in done.stdout


def test_nobody_who_needs_attention_makes_no_empty_table(run):
    done = run()

    assert done.stdout == (
        "From 3 September 2026 to 23 November 2026: 2 pupils, 2 of them without anything to do. "
        "Attendance: 100.0%; persistently absent: 0.0% of pupils.\n"
    )
    assert done.returncode == 0


def test_from_narrows_the_days_that_count(run):
    assert json.loads(run("--json", "--from", "2026-11-03").stdout)["pupils"][0]["possible"] == 0


@pytest.mark.parametrize(
    "unusable",
    [
        {"marks": None},
        {"marks": ""},
        {"marks": "who,when\n1,2\n"},
        {"marks": "\x00\x01\x02"},
        {"calendar": "name = "},
        {"calendar": 'name = "No terms"\nschool_year = "2026-27"\n'},
        {"calendar": CALENDAR.replace("first = 2026-11-02", "first = 2026-10-23")},
        {"calendar": CALENDAR.replace("inset", "insets")},
        {"pupils": "one,two\n1,2\n"},
        {"pupils": ""},
        {"as_of": "23/11/2026"},
        {"as_of": "2024-08-01"},
        {"as_of": "2031-01-10"},
        {"as_of": "2026-08-31"},
    ],
    ids=str,
)
def test_unusable_input_leaves_with_2_a_sentence_and_no_output(run, unusable):
    done = run("--json", **unusable)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_folder_in_place_of_a_file_is_wrong_use_and_nothing_to_wait_for(run, tmp_path):
    (tmp_path / "marks.csv").mkdir()

    done = run(marks=None)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "marks.csv: found a folder or a device, expected a file\n"


def test_a_file_as_spreadsheets_leave_it_gives_the_same_answer(run):
    left_by_a_spreadsheet = "\ufeff" + IN_SCHOOL.replace(",", ";").replace("\n", "\r\n") + ";;;\r\n"

    assert run("--json", marks=left_by_a_spreadsheet).stdout == run("--json").stdout


def test_a_header_without_rows_measures_the_pupils_listed_at_nothing(run):
    done = run("--json", marks="pupil_id,date,session,code\n")

    found = json.loads(done.stdout)["pupils"]
    assert [(pupil["pupil_id"], pupil["possible"], pupil["attendance_percent"]) for pupil in found] == [
        ("P1", 0, None),
        ("P2", 0, None),
    ]
