"""What the connectors that a school's settings name may do."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from firstbell.records import Permission
from firstbell.settings import Settings

CONNECTORS = Path(__file__).parents[2] / "connectors"


def permissions_in_use(settings: Settings) -> tuple[Permission, ...]:
    """What the connectors these settings use may do, as each connector's own folder says it."""
    from firstbell.data_protection.pack import features_of  # noqa: PLC0415 - loaded where it is used

    parts = (settings.office.workbooks, settings.office.folders, settings.office.channel, settings.outgoing.mailer)
    clouds = sorted({system for system in parts if system != "local"})
    systems = (settings.mis.kind, "local", *clouds, "store_sql")
    features = features_of(settings)
    return tuple(found for system in systems for found in _permissions_of(system, features))


def _permissions_of(system: str, features: frozenset[str]) -> Iterator[Permission]:
    text = (CONNECTORS / system / "permissions.toml").read_text(encoding="utf-8")
    for told in tomllib.loads(text)["permissions"]:
        when = told.pop("when", None)
        if when is None or when in features:
            yield Permission(system, **told)
