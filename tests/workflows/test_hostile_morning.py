"""Mornings on which something goes wrong beside the pupil: nobody is forgotten, and nobody hears what is not theirs."""

import dataclasses
import datetime as dt

import pytest

from firstbell.errors import BadInput, GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.records import Elsewhere, State
from firstbell.settings import OutgoingSettings
from firstbell.testing.calendars import example_calendar
from firstbell.testing.fake_mailer import Crash, FakeMailer, Step
from firstbell.testing.fake_mis import FakeMis
from firstbell.testing.morning_story import LONDON, MONDAY, SETTINGS, THIS_MORNING, UNEXPLAINED, MorningStory
from firstbell.workflows.brakes import WHOLE_SCHOOL, brake_key
from firstbell.workflows.daily_jobs import chase_job, sync_job
from firstbell.workflows.first_day_contact import first_day_contact
from firstbell.workflows.row_keys import pupil_session_key
from rules.calendar import Closure, Half, Session
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.people import PupilFlags
from sheets_templates.attendance import ATTENDANCE

KEY = pupil_session_key("ALICIA", THIS_MORNING)
AFTERNOON = Session(MONDAY, Half.PM)


def calls(story):
    return [row["Pupil"] for row in story.attendance.sees("Phone list")]


def told_alicia(story):
    story.given_an_unexplained_absence("ALICIA")
    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)


def mails(story, purpose):
    return [m.to.reveal() for m in story.mailer.sent if m.purpose is purpose]


def in_the_afternoon(story, alicia):
    for pupil_id in story.pupils:
        story.given_the_mark(pupil_id, AttendanceCode.PRESENT_AFTERNOON, AFTERNOON)
    story.given_the_mark("ALICIA", alicia, AFTERNOON)


# ------------------------------------------------------------ the phone list


def test_a_call_that_nobody_answered_keeps_the_pupil_on_the_phone_list(story):
    told_alicia(story)
    story.when_the_run_happens("10:45")

    story.when_somebody_types("Phone list", KEY, Outcome="no answer", Initials="AO")
    story.when_the_run_happens("10:55")

    assert calls(story) == ["Example, Alicia"]
    assert story.states("ALICIA") == [State.SENT]


def test_a_reason_typed_in_the_wrong_row_and_taken_back_brings_the_pupil_back_on_the_list(story):
    told_alicia(story)
    story.when_somebody_types("Today", KEY, Reason_given="dentist", Initials="AO")
    story.when_the_run_happens("10:00")
    assert calls(story) == []

    story.when_somebody_types("Today", KEY, Reason_given="")
    story.when_the_run_happens("10:10")

    assert calls(story) == ["Example, Alicia"]


