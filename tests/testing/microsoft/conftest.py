"""One sandbox that listens for all of these tests, with a fresh tenant for each, and a small part to answer."""

import datetime as dt
import logging
import ssl

import httpx
import pytest

from connectors.microsoft365.transport import TALKATIVE
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.microsoft.asked import Answer, Refused
from firstbell.testing.microsoft.certificates import app_certificate
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.sandbox import Sandbox
from firstbell.testing.microsoft.school import CLIENT_ID, school_tenant
from firstbell.testing.microsoft.server import running

TOKEN = "a-good-token"  # noqa: S105 - of a tenant of pretence


def create(tenant, asked):
    tenant.made.append(asked)
    return Answer(201, {"id": str(len(tenant.made)), "subject": asked.json["subject"], "isDraft": True})


def read(_, asked):
    if asked.params["message-id"] == "gone":
        raise Refused(404, "ErrorItemNotFound")
    return Answer(body={"id": asked.params["message-id"]})


def wrong(*_):
    return Answer(body={"id": "1", "colour": "red"})


def send(tenant, asked):
    tenant.throttling.message_sent(asked.params["user-id"])
    return Answer(202)


def echo(tenant, asked):
    tenant.made.append(asked)
    return Answer(body={"address": next(iter(asked.params.values()))})


def keep(tenant, asked):
    tenant.made.append(asked)
    return Answer(201, {"id": "1", "size": len(asked.content)})


@pytest.fixture(scope="session", autouse=True)
def _no_log_of_the_client():
    """These tests ask with a client of their own, which logs each address; Firstbell's own keeps quiet."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)


SHEET = "/drives/{drive-id}/items/{driveItem-id}/workbook/worksheets/{workbookWorksheet-id}"
ROUTES = (
    Route("POST", "/users/{user-id}/messages", create),
    Route("GET", "/users/{user-id}/messages/{message-id}", read),
    Route("POST", "/users/{user-id}/messages/{message-id}/send", send),
    Route("GET", "/users/{user-id}", wrong),
    Route("GET", f"{SHEET}/range(address='{{address}}')", echo),
    Route("GET", f"{SHEET}/usedRange", echo),
    Route("PUT", "/drives/{drive-id}/items/root:/{item-path}:/content", keep),
    Route("PUT", "/uploads/", keep, is_open=True),
)


@pytest.fixture(scope="session")
def app_keys():
    """The app's certificate: with its key, and alone."""
    return app_certificate()


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    nobody = school_tenant(FakeClock().now)
    with running(Sandbox(nobody, ROUTES), tmp_path_factory.mktemp("sandbox")) as service:
        yield service


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def tenant(service, clock, app_keys):
    tenant = school_tenant(clock.now, secret="s3cret", certificates=(app_keys[1],))  # noqa: S106 - as above
    tenant.made = []
    tenant.tokens[TOKEN] = (CLIENT_ID, clock.now() + dt.timedelta(hours=1))
    service.sandbox.tenant = tenant
    return tenant


@pytest.fixture(scope="session")
def trust(service):
    return ssl.create_default_context(cafile=service.certificate_authority)


@pytest.fixture(scope="session")
def http(service, trust):
    with httpx.Client(verify=trust, base_url=service.url, timeout=10) as http:
        yield http


@pytest.fixture
def ask(http, service, tenant):
    """`ask("GET", "/users/…")`: what Graph answers, with a good token."""
    assert service.sandbox.tenant is tenant

    def ask(method, path, *, token=TOKEN, headers=(), **more):
        return http.request(
            method, f"/v1.0{path}", headers={"Authorization": f"Bearer {token}", **dict(headers)}, **more
        )

    return ask
