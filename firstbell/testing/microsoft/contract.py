"""The vendor's contract: which operations there are, and whether a request or an answer keeps to it.

`contract.json` is the part of Microsoft's own description of Graph v1.0 (MIT licence) that Firstbell uses.
`contract_additions.json` holds operations that are real and missing there; each names the SDK's builder that proves it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

VENDORS = Path(__file__).with_name("contract.json")
ADDITIONS = Path(__file__).with_name("contract_additions.json")
METHODS = ("get", "post", "patch", "put", "delete")
# Parameters that may hold slashes.
LONG = {"item-path", "site-path"}


@dataclass(frozen=True)
class Operation:
    """One operation: method and path template, and what the contract says of it."""

    method: str
    template: str
    spec: Mapping[str, Any]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts = re.split(r"\{([^}]+)\}", self.template)
        found = (
            ("(.+)" if part in LONG else "([^/]+?)") if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
        return re.compile("".join(found))

    @cached_property
    def names(self) -> list[str]:
        return re.findall(r"\{([^}]+)\}", self.template)

    @cached_property
    def query_names(self) -> set[str]:
        return {p["name"] for p in self.spec.get("parameters", ()) if p.get("in") == "query"}


class Contract:
    """A contract read from an OpenAPI 3.1 document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._registry: Registry[Any] = Registry().with_resource("urn:graph", DRAFT202012.create_resource(document))
        found = [
            Operation(method.upper(), template, spec)
            for template, item in document["paths"].items()
            for method, spec in item.items()
            if method in METHODS
        ]
        # Those with the fewest parameters first, so that "delta" is not taken for somebody's id.
        self.operations = sorted(found, key=lambda each: (len(each.names), -len(each.template)))

    def operation(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation of a path below the version, unquoted, with its parameters; None for one there is not."""
        for operation in self.operations:
            if operation.method == method and (match := operation.pattern.fullmatch(path)):
                return operation, dict(zip(operation.names, match.groups(), strict=True))
        return None

    def faults_of_request(self, operation: Operation, query: Mapping[str, str], content: bytes, kind: str) -> list[str]:
        """What a request does that the contract does not know; empty when it keeps to it."""
        unknown = [f"unknown query key {key}" for key in query if key not in operation.query_names]
        body = operation.spec.get("requestBody")
        if not content:
            return unknown + (["a body is missing"] if body and body.get("required") else [])
        if body is None:
            return [*unknown, "there should be no body"]
        return unknown + list(self._faults(body["content"], content, kind))

    def faults_of_answer(self, operation: Operation, status: int, content: bytes, kind: str) -> list[str]:
        """What an answer says that the contract does not know."""
        answers = operation.spec["responses"]
        spec = answers.get(str(status)) or answers.get(f"{status // 100}XX") or answers.get("default")
        if spec is None:
            return [f"the contract knows no answer {status} here"]
        if not content:
            return []
        return list(self._faults(spec.get("content", {}), content, kind))

    def _faults(self, kinds: Mapping[str, Any], content: bytes, kind: str) -> Iterator[str]:
        plain = kind.partition(";")[0].strip()
        known = kinds.get(plain) or kinds.get("*/*")
        if known is None and plain == "application/json" and not kinds:
            yield "there should be no JSON here"
        if known is None or "json" not in plain:
            return
        try:
            value = json.loads(content)
        except ValueError:
            yield "the body is no JSON"
            return
        for error in self._validator(json.dumps(known["schema"])).iter_errors(value):
            yield f"{error.json_path}: {error.message[:200]}"

    @cache  # noqa: B019 - one contract lives as long as its server
    def _validator(self, schema: str) -> Draft202012Validator:
        absolute = schema.replace('"#/components', '"urn:graph#/components')
        return Draft202012Validator(json.loads(absolute), registry=self._registry, format_checker=FormatChecker())


def with_additions(document: Mapping[str, Any], additions: Mapping[str, Any]) -> dict[str, Any]:
    """The document with further operations, and the schemas they need. Raises ValueError for one it already has."""
    paths = {template: dict(item) for template, item in document["paths"].items()}
    for template, item in additions["paths"].items():
        _put_new(paths.setdefault(template, {}), item, template)
    schemas = dict(document["components"]["schemas"])
    _put_new(schemas, additions.get("components", {}).get("schemas", {}), "schemas")
    return {**document, "paths": paths, "components": {"schemas": schemas}}


def _put_new(into: dict[str, Any], more: Mapping[str, Any], where: str) -> None:
    twice = sorted(into.keys() & more.keys())
    if twice:
        raise ValueError(f"the contract has {where} {twice[0]} already: leave it out of the additions")
    into.update(more)


@cache
def read_contract() -> Contract:
    """Ours: the vendor's part and the additions. One for all, since it keeps the validators that it has made."""
    document, additions = (json.loads(path.read_text(encoding="utf-8")) for path in (VENDORS, ADDITIONS))
    return Contract(with_additions(document, additions))
