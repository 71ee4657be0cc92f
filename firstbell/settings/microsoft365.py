"""The school's own Microsoft 365: how Firstbell signs in, and where in it each part of the office lives."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from firstbell.settings.fields import Email, Host, LibraryFile, MicrosoftId, Place, SecretName, Section, Url
from firstbell.settings.outgoing import QuotaSettings


class LibrarySettings(Section):
    """The document libraries, by the ids of their drives; docs/microsoft-365.md shows how to find an id.

    Whoever may open a library may open what is in it, so each of the three has its own. `attendance` holds the
    Attendance workbook, for the office. `safeguarding` holds that of the safeguarding team. `restricted` holds the
    folders for named people, the Attendance cases workbook among them. The workbooks are paths below their library.
    """

    attendance: MicrosoftId = ""
    safeguarding: MicrosoftId = ""
    restricted: MicrosoftId = ""
    attendance_workbook: LibraryFile = "Attendance.xlsx"
    safeguarding_workbook: LibraryFile = "Safeguarding.xlsx"

    @model_validator(mode="after")
    def _are_apart(self) -> "LibrarySettings":
        named = [drive for drive in (self.attendance, self.safeguarding, self.restricted) if drive]
        if len(set(named)) != len(named):
            raise ValueError("attendance, safeguarding and restricted must be three different libraries")
        return self


class ChannelSettings(Section):
    """The safeguarding team's channel in Teams, where a workflow posts our cards.

    `webhook_secret` names the secret with the workflow's address, which is a password in itself. `webhook_hosts`: the
    only servers, with those below them, that an address may be of. `team` and `channel` are the ids by which
    Firstbell reads whether a card was really posted.
    """

    webhook_secret: SecretName
    webhook_hosts: Annotated[tuple[Host, ...], Field(min_length=1)] = ("environment.api.powerplatform.com",)
    team: MicrosoftId
    channel: MicrosoftId


class Microsoft365Settings(Section):
    """The school's own Microsoft 365, where Firstbell signs in as itself; docs/microsoft-365.md says how it is let in.

    `sign_in`: "managed-identity" in Azure, "certificate" or "secret" elsewhere. `certificate` is the file of the
    certificate and its key (PEM or PFX). `secret` names the secret of the app, or of the certificate's password.
    `mailboxes`: those that Firstbell writes from; more than one shares out the 30 messages a minute that Exchange
    takes from each, by family. `graph_url`, `sign_in_url` and `certificate_authority` stay as they are, but for the
    Microsoft 365 of pretence.
    """

    tenant_id: MicrosoftId
    client_id: MicrosoftId
    sign_in: Literal["managed-identity", "certificate", "secret"] = "certificate"
    certificate: Place | None = None
    secret: SecretName = ""
    mailboxes: Annotated[tuple[Email, ...], Field(max_length=8)] = ()
    graph_url: Url = "https://graph.microsoft.com/v1.0"
    sign_in_url: Url = "https://login.microsoftonline.com"
    certificate_authority: Place | None = None
    quota: QuotaSettings = QuotaSettings()
    libraries: LibrarySettings = LibrarySettings()
    channel: ChannelSettings | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> "Microsoft365Settings":
        if self.sign_in == "certificate" and self.certificate is None:
            raise ValueError('sign_in = "certificate" needs the file of the certificate')
        if self.sign_in == "secret" and not self.secret:
            raise ValueError('sign_in = "secret" needs secret, the name of the secret')
        if len({address.lower() for address in self.mailboxes}) != len(self.mailboxes):
            raise ValueError("a mailbox stands there twice")
        return self
