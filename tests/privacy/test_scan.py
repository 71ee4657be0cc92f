"""The scan can fail: a leak is planted on each surface, in a suite of its own, each is found and blotted out."""

import re

import pytest

NAME = "Brindlewhisk"
LEAKS = {
    "log": """
import logging
def test_leak():
    logging.getLogger("anything").debug("told %s", THE_NAME)
""",
    "log of an exception": """
import logging
def test_leak():
    try:
        raise ValueError(THE_NAME)
    except ValueError:
        logging.getLogger("anything").exception("it went wrong")
""",
    "warning": """
import warnings
def test_leak():
    warnings.warn(THE_NAME)
""",
    "error": """
from firstbell.errors import BadInput
def test_leak():
    BadInput("pupils.csv", THE_NAME, "a date")
""",
    "output": """
def test_leak(capsys):
    print(THE_NAME)
    assert capsys.readouterr().out
""",
    "output nobody reads": """
def test_leak():
    print("nobody reads", THE_NAME)
""",
    "queue": """
import datetime as dt
from firstbell.testing.fake_jobs import FakeJobs
def test_leak():
    FakeJobs().enqueue("hill", f"tell {THE_NAME}", dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
""",
    "card": """
from firstbell.records import Card
def test_leak():
    Card("k", "An alert", (f"It is {THE_NAME}.",), "Open", "")
""",
    "mail subject": """
import datetime as dt
from firstbell.records import Message
from rules.contact.purposes import Purpose
def test_leak():
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    text = Personal("x")
    Message("k", Purpose.FIRST_DAY_ABSENCE, text, f"About {THE_NAME}", text, text, at)
""",
    "link": """
import datetime as dt
from firstbell.records import Message
from rules.contact.purposes import Purpose
def test_leak():
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    html = Personal(f'<a href="https://example.org/?who={THE_NAME.lower()}">here</a>')
    Message("k", Purpose.FIRST_DAY_ABSENCE, Personal("x"), "Attendance", Personal("x"), html, at)
""",
    "office notice": """
import datetime as dt
from firstbell.records import Message
from rules.contact.purposes import Purpose
def test_leak():
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    text = Personal(f"The row of {THE_NAME} can't be used." + " " * 100)
    Message("k", Purpose.OFFICE_NOTICE, Personal("x"), "Notice", text, Personal("x"), at)
""",
    "file name": """
from connectors.local.disk import write_file
def test_leak(tmp_path):
    write_file(tmp_path / "papers" / f"{THE_NAME.lower()}.html", b"")
""",
    "folder name": """
from connectors.local.folders import LocalFolders
def test_leak(tmp_path):
    LocalFolders(tmp_path).set_access(THE_NAME, frozenset())
""",
    "ledger": """
import datetime as dt
from firstbell.testing.fake_store import FakeStore
def test_leak():
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    FakeStore().ledger.append("note", at=at, actor="AB", facts={"why": f"{THE_NAME} is ill"})
""",
    "ledger of a real store": """
import contextlib
import datetime as dt
from connectors.store_sql import open_store
def test_leak(tmp_path):
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    with contextlib.closing(open_store(tmp_path / "store.db", "hill")) as store:
        store.ledger.append("note", at=at, actor=THE_NAME, facts={})
""",
    "heartbeat": """
import datetime as dt
from firstbell.testing.fake_store import FakeStore
def test_leak():
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    FakeStore().desk.heartbeat("sync", at=at, due_at=None, outcome=f"stopped at {THE_NAME}")
""",
    "telemetry": """
import datetime as dt
from firstbell.telemetry import job_told
def test_leak(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    with job_told("hill", f"sync {THE_NAME}", at, at):
        pass
""",
    "problem": """
from firstbell.records import Problem
def test_leak():
    Problem("marks.csv, row 3", f"'{THE_NAME}' is no code.")
""",
    "reason in a person's own words": """
import logging
from firstbell.records import PersonsCell
def test_leak():
    cell = PersonsCell("Attendance", "Today", "P1|2026-11-23-AM", "Reason given", "broken collarbone")
    logging.getLogger("anything").info("reason: %s", cell.value)
""",
    "telephone number": """
import logging
def test_leak():
    Personal("07700 900986")
    logging.getLogger("anything").info("rang 07700900986")
""",
    "address": """
import logging
def test_leak():
    Personal("mum.brindle@example.net")
    logging.getLogger("anything").info("550 <MUM.BRINDLE@EXAMPLE.NET> unknown")
""",
}
MADE = f"from rules.people import Personal\nTHE_NAME = Personal({NAME!r}).reveal()\n"
PRIVATE = re.compile(rf"{NAME}|collarbone|900986|mum\.brindle", re.IGNORECASE)


def run(pytester, root, **files):
    pytester.makepyfile(**files)
    plugins = ("-p", "firstbell.testing.privacy.scan", "-p", "no:randomly", "-W", "default", "--tb=no", "-q")
    pytester.makeini(f"[pytest]\npythonpath = {root}\naddopts = --import-mode=importlib")
    return pytester.runpytest_subprocess(*plugins)


@pytest.fixture(scope="module")
def suites():
    """A test module for each leak, by a name that says which."""
    return {f"test_{number:02}": MADE + text for number, text in enumerate(LEAKS.values())}


def test_every_planted_leak_is_found_and_told_without_the_name(pytester, root, suites):
    done = run(pytester, root, **suites)

    told = [line for line in done.outlines if line.startswith("privacy: ")]
    assert [surface for name, surface in zip(suites, LEAKS, strict=True) if name not in " ".join(told)] == []
    assert done.ret == 1, "a suite in which every test passes fails all the same"
    assert done.parseoutcomes()["passed"] == len(LEAKS)
    assert not PRIVATE.search("\n".join(told))


def test_a_leak_in_one_worker_of_a_name_made_in_another_is_found(pytester, root):
    made = "from rules.people import Personal\ndef test_made():\n    Personal('Brindle' + 'whisk')\n"
    leaks = "import logging\ndef test_leak():\n    logging.getLogger('x').debug('Brindle' + 'whisk')\n"
    pytester.makepyfile(test_a=made, test_b=leaks)
    pytester.makeini(f"[pytest]\npythonpath = {root}\naddopts = --import-mode=importlib")

    done = pytester.runpytest_subprocess("-p", "firstbell.testing.privacy.scan", "-n", "2", "--dist", "loadfile", "-q")

    assert done.ret == 1
    assert any(line.startswith("privacy: log: test_b.py::test_leak") for line in done.outlines)


def test_wrapped_names_words_of_ours_and_ids_are_no_leak_and_the_figures_are_told(pytester, root):
    clean = """
import logging
from rules.people import Contact, Personal
def test_it():
    Contact("BRINDLE-MUM", "Ms", Personal("Pat"), Personal("BRINDLE-MUM"))
    Personal("Example")
    logging.getLogger("x").debug("%s to BRINDLE-MUM of Example", Personal("Brindlewhisk"))
"""

    done = run(pytester, root, test_clean=clean)

    assert done.ret == 0
    assert re.search(r"privacy scan: no leak; 3 personal texts looked for in: .*log \d+", done.stdout.str())
