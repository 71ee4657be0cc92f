"""The half-term message: days missed, told as a fresh start, after a named person's approval and never without it."""

import dataclasses
import datetime as dt

import pytest

from firstbell.errors import NeedsHuman
from firstbell.records import PersonsCell, State
from firstbell.testing.fake_mailer import Crash, Step
from firstbell.testing.morning_story import MONDAY, SETTINGS, MorningStory
from firstbell.workflows.half_term.message import propose_half_term_messages, send_half_term_messages
from firstbell.workflows.outgoing.approvals import NotApproved, approve
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.people import PupilFlags

PURPOSE = Purpose.HALF_TERM_DAYS_MISSED
NEW_HALF_TERM = dt.date(2026, 11, 2)
OCTOBER = [dt.date(2026, 10, day) for day in range(12, 24) if dt.date(2026, 10, day).weekday() < 5]
ADA = SETTINGS.person("AO")


def given_days_missed(story, pupil_id="ALICIA", days=3, contact="ALICIA-MUM", **pupil):
    """Days missed one at a time, never two together, so that they are no long spell."""
    story.given_a_pupil(pupil_id, forename=pupil_id.title(), **pupil)
    story.given_a_contact(contact, pupil_id)
    story.given_days_missed(pupil_id, *OCTOBER[0 : 2 * days : 2], code=AttendanceCode.UNAUTHORISED)
    for day in OCTOBER[1 : 2 * days : 2]:
        story.given_the_mark(pupil_id, AttendanceCode.PRESENT_MORNING, Session(day, Half.AM))
    return pupil_id


def propose(story, day=NEW_HALF_TERM, time="15:00"):
    story.given_the_day(day, time)
    return propose_half_term_messages(story.office, day)


def approve_all(story, pupil_id="ALICIA"):
    for proposal in story.proposals(pupil_id, PURPOSE):
        approve(story.office, proposal.key, ADA)


def send(story, day=NEW_HALF_TERM, time="16:30"):
    story.given_the_day(day, time)
    return send_half_term_messages(story.office, day)


def states(story, pupil_id="ALICIA"):
    return [p.state for p in story.proposals(pupil_id, PURPOSE)]


def test_days_missed_are_told_once_after_approval(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)

    send(story)
    send(story, time="16:45")

    (message,) = story.mailer.sent
    assert message.to.reveal() == "alicia-mum@example.net"
    assert "Alicia missed 3 days of school last half-term, and 3 days since September." in message.text.reveal()
    assert states(story) == [State.SENT]


def test_a_message_on_its_way_that_somebody_would_stop_is_held_back(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)
    story.mailer.fail_next(Step.SEND, Crash())
    with pytest.raises(Crash):
        send(story)

    (key,) = (p.key for p in story.proposals("ALICIA", PURPOSE))
    story.given_the_day(NEW_HALF_TERM, "16:45")
    send_half_term_messages(story.office, NEW_HALF_TERM, {key})

    assert (states(story), story.mailer.sent) == ([State.HELD], [])


def test_a_message_left_half_sent_is_settled_when_no_half_term_begins_any_more(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)
    story.mailer.fail_next(Step.SEND, Crash())
    with pytest.raises(Crash):
        send(story)

    send(story, day=MONDAY)

    assert states(story) == [State.EXPIRED]
    assert (story.mailer.sent, story.mailer.drafts) == ([], {})


def test_without_approval_nothing_leaves(story):
    given_days_missed(story)

    assert propose(story).proposed == 1
    send(story)

    assert story.mailer.sent == []
    assert states(story) == [State.PROPOSED]


def test_a_message_that_came_to_held_without_a_signature_does_not_leave_either(story):
    given_days_missed(story)
    propose(story)
    (proposal,) = story.proposals("ALICIA", PURPOSE)
    now = story.clock.now()
    story.store.proposals.move([proposal.key], State.PROPOSED, State.HELD, at=now, actor="Firstbell", reason="mistake")

    send(story)

    assert story.mailer.sent == []
    assert states(story) == [State.HELD]


