"""A program that asks the sandbox without a network: what its tests use where no client of ours takes part."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from firstbell.testing.microsoft.asked import Answer, Request
from firstbell.testing.microsoft.sandbox import VERSION, Sandbox

URL = "https://localhost"


class Program:
    """Asks with the token "token". Addresses are paths below the version, or whole ones that the sandbox gave."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def ask(self, method: str, where: str, body: Mapping[str, Any] | bytes = b"", **headers: str) -> Answer:
        """The answer. A mapping is sent as JSON; `if_match="…"` is the header If-Match."""
        whole = where.removeprefix(URL) if where.startswith(URL) else f"{VERSION}{where}"
        path, _, query = whole.partition("?")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if path.startswith(f"{VERSION}/"):  # an address outside it is its own permission
            sent = {"authorization": "Bearer token"} | sent
        if not isinstance(body, bytes):
            sent, body = {"content-type": "application/json"} | sent, json.dumps(body).encode()
        known = dict(parse_qsl(query, keep_blank_values=True))
        return self._sandbox.answer(Request(method, unquote(path), known, sent, body, URL))


def code_of(answer: Answer) -> str:
    """The most exact code of a refusal."""
    error = answer.body["error"]
    return str(error["innerError"].get("code") or error["code"])
