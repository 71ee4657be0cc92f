import datetime as dt

import pytest

from connectors.microsoft365.graph import Graph
from connectors.microsoft365.workbook import GraphWorkbook
from firstbell.settings import Microsoft365Settings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.microsoft import drive_content, drives, workbooks
from firstbell.testing.microsoft.files import Drive
from firstbell.testing.microsoft.server import Sandbox, running
from firstbell.testing.microsoft.tenant import App, Tenant
from firstbell.testing.microsoft.workbook_person import LivePerson

DRIVE, FILE = "b!attendance", "Trial.xlsx"
ROUTES = [*workbooks.ROUTES, *drives.ROUTES, *drive_content.ROUTES]


class Secret:
    def secret(self, name):
        return "s3cret"


@pytest.fixture(scope="session")
def excel(tmp_path_factory):
    """A sandbox that knows workbooks; each test gives it a tenant of its own."""
    with running(Sandbox(fresh(FakeClock()), ROUTES), tmp_path_factory.mktemp("tls")) as listening:
        yield listening


def fresh(clock):
    tenant = Tenant("11111111-2222-3333-4444-555555555555", clock.now)
    tenant.apps["app"] = App("app", secret="s3cret", sites=frozenset({"site"}))
    tenant.drives[DRIVE] = Drive.empty(DRIVE, "site", clock.now(), {})
    return tenant


@pytest.fixture(scope="session")
def graph(excel):
    settings = Microsoft365Settings(
        tenant_id="11111111-2222-3333-4444-555555555555",
        client_id="app",
        sign_in="secret",
        secret="x",
        graph_url=f"{excel.url}/v1.0",
        sign_in_url=excel.url,
        certificate_authority=excel.certificate_authority,
    )
    with Graph(settings, Secret(), sleep=lambda _: None) as graph:
        yield graph


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def tenant(excel, clock):
    """A tenant of the test's own. The token of the first one stays good: signing in is tested elsewhere."""
    tokens = excel.sandbox.tenant.tokens
    excel.sandbox.tenant = fresh(clock)
    excel.sandbox.tenant.tokens = tokens
    yield excel.sandbox.tenant
    assert excel.sandbox.tenant.violations == []


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
def hurried(graph, tenant, clock):
    return GraphWorkbook(graph, DRIVE, FILE, clock, sleep=lambda seconds: clock.advance(seconds=seconds))


@pytest.fixture
def workbook(hurried, clock):
    return Unhurried(hurried, clock)


@pytest.fixture
def person(tenant):
    return LivePerson(tenant, DRIVE, FILE)
