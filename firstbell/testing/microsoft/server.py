"""The HTTP server: signs in, keeps to the contract both ways, commits faults on order, and hands to the parts."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from firstbell.testing.microsoft import entra
from firstbell.testing.microsoft.asked import Answer, Asked, Refused, Route
from firstbell.testing.microsoft.batch import BATCH, answer_batch
from firstbell.testing.microsoft.certificates import Certificates
from firstbell.testing.microsoft.contract import Contract, Operation, read_contract
from firstbell.testing.microsoft.faults import AFTER, DROPS, Fault, Kind
from firstbell.testing.microsoft.tenant import App, Seen, Tenant

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

VERSION = "/v1.0"


class Dropped(ConnectionError):
    """The connection is cut without an answer; the server takes it for one that the other side has left."""


class Sandbox:
    """The WSGI application over one tenant. `routes` are those of the parts; an operation without one is an error."""

    def __init__(self, tenant: Tenant, routes: Iterable[Route], contract: Contract | None = None) -> None:
        self.tenant = tenant
        self.contract = contract or read_contract()
        self._routes = {(route.method, route.template): route for route in routes}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        try:
            with self.tenant.lock:
                answer = self._answered(request)
        except Dropped:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise
        return _response(answer)(environ, start_response)

    def _answered(self, request: Request) -> Answer:
        if not request.path.startswith(f"{VERSION}/"):
            return self._sign_in(request)
        path = unquote(request.environ["REQUEST_URI"].partition("?")[0])[len(VERSION) :]
        headers = {name.lower(): value for name, value in request.headers.items()}
        url = request.host_url.rstrip("/")
        return self.answer(request.method, path, request.args.to_dict(), headers, request.get_data(), url)

    def answer(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], content: bytes, url: str
    ) -> Answer:
        """Answer one request, alone or inside a batch."""
        found = self.contract.operation(method, path)
        if found is None:
            return self._violated(f"{method} {path.split('/')[1]}/…: the contract knows no such operation")
        operation, params = found
        name = f"{method} {operation.template}"
        asked = Asked(
            method,
            operation.template,
            params,
            query,
            headers,
            content,
            url,
            self._app(headers.get("authorization", "")),
        )
        fault = self.tenant.script.next_for(name)
        answer = self._committed(operation, asked, fault)
        held = len(asked.json["requests"]) if operation.template == BATCH and answer.status == HTTPStatus.OK else 0
        self.tenant.seen.append(Seen(self.tenant.clock(), name, answer.status, held))
        if fault and fault.kind in DROPS:
            raise Dropped
        return answer

    def _committed(self, operation: Operation, asked: Asked, fault: Fault | None) -> Answer:
        """What the part answers, unless a fault comes before it, or after it and in its place."""
        try:
            if fault and fault.kind is Kind.NOT_JSON:
                return Answer(
                    body=b"<html><body>Sign in to continue</body></html>", headers={"Content-Type": "text/html"}
                )
            if fault and fault.kind in DROPS - AFTER:
                return Answer(HTTPStatus.BAD_GATEWAY)
            if fault and fault.kind not in AFTER:
                fault.refuse()
            answer = self._handled(operation, asked)
            if fault and fault.kind is Kind.GATEWAY_AFTER:
                fault.refuse()
        except Refused as refused:
            return refused.answer(self.tenant.clock())
        return answer

    def _handled(self, operation: Operation, asked: Asked) -> Answer:
        name = f"{operation.method} {operation.template}"
        route = self._routes.get((operation.method, operation.template))
        if asked.app is None and not (route and route.is_open):
            raise Refused(HTTPStatus.UNAUTHORIZED, "InvalidAuthenticationToken")
        kind = asked.headers.get("content-type", "")
        faults = self.contract.faults_of_request(operation, asked.query, asked.content, kind)
        if faults:
            return self._violated(f"{name}: {faults[0]}")
        if operation.template == BATCH:
            answer = answer_batch(self, asked)
        elif route is None:
            return self._violated(f"{name}: the sandbox has no such operation")
        else:
            answer = route.handler(self.tenant, asked)
        wrong = self.contract.faults_of_answer(operation, answer.status, _bytes(answer), _kind(answer))
        if wrong:
            return self._violated(f"the sandbox's own answer to {name}: {wrong[0]}")
        return answer

    def _violated(self, what: str) -> Answer:
        self.tenant.violations.append(what)
        return Refused(HTTPStatus.BAD_REQUEST, "invalidRequest", inner="outsideTheContract").answer(self.tenant.clock())

    def _app(self, authorization: str) -> App | None:
        return self.tenant.app_of(authorization.removeprefix("Bearer "))

    def _sign_in(self, request: Request) -> Answer:
        base = f"/{self.tenant.tenant_id}"
        url = request.host_url.rstrip("/")
        match request.method, request.path:
            case "GET", path if path == f"{base}/v2.0/.well-known/openid-configuration":
                return entra.configuration(self.tenant, Asked("GET", path, {}, {}, {}, b"", url))
            case "POST", path if path == f"{base}/oauth2/v2.0/token":
                return entra.token(self.tenant, request.form.to_dict(), url)
            case "GET", "/msi/token":
                return entra.managed_identity(
                    self.tenant, request.args.to_dict(), request.headers.get("X-IDENTITY-HEADER", "")
                )
        return self._outside(request)

    def _outside(self, request: Request) -> Answer:
        """Addresses that are no part of Graph itself: uploads, downloads, web hooks."""
        url = request.host_url.rstrip("/")
        headers = {name.lower(): value for name, value in request.headers.items()}
        for (method, template), route in self._routes.items():
            if route.is_open and method == request.method and request.path.startswith(template):
                rest = {"rest": unquote(request.path[len(template) :])}
                asked = Asked(method, template, rest, request.args.to_dict(), headers, request.get_data(), url)
                return self._answered_outside(route, asked)
        return self._violated(f"{request.method} {request.path.split('/')[1]}: there is nothing here")

    def _answered_outside(self, route: Route, asked: Asked) -> Answer:
        name = f"{route.method} {route.template}"
        fault = self.tenant.script.next_for(name)
        try:
            if fault and fault.kind not in AFTER | DROPS:
                fault.refuse()
            answer = Answer() if fault and fault.kind is Kind.DROPPED else route.handler(self.tenant, asked)
            if fault and fault.kind is Kind.GATEWAY_AFTER:
                fault.refuse()
        except Refused as refused:
            answer = refused.answer(self.tenant.clock())
        self.tenant.seen.append(Seen(self.tenant.clock(), name, answer.status))
        if fault and fault.kind in DROPS:
            raise Dropped
        return answer


def _bytes(answer: Answer) -> bytes:
    if answer.body is None or isinstance(answer.body, bytes):
        return answer.body or b""
    return json.dumps(answer.body).encode()


def _kind(answer: Answer) -> str:
    if "Content-Type" in answer.headers:
        return answer.headers["Content-Type"]
    return "application/octet-stream" if isinstance(answer.body, bytes) else "application/json"


def _response(answer: Answer) -> Response:
    response = Response(_bytes(answer), answer.status, {"Content-Type": _kind(answer)})
    response.headers.extend(answer.headers)
    return response


class _Quiet(WSGIRequestHandler):
    """Keeps connections open, as Graph does, and writes no log: addresses are personal data."""

    protocol_version = "HTTP/1.1"

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - the tenant's own time
        """The Date of an answer, which a client may set other dates in it against."""
        return super().date_time_string(cast("Sandbox", self.server.app).tenant.clock().timestamp())

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's own name
        """Nothing is logged."""


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that listens. `url` has no path; `certificate_authority` is the file to trust."""

    sandbox: Sandbox
    url: str
    certificate_authority: Path
    server: BaseWSGIServer


@contextlib.contextmanager
def running(sandbox: Sandbox, folder: Path, port: int = 0) -> Iterator[Running]:
    """Listen with TLS on this computer alone; its certificate and the authority behind it are made in `folder`."""
    certificates = Certificates.made_in(folder)
    server = make_server(
        "localhost", port, sandbox, threaded=True, request_handler=_Quiet, ssl_context=certificates.context()
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Running(sandbox, f"https://localhost:{server.server_port}", certificates.authority, server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
