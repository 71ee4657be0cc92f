"""The sandbox's mailboxes: what Graph would do with these requests, and what it would refuse."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.microsoft import mail_visitors
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asked import Request
from firstbell.testing.microsoft.mail import ROUTES
from firstbell.testing.microsoft.mail_state import LagShows, SecondSend
from firstbell.testing.microsoft.sandbox import VERSION, Sandbox
from firstbell.testing.microsoft.tenant import Tenant

BOX, FOREIGN, URL = "office@school.example", "head@school.example", "https://localhost:1"
KEY = "String {0bb5ae0c-1c09-4a42-9c5c-5a8f7cf1b2d4} Name firstbellKey"
HAS_KEY = f"singleValueExtendedProperties/Any(ep: ep/id eq '{KEY}' and ep/value eq 'ABC')"
WITH_KEY = {"$expand": f"singleValueExtendedProperties($filter=id eq '{KEY}')"}
IMMUTABLE = {"prefer": 'IdType="ImmutableId"'}
NOBODY = {"toRecipients": []}


class Client:
    """An app that has a token and may use one mailbox."""

    def __init__(self):
        self.clock = FakeClock()
        self.tenant = Tenant("school", self.clock.now)
        self.tenant.apps["app"] = App("app", mailboxes=frozenset({BOX}))
        self.tenant.tokens["token"] = ("app", self.clock.now().replace(year=2030))
        self.tenant.mail.add(BOX, FOREIGN)
        self._sandbox = Sandbox(self.tenant, ROUTES)

    def ask(self, method, path, told=None, query=None, headers=IMMUTABLE, box=BOX):
        """The status and the body; the answer's first error code where it was refused."""
        content = json.dumps(told).encode() if told is not None else b""
        sent = {"authorization": "Bearer token", "content-type": "application/json", **headers}
        answer = self._sandbox.answer(Request(method, f"{VERSION}/users/{box}{path}", query or {}, sent, content, URL))
        is_error = isinstance(answer.body, dict) and "error" in answer.body
        return answer.status, answer.body["error"]["code"] if is_error else answer.body

    def draft(self, key="k1", **more):
        told = {
            "subject": "Attendance this morning",
            "toRecipients": [{"emailAddress": {"address": "zoe@example.net"}}],
            "singleValueExtendedProperties": [{"id": KEY, "value": key}],
        }
        _, body = self.ask("POST", "/messages", told | more)
        return body["id"]

    def send(self, message_id):
        return self.ask("POST", f"/messages/{message_id}/send")

    def find(self, condition, path="/messages", **more):
        status, body = self.ask("GET", path, query={"$filter": condition, **more})
        return body["value"] if status == 200 else body

    def follow(self, link):
        url = urlsplit(link)
        return self.ask(
            "GET", url.path.removeprefix(f"/v1.0/users/{BOX.replace('@', '%40')}"), query=dict(parse_qsl(url.query))
        )


@pytest.fixture
def client():
    return Client()


def test_a_draft_is_told_with_what_exchange_made(client):
    status, body = client.ask("POST", "/messages", {"subject": "Hello"})

    assert status == 201
    assert body["isDraft"]
    assert body["internetMessageId"].endswith("@school.example>")
    assert body["@odata.etag"] == f'W/"{body["changeKey"]}"'


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"subjct": "Hello"}, "invalidRequest"),
        ({"isDraft": False}, "ErrorInvalidPropertySet"),
        ({"internetMessageHeaders": [{"name": "Auto-Submitted", "value": "auto"}]}, "InvalidInternetMessageHeader"),
        ({"internetMessageHeaders": [{"name": "x-a", "value": "b"}] * 6}, "InvalidInternetMessageHeader"),
        ({"singleValueExtendedProperties": [{"id": "firstbellKey", "value": "k"}]}, "ErrorInvalidProperty"),
    ],
)
def test_a_draft_that_graph_would_not_take_is_refused(client, told, code):
    assert client.ask("POST", "/messages", told) == (400, code)


