"""How much an app may do, by the tenant's clock: nobody waits here."""

import datetime as dt

import pytest

from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asked import Asked, Refused
from firstbell.testing.microsoft.throttling import BeyondRate, Limits, Throttling, site_units

APP = App("app")
BOX = {"user-id": "Attendance@example.org"}
ITEM = "/drives/{drive-id}/items/{driveItem-id}"


def asked(template, *, method="GET", query=None, content=b"", params=None, app=APP):
    return Asked(method, template, params or BOX, query or {}, {}, content, "", app)


MAIL = asked("/users/{user-id}/messages")


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def throttling(clock):
    few = Limits(calls_in_ten_minutes=3, bytes_in_five_minutes=100, site_units_a_minute=6, site_units_a_day=20)
    return Throttling(clock.now, few)


def request(throttling, what):
    with throttling.admitted(what):
        pass


def refused(throttling, what):
    with pytest.raises(Refused) as caught:
        request(throttling, what)
    return caught.value


def test_a_mailbox_takes_so_many_calls_in_ten_minutes(throttling, clock):
    for _ in range(3):
        request(throttling, MAIL)
        clock.advance(minutes=1)

    no = refused(throttling, MAIL)

    assert (no.status, no.code, no.headers["Retry-After"]) == (429, "ApplicationThrottled", "420")


def test_calls_that_were_refused_count_too(throttling, clock):
    for _ in range(3):
        request(throttling, MAIL)
    clock.advance(minutes=9)
    refused(throttling, MAIL)

    clock.advance(minutes=1)
    for _ in range(2):
        request(throttling, MAIL)

    refused(throttling, MAIL)


@pytest.mark.parametrize("other", [asked(MAIL.template, params={"user-id": "b@example.org"}), asked("/users")])
def test_another_mailbox_is_not_held_up(throttling, other):
    for _ in range(3):
        request(throttling, MAIL)

    request(throttling, other)


def test_a_mailbox_is_the_same_in_any_case(throttling):
    for _ in range(3):
        request(throttling, MAIL)

    refused(throttling, asked(MAIL.template, params={"user-id": "attendance@EXAMPLE.org"}))


def test_a_mailbox_takes_so_many_bytes_in_five_minutes(throttling, clock):
    request(throttling, asked(MAIL.template, method="POST", content=b"x" * 100))

    refused(throttling, asked(MAIL.template, method="POST", content=b"x"))
    clock.advance(minutes=5)

    request(throttling, asked(MAIL.template, method="POST", content=b"x"))


def test_four_at_once_are_answered_and_a_fifth_is_not(throttling):
    throttling.limits = Limits()
    with throttling.admitted(MAIL), throttling.admitted(MAIL), throttling.admitted(MAIL), throttling.admitted(MAIL):
        no = refused(throttling, MAIL)

    assert (no.status, no.inner, no.headers["Retry-After"]) == (429, "MailboxConcurrency", "1")
    request(throttling, MAIL)


def test_one_that_was_answered_with_an_error_makes_room_again(throttling):
    throttling.limits = Limits(at_once=1)
    for _ in range(2):
        with pytest.raises(KeyError), throttling.admitted(MAIL):
            raise KeyError


def test_who_has_not_signed_in_is_not_counted(throttling):
    for _ in range(9):
        request(throttling, asked(MAIL.template, app=None))


def test_thirty_messages_may_leave_at_once_and_then_one_every_two_seconds(clock):
    throttling = Throttling(clock.now)
    for _ in range(30):
        assert throttling.message_sent("a@example.org") == clock.now()

    with pytest.raises(Refused) as no:
        throttling.message_sent("A@example.org")
    assert (no.value.inner, no.value.headers["Retry-After"]) == ("ErrorMessageSubmissionBlocked", "2")

    clock.advance(seconds=2)
    throttling.message_sent("a@example.org")
    with pytest.raises(Refused):
        throttling.message_sent("a@example.org")
    throttling.message_sent("b@example.org")


def test_a_message_too_many_may_be_kept_until_there_is_room(clock):
    throttling = Throttling(clock.now, Limits(beyond_rate=BeyondRate.KEPT))
    for _ in range(30):
        throttling.message_sent("a@example.org")

    late = [throttling.message_sent("a@example.org") - clock.now() for _ in range(2)]

    assert late == [dt.timedelta(seconds=2), dt.timedelta(seconds=4)]


@pytest.mark.parametrize(
    ("what", "units"),
    [
        (asked(ITEM), 1),
        (asked(f"{ITEM}/content"), 1),
        (asked(f"{ITEM}/children"), 2),
        (asked(f"{ITEM}/content", method="PUT"), 2),
        (asked(ITEM, method="DELETE"), 2),
        (asked("/drives/{drive-id}/root/delta"), 2),
        (asked("/drives/{drive-id}/root/delta", query={"token": "t"}), 1),
        (asked(f"{ITEM}/permissions"), 5),
        (asked(f"{ITEM}/invite", method="POST"), 5),
        (asked(ITEM, query={"$expand": "permissions"}), 5),
    ],
)
def test_sharepoint_counts_in_units(what, units):
    assert site_units(what) == units


def test_sharepoint_refuses_what_is_beyond_a_minute_and_beyond_a_day(throttling, clock):
    request(throttling, asked(f"{ITEM}/permissions"))
    no = refused(throttling, asked(f"{ITEM}/children"))
    assert (no.status, no.code, no.headers["Retry-After"]) == (429, "activityLimitReached", "60")

    for _ in range(3):
        clock.advance(minutes=2)
        request(throttling, asked(f"{ITEM}/permissions"))

    clock.advance(minutes=2)
    assert refused(throttling, asked(ITEM)).headers["Retry-After"] == str(24 * 3600 - 8 * 60)


def test_a_workbook_takes_so_many_calls_in_ten_seconds(clock):
    throttling = Throttling(clock.now, Limits(workbook_calls_in_ten_seconds=1, site_units_a_minute=0))
    request(throttling, asked(f"{ITEM}/workbook/worksheets"))

    assert refused(throttling, asked(f"{ITEM}/workbook/worksheets")).headers["Retry-After"] == "10"


def test_the_service_throttles_what_comes_over_the_wire(ask):
    def send():
        return ask("POST", f"/users/{BOX['user-id']}/messages/1/send")

    assert {send().status_code for _ in range(30)} == {202}
    last = send()

    assert (last.status_code, last.headers["Retry-After"]) == (429, "2")
