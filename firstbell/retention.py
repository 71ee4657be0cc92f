"""What is kept, for how long and why: `retention.toml`, read strictly, and the days it comes to for one school.

Whoever draws up a record of processing can build it from `retention_rules`: one rule a kind of record.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from firstbell.settings import RetentionSettings
from rules.parameters import CONFIDENCES
from rules.retention import first_day_kept, register_years

FILE = Path(__file__).with_suffix(".toml")
CATEGORIES = ("special", "personal", "pseudonymous", "none")
PEOPLE = frozenset({"pupils", "contacts", "staff"})
TEXTS = ("name", "title", "category", "purpose", "basis", "begins", "removed_by", "source", "confidence")
TABLES = ("fields", "files")


class BadRetentionFile(ValueError):
    """The file of rules holds something its reader does not know; the message names rule and key."""


@dataclass(frozen=True, slots=True)
class Period:
    """How long: one of years that a parameter of the law fixes, days that a setting fixes, or until an event."""

    parameter: str = ""
    setting: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One kind of record. `fields` ("table.column") and `files` (patterns) say what each is for."""

    name: str
    title: str
    people: tuple[str, ...]
    category: str
    purpose: str
    basis: str
    period: Period
    begins: str
    removed_by: str
    source: str
    confidence: str
    fields: Mapping[str, str]
    files: Mapping[str, str]


@cache
def retention_rules() -> Mapping[str, RetentionRule]:
    """Every rule by its name, in the file's order. Raises BadRetentionFile."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return read_rules(table)


def read_rules(table: Mapping[str, Any]) -> Mapping[str, RetentionRule]:
    """The rules of a parsed file. Raises BadRetentionFile for an unknown, missing or repeated key or name."""
    if table.keys() != {"rules"}:
        raise BadRetentionFile("the file holds [[rules]] and nothing else")
    rules = [_rule(each) for each in table["rules"]]
    _refuse_twice("rule", [rule.name for rule in rules])
    _refuse_twice("field", [name for rule in rules for name in rule.fields])
    _refuse_twice("file", [name for rule in rules for name in rule.files])
    return {rule.name: rule for rule in rules}


def _rule(told: Mapping[str, Any]) -> RetentionRule:
    name = told.get("name", "a rule without a name")
    missing, unknown = {*TEXTS, "people", "period"} - told.keys(), told.keys() - {*TEXTS, "people", "period", *TABLES}
    if missing or unknown:
        raise BadRetentionFile(f"{name}: {', '.join(sorted(missing | unknown))}: missing, or read by nobody")
    if told["category"] not in CATEGORIES or told["confidence"] not in CONFIDENCES or set(told["people"]) - PEOPLE:
        raise BadRetentionFile(f"{name}: category, confidence or people hold an unknown word")
    fields, files = (dict(told.get(kind, {})) for kind in TABLES)
    texts = {key: told[key] for key in TEXTS}
    if not all([*texts.values(), *fields.values(), *files.values(), fields or files]):
        raise BadRetentionFile(f"{name}: something is empty")
    return RetentionRule(
        people=tuple(told["people"]), period=_period(name, told["period"]), fields=fields, files=files, **texts
    )


def _period(name: str, told: Mapping[str, str]) -> Period:
    try:
        period = Period(**told)
    except TypeError as error:
        raise BadRetentionFile(f"{name}: a period is a parameter, a setting or until") from error
    if len(told) != 1 or (period.setting and period.setting not in RetentionSettings.model_fields):
        raise BadRetentionFile(f"{name}: a period is one parameter, one setting of [retention], or until")
    return period


def _refuse_twice(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadRetentionFile(f"{what} twice: {', '.join(twice)}")


def kept_from(name: str, settings: RetentionSettings, today: dt.date) -> dt.date:
    """The earliest day whose records of this rule must still be there today; what began before it is past its time.

    Raises ValueError for a rule that runs until an event and not for a time.
    """
    period = retention_rules()[name].period
    if period.parameter:
        return first_day_kept(today, register_years(today))
    if not period.setting:
        raise ValueError(f"{name} is not kept for a time but until {period.until}")
    days: int = getattr(settings, period.setting)
    return today - dt.timedelta(days=days)
