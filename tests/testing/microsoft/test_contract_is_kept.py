"""Whatever the contract does not know is refused and written down: what is asked, and what the sandbox answers."""

import httpx
import pytest

BOX = "/users/attendance@example.org"
SHEET = "/drives/b!D/items/01I/workbook/worksheets/Attendance"


@pytest.mark.parametrize(
    ("method", "path", "body", "why"),
    [
        ("GET", "/planets", None, "GET planets/…: the contract knows no such operation"),
        ("PUT", f"{BOX}/messages", {}, "PUT users/…: the contract knows no such operation"),
        ("GET", f"{BOX}/messages/1?$filtr=x", None, "unknown query key $filtr"),
        ("POST", f"{BOX}/messages", {"subjekt": "x"}, "'subjekt'"),
        ("POST", f"{BOX}/messages", {"subject": 7}, "$.subject: 7 is not"),
        ("POST", f"{BOX}/messages", None, "a body is missing"),
        ("GET", f"{BOX}/messages/1", {"subject": "x"}, "there should be no body"),
        ("GET", f"{BOX}/messages", None, "the sandbox has no such operation"),
        ("GET", BOX, None, "the sandbox's own answer to GET /users/{user-id}: $: 'colour' does not match"),
    ],
)
def test_what_the_contract_does_not_know_is_refused_and_written_down(ask, tenant, method, path, body, why):
    answer = ask(method, path, json=body)

    assert (answer.status_code, answer.json()["error"]["innerError"]["code"]) == (400, "outsideTheContract")
    assert why in tenant.violations[0]
    assert len(tenant.violations) == 1
    assert tenant.made == []


def test_a_body_must_say_what_it_is(ask, tenant):
    answer = ask("POST", f"{BOX}/messages", content=b'{"subject": "x"}', headers={"Content-Type": "text/plain"})

    assert answer.status_code == 400
    assert tenant.violations == ["POST /users/{user-id}/messages: there should be no text/plain here"]


def test_a_body_that_is_no_json_is_refused(ask, tenant):
    answer = ask("POST", f"{BOX}/messages", content=b"{", headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert tenant.violations == ["POST /users/{user-id}/messages: the body is no JSON"]


def test_what_keeps_the_contract_is_no_violation(ask, tenant):
    assert ask("POST", f"{BOX}/messages", json={"subject": "x"}).status_code == 201
    assert tenant.violations == []


def test_a_refusal_by_a_part_is_no_violation(ask, tenant):
    answer = ask("GET", f"{BOX}/messages/gone")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ErrorItemNotFound")
    assert tenant.violations == []


def test_an_address_of_nobody_is_a_violation(http, tenant):
    assert http.get("/somewhere/else").status_code == 400
    assert tenant.violations == ["GET /somewhere: there is nothing here"]


def test_an_unknown_wish_is_ignored_as_graph_ignores_it(ask, tenant):
    answer = ask("GET", f"{BOX}/messages/1", headers={"Prefer": 'IdType="ImmutableId", something-new'})

    assert (answer.status_code, tenant.violations) == (200, [])


def test_more_than_four_megabytes_of_json_are_too_much(ask, tenant):
    answer = ask("POST", f"{BOX}/messages", json={"subject": "x" * 4 * 1024 * 1024})

    assert (answer.status_code, tenant.made) == (413, [])


def test_a_request_without_a_token_learns_nothing(http, tenant):
    answer = http.post(f"/v1.0{BOX}/messages", json={"subject": "x"})

    assert isinstance(answer, httpx.Response)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert tenant.made == []
