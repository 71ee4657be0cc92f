"""What a school can see or a developer must know stands on its page."""

import ast

import pytest

from rules.contact.purposes import Purpose
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.cases import CASES_WORKBOOK
from sheets_templates.safeguarding import SAFEGUARDING

SHEETS = [sheet for layout in (ATTENDANCE, SAFEGUARDING, CASES_WORKBOOK) for sheet in layout.sheets]


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_of_a_message_is_described(purpose, pages):
    assert purpose in pages["docs/messages.md"], f"say in docs/messages.md who gets '{purpose}', when and why"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_sheet_and_every_column_people_type_in_is_described(sheet, pages):
    page = pages["docs/workbooks.md"]

    missing = [name for name in (sheet.name, *(c.header for c in sheet.people_columns)) if name not in page]

    assert missing == [], "describe it in docs/workbooks.md"


def public_definitions(tree):
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize("folder", ["rules", "firstbell/workflows", "firstbell/messages", "connectors", "functions"])
def test_every_public_function_and_class_says_what_it_is(folder, root):
    silent = [
        f"{file.relative_to(root).as_posix()}:{node.lineno} {node.name}"
        for file in sorted((root / folder).rglob("*.py"))
        if "migrations" not in file.parts
        for node in public_definitions(ast.parse(file.read_text(encoding="utf-8")))
        if not ast.get_docstring(node)
    ]

    assert silent == [], "give it a docstring: shapes, units, errors and source"
