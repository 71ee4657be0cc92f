"""A date too far off to reckon stops the reader of spreadsheets in its own language; people get a sentence."""

import io
import zipfile

import openpyxl
import pytest

from connectors._xlsx.reading import grids
from connectors.files import read_marks
from firstbell.errors import BadInput, NeedsHuman


@pytest.fixture
def far_date():
    """A workbook in which a cell that is formatted as a date holds a number far below nought."""
    book = openpyxl.Workbook()
    book.active.append(["pupil_id", "date", "session", "code"])
    book.active.append(["P1", 46000, "AM", "N"])
    book.active["B2"].number_format = "dd/mm/yyyy"
    plain, spoilt = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as whole, zipfile.ZipFile(spoilt, "w") as changed:
        for name in whole.namelist():
            changed.writestr(name, whole.read(name).replace(b"<v>46000</v>", b"<v>-1e300</v>"))
    return spoilt.getvalue()


def test_an_export_with_such_a_date_is_refused(far_date, tmp_path):
    (tmp_path / "marks.xlsx").write_bytes(far_date)

    with pytest.raises(BadInput, match="what is not a workbook"):
        read_marks(tmp_path / "marks.xlsx")


def test_a_workbook_of_the_office_with_such_a_date_needs_a_person(far_date):
    with pytest.raises(NeedsHuman, match="damaged"):
        grids(far_date, "Attendance.xlsx")
