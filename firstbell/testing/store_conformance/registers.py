"""What any store's registers must do: the roll, the marks, and every amendment of them."""

import datetime as dt

import pytest

from firstbell.records import MarkChange, Marks
from firstbell.testing.store_conformance.samples import (
    MONDAY,
    MONDAY_AM,
    MONDAY_PM,
    NINE,
    TEN,
    TUESDAY,
    TUESDAY_AM,
    OpenRun,
    a_full_roll,
    a_roll,
    marks,
    save,
)
from rules.codes import AttendanceCode as Code
from rules.registers import Mark


class RegistersConformance:
    """The port Registers."""

    def test_there_is_no_roll_and_no_time_of_marks_before_the_first_sync(self, open_run: OpenRun) -> None:
        registers = open_run().registers

        assert registers.roll() is None
        assert registers.marks_as_at() is None
        assert registers.spans(MONDAY, TUESDAY) == {}

    def test_a_roll_comes_back_as_it_was_saved(self, open_run: OpenRun) -> None:
        open_run().registers.save_roll(a_full_roll())

        assert open_run().registers.roll() == a_full_roll()

    def test_a_new_roll_takes_the_place_of_the_old(self, open_run: OpenRun) -> None:
        store = open_run()
        store.registers.save_roll(a_full_roll())

        store.registers.save_roll(a_roll("michael"))

        assert store.registers.roll() == a_roll("michael")

    def test_a_pupil_who_left_the_roll_keeps_the_marks(self, open_run: OpenRun) -> None:
        store = open_run()
        store.registers.save_roll(a_roll("alicia", "michael"))
        save(store, ("alicia", MONDAY_AM, Code.ILLNESS))

        store.registers.save_roll(a_roll("michael"))

        assert store.registers.span("alicia", MONDAY, MONDAY).code_at(MONDAY_AM) is Code.ILLNESS

    def test_everyone_on_roll_has_a_span_even_without_a_mark(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, ("michael", MONDAY_AM, Code.PRESENT_MORNING))
        store.registers.save_roll(a_roll("alicia", "michael"))

        spans = store.registers.spans(MONDAY, MONDAY)

        assert set(spans) == {"alicia", "michael"}
        assert spans["alicia"].code_at(MONDAY_AM) is None

    def test_marks_of_a_pupil_not_on_roll_are_kept(self, open_run: OpenRun) -> None:
        store = open_run()
        store.registers.save_roll(a_roll("michael"))

        save(store, ("alicia", MONDAY_AM, Code.UNEXPLAINED))

        assert store.registers.spans(MONDAY, MONDAY)["alicia"].code_at(MONDAY_AM) is Code.UNEXPLAINED

    def test_all_spans_share_the_sessions_that_anyone_has_a_mark_for(self, open_run: OpenRun) -> None:
        store = open_run()

        save(store, ("alicia", TUESDAY_AM, Code.PRESENT_MORNING), ("michael", MONDAY_PM, Code.UNAUTHORISED))

        spans = store.registers.spans(MONDAY, TUESDAY)
        assert spans["alicia"].sessions == spans["michael"].sessions == (MONDAY_PM, TUESDAY_AM)
        assert spans["alicia"] == store.registers.span("alicia", MONDAY, TUESDAY)

    def test_a_span_ends_where_it_was_asked_to(self, open_run: OpenRun) -> None:
        store = open_run()

        save(store, ("alicia", MONDAY_AM, Code.ILLNESS), ("alicia", TUESDAY_AM, Code.ILLNESS))

        assert store.registers.span("alicia", TUESDAY, TUESDAY).sessions == (TUESDAY_AM,)

    def test_a_pupil_nobody_knows_has_no_mark(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, ("alicia", MONDAY_AM, Code.ILLNESS))

        assert store.registers.span("nobody", MONDAY, MONDAY).code_at(MONDAY_AM) is None

    def test_every_code_survives_the_store(self, open_run: OpenRun) -> None:
        store = open_run()

        save(store, *((f"pupil-{code.name}", MONDAY_AM, code) for code in Code))

        spans = open_run().registers.spans(MONDAY, MONDAY)
        assert {each.code_at(MONDAY_AM) for each in spans.values()} == set(Code)

    def test_a_first_mark_is_no_amendment(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, ("alicia", MONDAY_AM, None))

        assert save(store, ("alicia", MONDAY_AM, Code.UNEXPLAINED)) == ()
        assert store.registers.mark_changes(MONDAY, MONDAY) == ()

    def test_an_amendment_keeps_all_that_regulation_6_asks_for(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, ("alicia", MONDAY_AM, Code.UNEXPLAINED))

        store.registers.save_marks(
            marks(("alicia", MONDAY_AM, Code.ILLNESS), as_at=TEN), by_name="A Brown", by_role="officer", reason="rang"
        )

        expected = MarkChange(
            "alicia", MONDAY_AM, Code.UNEXPLAINED, Code.ILLNESS, "rang", MONDAY, "A Brown", "officer", TEN
        )
        assert open_run().registers.mark_changes(MONDAY, MONDAY) == (expected,)

    def test_the_date_of_an_amendment_is_the_schools_own(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, ("alicia", MONDAY_AM, Code.UNEXPLAINED))

        late_in_june = dt.datetime(2026, 6, 22, 23, 30, tzinfo=dt.UTC)
        changes = save(store, ("alicia", MONDAY_AM, Code.ILLNESS), as_at=late_in_june)

        assert [change.changed_on for change in changes] == [dt.date(2026, 6, 23)]

    def test_a_mark_that_is_taken_back_is_an_amendment(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, ("alicia", MONDAY_AM, Code.PRESENT_MORNING))

        (change,) = save(store, ("alicia", MONDAY_AM, None))

        assert (change.original, change.amended) == (Code.PRESENT_MORNING, None)
        assert store.registers.span("alicia", MONDAY, MONDAY).sessions == ()

    def test_saving_the_same_marks_again_changes_nothing(self, open_run: OpenRun) -> None:
        store = open_run()
        told = (("alicia", MONDAY_AM, Code.ILLNESS), ("michael", MONDAY_AM, Code.PRESENT_MORNING))
        save(store, *told)
        before = store.registers.spans(MONDAY, MONDAY)

        assert save(store, *told) == ()
        assert store.registers.spans(MONDAY, MONDAY) == before

    def test_sessions_and_pupils_left_out_stay_as_they_are(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, ("alicia", MONDAY_AM, Code.ILLNESS), ("michael", MONDAY_AM, Code.ILLNESS))

        save(store, ("michael", MONDAY_AM, Code.LEAVE_MEDICAL), ("michael", TUESDAY_AM, Code.ILLNESS))

        assert store.registers.span("alicia", MONDAY, MONDAY).code_at(MONDAY_AM) is Code.ILLNESS

    def test_changes_are_told_by_session_and_pupil_and_kept_oldest_first(self, open_run: OpenRun) -> None:
        store = open_run()
        cells = [(pupil, session) for pupil in ("michael", "alicia") for session in (TUESDAY_AM, MONDAY_AM)]
        save(store, *((pupil, session, Code.UNEXPLAINED) for pupil, session in cells))

        changes = save(store, *((pupil, session, Code.ILLNESS) for pupil, session in cells))
        later = save(store, ("alicia", MONDAY_AM, Code.UNAUTHORISED))

        assert [(each.session, each.pupil_id) for each in changes] == sorted((s, p) for p, s in cells)
        assert store.registers.mark_changes(MONDAY, TUESDAY) == (*changes, *later)
        assert {each.session for each in store.registers.mark_changes(TUESDAY, TUESDAY)} == {TUESDAY_AM}

    def test_the_time_of_the_marks_never_goes_back(self, open_run: OpenRun) -> None:
        store = open_run()
        save(store, as_at=TEN)

        save(store, ("alicia", MONDAY_AM, Code.ILLNESS), as_at=NINE)

        assert open_run().registers.marks_as_at() == TEN

    def test_minutes_late_are_kept_where_given_and_forgotten_with_the_mark(self, open_run: OpenRun) -> None:
        store = open_run()
        late = Mark("alicia", MONDAY_AM, Code.LATE_BEFORE_CLOSE, 7)
        later = Mark("michael", MONDAY_AM, Code.LATE_BEFORE_CLOSE, 12)
        store.registers.save_marks(Marks(NINE, (late, later)), by_name="MIS", by_role="MIS", reason="sync")

        save(store, ("michael", MONDAY_AM, Code.PRESENT_MORNING), ("alicia", TUESDAY_AM, None))

        assert store.registers.minutes_late(MONDAY, TUESDAY) == {("alicia", MONDAY_AM): 7}

    def test_a_time_without_a_zone_is_refused(self, open_run: OpenRun) -> None:
        with pytest.raises(ValueError, match="time zone"):
            save(open_run(), as_at=NINE.replace(tzinfo=None))
