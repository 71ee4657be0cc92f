"""The Health sheet: what to mend before the morning it is needed."""

from firstbell.testing.morning_story import THIS_MORNING
from firstbell.workflows.row_keys import pupil_session_key
from rules.codes import AttendanceCode


def wrongs(story, pupil="Alicia"):
    return [row["What is wrong"] for row in story.attendance.sees("Health") if pupil in row["About"]]


def test_a_pupil_nobody_can_be_told_about_stands_first(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    story.given_a_contact("MUM", "ALICIA", parental_responsibility=None)

    story.when_the_run_happens("09:45")

    assert wrongs(story)[0] == "Nobody can be told by message when this pupil is absent."
    assert any("parental responsibility" in wrong for wrong in wrongs(story))


def test_a_pupil_with_two_good_contacts_needs_nothing(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    story.given_a_contact("MUM", "ALICIA")
    story.given_a_contact("DAD", "ALICIA", priority=2)

    story.when_the_run_happens("09:45")

    assert wrongs(story) == []


def test_an_address_that_bounced_is_to_be_mended(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    story.when_the_run_happens("09:56")
    story.mailer.bounce(story.mailer.sent[0].key, at=story.clock.now())

    story.when_the_run_happens("10:00")

    assert "A message to a contact came back." in wrongs(story)


def test_a_reason_for_absence_beside_a_present_mark_is_a_contradiction(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("09:45")
    key = pupil_session_key("ALICIA", THIS_MORNING)
    story.when_somebody_types("Today", key, Reason_given="poorly", Initials="AO")
    story.when_the_run_happens("09:50")

    story.given_the_mark("ALICIA", AttendanceCode.PRESENT_MORNING)
    story.when_the_run_happens("09:55")

    assert wrongs(story)[0].startswith("A reason for absence was given")


def test_a_landline_where_a_mobile_is_expected_is_said(story):
    story.given_a_pupil("ALICIA", forename="Alicia")
    story.given_a_contact("MUM", "ALICIA", phone="01632 960111")

    story.when_the_run_happens("09:45")

    assert any("landline" in wrong for wrong in wrongs(story))


def test_a_court_order_is_not_told_to_tutors_who_read_the_workbook(story):
    story.given_an_unexplained_absence("ALICIA")
    story.links.clear()
    story.given_a_contact("DAD", "ALICIA", is_blocked=True)

    story.when_the_run_happens("09:45")

    shown = str([story.attendance.sees(sheet) for sheet in ("Today", "Queue", "Phone list", "Health", "Contact log")])
    assert "must not be contacted" not in shown
    assert "ask the safeguarding team" in shown
