"""The SMTP mailer against a real server, over TLS."""

import datetime as dt
import time

import pytest
import trustme

from connectors._mail import build_email
from connectors.smtp import SmtpMailer
from firstbell.errors import FirstbellError, GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.records import Guarantee, Whereabouts
from firstbell.settings import SmtpSettings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.mailer_conformance import EmailConformance, MailerRig
from firstbell.testing.messages import a_message, message_in, parsed

WRONG = "battery staple"
OFFICE = "office@st-example.example.org"
HANG_UP = "hang up"


def send(mailer, key="k1", **parts):
    draft_id = mailer.create_draft(a_message(key, **parts))
    mailer.send_draft(draft_id)
    return draft_id


def arrived_at(server):
    """Each mail came with one recipient, the one in its To."""
    assert all(envelope.rcpt_tos == [parsed(envelope.content)["To"]] for envelope in server.mails)
    return [message_in(envelope.content) for envelope in server.mails]


@pytest.fixture(params=["starttls", "tls"])
def any_server(request, start):
    return start(request.param)


class TestSmtpMailerConforms(EmailConformance):
    @pytest.fixture
    def rig(self, server, connect, clock):
        return MailerRig(connect(server), lambda: connect(server), lambda: arrived_at(server), a_message, clock)


def test_a_mail_arrives_byte_for_byte(any_server, connect, clock):
    message = a_message(text="Dear Zoë,\n.\n..two\n.\n" + "x" * 2000 + "\n")
    mailer = connect(any_server)

    mailer.send_draft(mailer.create_draft(message))

    (envelope,) = any_server.mails
    assert envelope.content == build_email(message, sender=OFFICE, at=clock.now()).as_bytes()
    assert (envelope.mail_from, envelope.rcpt_tos) == (OFFICE, ["zoe.nguyen@example.org"])


def test_many_mails_go_over_one_connection(server, mailer):
    for number in range(5):
        send(mailer, f"k{number}")

    assert len(server.mails) == 5
    assert len(server.callers) == 1


def test_a_server_that_let_go_of_an_idle_connection_is_called_again(server, mailer):
    send(mailer, "k1")
    server.hang_up_all()
    time.sleep(0.05)

    send(mailer, "k2")

    assert [message.key for message in arrived_at(server)] == ["k1", "k2"]
    assert len(server.callers) == 2


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_says_it_closes_an_idle_connection_is_called_again(server, mailer, step):
    send(mailer, "k1")
    server.plan[step] = "421 4.4.2 timeout"

    send(mailer, "k2")

    assert len(server.mails) == 2


def test_a_server_that_is_going_down_as_it_should_answer_took_nothing(server, mailer):
    draft_id = mailer.create_draft(a_message("k1"))
    server.plan["END"] = "421 4.3.2 going down"

    with pytest.raises(RetryLater):
        mailer.send_draft(draft_id)

    assert server.mails == []


def test_a_server_that_always_hangs_up_is_not_called_for_ever(server, mailer):
    draft_id = mailer.create_draft(a_message("k1"))
    server.planned = lambda step: HANG_UP if step == "MAIL" else None

    with pytest.raises(RetryLater):
        mailer.send_draft(draft_id)

    assert len(server.callers) == 2
    assert server.mails == []


def test_a_certificate_of_somebody_else_is_refused(start, connect):
    stranger = trustme.CA().issue_cert("127.0.0.1")
    for security in ("starttls", "tls"):
        server = start(security, stranger)

        with pytest.raises(Misconfigured, match="certificate can't be trusted"):
            send(connect(server))

        assert server.mails == []


def test_a_certificate_for_another_host_is_refused(start, connect, authority):
    server = start("tls", authority[0].issue_cert("mail.example.org"))

    with pytest.raises(Misconfigured, match="certificate can't be trusted"):
        send(connect(server))

    assert server.mails == []


def test_a_server_without_encryption_gets_neither_password_nor_mail(server, connect):
    server.plan["NO STARTTLS"] = "yes"

    with pytest.raises(Misconfigured, match="no encryption"):
        send(connect(server))

    assert server.mails == []


@pytest.mark.parametrize("path", ["no-such-file.pem", "empty.pem"])
def test_an_unusable_certificate_authority_is_misconfigured(server, connect, tmp_path, path):
    (tmp_path / "empty.pem").write_bytes(b"")

    with pytest.raises(Misconfigured, match=r"smtp\.certificate_authority"):
        send(connect(server, certificate_authority=tmp_path / path))


def test_a_wrong_password_is_found_while_drafting(server, connect):
    """Secret expired at 08:00: nothing is half-sent, because nothing is marked as being sent yet."""
    mailer = connect(server, password=WRONG)

    with pytest.raises(Misconfigured, match="user name or password") as refused:
        mailer.create_draft(a_message())

    assert WRONG not in str(refused.value)


def test_a_password_outside_ascii_is_misconfigured(server, connect):
    with pytest.raises(Misconfigured, match="ASCII"):
        send(connect(server, password=WRONG + "é"))


def test_a_secret_that_is_not_set_is_misconfigured(server, connect):
    with pytest.raises(Misconfigured, match="not set"):
        send(connect(server, password=""))


def test_a_server_that_asks_for_no_sign_in_gets_none(server, connect):
    send(connect(server, username=""))

    assert len(server.mails) == 1


def test_a_port_where_nobody_listens_is_tried_later(start, connect):
    server = start()
    mailer = connect(server)
    server._server.close()

    with pytest.raises(RetryLater):
        mailer.create_draft(a_message())


