"""How many small faults put into rules/ its tests would notice.

    python -m bench.mutants [FOLDER_OR_FILE ...] [--sample N] [--seed N] [--seconds N]

Faults are made one at a time in a copy of the tree, never in the tree itself, and in the text as it stands, so that
nothing else in the file changes: an operator, a number, a truth value, the side of an edge that is looked at, or a
bare condition is turned into another. The tests beside a module that import it run first, then their whole folder,
then all of tests/rules and tests/engine for what these let pass. Prints each survivor, each fault whose tests had
to be ended, and the share caught. Chance and a slow machine must not decide: properties are tried on the same cases
each time, no test has a time of its own, and the unchanged copy must pass before and after.
"""

import argparse
import ast
import importlib.util
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

try:
    import resource
except ImportError:  # on Windows
    resource = None

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "firstbell-demo", "docs")
PYTEST = ["-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist"]
PYTEST += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of the plugins that are imported already
# By name, since tests/conftest.py loads a profile of its own; and only LONGEST ends tests, so that it is told.
PYTEST += ["--hypothesis-profile=faults", "--timeout=0"]
# Where processes can be forked, each starts with these imported; nothing of ours, which must come from the copy.
HEAVY = ["hypothesis.strategies", "pytest", "yaml"]
FEW = "--pupils=2000"  # in whom the engines must agree; without any, most faults show in a second
ENGINES = (["tests/engine", "--pupils=0"], ["tests/engine", FEW])
EVERYTHING = ("tests/rules", "tests/engine", FEW)
LONGEST = 150  # seconds of the processor for a round of tests, which take a quarter of it or less
HANGS = 10 * LONGEST  # seconds, for what waits and uses none, and for platforms that don't count them
OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "+"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}
NAMES = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "bisect_left": "bisect_right",
    "bisect_right": "bisect_left",
}
# Flags that change nothing a caller could see, so turning one over is no fault.
NO_FAULT = {
    "slots": "it saves memory",
    "frozen": "tests/rules/test_values.py proves it of every dataclass at once",
    "kw_only": "it refuses calls that nobody makes",
    "strict": "zip's own check that two lengths agree, which the lines above it see to",
    "cache": "numba compiles again or does not",
    "nogil": "numba runs alone or beside others",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of a file's bytes, and what stands there instead."""

    line: int
    start: int
    end: int
    after: bytes


class Fate(Enum):
    """What the tests make of a tree."""

    SURVIVED = "survived"
    CAUGHT = "caught"
    ENDED = "ended"  # they used up LONGEST, as those of a loop without an end do, or died


class Source:
    """A module's bytes and where its nodes stand in them."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._begins = [0, *(found.end() for found in re.finditer(b"\n", text))]

    def span(self, node: ast.expr) -> tuple[int, int]:
        last_line, last_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self._begins[node.lineno - 1] + node.col_offset, self._begins[last_line - 1] + last_column

    def instead(self, node: ast.expr, after: str) -> Edit:
        return Edit(node.lineno, *self.span(node), after.encode())

    def turned(self, operator: ast.AST, left: ast.expr, right: ast.expr) -> Iterator[Edit]:
        """The operator between two operands, turned into the other one of its pair."""
        before, after = OPERATORS.get(type(operator), ("", ""))
        at = self.text.find(before.encode(), self.span(left)[1], self.span(right)[0]) if before else -1
        if at >= 0:
            yield Edit(left.end_lineno or left.lineno, at, at + len(before), after.encode())


def edits(text: bytes) -> list[Edit]:
    """Each small fault of a module, in order."""
    source, nodes = Source(text), list(ast.walk(ast.parse(text)))
    flags = {
        flag.value for node in nodes if isinstance(node, ast.Call) for flag in node.keywords if flag.arg in NO_FAULT
    }
    found = [edit for node in nodes if node not in flags for edit in (*_operators(node, source), *_words(node, source))]
    return sorted(found, key=lambda edit: edit.start)


def _operators(node: ast.AST, source: Source) -> Iterator[Edit]:
    match node:
        case ast.Compare():
            for operator, (left, right) in zip(node.ops, pairwise([node.left, *node.comparators]), strict=True):
                yield from source.turned(operator, left, right)
        case ast.BoolOp():
            for left, right in pairwise(node.values):
                yield from source.turned(node.op, left, right)
        case ast.BinOp():
            yield from source.turned(node.op, node.left, node.right)
        case ast.AugAssign():
            yield from source.turned(node.op, node.target, node.value)
        case ast.UnaryOp(op=ast.Not()):
            start = source.span(node)[0]
            yield Edit(node.lineno, start, start + len("not"), b"")


def _words(node: ast.AST, source: Source) -> Iterator[Edit]:
    match node:
        case ast.Constant(value=bool() as truth):
            yield source.instead(node, str(not truth))
        case ast.Constant(value=int() as number):
            yield source.instead(node, str(number + 1))
        case ast.Name() if node.id in NAMES:
            yield source.instead(node, NAMES[node.id])
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if _is_bare(test):
            start, end = source.span(test)
            yield source.instead(test, f"(not {source.text[start:end].decode()})")


def _is_bare(condition: ast.expr) -> bool:
    """A condition without an operator of its own, which would be turned over already."""
    return isinstance(condition, ast.Name | ast.Attribute | ast.Call)


def rounds_of_tests(module: Path) -> list[list[str]]:
    """What to run on a module, given by its path below the root: tests beside it that import it, folder, all."""
    package = module.parts[1:-1]
    if package == ("engine",):
        return [*ENGINES, list(EVERYTHING)]
    beside = Path("tests", "rules", *package)
    dotted = ".".join(module.with_suffix("").parts).removesuffix(".__init__")
    imports = re.compile(rf"^from {re.escape(dotted)} import ", re.MULTILINE)
    tests = sorted((ROOT / beside).glob("test_*.py"))
    own = [path.relative_to(ROOT).as_posix() for path in tests if imports.search(path.read_text(encoding="utf-8"))]
    own.sort(key=lambda path: module.stem not in path)  # the one named like the module first
    folder = [beside.as_posix()] if package and tests else []
    return [tests for tests in (own, folder, list(EVERYTHING)) if tests]


def fate(copy: Path, tests: list[str]) -> Fate:
    """What these tests make of the copy as it stands."""
    running = _process(copy, tests)
    running.start()
    running.join(HANGS)
    if running.is_alive():
        running.kill()
        running.join()
    if running.exitcode == 0:
        return Fate.SURVIVED
    return Fate.CAUGHT if (running.exitcode or 0) > 0 else Fate.ENDED


def _process(copy: Path, tests: list[str]) -> BaseProcess:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn").Process(target=_run, args=(copy, tests))
    warm = multiprocessing.get_context("forkserver")
    warm.set_forkserver_preload(HEAVY)
    return warm.Process(target=_run, args=(copy, tests))


def _run(copy: Path, tests: list[str]) -> None:
    """Run tests in a process of its own, which says nothing and leaves with what pytest leaves with."""
    os.chdir(copy)
    if resource:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != ROOT]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    # A slow machine must not pass for a fault, nor chance for a test; and nobody reads how small a failure can be made.
    calm = settings(
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
    )
    settings.register_profile("faults", calm)
    sys.exit(pytest.main([*PYTEST, *tests]))


def fate_of(copy: Path, module: Path, edit: Edit) -> Fate:
    """What the tests make of the fault in the copy's module, which is as it was afterwards."""
    path = copy / module
    whole = path.read_bytes()
    _write(path, whole[: edit.start] + edit.after + whole[edit.end :])
    try:
        found = (fate(copy, tests) for tests in rounds_of_tests(module))
        return next((each for each in found if each is not Fate.SURVIVED), Fate.SURVIVED)
    finally:
        _write(path, whole)


def _write(path: Path, source: bytes) -> None:
    """Python tells a stale compiled file by its second and its size, and two faults may share both."""
    path.write_bytes(source)
    Path(importlib.util.cache_from_source(path)).unlink(missing_ok=True)


def told(module: Path, edit: Edit) -> str:
    source = (ROOT / module).read_bytes()
    line = source.splitlines()[edit.line - 1].decode().strip()
    change = f"{source[edit.start : edit.end].decode().strip() or 'nothing'} -> {edit.after.decode() or 'nothing'}"
    return f"{module.as_posix()}:{edit.line}  {change}  in  {line}"


def modules_of(names: list[str]) -> list[Path]:
    """The modules of rules/ in these folders and files, or all of them."""
    found = {path for name in names or ["rules"] for path in [ROOT / name, *(ROOT / name).rglob("*.py")]}
    return sorted(path.relative_to(ROOT) for path in found if path.suffix == ".py")


def main() -> None:
    parser = argparse.ArgumentParser(description="How many small faults put into rules/ its tests would notice.")
    parser.add_argument("where", nargs="*", help="folders and files of rules/; all of it by default")
    parser.add_argument("--sample", type=int, help="how many faults to try; all by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=3600, help="take no new fault after this time")
    asked = parser.parse_args()
    every = [(module, edit) for module in modules_of(asked.where) for edit in edits((ROOT / module).read_bytes())]
    # In the order drawn, so that those tried by the time it is up are a sample too.
    chosen = random.Random(asked.seed).sample(every, min(asked.sample, len(every))) if asked.sample else every  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        if fate(copy, list(EVERYTHING)) is not Fate.SURVIVED:
            sys.exit("the tests of rules fail before anything is changed")
        fates: Counter[Fate] = Counter()
        ends = time.monotonic() + asked.seconds
        for module, edit in chosen:
            if time.monotonic() > ends:
                break
            found = fate_of(copy, module, edit)
            fates[found] += 1
            if found is not Fate.CAUGHT:
                print(f"{found.value}: {told(module, edit)}", flush=True)
        if fate(copy, list(EVERYTHING)) is not Fate.SURVIVED:
            sys.exit("the tests of rules fail with nothing changed: what was caught says nothing")
    print(f"{fates[Fate.CAUGHT]} of {fates.total()} faults caught, of {len(every)} there are;", end=" ")
    print(f"{fates[Fate.SURVIVED]} survived, the tests of {fates[Fate.ENDED]} had to be ended")


if __name__ == "__main__":
    main()
