from contextlib import closing

import pytest

from firstbell.testing.azurite import NoAzurite, running_azurite
from tests.storage.storage_queues import StorageQueues


@pytest.fixture(scope="session")
def azurite():
    """The connection string of Azurite's queues; the tests that ask for it are skipped where there is no Azurite."""
    try:
        with running_azurite() as connection:
            yield connection
    except NoAzurite as reason:
        pytest.skip(str(reason))


@pytest.fixture
def queues(azurite):
    with closing(StorageQueues(azurite)) as made:
        made.clear()
        yield made
