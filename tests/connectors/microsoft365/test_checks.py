"""What doctor says of a tenant, over real HTTP: what is right, what is missing, and where Firstbell gets in too far."""

import datetime as dt
import re

import pytest

from connectors.microsoft365.checks import Strangers, Used, microsoft365_checks
from connectors.microsoft365.graph import Graph
from firstbell.checks import Verdict, made
from firstbell.composition.clocks import SystemClock
from firstbell.settings import ChannelSettings, LibrarySettings, Microsoft365Settings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asked import Answer, Refused
from firstbell.testing.microsoft.certificates import app_certificate
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.server import Sandbox, running
from firstbell.testing.microsoft.tenant import Tenant

OURS, SECOND, HEADS = "absence@hill.example", "absence2@hill.example", "head@hill.example"
LIBRARIES = {"attendance": "b!att", "safeguarding": "b!safe", "restricted": "b!closed"}
WEBHOOK = "https://hill.environment.api.powerplatform.com:443/workflows/1?sig=long-one"
EVERYTHING = Used(mail=True, workbooks=True, folders=True, channel=True)
STRANGERS = Strangers(HEADS, "https://hill.sharepoint.com/sites/Governors")
ITEM = "/drives/{drive-id}/items/{driveItem-id}"
CELLS = f"{ITEM}/workbook/worksheets/{{workbookWorksheet-id}}/range(address='{{address}}')"


class Service:
    """A tenant as far as doctor asks: which mailboxes and sites it lets in, what is open, and what it holds."""

    def __init__(self):
        self.mailboxes, self.drives, self.sites = {OURS, SECOND}, set(LIBRARIES.values()), set()
        self.drafts, self.files, self.links, self.cells = [], [], [], None
        self.workbooks_for_apps, self.keeps_cells = True, True

    def allow(self, is_allowed):
        if not is_allowed:
            raise Refused(403, "ErrorAccessDenied")

    def draft(self, _, asked):
        self.allow(asked.params["user-id"] in self.mailboxes)
        self.drafts.append(asked.json["subject"])
        return Answer(201, {"id": str(len(self.drafts)), "isDraft": True})

    def discard(self, *_):
        self.drafts.pop()
        return Answer(204)

    def inbox(self, _, asked):
        self.allow(asked.params["user-id"] in self.mailboxes)
        return Answer(200, {"id": "inbox"})

    def drive(self, _, asked):
        self.allow(asked.params["drive-id"] in self.drives)
        return Answer(200, {"id": asked.params["drive-id"]})

    def site(self, _, asked):
        self.allow(asked.params["site-path"] in self.sites)
        return Answer(200, {"id": "site"})

    def permissions(self, *_):
        return Answer(200, {"value": [{"id": "1", "link": {"scope": scope}} for scope in self.links]})

    def put(self, _, asked):
        self.files.append(asked.params["item-path"])
        return Answer(201, {"id": "01A"})

    def remove(self, *_):
        self.files.pop()
        return Answer(204)

    def session(self, *_):
        self.allow(self.workbooks_for_apps)
        return Answer(201, {"id": "session", "persistChanges": True})

    def write(self, _, asked):
        self.cells = asked.json["values"] if self.keeps_cells else [["", ""]]
        return Answer(200, {})

    def read(self, *_):
        return Answer(200, {"values": self.cells})

    def routes(self):
        told = [
            ("POST", "/users/{user-id}/messages", self.draft),
            ("DELETE", "/users/{user-id}/messages/{message-id}", self.discard),
            ("GET", "/users/{user-id}/mailFolders/{mailFolder-id}", self.inbox),
            ("GET", "/drives/{drive-id}", self.drive),
            ("GET", "/sites/{hostname}:/{site-path}", self.site),
            ("GET", f"{ITEM}/permissions", self.permissions),
            ("PUT", "/drives/{drive-id}/root:/{item-path}:/content", self.put),
            ("DELETE", ITEM, self.remove),
            ("POST", f"{ITEM}/workbook/createSession", self.session),
            ("POST", f"{ITEM}/workbook/closeSession", lambda *_: Answer(204)),
            ("PATCH", CELLS, self.write),
            ("GET", CELLS, self.read),
            ("GET", "/teams/{team-id}/channels/{channel-id}/messages", lambda *_: Answer(200, {"value": []})),
        ]
        return [Route(*each) for each in told]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(Sandbox(Tenant("hill.example", SystemClock().now), ()), tmp_path_factory.mktemp("tls")) as listening:
        yield listening


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    own, public = app_certificate()
    path = tmp_path_factory.mktemp("app") / "app.pem"
    path.write_bytes(own)
    return path, public


@pytest.fixture
def service(server, certificate):
    made_up = Service()
    tenant = Tenant("hill.example", SystemClock().now)
    tenant.apps["app"] = App("app", certificates=(certificate[1],))
    server.sandbox.__dict__.update(Sandbox(tenant, made_up.routes(), server.sandbox.contract).__dict__)
    yield made_up
    assert tenant.violations == []


@pytest.fixture
def checked(server, service, certificate):  # noqa: ARG001 - the service must stand before it is asked
    def check(*, clock=None, used=EVERYTHING, strangers=STRANGERS, webhook=WEBHOOK, **changed):
        settings = Microsoft365Settings(
            tenant_id="hill.example",
            client_id="app",
            certificate=certificate[0],
            mailboxes=(OURS, SECOND),
            graph_url=f"{server.url}/v1.0",
            sign_in_url=server.url,
            certificate_authority=server.certificate_authority,
            libraries=LibrarySettings(**LIBRARIES),
            channel=ChannelSettings(webhook_secret="teams", team="t-1", channel="19:c@thread.tacv2"),  # noqa: S106
        ).model_copy(update=changed)
        secrets = FakeSecrets(teams=webhook)
        with Graph(settings, secrets, sleep=lambda _: None) as graph:
            checks = microsoft365_checks(graph, settings, secrets, clock or SystemClock(), used, strangers)
            return {each.key: each for each in made(checks)}

    return check


