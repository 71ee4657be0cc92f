import datetime as dt
import json
import logging
import re
from pathlib import Path
from typing import Any

import hcl2
import pytest

from firstbell.composition.exports import confirm_columns
from firstbell.demo.exports import Exports
from firstbell.demo.morning import make_morning
from firstbell.demo.school import make_school
from firstbell.demo.school_toml import SCHOOL_KEY
from firstbell.runs.due import MessagesOut, shards_of
from firstbell.runs.fan_out import enqueue_due
from firstbell.runs.schools import PLATFORM
from firstbell.settings import load_settings
from tests.infra import bicep

PLAIN = hcl2.SerializationOptions(with_comments=False, explicit_blocks=False, strip_string_quotes=True)


@pytest.fixture(scope="session")
def azure(root: Path) -> dict[str, Any]:
    """Every Bicep module, parsed."""
    return bicep.read(root / "infra" / "azure")


@pytest.fixture(scope="session")
def google(root: Path) -> dict[str, Any]:
    """Terraform's resources as `type.name`, its locals and its variables, of all files together."""
    found: dict[str, Any] = {"resources": {}, "locals": {}, "variables": {}}
    for path in sorted((root / "infra" / "google").glob("*.tf")):
        tree = hcl2.loads(path.read_text(encoding="utf-8"), serialization_options=PLAIN)
        for block in tree.get("resource", []):
            [(kind, named)] = block.items()
            found["resources"] |= {f"{kind}.{name}": body for name, body in named.items()}
        for block in tree.get("locals", []):
            found["locals"] |= block
        for block in tree.get("variable", []):
            found["variables"] |= block
    return found


# Where Google's own libraries look for servers of pretence: read in tests, and set nowhere else.
FOR_TESTS = {"PUBSUB_EMULATOR_HOST", "CLOUD_TASKS_EMULATOR_HOST", "GCE_METADATA_HOST"}
# OpenTelemetry's own: who has a collector sets them, and the package that is deployed leaves its library out.
BY_CHOICE = {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SDK_DISABLED"}


@pytest.fixture(scope="session")
def read_by_the_code(root: Path) -> set[str]:
    """The variables that firstbell/settings/environment.py names, the home of the environment; secrets apart."""
    text = (root / "firstbell" / "settings" / "environment.py").read_text(encoding="utf-8")
    found = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', text))
    assert found >= {"FIRSTBELL_SCHOOLS", *FOR_TESTS, *BY_CHOICE}, "this no longer sees what the code reads"
    return found - FOR_TESTS - BY_CHOICE


@pytest.fixture(scope="session")
def triggers(root: Path) -> list[Any]:
    """The functions of the app with their bindings, as reviewed."""
    return json.loads((root / "tests" / "golden" / "triggers.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def queues(triggers: list[Any]) -> dict[str, str]:
    """Each queue that work stands on, with the function that takes what was tried too often."""
    names = {b["queueName"] for f in triggers for b in f["bindings"] if "queueName" in b}
    done_by = {b["queueName"]: f["name"] for f in triggers for b in f["bindings"] if b["type"] == "queueTrigger"}
    return {name: done_by[f"{name}-poison"] for name in names if not name.endswith("-poison")}


@pytest.fixture(scope="session")
def timers(triggers: list[Any]) -> dict[str, str]:
    """The schedule of each timer, by the name of its function."""
    return {f["name"]: b["schedule"] for f in triggers for b in f["bindings"] if b["type"] == "timerTrigger"}


@pytest.fixture(scope="session")
def host(root: Path) -> Any:
    """host.json."""
    return json.loads((root / "host.json").read_text(encoding="utf-8"))


@pytest.fixture
def a_broken_school(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> list[logging.LogRecord]:
    """What is logged when a shard is asked what is due, and the settings of its school can't be read."""
    (tmp_path / "hill").mkdir()
    (tmp_path / "hill" / "school.toml").write_text("[school", encoding="utf-8")
    monkeypatch.setattr(PLATFORM, "place", tmp_path)
    assert enqueue_due(shards_of(["hill"])[0], MessagesOut(), timetable="jobs") == 0
    return list(caplog.records)


@pytest.fixture
def demo_school(tmp_path: Path) -> tuple[Path, dt.datetime]:
    """A folder of one made-up school whose morning's exports are all there, and the moment after the last of them."""
    school = make_school(dt.date(2026, 11, 23), pupils=200)
    moments = make_morning(school)
    folder = tmp_path / "schools" / SCHOOL_KEY
    exports = Exports(folder, school)
    exports.write(moments[0].at)
    for moment in moments:
        exports.play(moment)
    confirm_columns(load_settings(folder / "school.toml"))
    return folder.parent, moments[-1].at
