"""Nothing of ours fetches what a text names, or writes a file that a spreadsheet opens as formulas."""

import ast

import pytest

FETCHES = ("urllib.request", "http.client", "ftplib", "requests", "httpx", "aiohttp", "urllib3", "webbrowser")
WRITES_CSV = ("csv.writer", "csv.DictWriter")
MADE_UP = ("firstbell/demo/", "firstbell/testing/")  # they write what an MIS would export, for no person to open
PREFIXED = ("firstbell/cli/subject.py",)  # puts ' before whatever a spreadsheet would calculate


# Never follow a redirect, and ask only servers their callers have looked at: their own tests prove it.
HTTP_HOMES = ("connectors/_google.py", "connectors/microsoft365/transport.py")


def uses_of(names, source):
    return [
        f"{source.path}:{line} uses {used}"
        for line, used in source.uses()
        if any(used == name or used.startswith(f"{name}.") for name in names)
    ]


def test_no_module_but_the_homes_of_http_fetches_an_address(sources):
    found = [use for source in sources if source.path not in HTTP_HOMES for use in uses_of(FETCHES, source)]

    assert found == [], (
        "a connector over HTTP needs one home that refuses redirects, file: and addresses of this network"
    )


def test_a_home_of_http_never_follows_a_redirect_by_itself(sources):
    homes = [source for source in sources if source.path in HTTP_HOMES]

    assert [source.path for source in homes] == list(HTTP_HOMES)
    for source in homes:
        clients = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call) and is_client(node)]
        assert clients, f"{source.path} makes no client: is it a home of HTTP?"
        assert all("follow_redirects=False" in ast.unparse(client) for client in clients)


def is_client(call):
    return ast.unparse(call.func).split(".")[-1] in {"AsyncClient", "Client"}


def test_only_made_up_exports_are_written_as_csv(sources):
    ours = [source for source in sources if not source.path.startswith(MADE_UP + PREFIXED)]

    found = [use for source in ours for use in uses_of(WRITES_CSV, source)]

    assert found == [], (
        "people open CSV in Excel, which calculates it: put ' before = + - @ tab and CR, or write a workbook"
    )


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (FETCHES, "import urllib.request\nurllib.request.urlopen('file:///etc/passwd')"),
        (FETCHES, "from http.client import HTTPConnection\nHTTPConnection('x')"),
        (WRITES_CSV, "import csv\ncsv.writer(file)"),
    ],
)
def test_the_guard_sees(names, text, source):
    assert uses_of(names, source(text))
