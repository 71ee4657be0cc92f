"""Our part of the vendor's contract: what is used of it, word for word."""

import json

import pytest

from firstbell.testing.microsoft.contract import ADDITIONS, VENDORS
from firstbell.testing.microsoft.trimming import trimmed, used_operations

OURS = json.loads(VENDORS.read_text(encoding="utf-8"))
WRITTEN = {"indent": 1, "sort_keys": True}


@pytest.fixture(scope="module")
def vendors(root):
    file = root.parent / "shared" / "contracts" / "graph-openapi-subset.json"
    if not file.exists():
        pytest.skip("the vendor's whole file is not beside this repository (../shared/contracts)")
    return json.loads(file.read_text(encoding="utf-8"))


def test_ours_says_nothing_of_an_operation_that_the_vendor_does_not_say(vendors):
    for template, item in OURS["paths"].items():
        assert item.items() <= vendors["paths"][template].items(), template


def test_ours_says_nothing_of_a_shape_that_the_vendor_does_not_say(vendors):
    for name, schema in OURS["components"]["schemas"].items():
        assert schema == vendors["components"]["schemas"][name], name


def test_no_addition_is_in_the_vendors_whole_file(vendors):
    added = json.loads(ADDITIONS.read_text(encoding="utf-8"))["paths"]

    for template, item in added.items():
        assert not item.keys() & vendors["paths"].get(template, {}).keys(), f"{template}: leave it out of the additions"


def test_the_contract_holds_what_is_used_and_no_more(vendors, golden, pytestconfig):
    if OURS["paths"].keys() == vendors["paths"].keys() and not pytestconfig.getoption("--golden"):
        pytest.skip("the contract is still whole: --golden trims it to what is used")

    golden(VENDORS, json.dumps(trimmed(vendors, used_operations()), **WRITTEN) + "\n")


def test_a_trimmed_contract_keeps_the_shapes_that_its_shapes_need():
    used = {("GET", "/users/{user-id}/messages")}

    found = trimmed(OURS, used)

    assert list(found["paths"]) == ["/users/{user-id}/messages"]
    assert list(found["paths"]["/users/{user-id}/messages"]) == ["get"]
    assert {"microsoft.graph.message", "microsoft.graph.itemBody", "ODataError"} <= found["components"][
        "schemas"
    ].keys()
    assert "microsoft.graph.driveItem" not in found["components"]["schemas"]
