"""The retention job over a school of forty: each kind of record on the day before, on, and after its last day."""

import dataclasses
import datetime as dt

import pytest

from firstbell.errors import NeedsHuman
from firstbell.records import PersonsCell
from firstbell.settings import RetentionSettings
from firstbell.testing.fake_copies import FakeCopies
from firstbell.testing.morning_story import MONDAY, SETTINGS, MorningStory
from firstbell.workflows.data_rights.retention import retention_job

LEFT = dt.date(2026, 10, 9)


@pytest.fixture
def copies():
    return FakeCopies()


@pytest.fixture
def told(story):
    story.given_alicia_was_told_of()
    return story


def on(story, day, time=18):
    """It is the evening of this day; the calendar of the story may be over."""
    story.clock.set(dt.datetime.combine(day, dt.time(time), tzinfo=dt.UTC))


def removed(story, copies, *, only_count=False):
    counts = retention_job(story.office, copies, only_count=only_count).counts
    return {kind: count for kind, count in counts.items() if count}


def after(days):
    return MONDAY + dt.timedelta(days=days)


def type_words(story, sheet, key, column="Reason given", workbook="Attendance"):
    story.store.desk.save_cells([PersonsCell(workbook, sheet, key, column, "a toothache")])


def words(story):
    cells = (*story.store.desk.cells("Attendance"), *story.store.desk.cells("Safeguarding"))
    return {(cell.sheet, cell.row_key) for cell in cells}


def test_the_morning_after_nothing_is_past_its_time(told, copies):
    on(told, after(1))

    assert removed(told, copies) == {}
    assert told.store.ledger.entries(kind="retention.purged") == ()


def test_addresses_go_on_the_thirty_first_day_and_messages_stay(told, copies):
    on(told, after(30))
    assert removed(told, copies) == {}

    on(told, after(31))
    assert removed(told, copies) == {"addresses": 1}

    assert [bool(proposal.address) for proposal in told.proposals("ALICIA")] == [False]


def test_that_a_message_was_planned_goes_after_four_hundred_days(told, copies):
    on(told, after(400))
    assert "messages" not in removed(told, copies)

    on(told, after(401))
    assert removed(told, copies)["messages"] == 1

    assert told.proposals("ALICIA") == []


def test_words_about_a_session_go_after_a_term(told, copies):
    type_words(told, "Today", "P01|2026-11-23-AM")
    on(told, after(120))
    assert "typed cells" not in removed(told, copies)

    on(told, after(121))
    assert removed(told, copies)["typed cells"] == 1

    assert words(told) == set()


def test_words_stay_while_their_row_is_still_being_worked_with(told, copies):
    type_words(told, "Unexplained (N)", "ALICIA|2026-11-23-AM", "Note")
    on(told, after(121))

    assert "typed cells" not in removed(told, copies), "the N stands in the register still, and so does its row"


@pytest.mark.parametrize("sheet", ["Vulnerable pupils", "Non-contact", "Told outside agencies"])
def test_a_hold_or_a_blocked_address_stays_as_long_as_the_pupil_is_on_the_roll(told, copies, sheet):
    type_words(told, sheet, "P01|2020-01-01", "Why", "Safeguarding")

    on(told, after(3000))
    assert "typed cells" not in removed(told, copies)

    told.store.registers.save_roll(dataclasses.replace(told.store.registers.roll(), pupils=()))
    assert removed(told, copies)["typed cells"] == 1


def test_words_without_a_date_stay_while_the_pupil_is_on_the_roll(told, copies):
    type_words(told, "Watch list", "P01", "Note")
    type_words(told, "Watch list", "P99", "Note")
    on(told, after(1))

    assert removed(told, copies) == {"typed cells": 1}
    assert words(told) == {("Watch list", "P01")}


def test_no_words_go_while_no_roll_is_known(story, copies):
    type_words(story, "Non-contact", "P01|x", "Address to block", "Safeguarding")

    assert removed(story, copies) == {}


def a_leaver(story, left=LEFT):
    story.pupils["P01"] = dataclasses.replace(story.pupils["P01"], on_roll_to=left)
    story.given_a_contact("LEAVER-MUM", "P01")


