"""The SDK's adapter and azure-identity as they really are, against a server that misbehaves on order."""

import datetime as dt
import logging

import pytest

from connectors.microsoft365.addresses import FILE_HOSTS, is_one_of
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Policy, Reply
from firstbell.errors import GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.settings import Microsoft365Settings
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asked import Answer, Refused
from firstbell.testing.microsoft.certificates import app_certificate
from firstbell.testing.microsoft.faults import Fault, Kind
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.server import Sandbox, running
from firstbell.testing.microsoft.tenant import Tenant

OFFICE, PASSWORD = "absence@hill.example", "correct horse"
pytestmark = pytest.mark.usefixtures("tenant")
BROKEN = (Kind.UNAVAILABLE, Kind.BROKEN, Kind.GATEWAY, Kind.DROPPED)
DOUBTS = (*BROKEN, Kind.GATEWAY_AFTER, Kind.DROPPED_AFTER, Kind.NOT_JSON)
CHALLENGE = 'Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'


class Heard:
    """What came to the server, and what it answers in place of the right thing."""

    def __init__(self):
        self.asked, self.instead = [], []

    def draft(self, _, asked):
        self.asked.append(asked)
        if self.instead:
            return answered(self.instead.pop(0))
        return Answer(201, {"id": "draft-1", "subject": asked.json["subject"], "isDraft": True})

    def listed(self, _, asked):
        self.asked.append(asked)
        following = {"@odata.nextLink": f"{asked.url}/v1.0/users/{OFFICE}/messages?$skip=2"}
        return Answer(200, {"value": []} | ({} if "$skip" in asked.query else following))

    def outside(self, _, asked):
        self.asked.append(asked)
        return answered(self.instead.pop(0)) if self.instead else Answer(200, b"%PDF")


def answered(planned):
    if isinstance(planned, Refused):
        raise planned
    return planned


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    own, public = app_certificate()
    path = tmp_path_factory.mktemp("app") / "app.pem"
    path.write_bytes(own)
    return path, public


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(Sandbox(tenant_with(""), ()), tmp_path_factory.mktemp("sandbox")) as listening:
        yield listening


def tenant_with(public):
    tenant = Tenant("hill.example", lambda: dt.datetime.now(dt.UTC))  # tokens are kept by the computer's own clock
    tenant.apps["app"] = App("app", certificates=(public,), secret=PASSWORD)
    return tenant


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def tenant(server, certificate, heard):
    """A tenant of its own for each test, on the server of all."""
    routes = [
        Route("POST", "/users/{user-id}/messages", heard.draft),
        Route("GET", "/users/{user-id}/messages", heard.listed),
        Route("GET", "/drives/{drive-id}/items/{driveItem-id}/content", heard.outside),
        Route("GET", "/download/", heard.outside, is_open=True),
    ]
    made = tenant_with(certificate[1])
    fresh = Sandbox(made, routes, server.sandbox.contract)
    server.sandbox.__dict__.update(fresh.__dict__)
    return made


@pytest.fixture
def settings(server, certificate):
    return Microsoft365Settings(
        tenant_id="hill.example",
        client_id="app",
        certificate=certificate[0],
        graph_url=f"{server.url}/v1.0",
        sign_in_url=server.url,
        certificate_authority=server.certificate_authority,
    )


@pytest.fixture
def slept():
    return []


@pytest.fixture
def graph(settings, slept):
    with Graph(settings, FakeSecrets(app=PASSWORD), sleep=slept.append) as made:
        yield made


def draft(graph, policy=Policy.REPEATABLE, **asked):
    where = graph.at.users.by_user_id(OFFICE).messages
    return graph.ask("POST", where, doing="write drafts", policy=policy, json={"subject": "x"}, **asked)


def statuses(tenant):
    return [seen.status for seen in tenant.seen]


# ------------------------------------------------------------ what is asked


