"""What leaves, leaves once: what a crash, a pause, a quota or a person may not change about that."""

import dataclasses
import datetime as dt
from collections import Counter

import pytest

from firstbell.errors import Misconfigured, RetryLater
from firstbell.mailboxes import mailbox_for
from firstbell.records import Guarantee, Quota, State
from firstbell.settings import Microsoft365Settings, QuotaSettings, SmtpSettings
from firstbell.testing.fake_mailer import Crash, FakeMailer, Step
from firstbell.testing.morning_story import MONDAY, SETTINGS, UNEXPLAINED, MorningStory
from firstbell.workflows.morning.register_chase import chase_registers
from firstbell.workflows.outgoing.orphan_drafts import discard_orphan_drafts
from rules.calendar import Half, Session
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.people import Personal, PupilFlags

BOXES = ("absence@school.example", "attendance@school.example")
HALF_MINUTE = dt.timedelta(seconds=30)


def told_once(story, *pupils):
    return sorted(story.told()) == sorted(f"{pupil.lower()}-mum@example.net" for pupil in pupils)


def with_settings(story, **parts):
    story.office = dataclasses.replace(story.office, settings=story.office.settings.model_copy(update=parts))


def chase(story, time=None):
    if time is not None:
        story.given_the_time(time)
    story.the_mis_exports()
    chase_registers(story.office)


def killed_while_sending(story, *, after=False):
    """Alicia's message was being sent at 09:56 when the process was killed."""
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, Crash(), after=after)
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")


def test_with_the_stop_switch_on_not_even_what_a_crash_left_half_sent_leaves(story):
    killed_while_sending(story)
    outgoing = story.office.settings.outgoing.model_copy(update={"stop": True})
    with_settings(story, outgoing=outgoing)

    story.when_the_run_happens("10:05")

    assert story.mailer.sent == []
    assert story.mailer.drafts == {}
    assert story.states("ALICIA") == [State.HELD]


def test_a_draft_that_a_sleeper_may_still_send_is_never_replaced_by_another(story):
    """The mail service is busy for the second run; the first wakes after that, and sends the draft it has in hand."""
    killed_while_sending(story)
    (draft_id,) = story.mailer.drafts
    story.mailer.fail_next(Step.SEND, RetryLater(HALF_MINUTE))
    story.when_the_run_happens("10:07")
    story.mailer.another_run().send_draft(draft_id)

    for time in ("10:09", "10:20"):
        story.when_the_run_happens(time)

    assert told_once(story, "ALICIA")
    assert story.states("ALICIA") == [State.SENT]


def test_a_sent_folder_that_fills_late_makes_no_second_message_when_the_mark_changes(story):
    """The draft is gone, and the message does not show among the sent yet: that is no proof that it did not go."""
    killed_while_sending(story, after=True)
    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.mailer.lag(2)
    story.when_the_run_happens("10:00")
    assert story.states("ALICIA") == [State.UNKNOWN]

    story.given_the_mark("ALICIA", AttendanceCode.UNEXPLAINED)
    for time in ("10:03", "10:20"):
        story.when_the_run_happens(time)

    assert told_once(story, "ALICIA")
    assert story.states("ALICIA") == [State.SENT]


def test_a_register_reminder_found_half_sent_the_next_day_lapses(story):
    story.given_a_register("9A", taken=False)
    story.mailer.fail_next(Step.SEND, Crash())
    with pytest.raises(Crash):
        chase(story, "09:15")

    story.clock.advance(hours=24)
    chase(story)

    assert story.mailed(Purpose.REGISTER_CHASE) == []
    assert [p.state for p in story.store.proposals.find(purpose=Purpose.REGISTER_CHASE)] == [State.EXPIRED]


def test_where_nobody_can_know_it_goes_again_after_five_minutes_as_the_same_message():
    story = MorningStory(mailer=(mailer := FakeMailer(Guarantee.IN_DOUBT_AFTER_CRASH)))
    story.mailer = mailer
    killed_while_sending(story, after=True)

    for time in ("10:00", "10:04", "10:06", "10:20"):
        story.office = dataclasses.replace(story.office, mailer=mailer.another_run())
        story.when_the_run_happens(time)

    first, second = mailer.sent
    assert first.key == second.key
    assert story.states("ALICIA") == [State.SENT]


