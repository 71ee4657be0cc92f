"""What is held about one pupil, as tables that the pupil or a parent can read: the answer to a subject access request.

Other people's data stays out of it by construction: a table names no contact, no brother or sister and no recipient.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from firstbell.ports import Copies
from firstbell.records import LedgerEntry, Proposal
from firstbell.workflows.cases.letters import case_id
from firstbell.workflows.data_rights.cloud_copies import cloud_copies
from firstbell.workflows.notes.typed_words import DATE, words_about
from firstbell.workflows.office import Office
from firstbell.workflows.returns.documents import returns_folder
from rules.codes import code_table
from rules.people import Personal, Pupil, PupilContact

Row = tuple[str | Personal, ...]
# Facts of the ledger that hold another's id, or one that means nothing outside.
INWARD_FACTS = frozenset({"key", "recipient_id", "dispatch_key", "draft_id", "subject_id", "digest", "row", "alert"})
FLAGS = {
    "fsm": "Free school meals",
    "sen_status": "SEN status",
    "ehcp": "Education, health and care plan",
    "eal": "English as an additional language",
}
WITHHELD = (
    "The names, addresses and telephone numbers of contacts: they are other people's data.",
    "To whom each message went: the school can say so where the law lets it.",
    "What is held about brothers, sisters and other pupils.",
)
TO_REVIEW = (
    "Is the person who asks entitled to it? A pupil who understands it may ask alone; a parent asks for the child.",
    "Words that staff typed may name other people, or tell what a third person said: blot those out.",
    "What the safeguarding team wrote may have to be withheld, for instance where a child could come to harm.",
    "Whether a contact may be told, and who is blocked, may show a court order or where somebody lives.",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One table: a file's name, a title, a header and rows. `must_be_read`: it may hold what has to be blotted out."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    must_be_read: bool = False


@dataclass(frozen=True, slots=True)
class SubjectFile:
    """Everything held about one pupil on a day, with what was left out and what a person must look at."""

    pupil_id: str
    made_on: dt.date
    parts: tuple[Part, ...]
    withheld: tuple[str, ...] = WITHHELD
    to_review: tuple[str, ...] = TO_REVIEW

    @property
    def is_empty(self) -> bool:
        return not any(part.rows for part in self.parts)


def subject_file(office: Office, copies: Copies, pupil_id: str) -> SubjectFile:
    """Gather everything about a pupil from the store, and say how many copies stand on disk. Changes nothing."""
    parts = (
        Part("pupil", "From the roll", ("What", "Held"), tuple(_roll_rows(office, pupil_id))),
        Part(
            "contacts",
            "Contacts, without who they are",
            ("Relationship", "Priority", "Parental responsibility", "Lives with the pupil", "Must not be told"),
            tuple(_contact_rows(office, pupil_id)),
            must_be_read=True,
        ),
        Part(
            "register",
            "The attendance register",
            ("Date", "Session", "Code", "Meaning", "Minutes late"),
            tuple(_register_rows(office, pupil_id)),
        ),
        Part(
            "amendments",
            "Amendments of the register",
            ("Date", "Session", "Was", "Is", "Reason", "Changed on", "By", "Role"),
            tuple(_amendment_rows(office, pupil_id)),
        ),
        Part(
            "messages",
            "Messages about the pupil",
            ("Session", "Which letter", "Where it stands", "Why", "Planned"),
            tuple(_message_row(office, proposal) for proposal in messages_about(office, pupil_id)),
        ),
        Part(
            "words",
            "What staff typed in the workbooks",
            ("Workbook", "Sheet", "Date in the row", "Column", "Words"),
            tuple(_word_rows(office, pupil_id)),
            must_be_read=True,
        ),
        Part(
            "timeline",
            "What was found, decided and done",
            ("When", "What", "By", "Facts"),
            tuple(_timeline_row(office, entry) for entry in office.store.ledger.entries(pupil_id=pupil_id)),
            must_be_read=True,
        ),
        Part(
            "copies",
            "Copies beside the store, to be added by hand",
            ("What", "How many"),
            _copy_rows(office, copies, pupil_id),
        ),
    )
    return SubjectFile(pupil_id, office.today(), parts)


def pupil_held(office: Office, pupil_id: str) -> Pupil | None:
    """The pupil's row on the stored roll; None when there is none."""
    roll = office.store.registers.roll()
    return next((pupil for pupil in roll.pupils if pupil.id == pupil_id), None) if roll else None


