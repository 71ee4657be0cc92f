"""One pupil joins and one is to leave, so that the returns of both can be seen."""

import datetime as dt

import pytest

MONDAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize("pupils", [60, 1264])
def test_one_pupil_joins_today_and_one_leaves_at_the_end_of_the_week(school_on, pupils):
    school = school_on(MONDAY, pupils)

    known = {pupil.id: pupil for pupil in school.comings.known_on(school.people.pupils, MONDAY)}

    assert known[school.comings.joiner].on_roll_from == MONDAY
    assert known[school.comings.leaver].on_roll_to == dt.date(2026, 11, 27)
    assert known[school.comings.leaver].is_on_roll(MONDAY)


def test_the_day_before_the_mis_knew_of_neither(school):
    before = school.comings.known_on(school.people.pupils, school.day - dt.timedelta(days=1))

    ids = {pupil.id: pupil for pupil in before}
    assert school.comings.joiner not in ids
    assert ids[school.comings.leaver].on_roll_to is None
    assert len(before) == len(school.people.pupils) - 1


def test_the_joiner_has_no_mark_before_today(school):
    assert list(school.history.spans[school.comings.joiner].marked()) == []


def test_nothing_else_happens_in_their_families(school):
    special = {pupil_id for ids in school.people.cases.values() for pupil_id in ids}

    assert special.isdisjoint({school.comings.joiner, school.comings.leaver})
