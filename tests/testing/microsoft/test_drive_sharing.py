"""Who may open what in the sandbox, large files in fragments, sites, and SharePoint's hash."""

import base64
import datetime as dt

import pytest

from firstbell.testing.microsoft import drive_content, drive_sharing, drive_uploads, drives, sites
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asking import Program, code_of
from firstbell.testing.microsoft.faults import Fault, Kind
from firstbell.testing.microsoft.files import Drive, Site
from firstbell.testing.microsoft.quick_xor_hash import quick_xor_hash
from firstbell.testing.microsoft.server import Sandbox
from firstbell.testing.microsoft.sharing import let_group_in, make_link
from firstbell.testing.microsoft.tenant import Tenant

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
FRAGMENT = 320 * 1024
ROUTES = [*drives.ROUTES, *drive_content.ROUTES, *drive_sharing.ROUTES, *drive_uploads.ROUTES, *sites.ROUTES]


@pytest.fixture
def tenant():
    tenant = Tenant("tenant", lambda: NOW)
    tenant.apps["firstbell"] = App("firstbell", sites=frozenset({"attendance"}))
    tenant.tokens["token"] = ("firstbell", NOW + dt.timedelta(days=1))
    tenant.sites = [Site("attendance", "sites/attendance", "Attendance"), Site("staff", "sites/staff", "Staff")]
    tenant.drives["papers"] = Drive.empty("papers", "attendance", NOW, {"Owners": "owner"})
    yield tenant
    assert tenant.violations == []


@pytest.fixture
def program(tenant):
    return Program(Sandbox(tenant, ROUTES))


@pytest.fixture
def folder(program):
    return program.ask("POST", "/drives/papers/items/root/children", {"name": "case-1", "folder": {}}).body["id"]


def invite(program, folder, *people, **changes):
    ask = {"roles": ["write"], "requireSignIn": True, "sendInvitation": False, "retainInheritedPermissions": False}
    recipients = [{"email": person} for person in people]
    return program.ask("POST", f"/drives/papers/items/{folder}/invite", {"recipients": recipients} | ask | changes)


def permissions(program, item):
    return program.ask("GET", f"/drives/papers/items/{item}/permissions").body["value"]


def test_a_new_folder_inherits_who_may_open_it(program, folder):
    (inherited,) = permissions(program, folder)

    assert inherited["grantedToV2"]["siteGroup"]["displayName"] == "Owners"
    assert program.ask("DELETE", f"/drives/papers/items/{folder}/permissions/{inherited['id']}").status == 400


def test_the_first_invitation_may_end_the_inheritance(program, folder):
    invite(program, folder, "head@example.org")

    (only,) = permissions(program, folder)
    assert only["grantedToV2"]["siteUser"]["loginName"] == "i:0#.f|membership|head@example.org"
    assert program.ask("DELETE", f"/drives/papers/items/{folder}/permissions/{only['id']}").status == 204
    assert permissions(program, folder) == []


def test_an_invitation_that_keeps_the_inherited_copies_it(program, folder, tenant):
    invite(program, folder, "head@example.org", retainInheritedPermissions=True)
    let_group_in(tenant.drives["papers"].root, "Everyone")

    assert len(permissions(program, folder)) == 2


def test_inviting_again_changes_the_role_alone(program, folder):
    invite(program, folder, "head@example.org")
    invite(program, folder, "head@example.org", roles=["read"])

    assert [permission["roles"] for permission in permissions(program, folder)] == [["read"]]


def test_an_address_that_nobody_has_is_refused(program, folder, tenant):
    tenant.strangers.add("hed@example.org")

    answer = invite(program, folder, "head@example.org", "hed@example.org")

    assert (answer.status, code_of(answer)) == (400, "noResolvedUsers")
    assert len(permissions(program, folder)) == 1


@pytest.mark.parametrize("scope", ["anonymous", "organization"])
def test_a_link_is_made_once_and_shows_how_far_it_reaches(program, folder, scope):
    make = {"type": "view", "scope": scope}

    assert program.ask("POST", f"/drives/papers/items/{folder}/createLink", make).status == 201
    assert program.ask("POST", f"/drives/papers/items/{folder}/createLink", make).status == 200
    assert [p["link"]["scope"] for p in permissions(program, folder) if "link" in p] == [scope]


def test_a_page_can_say_who_may_open_a_folder(program, folder, tenant):
    here = tenant.drives["papers"].at("case-1")
    assert here.roles is None

    invite(program, folder, "head@example.org")
    make_link(here, "anonymous")

    assert here.roles == {"head@example.org": "write", "anyone with the link": "read"}


