"""What any mailer or texter must do. A test class inherits this; its fixture `rig` says how to drive the adapter."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import pytest

from firstbell.errors import GiveUp, NeedsHuman
from firstbell.ports import Mailer
from firstbell.records import Draft, Guarantee, Message, Whereabouts
from firstbell.testing.fake_clock import FakeClock
from rules.people import Personal

GONE = "not-a-draft"


@dataclass(frozen=True, slots=True)
class MailerRig:
    """A mailer under test. `another_run` is a new process's mailer over the same provider; `arrived` gives what really
    reached somebody, read at the far end; `message` makes a message with a key that suits the adapter. `text_beside`:
    the plain text that arrives with a message in HTML: ours, unless the provider writes its own.
    """

    mailer: Mailer
    another_run: Callable[[], Mailer]
    arrived: Callable[[], Sequence[Message]]
    message: Callable[[str], Message]
    clock: FakeClock
    text_beside: Callable[[Message], Personal] = attrgetter("text")


class MailerConformance:
    """The promises of the Mailer port, on whatever is behind it."""

    def test_a_draft_reaches_nobody(self, rig: MailerRig) -> None:
        rig.mailer.create_draft(rig.message("k1"))

        assert rig.arrived() == []

    def test_a_sent_draft_arrives_whole(self, rig: MailerRig) -> None:
        message = rig.message("k1")

        rig.mailer.send_draft(rig.mailer.create_draft(message))

        (arrived,) = rig.arrived()
        assert arrived.key == "k1"
        assert (arrived.to, arrived.subject) == (message.to, message.subject)
        assert (arrived.text, arrived.html) == (rig.text_beside(message), message.html)

    def test_looking_it_up_tells_the_truth_after_each_step(self, rig: MailerRig) -> None:
        draft_id = rig.mailer.create_draft(rig.message("k1"))
        assert rig.mailer.look_up("k1", draft_id) is Whereabouts.DRAFT

        rig.mailer.send_draft(draft_id)

        assert rig.mailer.look_up("k1", draft_id) is Whereabouts.SENT

    def test_looking_it_up_sends_nothing(self, rig: MailerRig) -> None:
        draft_id = rig.mailer.create_draft(rig.message("k1"))

        rig.mailer.look_up("k1", draft_id)

        assert rig.arrived() == []

    def test_a_draft_is_sent_once_however_often_it_is_asked_for(self, rig: MailerRig) -> None:
        draft_id = rig.mailer.create_draft(rig.message("k1"))
        rig.mailer.send_draft(draft_id)

        with pytest.raises(NeedsHuman):
            rig.mailer.send_draft(draft_id)

        assert len(rig.arrived()) == 1

    def test_a_key_drafted_twice_and_sent_once_arrives_once(self, rig: MailerRig) -> None:
        rig.mailer.create_draft(rig.message("k1"))
        rig.clock.advance(minutes=1)
        second = rig.mailer.create_draft(rig.message("k1"))

        rig.mailer.send_draft(second)

        assert [message.key for message in rig.arrived()] == ["k1"]

    def test_the_other_draft_of_a_sent_key_counts_as_sent(self, rig: MailerRig) -> None:
        first = rig.mailer.create_draft(rig.message("k1"))
        rig.clock.advance(minutes=1)
        rig.mailer.send_draft(rig.mailer.create_draft(rig.message("k1")))

        assert rig.mailer.look_up("k1", first) is Whereabouts.SENT

    def test_a_discarded_draft_is_never_sent(self, rig: MailerRig) -> None:
        draft_id = rig.mailer.create_draft(rig.message("k1"))
        rig.mailer.discard_draft(draft_id)

        with pytest.raises(NeedsHuman):
            rig.mailer.send_draft(draft_id)

        assert rig.arrived() == []
        assert rig.mailer.look_up("k1", draft_id) is Whereabouts.ABSENT

    def test_the_same_message_drafted_twice_at_one_moment_is_two_drafts(self, rig: MailerRig) -> None:
        """Where drafts outlive their run: whoever deletes its own must not delete the one that was recorded."""
        first = rig.mailer.create_draft(rig.message("k1"))
        other_run = rig.another_run()
        second = other_run.create_draft(rig.message("k1"))

        if rig.mailer.guarantee is Guarantee.EXACTLY_ONCE:
            assert other_run.discard_draft(second)
            assert rig.mailer.look_up("k1", first) is Whereabouts.DRAFT
        rig.mailer.send_draft(first)
        assert len(rig.arrived()) == 1

    def test_only_the_first_to_discard_is_told_that_it_did(self, rig: MailerRig) -> None:
        draft_id = rig.mailer.create_draft(rig.message("k1"))

        told = [rig.mailer.discard_draft(each) for each in (draft_id, draft_id, GONE)]

        assert told == [True, False, False]
        assert rig.arrived() == []

    def test_discarding_what_was_sent_says_no_and_does_not_unsend_it(self, rig: MailerRig) -> None:
        draft_id = rig.mailer.create_draft(rig.message("k1"))
        rig.mailer.send_draft(draft_id)

        assert not rig.mailer.discard_draft(draft_id)

        assert rig.mailer.look_up("k1", draft_id) is Whereabouts.SENT
        assert len(rig.arrived()) == 1

    def test_drafts_that_lie_there_are_listed_by_age_with_their_keys(self, rig: MailerRig) -> None:
        """By any run, where drafts outlive the one that made them; else there are none to list."""
        draft_id = rig.mailer.create_draft(rig.message("k1"))
        rig.clock.advance(minutes=20)
        rig.mailer.create_draft(rig.message("k2"))

        found = rig.another_run().drafts_before(rig.clock.now() - dt.timedelta(minutes=15))

        knows = rig.mailer.guarantee is Guarantee.EXACTLY_ONCE
        assert found == ((Draft(draft_id, "k1"),) if knows else ())

    def test_neither_sent_nor_discarded_drafts_are_listed(self, rig: MailerRig) -> None:
        sent, discarded = (rig.mailer.create_draft(rig.message(key)) for key in ("k1", "k2"))
        rig.mailer.send_draft(sent)
        rig.mailer.discard_draft(discarded)
        rig.clock.advance(minutes=20)

        assert rig.mailer.drafts_before(rig.clock.now()) == ()

    def test_sent_again_after_a_crash_it_is_the_same_message_where_nobody_can_know(self, rig: MailerRig) -> None:
        first = rig.mailer.create_draft(rig.message("k1"))
        rig.clock.advance(minutes=6)

        again = rig.another_run().create_draft(rig.message("k1"))

        assert rig.mailer.guarantee is Guarantee.EXACTLY_ONCE or again == first

    def test_messages_with_different_keys_do_not_get_mixed_up(self, rig: MailerRig) -> None:
        first, second = (rig.mailer.create_draft(rig.message(key)) for key in ("k1", "k2"))

        rig.mailer.send_draft(second)

        assert [message.key for message in rig.arrived()] == ["k2"]
        assert rig.mailer.look_up("k1", first) is Whereabouts.DRAFT

    def test_a_run_after_a_crash_is_told_no_lie(self, rig: MailerRig) -> None:
        """A provider that keeps drafts says so, at the latest when it can't be on its way any more; one that can't
        know says that.
        """
        draft_id = rig.mailer.create_draft(rig.message("k1"))

        at_once = rig.another_run().look_up("k1", draft_id)
        rig.clock.advance(minutes=5)
        later = rig.another_run().look_up("k1", draft_id)

        knows = rig.mailer.guarantee is Guarantee.EXACTLY_ONCE
        assert later is (Whereabouts.DRAFT if knows else Whereabouts.CANNOT_TELL)
        assert at_once in {later, Whereabouts.CANNOT_TELL}

    def test_a_run_after_a_crash_learns_that_it_was_sent(self, rig: MailerRig) -> None:
        draft_id = rig.mailer.create_draft(rig.message("k1"))
        rig.mailer.send_draft(draft_id)

        found = rig.another_run().look_up("k1", draft_id)

        knows = rig.mailer.guarantee is Guarantee.EXACTLY_ONCE
        assert found is (Whereabouts.SENT if knows else Whereabouts.CANNOT_TELL)

    def test_two_runs_with_one_draft_send_it_once(self, rig: MailerRig) -> None:
        draft_id = rig.mailer.create_draft(rig.message("k1"))
        rig.mailer.send_draft(draft_id)

        with pytest.raises(NeedsHuman):
            rig.another_run().send_draft(draft_id)

        assert len(rig.arrived()) == 1

    @pytest.mark.parametrize(
        "to", ["", "a@example.org, b@example.org", '"x" <a@example.org>, evil@example.org', "a@example.org\n", "07700"]
    )
    def test_anything_but_one_recipient_is_refused(self, rig: MailerRig, to: str) -> None:
        message = replace(rig.message("k1"), to=Personal(to))

        with pytest.raises(GiveUp) as refused:
            rig.mailer.create_draft(message)

        assert not to.strip() or to.strip() not in str(refused.value)
        assert rig.arrived() == []

    def test_there_are_no_bounces_before_anything_is_sent(self, rig: MailerRig) -> None:
        assert rig.mailer.bounces(rig.clock.now()) == ()

    def test_nobody_has_written_back_to_what_was_only_just_sent(self, rig: MailerRig) -> None:
        rig.mailer.send_draft(rig.mailer.create_draft(rig.message("k1")))

        assert rig.another_run().replies(rig.clock.now()) == ()


class EmailConformance(MailerConformance):
    """What holds for e-mail besides."""

    @pytest.mark.parametrize("subject", ["", " ", "Attendance ", "\N{NO-BREAK SPACE}Attendance"])
    def test_a_subject_that_a_mail_program_would_trim_is_refused(self, rig: MailerRig, subject: str) -> None:
        with pytest.raises(GiveUp):
            rig.mailer.create_draft(replace(rig.message("k1"), subject=subject))

        assert rig.arrived() == []

    @pytest.mark.parametrize(
        "ending", ["\r\nBcc: evil@example.org", "\nX: y", "\r", "\0", "\u2028", "=?utf-8?q?=0D=0ABcc:_x?="]
    )
    def test_a_subject_of_more_than_one_line_or_that_decodes_to_more_is_refused(
        self, rig: MailerRig, ending: str
    ) -> None:
        message = replace(rig.message("k1"), subject=f"Attendance{ending}")

        with pytest.raises(GiveUp):
            rig.mailer.create_draft(message)

        assert rig.arrived() == []

    @pytest.mark.parametrize(
        "name", ["Nguyễn", "Zoe\u0308", "O'Neil", "=HYPERLINK(1)", "{{7*7}}", "\u200fشمس", "王小明"]
    )
    @pytest.mark.parametrize("html", ["", "<p>Dear {},</p>\n.\n..\n<p>{}</p>\n"])
    def test_names_from_everywhere_arrive_as_they_are(self, rig: MailerRig, name: str, html: str) -> None:
        text = f"Dear {name},\n.\n..\nFrom here on {'x' * 1200}\n"
        backwards = name[::-1]  # the same letters, for a subject names nobody
        body = Personal(html.format(name, "x" * 1200))
        message = replace(rig.message("k1"), text=Personal(text), html=body, subject=f"For {backwards}")

        rig.mailer.send_draft(rig.mailer.create_draft(message))

        (arrived,) = rig.arrived()
        assert (arrived.text, arrived.html) == (rig.text_beside(message), message.html)
        assert arrived.subject == message.subject
