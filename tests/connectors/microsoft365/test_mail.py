"""The mailer over Outlook mailboxes, through the real SDK, against the tenant of pretence."""

import datetime as dt

import pytest

from connectors.microsoft365.mailer import GraphMailer
from firstbell.errors import Misconfigured, NeedsHuman, RetryLater
from firstbell.mailboxes import mailbox_for
from firstbell.records import Draft, Whereabouts
from firstbell.testing.mailer_conformance import EmailConformance, MailerRig
from firstbell.testing.messages import a_message
from firstbell.testing.microsoft.asked import Answer
from firstbell.testing.microsoft.faults import Kind
from firstbell.testing.microsoft.mail_mime import text_from_html
from firstbell.testing.microsoft.mail_state import Folder, LagShows, SecondSend
from rules.people import Personal
from tests.connectors.microsoft365.post_office import OFFICES, PRIVATE, open_post_office

SEND = "POST .*/send"
SECONDS, HALF_A_MINUTE = dt.timedelta(seconds=7), dt.timedelta(seconds=30)
LOST_BEFORE = (Kind.UNAVAILABLE, Kind.BROKEN, Kind.GATEWAY, Kind.DROPPED, Kind.NOT_JSON)
LOST_AFTER = (Kind.GATEWAY_AFTER, Kind.DROPPED_AFTER)


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    with open_post_office(tmp_path_factory.mktemp("tenant")) as office:
        yield office


@pytest.fixture
def post(listening):
    listening.empty()
    yield listening
    assert listening.tenant.violations == []


class TestGraphMailerConforms(EmailConformance):
    @pytest.fixture
    def rig(self, post):
        return MailerRig(post.mailer, post.another_run, post.arrived, a_message, post.clock, as_exchange_writes_it)


def as_exchange_writes_it(message):
    """The plain text of a mail in HTML is Exchange's own."""
    return Personal(text_from_html(message.html.reveal())) if message.html.reveal() else message.text


def a_draft_of_an_earlier_run(post, minutes=5):
    """Made by a run that is dead by now, so many minutes ago."""
    draft_id = post.mailer.create_draft(a_message("k1"))
    post.mailer = post.another_run()
    post.clock.advance(minutes=minutes)
    return draft_id


# ------------------------------------------------------------ what goes over the wire


def test_a_message_costs_two_requests(post):
    for number in range(3):
        post.mailer.send_draft(post.mailer.create_draft(a_message(f"k{number}")))

    assert post.asked() == ["POST messages", "POST send"] * 3


def test_a_message_asks_other_mail_programs_for_silence_but_for_reports(post):
    post.mailer.send_draft(post.mailer.create_draft(a_message()))

    assert post.went().mail["x-auto-response-suppress"] == "OOF, AutoReply"


def test_nothing_of_a_family_stands_in_an_address_or_a_header(post, monkeypatch):
    message, told, answer = a_message(), [], post.sandbox.answer

    def listen(request):
        told.append(f"{request.path} {request.query} {request.headers}")
        return answer(request)

    monkeypatch.setattr(post.sandbox, "answer", listen)
    draft_id = post.mailer.create_draft(message)
    post.another_run().look_up(message.key, draft_id)
    post.mailer.send_draft(draft_id)
    post.mailer.bounces(post.clock.now())

    assert len(told) > 5
    assert not any(word in "".join(told) for word in ("zoe", "example.org", "Alicia", "Dear", message.subject))


def test_a_draft_s_id_names_its_mailbox_without_its_address_whatever_order_they_are_listed_in(post):
    draft_id = a_draft_of_an_earlier_run(post)

    assert not any(word in draft_id for word in ("@", "attendance", "school"))
    assert post.another_run(OFFICES[::-1]).discard_draft(draft_id)


