"""What goes over the wire, as Graph takes it and sends it: addresses, bodies, headers, connections."""

import socket
import threading
import uuid

import httpx
import pytest

from firstbell.testing.microsoft.asked import Answer
from firstbell.testing.microsoft.listener import listening

BOX = "/users/attendance@example.org"
SHEET = "/drives/b!D/items/01I/workbook/worksheets/Attendance"


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/users/attendance%40example.org/messages/1", {"user-id": "attendance@example.org", "message-id": "1"}),
        ("/users/a@example.org/messages/AAk%3D%2Db", {"user-id": "a@example.org", "message-id": "AAk=-b"}),
    ],
)
def test_addresses_may_be_quoted(service, path, params):
    path = httpx.URL(f"https://x{path}").path

    assert service.sandbox.contract.operation("GET", path)[1] == params


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("range(address='A1%3AB2')", "A1:B2"),
        ("range(address='A1:B2')", "A1:B2"),
        ("range(address='''O''''Neil%27%27!A1')", "'O''Neil'!A1"),
    ],
)
def test_a_quote_inside_quotes_is_written_twice(ask, tenant, sent, address):
    assert ask("GET", f"{SHEET.replace('!', '%21')}/{sent}").status_code == 200
    assert (tenant.made[0].params["drive-id"], tenant.made[0].params["address"]) == ("b!D", address)


@pytest.mark.parametrize("written", ["usedRange", "usedRange()"])
def test_a_function_without_parameters_may_have_parentheses(ask, tenant, written):
    assert ask("GET", f"{SHEET}/{written}").status_code == 200
    assert tenant.violations == []


def test_a_path_in_a_library_keeps_its_folders(ask, tenant):
    path = "/drives/b%21D/items/root%3A%2FExclusions%2F2026%2FJ%20Smith%27s%20letter.docx%3A/content"

    answer = ask("PUT", path, content=b"abc", headers={"Content-Type": "application/octet-stream"})

    assert answer.status_code == 201
    assert tenant.made[0].params["item-path"] == "Exclusions/2026/J Smith's letter.docx"


def test_a_body_may_come_in_chunks(ask, tenant):
    chunks = (part for part in (b"ab", b"c" * 70_000, b"d"))

    answer = ask(
        "PUT", "/drives/D/items/root:/x.bin:/content", content=chunks, headers={"Content-Type": "application/pdf"}
    )

    assert answer.json()["size"] == 70_003
    assert tenant.made[0].headers["transfer-encoding"] == "chunked"


def test_every_answer_has_the_headers_that_graph_sends(ask):
    own = str(uuid.uuid4())

    good = ask("GET", f"{BOX}/messages/1", headers={"client-request-id": own})
    bad = ask("GET", f"{BOX}/messages/gone")

    assert good.headers["client-request-id"] == own
    assert good.headers["Date"] == "Mon, 23 Nov 2026 09:45:00 GMT"
    assert bad.headers["request-id"] == bad.json()["error"]["innerError"]["request-id"]
    assert bad.headers["request-id"] != good.headers["request-id"]


@pytest.mark.usefixtures("tenant")
def test_a_connection_is_kept_open(service, trust):
    opened = []
    with httpx.Client(verify=trust, base_url=service.url) as http:
        for _ in range(3):
            with http.stream("GET", "/v1.0/planets") as answer:
                answer.read()
                opened.append(answer.extensions["network_stream"].get_extra_info("client_addr"))

    assert len(set(opened)) == 1


def test_an_upload_needs_no_token_and_says_where_it_goes(http, tenant):
    answer = http.put("/uploads/session%201?part=2", content=b"abc")

    assert answer.status_code == 201
    assert (tenant.made[0].params["rest"], tenant.made[0].query) == ("session 1", {"part": "2"})
    assert [seen.operation for seen in tenant.seen] == ["PUT /uploads/"]


def raw(listener, text):
    """What a listener answers to this, letter by letter, until it closes."""
    with socket.create_connection(listener.server_address) as connection:
        connection.sendall(text)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 999999999", b"413"),
        (b"Content-Length: many", b"400"),
        (b"Content-Length: -1", b"413"),
        (b"Transfer-Encoding: chunked\r\n\r\nmany", b"400"),
        (b"Transfer-Encoding: chunked\r\n\r\nfffffffff", b"413"),
    ],
)
def test_a_body_of_no_size_or_too_much_is_refused_and_the_connection_closed(head, status):
    with listening(lambda _: Answer(), 0) as listener:
        answer = raw(listener, b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"Connection: close" in answer


def test_a_mistake_of_ours_is_told_at_the_end_and_not_taken_for_the_network():
    def breaks(_):
        raise KeyError("x")

    with pytest.raises(ExceptionGroup, match="the sandbox broke"), listening(breaks, 0) as listener:
        assert raw(listener, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""


def test_many_at_once_are_each_one_step(ask, tenant):
    def draft():
        ask("POST", f"/users/{threading.get_ident()}@example.org/messages", json={"subject": "x"})

    threads = [threading.Thread(target=draft) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(tenant.made) == 8
    assert {seen.status for seen in tenant.seen} == {201}
