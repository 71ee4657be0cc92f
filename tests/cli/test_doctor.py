"""`firstbell doctor` on a school whose office is on this computer."""

import contextlib
import datetime as dt
import json

import pytest

from firstbell.checks import Check, Verdict, made, ok
from firstbell.composition.clocks import SystemClock
from firstbell.doctor.all_checks import all_checks
from firstbell.errors import RetryLater
from firstbell.settings import EnvironmentSecrets, load_settings


def test_doctor_numbers_what_it_looked_at_and_says_what_needs_a_person(firstbell, morning):
    done = firstbell("doctor", "--config", morning / "school.toml")

    lines = done.stdout.splitlines()
    assert done.returncode == 1, "the exports of the demo are those of its own day"
    assert lines[0].split()[:2] == ["1", "ok"]
    assert "look at this" in done.stdout
    assert "Traceback" not in done.stderr


def test_doctor_tells_a_machine_the_same(firstbell, morning):
    done = firstbell("doctor", "--config", morning / "school.toml", "--json")

    checks = json.loads(done.stdout)["checks"]
    assert [each["number"] for each in checks] == list(range(1, len(checks) + 1))
    assert {each["verdict"] for each in checks} <= set(Verdict)


def test_settings_that_can_not_be_read_are_wrong_use(firstbell, tmp_path):
    done = firstbell("doctor", "--config", tmp_path / "school.toml")

    assert done.returncode == 2
    assert "no such file" in done.stderr


def look(config):
    """What doctor finds, by key."""
    with contextlib.ExitStack() as closing:
        checks = all_checks(load_settings(config), config, EnvironmentSecrets(), SystemClock(), closing)
        return {each.key: each for each in made(checks)}


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("rehearsal = false", "rehearsal = true", "outgoing", "rehearsal_recipients"),
        ("rehearsal = false", "rehearsal = false\nstop = true", "outgoing", "nothing leaves"),
        ('folder = "mis"', 'folder = "nowhere"', "calendar", "no such file"),
        (
            'mailer = "local"',
            'mailer = "smtp"\n[smtp]\nhost = "localhost"\nport = 9\npassword_secret = "post"\nsender = "a@x.test"',
            "secret-1",
            "FIRSTBELL_SECRET_POST",
        ),
        (
            'mailer = "local"',
            'mailer = "smtp"\n[smtp]\nhost = "localhost"\nport = 9\nsender = "a@x.test"',
            "smtp",
            "no answer",
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_is_looked_for(morning, old, new, key, words):
    config = morning / "school.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    found = look(config)[key]

    assert found.verdict in {Verdict.LOOK, Verdict.MEND}
    assert words in found.sentence


def test_a_folder_that_can_not_be_written_is_told_and_the_store_not_looked_for(morning):
    config = morning / "school.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(f'{text}\n[local]\nfolder = "school.toml/below"\n', encoding="utf-8")

    found = look(config)

    assert (found["folder"].verdict, found["store"].verdict) == (Verdict.MEND, Verdict.NOT_CHECKED)


def test_looking_leaves_everything_as_it_was(firstbell, morning):
    before = {path: path.read_bytes() for path in morning.rglob("*") if path.is_file()}

    firstbell("doctor", "--config", morning / "school.toml")

    assert {path: path.read_bytes() for path in morning.rglob("*") if path.is_file()} == before


def test_what_hangs_on_something_broken_is_not_looked_at():
    def away():
        raise RetryLater(dt.timedelta(seconds=5))

    checks = [Check("a", "A", away), Check("b", "B", lambda: ok("fine."), ("a",)), Check("c", "C", lambda: ok("fine."))]

    found = [each.verdict for each in made(checks)]

    assert found == [Verdict.MEND, Verdict.NOT_CHECKED, Verdict.OK]
