"""The workbook in Microsoft 365 behaves as the others do, through Excel and as a file."""

import pytest

from firstbell.testing.workbook_conformance import WorkbookConformance


class TestThroughExcel(WorkbookConformance):
    """While nobody has it open: what has to be moved is moved in the file, all else is written through Excel."""


class TestAsAFile(WorkbookConformance):
    """Where the service refuses programs."""

    @pytest.fixture(autouse=True)
    def _refused(self, tenant):
        tenant.workbooks.refuses_apps = True
