"""A secret is changed in several places, one after the other, and every instance sees that at a moment of its own."""

import datetime as dt
import itertools
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._rotation import Taken, signed_in, taken
from firstbell.errors import RetryLater
from firstbell.records import Secret

NUMBERS = itertools.count()
STEPS = ("keep the old one", "put the new one into the vault", "set the new one there", "take the old one away")
KEEP, PUT, SET, TAKE_AWAY = STEPS


class WrongError(Exception):
    pass


class FarEnd:
    """What takes one password, and counts those that it refuses."""

    def __init__(self, right="old"):
        self.right, self.refused = right, 0

    def sign_in(self, value):
        if value != self.right:
            self.refused += 1
            raise WrongError
        return value


def secret(*values):
    """A secret that no other test has signed in with."""
    return Secret(f"secret-{next(NUMBERS)}", *values)


def vault_after(steps):
    """The current and the previous value as an instance finds them that starts then."""
    return ("new" if PUT in steps else "old", "old" if KEEP in steps and TAKE_AWAY not in steps else "")


def test_the_previous_value_is_taken_where_the_current_one_is_refused():
    far, changed = FarEnd(), secret("new", "old")

    assert signed_in(changed, far.sign_in, WrongError) == "old"
    assert taken(changed) is Taken.PREVIOUS


def test_the_value_that_was_taken_is_the_first_to_be_tried_from_then_on():
    far, changed = FarEnd(), secret("new", "old")

    for _ in range(5):
        signed_in(changed, far.sign_in, WrongError)

    assert far.refused == 1


def test_the_current_value_is_found_again_once_the_previous_one_is_refused():
    far, changed = FarEnd(), secret("new", "old")
    signed_in(changed, far.sign_in, WrongError)
    far.right = "new"

    assert [signed_in(changed, far.sign_in, WrongError) for _ in range(3)] == ["new"] * 3
    assert far.refused == 2
    assert taken(changed) is Taken.CURRENT


def test_two_values_that_are_wrong_are_two_tries_and_no_more():
    far, changed = FarEnd("another"), secret("new", "old")

    with pytest.raises(WrongError):
        signed_in(changed, far.sign_in, WrongError)

    assert far.refused == 2
    assert taken(changed) is None


@pytest.mark.parametrize("values", [("new",), ("new", ""), ("new", "new")])
def test_without_another_value_there_is_one_try(values):
    far = FarEnd()

    with pytest.raises(WrongError):
        signed_in(secret(*values), far.sign_in, WrongError)

    assert far.refused == 1


@pytest.mark.parametrize("problem", [WrongError(), TimeoutError(), RetryLater(dt.timedelta(minutes=1))])
def test_what_says_nothing_of_the_value_costs_no_second_try(problem):
    tried = []

    def away(value):
        tried.append(value)
        raise problem

    with pytest.raises(type(problem)):
        signed_in(secret("new", "old"), away, WrongError, lambda _: False)

    assert tried == ["new"]


def test_which_one_was_taken_is_told_once_and_never_its_value(caplog):
    caplog.set_level(logging.INFO)
    far, changed = FarEnd("first-of-all"), secret("later-on", "first-of-all")

    signed_in(changed, far.sign_in, WrongError)
    signed_in(changed, far.sign_in, WrongError)
    far.right = "later-on"
    signed_in(changed, far.sign_in, WrongError)

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert all(changed.name in line for line in caplog.messages)
    assert not any(value in caplog.text for value in changed.values)


@given(order=st.permutations(STEPS), started=st.integers(0, len(STEPS)))
def test_whatever_the_order_no_sign_in_fails_where_one_of_its_values_is_right(order, started):
    """An instance starts after so many steps, keeps what it found then, and signs in twice after each later step."""
    found, far = secret(*vault_after(order[:started])), FarEnd()

    for done in range(started, len(STEPS) + 1):
        far.right, far.refused = "new" if SET in order[:done] else "old", 0
        is_known = far.right in found.values
        for _ in range(2):
            if is_known:
                assert signed_in(found, far.sign_in, WrongError) == far.right
            else:
                with pytest.raises(WrongError):
                    signed_in(found, far.sign_in, WrongError)
        assert far.refused <= (1 if is_known else 4)


@given(started=st.integers(0, len(STEPS)), lives=st.integers(0, len(STEPS)))
def test_in_the_order_of_the_guide_no_sign_in_ever_fails(started, lives):
    """The old one is kept before the new one is put into the vault; every instance has both before it is set there; and
    it is set there before the old one is taken away.
    """
    found, far = secret(*vault_after(STEPS[:started])), FarEnd()
    ends = STEPS.index(SET) if started < STEPS.index(SET) else len(STEPS)  # the restart

    for done in range(started, min(started + lives, ends) + 1):
        far.right = "new" if SET in STEPS[:done] else "old"
        assert signed_in(found, far.sign_in, WrongError) == far.right