@pytest.mark.parametrize("how", [{}, {"sign_in": "secret", "secret": "app"}])
def test_a_request_signs_in_as_the_app_and_comes_back_as_it_is(tenant, settings, how):
    with Graph(settings.model_copy(update=how), FakeSecrets(app=PASSWORD)) as graph:
        reply = draft(graph)

    assert (reply.status, reply.json()["id"]) == (201, "draft-1")
    assert tenant.violations == []


def test_a_managed_identity_signs_in_without_any_secret(settings, server, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "sandbox-identity")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate_authority))

    with Graph(settings.model_copy(update={"sign_in": "managed-identity"}), FakeSecrets()) as graph:
        assert draft(graph).status == 201


def test_a_run_signs_in_once(graph, tenant):
    for _ in range(3):
        draft(graph)

    assert len(tenant.tokens) == 1


def test_nothing_is_asked_or_loaded_before_it_is_needed(tenant, settings):
    with Graph(settings.model_copy(update={"certificate": settings.certificate.with_name("gone.pem")}), FakeSecrets()):
        pass

    assert tenant.seen == []


def test_each_attempt_bears_a_name_of_its_own_and_no_telemetry(graph, tenant, heard):
    tenant.script.add(Fault(Kind.GATEWAY_AFTER))

    draft(graph)

    names = {asked.headers["client-request-id"] for asked in heard.asked}
    assert len(names) == len(heard.asked) == 2
    told = {"sdkversion", "hostos", "runtimeenvironment", "x-ms-client-request-id"}
    assert all(not told & asked.headers.keys() for asked in heard.asked)
    assert heard.asked[0].headers["user-agent"].startswith("NONISV|School|Firstbell/")


def test_a_query_reaches_graph_even_where_the_sdks_template_does_not_know_it(graph, heard):
    where = graph.at.users.by_user_id(OFFICE).messages

    for place in (where, f"/users/{OFFICE}/messages"):
        graph.ask("GET", place, doing="read", query={"$filter": "subject eq 'a & b'", "$select": ["id", "subject"]})

    wanted = {"$filter": "subject eq 'a & b'", "$select": "id,subject"}
    assert [dict(asked.query) for asked in heard.asked] == [wanted, wanted]


def test_a_next_link_of_graphs_own_is_followed_as_it_is(graph, heard):
    first = graph.ask("GET", f"/users/{OFFICE}/messages", doing="read").json()

    graph.ask("GET", first["@odata.nextLink"], doing="read")

    assert heard.asked[1].query == {"$skip": "2"}


@pytest.mark.parametrize("link", ["https://evil.example/v1.0/x", "{base}@evil.example/x", "{base}.evil.example/", "x"])
def test_a_next_link_to_anywhere_else_is_not_followed(graph, settings, tenant, link):
    with pytest.raises(Misconfigured, match="another server"):
        graph.ask("GET", link.replace("{base}", settings.graph_url), doing="read")

    assert tenant.seen == []


# ------------------------------------------------------------ how often


@pytest.mark.parametrize("kind", [Kind.THROTTLED, *BROKEN])
def test_what_harms_nobody_twice_is_tried_again(graph, tenant, heard, slept, kind):
    tenant.script.add(Fault(kind, times=2))

    assert draft(graph).status == 201

    assert len(heard.asked) == 1
    assert slept == [1.0, 1.0]


def test_three_tries_are_enough(graph, tenant):
    tenant.script.add(Fault(Kind.UNAVAILABLE, times=9))

    with pytest.raises(RetryLater):
        draft(graph)

    assert statuses(tenant) == [503, 503, 503]


@pytest.mark.parametrize("kind", DOUBTS)
@pytest.mark.parametrize(("policy", "problem"), [(Policy.ONCE, RetryLater), (Policy.NEVER_TWICE, NeedsHuman)])
def test_what_may_be_done_already_is_not_asked_for_again(graph, tenant, heard, slept, kind, policy, problem):
    tenant.script.add(Fault(kind))

    with pytest.raises(problem):
        draft(graph, policy)

    assert len(heard.asked) <= 1
    assert (len(tenant.seen), slept) == (1, [])


