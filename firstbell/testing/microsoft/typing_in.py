"""Somebody types into a shared workbook on a page: checked as Excel checks it, and then done in the live workbook."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.testing.microsoft.shown_workbooks import ShownBook, ShownRow, ShownSheet
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.workbook_person import LivePerson
from sheets_templates import Column

LONGEST = 500


@dataclass
class Wrong(Exception):
    """What was typed is not taken: the field of the form, and what to do instead, in a sentence."""

    field: str
    sentence: str


def type_in(tenant: Tenant, book: ShownBook, sheet: ShownSheet, form: Mapping[str, str]) -> ShownRow:
    """Type `text` into the `column` of a `row`; an empty text clears the cell. Returns the row. Raises Wrong."""
    row = sheet.row(form.get("row", ""))
    if row is None:
        raise Wrong("row", "Choose a row. It may have moved since you opened this page.")
    column = next((each for each in sheet.layout.people_columns if each.header == form.get("column")), None)
    if column is None:
        raise Wrong("column", "Choose a column.")
    _person(tenant, book).types(sheet.layout.name, row.key, column.header, checked("text", column, form))
    return row


def add_row(tenant: Tenant, book: ShownBook, sheet: ShownSheet, form: Mapping[str, str]) -> None:
    """Type a row of one's own below the last; its fields are called "new-0" and so on. Raises Wrong."""
    fields = {f"new-{number}": column for number, column in enumerate(sheet.layout.typed_columns)}
    cells = {column.header: checked(name, column, form) for name, column in fields.items()}
    filled = {header: text for header, text in cells.items() if text}
    if not filled:
        raise Wrong("new-0", "Type something in at least one field.")
    _person(tenant, book).adds_a_row(sheet.layout.name, filled)


def checked(field: str, column: Column, form: Mapping[str, str]) -> str:
    """The text of a field, if the column takes it. Raises Wrong."""
    text = form.get(field, "").strip()
    if len(text) > LONGEST:
        raise Wrong(field, f"Type at most {LONGEST} characters.")
    known = {choice.casefold() for choice in column.choices}
    if text and known and text.casefold() not in known:
        raise Wrong(field, f"“{column.header}” takes one of: {', '.join(column.choices)}. Or leave it empty.")
    return text


def _person(tenant: Tenant, book: ShownBook) -> LivePerson:
    return LivePerson(tenant, book.drive, book.file)
