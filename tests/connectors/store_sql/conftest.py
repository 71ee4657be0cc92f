from pathlib import Path

import pytest

from connectors.store_sql import open_store


@pytest.fixture(scope="session")
def empty_store_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store with nothing in it, to be copied: migrating afresh for every test would take minutes."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    open_store(path, "st-example").close()
    return path
