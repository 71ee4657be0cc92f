"""Something fails on the way: the rest of the morning happens all the same, and the office hears of it."""

import dataclasses
import datetime as dt

import pytest

from firstbell.errors import BadInput, Misconfigured, NeedsHuman
from firstbell.testing.fake_mailer import FakeMailer, Step
from firstbell.testing.morning_story import UNEXPLAINED
from firstbell.workflows.jobs.daily import chase_job, sync_job
from firstbell.workflows.jobs.first_day_contact import first_day_contact
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.people import PupilFlags


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
    assert "Example, Alicia" in story.on_the_phone_list()


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

    assert story.mailed(Purpose.OFFICE_NOTICE) == ["absence@example.org"]


@pytest.mark.parametrize("job", [sync_job, chase_job])
def test_a_job_that_stops_tells_the_office_once(story, job):
    story.when_the_run_happens("09:12")
    story.attendance.renames_a_heading("Queue", "Decision", "Please decide")

    for _ in range(2):
        with pytest.raises(NeedsHuman):
            job(story.office)

    assert story.mailed(Purpose.OFFICE_NOTICE) == ["absence@example.org"]


def test_the_office_is_told_of_a_stop_after_the_session_has_ended_too(story):
    story.given_an_unexplained_absence("ALICIA")
    story.marks_as_at = dt.datetime(2026, 11, 23, 8, 50, tzinfo=dt.UTC)

    with pytest.raises(NeedsHuman):
        story.when_the_run_happens("12:45")

    assert story.mailed(Purpose.OFFICE_NOTICE) == ["absence@example.org"]


def test_marks_of_a_time_to_come_send_nothing_and_the_clock_is_to_be_looked_at(story):
    story.given_an_unexplained_absence("ALICIA")
    story.marks_as_at = dt.datetime(2026, 11, 23, 10, 30, tzinfo=dt.UTC)

    with pytest.raises(NeedsHuman, match=r"later time than it is now.*clock"):
        story.when_the_run_happens("09:50")

    assert story.told() == []


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
    assert story.mailed(Purpose.OFFICE_NOTICE) == ["absence@example.org"]


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


def test_a_workbook_that_is_busy_costs_no_family_its_message(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.attendance.is_busy = True

    report = story.when_the_run_happens("09:56")

    assert story.told() == ["alicia-mum@example.net"]
    assert report.needs[0].startswith("The Attendance workbook could not be brought up to date: the outside system is")
    assert story.mailed(Purpose.OFFICE_NOTICE) == []


def test_what_a_person_typed_counts_though_the_workbook_takes_no_changes(story):
    story.given_an_unexplained_absence("ALICIA")
    story.given_an_unexplained_absence("MICHAEL")
    story.when_the_run_happens("09:45")
    key = next(p.key for p in story.store.proposals.find() if p.subject_id == "ALICIA")
    story.when_somebody_types("Queue", key, Decision="stop", Initials="AO")
    story.attendance.is_busy = True

    story.when_the_run_happens("09:56")

    assert story.told() == ["michael-mum@example.net"]


def test_one_busy_workbook_does_not_keep_the_other_from_being_drawn(story):
    story.attendance.is_busy = True
    story.given_an_unexplained_absence("ALICIA", flags=PupilFlags(child_protection=True))

    story.when_the_run_happens("09:45")

    assert [row["Pupil"] for row in story.safeguarding.sees("Alerts")] == ["Example, Alicia"]


@pytest.mark.parametrize("job", [sync_job, chase_job])
def test_a_job_says_which_workbook_it_could_not_bring_up_to_date(story, job):
    story.when_the_run_happens("09:12")
    story.attendance.is_busy = True

    (sentence,) = job(story.office).undrawn

    assert sentence.startswith("The Attendance workbook could not be brought up to date")
