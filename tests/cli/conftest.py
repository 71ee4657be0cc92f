import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from firstbell.composition.stores import open_store_for
from firstbell.settings import load_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def firstbell(let_out):
    """Run the command line as a user does: in a process of its own, of which the privacy scan hears all output."""

    def run(*arguments, cwd=ROOT, **more):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "firstbell", *map(str, arguments)]
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, **more
        )
        let_out("output of a command", done.stdout, done.stderr)
        return done

    return run


@pytest.fixture(scope="session")
def played(firstbell, tmp_path_factory):
    """A demo that has been played once; take a copy before changing anything in it.

    Its roll is read back, so that the privacy scan knows the names that this other process worked with.
    """
    out = tmp_path_factory.mktemp("demo") / "morning"
    done = firstbell("demo", "--out", out, "--pupils", 90)
    with contextlib.closing(open_store_for(load_settings(out / "school.toml"))) as store:
        assert store.registers.roll() is not None
    return out, done


@pytest.fixture
def morning(played, tmp_path):
    """A copy of the played demo, to do things to."""
    return Path(shutil.copytree(played[0], tmp_path / "morning"))
