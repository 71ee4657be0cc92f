"""The time, chance and the environment are read in their homes only; everywhere else they are arguments or ports."""

import dataclasses

import pytest

COMPOSITION = ("firstbell/composition/clocks.py",)
ENVIRONMENT = ("firstbell/settings/environment.py",)
# It plays the computers of somebody else, which have a clock of their own and make up tokens nobody can guess.
SOMEBODY_ELSE = "firstbell/testing/microsoft/"
THEIRS = ("datetime.datetime.now", "secrets", "time", "uuid")
HOMES = {
    "datetime.datetime.now": COMPOSITION,
    "datetime.datetime.today": COMPOSITION,
    "datetime.datetime.utcnow": (),
    "datetime.date.today": (),
    "time": COMPOSITION,
    # Each names a run that was given no name: who holds a lease, who made a draft; nothing else hangs on it.
    # The last of them names a request to Microsoft, so that it can be found there.
    "uuid": (
        *COMPOSITION,
        "connectors/store_sql/desk.py",
        "connectors/local/outbox.py",
        "connectors/microsoft365/graph.py",
        "firstbell/telemetry.py",  # which process told of a figure
    ),
    "secrets": (*COMPOSITION, "connectors/local/workbook_file.py"),  # the name of a file that stands for a moment
    "email.utils.make_msgid": COMPOSITION,
    "email.utils.localtime": COMPOSITION,
    "os.environ": ENVIRONMENT,
    "os.getenv": ENVIRONMENT,
    "os.urandom": COMPOSITION,
    "locale": (),
}
WAITS = {("connectors/microsoft365/graph.py", "time.sleep")}  # as long as Graph asks for; it reads no clock
SEEDED = {"random", "random.Random"}  # a generator with a seed of its own is no chance


def offences(source):
    for line, name in source.uses():
        for banned, homes in HOMES.items():
            is_used = name == banned or name.startswith(banned + ".")
            is_theirs = banned in THEIRS and source.path.startswith(SOMEBODY_ELSE)
            if is_used and source.path not in homes and not is_theirs and not waits(source, name):
                yield f"{source.path}:{line} reads {name}"
        if name.startswith("random.") and ".".join(name.split(".")[:2]) not in SEEDED:
            yield f"{source.path}:{line} reads {name}"


def waits(source, name):
    """Whether it is the one function, or the module it is taken from, where waiting is allowed."""
    return (source.path, name) in WAITS or ((source.path, f"{name}.sleep") in WAITS and name == "time")


def test_nothing_reads_the_clock_or_the_environment_outside_its_home(sources):
    found = [offence for source in sources for offence in offences(source)]

    assert found == [], (
        "take the date or the Clock port as an argument; read the environment in firstbell/settings/environment.py "
        "and anything else the machine decides in firstbell/composition/clocks.py"
    )


@pytest.mark.parametrize(
    "text",
    [
        "import datetime as dt\ndt.datetime.now(dt.UTC)",
        "from datetime import date\ndate.today()",
        "from os import environ\nenviron['HOME']",
        "import os\nos.getenv('HOME')",
        "from time import sleep\nsleep(1)",
        "import random\nrandom.random()",
        "from random import shuffle\nshuffle([])",
        "def late():\n    import uuid\n    return uuid.uuid4()",
    ],
)
def test_the_guard_sees(text, source):
    assert list(offences(source(text)))


def test_who_may_wait_may_not_ask_what_time_it_is(source):
    text = "import time\ntime.sleep(1)\ntime.time()\ntime.monotonic()"
    graph = dataclasses.replace(source(text), path="connectors/microsoft365/graph.py")

    assert [offence.partition(" reads ")[2] for offence in offences(graph)] == ["time.time", "time.monotonic"]


def test_the_guard_lets_plain_dates_and_seeded_generators_pass(source):
    text = "import datetime as dt\nimport random\ndt.date(2026, 11, 23)\nrandom.Random(7).shuffle([])"

    assert list(offences(source(text))) == []