@pytest.mark.parametrize("policy", Policy)
def test_what_was_refused_at_the_door_may_be_asked_again_by_all(graph, tenant, heard, slept, policy):
    tenant.script.add(Fault(Kind.THROTTLED, retry_after="4"))

    assert draft(graph, policy).status == 201

    assert (len(heard.asked), slept) == (1, [4.0])


@pytest.mark.parametrize("policy", Policy)
def test_without_a_connection_nothing_was_sent_and_a_later_run_goes_on(settings, slept, policy):
    nobody = settings.model_copy(update={"graph_url": "https://localhost:9/v1.0"})

    with Graph(nobody, FakeSecrets(), sleep=slept.append) as graph, pytest.raises(RetryLater) as stopped:
        draft(graph, policy)

    assert len(slept) == 2
    assert OFFICE not in str(stopped.value)


@pytest.mark.parametrize("kind", [Kind.LOCKED, Kind.CONFLICT, Kind.CHANGED])
@pytest.mark.parametrize("policy", Policy)
def test_a_conflict_is_not_looped_on(graph, tenant, kind, policy):
    tenant.script.add(Fault(kind, times=9))

    with pytest.raises(RetryLater):
        draft(graph, policy)

    assert len(tenant.seen) == 1


def test_a_refusal_the_caller_expects_comes_back_to_it(graph, tenant):
    tenant.script.add(Fault(Kind.LOCKED))

    assert draft(graph, may_be={423}).code == "resourceLocked"


# ------------------------------------------------------------ how long


@pytest.mark.parametrize(
    ("header", "seconds"), [("120", 120), ("3600", 3600), ("999999", 3600), ("0", 30), ("-5", 30), ("soon", 30)]
)
def test_a_wait_beyond_our_patience_stops_the_run_and_says_when_to_go_on(graph, tenant, slept, header, seconds):
    tenant.script.add(Fault(Kind.THROTTLED, times=9, retry_after=header))

    with pytest.raises(RetryLater) as stopped:
        draft(graph)

    assert stopped.value.after == dt.timedelta(seconds=seconds)
    assert (len(tenant.seen), slept) == (1, [])


def test_without_a_time_to_wait_it_is_tried_again_in_a_moment_and_later_in_half_a_minute(graph, tenant, slept):
    tenant.script.add(Fault(Kind.THROTTLED, times=9))

    with pytest.raises(RetryLater, match="30 seconds"):
        draft(graph)

    assert slept == [1.0, 1.0]


def test_several_waits_together_do_not_go_beyond_our_patience(graph, tenant, slept):
    tenant.script.add(Fault(Kind.UNAVAILABLE, times=9, retry_after="6"))

    with pytest.raises(RetryLater):
        draft(graph)

    assert slept == [6.0]


@pytest.mark.parametrize(
    ("until", "seconds"),
    [
        ("Mon, 23 Nov 2026 09:47:00 GMT", 120),
        ("Mon, 23 Nov 2026 09:44:00 GMT", 30),
        ("Mon, 23 Nov 2026 23:00:00 GMT", 3600),
        ("Mon, 23 Nov 2026 09:47:00 -0000", 120),
        ("Mon, 99 Nov 2026", 30),
    ],
)
def test_a_date_to_wait_for_is_taken_against_the_answers_own_clock(until, seconds):
    reply = Reply(429, {"date": "Mon, 23 Nov 2026 09:45:00 GMT", "retry-after": until}, b"")

    assert reply.wait == dt.timedelta(seconds=seconds)


def test_a_date_without_a_clock_to_take_it_against_says_nothing():
    assert Reply(429, {"retry-after": "Mon, 23 Nov 2026 09:47:00 GMT"}, b"").wait == dt.timedelta(seconds=30)


