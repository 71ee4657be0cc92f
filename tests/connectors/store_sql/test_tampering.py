"""Someone who can write to the file drops the triggers and changes history; `verify` says where."""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.store_sql import open_store
from firstbell.chain import Head, entry_hash, next_entry
from firstbell.errors import NeedsHuman
from firstbell.ports import Store
from firstbell.records import LedgerEntry, LedgerFault
from firstbell.testing.store_conformance.samples import MONDAY_AM, NINE, save
from rules.codes import AttendanceCode as Code
from rules.retention import register_years

LENGTH = 10
NO_TRIGGERS = "SET session_replication_role = replica"

Statement = tuple[str, tuple[object, ...]]


@dataclass(frozen=True)
class Place:
    """A school's store, and a way past everything that protects it."""

    school: str
    open: Callable[[], Store]
    tamper: Callable[..., None]


def place_in_a_file(file: Path) -> Place:
    def tamper(*statements: Statement) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("DROP TRIGGER ledger_entries_refuse_update")
            connection.execute("DROP TRIGGER ledger_entries_refuse_delete")
            for words, values in statements:
                connection.execute(words, values)

    return Place("st-example", lambda: open_store(file, "st-example"), tamper)


def place_on_a_server(server) -> Place:
    school = server.new_school()

    def tamper(*statements: Statement) -> None:
        ours = [(words.replace("?", "%s") + where(words), (*values, school)) for words, values in statements]
        server.run(NO_TRIGGERS, "SET search_path = firstbell", *ours, database="firstbell")

    def where(words: str) -> str:
        if words.startswith("INSERT"):
            return " ON CONFLICT (school, number) DO UPDATE SET school = %s"
        return " AND school = %s" if "WHERE" in words else " WHERE school = %s"

    return Place(school, lambda: server.open(school), tamper)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return place_in_a_file(tmp_path / "store.db")
    return place_on_a_server(request.getfixturevalue("server"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with closing(place.open()) as store:
        for number in range(1, LENGTH + 1):
            at = NINE + dt.timedelta(minutes=number)
            store.ledger.append("note", at=at, actor="AB", facts={"number": str(number)}, pupil_id="alicia")
        yield store


@pytest.fixture
def tamper(place: Place) -> Callable[..., None]:
    return place.tamper


def faults(store: Store) -> list[tuple[int, str]]:
    return [(fault.number, fault.fault) for fault in store.ledger.verify()]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger_entries SET facts = '{}' WHERE number = 4", "DELETE FROM ledger_entries WHERE number = 4"],
)
def test_the_database_itself_refuses_to_change_the_ledger(file, store, statement):
    with (
        closing(sqlite3.connect(file)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="only ever added to"),
    ):
        connection.execute(statement)

    assert faults(store) == []


SIX_YEARS_ON = dt.datetime(2032, 11, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("cut", "numbers"),
    [
        ({"through": "4", "before": "2026-11-29T00:00:00.000000+00:00"}, "number = 5"),
        ({"through": "10", "before": "2026-11-23T09:04:00.000000+00:00"}, "number = 4"),
        ({"through": "10", "before": "2026-12-01T00:00:00.000000+00:00"}, "number = 1"),
        ({"through": "99", "before": "2026-11-29T00:00:00.000000+00:00"}, "number = 12"),
    ],
    ids=["past what the cut names", "as young as the cut says", "whose years are not over", "the cut itself"],
)
def test_a_cut_lets_the_database_delete_what_it_vouches_for_and_no_more(file, store, cut, numbers):
    store.ledger.append("note", at=SIX_YEARS_ON, actor="AB", facts={})
    store.ledger.append("ledger.cut", at=SIX_YEARS_ON, actor="AB", facts=cut)

    with (
        closing(sqlite3.connect(file)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="only ever added to"),
    ):
        connection.execute(f"DELETE FROM ledger_entries WHERE {numbers}")  # noqa: S608 - of ours


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_cut_that_is_no_longer_the_newest_entry_lets_nothing_go(file, store):
    store.ledger.append(
        "ledger.cut",
        at=SIX_YEARS_ON,
        actor="AB",
        facts={"through": "4", "before": "2026-11-29T00:00:00.000000+00:00"},
    )
    store.ledger.append("note", at=SIX_YEARS_ON, actor="AB", facts={})

    with closing(sqlite3.connect(file)) as connection, pytest.raises(sqlite3.IntegrityError, match="only ever"):
        connection.execute("DELETE FROM ledger_entries WHERE number = 1")


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("store")
def test_the_years_in_the_trigger_are_those_of_the_law(file):
    with closing(sqlite3.connect(file)) as connection:
        [trigger] = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'ledger_entries_refuse_delete'"
        ).fetchone()

    assert f"'-{register_years(SIX_YEARS_ON.date())} years'" in trigger, "the law has changed: write a migration"


