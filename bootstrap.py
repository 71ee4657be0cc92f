"""Make `.venv` with the locked dependencies of one profile, from nothing but some Python 3.

    python3 bootstrap.py demo     what the embedded default needs, and no cloud SDK
    python3 bootstrap.py test     that, and everything the tests and checks need

Run by the Makefile. It may be started by any Python from 3.8 on, so it uses nothing newer; it looks for
Python 3.13, the version production runs, and stops with one sentence when there is none to be had.
"""

import glob
import hashlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
WANTED = "3.13"
PROFILES = {"demo": ["demo.txt"], "test": ["test.txt"]}
MISSING = (
    "Firstbell needs Python 3.13, and none was found on PATH, among pyenv's or uv's versions, or to download: "
    "install it from python.org (or run 'pip install uv') and run this command again."
)


def version_of(python):
    """The 'major.minor' that `python` really runs as, or None: a pyenv shim exists even where its version does not."""
    ask = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)"
    try:
        done = subprocess.run([python, "-c", ask], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.split("\n")[0].strip() if done.returncode == 0 else None


def candidates():
    """Commands that may be Python 3.13, nearest first."""
    yield sys.executable
    yield "python" + WANTED
    yield "python3"
    pyenv = os.environ.get("PYENV_ROOT") or os.path.join(os.path.expanduser("~"), ".pyenv")
    for found in sorted(glob.glob(os.path.join(pyenv, "versions", WANTED + "*", "bin", "python")), reverse=True):
        yield found
    windows = os.path.join(pyenv, "pyenv-win", "versions", WANTED + "*", "python.exe")
    for found in sorted(glob.glob(windows), reverse=True):
        yield found
    for fetch in (False, True):
        found = from_uv(fetch)
        if found:
            yield found


def from_uv(fetch):
    """The path of uv's Python 3.13, installing it first when `fetch` is true; None without uv."""
    try:
        if fetch:
            print("Fetching Python %s through uv ..." % WANTED, flush=True)
            subprocess.run(["uv", "python", "install", WANTED], check=True, capture_output=True, timeout=900)
        done = subprocess.run(["uv", "python", "find", WANTED], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def python_in(venv):
    """The interpreter inside a virtual environment, on this platform."""
    return os.path.join(venv, "Scripts", "python.exe") if os.name == "nt" else os.path.join(venv, "bin", "python")


def stamp_of(profile):
    """A digest of everything that decides what the environment holds."""
    seen = hashlib.sha256(profile.encode())
    for name in PROFILES[profile] + ["../pyproject.toml"]:
        with open(os.path.join(HERE, "requirements", name), "rb") as file:
            seen.update(file.read())
    return seen.hexdigest()


def is_ready(profile):
    """True when `.venv` was made for this profile, or a larger one, from these very lock files."""
    for made in (profile, "test"):
        path = os.path.join(VENV, "made-for-" + made)
        if os.path.exists(path):
            with open(path) as file:
                if file.read() == stamp_of(made) and version_of(python_in(VENV)) == WANTED:
                    return True
    return False


def run(step, *command):
    """Run one command of the set-up, or stop with the sentence that says which step failed."""
    if subprocess.call(list(command), cwd=HERE) != 0:
        sys.exit("Setting up stopped while %s; the lines above say why. Mend that and run the command again." % step)


def make(profile):
    """Create `.venv` and install the profile's hashed requirements and the project itself into it."""
    base = next((python for python in candidates() if version_of(python) == WANTED), None)
    if base is None:
        sys.exit(MISSING)
    print("Setting up .venv for '%s' (only the first time; a minute or two) ..." % profile, flush=True)
    run("making .venv", base, "-m", "venv", "--clear", VENV)
    pip = [python_in(VENV), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    for name in PROFILES[profile]:
        run(
            "installing requirements/" + name,
            *(pip + ["install", "--require-hashes", "--only-binary=:all:", "-r", os.path.join("requirements", name)]),
        )
    run("installing Firstbell", *(pip + ["install", "--no-deps", "--no-build-isolation", "-e", "."]))
    with open(os.path.join(VENV, "made-for-" + profile), "w") as file:
        file.write(stamp_of(profile))


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    if wanted not in PROFILES:
        sys.exit("usage: python3 bootstrap.py demo|test")
    if not is_ready(wanted):
        make(wanted)
