"""The fake mailer and texter keep the promises of the port, and break exactly where they are told."""

import datetime as dt

import pytest

from firstbell.errors import GiveUp, NeedsHuman, RetryLater
from firstbell.records import Guarantee, Whereabouts
from firstbell.testing.fake_mailer import Crash, FakeMailer, Step
from firstbell.testing.fake_texter import FakeTexter
from firstbell.testing.mailer_conformance import EmailConformance, MailerConformance, MailerRig
from firstbell.testing.messages import NOON, a_message, a_text_message


def a_rig(mailer, message=a_message):
    return MailerRig(mailer, mailer.another_run, lambda: mailer.sent, message, mailer.provider.clock)


class TestFakeMailerConforms(EmailConformance):
    @pytest.fixture
    def rig(self):
        return a_rig(FakeMailer())


class TestForgetfulFakeMailerConforms(EmailConformance):
    @pytest.fixture
    def rig(self):
        return a_rig(FakeMailer(Guarantee.IN_DOUBT_AFTER_CRASH))


class TestFakeTexterConforms(MailerConformance):
    @pytest.fixture
    def rig(self):
        return a_rig(FakeTexter(), a_text_message)


def test_a_text_message_with_html_is_refused():
    with pytest.raises(GiveUp):
        FakeTexter().create_draft(a_message(to="07700 900123"))


def test_a_crash_before_the_provider_acts_leaves_the_draft():
    mailer = FakeMailer()
    draft_id = mailer.create_draft(a_message("k1"))
    mailer.fail_next(Step.SEND, Crash())

    with pytest.raises(Crash):
        mailer.send_draft(draft_id)

    assert mailer.another_run().look_up("k1", draft_id) is Whereabouts.DRAFT


def test_a_crash_after_the_provider_acted_leaves_the_message_sent():
    mailer = FakeMailer()
    draft_id = mailer.create_draft(a_message("k1"))
    mailer.fail_next(Step.SEND, Crash(), after=True)

    with pytest.raises(Crash):
        mailer.send_draft(draft_id)

    assert mailer.another_run().look_up("k1", draft_id) is Whereabouts.SENT


def test_a_lost_answer_to_a_draft_leaves_an_orphan():
    mailer = FakeMailer()
    mailer.fail_next(Step.CREATE, RetryLater(dt.timedelta(seconds=30)), after=True)

    with pytest.raises(RetryLater):
        mailer.create_draft(a_message("k1"))

    assert [message.key for message in mailer.drafts.values()] == ["k1"]


def test_a_fault_waits_for_the_call_it_is_meant_for():
    mailer = FakeMailer()
    mailer.fail_next(Step.CREATE, NeedsHuman("look", "there"), passing=1)
    mailer.create_draft(a_message("k1"))

    with pytest.raises(NeedsHuman):
        mailer.create_draft(a_message("k2"))

    assert mailer.create_draft(a_message("k3"))


def test_a_late_sent_folder_shows_the_message_after_some_look_ups():
    mailer = FakeMailer()
    draft_id = mailer.create_draft(a_message("k1"))
    mailer.send_draft(draft_id)
    mailer.lag(2)

    seen = [mailer.look_up("k1", draft_id) for _ in range(3)]

    assert seen == [Whereabouts.ABSENT, Whereabouts.ABSENT, Whereabouts.SENT]


def test_bounces_are_told_from_a_time_on():
    mailer = FakeMailer()
    mailer.bounce("k1", at=NOON)

    assert [bounce.key for bounce in mailer.bounces(NOON)] == ["k1"]
    assert mailer.bounces(NOON + dt.timedelta(seconds=1)) == ()
