"""Our root names are ours alone: the platform's path has installed packages before the app."""

import sys
import tomllib
from importlib.machinery import PathFinder

import pytest

import firstbell


def owner(name, folder):
    """The file that `import name` would find in a folder; None when there is nothing of that name."""
    spec = PathFinder.find_spec(name, [str(folder)])
    return None if spec is None else spec.origin or next(iter(spec.submodule_search_locations or ()), None)


@pytest.mark.parametrize(
    "name",
    ["connectors", "firstbell", "function_app", "functions", "main", "message_templates", "rules", "sheets_templates"],
)
def test_no_installed_distribution_shadows_a_root(name, root):
    elsewhere = [folder for folder in sys.path if folder not in {"", str(root)}]

    found = [owner(name, folder) for folder in elsewhere]

    assert [place for place in found if place] == [], f"something installed a top-level '{name}': drop or replace it"


def test_a_shadowing_package_would_be_seen(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "__init__.py").touch()

    assert owner("rules", tmp_path)


def test_every_package_of_ours_is_regular_typed_and_listed(packages, root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))

    regular = {folder.parent.name for folder in root.glob("*/__init__.py")}
    typed = {folder.parent.name for folder in root.glob("*/py.typed")}

    assert regular == typed == set(packages)
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == sorted(packages)
    assert set(project["tool"]["mypy"]["packages"]) == set(project["tool"]["importlinter"]["root_packages"]) == regular


def test_every_folder_with_modules_is_a_regular_package(packages, root):
    folders = {file.parent for name in packages for file in (root / name).rglob("*.py")}
    migrations = root / "connectors" / "store_sql" / "migrations"  # run as scripts by Alembic, never imported

    bare = [f for f in folders if not (f / "__init__.py").exists() and not f.is_relative_to(migrations)]

    assert bare == [], "add an __init__.py that says what the folder is for"


def test_the_version_in_code_is_that_of_the_project(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert firstbell.__version__ == project["version"]
