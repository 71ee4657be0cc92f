"""The story of a school year of returns."""

import pytest

from firstbell.testing.returns_story import ReturnsStory


@pytest.fixture
def story():
    return ReturnsStory()
