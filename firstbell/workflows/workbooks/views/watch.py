"""The sheets of the week: Watch list, Punctuality, Patterns, Trends, Weekdays, Cohorts."""

from decimal import Decimal
from fractions import Fraction

from firstbell.workflows.office import Office
from firstbell.workflows.summaries.cohorts import WHOLE_SCHOOL, figures_of, groups_of, weekday_attendance, weeks
from firstbell.workflows.summaries.figures import GroupFigures
from firstbell.workflows.watch.watching import PupilWatch, SchoolWatch
from firstbell.workflows.words import count_of, name_of
from firstbell.workflows.workbooks.edits import Said
from firstbell.workflows.workbooks.views.picture import Rows
from rules.absence.bands import BandLabel
from rules.absence.rates import attendance_percent, round_half_up
from rules.people import Pupil
from sheets_templates import Cell
from sheets_templates.attendance.watch import WEEKDAYS

URGENCY = [BandLabel.SEVERE, BandLabel.PERSISTENT, BandLabel.AT_RISK, BandLabel.ON_TRACK, BandLabel.NO_DATA]
# From how many unauthorised sessions in ten school weeks a pupil is watched whatever the percentage says.
NEAR_THE_THRESHOLD = 6
# Everybody misses a bus; from this many times on somebody asks.
OFTEN_LATE = 4


def watch_rows(school: SchoolWatch, said: Said) -> Rows:
    """Pupils at risk, persistently or severely absent, near the threshold, or in another band than a week ago."""
    listed = sorted((w for w in school.pupils.values() if is_watched(w)), key=_most_urgent)
    return {w.pupil.id: _watch_row(rank, w, said) for rank, w in enumerate(listed, 1)}


def is_watched(watch: PupilWatch) -> bool:
    """Whether the pupil belongs on the watch list."""
    near = watch.threshold.applies and watch.threshold.sessions_in_window >= NEAR_THE_THRESHOLD
    is_low = watch.band.label in {BandLabel.SEVERE, BandLabel.PERSISTENT, BandLabel.AT_RISK}
    return near or is_low or (watch.has_moved and not watch.band.is_early)


def _most_urgent(watch: PupilWatch) -> tuple[int, int, int, str]:
    counts = watch.counts
    rate = -1000 * counts.absent // counts.possible if counts.possible else 0
    return URGENCY.index(watch.band.label), -watch.missed_this_week, rate, watch.pupil.id


def _watch_row(rank: int, watch: PupilWatch, said: Said) -> dict[str, Cell]:
    counts = watch.counts
    return {
        "Rank": rank,
        **_who(watch.pupil),
        "Attendance": percent(attendance_percent(counts)),
        "Sessions missed": counts.absent,
        "Of possible": counts.possible,
        "Spells": watch.episodes,
        "Band": watch.band.label.value,
        "What it means": _meaning(watch),
        "Looking ahead": watch.forecast.finding.sentence,
        "Unauthorised in 10 weeks": watch.threshold.sessions_in_window,
        "Penalty notice threshold": watch.threshold_forecast.finding.sentence,
        "Missed this week": watch.missed_this_week,
        "Firstbell says": said.in_rows.get(("Watch list", watch.pupil.id), ""),
    }


def _meaning(watch: PupilWatch) -> str:
    moved = f" Last week: {watch.band_last_week.label}." if watch.has_moved else ""
    return f"{watch.band.finding.sentence}{moved}"


def punctuality_rows(school: SchoolWatch) -> Rows:
    """Pupils who came late more than once or twice, most often first."""
    late = [w for w in school.pupils.values() if times_late(w) >= OFTEN_LATE]
    late.sort(key=lambda w: (-times_late(w), w.pupil.id))
    return {w.pupil.id: _punctuality_row(w) for w in late}


def times_late(watch: PupilWatch) -> int:
    """L and U together."""
    return watch.counts.late_before_close + watch.counts.late_after_close


def _punctuality_row(watch: PupilWatch) -> dict[str, Cell]:
    found = watch.lateness
    lost = f" {count_of(found.minutes_late, 'minute')} of school lost." if found.minutes_late else ""
    times = count_of(times_late(watch), "time")
    return {
        **_who(watch.pupil),
        "Late before close": found.late_before_close,
        "Late after close": found.late_after_close,
        "Minutes late": found.minutes_late,
        "On time": percent(found.punctuality_percent),
        "What it means": f"Late {times}, {found.late_after_close or 'none'} of them after the register closed.{lost}",
    }


def pattern_rows(school: SchoolWatch, said: Said) -> Rows:
    """Absences that fall more oddly than chance explains."""
    rows: Rows = {}
    for watch in sorted(school.pupils.values(), key=lambda w: w.pupil.id):
        for pattern in watch.patterns:
            key = f"{watch.pupil.id}|{pattern.label}"
            rows[key] = {
                **_who(watch.pupil),
                "Pattern": pattern.label,
                "Missed": pattern.missed,
                "Of": pattern.possible,
                "Usual": str(round_half_up(pattern.expected)),
                "Chance": chance_in_words(pattern.chance),
                "What it means": pattern.finding.sentence,
                "Firstbell says": said.in_rows.get(("Patterns", key), ""),
            }
    return rows


def chance_in_words(chance: Fraction) -> str:
    """A small chance as people read it: 1 in 3,000."""
    return f"1 in {int(1 / chance):,}" if chance else "none"


def trend_rows(school: SchoolWatch) -> Rows:
    """The school year week by week."""
    return {
        week.monday.isoformat(): {
            "Week": f"{week.monday:%d/%m/%Y}",
            "Attendance": percent(week.attendance),
            "Persistent": percent(week.persistent),
            "Unexplained": week.unexplained,
        }
        for week in weeks(school)
    }


def weekday_rows(school: SchoolWatch) -> Rows:
    """Attendance by year group and weekday."""
    found = weekday_attendance(school)
    return {
        year: {"Year": year, **{day: percent(rate) for day, rate in zip(WEEKDAYS, rates, strict=True)}}
        for year, rates in found.items()
    }


def cohort_rows(office: Office, school: SchoolWatch) -> Rows:
    """Groups beside the whole school; of a small group only that it is small."""
    found = {name: figures_of(watched, school.as_of) for name, watched in groups_of(school).items()}
    least = office.settings.watch.small_group_below
    return {name: _cohort_row(name, group, found[WHOLE_SCHOOL], least) for name, group in found.items() if group.pupils}


def _cohort_row(name: str, group: GroupFigures, whole: GroupFigures, least: int) -> dict[str, Cell]:
    if group.pupils < least:
        return {"Group": name, "Pupils": f"fewer than {least}"}
    measures = group.measures()
    return {
        "Group": name,
        "Pupils": group.pupils,
        "Attendance": percent(measures["Attendance"]),
        "Persistent absence": percent(measures["Persistent absence"]),
        "Severe absence": percent(measures["Severe absence"]),
        "Compared with school": _compared(measures["Attendance"], whole.measures()["Attendance"]),
    }


def _compared(rate: Fraction | None, whole: Fraction | None) -> str:
    if rate is None or whole is None or rate == whole:
        return ""
    gap = round_half_up(abs(rate - whole))
    if not gap:
        return "the same as the school"
    return f"{gap} points {'above' if rate > whole else 'below'} the school"


def percent(value: Fraction | None) -> Decimal | None:
    """A rate as it is shown: rounded half up to one decimal; nothing where there is no rate."""
    return None if value is None else round_half_up(value)


def _who(pupil: Pupil) -> dict[str, Cell]:
    return {"Pupil": name_of(pupil), "Year": pupil.year_group, "Form": pupil.form}
