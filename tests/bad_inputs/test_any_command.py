"""The command line with any arguments: it leaves with 0 to 3, a sentence, and without a traceback."""

import io
import json
from contextlib import chdir, redirect_stderr, redirect_stdout

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbell.__main__ import NEEDS_A_PERSON, WRONG_USE, run

DEAR = settings(max_examples=max(20, settings().max_examples // 2))
CALENDAR = """\
name = "Hill"
school_year = "2026-27"
[[terms]]
name = "Autumn"
first = 2026-09-03
last = 2026-12-18
"""
SETTINGS = """\
school = { key = "hill", name = "Hill", phone = "01632 960001", absence_email = "absence@example.org" }
mis = { folder = "mis" }
[day]
am = { opens = 08:40:00, closes = 09:10:00, session_ends = 12:20:00 }
pm = { opens = 13:10:00, closes = 13:40:00, session_ends = 15:10:00 }
[[staff]]
initials = "DS"
name = "Dee Safe"
role = "DSL"
email = "dee@example.org"
is_safeguarding = true
"""
FILES = {
    "marks.csv": "pupil_id,date,session,code\nP1,2026-11-23,AM,/\nP2,2026-11-23,AM,N\n",
    "pupils.csv": "pupil_id,date_of_birth,year_group\nP1,2014-02-28,7\nP2,9999-12-31,7\nP3,0001-01-01,R\n",
    "calendar.toml": CALENDAR,
    "school.toml": SETTINGS,
    "broken.toml": "[school",
    "mis/contacts.csv": "pupil_id,relationship\nP1,Mother\n",
    "letter.bin": "\x00",
}
PATHS = st.sampled_from([
    *(*FILES, ".", "..", "mis", "nowhere", "marks.csv/x", "/dev/null/x", "/", "", "x" * 300, "\udcff", "-", "--"),
    *("~", "new/folder", "/proc/nowhere/x", "a\nb", "%s", "{0}"),
])  # fmt: skip
DATES = st.sampled_from([
    *("2026-11-23", "2026-11-23T09:45", "0001-01-01", "0001-01-01T00:00", "9999-12-31", "9999-12-31T23:59"),
    *("2026-02-30",),
    *("1999-01-01", "2026-09-03", "2026-08-01", "2027-07-31", "today", "", "-1", "2026-11-23T09:45:00+99:00"),
])  # fmt: skip
WORDS = st.sampled_from(
    ["P1", "P9", "", "\udcff", "\u202e", "x" * 2_000, "-1", "0", "9" * 30, "[bold]", "1:" + "a" * 64, "é"]
)
COMMANDS = {
    ("measures",): {"--marks": PATHS, "--calendar": PATHS, "--as-of": DATES, "--pupils": PATHS, "--from": DATES},
    ("ledger", "verify"): {"--config": PATHS, "--anchor": WORDS},
    ("ledger", "show"): {"": WORDS, "--config": PATHS},
    ("ledger", "export"): {"": WORDS, "--config": PATHS, "--out": PATHS},
    ("wording",): {"--folder": PATHS},
    ("run", "sync"): {"--config": PATHS, "--at": DATES},
    ("run", "chase"): {"--config": PATHS, "--at": DATES},
    ("run", "first-day-contact"): {"--config": PATHS, "--at": DATES},
    ("run", "weekly"): {"--config": PATHS, "--at": DATES},
    ("run",): {"": WORDS, "--config": PATHS},
    ("demo", "--pupils", "3"): {"--at": DATES, "--seed": WORDS, "--out": PATHS},
    ("doctor",): {"--config": PATHS, "--another-mailbox": WORDS, "--another-site": WORDS},
    ("init",): {"--folder": PATHS, "--name": WORDS, "--key": WORDS, "--email": WORDS, "--am-opens": WORDS},
    (): {"": WORDS, "--help": st.just(""), "--version": st.just("")},
}
BEST = {"--marks": "marks.csv", "--calendar": "calendar.toml", "--pupils": "pupils.csv", "--config": "school.toml"}
BEST |= {"--as-of": "2026-11-23", "--key": "hill", "--am-opens": "08:40"}
FLAGS = ("--json", "--rehearse", "--help", "--nonsense", "-x", "--")


@st.composite
def a_command(draw):
    """A command with some of its options, right or odd, doubled or left out, and flags it may not have."""
    command = draw(st.sampled_from(sorted(COMMANDS)))
    arguments = list(command)
    for option, values in COMMANDS[command].items():
        if draw(st.integers(0, 9)) and option != "--help":
            value = draw(values) if draw(st.integers(0, 3)) == 0 else BEST.get(option) or draw(values)
            arguments += [option, value] if option else [value]
    return [*arguments, *draw(st.lists(st.sampled_from(FLAGS), max_size=1))]


def leaves(arguments):
    """The exit code, and what was written to standard output and error, as bytes a terminal would get."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", errors) for errors in ("strict", "backslashreplace"))
    with pytest.MonkeyPatch.context() as nobody_types, redirect_stdout(out), redirect_stderr(err):
        nobody_types.setattr("sys.stdin", io.StringIO())
        code = run(arguments)
    out.flush()
    err.flush()
    return code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()


@pytest.fixture(autouse=True, scope="module")
def _in_a_folder_of_files(tmp_path_factory):
    """The commands run in a school's folder of files, good and bad."""
    home = tmp_path_factory.getbasetemp() / "commands"
    (home / "mis").mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (home / name).write_text(text, encoding="utf-8")
    for name in ("marks.csv", "pupils.csv", "calendar.toml"):
        (home / "mis" / name).write_text(FILES[name], encoding="utf-8")
    with chdir(home):
        yield


def in_its_words(code, out, err, arguments):
    assert code in {0, 1, 2, 3}
    assert "Traceback" not in err
    if code == WRONG_USE:
        assert err.strip(), "nobody is told what was wrong"
        assert out == "" or arguments[:1] == ["demo"]
    elif "--json" in arguments and "--help" not in arguments and code < WRONG_USE:
        json.loads(out)


ANSWERS = [
    *("--name", "Hill", "--phone", "1", "--absence-email", "a@x.test", "--am-opens", "08:40", "--am-closes", "09:10"),
    *("--your-name", "Ann", "--role", "office", "--initials", "AO", "--email", "a@x.test", "--dsl-name", "Dee"),
    *("--dsl-initials", "DS", "--dsl-email", "d@x.test", "--key", "hill", "--spreadsheets", "local"),
]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["init", *ANSWERS, "--folder", "marks.csv/x"], "a place that can't be written"),
        (["init", *ANSWERS, "--folder", "x" * 300], "a place that can't be written"),
        (["init", *ANSWERS, "--folder", "new", "--name", "\udcff"], "a byte that is no letter"),
        (["ledger", "show", "\udcff"], "a byte that is no letter"),
        (["demo", "--pupils", "60", "--out", "marks.csv/x"], "a place that can't be written"),
        (["run", "sync", "--at", "9999-12-31T23:59"], "the year 9999"),
        (["run", "weekly", "--at", "0001-01-01T00:00"], "the year 1"),
        (["measures", "--marks", ".", "--calendar", "calendar.toml", "--as-of", "2026-11-23"], "a folder or a device"),
        (["measures", "--marks", "x" * 300, "--calendar", "calendar.toml", "--as-of", "2026-11-23"], "no such file"),
    ],
)
def test_what_once_ended_in_a_traceback_or_in_waiting_ends_in_a_sentence(arguments, sentence):
    code, out, err = leaves(arguments)

    assert (code, "Traceback" in err, sentence in err) == (WRONG_USE, False, True)
    assert out == "" or arguments[0] == "demo"


def test_a_birthday_in_a_year_nobody_was_born_in_is_told_and_stops_nothing():
    files = ["--marks", "marks.csv", "--calendar", "calendar.toml", "--pupils", "pupils.csv"]

    code, out, _ = leaves(["measures", *files, "--as-of", "2026-11-23", "--json"])

    assert code == NEEDS_A_PERSON
    assert "'date_of_birth' is not a date that exists" in out


@DEAR
@given(arguments=a_command())
def test_a_command_with_odd_arguments_leaves_with_a_sentence(arguments):
    in_its_words(*leaves(arguments), arguments)


@given(
    arguments=st.lists(st.text(st.characters(exclude_characters="\0"), max_size=8) | st.sampled_from(FLAGS), max_size=5)
)
def test_any_words_at_all_leave_with_a_sentence(arguments):
    in_its_words(*leaves(arguments), arguments)
