"""A cold process that indexes the triggers, against one that only imports the platform's library.

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
COUNT = "; print(len(sys.modules))"


def run(code: str) -> tuple[float, str]:
    """Seconds a fresh interpreter takes for `code`, and what it printed."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True)
    return time.perf_counter() - started, done.stdout


def main(runs: int = 9) -> None:
    modules = [int(run(code + COUNT)[1]) for code in (PLATFORM, INDEX)]
    pairs = [(run(PLATFORM)[0], run(INDEX)[0]) for _ in range(runs)]  # side by side: both meet the same moment
    platform, index = (min(times) for times in zip(*pairs, strict=True))
    print(f"import azure.functions  {platform * 1000:6.0f} ms  {modules[0]:4} modules")
    print(f"index of the triggers   {index * 1000:6.0f} ms  {modules[1]:4} modules  {index / platform:.2f} x")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
