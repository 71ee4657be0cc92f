"""Summaries for people outside the office, as pages to print: the governors', and the targeting support meeting's.

The governors' page has no pupil in it, neither by name nor by case. The page for the targeting support meeting (school
and local authority, at least termly) lists cases by their number, unless names are asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.messages.charts import Point, bar_chart, line_chart
from firstbell.messages.page import page_template
from firstbell.messages.shown import shown
from firstbell.workflows.summaries.figures import (
    NO_FIGURE,
    Breakdown,
    GroupFigures,
    SchoolFigures,
    percent_text,
    points_text,
    share_text,
    weeks_with_sessions,
    withheld,
)
from rules.absence.rates import absence_percent, attendance_percent
from rules.calendar.sessions import in_words
from rules.parameters import parameter
from rules.people import Personal

if TYPE_CHECKING:
    from markupsafe import Markup

# Shares of pupils, which may stand for so few that they are known; the others are shares of sessions.
SHARES_OF_PUPILS = ("Persistent absence", "Severe absence")


@dataclass(frozen=True, slots=True)
class MeetingCase:
    """A case for the targeting support meeting: its number, its sessions, and where the work stands, in words."""

    case_id: str
    missed: int
    possible: int
    unauthorised: int
    stands: str


@dataclass(frozen=True, slots=True)
class _Table:
    """What the page draws of one breakdown."""

    title: str
    chart: "Markup | None"
    rows: tuple[tuple[str, ...], ...]


def governors_page(figures: SchoolFigures) -> str:
    """The governors' summary: measures, trend and groups, with nothing about a single pupil."""
    return _page(figures, "Attendance: summary for governors")


def targeting_support_page(
    figures: SchoolFigures, cases: tuple[MeetingCase, ...], names: Mapping[str, Personal] | None = None
) -> str:
    """The summary for a targeting support meeting, with the cases to talk about and room for what is agreed.

    `names` by case number, only where everybody at the table may know them; None prints numbers alone.
    """
    rows = [(case, shown(names[case.case_id].reveal()) if names and case.case_id in names else "") for case in cases]
    return _page(figures, "Targeting support meeting: attendance", cases=rows, has_names=names is not None)


def _page(figures: SchoolFigures, title: str, **more: object) -> str:
    return page_template("summary.html").render(
        title=title,
        school=figures.school_name,
        period=f"{in_words(figures.first)} to {in_words(figures.last)}",
        pupils=figures.whole_school.pupils,
        headline=_headline(figures),
        measures=_measures(figures),
        comparison=figures.comparison,
        trend=_trend(figures),
        weeks=_weeks(figures),
        tables=[_table(breakdown, figures.small_group_below) for breakdown in figures.breakdowns],
        dfe=[(d, percent_text(d.dfe_percent), percent_text(d.school_percent)) for d in figures.dfe],
        expectation=figures.expectation,
        notes=_notes(figures),
        **more,
    )


def _headline(figures: SchoolFigures) -> str:
    """The one sentence for whoever reads no further."""
    now = figures.whole_school.measures()["Attendance"]
    said = f"Attendance was {percent_text(now)}"
    if figures.comparison is None:
        return f"{said}."
    change = points_text(now, figures.comparison.figures.measures()["Attendance"])
    than = "as" if change == "no change" else "than"
    words = "the same" if change == "no change" else change
    return f"{said}, {words} {than} in {figures.comparison.period}."


def _measures(figures: SchoolFigures) -> list[tuple[str, str, str, str]]:
    """Each measure now, in the comparison period, and the change."""
    now, before = figures.whole_school, figures.comparison.figures if figures.comparison else None
    return [_measure(name, now, before, figures.small_group_below) for name in now.measures()]


def _measure(name: str, now: GroupFigures, before: GroupFigures | None, below: int) -> tuple[str, str, str, str]:
    texts = [_measure_text(name, group, below) if group else NO_FIGURE for group in (now, before)]
    is_shown = before is not None and all(text.endswith("%") for text in texts)
    change = points_text(now.measures()[name], before.measures()[name]) if before and is_shown else NO_FIGURE
    return name, texts[0], texts[1], change


def _measure_text(name: str, group: GroupFigures, below: int) -> str:
    if name not in SHARES_OF_PUPILS:
        return percent_text(group.measures()[name])
    return share_text(group.persistent if name == SHARES_OF_PUPILS[0] else group.severe, group.pupils, below)


def _weeks(figures: SchoolFigures) -> list[tuple[str, str]]:
    weeks = weeks_with_sessions(figures.weeks)
    return [(in_words(week.monday), percent_text(attendance_percent(week.counts))) for week in weeks]


def _trend(figures: SchoolFigures) -> "Markup | None":
    """The weeks as a line; None for fewer than two, which make no trend."""
    weeks = weeks_with_sessions(figures.weeks)
    if len(weeks) < len(("first", "last")):
        return None
    points = [Point(in_words(week.monday)[:-5], attendance_percent(week.counts)) for week in weeks]
    lowest = min(points, key=lambda point: point.value or 0)
    said = (
        f"Attendance by school week, from {percent_text(points[0].value)} in the week of {points[0].label} to "
        f"{percent_text(points[-1].value)} in the week of {points[-1].label}; lowest, {percent_text(lowest.value)}, in "
        f"the week of {lowest.label}. The table below the chart has each week."
    )
    return line_chart(_short(points), title="Attendance by school week", description=said)


def _short(points: list[Point]) -> list[Point]:
    """The same with months in three letters, so that they fit below the axis."""
    return [Point(" ".join(part[:3] for part in point.label.split()), point.value) for point in points]


def _table(breakdown: Breakdown, below: int) -> _Table:
    hidden = withheld(breakdown, below)
    points, rows = [], []
    for cohort in (c for c in breakdown.cohorts if c.figures.pupils):
        if cohort.name in hidden:
            points.append(Point(cohort.name, None, "not shown: small group"))
            rows.append((cohort.name, "not shown", "not shown", "not shown", "not shown"))
        else:
            group = cohort.figures
            points.append(Point(cohort.name, absence_percent(group.counts), "no sessions"))
            rows.append((cohort.name, str(group.pupils), *_cohort_texts(group, below)))
    title = f"Absence {breakdown.title[:1].lower()}{breakdown.title[1:]}"
    said = f"{title}, a bar for each group. The table below the chart has the figures."
    is_shown = any(point.value is not None for point in points)
    chart = bar_chart(points, title=title, description=said) if is_shown else None
    return _Table(breakdown.title, chart, tuple(rows))


def _cohort_texts(group: GroupFigures, below: int) -> tuple[str, str, str]:
    attendance, absence = (percent_text(rate(group.counts)) for rate in (attendance_percent, absence_percent))
    return attendance, absence, share_text(group.persistent, group.pupils, below)


def _notes(figures: SchoolFigures) -> list[str]:
    """How the figures are counted, each with where that stands."""
    persistent, severe = (parameter(f"absence/{name}_absence").on(figures.last) for name in ("persistent", "severe"))
    below = figures.small_group_below
    return [
        "Attendance and absence are shares of all possible sessions, of all pupils together; a session is half a day.",
        f"Persistent absence: {persistent.value}% or more of a pupil's own sessions missed ({persistent.citation}).",
        f"Severe absence: {severe.value}% or more missed ({severe.citation}). It is part of persistent absence.",
        f"Groups of fewer than {below} pupils are not shown, nor one that would give them away.",
        f"Shares that stand for fewer than {below} pupils are not given as figures.",
        "Registers settle for about two weeks: the last weeks may still change a little.",
    ]
