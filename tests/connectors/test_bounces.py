"""Reports of non-delivery in the shapes that real mail servers give them; names and hosts are made up."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._bounces import Report, read_report

OURS = "<0123456789abcdef0123456789abcdef@st-example.example.org>"


def crlf(text):
    return dedent(text).lstrip().replace("\n", "\r\n").encode()


def delivery_report(*, action="failed", status="5.1.1", returned="message/rfc822", more=""):
    """As Postfix, Exim and Exchange write it (RFC 3464)."""
    return crlf(f"""
        Return-Path: <>
        From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
        To: office@st-example.example.org
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        Message-ID: <20261123094700.AB12CD@mx.example.org>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="B"
        {more}

        --B
        Content-Type: text/plain; charset=us-ascii

        I'm sorry to have to inform you that your message could not be delivered.

        --B
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.org
        Arrival-Date: Mon, 23 Nov 2026 09:46:10 +0000 (GMT)

        Final-Recipient: rfc822; zoe.nguyen@example.org
        Action: {action}
        Status: {status}
        Diagnostic-Code: smtp; 550 5.1.1 <zoe.nguyen@example.org>: user unknown

        --B
        Content-Type: {returned}

        From: office@st-example.example.org
        To: zoe.nguyen@example.org
        Subject: Attendance this morning
        Message-ID: {OURS}

        Alicia is not marked in this morning.

        --B--
        """)


PLAIN_REPORT = crlf(f"""
    From: MAILER-DAEMON@old.example.org
    To: office@st-example.example.org
    Subject: failure notice

    Hi. This is the program that delivers mail at old.example.org.
    I'm afraid I wasn't able to deliver your message. I've given up.

    <zoe.nguyen@example.org>:
    Sorry, no mailbox here by that name. (#5.1.1)

    --- Below this line is a copy of the message.

    Message-ID: {OURS}
    Subject: Attendance this morning

    Reference ATT-7F3K9Q
    """)


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers", "text/rfc822-headers; charset=utf-8"])
def test_a_report_names_the_message_it_returns(returned):
    report = read_report(delivery_report(returned=returned))

    assert OURS in report.identities
    assert report.is_permanent


def test_the_reports_own_identity_is_not_taken_for_ours():
    assert read_report(delivery_report()).identities == {OURS}


@pytest.mark.parametrize(
    ("status", "is_permanent"),
    [("5.1.1", True), ("5.7.1", True), ("5.4.4", True), ("4.4.7", False), ("4.2.2", False), ("5.2.2", False)],
)
def test_unknown_and_blocked_are_for_good_and_full_and_slow_are_not(status, is_permanent):
    assert read_report(delivery_report(status=status)).is_permanent is is_permanent


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_report_of_anything_but_failure_is_no_bounce(action):
    assert read_report(delivery_report(action=action)) is None


def test_a_report_that_returns_nothing_is_matched_by_what_it_answers():
    report = delivery_report(more=f"In-Reply-To: {OURS}\n        References: {OURS}").replace(
        b"Message-ID: <0", b"X: <0"
    )

    assert read_report(report).identities == {OURS}


def test_an_old_program_writes_plain_text():
    report = read_report(PLAIN_REPORT)

    assert report.identities == {OURS, "ATT-7F3K9Q"}
    assert report.is_permanent


def test_a_parents_answer_is_no_bounce():
    answer = PLAIN_REPORT.replace(b"MAILER-DAEMON@old", b"zoe.nguyen@mail")

    assert read_report(answer) is None


def test_an_out_of_office_note_is_no_bounce():
    note = crlf(f"""
        From: zoe.nguyen@example.org
        Subject: Automatic reply: Attendance this morning
        Auto-Submitted: auto-replied
        In-Reply-To: {OURS}

        I am away until 5.1.27. Reference ATT-7F3K9Q
        """)

    assert read_report(note) is None


@pytest.mark.parametrize("content", [b"", b"\0\xff\xfe", b"Content-Type: multipart/report\r\n\r\n", b"\r\n" * 9])
def test_what_is_no_mail_is_no_bounce(content):
    assert read_report(content) is None


def test_half_a_report_still_tells_what_it_tells():
    report = delivery_report()

    assert read_report(report[: report.index(b"Alicia")]).identities == {OURS}


@given(st.sampled_from([delivery_report(), PLAIN_REPORT]), st.integers(0, 2000), st.integers(0, 40), st.binary())
def test_a_damaged_report_is_read_as_far_as_it_goes(report, at, length, damage):
    found = read_report(report[:at] + damage + report[at + length :])

    assert found is None or isinstance(found, Report)
