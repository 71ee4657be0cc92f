"""The summaries for governors and for the targeting support meeting, drawn from the week's watch and kept in a folder.

They name no pupil, show no small group, and say why the school's figures differ from the DfE's.
"""

from fractions import Fraction

from firstbell.workflows.cases.letters import case_id
from firstbell.workflows.closed_folders import keep_to
from firstbell.workflows.office import Office
from firstbell.workflows.summaries.cohorts import (
    GROUPS,
    WHOLE_SCHOOL,
    counts_of_week,
    figures_of,
    groups_of,
    places_of_weeks,
)
from firstbell.workflows.summaries.figures import (
    Breakdown,
    Cohort,
    DfeComparable,
    SchoolFigures,
    WeekFigures,
)
from firstbell.workflows.summaries.pages import MeetingCase, governors_page, targeting_support_page
from firstbell.workflows.watch.watching import SchoolWatch
from rules.absence.bands import BandLabel
from rules.absence.counts import pooled
from rules.absence.dfe import Measure, PupilYear, dfe_figures, own_figure, reconcile
from rules.absence.expectation import progress_to
from rules.calendar import first_of_school_year

FOLDER = "reports"
CASES_AT_THE_MEETING = frozenset({BandLabel.PERSISTENT, BandLabel.SEVERE})


def write_summaries(office: Office, school: SchoolWatch) -> None:
    """Put both pages into the reports folder, which only the school's own staff in the settings may open."""
    figures = school_figures(office, school)
    keep_to(office, FOLDER, [person.initials for person in office.settings.staff])
    office.folders.put(FOLDER, "governors.html", governors_page(figures).encode())
    meeting = targeting_support_page(figures, meeting_cases(office, school))
    office.folders.put(FOLDER, "targeting-support-meeting.html", meeting.encode())


def school_figures(office: Office, school: SchoolWatch) -> SchoolFigures:
    """What a summary says of this school year up to now."""
    groups = {name: figures_of(watched, school.as_of) for name, watched in groups_of(school).items()}
    years = tuple(Cohort(name, group) for name, group in groups.items() if name not in {*GROUPS, WHOLE_SCHOOL})
    others = tuple(Cohort(name, groups[name]) for name in GROUPS if groups[name].pupils)
    sessions = [session for watch in school.pupils.values() for session in watch.span.sessions[:1]]
    return SchoolFigures(
        school_name=office.settings.school.name,
        first=min((session.date for session in sessions), default=school.as_of),
        last=school.as_of,
        whole_school=groups[WHOLE_SCHOOL],
        breakdowns=(Breakdown("By year group", years), Breakdown("By group", others, is_partition=False)),
        weeks=_weeks(school),
        dfe=_beside_dfe(office, school),
        expectation=_expectation(office, school),
        small_group_below=office.settings.watch.small_group_below,
    )


def meeting_cases(office: Office, school: SchoolWatch) -> tuple[MeetingCase, ...]:
    """Persistently and severely absent pupils by case number, those who missed most first."""
    watched = [w for w in school.pupils.values() if w.band.label in CASES_AT_THE_MEETING]
    watched.sort(key=lambda w: (-w.counts.absent, w.pupil.id))
    key = office.settings.school.key
    return tuple(
        MeetingCase(
            case_id(key, w.pupil.id),
            w.counts.absent,
            w.counts.possible,
            w.counts.unauthorised,
            w.threshold_forecast.finding.sentence,
        )
        for w in watched
    )


def _weeks(school: SchoolWatch) -> tuple[WeekFigures, ...]:
    places = places_of_weeks(school)
    return tuple(WeekFigures(monday, counts_of_week(school, place)) for monday, place in places.items())


def _beside_dfe(office: Office, school: SchoolWatch) -> tuple[DfeComparable, ...]:
    """Each figure that the DfE publishes too, with every cause that makes it differ from the school's own."""
    pupils = _this_year(office, school)
    theirs = dfe_figures(pupils, school.calendar, school.as_of)
    rates = {
        Measure.ATTENDANCE: theirs.attendance,
        Measure.PERSISTENT: theirs.persistent,
        Measure.SEVERE: theirs.severe,
    }
    found = []
    for measure, rate in rates.items():
        own = own_figure(pupils, school.calendar, school.as_of, measure)
        if rate is not None and own is not None:
            causes = tuple(each.sentence for each in reconcile(pupils, school.calendar, school.as_of, measure))
            found.append(DfeComparable(measure=measure.value, dfe_percent=rate, school_percent=own, causes=causes))
    return tuple(found)


def _this_year(office: Office, school: SchoolWatch) -> list[PupilYear]:
    """Every pupil the roll knows, leavers too: the DfE counts their sessions up to the day they left."""
    roll = office.store.registers.roll()
    spans = office.store.registers.spans(first_of_school_year(school.as_of), school.as_of)
    return [PupilYear(pupil, spans[pupil.id]) for pupil in (roll.pupils if roll else ()) if pupil.id in spans]


def _expectation(office: Office, school: SchoolWatch) -> str:
    expected = office.settings.watch.expected_attendance_percent
    if not expected:
        return ""
    counts = pooled(watch.counts for watch in school.pupils.values())
    return progress_to(Fraction(expected), counts, None, school.as_of).sentence
