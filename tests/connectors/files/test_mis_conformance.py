"""The MIS in memory and the MIS in a folder keep the same promises."""

import pytest

from connectors.files import FilesMis
from firstbell.records import School
from firstbell.testing.calendars import example_calendar
from firstbell.testing.fake_mis import FakeMis
from firstbell.testing.mis_conformance import BUSY, MisConformance, MisRig
from firstbell.testing.plain_files import write_exports


class TestFakeMisConforms(MisConformance):
    @pytest.fixture
    def rig(self):
        mis = FakeMis(calendar=example_calendar())

        def says(exported):
            mis.set_roll(exported.pupils, exported.contacts, exported.links, as_at=exported.as_at)
            mis.set_entries(exported.entries, as_at=exported.as_at)
            mis.set_registers(exported.registers)
            mis.set_expected_elsewhere(exported.elsewhere)

        return MisRig(mis, says, lambda: mis.fail(BUSY))


class TestFilesMisConforms(MisConformance):
    @pytest.fixture
    def rig(self, tmp_path):
        folder = tmp_path / "exports"
        folder.mkdir()
        mis = FilesMis(folder, School("hill", "Hill School"), tmp_path / "column-mapping.toml")
        return MisRig(mis, lambda exported: write_exports(folder, exported), (folder / "marks.csv").unlink)
