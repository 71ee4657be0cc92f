"""The workbooks that a run reads one after another: found, opened and looked at together, in three round trips.

This is only the quick way. What it does not get in full is left out, and the workbook concerned is found, opened or
looked at by itself, as if nobody had asked before; only that may fail.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from connectors._xlsx.tables import AS_AT_SHEET
from connectors.microsoft365.batches import BATCH, MOST_IN_A_BATCH, Answer, answers_in, ask_all
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.workbook_file import Version, WorkbookInLibrary, version_in
from connectors.microsoft365.workbook_live import Look, look_in, paths_of
from connectors.microsoft365.workbook_session import DOING, Step, WorkbookSession
from firstbell.errors import FirstbellError
from sheets_templates import SheetLayout, WorkbookLayout


@dataclass(frozen=True, slots=True, repr=False)
class Begun:
    """A workbook that is found (None: there is none), and the session and the look that it may have by now."""

    version: Version | None
    session: WorkbookSession | None = None
    look: Look | None = None


class ReadTogether:
    """Holds what was found for the workbooks that are not read yet."""

    def __init__(self, graph: Graph) -> None:
        """Asks nobody yet."""
        self._graph = graph
        self._layouts: dict[WorkbookInLibrary, WorkbookLayout] = {}
        self._found: dict[WorkbookInLibrary, Answer] = {}
        self._sessions: dict[WorkbookInLibrary, WorkbookSession] = {}
        self._looks: dict[WorkbookInLibrary, Look] = {}

    def add(self, file: WorkbookInLibrary, layout: WorkbookLayout) -> None:
        """Another of them."""
        self._layouts[file] = layout

    def begin(self, file: WorkbookInLibrary) -> Begun:
        """What is found of a workbook to be read; the first one has all of them found. Raises as `Graph.ask`."""
        if file in self._layouts and file not in self._found:
            self.close()
            self._begin_all()
        return self.take(file) or Begun(file.version())

    def take(self, file: WorkbookInLibrary) -> Begun | None:
        """What was found of a workbook, once; None where nobody has looked. Raises as `Graph.ask`."""
        session, look = self._sessions.pop(file, None), self._looks.pop(file, None)
        found = self._found.pop(file, None)
        return Begun(version_in(found.reply()), session, look) if found else None

    def close(self) -> None:
        """Let go of what nobody came to read."""
        for session in self._sessions.values():
            session.close()
        for kept in (self._found, self._sessions, self._looks):
            kept.clear()

    def _begin_all(self) -> None:
        answers = ask_all(self._graph, [file.asking() for file in self._layouts])
        self._found = dict(zip(self._layouts, answers, strict=True))
        versions = {file: answer.ahead(version_in) for file, answer in self._found.items()}
        made = {file: file.session(version) for file, version in versions.items() if version}
        if len(made) > 1:
            self._open(made)
            self._look()

    def _open(self, made: dict[WorkbookInLibrary, WorkbookSession]) -> None:
        answers = ask_all(self._graph, [session.opening() for session in made.values()])
        opened = zip(made.items(), answers, strict=True)
        self._sessions = {file: session for (file, session), answer in opened if answer.ahead(session.opened_by)}

    def _look(self) -> None:
        """One chain of looks through all that are open, since a workbook is asked for one thing at a time."""
        sheets = {file: looked_at(self._layouts[file]) for file in self._sessions}
        asked = [(file, path) for file, names in sheets.items() for path in paths_of(names)]
        if not 0 < len(asked) <= MOST_IN_A_BATCH:
            return
        items = [
            self._sessions[file].step_in(number, Step("GET", path))
            for number, (file, path) in enumerate(asked, start=1)
        ]
        with contextlib.suppress(FirstbellError):
            batch = self._graph.ask("POST", BATCH, doing=DOING, json={"requests": items})
            replies = iter(answers_in(batch, len(asked)))
            looks = {file: look_in(names, [*islice(replies, len(names) + 1)]) for file, names in sheets.items()}
            self._looks = {file: look for file, look in looks.items() if look}


def looked_at(layout: WorkbookLayout) -> list[str]:
    """The sheets that a reading looks at: those, and the one that tells the drawing whether its lines stand there."""
    return [*(sheet.name for sheet in peoples_sheets(layout)), AS_AT_SHEET]


def peoples_sheets(layout: WorkbookLayout) -> Sequence[SheetLayout]:
    """The sheets in which people type."""
    return [sheet for sheet in layout.sheets if sheet.people_columns or sheet.typed_columns]
