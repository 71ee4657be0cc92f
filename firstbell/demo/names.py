"""Names, addresses and numbers of people who cannot exist: made-up syllables, reserved domains, numbers for drama."""

import random
import unicodedata
from dataclasses import dataclass, field

FORENAME_BEGINNINGS = (
    *("Ala", "Bri", "Çel", "Dax", "Élo", "Fen", "Gia", "Hux", "Iva", "Juno", "Keb", "Lio", "Miv", "Nool", "Ozi", "Pim"),
    *("Quil", "Röm", "Sefi", "Tavi", "Ulla", "Vesk", "Wim", "Xan", "Yolu", "Zeb"),
)
FORENAME_ENDINGS = ("bix", "dell", "fi", "go", "kwe", "lomi", "mond", "nix", "pop", "quin", "ru", "shi", "tuva", "zo")
SURNAME_BEGINNINGS = (
    *("Amber", "Biscuit", "Bramble", "Button", "Copper", "Drizzle", "Ember", "Fiddle", "Gadget", "Inkle", "Jumble"),
    *("Kettle", "Lantern", "Marble", "Nettle", "Otter", "Pebble", "Quill", "Ripple", "Saffron", "Thimble", "Umber"),
    *("Velvet", "Whistle", "Yonder", "Zephyr"),
)
SURNAME_ENDINGS = (
    *("bottom", "button", "crumb", "feather", "fiddle", "jumper", "ladle", "marrow", "mitten", "nought", "pocket"),
    *("puddle", "quaver", "rattle", "spindle", "teacup", "thicket", "trumpet", "whisk", "wobble"),
)
DOMAINS = ("example.org", "example.net")  # RFC 2606: nobody can own them
DOUBLE_BARRELLED = 0.04
WITH_APOSTROPHE = 0.02


def forename(rng: random.Random) -> str:
    """A forename that reads aloud and belongs to nobody; some carry an accent, as real ones do."""
    return rng.choice(FORENAME_BEGINNINGS) + rng.choice(FORENAME_ENDINGS)


def surname(rng: random.Random) -> str:
    """A surname nobody has; a few are double-barrelled or hold an apostrophe, which exports must survive."""
    name = _plain_surname(rng)
    kind = rng.random()
    if kind < DOUBLE_BARRELLED:
        return f"{name}-{_plain_surname(rng)}"
    return f"O'{name}" if kind < DOUBLE_BARRELLED + WITH_APOSTROPHE else name


def _plain_surname(rng: random.Random) -> str:
    return rng.choice(SURNAME_BEGINNINGS) + rng.choice(SURNAME_ENDINGS)


def email(first: str, last: str, number: int) -> str:
    """An address at a domain reserved for examples; `number` makes it the only one."""
    return f"{_ascii(first)}.{_ascii(last)}{number}@{DOMAINS[number % len(DOMAINS)]}"


def _ascii(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if c.isascii() and c.isalpha())


def mobile(rng: random.Random) -> str:
    """A mobile number from Ofcom's range for drama, 07700 900000 to 900999."""
    return f"07700 900{rng.randrange(1000):03d}"


def landline(rng: random.Random) -> str:
    """A landline from Ofcom's range for drama, 01632 960000 to 960999."""
    return f"01632 960{rng.randrange(1000):03d}"


@dataclass
class StaffCodes:
    """Three-letter staff codes, each given once: the first letters of the surname, or the next free ones."""

    taken: set[str] = field(default_factory=set)

    def of(self, last: str) -> str:
        letters = _ascii(last).upper()
        free = (f"{letters[0]}{b}{c}" for b in letters[1:] for c in letters[1:] + "XYZQJKV" if b != c)
        code = next(code for code in free if code not in self.taken)
        self.taken.add(code)
        return code
