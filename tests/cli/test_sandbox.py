"""`firstbell sandbox microsoft`: it starts, says what to do next, and ends cleanly."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from firstbell.cli import sandbox
from firstbell.cli.sandbox import NOT_INSTALLED
from firstbell.errors import Misconfigured
from firstbell.settings import load_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def started(tmp_path, let_out):
    """The command, running, once it has said what to do next."""
    command = [sys.executable, "-m", "firstbell", "sandbox", "microsoft", "--out", "s", "--port", "0", "--pupils", "90"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(
        [*command, "--fault", "busy"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        said = ""
        while "Ctrl-C" not in said and (line := process.stdout.readline()):
            said += line
        let_out("output of a command", said)
        try:
            yield process, said
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to all processes at once")
def test_it_starts_shows_its_pages_and_ends_at_ctrl_c(started, tmp_path):
    process, said = started
    page = next(line.strip() for line in said.splitlines() if line.strip().startswith("http://"))

    assert "Asks to wait (429)" in httpx.get(page).text
    process.send_signal(signal.SIGINT)

    assert "what was in it is gone" in process.stdout.read()
    assert process.wait(10) == 0
    settings = load_settings(tmp_path / "s" / "school.toml").microsoft365
    assert settings.graph_url == f"{settings.sign_in_url}/v1.0"
    assert settings.certificate.is_file()
    assert settings.certificate_authority.is_file()


def test_what_it_says_to_type_is_what_works(started, firstbell, tmp_path):
    _, said = started
    lines = [line.split(" -m firstbell ")[1].split() for line in said.splitlines() if " -m firstbell " in line]

    assert len(lines) == 3
    for arguments in lines:
        done = firstbell(*arguments, cwd=tmp_path)
        assert done.returncode in {0, 1}, done.stderr


def test_without_the_extras_it_says_in_one_sentence_how_to_get_them(monkeypatch):
    monkeypatch.setattr(sandbox, "NEEDED", ("azure.identity", "a_package.that_is_not_there"))

    with pytest.raises(Misconfigured) as told:
        sandbox.microsoft_command()

    assert str(told.value) == NOT_INSTALLED


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--fault", "rain"], "--fault: found 'rain', expected one of busy, "),
        (["--faults", "none.json"], "none.json: found a file that can't be read"),
        (["--faults", "bad.json"], 'expected a list such as [{"kind": "429"'),
        (["--faults", "odd.json"], 'expected a list such as [{"kind": "429"'),
        (["--at", "2026-11-22T09:45"], "--at: found Sunday 22 November 2026, when there is no school"),
    ],
)
def test_wrong_use_is_told_in_one_sentence(firstbell, tmp_path, arguments, told):
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    (tmp_path / "odd.json").write_text(json.dumps([{"kind": "429", "whare": "x"}]), encoding="utf-8")

    done = firstbell("sandbox", "microsoft", "--pupils", "90", *arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_told_in_one_sentence(firstbell, tmp_path):
    from firstbell.testing.microsoft.listener import listening  # noqa: PLC0415 - for this test alone

    with listening(lambda _: None, 0) as other:
        port = other.server_address[1]
        done = firstbell("sandbox", "microsoft", "--pupils", "90", "--port", port, cwd=tmp_path)

    assert done.returncode == 2
    assert "--port: found a port that can't be used" in done.stderr
