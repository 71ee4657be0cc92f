"""docs/files.md says what the readers really do."""

import re
import tomllib

import pytest

from connectors.files import FilesMis, read_calendar, read_marks, read_pupils
from connectors.files.columns import Kind, compulsory
from firstbell.errors import BadInput
from firstbell.records import School

NAMES = "connectors/files/columns.toml"
EXPORTS = {
    "pupils": Kind.PUPILS, "contacts": Kind.CONTACTS, "marks": Kind.MARKS, "marks_week": Kind.MARKS_WEEK,
    "marks_packed": Kind.MARKS_PACKED, "marks_grid": Kind.MARKS_GRID, "registers": Kind.REGISTERS, "cover": Kind.COVER,
    "list": Kind.LIST, "exams": Kind.EXAMS, "part_time": Kind.PART_TIME, "enrolments": Kind.ENROLMENTS,
    "lessons": Kind.LESSONS,
}  # fmt: skip


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "files.md").read_text(encoding="utf-8")


def rows_of(kind, table):
    """The lines of the page about one kind of export: our column, and what it is called elsewhere."""
    shared = {column: blocks for column, blocks in table["any"].items() if column in compulsory(kind)}
    for column, blocks in (shared | table[kind]).items():
        known = {name: None for block in blocks for names in block.values() for name in names}
        must = "yes" if column in compulsory(kind) else ""
        yield f"| `{column}` | {must} | {', '.join(known)} |"


@pytest.mark.parametrize("kind", EXPORTS.values(), ids=EXPORTS.keys())
def test_the_page_lists_every_column_and_every_name_it_goes_by(page, root, kind):
    table = tomllib.loads((root / NAMES).read_text(encoding="utf-8"))
    table.setdefault(kind, {})

    missing = [row for row in rows_of(kind, table) if row not in page]

    assert missing == [], "put these lines in the table of docs/files.md"


def test_every_refusal_the_page_shows_is_a_real_one(page, write):
    shown = re.findall(r"<!-- (\S+): (.*?) -->\n\n?```text\n(.*?)\n```", page)

    for name, content, sentence in shown:
        with pytest.raises(BadInput) as refused:
            read_marks(write(name, content.replace("\\n", "\n").replace("\\\\", "\\")))
        assert str(refused.value) == sentence
    assert len(shown) >= 4


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_plain_files_on_the_page_are_read_without_a_problem(page, write, tmp_path):
    named = dict(re.findall(r"`([\w-]+\.csv)`:\n\n```csv\n(.*?)```", page, re.DOTALL))
    for name, text in named.items():
        write(f"exports/{name}", text)
    write("exports/calendar.toml", blocks(page, "toml")[0])
    (tmp_path / "exports" / "lists").mkdir()
    (tmp_path / "exports" / "trip.csv").rename(tmp_path / "exports" / "lists" / "trip.csv")
    calendar = read_calendar(tmp_path / "exports" / "calendar.toml")
    mis = FilesMis(tmp_path / "exports", School("hill", "Hill School"), tmp_path / "column-mapping.toml")

    roll = mis.roll()
    marks = mis.marks(calendar.first, calendar.last)

    assert (roll.problems, marks.problems) == ((), ())
    assert all((roll.pupils, roll.contacts, roll.links, marks.marks))
    assert mis.registers(marks.marks[-1].session.date)[0].cover is not None
    assert mis.expected_elsewhere(marks.marks[-1].session.date)
    beside, lessons = mis.beside_the_register(), mis.lessons(marks.marks[-1].session.date)
    assert all((beside.last_exams, beside.part_time_until, beside.second_registrations, lessons.marks, lessons.away))
    assert (beside.problems, lessons.problems) == ((), ())
    assert read_pupils(tmp_path / "exports" / "pupils.csv")[1] == ()