def test_entries_missing_at_the_beginning_without_a_cut_are_found(store, tamper):
    tamper(delete(1), delete(2))

    assert faults(store) == [(1, "missing"), (2, "missing")]


def test_a_forged_cut_of_entries_whose_years_are_not_over_is_found(store, tamper):
    second = store.ledger.entries()[1]
    facts = {"through": "2", "last_hash": second.hash, "before": "2026-11-29T00:00:00.000000+00:00"}
    store.ledger.append("ledger.cut", at=NINE.replace(day=30), actor="AB", facts=facts)

    tamper(delete(1), delete(2))

    assert faults(store) == [(1, "missing"), (2, "missing")]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_an_entry_altered_behind_a_true_cut_is_found(store, tamper):
    store.ledger.append("note", at=SIX_YEARS_ON, actor="AB", facts={})
    store.ledger.cut(dt.datetime(2026, 11, 29, tzinfo=dt.UTC), at=SIX_YEARS_ON, actor="Firstbell")
    store.ledger.append("note", at=SIX_YEARS_ON, actor="AB", facts={})

    tamper(update(11, actor="CD"))

    assert faults(store) == [(11, "altered")]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_the_database_itself_refuses_to_change_an_amendment_of_the_register(file, store):
    save(store, ("alicia", MONDAY_AM, Code.UNEXPLAINED))
    save(store, ("alicia", MONDAY_AM, Code.ILLNESS))

    with closing(sqlite3.connect(file)) as connection, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute("UPDATE mark_changes SET reason = 'another'")


@pytest.mark.parametrize(
    "change",
    [
        {"facts": '{"number": "40"}'},
        {"at": "2026-11-23T08:00:00.000000+00:00"},
        {"kind": "other"},
        {"pupil_id": "michael"},
        {"pupil_id": None},
        {"actor": "CD"},
        {"facts": "no longer JSON"},
        {"facts": "[]"},
        {"at": "no longer a time"},
        {"kind": "\x01\ufffd"},
        {"hash": "abc"},
    ],
)
def test_an_altered_entry_is_found(store, tamper, change):
    tamper(update(4, **change))

    assert faults(store) == [(4, "altered")]


def test_an_altered_link_to_the_entry_before_is_found(store, tamper):
    tamper(update(4, previous_hash="abc"))

    assert faults(store) == [(4, "altered")]


def test_a_deleted_entry_is_found(store, tamper):
    tamper(delete(4))

    assert faults(store) == [(4, "missing")]


def test_a_deleted_first_entry_is_found(store, tamper):
    tamper(delete(1))

    assert faults(store) == [(1, "missing")]


def test_two_entries_that_changed_places_are_found(store, tamper):
    tamper(update(4, number=0), update(7, number=4), update(0, number=7))

    assert faults(store) == [(4, "reordered"), (7, "reordered")]


def test_a_deletion_with_the_gap_closed_up_is_found(store, tamper):
    tamper(
        delete(4),
        *(update(number, number=number - 1) for number in range(5, 11)),
    )

    found = faults(store)

    assert (4, "altered") in found
    assert found[-1] == (10, "cut short")


def test_a_ledger_cut_short_is_found(store, tamper):
    tamper(delete(8), delete(9), delete(10))

    assert faults(store) == [(8, "cut short")]


def test_an_entry_put_in_at_the_end_is_found(place, store, tamper):
    last = store.ledger.entries()[-1]
    forged = next_entry(place.school, Head(LENGTH, last.hash), "note", at=NINE, actor="AB", facts={}, pupil_id="alicia")

    tamper(insertion(place.school, forged))

    assert faults(store) == [(11, "inserted")]


