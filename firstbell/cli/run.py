"""`firstbell run JOB`: one job of one school, now or at a given moment."""

import contextlib
import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from firstbell.composition import copies_of, draw_pages, open_office
from firstbell.errors import BadInput
from firstbell.workflows.data_rights.retention import PurgeReport, retention_job
from firstbell.workflows.jobs.daily import chase_job, sync_job
from firstbell.workflows.jobs.first_day_contact import MorningReport, first_day_contact
from firstbell.workflows.jobs.weekly import WeeklyReport, cases, returns, weekly
from firstbell.workflows.morning.register_chase import ChaseSummary
from firstbell.workflows.office import Office
from firstbell.workflows.oversight.self_check import self_check
from firstbell.workflows.oversight.watchdog import watchdog
from firstbell.workflows.registers.sync import SyncSummary
from firstbell.workflows.words import count_of

DONE, NEEDS_A_PERSON = 0, 1


class Job(StrEnum):
    """The jobs there are."""

    SYNC = "sync"
    CHASE = "chase"
    FIRST_DAY_CONTACT = "first-day-contact"
    WEEKLY = "weekly"
    RETURNS = "returns"
    WATCHDOG = "watchdog"
    SELF_CHECK = "self-check"
    CASES = "cases"
    RETENTION = "retention"


@dataclasses.dataclass(frozen=True, slots=True)
class RunReport:
    """What a run says at its end: lines of figure and meaning, and what needs a person."""

    job: str
    title: str
    figures: dict[str, int]
    needs: tuple[str, ...]


def run_command(
    job: Annotated[Job, typer.Argument(help="The job to run.")],
    config: Annotated[Path, typer.Option(help="The school's settings.")] = Path("school.toml"),
    at: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], help="Run as if it were this local time."),
    ] = None,
    *,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Write to the listed staff only.")] = False,
    as_json_object: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only for retention: count, and remove nothing.")] = False,
) -> int:
    """Run one job of the school. Safe to repeat: what an earlier run did is not done again.

    Example: firstbell run first-day-contact --config school.toml --rehearse
    """
    if dry_run and job is not Job.RETENTION:
        raise BadInput("--dry-run", f"the job '{job}'", "the job 'retention', the only one that can be counted first")
    office = open_office(config, at=at, rehearse=rehearse)
    is_rehearsal = rehearse or office.settings.outgoing.rehearsal
    with contextlib.closing(office):
        if job is Job.RETENTION:
            copies = copies_of(office.settings, rehearse=is_rehearsal)
            report = retention_report(retention_job(office, copies, only_count=dry_run))
        else:
            report = JOBS[job](office)
        if not dry_run:
            draw_pages(office, rehearse=is_rehearsal)
    _show(report, as_json_object=as_json_object)
    return NEEDS_A_PERSON if report.needs else DONE


def run_sync(office: Office) -> RunReport:
    """The sync, and its report."""
    return sync_report(sync_job(office))


def sync_report(summary: SyncSummary) -> RunReport:
    """How many marks and pupils were read, what changed, and what could not be used."""
    figures = {
        "pupils": summary.pupils,
        "marks read": summary.marks,
        "marks changed since the last sync": len(summary.changes),
        "of them in the past": len(summary.late_changes),
        "rows that could not be used": len(summary.problems),
    }
    needs = tuple(f"{problem.where}: {problem.sentence}" for problem in summary.problems)
    return RunReport(Job.SYNC, "Roll and marks read", figures, needs)


def run_chase(office: Office) -> RunReport:
    """The chase, and its report."""
    return chase_report(chase_job(office))


def chase_report(summary: ChaseSummary) -> RunReport:
    """How many registers are missing, and who was written to."""
    title = f"Registers of {summary.session}" if summary.session else "No register is due yet"
    figures = {
        "registers not taken": summary.missing,
        "reminders sent": summary.reminders,
        "heads of department told": summary.escalations,
        "teachers asked about a lesson mark": summary.questions,
    }
    needs = (f"{count_of(summary.missing, 'register')} not taken.",) if summary.missing else ()
    return RunReport(Job.CHASE, title, figures, needs)


