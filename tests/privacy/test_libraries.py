"""What libraries say when they fail: it may end in a log, so it must not quote the data."""

import json
import logging
import sqlite3
import traceback
from contextlib import closing

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from connectors.files import read_pupils
from connectors.store_sql import open_store
from connectors.store_sql.tables import cells
from firstbell.errors import BadInput, FirstbellError, Misconfigured
from firstbell.records import PersonsCell, SheetRead, TypedAnswer
from firstbell.settings import SchoolSettings, StaffMember, load_settings
from firstbell.testing.store_conformance.samples import a_full_roll
from rules.people import Personal

NAME = "Quillfeather"


def told(error):
    """The error as a log would have it, causes and all."""
    return "".join(traceback.format_exception(error)).replace(__file__, "")


def lines_with_the_name(text):
    """What a traceback says, but for the lines of our own source that it shows."""
    return [line for line in text.splitlines() if NAME in line and not line.startswith(" ")]


@pytest.fixture
def store(tmp_path):
    with closing(open_store(tmp_path / "store.db", "hill")) as store:
        yield store


def test_the_databases_errors_hide_the_values(store):
    row = {"school": "hill", "workbook": "A", "sheet": "S", "row_key": "k", "header": "h", "value": NAME}

    with pytest.raises(sa.exc.IntegrityError) as refused, store._database.writing() as connection:
        connection.execute(sa.insert(cells), [row, row])

    assert lines_with_the_name(told(refused.value)) == []
    assert "hidden due to hide_parameters" in str(refused.value)


def test_rows_that_are_read_are_not_logged_even_when_everything_else_is(tmp_path, caplog):
    with caplog.at_level(logging.DEBUG), closing(open_store(tmp_path / "store.db", "hill")) as store:
        store.registers.save_roll(a_full_roll())
        assert store.registers.roll() is not None

    assert "Testname" not in caplog.text


def test_a_person_who_must_not_be_printed_can_not_be_by_a_failing_lookup():
    with pytest.raises(KeyError) as missing:
        {}[Personal(NAME)]

    assert str(missing.value) == "[personal]"


@pytest.mark.parametrize(
    "record",
    [
        PersonsCell("Attendance", "Today", "k", "Reason given", NAME),
        SheetRead("Today", {"k": {"Pupil": NAME}}, ({"Pupil": NAME},)),
        TypedAnswer({"Pupil": NAME}, "Noted."),
    ],
    ids=lambda record: type(record).__name__,
)
def test_records_of_people_s_words_say_nothing_of_them(record):
    assert NAME not in repr(record)


def test_settings_that_do_not_fit_do_not_quote_what_was_written():
    with pytest.raises(ValidationError) as refused:
        StaffMember(initials=NAME, name=NAME, role="DSL", email=f"{NAME} at example.org")

    assert NAME not in str(refused.value)
    assert NAME not in repr(SchoolSettings(key="hill", name=NAME, phone="1", absence_email="a@example.org"))


def test_a_settings_file_that_is_no_toml_does_not_quote_its_line(tmp_path):
    (tmp_path / "school.toml").write_text(f'[school]\nname = "{NAME}\n', encoding="utf-8")

    with pytest.raises(BadInput) as refused:
        load_settings(tmp_path / "school.toml")

    assert NAME not in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        f'pupil_id,forename\nP1,"{NAME}\n',
        f"pupil_id,forename\nP1,{NAME},x,y\n",
        f"pupil_id,forename\n{NAME}\0\n",
        f"pupil_id,date_of_birth,year_group\nP1,{NAME},7\n",
    ],
    ids=["an open quote", "too many cells", "a NUL", "no date"],
)
def test_a_broken_table_does_not_quote_its_cells(tmp_path, content):
    (tmp_path / "pupils.csv").write_text(content, encoding="utf-8")

    said = ""
    try:
        _, problems = read_pupils(tmp_path / "pupils.csv")
        said = str(problems)
    except FirstbellError as error:
        said = told(error)

    assert said
    assert lines_with_the_name(said) == []


def test_a_file_that_is_no_workbook_does_not_quote_its_bytes(tmp_path):
    (tmp_path / "pupils.xlsx").write_bytes(b"PK\x03\x04" + NAME.encode() * 20)

    with pytest.raises(BadInput) as refused:
        read_pupils(tmp_path / "pupils.xlsx")

    assert lines_with_the_name(told(refused.value)) == []


def test_json_that_is_broken_is_not_quoted():
    with pytest.raises(json.JSONDecodeError) as refused:
        json.loads(f'{{"name": "{NAME}')

    assert NAME not in str(refused.value)


def test_a_damaged_store_is_one_sentence_without_its_content(tmp_path):
    path = tmp_path / "store.db"
    with closing(open_store(path, "hill")) as store:
        store.registers.save_roll(a_full_roll())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(path.read_bytes()[:5000] + NAME.encode() * 9000)

    with pytest.raises(Misconfigured) as refused, closing(open_store(path, "hill")) as store:
        store.registers.roll()

    assert lines_with_the_name(told(refused.value)) == []
