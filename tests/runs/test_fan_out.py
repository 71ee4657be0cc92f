"""From one timer to every school: schools in shards, and what is due and not done of each."""

import contextlib
import logging

import pytest

from firstbell.composition.stores import open_store_for
from firstbell.errors import BadInput, Misconfigured
from firstbell.runs.due import Job, shards_of
from firstbell.runs.fan_out import enqueue_due, shards
from firstbell.runs.schools import PLATFORM, school_keys, settings_of
from firstbell.testing.fake_jobs import FakeJobs
from tests.runs.conftest import QUARTER_TO_TEN


def enqueued(keys=("hill", "lake", "wood"), timetable="jobs"):
    jobs = FakeJobs()
    [shard] = shards_of(keys)
    assert enqueue_due(shard, jobs, timetable=timetable) == len(jobs.enqueued)
    return [(each.school_key, each.job) for each in jobs.enqueued]


def rehearsal_store(key):
    return contextlib.closing(open_store_for(settings_of(key), rehearse=True))


@pytest.mark.usefixtures("trust")
def test_the_timer_names_every_school():
    assert shards() == shards_of(["hill", "lake", "wood"])


@pytest.mark.usefixtures("trust")
def test_each_school_gets_one_message_for_each_due_job():
    found = enqueued()

    assert found == [(key, job) for key in ("hill", "lake", "wood") for job in ("sync", "chase", "first-day-contact")]


@pytest.mark.usefixtures("trust")
def test_what_is_done_is_not_enqueued_again():
    with rehearsal_store("lake") as store:
        store.desk.heartbeat("due sync", at=QUARTER_TO_TEN, due_at=None, outcome="done")

    assert ("lake", Job.SYNC) not in enqueued()
    assert ("hill", Job.SYNC) in enqueued()


def test_a_school_whose_settings_are_broken_does_not_stop_the_others(trust, caplog):
    (trust / "lake" / "school.toml").write_text("[school", encoding="utf-8")

    with caplog.at_level(logging.ERROR):
        found = enqueued()

    assert {key for key, _ in found} == {"hill", "wood"}
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "lake" in caplog.text


def test_broken_settings_are_said_once_in_a_quarter_of_an_hour(trust, caplog):
    (trust / "lake" / "school.toml").write_text("[school", encoding="utf-8")

    with caplog.at_level(logging.INFO):
        found = [*enqueued(timetable="jobs"), *enqueued(timetable="watch")]

    assert "lake" not in dict(found)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_school_whose_calendar_is_broken_gets_its_jobs_so_that_they_can_tell_it(trust):
    (trust / "lake" / "mis" / "calendar.toml").write_text("terms = 1", encoding="utf-8")

    assert ("lake", Job.FIRST_DAY_CONTACT) in enqueued()


def test_a_school_whose_store_is_damaged_gets_its_jobs_so_that_they_can_tell_it(trust):
    (trust / "lake" / "rehearsal").mkdir()
    (trust / "lake" / "rehearsal" / "firstbell.db").write_bytes(b"no database, and longer than a header " * 10)

    assert ("lake", Job.FIRST_DAY_CONTACT) in enqueued()


def test_a_closed_school_gets_nothing(trust):
    calendar = trust / "lake" / "mis" / "calendar.toml"
    calendar.write_text(calendar.read_text().replace("inset = []", "inset = [2026-09-07]"), encoding="utf-8")

    assert {key for key, _ in enqueued()} == {"hill", "wood"}


@pytest.mark.usefixtures("trust")
def test_the_watchdog_has_a_timetable_of_its_own():
    assert enqueued(timetable="watch") == [(key, "watchdog") for key in ("hill", "lake", "wood")]


@pytest.mark.usefixtures("trust")
def test_asking_makes_no_second_message_out_of_a_shard_that_comes_twice():
    assert enqueued() == enqueued()


def test_a_folder_that_bears_another_schools_key_is_refused(trust):
    (trust / "lake").rename(trust / "pond")

    with pytest.raises(Misconfigured, match="'pond' say that its key is 'lake'"):
        settings_of("pond")


def test_one_school_toml_is_a_school_by_itself(trust, monkeypatch):
    monkeypatch.setattr(PLATFORM, "place", trust / "wood" / "school.toml")

    assert school_keys() == ("wood",)
    assert settings_of("wood").school.key == "wood"
    with pytest.raises(Misconfigured):
        settings_of("hill")


def test_a_place_without_schools_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(PLATFORM, "place", tmp_path)

    with pytest.raises(Misconfigured, match=r"put each one's school.toml into a folder"):
        shards()


def test_without_a_place_the_environment_is_asked_for_one(trust, monkeypatch):
    monkeypatch.setattr(PLATFORM, "place", None)
    with pytest.raises(Misconfigured, match="FIRSTBELL_SCHOOLS is not set"):
        school_keys()

    monkeypatch.setenv("FIRSTBELL_SCHOOLS", str(trust))

    assert school_keys() == ["hill", "lake", "wood"]


def test_what_is_no_shard_is_refused():
    with pytest.raises(BadInput):
        enqueue_due('{"schools": ["../etc"]}', FakeJobs(), timetable="jobs")
