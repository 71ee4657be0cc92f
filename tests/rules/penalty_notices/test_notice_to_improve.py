import datetime as dt

import pytest

from rules.findings import Outcome
from rules.penalty_notices.notice_to_improve import (
    NoticeCase,
    considerations,
    contents,
    improvement_period,
    missing_contents,
)

AS_OF = dt.date(2026, 11, 23)
MONDAY = dt.date(2026, 11, 2)
NOTHING_AGAINST = (True, False, False, False, False)
UNKNOWN = (None,) * 5


@pytest.mark.parametrize(
    ("days", "fits"),
    [(20, False), (21, True), (22, True), (41, True), (42, True), (43, False)],
)
def test_the_improvement_period_is_from_three_to_six_weeks(days, fits):
    found = improvement_period(MONDAY, MONDAY + dt.timedelta(days=days - 1), AS_OF)

    assert found.is_met is fits
    assert f"is {days} days" in found.sentence


def test_nothing_stands_against_a_notice_when_every_fact_says_so():
    outcomes = [found.outcome for found in considerations(NoticeCase(*NOTHING_AGAINST), AS_OF)]

    assert outcomes == [Outcome.NOT_MET] * 5


@pytest.mark.parametrize("fact", range(5))
def test_each_fact_alone_stands_against_a_notice(fact):
    flipped = [not value if number == fact else value for number, value in enumerate(NOTHING_AGAINST)]

    found = considerations(NoticeCase(*flipped), AS_OF)

    assert [finding.is_met for finding in found] == [number == fact for number in range(5)]
    assert "Do not use a penalty notice" in found[fact].sentence


def test_a_fact_that_is_not_known_accuses_nobody():
    found = considerations(NoticeCase(*UNKNOWN), AS_OF)

    assert {finding.outcome for finding in found} == {Outcome.INSUFFICIENT_DATA}
    assert all("must find out" in finding.sentence for finding in found)


def test_a_draft_with_all_contents_is_whole():
    assert missing_contents(contents(AS_OF), AS_OF).is_met


def test_a_draft_without_the_warning_says_so():
    draft = [content for content in contents(AS_OF) if "warning" not in content]

    found = missing_contents(draft, AS_OF)

    assert not found.is_met
    assert found.sentence == "The notice to improve lacks: a clear warning that a penalty notice may follow."
