"""The tables of docs/telemetry.md are those of the code."""

import re

from firstbell.telemetry import METRICS, SPANS


def test_each_span_and_metric_is_told_of_with_its_attributes(root):
    page = (root / "docs" / "telemetry.md").read_text(encoding="utf-8")

    rows = re.findall(r"^\| `([^`]+)` \| (`.+`) \|$", page, re.MULTILINE)

    assert {name: tuple(re.findall(r"`([^`]+)`", keys)) for name, keys in rows} == SPANS | METRICS
