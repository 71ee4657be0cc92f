"""The staff channel in Teams, through a workflow's web hook, and read back through the real SDK."""

import dataclasses
import datetime as dt
import json
import logging

import pytest

from connectors._cards import card_of
from connectors.microsoft365.channel import LARGEST, LOOKS, mark_of
from firstbell.errors import GiveUp, Misconfigured, RetryLater
from firstbell.testing.channel_conformance import ALERT, ChannelConformance, ChannelRig
from firstbell.testing.microsoft.channel_state import Flow, Posted
from firstbell.testing.microsoft.faults import Kind
from tests.connectors.microsoft365.sharepoint import open_sharepoint

SECRET = "not-to-be-told"  # noqa: S105 - made up
HOOK = "POST /powerautomate"
KEYS = {mark_of(key): key for key in ("alert-1", "alert-2")}


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    with open_sharepoint(tmp_path_factory.mktemp("tenant")) as sharepoint:
        yield sharepoint


@pytest.fixture
def school(listening):
    listening.empty()
    yield listening
    assert listening.tenant.violations == []


@pytest.fixture
def channel(school):
    return school.workflows_channel()


def cards(school):
    found = [message.card for message in reversed(school.channel.shown(school.clock.now()))]
    return [card_of(KEYS[card["body"][0]["id"]], card) for card in found]


class TestWorkflowsChannelConforms(ChannelConformance):
    @pytest.fixture
    def rig(self, school, channel):
        return ChannelRig(channel, school.workflows_channel, lambda: cards(school))


def test_a_card_that_was_taken_and_never_posted_is_not_posted(school, channel):
    school.channel.flow = Flow.NEVER

    channel.post(ALERT)

    assert not channel.is_posted(ALERT.key)


def test_a_card_that_shows_a_little_later_is_waited_for(school, channel):
    school.channel.flow, school.channel.delay = Flow.LATE, dt.timedelta(seconds=2)

    channel.post(ALERT)

    assert channel.is_posted(ALERT.key)
    assert cards(school) == [ALERT]


def test_a_card_that_shows_much_later_is_not_waited_for(school, channel):
    school.channel.flow, began = Flow.LATE, school.clock.now()

    channel.post(ALERT)

    assert not channel.is_posted(ALERT.key)
    assert school.clock.now() - began == dt.timedelta(seconds=sum(LOOKS))


@pytest.mark.parametrize(
    "go_wrong",
    [
        lambda school: setattr(school.channel, "flow", Flow.OFF),
        lambda school: school.tenant.channels.update({school.channel.id: None}) or None,
        lambda school: setattr(school.channel, "signature", "another"),
    ],
    ids=["switched off", "gone", "another address"],
)
def test_a_workflow_that_is_no_more_is_a_matter_of_the_set_up(school, channel, go_wrong):
    channel.is_posted = lambda _: False
    go_wrong(school)

    with pytest.raises(Misconfigured, match="open Workflows in Teams") as stop:
        channel.post(ALERT)

    assert SECRET not in str(stop.value)


@pytest.mark.parametrize("kind", [Kind.DROPPED_AFTER, Kind.GATEWAY_AFTER, Kind.UNAVAILABLE, Kind.BROKEN])
def test_a_card_whose_answer_was_lost_is_looked_for_and_not_handed_over_twice(school, channel, kind):
    school.goes_wrong(kind, HOOK)

    with pytest.raises(RetryLater):
        channel.post(ALERT)
    school.workflows_channel().post(ALERT)

    assert cards(school) == [ALERT]


def test_the_address_of_the_workflow_is_never_told(school, channel, caplog):
    caplog.set_level(logging.DEBUG)
    school.goes_wrong(Kind.DROPPED, HOOK)

    with pytest.raises(RetryLater) as stop:
        channel.post(ALERT)
    channel.post(ALERT)

    assert SECRET not in f"{stop.value!r} {stop.value.__cause__!r} {channel!r} {caplog.text}"


