import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.testing.vectors import read_vectors
from rules.penalty_notices.notices import NoticeIssued, Which, as_issued, next_notice

VECTORS = read_vectors(
    Path(__file__).with_name("notices.yaml"),
    given={"issued", "withdrawn", "as_of"},
    expect={"which", "amount", "reduced", "sentence"},
)
ON = dt.date(2028, 3, 1)
NOTICES = st.lists(st.builds(NoticeIssued, st.dates(dt.date(2024, 1, 1), ON), st.booleans()), max_size=5)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_next_notice(vector):
    issued = [NoticeIssued(day) for day in vector["issued"]]
    withdrawn = [NoticeIssued(day, withdrawn=True) for day in vector.get("withdrawn", ())]
    expect = vector["expect"]

    found = next_notice([*issued, *withdrawn], vector["as_of"])

    assert (found.which, found.amount, found.reduced_amount) == (expect["which"], expect["amount"], expect["reduced"])
    assert found.finding.is_met is (expect["which"] != "none")
    assert expect.get("sentence", "") in found.finding.sentence


def test_two_parents_of_two_children_are_four_questions():
    had = {("Ana", "Alicia"): [NoticeIssued(dt.date(2026, 3, 3))]}

    found = [next_notice(had.get((p, c), ()), ON).which for p in ("Ana", "Ben") for c in ("Alicia", "Michael")]

    assert found == [Which.SECOND, Which.FIRST, Which.FIRST, Which.FIRST]


@given(NOTICES)
def test_withdrawn_notices_change_nothing(notices):
    standing = [notice for notice in notices if not notice.withdrawn]

    assert next_notice(notices, ON) == next_notice(standing, ON)


def test_each_notice_is_looked_at_on_its_own_day_with_those_before_it():
    days = [dt.date(2026, 3, 3), dt.date(2024, 10, 14), dt.date(2026, 11, 20), dt.date(2028, 1, 10)]
    notices = [NoticeIssued(day) for day in days]

    found = as_issued([*notices, NoticeIssued(dt.date(2025, 1, 1), withdrawn=True)])

    assert [notice.issued_on for notice, _ in found] == sorted(days)
    assert [following.which for _, following in found] == [Which.FIRST, Which.SECOND, Which.NONE, Which.NONE]