def test_each_family_hears_from_its_own_mailbox(post):
    families = [f"family{number}@example.net" for number in range(8)]

    for number, family in enumerate(families):
        post.mailer.send_draft(post.mailer.create_draft(a_message(f"k{number}", to=family)))

    assert {each.mailbox for each in post.mail.arrived} == set(OFFICES)
    assert all(each.mailbox == mailbox_for(Personal(each.to), OFFICES) for each in post.mail.arrived)


# ------------------------------------------------------------ when the answer is no, or does not come


@pytest.mark.parametrize("kind", LOST_AFTER)
def test_a_message_that_went_although_the_answer_was_lost_is_found_and_not_sent_again(post, kind):
    draft_id = post.mailer.create_draft(a_message("k1"))
    post.goes_wrong(kind, SEND)

    with pytest.raises(NeedsHuman):
        post.mailer.send_draft(draft_id)

    assert post.another_run().look_up("k1", draft_id) is Whereabouts.SENT
    assert len(post.arrived()) == 1


@pytest.mark.parametrize("kind", LOST_BEFORE)
def test_a_message_that_may_have_gone_is_left_alone_until_it_can_be_known(post, kind):
    draft_id = post.mailer.create_draft(a_message("k1"))
    post.goes_wrong(kind, SEND)
    with pytest.raises(NeedsHuman):
        post.mailer.send_draft(draft_id)

    assert post.mailer.look_up("k1", draft_id) is Whereabouts.CANNOT_TELL
    with pytest.raises(NeedsHuman):
        post.another_run().send_draft(draft_id)
    post.clock.advance(minutes=5)

    assert post.mailer.look_up("k1", draft_id) is Whereabouts.DRAFT
    post.another_run().send_draft(draft_id)
    assert len(post.arrived()) == 1


@pytest.mark.parametrize(
    ("retry_after", "wait"), [("7", SECONDS), ("Mon, 23 Nov 2026 09:45:07 GMT", SECONDS), ("", HALF_A_MINUTE)]
)
def test_a_busy_service_has_sent_nothing_and_says_how_long_to_wait(post, retry_after, wait):
    draft_id = post.mailer.create_draft(a_message("k1"))
    post.goes_wrong(Kind.THROTTLED, SEND, times=3, retry_after=retry_after)

    with pytest.raises(RetryLater) as busy:
        post.mailer.send_draft(draft_id)

    post.tenant.script.clear()
    assert busy.value.after == wait
    assert post.mailer.look_up("k1", draft_id) is Whereabouts.DRAFT
    post.mailer.send_draft(draft_id)
    assert len(post.arrived()) == 1


def test_a_wait_that_comes_with_a_yes_is_a_yes(post):
    post.mail.retry_after = "30"

    post.mailer.send_draft(post.mailer.create_draft(a_message()))

    assert len(post.arrived()) == 1


@pytest.mark.parametrize("kind", [Kind.THROTTLED, Kind.UNAVAILABLE, Kind.BROKEN, Kind.DROPPED, *LOST_AFTER])
def test_a_draft_whose_answer_was_lost_is_found_by_its_key_and_swept_up(post, kind):
    post.goes_wrong(kind, "POST .*/messages$", times=3)
    with pytest.raises(RetryLater):
        post.mailer.create_draft(a_message("k1"))
    post.tenant.script.clear()
    post.clock.advance(minutes=16)

    orphans = post.another_run().drafts_before(post.clock.now())

    assert [each.key for each in orphans] == (["k1"] if kind in LOST_AFTER else [])
    assert all(post.another_run().discard_draft(each.id) for each in orphans)
    assert post.items() == []


def test_a_sign_in_that_ran_out_sends_nothing(post):
    draft_id = post.mailer.create_draft(a_message())
    post.goes_wrong(Kind.SIGNED_OUT, SEND, times=3)

    with pytest.raises(Misconfigured, match="sign-in"):
        post.mailer.send_draft(draft_id)

    assert post.arrived() == []


