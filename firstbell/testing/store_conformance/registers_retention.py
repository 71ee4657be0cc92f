"""What any store's registers must forget, and when."""

import datetime as dt
from collections.abc import Mapping

from firstbell.ports import Store
from firstbell.records import Marks
from firstbell.testing.store_conformance.samples import (
    MONDAY,
    MONDAY_AM,
    NINE,
    TEN,
    TUESDAY,
    TUESDAY_AM,
    OpenRun,
    a_roll,
    save,
)
from rules.calendar.sessions import Half, Session
from rules.codes import AttendanceCode as Code
from rules.registers import Mark


class RegistersRetention:
    """Removing what the law keeps no longer."""

    def test_sessions_of_the_day_go_only_when_that_day_is_over(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, ("alicia", MONDAY_AM, Code.ILLNESS), ("alicia", TUESDAY_AM, Code.ILLNESS))

        assert purge_registers(store, MONDAY)["sessions"] == 0
        assert purge_registers(store, TUESDAY) == {"amendments": 0, "sessions": 1, "pupils": 0}

        assert open_run().registers.span("alicia", MONDAY, TUESDAY).sessions == (TUESDAY_AM,)

    def test_an_amended_session_stays_as_long_as_its_amendment(self, open_run: OpenRun) -> None:
        store, day = open_run(), dt.date(2018, 11, 26)
        next_day, at = day + dt.timedelta(days=1), NINE.replace(year=2018, day=26)
        for code in (Code.UNEXPLAINED, Code.ILLNESS):
            mark = Mark("alicia", Session(day, Half.AM), code)
            store.registers.save_marks(Marks(at, (mark,)), by_name="MIS", by_role="MIS", reason="sync")

        assert purge_registers(store, next_day, amended_before=day)["sessions"] == 0
        assert len(store.registers.mark_changes(day, day)) == 1

        gone = purge_registers(store, next_day, amended_before=next_day)
        assert gone == {"amendments": 1, "sessions": 1, "pupils": 1}
        assert store.registers.mark_changes(day, day) == ()

    def test_a_pupil_of_whom_nothing_is_left_is_forgotten_and_the_others_keep_their_marks(
        self, open_run: OpenRun
    ) -> None:
        store = open_run()
        save(store, ("alicia", MONDAY_AM, Code.ILLNESS), ("michael", MONDAY_AM, Code.LATE_BEFORE_CLOSE))
        save(store, ("michael", TUESDAY_AM, Code.ILLNESS), ("zoe", TUESDAY_AM, Code.LATE_BEFORE_CLOSE))

        assert purge_registers(store, TUESDAY)["pupils"] == 1

        spans = open_run().registers.spans(MONDAY, TUESDAY)
        assert {pupil_id: span.code_at(TUESDAY_AM) for pupil_id, span in spans.items()} == {
            "michael": Code.ILLNESS,
            "zoe": Code.LATE_BEFORE_CLOSE,
        }
        save(store, ("alicia", TUESDAY_AM, Code.ILLNESS))
        assert store.registers.span("zoe", MONDAY, TUESDAY).code_at(TUESDAY_AM) is Code.LATE_BEFORE_CLOSE

    def test_a_pupil_on_the_roll_is_never_forgotten(self, open_run: OpenRun) -> None:
        store = open_run()
        store.registers.save_roll(a_roll("alicia"))
        save(store, ("alicia", MONDAY_AM, Code.ILLNESS))

        purge_registers(store, TUESDAY)

        assert "alicia" in store.registers.spans(MONDAY, TUESDAY)

    def test_minutes_late_go_with_their_session(self, open_run: OpenRun) -> None:
        store = open_run()
        late = Mark("alicia", MONDAY_AM, Code.LATE_BEFORE_CLOSE, 12)
        store.registers.save_marks(Marks(NINE, (late,)), by_name="MIS", by_role="MIS", reason="sync")

        purge_registers(store, TUESDAY)

        assert store.registers.minutes_late(MONDAY, TUESDAY) == {}

    def test_counting_removes_nothing_and_writes_nothing(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, ("alicia", MONDAY_AM, Code.ILLNESS))

        assert purge_registers(store, TUESDAY, only_count=True)["sessions"] == 1

        assert store.registers.span("alicia", MONDAY, MONDAY).sessions == (MONDAY_AM,)
        assert store.ledger.entries() == ()

    def test_a_purge_is_in_the_ledger_by_its_counts_and_a_second_finds_nothing(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, ("alicia", MONDAY_AM, Code.ILLNESS))

        purge_registers(store, TUESDAY)
        again = purge_registers(store, TUESDAY)

        assert set(again.values()) == {0}
        [entry] = store.ledger.entries(kind="retention.purged")
        assert (entry.facts, entry.pupil_id) == ({"amendments": "0", "sessions": "1", "pupils": "1"}, None)


def purge_registers(
    store: Store, before: dt.date, *, amended_before: dt.date = MONDAY, only_count: bool = False
) -> Mapping[str, int]:
    """Purge the register of sessions before a day."""
    return store.registers.purge(
        sessions_before=before, amended_before=amended_before, at=TEN, actor="Firstbell", only_count=only_count
    )
