"""What `firstbell serve` takes from host.json: the same limits as the platform, read strictly."""

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firstbell.errors import BadInput

DURATION = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class HostSettings:
    """How queues are worked through, and under which path functions answer; the defaults are the platform's own."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: dt.timedelta = dt.timedelta()
    route_prefix: str = "api"


def read_host_json(file: Path) -> HostSettings:
    """Read host.json. Raises BadInput."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        extensions = told.get("extensions", {})
        return _settings(extensions.get("queues", {}), extensions.get("http", {}))
    except OSError as error:
        raise BadInput(file.name, "no such file beside function_app.py", "the host.json of Firstbell") from error
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise BadInput(file.name, f"what can't be used ({error})", "the host.json of Firstbell") from error


def _settings(queues: dict[str, Any], http: dict[str, Any]) -> HostSettings:
    plain = HostSettings()
    return HostSettings(
        batch_size=_number(queues, "batchSize", plain.batch_size, 1, 32),
        new_batch_threshold=_number(queues, "newBatchThreshold", plain.new_batch_threshold, 0, 1000),
        max_dequeue_count=_number(queues, "maxDequeueCount", plain.max_dequeue_count, 1, 100),
        visibility_timeout=_duration(queues.get("visibilityTimeout", "00:00:00")),
        route_prefix=str(http.get("routePrefix", plain.route_prefix)).strip("/"),
    )


def _number(table: dict[str, Any], key: str, default: int, least: int, most: int) -> int:
    value = table.get(key, default)
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{key} is a whole number from {least} to {most}")
    return value


def _duration(text: str) -> dt.timedelta:
    found = DURATION.fullmatch(text)
    if found is None:
        raise ValueError("visibilityTimeout is a time as 00:02:00")
    hours, minutes, seconds = map(int, found.groups())
    return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
