"""None of the bad inputs that Firstbell was built against goes missing, and each is proved by tests that run."""

import ast
from functools import cache
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
INDEX = yaml.safe_load((HERE / "index.yaml").read_text(encoding="utf-8"))
PROOFS = sorted({proof for row in INDEX for proof in row["proof"]})


@cache
def cases_of(file):
    """The tests of a module, of a suite that other modules run, or the vectors of a file; none that is left out."""
    text = (HERE.parent / file).read_text(encoding="utf-8")
    if file.endswith(".yaml"):
        return {vector["name"] for vector in yaml.safe_load(text)}
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    return {node.name for node in found if not any("mark.skip(" in ast.unparse(each) for each in node.decorator_list)}


def runs(file):
    """Whether pytest collects the file, or a module that it collects runs the suite or the vectors in it."""
    if Path(file).name.startswith("test_"):
        return True
    called = Path(file).stem if file.endswith(".py") else Path(file).name
    return any(
        called in test.read_text(encoding="utf-8") for test in HERE.parent.rglob("test_*.py") if test.parent != HERE
    )


def test_all_forty_five_are_listed_each_with_its_answer_and_proof():
    assert len(INDEX) == 45
    assert len({row["input"] for row in INDEX}) == 45
    assert all(row.keys() - {"comes_with"} == {"input", "answer", "proof"} and row["proof"] for row in INDEX)


@pytest.mark.parametrize("proof", PROOFS)
def test_each_is_proved_where_the_list_says(proof):
    file, name = proof.split("::")

    assert name in cases_of(file), "say in index.yaml where it is proved now"
    assert runs(file)
