"""What leaves the building, and the mail server that takes it."""

from typing import Annotated, Literal

from pydantic import Field

from firstbell.settings.fields import Email, Host, Place, SecretName, Section


class OutgoingSettings(Section):
    """What leaves the building. `stop` holds everything back; a rehearsal writes to `rehearsal_recipients` only."""

    stop: bool = False
    rehearsal: bool = True
    rehearsal_recipients: tuple[Email, ...] = ()
    mailer: Literal["local", "smtp", "microsoft365"] = "local"


class QuotaSettings(Section):
    """How many e-mails the mail service takes from one mailbox: `at_once`, and after that `a_minute`.

    Exchange Online takes 30 a minute. When they are used up a run stops, and says when to go on.
    """

    at_once: Annotated[int, Field(ge=1, le=10_000)] = 30
    a_minute: Annotated[int, Field(ge=1, le=10_000)] = 30


class SmtpSettings(Section):
    """An SMTP submission server. The password is read from the secret named here, never from this file."""

    host: Host
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls"] = "starttls"
    username: str = ""
    password_secret: SecretName = ""
    sender: Email
    certificate_authority: Place | None = None
    quota: QuotaSettings = QuotaSettings()