def test_an_approved_message_waits_for_the_first_afternoon_of_the_half_term(story):
    given_days_missed(story)
    propose(story, dt.date(2026, 10, 30))
    approve_all(story)

    send(story, time="15:59")
    assert story.mailer.sent == []

    send(story, time="16:00")
    assert len(story.mailer.sent) == 1


def test_half_days_count_and_the_year_is_counted_to_the_end_of_the_half_term(story):
    given_days_missed(story)
    story.given_the_mark("ALICIA", AttendanceCode.ILLNESS, Session(dt.date(2026, 9, 10), Half.PM))
    story.given_days_missed("ALICIA", NEW_HALF_TERM)
    propose(story)
    approve_all(story)

    send(story)

    assert "Alicia missed 3 and a half days of school last half-term" in story.mailer.sent[0].text.reveal()


def test_neither_subject_nor_ledger_names_the_child_or_gives_a_reason(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)

    send(story)

    assert "Alicia" not in story.mailer.sent[0].subject
    assert not any("Alicia" in value for entry in story.store.ledger.entries() for value in entry.facts.values())


def test_brothers_and_sisters_share_one_message(story):
    given_days_missed(story)
    given_days_missed(story, "MICHAEL", days=2, contact="ALICIA-MUM")
    propose(story)
    approve_all(story)
    approve_all(story, "MICHAEL")

    send(story)

    (message,) = story.mailer.sent
    assert "Alicia missed 3 days" in message.text.reveal()
    assert "Michael missed 2 days" in message.text.reveal()


def test_a_pupil_with_few_days_missed_is_left_alone(story):
    given_days_missed(story, days=1)

    summary = propose(story)

    assert (summary.proposed, summary.below_minimum) == (0, 1)
    assert states(story) == []


@pytest.mark.parametrize("flag", ["looked_after", "social_worker", "child_protection", "ehcp", "young_carer"])
def test_a_person_writes_to_the_family_of_a_watched_over_pupil(story, flag):
    given_days_missed(story, flags=PupilFlags(**{flag: True}))

    summary = propose(story)

    (line,) = story.proposals("ALICIA", PURPOSE)
    assert (summary.proposed, summary.on_hold_list, line.state) == (0, 1, State.BLOCKED)
    assert flag.replace("_", " ") not in line.reason


def given_a_hold(story, until):
    cell = PersonsCell("Safeguarding", "Vulnerable pupils", "ALICIA", "Hold messages until", until)
    story.store.desk.save_cells([cell])


def test_a_sensitive_case_hold_stops_the_proposal_until_it_ends(story):
    given_days_missed(story)
    given_a_hold(story, "2026-11-02")

    assert propose(story).on_hold_list == 1
    assert propose(story, dt.date(2026, 11, 3)).proposed == 1


def test_a_hold_set_after_the_approval_recalls_the_message(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)
    given_a_hold(story, "2026-12-01")

    send(story)

    assert story.mailer.sent == []
    assert states(story) == [State.RECALLED]


def test_a_long_illness_is_on_the_hold_list_and_a_short_one_is_not(story):
    for pupil_id, days in (("ALICIA", 6), ("MICHAEL", 5)):
        story.given_a_pupil(pupil_id)
        story.given_a_contact(f"{pupil_id}-MUM", pupil_id)
        story.given_days_missed(pupil_id, *OCTOBER[:days])

    summary = propose(story)

    assert (states(story), states(story, "MICHAEL")) == ([State.BLOCKED], [State.PROPOSED])
    assert (summary.on_hold_list, summary.proposed) == (1, 1)


def test_a_father_who_may_not_be_told_is_not(story):
    given_days_missed(story, contact="ALICIA-DAD")
    story.links[-1] = dataclasses.replace(story.links[-1], is_blocked=True)

    summary = propose(story)

    assert (summary.proposed, summary.nobody_to_tell) == (0, 1)


def test_a_contact_blocked_after_the_approval_is_not_told(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)
    story.links[-1] = dataclasses.replace(story.links[-1], is_blocked=True)

    send(story)

    assert story.mailer.sent == []
    assert states(story) == [State.RECALLED]


