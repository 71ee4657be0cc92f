"""Penalty notices that the authority issued, and what the next one would be."""

import pytest

from tests.workflows.cases.case_story import MUM, NOTICE


def test_a_notice_says_which_it_is_and_what_the_next_would_be(truant):
    truant.cases.adds_a_row("Notices", NOTICE)

    truant.week()

    row = truant.row("Notices", **{"Contact ID": "MUM"})
    assert (row["Parent"], row["Which"], row["Amount"]) == ("MUM, Pat", "first", "£160, £80 if paid early")
    assert row["The next one"].startswith("It would be the second notice in 3 years")
    assert truant.decision("MUM")["Next notice"].startswith("It would be the second notice")
    assert truant.decision("DAD")["Next notice"].startswith("It would be the first notice")


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Pupil ID": "NOBODY"}, "No pupil with this Pupil ID"),
        ({"Contact ID": "NOBODY"}, "No parent of this pupil has this Contact ID"),
        ({"Issued on": "2026-11-21"}, "'Issued on' lies in the future"),
        ({"Issued on": ""}, "Type the day on which the notice was issued"),
        ({"Issued on": "2026-11-02"}, "The national threshold was not met by 2 November 2026"),
        ({"Issued on": "2024-08-18"}, "Notices before 19 August 2024 do not count"),
        ({"Issued on": "soon"}, "'Issued on' is not a date"),
        ({"Withdrawn on": "2026-11-18"}, "A notice can't be withdrawn before"),
        ({"Withdrawn on": "2026-11-23"}, "'Withdrawn on' lies in the future"),
        ({"Initials": ""}, "Type your initials"),
    ],
)
def test_a_notice_that_can_not_be_is_refused(truant, cells, says):
    truant.cases.adds_a_row("Notices", NOTICE | cells)

    truant.week()

    (row,) = truant.cases.sees("Notices")
    assert row["Firstbell says"].startswith(says)
    assert truant.entries("notice.recorded") == ()


def with_two_notices(story):
    """T59: this parent had notices on 14 October 2024 and 3 March 2026."""
    for day in ("2024-10-14", "2026-03-03"):
        story.cases.adds_a_row("Notices", NOTICE | {"Issued on": day})
        story.week()


def test_a_third_notice_in_three_years_is_refused_and_another_tool_shown(truant):
    with_two_notices(truant)
    truant.cases.adds_a_row("Notices", NOTICE)
    truant.types("Notice decisions", MUM, Decision="refer to the LA", Why="again", Initials="AO")

    truant.week()

    assert [row["Which"] for row in truant.cases.sees("Notices") if "Which" in row] == ["first", "second"]
    assert truant.row("Notices", **{"Issued on": "2026-03-03"})["Amount"] == "£160"
    third = truant.row("Notices", **{"Issued on": "2026-11-19"})
    assert "no further one is allowed" in third["Firstbell says"]
    decision = truant.decision("MUM")
    assert decision["State"] == "no notice allowed"
    assert "consider another tool" in decision["Next notice"]
    assert "as may be issued" in decision["Firstbell says"]


def test_a_withdrawn_notice_does_not_count(truant):
    """T60: the first of the two was withdrawn, so that the next would be the second."""
    with_two_notices(truant)
    key = next(e.facts["row"] for e in truant.entries("notice.recorded") if e.facts["issued_on"] == "2024-10-14")

    truant.types("Notices", key, Withdrawn_on="2024-11-01")
    truant.week()

    assert truant.row("Notices", **{"Issued on": "2024-10-14"})["Which"] == "withdrawn"
    next_one = truant.decision("MUM")["Next notice"]
    assert next_one.startswith("It would be the second notice in 3 years")
    assert "£160 within 28 days, with nothing off" in next_one


def test_a_notice_typed_late_may_not_make_a_later_one_the_third(truant):
    with_two_notices(truant)

    truant.cases.adds_a_row("Notices", NOTICE | {"Issued on": "2025-05-01"})
    truant.week()

    assert "no further one is allowed" in truant.row("Notices", **{"Issued on": "2025-05-01"})["Firstbell says"]


def test_a_line_that_was_a_mistake_counts_for_nothing_once_its_date_is_cleared(truant):
    truant.cases.adds_a_row("Notices", NOTICE)
    truant.week()
    key = truant.entries("notice.recorded")[0].facts["row"]

    truant.types("Notices", key, Issued_on="")
    truant.week()

    assert truant.row("Notices", **{"Contact ID": "MUM"})["Which"] == "none"
    assert truant.decision("MUM")["Next notice"].startswith("It would be the first notice")