def test_an_entry_put_in_between_with_the_rest_moved_up_is_found(place, store, tamper):
    third = store.ledger.entries()[2]
    forged = next_entry(place.school, Head(3, third.hash), "note", at=NINE, actor="AB", facts={}, pupil_id="alicia")

    tamper(
        *(update(number, number=number + 1) for number in range(10, 3, -1)),
        insertion(place.school, forged),
    )

    assert faults(store) == [(number, "reordered") for number in range(5, 12)]


def test_an_altered_entry_with_a_hash_to_match_is_found_by_the_next_ones_memory(place, store, tamper):
    fourth = store.ledger.entries()[3]
    forged = LedgerEntry(4, fourth.at, "other", None, "AB", {}, fourth.previous_hash, "")

    tamper(update(4, kind="other", pupil_id=None, facts="{}", hash=entry_hash(place.school, forged)))

    assert faults(store) == [(4, "altered")]


def test_a_last_entry_altered_with_a_hash_to_match_is_found_by_the_anchor(place, store, tamper):
    last = store.ledger.entries()[-1]
    forged = LedgerEntry(10, last.at, "note", "alicia", "AB", {}, last.previous_hash, "")

    tamper(update(10, facts="{}", hash=entry_hash(place.school, forged)))

    assert faults(store) == [(10, "altered")]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_number_turned_into_words_is_found(store, tamper):
    tamper(update(4, number="four"))

    assert faults(store) == [(0, "reordered"), (4, "missing")]


def test_an_anchor_that_was_removed_is_found(store, tamper):
    tamper(("DELETE FROM ledger_heads", ()))

    assert faults(store) == [(number, "inserted") for number in range(1, LENGTH + 1)]


def test_nothing_can_be_added_over_entries_whose_anchor_was_removed(store, tamper):
    tamper(("DELETE FROM ledger_heads", ()))

    with pytest.raises(NeedsHuman, match="altered"):
        store.ledger.append("note", at=NINE, actor="AB", facts={})


def test_a_chain_written_anew_with_its_anchor_is_found_by_an_anchor_kept_elsewhere(place, store, tamper):
    kept = store.ledger.anchor()
    forged: list[LedgerEntry] = []
    head = Head()
    for number in range(LENGTH):
        told = {"number": "forged" if number == 4 else str(number)}
        forged.append(next_entry(place.school, head, "note", at=NINE, actor="AB", facts=told, pupil_id="alicia"))
        head = Head(forged[-1].number, forged[-1].hash)

    tamper(
        ("DELETE FROM ledger_entries", ()),
        *(insertion(place.school, entry) for entry in forged),
        ("UPDATE ledger_heads SET last_hash = ?", (head.last_hash,)),
    )

    assert store.ledger.verify() == ()
    assert store.ledger.verify(kept) == (LedgerFault(LENGTH, "altered"),)


def test_an_unreadable_entry_is_a_sentence_and_no_traceback(store, tamper):
    tamper(update(4, facts="no longer JSON"))

    with pytest.raises(NeedsHuman, match="can't be read"):
        store.ledger.entries()


def update(entry: int, **columns: object) -> Statement:
    """Change columns of one entry."""
    assigned = ", ".join(f"{name} = ?" for name in columns)
    return f"UPDATE ledger_entries SET {assigned} WHERE number = ?", (*columns.values(), entry)  # noqa: S608 - names of ours


def delete(entry: int) -> Statement:
    """Take one entry out."""
    return "DELETE FROM ledger_entries WHERE number = ?", (entry,)


def insertion(school: str, entry: LedgerEntry) -> Statement:
    """Put a forged entry in."""
    columns = "school, number, at, kind, pupil_id, actor, facts, previous_hash, hash"
    values = (
        school,
        entry.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.kind,
        entry.pupil_id,
        entry.actor,
        json.dumps(dict(entry.facts)),
        entry.previous_hash,
        entry.hash,
    )
    return f"INSERT INTO ledger_entries ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values  # noqa: S608 - as above
