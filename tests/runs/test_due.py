"""Messages of the queue: keys, jobs and moments, and nothing else is taken for one."""

import datetime as dt
import json
import re

import pytest

from firstbell.errors import BadInput
from firstbell.runs.due import SHARD_SIZE, DueJob, Job, MessagesOut, due_job_from, schools_in, shards_of
from firstbell.settings import SchoolSettings
from firstbell.testing.jobs_conformance import DUE, JobsConformance, JobsRig

MESSAGE = {"school": "hill", "job": "sync", "due_at": "2026-11-23T07:00:00+00:00"}


class TestMessagesOutConform(JobsConformance):
    @pytest.fixture
    def rig(self):
        out = MessagesOut()

        def waiting():
            found = map(due_job_from, out.texts)
            return [(each.school_key, each.job, each.due_at) for each in found]

        return JobsRig(out, waiting)


def test_a_message_holds_the_school_the_job_and_the_moment_and_nothing_else():
    text = DueJob("hill", Job.SYNC, dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)).to_text()

    assert json.loads(text) == MESSAGE


def test_what_is_left_of_a_job_has_its_moment_besides():
    moment = dt.datetime(2026, 11, 23, 7, 5, 4, tzinfo=dt.UTC)
    left = DueJob("hill", Job.SYNC, dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC), moment)

    assert json.loads(left.to_text()) == MESSAGE | {"go_on_at": "2026-11-23T07:05:04+00:00"}
    assert due_job_from(left.to_text()) == left
    assert (left.since, due_job_from(json.dumps(MESSAGE)).since) == (moment, left.due_at)


@pytest.mark.parametrize(
    "change",
    [
        {"job": "no such job"},
        {"job": 3},
        {"school": "../hill"},
        {"school": "hill/x"},
        {"school": ""},
        {"due_at": "2026-11-23T07:00:00"},
        {"due_at": "soon"},
        {"pupil": "P01"},
        {"go_on_at": "2026-11-23T07:05:04"},
        {"go_on_at": ""},
        {"go_on_at": None},
        {"go_on_at": "2026-11-23T07:05:04+00:00", "pupil": "P01"},
    ],
    ids=str,
)
def test_what_is_no_message_is_refused_and_not_repeated(change):
    with pytest.raises(BadInput) as refused:
        due_job_from(json.dumps(MESSAGE | change))

    assert str(refused.value) == (
        "a message on the queue: found what Firstbell did not put there, expected school job due_at"
    )


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"hill"', '{"school": "hill"}', "[" * 100_000])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(BadInput, match="message on the queue"):
        due_job_from(text)
    with pytest.raises(BadInput, match="message on the queue"):
        schools_in(text)


def test_every_school_is_in_exactly_one_shard_and_a_shard_fits_in_a_message():
    keys = [f"{'a' * 36}{number:05}" for number in range(24_000)]

    shards = shards_of(keys)

    assert len(shards) == 24_000 / SHARD_SIZE
    assert [key for shard in shards for key in schools_in(shard)] == keys
    assert max(map(len, shards)) < 48 * 1024  # of 64 KB, of which base64 takes a quarter


def test_a_job_that_does_not_exist_is_not_enqueued():
    with pytest.raises(ValueError, match="no such job"):
        MessagesOut().enqueue("hill", "no such job", DUE)


@pytest.mark.parametrize("key", ["hill", "a1", "a" * 41, "Hill", "a", "a" * 42, "-hill", "hi_ll"])
def test_a_key_of_a_message_is_one_that_settings_take(key):
    pattern = SchoolSettings.model_json_schema()["properties"]["key"]["pattern"]

    def is_taken():
        try:
            return bool(schools_in(json.dumps({"schools": [key]})))
        except BadInput:
            return False

    assert is_taken() == bool(re.search(pattern, key))
