"""Document libraries of the sandbox, as a program that signed in sees them."""

import datetime as dt
import shutil

import pytest

from firstbell.testing.microsoft import drive_content, drives
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asking import Program, code_of
from firstbell.testing.microsoft.files import Drive
from firstbell.testing.microsoft.server import Sandbox
from firstbell.testing.microsoft.sharing import open_in_excel
from firstbell.testing.microsoft.tenant import Tenant

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
HEAD = "head@example.org"


class Client(Program):
    """Asks as the app "firstbell", which was given the site of one library and not that of the other."""

    def __init__(self):
        self.now = NOW
        self.tenant = Tenant("tenant", lambda: self.now)
        self.tenant.apps["firstbell"] = App("firstbell", sites=frozenset({"attendance"}))
        self.tenant.tokens["token"] = ("firstbell", NOW + dt.timedelta(days=1))
        for drive_id, site in (("papers", "attendance"), ("others", "staffroom")):
            self.tenant.drives[drive_id] = Drive.empty(drive_id, site, NOW, {HEAD: "owner"})
        super().__init__(Sandbox(self.tenant, [*drives.ROUTES, *drive_content.ROUTES]))

    @property
    def drive(self):
        return self.tenant.drives["papers"]

    def put(self, name, content=b"x", **headers):
        return self.ask("PUT", f"/drives/papers/root:/{name}:/content", content, **headers)


@pytest.fixture
def client():
    return Client()


def names_in(answer):
    return [item["name"] for item in answer.body["value"]]


def test_a_file_saved_by_path_is_found_by_path_by_id_and_in_its_folder(client):
    made = client.put("2026/case-1/letter.pdf", b"%PDF")

    assert (made.status, made.body["size"]) == (201, 4)
    found = client.ask("GET", f"/drives/papers/items/{made.body['id']}")
    assert client.ask("GET", "/drives/papers/root:/2026/CASE-1/letter.pdf").body == found.body == made.body
    folder = made.body["parentReference"]["id"]
    assert names_in(client.ask("GET", f"/drives/papers/items/{folder}/children")) == ["letter.pdf"]


def test_saving_again_replaces_the_content_and_keeps_the_version_before(client):
    before = client.put("list.xlsx", b"first").body
    after = client.put("list.xlsx", b"second")

    assert (after.status, after.body["id"]) == (200, before["id"])
    assert after.body["eTag"] != before["eTag"]
    versions = client.ask("GET", f"/drives/papers/items/{before['id']}/versions").body["value"]
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
    place = f"/drives/papers/items/{client.drive.root.id}:/letter.pdf:/content"

    found = client.ask("PUT", f"{place}?@microsoft.graph.conflictBehavior={how}", b"y")

    assert found.status == status
    assert names_in(client.ask("GET", "/drives/papers/items/root/children")) == names


def test_a_file_that_changed_meanwhile_is_not_replaced(client):
    old = client.put("list.xlsx", b"first").body
    client.put("list.xlsx", b"a person's")

    answer = client.ask("PUT", f"/drives/papers/items/{old['id']}/content", b"ours", if_match=old["eTag"])

    assert (answer.status, code_of(answer)) == (412, "resourceModified")
    assert client.drive.at("list.xlsx").content == b"a person's"


def test_a_file_that_somebody_has_open_is_locked(client):
    client.put("list.xlsx", b"first")
    open_in_excel(client.drive.at("list.xlsx"), HEAD)

    answer = client.put("list.xlsx", b"second")

    assert (answer.status, code_of(answer)) == (423, "resourceLocked")
    assert client.drive.at("list.xlsx").content == b"first"


@pytest.mark.parametrize("name", ["a*b.pdf", "trailing.", "~$lock.docx", " x.pdf", "CON", 'say "no".pdf'])
def test_a_name_that_sharepoint_forbids_is_refused(client, name):
    answer = client.ask("POST", "/drives/papers/items/root/children", {"name": name, "folder": {}})

    assert (answer.status, code_of(answer)) == (400, "invalidName")


