"""A texter in memory: the fake mailer's steps, with a phone number to send to and no HTML part."""

import re

from firstbell.errors import GiveUp
from firstbell.records import Message
from firstbell.testing.fake_mailer import FakeMailer

PHONE_NUMBER = re.compile(r"\+?[0-9][0-9 ]{8,17}")


class FakeTexter(FakeMailer):
    """A texter for tests; `sent`, `drafts` and `fail_next` as on the fake mailer."""

    def _check(self, message: Message) -> None:
        if PHONE_NUMBER.fullmatch(message.to.reveal()) is None:
            raise GiveUp("the number is not exactly one phone number")
        if message.html:
            raise GiveUp("a text message has no HTML part")
