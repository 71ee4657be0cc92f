"""What the rules conclude can be shared and kept: none of their values can be changed afterwards."""

import importlib
from dataclasses import is_dataclass
from pathlib import Path

import pytest

import rules

PACKAGE = Path(rules.__file__).parent
NEEDS_THE_EXTRA = "vector"  # its arrays change while it counts, and its libraries may not be there
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.stem != NEEDS_THE_EXTRA
)


def values_of(name):
    found = vars(importlib.import_module(name)).values()
    return [each for each in found if isinstance(each, type) and is_dataclass(each) and each.__module__ == name]


@pytest.mark.parametrize("name", MODULES)
def test_every_value_of_the_rules_is_frozen(name):
    assert [value.__name__ for value in values_of(name) if not value.__dataclass_params__.frozen] == []


def test_there_are_values_to_look_at():
    assert len([value for name in MODULES for value in values_of(name)]) > 40
