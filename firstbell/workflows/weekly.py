"""The weekly watch: every pupil's year worked out anew, who has moved, what is owed, and what the authority must know.

Nothing is decided here: the sheets show findings, and people write down what they do about them. All that leaves are
half-term messages that a named person has approved one by one.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace

from firstbell.errors import NeedsHuman
from firstbell.records import SheetRows
from firstbell.workflows.edits import Said, take_edits
from firstbell.workflows.half_term import propose_half_term_messages, send_half_term_messages
from firstbell.workflows.office import Office
from firstbell.workflows.office_notices import the_office_told
from firstbell.workflows.return_proposals import ReturnProposal, propose_returns, return_state
from firstbell.workflows.school_summaries import write_summaries
from firstbell.workflows.sync import sync
from firstbell.workflows.views import watch as views
from firstbell.workflows.views.picture import Rows
from firstbell.workflows.watching import SchoolWatch, watch_school
from firstbell.workflows.words import count_of
from sheets_templates.attendance import ATTENDANCE


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """The week in figures; `needs` are sentences that ask for a person."""

    as_of: dt.date
    pupils: int
    bands: Counter[str] = field(default_factory=Counter)
    movers: int = 0
    patterns: int = 0
    thresholds_met: int = 0
    returns_open: int = 0
    half_term_messages: int = 0
    needs: tuple[str, ...] = ()


def weekly(office: Office) -> WeeklyReport:
    """Take people's edits, read the MIS, work out the school, propose returns and draw the sheets of the week."""
    with the_office_told(office, "The weekly watch did not run to its end"):
        return _weekly(office)


def _weekly(office: Office) -> WeeklyReport:
    said = take_edits(office)
    sync(office)
    school = watch_school(office, office.today())
    returns = propose_returns(office, school)
    half_term = propose_half_term_messages(office, office.today())
    send_half_term_messages(office, office.today())
    write_summaries(office, school)
    undrawn = _draw(office, _week_sheets(office, school, returns, said))
    report = replace(_report(office, school, returns, undrawn), half_term_messages=half_term.proposed)
    office.store.ledger.append("weekly.finished", at=office.clock.now(), actor="Firstbell", facts=_facts(report))
    office.store.desk.heartbeat("weekly", at=office.clock.now(), due_at=None, outcome="done")
    return report


def returns(office: Office) -> WeeklyReport:
    """Only the returns to the local authority: proposed, with what people have decided about each."""
    with the_office_told(office, "The returns did not run to their end"):
        said = take_edits(office)
        sync(office)
        school = watch_school(office, office.today())
        proposals = propose_returns(office, school)
        undrawn = _draw(office, {"LA returns": views.return_rows(office, school, proposals, said)})
        return _report(office, school, proposals, undrawn)


def _week_sheets(
    office: Office, school: SchoolWatch, proposals: tuple[ReturnProposal, ...], said: Said
) -> dict[str, Rows]:
    return {
        "Watch list": views.watch_rows(school, said),
        "Punctuality": views.punctuality_rows(school),
        "Patterns": views.pattern_rows(school, said),
        "Trends": views.trend_rows(school),
        "Weekdays": views.weekday_rows(school),
        "Cohorts": views.cohort_rows(office, school),
        "LA returns": views.return_rows(office, school, proposals, said),
    }


def _draw(office: Office, rows: dict[str, Rows]) -> tuple[str, ...]:
    as_at = f"{office.clock.now().astimezone(office.settings.zone):%A %d %B %Y, %H:%M}"
    try:
        office.attendance_workbook.draw(ATTENDANCE, [SheetRows(*sheet) for sheet in rows.items()], as_at=as_at)
    except NeedsHuman as locked:
        return (f"The Attendance workbook could not be brought up to date: {locked}",)
    return ()


def _report(
    office: Office, school: SchoolWatch, proposals: tuple[ReturnProposal, ...], undrawn: tuple[str, ...]
) -> WeeklyReport:
    watched = school.pupils.values()
    waiting = sum(return_state(office, proposal.key) == "proposed" for proposal in proposals)
    met = sum(w.threshold_forecast.finding.is_met for w in watched)
    needs = [*undrawn]
    if waiting:
        needs.append(f"{count_of(waiting, 'return')} to the local authority to approve or decline in LA returns.")
    if met:
        needs.append(f"{count_of(met, 'pupil')} at the national threshold: consider what helps, in Watch list.")
    return WeeklyReport(
        as_of=school.as_of,
        pupils=len(school.pupils),
        bands=Counter(w.band.label.value for w in watched),
        movers=sum(w.has_moved and not w.band.is_early for w in watched),
        patterns=sum(len(w.patterns) for w in watched),
        thresholds_met=met,
        returns_open=waiting,
        needs=tuple(needs),
    )


def _facts(report: WeeklyReport) -> dict[str, str]:
    bands = {label: str(number) for label, number in sorted(report.bands.items())}
    return {"as_of": report.as_of.isoformat(), "pupils": str(report.pupils), "movers": str(report.movers), **bands}
