"""What any store must do. A test module subclasses each class and gives the fixture `open_run`: a function that opens
the same school's store once more, as another run would.

The people: Alicia and Michael are pupils; Alicia's mother and father are her contacts.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from firstbell.job_days import Try
from firstbell.ports import Store
from firstbell.records import LedgerFault, MarkChange, Marks, PersonsCell, Problem, Proposal, Quota, Roll, State
from firstbell.states import ALLOWED_STEPS
from rules.calendar.sessions import Half, Session
from rules.codes import AttendanceCode as Code
from rules.contact.purposes import Purpose
from rules.people import Contact, Personal, Pupil, PupilContact, PupilFlags, Upn
from rules.registers import Mark

OpenRun = Callable[[], Store]

MONDAY = dt.date(2026, 11, 23)
TUESDAY = dt.date(2026, 11, 24)
MONDAY_AM, MONDAY_PM = Session(MONDAY, Half.AM), Session(MONDAY, Half.PM)
TUESDAY_AM = Session(TUESDAY, Half.AM)
NINE = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
TEN = NINE + dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)
QUOTA = Quota("office@example.org", at_once=2, a_minute=2)


def a_roll(*pupil_ids: str) -> Roll:
    """A roll of these pupils, each with a contact of their own who has parental responsibility."""
    return Roll(
        as_at=NINE,
        pupils=tuple(Pupil(each, Personal("Test"), Personal("Pupil"), None, "7") for each in pupil_ids),
        contacts=tuple(Contact(f"{each}-mother", "Ms", Personal("Test"), Personal("Parent")) for each in pupil_ids),
        links=tuple(PupilContact(each, f"{each}-mother", "mother", 1, True) for each in pupil_ids),
    )


def a_full_roll() -> Roll:
    """A roll with every field that can be filled, filled."""
    alicia = Pupil(
        id="alicia",
        forename=Personal("Alicia"),
        surname=Personal("O'Testname"),
        date_of_birth=dt.date(2014, 2, 28),
        year_group="7",
        form="7B",
        upn=Upn("Z999999999999"),
        sex="F",
        on_roll_from=dt.date(2025, 9, 3),
        on_roll_to=dt.date(2027, 7, 21),
        flags=PupilFlags(pupil_premium=True, fsm=False, sen_status="K", child_protection=None),
    )
    emails = (Personal("mother@example.org"), Personal("other@example.org"))
    mother = Contact("mother", "Dr", Personal("Nguyễn"), Personal("Test"), emails, (Personal("07700 900001"),), "vi")
    link = PupilContact("alicia", "mother", "mother", 1, True, False, None, True, False)
    problem = Problem("roll.csv row 3", "the contact has no address", "alicia", MONDAY_AM)
    return Roll(TEN, (alicia,), (mother,), (link,), (problem, Problem("roll.csv", "short")), is_complete=False)


def marks(*told: tuple[str, Session, Code | None], as_at: dt.datetime = NINE) -> Marks:
    """Marks from (pupil, session, code)."""
    return Marks(as_at, tuple(Mark(pupil_id, session, code) for pupil_id, session, code in told))


def save(store: Store, *told: tuple[str, Session, Code | None], as_at: dt.datetime = NINE) -> tuple[MarkChange, ...]:
    """Save marks as the morning's read of the MIS does."""
    return store.registers.save_marks(
        marks(*told, as_at=as_at), by_name="MIS", by_role="not given by the MIS", reason="changed in the MIS"
    )


def a_proposal(contact: str = "mother", *, pupil: str = "alicia", session: Session = MONDAY_AM) -> Proposal:
    """A first-day message about a pupil to one contact."""
    return Proposal(
        key=f"st-example:{pupil}:{session.key}:first_day_absence:{contact}",
        purpose=Purpose.FIRST_DAY_ABSENCE,
        session=session,
        subject_id=pupil,
        recipient_id=contact,
        address=Personal(f"{contact}@example.org"),
        group=f"group-{contact}",
        state=State.PROPOSED,
        reason="no reason known by 09:45",
        planned_at=NINE,
        release_at=NINE + dt.timedelta(minutes=10),
        send_before=NINE + dt.timedelta(hours=3),
        facts={"code": "N", "contact": contact},
    )


def walk(store: Store, proposal: Proposal, *states: State) -> None:
    """Add a proposal and take it through these states."""
    store.proposals.add([proposal], at=NINE, actor="planner")
    for old, new in zip((State.PROPOSED, *states), states, strict=False):
        step(store, [proposal.key], old, new)


