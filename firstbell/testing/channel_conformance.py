"""What any staff channel must do. A test class inherits this; its fixture `rig` says how to drive the adapter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from firstbell.errors import GiveUp
from firstbell.ports import Channel
from firstbell.records import Card

ALERT = Card(
    key="alert-1",
    title="Case S2311-0042",
    lines=("Unexplained absence, this morning.", "Please acknowledge within 15 minutes."),
    link_text="Open the Safeguarding workbook",
    link="https://example.org/safeguarding",
    is_urgent=True,
)


@dataclass(frozen=True, slots=True)
class ChannelRig:
    """A channel under test. `cards` gives what stands in it, oldest first; `another_run` is a new process's channel."""

    channel: Channel
    another_run: Callable[[], Channel]
    cards: Callable[[], Sequence[Card]]


class ChannelConformance:
    """The promises of the Channel port, on whatever is behind it."""

    def test_a_card_that_was_never_posted_is_not_posted(self, rig: ChannelRig) -> None:
        assert not rig.channel.is_posted("alert-1")

    def test_a_posted_card_stands_in_the_channel_as_it_is(self, rig: ChannelRig) -> None:
        rig.channel.post(ALERT)

        assert rig.cards() == [ALERT]
        assert rig.channel.is_posted("alert-1")

    def test_posting_the_same_key_again_changes_nothing(self, rig: ChannelRig) -> None:
        rig.channel.post(ALERT)

        rig.channel.post(replace(ALERT, title="Case S2311-9999"))

        assert rig.cards() == [ALERT]

    def test_the_next_run_knows_what_was_posted(self, rig: ChannelRig) -> None:
        rig.channel.post(ALERT)

        rig.another_run().post(ALERT)

        assert rig.another_run().is_posted("alert-1")
        assert rig.cards() == [ALERT]

    def test_cards_with_different_keys_both_stand(self, rig: ChannelRig) -> None:
        rig.channel.post(ALERT)
        rig.channel.post(replace(ALERT, key="alert-2", link="", link_text="", lines=(), is_urgent=False))

        assert sorted(card.key for card in rig.cards()) == ["alert-1", "alert-2"]

    @pytest.mark.parametrize("link", ["javascript:alert(1)", " java\nscript:alert(1)", "data:text/html,x", "http://[x"])
    def test_a_link_that_could_run_something_is_refused(self, rig: ChannelRig, link: str) -> None:
        with pytest.raises(GiveUp):
            rig.channel.post(replace(ALERT, link=link))

        assert rig.cards() == []

    @pytest.mark.parametrize("title", ["<img src=x onerror=alert(1)>", "[click](https://evil.example)", "Café 王小明"])
    def test_text_is_kept_as_text(self, rig: ChannelRig, title: str) -> None:
        card = replace(ALERT, title=title, lines=(title,))

        rig.channel.post(card)

        assert rig.cards() == [card]
