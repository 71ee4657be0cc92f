"""The HTTP functions on this computer's own address, and the page by which a person starts a timer by hand.

Routes, methods and keys are held as the platform holds them. Only this computer can reach it.
"""

import asyncio
import hmac
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from werkzeug.exceptions import HTTPException, NotFound, Unauthorized
from werkzeug.routing import Map, Rule
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from firstbell.errors import Misconfigured
from firstbell.serve.worker import Function, call, http_answer, http_datum

THIS_COMPUTER = "127.0.0.1"
ANSWER_SECONDS = 230  # as long as the platform waits for an answer
LONGEST_BODY = 16 * 1024 * 1024
EVERY_METHOD = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
ADMIN = "admin/functions"

RunByHand = Callable[[str, str], Awaitable[bool | None]]


class QuietHandler(WSGIRequestHandler):
    """Writes no line for a request: its address may hold a token."""

    def log(self, _type: str, _message: str, *_: object) -> None:
        """Nothing."""


@dataclass
class Web:
    """Answers requests on threads of its own, and hands them to the loop on which functions are called.

    `by_hand` starts a function by its name, with a text: True when that was done, None when there is none of that name.
    """

    functions: Iterable[Function]
    prefix: str
    key: str
    loop: asyncio.AbstractEventLoop
    by_hand: RunByHand

    def __post_init__(self) -> None:
        rules = [_rule(function, self.prefix) for function in self.functions if "route" in function.trigger]
        self._routes = Map([*rules, Rule(f"/{ADMIN}/<name>", endpoint=ADMIN, methods=["POST"])])

    def serve(self, port: int) -> BaseWSGIServer:
        """Answer on a port of this computer from now on, 0 for any. Raises Misconfigured for one that is taken."""
        try:
            server = make_server(THIS_COMPUTER, port, self, threaded=True, request_handler=QuietHandler)
        except (OSError, SystemExit) as error:
            raise Misconfigured(f"port {port} of this computer is taken: choose another with --port") from error
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def __call__(self, environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        """The WSGI application."""
        request = Request(environ)
        request.max_content_length = LONGEST_BODY
        try:
            answer: Response | HTTPException = self.answer(request)
        except HTTPException as refused:
            answer = refused
        return answer(environ, start_response)  # type: ignore[arg-type] # as above

    def answer(self, request: Request) -> Response:
        """The answer of the function behind a route. Raises HTTPException for what is not to be had."""
        endpoint, params = self._routes.bind_to_environ(request.environ).match()
        if endpoint == ADMIN:
            self._require_key(request)
            return self._start_by_hand(params["name"], request)
        if endpoint.trigger.get("authLevel", "FUNCTION") != "ANONYMOUS":
            self._require_key(request)
        return self._call(endpoint, request, params)

    def _require_key(self, request: Request) -> None:
        """Raises Unauthorized without the key of this run, in the header or the query as on the platform."""
        given = request.headers.get("x-functions-key") or request.args.get("code", "")
        if not hmac.compare_digest(given.encode(), self.key.encode()):
            raise Unauthorized("this needs the key that firstbell serve showed when it started")

    def _start_by_hand(self, name: str, request: Request) -> Response:
        """As on the platform: what a queue function is to be given stands as `input` in a JSON object."""
        told = request.get_json(silent=True)
        text = str(told.get("input", "")) if isinstance(told, dict) else ""
        done = asyncio.run_coroutine_threadsafe(_awaited(self.by_hand(name, text)), self.loop).result()
        if done is None:
            raise NotFound("there is no such function")
        return Response(status=202 if done else 500)

    def _call(self, function: Function, request: Request, params: Mapping[str, object]) -> Response:
        given = http_datum(
            request.method,
            request.url,
            headers=dict(request.headers),
            params={name: str(value) for name, value in params.items()},
            query=request.args.to_dict(),
            body=request.get_data(),
        )
        called = asyncio.run_coroutine_threadsafe(call(function, "http", given), self.loop).result(ANSWER_SECONDS)
        if not called.is_ok:
            return Response(status=500)  # what went wrong is for the log, not for whoever asks
        status, headers, body = http_answer(called.returned)
        return Response(body, status=status, headers=headers)


def _rule(function: Function, prefix: str) -> Rule:
    trigger = function.trigger
    route = trigger.get("route") or function.name
    path = f"/{prefix}/{route}" if prefix else f"/{route}"
    return Rule(_template(path), endpoint=function, methods=trigger.get("methods") or EVERY_METHOD)


def _template(route: str) -> str:
    """The platform's way to write a parameter in werkzeug's: {name}, {name:int} and {*rest}."""
    parts = []
    for part in route.split("/"):
        if not part.startswith("{"):
            parts.append(part)
            continue
        name, _, kind = part.strip("{}").partition(":")
        converter = "path" if name.startswith("*") else {"": "default", "int": "int"}.get(kind)
        if converter is None:
            raise Misconfigured(f"firstbell serve does not know the constraint '{kind}' in the route '{route}'")
        parts.append(f"<{converter}:{name.lstrip('*')}>")
    return "/".join(parts)


async def _awaited[Found](waiting: Awaitable[Found]) -> Found:
    return await waiting
