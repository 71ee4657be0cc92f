"""How many small faults put into rules/ its tests would notice.

    .venv/bin/python -m bench.mutants [SAMPLE] [SEED] [SECONDS]

Faults are made one at a time in a copy of the tree, never in the tree itself: a comparison, an arithmetic or boolean
operator, a number or a truth value is changed for another. Stops taking new ones after SECONDS. Prints the survivors.
"""

import ast
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "firstbell-demo", "docs")
TESTS = ("-m", "pytest", "tests/rules", "-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")
LONGEST = 120
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def faults(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Each fault of a module: its line, what was changed, and the whole text with the fault in it."""
    for node in ast.walk(tree):
        for field in ("op", "ops", "value"):
            before = getattr(node, field, None)
            after = _changed(node, before)
            if after is not None:
                setattr(node, field, after)
                yield node.lineno, f"{_name(before)} -> {_name(after)}", ast.unparse(tree)
                setattr(node, field, before)


def _changed(node: ast.AST, before: object) -> object:
    if isinstance(node, ast.Constant):
        return _other_constant(before)
    if isinstance(before, list):
        swapped = SWAPS.get(type(before[0]))
        return [swapped(), *before[1:]] if swapped else None
    swapped = SWAPS.get(type(before))
    return swapped() if swapped else None


def _other_constant(before: object) -> object:
    if isinstance(before, bool):
        return not before
    return before + 1 if isinstance(before, int) else None


def _name(part: object) -> str:
    if isinstance(part, list):
        part = part[0]
    return type(part).__name__ if isinstance(part, ast.AST) else repr(part)


def is_caught(copy: Path) -> bool:
    """Whether the tests of rules fail, or never end, on the copy as it stands."""
    try:
        done = subprocess.run([sys.executable, *TESTS], cwd=copy, capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main(sample: int = 150, seed: int = 1, seconds: int = 3600) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        if is_caught(copy):
            sys.exit("the tests of rules fail before anything is changed")
        modules = sorted((copy / "rules").rglob("*.py"))
        every = [(path, *fault) for path in modules for fault in faults(ast.parse(path.read_text(encoding="utf-8")))]
        chosen = random.Random(seed).sample(every, min(sample, len(every)))  # noqa: S311 - a sample, not a secret
        tried, survivors, ends = 0, [], time.monotonic() + seconds
        for path, line, change, text in chosen:
            if time.monotonic() > ends:
                break
            tried += 1
            whole = path.read_text(encoding="utf-8")
            path.write_text(text, encoding="utf-8")
            if not is_caught(copy):
                survivors.append(f"{path.relative_to(copy).as_posix()}:{line}  {change}")
            path.write_text(whole, encoding="utf-8")
        print(f"{tried - len(survivors)} of {tried} faults caught, of {len(every)} there are; survivors:")
        print("\n".join(sorted(survivors)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
