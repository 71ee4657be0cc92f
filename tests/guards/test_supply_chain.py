"""What is installed is what was locked, and everybody can see what that is."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

PINNED = re.compile(r"^(?P<name>[\w.-]+)(\[[\w,-]+\])?==(?P<version>[^ ;\\]+)", re.MULTILINE)
LISTS = ["requirements.txt", "requirements/demo.txt", "requirements/google.txt", "requirements/test.txt"]
DEPLOYED = ("--no-default-groups", "--extra", "azure", "--extra", "microsoft365", "--extra", "postgres")


def tool(name):
    """A program of the environment that the tests run in."""
    return Path(sys.executable).with_name(name)


def requirements_of(text):
    """Each requirement with everything that stands below it, without comments."""
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return re.split(r"\n(?=\S)", "\n".join(lines))


@pytest.mark.parametrize("path", LISTS)
def test_every_requirement_is_pinned_to_one_version_and_its_hashes(path, root):
    loose = [
        requirement.splitlines()[0]
        for requirement in requirements_of((root / path).read_text(encoding="utf-8"))
        if not PINNED.match(requirement) or "--hash=sha256:" not in requirement
    ]

    assert loose == [], "run: make lock"


def test_the_deployed_requirements_are_those_of_the_lock(root):
    command = [tool("uv"), "export", "--quiet", "--frozen", "--no-emit-project", *DEPLOYED]
    exported = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout

    pinned = (root / "requirements.txt").read_text(encoding="utf-8")

    assert requirements_of(pinned) == requirements_of(exported), "run: make lock"


def test_the_bill_of_materials_lists_everything_that_is_deployed(root):
    bill = json.loads((root / "requirements" / "deployed.cdx.json").read_text(encoding="utf-8"))

    listed = {(part["name"], part["version"]) for part in bill["components"]}

    deployed = PINNED.finditer((root / "requirements.txt").read_text(encoding="utf-8"))
    assert listed == {(each["name"], each["version"]) for each in deployed}, "run: make lock"


def test_the_scan_for_secrets_would_find_one(tmp_path):
    key = "AKIA" + "Q3EGVS6WZ2P7LTNB"
    (tmp_path / "settings.py").write_text(f'ACCESS = "{key}"\n', encoding="utf-8")

    found = subprocess.run([tool("detect-secrets-hook"), tmp_path / "settings.py"], capture_output=True, check=False)

    assert found.returncode == 1
    assert b"AWS Access Key" in found.stdout


def test_a_licence_outside_the_list_would_be_refused(root):
    command = [tool("pip-licenses"), "--allow-only", "ISC", "--partial-match", "--packages", "jinja2"]

    refused = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert refused.returncode == 1
    assert "jinja2" in refused.stderr.lower()
