"""E-mail addresses: whether a text is exactly one, and when two of them reach the same person."""

import re
import unicodedata

from rules.people import Personal

LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
LONGEST_LOCAL_PART = 64

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ONE_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@{_LABEL}(?:\.{_LABEL})+")

SHORTEST_NUMBER = 6  # digits: a local number without its area code
_LIKE_A_NUMBER = re.compile(r"[+]?[\d\s().-]+")
_LIKE_AN_ADDRESS = re.compile(r"[^\s,;:<>()\[\]\"]+@[^\s,;:<>()\[\]\"]+")


def is_one_address(address: Personal) -> bool:
    """Whether the text is one bare address and nothing else: no list, no display name, no space or line break.

    Python's e-mail package reads "a@x, b@y" as two recipients and drops a trailing line break in silence, so neither
    may come near it. Addresses outside ASCII are refused too: many servers bounce them.
    """
    found = _ONE_ADDRESS.fullmatch(address.reveal())
    return found is not None and len(found["local"]) <= LONGEST_LOCAL_PART and len(found[0]) <= LONGEST_ADDRESS


def address_key(address: Personal) -> str:
    """The form in which addresses are compared: without spaces around, NFC, case ignored. Personal: never log it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", address.reveal()).strip().casefold())


def mailboxes_in(text: Personal) -> frozenset[str]:
    """The inboxes that a text may name, however it is written: none, one, or a list with display names.

    For keeping people out only. A "+tag" is dropped because most providers deliver it to the same inbox; two addresses
    that meet here may still be two people. Personal: never log it.
    """
    return frozenset(_without_tag(found) for found in _LIKE_AN_ADDRESS.findall(address_key(text)))


def phone_key(number: Personal) -> str:
    """The form in which telephone numbers are compared, digits only and as dialled in the UK; "" for anything else."""
    text = number.reveal().strip()
    digits = re.sub(r"\D", "", text.replace("(0)", "")) if _LIKE_A_NUMBER.fullmatch(text) else ""
    national = re.sub(r"^(00)?44(?=\d{9,10}$)", "0", digits)
    return national if len(national) >= SHORTEST_NUMBER else ""


def _without_tag(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return local.partition("+")[0] + at + domain