def step(store: Store, keys: Sequence[str], old: State, new: State, dispatch_key: str = "dispatch-1") -> bool:
    """One step, with a dispatch key where the step needs one."""
    key = dispatch_key if new is State.RELEASING else None
    return store.proposals.move(keys, old, new, at=TEN, actor="AB", reason=f"now {new}", dispatch_key=key)


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


class LedgerConformance:
    """The port Ledger."""

    def test_entries_are_numbered_from_one_and_chained(self, open_run: OpenRun) -> None:
        store = open_run()

        first = store.ledger.append("note", at=NINE, actor="AB", facts={"sentence": "said so"})
        second = store.ledger.append("note", at=TEN, actor="AB", facts={})

        assert (first.number, second.number) == (1, 2)
        assert second.previous_hash == first.hash
        assert open_run().ledger.entries() == (first, second)

    def test_entries_are_found_by_pupil_kind_and_time(self, open_run: OpenRun) -> None:
        ledger = open_run().ledger
        seen = ledger.append("seen", at=NINE, actor="AB", facts={}, pupil_id="alicia")
        told = ledger.append("told", at=TEN, actor="AB", facts={}, pupil_id="alicia")
        other = ledger.append("told", at=TEN, actor="AB", facts={})

        assert ledger.entries(pupil_id="alicia") == (seen, told)
        assert ledger.entries(kind="told") == (told, other)
        assert ledger.entries(since=TEN) == (told, other)
        assert ledger.entries(pupil_id="alicia", kind="told", since=TEN) == (told,)
        assert ledger.entries(pupil_id="michael") == ()

    def test_an_untouched_ledger_verifies_even_when_empty(self, open_run: OpenRun) -> None:
        store = open_run()
        assert store.ledger.verify() == ()

        for minute in range(5):
            store.ledger.append("note", at=NINE + dt.timedelta(minutes=minute), actor="AB", facts={"n": str(minute)})

        assert open_run().ledger.verify() == ()

    def test_a_chain_that_passed_through_a_kept_anchor_holds(self, open_run: OpenRun) -> None:
        ledger = open_run().ledger
        before_all = ledger.anchor()
        ledger.append("note", at=NINE, actor="AB", facts={})
        kept = ledger.anchor()
        ledger.append("note", at=TEN, actor="AB", facts={})

        assert ledger.verify(kept) == ledger.verify(before_all) == ledger.verify(ledger.anchor()) == ()

    def test_a_chain_written_anew_does_not_pass_through_a_kept_anchor(self, open_run: OpenRun) -> None:
        ledger = open_run().ledger
        ledger.append("note", at=NINE, actor="AB", facts={})

        assert ledger.verify("1:" + "a" * 64) == (LedgerFault(1, "altered"),)
        assert ledger.verify("3:" + "a" * 64) == (LedgerFault(2, "cut short"),)

    @pytest.mark.parametrize("text", ["", "1", "1:abc", "x:" + "a" * 64, "-1:" + "a" * 64, "1:" + "A" * 64])
    def test_what_is_no_anchor_is_refused(self, open_run: OpenRun, text: str) -> None:
        with pytest.raises(ValueError, match="an anchor is"):
            open_run().ledger.verify(text)

    def test_a_moment_is_the_same_in_any_zone(self, open_run: OpenRun) -> None:
        ledger = open_run().ledger

        entry = ledger.append("note", at=TEN.astimezone(dt.timezone(dt.timedelta(hours=5))), actor="AB", facts={})

        assert ledger.entries(since=TEN) == (entry,)
        assert ledger.verify() == ()

    def test_an_entry_without_a_zone_or_with_personal_text_is_refused_and_leaves_nothing(
        self, open_run: OpenRun
    ) -> None:
        ledger = open_run().ledger

        with pytest.raises(ValueError, match="time zone"):
            ledger.append("note", at=NINE.replace(tzinfo=None), actor="AB", facts={})
        with pytest.raises(TypeError):
            ledger.append("note", at=NINE, actor="AB", facts={"name": Personal("Alicia")})  # type: ignore[dict-item]

        assert ledger.entries() == ()


