import datetime as dt
from urllib.parse import urljoin

import httpx
import pytest
from werkzeug.test import Client

from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Reply
from connectors.microsoft365.workbook import GraphWorkbook
from firstbell.settings import Microsoft365Settings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.microsoft import drive_content, drives, workbooks
from firstbell.testing.microsoft.files import Drive
from firstbell.testing.microsoft.server import Dropped, Sandbox, running
from firstbell.testing.microsoft.tenant import App, Tenant
from firstbell.testing.microsoft.workbook_person import LivePerson

FAR_OFF = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
DRIVE, FILE = "b!attendance", "Trial.xlsx"
ROUTES = [*workbooks.ROUTES, *drives.ROUTES, *drive_content.ROUTES]


class Busy(Sandbox):
    """Somebody may do something before any request is answered, also before one inside a batch."""

    def before(self):
        """Nobody does anything, until a test says who does what."""

    def answer(self, *asked):
        self.before()
        return super().answer(*asked)


@pytest.fixture(scope="session")
def excel(tmp_path_factory):
    """A sandbox that knows workbooks; each test gives it a tenant of its own."""
    with running(Busy(fresh(FakeClock()), ROUTES), tmp_path_factory.mktemp("tls")) as listening:
        yield listening


def fresh(clock):
    tenant = Tenant("11111111-2222-3333-4444-555555555555", clock.now)
    tenant.apps["app"] = App("app", secret="of-pretence", sites=frozenset({"site"}))  # noqa: S106 - no secret
    tenant.drives[DRIVE] = Drive.empty(DRIVE, "site", clock.now(), {})
    return tenant


class NoSocket:
    """Where the server would cut a connection."""

    def shutdown(self, how):
        """There is nothing to cut."""


class Near(Graph):
    """The same client whose requests reach the sandbox without a network: for tests of thousands of requests."""

    sandbox = None

    async def _send(self, request):
        headers = {name: ", ".join(values) for name, values in request.headers.get_all().items()}
        token = next(iter(self.sandbox.tenant.tokens))
        return self._reached(
            request.http_method.value, request.url, request.content, {**headers, "Authorization": f"Bearer {token}"}
        )

    async def _send_unsigned(self, method, url, content, headers):
        return self._reached(method, url, content, headers)

    def _reached(self, method, url, content, headers):
        try:
            base = urljoin(url, "/")
            asked = {"REQUEST_URI": f"/{url.removeprefix(base)}", "werkzeug.socket": NoSocket()}
            found = Client(self.sandbox).open(
                asked["REQUEST_URI"], base, method=method, data=content, headers=headers, environ_overrides=asked
            )
        except Dropped as dropped:
            raise httpx.ReadError("dropped") from dropped
        return Reply(found.status_code, {k.lower(): v for k, v in found.headers.items()}, found.data)


@pytest.fixture(scope="session")
def near(excel, graph):
    """Signed in by a first request over the network."""
    Near.sandbox = excel.sandbox
    graph.ask("GET", f"/drives/{DRIVE}", doing="look")
    with Near(settings_of(excel), FakeSecrets(x="of-pretence"), sleep=lambda _: None) as near:
        yield near


@pytest.fixture(scope="session")
def graph(excel):
    with Graph(settings_of(excel), FakeSecrets(x="of-pretence"), sleep=lambda _: None) as graph:
        yield graph


def settings_of(excel):
    return Microsoft365Settings(
        tenant_id="11111111-2222-3333-4444-555555555555",
        client_id="app",
        sign_in="secret",
        secret="x",  # noqa: S106 - the name of one
        graph_url=f"{excel.url}/v1.0",
        sign_in_url=excel.url,
        certificate_authority=excel.certificate_authority,
    )


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def tenant(excel, renew):
    """A tenant of the test's own."""
    renew()
    yield excel.sandbox.tenant
    assert excel.sandbox.tenant.violations == []


@pytest.fixture
def renew(excel, clock):
    """Empties the tenant. Tokens stay good: signing in is tested elsewhere."""

    def renewed():
        tenant = excel.sandbox.tenant
        new = fresh(clock)
        tenant.clock, tenant.drives, tenant.workbooks, tenant.seen = new.clock, new.drives, new.workbooks, new.seen
        tenant.tokens = {token: (app, FAR_OFF) for token, (app, _) in tenant.tokens.items()}
        tenant.script.clear()
        tenant.violations.clear()

    return renewed


class Unhurried:
    """A workbook that is drawn and read with some minutes between, as in an office."""

    def __init__(self, workbook, clock):
        self._workbook, self._clock = workbook, clock

    def draw(self, layout, sheets, *, as_at):
        self._clock.advance(minutes=3)
        self._workbook.draw(layout, sheets, as_at=as_at)

    def read(self, layout):
        self._clock.advance(minutes=3)
        return self._workbook.read(layout)


@pytest.fixture
def hurried(graph, tenant, clock):  # noqa: ARG001 - a tenant of this test's own
    return GraphWorkbook(graph, DRIVE, FILE, clock, sleep=lambda seconds: clock.advance(seconds=seconds))


@pytest.fixture
def near_workbook(near, tenant, clock):  # noqa: ARG001 - as above
    return GraphWorkbook(near, DRIVE, FILE, clock, sleep=lambda seconds: clock.advance(seconds=seconds))


@pytest.fixture
def workbook(hurried, clock):
    return Unhurried(hurried, clock)


@pytest.fixture
def person(tenant):
    return LivePerson(tenant, DRIVE, FILE)
