"""The outbox on disk: one file a message, sent by one rename."""

import datetime as dt
import errno
import os

import pytest

from connectors.local.outbox import LocalOutbox
from firstbell.errors import Misconfigured, NeedsHuman, RetryLater
from firstbell.records import Whereabouts
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.mailer_conformance import EmailConformance, MailerRig
from firstbell.testing.messages import a_message, message_in, parsed

OFFICE = "office@st-example.example.org"
NAME = "2026-11-23-" + "0" * 32 + "-" + "0" * 16


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def outbox(tmp_path, clock):
    return LocalOutbox(tmp_path, clock, sender=OFFICE)


def sent_mails(folder):
    return [parsed(path.read_bytes()) for path in sorted(folder.glob("sent/*.eml"))]


class TestLocalOutboxConforms(EmailConformance):
    @pytest.fixture
    def rig(self, outbox, tmp_path, clock):
        def another_run():
            return LocalOutbox(tmp_path, clock, sender=OFFICE)

        def arrived():
            return [message_in(path.read_bytes()) for path in tmp_path.glob("sent/*.eml")]

        return MailerRig(outbox, another_run, arrived, a_message, clock)


def test_a_mail_has_a_plain_part_before_its_html_part(outbox, tmp_path):
    outbox.send_draft(outbox.create_draft(a_message()))

    (mail,) = sent_mails(tmp_path)
    assert mail.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_message_without_html_is_plain(outbox, tmp_path):
    outbox.send_draft(outbox.create_draft(a_message(html="")))

    assert sent_mails(tmp_path)[0].get_content_type() == "text/plain"


def test_the_headers_say_what_programs_need(outbox, tmp_path):
    outbox.send_draft(outbox.create_draft(a_message("k1")))

    (mail,) = sent_mails(tmp_path)
    assert mail["Date"].datetime == dt.datetime(2026, 11, 23, 9, 45, tzinfo=dt.UTC)
    assert (mail["From"], mail["Auto-Submitted"], mail["Content-Language"]) == (OFFICE, "auto-generated", "en-GB")
    assert (mail["X-Firstbell-Key"], mail["X-Firstbell-Reference"]) == ("k1", "ATT-7F3K9Q")
    assert mail["Cc"] is None
    assert mail["Bcc"] is None


def test_the_message_id_follows_from_the_key_and_does_not_show_it(outbox, tmp_path):
    for key in ("school|P1|2026-11-23", "k2"):
        outbox.send_draft(outbox.create_draft(a_message(key)))

    ids = [mail["Message-ID"] for mail in sent_mails(tmp_path)]
    assert len(set(ids)) == 2
    assert not any("P1" in each for each in ids)


def test_the_same_message_at_the_same_moment_is_the_same_bytes(tmp_path, clock):
    for folder in ("a", "b"):
        LocalOutbox(tmp_path / folder, clock, sender=OFFICE).create_draft(a_message())

    first, second = ([f.read_bytes() for f in tmp_path.glob(f"{folder}/drafts/*")] for folder in "ab")
    assert first == second


def test_lines_end_as_the_standard_says_and_none_is_too_long(outbox, tmp_path):
    outbox.create_draft(a_message(text="y" * 5000 + "\n", subject="s" * 1200))

    (draft,) = tmp_path.glob("drafts/*.eml")
    content = draft.read_bytes()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_the_longest_address_survives(outbox, tmp_path):
    longest = "a" * 64 + "@" + ".".join(["b" * 61] * 3) + ".uk"
    outbox.send_draft(outbox.create_draft(a_message(to=longest)))

    assert sent_mails(tmp_path)[0]["To"].addresses[0].addr_spec == longest


def test_drafted_again_after_it_was_sent_it_counts_as_sent(outbox, tmp_path):
    outbox.send_draft(outbox.create_draft(a_message("k1")))

    again = outbox.create_draft(a_message("k1"))

    assert outbox.look_up("k1", again) is Whereabouts.SENT
    assert len(sent_mails(tmp_path)) == 1


def test_no_file_name_tells_who_or_what(outbox, tmp_path):
    outbox.send_draft(outbox.create_draft(a_message("st|P1|2026-11-23-AM")))

    names = " ".join(path.name for path in tmp_path.rglob("*"))
    assert not any(word in names for word in ("P1", "zoe", "nguyen", "absence"))


def test_half_written_files_are_not_left_behind(outbox, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NeedsHuman, match="disk is full"):
        outbox.create_draft(a_message())

    assert list(tmp_path.glob("drafts/*")) == []


def test_an_outbox_that_is_a_file_is_misconfigured(tmp_path, clock):
    (tmp_path / "outbox").write_bytes(b"")

    with pytest.raises(Misconfigured, match="outbox"):
        LocalOutbox(tmp_path / "outbox", clock, sender=OFFICE).create_draft(a_message())


