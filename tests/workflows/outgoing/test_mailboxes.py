"""Which mailbox a family hears from: always the same one, and they are shared out evenly."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from firstbell.mailboxes import mailbox_for
from rules.people import Personal

BOXES = tuple(f"attendance{number}@school.example" for number in range(4))
FAMILIES = tuple(Personal(f"family{number}@example.net") for number in range(2000))


@given(st.permutations(BOXES))
def test_the_order_of_the_mailboxes_changes_nothing(boxes):
    address = Personal("zoe.nguyen@example.org")

    assert mailbox_for(address, boxes) == mailbox_for(address, BOXES)


def test_an_address_in_other_letters_is_the_same_family():
    shouted = Personal(" ZOE.Nguyen@Example.ORG ")

    assert mailbox_for(shouted, BOXES) == mailbox_for(Personal("zoe.nguyen@example.org"), BOXES)


def test_families_are_shared_out_evenly():
    families = Counter(mailbox_for(family, BOXES) for family in FAMILIES)

    assert all(400 < count < 600 for count in families.values())


def test_with_one_mailbox_more_only_the_families_it_takes_over_hear_from_another():
    before = [mailbox_for(family, BOXES[:3]) for family in FAMILIES]
    after = [mailbox_for(family, BOXES) for family in FAMILIES]

    assert {new for old, new in zip(before, after, strict=True) if old != new} == {BOXES[3]}
