"""A program that asks the sandbox without a network: what its tests use where no client of ours takes part."""

from collections.abc import Mapping
from typing import Any

from werkzeug.test import Client

from firstbell.testing.microsoft.asked import Answer
from firstbell.testing.microsoft.server import VERSION, Sandbox

URL = "https://localhost"


class Program:
    """Asks with the token "token". Addresses are paths below the version, or whole ones that the sandbox gave."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._client = Client(sandbox)

    def ask(self, method: str, where: str, body: Mapping[str, Any] | bytes = b"", **headers: str) -> Answer:
        """The answer. A mapping is sent as JSON; `if_match="…"` is the header If-Match."""
        path = where.removeprefix(URL) if where.startswith(URL) else f"{VERSION}{where}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if path.startswith(f"{VERSION}/"):  # an address outside it is its own permission
            sent = {"authorization": "Bearer token"} | sent
        content: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
        got = self._client.open(path, base_url=URL, method=method, headers=sent, **content)
        return Answer(got.status_code, got.json if got.data and got.is_json else got.data, dict(got.headers))


def code_of(answer: Answer) -> str:
    """The most exact code of a refusal."""
    error = answer.body["error"]
    return str(error["innerError"].get("code") or error["code"])
