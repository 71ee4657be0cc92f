"""A whole morning through the real client of Microsoft 365: no name, address or sentence of it reaches a collector."""

import dataclasses

from firstbell.telemetry import SPANS, job_told
from firstbell.testing.morning_story import MorningStory
from tests.connectors.microsoft365.post_office import open_post_office
from tests.runs.conftest import QUARTER_TO_TEN
from tests.telemetry.conftest import plain

NEVER = ("alicia", "michael", "noor", "gran", "example", "@", "://", "/users", "messages", "$filter")


def test_nobody_of_a_morning_is_in_what_a_collector_is_told(collector, tmp_path):
    with open_post_office(tmp_path) as post:
        story = MorningStory()
        post.empty(story.clock)
        story.office = dataclasses.replace(story.office, mailer=post.mailer)
        for pupil in ("ALICIA", "MICHAEL", "NOOR"):
            story.given_an_unexplained_absence(pupil)
        for time in ("09:45", "09:56", "10:00"):
            with job_told("hill", "first-day-contact", QUARTER_TO_TEN, QUARTER_TO_TEN):
                story.when_the_run_happens(time)

    requests = [plain(span.attributes) for span in collector.spans if span.name == "outside request"]
    assert [each["class"] for each in requests].count("never twice") == 3
    assert {each["service"] for each in requests} == {"microsoft365"}
    assert {span.name for span in collector.spans} == set(SPANS)
    told = "\n".join(collector.texts()).casefold()
    assert [word for word in NEVER if word in told] == []
