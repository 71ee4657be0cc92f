import shutil
from pathlib import Path

import pytest

from connectors.store_sql import open_store
from firstbell.testing.fake_store import FakeStore
from firstbell.testing.store_conformance.desk import DeskConformance
from firstbell.testing.store_conformance.drafts import DraftsConformance
from firstbell.testing.store_conformance.holds import HoldsConformance
from firstbell.testing.store_conformance.job_days import JobDaysConformance
from firstbell.testing.store_conformance.ledger import LedgerConformance
from firstbell.testing.store_conformance.ledger_retention import LedgerRetention
from firstbell.testing.store_conformance.proposals import ProposalsConformance
from firstbell.testing.store_conformance.proposals_retention import ProposalsRetention
from firstbell.testing.store_conformance.quota import QuotaConformance
from firstbell.testing.store_conformance.registers import RegistersConformance
from firstbell.testing.store_conformance.registers_retention import RegistersRetention
from firstbell.testing.store_conformance.samples import OpenRun
from firstbell.testing.store_conformance.steps import StepsConformance


@pytest.fixture(params=["fake", "sqlite", "postgres"])
def open_run(request: pytest.FixtureRequest, tmp_path: Path, empty_store_file: Path) -> OpenRun:
    if request.param == "fake":
        return FakeStore().another_run
    if request.param == "postgres":
        school = request.getfixturevalue("server").new_school()
        open_school = request.getfixturevalue("open_school")
        return lambda: open_school(school)
    shutil.copy(empty_store_file, tmp_path / "store.db")
    return lambda: open_store(tmp_path / "store.db", "st-example")


class TestRegisters(RegistersConformance):
    pass


class TestRegistersRetention(RegistersRetention):
    pass


class TestLedger(LedgerConformance):
    pass


class TestLedgerRetention(LedgerRetention):
    pass


class TestProposals(ProposalsConformance):
    pass


class TestSteps(StepsConformance):
    pass


class TestDrafts(DraftsConformance):
    pass


class TestHolds(HoldsConformance):
    pass


class TestProposalsRetention(ProposalsRetention):
    pass


class TestDesk(DeskConformance):
    pass


class TestQuota(QuotaConformance):
    pass


class TestJobDays(JobDaysConformance):
    pass
