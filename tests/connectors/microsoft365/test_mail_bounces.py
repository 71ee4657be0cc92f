"""Reports of non-delivery in the inbox: each is matched to the one message it is about, or to none."""

import datetime as dt
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._bounces import Report
from connectors.microsoft365.bounced import Sent
from firstbell.records import Bounce
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


def bounced(post):
    return [(bounce.key, bounce.is_permanent) for bounce in post.another_run().bounces(post.clock.now())]


REPORTS = [mail_visitors.does_not_arrive, mail_visitors.comes_back]


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize(("status", "is_permanent"), [("5.1.1", True), ("4.4.7", False), ("5.2.2", False)])
def test_a_report_names_the_message_and_whether_to_try_again(post, report, status, is_permanent):
    _, second, _ = sent(post, "k1", "k2", "k3")

    report(post.tenant, second, status)

    assert bounced(post) == [("k2", is_permanent)]


def test_reports_in_every_mailbox_are_read_with_the_moment_they_came(post):
    mails = sent(post, "k1", "k2", "k3", "k4")
    assert {mail.mailbox for mail in mails} == set(OFFICES)
    for mail in mails:
        mail_visitors.does_not_arrive(post.tenant, mail)

    found = post.mailer.bounces(post.clock.now())

    assert sorted(found, key=lambda each: each.key) == [
        Bounce(f"k{number}", is_permanent=True, at=post.clock.now()) for number in (1, 2, 3, 4)
    ]


def test_a_report_that_came_before_the_time_asked_about_is_left_out_and_one_about_an_older_message_is_not(post):
    early, late = sent(post, "k1", "k2")
    mail_visitors.does_not_arrive(post.tenant, early)
    post.clock.advance(hours=1)
    mail_visitors.does_not_arrive(post.tenant, late)

    assert bounced(post) == [("k2", True)]


def test_what_families_write_is_no_report_and_is_not_opened(post):
    (mail,) = sent(post, "k1")
    mail_visitors.reply(post.tenant, mail, "5.1.1 is her locker. She is ill.")
    mail_visitors.out_of_office(post.tenant, mail)

    assert bounced(post) == []
    assert "GET $value" not in post.asked()


def test_a_morning_without_reports_costs_one_round_trip_for_all_mailboxes(post):
    sent(post, "k1")
    before = len(post.round_trips())

    assert bounced(post) == []
    assert post.round_trips()[before:] == ["POST $batch"]


def test_the_drafts_are_listed_in_the_same_round_trip(post):
    draft_id = post.mailer.create_draft(a_message("k1"))
    post.clock.advance(minutes=16)
    run = post.another_run()
    run.bounces(post.clock.now())
    before = len(post.asked())

    assert [draft.id for draft in run.drafts_before(post.clock.now() - dt.timedelta(minutes=15))] == [draft_id]
    assert len(post.asked()) == before


def test_a_report_about_somebody_else_s_mail_is_about_none_of_ours(post):
    (mail,) = sent(post, "k1")
    stranger = EmailMessage()
    stranger["Message-ID"], stranger["To"] = "<other@school.example>", "family0@example.net"
    stranger.set_content("See you at the fair.\n")

    mail_visitors.comes_back(post.tenant, type(mail)(mail.mailbox, mail.item_id, mail.to, stranger, mail.at))

    assert bounced(post) == []


def test_a_report_that_names_two_messages_is_about_neither(post):
    post.mailer = post.another_run(OFFICES[:1])
    first, second = sent(post, "k1", "k2")
    key = post.mail.mailboxes[OFFICES[0]].items[first.item_id].properties[mail_visitors.SEARCH_KEY]

    item = mail_visitors.comes_back(post.tenant, second)
    item.properties |= {
        mail_visitors.ITEM_CLASS: mail_visitors.NON_DELIVERY,
        mail_visitors.PARENT_KEY: key,
    }

    assert bounced(post) == []


def test_a_message_that_was_deleted_from_sent_items_can_t_be_told(post):
    (mail,) = sent(post, "k1")
    mail_visitors.does_not_arrive(post.tenant, mail)
    del post.mail.mailboxes[mail.mailbox].items[mail.item_id]

    assert bounced(post) == []


# ------------------------------------------------------------ never the wrong one

NUMBERS = st.integers(0, 5)
OURS = Sent({f"search{n}": f"k{n}" for n in range(4)}, {f"<m{n}@x>": f"k{n}" for n in range(4)})


@given(about=NUMBERS, named=st.frozensets(NUMBERS, max_size=3), has_report=st.booleans())
def test_whatever_a_report_names_it_is_about_one_message_or_about_none(about, named, has_report):
    report = Report(frozenset(f"<m{n}@x>" for n in named), is_permanent=True) if has_report else None

    found = OURS.key_of(f"search{about}", report)

    meant = {n for n in ({about} | (named if has_report else frozenset())) if n < 4}
    assert found == (f"k{meant.pop()}" if len(meant) == 1 else None)


def test_many_reports_in_one_second_are_each_about_their_own_message(post):
    mails = sent(post, *(f"k{number}" for number in range(8)))
    for number, mail in enumerate(mails):
        if number % 2:
            REPORTS[number // 2 % 2](post.tenant, mail)

    assert {key for key, _ in bounced(post)} == {"k1", "k3", "k5", "k7"}
    assert post.mailer.bounces(post.clock.now() + dt.timedelta(seconds=1)) == ()
