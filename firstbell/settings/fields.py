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


def _secret_name(text: str) -> str:
    """The text, if it can be the name of a secret; no address can, and few passwords. Raises ValueError."""
    if text and re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", text) is None:
        raise ValueError("it is no name of a secret, such as smtp; the secret itself never stands here")
    if re.search(r"[-_]previous$", text, re.IGNORECASE):
        raise ValueError("the secret of that name is the previous value of another")
    return text


def _path(path: Path) -> Path:
    """The path, if a system can have it. Raises ValueError."""
    if not str(path).isprintable():
        raise ValueError("a path holds a character that can't be seen")
    return path


def _library_file(text: str) -> str:
    """The text, if a document library can have a workbook there (Microsoft's rules for names). Raises ValueError."""
    parts = text.split("/")
    if not text.isprintable() or not text.lower().endswith(".xlsx") or len(text) > LONGEST_LIBRARY_PATH:
        raise ValueError("it is no path of a workbook, such as Office/Attendance.xlsx")
    if any(part != part.strip(" ") or part.strip(".") == "" or set(part) & set('"*:<>?\\|~') for part in parts):
        raise ValueError('a library has no file or folder of such a name (without " * : < > ? | \\ ~)')
    return text


LONGEST_LIBRARY_PATH = 200  # characters, of the 400 that SharePoint has for the address as a whole
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")]
Initials = Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]
YearGroup = Annotated[str, Field(pattern=r"^(N1|N2|R|[1-9]|1[0-4])?$")]
Email = Annotated[str, Field(pattern="@"), AfterValidator(_one_address)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Host = Annotated[str, AfterValidator(_host)]
SecretName = Annotated[str, AfterValidator(_secret_name)]
# No password and no query: both end in errors and logs.
Url = Annotated[str, Field(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*$")]
MicrosoftId = Annotated[str, Field(pattern=r"^[0-9A-Za-z!@:._-]+$", max_length=200)]
LibraryFile = Annotated[str, AfterValidator(_library_file)]
Place = Annotated[Path, AfterValidator(_path)]


class Section(BaseModel):
    """Part of the settings: strict, unchangeable, and silent about what it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__
