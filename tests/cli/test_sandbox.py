"""`firstbell sandbox microsoft`: it starts, says what to do next, and ends cleanly."""

import html
import json
import os
import re
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
QUEUE = "/workbooks/Attendance/Queue"


@pytest.fixture
def bad_days():
    return ()


@pytest.fixture
def started(tmp_path, let_out, bad_days):
    """The command, running, once it has said what to do next."""
    command = [sys.executable, "-m", "firstbell", "sandbox", "microsoft", "--out", "s", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(
        [*command, *bad_days], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
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
@pytest.mark.parametrize("bad_days", [("--fault", "busy")])
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


@pytest.fixture
def lines(started, monkeypatch):
    """What it says to type: the secret is set, and the commands follow."""
    _, said = started
    monkeypatch.setenv("FIRSTBELL_SECRET_TEAMS", re.search(r"FIRSTBELL_SECRET_TEAMS ?= ?'([^']+)'", said)[1])
    return [line.split(" -m firstbell ")[1].split() for line in said.splitlines() if " -m firstbell " in line]


def test_what_it_says_to_type_is_what_works(lines, firstbell, tmp_path):
    assert len(lines) == 3
    for arguments in lines:
        done = firstbell(*arguments, cwd=tmp_path)
        assert done.returncode in {0, 1}, done.stderr


class Visitor:
    """A person with a browser, who looks at the pages and sends their forms."""

    def __init__(self, http):
        self._http = http

    def sees(self, address):
        return html.unescape(self._http.get(address).text)

    def sends(self, address, **fields):
        token = re.search(r'name="token" value="([^"]+)"', self.sees(address))[1]
        origin = str(self._http.base_url).rstrip("/")
        answer = self._http.post(address, data={"token": token, **fields}, headers={"Origin": origin})
        assert answer.status_code == 303, answer.text

    def types(self, which, **cells):
        """Type in the first row of the Queue that shows this."""
        row = re.search(rf'<option value="(\d+)"[^>]*>{which}', self.sees(QUEUE))[1]
        for column, text in cells.items():
            self.sends(QUEUE, do="type", row=row, column=column.replace("_", " "), text=text)

    def sent(self):
        """The addresses of the pages of what was sent, the newest first."""
        return re.findall(r'href="(/mail/[^"]+)"', self.sees("/mail").partition("Inbox: ")[0])


@pytest.fixture
def visitor(started):
    _, said = started
    page = re.search(r"(http://[^/\s]+)\n", said)[1]
    with httpx.Client(base_url=page, timeout=20) as http:
        yield Visitor(http)


def test_what_people_do_on_the_pages_reaches_firstbell_at_its_next_run(visitor, started, lines, firstbell, tmp_path):
    _, said = started
    sync, first_run, later_run = lines
    first, second = re.findall(r"nitials: (\w+)", said)
    firstbell(*sync, cwd=tmp_path)
    firstbell(*first_run, cwd=tmp_path)
    form = re.search(r"Every message: form (\w+)", visitor.sees(QUEUE))[1]
    told_of = re.findall(rf">First-day message · ([^·<]+) · (?!{form})[^<]+ · (?:Mother|Father)<", visitor.sees(QUEUE))
    pupil = next(name for name in told_of if told_of.count(name) == 1)

    visitor.types(f"First-day message · {pupil}", Decision="stop", Initials=first)
    firstbell(*later_run, cwd=tmp_path)

    left = visitor.sent()
    forename = pupil.partition(", ")[2]
    assert left
    assert not any(forename in visitor.sees(mail) for mail in left)
    assert f"Stopped by {first}." in visitor.sees(QUEUE)

    visitor.sends(left[0], do="reply", ready="She is ill with a cold and will be back tomorrow.")
    visitor.types(f"Every message: form {form}", Decision="release", Initials=first, Second_initials=second)
    firstbell(*later_run, cwd=tmp_path)

    assert "The family wrote back" in visitor.sees("/workbooks/Attendance/Phone%20list")
    assert f"Released by {first} and {second}." in visitor.sees(QUEUE)
    assert len(visitor.sent()) > len(left)


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