def test_encryption_from_the_start_on_a_port_without_it_is_misconfigured(server, connect):
    with pytest.raises(Misconfigured, match=r"smtp\.security"):
        connect(server, security="tls").create_draft(a_message())


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted", "452 4.2.2 full"])
def test_not_now_means_nothing_was_sent(server, mailer, step, answer):
    draft_id = mailer.create_draft(a_message("k1"))
    server.plan[step] = answer

    with pytest.raises(RetryLater):
        mailer.send_draft(draft_id)

    assert server.mails == []
    assert mailer.look_up("k1", draft_id) is Whereabouts.DRAFT
    mailer.send_draft(draft_id)
    assert len(server.mails) == 1


@pytest.mark.parametrize("step", ["RCPT", "DATA", "END"])
def test_never_is_told_without_the_address(server, mailer, step):
    draft_id = mailer.create_draft(a_message("k1"))
    server.plan[step] = "550 5.1.1 <zoe.nguyen@example.org> user unknown"

    with pytest.raises(GiveUp, match="550") as refused:
        mailer.send_draft(draft_id)

    assert "zoe" not in str(refused.value) + repr(refused.value)
    assert mailer.look_up("k1", draft_id) is Whereabouts.ABSENT
    assert server.mails == []


def test_one_refused_address_does_not_hold_up_the_next(server, mailer):
    server.plan["RCPT"] = "550 5.1.1 user unknown"
    with pytest.raises(GiveUp):
        send(mailer, "k1")

    send(mailer, "k2")

    assert [message.key for message in arrived_at(server)] == ["k2"]


def test_a_refused_sender_is_misconfigured(server, mailer):
    draft_id = mailer.create_draft(a_message("k1"))
    server.plan["MAIL"] = "550 5.7.1 not your address"

    with pytest.raises(Misconfigured, match=r"smtp\.sender"):
        mailer.send_draft(draft_id)

    assert mailer.look_up("k1", draft_id) is Whereabouts.DRAFT


def test_a_line_cut_before_the_text_means_nothing_was_sent(server, mailer):
    draft_id = mailer.create_draft(a_message("k1", text=("x" * 900 + "\n") * 6000))
    server.plan["DATA"] = HANG_UP

    with pytest.raises(RetryLater):
        mailer.send_draft(draft_id)

    assert server.mails == []
    assert mailer.look_up("k1", draft_id) is Whereabouts.DRAFT


def test_a_line_cut_before_the_answer_leaves_it_in_doubt(server, mailer):
    draft_id = mailer.create_draft(a_message("k1"))
    server.plan["END"] = HANG_UP

    with pytest.raises(NeedsHuman, match="may have gone"):
        mailer.send_draft(draft_id)

    assert len(server.mails) == 1
    assert mailer.look_up("k1", draft_id) is Whereabouts.CANNOT_TELL


def test_what_is_in_doubt_is_not_sent_again(server, mailer):
    server.plan["END"] = HANG_UP
    with pytest.raises(NeedsHuman):
        send(mailer, "k1")

    with pytest.raises(NeedsHuman):
        send(mailer, "k1")

    assert len(server.mails) == 1


def test_a_server_that_does_not_answer_in_time_leaves_it_in_doubt(server, connect):
    mailer = connect(server, timeout_seconds=0.3)
    draft_id = mailer.create_draft(a_message("k1"))
    server.plan["END"] = 1.0

    with pytest.raises(NeedsHuman):
        mailer.send_draft(draft_id)

    assert mailer.look_up("k1", draft_id) is Whereabouts.CANNOT_TELL


def test_an_answer_that_is_none_leaves_it_in_doubt(server, mailer):
    draft_id = mailer.create_draft(a_message("k1"))
    server.plan["END"] = "354 what?"

    with pytest.raises(NeedsHuman):
        mailer.send_draft(draft_id)

    assert mailer.look_up("k1", draft_id) is Whereabouts.CANNOT_TELL


def test_it_promises_no_more_than_smtp_can_keep(mailer, clock):
    assert mailer.guarantee is Guarantee.IN_DOUBT_AFTER_CRASH
    assert mailer.bounces(clock.now() - dt.timedelta(days=1)) == ()


def test_the_draft_of_another_sender_is_not_ours(server, connect):
    first = connect(server)
    draft_id = first.create_draft(a_message("k1"))

    assert first.look_up("k2", draft_id) is Whereabouts.CANNOT_TELL


def test_a_sender_outside_ascii_is_misconfigured():
    past_its_own_check = SmtpSettings.model_construct
    settings = past_its_own_check(host="127.0.0.1", sender="büro@schule.example")

    with pytest.raises(Misconfigured, match=r"smtp\.sender"):
        SmtpMailer(settings, FakeSecrets(), FakeClock())


def test_a_mailer_that_was_closed_connects_again(server, mailer):
    send(mailer, "k1")
    mailer.close()

    send(mailer, "k2")

    assert len(server.mails) == 2


def test_no_error_is_anything_but_ours(server, mailer):
    """Whatever the server answers at whatever step, the caller sees one of the four errors."""
    for step in ("MAIL", "RCPT", "DATA", "END"):
        for answer in ("200 odd", "354 odd", "399 odd", "499 odd", "599 odd", "nonsense"):
            server.plan[step] = answer
            try:
                send(mailer, f"{step} {answer}")
            except FirstbellError:
                server.plan.clear()
