"""The lines above the rows: title, purpose, as-at line, who fills in what, and the headings with their notes.

A tag in the hidden key column marks each line, so that it is found again when people insert lines of their own.
"""

from openpyxl.cell import Cell as XlsxCell
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from connectors._xlsx.cells import cell_at, put
from connectors._xlsx.heights import fit_height, room_in
from connectors._xlsx.styles import LINE, MARKER, TITLE, heading_style
from connectors._xlsx.tables import Table, key_heading
from sheets_templates import Column, Editor, SheetLayout

TITLE_TAG, PURPOSE_TAG, AS_AT_TAG, MARKER_TAG = "title", "purpose", "as at", "who types"
LINES = ((TITLE_TAG, TITLE), (PURPOSE_TAG, LINE), (AS_AT_TAG, LINE), (MARKER_TAG, MARKER))
HEADER_ROW = len(LINES) + 1
KEY_COLUMN = 1
TYPE_HERE = "type here ▼"
TYPE_IN_NEW_ROWS = "in new rows ▼"
TITLE_HEIGHT = 24
OUR_NAME = "Firstbell"


def draw_headings(page: Worksheet, layout: SheetLayout) -> Table:
    """Set up an empty sheet: tags, headings, widths, frozen panes."""
    columns = {column.header: number for number, column in enumerate(layout.columns, start=KEY_COLUMN + 1)}
    table = Table(HEADER_ROW, KEY_COLUMN, columns, {tag: row for row, (tag, _) in enumerate(LINES, start=1)})
    for row, (tag, style) in enumerate(LINES, start=1):
        put(cell_at(page, row, KEY_COLUMN), tag)
        for number in columns.values():
            cell_at(page, row, number).style = style
    put(cell_at(page, HEADER_ROW, KEY_COLUMN), key_heading(layout))
    for column in layout.columns:
        heading = cell_at(page, HEADER_ROW, columns[column.header])
        heading.style = heading_style(column)
        put(heading, column.header)
        page.column_dimensions[get_column_letter(columns[column.header])].width = column.width
    page.row_dimensions[1].height = TITLE_HEIGHT
    fit_height(page, HEADER_ROW, room_in(page, columns.values()))
    page.freeze_panes = cell_at(page, HEADER_ROW + 1, KEY_COLUMN + 1)
    return table


def renew_headings(page: Worksheet, layout: SheetLayout, table: Table, as_at: str) -> None:
    """Write the lines above the rows afresh; a line whose tag people removed is theirs."""
    for tag, text in ((TITLE_TAG, layout.title), (PURPOSE_TAG, layout.purpose), (AS_AT_TAG, as_at)):
        if tag in table.tags:
            put(line_cell(page, table, tag), text)
    for column in layout.columns:
        _renew_heading(page, column, table)


def _renew_heading(page: Worksheet, column: Column, table: Table) -> None:
    place = table.columns[column.header]
    heading = cell_at(page, table.header_row, place)
    put(heading, column.header)
    if heading.comment is None or heading.comment.author == OUR_NAME:
        heading.comment = Comment(column.note, OUR_NAME)
        fit_note(heading.comment)
    if MARKER_TAG in table.tags:
        put(cell_at(page, table.tags[MARKER_TAG], place), _marker(column))


def _marker(column: Column) -> str | None:
    """Who fills a column in, in words, since colour alone does not tell everyone."""
    if column.editor is Editor.PEOPLE:
        return TYPE_HERE
    return TYPE_IN_NEW_ROWS if column.is_typed_in_new_rows else None


def fit_note(note: Comment) -> None:
    """Make the box of a note as large as its words need; in points, at about 38 characters a line."""
    lines = sum(1 + len(line) // 38 for line in note.text.split("\n"))
    note.width, note.height = 260, 20 + 17 * lines


def line_cell(page: Worksheet, table: Table, tag: str) -> XlsxCell:
    """Where the text of a marked line stands now: people may have moved it with its column."""
    row, last = table.tags[tag], max(table.columns.values())
    filled = (n for n in range(1, last + 1) if n != table.key_column and cell_at(page, row, n).value is not None)
    return cell_at(page, row, next(filled, table.key_column + 1))
