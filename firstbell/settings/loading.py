"""Read `school.toml`; what does not fit is told by file, line and key, and never quoted."""

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from firstbell.errors import BadInput
from firstbell.settings.all_settings import Settings
from firstbell.settings.microsoft365 import Microsoft365Settings
from firstbell.settings.outgoing import SmtpSettings
from firstbell.settings.store import StoreSettings


def load_settings(path: Path) -> Settings:
    """Read `school.toml`. Relative folders in it are taken from the file's own folder. Raises BadInput."""
    text = settings_text(path)
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # in the TOML, or too many digits or brackets
        raise _no_toml(path, error) from error
    try:
        settings = Settings.model_validate(table)
    except ValidationError as error:
        raise _bad(path, text, error) from error
    return _anchored(settings, path.parent.resolve())


def settings_text(path: Path) -> str:
    """The text of `school.toml`, comments and all. Raises BadInput."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput(str(path), "no such file", "a school.toml (make one with: firstbell init)") from error
    except OSError as error:
        raise BadInput(str(path), f"what can't be read ({error.strerror})", "a school.toml") from error
    except ValueError as error:  # in the encoding
        raise _no_toml(path, error) from error


def _no_toml(path: Path, error: Exception) -> BadInput:
    return BadInput(path.name, f"what is not TOML ({error})", "a TOML file in UTF-8")


def _bad(path: Path, text: str, error: ValidationError) -> BadInput:
    first: Any = error.errors(include_url=False, include_input=False)[0]
    names = [str(part) for part in first["loc"]]
    found = "an unknown key" if first["type"] == "extra_forbidden" else f"a value that does not fit ({first['msg']})"
    found = "nothing" if first["type"] == "missing" else found
    expected = (
        "only the keys in docs/settings.md" if first["type"] == "extra_forbidden" else "what docs/settings.md says"
    )
    return BadInput(path.name, found, expected, _row_of(text, names), ".".join(names))


def _row_of(text: str, names: list[str]) -> int:
    """The line where the last named key stands, as well as plain text can tell; 0 when it does not."""
    for name in reversed(names):
        for row, line in enumerate(text.splitlines(), 1):
            if re.match(rf"\s*(\[+\s*)?([\w.]+\.)?{re.escape(name)}\s*(\]+|=)", line):
                return row
    return 0


def _anchored(settings: Settings, base: Path) -> Settings:
    mis = settings.mis.model_copy(update={"folder": base / settings.mis.folder})
    local = settings.local.model_copy(update={"folder": base / settings.local.folder})
    smtp = None if settings.smtp is None else _with_authority(settings.smtp, base)
    store = _with_authority(settings.store, base)
    cloud = None if settings.microsoft365 is None else _with_certificate(settings.microsoft365, base)
    return settings.model_copy(update={"mis": mis, "local": local, "smtp": smtp, "store": store, "microsoft365": cloud})


def _with_certificate(section: Microsoft365Settings, base: Path) -> Microsoft365Settings:
    section = _with_authority(section, base)
    if section.certificate is None:
        return section
    return section.model_copy(update={"certificate": base / section.certificate})


def _with_authority[S: (SmtpSettings, StoreSettings, Microsoft365Settings)](section: S, base: Path) -> S:
    if section.certificate_authority is None:
        return section
    return section.model_copy(update={"certificate_authority": base / section.certificate_authority})
