"""Chasing registers: the teacher in the room, then the head of department, and nobody twice."""

import datetime as dt

from firstbell.errors import RetryLater
from firstbell.records import RegisterState, RegisterStatus, Teacher
from firstbell.testing.fake_mailer import Step
from firstbell.testing.morning_story import THIS_MORNING, a_teacher
from firstbell.workflows.jobs.daily import chase_job
from firstbell.workflows.morning.register_chase import chase_registers
from rules.people import Personal


def chase(story, time):
    story.given_the_time(time)
    story.the_mis_exports()
    return chase_registers(story.office)


def recipients(story):
    return [m.to.reveal() for m in story.mailer.sent]


def test_a_teacher_is_reminded_once_a_round_and_then_the_head_of_department_is_told(story):
    story.given_a_register("9A", taken=False, teacher="T1", head_of_department=a_teacher("HEAD"))

    for time in ("09:15", "09:20", "09:25", "09:30", "09:35", "09:45", "09:55"):
        chase(story, time)

    assert recipients(story) == ["t1@example.org", "t1@example.org", "head@example.org"]


def test_two_registers_of_one_teacher_are_one_message(story):
    story.given_a_register("9A", taken=False, teacher="T1")
    story.given_a_register("9B", taken=False, teacher="T1")

    chase(story, "09:15")

    (message,) = story.mailer.sent
    assert "9A" in message.text.reveal()
    assert "9B" in message.text.reveal()


def test_the_reminder_follows_the_cover_list_to_the_teacher_in_the_room(story):
    story.given_a_register("9A", taken=False, teacher="T1", cover=a_teacher("COVER"))

    chase(story, "09:15")

    assert recipients(story) == ["cover@example.org"]


def test_a_register_taken_in_time_is_not_chased(story):
    story.given_a_register("9A", taken=True)

    summary = chase(story, "09:15")

    assert summary.missing == 0
    assert story.mailer.calls == []


def test_a_register_taken_while_the_mail_service_was_busy_drops_out(story):
    story.given_a_register("9A", taken=False)
    story.mailer.fail_next(Step.CREATE, RetryLater(dt.timedelta(seconds=5)))
    chase(story, "09:15")

    story.given_a_register("9A", taken=True)
    chase(story, "09:16")

    assert story.mailer.sent == []


def test_nobody_is_chased_before_the_register_closes(story):
    story.given_a_register("9A", taken=False)

    assert chase(story, "09:05").session is None
    assert story.mailer.sent == []


def test_a_reminder_names_no_pupil(story):
    story.given_a_pupil("ALICIA", forename="Alicia", form="9A", code=None)
    story.given_a_register("9A", taken=False)

    chase(story, "09:15")

    (message,) = story.mailer.sent
    assert "Alicia" not in message.text.reveal() + message.subject


def test_the_workbook_shows_the_register_with_its_reminders(story):
    story.given_an_unexplained_absence()
    story.given_a_register("9A", taken=False, teacher="T1", cover=a_teacher("COVER"))
    story.when_the_run_happens("09:12")

    story.given_the_time("09:15")
    chase_job(story.office)

    (row,) = story.attendance.sees("Registers to chase")
    assert (row["Register"], row["In the room"], row["Reminders sent"]) == ("9A", "Mx COVER", "1")


def test_a_teacher_without_an_address_is_not_waited_for(story):
    nobody = Teacher("T1", Personal("Mx T1"), Personal(""))
    head = a_teacher("HEAD")
    story.registers = [RegisterStatus(THIS_MORNING, "9A", RegisterState.NOT_TAKEN, nobody, head_of_department=head)]

    for time in ("09:15", "09:25", "09:35"):
        chase(story, time)

    assert recipients(story) == ["head@example.org"]


def test_a_register_missing_again_after_a_recalled_reminder_is_chased_again(story):
    story.given_a_register("9A", taken=False)
    story.mailer.fail_next(Step.CREATE, RetryLater(dt.timedelta(seconds=30)))
    chase(story, "09:15")
    story.given_a_register("9A", taken=True)
    chase(story, "09:16")

    story.given_a_register("9A", taken=False)
    for time in ("09:17", "09:18"):
        chase(story, time)

    assert recipients(story) == ["t1@example.org"]
