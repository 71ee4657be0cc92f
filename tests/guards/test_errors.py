"""Errors are caught by name, keep their cause, and nothing is left for later."""

import ast
import re

import pytest

BOUNDARY = "firstbell/__main__.py"
BROAD = {"Exception", "BaseException"}
LEFT_OVER = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError|lorem ipsum)\b", re.IGNORECASE)  # codespell:ignore


def caught(handler):
    """The names a handler catches; `Exception` for a bare one."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {"Exception" if kind is None else ast.unparse(kind) for kind in kinds}


def broad_handlers(source):
    handlers = [node for node in ast.walk(source.tree) if isinstance(node, ast.ExceptHandler)]
    return [f"{source.path}:{handler.lineno}" for handler in handlers if caught(handler) & BROAD]


def causeless_raises(source):
    handlers = [node for node in ast.walk(source.tree) if isinstance(node, ast.ExceptHandler)]
    raises = [node for handler in handlers for node in ast.walk(handler) if isinstance(node, ast.Raise)]
    return [f"{source.path}:{node.lineno}" for node in raises if node.exc is not None and node.cause is None]


def prints(source):
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    return [f"{source.path}:{call.lineno}" for call in calls if ast.unparse(call.func) == "print"]


def left_overs(source):
    lines = enumerate(source.text.splitlines(), 1)
    return [f"{source.path}:{number}" for number, line in lines if LEFT_OVER.search(line)]


def test_only_the_outermost_boundary_catches_everything(sources):
    found = [place for source in sources if source.path != BOUNDARY for place in broad_handlers(source)]

    assert found == [], "name the errors that can happen here; a mistake of ours must not look like one of theirs"


def test_an_error_raised_from_another_keeps_its_cause(sources):
    assert [place for source in sources for place in causeless_raises(source)] == [], "write: raise … from error"


def test_only_the_command_line_prints(sources):
    outside = [source for source in sources if not source.path.startswith(("firstbell/cli/", "firstbell/__main__"))]

    assert [place for source in outside for place in prints(source)] == [], "return it, and let the command show it"


def test_nothing_is_left_for_later(sources):
    assert [place for source in sources for place in left_overs(source)] == [], "do it, or delete it"


@pytest.mark.parametrize(
    ("guard", "text"),
    [
        (broad_handlers, "try: ...\nexcept: ..."),
        (broad_handlers, "try: ...\nexcept (OSError, Exception): ..."),
        (causeless_raises, "try: ...\nexcept OSError: raise ValueError('x')"),
        (prints, "print('x')"),
        (left_overs, "# " + "to" + "do: later"),
    ],
)
def test_the_guard_sees(guard, text, source):
    assert guard(source(text))


@pytest.mark.parametrize(
    "text", ["try: ...\nexcept OSError as e: raise ValueError from e", "try: ...\nexcept OSError: raise"]
)
def test_a_kept_cause_and_a_bare_raise_pass(text, source):
    assert causeless_raises(source(text)) == []
