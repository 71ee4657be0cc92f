import contextlib
import datetime as dt
import io

import pytest

from firstbell.cli.init import init_command
from firstbell.composition.clocks import SystemClock
from firstbell.runs.schools import PLATFORM

QUARTER_TO_TEN = dt.datetime(2026, 9, 7, 8, 45, tzinfo=dt.UTC)  # of a Monday in term of the calendar that init writes


def make_school(folder, key):
    """A school as `firstbell init` makes it, with its calendar and no exports yet."""
    people = {"your_name": "Ada Office", "initials": "AO", "email": "ada@example.org", "role": "attendance officer"}
    lead = {"dsl_name": "Dee Safe", "dsl_initials": "DS", "dsl_email": "dee@example.org"}
    with contextlib.redirect_stdout(io.StringIO()):
        init_command(
            folder=folder, name="Hill School", key=key, phone="01632 960001", absence_email="absence@example.org",
            am_opens="08:40", am_closes="09:10", **people, **lead,
        )  # fmt: skip


@pytest.fixture
def set_clock(monkeypatch):
    """Put the platform's clock to a moment."""
    return lambda moment: monkeypatch.setattr(PLATFORM, "ahead", moment - SystemClock().now())


@pytest.fixture
def trust(tmp_path, monkeypatch, set_clock):
    """A folder of three schools, at a quarter to ten on a school day."""
    for key in ("hill", "lake", "wood"):
        make_school(tmp_path / key, key)
    monkeypatch.setattr(PLATFORM, "place", tmp_path)
    set_clock(QUARTER_TO_TEN)
    return tmp_path
