"""Letters by stage: support first, one step at a time, drafted for named staff; nothing leaves by itself."""

import dataclasses
import datetime as dt

import pytest

from connectors.local.folders import LocalFolders
from firstbell.errors import NeedsHuman
from firstbell.settings import LettersSettings
from firstbell.testing.fake_folders import OpenFolders
from firstbell.testing.morning_story import MONDAY, SETTINGS
from firstbell.workflows.cases.letter_stages import CaseFacts, Contract, improvement_days, next_stage
from firstbell.workflows.cases.letters import (
    Case,
    approve_paper,
    case_id,
    families_of,
    notice_period,
    papers_given,
    propose_paper,
)
from firstbell.workflows.notes.desk_notes import read_desk_notes
from firstbell.workflows.outgoing.approvals import NotApproved
from firstbell.workflows.outgoing.sending import send_due
from rules.absence.counts import SessionCounts
from rules.calendar import Half, Session
from rules.contact.purposes import PURPOSES, Purpose
from rules.findings import Finding, Outcome
from rules.penalty_notices.national_threshold import NationalThreshold
from rules.penalty_notices.notice_to_improve import improvement_period

ADA, BEN, DEE = (SETTINGS.person(initials) for initials in ("AO", "BO", "DS"))
LETTER, MEETING = Purpose.SUPPORT_LETTER, Purpose.SUPPORT_MEETING
CONTRACT, NOTICE = Purpose.ATTENDANCE_CONTRACT_OFFER, Purpose.NOTICE_TO_IMPROVE_DRAFT
SEPTEMBER, OCTOBER = dt.date(2026, 9, 28), dt.date(2026, 10, 12)
FOLDER = case_id("hill", "ALICIA")
PAPERS = [purpose for purpose, rules in PURPOSES.items() if rules.is_paper]

UNMET = NationalThreshold(None, 4, applies=True, finding=Finding(Outcome.NOT_MET, "4 sessions; the threshold is 10."))
ABSENT = (Session(SEPTEMBER, Half.AM), Session(MONDAY, Half.PM))
MET = NationalThreshold(MONDAY, 10, applies=True, finding=Finding(Outcome.MET, "10 sessions.", ABSENT))
ALL_SUPPORT = {LETTER: SEPTEMBER, MEETING: OCTOBER, CONTRACT: OCTOBER}


def facts(absent=20, possible=100, *, met=False, given=(), **more):
    counts = SessionCounts(possible=possible, attending=possible - absent, authorised=absent - 8, unauthorised=8)
    known = {"counts": counts, "threshold": MET if met else UNMET, "is_on_hold_list": False, "given": dict(given)}
    return CaseFacts(**known | more)


def stage(case_facts):
    return next_stage(case_facts, MONDAY, LettersSettings())


def test_the_first_step_is_an_offer_of_help():
    found = stage(facts())

    assert found.paper is LETTER
    assert found.finding.sentence == (
        "Missed 20 of 100 possible sessions (20.0%), 8 unauthorised. The next step is a letter with an offer of help. "
        "Nothing was tried yet. A named person decides."
    )


def test_even_a_met_threshold_begins_with_support():
    assert stage(facts(met=True)).paper is LETTER


@pytest.mark.parametrize(
    ("given", "more", "due"),
    [
        ({LETTER: SEPTEMBER}, {}, MEETING),
        ({LETTER: SEPTEMBER, MEETING: OCTOBER}, {"meeting_is_settled": True}, CONTRACT),
        (ALL_SUPPORT, {"met": True, "meeting_is_settled": True}, NOTICE),
        (ALL_SUPPORT, {"met": True, "contract": Contract.NOT_KEPT}, NOTICE),
    ],
)
def test_each_step_follows_the_one_before(given, more, due):
    assert stage(facts(given=given, **more)).paper is due


