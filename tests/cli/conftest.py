import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def firstbell():
    """Run the command line as a user does: in a process of its own."""

    def run(*arguments, cwd=ROOT, **more):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "firstbell", *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, **more
        )

    return run


@pytest.fixture(scope="session")
def played(firstbell, tmp_path_factory):
    """A demo that has been played once; take a copy before changing anything in it."""
    out = tmp_path_factory.mktemp("demo") / "morning"
    return out, firstbell("demo", "--out", out, "--pupils", 90)


@pytest.fixture
def morning(played, tmp_path):
    """A copy of the played demo, to do things to."""
    return Path(shutil.copytree(played[0], tmp_path / "morning"))