def test_a_draft_that_a_mail_program_holds_open_is_tried_again(outbox, tmp_path, monkeypatch):
    """As Windows does it: renaming an open file is refused."""
    draft_id = outbox.create_draft(a_message("k1"))

    def refuse(*_):
        raise PermissionError(errno.EACCES, "used by another process")

    with monkeypatch.context() as patched:
        patched.setattr(type(tmp_path), "replace", refuse)
        with pytest.raises(RetryLater):
            outbox.send_draft(draft_id)

    assert outbox.look_up("k1", draft_id) is Whereabouts.DRAFT


@pytest.mark.parametrize("draft_id", ["../../etc/passwd", "", "/etc/passwd", NAME + "/..", NAME.upper() + "\n"])
def test_a_draft_id_cannot_lead_out_of_the_outbox(outbox, tmp_path, draft_id):
    with pytest.raises(NeedsHuman):
        outbox.send_draft(draft_id)
    outbox.discard_draft(draft_id)

    assert outbox.look_up("k1", draft_id) is Whereabouts.ABSENT
    assert list(tmp_path.iterdir()) == []


def test_a_draft_somebody_deleted_is_absent(outbox, tmp_path):
    draft_id = outbox.create_draft(a_message("k1"))
    (tmp_path / "drafts" / f"{draft_id}.eml").unlink()

    with pytest.raises(NeedsHuman):
        outbox.send_draft(draft_id)

    assert outbox.look_up("k1", draft_id) is Whereabouts.ABSENT


def bounce_file(folder, name, text=""):
    (folder / "bounces").mkdir(exist_ok=True)
    (folder / "bounces" / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "is_permanent"),
    [("", True), ("550 5.1.1 user unknown", True), ("452 4.2.2 mailbox full", False), ("Temporary\r\n", False)],
)
def test_a_bounce_put_in_the_folder_is_matched_by_its_reference(outbox, tmp_path, clock, text, is_permanent):
    outbox.send_draft(outbox.create_draft(a_message("k1", reference="ATT-7F3K9Q")))
    outbox.send_draft(outbox.create_draft(a_message("k2", reference="ATT-AAAAAA")))
    bounce_file(tmp_path, "att-7f3k9q.txt", text)

    (bounce,) = outbox.bounces(clock.now() - dt.timedelta(hours=1))

    assert (bounce.key, bounce.is_permanent, bounce.at) == ("k1", is_permanent, clock.now())


def test_a_report_of_non_delivery_put_in_the_folder_is_matched_by_the_message_it_returns(outbox, tmp_path, clock):
    for key in ("k1", "k2"):
        outbox.send_draft(outbox.create_draft(a_message(key)))
    returned = next(mail for mail in sent_mails(tmp_path) if mail["X-Firstbell-Key"] == "k2")
    report = f"From: mailer-daemon@example.org\n\n550 5.1.1 no such user\nMessage-ID: {returned['Message-ID']}\n"
    bounce_file(tmp_path, "Undelivered mail.eml", report)

    (bounce,) = outbox.bounces(clock.now())

    assert (bounce.key, bounce.is_permanent) == ("k2", True)


def test_a_mail_that_is_no_report_bounces_nothing(outbox, tmp_path, clock):
    outbox.send_draft(outbox.create_draft(a_message("k1", reference="ATT-7F3K9Q")))
    bounce_file(tmp_path, "answer.eml", "From: zoe.nguyen@example.org\n\nATT-7F3K9Q She is ill.\n")

    assert outbox.bounces(clock.now()) == ()


def test_a_bounce_of_nothing_we_sent_is_nothing(outbox, tmp_path, clock):
    outbox.create_draft(a_message("k1"))
    bounce_file(tmp_path, "ATT-7F3K9Q.txt")

    assert outbox.bounces(clock.now() - dt.timedelta(hours=1)) == ()


def test_an_old_message_does_not_bounce_again(outbox, tmp_path, clock):
    outbox.send_draft(outbox.create_draft(a_message("k1")))
    bounce_file(tmp_path, "ATT-7F3K9Q.txt")

    assert outbox.bounces(clock.now() + dt.timedelta(minutes=1)) == ()


def test_files_of_other_programs_do_no_harm(outbox, tmp_path, clock):
    outbox.send_draft(outbox.create_draft(a_message("k1")))
    (tmp_path / "sent" / "holiday.eml").write_bytes(b"\0\0")
    (tmp_path / "sent" / "desktop.ini").write_bytes(b"")
    bounce_file(tmp_path, "ATT-7F3K9Q.txt")

    assert len(outbox.bounces(clock.now())) == 1
