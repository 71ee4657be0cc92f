"""Running one job of one school by its name."""

from collections.abc import Callable

from firstbell.composition.offices import copies_of, draw_pages
from firstbell.runs.due import Job
from firstbell.runs.reports import (
    RunReport,
    chase_report,
    morning_report,
    retention_report,
    self_check_report,
    sync_report,
    watchdog_report,
    weekly_report,
)
from firstbell.workflows.data_rights.retention import retention_job
from firstbell.workflows.jobs.daily import chase_job, sync_job
from firstbell.workflows.jobs.first_day_contact import first_day_contact
from firstbell.workflows.jobs.weekly import cases, returns, weekly
from firstbell.workflows.office import Office
from firstbell.workflows.oversight.self_check import self_check
from firstbell.workflows.oversight.watchdog import watchdog

JOBS: dict[Job, Callable[[Office], RunReport]] = {
    Job.SYNC: lambda office: sync_report(sync_job(office)),
    Job.CHASE: lambda office: chase_report(chase_job(office)),
    Job.FIRST_DAY_CONTACT: lambda office: morning_report(first_day_contact(office)),
    Job.WEEKLY: lambda office: weekly_report(Job.WEEKLY, weekly(office)),
    Job.RETURNS: lambda office: weekly_report(Job.RETURNS, returns(office)),
    Job.CASES: lambda office: weekly_report(Job.CASES, cases(office)),
    Job.WATCHDOG: lambda office: watchdog_report(watchdog(office)),
    Job.SELF_CHECK: lambda office: self_check_report(self_check(office)),
}


def run_job(office: Office, job: Job, *, rehearse: bool, only_count: bool = False) -> RunReport:
    """Run the job, and draw the pages that show what left. Raises what the job raises; safe to repeat.

    `only_count` is for the retention job alone: nothing is removed, and nothing drawn.
    """
    if job is Job.RETENTION:
        copies = copies_of(office.settings, rehearse=rehearse)
        report = retention_report(retention_job(office, copies, only_count=only_count))
    else:
        report = JOBS[job](office)
    if not only_count:
        draw_pages(office, rehearse=rehearse)
    return report
