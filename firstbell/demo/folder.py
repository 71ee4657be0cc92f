"""The demo's folder: made afresh each time, and never at the cost of a file that the demo did not make."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firstbell.errors import BadInput

MARKER = "made-by-firstbell-demo.txt"
HEADING = (
    "firstbell made the files listed here, for a school that does not exist. "
    "When the same command runs again, it deletes exactly these and makes them anew."
)
UNFINISHED = "(it is still running, or was stopped before its end)"


@contextmanager
def demo_folder(out: Path) -> Iterator[Path]:
    """Clear away an earlier demo in `out`, let the caller fill it, and note every file that was made.

    Files that people have put there stay where they are. Raises BadInput for a folder that holds files but no demo,
    and for one where a demo was cut off, because there nobody can say which files are whose.
    """
    _clear(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        found = f"a place that can't be written ({error.strerror})"
        raise BadInput(str(out), found, "a folder for the demo to fill; choose another with --out") from error
    theirs = set(_files(out))
    marker = out / MARKER
    _write(marker, [UNFINISHED])
    try:
        yield out
    finally:
        _write(marker, sorted(path.relative_to(out).as_posix() for path in _files(out) if path not in theirs))


def _clear(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise BadInput(str(out), "a file", "a folder for the demo to fill")
    if not out.exists() or not any(out.iterdir()):
        return
    made = _made_before(out)
    for path in made:
        path.unlink(missing_ok=True)
    for folder in sorted({parent for path in made for parent in path.parents if out in parent.parents}, reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _made_before(out: Path) -> list[Path]:
    """The files an earlier demo made here, its marker last."""
    marker = out / MARKER
    expected = "an empty folder, or one that an earlier demo finished making"
    heading, *listed = marker.read_text(encoding="utf-8", errors="replace").split("\n") if marker.is_file() else [""]
    if heading != HEADING:
        raise BadInput(str(out), "files that the demo did not make", f"{expected}; choose another with --out")
    paths = [out / line for line in listed if line]
    if UNFINISHED in listed or not all(path.resolve().is_relative_to(out.resolve()) for path in paths):
        raise BadInput(str(marker), "the mark of a demo that was cut off", f"{expected}; delete it or choose another")
    return [*(path for path in paths if path != marker), marker]


def _files(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.is_file() or path.is_symlink()]


def _write(marker: Path, lines: list[str]) -> None:
    marker.write_text("\n".join([HEADING, *lines]) + "\n", encoding="utf-8", newline="\n")
