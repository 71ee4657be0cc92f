"""Whether Microsoft lets an app work in a workbook that people have open: tried on one of our own, which is removed.

Its pages say that apps are "not supported" there, and schools report that it works; so it is found out at each school.
"""

import contextlib
import io
from http import HTTPStatus
from urllib.parse import quote

from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Policy
from firstbell.checks import Found, look_at, mend, ok
from firstbell.errors import FirstbellError

NAME = "Firstbell doctor.xlsx"
WRITTEN = [["firstbell", "1"]]
NOT_FOR_APPS = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
)
ANOTHER_WAY = look_at(
    "Microsoft refuses it here. Firstbell replaces the whole file instead, which waits while somebody has it open."
)


def workbook_trial(graph: Graph, drive: str) -> Found:
    """Put a small workbook into the library, write two cells through a session, read them back, and remove it all."""
    with contextlib.ExitStack() as removing:
        item = _put(graph, drive, removing)
        began = graph.ask(
            "POST",
            f"{item}/workbook/createSession",
            doing="work in a workbook",
            json={"persistChanges": True},
            may_be=NOT_FOR_APPS,
        )
        if began.status in NOT_FOR_APPS:
            return ANOTHER_WAY
        session = {"workbook-session-id": str(began.json()["id"])}
        removing.callback(_closed, graph, item, session)
        return _written(graph, item, session)


def _put(graph: Graph, drive: str, removing: contextlib.ExitStack) -> str:
    where = f"/drives/{quote(drive, safe='')}"
    path = f"{where}/root:/{quote(NAME)}:/content"
    put = graph.ask("PUT", path, doing="put a workbook into this library", content=_empty_workbook())
    item = f"{where}/items/{quote(put.json()['id'], safe='')}"
    removing.callback(_removed, graph, item)
    return item


def _written(graph: Graph, item: str, session: dict[str, str]) -> Found:
    cells = f"{item}/workbook/worksheets/Sheet/range(address='A1:B1')"
    graph.ask(
        "PATCH", cells, doing="write into a workbook", json={"values": WRITTEN}, headers=session, may_be=NOT_FOR_APPS
    )
    read = graph.ask("GET", cells, doing="read a workbook", headers=session, may_be=NOT_FOR_APPS)
    if read.status in NOT_FOR_APPS:
        return ANOTHER_WAY
    is_there = [[str(cell) for cell in row] for row in read.json()["values"]] == WRITTEN
    return (
        ok("two cells were written and read back, and the file removed.")
        if is_there
        else mend("what was written could not be read back: use another library, or set office.workbooks to local.")
    )


def _closed(graph: Graph, item: str, session: dict[str, str]) -> None:
    with contextlib.suppress(FirstbellError):  # a session ends by itself
        graph.ask(
            "POST", f"{item}/workbook/closeSession", doing="close a workbook", policy=Policy.ONCE, headers=session
        )


def _removed(graph: Graph, item: str) -> None:
    graph.ask("DELETE", item, doing="remove the workbook that was tried", may_be={HTTPStatus.NOT_FOUND})


def _empty_workbook() -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - heavy

    made, content = Workbook(), io.BytesIO()
    made.save(content)
    return content.getvalue()
