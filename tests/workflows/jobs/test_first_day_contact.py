"""What first-day contact does, message by message."""

import datetime as dt

import pytest

from firstbell.errors import GiveUp, Misconfigured, RetryLater
from firstbell.records import State
from firstbell.testing.fake_mailer import Crash, Step
from firstbell.testing.morning_story import MONDAY, THIS_MORNING, UNEXPLAINED
from firstbell.workflows.notes.row_keys import pupil_session_key
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.people import PupilFlags


def test_a_message_is_held_in_view_and_then_sent_once(story):
    story.given_an_unexplained_absence("ALICIA")

    story.when_the_run_happens("09:45")
    assert story.told() == []
    assert story.queue()[0]["Leaves at"] == "09:55"

    for time in ("09:55", "10:00", "10:15"):
        story.when_the_run_happens(time)
    assert story.told() == ["alicia-mum@example.net"]


def test_nothing_happens_before_the_register_closes(story):
    story.given_an_unexplained_absence()

    report = story.when_the_run_happens("09:00")

    assert report.session == "no register has closed yet"
    assert story.proposals("ALICIA") == []


def test_nothing_happens_on_a_day_without_school(story):
    story.given_an_unexplained_absence()
    story.clock.set(dt.datetime(2026, 12, 21, 9, 45, tzinfo=dt.UTC))

    report = story.when_the_run_happens()

    assert "school holiday" in report.session or "outside" in report.session
    assert story.mailer.calls == []


def test_a_register_not_taken_brings_no_message(story):
    story.given_a_pupil("MICHAEL", code=None)
    story.given_a_contact("MUM", "MICHAEL")

    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")

    assert story.mailer.sent == []
    assert story.proposals("MICHAEL") == []


def test_siblings_with_the_same_permissions_share_one_message(story):
    story.given_a_pupil("ALICIA", forename="Alicia", code=UNEXPLAINED)
    story.given_a_pupil("MICHAEL", forename="Michael", code=UNEXPLAINED)
    story.given_a_contact("MUM", "ALICIA")
    story.given_a_contact("MUM", "MICHAEL")

    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")

    (message,) = story.mailer.sent
    assert "Alicia" in message.text.reveal()
    assert "Michael" in message.text.reveal()


def test_siblings_whose_permissions_differ_get_messages_of_their_own(story):
    story.given_a_pupil("ALICIA", forename="Alicia", code=UNEXPLAINED)
    story.given_a_pupil("MICHAEL", forename="Michael", code=UNEXPLAINED)
    for pupil in ("ALICIA", "MICHAEL"):
        story.given_a_contact("MUM", pupil)
    story.given_a_contact("DAD", "MICHAEL", priority=2, is_blocked=True)

    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")

    texts = [m.text.reveal() for m in story.mailer.sent]
    assert len(texts) == 2
    assert not any("Alicia" in text and "Michael" in text for text in texts)


def test_one_recalled_sibling_leaves_the_others_message_alone(story):
    for pupil in ("ALICIA", "MICHAEL"):
        story.given_a_pupil(pupil, forename=pupil.title(), code=UNEXPLAINED)
        story.given_a_contact("MUM", pupil)
    story.when_the_run_happens("09:45")

    story.given_the_mark("ALICIA", AttendanceCode.LATE_BEFORE_CLOSE)
    story.when_the_run_happens("09:56")

    (message,) = story.mailer.sent
    assert "Michael" in message.text.reveal()
    assert "Alicia" not in message.text.reveal()


