import pytest

from firstbell.testing.morning_story import MorningStory


@pytest.fixture
def story():
    return MorningStory()