def test_a_property_is_found_by_its_exact_name_and_its_value_in_any_case(client):
    message_id = client.draft("abc")

    (found,) = client.find(HAS_KEY, **WITH_KEY)
    assert (found["id"], found["singleValueExtendedProperties"]) == (message_id, [{"id": KEY, "value": "abc"}])
    assert client.find(HAS_KEY.replace("firstbellKey", "FirstbellKey")) == []


@pytest.mark.parametrize(
    "condition",
    [
        "subject eq 'Hello'",
        "contains(subject, 'x')",
        "isDraft eq true or isDraft eq false",
        "createdDateTime ge now",
        "isDraft eq true and",
    ],
)
def test_a_filter_of_an_unknown_shape_is_refused_and_not_guessed_at(client, condition):
    assert client.find(condition) == "ErrorInvalidUrlQueryFilter"


def test_a_filtered_list_can_be_ordered_only_by_what_it_is_filtered_by(client):
    client.draft()

    assert client.find("isDraft eq true", **{"$orderby": "createdDateTime"}) == "InefficientFilter"
    assert len(client.find("createdDateTime ge 2026-11-23T00:00:00Z", **{"$orderby": "createdDateTime desc"})) == 1


def test_pages_lead_to_one_another(client):
    ids = [client.draft(f"k{number}") for number in range(5)]

    _, page = client.ask("GET", "/mailFolders/drafts/messages", query={"$top": "2", "$select": "id"})
    found = [each["id"] for each in page["value"]]
    while "@odata.nextLink" in page:
        _, page = client.follow(page["@odata.nextLink"])
        found += [each["id"] for each in page["value"]]

    assert found == ids[::-1]


def test_an_immutable_id_finds_the_copy_in_sent_items_and_the_other_kind_does_not(client):
    message_id = client.draft()
    _, shown = client.ask("GET", f"/messages/{message_id}", headers={})

    client.send(message_id)

    assert client.ask("GET", f"/messages/{message_id}")[1]["isDraft"] is False
    assert client.ask("GET", f"/messages/{shown['id']}") == (404, "ErrorItemNotFound")
    assert [each["id"] for each in client.find("isDraft eq false", "/mailFolders/sentitems/messages")] == [message_id]


@pytest.mark.parametrize(("shows", "seen"), [(LagShows.NOTHING, 404), (LagShows.DRAFT, 200)])
def test_sent_items_fill_late(client, shows, seen):
    client.tenant.mail.lag, client.tenant.mail.lag_shows = (
        client.clock.now().replace(minute=47) - client.clock.now(),
        shows,
    )
    message_id = client.draft()
    client.send(message_id)

    status, body = client.ask("GET", f"/messages/{message_id}")
    assert (status, status == 404 or body["isDraft"]) == (seen, True)
    client.clock.advance(minutes=2)

    assert client.ask("GET", f"/messages/{message_id}")[1]["isDraft"] is False


@pytest.mark.parametrize(
    ("second", "status", "times"),
    [
        (SecondSend.NOT_FOUND, 404, 1),
        (SecondSend.BAD_REQUEST, 400, 1),
        (SecondSend.IGNORED, 202, 1),
        (SecondSend.AGAIN, 202, 2),
    ],
)
def test_what_a_second_send_does_is_a_switch(client, second, status, times):
    client.tenant.mail.second_send = second
    message_id = client.draft()
    client.send(message_id)

    assert client.send(message_id)[0] == status
    assert client.tenant.mail.times_arrived()[message_id] == times


def test_a_message_to_nobody_is_not_sent(client):
    assert client.send(client.draft(**NOBODY)) == (400, "ErrorInvalidRecipients")


def test_a_deleted_draft_lies_in_deleted_items_and_then_nowhere(client):
    message_id = client.draft()

    assert client.ask("DELETE", f"/messages/{message_id}")[0] == 204
    assert client.find("isDraft eq true", "/mailFolders/drafts/messages") == []
    assert client.send(message_id) == (404, "ErrorItemNotFound")
    assert client.ask("DELETE", f"/messages/{message_id}")[0] == 204
    assert client.ask("GET", f"/messages/{message_id}") == (404, "ErrorItemNotFound")


