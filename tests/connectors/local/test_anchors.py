"""The file of anchors keeps the promises of its port, and its lines are for people too."""

import pytest

from connectors.local.anchors import AnchorFile
from firstbell.errors import Misconfigured
from firstbell.testing.anchors_conformance import FIRST, NIGHT, SECOND, AnchorsConformance
from firstbell.testing.fake_anchors import FakeAnchors


class TestFakeAnchorsConform(AnchorsConformance):
    @pytest.fixture
    def open_anchors(self):
        anchors = FakeAnchors()
        return lambda: anchors


class TestAnchorFileConforms(AnchorsConformance):
    @pytest.fixture
    def open_anchors(self, tmp_path):
        return lambda: AnchorFile(tmp_path / "anchors.txt")


def test_each_line_says_when_and_the_newest_again_adds_none(tmp_path):
    anchors = AnchorFile(tmp_path / "anchors.txt")

    for anchor in (FIRST, FIRST, SECOND):
        anchors.keep(anchor, at=NIGHT)

    lines = (tmp_path / "anchors.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [f"2026-11-23T02:00:00+00:00 {FIRST}", f"2026-11-23T02:00:00+00:00 {SECOND}"]


def test_a_place_that_is_no_file_is_said_in_words(tmp_path):
    with pytest.raises(Misconfigured, match="the file of anchors"):
        AnchorFile(tmp_path).newest()
