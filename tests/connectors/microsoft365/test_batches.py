"""Several requests in one round trip: each answer is judged by itself, and nothing is lost with the batch."""

import pytest

from connectors.microsoft365.batches import Asking, answers_in, ask_all
from connectors.microsoft365.replies import Reply
from firstbell.errors import FirstbellError, Misconfigured, RetryLater
from firstbell.testing.messages import a_message
from firstbell.testing.microsoft.faults import Kind
from tests.connectors.microsoft365.post_office import OFFICES, open_post_office

BATCH = r"\$batch$"
INSIDE = r"GET /users/\{user-id\}/messages$"
FAULTS = [kind for kind in Kind if kind is not Kind.SLOW]
# What the service means, however often it is asked.
MEANT = {Kind.CONFLICT, Kind.CHANGED, Kind.LOCKED, Kind.FULL, Kind.BLOCKED}


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    with open_post_office(tmp_path_factory.mktemp("tenant")) as office:
        yield office


@pytest.fixture
def post(listening):
    listening.empty()
    yield listening
    assert listening.tenant.violations == []


@pytest.fixture
def asked(post):
    """What the messages of each mailbox are, asked for together."""

    def ask():
        boxes = (post.graph.at.users.by_user_id(each).messages for each in OFFICES)
        return ask_all(post.graph, [Asking("GET", at, "read mailboxes", {"$select": "subject"}) for at in boxes])

    return ask


def subjects(answer):
    return [told["subject"] for told in answer.reply().json()["value"]]


@pytest.fixture
def one_draft(post):
    return post.another_run(OFFICES[1:]).create_draft(a_message("k1"))


@pytest.mark.usefixtures("one_draft")
def test_the_answers_come_in_the_order_of_the_questions(asked, post):
    before = len(post.round_trips())

    assert [len(subjects(answer)) for answer in asked()] == [0, 1]
    assert post.round_trips()[before:] == ["POST $batch"]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.usefixtures("one_draft")
def test_a_fault_at_one_of_them_is_its_own(asked, post, kind, which):
    post.goes_wrong(kind, INSIDE, passing=which, retry_after="3" if kind is Kind.THROTTLED else "")

    assert [len(subjects(answer)) for answer in asked()] == [0, 1]
    assert post.waits.count(3.0) == (kind is Kind.THROTTLED)


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind not in MEANT])
@pytest.mark.usefixtures("one_draft")
def test_a_passing_fault_at_the_whole_batch_loses_nothing(asked, post, kind):
    post.goes_wrong(kind, BATCH)

    assert [len(subjects(answer)) for answer in asked()] == [0, 1]


@pytest.mark.parametrize("kind", sorted(MEANT))
def test_a_batch_that_is_refused_is_raised_where_an_answer_is_wanted(asked, post, kind):
    post.goes_wrong(kind, BATCH)

    answers = asked()

    for answer in answers:
        with pytest.raises(FirstbellError):
            answer.reply()


def test_one_that_stays_refused_does_not_keep_the_others(asked, post):
    post.goes_wrong(Kind.THROTTLED, INSIDE, times=9, passing=1, retry_after="60")

    first, second = asked()

    assert subjects(first) == []
    with pytest.raises(RetryLater):
        second.reply()


def test_one_that_may_not_be_read_is_told_as_if_asked_alone(post):
    private = post.graph.at.users.by_user_id("head@school.example").messages
    ours = post.graph.at.users.by_user_id(OFFICES[0]).messages

    answers = ask_all(post.graph, [Asking("GET", at, "read mailboxes") for at in (private, ours)])

    assert subjects(answers[1]) == []
    with pytest.raises(Misconfigured, match="can't read mailboxes"):
        answers[0].reply()


def test_an_expected_refusal_is_an_answer(post):
    at = post.graph.at.users.by_user_id(OFFICES[0]).messages.by_message_id("gone")
    before = len(post.round_trips())

    answers = ask_all(post.graph, [Asking("GET", at, "read mailboxes", may_be={404})] * 2)

    assert [answer.reply().status for answer in answers] == [404, 404]
    assert len(post.round_trips()) == before + 1


def test_one_alone_needs_no_batch_and_none_needs_no_request(post):
    at = post.graph.at.users.by_user_id(OFFICES[0]).messages
    before = len(post.asked())

    ask_all(post.graph, [Asking("GET", at, "read mailboxes")])[0].reply()

    assert ask_all(post.graph, []) == []
    assert post.asked()[before:] == ["GET messages"]


def test_more_than_twenty_go_in_several(post):
    at = post.graph.at.users.by_user_id(OFFICES[0]).messages
    before = len(post.round_trips())

    answers = ask_all(post.graph, [Asking("GET", at, "read mailboxes")] * 41)

    assert [subjects(answer) for answer in answers] == [[]] * 41
    assert post.round_trips()[before:] == ["POST $batch", "POST $batch", "GET messages"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"responses": null}',
        b'{"responses": [7]}',
        b'{"responses": [{"status": 200}]}',
        b'{"responses": [{"id": "1", "status": "fine", "body": {}}]}',
        b'{"responses": [{"id": "1", "status": 200, "body": "<html>"}]}',
        b'{"responses": [{"id": "1", "status": 200, "headers": 7, "body": {}}]}',
    ],
)
def test_what_is_no_answer_counts_as_left_out(content):
    assert answers_in(Reply(200, {}, content), 2) == [None, None]
