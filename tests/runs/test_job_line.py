"""One line for each job: figures that can be counted, in JSON for a log and in words for a person."""

import datetime as dt
import json
import logging

from firstbell.errors import NeedsHuman
from firstbell.runs.due import DueJob, Job
from firstbell.runs.job_line import JobLine
from firstbell.runs.reports import RunReport
from firstbell.serve.google import StructuredLines

DUE = DueJob("hill", Job.FIRST_DAY_CONTACT, dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC))
NEEDS = ("Telephone the mother of Quillfeather Marrow.",)
REPORT = RunReport(Job.FIRST_DAY_CONTACT, "First-day contact", {"messages sent": 3, "alerts": 0}, NEEDS)


def test_it_has_the_figures_of_the_run_and_only_the_number_of_what_needs_a_person():
    assert json.loads(str(JobLine.ended(DUE, REPORT))) == {
        "event": "job",
        "school": "hill",
        "job": "first-day-contact",
        "due_at": "2026-11-23T09:45:00+00:00",
        "outcome": "done",
        "seconds": 0.0,
        "figures": {"messages sent": 3},
        "needs": 1,
        "go_on_at": "",
        "error": "",
        "why": "",
    }


def test_in_words_it_says_the_same():
    assert JobLine.ended(DUE, REPORT).in_words() == (
        "hill first-day-contact done; messages sent: 3; needing a person: 1"
    )
    assert JobLine.ended(DUE, None).in_words() == "hill first-day-contact was done before"


def test_what_stopped_a_job_is_its_kind_and_its_sentence():
    line = JobLine.failed(DUE, NeedsHuman("the marks are old", "export them again"))

    assert (line.error, line.figures) == ("NeedsHuman", {})
    assert line.in_words().startswith("hill first-day-contact: the marks are old")


def test_on_google_its_fields_can_be_searched_beside_the_words():
    record = logging.LogRecord("firstbell.runs", logging.INFO, "", 0, JobLine.ended(DUE, None), None, None)

    told = json.loads(StructuredLines().format(record))

    assert (told["severity"], told["message"]) == ("INFO", "hill first-day-contact was done before")
    assert (told["school"], told["outcome"]) == ("hill", "was done before")
