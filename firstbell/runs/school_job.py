"""One message of the queue, one job of one school; and what becomes of a message that was tried too often."""

import contextlib
import dataclasses
import datetime as dt
import logging
from collections.abc import Iterable, Iterator

from firstbell.composition.clocks import pause
from firstbell.errors import FirstbellError
from firstbell.runs.due import DueJob, Job, due_job_from, schools_in
from firstbell.runs.hand_over import hand_over
from firstbell.runs.job_line import JobLine
from firstbell.runs.jobs import run_job
from firstbell.runs.once import do_once
from firstbell.runs.reports import RunReport
from firstbell.runs.schools import open_school, platform_clock
from firstbell.telemetry import job_told
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.office_notices import tell_the_office

SET_ASIDE = "job.set_aside"
TITLE = "A Firstbell job was given up"
GIVEN_UP = (
    "{job}, due at {at}, was tried again and again and did not run to its end. "
    "Run it by hand (firstbell run {job}): it says what stops it."
)
NO_CALENDAR = "The calendar does not cover today, so no job of the school day runs: add the new terms to it."
NOT_ASKED = "What is due at the school could not be found out, so jobs may not have run. See that the next ones do."

# For so long a call takes new messages, and two minutes later it sends none. The platform ends it after ten minutes, as
# functionTimeout of host.json says, and its lease ends later still: alerts, phone list and workbooks have the rest.
BUDGET = dt.timedelta(minutes=4)

log = logging.getLogger(__name__)


def run_due_job(text: str) -> None:
    """Run the job that a message tells of, unless it is done. Raises FirstbellError: the queue brings it again."""
    due = due_job_from(text)
    began_at = platform_clock().now()
    with job_told(due.school_key, due.job, due.since, began_at) as told:
        try:
            with contextlib.closing(open_school(due.school_key)) as office:
                paid_for = dataclasses.replace(office, takes_until=began_at + BUDGET)
                report = do_once(office, due.job, due.since, lambda: _run(paid_for, due), pause=pause)
        except FirstbellError as error:
            line = _timed(JobLine.failed(due, error), began_at)
            log.warning(line)
            line.fill(told)
            raise
        line = _timed(JobLine.ended(due, report), began_at)
        log.info(line)
        line.fill(told)


def _timed(line: JobLine, began_at: dt.datetime) -> JobLine:
    return dataclasses.replace(line, seconds=round((platform_clock().now() - began_at).total_seconds(), 3))


def _run(office: Office, due: DueJob) -> RunReport:
    """Run it, and hand over what is left; how it went, and when it goes on."""
    report = run_job(office, due.job, rehearse=office.settings.outgoing.rehearsal)
    if due.job is Job.FIRST_DAY_CONTACT and not office.mis.calendar().covers(office.today()):
        tell_the_office(office, NO_CALENDAR, title="The calendar has run out")
    go_on_at = None if report.go_on_at is None else hand_over(office, due, report.go_on_at)
    return dataclasses.replace(report, go_on_at=go_on_at)


def set_aside_job(text: str) -> None:
    """Record that a job was given up, and tell its office. Raises FirstbellError when nobody can be told."""
    due = due_job_from(text)
    with contextlib.closing(open_school(due.school_key)) as office:
        sentence = GIVEN_UP.format(job=due.job, at=office.local_time(due.due_at))
        _give_up(office, sentence, {"job": due.job, "due_at": due.due_at.isoformat()})


def set_aside_shard(text: str) -> None:
    """Tell each office of a shard that it could not be asked what is due; raises, at the end, what stopped one."""
    untold = list(_untold(schools_in(text)))
    if untold:
        raise untold[0]


def _untold(keys: Iterable[str]) -> Iterator[FirstbellError]:
    for key in keys:
        try:
            with contextlib.closing(open_school(key)) as office:
                _give_up(office, NOT_ASKED, {"job": "all that were due"})
        except FirstbellError as error:
            log.error("%s: nobody could be told. %s", key, error)  # noqa: TRY400 - a sentence and no traceback
            yield error


def _give_up(office: Office, sentence: str, facts: dict[str, str]) -> None:
    office.store.ledger.append(SET_ASIDE, at=office.clock.now(), actor="Firstbell", facts=facts)
    log.error("%s: given up, and told: %s", office.settings.school.key, facts["job"])
    tell_the_office(office, sentence, title=TITLE)
