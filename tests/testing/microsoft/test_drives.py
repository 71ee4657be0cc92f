"""Document libraries of the sandbox, as a program that signed in sees them."""

import datetime as dt
import json

import pytest

from firstbell.testing.microsoft import drive_content, drives
from firstbell.testing.microsoft.files import Drive
from firstbell.testing.microsoft.server import Sandbox
from firstbell.testing.microsoft.sharing import open_in_excel
from firstbell.testing.microsoft.tenant import App, Tenant

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
HEAD = "head@example.org"


class Client:
    """Asks the sandbox without a network, as the app "firstbell", which was given one site."""

    def __init__(self):
        self.now = NOW
        self.tenant = Tenant("tenant", lambda: self.now)
        self.tenant.apps["firstbell"] = App("firstbell", sites=frozenset({"attendance"}))
        self.tenant.tokens["token"] = ("firstbell", NOW + dt.timedelta(days=1))
        for drive_id, site in (("papers", "attendance"), ("others", "staffroom")):
            self.tenant.drives[drive_id] = Drive.empty(drive_id, site, NOW, {HEAD: "owner"})
        self.sandbox = Sandbox(self.tenant, [*drives.ROUTES, *drive_content.ROUTES])

    @property
    def drive(self):
        return self.tenant.drives["papers"]

    def ask(self, method, path, body=None, **headers):
        """The answer's status and body; a body of bytes is content."""
        path, _, query = path.partition("?")
        asked = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        is_json = isinstance(body, dict)
        content = json.dumps(body).encode() if is_json else body or b""
        sent = {"authorization": "Bearer token", "content-type": "application/json" if is_json else "text/plain"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.sandbox.answer(method, path, asked, sent, content, "https://localhost")
        return answer.status, answer.headers if answer.status == 302 else answer.body

    def put(self, name, content=b"x", **headers):
        return self.ask("PUT", f"/drives/papers/root:/{name}:/content", content, **headers)


@pytest.fixture
def client():
    return Client()


def code_of(body):
    return body["error"]["innerError"].get("code") or body["error"]["code"]


def names_in(body):
    return [item["name"] for item in body["value"]]


def test_a_file_saved_by_path_is_found_by_path_by_id_and_in_its_folder(client):
    status, made = client.put("2026/case-1/letter.pdf", b"%PDF")

    assert (status, made["size"]) == (201, 4)
    assert client.ask("GET", "/drives/papers/root:/2026/CASE-1/letter.pdf")[1]["id"] == made["id"]
    assert client.ask("GET", f"/drives/papers/items/{made['id']}")[1]["eTag"] == made["eTag"]
    folder = made["parentReference"]["id"]
    assert names_in(client.ask("GET", f"/drives/papers/items/{folder}/children")[1]) == ["letter.pdf"]


def test_saving_again_replaces_the_content_and_keeps_the_version_before(client):
    before = client.put("list.xlsx", b"first")[1]
    status, after = client.put("list.xlsx", b"second")

    assert (status, after["id"]) == (200, before["id"])
    assert after["eTag"] != before["eTag"]
    versions = client.ask("GET", f"/drives/papers/items/{after['id']}/versions")[1]["value"]
    assert [version["id"] for version in versions] == ["2.0", "1.0"]


@pytest.mark.parametrize(
    ("how", "status", "names"),
    [
        ("fail", 409, ["letter.pdf"]),
        ("replace", 200, ["letter.pdf"]),
        ("rename", 201, ["letter 1.pdf", "letter.pdf"]),
    ],
)
def test_a_taken_name_is_met_as_asked(client, how, status, names):
    client.put("letter.pdf")
    root = client.drive.root.id

    found = client.ask(
        "PUT", f"/drives/papers/items/{root}:/letter.pdf:/content?@microsoft.graph.conflictBehavior={how}", b"y"
    )

    assert found[0] == status
    assert names_in(client.ask("GET", "/drives/papers/items/root/children")[1]) == names


def test_a_file_that_changed_meanwhile_is_not_replaced(client):
    old = client.put("list.xlsx", b"first")[1]
    client.put("list.xlsx", b"a person's")

    status, body = client.ask("PUT", f"/drives/papers/items/{old['id']}/content", b"ours", if_match=old["eTag"])

    assert (status, code_of(body)) == (412, "resourceModified")
    assert client.drive.at("list.xlsx").content == b"a person's"


def test_a_file_that_somebody_has_open_is_locked(client):
    client.put("list.xlsx", b"first")
    open_in_excel(client.drive.at("list.xlsx"), HEAD)

    status, body = client.put("list.xlsx", b"second")

    assert (status, code_of(body)) == (423, "resourceLocked")
    assert client.drive.at("list.xlsx").content == b"first"


@pytest.mark.parametrize("name", ["a*b.pdf", "trailing.", "~$lock.docx", " x.pdf", "CON", 'say "no".pdf'])
def test_a_name_that_sharepoint_forbids_is_refused(client, name):
    status, body = client.ask("POST", "/drives/papers/items/root/children", {"name": name, "folder": {}})

    assert (status, code_of(body)) == (400, "invalidName")


def test_content_is_fetched_from_an_address_that_needs_no_token(client):
    made = client.put("letter.pdf", b"%PDF")[1]

    status, headers = client.ask("GET", f"/drives/papers/items/{made['id']}/content")

    token = headers["Location"].removeprefix("https://localhost/download/")
    assert (status, client.tenant.downloads[token]) == (302, b"%PDF")


def test_a_library_of_a_site_that_was_not_given_is_closed(client):
    assert client.ask("GET", "/drives/others/items/root/children")[0] == 403
    assert client.ask("GET", "/drives/nowhere")[0] == 404


def test_a_new_file_may_be_missing_from_the_list_for_a_while(client):
    client.drive.lag = dt.timedelta(seconds=30)
    made = client.put("letter.pdf")[1]

    assert names_in(client.ask("GET", "/drives/papers/items/root/children")[1]) == []
    assert client.ask("GET", f"/drives/papers/items/{made['id']}")[0] == 200
    client.now += dt.timedelta(seconds=30)
    assert names_in(client.ask("GET", "/drives/papers/items/root/children")[1]) == ["letter.pdf"]


def test_a_long_list_comes_in_pages(client):
    for number in range(3):
        client.put(f"{number}.pdf")

    first = client.ask("GET", "/drives/papers/items/root/children?$top=2&$select=name")[1]
    link = first["@odata.nextLink"].removeprefix("https://localhost/v1.0")

    assert first["value"] == [{"name": "0.pdf"}, {"name": "1.pdf"}]
    assert client.ask("GET", link)[1] == {"value": [{"name": "2.pdf"}]}


def test_a_folder_is_made_once(client):
    ask = {"name": "case-1", "folder": {}, "@microsoft.graph.conflictBehavior": "fail"}

    assert client.ask("POST", "/drives/papers/items/root/children", ask)[0] == 201
    status, body = client.ask("POST", "/drives/papers/items/root/children", ask)
    assert (status, code_of(body)) == (409, "nameAlreadyExists")


def test_an_item_is_renamed_moved_and_deleted(client):
    made = client.put("draft.pdf")[1]
    folder = client.ask("POST", "/drives/papers/items/root/children", {"name": "case-1", "folder": {}})[1]

    change = {"name": "letter.pdf", "parentReference": {"id": folder["id"]}}
    assert client.ask("PATCH", f"/drives/papers/items/{made['id']}", change, if_match='"old"')[0] == 412
    assert client.ask("PATCH", f"/drives/papers/items/{made['id']}", change, if_match=made["eTag"])[0] == 200
    assert client.drive.at("case-1/letter.pdf").id == made["id"]
    assert client.ask("DELETE", f"/drives/papers/items/{folder['id']}")[0] == 204
    assert client.ask("GET", f"/drives/papers/items/{made['id']}")[0] == 404


def test_a_delta_tells_what_changed_and_what_is_gone(client):
    kept, gone = client.put("kept.pdf")[1], client.put("gone.pdf")[1]
    link = client.ask("GET", "/drives/papers/root/delta")[1]["@odata.deltaLink"].removeprefix("https://localhost/v1.0")
    client.put("kept.pdf", b"more")
    client.ask("DELETE", f"/drives/papers/items/{gone['id']}")

    changed = client.ask("GET", link)[1]["value"]

    assert [(item["id"], "deleted" in item) for item in changed] == [(kept["id"], False), (gone["id"], True)]
    assert client.ask("GET", "/drives/papers/root/delta?token=77")[0] == 410


def test_nothing_that_was_asked_left_the_contract(client):
    client.put("letter.pdf")

    assert client.tenant.violations == []
