"""Secrets: that each is there, that none stands in `school.toml`, and how far a change of one has come."""

import contextlib
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from connectors._rotation import Taken, taken
from firstbell.checks import Check, Found, look_at, mend, ok
from firstbell.errors import Misconfigured
from firstbell.ports import Secrets
from firstbell.records import Secret
from firstbell.settings import Settings, settings_text

SHORTEST = 8  # characters; something shorter would be found in words that stand there rightly
# What is a secret whosever it is: the signature in a workflow's address, and a key.
ALWAYS_SECRET = re.compile(r"[?&]sig=|PRIVATE KEY-----")


def secrets_in_use(settings: Settings) -> dict[str, str]:
    """The names of the secrets that the settings speak of, with who takes each."""
    cloud = settings.microsoft365
    is_own = cloud is not None and cloud.sign_in == "secret"
    named = {
        settings.smtp.password_secret if settings.smtp else "": "the mail server",
        settings.store.password_secret: "the store",
        cloud.secret if cloud else "": "Microsoft 365" if is_own else "the certificate's file",
        cloud.channel.webhook_secret if cloud and cloud.channel else "": "the channel's workflow",
    }
    return {name: whose for name, whose in named.items() if name}


def presence_checks(settings: Settings, secrets: Secrets) -> Iterator[Check]:
    """One for each secret."""
    for number, name in enumerate(secrets_in_use(settings), 1):
        yield Check(f"secret-{number}", f"Secret {number}", partial(_is_set, secrets, name))


def change_checks(settings: Settings, secrets: Secrets) -> Iterator[Check]:
    """One for each secret that is being changed. They come last: what signs in shows which value is taken."""
    for number, (name, whose) in enumerate(secrets_in_use(settings).items(), 1):
        with contextlib.suppress(Misconfigured):  # that it is not set has been told
            secret = secrets.secret(name)
            if len(secret.values) > 1:
                yield Check(f"change-{number}", f"The change of secret {number}", partial(_change, secret, whose))


def settings_hold_no_secret(file: Path, settings: Settings, secrets: Secrets) -> Found:
    """Looks for the values of the secrets in the whole text of `school.toml`, its comments among it."""
    values = [value for name in secrets_in_use(settings) for value in _values(secrets, name) if len(value) >= SHORTEST]
    for row, line in enumerate(settings_text(file).splitlines(), 1):
        if ALWAYS_SECRET.search(line) or any(value in line for value in values):
            return mend(f"a secret stands in line {row} of school.toml: take it out, and change it. It has been read.")
    return ok("school.toml can be read, and no secret stands in it.")


def _values(secrets: Secrets, name: str) -> tuple[str, ...]:
    with contextlib.suppress(Misconfigured):
        return secrets.secret(name).values
    return ()


def _is_set(secrets: Secrets, name: str) -> Found:
    secrets.secret(name)
    return ok("it is set.")


def _change(secret: Secret, whose: str) -> Found:
    match taken(secret):
        case Taken.PREVIOUS:
            return look_at(f"{whose} still takes the previous value of '{secret.name}': set the new one there.")
        case Taken.CURRENT:
            return look_at(f"{whose} takes the current value of '{secret.name}': take the previous one away.")
        case None:
            return look_at(f"'{secret.name}' has a previous value; which one {whose} takes was not seen here.")
