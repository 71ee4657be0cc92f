"""Subject access and erasure of one pupil, over fakes and a folder."""

import dataclasses
import datetime as dt

import pytest

from firstbell.errors import NeedsHuman
from firstbell.records import PersonsCell
from firstbell.testing.fake_copies import FakeCopies
from firstbell.testing.morning_story import MONDAY, SETTINGS
from firstbell.workflows.cases.letters import case_id
from firstbell.workflows.data_rights.erasure import erase_subject, plan_erasure
from firstbell.workflows.data_rights.subject_access import subject_file
from rules.codes import AttendanceCode
from rules.people import Personal

ADA = SETTINGS.person("AO")


@pytest.fixture
def copies():
    copies = FakeCopies()
    copies.held["papers", f"{case_id('hill', 'ALICIA')}-returns"] = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    return copies


@pytest.fixture
def told(story):
    """Alicia's mother and father were told, staff typed a reason, and her brother Michael has the same mother."""
    story.given_an_unexplained_absence("ALICIA")
    story.given_a_pupil("MICHAEL", forename="Michael")
    story.given_a_contact("ALICIA-DAD", "ALICIA", email="dad@example.net", priority=2)
    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)
    cell = PersonsCell("Attendance", "Today", "ALICIA|2026-11-23-AM", "Reason given", "a chipped tooth")
    other = PersonsCell("Attendance", "Today", "MICHAEL|2026-11-23-AM", "Reason given", "a broken toe")
    story.store.desk.save_cells([cell, other])
    return story


@pytest.fixture
def left(told):
    """Alicia left on the day before."""
    roll = told.store.registers.roll()
    yesterday = MONDAY - dt.timedelta(days=1)
    gone = [dataclasses.replace(p, on_roll_to=yesterday) if p.id == "ALICIA" else p for p in roll.pupils]
    told.store.registers.save_roll(dataclasses.replace(roll, pupils=tuple(gone)))
    told.pupils["ALICIA"] = next(pupil for pupil in gone if pupil.id == "ALICIA")
    return told


def texts(part):
    return [tuple(v.reveal() if isinstance(v, Personal) else v for v in row) for row in part.rows]


def parts(story, copies, pupil_id="ALICIA"):
    return {part.name: texts(part) for part in subject_file(story.office, copies, pupil_id).parts}


def test_everything_that_is_held_about_her_is_in_it(told, copies):
    told.given_the_mark("ALICIA", AttendanceCode.ILLNESS)
    told.given_the_day(MONDAY, "10:30")

    held = parts(told, copies)

    assert ("Forename", "Alicia") in held["pupil"]
    assert ("Mother", "1", "yes", "not known", "not known") in held["contacts"]
    assert [row[:3] for row in held["register"]] == [("2026-11-23", "AM", "I")]
    assert [row[2:5] for row in held["amendments"]] == [("N", "I", "changed in the MIS")]
    assert [row[1:3] for row in held["messages"]] == [("first day absence", "sent")]
    assert held["words"] == [("Attendance", "Today", "2026-11-23", "Reason given", "a chipped tooth")]
    assert any(what == "message.sent" for _, what, _, _ in held["timeline"])
    assert held["copies"] == [("papers", "1")]


def test_nobody_elses_data_is_in_it(told, copies):
    everything = str(parts(told, copies))

    for another in (
        "MICHAEL",
        "Michael",
        "broken toe",
        "Pat",
        "07700",
        "dad@",
        "alicia-mum@",
        "ALICIA-MUM",
        "ALICIA-DAD",
    ):
        assert another not in everything


def test_it_says_what_is_left_out_and_what_a_person_must_read(told, copies):
    found = subject_file(told.office, copies, "ALICIA")

    assert any("contacts" in sentence for sentence in found.withheld)
    assert {part.name for part in found.parts if part.must_be_read} == {"contacts", "words", "timeline"}
    assert len(found.to_review) == 4


def test_a_pupil_nobody_knows_has_an_empty_file(told, copies):
    assert subject_file(told.office, copies, "NOBODY").is_empty


def test_reading_it_changes_nothing(told, copies):
    entries = told.store.ledger.entries()

    parts(told, copies)

    assert told.store.ledger.entries() == entries


def test_a_pupil_on_roll_is_not_erased(told, copies):
    with pytest.raises(NeedsHuman, match="is on roll"):
        erase_subject(told.office, copies, "ALICIA", ADA)

    assert "words" in parts(told, copies)
    assert told.proposals("ALICIA")[0].address


