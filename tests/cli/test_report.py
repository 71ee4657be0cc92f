"""`firstbell report` by the real command: what ran, in words and as JSON, with the exit code of the house."""

import json
import shutil

import pytest

NINE, TEN = "2026-11-23T09:00", "2026-11-23T10:30"


@pytest.fixture
def school(firstbell, morning):
    """The demo's school, whose roll was read this morning by hand and nothing else."""
    config = morning / "school.toml"
    assert firstbell("run", "sync", "--config", config, "--at", "2026-11-23T07:01").returncode in {0, 1}
    return config


def report(firstbell, config, at, *more):
    done = firstbell("report", "--config", config, "--at", at, *more)
    assert done.stderr == ""
    return done


def test_one_school_shows_each_of_its_jobs(firstbell, school):
    done = report(firstbell, school, TEN)

    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.strip()}
    assert done.returncode == 1
    assert done.stdout.startswith("Monday 23 November 2026, 10:30\n1 school: 1 not run.\n")
    assert (*rows["sync"][1:3], rows["sync"][-1]) == ("07:00", "07:01", "done")
    assert " ".join(rows["first-day-contact"]) == "first-day-contact 09:45 not run for 45 min"


def test_a_folder_of_schools_shows_those_that_need_a_look(firstbell, school, tmp_path):
    schools = tmp_path / "schools"
    shutil.copytree(school.parent, schools / "example-hill")
    (schools / "broken-hill").mkdir()
    (schools / "broken-hill" / "school.toml").write_text("[school", encoding="utf-8")

    done = report(firstbell, schools, NINE)

    assert done.returncode == 1
    assert "2 schools: 1 not run, 1 not asked." in done.stdout
    assert "broken-hill not asked: school.toml: found what is not TOML" in done.stdout
    assert "sync " not in done.stdout
    assert "sync " in report(firstbell, schools, NINE, "--all").stdout


def test_as_json_it_is_one_object(firstbell, school):
    told = json.loads(report(firstbell, school, TEN, "--json").stdout)

    jobs = {job["job"]: job for job in told["schools"][0]["jobs"]}
    assert told["counts"]["not run"] == 1
    assert jobs["sync"]["done"] == 1
    assert jobs["sync"]["figures"]["pupils"] > 0
    assert "began_at" not in jobs["first-day-contact"]


@pytest.mark.parametrize("on", ["2026-11-24", "2026-10-18"])
def test_a_day_that_can_not_be_told_of_is_refused(firstbell, school, on):
    done = firstbell("report", "--config", school, "--at", TEN, "--on", on)

    assert done.returncode == 2
    assert "five weeks are kept" in done.stderr


def test_where_all_is_done_the_exit_code_is_nought(firstbell, school):
    for job in ("self-check", "retention"):
        assert firstbell("run", job, "--config", school, "--at", "2026-11-22T03:00").returncode in {0, 1}

    done = report(firstbell, school, TEN, "--on", "2026-11-22")

    assert done.returncode == 0
    assert done.stdout.startswith("Sunday 22 November 2026\n1 school: 1 done.\n")


def test_a_place_without_a_school_is_said_in_one_sentence(firstbell, tmp_path):
    done = firstbell("report", "--config", tmp_path / "nowhere.toml")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
