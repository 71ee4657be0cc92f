"""Brothers and sisters in one message, and when they are split again."""

import datetime as dt

from rules.calendar import Half, Session
from rules.contact.households import sharing_group
from rules.contact.purposes import Purpose

MORNING = Session(dt.date(2026, 11, 23), Half.AM)
AFTERNOON = Session(dt.date(2026, 11, 23), Half.PM)
PURPOSE = Purpose.FIRST_DAY_ABSENCE


def group(family, purpose=PURPOSE, session=MORNING):
    return sharing_group(family.decisions(), purpose, session)


def test_siblings_with_the_same_parents_share_a_message(a_family):
    alicia = a_family("alicia").contact("mum", "mum@x.test").contact("dad", "dad@x.test")
    michael = a_family("michael").contact("dad", "Dad@x.test", priority=2).contact("mum", "mum@x.test")

    assert group(alicia) == group(michael)


def test_estranged_parent_of_one_sibling_splits_the_message_even_for_the_other_parent(a_family):
    alicia = a_family("alicia").contact("mum", "mum@x.test").contact("dad", "dad@x.test", is_blocked=True)
    michael = a_family("michael").contact("mum", "mum@x.test").contact("dad", "dad@x.test")

    assert group(alicia) != group(michael)
    assert [d.contact_id for d in alicia.decisions() if d.may_be_told] == ["mum"]
    assert [d.contact_id for d in michael.decisions() if d.may_be_told] == ["dad", "mum"]


def test_estranged_parent_shares_the_siblings_inbox_and_hears_nothing_of_alicia(a_family):
    alicia = a_family("alicia").contact("mum", "home@x.test").contact("dad", "home@x.test", is_blocked=True)
    michael = a_family("michael").contact("mum", "home@x.test").contact("dad", "home@x.test")

    assert not any(d.may_be_told for d in alicia.decisions())
    assert group(alicia) != group(michael)


def test_half_siblings_with_one_parent_in_common_are_split(a_family):
    alicia = a_family("alicia").contact("mum", "mum@x.test").contact("dad", "dad@x.test")
    michael = a_family("michael").contact("mum", "mum@x.test")

    assert group(alicia) != group(michael)


def test_siblings_whose_father_is_refused_for_different_reasons_are_split(a_family):
    alicia = a_family("alicia").contact("mum", "mum@x.test").contact("dad", "dad@x.test", is_blocked=True)
    michael = a_family("michael").contact("mum", "mum@x.test").contact("dad", "dad@x.test", is_unsubscribed=True)

    assert group(alicia) != group(michael)


def test_another_session_or_purpose_is_another_group(a_family):
    alicia = a_family().contact("mum", "mum@x.test")

    groups = {group(alicia), group(alicia, session=AFTERNOON), group(alicia, purpose=Purpose.IN_SCHOOL_CORRECTION)}

    assert len(groups) == 3


def test_a_group_says_nothing_of_anybody(a_family):
    name = group(a_family().contact("mum", "mum@x.test"))

    assert len(name) == 32
    assert set(name) <= set("0123456789abcdef")