def test_a_change_holds_only_for_the_message_that_was_read(client):
    message_id = client.draft()
    _, read = client.ask("GET", f"/messages/{message_id}")
    headers = {**IMMUTABLE, "if-match": read["@odata.etag"]}

    assert client.ask("PATCH", f"/messages/{message_id}", {"subject": "One"}, headers=headers)[0] == 200
    assert client.ask("PATCH", f"/messages/{message_id}", {"subject": "Two"}, headers=headers)[0] == 412
    assert client.ask("POST", f"/messages/{message_id}/permanentDelete", headers=headers)[0] == 412


def test_headers_can_t_be_changed_and_neither_can_what_was_sent(client):
    message_id = client.draft()
    headers = {"internetMessageHeaders": [{"name": "x-a", "value": "b"}]}

    assert client.ask("PATCH", f"/messages/{message_id}", headers) == (400, "ErrorInvalidPropertySet")
    client.send(message_id)
    assert client.ask("PATCH", f"/messages/{message_id}", {"subject": "Two"}) == (400, "ErrorInvalidPropertySet")


def test_only_the_mailboxes_of_the_app_are_open_to_it(client):
    assert client.ask("GET", "/messages", box=FOREIGN) == (403, "ErrorAccessDenied")
    client.tenant.apps["app"].roles = frozenset({"Mail.ReadWrite"})
    assert client.ask("GET", "/messages", box=FOREIGN)[0] == 200
    assert client.ask("GET", "/messages", box="nobody@school.example") == (404, "ErrorInvalidUser")


def test_who_has_an_address_can_be_asked(client):
    assert client.ask("GET", "", query={"$select": "mail"}) == (200, {"mail": BOX})
    assert client.ask("GET", "", box="nobody@school.example") == (404, "Request_ResourceNotFound")


# ------------------------------------------------------------ what comes back


def arrived(client):
    client.send(client.draft())
    return client.tenant.mail.arrived[-1]


def inbox_since(client, link=None):
    """The ids in a delta, those that are gone with a minus, and the link to the next one."""
    path = "/mailFolders/inbox/messages/delta"
    _, body = client.follow(link) if link else client.ask("GET", path, query={"$select": "id"})
    while "@odata.nextLink" in body:
        _, body = client.follow(body["@odata.nextLink"])
    return [f"-{each['id']}" if "@removed" in each else each["id"] for each in body["value"]], body["@odata.deltaLink"]


def test_a_delta_tells_what_came_and_what_went_since_the_last_one(client):
    mail = arrived(client)
    first = mail_visitors.reply(client.tenant, mail, "She is ill.").id
    found, link = inbox_since(client)
    assert found == [first]

    second = mail_visitors.out_of_office(client.tenant, mail).id
    client.ask("DELETE", f"/messages/{first}")

    found, link = inbox_since(client, link)
    assert sorted(found) == sorted([second, f"-{first}"])
    assert inbox_since(client, link)[0] == []


def test_a_delta_may_repeat_itself_and_begin_with_an_empty_page(client):
    client.tenant.mail.delta_repeats = client.tenant.mail.delta_pauses = True
    item = mail_visitors.reply(client.tenant, arrived(client), "She is ill.")

    _, first = client.ask("GET", "/mailFolders/inbox/messages/delta")

    assert first["value"] == []
    assert inbox_since(client)[0] == [item.id] * 2


def test_a_delta_may_have_forgotten_where_it_was(client):
    _, link = inbox_since(client)
    client.tenant.mail.delta_forgets = True

    assert client.follow(link) == (410, "SyncStateNotFound")
    assert inbox_since(client)[0] == []


def test_exchange_s_report_names_the_sent_item_by_its_search_key(client):
    mail = arrived(client)
    names = "id eq 'String 0x001A' or id eq 'Binary 0x0025'"

    report = mail_visitors.does_not_arrive(client.tenant, mail)

    _, told = client.ask(
        "GET", f"/messages/{report.id}", query={"$expand": f"singleValueExtendedProperties($filter={names})"}
    )
    told = {each["id"]: each["value"] for each in told["singleValueExtendedProperties"]}
    assert told["String 0x001A"] == "REPORT.IPM.Note.NDR"
    assert told["Binary 0x0025"] == client.tenant.mail.mailboxes[BOX].items[mail.item_id].properties["Binary 0x300B"]
