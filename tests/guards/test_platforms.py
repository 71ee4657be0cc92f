"""It runs on Windows too: nothing that only POSIX has, and no text file whose encoding the machine decides."""

import ast

import pytest

POSIX_ONLY = {"crypt", "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
POSIX_CALLS = {"os.fork", "os.geteuid", "os.getuid", "os.mkfifo", "os.symlink", "signal.SIGKILL", "time.tzset"}


def posix_only(source):
    found = [f"{source.path}:{line} {name}" for line, name in source.imports() if name in POSIX_ONLY]
    return found + [f"{source.path}:{line} {name}" for line, name in source.uses() if name in POSIX_CALLS]


def is_text_mode(call):
    """Whether a call of open reads or writes text: no mode, or one without a b."""
    modes = [a.value for a in [*call.args, *(k.value for k in call.keywords)] if isinstance(a, ast.Constant)]
    return not any(isinstance(mode, str) and "b" in mode and set(mode) <= set("rwaxb+") for mode in modes)


def unencoded(source):
    """Calls that read or write text without saying in which encoding."""
    for call in (node for node in ast.walk(source.tree) if isinstance(node, ast.Call)):
        function = ast.unparse(call.func).split(".")[-1]
        is_path_open = function == "open" and (
            isinstance(call.func, ast.Name) or not call.args or is_mode(call.args[0])
        )
        opens = is_path_open and is_text_mode(call)
        if (opens or function in {"read_text", "write_text"}) and "encoding" not in {k.arg for k in call.keywords}:
            yield f"{source.path}:{call.lineno}"


def is_mode(argument):
    return (
        isinstance(argument, ast.Constant) and isinstance(argument.value, str) and set(argument.value) <= set("rwaxbt+")
    )


def test_nothing_needs_posix(sources):
    assert [place for source in sources for place in posix_only(source)] == [], "schools run Windows: use pathlib or os"


def test_every_text_file_says_its_encoding(sources):
    assert [place for source in sources for place in unencoded(source)] == [], "add encoding='utf-8'"


@pytest.mark.parametrize(
    ("guard", "text"),
    [
        (posix_only, "import fcntl"),
        (posix_only, "import os\nos.getuid()"),
        (unencoded, "open('x')"),
        (unencoded, "path.open('w', newline='')"),
        (unencoded, "path.read_text()"),
    ],
)
def test_the_guard_sees(guard, text, source):
    assert list(guard(source(text)))


@pytest.mark.parametrize("text", ["open('x', 'rb')", "path.open('w', encoding='utf-8')", "archive.open('sheet1.xml')"])
def test_bytes_encoded_text_and_members_of_archives_pass(text, source):
    assert list(unencoded(source(text))) == []
