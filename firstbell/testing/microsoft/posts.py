"""What the forms on the pages do, and where each leads afterwards."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from firstbell.testing.microsoft.bad_days import BAD_DAYS, end_it, is_on, let_it_be
from firstbell.testing.microsoft.shown_workbooks import books_of
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.typing_in import add_row, type_in
from firstbell.testing.microsoft.visits import arrived_of, visit


def posted(tenant: Tenant, path: str, form: Mapping[str, str]) -> str | None:
    """Do what a form says; returns the address to go on to, None where there is no such form. Raises Wrong."""
    first, _, rest = path.strip("/").partition("/")
    match first:
        case "":
            return _bad_day(tenant, form.get("bad_day", ""))
        case "mail":
            return _visit(tenant, rest, form)
        case "workbooks":
            return _typed(tenant, *rest.partition("/")[::2], form)
    return None


def _bad_day(tenant: Tenant, name: str) -> str | None:
    """On, if it was off, and off, if it was on."""
    if name not in BAD_DAYS:
        return None
    (end_it if is_on(tenant.script, name) else let_it_be)(tenant.script, name)
    return "/#bad-days"


def _visit(tenant: Tenant, key: str, form: Mapping[str, str]) -> str | None:
    sent = arrived_of(tenant, key)
    return f"/mail/{quote(key, safe='')}?done={visit(tenant, sent, form)}" if sent else None


def _typed(tenant: Tenant, name: str, sheet_name: str, form: Mapping[str, str]) -> str | None:
    book = next((book for book in books_of(tenant) if book.layout.name == name), None)
    sheet = book.sheet(sheet_name) if book else None
    if book is None or sheet is None:
        return None
    where = f"/workbooks/{quote(name, safe='')}/{quote(sheet_name, safe='')}"
    if form.get("do") == "add":
        add_row(tenant, book, sheet, form)
        return f"{where}?done=added"
    row = type_in(tenant, book, sheet, form)
    chosen = {"done": "typed", "row": row.number, "column": form["column"]}
    return f"{where}?{urlencode(chosen)}"
