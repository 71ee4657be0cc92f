"""A collector of OTLP over HTTP that decodes what it is sent, and one that takes a connection and never answers."""

import contextlib
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.exporter.otlp.common import http as exporting
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from firstbell import telemetry
from tests.runs.conftest import set_clock, trust

__all__ = ["set_clock", "trust"]


def plain(attributes):
    """Attributes as a dict of plain values."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


def without_ids(sent):
    """A copy in which no span has an id."""
    copy = type(sent)()
    copy.CopyFrom(sent)
    scopes = (scope for resource in getattr(copy, "resource_spans", ()) for scope in resource.scope_spans)
    for span in (span for scope in scopes for span in scope.spans):
        for field in ("trace_id", "span_id", "parent_span_id"):
            span.ClearField(field)
    return copy


class Collector:
    """What was sent, decoded."""

    def __init__(self):
        self.traces, self.metrics = [], []

    def take(self, path, body):
        if path == "/v1/traces":
            self.traces.append(ExportTraceServiceRequest.FromString(body))
        else:
            self.metrics.append(ExportMetricsServiceRequest.FromString(body))

    @property
    def spans(self):
        resources = (resource for sent in self.traces for resource in sent.resource_spans)
        return [span for resource in resources for scope in resource.scope_spans for span in scope.spans]

    @property
    def points(self):
        """Name and attributes of each row of each metric."""
        scopes = (s for sent in self.metrics for resource in sent.resource_metrics for s in resource.scope_metrics)
        for metric in (metric for scope in scopes for metric in scope.metrics):
            for point in getattr(metric, metric.WhichOneof("data")).data_points:
                yield metric.name, plain(point.attributes)

    @property
    def resources(self):
        told = [resource for sent in self.traces for resource in sent.resource_spans]
        told += [resource for sent in self.metrics for resource in sent.resource_metrics]
        return [plain(each.resource.attributes) for each in told]

    def texts(self):
        """All that left, as text, without the ids of spans: those are bytes drawn by lot, which print as anything."""
        return [str(without_ids(each)) for each in (*self.traces, *self.metrics)]


@contextlib.contextmanager
def listening(on_post):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            on_post(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """A test has nobody to tell."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def send_to(monkeypatch):
    """Name a collector; afterwards its channel is shut."""

    def name(address):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    telemetry._channel.cache_clear()
    yield name
    shut()


def shut():
    """End what the library does by itself."""
    made = telemetry._channel() if telemetry._channel.cache_info().currsize else None
    telemetry._channel.cache_clear()
    if made is not None:
        made.traces.shutdown()
        made.metrics.shutdown(1000)


@pytest.fixture(scope="session", autouse=True)
def _chance_of_its_own():
    """Its threads try again at moments of chance, after a test too; Hypothesis lets nobody else draw from Python's."""
    exporting.random = random.Random(1)  # noqa: S311 - moments, no secret


@pytest.fixture
def collector(send_to, let_out):
    """A collector that is named; the privacy scan hears all that it was sent."""
    found = Collector()
    with listening(found.take) as address:
        send_to(address)
        yield found
        let_out("telemetry", *found.texts())


@pytest.fixture
def hanging(send_to):
    """A collector that takes what it is sent and never answers while the test runs."""
    ended = threading.Event()
    with listening(lambda *_: ended.wait(20)) as address:
        send_to(address)
        yield
        ended.set()
