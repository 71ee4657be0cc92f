"""What it takes to look at every school in England: whose settings can't be read, and whose jobs ran today.

    .venv/bin/python -m bench.every_school [SCHOOLS] [FILE_STORES]

A folder for each school, and one store on a PostgreSQL server of this computer for all; then some with a store in a
file each. The platform cuts an answer off after 230 seconds, and ours begins no further schools after 150: what counts
is how many schools fit into that. The reference is reading the same files and doing nothing with them. A share of files
takes its time to open each; a pause plays that, with one thread and with as many as we use.
"""

import contextlib
import datetime as dt
import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg

from bench.store import JOBS, OWNERS, SECRETS, set_up
from connectors.store_sql.prepare import prepare_server_store
from firstbell.cli.init import init_command
from firstbell.composition.stores import job_days_of_many, open_store_for
from firstbell.doctor.platform import schools_health
from firstbell.job_days import Try
from firstbell.runs import many_schools
from firstbell.runs.day_report import day_report
from firstbell.runs.due import Job
from firstbell.runs.many_schools import ANSWER_WITHIN, Looking
from firstbell.runs.schools import PLATFORM, platform_clock, school_keys, settings_of
from firstbell.runs.standing import Standing
from firstbell.settings import Settings, StoreSettings
from firstbell.testing.postgres_server import PASSWORD, SUPERUSER, PostgresServer, running_server

SCHOOLS, FILE_STORES = 24_000, 300
SHARE_SECONDS, SHARED_SCHOOLS = 0.01, 2_000  # to open a file of a busy share; and how many schools that is tried with
BROKEN_EVERY, OPENED = 1_000, 400
DAY = dt.date(2026, 11, 23)
TEN = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)
JOB_DAY = "INSERT INTO firstbell.job_days VALUES (%s, %s, %s, %s, %s, 1, 0, '', %s, %s, 9, 0, '{\"pupils\": 900}')"


COPY = "INSERT INTO firstbell_rehearsal.{table} SELECT * FROM firstbell.{table} ON CONFLICT DO NOTHING"


def make_schools(folder: Path, number: int, store: str) -> None:
    """Folders as `firstbell init` makes them, with settings and a calendar; each thousandth can't be read."""
    with contextlib.redirect_stdout(io.StringIO()):
        init_command(
            folder=folder / "first", name="Hill School", key="first", phone="01632 960001",
            absence_email="absence@example.org", am_opens="08:40", am_closes="09:10", your_name="Ada Office",
            role="attendance officer", initials="AO", email="ada@example.org", dsl_name="Dee Safe", dsl_initials="DS",
            dsl_email="dee@example.org",
        )  # fmt: skip
    settings = (folder / "first" / "school.toml").read_text(encoding="utf-8") + store
    calendar = (folder / "first" / "mis" / "calendar.toml").read_bytes()
    shutil.rmtree(folder / "first")
    for key in map(key_of, range(number)):
        (folder / key / "mis").mkdir(parents=True)
        (folder / key / "school.toml").write_text(settings.replace('"first"', f'"{key}"'), encoding="utf-8")
        (folder / key / "mis" / "calendar.toml").write_bytes(calendar)
    for broken in range(BROKEN_EVERY - 1, number, BROKEN_EVERY):
        (folder / key_of(broken) / "school.toml").write_text("[school", encoding="utf-8")


def key_of(number: int) -> str:
    return f"school-{number:05}"


@contextlib.contextmanager
def server_store(schools: int) -> Iterator[str]:
    """One store for all of them, with the morning's jobs done; the section of school.toml that names it."""
    with running_server() as server:
        settings = set_up(server)
        prepare_server_store(settings, SECRETS, key_of(0), owner="firstbell_owner", secret=OWNERS)
        fill(server, schools)
        os.environ[f"FIRSTBELL_SECRET_{JOBS.upper()}"] = SECRETS.secret(JOBS)  # noqa: TID251 - where jobs read theirs
        yield section(settings)


def section(settings: StoreSettings) -> str:
    told = {"kind": "postgres", "host": settings.host, "tls": "off", "password_secret": JOBS}
    return "\n[store]\nport = {}\n{}\n".format(settings.port, "\n".join(f'{k} = "{v}"' for k, v in told.items()))