def test_an_adult_pupils_family_is_not_written_to(story):
    given_days_missed(story, born=dt.date(2008, 10, 1))

    assert propose(story).nobody_to_tell == 1


def test_fewer_days_than_approved_are_told_as_they_are_now(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)
    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_AFTERNOON, Session(OCTOBER[0], Half.PM))

    send(story)

    assert "missed 2 and a half days" in story.mailer.sent[0].text.reveal()


def test_a_register_put_right_until_too_few_days_are_left_recalls_the_message(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)
    story.given_days_missed("ALICIA", OCTOBER[0], OCTOBER[2], code=AttendanceCode.EDUCATIONAL_VISIT)

    send(story)

    assert story.mailer.sent == []
    assert states(story) == [State.RECALLED]


def test_more_days_than_were_approved_are_not_told(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)
    story.given_days_missed("ALICIA", OCTOBER[7])

    send(story)

    assert story.mailer.sent == []
    assert states(story) == [State.RECALLED]


def test_it_is_a_fresh_start_only_in_the_first_ten_school_days(story):
    given_days_missed(story)
    propose(story, dt.date(2026, 11, 13))

    assert states(story) == [State.PROPOSED]
    assert propose(MorningStory(), dt.date(2026, 11, 16)).sentence == (
        "No half-term begins now, so no half-term message is proposed."
    )


def test_the_first_half_term_of_a_year_has_nothing_to_look_back_on(story):
    given_days_missed(story)

    assert propose(story, dt.date(2026, 9, 4)).proposed == 0


def test_an_approved_message_that_waited_too_long_lapses(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)

    send(story, dt.date(2026, 11, 13), "18:01")

    assert story.mailer.sent == []
    assert states(story) == [State.EXPIRED]


def test_an_approval_is_signed_in_the_ledger(story):
    given_days_missed(story)
    propose(story)

    approve_all(story)

    (entry,) = story.store.ledger.entries(kind="approval.given")
    assert (entry.actor, entry.pupil_id, entry.facts["role"]) == ("AO", "ALICIA", "attendance officer")
    assert entry.facts["says"].startswith("3 days last half-term, 3 days this school year.")


def test_what_can_not_be_approved_is_refused_in_a_sentence(story):
    given_days_missed(story)
    propose(story)
    (proposal,) = story.proposals("ALICIA", PURPOSE)
    stranger = ADA.model_copy(update={"initials": "ZZ"})

    with pytest.raises(NotApproved, match="Only somebody in the school's settings"):
        approve(story.office, proposal.key, stranger)
    with pytest.raises(NotApproved, match="No message with this key"):
        approve(story.office, "hill|P00|2026-11-23-AM|first_day_absence|P00-MUM", ADA)
    approve(story.office, proposal.key, ADA)
    with pytest.raises(NotApproved, match="the message is held"):
        approve(story.office, proposal.key, ADA)


def test_an_approval_that_comes_too_late_is_refused(story):
    given_days_missed(story)
    propose(story)
    story.given_the_day(MONDAY)

    with pytest.raises(NotApproved, match="Too late"):
        approve_all(story)


def test_a_register_of_another_day_tells_nobody_anything(story):
    given_days_missed(story)
    story.given_the_day(NEW_HALF_TERM)

    with pytest.raises(NeedsHuman, match="not of today"):
        propose_half_term_messages(story.office, dt.date(2026, 11, 3))


def test_a_message_somebody_holds_in_the_queue_waits(story):
    given_days_missed(story)
    propose(story)
    approve_all(story)
    (proposal,) = story.proposals("ALICIA", PURPOSE)
    story.store.desk.save_cells([PersonsCell("Attendance", "Queue", proposal.key, "Decision", "hold")])

    send(story)

    assert story.mailer.sent == []


def test_planning_twice_adds_nothing(story):
    given_days_missed(story)

    assert propose(story).proposed == 1
    assert propose(story).proposed == 0
    assert len(story.proposals("ALICIA", PURPOSE)) == 1