def test_in_doubt_the_family_hears_anew_of_the_child_who_is_still_away():
    story = MorningStory(mailer=(mailer := FakeMailer(Guarantee.IN_DOUBT_AFTER_CRASH)))
    story.mailer = mailer
    for pupil_id in ("MICHAEL", "ALICIA"):
        story.given_a_pupil(pupil_id, forename=pupil_id.title(), code=UNEXPLAINED)
        story.given_a_contact("MUM", pupil_id)
    story.when_the_run_happens("09:45")
    mailer.fail_next(Step.SEND, Crash())
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")
    story.given_the_mark("MICHAEL", AttendanceCode.PRESENT_MORNING)

    for time in ("10:05", "10:11"):
        story.office = dataclasses.replace(story.office, mailer=mailer.another_run())
        story.when_the_run_happens(time)

    (message,) = mailer.sent
    assert "Alicia" in message.text.reveal()
    assert "Michael" not in message.text.reveal()
    assert (story.states("ALICIA"), story.states("MICHAEL")) == ([State.SENT], [State.UNKNOWN])


# ------------------------------------------------------------ what a person sees and decides


def deleted_while_in_doubt(story):
    """Somebody deleted the draft of Alicia's message just as the process was killed."""
    killed_while_sending(story)
    story.mailer.drafts.clear()
    story.when_the_run_happens("10:05")


def when_it_runs_the_next_morning(story):
    tuesday = Session(MONDAY + dt.timedelta(days=1), Half.AM)
    for pupil_id in story.pupils:
        story.given_the_mark(pupil_id, AttendanceCode.PRESENT_MORNING, tuesday)
    story.given_the_day(tuesday.date, "09:45")
    story.when_the_run_happens()


def queue(story):
    return {row["State"]: row for row in story.queue()}


def test_what_can_not_be_settled_stays_in_the_queue_after_the_day_until_somebody_decides(story):
    deleted_while_in_doubt(story)

    when_it_runs_the_next_morning(story)
    assert queue(story)["not certain that it went"]["What"] == "First-day message"

    (proposal,) = story.proposals("ALICIA")
    story.when_somebody_types("Queue", proposal.key, Decision="stop", Initials="AO")
    story.when_the_run_happens("09:55")
    assert "not certain that it went" not in queue(story)
    assert story.states("ALICIA") == [State.STOPPED]
    assert story.told() == []


def test_a_person_who_looked_can_have_it_sent_after_all(story):
    deleted_while_in_doubt(story)
    (proposal,) = story.proposals("ALICIA")
    story.when_somebody_types("Queue", proposal.key, Decision="release", Initials="AO")

    story.when_the_run_happens("10:10")

    assert told_once(story, "ALICIA")


@pytest.mark.parametrize(("decision", "says"), [("hold", "Look among the sent"), ("release", "Too late")])
def test_what_does_not_settle_a_doubt_is_answered_in_its_row(story, decision, says):
    deleted_while_in_doubt(story)
    when_it_runs_the_next_morning(story)
    (proposal,) = story.proposals("ALICIA")

    story.when_somebody_types("Queue", proposal.key, Decision=decision, Initials="AO")
    story.when_the_run_happens("09:50")

    assert queue(story)["not certain that it went"]["Firstbell says"].startswith(says)
    assert story.told() == []


def test_doubts_of_the_safeguarding_team_do_not_stand_in_the_office_s_queue(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(child_protection=True))
    story.when_the_run_happens("09:12")
    story.mailer.fail_next(Step.SEND, Crash(), passing=1)
    with pytest.raises(Crash):
        story.when_the_run_happens("09:30")
    story.mailer.drafts.clear()

    for time in ("09:31", "09:33"):
        story.when_the_run_happens(time)

    assert story.store.proposals.find(purpose=Purpose.SAFEGUARDING_ALERT, states=[State.UNKNOWN])
    assert "not certain that it went" not in queue(story)


# ------------------------------------------------------------ what a mailbox may send


def two_at_once(story):
    """The mailbox may send two e-mails, and after that two a minute."""
    smtp = SmtpSettings(host="unused", sender="absence@example.org", quota=QuotaSettings(at_once=2, a_minute=2))
    outgoing = story.office.settings.outgoing.model_copy(update={"mailer": "smtp"})
    with_settings(story, smtp=smtp, outgoing=outgoing)


def test_a_run_that_has_sent_what_the_mailbox_may_stops_and_says_when_to_go_on(story):
    two_at_once(story)
    for pupil in ("ALICIA", "MICHAEL", "NOOR"):
        story.given_an_unexplained_absence(pupil)
    story.when_the_run_happens("09:45")

    report = story.when_the_run_happens("09:56")
    assert report.sent == 2
    assert f"{report.go_on_at:%H:%M:%S}" == "09:57:00"

    story.when_the_run_happens("09:57")
    assert told_once(story, "ALICIA", "MICHAEL", "NOOR")


