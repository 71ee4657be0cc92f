"""Whether this deployment could do its work at all: the interpreter, the time zones, and the law it carries.

Says nothing of a school: no settings, no personal data, no outside system. `docs/azure.md` lists the numbers.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from firstbell import __version__
from rules.codes import AttendanceCode, code_table
from rules.parameters import parameter, parameter_names

PYTHON = (3, 13)


@dataclass(frozen=True, slots=True)
class Check:
    """One numbered check and how it came out. Numbers are never used again for something else."""

    number: int
    name: str
    is_ok: bool


@dataclass(frozen=True, slots=True)
class Health:
    """The version that runs, and every check in order."""

    version: str
    checks: tuple[Check, ...]

    @property
    def is_ok(self) -> bool:
        return all(check.is_ok for check in self.checks)

    def as_table(self) -> dict[str, object]:
        """Plain values for JSON."""
        checks = [{"number": c.number, "name": c.name, "ok": c.is_ok} for c in self.checks]
        return {"ok": self.is_ok, "version": self.version, "checks": checks}


def runs_on_production_python() -> bool:
    """The version that Azure runs and the lock files were made for."""
    return sys.version_info[:2] == PYTHON


def knows_time_zones() -> bool:
    """A school's own time can be told from UTC: zone data is a package on Windows and a system file elsewhere."""
    return ZoneInfo("Europe/London").key == "Europe/London"


def knows_every_code() -> bool:
    """The code table can be read and has each of the national codes."""
    return set(code_table().codes) == set(AttendanceCode)


def knows_every_parameter() -> bool:
    """There are parameters, and each can be read."""
    names = parameter_names()
    return bool(names) and all(parameter(name).entries for name in names)


CHECKS: tuple[tuple[int, str, Callable[[], bool]], ...] = (
    (1, "runs on the production Python", runs_on_production_python),
    (2, "has time zone data", knows_time_zones),
    (3, "has the code table", knows_every_code),
    (4, "has the parameters", knows_every_parameter),
)


def check_health(checks: tuple[tuple[int, str, Callable[[], bool]], ...] = CHECKS) -> Health:
    """Run every check; one that can't read its data has failed, and the others are still run."""
    return Health(__version__, tuple(Check(number, name, _passes(check)) for number, name, check in checks))


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (OSError, LookupError, TypeError, ValueError):  # a data file that is missing or does not hold what it should
        return False