# ------------------------------------------------------------ what a refusal says


@pytest.mark.parametrize(
    ("status", "code", "problem", "sentence"),
    [
        (403, "ErrorAccessDenied", Misconfigured, "does not allow it (403 ErrorAccessDenied). Run: firstbell doctor"),
        (404, "itemNotFound", Misconfigured, "what the settings name is not there (404 itemNotFound)"),
        (400, "invalidRequest", GiveUp, "refuses to write drafts (400 invalidRequest)"),
        (507, "quotaLimitReached", NeedsHuman, "storage in Microsoft 365 is full"),
        (509, "bandwidth", RetryLater, "try again in 30 seconds"),
    ],
)
def test_a_refusal_says_what_to_do_in_one_sentence(graph, heard, status, code, problem, sentence):
    heard.instead = [Refused(status, code) for _ in range(3)]

    with pytest.raises(problem) as refused:
        draft(graph)

    assert sentence in str(refused.value)


def test_graphs_own_words_are_not_repeated(graph, heard):
    error = {"code": f"No {OFFICE} here", "message": f"{OFFICE} said Alicia is ill"}
    heard.instead = [Answer(403, {"error": error})]

    with pytest.raises(Misconfigured) as refused:
        draft(graph)

    assert "Alicia" not in str(refused.value)
    assert OFFICE not in str(refused.value)


def test_the_innermost_code_is_the_one_that_is_told(graph, heard):
    heard.instead = [Refused(400, "invalidRequest", inner="rangeExceedsLimit")]

    with pytest.raises(GiveUp, match="400 rangeExceedsLimit"):
        draft(graph)


def test_a_page_of_a_web_filter_is_told_apart_from_an_answer(graph, server):
    server.sandbox.tenant.script.add(Fault(Kind.BLOCKED))

    with pytest.raises(Misconfigured, match="a page came in place of an answer") as refused:
        draft(graph, Policy.NEVER_TWICE)

    assert "policy" not in str(refused.value)


def test_a_redirect_is_handed_back_and_not_followed(graph, heard, server):
    heard.instead = [Answer(302, None, {"Location": f"{server.url}/download/x"})]

    reply = graph.ask("GET", "/drives/b!1/items/01A/content", doing="read a document", may_be={302})

    assert reply.headers["location"].endswith("/download/x")
    assert len(heard.asked) == 1


def test_a_redirect_nobody_expects_is_refused(graph, heard):
    heard.instead = [Answer(302, None, {"Location": "https://evil.example/"})]

    with pytest.raises(GiveUp, match="302"):
        graph.ask("GET", "/drives/b!1/items/01A/content", doing="read a document")


# ------------------------------------------------------------ addresses that carry their own permission


def test_a_download_is_asked_for_without_our_token(graph, heard, server):
    reply = graph.ask_unsigned("GET", f"{server.url}/download/x?tempauth=secret", doing="read a document")

    assert reply.content == b"%PDF"
    assert "authorization" not in heard.asked[0].headers


def test_a_document_that_is_a_page_is_a_document(graph, heard, server):
    heard.instead = [Answer(200, b"<html>", {"Content-Type": "text/html"})]

    assert graph.ask_unsigned("GET", f"{server.url}/download/x", doing="read a document").content == b"<html>"


@pytest.mark.parametrize(
    "url",
    [
        "http://hill.sharepoint.com/x",
        "file:///etc/passwd",
        "https://169.254.169.254/latest",
        "https://evil.example/x",
        "https://sharepoint.com.evil.example/x",
        "https://notsharepoint.com/x",
        "https://hill.sharepoint.com@evil.example/x",
        "https://hill.sharepoint.com:8443/x",
        "https://hill.sharepoint.com:x/x",
        "//hill.sharepoint.com/x",
    ],
)
def test_any_other_server_is_not_asked_and_its_address_not_told(graph, url):
    with pytest.raises(Misconfigured, match="a server it may not ask") as refused:
        graph.ask_unsigned("GET", url, doing="read a document")

    assert url not in str(refused.value)


