"""Where Firstbell keeps what it works with: a folder on disk, and the store."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from firstbell.settings.fields import Place, SecretName, Section

THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


class LocalSettings(Section):
    """The embedded default: workbooks, outbox, channel, folders and store, all below one folder on disk.

    `anchors`: the file of the ledger's anchors; name one on another drive, where who can alter the store cannot write.
    """

    folder: Place = Path()
    anchors: Place = Path("ledger-anchors.txt")


class StoreSettings(Section):
    """Where roll, registers, ledger and proposals are kept: a SQLite file beside the workbooks, or a PostgreSQL server.

    `user` is a role that may use the tables and not change them; docs/store.md says how it is made. The password is
    read from the secret named here, never from this file. `tls`: "verify-ca" where the server's certificate does not
    bear its host name; "off" only for a server on this very computer. `certificate_authority`: the file of those that
    may have issued the server's certificate, where they are not the computer's own.
    """

    kind: Literal["sqlite", "postgres"] = "sqlite"
    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 5432
    database: str = "firstbell"
    user: str = "firstbell"
    password_secret: SecretName = ""
    tls: Literal["verify-full", "verify-ca", "off"] = "verify-full"
    certificate_authority: Path | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> "StoreSettings":
        if self.kind == "postgres" and not self.host:
            raise ValueError("a store on PostgreSQL needs a host")
        if self.kind == "postgres" and not self.password_secret and not self.host.startswith("/"):
            raise ValueError("a store on PostgreSQL needs password_secret, the name of a secret")
        if self.tls == "off" and not (self.host.startswith("/") or self.host in THIS_COMPUTER):
            raise ValueError('tls = "off" is for a server on this computer only')
        return self
