"""Whatever is done to them, in whatever order, the fake and the file give the same answers."""

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from connectors.store_sql import open_store
from firstbell.ports import Store
from firstbell.records import Marks, PersonsCell, State
from firstbell.states import ALLOWED_STEPS
from firstbell.testing.fake_store import FakeStore
from firstbell.testing.store_conformance import MONDAY_AM, MONDAY_PM, NINE, TUESDAY_AM, a_proposal, a_roll
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


class BothStores(RuleBasedStateMachine):
    empty: Path  # set by the test below

    @initialize()
    def open_both(self):
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "store.db"
        shutil.copy(self.empty, self.file)
        self.fakes = [FakeStore()]
        self.fakes.append(self.fakes[0].another_run())
        self.real = [open_store(self.file, "st-example"), open_store(self.file, "st-example")]

    def both(self, action, run=0):
        """Do the same to the fake and to the file, as one run or the other; both must answer alike."""
        answers = [action(self.fakes[run]), action(self.real[run])]
        assert answers[0] == answers[1]

    @rule(ids=st.lists(pupils, unique=True))
    def save_roll(self, ids):
        self.both(lambda store: store.registers.save_roll(a_roll(*ids)))

    @rule(told=some_marks, at=moments)
    def save_marks(self, told, at):
        marks = Marks(at, tuple(told))
        self.both(lambda store: store.registers.save_marks(marks, by_name="MIS", by_role="MIS", reason="sync"))

    @rule(which=st.lists(st.tuples(st.sampled_from(["mother", "father"]), pupils), max_size=4), at=moments)
    def plan(self, which, at):
        planned = [a_proposal(contact, pupil=pupil) for contact, pupil in which]
        self.both(lambda store: store.proposals.add(planned, at=at, actor="planner"))

    @rule(some=st.lists(keys, max_size=3), step=steps, dispatch=dispatches, at=moments, run=st.integers(0, 1))
    def move(self, some, step, dispatch, at, run):
        key = dispatch if step[1] is State.RELEASING else None
        self.both(
            lambda store: store.proposals.move(some, *step, at=at, actor="AB", reason="why", dispatch_key=key), run
        )

    @rule(dispatch=dispatches, draft=st.sampled_from(["draft-1", "draft-2"]), at=moments)
    def record_draft(self, dispatch, draft, at):
        self.both(lambda store: store.proposals.record_draft(dispatch, draft, at=at))

    @rule(value=st.sampled_from(["", "x", "rang"]), row=st.sampled_from(["row-1", "row-2"]))
    def type_in_a_cell(self, value, row):
        cell = PersonsCell("attendance", "Queue", row, "Note", value)
        self.both(lambda store: store.desk.save_cells([cell]))

    @rule(job=jobs, at=moments, seconds=st.integers(1, 3600), run=st.integers(0, 1))
    def take_lease(self, job, at, seconds, run):
        self.both(lambda store: store.desk.take_lease(job, now=at, seconds=seconds), run)

    @rule(job=jobs, run=st.integers(0, 1))
    def end_lease(self, job, run):
        self.both(lambda store: store.desk.end_lease(job), run)

    @rule(job=jobs, at=moments)
    def heartbeat(self, job, at):
        self.both(lambda store: store.desk.heartbeat(job, at=at, due_at=None, outcome="done"))

    @invariant()
    def everything_that_can_be_seen_is_the_same(self):
        self.both(everything)

    def teardown(self):
        for store in self.real:
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
    }


@pytest.mark.timeout(120)
def test_the_fake_and_the_file_cannot_be_told_apart(empty_store_file):
    machine = type("BothStoresFromOneCopy", (BothStores,), {"empty": empty_store_file})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
