"""Make the package that is deployed: what .funcignore lets through, its libraries, everything compiled.

    python infra/package.py [FILE]      without FILE: dist/firstbell.zip

Compiled files carry no time and are not checked against their sources, so they stay valid in a zip; without them a
cold start takes four times as long. The same commit and lock file make the same names, times and sources again.
"""

import compileall
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from py_compile import PycInvalidationMode

import pathspec

ROOT = Path(__file__).parents[1]
LIBRARIES = Path(".python_packages/lib/site-packages")  # where the platform looks for them
ON_THE_PLATFORM = "/home/site/wwwroot"
PLATFORM = ("--python-platform", "x86_64-manylinux_2_28", "--python-version", "3.13")
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name


def ours(root: Path) -> Iterator[Path]:
    """The files of ours that are deployed, relative to the root: committed, and let through by .funcignore.

    Only committed ones, because a school's own folder may lie beside them.
    """
    ignored = pathspec.GitIgnoreSpec.from_lines((root / ".funcignore").read_text(encoding="utf-8").splitlines())
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout.decode()
    names = (name for name in listed.split("\0") if name and not ignored.match_file(name))
    return (Path(name) for name in names if (root / name).exists())


def stage_ours(root: Path, stage: Path) -> None:
    """Copy our files into the folder that becomes the package."""
    for name in ours(root):
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, stage / name)


def install_libraries(root: Path, stage: Path) -> None:
    """Install what requirements.txt names, as wheels for the platform's Linux, whatever this computer is."""
    uv = Path(sysconfig.get_path("scripts")) / ("uv.exe" if os.name == "nt" else "uv")
    told = [*PLATFORM, "--only-binary", ":all:", "--require-hashes", "--link-mode", "copy"]
    command = [str(uv), "pip", "install", "--quiet", *told, "--target", str(stage / LIBRARIES)]
    subprocess.run([*command, "-r", str(root / "requirements.txt")], check=True)


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A folder of a library of which only a part is kept; an entry of infra/package.toml."""

    folder: str
    keep: Sequence[str]
    leave_out: Sequence[str]

    def keeps(self, name: PurePosixPath) -> bool:
        """Whether a file or folder is kept, by its name below `folder`."""
        return name.parts[0] in self.keep and not any(name.is_relative_to(part) for part in self.leave_out)


def trimmed(root: Path) -> Sequence[Trimmed]:
    """What infra/package.toml says."""
    text = (root / "infra" / "package.toml").read_text(encoding="utf-8")
    return [Trimmed(**part) for part in tomllib.loads(text).values()]


def trim(root: Path, libraries: Path) -> None:
    """Take out of the libraries what infra/package.toml says."""
    for part in trimmed(root):
        folder = libraries / part.folder
        for each in [*folder.iterdir(), *(folder / name for name in part.leave_out)]:
            if not part.keeps(PurePosixPath(each.relative_to(folder).as_posix())):
                shutil.rmtree(each) if each.is_dir() else each.unlink()
    shutil.rmtree(libraries / "bin", ignore_errors=True)  # programs, for the computer that installed them


def compile_all(stage: Path) -> None:
    """Compile every module of the package, to be trusted as it is."""
    for stale in [*stage.rglob("__pycache__")]:
        shutil.rmtree(stale)
    is_done = compileall.compile_dir(
        stage,
        maxlevels=40,
        quiet=1,
        workers=os.cpu_count() or 1,
        stripdir=str(stage),
        prependdir=ON_THE_PLATFORM,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not is_done:
        sys.exit("A module can't be compiled; the lines above say which.")


def zip_up(stage: Path, out: Path) -> None:
    """Put the folder into a zip, in order and without times."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(each for each in stage.rglob("*") if each.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(stage).as_posix(), LONG_AGO)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def finish(root: Path, stage: Path, out: Path) -> None:
    """From a folder with the libraries in it to the zip."""
    stage_ours(root, stage)
    trim(root, stage / LIBRARIES)
    compile_all(stage)
    zip_up(stage, out)


def main() -> None:
    """Make the package, and say where it is and how large."""
    if sys.version_info[:2] != (3, 13):
        sys.exit("The package is compiled for the Python that runs it: start this with Python 3.13 (make package).")
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist" / "firstbell.zip"
    with tempfile.TemporaryDirectory(prefix="firstbell-package-") as folder:
        install_libraries(ROOT, Path(folder))
        finish(ROOT, Path(folder), out)
    with zipfile.ZipFile(out) as archive:
        sizes = [each.file_size for each in archive.infolist()]
    print(f"{out}: {out.stat().st_size / 1e6:.0f} MB, {len(sizes):,} files, {sum(sizes) / 1e6:.0f} MB unpacked")


if __name__ == "__main__":
    main()
