"""How the mailer proves who it is: in one way, with one try."""

import pytest

from connectors.smtp import connection
from firstbell.errors import Misconfigured
from firstbell.testing.messages import a_message


def test_a_password_is_offered_in_one_way_only(server, connect, monkeypatch):
    """aiosmtpd offers LOGIN and PLAIN; smtplib's own login would try the wrong one in both."""
    with pytest.raises(Misconfigured):
        connect(server, password="another long one").create_draft(a_message())  # noqa: S106 - made up
    assert server.tried == ["another long one"]

    monkeypatch.setattr(connection, "MECHANISMS", {"LOGIN": "auth_login"})
    connect(server).create_draft(a_message())

    assert server.tried[1:] == [server.password]


def test_a_server_without_a_way_to_sign_in_that_we_know_is_misconfigured(server, connect, monkeypatch):
    monkeypatch.setattr(connection, "MECHANISMS", {"CRAM-MD5": "auth_cram_md5"})

    with pytest.raises(Misconfigured, match="no way to sign in that we know"):
        connect(server).create_draft(a_message())

    assert server.tried == []
