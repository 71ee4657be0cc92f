"""The ports: what the attendance office needs of the outside world.

Workflows see these protocols and nothing behind them. Each has a fake and a conformance suite in `firstbell/testing/`,
and the suite runs on the fake and on every real adapter. Adapters raise the errors of `firstbell.errors` and no
others. Datetimes are aware and in UTC; dates are the school's own dates.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from firstbell.errors import NeedsHuman
from firstbell.job_days import JobDay, Try
from firstbell.records import (
    BesideTheRegister,
    Bounce,
    Card,
    CopyLimits,
    Draft,
    ExpectedElsewhere,
    Guarantee,
    LedgerEntry,
    LedgerFault,
    Lessons,
    MarkChange,
    Marks,
    Message,
    MisCapabilities,
    PersonsCell,
    Proposal,
    Quota,
    RegisterStatus,
    Reply,
    Roll,
    School,
    Secret,
    SheetRead,
    SheetRows,
    State,
    Whereabouts,
)
from rules.calendar import SchoolCalendar, Session
from rules.contact.purposes import Purpose
from rules.registers import RegisterSpan
from sheets_templates import WorkbookLayout


class Mis(Protocol):
    """The management information system: the register of record. Read-only unless a school switches writing on."""

    @property
    def capabilities(self) -> MisCapabilities: ...

    def school(self) -> School:
        """Who the school is, as the MIS names it."""
        ...

    def roll(self) -> Roll:
        """Pupils and contacts with their links. Raises BadInput, RetryLater, NeedsHuman."""
        ...

    def marks(self, first: dt.date, last: dt.date) -> Marks:
        """Marks from `first` to `last`, both inside, read afresh. Raises BadInput, RetryLater, NeedsHuman."""
        ...

    def registers(self, day: dt.date) -> tuple[RegisterStatus, ...]:
        """The state of each group's register on a day; empty when the MIS can't say (see capabilities)."""
        ...

    def calendar(self) -> SchoolCalendar:
        """Terms, INSET days, bank holidays and closures."""
        ...

    def expected_elsewhere(self, day: dt.date) -> tuple[ExpectedElsewhere, ...]:
        """Trip, exam, medical and other lists for a day, read afresh."""
        ...

    def beside_the_register(self) -> BesideTheRegister:
        """Exam dates, part-time agreements, second registrations and missing notes; empty where the MIS can't say."""
        ...

    def lessons(self, day: dt.date) -> Lessons:
        """The lesson marks of a day with who took each, cover included; empty when the MIS can't say."""
        ...


class Registers(Protocol):
    """The store's roll and attendance register."""

    def save_roll(self, roll: Roll) -> None:
        """Replace the roll, in one transaction; pupils no longer on it keep their marks."""
        ...

    def roll(self) -> Roll | None:
        """The roll as last saved; None before the first sync."""
        ...

    def save_marks(self, marks: Marks, *, by_name: str, by_role: str, reason: str) -> tuple[MarkChange, ...]:
        """Write marks in one transaction and return what changed.

        A first mark (from not taken) is no change in the amendment sense and is not recorded as one; every other
        difference is appended to the mark changes. Sessions absent from `marks` are left as they are.
        """
        ...

    def marks_as_at(self) -> dt.datetime | None:
        """When the newest marks in the store were true; None before the first sync."""
        ...

    def span(self, pupil_id: str, first: dt.date, last: dt.date) -> RegisterSpan:
        """One pupil's register; sessions nobody has a mark for are not in it."""
        ...

    def spans(self, first: dt.date, last: dt.date) -> dict[str, RegisterSpan]:
        """Every pupil's register over the same sessions, by pupil id."""
        ...

    def minutes_late(self, first: dt.date, last: dt.date) -> dict[tuple[str, Session], int]:
        """Minutes late by pupil id and session, where the MIS gave them."""
        ...

    def mark_changes(self, first: dt.date, last: dt.date) -> tuple[MarkChange, ...]:
        """Amendments to sessions of these dates, oldest first."""
        ...

    def purge(
        self,
        *,
        sessions_before: dt.date,
        amended_before: dt.date,
        at: dt.datetime,
        actor: str,
        only_count: bool = False,
    ) -> Mapping[str, int]:
        """Remove amendments made, and sessions held, before these dates, in one transaction with its ledger entry.

        A session stays while an amendment of it stays. Pupils off the roll of whom nothing is left are forgotten.
        Returns how many `amendments`, `sessions` and `pupils` went; `only_count` removes nothing.
        """
        ...


