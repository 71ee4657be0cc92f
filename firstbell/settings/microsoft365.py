"""The school's own Microsoft 365: how Firstbell signs in, and the mailboxes that it writes from."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from firstbell.settings.fields import Email, Place, Section
from firstbell.settings.outgoing import QuotaSettings


class Microsoft365Settings(Section):
    """The school's own Microsoft 365, where Firstbell signs in as itself; docs/microsoft-365.md says how it is let in.

    `sign_in`: "managed-identity" in Azure, "certificate" or "secret" elsewhere. `certificate` is the file of the
    certificate and its key (PEM or PFX). `secret` names the secret of the app, or of the certificate's password.
    `mailboxes`: those that Firstbell writes from; more than one shares out the 30 messages a minute that Exchange
    takes from each, by family. `graph_url`, `sign_in_url` and `certificate_authority` stay as they are, but for the
    Microsoft 365 of pretence.
    """

    tenant_id: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]+$")]
    client_id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]+$")]
    sign_in: Literal["managed-identity", "certificate", "secret"] = "certificate"
    certificate: Place | None = None
    secret: str = ""
    mailboxes: Annotated[tuple[Email, ...], Field(max_length=8)] = ()
    quota: QuotaSettings = QuotaSettings()
    graph_url: Annotated[str, Field(pattern=r"^https://[^/]+(/[^/]+)*$")] = "https://graph.microsoft.com/v1.0"
    sign_in_url: Annotated[str, Field(pattern=r"^https://[^/]+$")] = "https://login.microsoftonline.com"
    certificate_authority: Place | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> "Microsoft365Settings":
        if self.sign_in == "certificate" and self.certificate is None:
            raise ValueError('sign_in = "certificate" needs the file of the certificate')
        if self.sign_in == "secret" and not self.secret:
            raise ValueError('sign_in = "secret" needs secret, the name of the secret')
        return self
