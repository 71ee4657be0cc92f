"""What whoever runs the platform learns with a key: which schools can't be run, and why, and nobody's name."""

import datetime as dt
import json

import pytest

from firstbell.doctor.platform import schools_health
from firstbell.errors import BadInput, Misconfigured
from firstbell.runs import many_schools
from firstbell.runs.schools import PLATFORM


@pytest.mark.usefixtures("trust")
def test_where_every_schools_settings_can_be_read_there_is_nothing_to_mend():
    assert schools_health() == (True, {"ok": True, "checks": [], "looked_at": 3, "next": ""})


def test_a_school_whose_settings_are_broken_is_named_by_its_key_and_number(trust):
    (trust / "lake" / "school.toml").write_text("[school", encoding="utf-8")

    is_ok, found = schools_health()

    [check] = found["checks"]
    assert not is_ok
    assert (check["number"], check["key"], check["verdict"]) == (2, "lake", "mend this")
    assert "school.toml" in check["sentence"]


@pytest.mark.usefixtures("trust")
def test_one_school_is_looked_at_closely_and_nobody_is_named():
    _, found = schools_health("hill")

    checks = {check["key"]: check["verdict"] for check in found["checks"]}
    assert checks["settings"] == checks["calendar"] == "ok"
    assert checks["exports"] == "mend this"  # there are none yet
    assert not any(told in json.dumps(found) for told in ("Ada", "ada@", "Dee", "absence@"))


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize("key", ["../hill", "nowhere", "Hill School"])
def test_what_is_no_school_of_ours_is_refused(key):
    with pytest.raises(BadInput):
        schools_health(key)


def test_a_platform_without_schools_is_not_well(tmp_path, monkeypatch):
    monkeypatch.setattr(PLATFORM, "place", tmp_path)

    with pytest.raises(Misconfigured):
        schools_health()


def test_schools_are_looked_at_from_a_key_on(trust):
    for key in ("hill", "wood"):
        (trust / key / "school.toml").write_text("[school", encoding="utf-8")

    _, found = schools_health(first="lake")

    assert [check["key"] for check in found["checks"]] == ["wood"]
    assert found["looked_at"] == 2


@pytest.mark.usefixtures("trust")
def test_an_answer_that_takes_too_long_says_where_to_go_on(monkeypatch):
    monkeypatch.setattr(many_schools, "AT_ONCE", 2)
    monkeypatch.setattr("firstbell.doctor.platform.ANSWER_WITHIN", dt.timedelta())

    _, found = schools_health(first="lake")

    assert (found["looked_at"], found["next"]) == (0, "lake")