class Ledger(Protocol):
    """Append-only record of every finding, proposal, decision and message; each entry chained to the last by hash."""

    def append(
        self, kind: str, *, at: dt.datetime, actor: str, facts: Mapping[str, str], pupil_id: str | None = None
    ) -> LedgerEntry:
        """Add an entry. `facts` hold ids, codes and sentences without names."""
        ...

    def entries(
        self, *, pupil_id: str | None = None, kind: str | None = None, since: dt.datetime | None = None
    ) -> tuple[LedgerEntry, ...]:
        """Entries in order, narrowed to a pupil, a kind, or a time."""
        ...

    def verify(self, anchor: str | None = None) -> tuple[LedgerFault, ...]:
        """Every place where an entry was altered, removed or moved; empty when the chain holds.

        With an `anchor` of an earlier day the chain must have passed through it. Raises ValueError for what is none.
        """
        ...

    def cut(self, before: dt.datetime, *, at: dt.datetime, actor: str, only_count: bool = False) -> int:
        """Remove the oldest entries, all written before a moment, behind an entry `ledger.cut` that vouches for them.

        Returns how many went; `only_count` removes nothing. Raises ValueError for a moment so late that the register's
        years are not over.
        """
        ...

    def anchor(self) -> str:
        """The count of entries and the last hash, to keep elsewhere: it shows a chain that was written anew."""
        ...


class Proposals(Protocol):
    """The store's proposals. Every change of state is compare-and-set and writes its ledger entry with it."""

    def add(self, proposals: Iterable[Proposal], *, at: dt.datetime, actor: str) -> tuple[Proposal, ...]:
        """Add those whose keys do not exist yet, in one transaction; returns the ones added."""
        ...

    def find(
        self,
        *,
        session: Session | None = None,
        purpose: Purpose | None = None,
        states: Iterable[State] = (),
        dispatch_key: str | None = None,
    ) -> tuple[Proposal, ...]:
        """Proposals in the order they were planned, narrowed as asked; no states means any state."""
        ...

    def move(
        self,
        keys: Sequence[str],
        old: State,
        new: State,
        *,
        at: dt.datetime,
        actor: str,
        reason: str,
        dispatch_key: str | None = None,
        on_dispatch: str | None = None,
        on_draft: str | None = None,
    ) -> bool:
        """Move all of `keys` from `old` to `new`, or none: False when any was no longer in `old`.

        With `on_dispatch` and `on_draft`, also when any is no longer on these: the message may have been released anew.

        The step must be one of docs/states.md. `dispatch_key` goes with the step to RELEASING, and only with that: it
        is recorded on each, and a key other than the last one forgets the draft. Moving back to HELD clears both.
        Raises ValueError for a step that does not exist.
        """
        ...

    def record_draft(self, dispatch_key: str, draft_id: str, *, at: dt.datetime) -> bool:
        """Write the draft's id on a RELEASING dispatch that has none; False when another run was first."""
        ...

    def hold_until(self, keys: Sequence[str], until: dt.datetime, *, at: dt.datetime, actor: str, reason: str) -> int:
        """Let those of `keys` that are HELD leave no earlier than `until`; how many had another moment before."""
        ...

    def purge(
        self,
        *,
        addresses_before: dt.datetime,
        rows_before: dt.datetime,
        at: dt.datetime,
        actor: str,
        only_count: bool = False,
    ) -> Mapping[str, int]:
        """Blank addresses, and remove proposals, whose `send_before` is before these moments, with its ledger entry.

        Returns how many `addresses` and `messages` went; `only_count` removes nothing.
        """
        ...

    def forget_addresses(self, subject_id: str, *, at: dt.datetime, actor: str) -> int:
        """Blank the address of every proposal about a pupil, with its ledger entry; how many there were."""
        ...


