"""Functions stay short: half of the rules' fit in eight lines, and nineteen in twenty of all within twenty-five."""

import ast
import statistics

MEDIAN_OF_RULES, LONG, SHARE_WITHIN = 8, 25, 0.95


def code_lines(function, text):
    """Lines of code of a function: no docstring, comments, blank lines or decorators."""
    first = function.body[0]
    is_doc = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    doc = range(first.lineno, first.end_lineno + 1) if is_doc else range(0)
    lines = text.splitlines()
    numbers = (n for n in range(function.lineno, function.end_lineno + 1) if n not in doc)
    return sum(1 for n in numbers if lines[n - 1].strip() and not lines[n - 1].strip().startswith("#"))


def lengths(source):
    """The length of each function and the place it stands."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield code_lines(node, source.text), f"{source.path}:{node.lineno} {node.name}"


def test_half_of_the_rules_fit_in_eight_lines(sources):
    found = [length for source in sources if source.package == "rules" for length, _ in lengths(source)]

    assert statistics.median(found) <= MEDIAN_OF_RULES, "split a rule into named questions"


def test_nineteen_in_twenty_functions_fit_in_twenty_five_lines(sources, record_property, capsys):
    found = sorted((length, place) for source in sources for length, place in lengths(source))
    within = sum(length <= LONG for length, _ in found) / len(found)

    figures = (
        f"{len(found)} functions, median {statistics.median(n for n, _ in found)} lines, {within:.1%} within {LONG}"
    )
    record_property("function_lengths", figures)
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201 - seen with -n 0

    assert within >= SHARE_WITHIN, found[-10:]


def test_triggers_are_at_most_ten_lines(sources):
    found = [(length, place) for s in sources if s.package == "functions" for length, place in lengths(s)]

    assert found
    assert [place for length, place in found if length > 10] == [], "a trigger hands over plain values: move the rest"


def test_only_code_is_counted(source):
    text = 'def f(x):\n    """Doc.\n\n    More.\n    """\n    # why\n\n    return x\n'

    assert list(lengths(source(text))) == [(2, "rules/made_up.py:1 f")]