@pytest.mark.parametrize(
    ("left", "last_day"), [(LEFT, dt.date(2027, 9, 30)), (dt.date(2027, 8, 31), dt.date(2027, 9, 30))]
)
def test_a_leaver_and_their_contact_go_thirty_days_after_the_school_year(story, copies, left, last_day):
    a_leaver(story, left)
    story.given_the_day(MONDAY, "09:00")

    on(story, last_day)
    assert "leavers" not in removed(story, copies)
    on(story, last_day + dt.timedelta(days=1))
    assert removed(story, copies) | {"typed cells": 0} == {"leavers": 1, "contacts of leavers": 1, "typed cells": 0}

    roll = story.store.registers.roll()
    assert "P01" not in {pupil.id for pupil in roll.pupils}
    assert roll.contacts == ()


def test_a_sync_does_not_bring_an_old_leaver_back(story):
    a_leaver(story, dt.date(2025, 10, 9))

    story.given_the_day(MONDAY, "09:00")

    assert "P01" not in {pupil.id for pupil in story.store.registers.roll().pupils}
    assert len(story.store.registers.roll().pupils) == 39


def test_many_leavers_at_once_do_not_look_like_an_export_cut_short(story):
    for number in range(20):
        story.pupils[f"P{number:02}"] = dataclasses.replace(
            story.pupils[f"P{number:02}"], on_roll_to=dt.date(2026, 8, 31)
        )
    story.given_the_day(dt.date(2026, 9, 30), "09:00")
    assert len(story.store.registers.roll().pupils) == 40

    story.given_the_day(dt.date(2026, 10, 1), "09:00")

    assert len(story.store.registers.roll().pupils) == 20


def test_the_register_stays_six_years_and_the_days_a_late_entry_may_take(told, copies):
    edge = dt.date(2032, 11, 23) + dt.timedelta(days=31)
    on(told, edge)
    assert "register: sessions" not in removed(told, copies)

    on(told, edge + dt.timedelta(days=1))
    assert removed(told, copies)["register: sessions"] == 1

    assert told.store.registers.span("ALICIA", MONDAY, MONDAY).sessions == ()


def test_the_ledger_is_cut_after_six_years_and_still_holds(told, copies):
    count = len(told.store.ledger.entries())
    on(told, dt.date(2032, 11, 24))
    assert "ledger entries" not in removed(told, copies)

    on(told, dt.date(2032, 11, 25))
    assert removed(told, copies)["ledger entries"] == count

    assert told.store.ledger.verify() == ()
    assert told.store.ledger.entries(pupil_id="ALICIA") == ()


def test_settings_of_the_school_move_the_days(copies):
    story = MorningStory(
        settings=SETTINGS.model_copy(update={"retention": RetentionSettings(addresses_days=7, messages_days=60)})
    )
    story.given_alicia_was_told_of()

    on(story, after(8))

    assert removed(story, copies) == {"addresses": 1}


@pytest.mark.parametrize(
    ("kind", "last_day"),
    [("mail copies", 60), ("cards", 60), ("papers", 366), ("rehearsal files", 14)],
)
def test_copies_on_disk_go_the_day_after_their_last(told, copies, kind, last_day):
    copies.held[kind, "x"] = dt.datetime.combine(MONDAY, dt.time(10), tzinfo=dt.UTC)

    on(told, after(last_day))
    assert kind not in removed(told, copies)
    on(told, after(last_day + 1))
    assert removed(told, copies)[kind] == 1


def test_a_dry_run_counts_the_same_and_changes_nothing(told, copies):
    type_words(told, "Today", "P01|2026-09-01-AM")
    on(told, after(200))
    entries = told.store.ledger.entries()

    counted = removed(told, copies, only_count=True)

    assert counted == {"addresses": 1, "typed cells": 1}
    assert told.store.ledger.entries() == entries
    assert told.store.desk.last_heartbeat("retention") is None
    assert removed(told, copies) == counted


def test_the_ledger_and_the_report_tell_counts_and_never_whom(told, copies):
    type_words(told, "Today", "P01|2026-09-01-AM")
    on(told, after(200))

    removed(told, copies)

    entries = told.store.ledger.entries(kind="retention.purged")
    assert {entry.pupil_id for entry in entries} == {None}
    assert all(value.isdigit() for entry in entries for value in entry.facts.values())
    assert told.store.desk.last_heartbeat("retention") == told.clock.now()


def test_a_ledger_that_does_not_hold_stops_the_job_and_the_office_is_told(told, copies):
    told.store.ledger.stored[3] = dataclasses.replace(told.store.ledger.stored[3], actor="Nobody")
    on(told, dt.date(2032, 11, 25))

    with pytest.raises(NeedsHuman, match="does not hold"):
        retention_job(told.office, copies)

    assert told.proposals("ALICIA")[0].address
