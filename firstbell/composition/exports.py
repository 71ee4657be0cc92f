"""Where roll and registers come from: the exports of the MIS, and plain files for commands that need no office."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firstbell.composition.places import COLUMN_MAPPING
from firstbell.ports import Mis
from firstbell.records import Marks, Problem, School
from firstbell.settings import Settings
from rules.calendar import SchoolCalendar
from rules.people import Pupil


def mis_of(settings: Settings) -> Mis:
    """Where roll and registers come from."""
    from connectors.files import FilesMis  # noqa: PLC0415 - loaded where it is used

    return FilesMis(
        settings.mis.folder,
        School(settings.school.key, settings.school.name),
        settings.local.folder / COLUMN_MAPPING,
        afternoon_from_period=settings.mis.afternoon_from_period,
    )


def calendar_of(settings: Settings) -> SchoolCalendar:
    """The school's calendar, without opening its office. Raises BadInput, RetryLater, NeedsHuman."""
    return mis_of(settings).calendar()


def confirm_columns(settings: Settings) -> None:
    """Write down which column of each export holds what, as confirmed by the person who has just looked at it."""
    from connectors.files import confirm_columns as confirm  # noqa: PLC0415

    confirm(settings.mis.folder, settings.local.folder / COLUMN_MAPPING)


@dataclass(frozen=True, slots=True)
class PlainFileReaders:
    """Readers of the plain files that the commands over files take."""

    marks: Callable[[Path], Marks]
    pupils: Callable[[Path], tuple[tuple[Pupil, ...], tuple[Problem, ...]]]
    calendar: Callable[[Path], SchoolCalendar]


def plain_file_readers() -> PlainFileReaders:
    """The readers of marks, pupils and calendar files, for commands that need no office."""
    from connectors.files import read_calendar, read_marks, read_pupils  # noqa: PLC0415

    return PlainFileReaders(read_marks, read_pupils, read_calendar)
