"""Spans and metrics for an OpenTelemetry collector: what ran, how late, how long, and how outside services answered.

Off, and without any import, unless OpenTelemetry's own OTEL_EXPORTER_OTLP_ENDPOINT is set and the extra `telemetry` is
installed. A span or metric bears the attributes in `SPANS` and `METRICS` and no others: no address, name or sentence.
Our providers are never made the global ones, because libraries would then send spans of their own, whole addresses in
them. What can't be sent is lost: it fails no job, and delays none by more than `PATIENCE_SECONDS`.
"""

import contextlib
import datetime as dt
import functools
import logging
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.settings.environment import collector_is_named

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import Counter, Histogram
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

PATIENCE_SECONDS = 1.0
CRASHED = "crashed"
# What the library raises for variables it can't use, and Python where the extra is missing.
UNUSABLE = (ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)
NO_ANSWER = "none"
# A school's key stands on spans only: on metrics, 24,000 schools would each make a row of every figure.
SPANS = {
    "job": ("school", "job", "due_at", "outcome", "needs", "error"),
    "outside request": ("service", "method", "class", "status", "tries", "waited_seconds"),
}
METRICS = {
    "firstbell.jobs": ("job", "outcome"),
    "firstbell.job.seconds": ("job", "outcome"),
    "firstbell.job.late_seconds": ("job",),
    "firstbell.outside_requests": ("service", "status_class"),
    "firstbell.outside_waits.seconds": ("service",),
}

log = logging.getLogger(__name__)


@dataclass(slots=True)
class JobTold:
    """How a job ended, as it becomes known. `error` is the kind of what stopped it, never its sentence."""

    outcome: str = CRASHED
    seconds: float = 0.0
    needs: int = 0
    error: str = ""


@dataclass(slots=True)
class RequestTold:
    """How a request to an outside service went: the last status (0: no answer), tries, and seconds waited between."""

    status: int = 0
    tries: int = 0
    waited_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Channel:
    traces: "TracerProvider"
    metrics: "MeterProvider"
    tracer: "Tracer"
    jobs: "Counter"
    seconds: "Histogram"
    late: "Histogram"
    requests: "Counter"
    waits: "Counter"

    def flush(self) -> None:
        """Send what there is, for as long as `PATIENCE_SECONDS` on a thread that is left behind after that."""
        sending = threading.Thread(target=self._send, name="firstbell-telemetry", daemon=True)
        with contextlib.suppress(RuntimeError):  # a process that ends starts no thread any more
            sending.start()
            sending.join(PATIENCE_SECONDS)
        if sending.is_alive():
            log.warning("the collector did not take what it was told within %s second", PATIENCE_SECONDS)

    def _send(self) -> None:
        with contextlib.suppress(Exception):  # whatever a collector does is no concern of the job
            self.metrics.force_flush(int(PATIENCE_SECONDS * 1000))
        with contextlib.suppress(Exception):
            self.traces.force_flush(int(PATIENCE_SECONDS * 1000))


@dataclass(frozen=True, slots=True)
class _Running:
    channel: _Channel
    context: "Context"


_running: ContextVar[_Running | None] = ContextVar("firstbell_job", default=None)


@contextlib.contextmanager
def job_told(school: str, job: str, due_at: dt.datetime, began_at: dt.datetime) -> Iterator[JobTold]:
    """Tell the collector of a job: fill in what is yielded. What the job raises is raised."""
    told = JobTold()
    channel = _channel() if collector_is_named() else None
    if channel is None:
        yield told
        return
    from opentelemetry.context import Context  # noqa: PLC0415 - heavy, and of the extra
    from opentelemetry.trace import set_span_in_context  # noqa: PLC0415

    span = channel.tracer.start_span("job", context=Context())
    before = _running.set(_Running(channel, set_span_in_context(span, Context())))
    try:
        yield told
    finally:
        if told.outcome == CRASHED:
            told.error = type(sys.exception()).__name__
        _running.reset(before)
        _end_job(channel, span, told, (school, job, due_at, max(0.0, (began_at - due_at).total_seconds())))


def _end_job(channel: _Channel, span: "Span", told: JobTold, of: tuple[str, str, dt.datetime, float]) -> None:
    school, job, due_at, late = of
    _told_of(span, {"school": school, "job": job, "due_at": due_at.isoformat(), "outcome": told.outcome})
    _told_of(span, {"needs": told.needs, "error": told.error})
    span.end()
    channel.jobs.add(1, {"job": job, "outcome": told.outcome})
    channel.seconds.record(told.seconds, {"job": job, "outcome": told.outcome})
    channel.late.record(late, {"job": job})
    channel.flush()


def _told_of(span: "Span", attributes: Mapping[str, str | int | float]) -> None:
    """The one place where a span gets its attributes, and where the tests listen."""
    span.set_attributes(attributes)


@contextlib.contextmanager
def request_told(service: str, method: str, kind: str) -> Iterator[RequestTold]:
    """Tell of one request within a job, its tries together. `kind` says how often it may be made; never an address."""
    told, running = RequestTold(), _running.get()
    if running is None:
        yield told
        return
    span = running.channel.tracer.start_span("outside request", context=running.context)
    try:
        yield told
    finally:
        _told_of(span, {"service": service, "method": method, "class": kind, "status": told.status})
        _told_of(span, {"tries": told.tries, "waited_seconds": told.waited_seconds})
        span.end()
        status_class = f"{told.status // 100}xx" if told.status else NO_ANSWER
        running.channel.requests.add(1, {"service": service, "status_class": status_class})
        running.channel.waits.add(told.waited_seconds, {"service": service})


@functools.cache
def _channel() -> _Channel | None:
    """The process's own; None, and said once, where the extra is missing or a variable makes no sense."""
    try:
        return _opened()
    except UNUSABLE as error:
        log.warning(
            "no telemetry is sent (%s): install the extra 'telemetry', see docs/telemetry.md", type(error).__name__
        )
        return None


def _opened() -> _Channel:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415 - heavy
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # its errors, one a job, would wake somebody
    resource = _resource()
    traces = TracerProvider(resource=resource, shutdown_on_exit=False)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=PATIENCE_SECONDS)))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(timeout=PATIENCE_SECONDS))
    metrics = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
    meter = metrics.get_meter("firstbell")
    return _Channel(
        traces=traces,
        metrics=metrics,
        tracer=traces.get_tracer("firstbell"),
        jobs=meter.create_counter("firstbell.jobs"),
        seconds=meter.create_histogram("firstbell.job.seconds", "s"),
        late=meter.create_histogram("firstbell.job.late_seconds", "s"),
        requests=meter.create_counter("firstbell.outside_requests"),
        waits=meter.create_counter("firstbell.outside_waits.seconds", "s"),
    )


def _resource() -> "Resource":
    """Who tells: OTEL_SERVICE_NAME or "firstbell", and this process, so that figures of two are not taken for one."""
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415 - heavy

    ours = Resource({"service.name": "firstbell", "service.instance.id": str(uuid.uuid4())})
    return ours.merge(OTELResourceDetector().detect())
