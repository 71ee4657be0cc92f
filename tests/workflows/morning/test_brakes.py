"""A release stands for what two people saw, and for no more."""

from firstbell.testing.morning_story import SETTINGS, THIS_MORNING, MorningStory
from firstbell.workflows.morning.brakes import WHOLE_SCHOOL, brake_key


def test_a_release_for_the_late_hour_does_not_release_an_unusual_number(story):
    story.given_an_unexplained_absence("ALICIA")
    story.when_the_run_happens("12:01")
    brake = brake_key(THIS_MORNING, WHOLE_SCHOOL)
    story.when_somebody_types("Queue", brake, Decision="release", Initials="AO", Second_initials="BO")
    story.given_everybody_is_absent()
    for time in ("12:02", "12:14"):
        story.when_the_run_happens(time)

    assert story.told() == []


def test_two_people_who_released_a_dozen_have_not_released_the_whole_school(story):
    for number in range(12):
        story.given_an_unexplained_absence(f"Q{number:02}", form=f"{number % 9 + 1}Q")
    story.when_the_run_happens("09:45")
    story.when_two_people_release_every_brake()
    story.when_the_run_happens("09:46")

    for number in range(40):
        story.given_an_unexplained_absence(f"R{number:02}", form=f"{number % 9 + 1}R")
    for time in ("09:50", "10:01"):
        story.when_the_run_happens(time)

    assert story.told() == []


def test_a_released_brake_that_somebody_stops_again_holds_again(story):
    story.given_everybody_is_absent()
    story.when_the_run_happens("09:45")
    story.when_two_people_release_every_brake()
    story.when_the_run_happens("09:46")

    for key in story.brakes():
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
