import shutil
from pathlib import Path

import pytest

from connectors.store_sql import open_store
from firstbell.testing.fake_store import FakeStore
from firstbell.testing.store_conformance import (
    DeskConformance,
    LedgerConformance,
    LedgerRetention,
    OpenRun,
    ProposalsConformance,
    ProposalsRetention,
    RegistersConformance,
    RegistersRetention,
)


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


class TestProposalsRetention(ProposalsRetention):
    pass


class TestDesk(DeskConformance):
    pass