def test_a_mailbox_that_exchange_does_not_open_to_us_is_named_by_no_address(post):
    mailer = post.another_run((PRIVATE,))

    with pytest.raises(Misconfigured, match="403 ErrorAccessDenied") as refused:
        mailer.create_draft(a_message())

    assert PRIVATE not in str(refused.value)
    assert post.items() == []


def test_a_mailbox_that_is_full_is_a_matter_for_a_person_and_not_of_the_message(post):
    post.goes_wrong(Kind.FULL, "POST .*/messages$")

    with pytest.raises(Misconfigured, match="is full: make room"):
        post.mailer.create_draft(a_message())

    post.mailer.send_draft(post.mailer.create_draft(a_message()))
    assert len(post.arrived()) == 1


def test_a_mailer_without_a_mailbox_is_no_mailer(post):
    with pytest.raises(Misconfigured, match="must name the mailbox"):
        GraphMailer(post.graph, ())


@pytest.mark.parametrize("body", [{}, {"value": [{}]}, {"value": None}, {"id": "x", "@odata.etag": None}, []])
def test_half_an_answer_is_no_answer(post, monkeypatch, body):
    draft_id = post.mailer.create_draft(a_message("k1"))
    monkeypatch.setattr(post.sandbox, "answer", lambda *_: Answer(body=body))
    asks = (
        lambda: post.mailer.look_up("k1", draft_id),
        lambda: post.another_run().discard_draft(draft_id),
        lambda: post.mailer.drafts_before(post.clock.now()),
        lambda: post.mailer.bounces(post.clock.now()),
    )

    for ask in asks:
        with pytest.raises(RetryLater):
            ask()


# ------------------------------------------------------------ what may be on its way


@pytest.mark.parametrize("shows", LagShows)
def test_a_message_that_does_not_show_in_sent_items_yet_is_neither_sent_again_nor_deleted(post, shows):
    post.mail.lag, post.mail.lag_shows = dt.timedelta(minutes=2), shows
    draft_id = post.mailer.create_draft(a_message("k1"))
    post.mailer.send_draft(draft_id)
    other = post.another_run()

    assert other.look_up("k1", draft_id) in {Whereabouts.CANNOT_TELL, Whereabouts.ABSENT}
    with pytest.raises(NeedsHuman):
        other.send_draft(draft_id)
    if shows is LagShows.DRAFT:
        with pytest.raises(RetryLater):
            other.discard_draft(draft_id)
    post.clock.advance(minutes=2)

    assert other.look_up("k1", draft_id) is Whereabouts.SENT
    assert not other.discard_draft(draft_id)
    assert len(post.arrived()) == 1


@pytest.mark.parametrize("second", [each for each in SecondSend if each is not SecondSend.AGAIN])
def test_of_a_run_that_slept_and_the_one_after_it_one_gets_the_draft_through(post, second):
    post.mail.second_send = second
    sleeper, draft_id = post.mailer, a_draft_of_an_earlier_run(post)

    post.mailer.send_draft(draft_id)
    if second is SecondSend.IGNORED:
        sleeper.send_draft(draft_id)
    else:
        with pytest.raises(NeedsHuman):
            sleeper.send_draft(draft_id)

    assert len(post.arrived()) == 1


def test_a_draft_that_was_claimed_a_moment_ago_is_left_to_the_run_that_claimed_it(post):
    draft_id = a_draft_of_an_earlier_run(post)
    first, second = post.another_run(), post.another_run()
    post.goes_wrong(Kind.DROPPED, SEND)
    with pytest.raises(NeedsHuman):
        first.send_draft(draft_id)

    assert second.look_up("k1", draft_id) is Whereabouts.CANNOT_TELL
    with pytest.raises(NeedsHuman):
        second.send_draft(draft_id)

    assert post.arrived() == []


