"""The password of the mailbox is changed; the server refuses, and nothing but its refusal brings out the other one."""

import pytest

from firstbell.errors import Misconfigured, RetryLater
from firstbell.testing.messages import a_message


def test_mail_goes_with_the_previous_password_while_the_server_still_has_it(server, connect):
    mailer = connect(server, password="the long one of tomorrow", previous=server.password)  # noqa: S106 - made up

    mailer.send_draft(mailer.create_draft(a_message()))

    assert server.tried == ["the long one of tomorrow", server.password]
    assert len(server.mails) == 1


def test_each_password_is_tried_on_a_connection_of_its_own(server, connect):
    connect(server, password="the long one of next week", previous=server.password).create_draft(a_message())  # noqa: S106 - made up

    assert len(server.callers) == 2


def test_the_next_connection_begins_with_the_one_that_was_taken(server, connect):
    for _ in range(3):
        connect(server, password="the long one of later", previous=server.password).create_draft(a_message())  # noqa: S106 - made up

    assert server.tried == ["the long one of later"] + [server.password] * 3


def test_a_server_that_takes_neither_is_asked_twice_and_no_more(server, connect):
    with pytest.raises(Misconfigured, match="user name or password"):
        connect(server, password="wrong", previous="wrong too").create_draft(a_message())  # noqa: S106 - made up

    assert server.tried == ["wrong", "wrong too"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("454 4.7.0 Temporary authentication failure", RetryLater),
        ("421 4.3.2 Too many connections", RetryLater),
        ("534 5.7.9 Application-specific password required", Misconfigured),
    ],
)
def test_what_is_no_refusal_of_the_password_costs_no_second_try(server, connect, answer, error):
    server.plan["AUTH"] = answer

    with pytest.raises(error):
        connect(server, previous="the one before").create_draft(a_message())

    assert server.tried == [server.password]
