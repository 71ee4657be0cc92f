import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pathspec
import pytest

HEALTH = ("health", "http", ("GET", "https://example.test/api/health"))
HERE = Path(__file__).parent
WORKER = HERE.parents[1] / "firstbell" / "serve" / "worker.py"


def load(
    app_folder: Path, calls: Sequence[Sequence[Any]] = (), *, site_packages: Path | None = None, **variables: str
) -> dict[str, Any]:
    """What the production worker makes of the app in a folder and of calls; see production_worker.py.

    The environment holds `variables` and nothing else. The libraries are this environment's, or those in a folder.
    """
    command = command_of(app_folder, json.dumps(calls), site_packages)
    done = subprocess.run(
        command, capture_output=True, cwd=app_folder, env=nothing_but(variables), timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout.splitlines()[-1])


def command_of(app_folder: Path, calls: str, site_packages: Path | None = None) -> list[str]:
    libraries = site_packages or sysconfig.get_path("purelib")
    told = [str(app_folder), str(libraries), str(WORKER), calls]
    return [sys.executable, "-I", "-S", str(HERE / "production_worker.py"), *told]


def nothing_but(variables: Mapping[str, str]) -> dict[str, str]:
    """An environment of these variables, and the one thing that Windows cannot start a process without."""
    environment = os.environ
    return {name: environment[name] for name in ("SYSTEMROOT",) if name in environment} | dict(variables)


@pytest.fixture(scope="session")
def load_app() -> Callable[..., dict[str, Any]]:
    return load


@pytest.fixture(scope="session")
def deployed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with exactly what .funcignore lets through: what would stand on the platform."""
    ignored = pathspec.GitIgnoreSpec.from_lines((root / ".funcignore").read_text(encoding="utf-8").splitlines())
    folder = tmp_path_factory.mktemp("deployed")
    for name in let_through(ignored, root):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, folder / name)
    return folder


def let_through(ignored: pathspec.GitIgnoreSpec, root: Path) -> Iterator[Path]:
    """The files that are not ignored; a folder that is (libraries by the ten thousand) is not walked."""
    for folder, folders, files in root.walk():
        inside = folder.relative_to(root)
        folders[:] = [name for name in folders if not ignored.match_file(f"{(inside / name).as_posix()}/")]
        yield from (inside / name for name in files if not ignored.match_file((inside / name).as_posix()))


@pytest.fixture(scope="session")
def app(deployed: Path) -> dict[str, Any]:
    """The deployed app as the production worker loaded it, with the health trigger asked once."""
    return load(deployed, [HEALTH])
