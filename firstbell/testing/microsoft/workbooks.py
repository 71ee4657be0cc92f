"""Excel over the wire: sessions, sheets, ranges and tables of the workbooks in the tenant of pretence.

What is written without a session is answered as if it had been, and lost: some have seen the real service do so.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from firstbell.testing.microsoft import drives
from firstbell.testing.microsoft.asked import Answer, Asked, Refused
from firstbell.testing.microsoft.files import Item
from firstbell.testing.microsoft.routes import Handler, Route
from firstbell.testing.microsoft.workbook_books import (
    begin,
    changed,
    end,
    live_book,
    refuse_unopenable,
    session_of,
)
from firstbell.testing.microsoft.workbook_cells import Value, cell, enter, format_of, formula_of, value_of
from firstbell.testing.microsoft.workbook_tables import Placed, invalid, table_called

if TYPE_CHECKING:
    from openpyxl import Workbook

    from firstbell.testing.microsoft.tenant import Tenant

WORKBOOK = "/drives/{drive-id}/items/{driveItem-id}/workbook"
SHEET = f"{WORKBOOK}/worksheets/{{workbookWorksheet-id}}"
TABLE = f"{WORKBOOK}/tables/{{workbookTable-id}}"
ROW = f"{TABLE}/rows/itemAt(index={{index}})"
# No figure is published; a call of this size has been seen to be refused.
MOST_CELLS = 500_000
SESSION = "workbook-session-id"

Work = Callable[["Workbook", Asked], Any]


def item_of(tenant: "Tenant", asked: Asked) -> Item:
    """The file that is asked for. Raises Refused."""
    item = drives.item_of(drives.drive_of(tenant, asked), asked)
    if item.content is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalidRequest")
    return item


def create_session(tenant: "Tenant", asked: Asked) -> Answer:
    item = item_of(tenant, asked)
    persists = bool(asked.json["persistChanges"])
    key = begin(tenant, item, persists=persists)
    live_book(tenant, item)
    return Answer(HTTPStatus.CREATED, {"id": key, "persistChanges": persists})


def refresh_session(tenant: "Tenant", asked: Asked) -> Answer:
    session_of(tenant, item_of(tenant, asked), asked.headers.get(SESSION, ""))
    return Answer(HTTPStatus.NO_CONTENT)


def close_session(tenant: "Tenant", asked: Asked) -> Answer:
    key = asked.headers.get(SESSION, "")
    session_of(tenant, item_of(tenant, asked), key)
    end(tenant, key)
    return Answer(HTTPStatus.NO_CONTENT)


def reading(work: Work) -> Handler:
    """A handler that only looks."""

    def handler(tenant: "Tenant", asked: Asked) -> Answer:
        item = item_of(tenant, asked)
        refuse_unopenable(tenant, item)
        if SESSION in asked.headers:
            session_of(tenant, item, asked.headers[SESSION])
        return Answer(body=work(live_book(tenant, item).book, asked))

    return handler


def writing(work: Work, status: int = HTTPStatus.OK) -> Handler:
    """A handler that changes the workbook for good, given a session that persists."""

    def handler(tenant: "Tenant", asked: Asked) -> Answer:
        item = item_of(tenant, asked)
        refuse_unopenable(tenant, item)
        if SESSION not in asked.headers or not session_of(tenant, item, asked.headers[SESSION]).persists:
            return Answer(status, {} if status != HTTPStatus.NO_CONTENT else None)
        body = work(live_book(tenant, item).book, asked)
        changed(tenant, item, asked.app.client_id if asked.app else "")
        return Answer(status, body)

    return handler


def page_of(book: "Workbook", asked: Asked) -> Worksheet:
    """The sheet that is asked for, by its name in any case. Raises Refused."""
    wanted = asked.params["workbookWorksheet-id"].casefold()
    for page in book.worksheets:
        if page.title.casefold() == wanted:
            return page
    raise Refused(HTTPStatus.NOT_FOUND, "ItemNotFound", inner="itemNotFound")


def list_sheets(book: "Workbook", _: Asked) -> dict[str, Any]:
    shown = {"visible": "Visible", "hidden": "Hidden", "veryHidden": "VeryHidden"}
    found = [
        {"id": f"{{{n}}}", "name": page.title, "position": n, "visibility": shown[page.sheet_state]}
        for n, page in enumerate(book.worksheets)
    ]
    return {"value": found}


def used_range(book: "Workbook", asked: Asked) -> dict[str, Any]:
    page = page_of(book, asked)
    # openpyxl keeps every cell it was ever asked for.
    used = [(row, column) for (row, column), at in page._cells.items() if at.value is not None or at.has_style]  # noqa: SLF001
    rows, columns = [row for row, _ in used] or [1], [column for _, column in used] or [1]
    return _range(page, (min(columns), min(rows), max(columns), max(rows)), asked)


def read_range(book: "Workbook", asked: Asked) -> dict[str, Any]:
    return _range(page_of(book, asked), _bounds(asked.params["address"]), asked)


def _bounds(address: str) -> tuple[int, int, int, int]:
    try:
        left, top, right, bottom = range_boundaries(address.rpartition("!")[2])
    except ValueError as error:
        raise invalid() from error
    if left is None or top is None or right is None or bottom is None:
        raise invalid()
    return left, top, right, bottom


def _range(page: Worksheet, bounds: tuple[int, int, int, int], asked: Asked) -> dict[str, Any]:
    left, top, right, bottom = bounds
    if (right - left + 1) * (bottom - top + 1) > MOST_CELLS:
        raise Refused(HTTPStatus.BAD_REQUEST, "BadRequest", inner="rangeExceedsLimit")
    cells = [[cell(page, row, column) for column in range(left, right + 1)] for row in range(top, bottom + 1)]
    whole = {
        "address": f"{page.title}!{_place(bounds)}",
        "cellCount": sum(map(len, cells)),
        "rowCount": len(cells),
        "columnCount": len(cells[0]),
        "values": [[value_of(page, at) for at in row] for row in cells],
        "formulas": [[formula_of(at) for at in row] for row in cells],
        "numberFormat": [[format_of(at) for at in row] for row in cells],
    }
    chosen = asked.query.get("$select")
    return {name: whole[name] for name in chosen.split(",") if name in whole} if chosen else whole


def _place(bounds: tuple[int, int, int, int]) -> str:
    left, top, right, bottom = bounds
    first, last = f"{get_column_letter(left)}{top}", f"{get_column_letter(right)}{bottom}"
    return first if first == last else f"{first}:{last}"


def write_range(book: "Workbook", asked: Asked) -> dict[str, Any]:
    page = page_of(book, asked)
    left, top, right, bottom = _bounds(asked.params["address"])
    for grid, enter_one in ((asked.json.get("numberFormat"), _set_format), (_values_in(asked.json), enter)):
        for row, column, value in _each(grid, (left, top, right, bottom)):
            at = cell(page, row, column)
            _refuse_protected(page, [at])
            enter_one(at, value)
    return _range(page, (left, top, right, bottom), asked)


def _values_in(body: dict[str, Any]) -> Any:  # noqa: ANN401 - a grid, a single value or nothing
    return body.get("formulas", body.get("values"))


def _set_format(at: Any, value: Value) -> None:  # noqa: ANN401 - openpyxl's cell
    if value is not None:
        at.number_format = str(value)


def _each(grid: Any, bounds: tuple[int, int, int, int]) -> list[tuple[int, int, Value]]:  # noqa: ANN401
    """Every cell of a grid with its value; a single value stands for all. Raises Refused for another shape."""
    left, top, right, bottom = bounds
    width, height = right - left + 1, bottom - top + 1
    if grid is None:
        return []
    if not isinstance(grid, list):
        grid = [[grid] * width for _ in range(height)]
    if len(grid) != height or any(len(row) != width for row in grid):
        raise invalid()
    return [(top + r, left + c, value) for r, row in enumerate(grid) for c, value in enumerate(row)]


def _refuse_protected(page: Worksheet, cells: list[Any]) -> None:
    if page.protection.sheet and any(at.protection.locked for at in cells):
        raise Refused(HTTPStatus.FORBIDDEN, "AccessDenied", inner="accessDenied")


def list_tables(book: "Workbook", _: Asked) -> dict[str, Any]:
    found = [
        {"id": str(table.id), "name": table.displayName} for page in book.worksheets for table in page.tables.values()
    ]
    return {"value": found}


def _table(book: "Workbook", asked: Asked) -> Placed:
    return table_called(book, asked.params["workbookTable-id"])


def table_range(book: "Workbook", asked: Asked) -> dict[str, Any]:
    placed = _table(book, asked)
    return _range(placed.page, placed.bounds, asked)


def list_rows(book: "Workbook", asked: Asked) -> dict[str, Any]:
    placed = _table(book, asked)
    return {"value": [{"index": n, "values": [placed.row(n)]} for n in range(placed.count)]}


def add_rows(book: "Workbook", asked: Asked) -> dict[str, Any]:
    placed = _table(book, asked)
    index, rows = asked.json.get("index"), asked.json["values"]
    index = placed.count if index is None else index
    if not 0 <= index <= placed.count or any(len(row) != placed.width for row in rows):
        raise invalid()
    _refuse_protected_table(placed)
    placed.insert_rows(index, len(rows))
    for number, row in enumerate(rows, start=index):
        placed.enter_row(number, row)
    return {"index": index, "values": [placed.row(n) for n in range(index, index + len(rows))]}


def _refuse_protected_table(placed: Placed) -> None:
    """A table on a protected sheet neither grows nor shrinks."""
    if placed.page.protection.sheet:
        raise Refused(HTTPStatus.FORBIDDEN, "AccessDenied", inner="accessDenied")


def _index(placed: Placed, asked: Asked) -> int:
    index = int(asked.params["index"])
    if not 0 <= index < placed.count:
        raise invalid()
    return index


def read_row(book: "Workbook", asked: Asked) -> dict[str, Any]:
    placed = _table(book, asked)
    index = _index(placed, asked)
    return {"index": index, "values": [placed.row(index)]}


def write_row(book: "Workbook", asked: Asked) -> dict[str, Any]:
    placed = _table(book, asked)
    index = _index(placed, asked)
    _refuse_protected_table(placed)
    placed.enter_row(index, asked.json["values"][0])
    return {"index": index, "values": [placed.row(index)]}


def delete_row(book: "Workbook", asked: Asked) -> None:
    placed = _table(book, asked)
    _refuse_protected_table(placed)
    placed.delete_row(_index(placed, asked))


def list_columns(book: "Workbook", asked: Asked) -> dict[str, Any]:
    placed = _table(book, asked)
    return {"value": [_column(placed, index) for index in range(placed.width)]}


def _column(placed: Placed, index: int) -> dict[str, Any]:
    heading = placed.headings()[index]
    values = [[heading], *([placed.row(n)[index]] for n in range(placed.count))]
    return {"id": str(index + 1), "name": heading, "index": index, "values": values}


def write_column(book: "Workbook", asked: Asked) -> dict[str, Any]:
    """A column by its name: heading and rows, as many as there are. Raises Refused for another number."""
    placed = _table(book, asked)
    wanted = asked.params["workbookTableColumn-id"].casefold()
    index = next((n for n, heading in enumerate(placed.headings()) if heading.casefold() == wanted), None)
    if index is None:
        raise Refused(HTTPStatus.NOT_FOUND, "ItemNotFound", inner="itemNotFound")
    left, top, _, bottom = placed.bounds
    for row, column, value in _each(asked.json["values"], (left + index, top, left + index, bottom)):
        at = cell(placed.page, row, column)
        _refuse_protected(placed.page, [at])
        enter(at, value)
    placed.rename_columns()
    return _column(placed, index)


def protect(book: "Workbook", asked: Asked) -> None:
    page_of(book, asked).protection.sheet = True


def unprotect(book: "Workbook", asked: Asked) -> None:
    page_of(book, asked).protection.sheet = False


GONE = HTTPStatus.NO_CONTENT
ROUTES = (
    Route("POST", f"{WORKBOOK}/createSession", create_session),
    Route("POST", f"{WORKBOOK}/refreshSession", refresh_session),
    Route("POST", f"{WORKBOOK}/closeSession", close_session),
    Route("GET", f"{WORKBOOK}/worksheets", reading(list_sheets)),
    Route("GET", f"{SHEET}/usedRange", reading(used_range)),
    Route("GET", f"{SHEET}/usedRange()", reading(used_range)),
    Route("GET", f"{SHEET}/range(address='{{address}}')", reading(read_range)),
    Route("PATCH", f"{SHEET}/range(address='{{address}}')", writing(write_range)),
    Route("POST", f"{SHEET}/protection/protect", writing(protect, GONE)),
    Route("POST", f"{SHEET}/protection/unprotect", writing(unprotect, GONE)),
    Route("GET", f"{WORKBOOK}/tables", reading(list_tables)),
    Route("GET", f"{TABLE}/range", reading(table_range)),
    Route("GET", f"{TABLE}/range()", reading(table_range)),
    Route("GET", f"{TABLE}/rows", reading(list_rows)),
    Route("POST", f"{TABLE}/rows/add", writing(add_rows, HTTPStatus.CREATED)),
    Route("GET", ROW, reading(read_row)),
    Route("PATCH", ROW, writing(write_row)),
    Route("DELETE", ROW, writing(delete_row, GONE)),
    Route("GET", f"{TABLE}/columns", reading(list_columns)),
    Route("PATCH", f"{TABLE}/columns/{{workbookTableColumn-id}}", writing(write_column)),
)
