"""The MIS in memory and the MIS in a folder keep the same promises."""

from dataclasses import replace

import pytest

from connectors.files import FilesMis
from firstbell.records import School
from firstbell.testing.calendars import example_calendar
from firstbell.testing.fake_mis import FakeMis
from firstbell.testing.mis_conformance import BUSY, MONDAY, MisConformance, MisRig
from firstbell.testing.plain_files import write_exports


def with_notes(exported):
    """What stands beside the register, with the marks that need a note and have none."""
    needing = {(pupil_id, session) for pupil_id, session, text in exported.entries if text in {"B", "K", "Y7"}}
    lacking = needing - exported.notes if exported.notes is not None else frozenset()
    return replace(exported.beside, without_note=lacking)


class TestFakeMisConforms(MisConformance):
    @pytest.fixture
    def rig(self):
        mis = FakeMis(calendar=example_calendar())

        def says(exported):
            mis.set_roll(exported.pupils, exported.contacts, exported.links, as_at=exported.as_at)
            mis.set_entries(exported.entries, as_at=exported.as_at)
            mis.set_registers(exported.registers)
            mis.set_expected_elsewhere(exported.elsewhere)
            mis.set_beside_the_register(with_notes(exported), has_notes=exported.notes is not None)
            mis.set_lessons(MONDAY, exported.lessons)

        return MisRig(mis, says, lambda: mis.fail(BUSY))


class TestFilesMisConforms(MisConformance):
    @pytest.fixture
    def rig(self, tmp_path):
        folder = tmp_path / "exports"
        folder.mkdir()
        mis = FilesMis(folder, School("hill", "Hill School"), tmp_path / "column-mapping.toml")
        return MisRig(mis, lambda exported: write_exports(folder, exported), (folder / "marks.csv").unlink)
