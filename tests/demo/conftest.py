import datetime as dt
from functools import cache

import pytest

from firstbell.demo.exports import Exports
from firstbell.demo.morning import make_morning
from firstbell.demo.school import make_school

MONDAY = dt.date(2026, 11, 23)


@cache
def the_school(day=MONDAY, pupils=1264, seed=1):
    return make_school(day, pupils=pupils, seed=seed)


@pytest.fixture
def school():
    return the_school()


@pytest.fixture
def school_on():
    """The same school is made once for all tests that ask for it; nothing in it can be changed."""
    return the_school


@pytest.fixture
def export(tmp_path):
    """Export a school as it is after a number of moments, and return the folder."""

    def write(school, moments=0, name="export"):
        folder = tmp_path / name
        morning = make_morning(school)
        exports = Exports(folder, school)
        exports.write(morning[0].at)
        for moment in morning[:moments]:
            exports.play(moment)
        return folder

    return write
