"""The service: signs in, keeps to the contract both ways, commits faults on order, and hands to the parts."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus

from firstbell.testing.microsoft import entra
from firstbell.testing.microsoft.asked import Answer, Asked, Refused, Request
from firstbell.testing.microsoft.batch import BATCH, answer_batch
from firstbell.testing.microsoft.contract import Contract, Operation, read_contract
from firstbell.testing.microsoft.faults import Dropped, Fault, Kind
from firstbell.testing.microsoft.routes import Route
from firstbell.testing.microsoft.tenant import Seen, Tenant

VERSION = "/v1.0"
CUT_OFF = 0
LARGEST_JSON = 4 * 1024 * 1024
NO_TOKEN = {"WWW-Authenticate": 'Bearer realm="", error="invalid_token"'}
Work = Callable[[], Answer]


class Sandbox:
    """The service over one tenant, which may be replaced by another between requests.

    `routes` are those of the parts; an operation without one is an error. Every request is one step under the tenant's
    lock; `latency`, in seconds, is what each takes before that.
    """

    def __init__(
        self, tenant: Tenant, routes: Iterable[Route], contract: Contract | None = None, *, latency: float = 0.0
    ) -> None:
        self.tenant = tenant
        self.contract = contract or read_contract()
        self._latency = latency
        self._routes = {(route.method, _plain(route.template)): route for route in routes}

    def answer(self, request: Request) -> Answer:
        """Answer one request, alone or inside a batch. Raises Dropped where the connection is to be cut."""
        try:
            asked, work = self._inside(request) if request.path.startswith(f"{VERSION}/") else self._outside(request)
            answer = self._met(asked, request.token, work)
        except Refused as refused:
            answer = refused.answer(self.tenant.clock(), request.id)
        if answer.is_left_out and not request.is_inside:
            raise Dropped
        return replace(answer, headers={**self._usual(request), **answer.headers})

    def _usual(self, request: Request) -> dict[str, str]:
        """The headers that Graph puts on every answer; what stands inside a batch has only headers of its own."""
        if request.is_inside:
            return {}
        own = {"request-id": request.id, "Date": format_datetime(self.tenant.clock(), usegmt=True)}
        theirs = request.headers.get("client-request-id")
        return {**own, "client-request-id": theirs} if theirs else own

    def _inside(self, request: Request) -> tuple[Asked, Work]:
        """An operation of the contract, and what answers it."""
        path = request.path.removeprefix(VERSION)
        found = self.contract.operation(request.method, path)
        if found is None:
            raise self._violated(f"{request.method} {path.split('/')[1]}/…: the contract knows no such operation")
        operation, params = found
        app = self.tenant.app_of(request.token)
        asked = Asked(
            request.method,
            operation.template,
            params,
            request.query,
            request.headers,
            request.content,
            request.url,
            app,
        )
        return asked, partial(self._handled, operation, asked)

    def _outside(self, request: Request) -> tuple[Asked, Work]:
        """An address that is no part of Graph itself (signing in, uploads, downloads, web hooks), and what answers."""
        route = entra.route_of(self.tenant.tenant_id, request.method, request.path) or self._open_route(request)
        rest = {"rest": request.path.removeprefix(route.template)}
        asked = Asked(
            request.method, route.template, rest, request.query, request.headers, request.content, request.url
        )
        return asked, partial(self._locked, route, asked)

    def _open_route(self, request: Request) -> Route:
        for (method, template), route in self._routes.items():
            if route.is_open and method == request.method and request.path.startswith(template):
                return route
        raise self._violated(f"{request.method} /{request.path.split('/')[1]}: there is nothing here")

    def _met(self, asked: Asked, token: str, work: Work) -> Answer:
        """The answer, unless throttling or a fault comes before it, or a fault in its place; all of it is counted."""
        status: int = CUT_OFF
        try:
            with self.tenant.throttling.admitted(asked):
                fault = self._fault(asked, token)
                time.sleep(self._latency)
                answer = fault.strike(work) if fault else work()
            status = answer.status
        except Refused as refused:
            status = refused.status
            raise
        finally:
            self._count(asked, status)
        return answer

    def _count(self, asked: Asked, status: int) -> None:
        if not _is_sign_in(asked):
            held = len(asked.json["requests"]) if asked.template == BATCH and status == HTTPStatus.OK else 0
            self.tenant.seen.append(Seen(self.tenant.clock(), asked.name, status, held))

    def _fault(self, asked: Asked, token: str) -> Fault | None:
        """The fault that hits this request; none ever hits a sign-in, which happens whenever it may."""
        if _is_sign_in(asked):
            return None
        with self.tenant.lock:
            fault = self.tenant.script.next_for(asked.name)
            if fault and fault.kind is Kind.REVOKED:
                self.tenant.tokens.pop(token, None)
        return fault

    def _handled(self, operation: Operation, asked: Asked) -> Answer:
        route = self._routes.get((operation.method, _plain(operation.template)))
        if asked.app is None and not (route and route.is_open):
            raise Refused(HTTPStatus.UNAUTHORIZED, "InvalidAuthenticationToken", headers=NO_TOKEN)
        self._require_contract(operation, asked)
        if operation.template == BATCH:
            answer = answer_batch(asked, VERSION, self.answer)
        elif route is None:
            raise self._violated(f"{asked.name}: the sandbox has no such operation")
        else:
            answer = self._locked(route, asked)
        wrong = self.contract.faults_of_answer(operation, answer.status, answer.content, answer.kind)
        if wrong:
            raise self._violated(f"the sandbox's own answer to {asked.name}: {wrong[0]}")
        return answer

    def _require_contract(self, operation: Operation, asked: Asked) -> None:
        kind = asked.headers.get("content-type", "")
        if "json" in kind and len(asked.content) > LARGEST_JSON:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge")
        faults = self.contract.faults_of_request(operation, asked.query, asked.content, kind)
        if faults:
            raise self._violated(f"{asked.name}: {faults[0]}")

    def _locked(self, route: Route, asked: Asked) -> Answer:
        with self.tenant.lock:
            return route.handler(self.tenant, asked)

    def _violated(self, what: str) -> Refused:
        self.tenant.violations.append(what)
        return Refused(HTTPStatus.BAD_REQUEST, "invalidRequest", inner="outsideTheContract")


def _plain(template: str) -> str:
    """A function without parameters may be written with empty parentheses or without: it is the same one."""
    return template.removesuffix("()")


def _is_sign_in(asked: Asked) -> bool:
    return (asked.method, asked.template) in entra.ENDPOINTS
