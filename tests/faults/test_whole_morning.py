"""The whole job, killed at any call it makes to the store, the mailbox and the channel; the next runs put it right."""

import dataclasses
from collections import Counter

import pytest

from firstbell.testing.fake_mailer import Crash
from firstbell.testing.morning_story import MorningStory
from rules.contact.purposes import Purpose
from rules.people import PupilFlags

# Every call would take minutes; an odd step comes by every kind of call.
STEP = 7
FAMILIES = ("ALICIA", "MICHAEL", "NOOR")


class Mortal:
    """A port whose process dies at a call, and stays dead: what is called after that is not done either."""

    def __init__(self, inner, life):
        self.inner, self.life = inner, life

    def __getattr__(self, name):
        found = getattr(self.inner, name)
        return found if not callable(found) else lambda *given, **named: self.life.call(lambda: found(*given, **named))


class Life:
    """Counts the calls of a process; at the one that is set it dies, before or after the call is done."""

    def __init__(self, dies_at, *, after):
        self.dies_at, self.after, self.calls, self.is_dead = dies_at, after, 0, False

    def call(self, act):
        if self.is_dead:
            raise Crash
        here, self.calls = self.calls, self.calls + 1
        if here != self.dies_at:
            return act()
        if self.after:
            act()
        self.is_dead = True
        raise Crash


class MortalStore:
    def __init__(self, store, life):
        self.registers = store.registers
        self.proposals, self.ledger, self.desk = (
            Mortal(each, life) for each in (store.proposals, store.ledger, store.desk)
        )


def a_morning_about_to_send():
    """Three families to be told, one of them of a child under a protection plan, whose alert is up."""
    story = MorningStory()
    for pupil_id in FAMILIES:
        flags = PupilFlags(child_protection=True) if pupil_id == "NOOR" else None
        story.given_an_unexplained_absence(pupil_id, flags=flags)
    return story


def run_mortally(story, time, dies_at, *, after):
    """How many calls the run made; it may have died."""
    life = Life(dies_at, after=after)
    whole = story.office
    story.office = dataclasses.replace(
        whole,
        store=MortalStore(story.store.another_run(), life),
        mailer=Mortal(story.mailer, life),
        channel=Mortal(story.channel, life),
    )
    try:
        story.when_the_run_happens(time)
    except Crash:
        assert life.is_dead
    story.office = dataclasses.replace(whole, store=story.store.another_run())
    return life.calls


def calls_of(before, time):
    story = a_morning_about_to_send()
    for each in before:
        story.when_the_run_happens(each)
    return run_mortally(story, time, None, after=False)


@pytest.mark.parametrize("after", [False, True], ids=["before the call is done", "after it is done"])
@pytest.mark.parametrize(("before", "time"), [((), "09:12"), (("09:12",), "09:30"), (("09:12", "09:45"), "09:56")])
def test_killed_at_any_call_the_morning_comes_right(before, time, after):
    length = calls_of(before, time)
    assert length > 20

    for dies_at in range(int(after), length, STEP):
        story = a_morning_about_to_send()
        for each in before:
            story.when_the_run_happens(each)
        run_mortally(story, time, dies_at, after=after)
        for later in ("10:08", "10:20", "10:32"):
            story.when_the_run_happens(later)

        assert sorted(story.told()) == sorted(f"{name.lower()}-mum@example.net" for name in FAMILIES), dies_at
        assert story.channel.posts == 1, dies_at
        assert max(Counter(story.mailed(Purpose.SAFEGUARDING_ALERT)).values(), default=0) <= 1, dies_at
        assert story.store.ledger.verify() == (), dies_at
        assert story.mailer.drafts == {}, dies_at
