"""The time, chance and the environment are read in their homes only; everywhere else they are arguments or ports."""

import pytest

COMPOSITION = ("firstbell/composition.py",)
ENVIRONMENT = ("firstbell/settings/environment.py",)
HOMES = {
    "datetime.datetime.now": COMPOSITION,
    "datetime.datetime.today": COMPOSITION,
    "datetime.datetime.utcnow": (),
    "datetime.date.today": (),
    "time": COMPOSITION,
    # Each names a run that was given no name: who holds a lease, who made a draft; nothing else hangs on it.
    "uuid": (*COMPOSITION, "connectors/store_sql/desk.py", "connectors/local/outbox.py"),
    "secrets": (*COMPOSITION, "connectors/local/workbook_file.py"),  # the name of a file that stands for a moment
    "email.utils.make_msgid": COMPOSITION,
    "email.utils.localtime": COMPOSITION,
    "os.environ": ENVIRONMENT,
    "os.getenv": ENVIRONMENT,
    "os.urandom": COMPOSITION,
    "locale": (),
}
# A service of pretence waits, draws ids and makes tokens, as the real one does.
SANDBOX = "firstbell/testing/microsoft/"
SEEDED = {"random", "random.Random"}  # a generator with a seed of its own is no chance


def offences(source):
    for line, name in source.uses():
        for banned, homes in HOMES.items():
            if (name == banned or name.startswith(banned + ".")) and source.path not in homes:
                yield f"{source.path}:{line} reads {name}"
        if name.startswith("random.") and ".".join(name.split(".")[:2]) not in SEEDED:
            yield f"{source.path}:{line} reads {name}"


def test_nothing_reads_the_clock_or_the_environment_outside_its_home(sources):
    at_school = [source for source in sources if not source.path.startswith(SANDBOX)]

    found = [offence for source in at_school for offence in offences(source)]

    assert found == [], (
        "take the date or the Clock port as an argument; read the environment in firstbell/settings/environment.py "
        "and anything else the machine decides in firstbell/composition.py"
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


def test_the_guard_lets_plain_dates_and_seeded_generators_pass(source):
    text = "import datetime as dt\nimport random\ndt.date(2026, 11, 23)\nrandom.Random(7).shuffle([])"

    assert list(offences(source(text))) == []
