"""What is installed and deployed is what is written: the wheel, and the requirement files beside the lock."""

import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

EXPORTS = {
    "requirements.txt": ["--no-default-groups", "--extra", "azure", "--extra", "microsoft365", "--extra", "postgres"],
    "requirements/google.txt": ["--no-default-groups", "--extra", "google", "--extra", "postgres"],
    "requirements/demo.txt": ["--no-default-groups", "--group", "build"],
    "requirements/test.txt": ["--all-extras", "--group", "dev"],
}
LOAD_THE_LAW = """
import sys
sys.path += [{site!r}, {wheel!r}]
import rules, firstbell.settings
from firstbell.workflows.oversight.health import check_health
assert check_health().is_ok, check_health()
print(rules.__file__)
"""


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """The wheel, built without network and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=120)
    [built] = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def files_of(folder, packages):
    found = (file for name in packages for file in (folder / name).rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix() for file in found if "__pycache__" not in file.parts}


def test_the_wheel_holds_every_file_of_ours_templates_and_law_included(wheel, packages, root):
    built = files_of(wheel, packages)

    assert built == files_of(root, packages)
    assert {f"{name}/py.typed" for name in packages} <= built
    assert (wheel / "function_app.py").exists()


def test_the_wheel_reads_its_own_law(wheel):
    script = LOAD_THE_LAW.format(site=sysconfig.get_path("purelib"), wheel=str(wheel))

    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(wheel)


def test_the_wheel_brings_the_firstbell_command(wheel):
    [points] = wheel.glob("*.dist-info/entry_points.txt")

    assert "firstbell = firstbell.__main__:main" in points.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXPORTS)
def test_the_requirements_are_in_step_with_the_lock(name, root):
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    command = [str(uv), "export", "--quiet", "--offline", "--frozen", "--no-emit-project", *EXPORTS[name]]

    exported = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True, timeout=120).stdout

    assert pins(exported) == pins((root / name).read_text(encoding="utf-8")), "run 'make lock'"


def test_the_lock_is_in_step_with_the_project(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))
    [ours] = [package for package in lock["package"] if package["name"] == "firstbell"]

    asked = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    locked = {wanted(line) for line in ours["metadata"]["requires-dist"]}

    assert locked == set(asked), "run 'make lock'"
    assert ours["version"] == project["version"], "run 'make lock'"


def wanted(line):
    """A requirement of the lock as pyproject.toml writes it."""
    extras = f"[{','.join(line['extras'])}]" if "extras" in line else ""
    return f"{line['name']}{extras}{line.get('specifier', '')}"


def pins(text):
    """The lines that count: the header names the command and the machine's interpreter."""
    return [line for line in text.splitlines() if not line.startswith("#")]