def test_content_is_fetched_from_an_address_that_needs_no_token(client):
    made = client.put("letter.pdf", b"%PDF").body

    answer = client.ask("GET", f"/drives/papers/items/{made['id']}/content")

    assert answer.status == 302
    assert client.ask("GET", answer.headers["Location"]).body == b"%PDF"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_a_document_is_fetched_as_pdf(client):
    made = client.put("pupils.csv", b"pupil,sessions\n1,12\n").body

    answer = client.ask("GET", f"/drives/papers/items/{made['id']}/content?format=pdf")

    assert client.ask("GET", answer.headers["Location"]).body.startswith(b"%PDF-")


def test_what_the_service_does_not_convert_is_refused(client):
    made = client.put("letter.html", b"<p>x</p>").body

    assert client.ask("GET", f"/drives/papers/items/{made['id']}/content?format=pdf").status == 406


def test_a_library_of_a_site_that_was_not_given_is_closed(client):
    assert client.ask("GET", "/drives/others/items/root/children").status == 403
    assert client.ask("GET", "/drives/nowhere").status == 404


def test_a_new_file_may_be_missing_from_the_list_for_a_while(client):
    client.drive.lag = dt.timedelta(seconds=30)
    made = client.put("letter.pdf").body

    assert names_in(client.ask("GET", "/drives/papers/items/root/children")) == []
    assert client.ask("GET", f"/drives/papers/items/{made['id']}").status == 200
    client.now += dt.timedelta(seconds=30)
    assert names_in(client.ask("GET", "/drives/papers/items/root/children")) == ["letter.pdf"]


def test_a_long_list_comes_in_pages(client):
    for number in range(3):
        client.put(f"{number}.pdf")

    first = client.ask("GET", "/drives/papers/items/root/children?$top=2&$select=name").body

    assert first["value"] == [{"name": "0.pdf"}, {"name": "1.pdf"}]
    assert client.ask("GET", first["@odata.nextLink"]).body == {"value": [{"name": "2.pdf"}]}


def test_a_folder_is_made_once(client):
    ask = {"name": "case-1", "folder": {}, "@microsoft.graph.conflictBehavior": "fail"}

    assert client.ask("POST", "/drives/papers/items/root/children", ask).status == 201
    again = client.ask("POST", "/drives/papers/items/root/children", ask)
    assert (again.status, code_of(again)) == (409, "nameAlreadyExists")


def test_an_item_is_renamed_moved_and_deleted(client):
    made = client.put("draft.pdf").body
    folder = client.ask("POST", "/drives/papers/items/root/children", {"name": "case-1", "folder": {}}).body
    item, change = f"/drives/papers/items/{made['id']}", {"name": "a.pdf", "parentReference": {"id": folder["id"]}}

    assert client.ask("PATCH", item, change, if_match='"old"').status == 412
    assert client.ask("PATCH", item, change, if_match=made["eTag"]).status == 200
    assert client.drive.at("case-1/a.pdf").id == made["id"]
    assert client.ask("DELETE", f"/drives/papers/items/{folder['id']}").status == 204
    assert client.ask("GET", item).status == 404


def test_a_delta_tells_what_changed_and_what_is_gone(client):
    kept, gone = client.put("kept.pdf").body, client.put("gone.pdf").body
    link = client.ask("GET", "/drives/papers/root/delta").body["@odata.deltaLink"]
    client.put("kept.pdf", b"more")
    client.ask("DELETE", f"/drives/papers/items/{gone['id']}")

    changed = client.ask("GET", link).body["value"]

    assert [(item["id"], "deleted" in item) for item in changed] == [(kept["id"], False), (gone["id"], True)]
    assert client.ask("GET", "/drives/papers/root/delta?token=77").status == 410


def test_nothing_that_was_asked_left_the_contract(client):
    client.put("letter.pdf")

    assert client.tenant.violations == []
