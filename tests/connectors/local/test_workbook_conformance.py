"""The file and the fake behave alike."""

import pytest

from connectors.local.workbook import LocalWorkbook
from firstbell.testing.fake_workbook import FakeWorkbook
from firstbell.testing.workbook_conformance import WorkbookConformance
from firstbell.testing.workbook_person import Person


class TestLocalWorkbook(WorkbookConformance):
    @pytest.fixture
    def workbook(self, tmp_path):
        return LocalWorkbook(tmp_path / "Trial.xlsx")

    @pytest.fixture
    def person(self, tmp_path):
        return Person(tmp_path / "Trial.xlsx")


class TestFakeWorkbook(WorkbookConformance):
    @pytest.fixture
    def workbook(self):
        return FakeWorkbook()

    @pytest.fixture
    def person(self, workbook):
        return workbook
