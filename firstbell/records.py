"""The plain records that pass through the ports: immutable, without behaviour, without names in their `repr`.

Datetimes are aware and in UTC; dates are the school's own dates. Law's own records (pupils, contacts, marks,
calendar) live in `rules`.
"""

import datetime as dt
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from rules.calendar import Session
from rules.codes import AttendanceCode
from rules.contact.purposes import Purpose
from rules.lessons import LessonMark
from rules.people import Contact, Personal, Pupil, PupilContact
from rules.registers import Mark
from sheets_templates import Cell


@dataclass(frozen=True, slots=True)
class School:
    """Who the school is. `key` is ours, short and safe in file names; the rest are attributes."""

    key: str
    name: str
    urn: str | None = None
    laestab: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in what was read that did not stop the rest: where, and a sentence that says what to do.

    For an entry of the register, `code` is the text found and `suggestion` what could stand in its place.
    """

    where: str
    sentence: str
    pupil_id: str | None = None
    session: Session | None = None
    code: str = ""
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Roll:
    """The pupils of a school and their contacts, as at a moment. `is_complete`: a pupil not in it is not on roll."""

    as_at: dt.datetime
    pupils: tuple[Pupil, ...]
    contacts: tuple[Contact, ...]
    links: tuple[PupilContact, ...]
    problems: tuple[Problem, ...] = ()
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks as at a moment. A session without a Mark, and a Mark whose code is None, both mean: not taken."""

    as_at: dt.datetime
    marks: tuple[Mark, ...]
    problems: tuple[Problem, ...] = ()


class RegisterState(StrEnum):
    NOT_TAKEN = "not taken"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, repr=False)
class Teacher:
    """A member of staff as the MIS or the cover list names them."""

    id: str
    name: Personal
    email: Personal

    def __repr__(self) -> str:
        return f"Teacher({self.id})"


@dataclass(frozen=True, slots=True)
class RegisterStatus:
    """Whether one group's register was taken for a session, whose it is, and who covers (None: nobody named)."""

    session: Session
    group: str
    state: RegisterState
    teacher: Teacher
    cover: Teacher | None = None
    head_of_department: Teacher | None = None

    @property
    def in_the_room(self) -> Teacher:
        """The teacher to ask: the one who covers, where the cover list names one."""
        return self.cover or self.teacher


class Elsewhere(StrEnum):
    """Lists a pupil may be on who is not in the classroom and not missing either."""

    TRIP = "trip"
    EXAM = "exam"
    MEDICAL = "medical room"
    ALTERNATIVE_PROVISION = "alternative provision"
    SUSPENSION = "suspension"
    SIGNED_IN = "signed in at reception"
    PLANNED_LEAVE = "planned leave"
    MUSIC = "music lesson"
    TOLD_BY_MIS = "already told by the MIS"


@dataclass(frozen=True, slots=True)
class ExpectedElsewhere:
    """A pupil is on one of the lists for a session."""

    pupil_id: str
    session: Session
    kind: Elsewhere


@dataclass(frozen=True, slots=True)
class MisCapabilities:
    """What an MIS connector can do, declared as data; asking for what is not declared raises Misconfigured.

    The last five are facts beside the register: without one its questions are never asked, and nobody is accused.
    """

    has_registers: bool
    has_minutes_late: bool
    has_changes: bool
    can_write_back: bool
    has_notes: bool = False
    has_exam_dates: bool = False
    has_part_time_agreements: bool = False
    has_second_registrations: bool = False
    has_lessons: bool = False


