"""A request as a part of the sandbox sees it, and what it answers."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from firstbell.testing.microsoft.apps import App


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came. `path` is unquoted; headers by lower-case name; `url` is the server's own address.

    `is_inside`: it stands in a batch.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes
    url: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    is_inside: bool = False

    @property
    def token(self) -> str:
        """The token it brings; empty for none."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, already found to keep the contract. `params` are the path's, unquoted; headers by lower-case name.

    `url` is the address of the server itself, without a path; `app` is None where no token was sent.
    """

    method: str
    template: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes
    url: str
    app: App | None = None

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        return json.loads(self.content) if self.content else None

    @property
    def name(self) -> str:
        """The operation, as faults are aimed and requests are counted: "POST /users/{user-id}/messages"."""
        return f"{self.method} {self.template}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body (JSON, or bytes as they are) and headers. `is_left_out`: a batch does not hand it over."""

    status: int = HTTPStatus.OK
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_left_out: bool = False

    @property
    def content(self) -> bytes:
        """The body as it goes over the wire."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        return json.dumps(self.body).encode()

    @property
    def kind(self) -> str:
        """Its content type: what the headers say, or what follows from the body."""
        plain = "application/octet-stream" if isinstance(self.body, bytes) else "application/json"
        return self.headers.get("Content-Type", plain)


@dataclass
class Refused(Exception):
    """Graph's way to say no: a status and a code, with an inner code where there is a more exact one."""

    status: int
    code: str
    inner: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, at: dt.datetime, request_id: str) -> Answer:
        """The error as Graph words it: `error` with a code, a message and an `innerError`."""
        inner = {"date": f"{at:%Y-%m-%dT%H:%M:%S}", "request-id": request_id}
        exact = {"code": self.inner} if self.inner else {}
        error = {"code": self.code, "message": f"The sandbox says: {self.code}.", "innerError": exact | inner}
        return Answer(self.status, {"error": error}, self.headers)
