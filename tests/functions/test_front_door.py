"""function_app.py under Azure's own worker library: what is deployed loads, answers, and stays small."""

import json
import shutil
import sysconfig
from pathlib import Path

from tests.functions.conftest import HEALTH

# Each costs tenths of a second of every cold start, and is to be imported where it is used.
HEAVY = {
    "alembic", "calamine", "google", "googleapiclient", "httpx", "jinja2", "msal", "msgraph", "numpy", "openpyxl",
    "opentelemetry", "pandas", "psycopg", "pydantic", "pyphen", "python_calamine", "rich", "sqlalchemy", "typer",
}  # fmt: skip
HEAVY_PARTS = ("azure.identity", "azure.storage", "azure.core")
WORKERS_OWN = {"azure-functions-runtime", "azurefunctions-extensions-base"}  # the platform brings these itself


def installed_distributions():
    """Each installed distribution's name, with the modules it brought: several share the name `azure`."""
    for record in Path(sysconfig.get_path("purelib")).glob("*.dist-info/RECORD"):
        rows = record.read_text(encoding="utf-8").splitlines()
        name = record.parent.name.split("-")[0].lower().replace("_", "-")
        yield name, {module_of(Path(row.split(",")[0])) for row in rows}


def module_of(file):
    """The dotted name under which a file of a distribution is imported."""
    folder = ".".join(file.parent.parts)
    name = file.name.split(".")[0]
    return folder if name == "__init__" else f"{folder}.{name}".lstrip(".")


def test_the_production_worker_loads_what_is_deployed(app):
    assert app["refused"] is None


def test_the_triggers_are_those_that_were_reviewed(app, golden, root):
    manifest = sorted(app["functions"], key=lambda function: function["name"])

    golden(root / "tests" / "golden" / "triggers.json", json.dumps(manifest, indent=2) + "\n")


def test_no_heavy_library_is_imported_while_triggers_are_indexed(app):
    loaded = {module.split(".")[0] for module in app["modules"]}

    loaded |= {part for part in HEAVY_PARTS if part in app["modules"]}

    assert loaded & {*HEAVY, *HEAVY_PARTS} == set(), (
        "import it inside the function that uses it: each cold start pays for this"
    )


def test_everything_imported_by_the_index_is_in_requirements_txt(app, root):
    listed = {
        line.split("==")[0]
        for line in (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    }
    owners = {name for name, modules in installed_distributions() if modules & set(app["modules"])}

    assert {"azure-functions", "azure-functions-runtime"} <= owners
    assert owners - listed - WORKERS_OWN <= {"firstbell"}, "add the package to pyproject.toml and run 'make lock'"


def test_the_health_trigger_answers_with_every_check(app):
    [answer] = app["answers"]

    body = json.loads(answer["body"])

    assert answer["status"] == 200
    assert body["ok"] is True
    assert [check["number"] for check in body["checks"]] == [1, 2, 3, 4]
    assert all(check["ok"] for check in body["checks"])


def test_the_health_answer_says_nothing_of_a_school(app):
    body = json.loads(app["answers"][0]["body"])

    assert set(body) == {"ok", "version", "checks"}
    assert {key for check in body["checks"] for key in check} == {"number", "name", "ok"}


def test_health_fails_when_the_law_was_not_deployed(deployed, load_app, tmp_path):
    copy = shutil.copytree(deployed, tmp_path / "app")
    (copy / "rules" / "parameters" / "codes" / "attendance_codes.toml").unlink()
    (copy / "rules" / "parameters" / "absence" / "persistent_absence.toml").write_text("title = 1", encoding="utf-8")

    [answer] = load_app(copy, [HEALTH])["answers"]

    assert answer["status"] == 503
    assert [check["number"] for check in json.loads(answer["body"])["checks"] if not check["ok"]] == [3, 4]