@dataclass(frozen=True, slots=True)
class BesideTheRegister:
    """What the school records of its pupils beside the register, by pupil id; what it does not record is not in it.

    `part_time_until`: the end or review date of an agreed part-time timetable. `second_registrations`: whether the
    pupil is registered at another school too. `without_note`: the pupil and session of marks that need their nature or
    cause written beside them and have none. The notes themselves stay in the MIS.
    """

    last_exams: Mapping[str, dt.date] = field(default_factory=dict)
    part_time_until: Mapping[str, dt.date] = field(default_factory=dict)
    second_registrations: Mapping[str, bool] = field(default_factory=dict)
    without_note: AbstractSet[tuple[str, Session]] = frozenset()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Lessons:
    """The lesson marks of a day: `teachers` by the id in each mark, and who is away, for which session."""

    marks: tuple[LessonMark, ...] = ()
    teachers: Mapping[str, Teacher] = field(default_factory=dict)
    away: AbstractSet[tuple[str, Session]] = frozenset()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkChange:
    """An amendment as the register must keep it: original and amended entry, reason, date, name and role.

    SI 2024/208 regulation 6. `by_name` and `by_role` say who amended; "MIS" and "not given by the MIS" where the
    export does not tell. `seen_at` is when we noticed.
    """

    pupil_id: str
    session: Session
    original: AttendanceCode | None
    amended: AttendanceCode | None
    reason: str
    changed_on: dt.date
    by_name: str
    by_role: str
    seen_at: dt.datetime


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger: number from 1, when, kind, about whom, by whom, facts, and the hash chain."""

    number: int
    at: dt.datetime
    kind: str
    pupil_id: str | None
    actor: str
    facts: Mapping[str, str]
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """Where the chain breaks and how: `altered`, `missing`, `reordered`, `inserted` or `cut short`.

    `cut away` is no fault of the chain: the anchor asked about is older than what retention has kept.
    """

    number: int
    fault: str


class State(StrEnum):
    """Where a proposal stands; see docs/states.md for every step that is allowed."""

    PROPOSED = "proposed"
    HELD = "held"
    RELEASING = "releasing"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    ANSWERED = "answered"
    BLOCKED = "blocked"
    STOPPED = "stopped"
    RECALLED = "recalled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, repr=False)
class Proposal:
    """One message we mean to send: to one recipient, about one pupil (or register), for one session and purpose.

    `key` is school + pupil + session + purpose + recipient: it can exist once, whoever runs twice. `group` joins
    proposals that may share one message (see rules.contact.households); `dispatch_key` is set when they are fixed
    together at release. `facts` hold what the template needs, by id and code, never a name.
    """

    key: str
    purpose: Purpose
    session: Session
    subject_id: str
    recipient_id: str
    address: Personal
    group: str
    state: State
    reason: str
    planned_at: dt.datetime
    release_at: dt.datetime
    send_before: dt.datetime
    facts: Mapping[str, str] = field(default_factory=dict)
    dispatch_key: str | None = None
    draft_id: str | None = None

    def __repr__(self) -> str:
        return f"Proposal({self.key}, {self.state})"


@dataclass(frozen=True, slots=True)
class PersonsCell:
    """What a person last typed in a column of theirs, as it was accepted."""

    workbook: str
    sheet: str
    row_key: str
    column: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """The answer to a row somebody typed: `row` as it was read, and what to say beside it.

    With `key`, the row was taken in: it is from now on the row drawn under that key. Without, it stays as it is, to
    be mended.
    """

    row: Mapping[str, str] = field(repr=False)
    says: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of one sheet to draw: key to column to cell. Columns of people's are filled only in new rows.

    `settled` are the keys of rows that nobody has to look at any more: they move below all the others.
    Raises ValueError for a key with a space at an end: read back, it would be another one.
    """

    sheet: str
    rows: Mapping[str, Mapping[str, Cell]] = field(repr=False)
    answers: tuple[TypedAnswer, ...] = ()
    settled: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if any(key != key.strip() for key in self.rows):
            raise ValueError(f"a key of the sheet '{self.sheet}' begins or ends with a space")


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What a sheet holds now: key to column to text, and rows people added themselves, which have no key yet."""

    sheet: str
    rows: Mapping[str, Mapping[str, str]] = field(repr=False)
    typed: tuple[Mapping[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """Rendered content for one address on one channel. The subject never names a pupil or a reason."""

    key: str
    purpose: Purpose
    to: Personal
    subject: str
    text: Personal
    html: Personal
    send_before: dt.datetime
    reference: str = ""

    def __repr__(self) -> str:
        return f"Message({self.key}, {self.purpose})"


class Whereabouts(StrEnum):
    """What a provider says of a draft or a message that carries a key."""

    DRAFT = "draft"
    SENT = "sent"
    ABSENT = "absent"
    CANNOT_TELL = "cannot tell"


class Guarantee(StrEnum):
    """What a mailer can honestly promise across a crash."""

    EXACTLY_ONCE = "exactly once"
    IN_DOUBT_AFTER_CRASH = "in doubt after a crash"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that lies at the provider: its id there, and the key of the message it carries."""

    id: str
    key: str


@dataclass(frozen=True, slots=True)
class Quota:
    """How many e-mails a mailbox may send: so many at once, and after that so many a minute."""

    mailbox: str
    at_once: int
    a_minute: int


@dataclass(frozen=True, slots=True)
class Bounce:
    """A message that did not arrive: the key of the message, and whether trying again is hopeless."""

    key: str
    is_permanent: bool
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """Somebody wrote back: the key of the message they answered, and when it came; what they wrote is not in it."""

    key: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class CopyLimits:
    """What was made before these moments goes: mails by their date, the others by when they were last written."""

    mails_before: dt.date
    cards_before: dt.datetime
    papers_before: dt.datetime
    rehearsal_before: dt.datetime
    half_made_before: dt.datetime


@dataclass(frozen=True, slots=True)
class Card:
    """A card for the safeguarding channel. Its face shows a case number and urgency only; names are behind the link."""

    key: str
    title: str
    lines: tuple[str, ...]
    link_text: str
    link: str
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Permission:
    """One right that a connector needs of an outside system: why, and how to check that it is no more than that."""

    system: str
    what: str
    why: str
    check: str


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A secret by its name: the value that holds, and the one before it while the secret is being changed, else empty.

    A previous value that is the current one counts as none.
    """

    name: str
    current: str
    previous: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """One value or two, the current one first."""
        return tuple(dict.fromkeys(value for value in (self.current, self.previous) if value))