def test_a_run_that_slept_sees_that_its_own_draft_was_touched_meanwhile(post):
    post.mail.lag, post.mail.lag_shows = dt.timedelta(minutes=2), LagShows.DRAFT
    sleeper, draft_id = post.mailer, a_draft_of_an_earlier_run(post)

    post.mailer.send_draft(draft_id)

    assert sleeper.look_up("k1", draft_id) is Whereabouts.CANNOT_TELL
    assert not sleeper.discard_draft(draft_id)
    assert len(post.arrived()) == 1


def another_is_quicker(post, monkeypatch, method, path):
    """Right before such a request somebody else changes the draft."""
    answer = post.sandbox.answer

    def late(request):
        if request.method == method and request.path.endswith(path):
            post.items()[0].changed(post.clock.now())
        return answer(request)

    monkeypatch.setattr(post.sandbox, "answer", late)


def test_a_draft_that_changed_between_the_look_and_the_claim_is_not_sent(post, monkeypatch):
    draft_id = a_draft_of_an_earlier_run(post)
    another_is_quicker(post, monkeypatch, "PATCH", "")

    with pytest.raises(NeedsHuman):
        post.mailer.send_draft(draft_id)

    assert post.arrived() == []


def test_a_draft_that_changed_between_the_look_and_the_delete_is_not_called_deleted(post, monkeypatch):
    draft_id = a_draft_of_an_earlier_run(post)
    another_is_quicker(post, monkeypatch, "POST", "permanentDelete")

    assert not post.mailer.discard_draft(draft_id)

    assert len(post.items()) == 1


# ------------------------------------------------------------ what people do in the mailbox


def test_a_draft_that_a_person_threw_away_is_no_draft(post):
    draft_id = a_draft_of_an_earlier_run(post)
    (item,) = post.items()
    item.folder = Folder.DELETED

    assert post.mailer.look_up("k1", draft_id) is Whereabouts.ABSENT
    assert not post.mailer.discard_draft(draft_id)
    with pytest.raises(NeedsHuman):
        post.mailer.send_draft(draft_id)


def test_a_draft_that_a_person_sent_by_hand_counts_as_sent(post):
    draft_id = a_draft_of_an_earlier_run(post)
    (item,) = post.items()
    item.folder, item.is_draft = Folder.SENT, False

    assert post.mailer.look_up("k1", draft_id) is Whereabouts.SENT
    with pytest.raises(NeedsHuman):
        post.mailer.send_draft(draft_id)


def test_people_s_own_drafts_are_none_of_ours(post):
    box = post.mail.mailboxes[OFFICES[0]]
    box.put(post.mail.new_item(box, Folder.DRAFTS, {"subject": "Lunch"}, post.clock.now()))
    post.clock.advance(minutes=20)

    assert post.mailer.drafts_before(post.clock.now()) == ()


def test_drafts_are_listed_over_many_pages(post):
    box = post.mail.mailboxes[OFFICES[0]]
    draft_id = post.another_run(OFFICES[:1]).create_draft(a_message("k1"))
    for _ in range(250):
        box.put(post.mail.new_item(box, Folder.DRAFTS, {}, post.clock.now()))
    post.clock.advance(minutes=20)

    assert post.mailer.drafts_before(post.clock.now()) == (Draft(draft_id, "k1"),)


def test_a_key_in_other_letters_is_another_key(post):
    """Graph compares values in any case."""
    post.mailer.send_draft(post.mailer.create_draft(a_message("K1")))
    draft_id = post.mailer.create_draft(a_message("k1"))

    assert post.mailer.look_up("k1", draft_id) is Whereabouts.DRAFT


def test_a_message_of_a_mailbox_that_is_not_ours_any_more_is_left_to_a_person(post):
    draft_id = post.another_run(OFFICES[:1]).create_draft(a_message("k1"))
    later = post.another_run(OFFICES[1:])

    assert later.look_up("k1", draft_id) is Whereabouts.CANNOT_TELL
    assert not later.discard_draft(draft_id)
    with pytest.raises(NeedsHuman):
        later.send_draft(draft_id)
