"""Each try of a job is noted in the school's store, so that a report of the day can say which jobs ran.

Moments, figures and the kind of an error; never its words, which may hold what stood in a file.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from firstbell.errors import FirstbellError
from firstbell.job_days import Try
from firstbell.runs.due import Job
from firstbell.workflows.office import Office

if TYPE_CHECKING:
    from firstbell.runs.reports import RunReport  # at run time it would load every workflow into the timers


def noted(office: Office, job: Job, due_at: dt.datetime, do: Callable[[], "RunReport"]) -> "RunReport":
    """Do the job, and note how that went on the day it was due. Raises what `do` raises, and RetryLater."""
    day, began_at = due_at.astimezone(office.settings.zone).date(), office.clock.now()

    def note(error: str = "", needs: int = 0, figures: Mapping[str, int] = MappingProxyType({})) -> None:
        office.store.desk.note_try(Try(job, day, began_at, office.clock.now(), error, needs, figures))

    def note_failure(kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            with contextlib.suppress(FirstbellError):  # it may be the store that failed
                note(kind.__name__)

    with contextlib.ExitStack() as if_it_fails:
        if_it_fails.push(note_failure)
        report = do()
    note(needs=len(report.needs), figures={meaning: number for meaning, number in report.figures.items() if number})
    return report
