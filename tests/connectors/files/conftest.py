"""Files as schools make them, written byte for byte in a test's own folder."""

import datetime as dt

import pytest
from openpyxl import Workbook

from connectors.files import read_marks

MARKS_HEADER = "pupil_id,date,session,code"


@pytest.fixture
def write(tmp_path):
    """Write a file from text or bytes and return its path."""

    def writer(name, content, encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return writer


@pytest.fixture
def write_book(tmp_path):
    """Write rows, from A1, as the first sheet of a workbook; `change` may alter the sheet before it is saved."""

    def writer(name, rows, change=lambda _: None, epoch=None):
        book = Workbook()
        if epoch:
            book.epoch = epoch
        for row in rows:
            book.active.append(row)
        change(book.active)
        book.save(tmp_path / name)
        return tmp_path / name

    return writer


@pytest.fixture
def marks_in(write):
    """The (pupil, date and half, code) of a marks file's text, and its problems."""

    def reader(content, name="marks.csv", encoding="utf-8"):
        found = read_marks(write(name, content, encoding))
        return [(m.pupil_id, m.session.key, m.code) for m in found.marks], list(found.problems)

    return reader


@pytest.fixture
def november():
    """A date in the week of Monday 23 November 2026."""
    return lambda day: dt.date(2026, 11, day)
