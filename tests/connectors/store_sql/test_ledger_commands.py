import hashlib
import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connectors.store_sql import open_store
from firstbell.cli.ledger import export_command, show_command, verify_command
from firstbell.errors import BadInput, Misconfigured
from firstbell.records import State
from firstbell.testing.store_conformance.samples import a_proposal, walk

SETTINGS = """
[school]
key = "st-example"
name = "St Example's"
phone = "01632 960000"
absence_email = "absence@example.org"
[day.am]
opens = 08:45:00
closes = 09:15:00
session_ends = 12:00:00
[day.pm]
opens = 13:00:00
closes = 13:30:00
session_ends = 15:15:00
[mis]
folder = "exports"
[outgoing]
rehearsal = false
[[staff]]
initials = "AB"
name = "A Brown"
role = "DSL"
email = "dsl@example.org"
is_safeguarding = true
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "school.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


@pytest.fixture
def store_file(tmp_path: Path, empty_store_file: Path) -> Path:
    file = tmp_path / "firstbell.db"
    shutil.copy(empty_store_file, file)
    with closing(open_store(file, "st-example")) as store:
        walk(store, a_proposal(), State.HELD, State.STOPPED)
        walk(store, a_proposal(pupil="michael"), State.BLOCKED)
    return file


def spoil(store_file: Path) -> None:
    with closing(sqlite3.connect(store_file)) as connection, connection:
        connection.execute("DROP TRIGGER ledger_entries_refuse_update")
        connection.execute("UPDATE ledger_entries SET actor = 'someone else' WHERE number = 2")


@pytest.mark.usefixtures("store_file")
def test_a_whole_ledger_holds_and_its_anchor_holds_later(config, capsys):
    assert verify_command(config) == 0
    told = capsys.readouterr().out
    anchor = re.search(r"anchor: (\S+)", told)

    assert told.startswith("holds: 5 entries\n")
    assert anchor is not None
    assert verify_command(config, anchor=anchor.group(1)) == 0


def test_a_spoilt_ledger_is_told_in_a_sentence_for_each_fault(config, store_file, capsys):
    spoil(store_file)

    assert verify_command(config) == 1
    assert capsys.readouterr().out == "entry 2 was altered\n"


@pytest.mark.usefixtures("store_file")
def test_what_is_no_anchor_is_bad_input(config):
    with pytest.raises(BadInput, match="--anchor"):
        verify_command(config, anchor="yesterday's")


def test_a_ledger_that_is_not_there_is_not_said_to_hold(config, tmp_path):
    with pytest.raises(Misconfigured, match="there is no store"):
        verify_command(config)

    assert not (tmp_path / "firstbell.db").exists()


@pytest.mark.usefixtures("store_file")
def test_the_rehearsal_has_a_ledger_of_its_own(config):
    with pytest.raises(Misconfigured, match="rehearsal"):
        verify_command(config, rehearse=True)


@pytest.mark.usefixtures("store_file")
def test_a_pupils_entries_are_shown_in_local_time_and_no_one_elses(config, capsys):
    assert show_command("alicia", config) == 0

    told = capsys.readouterr().out
    assert "23 Nov" in told
    assert "message.stopped" in told.replace("\n", "")
    assert "michael" not in told
    assert "example.org" not in told


@pytest.mark.usefixtures("store_file")
def test_a_pupils_entries_can_be_read_by_machines(config, capsys):
    show_command("alicia", config, as_json_object=True)

    entries = json.loads(capsys.readouterr().out)
    assert [entry["kind"] for entry in entries] == ["message.proposed", "message.held", "message.stopped"]


@pytest.mark.usefixtures("store_file")
def test_a_pupil_without_entries_is_said_to_have_none(config, capsys):
    assert show_command("nobody", config) == 0
    assert capsys.readouterr().out == "the ledger says nothing of pupil nobody\n"


@pytest.mark.usefixtures("store_file")
def test_an_exported_entry_can_be_checked_with_sha256_alone(config, tmp_path):
    assert export_command("alicia", config, tmp_path / "alicia.json") == 0

    timeline = json.loads((tmp_path / "alicia.json").read_text(encoding="utf-8"))
    assert timeline["holds"]
    assert timeline["anchor"].startswith("5:")
    for entry in timeline["entries"]:
        hashed = entry.pop("hash")
        told = [timeline["school"], *(entry[name] for name in ("number", "at", "kind", "pupil_id", "actor", "facts"))]
        text = json.dumps([*told, entry["previous_hash"]], sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == hashed


@pytest.mark.usefixtures("store_file")
def test_an_export_goes_to_standard_output_unless_told_otherwise(config, capsys):
    export_command("michael", config)

    assert json.loads(capsys.readouterr().out)["pupil_id"] == "michael"


@pytest.mark.usefixtures("store_file")
def test_an_export_never_writes_over_a_file(config, tmp_path):
    taken = tmp_path / "notes.json"
    taken.write_text("mine", encoding="utf-8")

    with pytest.raises(BadInput, match="there already"):
        export_command("alicia", config, taken)

    assert taken.read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("store_file")
def test_an_export_to_a_folder_that_is_not_there_is_a_sentence(config, tmp_path):
    with pytest.raises(Misconfigured, match="can't be written"):
        export_command("alicia", config, tmp_path / "no such folder" / "alicia.json")


def test_evidence_from_a_spoilt_ledger_says_so(config, store_file, tmp_path, capsys):
    spoil(store_file)

    assert export_command("alicia", config, tmp_path / "alicia.json") == 1

    assert json.loads((tmp_path / "alicia.json").read_text(encoding="utf-8"))["holds"] is False
    assert "tampered" in capsys.readouterr().err
