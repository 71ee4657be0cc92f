import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from firstbell.testing.fake_clock import FakeClock
from infra.package import Trimmed, trimmed
from tests.connectors.pubsub.google_servers import GoogleServers, google_servers


def is_kept(part: Trimmed, module: str) -> bool:
    """Whether a module below the part's folder, or the package of that name, is kept."""
    path = PurePosixPath(module.replace(".", "/"))
    return part.keeps(path) or part.keeps(path.with_suffix(".py"))


def is_named(module: str, additions: str) -> bool:
    """Whether the additions name it, or a module below it."""
    return f'"{module}:' in additions or f'"{module}.' in additions


@pytest.fixture(scope="session", autouse=True)
def only_what_is_packaged_was_loaded(root: Path) -> Iterator[None]:
    """No connector loads a part of a library that `make package` leaves out.

    The additions to the sandbox's contract name builders, to compare their addresses; only tests load those modules,
    and the packages they stand in.
    """
    yield
    named = (root / "firstbell" / "testing" / "microsoft" / "contract_additions.json").read_text(encoding="utf-8")
    for part in trimmed(root):
        package = part.folder.replace("/", ".") + "."
        loaded = [name for name in list(sys.modules) if name.startswith(package) and not is_named(name, named)]
        missing = [name for name in loaded if not is_kept(part, name.removeprefix(package))]
        assert missing == [], "not in the package that is deployed: keep it in infra/package.toml, or do without"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def google() -> Iterator[GoogleServers]:
    """A metadata server, Pub/Sub and Cloud Tasks of pretence."""
    with google_servers() as servers:
        yield servers
