"""Where roll and registers come from."""

from typing import Annotated, Literal

from pydantic import Field

from firstbell.settings.fields import Place, Section


class MisSettings(Section):
    """Where the MIS data comes from. `files` reads the exports in a folder.

    `reread_school_days`: how far back each sync looks, because past marks change for days afterwards.
    `afternoon_from_period`: the first lesson of the afternoon, because exports of lessons name periods and no half-day.
    """

    kind: Literal["files"] = "files"
    folder: Place
    afternoon_from_period: Annotated[int, Field(ge=1, le=20)] = 4
    reread_school_days: Annotated[int, Field(ge=7, le=200)] = 14
