"""Retention over a whole morning's folder: every file has a rule, and the job removes what is past its time."""

import json
import sqlite3
from contextlib import closing
from pathlib import PurePosixPath

from firstbell.retention import retention_rules

PATTERNS = {pattern: rule.name for rule in retention_rules().values() for pattern in rule.files}
# Files that only a crash, a running database, a person or an abandoned rehearsal makes: made in test_copies.py.
NOT_IN_A_MORNING = {
    *("firstbell.db-wal", "firstbell.db-shm", "outbox/drafts/*.eml", "outbox/bounces/*", "**/.*.part"),
    *("rehearsal/**", "message_templates/**", "ledger-anchors.txt", "firstbell-serve.db*"),
}


def rule_of(path):
    """The rules whose patterns a file below the school's folder fits; a pattern with `**` takes what is left."""
    exact = [
        name for pattern, name in PATTERNS.items() if "**" not in pattern and PurePosixPath(path).full_match(pattern)
    ]
    return exact or [name for pattern, name in PATTERNS.items() if PurePosixPath(path).full_match(pattern)]


def test_every_file_of_a_morning_has_one_rule_and_every_rule_a_file(played):
    out, _ = played
    files = [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()]

    assert [file for file in files if len(rule_of(file)) != 1] == [], "give it a rule in firstbell/retention.toml"
    idle = {p for p in PATTERNS if not any(PurePosixPath(file).full_match(p) for file in files)}
    assert idle - NOT_IN_A_MORNING == set(), "no such file is written any more: take it out"


def test_a_file_nobody_thought_of_is_seen():
    assert rule_of("outbox/notes.txt") == []


def test_half_a_year_later_the_copies_and_addresses_are_gone_and_the_register_is_not(firstbell, morning):
    run = ("run", "retention", "--config", morning / "school.toml", "--at", "2027-06-01T18:00", "--json")

    counted = json.loads(firstbell(*run, "--dry-run").stdout)["figures"]
    assert list(morning.glob("outbox/sent/*.eml")), "a dry run removes nothing"
    removed = json.loads(firstbell(*run).stdout)["figures"]
    again = json.loads(firstbell(*run).stdout)["figures"]

    assert removed["mail copies"] == counted["mail copies"] > 0
    assert removed["addresses"] == counted["addresses"] > 0
    assert removed["typed cells"] > 0
    assert set(again.values()) == {0}
    assert [*morning.glob("outbox/sent/*"), *morning.glob("outbox/mails/*"), *morning.glob("outbox/days/*")] == []
    with closing(sqlite3.connect(morning / "firstbell.db")) as connection:
        assert connection.execute("SELECT count(*) FROM proposals WHERE address <> ''").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM pages").fetchone()[0] > 0
    assert firstbell("ledger", "verify", "--config", morning / "school.toml").returncode == 0


def test_what_was_removed_is_overwritten_in_the_file_itself(firstbell, morning):
    with closing(sqlite3.connect(morning / "firstbell.db")) as connection:
        [address] = connection.execute("SELECT address FROM proposals WHERE address LIKE '%@%'").fetchone()
        connection.execute("DELETE FROM contacts")
        connection.commit()
    assert address.encode() in (morning / "firstbell.db").read_bytes()

    firstbell("run", "retention", "--config", morning / "school.toml", "--at", "2027-06-01T18:00")

    held = b"".join(path.read_bytes() for path in morning.glob("firstbell.db*"))
    assert address.encode() not in held


def test_only_retention_can_be_counted_first(firstbell, morning):
    done = firstbell("run", "sync", "--config", morning / "school.toml", "--dry-run")

    assert done.returncode == 2
    assert "--dry-run" in done.stderr
