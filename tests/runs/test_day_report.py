"""The report over a trust of three schools: what ran, what failed, what did not, and who could not be asked."""

import contextlib
import datetime as dt
import json

import pytest

from firstbell.composition.stores import open_store_for
from firstbell.errors import BadInput, FirstbellError
from firstbell.job_days import Try
from firstbell.runs import many_schools
from firstbell.runs.day_report import as_table, day_report
from firstbell.runs.due import DueJob, Job
from firstbell.runs.report_asked import report_asked
from firstbell.runs.school_job import run_due_job
from firstbell.runs.schools import school_keys, settings_of
from firstbell.runs.standing import Standing
from tests.runs.conftest import QUARTER_TO_TEN

MONDAY = QUARTER_TO_TEN.date()
FRIDAY = MONDAY - dt.timedelta(days=3)
DUE = {Job.SELF_CHECK: "02:00", Job.RETENTION: "02:00", Job.SYNC: "06:00", Job.CHASE: "08:15", Job.WATCHDOG: "06:00"}
AGAIN = {Job.CHASE: "08:30", Job.WATCHDOG: "08:30"}


def note(key, job, *times, error="", day=MONDAY):
    """Tries of a job of the school, a minute long each, at these times in UTC or when it was due."""
    with contextlib.closing(open_store_for(settings_of(key), rehearse=True)) as store:
        for time in times or filter(None, (DUE[job], AGAIN.get(job))):
            began = dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=dt.UTC)
            ended = began + dt.timedelta(minutes=1)
            store.desk.note_try(Try(job, day, began, ended, error, needs=2, figures={"pupils": 900}))


@pytest.fixture
def all_done(trust):
    """The trust at a quarter to ten, with everything done that was due."""
    for key in ("hill", "lake", "wood"):
        for job in DUE:
            note(key, job)
    return trust


def report(day=None, *, every_school=False):
    return day_report(school_keys(), day, every_school=every_school)


def standing_of(found):
    return {school.key: school.standing for school in found.schools}


def words_of(school):
    return {job.job: job.words for job in school.jobs}


@pytest.mark.usefixtures("all_done")
def test_where_all_is_done_one_sentence_says_so():
    found = report()

    assert found.sentence() == "3 schools: 3 done"
    assert found.schools == ()
    assert not found.needs_a_person


@pytest.mark.usefixtures("all_done")
def test_schools_that_need_a_look_are_listed_with_what_failed():
    note("hill", Job.SYNC, "06:02", error="BadInput")
    note("wood", Job.CHASE, "08:31", error="RetryLater")

    found = report()

    assert found.sentence() == "3 schools: 1 done, 2 failed"
    assert standing_of(found) == {"hill": Standing.FAILED, "wood": Standing.FAILED}
    assert words_of(found.schools[0])[Job.SYNC] == "failed 1 time: BadInput"
    assert found.needs_a_person


@pytest.mark.usefixtures("trust")
def test_a_school_whose_store_was_never_made_has_not_run():
    assert report().sentence() == "3 schools: 3 not run"


@pytest.mark.usefixtures("trust")
def test_a_school_that_is_late_needs_a_look_and_no_person():
    for key in ("hill", "lake", "wood"):
        for job in DUE:
            note(key, job, *(["08:30"] if key == "hill" else []))

    found = report()

    assert standing_of(found) == {"hill": Standing.DONE_LATE}
    assert not found.needs_a_person


def test_a_school_whose_settings_are_broken_could_not_be_asked_and_hides_no_other(all_done):
    (all_done / "lake" / "school.toml").write_text("[school", encoding="utf-8")

    found = report()

    assert found.sentence() == "3 schools: 2 done, 1 not asked"
    [lake] = found.schools
    assert lake.sentence.startswith("school.toml: found what is not TOML")


def test_a_school_whose_store_is_damaged_could_not_be_asked(all_done):
    (all_done / "lake" / "rehearsal" / "firstbell.db").write_bytes(b"no database, and longer than a header " * 10)

    assert standing_of(report()) == {"lake": Standing.NOT_ASKED}


def test_a_school_that_is_closed_is_asked_for_its_night_alone(all_done):
    calendar = all_done / "lake" / "mis" / "calendar.toml"
    calendar.write_text(calendar.read_text().replace("inset = []", "inset = [2026-09-07]"), encoding="utf-8")

    lake = {school.key: school for school in report(every_school=True).schools}["lake"]

    assert list(words_of(lake)) == [Job.SELF_CHECK, Job.RETENTION]
    assert lake.standing is Standing.DONE


@pytest.mark.usefixtures("trust")
def test_a_day_before_is_looked_at_to_its_end():
    for job in DUE:
        note("hill", job, day=FRIDAY)

    words = words_of(report(FRIDAY).schools[0])

    assert words[Job.SYNC] == "done"
    assert words[Job.CHASE].startswith("not run for ")
    assert words[Job.FIRST_DAY_CONTACT] == "not run for 7 h 15 min"


@pytest.mark.usefixtures("trust")
def test_what_a_real_job_leaves_is_what_the_report_reads():
    run_due_job(DueJob("hill", Job.SELF_CHECK, QUARTER_TO_TEN).to_text())
    for _ in range(2):
        with pytest.raises(FirstbellError):
            run_due_job(DueJob("hill", Job.FIRST_DAY_CONTACT, QUARTER_TO_TEN).to_text())

    words = words_of(report().schools[0])

    assert words[Job.SELF_CHECK] == "done 6 h 45 min late"
    assert words[Job.FIRST_DAY_CONTACT] == "failed 2 times: BadInput"


@pytest.mark.usefixtures("all_done")
def test_as_plain_values_it_says_when_and_how_long_and_how_much_and_names_nobody():
    table = as_table(report(every_school=True))

    [sync] = [job for job in table["schools"][0]["jobs"] if job["job"] == "sync"]
    assert (table["on"], table["ok"], table["looked_at"], table["next"]) == ("2026-09-07", True, 3, "")
    assert (sync["due_at"], sync["first_done_at"]) == ("2026-09-07T06:00:00+00:00", "2026-09-07T06:01:00+00:00")
    assert (sync["longest_seconds"], sync["needs"], sync["figures"]) == (60, 2, {"pupils": 900})
    assert not any(told in json.dumps(table) for told in ("Ada", "ada@", "Dee", "absence@", "Hill School"))


@pytest.mark.usefixtures("all_done")
def test_asked_over_http_it_begins_at_a_key_and_says_where_to_go_on(monkeypatch):
    assert report_asked({"from": "lake"})["looked_at"] == 2
    assert [school["school"] for school in report_asked({"school": "lake", "code": "a key"})["schools"]] == ["lake"]

    monkeypatch.setattr("firstbell.runs.report_asked.ANSWER_WITHIN", dt.timedelta())
    monkeypatch.setattr(many_schools, "AT_ONCE", 1)

    assert report_asked({})["next"] == "hill"


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize(
    "asked", [{"on": "tomorrow"}, {"on": "2026-09-08"}, {"on": "2026-08-02"}, {"school": "../hill"}, {"weather": "now"}]
)
def test_what_can_not_be_asked_is_refused_in_a_sentence(asked):
    with pytest.raises(BadInput, match="expected"):
        report_asked(asked)


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize("day", ["2026-09-07", "2026-08-03"])
def test_five_weeks_back_can_be_asked(day):
    assert report_asked({"on": day})["on"] == day
