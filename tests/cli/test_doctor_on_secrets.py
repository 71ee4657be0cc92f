"""`firstbell doctor` on secrets: none stands in `school.toml`, and a change of one is followed to its end."""

from itertools import count

import pytest

from connectors._rotation import signed_in
from firstbell.checks import Verdict, made
from firstbell.doctor.secret_checks import change_checks, settings_hold_no_secret
from firstbell.settings import load_settings
from firstbell.testing.fake_secrets import FakeSecrets

NUMBERS = count()
NAMED = 'mailer = "smtp"\n[smtp]\nhost = "localhost"\nport = 9\nsender = "a@x.test"\npassword_secret = "{}"\n'


class Refused(Exception):
    pass


@pytest.fixture
def name():
    """The name of a secret that no other test has signed in with."""
    return f"post{next(NUMBERS)}"


@pytest.fixture
def config(morning, name):
    config = morning / "school.toml"
    text = config.read_text(encoding="utf-8").replace('mailer = "local"\n', NAMED.format(name))
    config.write_text(text, encoding="utf-8")
    return config


def secrets_of(name, current, previous=""):
    return FakeSecrets(**{name: current, f"{name}_previous": previous})


def sign_in(secret, right):
    def try_it(value):
        if value != right:
            raise Refused

    signed_in(secret, try_it, Refused)


def found_in(config, *values):
    """What the check of the settings says, when the secret has these values."""
    settings = load_settings(config)
    return settings_hold_no_secret(config, settings, secrets_of(settings.smtp.password_secret, *values))


def test_settings_that_only_name_their_secrets_are_as_they_should_be(config):
    found = found_in(config, "correct horse", "battery staple")

    assert (found.verdict, found.sentence) == (Verdict.OK, "school.toml can be read, and no secret stands in it.")


@pytest.mark.parametrize(
    "line",
    [
        "# the password is: correct horse",
        "# it was battery staple until May",
        "# https://x.environment.api.powerplatform.com/workflows/1?api-version=1&sig=abc",
        "# -----BEGIN PRIVATE " + "KEY-----",
    ],
)
def test_a_secret_that_somebody_wrote_into_the_settings_is_told_by_its_line_and_never_shown(config, line):
    config.write_text(f"# Ours\n{line}\n{config.read_text(encoding='utf-8')}", encoding="utf-8")

    found = found_in(config, "correct horse", "battery staple")

    assert found.verdict is Verdict.MEND
    assert "stands in line 2 of school.toml: take it out" in found.sentence
    assert line not in found.sentence


def test_secrets_that_are_not_set_are_no_reason_not_to_look(config):
    assert settings_hold_no_secret(config, load_settings(config), FakeSecrets()).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("right", "sentence"),
    [
        ("old", "the mail server still takes the previous value of '{}': set the new one there."),
        ("new", "the mail server takes the current value of '{}': take the previous one away."),
        (None, "'{}' has a previous value; which one the mail server takes was not seen here."),
    ],
)
def test_how_far_a_change_has_come_is_said_by_who_takes_what(config, name, right, sentence):
    secrets = secrets_of(name, "new", "old")
    if right:
        sign_in(secrets.secret(name), right)

    [checked] = made(change_checks(load_settings(config), secrets))

    assert (checked.number, checked.key, checked.verdict) == (1, "change-1", Verdict.LOOK)
    assert checked.sentence == sentence.format(name)


@pytest.mark.parametrize("values", [("new",), ("new", "new"), ("",)])
def test_where_no_secret_is_being_changed_there_is_nothing_to_say(config, name, values):
    assert list(change_checks(load_settings(config), secrets_of(name, *values))) == []
