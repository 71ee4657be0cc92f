"""docs/workbooks.md lists every sheet and column as the layouts have them; `make golden` writes that part again."""

import pytest

from sheets_templates import Editor
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.cases import CASES_WORKBOOK
from sheets_templates.safeguarding import SAFEGUARDING

WORKBOOKS = (ATTENDANCE, SAFEGUARDING, CASES_WORKBOOK)
BEGIN, END = "<!-- generated: workbooks -->\n", "<!-- end of generated part -->"


def about(column):
    """How a column is used, in a few words."""
    words = {
        "yours": column.editor is Editor.PEOPLE,
        "new rows": column.is_typed_in_new_rows,
        "restricted": column.is_restricted,
    }
    return ", ".join(word for word, is_so in words.items() if is_so)


def choices(column):
    shown = [f"`{choice}`" for choice in column.choices]
    return ", ".join(shown) if len(shown) <= 10 else f"the {len(shown)} codes in force"


def sheet_part(sheet):
    lines = [
        f"#### {sheet.name}",
        "",
        f"{sheet.title}. {sheet.purpose}",
        "",
        "| column | use | what for |",
        "| --- | --- | --- |",
    ]
    for column in sheet.columns:
        offered = f" One of: {choices(column)}." if column.choices else ""
        lines.append(f"| {column.header} | {about(column)} | {column.note}{offered} |")
    return "\n".join(lines)


def workbook_part(layout):
    return "\n\n".join([f"### {layout.name}", f"For: {layout.audience}.", *map(sheet_part, layout.sheets)])


def test_the_page_lists_every_sheet_and_column(root, golden):
    page = root / "docs" / "workbooks.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, closing, after = rest.partition(END)
    parts = "\n\n".join(workbook_part(layout) for layout in WORKBOOKS)

    golden(page, f"{before}{BEGIN}\n{parts}\n\n{END}{after}")
    assert closing


@pytest.mark.parametrize("layout", WORKBOOKS, ids=lambda layout: layout.name)
def test_the_page_shows_no_cell_that_would_break_its_table(layout):
    texts = [text for sheet in layout.sheets for column in sheet.columns for text in (column.header, column.note)]

    assert [text for text in texts if "|" in text or "\n" in text] == []
