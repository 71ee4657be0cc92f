"""Azurite, Microsoft's emulator of Azure Storage: its queues on a free port of this computer, in memory, for tests.

`make azurite` fetches it with npm into `.azurite`; one on PATH is taken too. It needs Node. Its standard input is
ours, and it ends as soon as that closes: so it ends with whoever started it, even one that was killed.
"""

import base64
import contextlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

FETCHED = Path(__file__).parents[2] / ".azurite" / "node_modules"
MAIN = Path("azurite") / "dist" / "src" / "queue" / "main.js"
ACCOUNT = "firstbell"
KEY = base64.b64encode(b"of queues that hold nobody for a minute").decode()
START = (
    "process.stdin.resume().on('end', () => process.exit(0));"
    "process.env.AZURITE_ACCOUNTS = process.argv.pop(); require(process.argv[1])"
)
LISTENS = re.compile(r"successfully listens on (http://127\.0\.0\.1:\d+)")
# The library asks in words that are newer than this Azurite, which then would refuse to answer at all.
OPTIONS = "--queueHost 127.0.0.1 --queuePort 0 --inMemoryPersistence --skipApiVersionCheck --silent --disableTelemetry"


class NoAzurite(Exception):
    """Azurite could not be started; the text says why."""


@contextlib.contextmanager
def running_azurite() -> Iterator[str]:
    """The connection string of empty queues of the caller's own. Raises NoAzurite."""
    command = [*_program(), *OPTIONS.split(), f"{ACCOUNT}:{KEY}"]
    with (
        tempfile.TemporaryDirectory(prefix="firstbell-azurite-", ignore_cleanup_errors=True) as folder,
        subprocess.Popen(  # noqa: S603 - the program that was found
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
        ) as process,
    ):
        assert process.stdin is not None
        try:
            address = _address(process)
            yield f"AccountName={ACCOUNT};AccountKey={KEY};QueueEndpoint={address}/{ACCOUNT};"
        finally:
            process.stdin.close()


def _program() -> list[str]:
    """Node, and what starts the queues of Azurite in it. Raises NoAzurite."""
    node, on_path = shutil.which("node"), shutil.which("azurite")
    installed = [FETCHED / MAIN] + ([Path(on_path).resolve().parents[4] / MAIN] if on_path else [])
    found = next((file for file in installed if file.is_file()), None)
    if node is None or found is None:
        raise NoAzurite("Azurite is not here: 'make azurite' fetches it, and needs Node and npm")
    return [node, "--eval", START, str(found)]


def _address(process: subprocess.Popen[str]) -> str:
    """Where it says that it listens. Raises NoAzurite."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if (found := LISTENS.search(line)) is not None:
            return found[1]
    raise NoAzurite(f"Azurite did not start: {''.join(said).strip()[-500:]}")
