"""The jobs of every school in England, enqueued and drained through Azure's own worker library on the local host.

    .venv/bin/python -m bench.serve [SCHOOLS] [KILLS]

It measures the way from one timer to every school. The job only notes that it was run: what a real one costs is in
morning.py and backlog.py. One school in a thousand fails always, and must be set aside. First in one go, then with
the process killed again and again, each time started anew with a clock that is ten minutes on. The reference is taking
and deleting as many rows, each in a transaction of its own, in a file of the same kind.
"""

import asyncio
import datetime as dt
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from firstbell.runs.schools import PLATFORM, platform_clock
from firstbell.serve.app import ROOT, load_checked
from firstbell.serve.host import Host
from firstbell.serve.host_json import read_host_json
from firstbell.serve.local_queue import LocalQueue

SCHOOLS, KILLS = 24_000, 12
KILLED_AFTER = (0.6, 1.4)  # seconds; it is at work from half a second on
HIDDEN_SECONDS = 601
QUEUES = ("school-shards", "school-jobs", "school-jobs-poison")
APP = """
import datetime as dt, os, typing
import azure.functions as func
from firstbell.runs.due import Job, MessagesOut, due_job_from, schools_in, shards_of

app = func.FunctionApp()
NOTES = os.open(__file__ + ".notes", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
DUE = dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC)
Messages = func.Out[typing.List[str]]

@app.timer_trigger(schedule="0 */15 * * * *", arg_name="timer")
@app.queue_output(arg_name="out", queue_name="school-shards", connection="C")
def clock(timer: func.TimerRequest, out: Messages) -> None:
    out.set(shards_of(f"school-{number}" for number in range(SCHOOLS)))

@app.queue_trigger(arg_name="shard", queue_name="school-shards", connection="C")
@app.queue_output(arg_name="out", queue_name="school-jobs", connection="C")
def shard(shard: func.QueueMessage, out: Messages) -> None:
    made = MessagesOut()
    for key in schools_in(shard.get_body().decode()):
        made.enqueue(key, Job.FIRST_DAY_CONTACT, DUE)
    out.set(made.texts)

@app.queue_trigger(arg_name="message", queue_name="school-jobs", connection="C")
def job(message: func.QueueMessage) -> None:
    key = due_job_from(message.get_body().decode()).school_key
    if key.endswith("999"):
        raise ValueError("always")
    os.write(NOTES, f"{key} done\\n".encode())

@app.queue_trigger(arg_name="message", queue_name="school-jobs-poison", connection="C")
def set_aside(message: func.QueueMessage) -> None:
    os.write(NOTES, f"{due_job_from(message.get_body().decode()).school_key} aside\\n".encode())
"""


def megabytes(*, most: bool) -> float:
    """What this process holds in memory now, or has held at most."""
    if most:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 2**20


async def work(folder: Path, *, fire: bool) -> None:
    """One process of the host: fire the timer or not, drain, and say how it went."""
    functions = await load_checked(folder)
    with closing(LocalQueue(folder / "queue.db", platform_clock())) as queue:
        host = Host(functions, queue, read_host_json(ROOT / "host.json"), platform_clock(), "", lambda _: None)
        began, loaded = time.perf_counter(), megabytes(most=False)
        if fire:
            await host.timers[0].fire()
        await host.drain()
        sys.stdout.write(f"{time.perf_counter() - began} {loaded} {megabytes(most=True)}\n")


def command(folder: Path, ahead: float, *, fire: bool) -> list[str]:
    return [sys.executable, "-m", "bench.serve", "work", str(folder), str(ahead), "fire" if fire else ""]


def prepared(folder: Path, schools: int) -> Path:
    folder.mkdir()
    (folder / "function_app.py").write_text(APP.replace("SCHOOLS", str(schools)), encoding="utf-8")
    return folder


def is_empty(folder: Path) -> bool:
    with closing(LocalQueue(folder / "queue.db", platform_clock())) as queue:
        return not any(queue.bodies(name) for name in QUEUES)


def in_one_go(folder: Path) -> tuple[float, float, float, float]:
    """Seconds for the first drain and for the tries of what fails; megabytes loaded and at most."""
    ahead, found = 0.0, []
    while not found or not is_empty(folder):
        done = subprocess.run(command(folder, ahead, fire=not found), check=True, capture_output=True, text=True)
        found.append([float(each) for each in done.stdout.split()])
        ahead += 121  # over the visibilityTimeout of host.json
    return found[0][0], sum(each[0] for each in found[1:]), found[0][1], max(each[2] for each in found)


def killed(folder: Path, kills: int) -> tuple[int, int]:
    """Kill the host so often while it works, then let it come to its end; kills, and processes in all."""
    chance, ahead, count, started = random.Random(5), 0.0, 0, 0  # noqa: S311 - moments to kill at, not a secret
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    while started == 0 or not is_empty(folder):
        with subprocess.Popen(command(folder, ahead, fire=started == 0), **quiet) as process:
            if count < kills:
                time.sleep(chance.uniform(*KILLED_AFTER))
                count += process.poll() is None
                process.kill()
        started, ahead = started + 1, ahead + HIDDEN_SECONDS
    return count, started


def notes(folder: Path) -> Counter[str]:
    return Counter((folder / "function_app.py.notes").read_text(encoding="ascii").splitlines())


def reference(folder: Path, rows: int) -> float:
    """Seconds to take and to delete as many rows, one by one."""
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE messages (number INTEGER PRIMARY KEY, body TEXT, taken INTEGER DEFAULT 0)")
    began = time.perf_counter()
    with closing(connection):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO messages (body) VALUES (?)", (("a body",) for _ in range(rows)))
        connection.execute("COMMIT")
        for number in range(1, rows + 1):
            connection.execute("UPDATE messages SET taken = 1 WHERE number = ?", (number,))
            connection.execute("DELETE FROM messages WHERE number = ?", (number,))
    return time.perf_counter() - began


def counted(folder: Path, schools: int) -> str:
    found = notes(folder)
    wanted = {f"school-{n} {'aside' if str(n).endswith('999') else 'done'}" for n in range(schools)}
    lost, again = len(wanted - found.keys()), sum(found.values()) - len(found)
    if not found.keys() <= wanted:
        sys.exit("a job was done for a school there is none of, or set aside without need")
    aside = sum(each.endswith("aside") for each in found)
    return f"{len(found):,} schools, {lost} lost, {again} done again, {aside} set aside"


def main(schools: int = SCHOOLS, kills: int = KILLS) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        plain = reference(Path(scratch), schools)
        folder = prepared(Path(scratch) / "once", schools)
        first, tries, loaded, most = in_one_go(folder)
        print(f"take and delete {schools:,} rows     {plain:6.2f} s")
        rate = schools / first
        print(f"one timer to {schools:,} jobs done   {first:6.2f} s  {rate:,.0f} jobs a second  {first / plain:.1f} x")
        print(f"tries of those that fail       {tries:6.2f} s")
        print(f"memory                         {loaded:6.0f} MB when loaded, {most:.0f} MB at most")
        print(f"in one go                      {counted(folder, schools)}")
        shutil.rmtree(folder)
        folder = prepared(Path(scratch) / "killed", schools)
        count, started = killed(folder, kills)
        print(f"killed {count} times of {started} starts     {counted(folder, schools)}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        sys.path.insert(0, sys.argv[2])  # before Firstbell's own app
        PLATFORM.ahead = dt.timedelta(seconds=float(sys.argv[3]))
        asyncio.run(work(Path(sys.argv[2]), fire=bool(sys.argv[4])))
    else:
        main(*map(int, sys.argv[1:]))
