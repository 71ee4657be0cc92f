"""The vendor's description of Graph, cut down to the operations that Firstbell uses and the shapes these speak of."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from firstbell.testing.microsoft.batch import BATCH
from firstbell.testing.microsoft.contract import METHODS
from firstbell.testing.microsoft.parts import ROUTES

SCHEMA = re.compile(r'"#/components/schemas/([^"]+)"')
Used = tuple[str, str]


def used_operations() -> frozenset[Used]:
    """Method and template of whatever the sandbox answers; a function is written with empty parentheses or without."""
    plain = {(route.method, route.template.removesuffix("()")) for route in ROUTES} | {("POST", BATCH)}
    return frozenset(plain | {(method, f"{template}()") for method, template in plain})


def trimmed(full: Mapping[str, Any], used: Collection[Used]) -> dict[str, Any]:
    """The document with the operations used, and every schema that they need; all of it word for word."""
    paths = {
        template: kept
        for template, item in full["paths"].items()
        if (kept := {m: s for m, s in item.items() if m in METHODS and (m.upper(), template) in used})
    }
    schemas = full["components"]["schemas"]
    needed = _needed(schemas, _named_in(paths))
    kept_schemas = {name: schema for name, schema in schemas.items() if name in needed}
    return {**full, "paths": paths, "components": {"schemas": kept_schemas}}


def _needed(schemas: Mapping[str, Any], names: Iterable[str]) -> set[str]:
    """These, those that they name, and so on."""
    found: set[str] = set()
    ahead = set(names)
    while ahead:
        found |= ahead
        ahead = {name for known in ahead for name in _named_in(schemas[known])} - found
    return found


def _named_in(part: object) -> set[str]:
    return set(SCHEMA.findall(json.dumps(part)))
