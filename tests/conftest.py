"""For every test: the repository's root, golden files, and how many cases a property is tried on."""

import os
import random
import re
import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
EVERYDAY = 100  # cases of each property; `make fuzz` tries many more
CASES_TRIED = re.compile(r"- (\d+) passing, (\d+) failing")
MEMORY, ROOM = Path("/dev/shm"), 2 * 2**30  # noqa: S108 - pytest makes folders of its own there
pytest_plugins = ["pytester", "firstbell.testing.privacy.scan"]  # nothing personal gets out of any test


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="draw the golden files again instead of comparing them")
    parser.addoption("--fuzz", type=int, metavar="N", help="try each property on N cases instead of the usual number")


def work_in_memory() -> None:
    """Have tests, and the processes they start, make their files in memory, unless TMPDIR says where.

    What must outlive a fall of the computer is written with care: a disk takes milliseconds each time, memory none.
    """
    if "TMPDIR" not in os.environ and is_roomy(MEMORY):
        os.environ["TMPDIR"], tempfile.tempdir = str(MEMORY), None


def is_roomy(folder: Path) -> bool:
    """Whether all that the tests make finds room there, programs too; in a container it often does not."""
    if not folder.is_dir() or os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return False
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM


@pytest.hookimpl(tryfirst=True)  # before Hypothesis looks at its seed, and before pytest makes its folder
def pytest_configure(config: pytest.Config) -> None:
    work_in_memory()
    cases = config.getoption("--fuzz")
    hypothesis.settings.register_profile(
        "firstbell",
        max_examples=cases or EVERYDAY,
        deadline=None,  # a loaded machine is no failure
        # A build tells of the change it builds, so its cases are always the same; desks and `make fuzz` search on.
        derandomize="CI" in os.environ and not cases,
        print_blob=True,
        suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
    )
    hypothesis.settings.load_profile("firstbell")
    if cases and config.getoption("--hypothesis-seed") is None:
        config.option.hypothesis_seed = str(random.SystemRandom().randrange(10**9))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "teardown":
        found = CASES_TRIED.findall(getattr(item, "hypothesis_statistics", ""))
        report.user_properties.append(("cases", sum(int(passing) + int(failing) for passing, failing in found)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--fuzz"):
        reports = [each for found in terminalreporter.stats.values() for each in found if hasattr(each, "when")]
        cases = sum(dict(each.user_properties).get("cases", 0) for each in reports if each.when == "teardown")
        seed = config.getoption("--hypothesis-seed")
        terminalreporter.write_line(f"{cases:,} cases tried; the same again: --hypothesis-seed={seed}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root folder."""
    return ROOT


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """`golden(path, text)`: the file holds exactly this text; under --golden it is written instead."""

    def check(path: Path, text: str) -> None:
        if request.config.getoption("--golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        held = path.read_text(encoding="utf-8") if path.exists() else ""
        assert text == held, f"{path.name} differs: if the change is meant, run 'make golden' and read the difference"

    return check