class Desk(Protocol):
    """The store's small memory between runs: accepted cells of people's columns, and whether a run has happened."""

    def cells(self, workbook: str) -> tuple[PersonsCell, ...]:
        """Accepted values of people's columns in one workbook."""
        ...

    def save_cells(self, cells: Iterable[PersonsCell]) -> None:
        """Remember accepted values; an empty value forgets."""
        ...

    def take_lease(self, job: str, *, now: dt.datetime, seconds: int) -> bool:
        """True when no other run of this job holds a lease that is still good; the lease is then ours.

        One that ends a little later than ours would still holds: its run read its clock after us and asked before us.
        One that ends in more than twice `seconds` is of a clock that was put back since, and does not count.
        """
        ...

    def end_lease(self, job: str) -> None:
        """Give the lease back."""
        ...

    def take_token(self, quota: Quota, *, now: dt.datetime) -> dt.datetime | None:
        """Take one of the mailbox's tokens; None when there was one, else the moment there will be. See quota.py."""
        ...

    def return_token(self, quota: Quota) -> None:
        """Give a token back that was taken for a message that did not go."""
        ...

    def heartbeat(self, job: str, *, at: dt.datetime, due_at: dt.datetime | None, outcome: str) -> None:
        """Record that a job ran to its end."""
        ...

    def last_heartbeat(self, job: str) -> dt.datetime | None:
        """When a job last ran to its end; None if never."""
        ...

    def note_try(self, tried: Try) -> None:
        """Add a try of a job to what is known of the job's day; days of more than five weeks before are forgotten."""
        ...

    def job_days(self, day: dt.date) -> tuple[JobDay, ...]:
        """How each job that was tried went on a day of the school, by the job's name."""
        ...


class Store(Protocol):
    """Everything that is remembered for one school."""

    @property
    def registers(self) -> Registers: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def proposals(self) -> Proposals: ...
    @property
    def desk(self) -> Desk: ...

    def close(self) -> None:
        """Let go of files and connections; the store is not used after this."""
        ...


class Workbook(Protocol):
    """A workbook that people and Firstbell share. System cells are written by key; people's are never overwritten."""

    def draw(self, layout: WorkbookLayout, sheets: Sequence[SheetRows], *, as_at: str) -> None:
        """Bring every sheet up to date: rows by key, new ones added, those no longer wanted removed.

        People's cells, colours, notes, order, filters and added columns stay; rows that are settled stand below the
        others. Raises NeedsHuman while someone has the file locked, and then nothing has changed.
        """
        ...

    def read(self, layout: WorkbookLayout) -> tuple[SheetRead, ...]:
        """What the workbook holds now; empty when it does not exist yet. Raises NeedsHuman for an unusable one."""
        ...


class Mailer(Protocol):
    """Sends one message exactly once, as far as the provider allows. Steps are apart so that a crash between them can
    be settled by looking, never by sending again.
    """

    @property
    def guarantee(self) -> Guarantee: ...

    def create_draft(self, message: Message) -> str:
        """Prepare the message where it can be found again, and return the draft's id, which no other ever has.

        Raises RetryLater also when the answer was lost: a draft nobody knows of harms nobody and is swept up. Where
        the guarantee is IN_DOUBT_AFTER_CRASH the id follows from the key, so that sent again it is the same message.
        """
        ...

    def send_draft(self, draft_id: str) -> None:
        """Send that draft. Raises RetryLater when nothing was sent, GiveUp when it never will be; any other doubt is
        NeedsHuman and must be looked up.
        """
        ...

    def look_up(self, key: str, draft_id: str) -> Whereabouts:
        """Where the message is now."""
        ...

    def discard_draft(self, draft_id: str) -> bool:
        """Delete a draft, so that nobody can send it any more. False when there was none: it is gone already, or sent.

        Never touches a message that was sent.
        """
        ...

    def drafts_before(self, moment: dt.datetime) -> tuple[Draft, ...]:
        """Our drafts that were made before a moment and still lie at the provider; empty where none outlives its run.

        Raises RetryLater.
        """
        ...

    def close(self) -> None:
        """Let go of whatever connection was kept; the mailer is not used after that."""
        ...

    def bounces(self, since: dt.datetime) -> tuple[Bounce, ...]:
        """Non-delivery reports since a time, matched to message keys; empty where the provider can't tell."""
        ...

    def replies(self, since: dt.datetime) -> tuple[Reply, ...]:
        """Who wrote back since a time, matched to message keys; never an out-of-office note or another program's
        answer. Empty where the provider can't tell.
        """
        ...


