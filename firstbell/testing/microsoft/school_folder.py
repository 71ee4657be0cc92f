"""What the app of the school's tenant has on its own side: its certificate, and the settings to sign in with it."""

import json
from pathlib import Path

from firstbell.testing.microsoft.certificates import app_certificate
from firstbell.testing.microsoft.school import CLIENT_ID, OURS, TENANT_ID

CERTIFICATE = "app.pem"
SETTINGS = """
# The Microsoft 365 of pretence on this computer. At a real school the three last lines are left out.
[microsoft365]
tenant_id = {tenant_id}
client_id = {client_id}
sign_in = "certificate"
certificate = {certificate}
mailboxes = {mailboxes}
graph_url = {graph_url}
sign_in_url = {sign_in_url}
certificate_authority = {authority}
"""


def make_app_certificate(folder: Path) -> str:
    """A new certificate in `folder`, with its key; returns what the tenant is to know of it. Raises OSError."""
    with_key, alone = app_certificate()
    file = folder / CERTIFICATE
    file.write_bytes(with_key)
    file.chmod(0o600)
    return alone


def settings_section(url: str, authority: Path) -> str:
    """The section of `school.toml` for a tenant that answers at `url`; both files lie beside it."""
    values = {
        "tenant_id": TENANT_ID,
        "client_id": CLIENT_ID,
        "certificate": CERTIFICATE,
        "mailboxes": OURS,
        "graph_url": f"{url}/v1.0",
        "sign_in_url": url,
        "authority": authority.name,
    }
    return SETTINGS.format(**{name: json.dumps(value) for name, value in values.items()})
