"""The quantities of docs/deploy.md are those that the timetable makes."""

import datetime as dt
import math
from collections import Counter

import pytest

from firstbell.composition.exports import calendar_of
from firstbell.runs.timetable import due_jobs, due_watch
from firstbell.settings import load_settings
from tests.runs.conftest import make_school

SCHOOL_DAYS, DAYS = 190 / 12, 365 / 12
A_REQUEST = 0.2  # seconds, as the page assumes
TUESDAY, SUNDAY, MONDAY = dt.date(2026, 9, 15), dt.date(2026, 9, 20), dt.date(2026, 9, 14)


@pytest.fixture(scope="module")
def jobs_on(tmp_path_factory):
    """How many jobs of a school are due on a day by the settings that `firstbell init` writes."""
    folder = tmp_path_factory.mktemp("school")
    make_school(folder / "hill", "hill")
    settings = load_settings(folder / "hill" / "school.toml")
    calendar = calendar_of(settings)

    def count(day):
        midnight = dt.datetime.combine(day, dt.time(), tzinfo=settings.zone).astimezone(dt.UTC)
        quarters = [midnight + dt.timedelta(minutes=15) * n for n in range(96)]
        found = {due for now in quarters for due in due_jobs(settings, calendar, now)}
        found |= {due for now in quarters for due in due_watch(settings, calendar, now)}
        return Counter(str(due.job) for due in found)

    return count


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "deploy.md").read_text(encoding="utf-8")


def lines_below(heading, page, count):
    return page[page.index(heading) :].splitlines()[2 : 2 + count]


def figure(line, column):
    """The figure in a column of a table's line, which begins and ends with a bar."""
    return float(line.split("|")[column + 1].strip("* x").replace(",", ""))


def test_the_jobs_of_a_day_are_those_that_the_page_counts(jobs_on, page):
    nights = jobs_on(SUNDAY).total()
    a_day = jobs_on(TUESDAY).total() - nights

    assert jobs_on(MONDAY).total() == jobs_on(TUESDAY).total() + 1
    assert f"| jobs: {a_day} a school day, {nights} a night, 1 a week |" in page


def measured(page):
    """The lines of the table of what each job takes: name, number, when, processor seconds, requests, seconds."""
    for line in lines_below("| job | number |", page, 9):
        name, number, processor, requests, seconds = (cell.strip() for cell in line.strip("|").split("|"))
        times, _, when = number.partition(" ")
        yield name, int(times), when, float(processor), int(requests), float(seconds)


def test_what_the_jobs_take_is_what_was_measured_as_often_as_they_run(jobs_on, page, root):
    bench = (root / "bench" / "README.md").read_text(encoding="utf-8")
    number = Counter()
    for name, times, _, processor, requests, seconds in measured(page):
        line = next(each for each in bench.splitlines() if each.startswith(f"| {name} |"))
        number[name.partition(",")[0]] += times
        assert (figure(line, 1), figure(line, 3)) == (processor, requests)
        assert seconds == pytest.approx(times * (processor + requests * A_REQUEST), abs=0.06)

    assert number == jobs_on(MONDAY)


@pytest.mark.parametrize(("schools", "column"), [(1, 2), (30, 3), (24_000, 4)])
def test_the_arithmetic_of_the_page_is_right(schools, column, page):
    jobs = schools * (SCHOOL_DAYS * 99 + DAYS * 2 + SCHOOL_DAYS / 5)
    shards = math.ceil(schools / 100)
    calls = DAYS * 192 * (1 + shards)
    idle = 2 * DAYS * 192 * (1 + shards + 0.2 * schools)
    seconds = Counter()
    for _, _, when, *_, each in measured(page):
        seconds[when] += each
    busy = SCHOOL_DAYS * seconds["a school day"] + DAYS * seconds["a night"] + SCHOOL_DAYS / 5 * seconds["a week"]
    wanted = [jobs, calls, 2 * schools * busy, idle, 3 * (jobs + calls) + 8 * 43_800, 100 * jobs]

    told = [figure(line, column) for line in lines_below("| quantity |", page, 6)]

    assert told == [pytest.approx(figure, rel=0.02) for figure in wanted]


@pytest.mark.parametrize("column", [2, 3, 4])
def test_the_sum_of_the_page_is_the_sum_of_its_lines(column, page):
    figures = [figure(line, column) for line in lines_below("| item |", page, 11)]

    assert figures[-1] == pytest.approx(sum(figures[:-1]), rel=0.01)
