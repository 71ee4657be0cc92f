"""The command line as a contract: exit codes, JSON, and one sentence where something is wrong."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from firstbell.settings import load_settings

ROOT = Path(__file__).parents[2]


def test_asking_for_help_loads_no_library_of_workbooks():
    program = "import sys, firstbell.cli.app; print({'openpyxl', 'numpy', 'python_calamine'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, timeout=60)

    assert done.stdout.decode() == f"set(){os.linesep}"


def test_a_run_repeated_on_a_finished_morning_sends_nothing_more(firstbell, morning):
    once_more = ("run", "first-day-contact", "--config", morning / "school.toml", "--at", "2026-11-23T11:01", "--json")
    assert json.loads(firstbell(*once_more).stdout)["figures"]["messages sent"] == 0
    before = sorted(path.name for path in (morning / "outbox" / "sent").iterdir())

    done = firstbell(*once_more)

    assert done.returncode == 1, "a phone list and open alerts need a person"
    assert sorted(path.name for path in (morning / "outbox" / "sent").iterdir()) == before


def test_a_rehearsal_has_a_store_and_an_outbox_of_its_own(firstbell, morning):
    text = (morning / "school.toml").read_text(encoding="utf-8")
    listed = text.replace("[outgoing]", '[outgoing]\nrehearsal_recipients = ["head@example.org"]')
    (morning / "school.toml").write_text(listed, encoding="utf-8")
    config = morning / "school.toml"
    before = (morning / "firstbell.db").read_bytes()

    for job, time in (("sync", "11:01"), ("first-day-contact", "11:02"), ("first-day-contact", "11:13")):
        done = firstbell("run", job, "--config", config, "--at", f"2026-11-23T{time}", "--rehearse")
        assert done.returncode in {0, 1}, done.stderr

    sent = [p.read_text(encoding="utf-8") for p in (morning / "rehearsal" / "outbox" / "sent").glob("*.eml")]
    assert len(sent) > 5
    assert all("\nTo: head@example.org\n" in mail.replace("\r\n", "\n") for mail in sent)
    assert (morning / "firstbell.db").read_bytes() == before


def test_a_run_by_hand_says_when_to_run_it_again_for_what_is_held(firstbell, morning):
    config = morning / "school.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[outgoing]", '[outgoing]\nrehearsal_recipients = ["head@example.org"]'), "utf-8")
    run = ("run", "first-day-contact", "--config", config, "--rehearse")

    done = [firstbell(*run, "--at", f"2026-11-23T{time}") for time in ("11:02", "11:12", "11:13")]

    says = [" ".join(each.stdout.split()) for each in done]
    assert "Messages still wait: run this again at 11:12 to send them." in says[0]
    assert not any("still wait" in each for each in says[1:])
    assert done[0].returncode == 1


def test_old_marks_stop_the_run_with_a_sentence(firstbell, morning):
    done = firstbell("run", "first-day-contact", "--config", morning / "school.toml", "--at", "2026-11-23T11:50")

    assert done.returncode == 1
    assert "minutes old" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_day_without_school_is_no_fault(firstbell, morning):
    done = firstbell("run", "first-day-contact", "--config", morning / "school.toml", "--at", "2026-11-28T09:45")

    assert done.returncode == 0, done.stderr
    assert "weekend" in done.stdout


def test_ledger_verify_finds_an_altered_entry(firstbell, morning):
    config = morning / "school.toml"
    assert firstbell("ledger", "verify", "--config", config).returncode == 0
    with sqlite3.connect(morning / "firstbell.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE ledger_entries SET actor = 'Nobody' WHERE number = 20")
    connection.close()

    done = firstbell("ledger", "verify", "--config", config)

    assert done.returncode == 1
    assert "20" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "sync", "--config", "nowhere.toml"], "nowhere.toml"),
        (["run", "no-such-job"], "no-such-job"),
        (["demo", "--pupils", "three"], "--pupils"),
        (["measures"], "--marks"),
        (["nothing-like-this"], "nothing-like-this"),
    ],
)
def test_wrong_use_ends_with_two_and_names_what_was_wrong(firstbell, tmp_path, arguments, sentence):
    done = firstbell(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_misspelt_setting_is_named_with_its_line(firstbell, morning):
    config = morning / "school.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("closes =", "close ="), encoding="utf-8")

    done = firstbell("run", "sync", "--config", config)

    assert done.returncode == 2
    assert "school.toml, row " in done.stderr
    assert "close" in done.stderr


def test_every_command_has_help_with_an_example(firstbell):
    for command in (["demo"], ["init"], ["run"], ["measures"], ["ledger", "verify"], ["subject", "erase"], ["wording"]):
        done = firstbell(*command, "--help")
        assert done.returncode == 0
        assert f"firstbell {' '.join(command)}" in done.stdout.replace("\n", " ")


ANSWERS = (
    "Hill School\nhill\n01632 960001\nabsence@example.org\n08:40\n09:10\nAda Office\nattendance officer\nAO\n"
    "ada@example.org\nDee Safe\nDS\ndee@example.org\n"
)
IN_MICROSOFT_365 = "microsoft365\nhill.example\napp-1\nabsence@example.org\nb!att\nb!safe\nb!closed\n"


def test_init_writes_settings_that_load_and_overwrites_nothing(firstbell, tmp_path):
    first = firstbell("init", "--folder", tmp_path / "hill", input=ANSWERS + "local\n")
    again = firstbell("init", "--folder", tmp_path / "hill", input=ANSWERS + "local\n")

    assert first.returncode == 0, first.stderr
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_init_asks_a_school_in_microsoft_365_for_its_libraries_and_rehearses_at_first(firstbell, tmp_path):
    done = firstbell("init", "--folder", tmp_path, input=ANSWERS + IN_MICROSOFT_365)

    settings = load_settings(tmp_path / "school.toml")
    assert done.returncode == 0, done.stderr
    assert (settings.office.workbooks, settings.office.folders, settings.office.channel) == (
        *["microsoft365"] * 2,
        "local",
    )
    assert (settings.outgoing.mailer, settings.outgoing.rehearsal) == ("microsoft365", True)
    assert settings.microsoft365.libraries.restricted == "b!closed"


def test_init_writes_nothing_when_two_libraries_are_one(firstbell, tmp_path):
    done = firstbell("init", "--folder", tmp_path, input=ANSWERS + IN_MICROSOFT_365.replace("b!safe", "b!att"))

    assert done.returncode == 2
    assert "three different libraries" in done.stderr
    assert not (tmp_path / "school.toml").exists()


def test_what_init_leaves_to_be_filled_in_holds_once_its_marks_are_taken_away(firstbell, tmp_path):
    firstbell("init", "--folder", tmp_path, input=ANSWERS + "local\n")
    config = tmp_path / "school.toml"
    config.write_text(re.sub(r"(?m)^# (?=\[|\w+ = )", "", config.read_text(encoding="utf-8")), encoding="utf-8")

    settings = load_settings(config)

    assert (settings.watch.postholder, settings.staff[0].working_days) == ("AO", (4, 5))
    assert (settings.returns.readers, settings.returns.most_junior_year) == (("AO",), "7")
    assert (settings.letters.signed_by, settings.letters.readers) == ("AO", ("AO", "DS"))


def test_replay_shows_a_past_morning_and_changes_nothing(firstbell, morning):
    before = {path: path.read_bytes() for path in morning.rglob("*") if path.is_file()}
    days = ("--from", "2026-11-23", "--to", "2026-11-23")

    shown = firstbell("replay", "--config", morning / "school.toml", *days)
    told = json.loads(firstbell("replay", "--config", morning / "school.toml", *days, "--json").stdout)

    assert shown.returncode == 0, shown.stderr
    assert "Nothing was sent." in shown.stdout
    assert told["sessions"][0]["went"] > 0
    assert told["sessions"][0]["not_now"] == {}
    assert {path: path.read_bytes() for path in morning.rglob("*") if path.is_file()} == before


def test_replay_of_days_to_come_is_refused_with_a_sentence(firstbell, morning):
    done = firstbell("replay", "--config", morning / "school.toml", "--from", "2999-01-01", "--to", "2999-01-02")

    assert (done.returncode, done.stdout) == (2, "")
    assert "today at the latest" in done.stderr
