"""What whoever runs the platform may ask with a key: which schools can't be run, or how one of them stands.

Keys of schools and sentences without names, addresses and secrets; the open health check says less.
"""

import dataclasses
from collections.abc import Iterator
from functools import partial

from firstbell.checks import Check, Checked, Found, Verdict, made, ok
from firstbell.doctor.school import school_checks
from firstbell.doctor.secret_checks import change_checks
from firstbell.runs.due import known_key
from firstbell.runs.many_schools import ANSWER_WITHIN, Looking, from_key
from firstbell.runs.schools import platform_clock, school_keys, settings_file, settings_of
from firstbell.settings import EnvironmentSecrets

Table = dict[str, object]


def schools_health(school_key: str = "", *, first: str = "") -> tuple[bool, Table]:
    """Whether all is well, and each check as plain values: of one school, or the schools whose settings can't be read.

    Those are looked at from the key `first` on, as long as there is time: `looked_at` says how many that were, and
    `next` where to go on, empty when that were all. Raises BadInput for what is no key of a school, and, as
    `school_keys` does, where no school is found at all.
    """
    if school_key:
        return _told(list(made(_checks_of(known_key(school_key)))))
    keys, clock = from_key(school_keys(), first), platform_clock()
    looking = Looking(_settings_check, clock, ends=clock.now() + ANSWER_WITHIN)
    checks = list(looking.each(keys))
    is_ok, table = _told([dataclasses.replace(each, number=n) for n, each in enumerate(checks, 1) if _is_wrong(each)])
    return is_ok, table | {"looked_at": len(checks), "next": looking.stopped_at}


def _told(checks: list[Checked]) -> tuple[bool, Table]:
    is_ok = not any(map(_is_wrong, checks))
    return is_ok, {"ok": is_ok, "checks": [_table(each) for each in checks]}


def _is_wrong(checked: Checked) -> bool:
    return checked.verdict is Verdict.MEND


def _settings_check(key: str) -> Checked:
    [checked] = made([Check(key, f"The settings of {key}", partial(_settings, key))])
    return checked


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