def verdicts(results):
    return {each.key: each.verdict for each in results.values() if each.verdict is not Verdict.OK}


def test_a_tenant_that_is_set_up_has_nothing_to_mend_and_keeps_nothing_of_the_looking(checked, service):
    results = checked()

    # The certificate of these tests is good for thirty days.
    assert verdicts(results) == {"microsoft365-certificate": Verdict.LOOK}
    assert (service.drafts, service.files) == ([], [])
    assert [each.number for each in results.values()] == list(range(1, len(results) + 1))


def test_only_what_is_in_use_is_looked_at(checked):
    results = checked(used=Used(mail=True, workbooks=False, folders=False, channel=False))

    assert not {"library-attendance", "workbook", "another-site", "channel"} & results.keys()


def test_a_mailbox_that_is_not_opened_is_told_by_its_number(checked, service):
    service.mailboxes = {OURS}

    results = checked()

    assert verdicts(results) == {"microsoft365-certificate": Verdict.LOOK, "mailbox-2": Verdict.MEND}
    assert "does not allow it (403 ErrorAccessDenied)" in results["mailbox-2"].sentence


def test_getting_into_another_mailbox_or_site_is_a_fault(checked, service):
    service.mailboxes.add(HEADS)
    service.sites.add("sites/Governors")

    results = checked()

    assert results["another-mailbox"].verdict is results["another-site"].verdict is Verdict.MEND
    assert "none of its business" in results["another-mailbox"].sentence


def test_what_was_not_tried_is_not_called_proved(checked):
    results = checked(strangers=Strangers())

    assert results["another-mailbox"].verdict is results["another-site"].verdict is Verdict.LOOK
    assert "not proved" in results["another-site"].sentence


@pytest.mark.parametrize(("scope", "words"), [("anonymous", "anyone who has the link"), ("organization", "everyone")])
def test_a_link_that_opens_a_library_to_many_is_to_be_removed(checked, service, scope, words):
    service.links = [scope]

    results = checked()

    assert results["access-restricted"].verdict is Verdict.MEND
    assert words in results["access-restricted"].sentence


def test_where_workbooks_are_not_for_apps_it_says_what_is_done_instead(checked, service):
    service.workbooks_for_apps = False

    results = checked()

    assert results["workbook"].verdict is Verdict.LOOK
    assert "replaces the whole file" in results["workbook"].sentence
    assert service.files == []


def test_cells_that_can_not_be_read_back_are_a_fault_and_the_file_goes_all_the_same(checked, service):
    service.keeps_cells = False

    assert checked()["workbook"].verdict is Verdict.MEND
    assert service.files == []


def test_a_library_that_is_not_opened_is_named_by_its_use(checked, service):
    service.drives.remove(LIBRARIES["restricted"])

    found = verdicts(checked())

    assert (found["library-restricted"], found["access-restricted"]) == (Verdict.MEND, Verdict.NOT_CHECKED)


@pytest.mark.parametrize(
    "webhook", ["http://x.environment.api.powerplatform.com/1", "https://evil.example/?sig=1", "nonsense"]
)
def test_a_workflow_of_another_server_is_refused_and_its_address_not_told(checked, webhook):
    found = checked(webhook=webhook)["workflow"]

    assert found.verdict is Verdict.MEND
    assert webhook not in found.sentence


@pytest.mark.parametrize(("days", "verdict"), [(29, Verdict.LOOK), (31, Verdict.MEND)])
def test_the_certificates_end_is_told_before_it_comes(checked, days, verdict):
    later = FakeClock(SystemClock().now() + dt.timedelta(days=days))

    assert checked(clock=later)["microsoft365-certificate"].verdict is verdict


@pytest.mark.parametrize(
    ("off", "told"),
    [
        (dt.timedelta(minutes=2, seconds=30), "it is 15\\d seconds off"),
        (dt.timedelta(minutes=5), "it is 5 minutes off"),
        (dt.timedelta(days=2, hours=16), "it is 64 hours off"),
    ],
)
def test_a_clock_that_is_off_is_told_in_a_unit_one_can_picture(checked, off, told):
    fast = FakeClock(SystemClock().now() + off)

    found = checked(clock=fast)["microsoft365-clock"]

    assert found.verdict is Verdict.MEND
    assert re.match(told, found.sentence)


def test_without_a_sign_in_the_rest_is_not_looked_at(checked, service):
    results = checked(client_id="other")

    assert results["microsoft365-sign-in"].verdict is Verdict.MEND
    assert results["mailbox-1"].verdict is results["library-attendance"].verdict is Verdict.NOT_CHECKED
    assert service.drafts == []


def test_no_address_secret_or_name_is_in_anything_that_is_said(checked, service):
    service.mailboxes, service.drives, service.links = {HEADS}, {"b!att"}, ["anonymous"]
    told = " ".join(f"{each.title} {each.sentence}" for each in checked().values())

    for needle in (OURS, SECOND, HEADS, "hill.sharepoint.com", "sig=", "b!", "19:", "correct horse"):
        assert needle not in told
