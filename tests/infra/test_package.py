"""The package that is deployed, opened, loaded and put to work. Its libraries are those of the tests' environment."""

import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from firstbell.demo.school_toml import SCHOOL_KEY
from infra import package
from tests.functions.conftest import HEALTH, load

UNCHECKED = 0b01  # PEP 552: by hash, and not to be checked against the source
SITE = Path(sysconfig.get_path("purelib"))
NEVER = {"docs", "tests", "bench", "infra", "requirements", ".ci", ".venv"}
BUILDERS = """
import sys
sys.path.append(sys.argv[1])
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
at = GraphServiceClient(request_adapter=GraphRequestAdapter(AnonymousAuthenticationProvider()))
print(type(at.users.by_user_id("box").mail_folders.by_mail_folder_id("inbox").messages).__name__)
print(type(at.drives.by_drive_id("drive").items.by_drive_item_id("item").content).__name__)
print(type(at.teams.by_team_id("team").channels.by_channel_id("channel").messages).__name__)
print(len([name for name in sys.modules if name.startswith("msgraph.generated.models")]))
"""


def installed(root):
    """The files of the distributions that requirements.txt names and this system has, below site-packages."""
    named = re.findall(r"^([\w.-]+)==", (root / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    for name in named:
        try:
            files = importlib.metadata.distribution(name).files or []
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system than this
        yield from (file for file in files if ".." not in file.parts and "__pycache__" not in file.parts)


def linked_or_copied(file, to):
    """Forty thousand files, most of them left out again and none changed: where it can be, each is a link."""
    try:
        to.symlink_to(file)
    except OSError:
        shutil.copyfile(file, to)


@pytest.fixture(scope="session")
def made(root, tmp_path_factory):
    """The package, made as `make package` makes it but without fetching anything; and unpacked."""
    stage, out = tmp_path_factory.mktemp("stage"), tmp_path_factory.mktemp("package") / "firstbell.zip"
    for file in installed(root):
        (stage / package.LIBRARIES / file).parent.mkdir(parents=True, exist_ok=True)
        linked_or_copied(SITE / file, stage / package.LIBRARIES / file)
    package.finish(root, stage, out)
    shutil.rmtree(stage)
    unpacked = tmp_path_factory.mktemp("wwwroot")
    with zipfile.ZipFile(out) as archive:
        archive.extractall(unpacked)
    return out, unpacked


@pytest.fixture(scope="session")
def archive(made):
    with zipfile.ZipFile(made[0]) as opened:
        yield opened


@pytest.fixture(scope="session")
def names(archive):
    return archive.namelist()


def test_every_module_is_compiled_to_be_trusted_as_it_is(archive, names):
    sources = {name for name in names if name.endswith(".py")}
    compiled = [name for name in names if name.endswith(".pyc")]
    flags = {int.from_bytes(archive.read(name)[4:8], "little") for name in compiled}

    assert {importlib.util.source_from_cache(name) for name in compiled} == sources
    assert flags == {UNCHECKED}
    assert {archive.read(name)[:4] for name in compiled} == {importlib.util.MAGIC_NUMBER}


def test_a_compiled_module_names_its_place_on_the_platform(archive, names):
    [compiled] = [name for name in names if re.fullmatch(r"rules/__pycache__/people\.[\w-]+\.pyc", name)]

    assert b"/home/site/wwwroot/rules/people.py" in archive.read(compiled)
    assert os.fsencode(Path.home()) not in archive.read(compiled)


def test_nothing_that_production_does_not_use_is_in_it(names):
    ours = {name for name in names if not name.startswith(".python_packages/")}

    assert {name.split("/")[0] for name in ours} & NEVER == set()
    assert [name for name in ours if re.match(r"firstbell/(testing|demo|cli|serve)/", name)] == []
    assert [name for name in names if "/msgraph/generated/models/" in name or "kiota-dom-export" in name] == []


def test_what_lies_beside_the_code_and_is_not_committed_stays_out(root, tmp_path):
    (tmp_path / "hill").mkdir()
    (tmp_path / "hill" / "school.toml").write_text("[school]\n", encoding="utf-8")
    (tmp_path / "function_app.py").write_text("", encoding="utf-8")
    shutil.copyfile(root / ".funcignore", tmp_path / ".funcignore")
    for command in (["init", "--quiet"], ["add", "function_app.py"]):
        subprocess.run([shutil.which("git"), *command], cwd=tmp_path, check=True)

    assert list(package.ours(tmp_path)) == [Path("function_app.py")]


def test_no_secret_is_in_it(made):
    _, unpacked = made
    own = [str(path) for path in unpacked.rglob("*") if path.is_file() and ".python_packages" not in path.parts]
    scan = [Path(sys.executable).with_name("detect-secrets-hook"), "--exclude-lines", "(password_secret|UPN_LETTERS)"]

    found = subprocess.run([*scan, *own], capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout
    assert [name for name in own if re.search(r"local\.settings|\.env|\.pem|\.pfx|\.key$|school\.toml$", name)] == []


def test_it_is_no_larger_than_it_needs_to_be(made, names):
    assert made[0].stat().st_size < 80e6
    assert len(names) < 14_000


def test_the_same_files_make_the_same_zip(tmp_path):
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "b.py").write_text("X = {'a', 'b', 'c'}\n", encoding="utf-8")
    (tmp_path / "stage" / "a.py").write_text("def f():\n    return 'x'\n", encoding="utf-8")

    for name in ("one", "two"):
        package.compile_all(tmp_path / "stage")
        package.zip_up(tmp_path / "stage", tmp_path / f"{name}.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_production_worker_loads_and_calls_it_with_its_own_libraries(made, root):
    unpacked = made[1]
    reviewed = json.loads((root / "tests" / "golden" / "triggers.json").read_text(encoding="utf-8"))

    found = load(unpacked, [HEALTH], site_packages=unpacked / package.LIBRARIES)

    assert found["refused"] is None
    assert sorted(found["functions"], key=lambda each: each["name"]) == reviewed
    assert found["answers"][0]["status"] == 200


def test_the_builders_of_addresses_in_use_are_in_it(made):
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", BUILDERS, str(made[1] / package.LIBRARIES)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["MessagesRequestBuilder", "ContentRequestBuilder", "MessagesRequestBuilder", "0"]


def test_a_morning_runs_with_nothing_but_the_package(made, demo_school, tmp_path):
    folder, moment = demo_school
    script = Path(__file__).with_name("morning_of_the_package.py")
    command = [sys.executable, "-I", "-S", str(script), str(made[1]), str(folder), SCHOOL_KEY, moment.isoformat()]

    done = subprocess.run(command, capture_output=True, text=True, env={}, cwd=tmp_path, timeout=120, check=False)

    assert done.returncode == 0, done.stderr
    sent, strangers = done.stdout.strip().split(" ", 1)
    assert int(sent) > 0
    assert strangers == "[]"