def run_first_day_contact(office: Office) -> RunReport:
    """First-day contact, and its report."""
    return morning_report(first_day_contact(office))


def morning_report(report: MorningReport) -> RunReport:
    """What the run found and did."""
    figures = {
        "absent, reason not known": report.unexplained,
        "messages newly planned": report.planned,
        "messages sent": report.sent,
        "messages recalled": report.recalled,
        "in-school notes sent": report.corrections,
        "messages that bounced": report.bounced,
        "safeguarding alerts": report.alerts,
        "pupils to telephone about": report.calls,
    }
    return RunReport(Job.FIRST_DAY_CONTACT, f"First-day contact, {report.session}", figures, report.needs)


def run_weekly(office: Office) -> RunReport:
    """The weekly watch, and its report."""
    return weekly_report(Job.WEEKLY, weekly(office))


def run_returns(office: Office) -> RunReport:
    """The returns to the local authority, and their report."""
    return weekly_report(Job.RETURNS, returns(office))


def run_cases(office: Office) -> RunReport:
    """The attendance cases, and their report."""
    return weekly_report(Job.CASES, cases(office))


def weekly_report(job: Job, report: WeeklyReport) -> RunReport:
    """How the school stands, and what waits for a person."""
    figures = {
        "pupils": report.pupils,
        **{f"of them {label}": number for label, number in sorted(report.bands.items())},
        "in another band than a week ago": report.movers,
        "patterns that chance does not explain": report.patterns,
        "at the national threshold": report.thresholds_met,
        "returns waiting for a decision": report.returns_open,
        "half-term messages to approve": report.half_term_messages,
        "lines in Codes to check": report.codes_to_check,
        "letters of cases to read and approve": report.letters,
    }
    return RunReport(job, f"The week to {report.as_of:%d %B %Y}", figures, report.needs)


def run_watchdog(office: Office) -> RunReport:
    """The watchdog, and its report."""
    report = watchdog(office)
    figures = {"jobs looked for": report.looked_for, "alarms": len(report.needs)}
    return RunReport(Job.WATCHDOG, "Whether the jobs have run", figures, report.needs)


def run_self_check(office: Office) -> RunReport:
    """The nightly self-check, and its report."""
    report = self_check(office)
    figures = {"entries of the ledger": report.entries, "findings": len(report.needs)}
    return RunReport(Job.SELF_CHECK, "The nightly self-check", figures, report.needs)


def retention_report(report: PurgeReport) -> RunReport:
    """How much was past its time; a run that found nothing says so with noughts."""
    title = "Past its time, and still there" if report.is_dry_run else "Past its time, and removed"
    return RunReport(Job.RETENTION, title, dict(report.counts), ())


JOBS: dict[Job, Callable[[Office], RunReport]] = {
    Job.SYNC: run_sync,
    Job.CHASE: run_chase,
    Job.FIRST_DAY_CONTACT: run_first_day_contact,
    Job.WEEKLY: run_weekly,
    Job.RETURNS: run_returns,
    Job.WATCHDOG: run_watchdog,
    Job.SELF_CHECK: run_self_check,
    Job.CASES: run_cases,
}


def _show(report: RunReport, *, as_json_object: bool) -> None:
    if as_json_object:
        typer.echo(json.dumps(dataclasses.asdict(report), ensure_ascii=False, indent=2))
        return
    console = Console(soft_wrap=True)
    table = Table(title=report.title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    for meaning, number in report.figures.items():
        table.add_row(meaning, str(number))
    console.print(table)
    for sentence in report.needs:
        console.print(f"[bold yellow]Needs a person:[/] {escape(sentence)}")
