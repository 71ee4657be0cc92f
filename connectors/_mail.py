"""How a message becomes an e-mail, the same for every connector that hands over whole e-mails itself."""

import unicodedata

from firstbell.errors import GiveUp
from firstbell.records import Message
from rules.contact.addresses import is_one_address

# Control, and line and paragraph separators: what could end a header line somewhere on the way.
_BREAKING = frozenset({"Cc", "Zl", "Zp"})


def check_envelope(message: Message) -> None:
    """Raise GiveUp unless the message goes to exactly one address under a subject that is one line."""
    if not is_one_address(message.to):
        raise GiveUp("the address is not exactly one e-mail address")
    if not is_one_line(message.subject):
        raise GiveUp("the subject holds a line break or another control character")


def is_one_line(text: str) -> bool:
    """Whether the text holds no line break and no other control character."""
    return not any(unicodedata.category(character) in _BREAKING for character in text)
