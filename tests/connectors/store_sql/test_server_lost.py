"""A wire between the store and the server that is cut at a COMMIT, before the server hears it or before we hear back.

Nobody then knows whether it happened. Every write can be repeated: what has happened already is not done again.
"""

import contextlib
import socket
import threading
from contextlib import closing

import pytest

from firstbell.errors import RetryLater
from firstbell.job_days import Try
from firstbell.records import PersonsCell, State
from firstbell.testing.store_conformance.samples import (
    MONDAY,
    MONDAY_AM,
    NINE,
    TEN,
    a_proposal,
    a_roll,
    save,
    step,
    walk,
)
from rules.codes import AttendanceCode as Code

KEY = a_proposal().key


class Wire:
    """Hands bytes on between the store and the server until `cut_at` is set: then once, at the next COMMIT, no more."""

    def __init__(self, port):
        self.cut_at = None
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # or accept would wait on
        self._listener.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                answers_are_lost = threading.Event()
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=(*ends, client, answers_are_lost), daemon=True).start()

    def _carry(self, source, target, client, answers_are_lost):
        with contextlib.suppress(OSError):
            while said := source.recv(65536):
                if source is client and self.cut_at and b"COMMIT\0" in said:
                    self.cut_at, how = None, self.cut_at
                    if how == "before":
                        break
                    answers_are_lost.set()
                elif answers_are_lost.is_set():
                    break
                target.sendall(said)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def wire(server):
    with closing(Wire(server.server.port)) as wire:
        yield wire


@pytest.fixture
def school(server, open_school) -> str:
    """A school with a message that is held, and one on its way."""
    key = server.new_school()
    begin(open_school(key))
    return key


def begin(store):
    store.registers.save_roll(a_roll("michael"))
    save(store, ("alicia", MONDAY_AM, Code.UNEXPLAINED))
    walk(store, a_proposal(), State.HELD)
    walk(store, a_proposal("father"), State.HELD, State.RELEASING)


@pytest.fixture
def store(server, wire, school):
    with closing(server.open(school, port=wire.port)) as store:
        yield store


def tell(store):
    """What the store holds, but for the ledger's own hashes."""
    return {
        "roll": store.registers.roll(),
        "spans": store.registers.spans(MONDAY, MONDAY),
        "changes": store.registers.mark_changes(MONDAY, MONDAY),
        "proposals": store.proposals.find(),
        "ledger": [(entry.kind, dict(entry.facts)) for entry in store.ledger.entries()],
        "cells": store.desk.cells("attendance"),
        "heartbeat": store.desk.last_heartbeat("chase"),
        "job days": store.desk.job_days(MONDAY),
    }


WRITES = {
    "a roll": lambda store: store.registers.save_roll(a_roll("alicia", "michael")),
    "marks": lambda store: save(store, ("alicia", MONDAY_AM, Code.ILLNESS)),
    "a plan": lambda store: store.proposals.add([a_proposal(pupil="michael")], at=NINE, actor="planner"),
    "a step": lambda store: step(store, [KEY], State.HELD, State.RELEASING, "dispatch-2"),
    "a draft": lambda store: store.proposals.record_draft("dispatch-1", "draft-1", at=NINE),
    "a longer hold": lambda store: store.proposals.hold_until([KEY], TEN, at=NINE, actor="AB", reason="unseen"),
    "a cell": lambda store: store.desk.save_cells([PersonsCell("attendance", "Queue", "row-1", "Note", "rang")]),
    "a try": lambda store: store.desk.note_try(Try("chase", MONDAY, NINE, NINE)),
    "a heartbeat": lambda store: store.desk.heartbeat("chase", at=NINE, due_at=None, outcome="done"),
}


@pytest.mark.parametrize("cut_at", ["before", "after"])
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_whose_commit_was_lost_can_be_repeated_and_happens_once(
    write, cut_at, store, wire, server, open_school
):
    expected = open_school(server.new_school())
    begin(expected)
    write(expected)

    wire.cut_at = cut_at
    with pytest.raises(RetryLater):
        write(store)
    write(store)

    assert wire.cut_at is None
    assert tell(store) == tell(expected)
    assert store.ledger.verify() == ()


@pytest.mark.parametrize(("cut_at", "is_done"), [("before", False), ("after", True)])
def test_the_wire_is_cut_where_it_is_meant_to_be(cut_at, is_done, store, wire, open_school, school):
    wire.cut_at = cut_at

    with pytest.raises(RetryLater):
        store.desk.heartbeat("chase", at=NINE, due_at=None, outcome="done")

    assert (open_school(school).desk.last_heartbeat("chase") is not None) is is_done


def test_a_lease_whose_commit_was_lost_is_nobodys_until_it_runs_out(store, wire):
    wire.cut_at = "after"
    with pytest.raises(RetryLater):
        store.desk.take_lease("chase", now=NINE, seconds=60)

    assert not store.desk.take_lease("chase", now=NINE, seconds=60)


@pytest.mark.parametrize(("cut_at", "entries"), [("before", 0), ("after", 1)])
def test_an_entry_whose_commit_was_lost_is_there_or_not_and_the_chain_holds(cut_at, entries, store, wire):
    wire.cut_at = cut_at
    with pytest.raises(RetryLater):
        store.ledger.append("note", at=NINE, actor="AB", facts={})

    assert len(store.ledger.entries(kind="note")) == entries
    assert store.ledger.verify() == ()


def test_a_connection_that_died_at_rest_is_replaced_without_a_word(store, server):
    server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'firstbell'")

    assert len(store.proposals.find()) == 2