def fill(server: PostgresServer, schools: int) -> None:
    """Enter every school, and a row for each of its six jobs this morning."""
    where = {"host": server.host, "port": server.port, "user": SUPERUSER, "password": PASSWORD, "dbname": "firstbell"}
    at, in_time = (moment.isoformat(timespec="microseconds") for moment in (TEN, TEN.replace(hour=3)))
    jobs = (Job.SELF_CHECK, Job.RETENTION, Job.SYNC, Job.CHASE, Job.FIRST_DAY_CONTACT, Job.WATCHDOG)
    with psycopg.connect(**where, sslmode="disable") as connection, connection.cursor() as cursor:
        enter = "INSERT INTO firstbell.schools (school) VALUES (%s)"
        cursor.executemany(enter, [(key_of(number),) for number in range(1, schools)])
        rows = [(key_of(n), job, DAY, at, at, in_time, at) for n in range(schools) for job in jobs]
        cursor.executemany(JOB_DAY, rows)
        for table in ("schools", "job_days"):  # init begins with a rehearsal, whose tables are beside the others
            cursor.execute(COPY.format(table=table))


def fill_files(keys: Sequence[str]) -> None:
    for key in keys:
        with contextlib.closing(open_store_for(settings_of(key), rehearse=True)) as store:
            store.desk.note_try(Try(Job.SYNC, DAY, TEN, TEN))


def timed(what: str, schools: int, do: Callable[[], object], reference: float | None = None) -> float:
    """Print how long it took, how many schools fit into an answer, and the ratio; the seconds a school."""
    begins = time.perf_counter()
    do()
    each = (time.perf_counter() - begins) / schools
    fits = f"{ANSWER_WITHIN.total_seconds() / each:>11,.0f} in an answer"
    ratio = f"{each / reference:>8.1f} x reading" if reference else ""
    print(f"{what:<52}{each * schools:>8.1f} s{each * 1000:>9.2f} ms a school{fits}{ratio}", flush=True)
    return each


def read_plainly(folder: Path, keys: Sequence[str]) -> None:
    for key in keys:
        (folder / key / "school.toml").read_bytes()
        (folder / key / "mis" / "calendar.toml").read_bytes()


def over_own_connections(some: Sequence[Settings]) -> None:
    for settings in some:
        with contextlib.closing(open_store_for(settings, rehearse=True, make=False)) as store:
            store.desk.job_days(DAY)


def over_shared_connections(some: Sequence[Settings]) -> None:
    with job_days_of_many(many_schools.SIDE_BY_SIDE) as job_days:
        for settings in some:
            job_days(settings, DAY)


def on_a_share(key: str) -> None:
    time.sleep(SHARE_SECONDS)
    with contextlib.suppress(Exception):  # the broken ones are not what is measured
        settings_of(key)


def report(keys: Sequence[str]) -> None:
    found = day_report(keys, every_school=False)
    print(f"    {found.sentence()}")
    if found.counts[Standing.NOT_ASKED] != len(keys) // BROKEN_EVERY:
        sys.exit(f"not asked, and should have been: {found.schools[0].sentence}")


def main(schools: int = SCHOOLS, file_stores: int = FILE_STORES) -> None:
    PLATFORM.ahead = TEN - platform_clock().now()
    with tempfile.TemporaryDirectory() as place, server_store(schools) as store:
        PLATFORM.place = folder = Path(place)
        make_schools(folder, schools, store)
        keys = list(school_keys())
        timed("list the schools", schools, school_keys)
        reading = timed("read their files and do nothing", schools, lambda: read_plainly(folder, keys))
        timed("whose settings can't be read", schools, schools_health, reading)
        timed("whose jobs ran: one store on a server", schools, lambda: report(keys), reading)
        begin_with = [settings_of(key) for key in keys[:OPENED]]
        timed("    their stores, a connection each", len(begin_with), lambda: over_own_connections(begin_with))
        timed("    their stores, over shared connections", len(begin_with), lambda: over_shared_connections(begin_with))
        some = keys[:SHARED_SCHOOLS]
        for threads in (1, many_schools.SIDE_BY_SIDE):
            many_schools.SIDE_BY_SIDE = threads
            look = Looking(on_a_share, platform_clock())
            timed(f"settings on a slow share, {threads} at once", len(some), lambda look=look: list(look.each(some)))
    with tempfile.TemporaryDirectory() as place:
        PLATFORM.place = folder = Path(place)
        make_schools(folder, file_stores, "")
        keys = list(school_keys())
        fill_files(keys)
        timed("whose jobs ran: a store in a file each", file_stores, lambda: report(keys), reading)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
