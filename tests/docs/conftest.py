import re
from collections.abc import Callable
from pathlib import Path

import pytest

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def pages(root: Path) -> dict[str, str]:
    """Every page of documentation by its path in the repository."""
    found = [*root.glob("*.md"), *(f for name in ("bench", "connectors", "docs") for f in (root / name).rglob("*.md"))]
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in sorted(found)}


@pytest.fixture(scope="session")
def blocks(pages: dict[str, str]) -> Callable[..., list[tuple[str, str]]]:
    """`blocks("toml")`: the page and text of every code block in one of these languages."""
    return lambda *languages: [
        (page, code) for page, text in pages.items() for language, code in FENCE.findall(text) if language in languages
    ]


@pytest.fixture
def generated(root: Path, golden: Callable[[Path, str], None]) -> Callable[[str, str, str], None]:
    """`generated(page, part, text)`: between the marks of that part, the page says exactly this."""

    def check(page: str, part: str, text: str) -> None:
        begin, end = f"<!-- generated: {part} -->\n", "<!-- end of generated part -->"
        before, opening, rest = (root / page).read_text(encoding="utf-8").partition(begin)
        _, closing, after = rest.partition(end)
        assert opening, f"{page} lacks the mark {begin.strip()}"
        assert closing, f"{page} lacks the mark {end}"
        golden(root / page, f"{before}{begin}\n{text.strip()}\n\n{end}{after}")

    return check
