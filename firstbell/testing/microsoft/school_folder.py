"""What the app of the school's tenant has on its own side: its certificate, and the settings to sign in with it."""

import json
from pathlib import Path

from firstbell.testing.microsoft.certificates import app_certificate
from firstbell.testing.microsoft.school import (
    ATTENDANCE,
    CHANNEL,
    CLIENT_ID,
    OURS,
    RESTRICTED,
    SAFEGUARDING,
    TEAM,
    TENANT_ID,
    drive_id,
)

CERTIFICATE = "app.pem"
WEBHOOK_SECRET = "teams"  # noqa: S105 - the name of one
OUTGOING = """\
[outgoing]
rehearsal = false # nothing can leave this computer: the mailboxes are of the Microsoft 365 of pretence
mailer = "microsoft365"

[office]
workbooks = "microsoft365"
folders = "microsoft365"
channel = "microsoft365"

[microsoft365]
tenant_id = {tenant_id}
client_id = {client_id}
certificate = {certificate}
mailboxes = {mailboxes}
# At a real school these three lines are left out.
graph_url = {graph_url}
sign_in_url = {sign_in_url}
certificate_authority = {authority}

[microsoft365.libraries]
attendance = {attendance}
safeguarding = {safeguarding}
restricted = {restricted}

[microsoft365.channel]
webhook_secret = {webhook_secret}
team = {team}
channel = {channel}
"""


def make_app_certificate(folder: Path) -> str:
    """A new certificate in `folder`, with its key; returns what the tenant is to know of it. Raises OSError."""
    with_key, alone = app_certificate()
    file = folder / CERTIFICATE
    file.write_bytes(with_key)
    file.chmod(0o600)
    return alone


def outgoing_of(url: str, authority: Path) -> str:
    """The sections of `school.toml` for a tenant that answers at `url`; the app's certificate and that of the authority
    lie beside it.
    """
    values = {
        "tenant_id": TENANT_ID,
        "client_id": CLIENT_ID,
        "certificate": CERTIFICATE,
        "mailboxes": OURS,
        "graph_url": f"{url}/v1.0",
        "sign_in_url": url,
        "authority": authority.name,
        "attendance": drive_id(ATTENDANCE),
        "safeguarding": drive_id(SAFEGUARDING),
        "restricted": drive_id(RESTRICTED),
        "webhook_secret": WEBHOOK_SECRET,
        "team": TEAM,
        "channel": CHANNEL,
    }
    return OUTGOING.format(**{name: json.dumps(value) for name, value in values.items()})
