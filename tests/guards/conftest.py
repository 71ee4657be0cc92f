import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGES = ("connectors", "firstbell", "functions", "message_templates", "rules", "sheets_templates")


@dataclass(frozen=True)
class Source:
    """One of our modules, parsed; `path` is relative to the repository, with forward slashes."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def package(self) -> str:
        return self.path.split("/")[0]

    @property
    def names(self) -> dict[str, str]:
        """What each imported name stands for: `dt` is `datetime`, `environ` is `os.environ`."""
        found = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {
                    a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0] for a in node.names
                }
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        return found

    def uses(self) -> Iterator[tuple[int, str]]:
        """The line and full dotted name of everything that is used through an import."""
        names = self.names
        for node in ast.walk(self.tree):
            parts: list[str] = []
            inner: ast.AST = node
            while isinstance(inner, ast.Attribute):
                parts.insert(0, inner.attr)
                inner = inner.value
            if isinstance(inner, ast.Name) and inner.id in names and isinstance(node, ast.Attribute | ast.Name):
                yield node.lineno, ".".join([names[inner.id], *parts])

    def imports(self) -> Iterator[tuple[int, str]]:
        """The line and the top-level name of every module imported, wherever in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.lineno, node.module.split(".")[0]


@pytest.fixture(scope="session")
def packages() -> tuple[str, ...]:
    return PACKAGES


@pytest.fixture(scope="session")
def sources(root: Path) -> tuple[Source, ...]:
    """Every module of ours that can run in production."""
    files = [root / "function_app.py", *(file for name in PACKAGES for file in sorted((root / name).rglob("*.py")))]
    return tuple(Source(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")) for file in files)


@pytest.fixture
def source() -> Callable[[str], Source]:
    """A module made up for a test, to see that a guard bites."""
    return lambda text: Source("rules/made_up.py", text)
