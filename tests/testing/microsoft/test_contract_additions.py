"""What we add to the vendor's contract: operations that the installed SDK has, and nothing that it has not.

To add one: its path and method go into `contract_additions.json`, with `"x-source": "sdk"` and `"x-builder"`, the
SDK's module and class, as in "msgraph.generated.users.item.messages.messages_request_builder:MessagesRequestBuilder".
"""

import importlib
import json
import re
from urllib.parse import unquote

import pytest

from firstbell.testing.microsoft.contract import ADDITIONS, METHODS, VENDORS, with_additions

DOCUMENT = json.loads(VENDORS.read_text(encoding="utf-8"))
ADDED = json.loads(ADDITIONS.read_text(encoding="utf-8"))
OPERATIONS = [
    pytest.param(template, method, spec, id=f"{method} {template}")
    for template, item in ADDED["paths"].items()
    for method, spec in item.items()
]


def template_of(builder: str) -> tuple[type, str, set[str]]:
    """The class of a builder, its path template as the contract writes one, and the query keys that it knows."""
    module, _, name = builder.partition(":")
    found = getattr(importlib.import_module(module), name)
    path, _, query = unquote(found(_Nobody(), {}).url_template).removeprefix("{+baseurl}").partition("{?")
    return found, path, set(query.rstrip("}").replace("*", "").split(",")) if query else set()


class _Nobody:
    """Stands where an adapter would: the builders only ask it for its address."""

    base_url = ""


@pytest.mark.parametrize(("template", "method", "spec"), OPERATIONS)
def test_the_sdk_has_every_operation_that_we_add(template, method, spec):
    builder, path, keys = template_of(spec["x-builder"])

    assert spec["x-source"] == "sdk"
    assert re.sub(r"\{[^}]+\}", "{}", path) == re.sub(r"\{[^}]+\}", "{}", template)
    assert method in METHODS
    assert hasattr(builder, method)
    assert {p["name"] for p in spec.get("parameters", ()) if p["in"] == "query"} <= keys


def test_a_builder_is_proof_only_of_its_own_path():
    messages = "msgraph.generated.users.item.messages.messages_request_builder:MessagesRequestBuilder"

    _, path, keys = template_of(messages)

    assert path == "/users/{user-id}/messages"
    assert "$filter" in keys


def test_an_operation_that_the_vendor_has_may_not_be_added():
    with pytest.raises(ValueError, match="messages get already"):
        with_additions(DOCUMENT, {"paths": {"/users/{user-id}/messages": {"get": {}}}})


def test_an_added_operation_stands_beside_those_of_the_vendor():
    grown = with_additions(DOCUMENT, {"paths": {"/users/{user-id}/messages": {"put": {"x-source": "sdk"}}}})

    assert set(grown["paths"]["/users/{user-id}/messages"]) == {"get", "post", "put"}
    assert "put" not in DOCUMENT["paths"]["/users/{user-id}/messages"]