@pytest.mark.parametrize(
    ("case_facts", "why"),
    [
        (facts(possible=0, absent=8), "No possible session yet"),
        (facts(is_on_hold_list=True), "on the hold list"),
        (facts(absent=9), "Letters begin at 10%"),
        (facts(given={LETTER: SEPTEMBER}, school_days_since_step=14), "approved 14 school days ago"),
        (facts(given={LETTER: SEPTEMBER, MEETING: OCTOBER}), "came or declined"),
        (facts(given=ALL_SUPPORT), "Go on with support. 4 sessions"),
        (facts(given=ALL_SUPPORT, met=True, contract=Contract.KEPT), "contract is being kept"),
        (facts(given=ALL_SUPPORT, met=True, notice_until=MONDAY), "runs until 23 November 2026"),
        (facts(given=ALL_SUPPORT | {NOTICE: OCTOBER}, met=True), "a person decides with the local authority"),
    ],
)
def test_no_letter_is_due_and_the_sentence_says_why(case_facts, why):
    found = stage(case_facts)

    assert found.paper is None
    assert why in found.finding.sentence


def test_exactly_ten_per_cent_and_exactly_the_wait_are_enough():
    assert stage(facts(absent=10)).paper is LETTER
    assert stage(facts(given={LETTER: SEPTEMBER}, school_days_since_step=15)).paper is MEETING


def test_a_pupil_past_compulsory_school_age_gets_no_notice():
    past = dataclasses.replace(MET, applies=False)

    assert stage(facts(given=ALL_SUPPORT, threshold=past)).paper is None


# ------------------------------------------------------------ papers


