"""Google Cloud's way to the same functions: Cloud Scheduler and Pub/Sub come as HTTP requests to one service.

`/_timer/NAME` fires a timer, `/_queue/NAME` hands over a message that Pub/Sub pushes, and every other address is a
route of the app. A status of 500 gives a message back to Pub/Sub, which brings it again and at last sets it aside.
Who may call is the platform's to check (Cloud Run's invoker); functions that ask for a key are not served.
"""

import asyncio
import base64
import json
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, override

from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.wrappers import Request, Response

from firstbell.errors import FirstbellError
from firstbell.runs.job_line import JobLine
from firstbell.serve.app import ROOT, load_checked
from firstbell.serve.queues import outputs_of
from firstbell.serve.web import Web
from firstbell.serve.worker import Called, Function, call, queue_datum, timer_datum

Publish = Callable[[str, Sequence[str]], None]
LONGEST_JOB = 600  # seconds; as functionTimeout in host.json and the service's own timeout

log = logging.getLogger(__name__)


@dataclass
class Engine:
    """The app, loaded by Azure's worker library, and the loop on a thread of its own on which it is called."""

    folder: Path
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.functions: dict[str, Function] = {each.name: each for each in self.wait_for(load_checked(self.folder))}

    def wait_for[Found](self, work: Coroutine[Any, Any, Found]) -> Found:
        """What a coroutine gives, from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(LONGEST_JOB)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A message that Pub/Sub pushes: its text, its id, and how often it has been pushed."""

    text: str
    id: str
    attempt: int

    @classmethod
    def read(cls, told: Any) -> Self:  # noqa: ANN401 - whatever the request held
        """Read the body of a push. Raises BadRequest for anything else."""
        try:
            message = told["message"]
            text = base64.b64decode(message["data"], validate=True).decode()
            return cls(text, str(message["messageId"]), int(told.get("deliveryAttempt", 1)))
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise BadRequest("this is no message that Pub/Sub pushes") from error


class Front:
    """Answers requests. The engine starts at the first one: the server forks after this module was imported, and a
    thread that was started before would be dead in the child.
    """

    def __init__(self, publish: Callable[[], Publish], *, new_key: Callable[[], str], folder: Path = ROOT) -> None:
        self._make_publish, self._new_key, self._folder = publish, new_key, folder
        self._starting = threading.Lock()
        self._engine: Engine | None = None

    def answer(self, request: Request) -> Response | HTTPException:
        """The answer to any request."""
        engine = self._started()
        kind, _, name = request.path.strip("/").partition("/")
        try:
            if kind == "_timer":
                return self._fire(engine, _named(engine, name, "timerTrigger"))
            if kind == "_queue":
                return self._work_on(engine, _named(engine, name, "queueTrigger"), request)
            return self._web.answer(request)
        except HTTPException as refused:
            return refused

    def _started(self) -> Engine:
        with self._starting:
            if self._engine is None:
                engine = Engine(self._folder)
                self._publish = self._make_publish()
                self._web = Web(engine.functions.values(), "api", self._new_key(), engine.loop, _nothing_by_hand)
                self._engine = engine
            return self._engine

    def _fire(self, engine: Engine, timer: Function) -> Response:
        given = timer_datum(is_past_due=False, schedule=timer.trigger["schedule"])
        return self._ended(timer, engine.wait_for(call(timer, "timer", given)))

    def _work_on(self, engine: Engine, function: Function, request: Request) -> Response:
        message = Pushed.read(request.get_json(silent=True))
        datum, metadata = queue_datum(
            message.text, message_id=message.id, receipt=message.id, dequeue_count=message.attempt
        )
        return self._ended(function, engine.wait_for(call(function, message.id, datum, metadata)))

    def _ended(self, function: Function, called: Called) -> Response:
        """Publish what came of the call; 204, or 500 where the call or its publishing failed."""
        if not called.is_ok:
            log.warning("%s failed (%s)", function.name, called.kind_of_error)
            return Response(status=500)
        try:
            for topic, texts in outputs_of(function, called):
                self._publish(topic, list(texts))
        except FirstbellError as error:
            log.error("%s: what it put out could not be published. %s", function.name, error)  # noqa: TRY400 - a sentence
            return Response(status=500)
        return Response(status=204)


def _named(engine: Engine, name: str, kind: str) -> Function:
    """The function of a name and kind. Raises NotFound."""
    function = engine.functions.get(name)
    if function is None or function.trigger["type"] != kind:
        raise NotFound("there is no such function")
    return function


async def _nothing_by_hand(_name: str, _text: str) -> None:
    return None


class StructuredLines(logging.Formatter):
    """A line that Cloud Logging reads: the severity, and a message without a traceback or a person's name.

    That of a job has its fields beside the words.
    """

    @override
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {"severity": record.levelname, "logger": record.name}
        if isinstance(record.msg, JobLine):
            return json.dumps(told | {"message": record.msg.in_words()} | record.msg.fields())
        return json.dumps(told | {"message": record.getMessage()})


def log_for_google() -> None:
    """Write what Firstbell says as lines that Cloud Logging understands."""
    handler = logging.StreamHandler()
    handler.setFormatter(StructuredLines())
    ours = logging.getLogger("firstbell")
    ours.setLevel(logging.INFO)
    ours.addHandler(handler)
    ours.propagate = False