@pytest.mark.parametrize("url", ["https://hill.sharepoint.com:443/x", "https://uksouth1-mediap.svc.ms/transform/pdf"])
def test_sharepoints_own_servers_may_be_asked(url):
    assert is_one_of(url, FILE_HOSTS, "https://graph.microsoft.com/v1.0")


# ------------------------------------------------------------ signing in


def test_a_token_that_is_refused_in_the_middle_of_a_run_is_asked_for_anew(graph, tenant):
    draft(graph)
    tenant.tokens.clear()

    assert draft(graph, Policy.NEVER_TWICE).status == 201
    assert len(tenant.tokens) == 1


def test_a_challenge_is_met_with_a_token_for_it(graph, heard):
    heard.instead = [Refused(401, "InvalidAuthenticationToken", headers={"WWW-Authenticate": CHALLENGE})]

    assert draft(graph, Policy.NEVER_TWICE).status == 201

    tokens = [asked.headers["authorization"] for asked in heard.asked]
    assert len(set(tokens)) == 2
    assert all("," not in token for token in tokens), "one token at a time"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"client_id": "other"}, r"does not let Firstbell sign in \(AADSTS\d+\)"),
        ({"sign_in": "secret", "secret": "wrong"}, "the app's secret is wrong"),
        ({"certificate_authority": None}, "web filter"),
    ],
)
def test_a_sign_in_that_is_turned_away_says_what_to_mend(settings, change, sentence):
    secrets = FakeSecrets(wrong="wrong")

    with Graph(settings.model_copy(update=change), secrets) as graph, pytest.raises(Misconfigured, match=sentence):
        draft(graph)


def test_a_sign_in_service_that_is_away_is_no_fault_of_the_settings(settings):
    away = settings.model_copy(update={"sign_in_url": "https://localhost:9"})

    with Graph(away, FakeSecrets()) as graph, pytest.raises(RetryLater):
        draft(graph, Policy.NEVER_TWICE)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"certificate": "gone.pem"}, "certificate can't be read"),
        ({"certificate": "authority.pem"}, "holds no certificate with its key"),
        ({"certificate_authority": "gone.pem"}, "certificate_authority is not there"),
        ({"sign_in": "secret", "secret": "nowhere"}, "nowhere"),
    ],
)
def test_a_file_or_secret_that_is_not_there_is_told_by_its_setting(settings, change, sentence):
    folder = settings.certificate_authority.parent
    placed = {key: folder / value if key.startswith("cert") else value for key, value in change.items()}

    with (
        Graph(settings.model_copy(update=placed), FakeSecrets()) as graph,
        pytest.raises(Misconfigured, match=sentence),
    ):
        draft(graph)


# ------------------------------------------------------------ one process, many runs


def test_a_second_run_in_the_same_process_has_connections_of_its_own(settings):
    for _ in range(2):
        with Graph(settings, FakeSecrets()) as graph:
            assert draft(graph).status == 201


def test_two_connections_at_once_do_not_mix(settings):
    with Graph(settings, FakeSecrets()) as one, Graph(settings, FakeSecrets()) as other:
        for graph in (one, other, one):
            assert draft(graph).status == 201


def test_closing_again_does_nothing(graph):
    draft(graph)

    graph.close()
    graph.close()


def test_no_log_at_any_level_holds_an_address_or_a_token(graph, tenant, caplog):
    with caplog.at_level(logging.DEBUG):
        draft(graph)

    [token] = tenant.tokens
    for needle in (OFFICE, "absence%40hill", token):
        assert needle not in caplog.text


def test_no_trace_of_the_platform_holds_a_whole_address(graph):
    draft(graph)

    assert graph._transport._adapter.observability_options.include_euii_attributes is False
