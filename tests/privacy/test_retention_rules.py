"""Every field that is stored has one rule of how long and why, and no rule is idle. Of files: tests/cli."""

import datetime as dt
import tomllib

import pytest

from connectors.store_sql.tables import metadata
from firstbell.retention import FILE, BadRetentionFile, kept_from, read_rules, retention_rules
from firstbell.settings import RetentionSettings
from rules.parameters import parameter_names

RULES = retention_rules()
FIELDS = {field for rule in RULES.values() for field in rule.fields}
TODAY = dt.date(2026, 11, 23)


def stored_fields():
    yield "alembic_version.version_num"
    yield "*.school"
    for table in metadata.sorted_tables:
        yield from (f"{table.name}.{column.name}" for column in table.columns if column.name != "school")


def test_every_stored_field_has_one_rule_and_every_rule_a_field():
    stored = set(stored_fields())

    assert stored - FIELDS == set(), "give each new field a rule in firstbell/retention.toml"
    assert FIELDS - stored == set(), "the field is gone: take it out of firstbell/retention.toml"


def test_every_period_is_one_that_there_is():
    periods = [rule.period for rule in RULES.values()]

    assert {period.parameter for period in periods} - {""} <= set(parameter_names())
    used = {period.setting for period in periods} - {""}
    assert used == RetentionSettings.model_fields.keys() - {"late_entry_days"}


def test_every_purging_rule_has_a_time_and_the_others_say_until_when():
    for rule in RULES.values():
        if rule.period.until:
            with pytest.raises(ValueError, match="until"):
                kept_from(rule.name, RetentionSettings(), TODAY)
        else:
            assert kept_from(rule.name, RetentionSettings(), TODAY) < TODAY


def test_register_entries_stay_six_years_whatever_the_settings_say():
    assert kept_from("register", RetentionSettings(), TODAY) == dt.date(2020, 11, 23)


def test_days_of_a_setting_are_counted_back_over_a_leap_day():
    settings = RetentionSettings(words_days=60)

    assert kept_from("words", settings, dt.date(2028, 4, 29)) == dt.date(2028, 2, 29)
    assert kept_from("words", settings, dt.date(2027, 4, 30)) == dt.date(2027, 3, 1)


@pytest.mark.parametrize("name", RetentionSettings.model_fields)
def test_no_setting_leaves_its_bounds(name):
    least, most = RetentionSettings.model_fields[name].metadata
    usual = RetentionSettings(messages_days=2192).model_dump()

    for beyond in (least.ge - 1, most.le + 1):
        with pytest.raises(ValueError, match=name):
            RetentionSettings(**{**usual, name: beyond})


def test_the_planned_message_outlasts_its_address():
    with pytest.raises(ValueError, match="fewer"):
        RetentionSettings(messages_days=60, addresses_days=61)


def table():
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "change",
    [
        {"misspelt": "x"},
        {"basis": None},
        {"basis": ""},
        {"category": "secret"},
        {"confidence": "sure"},
        {"people": ["parents"]},
        {"period": {}},
        {"period": {"days": 3}},
        {"period": {"setting": "no_such_days"}},
        {"period": {"setting": "words_days", "until": "then"}},
        {"fields": {}},
        {"fields": {"pages.marks": ""}},
    ],
    ids=str,
)
def test_a_rule_with_anything_unknown_missing_or_empty_is_refused(change):
    changed = {**table()["rules"][0], **change}
    rule = {key: value for key, value in changed.items() if value is not None}

    with pytest.raises(BadRetentionFile, match="register"):
        read_rules({"rules": [rule]})


def test_a_field_in_two_rules_is_refused():
    first = table()["rules"][0]

    with pytest.raises(BadRetentionFile, match="twice"):
        read_rules({"rules": [first, {**first, "name": "another"}]})


def test_what_is_no_rule_is_refused():
    with pytest.raises(BadRetentionFile, match="nothing else"):
        read_rules({**table(), "note": "x"})
