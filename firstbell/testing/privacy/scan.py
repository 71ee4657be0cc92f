"""The plugin: listens while the tests run, joins what xdist's workers heard, and fails the suite when a name got out.

Registered by tests/conftest.py. It can fail: tests/privacy/test_scan.py plants leaks and sees them found.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from firstbell.testing.privacy.needles import Hit, Needles
from firstbell.testing.privacy.surfaces import after, listen

SHOWN, HINT_LENGTH = 40, 120
IN_EVERY_FIELD = "tests/bad_inputs/test_any_"
FOUND = 1  # pytest's own exit status for failed tests


class PrivacyScan:
    """What one process heard, by surface and text (with the first test it came from), and the needles it made."""

    def __init__(self) -> None:
        self.heard: dict[tuple[str, str], str] = {}
        self.times: Counter[str] = Counter()
        self.needles: set[str] = set()
        self.bodies: set[str] = set()
        self.ids: set[str] = set()
        self.hits: tuple[Hit, ...] = ()
        self._test = "before the first test"
        self._is_made_up = self._is_deaf = False
        self._ears = ExitStack()

    def hear(self, surface: str, texts: Iterable[object]) -> None:
        """Keep what left on a surface; the same text is kept once."""
        for text in () if self._is_deaf else map(str, texts):
            self.times[surface] += 1
            if text:
                self.heard.setdefault((surface, text), self._test)

    def pytest_sessionstart(self) -> None:
        self._ears = listen(self.hear)
        self._collect()

    def _collect(self) -> None:
        from firstbell.records import Message, PersonsCell, Proposal, Teacher  # noqa: PLC0415 - after the tests' own path is set
        from rules.people import Contact, Personal, Pupil  # noqa: PLC0415

        after(self._ears, Personal, "__init__", lambda _made, value: self._need(value))
        after(self._ears, PersonsCell, "__init__", self._need_words)
        # A whole letter is personal too, but it is what it says of people that must not get out, not its every word.
        after(self._ears, Message, "__init__", lambda made, *_, **__: self.bodies.add(made.text.reveal()))
        after(self._ears, Proposal, "__init__", lambda made, *_, **__: self.ids.add(made.subject_id))
        for kind in (Pupil, Contact, Teacher):
            after(self._ears, kind, "__init__", lambda made, *_, **__: self.ids.add(made.id))

    def _need(self, value: str) -> None:
        if not self._is_made_up:
            self.needles.add(value)

    def _need_words(self, cell: Any, *_: object, **__: object) -> None:
        if (cell.sheet, cell.column) in free_columns():
            self._need(cell.value)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._test = nodeid

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Texts that Hypothesis makes up at random are nobody's, and would stand in any text by chance.

        Where one hostile text stands in every field, a person's or not, its standing in a subject tells nothing.
        """
        self._is_made_up = hasattr(getattr(item, "obj", None), "hypothesis")
        self._is_deaf = self._is_made_up and item.nodeid.startswith(IN_EVERY_FIELD)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.hear("output", (text for name, text in report.sections if "Captured std" in name))

    def pytest_warning_recorded(self, warning_message: Any) -> None:
        self.hear("warning", [warning_message.message])

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker heard; a worker that was lost has failed the suite already."""
        told = getattr(node, "workeroutput", {}).get("privacy")
        if told is not None:
            for surface, text, test in told["heard"]:
                self.heard.setdefault((surface, text), test)
            self.times.update(told["times"])
            self.needles.update(told["needles"])
            self.bodies.update(told["bodies"])
            self.ids.update(told["ids"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._ears.close()
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["privacy"] = self._told()
            return
        self.hits = tuple(self._scan())
        if self.hits and session.exitstatus == 0:
            session.exitstatus = FOUND

    def _told(self) -> dict[str, Any]:
        heard = [(surface, _sendable(text), test) for (surface, text), test in self.heard.items()]
        kept = {"needles": self.needles, "bodies": self.bodies, "ids": self.ids}
        return {
            "heard": heard,
            "times": dict(self.times),
            **{name: [_sendable(text) for text in texts] for name, texts in kept.items()},
        }

    def _scan(self) -> Iterator[Hit]:
        needles = self._sharpened()
        for (surface, text), test in self.heard.items():
            redacted = needles.redacted(text)
            if redacted is not None:
                place = max(0, redacted.index("[personal]") - HINT_LENGTH // 2)
                yield Hit(surface, test, " ".join(redacted[place : place + HINT_LENGTH].split()))

    def _sharpened(self) -> Needles:
        needles = Needles(frozenset(self.ids))
        needles.add(self.needles - self.bodies)
        return needles

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        """One line of figures; and for each leak the surface, the test and a hint."""
        if hasattr(config, "workeroutput"):
            return
        for hit in self.hits[:SHOWN]:
            terminalreporter.write_line(f"privacy: {hit.surface}: {hit.test}: {hit.hint}", red=True)
        terminalreporter.write_line(self._in_figures(), red=bool(self.hits))

    def _in_figures(self) -> str:
        surfaces = ", ".join(f"{surface} {number:,}" for surface, number in sorted(self.times.items()))
        found = f"{len(self.hits):,} LEAKS" if self.hits else "no leak"
        return f"privacy scan: {found}; {len(self._sharpened()):,} personal texts looked for in: {surfaces}"


def free_columns() -> frozenset[tuple[str, str]]:
    """Sheet and header of the columns in which people write in their own words: no drop-down, date or signature."""
    from firstbell.workflows.workbooks.edits import SIGNATURES  # noqa: PLC0415 - after the tests' own path is set
    from sheets_templates import Kind  # noqa: PLC0415
    from sheets_templates.attendance import ATTENDANCE  # noqa: PLC0415
    from sheets_templates.cases import CASES_WORKBOOK  # noqa: PLC0415
    from sheets_templates.safeguarding import SAFEGUARDING  # noqa: PLC0415

    sheets = [sheet for book in (ATTENDANCE, SAFEGUARDING, CASES_WORKBOOK) for sheet in book.sheets]
    columns = ((sheet.name, column) for sheet in sheets for column in sheet.people_columns)
    free = ((name, c.header) for name, c in columns if not c.choices and c.kind is Kind.TEXT)
    return frozenset((name, header) for name, header in free if header not in {*SIGNATURES, "Second initials"})


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def pytest_configure(config: pytest.Config) -> None:
    """Register the scan under a name by which fixtures find it."""
    config.pluginmanager.register(PrivacyScan(), "firstbell-privacy-scan")


@pytest.fixture(scope="session")
def let_out(pytestconfig: pytest.Config) -> Any:
    """`let_out(surface, *texts)`: tell the scan what a process of its own let out."""
    scan: Any = pytestconfig.pluginmanager.get_plugin("firstbell-privacy-scan")
    return lambda surface, *texts: scan.hear(surface, texts)


@pytest.fixture(autouse=True)
def _outputs_are_heard(monkeypatch: pytest.MonkeyPatch, let_out: Any) -> None:
    """What a test reads back of its own output is gone from the report, so it is heard where it is read."""
    real = pytest.CaptureFixture.readouterr

    def readouterr(capture: pytest.CaptureFixture[Any]) -> Any:
        read = real(capture)
        let_out("output", read.out, read.err)
        return read

    monkeypatch.setattr(pytest.CaptureFixture, "readouterr", readouterr)