def begin(program, how="replace"):
    ask = {"item": {"@microsoft.graph.conflictBehavior": how}}
    return program.ask("POST", "/drives/papers/root:/case-1/big.pdf:/createUploadSession", ask).body["uploadUrl"]


def send(program, url, first, content, total, **headers):
    return program.ask(
        "PUT", url, content, content_range=f"bytes {first}-{first + len(content) - 1}/{total}", **headers
    )


def test_a_large_file_comes_in_fragments(program, tenant):
    url, content = begin(program), bytes(FRAGMENT) + b"end"

    first = send(program, url, 0, content[:FRAGMENT], len(content))
    last = send(program, url, FRAGMENT, b"end", len(content))

    assert (first.status, first.body["nextExpectedRanges"]) == (202, [f"{FRAGMENT}-"])
    assert (last.status, last.body["size"]) == (201, len(content))
    assert tenant.drives["papers"].at("case-1/big.pdf").content == content
    assert program.ask("GET", url).status == 404


def test_a_fragment_that_has_come_already_is_told_so_and_the_status_says_what_is_next(program):
    url = begin(program)
    send(program, url, 0, bytes(FRAGMENT), 2 * FRAGMENT)

    assert send(program, url, 0, bytes(FRAGMENT), 2 * FRAGMENT).status == 416
    assert program.ask("GET", url).body["nextExpectedRanges"] == [f"{FRAGMENT}-"]


def test_a_fragment_with_a_token_or_of_an_odd_size_or_out_of_order_is_refused(program):
    url = begin(program)

    assert send(program, url, 0, bytes(FRAGMENT), 2 * FRAGMENT, authorization="Bearer token").status == 401
    assert send(program, url, 0, bytes(1000), 2 * FRAGMENT).status == 400
    assert send(program, url, FRAGMENT, bytes(FRAGMENT), 2 * FRAGMENT).status == 416


def test_a_taken_name_is_found_out_at_the_end_and_the_last_fragment_can_be_sent_again(program, tenant):
    program.ask("PUT", "/drives/papers/root:/case-1/big.pdf:/content", b"there before")
    url = begin(program, how="fail")

    assert send(program, url, 0, b"whole", 5).status == 409
    tenant.drives["papers"].remove(tenant.drives["papers"].at("case-1/big.pdf"))
    assert send(program, url, 0, b"whole", 5).status == 201


def test_a_fault_can_lose_the_answer_to_a_fragment(program, tenant):
    url = begin(program)
    tenant.script.add(Fault(Kind.GATEWAY_AFTER, where="PUT /upload/"))

    assert send(program, url, 0, b"whole", 5).status == 504
    assert tenant.drives["papers"].at("case-1/big.pdf").content == b"whole"


def test_a_site_is_found_by_id_and_by_address_with_its_libraries(program):
    site = program.ask("GET", "/sites/attendance").body

    assert program.ask("GET", "/sites/examplehill.sharepoint.com:/sites/attendance").body == site
    assert [d["id"] for d in program.ask("GET", "/sites/attendance/drives").body["value"]] == ["papers"]
    assert program.ask("GET", "/sites/attendance/drive").body["id"] == "papers"


def test_a_site_that_was_not_given_is_closed_until_an_administrators_program_gives_it(program, tenant):
    give = {"roles": ["write"], "grantedToIdentities": [{"application": {"id": "firstbell", "displayName": "F"}}]}

    assert program.ask("GET", "/sites/staff").status == 403
    assert program.ask("POST", "/sites/staff/permissions", give).status == 403
    tenant.apps["admin"] = App("admin", roles=frozenset({"Sites.FullControl.All"}))
    tenant.tokens["admin"] = ("admin", NOW + dt.timedelta(days=1))
    assert program.ask("POST", "/sites/staff/permissions", give, authorization="Bearer admin").status == 201
    assert program.ask("GET", "/sites/staff").status == 200


def test_the_hash_turns_each_byte_eleven_bits_further_and_adds_the_length():
    content = bytes(number % 251 for number in range(1000))
    ring = [0] * 160
    for place, byte in enumerate(content):
        for bit in range(8):
            ring[(place * 11 + bit) % 160] ^= byte >> bit & 1
    for bit in range(64):
        ring[96 + bit] ^= len(content) >> bit & 1
    expected = sum(bit << place for place, bit in enumerate(ring)).to_bytes(20, "little")

    assert quick_xor_hash(content) == base64.b64encode(expected).decode()
