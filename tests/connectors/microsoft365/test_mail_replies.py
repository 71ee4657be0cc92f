"""Who wrote back: people's answers to our messages, told apart from what programs write."""

import pytest

from connectors.microsoft365.answered import is_automatic
from firstbell.records import Reply
from firstbell.testing.messages import a_message
from firstbell.testing.microsoft import mail_visitors
from tests.connectors.microsoft365.post_office import OFFICES, open_post_office


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    with open_post_office(tmp_path_factory.mktemp("tenant")) as office:
        yield office


@pytest.fixture
def post(listening):
    listening.empty()
    yield listening
    assert listening.tenant.violations == []


def sent(post, *keys):
    """A message under each key to a family of its own; how each of them arrived."""
    for number, key in enumerate(keys):
        post.mailer.send_draft(post.mailer.create_draft(a_message(key, to=f"family{number}@example.net")))
    return list(post.mail.arrived)


def answered(post):
    return [reply.key for reply in post.another_run().replies(post.clock.now())]


def test_an_answer_names_the_message_and_when_it_came(post):
    _, second, _ = sent(post, "k1", "k2", "k3")
    post.clock.advance(minutes=20)

    mail_visitors.reply(post.tenant, second, "She is ill.")

    assert post.another_run().replies(post.clock.now()) == (Reply("k2", post.clock.now()),)


def test_a_run_that_asks_for_reports_and_then_for_answers_lists_each_inbox_once(post):
    (mail,) = sent(post, "k1")
    mail_visitors.reply(post.tenant, mail, "She is ill.")
    run, since = post.another_run(), post.clock.now()
    before = len(post.round_trips())

    assert run.bounces(since) == ()
    assert [reply.key for reply in run.replies(since)] == ["k1"]

    # Every inbox with the drafts, Sent Items where the answer came in, and the answer's headers.
    assert post.round_trips()[before:] == ["POST $batch", "GET messages", "GET {message-id}"]


def test_answers_that_are_asked_for_again_are_looked_for_again(post):
    (mail,) = sent(post, "k1")
    run, since = post.another_run(), post.clock.now()
    run.bounces(since)
    assert run.replies(since) == ()

    mail_visitors.reply(post.tenant, mail, "She is ill.")

    assert [reply.key for reply in run.replies(since)] == ["k1"]


def test_mails_that_answer_nothing_cost_no_look_into_sent_items(post):
    (mail,) = sent(post, "k1")
    item = mail_visitors.reply(post.tenant, mail, "Is school open tomorrow?")
    del item.properties[mail_visitors.ANSWERS]
    before = len(post.round_trips())

    assert answered(post) == []

    assert post.round_trips()[before:] == ["POST $batch"]


def test_answers_in_every_mailbox_are_found(post):
    mails = sent(post, "k1", "k2", "k3", "k4")
    assert {mail.mailbox for mail in mails} == set(OFFICES)
    for mail in mails:
        mail_visitors.reply(post.tenant, mail, "She is ill.")

    assert sorted(answered(post)) == ["k1", "k2", "k3", "k4"]


def test_what_a_program_wrote_is_no_answer(post):
    (mail,) = sent(post, "k1")
    mail_visitors.out_of_office(post.tenant, mail)
    mail_visitors.does_not_arrive(post.tenant, mail)
    mail_visitors.comes_back(post.tenant, mail)
    note = mail_visitors.out_of_office(
        post.tenant, mail
    )  # of another mail program: an ordinary mail but for its headers
    note.properties[mail_visitors.ITEM_CLASS] = mail_visitors.NOTE

    assert answered(post) == []


def test_a_mail_about_anything_else_is_no_answer_and_not_looked_at(post):
    (mail,) = sent(post, "k1")
    item = mail_visitors.reply(post.tenant, mail, "She is ill.")
    item.properties[mail_visitors.ANSWERS] = "<lunch@school.example>"

    assert answered(post) == []
    assert "GET {message-id}" not in post.asked()


def test_nobody_s_words_are_read(post):
    (mail,) = sent(post, "k1")
    mail_visitors.reply(post.tenant, mail, "She is ill.")

    assert answered(post) == ["k1"]
    assert "GET $value" not in post.asked()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"auto-submitted": "No"}, False),
        ({"auto-submitted": "auto-replied"}, True),
        ({"auto-submitted": "auto-generated (vacation)"}, True),
        ({"x-auto-response-suppress": "All"}, True),
        ({"x-autoreply": "yes"}, True),
        ({"precedence": "Bulk"}, True),
        ({"precedence": "first-class"}, False),
    ],
)
def test_headers_tell_a_program_s_answer_from_a_person_s(headers, expected):
    assert is_automatic(headers) is expected
