"""Doctor on the school's tenant of pretence, which keeps the app out of a mailbox and a site as a real one would."""

import pytest

from connectors.microsoft365.checks import Strangers, Used, microsoft365_checks
from connectors.microsoft365.graph import Graph
from firstbell.checks import Verdict, made
from firstbell.composition.clocks import SystemClock
from firstbell.settings import LibrarySettings, Microsoft365Settings
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.microsoft import school
from firstbell.testing.microsoft.parts import ROUTES
from firstbell.testing.microsoft.sandbox import Sandbox
from firstbell.testing.microsoft.school_folder import make_app_certificate
from firstbell.testing.microsoft.server import running

MAIL_AND_FOLDERS = Used(mail=True, workbooks=False, folders=True, channel=False)
STRANGERS = Strangers(school.HEADS_MAILBOX, f"https://{school.HOST}/sites/governors")


@pytest.fixture
def checked(tmp_path):
    tenant = school.school_tenant(SystemClock().now, certificates=(make_app_certificate(tmp_path),))
    with running(Sandbox(tenant, ROUTES), tmp_path) as server:
        settings = Microsoft365Settings(
            tenant_id=school.TENANT_ID,
            client_id=school.CLIENT_ID,
            certificate=tmp_path / "app.pem",
            mailboxes=school.OURS,
            graph_url=f"{server.url}/v1.0",
            sign_in_url=server.url,
            certificate_authority=server.certificate_authority,
            libraries=LibrarySettings(restricted=school.drive_id(school.RESTRICTED)),
        )
        with Graph(settings, FakeSecrets()) as graph:
            checks = microsoft365_checks(graph, settings, FakeSecrets(), SystemClock(), MAIL_AND_FOLDERS, STRANGERS)
            found = {each.key: each.verdict for each in made(checks)}
    assert tenant.violations == []
    return found


def test_the_school_of_the_sandbox_is_set_up_and_firstbell_kept_out_of_the_rest(checked):
    assert checked.pop("microsoft365-certificate") is Verdict.LOOK, "it is made for thirty days"

    assert set(checked.values()) == {Verdict.OK}
    assert {"mailbox-1", "another-mailbox", "access-restricted", "another-site"} <= checked.keys()
