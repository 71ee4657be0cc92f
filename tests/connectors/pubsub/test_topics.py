"""Messages put on Pub/Sub topics over real HTTP, to servers of pretence."""

from contextlib import closing

import pytest

from connectors.pubsub import PubSubTopics
from firstbell.errors import GiveUp, Misconfigured, RetryLater


@pytest.fixture
def topics(google, clock):
    address = f"http://{google.host}"
    with closing(PubSubTopics(clock, pubsub=address, metadata=address)) as made:
        yield made


def test_messages_stand_on_the_topic_as_they_were_put(topics, google):
    topics.publish("school-jobs", ["one", "zwei ü"])

    assert google.published == {"school-jobs": ["one", "zwei ü"]}
    assert google.bearers == [("Bearer token 1", 2)]


def test_many_go_in_requests_that_the_interface_takes(topics, google):
    texts = [str(number) for number in range(1_201)]

    topics.publish("school-jobs", texts)

    assert google.published["school-jobs"] == texts
    assert [number for _, number in google.bearers] == [500, 500, 201]


def test_nothing_to_put_asks_nobody(topics, google):
    topics.publish("school-jobs", [])

    assert google.tokens_asked == 0


@pytest.mark.parametrize(("minutes", "asked"), [(54, 1), (55, 2)])
def test_a_token_is_used_until_five_minutes_before_its_end(topics, google, clock, minutes, asked):
    topics.publish("school-jobs", ["one"])
    clock.advance(minutes=minutes)
    topics.publish("school-jobs", ["two"])

    assert google.tokens_asked == asked


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, RetryLater),
        (500, RetryLater),
        (503, RetryLater),
        (403, Misconfigured),
        (404, Misconfigured),
        (400, GiveUp),
    ],
)
def test_each_refusal_is_an_error_that_says_what_to_do_and_repeats_nothing(topics, google, status, error):
    google.answers.append(status)

    with pytest.raises(error) as refused:
        topics.publish("school-jobs", ["one"])

    assert "Alicia" not in str(refused.value)
    assert google.published == {}


def test_a_redirect_is_not_followed(topics, google):
    google.answers.append(302)

    with pytest.raises(GiveUp, match="302"):
        topics.publish("school-jobs", ["one"])


def test_a_server_that_is_not_there_is_for_later(clock):
    nobody = "http://127.0.0.1:1"

    with closing(PubSubTopics(clock, pubsub=nobody, metadata=nobody)) as topics, pytest.raises(RetryLater):
        topics.publish("school-jobs", ["one"])