def messages_about(office: Office, pupil_id: str) -> tuple[Proposal, ...]:
    """Every proposal about a pupil that is still held."""
    return tuple(proposal for proposal in office.store.proposals.find() if proposal.subject_id == pupil_id)


def mail_keys(office: Office, pupil_id: str) -> frozenset[str]:
    """The keys of the mails that carried messages about a pupil."""
    return frozenset(p.dispatch_key for p in messages_about(office, pupil_id) if p.dispatch_key)


def folders_about(office: Office, pupil_id: str) -> frozenset[str]:
    """The restricted folders of a pupil: of letters, and of returns to the local authority."""
    return frozenset({case_id(office.settings.school.key, pupil_id), returns_folder(office, pupil_id)})


def _roll_rows(office: Office, pupil_id: str) -> Iterable[Row]:
    pupil = pupil_held(office, pupil_id)
    if pupil is None:
        return
    yield from (("Forename", pupil.forename), ("Surname", pupil.surname), ("Id in the MIS", pupil.id))
    plain: Mapping[str, object] = {
        "Unique pupil number": pupil.upn.value if pupil.upn else None,
        "Date of birth": pupil.date_of_birth,
        "Year group": pupil.year_group,
        "Form": pupil.form,
        "Sex": pupil.sex,
        "On roll from": pupil.on_roll_from,
        "On roll to": pupil.on_roll_to,
    }
    yield from ((name, str(value)) for name, value in plain.items() if value not in {None, ""})
    for flag in fields(pupil.flags):
        yield FLAGS.get(flag.name, flag.name.replace("_", " ").capitalize()), _in_words(getattr(pupil.flags, flag.name))


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else str(value)


def _contact_rows(office: Office, pupil_id: str) -> Iterable[Row]:
    roll = office.store.registers.roll()
    links: tuple[PupilContact, ...] = roll.links if roll else ()
    for link in links:
        if link.pupil_id == pupil_id:
            told = (link.parental_responsibility, link.lives_with_pupil, link.is_blocked)
            yield link.relationship, str(link.priority or "not known"), *map(_in_words, told)


def _register_rows(office: Office, pupil_id: str) -> Iterable[Row]:
    registers = office.store.registers
    span = registers.span(pupil_id, dt.date.min, dt.date.max)
    late = registers.minutes_late(dt.date.min, dt.date.max) if span.sessions else {}
    codes = code_table().codes
    for session in span.sessions:
        code = span.code_at(session)
        if code is not None:
            minutes = str(late.get((pupil_id, session), ""))
            yield session.date.isoformat(), session.half.value, code.value, codes[code].meaning, minutes


def _amendment_rows(office: Office, pupil_id: str) -> Iterable[Row]:
    for change in office.store.registers.mark_changes(dt.date.min, dt.date.max):
        if change.pupil_id == pupil_id:
            entries = (str(change.original or "not taken"), str(change.amended or "not taken"))
            who = (change.changed_on.isoformat(), change.by_name, change.by_role)
            yield change.session.date.isoformat(), change.session.half.value, *entries, change.reason, *who


def _message_row(office: Office, proposal: Proposal) -> Row:
    purpose = proposal.purpose.value.replace("_", " ")
    return str(proposal.session), purpose, proposal.state.value, proposal.reason, _moment(office, proposal.planned_at)


def _word_rows(office: Office, pupil_id: str) -> Iterable[Row]:
    for cell in words_about(office.store.desk, pupil_id):
        dates = DATE.findall(cell.row_key)
        yield cell.workbook, cell.sheet, max(dates, default=""), cell.column, Personal(cell.value)


def _timeline_row(office: Office, entry: LedgerEntry) -> Row:
    facts = "; ".join(f"{name}: {value}" for name, value in entry.facts.items() if name not in INWARD_FACTS)
    return _moment(office, entry.at), entry.kind, entry.actor, facts


def _copy_rows(office: Office, copies: Copies, pupil_id: str) -> tuple[Row, ...]:
    counts = copies.count(mail_keys(office, pupil_id), folders_about(office, pupil_id))
    elsewhere = cloud_copies(office, messages_about(office, pupil_id), folders_about(office, pupil_id))
    return (*((kind, str(count)) for kind, count in counts.items() if count), *((where, "") for where in elsewhere))


def _moment(office: Office, moment: dt.datetime) -> str:
    return f"{moment.astimezone(office.settings.zone):%Y-%m-%d %H:%M}"