@pytest.fixture
def alicia(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    story.given_a_contact("MUM", "ALICIA")
    story.given_the_day(MONDAY, "10:00")
    return story


def case(story, **known):
    families = families_of(story.store.registers.roll(), read_desk_notes(story.store.desk))
    return Case(story.pupils["ALICIA"], facts(**known), families["ALICIA"], signed_by=ADA, readers=(ADA, DEE))


def document(story, purpose=LETTER):
    return story.office.folders.documents[FOLDER, f"{FOLDER}-{purpose}.html"].decode()


def test_a_draft_lies_in_a_folder_that_only_the_named_people_open(alicia):
    drafted = propose_paper(alicia.office, case(alicia), MONDAY)

    assert drafted.document == f"{FOLDER}-support_letter.html"
    assert alicia.office.folders.access(FOLDER) == {ADA.email, DEE.email}
    assert '<p class="status">Draft 1. Nobody has approved this letter' in document(alicia)
    assert "Alicia has missed 10 days of school this year" in document(alicia)


def test_a_draft_is_sent_to_nobody(alicia):
    propose_paper(alicia.office, case(alicia), MONDAY)

    assert alicia.mailer.sent == []
    assert alicia.store.proposals.find() == ()


def test_what_speaks_to_a_family_of_its_absence_over_time_needs_a_named_persons_approval():
    assert {purpose for purpose, rules in PURPOSES.items() if rules.needs_approval} == {
        Purpose.HALF_TERM_DAYS_MISSED,
        LETTER,
        MEETING,
        CONTRACT,
        NOTICE,
    }


@pytest.mark.parametrize("purpose", PAPERS)
def test_no_paper_can_be_sent_even_by_mistake(alicia, purpose):
    with pytest.raises(ValueError, match="is a paper"):
        send_due(alicia.office, purpose, letter=None)


@pytest.mark.parametrize("purpose", PAPERS)
def test_every_paper_is_a_draft_until_a_named_person_approves_it(alicia, purpose):
    given = dict(list(ALL_SUPPORT.items())[: PAPERS.index(purpose)])
    due = case(alicia, given=given, met=True, meeting_is_settled=True)

    assert propose_paper(alicia.office, due, MONDAY).stage.paper is purpose
    assert "Draft 1. Nobody has approved" in document(alicia, purpose)
    assert papers_given(alicia.office, "ALICIA", SEPTEMBER) == {}

    approve_paper(alicia.office, due, 1, BEN, MONDAY)
    assert "Approved by Ben Office, office manager, on 23 November 2026." in document(alicia, purpose)
    assert "Draft 1." not in document(alicia, purpose)
    assert '<p class="status on-screen">' in document(alicia, purpose)
    assert papers_given(alicia.office, "ALICIA", SEPTEMBER) == {purpose: MONDAY}
    assert alicia.mailer.sent == []


def test_the_notice_says_what_was_tried_and_until_when(alicia):
    due = case(alicia, given=ALL_SUPPORT, met=True, support=("a mentor each Monday since 5 October 2026",))

    propose_paper(alicia.office, due, MONDAY)

    page = document(alicia, NOTICE)
    assert "<li>a letter with an offer of help, 28 September 2026</li>" in page
    assert "<li>a mentor each Monday since 5 October 2026</li>" in page
    assert "2 sessions of unauthorised absence between 28 September 2026 and 23 November 2026" in page
    assert "From 30 November 2026 to 10 January 2027" in page


def test_a_draft_on_disk_lies_in_a_folder_closed_to_other_accounts(alicia, tmp_path):
    folders = LocalFolders(tmp_path)
    office = dataclasses.replace(alicia.office, folders=folders)

    propose_paper(office, case(alicia), MONDAY)

    assert (tmp_path / FOLDER / f"{FOLDER}-support_letter.html").is_file()
    assert folders.access(FOLDER) == {ADA.email, DEE.email}


def test_whoever_is_named_no_more_can_not_open_the_folder_after_the_next_paper(alicia):
    propose_paper(alicia.office, case(alicia), MONDAY)
    fewer = dataclasses.replace(case(alicia, absent=22), readers=(ADA,))

    propose_paper(alicia.office, fewer, MONDAY)

    assert alicia.office.folders.access(FOLDER) == {ADA.email}


def test_a_case_that_nobody_may_read_gets_no_document(alicia):
    with pytest.raises(NeedsHuman, match="can't be kept to the people named"):
        propose_paper(alicia.office, dataclasses.replace(case(alicia), readers=()), MONDAY)

    assert alicia.office.folders.documents == {}


def test_neither_folder_nor_document_nor_ledger_names_the_pupil(alicia):
    due = case(alicia)
    propose_paper(alicia.office, due, MONDAY)
    approve_paper(alicia.office, due, 1, BEN, MONDAY)

    names = [*map(str, alicia.office.folders.documents)]
    entries = [entry for entry in alicia.store.ledger.entries() if entry.kind.startswith("paper.")]
    assert len(entries) == 2
    assert not any("alicia" in name.casefold() for name in names)
    assert not any("alicia" in value.casefold() for entry in entries for value in entry.facts.values())


def test_drafting_twice_makes_one_entry_and_keeps_the_date(alicia):
    propose_paper(alicia.office, case(alicia), MONDAY)
    propose_paper(alicia.office, case(alicia), MONDAY + dt.timedelta(days=1))

    assert len(alicia.store.ledger.entries(kind="paper.proposed")) == 1
    assert "Hill School, 23 November 2026" in document(alicia)


def test_what_is_approved_is_what_was_read(alicia):
    propose_paper(alicia.office, case(alicia), MONDAY)
    changed = case(alicia, absent=22)

    with pytest.raises(NotApproved, match="The facts have changed"):
        approve_paper(alicia.office, changed, 1, BEN, MONDAY)

    assert propose_paper(alicia.office, changed, MONDAY).number == 2
    assert "11 days" in document(alicia)
    with pytest.raises(NotApproved, match="read draft 2"):
        approve_paper(alicia.office, changed, 1, BEN, MONDAY)
    assert "Draft 2." in document(alicia)
    approve_paper(alicia.office, changed, 2, BEN, MONDAY)
    assert "Draft" not in document(alicia)


def test_an_approval_needs_a_draft_a_stage_and_somebody_the_school_knows(alicia):
    with pytest.raises(NotApproved, match="No draft waits"):
        approve_paper(alicia.office, case(alicia), 1, BEN, MONDAY)

    propose_paper(alicia.office, case(alicia), MONDAY)
    with pytest.raises(NotApproved, match="not due any more"):
        approve_paper(alicia.office, case(alicia, is_on_hold_list=True), 1, BEN, MONDAY)
    with pytest.raises(NotApproved, match="in the school's settings"):
        approve_paper(alicia.office, case(alicia), 1, BEN.model_copy(update={"initials": "ZZ"}), MONDAY)
    assert "Draft 1." in document(alicia)


@pytest.mark.parametrize("weeks", [3, 6])
def test_the_time_to_improve_is_as_long_as_it_may_be_and_begins_after_the_hand_over(weeks):
    first, last = improvement_days(MONDAY, LettersSettings(improve_weeks=weeks))

    assert (first - MONDAY).days == 7
    assert improvement_period(first, last, MONDAY).is_met
    assert (last - first).days + 1 == 7 * weeks


def test_a_notice_whose_time_has_begun_is_drafted_anew_and_can_not_be_approved(alicia):
    due = case(alicia, given=ALL_SUPPORT, met=True)
    propose_paper(alicia.office, due, MONDAY)
    last_day, too_late = MONDAY + dt.timedelta(days=7), MONDAY + dt.timedelta(days=8)

    assert propose_paper(alicia.office, due, last_day).number == 1
    with pytest.raises(NotApproved, match="facts have changed"):
        approve_paper(alicia.office, due, 1, BEN, too_late)
    assert propose_paper(alicia.office, due, too_late).number == 2
    assert "From 8 December 2026 to 18 January 2027" in document(alicia, NOTICE)


def test_an_approved_notice_is_on_record_with_its_first_and_last_day(alicia):
    due = case(alicia, given=ALL_SUPPORT, met=True)
    propose_paper(alicia.office, due, MONDAY)

    approve_paper(alicia.office, due, 1, BEN, MONDAY)

    assert notice_period(alicia.office, "ALICIA", SEPTEMBER) == (dt.date(2026, 11, 30), dt.date(2027, 1, 10))
    assert notice_period(alicia.office, "ALICIA", MONDAY + dt.timedelta(days=1)) is None


def test_a_family_that_may_not_be_contacted_gets_no_draft(alicia):
    alicia.links[:] = [dataclasses.replace(link, is_blocked=True) for link in alicia.links]
    alicia.given_the_day(MONDAY, "10:05")

    drafted = propose_paper(alicia.office, case(alicia), MONDAY)

    assert (drafted.document, drafted.stage.paper) == (None, None)
    assert alicia.office.folders.documents == {}


def test_a_contact_without_an_email_address_may_be_given_a_letter(alicia):
    alicia.links.clear()
    alicia.given_a_contact("GRAN", "ALICIA", email="")
    alicia.given_the_day(MONDAY, "10:05")

    propose_paper(alicia.office, case(alicia), MONDAY)

    (entry,) = alicia.store.ledger.entries(kind="paper.proposed")
    assert entry.facts["may_be_given"] == "GRAN"


def test_nothing_is_put_into_a_folder_that_can_not_be_closed(alicia):
    folders = OpenFolders()
    office = dataclasses.replace(alicia.office, folders=folders)

    with pytest.raises(NeedsHuman, match="can't be kept to the people named"):
        propose_paper(office, case(alicia), MONDAY)

    assert folders.documents == {}
    assert alicia.store.ledger.entries(kind="paper.proposed") == ()


def test_case_numbers_are_steady_and_differ():
    numbers = {case_id("hill", f"P{number:04}") for number in range(2000)}

    assert len(numbers) == 2000
    assert case_id("hill", "ALICIA") == FOLDER
