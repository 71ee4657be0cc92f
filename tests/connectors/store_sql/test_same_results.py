"""Whatever is done to them, in whatever order, the fake, the file and the server give the same answers."""

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from connectors.store_sql import open_store
from firstbell.job_days import Try
from firstbell.ports import Store
from firstbell.records import Marks, PersonsCell, State
from firstbell.states import ALLOWED_STEPS
from firstbell.testing.fake_store import FakeStore
from firstbell.testing.store_conformance.samples import MONDAY_AM, MONDAY_PM, NINE, TUESDAY_AM, a_proposal, a_roll
from rules.codes import AttendanceCode
from rules.registers import Mark

FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 30)
PUPILS = ("alicia", "michael", "sam")
pupils = st.sampled_from(PUPILS)
sessions = st.sampled_from([MONDAY_AM, MONDAY_PM, TUESDAY_AM])
moments = st.integers(0, 120).map(lambda minutes: NINE + dt.timedelta(minutes=minutes))
codes = st.none() | st.sampled_from([AttendanceCode.UNEXPLAINED, AttendanceCode.ILLNESS, AttendanceCode.UNAUTHORISED])
some_marks = st.lists(st.builds(Mark, pupils, sessions, codes, st.none() | st.integers(1, 30)), max_size=8)
keys = st.sampled_from([a_proposal(contact, pupil=pupil) for contact in ("mother", "father") for pupil in PUPILS]).map(
    lambda proposal: proposal.key
)
steps = st.sampled_from([(old, new) for old, ways in ALLOWED_STEPS.items() for new in sorted(ways)])
dispatches = st.sampled_from(["dispatch-1", "dispatch-2"])
jobs = st.sampled_from(["chase", "sync"])


class SameStores(RuleBasedStateMachine):
    empty: Path  # set by the tests below
    server = None

    @initialize()
    def open_all(self):
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name) / "store.db"
        shutil.copy(self.empty, file)
        first = FakeStore()
        self.kinds = [[first, first.another_run()], [open_store(file, "st-example"), open_store(file, "st-example")]]
        if self.server is not None:
            self.server.empty("st-example")  # hashes hold the school's key, so it has to be the same everywhere
            self.kinds.append([self.server.open("st-example"), self.server.open("st-example")])

    def all(self, action, run=0):
        """Do the same to each kind of store, as one run or the other; all must answer alike."""
        first, *others = [action(runs[run]) for runs in self.kinds]
        assert others == [first] * len(others)

    @rule(ids=st.lists(pupils, unique=True))
    def save_roll(self, ids):
        self.all(lambda store: store.registers.save_roll(a_roll(*ids)))

    @rule(told=some_marks, at=moments)
    def save_marks(self, told, at):
        marks = Marks(at, tuple(told))
        self.all(lambda store: store.registers.save_marks(marks, by_name="MIS", by_role="MIS", reason="sync"))

    @rule(which=st.lists(st.tuples(st.sampled_from(["mother", "father"]), pupils), max_size=4), at=moments)
    def plan(self, which, at):
        planned = [a_proposal(contact, pupil=pupil) for contact, pupil in which]
        self.all(lambda store: store.proposals.add(planned, at=at, actor="planner"))

    @rule(some=st.lists(keys, max_size=3), step=steps, dispatch=dispatches, at=moments, run=st.integers(0, 1))
    def move(self, some, step, dispatch, at, run):
        key = dispatch if step[1] is State.RELEASING else None
        self.all(
            lambda store: store.proposals.move(some, *step, at=at, actor="AB", reason="why", dispatch_key=key), run
        )

    @rule(dispatch=dispatches, draft=st.sampled_from(["draft-1", "draft-2"]), at=moments)
    def record_draft(self, dispatch, draft, at):
        self.all(lambda store: store.proposals.record_draft(dispatch, draft, at=at))

    @rule(some=st.lists(keys, max_size=3), until=moments, at=moments)
    def hold_until(self, some, until, at):
        self.all(lambda store: store.proposals.hold_until(some, until, at=at, actor="AB", reason="why"))

    @rule(value=st.sampled_from(["", "x", "rang"]), row=st.sampled_from(["row-1", "row-2"]))
    def type_in_a_cell(self, value, row):
        cell = PersonsCell("attendance", "Queue", row, "Note", value)
        self.all(lambda store: store.desk.save_cells([cell]))

    @rule(job=jobs, at=moments, seconds=st.integers(1, 3600), run=st.integers(0, 1))
    def take_lease(self, job, at, seconds, run):
        self.all(lambda store: store.desk.take_lease(job, now=at, seconds=seconds), run)

    @rule(job=jobs, run=st.integers(0, 1))
    def end_lease(self, job, run):
        self.all(lambda store: store.desk.end_lease(job), run)

    @rule(job=jobs, at=moments)
    def heartbeat(self, job, at):
        self.all(lambda store: store.desk.heartbeat(job, at=at, due_at=None, outcome="done"))

    @rule(job=jobs, at=moments, error=st.sampled_from(["", "RetryLater"]), needs=st.integers(0, 9))
    def note_try(self, job, at, error, needs):
        tried = Try(job, NINE.date(), at, at + dt.timedelta(seconds=1), error, needs, {"pupils": needs})
        self.all(lambda store: store.desk.note_try(tried))

    @invariant()
    def everything_that_can_be_seen_is_the_same(self):
        self.all(everything)

    def teardown(self):
        for store in (each for runs in self.kinds[1:] for each in runs):
            store.close()
        self.folder.cleanup()


def everything(store: Store) -> dict[str, object]:
    """All that a store shows of itself."""
    registers = store.registers
    return {
        "roll": registers.roll(),
        "as_at": registers.marks_as_at(),
        "spans": registers.spans(FIRST, LAST),
        "alicia": registers.span("alicia", FIRST, LAST),
        "minutes": registers.minutes_late(FIRST, LAST),
        "changes": registers.mark_changes(FIRST, LAST),
        "proposals": store.proposals.find(),
        "held": store.proposals.find(states=[State.HELD], session=MONDAY_AM),
        "dispatch": store.proposals.find(dispatch_key="dispatch-1"),
        "ledger": store.ledger.entries(),
        "alicia's": store.ledger.entries(pupil_id="alicia", since=NINE + dt.timedelta(hours=1)),
        "anchor": store.ledger.anchor(),
        "faults": store.ledger.verify(),
        "cells": store.desk.cells("attendance"),
        "heartbeat": store.desk.last_heartbeat("chase"),
        "job days": store.desk.job_days(NINE.date()),
    }


def run_machine(examples, **members):
    machine = type("SameStoresFromOneCopy", (SameStores,), members)
    slow = [HealthCheck.too_slow]
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=slow),
    )


@pytest.mark.timeout(120)
def test_the_fake_and_the_file_cannot_be_told_apart(empty_store_file):
    run_machine(25, empty=empty_store_file)


@pytest.mark.timeout(120)
def test_nor_can_the_server(empty_store_file, server):
    run_machine(5, empty=empty_store_file, server=server)