def test_a_stopped_line_is_not_sent_and_goes_on_the_phone_list(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    (proposal,) = story.proposals("ALICIA")

    story.when_somebody_types("Queue", proposal.key, Decision="stop", Initials="ao")
    report = story.when_the_run_happens("09:56")

    assert story.told() == []
    assert report.calls == 1
    assert story.attendance.sees("Phone list")[0]["Why by phone"] == "Somebody stopped the message."


def test_a_stop_without_initials_is_refused_in_a_sentence_and_the_message_goes(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    (proposal,) = story.proposals("ALICIA")

    story.when_somebody_types("Queue", proposal.key, Decision="stop")
    story.when_the_run_happens("09:50")

    assert "initials" in story.queue()[0]["Firstbell says"]
    assert story.states("ALICIA") == [State.HELD]


def test_a_held_line_waits_until_somebody_lets_it_go(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    (proposal,) = story.proposals("ALICIA")
    story.when_somebody_types("Queue", proposal.key, Decision="hold", Initials="AO")
    story.when_the_run_happens("09:56")
    assert story.told() == []

    story.when_somebody_types("Queue", proposal.key, Decision="release")
    story.when_the_run_happens("10:05")

    assert story.told() == ["alicia-mum@example.net"]


def test_a_reason_written_down_recalls_the_message(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")

    key = pupil_session_key("ALICIA", THIS_MORNING)
    story.when_somebody_types("Today", key, Reason_given="at the dentist", Code_to_record="M", Initials="AO")
    story.when_the_run_happens("09:56")

    assert story.told() == []
    facts = [e.facts for e in story.store.ledger.entries(kind="amendment.proposed")]
    assert [(f["original"], f["amended"], f["by_role"]) for f in facts] == [("N", "M", "attendance officer")]
    assert "dentist" not in str([e.facts for e in story.store.ledger.entries()])


def test_a_code_that_the_register_may_not_hold_is_refused_beside_it(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")

    key = pupil_session_key("ALICIA", THIS_MORNING)
    story.when_somebody_types("Today", key, Code_to_record="\\", Initials="AO")
    story.when_the_run_happens("09:50")

    (row,) = [row for row in story.attendance.sees("Today") if row.get("Code") == "N"]
    assert "afternoon" in row["Firstbell says"]
    assert story.states("ALICIA") == [State.HELD]


def test_a_formula_typed_as_a_reason_is_refused_beside_it_and_goes_nowhere(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")

    story.when_somebody_types("Today", pupil_session_key("ALICIA", THIS_MORNING), Reason_given="=1+1", Initials="AO")
    story.when_the_run_happens("09:50")

    (row,) = [row for row in story.attendance.sees("Today") if row.get("Code") == "N"]
    assert "holds a formula" in row["Firstbell says"]
    assert "=1+1" not in str([(e.kind, e.facts) for e in story.store.ledger.entries()])
    assert not any("=1+1" in cell.value for cell in story.store.desk.cells("Attendance"))
    assert story.states("ALICIA") == [State.HELD]


def test_a_bounce_moves_on_to_the_next_contact_and_then_to_the_phone(story):
    story.given_an_unexplained_absence("ALICIA")
    story.given_a_contact("GRAN", "ALICIA", priority=2)
    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")

    story.mailer.bounce(story.mailer.sent[0].key, at=story.clock.now())
    story.when_the_run_happens("10:00")
    assert story.told() == ["alicia-mum@example.net", "gran@example.net"]

    story.mailer.bounce(story.mailer.sent[1].key, at=story.clock.now())
    report = story.when_the_run_happens("10:05")
    assert report.calls == 1


def test_a_pupil_on_a_sensitive_hold_is_called_and_never_mailed(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(young_carer=True))
    story.when_the_run_happens("09:12")
    story.safeguarding.types("Vulnerable pupils", "ALICIA", "Hold messages until", "2026-11-30")
    story.safeguarding.types("Vulnerable pupils", "ALICIA", "Hold owner", "DS")

    story.when_the_run_happens("09:45")
    report = story.when_the_run_happens("09:56")

    assert story.told() == []
    assert report.calls == 1


def test_a_hold_that_somebody_types_as_a_row_of_their_own_is_taken_in(story):
    story.given_an_unexplained_absence("ALICIA")
    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.when_the_run_happens("09:12")
    cells = {"Pupil ID": "ALICIA", "Hold messages until": "2026-11-30", "Hold owner": "DS"}
    story.safeguarding.adds_a_row("Vulnerable pupils", cells)

    story.given_the_mark("ALICIA", UNEXPLAINED)
    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")

    assert story.told() == []
    (row,) = story.safeguarding.sees("Vulnerable pupils")
    assert row["Pupil"] == "Example, Alicia"


def test_an_address_that_the_dsl_blocks_gets_nothing_from_then_on(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")

    cells = {"Pupil ID": "ALICIA", "Address to block": "ALICIA-MUM@example.net", "Initials": "DS"}
    story.safeguarding.adds_a_row("Non-contact", cells)
    story.when_the_run_happens("09:56")

    assert story.told() == []
    assert story.states("ALICIA") == [State.RECALLED, State.BLOCKED]


def test_an_unanswered_message_goes_on_the_phone_list_sooner_for_a_vulnerable_pupil(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(looked_after=True))
    story.given_an_unexplained_absence("MICHAEL")
    for time in ("09:45", "09:56", "10:12"):
        story.when_the_run_happens(time)
    assert [row["Rank"] for row in story.attendance.sees("Phone list")] == ["1"]

    story.when_the_run_happens("10:45")

    assert [row["Pupil"] for row in story.attendance.sees("Phone list")] == ["Example, Alicia", "Example, Michael"]


def test_the_afternoon_does_not_alarm_a_family_a_second_time(story):
    story.given_an_unexplained_absence("ALICIA")
    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)
    afternoon = Session(MONDAY, Half.PM)
    for pupil_id in story.pupils:
        story.given_the_mark(pupil_id, AttendanceCode.PRESENT_AFTERNOON, afternoon)
    story.given_the_mark("ALICIA", UNEXPLAINED, afternoon)

    story.when_the_run_happens("13:45")
    story.when_the_run_happens("14:00")

    assert story.told() == ["alicia-mum@example.net"]


@pytest.mark.parametrize("step", [Step.CREATE, Step.SEND])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("passing", range(4))
def test_killed_at_any_step_the_next_run_tells_everybody_once(story, step, after, passing):
    pupils = [story.given_an_unexplained_absence(name) for name in ("ALICIA", "MICHAEL", "NOOR", "OLA")]
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(step, Crash(), after=after, passing=passing)
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")

    for time in ("10:07", "10:18"):
        story.when_the_run_happens(time)

    assert sorted(story.told()) == sorted(f"{pupil.lower()}-mum@example.net" for pupil in pupils)


def test_a_busy_mail_service_is_left_alone_and_tried_at_the_next_run(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, RetryLater(dt.timedelta(seconds=30)))

    story.when_the_run_happens("09:56")
    assert story.told() == []
    story.when_the_run_happens("10:00")

    assert story.told() == ["alicia-mum@example.net"]


def test_a_lost_answer_is_looked_up_and_not_sent_again(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, Crash(), after=True)
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")
    story.mailer.lag(1)

    story.when_the_run_happens("10:07")
    assert story.states("ALICIA") == [State.UNKNOWN]
    story.when_the_run_happens("10:18")

    assert story.states("ALICIA") == [State.SENT]
    assert story.told() == ["alicia-mum@example.net"]


def test_a_draft_that_somebody_deleted_is_held_for_a_person_and_never_sent_again(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, Crash())
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")
    story.mailer.drafts.clear()

    for time in ("10:07", "10:20", "10:40"):
        report = story.when_the_run_happens(time)

    assert story.states("ALICIA") == [State.UNKNOWN]
    assert story.told() == []
    assert report.calls == 1


def test_another_run_at_work_makes_this_one_do_nothing(story):
    story.given_an_unexplained_absence("ALICIA")
    story.store.another_run().desk.take_lease("first-day-contact", now=story.clock.now(), seconds=600)

    report = story.when_the_run_happens()

    assert report.needs == ("Another run is at work; this one did nothing.",)
    assert report.go_on_at == story.clock.now() + dt.timedelta(minutes=1)
    assert story.proposals("ALICIA") == []


def test_the_ledger_holds_no_name_address_or_reason(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(social_worker=True))
    for time in ("09:45", "09:56", "10:15", "10:45"):
        story.when_the_run_happens(time)

    text = " ".join(str(dict(entry.facts)) for entry in story.store.ledger.entries())

    assert len(story.store.ledger.entries()) > 5
    assert not any(word in text for word in ("Alicia ", "Example", "example.net", "07700"))


def test_a_correction_goes_to_exactly_the_people_who_were_told(story):
    story.given_an_unexplained_absence("ALICIA")
    story.given_a_contact("DAD", "ALICIA", priority=1)
    story.given_a_contact("GRAN", "ALICIA", priority=2)
    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    story.given_the_mark("ALICIA", AttendanceCode.LATE_AFTER_CLOSE)
    story.when_the_run_happens("10:05")

    assert sorted(story.corrected()) == sorted(story.told()) == ["alicia-mum@example.net", "dad@example.net"]
    assert [p.purpose for p in story.proposals("ALICIA", Purpose.IN_SCHOOL_CORRECTION)]


def test_an_address_the_provider_refuses_for_good_counts_as_a_bounce(story):
    story.given_an_unexplained_absence("ALICIA")
    story.given_a_contact("GRAN", "ALICIA", priority=2)
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, GiveUp("the mailbox does not exist"))

    story.when_the_run_happens("09:56")
    story.when_the_run_happens("10:00")

    assert story.told() == ["gran@example.net"]
    assert story.states("ALICIA") == [State.BOUNCED, State.SENT]


def test_a_mail_service_that_refuses_the_sender_stops_the_run_and_nothing_is_in_doubt(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, Misconfigured("the mail server does not let this sender write"))
    with pytest.raises(Misconfigured):
        story.when_the_run_happens("09:56")

    story.when_the_run_happens("10:00")

    assert story.told() == ["alicia-mum@example.net"]