class LedgerRetention:
    """Cutting away the oldest entries once their years are over."""

    OLD = NINE.replace(year=2018)
    LATER = dt.datetime(2024, 11, 30, 2, tzinfo=dt.UTC)
    MAY_GO = dt.datetime(2018, 11, 29, tzinfo=dt.UTC)

    def old_and_new(self, store: Store, *, old: int = 3) -> None:
        """Some entries of 23 November 2018, and one of six years later: both past, for a database has its own clock."""
        for number in range(old):
            store.ledger.append("note", at=self.OLD, actor="AB", facts={"n": str(number)}, pupil_id="alicia")
        store.ledger.append("note", at=self.LATER, actor="AB", facts={})

    def test_old_entries_go_and_the_chain_holds_from_there(self, open_run: OpenRun) -> None:
        store = open_run()
        self.old_and_new(store)

        assert store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell") == 3

        entries = open_run().ledger.entries()
        assert [(entry.number, entry.kind) for entry in entries] == [(4, "note"), (5, "ledger.cut")]
        assert entries[1].facts["through"] == "3"
        assert store.ledger.verify() == ()
        store.ledger.append("note", at=self.LATER, actor="AB", facts={})
        assert store.ledger.verify() == ()

    def test_a_ledger_in_which_everything_is_old_keeps_only_the_cut(self, open_run: OpenRun) -> None:
        store = open_run()
        store.ledger.append("note", at=self.OLD, actor="AB", facts={})

        assert store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell") == 1

        assert [entry.kind for entry in store.ledger.entries()] == ["ledger.cut"]
        assert store.ledger.verify() == ()

    def test_what_is_not_old_stays_and_nothing_is_written(self, open_run: OpenRun) -> None:
        store = open_run()
        store.ledger.append("note", at=self.MAY_GO, actor="AB", facts={})

        assert store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell") == 0
        assert [entry.kind for entry in store.ledger.entries()] == ["note"]

    def test_counting_cuts_nothing(self, open_run: OpenRun) -> None:
        store = open_run()
        self.old_and_new(store)

        assert store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell", only_count=True) == 3
        assert len(store.ledger.entries()) == 4

    def test_entries_whose_years_are_not_over_can_not_be_cut(self, open_run: OpenRun) -> None:
        store = open_run()
        self.old_and_new(store)

        with pytest.raises(ValueError, match="years"):
            store.ledger.cut(self.MAY_GO + dt.timedelta(microseconds=1), at=self.LATER, actor="Firstbell")

        assert len(store.ledger.entries()) == 4

    def test_a_second_cut_follows_the_first(self, open_run: OpenRun) -> None:
        store = open_run()
        a_year_later = dt.timedelta(days=365)
        store.ledger.append("note", at=self.OLD, actor="AB", facts={})
        store.ledger.append("note", at=self.OLD + a_year_later, actor="AB", facts={})
        store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell")

        gone = store.ledger.cut(self.MAY_GO + a_year_later, at=self.LATER + a_year_later, actor="Firstbell")

        assert gone == 1
        assert store.ledger.verify() == ()
        assert [(entry.number, entry.kind) for entry in store.ledger.entries()] == [
            (3, "ledger.cut"),
            (4, "ledger.cut"),
        ]

    def test_anchors_from_before_the_cut_are_told_apart(self, open_run: OpenRun) -> None:
        store = open_run()
        store.ledger.append("note", at=self.OLD, actor="AB", facts={})
        too_old = store.ledger.anchor()
        store.ledger.append("note", at=self.OLD, actor="AB", facts={})
        last_to_go = store.ledger.anchor()
        store.ledger.append("note", at=self.LATER, actor="AB", facts={})
        kept = store.ledger.anchor()

        store.ledger.cut(self.MAY_GO, at=self.LATER, actor="Firstbell")

        assert store.ledger.verify(too_old) == (LedgerFault(1, "cut away"),)
        assert store.ledger.verify(last_to_go) == ()
        assert store.ledger.verify(kept) == ()
        assert store.ledger.verify(f"2:{'a' * 64}") == (LedgerFault(2, "altered"),)


