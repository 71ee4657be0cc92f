"""A trigger in a shape that the production worker refuses takes the whole app down: none is written here."""

import ast
import json
import sys

import pytest

from firstbell.errors import FirstbellError
from firstbell.serve.ncrontab import read_schedule

PLAIN_RETURNS = {"None", "str", "func.HttpResponse"}
LIGHT = {"azure", "functions"}  # what may be imported while triggers are indexed
HOSTS_OWN = {"context"}


def functions_of(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def triggers_of(tree):
    return [function for function in functions_of(tree) if function.decorator_list]


def settings_of(decorator):
    return {keyword.arg: ast.literal_eval(keyword.value) for keyword in decorator.keywords if is_plain(keyword.value)}


def is_plain(node):
    return isinstance(node, ast.Constant | ast.List)


def binding_names(function):
    """The parameters that the decorators name; a route's is `req` unless it says otherwise."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call):
            is_route = ast.unparse(decorator.func).endswith(".route")
            name = settings_of(decorator).get("arg_name") or (
                settings_of(decorator).get("trigger_arg_name", "req") if is_route else None
            )
            if name:
                yield name


def aliases(tree):
    """Annotations that have a name of their own in the module."""
    return {
        target.id: ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def faults(tree):
    named = aliases(tree)
    for function in triggers_of(tree):
        arguments = function.args
        given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        names = {argument.arg for argument in given} - HOSTS_OWN
        if names != set(binding_names(function)) or arguments.vararg or arguments.kwarg:
            yield f"{function.name}: its parameters must be exactly the arg_names of its decorators"
        for argument in given:
            shown = ast.unparse(argument.annotation) if argument.annotation else ""
            shown = named.get(shown, shown)
            if "|" in shown or "Optional" in shown:
                yield f"{function.name}: {argument.arg} may not be None"
            if "Out[" in shown and ("[list[" in shown or "QueueMessage" in shown):
                yield f"{function.name}: write func.Out[typing.List[str]]"
        returned = ast.unparse(function.returns) if function.returns else "None"
        if returned not in PLAIN_RETURNS:
            yield f"{function.name}: returns {returned}, and may return {', '.join(sorted(PLAIN_RETURNS))}"
        for decorator in function.decorator_list:
            if not ast.unparse(decorator).startswith(("blueprint.", "app.")):
                yield f"{function.name}: no decorators but the platform's"
            if isinstance(decorator, ast.Call):
                yield from decorator_faults(function, decorator)


def decorator_faults(function, decorator):
    told = settings_of(decorator)
    if told.get("run_on_startup"):
        yield f"{function.name}: run_on_startup would run it at each scaling out"
    if "schedule" in told:
        try:
            read_schedule(told["schedule"])
        except FirstbellError as error:
            yield f"{function.name}: {error}"


def imports_at_the_top(tree):
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def front_doors(sources):
    return [source for source in sources if source.package == "functions" or source.path == "function_app.py"]


def test_no_trigger_has_a_shape_that_the_worker_refuses(sources):
    assert [fault for source in front_doors(sources) for fault in faults(source.tree)] == []


def test_no_two_functions_share_a_name_and_there_is_one_app(sources):
    trees = [source.tree for source in front_doors(sources)]
    names = [function.name for tree in trees for function in triggers_of(tree)]
    apps = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and "FunctionApp" in ast.unparse(node.func)
    ]

    assert len(names) == len(set(names)), "two functions of one name take the app down"
    assert len(apps) == 1


def test_the_index_imports_nothing_but_the_platform_and_what_is_light(sources):
    found = [
        (source.path, name)
        for source in front_doors(sources)
        for name in imports_at_the_top(source.tree)
        if name not in LIGHT and name.split(".")[0] not in {*sys.stdlib_module_names, "azure", "functions"}
    ]

    assert found == [], "import it inside the function: each cold start pays for it"


def test_whatever_is_tried_too_often_has_a_trigger_that_tells_a_person(root):
    manifest = json.loads((root / "tests" / "golden" / "triggers.json").read_text(encoding="utf-8"))
    bindings = [binding for function in manifest for binding in function["bindings"]]
    queues = {binding["queueName"] for binding in bindings if binding["type"] == "queueTrigger"}
    set_aside = {name for name in queues if name.endswith("-poison")}

    assert queues
    assert set_aside == {f"{name}-poison" for name in queues - set_aside}
    assert {binding["queueName"] for binding in bindings if binding["type"] == "queue"} <= queues


SHAPE = """
@blueprint.timer_trigger(schedule="0 */15 * * * *", arg_name="timer")
@blueprint.queue_output(arg_name="out", queue_name="q", connection="C")
def tick(timer: func.TimerRequest, out: func.Out[typing.List[str]]) -> None: ...
"""


@pytest.mark.parametrize(
    ("this", "becomes"),
    [
        ("typing.List", "list"),
        ("typing.List[str]", "typing.List[func.QueueMessage]"),
        ("func.TimerRequest,", "func.TimerRequest | None,"),
        ("def tick(timer:", "def tick(clock:"),
        (") -> None", ", extra: int = 1) -> None"),
        ("-> None", "-> dict"),
        ("def tick", "@cached\ndef tick"),
        ("*/15 *", "99 *"),
        ('"timer")', '"timer", run_on_startup=True)'),
    ],
)
def test_the_guard_sees(this, becomes, source):
    assert list(faults(source(SHAPE).tree)) == []
    assert this in SHAPE

    assert list(faults(source(SHAPE.replace(this, becomes)).tree)) != []