@pytest.mark.parametrize(("last_day", "is_refused"), [(MONDAY, True), (MONDAY - dt.timedelta(days=1), False)])
def test_the_day_after_the_last_on_roll_is_the_first_on_which_it_can_be(told, copies, last_day, is_refused):
    roll = told.store.registers.roll()
    leaving = [dataclasses.replace(p, on_roll_to=last_day) if p.id == "ALICIA" else p for p in roll.pupils]
    told.store.registers.save_roll(dataclasses.replace(roll, pupils=tuple(leaving)))

    if is_refused:
        with pytest.raises(NeedsHuman):
            plan_erasure(told.office, copies, "ALICIA")
    else:
        assert plan_erasure(told.office, copies, "ALICIA").goes["rows on the roll"] == 1


def test_without_a_roll_nobody_can_say_who_has_left(story, copies):
    with pytest.raises(NeedsHuman, match="no roll"):
        plan_erasure(story.office, copies, "ALICIA")


def test_the_plan_says_what_goes_and_what_the_law_keeps_and_changes_nothing(left, copies):
    plan = plan_erasure(left.office, copies, "ALICIA")

    assert plan.goes == {"rows on the roll": 1, "typed cells": 1, "addresses": 1, "mail copies": 0, "papers": 1}
    assert plan.stays[0] == (
        "The register: 1 entry, each kept 6 years from its day; the last until 23 November 2032 "
        "(SI 2024/208, regulation 7)."
    )
    assert "by id and without a name" in plan.stays[1]
    assert plan_erasure(left.office, copies, "ALICIA") == plan


def test_an_erasure_leaves_the_register_and_the_evidence_and_nothing_else(left, copies):
    erase_subject(left.office, copies, "ALICIA", ADA)

    held = parts(left, copies)
    assert (held["pupil"], held["contacts"], held["words"], held["copies"]) == ([], [], [], [])
    assert len(held["register"]) == 1
    assert not any(proposal.address for proposal in left.proposals("ALICIA"))
    assert "ALICIA-MUM" not in {contact.id for contact in left.store.registers.roll().contacts}
    assert left.store.ledger.verify() == ()


def test_an_erasure_leaves_other_pupils_as_they_are(left, copies):
    erase_subject(left.office, copies, "ALICIA", ADA)

    assert ("Attendance", "Today", "2026-11-23", "Reason given", "a broken toe") in parts(left, copies, "MICHAEL")[
        "words"
    ]
    assert len(left.store.registers.roll().pupils) == 41


def test_an_erasure_is_in_the_ledger_with_counts_and_who_did_it(left, copies):
    erase_subject(left.office, copies, "ALICIA", ADA)

    [entry] = left.store.ledger.entries(kind="subject.erased")
    assert (entry.pupil_id, entry.actor) == ("ALICIA", "AO")
    assert all(value.isdigit() for value in entry.facts.values())


def test_an_erasure_done_again_finds_nothing_more(left, copies):
    erase_subject(left.office, copies, "ALICIA", ADA)

    assert set(erase_subject(left.office, copies, "ALICIA", ADA).goes.values()) == {0}


def test_a_sync_does_not_bring_an_erased_pupil_back_unless_they_return(left, copies):
    erase_subject(left.office, copies, "ALICIA", ADA)

    left.given_the_day(MONDAY, "14:30")
    assert "ALICIA" not in {pupil.id for pupil in left.store.registers.roll().pupils}

    left.pupils["ALICIA"] = dataclasses.replace(left.pupils["ALICIA"], on_roll_to=None)
    left.given_the_day(MONDAY, "14:45")
    assert "ALICIA" in {pupil.id for pupil in left.store.registers.roll().pupils}


def in_microsoft365(story):
    """The same office, whose mail and folders live in the school's Microsoft 365."""
    settings = story.office.settings
    outgoing = settings.outgoing.model_copy(update={"mailer": "microsoft365"})
    office = settings.office.model_copy(update={"folders": "microsoft365"})
    changed = settings.model_copy(update={"outgoing": outgoing, "office": office})
    return dataclasses.replace(story.office, settings=changed)


def test_what_microsoft_365_keeps_is_named_by_reference_for_a_person_to_remove(left, copies):
    office = in_microsoft365(left)

    stays = " ".join(plan_erasure(office, copies, "ALICIA").stays)
    listed = " ".join(row[0] for part in subject_file(office, copies, "ALICIA").parts for row in texts(part))

    for told in (stays, listed):
        assert "In the mailboxes of Microsoft 365" in told
        assert case_id("hill", "ALICIA") in told
    assert "ATT-" in stays
    assert "Microsoft 365" not in " ".join(plan_erasure(left.office, copies, "ALICIA").stays)