class Texter(Mailer, Protocol):
    """Sends text messages: the same steps as a mailer; `to` is a phone number and `html` is empty."""


class Channel(Protocol):
    """A staff channel, such as Teams or Chat."""

    def post(self, card: Card) -> None:
        """Post a card; posting the same key again changes nothing. Raises RetryLater, GiveUp, Misconfigured."""
        ...

    def is_posted(self, key: str) -> bool:
        """Whether a card with this key really stands in the channel."""
        ...


class Folders(Protocol):
    """Folders that only named people may open."""

    def put(self, folder: str, name: str, content: bytes) -> None:
        """Put a document; the same name again replaces it. Raises GiveUp for an unsafe name."""
        ...

    def set_access(self, folder: str, people: frozenset[str]) -> None:
        """Let exactly these people open the folder."""
        ...

    def access(self, folder: str) -> frozenset[str]:
        """Who can really open the folder now, read back."""
        ...

    def access_to_each(self, folders: Collection[str]) -> Mapping[str, frozenset[str] | NeedsHuman]:
        """As `access`, of many folders; for one that a person must see to, what `access` would raise of it."""
        ...


class Anchors(Protocol):
    """Where anchors of the ledger are kept, outside the store: with one, a ledger that was written anew is found."""

    def newest(self) -> str | None:
        """The anchor kept last; None before the first."""
        ...

    def keep(self, anchor: str, *, at: dt.datetime) -> None:
        """Keep an anchor; the newest one again changes nothing. Raises Misconfigured, NeedsHuman."""
        ...


class Copies(Protocol):
    """What runs leave beside store and workbooks: copies of mails, cards, papers, rehearsals, half-made files."""

    def purge(self, limits: CopyLimits, *, only_count: bool = False) -> Mapping[str, int]:
        """Remove what is older than its limit; how many of each kind went. `only_count` removes nothing."""
        ...

    def count(self, mail_keys: frozenset[str], folders: frozenset[str]) -> Mapping[str, int]:
        """How many `mail copies` carry one of these keys, and `papers` stand in these restricted folders."""
        ...

    def forget(self, mail_keys: frozenset[str], folders: frozenset[str]) -> Mapping[str, int]:
        """Remove them; how many went. Repeating it removes nothing more."""
        ...


class Jobs(Protocol):
    """Enqueues one school's job for the platform to run."""

    def enqueue(self, school_key: str, job: str, due_at: dt.datetime) -> None:
        """Put one message on the queue; it may come twice. Raises ValueError for a moment without a time zone."""
        ...


class LaterJobs(Protocol):
    """The platform's queue of jobs, for what is left of one: a message that nobody sees before its moment."""

    def put(self, message: str, *, at: dt.datetime) -> None:
        """Put one message on the queue, to be seen from `at` on; at once where that has passed. It may come twice.

        Raises RetryLater, and Misconfigured or GiveUp where the queue can't be used as it is.
        """
        ...


class Clock(Protocol):
    """What time it is: an aware datetime in UTC. Only composition makes a real one."""

    def now(self) -> dt.datetime: ...


class Secrets(Protocol):
    """Reads secrets by name. What is empty counts as none."""

    def secret(self, name: str) -> Secret:
        """The secret, with the value before it where there is one. Raises Misconfigured when it has no current one."""
        ...
