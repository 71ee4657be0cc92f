"""What a collector is told of a job, and that no job waits for one."""

import datetime as dt
import logging
import sys
import time

import pytest
from opentelemetry import trace

from firstbell import telemetry
from firstbell.errors import FirstbellError
from firstbell.runs.due import DueJob, Job
from firstbell.runs.school_job import run_due_job
from firstbell.telemetry import METRICS, SPANS, job_told, request_told
from tests.runs.conftest import QUARTER_TO_TEN
from tests.telemetry.conftest import plain

LATE = dt.timedelta(minutes=7)


def run(job=Job.SELF_CHECK):
    run_due_job(DueJob("hill", job, QUARTER_TO_TEN).to_text())


@pytest.mark.usefixtures("trust")
def test_a_job_is_one_span_and_its_figures(collector, set_clock):
    set_clock(QUARTER_TO_TEN + LATE)
    run()

    [span] = collector.spans
    told = plain(span.attributes)
    assert (span.name, told["school"], told["job"], told["outcome"]) == ("job", "hill", "self-check", "done")
    assert {name for name, _ in collector.points} >= {"firstbell.jobs", "firstbell.job.late_seconds"}


@pytest.mark.usefixtures("trust")
def test_a_job_that_starts_late_is_told_by_how_much(collector, set_clock):
    set_clock(QUARTER_TO_TEN + LATE)
    run()

    metrics = collector.metrics[-1].resource_metrics[0].scope_metrics[0].metrics
    [late] = [metric for metric in metrics if metric.name == "firstbell.job.late_seconds"]
    assert late.histogram.data_points[0].sum == pytest.approx(LATE.total_seconds(), abs=30)


@pytest.mark.usefixtures("trust")
def test_of_what_stopped_a_job_only_the_kind_is_told(collector):
    with pytest.raises(FirstbellError):
        run(Job.FIRST_DAY_CONTACT)

    [span] = collector.spans
    assert (plain(span.attributes)["outcome"], plain(span.attributes)["error"]) == ("failed", "BadInput")
    assert not span.events
    assert not span.status.message


def test_a_request_is_a_child_of_its_job_with_tries_and_waits(collector):
    with job_told("hill", "sync", QUARTER_TO_TEN, QUARTER_TO_TEN), request_told("smtp", "SEND", "once") as told:
        told.tries, told.status, told.waited_seconds = 2, 250, 1.5

    child, parent = collector.spans
    assert child.parent_span_id == parent.span_id
    assert plain(child.attributes) == {
        "service": "smtp", "method": "SEND", "class": "once", "status": 250, "tries": 2, "waited_seconds": 1.5,
    }  # fmt: skip
    assert ("firstbell.outside_requests", {"service": "smtp", "status_class": "2xx"}) in list(collector.points)


def test_spans_metrics_and_resource_bear_the_listed_attributes_and_no_others(collector):
    with job_told("hill", "sync", QUARTER_TO_TEN, QUARTER_TO_TEN), request_told("smtp", "SEND", "once"):
        pass

    assert {span.name: tuple(plain(span.attributes)) for span in collector.spans} == SPANS
    assert {name: tuple(sorted(told)) for name, told in collector.points} == {
        name: tuple(sorted(keys)) for name, keys in METRICS.items()
    }
    assert {key for each in collector.resources for key in each} == {"service.name", "service.instance.id"}


def test_no_provider_of_ours_is_made_the_one_that_libraries_use(collector):
    run_nothing()

    assert collector.spans
    assert type(trace.get_tracer_provider()).__module__.startswith("opentelemetry.trace")


def run_nothing():
    with job_told("hill", "sync", QUARTER_TO_TEN, QUARTER_TO_TEN):
        pass


@pytest.mark.usefixtures("hanging")
def test_a_collector_that_hangs_delays_a_job_by_about_a_second():
    began = time.monotonic()
    run_nothing()

    assert time.monotonic() - began < 2


def test_a_collector_that_is_not_there_delays_a_job_by_about_a_second(send_to):
    send_to("http://127.0.0.1:9")
    began = time.monotonic()
    run_nothing()

    assert time.monotonic() - began < 2


def test_without_the_extra_a_job_runs_and_the_log_says_what_is_missing(send_to, monkeypatch, caplog):
    send_to("http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)

    run_nothing()

    assert "install the extra 'telemetry'" in caplog.text


@pytest.mark.usefixtures("hanging")
def test_a_collector_that_hangs_is_a_warning_and_no_error_that_would_wake_somebody(caplog):
    run_nothing()

    assert {record.levelname for record in caplog.records if record.levelno > logging.INFO} == {"WARNING"}
    assert "the collector" in caplog.text


@pytest.mark.parametrize("address", ["nonsense", "http://[", "gopher://127.0.0.1:9"])
def test_an_address_that_is_none_stops_no_job(send_to, address):
    send_to(address)

    run_nothing()

    assert telemetry._running.get() is None


@pytest.mark.parametrize("name", ["OTEL_METRICS_EXEMPLAR_FILTER", "OTEL_TRACES_SAMPLER", "OTEL_BSP_SCHEDULE_DELAY"])
def test_a_variable_that_makes_no_sense_stops_no_job(send_to, monkeypatch, name):
    send_to("http://127.0.0.1:9")
    monkeypatch.setenv(name, "nonsense")

    run_nothing()

    assert telemetry._running.get() is None


def test_of_a_mistake_of_ours_the_kind_is_told_and_it_goes_on_up(collector):
    with pytest.raises(KeyError), job_told("hill", "sync", QUARTER_TO_TEN, QUARTER_TO_TEN):
        raise KeyError("Brindle")

    told = plain(collector.spans[0].attributes)
    assert (told["outcome"], told["error"]) == ("crashed", "KeyError")
    assert "Brindle" not in "".join(collector.texts())


def test_it_is_off_when_opentelemetry_is_switched_off(collector, monkeypatch):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")

    run_nothing()

    assert collector.spans == []
