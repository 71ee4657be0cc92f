"""A drive with room for a workbook, the people who work in it, and ways to reach it: over a connection, and near."""

import datetime as dt
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Reply
from connectors.microsoft365.transport import LostError
from connectors.microsoft365.workbook import GraphWorkbook
from firstbell.settings import Microsoft365Settings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.microsoft import drive_content, drives, workbooks
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asked import Request
from firstbell.testing.microsoft.faults import Dropped
from firstbell.testing.microsoft.files import Drive
from firstbell.testing.microsoft.sandbox import Sandbox
from firstbell.testing.microsoft.server import running
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.workbook_person import LivePerson

FAR_OFF = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
TOKEN = "near"  # noqa: S105 - of a tenant of pretence
DRIVE, FILE = "b!attendance", "Trial.xlsx"
ROUTES = [*workbooks.ROUTES, *drives.ROUTES, *drive_content.ROUTES]


class Busy(Sandbox):
    """Somebody may do something before any request is answered, also before one inside a batch."""

    def before(self):
        """Nobody does anything, until a test says who does what."""

    def answer(self, request):
        self.before()
        return super().answer(request)


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


class NearTransport:
    """In the place of connections: the sandbox itself, for tests of thousands of requests."""

    def __init__(self, sandbox):
        self._sandbox = sandbox

    def signed(self, request):
        headers = {name: ", ".join(values) for name, values in request.headers.get_all().items()}
        self._sandbox.tenant.tokens.setdefault(TOKEN, ("app", FAR_OFF))
        return self.unsigned(
            request.http_method.value, request.url, request.content, {**headers, "authorization": f"Bearer {TOKEN}"}
        )

    def unsigned(self, method, url, content, headers):
        parts = urlsplit(url)
        asked = Request(
            method,
            unquote(parts.path),
            dict(parse_qsl(parts.query)),
            {name.lower(): value for name, value in headers.items()},
            content or b"",
            f"{parts.scheme}://{parts.netloc}",
        )
        try:
            answer = self._sandbox.answer(asked)
        except Dropped as dropped:
            raise LostError from dropped
        headers = {"content-type": answer.kind, **{name.lower(): value for name, value in answer.headers.items()}}
        return Reply(answer.status, headers, answer.content)

    def forget_token(self):
        """There is another at the next request."""


class Near(Graph):
    """The same client without a network."""

    sandbox = None

    @property
    def _transport(self):
        return NearTransport(self.sandbox)


@pytest.fixture(scope="session")
def near(excel):
    Near.sandbox = excel.sandbox
    return Near(settings_of(excel), FakeSecrets(x="of-pretence"), sleep=lambda _: None)


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
        tokens = excel.sandbox.tenant.tokens
        excel.sandbox.tenant = fresh(clock)
        excel.sandbox.tenant.tokens = {token: (app, FAR_OFF) for token, (app, _) in tokens.items()}
        excel.sandbox.before = lambda: None

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
    return GraphWorkbook(graph, DRIVE, FILE, clock)


@pytest.fixture
def near_workbook(near, tenant, clock):  # noqa: ARG001 - as above
    return GraphWorkbook(near, DRIVE, FILE, clock)


@pytest.fixture
def workbook(hurried, clock):
    return Unhurried(hurried, clock)


@pytest.fixture
def person(tenant, person_in):
    return person_in(tenant)


@pytest.fixture
def person_in():
    """Somebody who works in the workbook of a tenant."""
    return lambda tenant: LivePerson(tenant, DRIVE, FILE)
