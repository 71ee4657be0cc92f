"""The values that settings are made of: each is refused at once where it can't be right, and not when it is needed."""

import re
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rules.contact.addresses import is_one_address
from rules.people import Personal


def _one_address(text: str) -> str:
    """The text, if mail can go there: found out now and not when an alert waits. Raises ValueError."""
    if not is_one_address(Personal(text)):
        raise ValueError("it is not exactly one e-mail address in plain ASCII")
    return text


def _time_zone(text: str) -> str:
    """The text, if it names a time zone. Raises ValueError."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("it names no time zone, such as Europe/London") from error
    return text


def _host(text: str) -> str:
    """The text, if it can be the name of a server and no address of a page or a file. Raises ValueError."""
    if re.fullmatch(r"[A-Za-z0-9_.:-]+", text) is None:
        raise ValueError("it is no server's name, such as mail.example.org")
    return text


def _path(path: Path) -> Path:
    """The path, if a system can have it. Raises ValueError."""
    if not str(path).isprintable():
        raise ValueError("a path holds a character that can't be seen")
    return path


Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")]
Initials = Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]
YearGroup = Annotated[str, Field(pattern=r"^(N1|N2|R|[1-9]|1[0-4])?$")]
Email = Annotated[str, Field(pattern="@"), AfterValidator(_one_address)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Host = Annotated[str, AfterValidator(_host)]
Place = Annotated[Path, AfterValidator(_path)]


class Section(BaseModel):
    """Part of the settings: strict, unchangeable, and silent about what it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__
