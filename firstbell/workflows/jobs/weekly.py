"""The weekly watch: every pupil's year worked out anew, who has moved, what is owed, and what the authority must know.

Nothing is decided here: the sheets show findings, and people write down what they do about them. All that leaves are
half-term messages that a named person has approved one by one; letters of cases are drafted and never sent.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace

from firstbell.workflows.cases.caseload import CaseLoad, work_out_cases
from firstbell.workflows.half_term.message import propose_half_term_messages, send_half_term_messages
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.office_notices import the_office_told
from firstbell.workflows.registers.code_checks import codes_to_check
from firstbell.workflows.registers.sync import sync
from firstbell.workflows.returns.documents import draft_returns
from firstbell.workflows.returns.proposals import ReturnsNow, as_recorded, propose_returns
from firstbell.workflows.summaries.school_summaries import write_summaries
from firstbell.workflows.watch.watching import SchoolWatch, watch_school
from firstbell.workflows.words import count_of
from firstbell.workflows.workbooks.cases_workbook import draw_cases
from firstbell.workflows.workbooks.drawing import draw_workbook
from firstbell.workflows.workbooks.edits import Said, take_edits, take_edits_of_cases
from firstbell.workflows.workbooks.views import watch as views
from firstbell.workflows.workbooks.views.codes import SHEET as CODES_TO_CHECK
from firstbell.workflows.workbooks.views.codes import code_check_rows
from firstbell.workflows.workbooks.views.la_returns import return_rows
from firstbell.workflows.workbooks.views.picture import Rows
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
    codes_to_check: int = 0
    letters: int = 0
    needs: tuple[str, ...] = ()


def weekly(office: Office) -> WeeklyReport:
    """Take people's edits, read the MIS, work out the school, propose returns and draw the sheets of the week."""
    with the_office_told(office, "The weekly watch did not run to its end"):
        return _weekly(office)


def _weekly(office: Office) -> WeeklyReport:
    said, said_of_cases = take_edits(office), take_edits_of_cases(office)
    sync(office)
    school = watch_school(office, office.today())
    returns, undrafted = _returns(office, school)
    load = work_out_cases(office, school)
    half_term = propose_half_term_messages(office, office.today())
    send_half_term_messages(office, office.today(), said.kept_back)
    write_summaries(office, school)
    codes = codes_to_check(office, office.today())
    sheets = _week_sheets(office, school, returns, said) | {CODES_TO_CHECK: code_check_rows(office, codes, said)}
    undrawn = _draw(office, sheets, said, returns)
    undrawn += draw_cases(office, load, said_of_cases)
    report = _report(school, returns, (*undrawn, *undrafted))
    report = replace(report, half_term_messages=half_term.proposed, codes_to_check=len(codes))
    report = _with_cases(report, load)
    office.store.ledger.append("weekly.finished", at=office.clock.now(), actor="Firstbell", facts=_facts(report))
    office.store.desk.heartbeat("weekly", at=office.clock.now(), due_at=None, outcome="done")
    return report


def returns(office: Office) -> WeeklyReport:
    """Only the returns to the local authority: proposed, drafted, and with what people have decided about each."""
    with the_office_told(office, "The returns did not run to their end"):
        said = take_edits(office)
        sync(office)
        school = watch_school(office, office.today())
        now, undrafted = _returns(office, school)
        undrawn = _draw(office, {"LA returns": return_rows(office, school, now, said)}, said, now)
        return _report(school, now, (*undrawn, *undrafted))


def _returns(office: Office, school: SchoolWatch) -> tuple[ReturnsNow, tuple[str, ...]]:
    """Propose, draft what is approved, and say how each return stands then; with a sentence for each draft refused."""
    proposed = propose_returns(office, school)
    undrafted = draft_returns(office, school, proposed)
    return as_recorded(office, proposed), undrafted


def _week_sheets(office: Office, school: SchoolWatch, now: ReturnsNow, said: Said) -> dict[str, Rows]:
    return {
        "Watch list": views.watch_rows(school, said),
        "Punctuality": views.punctuality_rows(school),
        "Patterns": views.pattern_rows(school, said),
        "Trends": views.trend_rows(school),
        "Weekdays": views.weekday_rows(school),
        "Cohorts": views.cohort_rows(office, school),
        "LA returns": return_rows(office, school, now, said),
    }


def cases(office: Office) -> WeeklyReport:
    """Only the attendance cases: what people typed there, the letters that are due, and the workbook drawn anew."""
    with the_office_told(office, "The attendance cases did not run to their end"):
        said = take_edits_of_cases(office)
        sync(office)
        school = watch_school(office, office.today())
        load = work_out_cases(office, school)
        return _with_cases(_report(school, ReturnsNow((), (), (), ()), draw_cases(office, load, said)), load)


def _draw(office: Office, rows: dict[str, Rows], said: Said, now: ReturnsNow) -> tuple[str, ...]:
    settled = frozenset(record.key for record in now.settled)
    book, as_at = office.attendance_workbook, office.clock.now()
    return draw_workbook(office, book, ATTENDANCE, rows, answers=said.to_typed, as_at=as_at, settled=settled)


def _with_cases(report: WeeklyReport, load: CaseLoad) -> WeeklyReport:
    return replace(report, letters=load.drafts, needs=(*report.needs, *load.needs))


def _report(school: SchoolWatch, now: ReturnsNow, undone: tuple[str, ...]) -> WeeklyReport:
    watched = school.pupils.values()
    met = sum(w.threshold_forecast.finding.is_met for w in watched)
    needs = [*undone, *now.needs]
    if now.waiting:
        needs.append(f"{count_of(now.waiting, 'return')} to the local authority to decide on in LA returns.")
    if late := now.overdue(school.as_of):
        needs.append(f"{count_of(late, 'return')} to the local authority overdue: see LA returns.")
    if met:
        needs.append(f"{count_of(met, 'pupil')} at the national threshold: consider what helps, in Watch list.")
    return WeeklyReport(
        as_of=school.as_of,
        pupils=len(school.pupils),
        bands=Counter(w.band.label.value for w in watched),
        movers=sum(w.has_moved and not w.band.is_early for w in watched),
        patterns=sum(len(w.patterns) for w in watched),
        thresholds_met=met,
        returns_open=now.waiting,
        needs=tuple(needs),
    )


def _facts(report: WeeklyReport) -> dict[str, str]:
    bands = {label: str(number) for label, number in sorted(report.bands.items())}
    return {"as_of": report.as_of.isoformat(), "pupils": str(report.pupils), "movers": str(report.movers), **bands}
