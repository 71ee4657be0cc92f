"""Summaries for governors and for the targeting support meeting: right figures, no pupil to be known by them."""

import datetime as dt
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from firstbell.messages.charts import Point, bar_chart, line_chart
from firstbell.workflows.summaries.figures import (
    Breakdown,
    Cohort,
    Comparison,
    DfeComparable,
    GroupFigures,
    SchoolFigures,
    WeekFigures,
    points_text,
    withheld,
)
from firstbell.workflows.summaries.pages import MeetingCase, governors_page, targeting_support_page
from rules.absence.counts import SessionCounts
from rules.people import Personal

GOLDEN = Path(__file__).parent / "golden"
FIRST_WEEK = dt.date(2026, 9, 7)


def counts(absent, possible=1000, unauthorised=0):
    return SessionCounts(possible, possible - absent, 0, absent - unauthorised, unauthorised)


def group(pupils, absent, persistent, severe=0, unauthorised=0):
    return GroupFigures(pupils, counts(absent, pupils * 100, unauthorised), persistent, severe)


YEARS = Breakdown(
    "By year group",
    (
        Cohort("Year 7", group(210, 1092, 28)),
        Cohort("Year 8", group(204, 1265, 41)),
        Cohort("Year 9", group(198, 1426, 45, 7)),
        Cohort("Year 10", group(205, 1640, 52, 6)),
        Cohort("Year 11", group(190, 1805, 60, 8)),
    ),
)
CARE = Breakdown(
    "By who looks after the pupil",
    (Cohort("Looked after", group(4, 60, 2)), Cohort("Others", group(1003, 7168, 224))),
)
PREMIUM = Breakdown(
    "By pupil premium", (Cohort("Eligible", group(251, 2812, 96)), Cohort("Others", group(756, 4416, 130)))
)
WEEKS = tuple(
    WeekFigures(FIRST_WEEK + dt.timedelta(weeks=week), counts(absent, 10070))
    for week, absent in enumerate((520, 560, 610, 640, 700, 720, 790, 0, 650, 690, 730, 820))
    if absent
)
FIGURES = SchoolFigures(
    school_name="Example Park School",
    first=dt.date(2026, 9, 3),
    last=dt.date(2026, 11, 27),
    whole_school=group(1007, 7228, 226, 21, 2215),
    breakdowns=(YEARS, PREMIUM, CARE),
    weeks=WEEKS,
    comparison=Comparison("the same weeks of 2025/26", group(1015, 7820, 251, 4, 2436)),
    dfe=(
        DfeComparable(
            measure="Persistent absence",
            dfe_percent=Fraction(231, 10),
            school_percent=Fraction(22600, 1007),
            causes=("7 pupils who left since September are in the DfE's figure and not in this one: 0.7 points.",),
        ),
        DfeComparable(measure="Attendance", dfe_percent=Fraction(928, 10), school_percent=Fraction(928, 10), causes=()),
    ),
    expectation="Our expectation is 93.5% by July. Attendance is 92.8%: 0.7 points to go.",
)
CASES = (
    MeetingCase("CASE-7F3K9QABCD", 31, 104, 12, "Offer of help and a meeting; a contract is offered."),
    MeetingCase("CASE-Q2RT8MNPXY", 58, 104, 0, "A plan is agreed with the family; looked at again in January."),
)


def visible(page):
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL).split())


def test_the_governors_page_is_as_reviewed(golden):
    golden(GOLDEN / "governors.html", governors_page(FIGURES))


def test_the_meeting_page_is_as_reviewed(golden):
    golden(GOLDEN / "targeting_support_meeting.html", targeting_support_page(FIGURES, CASES))


def test_the_headline_says_how_attendance_stands_and_against_what():
    page = visible(governors_page(FIGURES))

    assert "Attendance was 92.8%, 0.5 points higher than in the same weeks of 2025/26." in page
    assert "Persistent absence 22.4% 24.7% 2.3 points lower" in page


def test_without_a_comparison_nothing_is_compared():
    page = visible(governors_page(replace(FIGURES, comparison=None)))

    assert "Attendance was 92.8%." in page
    assert "Change" not in page


def test_a_small_group_and_the_one_that_would_give_it_away_are_not_shown():
    page = visible(governors_page(FIGURES))

    assert "Looked after not shown not shown" in page
    assert "Others not shown not shown" in page
    assert "1003" not in page


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ((6, 50, 60), set()),
        ((5, 50, 60), {"G0", "G1"}),
        ((1, 2, 50, 60), {"G0", "G1", "G2"}),
        ((3, 4, 50), {"G0", "G1"}),
        ((5, 0, 50), {"G0", "G2"}),
        ((5,), {"G0"}),
    ],
)
def test_what_is_hidden_can_not_be_worked_out(sizes, hidden):
    cohorts = tuple(Cohort(f"G{at}", group(size, 0, 0)) for at, size in enumerate(sizes))

    assert withheld(Breakdown("By group", cohorts), 6) == hidden


