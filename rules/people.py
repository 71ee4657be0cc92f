"""Pupils, contacts and what binds them. Whatever names a person is `Personal`: it can't be printed by accident."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # no I, O or S: 23 letters, A = 0
UPN_LENGTH = 13


class Personal:
    """A name, address, number or reason: shown as "[personal]" unless the place that needs it calls `reveal`.

    Logs, exceptions and f-strings therefore cannot leak it by carelessness; only the edge that writes a letter, a
    workbook cell or the store reveals it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "[personal]"

    __str__ = __repr__

    def __reduce__(self) -> tuple[type["Personal"], tuple[str]]:
        return (Personal, (self._value,))


@dataclass(frozen=True, slots=True)
class Upn:
    """A unique pupil number: check letter, LA (3), establishment (4), year (2), serial (3; the last may be a letter).

    The check letter is the sum of characters 2 to 13 weighted 2 to 13, modulo 23. It identifies nobody by itself, yet
    stays out of logs; and it can change, so it is never a key.
    """

    value: str = field(repr=False)

    @property
    def is_valid(self) -> bool:
        body = self.value[1:]
        well_formed = len(self.value) == UPN_LENGTH and body[:-1].isdigit() and body.isascii()
        if not well_formed or (body[-1] not in UPN_LETTERS and not body[-1].isdigit()):
            return False
        return self.value[0] == UPN_LETTERS[sum(w * _worth(c) for w, c in enumerate(body, 2)) % len(UPN_LETTERS)]

    @property
    def is_temporary(self) -> bool:
        return self.value[-1:] in UPN_LETTERS


def _worth(character: str) -> int:
    return int(character) if character.isdigit() else UPN_LETTERS.index(character)


class Vulnerability(StrEnum):
    """Why a pupil's unexplained absence is told to the safeguarding team at once; most urgent first."""

    CHILD_PROTECTION = "child protection plan"
    LOOKED_AFTER = "looked after"
    SOCIAL_WORKER = "has a social worker"
    EHCP = "education, health and care plan"
    YOUNG_CARER = "young carer"


@dataclass(frozen=True, slots=True)
class PupilFlags:
    """What the MIS says of a pupil, each in three states: yes, no, and None for not known (or not permitted to see)."""

    pupil_premium: bool | None = None
    fsm: bool | None = None
    sen_status: str | None = None
    ehcp: bool | None = None
    looked_after: bool | None = None
    child_protection: bool | None = None
    social_worker: bool | None = None
    young_carer: bool | None = None
    eal: bool | None = None


@dataclass(frozen=True, slots=True)
class Pupil:
    """A registered pupil, keyed by the MIS's own id. `year_group` is "N1", "R", or "1" to "14"."""

    id: str
    forename: Personal
    surname: Personal
    date_of_birth: dt.date | None
    year_group: str
    form: str = ""
    upn: Upn | None = None
    sex: str | None = None
    on_roll_from: dt.date | None = None
    on_roll_to: dt.date | None = None
    flags: PupilFlags = PupilFlags()

    def __repr__(self) -> str:
        return f"Pupil({self.id})"

    def is_on_roll(self, day: dt.date) -> bool:
        """Whether the pupil is on the admission register on a date; an unknown end counts as still there."""
        joined = self.on_roll_from is None or self.on_roll_from <= day
        return joined and (self.on_roll_to is None or day <= self.on_roll_to)

    def vulnerabilities(self) -> tuple[Vulnerability, ...]:
        """The reasons to treat an unexplained absence as urgent, most urgent first."""
        facts = {
            Vulnerability.CHILD_PROTECTION: self.flags.child_protection,
            Vulnerability.LOOKED_AFTER: self.flags.looked_after,
            Vulnerability.SOCIAL_WORKER: self.flags.social_worker,
            Vulnerability.EHCP: self.flags.ehcp,
            Vulnerability.YOUNG_CARER: self.flags.young_carer,
        }
        return tuple(reason for reason, holds in facts.items() if holds)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person on a pupil's record whom the school may be able to reach. `emails` and `phones` are best first."""

    id: str
    title: str
    forename: Personal
    surname: Personal
    emails: tuple[Personal, ...] = ()
    phones: tuple[Personal, ...] = ()
    language: str | None = None

    def __repr__(self) -> str:
        return f"Contact({self.id})"


@dataclass(frozen=True, slots=True)
class PupilContact:
    """The link between a pupil and a contact. Priority and responsibility belong to the link, not to the person.

    `priority` 1 is first. `parental_responsibility` None means the MIS does not say, and then nothing is sent.
    `is_blocked` holds for a court order, a no-contact flag or the DSL's word. `school_consent` is the school's own
    record that a contact without parental responsibility (a foster carer, say) may be told of absence.
    """

    pupil_id: str
    contact_id: str
    relationship: str
    priority: int | None = None
    parental_responsibility: bool | None = None
    lives_with_pupil: bool | None = None
    is_blocked: bool | None = None
    is_unsubscribed: bool | None = None
    school_consent: bool | None = None