@pytest.mark.parametrize(
    "webhook",
    [
        "http://localhost/x?sig=not-to-be-told",
        "https://evil.example/x?sig=not-to-be-told",
        "https://localhost@evil.example/x?sig=not-to-be-told",
        "https://[not-to-be-told",
        "not-to-be-told",
    ],
)
def test_only_an_address_of_the_allowed_servers_is_used(school, webhook):
    channel = school.workflows_channel(webhook=webhook)

    with pytest.raises(Misconfigured, match="a server it may not ask") as stop:
        channel.post(ALERT)

    assert SECRET not in f"{stop.value} {stop.value.__cause__}"
    assert school.asked() == ["GET messages"]


def test_a_private_channel_can_not_be_read_so_its_cards_never_count_as_posted(school, channel):
    school.channel.is_private = True

    channel.post(ALERT)

    assert not channel.is_posted(ALERT.key)
    assert cards(school) == [ALERT]


def test_a_card_that_somebody_deleted_is_not_posted_to_the_next_run(school, channel):
    channel.post(ALERT)
    school.channel.delete(0)

    assert not school.workflows_channel().is_posted(ALERT.key)


def test_a_run_reads_the_channel_once_and_once_more_for_each_card_of_its_own(school, channel):
    others = [dataclasses.replace(ALERT, key=f"alert-{number}") for number in (2, 3)]
    school.tenant.seen.clear()

    for card in (ALERT, *others):
        assert not channel.is_posted(card.key)
        channel.post(card)
        assert channel.is_posted(card.key)

    assert sum(seen.operation.startswith("GET") for seen in school.tenant.seen) == 1 + 3


def test_cards_that_are_posted_one_after_another_are_looked_for_once(school, channel):
    more = [dataclasses.replace(ALERT, key=f"alert-{number}") for number in (1, 2, 3)]
    school.tenant.seen.clear()

    for card in more:
        channel.post(card)

    assert all(channel.is_posted(card.key) for card in more)
    assert sum(seen.operation.startswith("GET") for seen in school.tenant.seen) == 2


def test_a_card_whose_answer_was_lost_is_looked_for_by_the_same_run_as_well(school, channel):
    school.goes_wrong(Kind.DROPPED_AFTER, HOOK)
    with pytest.raises(RetryLater):
        channel.post(ALERT)

    channel.post(ALERT)

    assert cards(school) == [ALERT]


def test_a_look_that_failed_says_nothing(school, channel):
    channel.post(ALERT)
    another = school.workflows_channel()
    school.goes_wrong(Kind.BROKEN, "GET .*/messages", times=3)
    with pytest.raises(RetryLater):
        another.is_posted(ALERT.key)

    assert another.is_posted(ALERT.key)


def test_a_card_is_found_below_many_messages(school, channel):
    channel.post(ALERT)
    for number in range(120):
        school.channel.messages.append(Posted(f"{number}", school.clock.now(), {"body": []}))

    assert channel.is_posted(ALERT.key)


def test_a_card_the_workflow_posts_twice_is_posted(school, channel):
    school.channel.flow = Flow.TWICE

    channel.post(ALERT)

    assert channel.is_posted(ALERT.key)


def test_a_card_that_teams_would_not_take_is_not_handed_over(school, channel):
    long = ALERT.__class__("alert-1", "x", ("é" * (LARGEST // 2),), "", "")

    with pytest.raises(GiveUp, match="larger"):
        channel.post(long)

    assert school.asked() == []


def test_the_key_of_a_card_is_not_on_it(school, channel):
    channel.post(ALERT)

    assert ALERT.key not in json.dumps(school.channel.messages[0].card)


def test_a_program_may_not_post_by_itself(school):
    """So there is no way round the workflow but a bot."""
    app = school.tenant.apps["firstbell"]
    school.tenant.apps["firstbell"] = dataclasses.replace(app, roles=frozenset({"ChannelMessage.Read.All"}))
    where = school.graph.at.teams.by_team_id("team-1").channels.by_channel_id(school.channel.id).messages

    with pytest.raises(Misconfigured):
        school.graph.ask("POST", where, doing="post", json={"body": {"content": "x"}})
