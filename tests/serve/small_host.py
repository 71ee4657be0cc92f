"""A host around a small app, in a process of its own: the worker library loads one app a process.

    python -m tests.serve.small_host FOLDER AHEAD_SECONDS once|serve

Its lines go to standard output; `serve` takes any free port and the key "open sesame".
"""

import asyncio
import datetime as dt
import sys
from contextlib import closing
from pathlib import Path

from firstbell.runs.schools import PLATFORM, platform_clock
from firstbell.serve.app import load_checked
from firstbell.serve.host import Host
from firstbell.serve.host_json import read_host_json
from firstbell.serve.local_queue import LocalQueue

KEY = "open sesame"


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(folder, how):
    settings = read_host_json(folder / "host.json")
    functions = await load_checked(folder)
    with closing(LocalQueue(folder / "queue.db", platform_clock())) as queue:
        host = Host(functions, queue, settings, platform_clock(), KEY, say)
        await (host.once() if how == "once" else host.serve(0))


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])  # before Firstbell's own app
    PLATFORM.ahead = dt.timedelta(seconds=float(sys.argv[2]))
    asyncio.run(main(Path(sys.argv[1]), sys.argv[3]))
