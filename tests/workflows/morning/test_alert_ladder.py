"""An alert is never dropped in silence."""

import datetime as dt

from firstbell.errors import RetryLater
from rules.contact.purposes import Purpose
from rules.people import PupilFlags


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
    story.given_the_afternoon(None)

    story.when_the_run_happens("13:50")

    assert story.mailed(Purpose.SAFEGUARDING_ALERT) == ["dee@example.org", "eve@example.org"]
    assert [row["State"] for row in story.safeguarding.sees("Alerts")] == ["not acknowledged"]


def test_a_page_goes_out_after_the_session_has_ended(story):
    given_a_vulnerable_pupil_absent(story)
    story.when_the_run_happens("12:10")

    story.when_the_run_happens("12:26")

    assert story.mailed(Purpose.SAFEGUARDING_ALERT) == ["dee@example.org"]


def test_when_the_whole_team_is_silent_the_office_is_told_once(story):
    given_a_vulnerable_pupil_absent(story)
    for time in ("09:45", "10:01", "10:16"):
        story.when_the_run_happens(time)
    assert story.mailed(Purpose.OFFICE_NOTICE) == []

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

    assert story.mailed(Purpose.SAFEGUARDING_ALERT) == ["dee@example.org"]
