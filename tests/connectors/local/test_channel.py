"""The staff channel on disk."""

import json

import pytest

from connectors.local.channel import LocalChannel, read_card
from firstbell.errors import Misconfigured
from firstbell.testing.channel_conformance import ALERT, ChannelConformance, ChannelRig
from firstbell.testing.fake_clock import FakeClock


@pytest.fixture
def channel(tmp_path):
    return LocalChannel(tmp_path, FakeClock())


def cards_on_disk(folder):
    posted = sorted(map(read_card, folder.glob("cards/*.json")), key=lambda each: each.at)
    return [each.card for each in posted]


class TestLocalChannelConforms(ChannelConformance):
    @pytest.fixture
    def rig(self, channel, tmp_path):
        return ChannelRig(channel, lambda: LocalChannel(tmp_path, FakeClock()), lambda: cards_on_disk(tmp_path))


def test_a_card_is_an_adaptive_card_that_other_programs_can_show(channel, tmp_path):
    channel.post(ALERT)

    (path,) = tmp_path.glob("cards/*.json")
    card = json.loads(path.read_text(encoding="utf-8"))["card"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.5")
    assert [block["type"] for block in card["body"]] == ["RichTextBlock"] * 3
    assert card["actions"][0]["url"] == ALERT.link


def test_a_file_name_does_not_show_the_key(channel, tmp_path):
    channel.post(ALERT)

    assert ALERT.key not in next(tmp_path.glob("cards/*.json")).name


def test_a_channel_that_can_not_be_written_says_so_loudly(tmp_path):
    """Private channel: an alert that can't be posted is an error, never a silence."""
    (tmp_path / "channel").write_bytes(b"a file where the folder should be")

    with pytest.raises(Misconfigured, match="channel"):
        LocalChannel(tmp_path / "channel", FakeClock()).post(ALERT)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"key": "x", "posted_at": "?", "card": {}}', b"\xff"])
def test_a_card_that_somebody_broke_is_posted_again(channel, tmp_path, content):
    channel.post(ALERT)
    next(tmp_path.glob("cards/*.json")).write_bytes(content)
    assert not channel.is_posted(ALERT.key)

    channel.post(ALERT)

    assert cards_on_disk(tmp_path) == [ALERT]
