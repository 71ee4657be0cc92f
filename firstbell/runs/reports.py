"""What each job says at its end, in figures that name nobody."""

import datetime as dt
from dataclasses import dataclass

from firstbell.runs.due import Job
from firstbell.workflows.data_rights.retention import PurgeReport
from firstbell.workflows.jobs.first_day_contact import MorningReport
from firstbell.workflows.jobs.weekly import WeeklyReport
from firstbell.workflows.morning.register_chase import ChaseSummary
from firstbell.workflows.oversight.self_check import SelfCheckReport
from firstbell.workflows.oversight.watchdog import WatchdogReport
from firstbell.workflows.registers.sync import SyncSummary
from firstbell.workflows.words import count_of


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run says at its end: lines of figure and meaning, and what needs a person."""

    job: str
    title: str
    figures: dict[str, int]
    needs: tuple[str, ...]
    go_on_at: dt.datetime | None = None  # when what waits could go; only of first-day contact


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
    return RunReport(Job.SYNC, "Roll and marks read", figures, (*summary.undrawn, *needs))


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
    return RunReport(Job.CHASE, title, figures, (*summary.undrawn, *needs))


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
    title = f"First-day contact, {report.session}"
    return RunReport(Job.FIRST_DAY_CONTACT, title, figures, report.needs, report.go_on_at)


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


def watchdog_report(report: WatchdogReport) -> RunReport:
    """How many jobs were looked for, and how many did not run."""
    figures = {"jobs looked for": report.looked_for, "alarms": len(report.needs)}
    return RunReport(Job.WATCHDOG, "Whether the jobs have run", figures, report.needs)


def self_check_report(report: SelfCheckReport) -> RunReport:
    """How long the ledger is, and what does not hold."""
    figures = {"entries of the ledger": report.entries, "findings": len(report.needs)}
    return RunReport(Job.SELF_CHECK, "The nightly self-check", figures, report.needs)


def retention_report(report: PurgeReport) -> RunReport:
    """How much was past its time; a run that found nothing says so with noughts."""
    title = "Past its time, and still there" if report.is_dry_run else "Past its time, and removed"
    return RunReport(Job.RETENTION, title, dict(report.counts), ())
