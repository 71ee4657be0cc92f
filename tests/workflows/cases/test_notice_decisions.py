"""Whether to ask for a penalty notice: one decision for each parent and child, by a person, for a reason."""

import datetime as dt

from rules.calendar import both_sessions
from rules.people import PupilFlags
from tests.workflows.cases.case_story import CASE, DAD, ILL, MUM, UNAUTHORISED, CaseStory, N


def test_two_parents_are_two_decisions_and_two_children_four(cases_story):
    """T61: one line for each parent and each child."""
    cases_story.given_a_pupil("BEN", forename="Ben")
    for contact_id in ("MUM", "DAD"):
        cases_story.given_a_contact(contact_id, "BEN")
    for pupil_id in ("ALICIA", "BEN"):
        cases_story.given_absences(UNAUTHORISED, dt.date(2026, 11, 2), 5, pupil_id)

    cases_story.week()

    rows = cases_story.cases.sees("Notice decisions")
    assert {(row["Pupil ID"], row["Contact ID"]) for row in rows} == {
        (pupil, parent) for pupil in ("ALICIA", "BEN") for parent in ("MUM", "DAD")
    }
    assert {row["State"] for row in rows} == {"to decide"}


def test_a_decision_is_recorded_with_who_and_when_and_not_its_words(truant):
    truant.types("Notice decisions", MUM, Decision="waive", Why="Zelda is ill at home", Initials="DS")

    truant.week()

    row = truant.decision("MUM")
    assert (row["State"], row["Decided so far"]) == ("waive", "20 November 2026, DS: waive")
    assert row["Firstbell says"] == "Recorded: waive. Firstbell issues and sends nothing."
    assert truant.decision("DAD")["State"] == "to decide"
    (entry,) = truant.entries("notice.decided")
    assert (entry.pupil_id, entry.actor) == ("ALICIA", "DS")
    assert entry.facts == {
        "parent": "MUM",
        "decision": "waive",
        "met_on": "2026-11-06",
        "notice": "first",
        "provisional": "no",
    }


def test_every_decision_stays_in_the_log(truant):
    for decision in ("support first", "refer to the LA"):
        truant.types("Notice decisions", MUM, Decision=decision, Why="as agreed", Initials="DS")
        truant.week()

    log = truant.decision("MUM")["Decided so far"]
    assert log == "20 November 2026, DS: support first\n20 November 2026, DS: refer to the LA"


def test_each_consideration_is_known_or_to_be_found_out(truant):
    weighed = truant.decision("MUM")["To weigh"].splitlines()

    assert weighed == [
        "Not known: whether support would help, and was tried. A person must find out.",
        "No bar: the pupil is of compulsory school age.",
        "No bar: none of the absence that counts was authorised.",
        "No bar: another notice for this child is within the limit.",
        "No bar: the child is not in the care of the local authority.",
    ]


def test_a_decision_needs_a_reason(truant):
    truant.types("Notice decisions", MUM, Decision="waive", Initials="DS")

    truant.week()

    assert truant.decision("MUM")["Firstbell says"].startswith("Say why")
    assert truant.entries("notice.decided") == ()


def test_nobody_is_referred_while_an_n_is_counted():
    """T40: the threshold is met provisionally."""
    story = CaseStory()
    story.given_absences(UNAUTHORISED, dt.date(2026, 11, 2), 5)
    story.given_absences(N, dt.date(2026, 11, 6), 1)
    story.week()
    assert story.decision("MUM")["State"] == "provisional"
    assert "may yet be explained (N)" in story.decision("MUM")["Threshold"]

    story.types("Notice decisions", MUM, Decision="refer to the LA", Why="the tenth session", Initials="DS")
    story.week()

    assert story.decision("MUM")["Firstbell says"].startswith("An N is among the sessions")
    assert story.entries("notice.decided") == ()


def test_a_child_in_care_and_a_contact_of_unknown_responsibility_are_not_referred():
    story = CaseStory()
    story.given_a_pupil("CARA", forename="Cara", flags=PupilFlags(looked_after=True))
    story.given_a_contact("AUNT", "ALICIA", parental_responsibility=None)
    story.given_a_contact("CARER", "CARA")
    story.given_a_contact("WORKER", "CARA", parental_responsibility=False)
    for pupil_id in ("ALICIA", "CARA"):
        story.given_absences(UNAUTHORISED, dt.date(2026, 11, 2), 5, pupil_id)
    story.week()
    for key in ("ALICIA|AUNT", "CARA|CARER"):
        story.types("Notice decisions", key, Decision="refer to the LA", Why="the tenth session", Initials="DS")

    story.week()

    assert "mend the record first" in story.decision("AUNT")["Firstbell says"]
    assert "which would fine itself" in story.decision("CARER")["Firstbell says"]
    assert "WORKER" not in {row["Contact ID"] for row in story.cases.sees("Notice decisions")}


def test_a_threshold_that_holds_no_more_is_undone_and_stops_every_step(at_the_notice):
    story = at_the_notice
    story.types("Notice decisions", MUM, Decision="refer to the LA", Why="the tenth session", Initials="DS")
    story.week()
    for day in (dt.date(2026, 11, 4), dt.date(2026, 11, 5)):
        for session in both_sessions(day):
            story.codes["ALICIA", session] = ILL
    story.week()

    row = story.decision("MUM")
    assert row["State"] == "undone: stop"
    assert "met provisionally on 6 November 2026 and is no longer" in row["Threshold"]
    assert row["Decided so far"].endswith("DS: refer to the LA")
    assert story.case()["State"] != "draft"
    assert [len(story.entries(kind)) for kind in ("threshold.met", "threshold.undone")] == [1, 1]

    story.types("Notice decisions", DAD, Decision="refer to the LA", Why="the tenth session", Initials="DS")
    story.types("Cases", CASE, Decision="approve, checked", Draft_read=last_draft(story))
    story.week()
    assert "is no longer" in story.decision("DAD")["Firstbell says"]
    assert story.case()["Firstbell says"].startswith("This letter is not due any more")
    assert len(story.entries("notice.decided")) == 1


def last_draft(story):
    return story.entries("paper.proposed")[-1].facts["draft"]


def test_a_threshold_met_again_on_a_later_day_is_to_be_decided_anew(truant):
    truant.types("Notice decisions", MUM, Decision="refer to the LA", Why="the tenth session", Initials="DS")
    truant.week()
    for code, *days in ((ILL, 3, 4), (UNAUTHORISED, 20)):
        for session in (session for day in days for session in both_sessions(dt.date(2026, 11, day))):
            truant.codes["ALICIA", session] = code

    truant.week()

    row = truant.decision("MUM")
    assert row["State"] == "to decide"
    assert "marks have changed, and it was met on 20 November 2026" in row["Threshold"]
    assert [entry.facts["met_on"] for entry in truant.entries("threshold.met")] == ["2026-11-06", "2026-11-20"]
    truant.types("Notice decisions", MUM, Why="ten again")
    truant.week()
    assert truant.decision("MUM")["State"] == "refer to the LA"
