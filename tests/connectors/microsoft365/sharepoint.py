"""A tenant that listens, with restricted folders and a channel, and the real SDK before it: emptied for each test."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from connectors.microsoft365.channel import WorkflowsChannel
from connectors.microsoft365.folders import GraphFolders
from connectors.microsoft365.graph import Graph
from firstbell.records import Secret
from firstbell.settings import Microsoft365Settings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.microsoft import channels, drive_content, drive_sharing, drive_uploads, drives
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.faults import Fault, Kind
from firstbell.testing.microsoft.files import Drive, Item
from firstbell.testing.microsoft.server import Running, Sandbox, running
from firstbell.testing.microsoft.tenant import Tenant

TENANT, APP = "11111111-2222-3333-4444-555555555555", "firstbell"
LIBRARY, SITE = "restricted", "attendance"
TEAM, CHANNEL = "team-1", "19:safeguarding@thread.tacv2"
ROUTES = [*drives.ROUTES, *drive_content.ROUTES, *drive_sharing.ROUTES, *drive_uploads.ROUTES, *channels.ROUTES]


class SharePoint:
    """`folders` is this run's; `another_run` gives one that remembers nothing."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self.settings = Microsoft365Settings(
            tenant_id=TENANT,
            client_id=APP,
            sign_in="secret",
            secret="app",  # noqa: S106 - its name
            graph_url=f"{server.url}/v1.0",
            sign_in_url=server.url,
            certificate_authority=server.certificate_authority,
        )
        self.clock = FakeClock()
        self.graph = Graph(self.settings, FakeSecrets(app="of the sandbox"), sleep=self.sleep)

    def empty(self) -> None:
        """Another tenant, whose library lets nobody in, with the tokens that are still good."""
        tokens = self.tenant.tokens
        self.clock = FakeClock()
        self._server.sandbox.tenant = tenant_at(self.clock)
        self.tenant.tokens.update(tokens)
        self.folders = self.another_run()

    @property
    def tenant(self) -> Tenant:
        return self._server.sandbox.tenant

    @property
    def drive(self) -> Drive:
        return self.tenant.drives[LIBRARY]

    def another_run(self) -> GraphFolders:
        return GraphFolders(self.graph, LIBRARY)

    @property
    def channel(self) -> channels.Channel:
        return self.tenant.channels[CHANNEL]

    def workflows_channel(self, **changes: object) -> WorkflowsChannel:
        """Our side of the channel, in a run that remembers nothing; which waits by moving the clock on."""
        told = {"hosts": ("localhost",), "team": TEAM, "channel": CHANNEL} | changes
        webhook = told.pop("webhook", None) or self.hook
        return WorkflowsChannel(self.graph, Secret("teams", webhook, told.pop("previous", "")), **told)

    @property
    def hook(self) -> str:
        """The address of the channel's workflow as it is now."""
        return self.channel.hook(self._server.url)

    def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    def item(self, path: str) -> Item:
        found = self.drive.at(path)
        assert found is not None
        return found

    def documents(self) -> dict[tuple[str, str], bytes]:
        """What lies in the library, by folder and name."""
        files = [item for item in self.drive.all_items if item.content is not None]
        return {(item.parent.name if item.parent else "", item.name): item.content or b"" for item in files}

    def goes_wrong(self, kind: Kind, where: str = ".*", **how: object) -> None:
        self.tenant.script.add(Fault(kind, where, **how))

    def asked(self) -> list[str]:
        """Every request so far, as method and last part of the address."""
        return [f"{each.operation.split()[0]} {each.operation.rpartition('/')[2]}" for each in self.tenant.seen]


def tenant_at(clock: FakeClock) -> Tenant:
    tenant = Tenant(TENANT, clock.now)
    tenant.apps[APP] = App(APP, secret="of the sandbox", sites=frozenset({SITE}))  # noqa: S106 - made up
    tenant.drives[LIBRARY] = Drive.empty(LIBRARY, SITE, clock.now(), {})
    tenant.channels[CHANNEL] = channels.Channel(CHANNEL, TEAM, "Safeguarding", "not-to-be-told", frozenset({APP}))
    return tenant


@contextlib.contextmanager
def open_sharepoint(folder: Path) -> Iterator[SharePoint]:
    """Listens until the block is left."""
    with running(Sandbox(tenant_at(FakeClock()), ROUTES), folder) as server:
        sharepoint = SharePoint(server)
        with sharepoint.graph:
            yield sharepoint