def test_a_crash_does_not_fill_the_mailbox_s_bucket_again(story):
    two_at_once(story)
    for pupil in ("ALICIA", "MICHAEL", "NOOR"):
        story.given_an_unexplained_absence(pupil)
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, Crash(), after=True, passing=1)
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")

    story.office = dataclasses.replace(story.office, store=story.store.another_run())
    story.store.desk.end_lease("first-day-contact")
    story.when_the_run_happens()

    assert len(story.told()) == 2


def test_alerts_and_notices_are_not_kept_waiting_for_families(story):
    two_at_once(story)
    for _ in range(2):
        story.store.desk.take_token(Quota("absence@example.org", 2, 2), now=story.clock.now())
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(child_protection=True))

    story.when_the_run_happens("09:45")
    story.clock.advance(minutes=16)
    story.when_the_run_happens()

    assert story.mailed(Purpose.SAFEGUARDING_ALERT) == ["dee@example.org"]


def test_no_quota_is_kept_for_a_folder_on_disk():
    assert SETTINGS.quota_for(Personal("zoe.nguyen@example.org")) is None


def two_mailboxes(story):
    """Each may send one e-mail, and one a minute."""
    quota = QuotaSettings(at_once=1, a_minute=1)
    cloud = Microsoft365Settings(tenant_id="t", client_id="c", sign_in="managed-identity", mailboxes=BOXES, quota=quota)
    outgoing = story.office.settings.outgoing.model_copy(update={"mailer": "microsoft365"})
    with_settings(story, microsoft365=cloud, outgoing=outgoing)


def test_a_mailbox_that_has_sent_what_it_may_does_not_keep_another_waiting(story):
    two_mailboxes(story)
    for pupil in ("ALICIA", "MICHAEL", "NOOR"):
        story.given_an_unexplained_absence(pupil)
    story.when_the_run_happens("09:45")

    report = story.when_the_run_happens("09:56")

    assert Counter(mailbox_for(Personal(to), BOXES) for to in story.told()) == dict.fromkeys(BOXES, 1)
    assert f"{report.go_on_at:%H:%M:%S}" == "09:57:00"


def test_a_mailbox_that_is_full_keeps_only_its_own_families_waiting_and_the_office_is_told(story):
    two_mailboxes(story)
    for pupil in ("ALICIA", "MICHAEL", "NOOR"):
        story.given_an_unexplained_absence(pupil)
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.CREATE, Misconfigured("a mailbox is full: make room in it"))

    with pytest.raises(Misconfigured, match="make room"):
        story.when_the_run_happens("09:56")
    states = Counter(p.state for p in story.store.proposals.find(purpose=Purpose.FIRST_DAY_ABSENCE))
    assert states[State.BLOCKED] == 0
    assert states[State.SENT] == 1
    assert "make room" in story.mailer.sent[-1].text.reveal()

    for time in ("10:00", "10:02", "10:04"):
        story.when_the_run_happens(time)
    assert {p.state for p in story.store.proposals.find(purpose=Purpose.FIRST_DAY_ABSENCE)} == {State.SENT}


# ------------------------------------------------------------ drafts and cards that nobody knows of


def test_a_draft_whose_answer_was_lost_is_swept_up_later_and_no_other(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.CREATE, RetryLater(HALF_MINUTE), after=True)
    story.when_the_run_happens("09:56")
    orphan = set(story.mailer.drafts)
    story.mailer.fail_next(Step.SEND, RetryLater(HALF_MINUTE))

    story.when_the_run_happens("10:05")
    assert len(story.mailer.drafts) == 2  # the orphan is too young, and the other is on its way
    story.clock.set(story.clock.now() + dt.timedelta(minutes=14))
    assert discard_orphan_drafts(story.office) == 1

    assert orphan.isdisjoint(story.mailer.drafts)
    assert len(story.mailer.drafts) == 1


def test_a_draft_that_a_slow_run_has_not_written_down_yet_is_left_alone(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.CREATE, Crash(), after=True)
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")
    story.clock.advance(minutes=20)

    assert discard_orphan_drafts(story.office) == 0


def test_a_card_that_does_not_show_yet_is_not_posted_a_second_time(story):
    """Two runs at once, or one killed after posting: whoever comes next within five minutes only looks."""
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(child_protection=True))
    story.channel.is_posted = lambda _: False

    story.when_the_run_happens("09:12")
    story.clock.advance(minutes=4)
    story.when_the_run_happens()
    assert story.channel.posts == 1

    story.clock.advance(minutes=1)
    story.when_the_run_happens()
    assert story.channel.posts == 2
