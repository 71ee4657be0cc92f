"""What `firstbell doctor` asks of a mail server: to be let in, and nothing more."""

import contextlib
from collections.abc import Iterator
from functools import partial

from connectors.smtp.connection import TIMEOUT_SECONDS, Connection
from firstbell.checks import Check, Found, ok
from firstbell.ports import Secrets
from firstbell.settings import SmtpSettings


def smtp_checks(settings: SmtpSettings, secrets: Secrets) -> Iterator[Check]:
    """Connect, encrypt and sign in; no message is begun."""
    yield Check("smtp", "The mail server", partial(_lets_us_in, settings, secrets))


def _lets_us_in(settings: SmtpSettings, secrets: Secrets) -> Found:
    with contextlib.closing(Connection(settings, secrets, TIMEOUT_SECONDS)) as connection:
        connection.ready()
    return ok("it can be reached over an encrypted connection, and lets us in. Nothing was sent.")