def test_the_code_n_is_no_reason(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")

    story.when_somebody_types("Today", KEY, Code_to_record="N", Initials="AO")
    story.when_the_run_happens("09:56")

    assert story.told() == ["alicia-mum@example.net"]


def test_a_pupil_taken_off_the_trip_list_again_is_telephoned_about(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.given_a_trip_list("ALICIA", kind=Elsewhere.TRIP)
    for time in ("09:56", "10:00"):
        story.when_the_run_happens(time)
    assert calls(story) == []

    story.elsewhere.clear()
    story.when_the_run_happens("10:10")

    assert calls(story) == ["Example, Alicia"]


def test_a_pupil_missing_since_the_morning_stays_on_the_list_while_the_afternoon_register_is_not_taken(story):
    told_alicia(story)
    in_the_afternoon(story, None)

    story.when_the_run_happens("13:50")
    assert calls(story) == ["Example, Alicia"]

    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_AFTERNOON, AFTERNOON)
    story.when_the_run_happens("13:55")
    assert calls(story) == []


def test_a_family_has_time_to_answer_from_when_the_message_really_left(story):
    everybody_is_marked_n(story)
    story.when_the_run_happens("09:45")
    release_every_brake(story)
    for time in ("11:00", "11:10"):
        story.when_the_run_happens(time)
    assert len(story.told()) == 40
    assert calls(story) == []

    story.when_the_run_happens("11:46")

    assert len(calls(story)) == 40
    assert story.attendance.sees("Phone list")[0]["Why by phone"] == "No answer to the message of 11:00."


def test_a_message_that_the_mail_service_does_not_take_is_a_phone_call_meanwhile(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    for _ in range(2):
        story.mailer.fail_next(Step.SEND, RetryLater(dt.timedelta(seconds=30)))

    story.when_the_run_happens("09:56")
    assert calls(story) == []
    story.when_the_run_happens("10:06")
    assert calls(story) == ["Example, Alicia"]
    story.when_the_run_happens("10:10")

    assert story.told() == ["alicia-mum@example.net"]
    assert calls(story) == []


def test_with_the_stop_switch_on_the_families_are_telephoned():
    outgoing = OutgoingSettings(rehearsal=False, stop=True)
    story = MorningStory(settings=SETTINGS.model_copy(update={"outgoing": outgoing}))
    story.given_an_unexplained_absence("ALICIA")

    story.when_the_run_happens("09:45")
    assert calls(story) == []
    story.when_the_run_happens("10:06")

    assert calls(story) == ["Example, Alicia"]


# ------------------------------------------------------------ something fails on the way


def test_a_mail_service_set_up_wrong_stops_neither_alerts_nor_the_phone_list(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(child_protection=True))
    story.given_a_pupil("NOOR", code=UNEXPLAINED)
    story.when_the_run_happens("09:12")
    story.given_an_unexplained_absence("MICHAEL", flags=PupilFlags(child_protection=True))
    for _ in range(9):
        story.mailer.fail_next(Step.CREATE, Misconfigured("the mail server refuses the password"))

    with pytest.raises(Misconfigured):
        story.when_the_run_happens("09:56")

    assert len(story.channel.cards) == 2
    assert "Example, Alicia" in calls(story)


def test_a_file_that_turns_crooked_while_sending_is_told_to_the_office(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(child_protection=True))
    story.when_the_run_happens("09:45")
    story.given_the_time("09:56")
    story.the_mis_exports()
    reads = iter(range(3))
    marks = story.mis.marks

    def marks_that_break(first, last):
        if next(reads, None) is None:
            raise BadInput("marks.csv", "half a row", "five columns", row=3)
        return marks(first, last)

    story.mis.marks = marks_that_break
    with pytest.raises(BadInput):
        first_day_contact(story.office)

    assert mails(story, Purpose.OFFICE_NOTICE) == ["absence@example.org"]


@pytest.mark.parametrize("job", [sync_job, chase_job])
def test_a_job_that_stops_tells_the_office_once(story, job):
    story.when_the_run_happens("09:12")
    story.attendance.renames_a_heading("Queue", "Decision", "Please decide")

    for _ in range(2):
        with pytest.raises(NeedsHuman):
            job(story.office)

    assert mails(story, Purpose.OFFICE_NOTICE) == ["absence@example.org"]


def test_the_office_is_told_of_a_stop_after_the_session_has_ended_too(story):
    story.given_an_unexplained_absence("ALICIA")
    story.marks_as_at = dt.datetime(2026, 11, 23, 8, 50, tzinfo=dt.UTC)

    with pytest.raises(NeedsHuman):
        story.when_the_run_happens("12:45")

    assert mails(story, Purpose.OFFICE_NOTICE) == ["absence@example.org"]


def test_a_notice_that_can_not_be_mailed_does_not_hide_what_stopped_the_run(story):
    story.marks_as_at = dt.datetime(2026, 11, 23, 8, 50, tzinfo=dt.UTC)
    story.mailer.fail_next(Step.CREATE, Misconfigured("the mail server refuses the password"))

    with pytest.raises(NeedsHuman, match="minutes old"):
        story.when_the_run_happens("09:50")


def test_a_workbook_that_can_not_be_read_stops_messages_and_no_alert(story):
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(child_protection=True))
    story.given_an_unexplained_absence("MICHAEL")
    story.when_the_run_happens("09:12")
    story.given_an_unexplained_absence("NOOR", flags=PupilFlags(child_protection=True))
    story.attendance.renames_a_heading("Queue", "Decision", "Please decide")

    with pytest.raises(NeedsHuman):
        story.when_the_run_happens("09:56")

    assert story.told() == []
    assert len(story.channel.cards) == 2
    assert mails(story, Purpose.OFFICE_NOTICE) == ["absence@example.org"]


class Sleeper(FakeMailer):
    """A run's mailer that falls asleep before one of its calls, until another run has come and gone."""

    def __init__(self, provider, step, passing, wakes):
        super().__init__(provider=provider)
        self.step, self.passing, self.wakes = step, passing, wakes

    def create_draft(self, message):
        self.sleep(Step.CREATE)
        return super().create_draft(message)

    def send_draft(self, draft_id):
        self.sleep(Step.SEND)
        super().send_draft(draft_id)

    def sleep(self, step):
        if step is self.step and self.wakes:
            self.passing -= 1
            if self.passing < 0:
                self.wakes.pop()()


@pytest.mark.parametrize("change", [None, AttendanceCode.PRESENT_MORNING])
@pytest.mark.parametrize("passing", range(3))
@pytest.mark.parametrize("step", [Step.CREATE, Step.SEND])
def test_a_run_that_slept_past_its_lease_sends_nothing_a_second_time(story, step, passing, change):
    pupils = [story.given_an_unexplained_absence(name) for name in ("ALICIA", "MICHAEL", "NOOR")]
    story.when_the_run_happens("09:45")

    def another_run():
        story.clock.advance(minutes=11)
        story.given_the_mark("ALICIA", change or UNEXPLAINED)
        story.the_mis_exports()
        first_day_contact(dataclasses.replace(story.office, store=story.store.another_run(), mailer=story.mailer))

    mailer = Sleeper(story.mailer.provider, step, passing, [another_run])
    story.office = dataclasses.replace(story.office, mailer=mailer)
    for time in ("09:56", "10:20"):
        story.when_the_run_happens(time)

    told = story.told()
    assert len(told) == len(set(told))
    assert {f"{pupil.lower()}-mum@example.net" for pupil in pupils[1:]} <= set(told)
    assert change or len(told) == 3


# ------------------------------------------------------------ brakes


def test_a_release_for_the_late_hour_does_not_release_an_unusual_number(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("12:01")
    brake = brake_key(THIS_MORNING, WHOLE_SCHOOL)
    story.when_somebody_types("Queue", brake, Decision="release", Initials="AO", Second_initials="BO")
    everybody_is_marked_n(story)
    for time in ("12:02", "12:14"):
        story.when_the_run_happens(time)

    assert story.told() == []


def everybody_is_marked_n(story):
    for pupil_id in list(story.pupils):
        story.given_the_mark(pupil_id, UNEXPLAINED)
        story.given_a_contact(f"{pupil_id}-MUM", pupil_id)


def brakes_in_the_queue(story):
    (queue,) = [sheet for sheet in story.attendance.read(ATTENDANCE) if sheet.sheet == "Queue"]
    return [key for key in queue.rows if key.startswith("brake|")]


def release_every_brake(story):
    for key in brakes_in_the_queue(story):
        story.when_somebody_types("Queue", key, Decision="release", Initials="AO", Second_initials="BO")


def test_two_people_who_released_a_dozen_have_not_released_the_whole_school(story):
    for number in range(12):
        story.given_an_unexplained_absence(f"Q{number:02}", form=f"{number % 9 + 1}Q")
    story.when_the_run_happens("09:45")
    release_every_brake(story)
    story.when_the_run_happens("09:46")

    for number in range(40):
        story.given_an_unexplained_absence(f"R{number:02}", form=f"{number % 9 + 1}R")
    for time in ("09:50", "10:01"):
        story.when_the_run_happens(time)

    assert story.told() == []


def test_a_released_brake_that_somebody_stops_again_holds_again(story):
    everybody_is_marked_n(story)
    story.when_the_run_happens("09:45")
    release_every_brake(story)
    story.when_the_run_happens("09:46")

    for key in brakes_in_the_queue(story):
        story.when_somebody_types("Queue", key, Decision="stop")
    story.when_the_run_happens("09:56")

    assert story.told() == []


def test_a_school_called_brake_can_stop_a_message():
    school = SETTINGS.school.model_copy(update={"key": "brake"})
    story = MorningStory(settings=SETTINGS.model_copy(update={"school": school}))
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    (proposal,) = story.proposals("ALICIA")

    story.when_somebody_types("Queue", proposal.key, Decision="stop", Initials="AO")
    story.when_the_run_happens("09:56")

    assert story.told() == []


# ------------------------------------------------------------ who is told


def test_a_contact_who_is_renumbered_in_the_mis_is_not_told_twice(story):
    told_alicia(story)

    story.links.clear()
    story.given_a_contact("MUM-NEW", "ALICIA", email="alicia-mum@example.net")
    for time in ("10:00", "10:11"):
        story.when_the_run_happens(time)

    assert story.told() == ["alicia-mum@example.net"]


def test_two_contacts_who_share_an_inbox_bring_one_message_whoever_comes_first(story):
    story.given_a_pupil("ALICIA", code=UNEXPLAINED)
    story.given_a_contact("MUM", "ALICIA", email="home@example.net")
    story.given_a_contact("DAD", "ALICIA", email="home@example.net", parental_responsibility=None)
    story.when_the_run_happens("09:45")

    story.links[-1] = dataclasses.replace(story.links[-1], parental_responsibility=True)
    for time in ("09:50", "10:05"):
        story.when_the_run_happens(time)

    assert story.told() == ["home@example.net"]


def test_a_stop_holds_for_the_pupil_whoever_comes_first_in_the_mis(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    (proposal,) = story.proposals("ALICIA")
    story.when_somebody_types("Queue", proposal.key, Decision="stop", Initials="AO")
    story.when_the_run_happens("09:50")

    story.links.clear()
    story.given_a_contact("DAD", "ALICIA")
    for time in ("10:00", "10:11"):
        story.when_the_run_happens(time)

    assert story.told() == []


def test_a_bounce_of_a_shared_message_moves_on_for_every_sibling_at_once(story):
    for pupil in ("ALICIA", "MICHAEL"):
        story.given_a_pupil(pupil, forename=pupil.title(), code=UNEXPLAINED)
        story.given_a_contact("MUM", pupil)
        story.given_a_contact("GRAN", pupil, priority=2)
    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    story.mailer.bounce(story.mailer.sent[0].key, at=story.clock.now())
    story.when_the_run_happens("10:00")

    assert story.told() == ["mum@example.net", "gran@example.net"]
    assert story.states("MICHAEL") == [State.BOUNCED, State.SENT]


def test_a_correction_never_goes_to_somebody_blocked_since(story):
    told_alicia(story)
    cells = {"Pupil ID": "ALICIA", "Address to block": "alicia-mum@example.net", "Initials": "DS"}
    story.safeguarding.adds_a_row("Non-contact", cells)

    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.when_the_run_happens("10:15")

    assert story.corrected() == []


def test_a_pupil_who_leaves_the_roll_after_a_message_stops_no_run(story):
    told_alicia(story)
    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    leaver = story.pupils["ALICIA"]
    story.pupils["ALICIA"] = dataclasses.replace(leaver, on_roll_to=MONDAY - dt.timedelta(days=3))
    story.given_an_unexplained_absence("MICHAEL")

    for time in ("10:15", "10:26"):
        story.when_the_run_happens(time)

    assert story.told() == ["alicia-mum@example.net", "michael-mum@example.net"]
    assert story.corrected() == []


@pytest.mark.parametrize("time", ["12:40", "13:50"])
def test_a_mark_put_right_after_the_session_still_brings_the_in_school_note(story, time):
    told_alicia(story)
    in_the_afternoon(story, AttendanceCode.PRESENT_AFTERNOON)

    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.when_the_run_happens(time)

    assert story.corrected() == ["alicia-mum@example.net"]


def test_a_telephone_number_that_the_dsl_blocks_is_neither_rung_nor_written_to(story):
    story.given_a_pupil("ALICIA", code=UNEXPLAINED)
    story.given_a_contact("DAD", "ALICIA", phone="07700 900456")
    story.given_a_contact("GRAN", "ALICIA", priority=2, email="")
    story.when_the_run_happens("09:12")
    cells = {"Pupil ID": "ALICIA", "Address to block": "+44 7700 900456", "Initials": "DS"}
    story.safeguarding.adds_a_row("Non-contact", cells)

    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    assert story.told() == []
    (row,) = story.attendance.sees("Phone list")
    assert "900456" not in row["Phone"]
    assert "GRAN" in row["Whom to call"]


def test_a_block_that_blocks_nothing_is_refused(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:12")
    cells = {"Pupil ID": "ALICIA", "Address to block": "Mr Example", "Initials": "DS"}
    story.safeguarding.adds_a_row("Non-contact", cells)

    story.when_the_run_happens("09:45")

    (row,) = story.safeguarding.sees("Non-contact")
    assert "neither" in row["Firstbell says"]


# ------------------------------------------------------------ safeguarding


def given_a_vulnerable_pupil_absent(story, pupil_id="ALICIA"):
    return story.given_an_unexplained_absence(pupil_id, flags=PupilFlags(child_protection=True))


def test_two_pupils_never_have_the_same_case_number(story):
    for number in range(400):
        given_a_vulnerable_pupil_absent(story, f"Q{number:03}")

    story.when_the_run_happens("09:45")

    assert len({card.key for card in story.channel.cards}) == 400


def test_an_alert_that_nobody_took_in_the_morning_is_pressed_in_the_afternoon(story):
    given_a_vulnerable_pupil_absent(story)
    story.when_the_run_happens("12:10")
    in_the_afternoon(story, None)

    story.when_the_run_happens("13:50")

    assert mails(story, Purpose.SAFEGUARDING_ALERT) == ["dee@example.org", "eve@example.org"]
    assert [row["State"] for row in story.safeguarding.sees("Alerts")] == ["not acknowledged"]


def test_a_page_goes_out_after_the_session_has_ended(story):
    given_a_vulnerable_pupil_absent(story)
    story.when_the_run_happens("12:10")

    story.when_the_run_happens("12:26")

    assert mails(story, Purpose.SAFEGUARDING_ALERT) == ["dee@example.org"]


def test_when_the_whole_team_is_silent_the_office_is_told_once(story):
    given_a_vulnerable_pupil_absent(story)
    for time in ("09:45", "10:01", "10:16"):
        story.when_the_run_happens(time)
    assert mails(story, Purpose.OFFICE_NOTICE) == []

    for time in ("10:31", "10:46"):
        story.when_the_run_happens(time)

    (notice,) = [m for m in story.mailer.sent if m.purpose is Purpose.OFFICE_NOTICE]
    assert "Alicia" not in notice.subject + notice.text.reveal()


def test_a_channel_that_can_not_be_asked_falls_back_to_mail(story):
    given_a_vulnerable_pupil_absent(story)

    def busy(key):
        raise RetryLater(dt.timedelta(seconds=len(key)))

    story.channel.is_posted = busy
    story.when_the_run_happens("09:45")

    assert mails(story, Purpose.SAFEGUARDING_ALERT) == ["dee@example.org"]


# ------------------------------------------------------------ what is read


def test_on_a_day_when_one_year_group_is_at_home_the_others_are_told_of(story):
    story.given_an_unexplained_absence("ALICIA")
    closure = Closure(MONDAY, "a burst pipe", frozenset({"9"}))
    story.mis = FakeMis(calendar=example_calendar(closures=[closure]))
    story.office = dataclasses.replace(story.office, mis=story.mis)
    story.codes = {key: code for key, code in story.codes.items() if key[0] == "ALICIA"}

    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    assert story.told() == ["alicia-mum@example.net"]


def test_a_contacts_export_cut_short_changes_nothing_and_tells_the_office(story):
    told_alicia(story)
    for number in range(20):
        story.given_a_contact(f"C{number}", f"P{number:02}")
    story.when_the_run_happens("10:00")

    del story.links[5:]
    with pytest.raises(NeedsHuman, match="cut short"):
        story.when_the_run_happens("10:10")

    assert len(story.store.registers.roll().links) == 21
    assert mails(story, Purpose.OFFICE_NOTICE) == ["absence@example.org"]


def test_a_calendar_that_has_run_out_is_no_quiet_holiday(story):
    story.clock.set(dt.datetime(2027, 9, 6, 9, 45, tzinfo=dt.UTC))

    report = story.when_the_run_happens()

    assert report.needs == ("The calendar does not cover today: add the new terms to it.",)


def test_an_in_school_note_that_could_not_go_is_a_task_for_a_person(story):
    told_alicia(story)
    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.mailer.fail_next(Step.SEND, GiveUp("the mailbox is gone"))

    report = story.when_the_run_happens("10:15")

    assert "1 in-school note could not go: tell the family by telephone." in report.needs


def test_what_a_crash_left_of_another_day_does_not_stop_this_one(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.mailer.fail_next(Step.SEND, Crash())
    with pytest.raises(Crash):
        story.when_the_run_happens("09:56")
    tuesday = Session(MONDAY + dt.timedelta(days=1), Half.AM)
    story.codes = {(pupil_id, tuesday): AttendanceCode.PRESENT_MORNING for pupil_id in story.pupils}
    story.given_an_unexplained_absence("MICHAEL")
    story.codes["MICHAEL", tuesday] = UNEXPLAINED
    story.clock.set(dt.datetime(2026, 11, 24, 9, 45, tzinfo=dt.UTC))

    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    assert story.told() == ["michael-mum@example.net"]


@pytest.mark.parametrize("day", [dt.date(2026, 9, 3), dt.date(2026, 10, 23), dt.date(2027, 4, 12)])
def test_the_first_day_of_a_year_and_the_days_beside_a_clock_change_are_days_like_any_other(story, day):
    story.clock.set(dt.datetime.combine(day, dt.time(9, 45), tzinfo=LONDON))
    session = Session(day, Half.AM)
    story.codes = {(pupil_id, session): AttendanceCode.PRESENT_MORNING for pupil_id in story.pupils}
    story.given_an_unexplained_absence("ALICIA")
    story.codes = {(pupil_id, session): code for (pupil_id, _), code in story.codes.items()}
    story.codes["ALICIA", session] = UNEXPLAINED

    for time in ("09:45", "09:56"):
        story.when_the_run_happens(time)

    is_open = example_calendar().is_school_day(day)
    assert story.told() == (["alicia-mum@example.net"] if is_open else [])
