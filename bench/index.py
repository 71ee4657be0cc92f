"""A cold process that indexes the triggers, alone and behind Azure's worker library, against one that only imports
the platform's library.

    .venv/bin/python bench/index.py [RUNS]

Each run is a fresh interpreter without site configuration, the app last on its path, with bytecode present (the first
run writes it). Prints the best of the runs, because everything else that the machine does only adds to it.
"""

import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATHS = f"import sys; sys.path += [{sysconfig.get_path('purelib')!r}, {str(ROOT)!r}]; "
PLATFORM = PATHS + "import azure.functions"
INDEX = PATHS + "import function_app; function_app.app.get_functions()"
WORKER = (
    PATHS
    + "import asyncio, pathlib, firstbell.serve.worker as worker; "
    + f"asyncio.run(worker.load_app(pathlib.Path({str(ROOT)!r})))"
)
NAMES = ("import azure.functions         ", "index of the triggers          ", "loaded by Azure's own library  ")
COUNT = "; print(len(sys.modules))"
MEMORY = "; import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"


def run(code: str) -> tuple[float, str]:
    """Seconds a fresh interpreter takes for `code`, and what it printed."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True)
    return time.perf_counter() - started, done.stdout


def main(runs: int = 9) -> None:
    codes = (PLATFORM, INDEX, WORKER)
    modules = [int(run(code + COUNT)[1]) for code in codes]
    rounds = [[run(code)[0] for code in codes] for _ in range(runs)]  # side by side: all meet the same moment
    best = [min(times) for times in zip(*rounds, strict=True)]
    for name, seconds, number in zip(NAMES, best, modules, strict=True):
        print(f"{name}  {seconds * 1000:6.0f} ms  {number:4} modules  {seconds / best[0]:.2f} x")
    print(f"memory of the last, at most  {int(run(WORKER + MEMORY)[1])} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
