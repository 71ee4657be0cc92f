"""The store on a server from the outside: school.toml, secrets in the environment, and the commands."""

import json
import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from firstbell.__main__ import run
from firstbell.composition.stores import open_store_for
from firstbell.settings import Settings, StoreSettings, load_settings
from firstbell.testing.store_conformance.samples import NINE

SCHOOL = """
[school]
key = "{school}"
name = "St Example's"
phone = "01632 960000"
absence_email = "absence@example.org"
[day.am]
opens = 08:45:00
closes = 09:15:00
session_ends = 12:00:00
[day.pm]
opens = 13:00:00
closes = 13:30:00
session_ends = 15:15:00
[mis]
folder = "exports"
[outgoing]
rehearsal = false
[[staff]]
initials = "AB"
name = "A Brown"
role = "DSL"
email = "dsl@example.org"
is_safeguarding = true
"""
STORE = """
[store]
kind = "postgres"
host = "{host}"
port = {port}
password_secret = "store"
tls = "off"
"""


@pytest.fixture
def config(server, tmp_path: Path, monkeypatch) -> Path:
    """The school.toml of a school that the server does not know yet."""
    monkeypatch.setenv("FIRSTBELL_SECRET_STORE", server.secrets.secret("firstbell").current)
    monkeypatch.setenv("FIRSTBELL_SECRET_STORE_OWNER", server.secrets.secret("firstbell_owner").current)
    text = SCHOOL.format(school=f"st-{tmp_path.name.strip('_').replace('_', '-')[-30:]}")
    text += STORE.format(host=server.server.host, port=server.server.port)
    (tmp_path / "school.toml").write_text(text, encoding="utf-8")
    return tmp_path / "school.toml"


def test_a_school_is_prepared_used_and_verified_by_commands(config, capsys):
    assert run(["ledger", "verify", "--config", str(config)]) == 2
    assert "firstbell store prepare" in capsys.readouterr().err

    assert run(["store", "prepare", "--config", str(config)]) == 0
    settings = load_settings(config)
    store = open_store_for(settings)
    store.ledger.append("note", at=NINE, actor="AB", facts={})
    store.close()

    assert run(["ledger", "verify", "--config", str(config)]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "holds: 1 entries"


def test_the_rehearsal_is_prepared_with_it_and_begins_empty(config, capsys):
    run(["store", "prepare", "--config", str(config)])

    assert run(["ledger", "verify", "--rehearse", "--config", str(config)]) == 0
    assert "holds: 0 entries" in capsys.readouterr().out


def test_preparing_with_the_wrong_password_is_a_sentence_without_it(config, capsys, monkeypatch):
    monkeypatch.setenv("FIRSTBELL_SECRET_STORE_OWNER", "a wrong one")

    assert run(["store", "prepare", "--config", str(config)]) == 2

    told = capsys.readouterr().err
    assert told.startswith("the store firstbell refuses the user or the password")
    assert "a wrong one" not in told
    assert "127.0.0.1" not in told


def test_doctor_says_that_the_store_still_takes_the_previous_password(config, capsys, monkeypatch):
    run(["store", "prepare", "--config", str(config)])
    monkeypatch.setenv("FIRSTBELL_SECRET_STORE_PREVIOUS", os.environ["FIRSTBELL_SECRET_STORE"])
    monkeypatch.setenv("FIRSTBELL_SECRET_STORE", "not yet set there")
    capsys.readouterr()

    assert run(["doctor", "--json", "--config", str(config)]) == 1

    checks = {check["key"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["store"]["verdict"] == "ok"
    assert "the store still takes the previous value of 'store'" in checks["change-1"]["sentence"]
    assert checks["change-1"]["number"] == len(checks)


def test_a_store_in_a_file_needs_no_preparing(tmp_path, capsys):
    (tmp_path / "school.toml").write_text(SCHOOL.format(school="st-example"), encoding="utf-8")

    assert run(["store", "prepare", "--config", str(tmp_path / "school.toml")]) == 2
    assert "needs no preparing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"kind": "postgres", "password_secret": "x"}, "needs a host"),
        ({"kind": "postgres", "host": "store.example.org"}, "needs password_secret"),
        ({"kind": "postgres", "host": "store.example.org", "password_secret": "x", "tls": "off"}, "this computer only"),
        ({"kind": "postgres", "host": "localhost.example.org", "password_secret": "x", "tls": "off"}, "computer only"),
        ({"kind": "postgres", "host": "localhost", "password_secret": "x", "tls": "prefer"}, "verify-full"),
        ({"url": "postgresql://store.example.org"}, "Extra inputs"),
    ],
)
def test_settings_that_would_not_be_safe_are_refused(told, sentence):
    with pytest.raises(ValidationError, match=sentence):
        StoreSettings(**told)


def test_the_default_is_a_file_and_a_servers_connection_is_proven():
    assert StoreSettings().kind == "sqlite"
    assert StoreSettings(kind="postgres", host="x", password_secret="y").tls == "verify-full"  # noqa: S106
    assert Settings.model_fields["store"].default == StoreSettings()


def test_the_file_of_authorities_stands_beside_school_toml(config):
    config.write_text(config.read_text(encoding="utf-8") + 'certificate_authority = "ca.pem"\n', encoding="utf-8")

    assert load_settings(config).store.certificate_authority == config.parent / "ca.pem"