def test_groups_that_overlap_hide_the_small_one_alone():
    cohorts = (Cohort("Young carers", group(5, 0, 0)), Cohort("SEN support", group(120, 0, 0)))

    assert withheld(Breakdown("By need", cohorts, is_partition=False), 6) == {"Young carers"}


def test_a_handful_of_severely_absent_pupils_is_not_a_figure():
    page = visible(governors_page(FIGURES))

    assert "Severe absence 2.1% fewer than 6 pupils –" in page  # noqa: RUF001 - the page's own dash


def test_the_governors_page_knows_no_case_and_no_pupil():
    page = governors_page(FIGURES)

    assert "CASE-" not in page
    assert "Cases to talk about" not in page


def test_the_meeting_page_has_case_numbers_and_no_names_unless_told():
    names = {"CASE-7F3K9QABCD": Personal("Alicia <b>Example</b>")}

    assert "Alicia" not in targeting_support_page(FIGURES, CASES)
    assert "Alicia &lt;b&gt;Example&lt;/b&gt;" in targeting_support_page(FIGURES, CASES, names)


def test_a_meeting_without_cases_says_so():
    assert "No case is put forward." in targeting_support_page(FIGURES, ())


def test_each_cause_of_the_difference_to_the_dfes_figure_is_said():
    page = visible(governors_page(FIGURES))

    assert "Persistent absence: the DfE shows 23.1% and this summary 22.4%." in page
    assert "7 pupils who left since September" in page
    assert "Attendance: the DfE shows 92.8% and this summary 92.8%. They agree." in page


def test_a_page_fetches_nothing():
    assert not re.search(r"<(img|script|link|iframe)\b|url\(|@import|https?://", governors_page(FIGURES))


def test_a_schools_name_can_not_break_the_page():
    page = governors_page(replace(FIGURES, school_name="St Mary & <b>St John</b>"))

    assert "St Mary &amp; &lt;b&gt;St John&lt;/b&gt;" in page


def test_a_change_is_worked_out_before_rounding():
    assert points_text(Fraction(9304, 100), Fraction(9296, 100)) == "0.1 points higher"
    assert points_text(Fraction(9300, 100), Fraction(9304, 100)) == "no change"
    assert points_text(None, Fraction(1)) == "–"  # noqa: RUF001 - the page's own dash


def test_a_school_without_a_session_yet_gets_a_page_of_dashes():
    nobody = group(0, 0, 0)

    page = visible(governors_page(replace(FIGURES, whole_school=nobody, weeks=(), breakdowns=(), comparison=None)))

    assert "Attendance was –." in page  # noqa: RUF001 - the page's own dash
    assert "Attendance by school week" not in page


# ------------------------------------------------------------ charts


def drawn(chart):
    return ET.fromstring(str(chart))  # noqa: S314 - made by us a moment ago


def texts(chart):
    return [element.text for element in drawn(chart).iter("text")]


def test_a_chart_has_words_for_its_picture():
    chart = drawn(bar_chart([Point("A & B", Fraction(7))], title="T <x>", description="D"))

    assert (chart.get("role"), chart.find("title").text, chart.find("desc").text) == ("img", "T <x>", "D")
    assert texts(bar_chart([Point("A & B", Fraction(7))], title="T", description="D")) == ["A & B", "7.0%"]


def test_the_bars_are_in_proportion_from_nought():
    chart = bar_chart([Point("A", Fraction(5)), Point("B", Fraction(10))], title="T", description="D")

    short, long = (float(bar.get("width")) for bar in drawn(chart).iter("rect"))
    assert long == 2 * short


def test_bars_of_nothing_have_no_length():
    chart = bar_chart([Point("A", Fraction(0)), Point("B", None, "not shown")], title="T", description="D")

    assert texts(chart) == ["A", "0.0%", "B", "not shown"]


def test_a_line_breaks_where_a_value_is_missing():
    points = [Point("a", Fraction(90)), Point("b", None), Point("c", Fraction(92)), Point("d", Fraction(93))]

    chart = drawn(line_chart(points, title="T", description="D"))

    assert len([line for line in chart.iter("line") if line.get("stroke") == "#1d4f91"]) == 1
    assert len(list(chart.iter("circle"))) == 3


def test_a_line_stays_inside_its_picture():
    points = [Point(str(at), Fraction(value)) for at, value in enumerate((100, 0, 50))]

    chart = drawn(line_chart(points, title="T", description="D"))

    assert all(20 <= float(dot.get("cy")) <= 194 for dot in chart.iter("circle"))


def test_a_whole_year_of_weeks_has_room_for_its_labels():
    points = [Point(f"week {at}", Fraction(93)) for at in range(39)]

    assert sum(text.startswith("week") for text in texts(line_chart(points, title="T", description="D"))) <= 10