class ProposalsConformance:
    """The port Proposals."""

    def test_a_proposal_comes_back_as_it_was_planned(self, open_run: OpenRun) -> None:
        added = open_run().proposals.add([a_proposal()], at=NINE, actor="planner")

        assert added == (a_proposal(),)
        assert open_run().proposals.find() == (a_proposal(),)

    def test_planning_twice_adds_once(self, open_run: OpenRun) -> None:
        open_run().proposals.add([a_proposal(), a_proposal()], at=NINE, actor="planner")

        again = open_run().proposals.add([a_proposal(), a_proposal("father")], at=TEN, actor="planner")

        assert again == (a_proposal("father"),)
        assert open_run().proposals.find() == (a_proposal(), a_proposal("father"))

    def test_planning_again_does_not_undo_a_step(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.STOPPED)

        store.proposals.add([a_proposal()], at=TEN, actor="planner")

        assert [each.state for each in store.proposals.find()] == [State.STOPPED]

    def test_a_new_proposal_is_in_the_ledger_without_its_address(self, open_run: OpenRun) -> None:
        store = open_run()

        store.proposals.add([a_proposal()], at=NINE, actor="planner")

        (entry,) = store.ledger.entries(pupil_id="alicia")
        assert (entry.kind, entry.actor, entry.at) == ("message.proposed", "planner", NINE)
        assert entry.facts["key"] == a_proposal().key
        assert "mother@example.org" not in str(entry)

    def test_messages_to_staff_are_about_no_pupil_in_the_ledger(self, open_run: OpenRun) -> None:
        store = open_run()
        chase = replace(a_proposal(), purpose=Purpose.REGISTER_CHASE, subject_id="7B")

        store.proposals.add([chase], at=NINE, actor="planner")

        assert [(each.pupil_id, each.facts["subject_id"]) for each in store.ledger.entries()] == [(None, "7B")]

    def test_proposals_are_found_by_what_is_asked_in_planned_order(self, open_run: OpenRun) -> None:
        store = open_run()
        father, mother = a_proposal("father"), a_proposal()
        next_day = a_proposal(session=TUESDAY_AM)
        chase = replace(a_proposal("teacher"), purpose=Purpose.REGISTER_CHASE)
        store.proposals.add([mother, next_day, father, chase], at=NINE, actor="planner")
        step(store, [father.key, mother.key], State.PROPOSED, State.HELD)

        found = store.proposals.find(session=MONDAY_AM, purpose=Purpose.FIRST_DAY_ABSENCE, states=[State.HELD])

        assert [each.key for each in found] == [mother.key, father.key]
        assert [each.key for each in store.proposals.find(session=TUESDAY_AM)] == [next_day.key]
        assert [each.key for each in store.proposals.find(purpose=Purpose.REGISTER_CHASE)] == [chase.key]

    @pytest.mark.parametrize(("old", "new"), [(old, new) for old, ways in ALLOWED_STEPS.items() for new in ways])
    def test_every_allowed_step_can_be_taken_and_is_in_the_ledger(
        self, open_run: OpenRun, old: State, new: State
    ) -> None:
        store = open_run()
        here = replace(a_proposal(), state=old, dispatch_key="dispatch-0", draft_id="draft-0")
        store.proposals.add([here], at=NINE, actor="planner")

        assert step(store, [here.key], old, new)

        (after,) = store.proposals.find()
        assert (after.state, after.reason) == (new, f"now {new}")
        entry = store.ledger.entries()[-1]
        assert (entry.kind, entry.at, entry.actor, entry.pupil_id) == (f"message.{new}", TEN, "AB", "alicia")
        assert (entry.facts["old"], entry.facts["new"], entry.facts["reason"]) == (old, new, f"now {new}")

    @pytest.mark.parametrize(
        ("old", "new"), [(old, new) for old, ways in ALLOWED_STEPS.items() for new in State if new not in ways]
    )
    def test_no_other_step_exists(self, open_run: OpenRun, old: State, new: State) -> None:
        store = open_run()
        store.proposals.add([replace(a_proposal(), state=old)], at=NINE, actor="planner")

        with pytest.raises(ValueError, match="no proposal goes from"):
            step(store, [a_proposal().key], old, new)

        assert [each.state for each in store.proposals.find()] == [old]

    def test_releasing_needs_a_dispatch_key_and_no_other_step_takes_one(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD)
        move = store.proposals.move

        with pytest.raises(ValueError, match="dispatch key"):
            move([a_proposal().key], State.HELD, State.RELEASING, at=TEN, actor="AB", reason="time")
        with pytest.raises(ValueError, match="dispatch key"):
            move([a_proposal().key], State.HELD, State.STOPPED, at=TEN, actor="AB", reason="stop", dispatch_key="d")

    def test_all_keys_move_or_none(self, open_run: OpenRun) -> None:
        store = open_run()
        father, mother = a_proposal("father"), a_proposal()
        store.proposals.add([father, mother], at=NINE, actor="planner")
        step(store, [father.key], State.PROPOSED, State.BLOCKED)
        before = store.ledger.entries()

        assert not step(store, [mother.key, father.key], State.PROPOSED, State.HELD)

        assert [each.state for each in store.proposals.find()] == [State.BLOCKED, State.PROPOSED]
        assert store.ledger.entries() == before

    def test_a_key_nobody_planned_moves_nothing(self, open_run: OpenRun) -> None:
        store = open_run()
        store.proposals.add([a_proposal()], at=NINE, actor="planner")

        assert not step(store, [a_proposal().key, "unknown"], State.PROPOSED, State.HELD)
        assert [each.state for each in store.proposals.find()] == [State.PROPOSED]

    def test_the_second_of_two_runs_loses(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()
        walk(first, a_proposal(), State.HELD)

        assert step(first, [a_proposal().key], State.HELD, State.RELEASING, "dispatch-1")
        assert not step(second, [a_proposal().key], State.HELD, State.RELEASING, "dispatch-2")

        assert [each.dispatch_key for each in second.proposals.find()] == ["dispatch-1"]

    def test_a_run_that_slept_can_not_move_a_message_that_was_released_anew(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING, State.SENDING, State.HELD)
        step(store, [a_proposal().key], State.HELD, State.RELEASING, "dispatch-2")
        step(store, [a_proposal().key], State.RELEASING, State.SENDING)
        before = store.ledger.entries()

        moved = [
            open_run().proposals.move(
                [a_proposal().key], State.SENDING, State.SENT, at=TEN, actor="AB", reason="woke", on_dispatch=dispatch
            )
            for dispatch in ("dispatch-1", "dispatch-2")
        ]

        assert moved == [False, True]
        assert len(store.ledger.entries()) == len(before) + 1

    def test_nor_one_that_was_released_anew_at_the_same_moment_with_another_draft(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING)
        store.proposals.record_draft("dispatch-1", "draft-2", at=TEN)

        moved = [
            store.proposals.move(
                [a_proposal().key], State.RELEASING, State.SENDING, at=TEN, actor="AB", reason="woke", on_draft=draft
            )
            for draft in ("draft-1", "draft-2")
        ]

        assert moved == [False, True]

    def test_naming_a_key_twice_moves_it_once(self, open_run: OpenRun) -> None:
        store = open_run()
        store.proposals.add([a_proposal()], at=NINE, actor="planner")

        assert step(store, [a_proposal().key, a_proposal().key], State.PROPOSED, State.HELD)
        assert len(store.ledger.entries(kind="message.held")) == 1

    def test_more_keys_than_a_statement_may_hold_move_together(self, open_run: OpenRun) -> None:
        store = open_run()
        many = [a_proposal(pupil=f"pupil-{number}") for number in range(1201)]
        store.proposals.add(many, at=NINE, actor="planner")

        assert step(store, [each.key for each in many], State.PROPOSED, State.HELD)
        assert len(store.proposals.find(states=[State.HELD])) == 1201

    def test_one_dispatch_is_found_by_its_key(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING)
        walk(store, a_proposal("father"), State.HELD)

        assert [each.recipient_id for each in store.proposals.find(dispatch_key="dispatch-1")] == ["mother"]

    def test_a_draft_is_recorded_once(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()
        walk(first, a_proposal(), State.HELD, State.RELEASING)

        assert first.proposals.record_draft("dispatch-1", "draft-1", at=TEN)
        assert not second.proposals.record_draft("dispatch-1", "draft-2", at=TEN)

        assert [each.draft_id for each in second.proposals.find()] == ["draft-1"]
        (entry,) = second.ledger.entries(kind="message.drafted")
        assert (entry.facts["draft_id"], entry.pupil_id) == ("draft-1", "alicia")

    def test_no_draft_is_recorded_unless_releasing(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING, State.SENDING)

        assert not store.proposals.record_draft("dispatch-1", "draft-1", at=TEN)
        assert not store.proposals.record_draft("dispatch-unknown", "draft-1", at=TEN)

    def test_a_hold_ends_at_another_moment_and_the_ledger_says_why(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD)
        walk(store, a_proposal("father"), State.HELD)

        told = store.proposals.hold_until([a_proposal().key], TEN, at=NINE, actor="AB", reason="Nobody saw it.")

        assert told == 1
        assert {each.recipient_id: each.release_at == TEN for each in store.proposals.find()} == {
            "mother": True,
            "father": False,
        }
        (entry,) = store.ledger.entries(kind="message.held_until")
        assert (entry.pupil_id, entry.facts["key"], entry.facts["reason"]) == (
            "alicia",
            a_proposal().key,
            "Nobody saw it.",
        )
        assert store.ledger.verify() == ()

    def test_a_hold_is_moved_to_the_same_moment_once(self, open_run: OpenRun) -> None:
        store, key = open_run(), a_proposal().key
        walk(store, a_proposal(), State.HELD)
        store.proposals.hold_until([key], TEN, at=NINE, actor="AB", reason="Nobody saw it.")

        assert store.proposals.hold_until([key, key], TEN, at=NINE, actor="AB", reason="Nobody saw it.") == 0
        assert len(store.ledger.entries(kind="message.held_until")) == 1

    def test_only_what_is_held_is_held_longer(self, open_run: OpenRun) -> None:
        store, before = open_run(), a_proposal().release_at
        walk(store, a_proposal(), State.HELD, State.RELEASING)

        told = store.proposals.hold_until([a_proposal().key, "no such key"], TEN, at=NINE, actor="AB", reason="why")

        assert told == 0
        assert [each.release_at for each in store.proposals.find()] == [before]

    def test_going_back_to_held_lets_go_of_dispatch_and_draft(self, open_run: OpenRun) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING)
        store.proposals.record_draft("dispatch-1", "draft-1", at=TEN)

        step(store, [a_proposal().key], State.RELEASING, State.HELD)

        assert [(each.dispatch_key, each.draft_id) for each in store.proposals.find()] == [(None, None)]
        assert store.ledger.entries()[-1].facts["dispatch_key"] == "dispatch-1"

    @pytest.mark.parametrize(("dispatch_key", "draft_id"), [("dispatch-1", "draft-1"), ("dispatch-2", None)])
    def test_releasing_again_keeps_the_draft_of_the_same_dispatch_only(
        self, open_run: OpenRun, dispatch_key: str, draft_id: str | None
    ) -> None:
        store = open_run()
        walk(store, a_proposal(), State.HELD, State.RELEASING)
        store.proposals.record_draft("dispatch-1", "draft-1", at=TEN)
        step(store, [a_proposal().key], State.RELEASING, State.SENDING)

        step(store, [a_proposal().key], State.SENDING, State.RELEASING, dispatch_key)

        assert [(each.dispatch_key, each.draft_id) for each in store.proposals.find()] == [(dispatch_key, draft_id)]

    def test_a_life_from_plan_to_answer_verifies(self, open_run: OpenRun) -> None:
        store = open_run()
        life = (State.HELD, State.RELEASING, State.SENDING, State.UNKNOWN, State.SENT, State.DELIVERED, State.ANSWERED)

        walk(store, a_proposal(), *life)

        kinds = [entry.kind for entry in store.ledger.entries(pupil_id="alicia")]
        assert kinds == ["message.proposed", *(f"message.{state}" for state in life)]
        assert store.ledger.verify() == ()


class ProposalsRetention:
    """Addresses go first, and then that a message was planned."""

    def purge(self, store: Store, addresses: dt.datetime, rows: dt.datetime, *, only_count: bool = False) -> list[int]:
        """How many addresses and messages went."""
        counts = store.proposals.purge(
            addresses_before=addresses, rows_before=rows, at=TEN, actor="Firstbell", only_count=only_count
        )
        return [counts["addresses"], counts["messages"]]

    def test_an_address_goes_once_its_time_is_over_and_not_before(self, open_run: OpenRun) -> None:
        store = open_run()
        planned = a_proposal()
        store.proposals.add([planned], at=NINE, actor="Firstbell")
        moment = dt.timedelta(microseconds=1)

        assert self.purge(store, planned.send_before, NINE) == [0, 0]
        assert self.purge(store, planned.send_before + moment, NINE) == [1, 0]
        assert self.purge(store, planned.send_before + moment, NINE) == [0, 0]

        [left] = open_run().proposals.find()
        assert (left.key, left.address) == (planned.key, Personal(""))

    def test_a_message_goes_whole_once_its_own_time_is_over(self, open_run: OpenRun) -> None:
        store = open_run()
        planned = a_proposal()
        store.proposals.add([planned], at=NINE, actor="Firstbell")
        over = planned.send_before + dt.timedelta(microseconds=1)

        assert self.purge(store, over, planned.send_before) == [1, 0]
        assert self.purge(store, over, over) == [0, 1]

        assert store.proposals.find() == ()
        assert [entry.facts for entry in store.ledger.entries(kind="retention.purged")] == [
            {"addresses": "1", "messages": "0"},
            {"addresses": "0", "messages": "1"},
        ]

    def test_counting_leaves_messages_as_they_are(self, open_run: OpenRun) -> None:
        store = open_run()
        store.proposals.add([a_proposal()], at=NINE, actor="Firstbell")
        far = NINE.replace(year=2030)

        assert self.purge(store, far, NINE, only_count=True) == [1, 0]
        assert self.purge(store, far, far, only_count=True) == [0, 1]

        assert store.proposals.find() == (a_proposal(),)
        assert store.ledger.entries(kind="retention.purged") == ()

    def test_the_addresses_about_one_pupil_can_be_forgotten(self, open_run: OpenRun) -> None:
        store = open_run()
        store.proposals.add([a_proposal(), a_proposal(pupil="michael")], at=NINE, actor="Firstbell")

        assert store.proposals.forget_addresses("alicia", at=TEN, actor="AB") == 1
        assert store.proposals.forget_addresses("alicia", at=TEN, actor="AB") == 0

        assert [bool(each.address) for each in open_run().proposals.find()] == [False, True]


class DeskConformance:
    """The port Desk."""

    def test_accepted_cells_come_back_by_workbook(self, open_run: OpenRun) -> None:
        note = PersonsCell("attendance", "Queue", "row-2", "Note", "rang at 10")
        stop = PersonsCell("attendance", "Queue", "row-1", "Stop", "x")
        other = PersonsCell("safeguarding", "Alerts", "row-1", "Seen", "AB")

        open_run().desk.save_cells([note, stop, other])

        assert open_run().desk.cells("attendance") == (stop, note)
        assert open_run().desk.cells("exclusions") == ()

    def test_a_later_value_replaces_and_an_empty_one_forgets(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        cell = PersonsCell("attendance", "Queue", "row-1", "Note", "first")
        desk.save_cells([cell, replace(cell, column="Stop", value="x")])

        desk.save_cells([replace(cell, value="second"), replace(cell, column="Stop", value="")])

        assert desk.cells("attendance") == (replace(cell, value="second"),)

    def test_one_run_holds_a_lease(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()

        assert first.desk.take_lease("chase", now=NINE, seconds=60)

        assert not second.desk.take_lease("chase", now=NINE, seconds=60)
        assert not first.desk.take_lease("chase", now=NINE, seconds=60)
        assert second.desk.take_lease("sync", now=NINE, seconds=60)

    def test_a_lease_given_back_can_be_taken(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()
        first.desk.take_lease("chase", now=NINE, seconds=60)

        first.desk.end_lease("chase")

        assert second.desk.take_lease("chase", now=NINE, seconds=60)

    def test_a_lease_runs_out(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()
        first.desk.take_lease("chase", now=NINE, seconds=60)

        assert not second.desk.take_lease("chase", now=NINE + dt.timedelta(seconds=59), seconds=60)
        assert second.desk.take_lease("chase", now=NINE + dt.timedelta(seconds=60), seconds=60)

    def test_a_run_that_read_its_clock_first_and_asks_last_finds_the_lease_held(self, open_run: OpenRun) -> None:
        first, second = open_run(), open_run()
        first.desk.take_lease("chase", now=NINE + dt.timedelta(milliseconds=1), seconds=60)

        assert not second.desk.take_lease("chase", now=NINE, seconds=60)
        assert not second.desk.take_lease("chase", now=NINE - dt.timedelta(seconds=59), seconds=60)

    def test_a_lease_of_a_clock_that_was_put_back_since_does_not_count(self, open_run: OpenRun) -> None:
        first, second, third = open_run(), open_run(), open_run()
        first.desk.take_lease("chase", now=TEN, seconds=60)

        assert second.desk.take_lease("chase", now=NINE, seconds=60)
        assert not third.desk.take_lease("chase", now=NINE, seconds=60)

    def test_tokens_run_out_and_come_back_at_their_pace(self, open_run: OpenRun) -> None:
        first, after_a_crash = open_run(), open_run()

        taken = [first.desk.take_token(QUOTA, now=NINE) for _ in range(3)]

        assert taken == [None, None, NINE + 30 * SECOND]
        assert after_a_crash.desk.take_token(QUOTA, now=NINE + 29 * SECOND) == NINE + 30 * SECOND
        assert after_a_crash.desk.take_token(QUOTA, now=NINE + 30 * SECOND) is None

    def test_a_rested_mailbox_has_no_more_than_a_full_bucket(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        desk.take_token(QUOTA, now=NINE)

        taken = [desk.take_token(QUOTA, now=TEN) for _ in range(3)]

        assert [each is None for each in taken] == [True, True, False]

    def test_a_token_given_back_can_be_taken(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        desk.return_token(QUOTA)
        for _ in range(2):
            desk.take_token(QUOTA, now=NINE)

        desk.return_token(QUOTA)

        assert [desk.take_token(QUOTA, now=NINE) is None for _ in range(2)] == [True, False]

    def test_each_mailbox_has_tokens_of_its_own(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        for _ in range(2):
            desk.take_token(QUOTA, now=NINE)

        assert desk.take_token(replace(QUOTA, mailbox="head@example.org"), now=NINE) is None

    def test_a_clock_put_back_leaves_an_empty_bucket_and_no_debt(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        desk.take_token(QUOTA, now=TEN)

        assert desk.take_token(QUOTA, now=NINE) == NINE + 30 * SECOND

    def test_a_run_that_lost_its_lease_cannot_end_the_next_runs(self, open_run: OpenRun) -> None:
        slow, next_run, third = open_run(), open_run(), open_run()
        slow.desk.take_lease("chase", now=NINE, seconds=60)
        next_run.desk.take_lease("chase", now=TEN, seconds=60)

        slow.desk.end_lease("chase")

        assert not third.desk.take_lease("chase", now=TEN, seconds=60)

    def test_the_last_heartbeat_is_the_newest(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        assert desk.last_heartbeat("chase") is None

        desk.heartbeat("chase", at=TEN, due_at=TEN, outcome="done")
        desk.heartbeat("chase", at=NINE, due_at=None, outcome="done late")

        assert open_run().desk.last_heartbeat("chase") == TEN
        assert desk.last_heartbeat("sync") is None

    def test_a_job_that_was_never_tried_has_no_day(self, open_run: OpenRun) -> None:
        assert open_run().desk.job_days(MONDAY) == ()

    def test_the_tries_of_a_day_are_told_together(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        desk.note_try(Try("sync", MONDAY, NINE, NINE + 3 * SECOND, error="RetryLater"))
        desk.note_try(Try("sync", MONDAY, TEN, TEN + SECOND, needs=2, figures={"pupils": 900}))

        [day] = open_run().desk.job_days(MONDAY)
        assert (day.job, day.day, day.done, day.failed, day.error) == ("sync", MONDAY, 1, 1, "")
        assert (day.began_at, day.ended_at) == (TEN, TEN + SECOND)
        assert (day.first_done_at, day.done_began_at) == (TEN + SECOND, TEN)
        assert (day.longest_seconds, day.needs, day.figures) == (3.0, 2, {"pupils": 900})

    def test_a_try_that_failed_leaves_what_was_done_before_it(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        desk.note_try(Try("chase", MONDAY, NINE, NINE + SECOND, needs=1, figures={"registers not taken": 1}))
        desk.note_try(Try("chase", MONDAY, TEN, TEN + SECOND, error="GiveUp"))

        [day] = desk.job_days(MONDAY)
        assert (day.done, day.failed, day.error) == (1, 1, "GiveUp")
        assert (day.first_done_at, day.done_began_at) == (NINE + SECOND, NINE)
        assert (day.needs, day.figures) == (1, {"registers not taken": 1})

    def test_each_job_and_each_day_stands_by_itself(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        for job, day in (("sync", MONDAY), ("chase", MONDAY), ("chase", TUESDAY)):
            desk.note_try(Try(job, day, NINE, TEN))

        assert [each.job for each in desk.job_days(MONDAY)] == ["chase", "sync"]
        assert [each.job for each in desk.job_days(TUESDAY)] == ["chase"]

    @pytest.mark.parametrize(("later", "is_there"), [(35, True), (36, False)])
    def test_how_a_job_went_is_forgotten_after_five_weeks(self, open_run: OpenRun, later: int, is_there: bool) -> None:  # noqa: FBT001 - of a table
        desk = open_run().desk
        for job in ("chase", "sync"):
            desk.note_try(Try(job, MONDAY, NINE, TEN))

        desk.note_try(Try("chase", MONDAY + dt.timedelta(days=later), NINE, TEN))

        assert [each.job for each in desk.job_days(MONDAY)] == (["chase", "sync"] if is_there else ["sync"])

    def test_a_try_that_is_noted_again_is_still_one(self, open_run: OpenRun) -> None:
        desk = open_run().desk
        for _ in range(2):
            desk.note_try(Try("sync", MONDAY, NINE, TEN, error="GiveUp"))

        assert [each.failed for each in desk.job_days(MONDAY)] == [1]

    def test_a_try_without_a_time_zone_is_refused(self, open_run: OpenRun) -> None:
        nowhere = NINE.replace(tzinfo=None)

        with pytest.raises(ValueError, match="zone"):
            open_run().desk.note_try(Try("sync", MONDAY, nowhere, nowhere))
