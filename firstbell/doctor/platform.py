"""What whoever runs the platform may ask with a key: which schools can't be run, or how one of them stands.

Keys of schools and sentences without names, addresses and secrets; the open health check says less.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from functools import partial

from firstbell.checks import Check, Checked, Found, Verdict, made, ok
from firstbell.doctor.school import school_checks
from firstbell.doctor.secret_checks import change_checks
from firstbell.errors import BadInput
from firstbell.runs.due import SCHOOL_KEY
from firstbell.runs.schools import platform_clock, school_keys, settings_file, settings_of
from firstbell.settings import EnvironmentSecrets

Table = dict[str, object]


def schools_health(school_key: str = "") -> tuple[bool, Table]:
    """Whether all is well, and each check as plain values: of one school, or the schools whose settings can't be read.

    Raises BadInput for what is no key of a school, and, as `school_keys` does, where no school is found at all.
    """
    if not school_key:
        checks = [each for each in made(_settings_checks(school_keys())) if each.verdict is Verdict.MEND]
    elif SCHOOL_KEY.fullmatch(school_key):
        checks = list(made(_checks_of(school_key)))
    else:
        raise BadInput("school", "what is no key of a school", "its key, as hill-academy")
    is_ok = all(each.verdict is not Verdict.MEND for each in checks)
    return is_ok, {"ok": is_ok, "checks": [_table(each) for each in checks]}


def _settings_checks(keys: Iterable[str]) -> Iterator[Check]:
    for key in keys:
        yield Check(key, f"The settings of {key}", partial(_settings, key))


def _settings(key: str) -> Found:
    settings_of(key)
    return ok("they can be read.")


def _checks_of(key: str) -> Iterator[Check]:
    """Those of `firstbell doctor` that ask no outside system: an answer is wanted within seconds."""
    settings, secrets = settings_of(key), EnvironmentSecrets()
    yield from school_checks(settings, settings_file(key), secrets, platform_clock())
    yield from change_checks(settings, secrets)


def _table(checked: Checked) -> Table:
    return dataclasses.asdict(checked)
