"""The password of the store's role is changed on a real server, before, while or after the vault learns of it."""

from contextlib import closing
from itertools import count

import pytest

from connectors._rotation import Taken, taken
from connectors.store_sql import open_server_store
from firstbell.errors import Misconfigured, RetryLater
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.store_conformance.samples import NINE

NUMBERS = count()


@pytest.fixture
def name():
    """The name of a secret that no other test has signed in with."""
    return f"store_{next(NUMBERS)}"


@pytest.fixture
def set_there(server):
    """Set the password of the store's role; the one of all tests is set again in the end."""
    yield lambda password: server.run(f"ALTER ROLE firstbell PASSWORD '{password}'")
    server.run(f"ALTER ROLE firstbell PASSWORD '{server.secrets.secret('firstbell').current}'")


@pytest.fixture
def opened(server, name):
    def opened(secrets, **changes):
        return open_server_store(server.settings(password_secret=name, **changes), secrets, server.new_school())

    return opened


def secrets_of(name, current, previous=""):
    return FakeSecrets(**{name: current, f"{name}_previous": previous})


@pytest.mark.parametrize(("is_set", "which"), [("old one", Taken.PREVIOUS), ("new one", Taken.CURRENT)])
def test_the_store_opens_with_whichever_password_is_set_there(set_there, opened, name, is_set, which):
    set_there(is_set)
    secrets = secrets_of(name, "new one", "old one")

    with closing(opened(secrets)) as store:
        assert store.ledger.append("note", at=NINE, actor="AB", facts={}).number == 1

    assert taken(secrets.secret(name)) is which


def test_a_run_that_is_under_way_goes_on_when_the_password_is_set_there(server, set_there, opened, name):
    set_there("old one")
    with closing(opened(secrets_of(name, "new one", "old one"))) as store:
        store.ledger.append("note", at=NINE, actor="AB", facts={})
        set_there("new one")
        server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'firstbell'")

        assert store.ledger.append("note", at=NINE, actor="AB", facts={}).number == 2


@pytest.mark.parametrize("previous", ["", "older still"])
def test_a_store_that_takes_neither_says_what_to_mend(set_there, opened, name, previous):
    set_there("old one")

    with pytest.raises(Misconfigured, match="refuses the user or the password") as stopped:
        opened(secrets_of(name, "new one", previous))

    assert not any(password in str(stopped.value) for password in ("new one", "older still"))


def test_a_server_that_is_full_is_not_taken_for_one_that_refuses_the_password(server, set_there, opened, name):
    set_there("new one")
    server.run("ALTER ROLE firstbell CONNECTION LIMIT 0")
    secrets = secrets_of(name, "new one", "old one")
    try:
        with pytest.raises(RetryLater):
            opened(secrets)
    finally:
        server.run("ALTER ROLE firstbell CONNECTION LIMIT -1")

    assert taken(secrets.secret(name)) is None
