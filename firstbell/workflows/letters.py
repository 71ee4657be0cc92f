"""Letters by stage, support first: which paper is due in a case, drafted for named staff, and never sent by itself.

Each paper is a page in the case's own folder, named by a case number, that only the people named may open. It says
"Draft" until a named person has approved exactly those words; handing it over stays that person's work.
"""

import base64
import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from firstbell.errors import NeedsHuman
from firstbell.messages.contexts import CONTEXTS, EASILY_READ, PaperContext, field_names, reference_of
from firstbell.messages.rendering import Paper
from firstbell.messages.shown import days_in_words
from firstbell.records import LedgerEntry
from firstbell.settings import StaffMember
from firstbell.workflows.approvals import NotApproved
from firstbell.workflows.desk_notes import read_desk_notes
from firstbell.workflows.letter_stages import CaseFacts, Stage, next_stage
from firstbell.workflows.office import Office
from rules.calendar.sessions import in_words
from rules.contact.permissions import Decision, Refusal, who_may_be_told
from rules.contact.purposes import Purpose
from rules.people import Personal, Pupil

PROPOSED, APPROVED = "paper.proposed", "paper.approved"
CASE_LENGTH = 10
DRAFT = "Draft. Nobody has approved this letter: do not hand it over."
# What stops an e-mail does not stop a letter that is handed over.
NO_BAR_TO_PAPER = frozenset({Refusal.UNSUBSCRIBED, Refusal.NO_ADDRESS, Refusal.BAD_ADDRESS})


@dataclass(frozen=True, slots=True)
class Case:
    """A pupil's case with what its papers need: who signs them, and the only people who may open the folder."""

    pupil: Pupil
    facts: CaseFacts
    signed_by: StaffMember
    readers: tuple[StaffMember, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of a case: the stage with its sentence, and the document's name when there is one."""

    case_id: str
    stage: Stage
    document: str | None = None


def case_id(school: str, pupil_id: str) -> str:
    """The name of a pupil's case, such as "CASE-7F3K9QABCD": steady, and it says nothing by itself."""
    digest = base64.b32encode(hashlib.sha256(f"{school}|case|{pupil_id}".encode()).digest())
    return "CASE-" + digest.translate(EASILY_READ)[:CASE_LENGTH].decode()


def papers_given(office: Office, pupil_id: str, since: dt.date) -> dict[Purpose, dt.date]:
    """The papers approved for a pupil from `since` on, with the date of each one's latest approval."""
    entries = office.store.ledger.entries(kind=APPROVED, pupil_id=pupil_id)
    dated = ((Purpose(e.facts["purpose"]), e.at.astimezone(office.settings.zone).date()) for e in entries)
    return {purpose: day for purpose, day in dated if day >= since}


def propose_paper(office: Office, case: Case, as_of: dt.date) -> Drafted:
    """Draft the paper that is due, if one is, into the case's folder; the stage says why, or why not.

    Safe to repeat: the same words make no second entry. Raises NeedsHuman when the folder can't be closed to everybody
    but the readers, and then nothing is put in it.
    """
    stage = next_stage(case.facts, as_of, office.settings.letters)
    name = case_id(office.settings.school.key, case.pupil.id)
    if stage.paper is None:
        return Drafted(name, stage)
    may_be_given = _may_be_given(office, case.pupil, stage.paper, as_of)
    if not may_be_given:
        return Drafted(name, stage.without_paper("No contact may be given a letter about this pupil."))
    last = _last_draft(office, case.pupil.id, stage.paper)
    paper = _render(office, case, stage.paper, _dated(last, as_of))
    if last is None or last.facts["digest"] != _digest(paper):
        paper = _render(office, case, stage.paper, as_of)
        facts = {"may_be_given": ", ".join(may_be_given), "because": stage.finding.sentence}
        _put(office, case, paper)
        _record(office, PROPOSED, case, paper, "Firstbell", facts | {"dated": as_of.isoformat()})
    return Drafted(name, stage, _document(name, stage.paper))


def approve_paper(office: Office, case: Case, purpose: Purpose, person: StaffMember, as_of: dt.date) -> str:
    """Approve the draft as it was read; it then says who approved it, and stays in its folder to be handed over.

    Raises NotApproved when there is no such draft, when it is not due any more, or when its words would be others now:
    then a new draft stands in the folder, to be read first.
    """
    last = _last_draft(office, case.pupil.id, purpose)
    if office.settings.person(person.initials) != person:
        raise NotApproved("Only somebody in the school's settings can approve a letter.")
    if last is None or next_stage(case.facts, as_of, office.settings.letters).paper is not purpose:
        raise NotApproved("There is no such draft, or it is not due any more.")
    status = f"Approved by {person.name}, {person.role}, on {in_words(as_of)}."
    paper = _render(office, case, purpose, _dated(last, as_of), status)
    if _digest(paper) != last.facts["digest"]:
        propose_paper(office, case, as_of)
        raise NotApproved("The figures have changed since this was drafted: read the new draft in the folder first.")
    _put(office, case, paper)
    _record(office, APPROVED, case, paper, person.initials, {"role": person.role})
    return f"Approved by {person.initials}. Firstbell does not send it: print it from the folder and hand it over."


def _may_be_given(office: Office, pupil: Pupil, purpose: Purpose, as_of: dt.date) -> tuple[str, ...]:
    """Ids of the contacts who may be handed a paper: those who may be told, with or without a usable address."""
    roll, notes = office.store.registers.roll(), read_desk_notes(office.store.desk)
    contacts = {contact.id: contact for contact in roll.contacts} if roll else {}
    blocked = notes.blocked_addresses.get(pupil.id, frozenset())
    links = roll.links if roll else ()
    decisions = who_may_be_told(pupil, links, contacts, purpose, as_of, blocked_addresses=blocked)
    return tuple(d.contact_id for d in decisions if _is_free(d))


def _is_free(decision: Decision) -> bool:
    return decision.may_be_told or decision.refusal in NO_BAR_TO_PAPER


def _last_draft(office: Office, pupil_id: str, purpose: Purpose) -> LedgerEntry | None:
    """The draft that stands in the folder: one that was approved is a draft no more."""
    entries = office.store.ledger.entries(pupil_id=pupil_id)
    of_paper = [e for e in entries if e.kind in {PROPOSED, APPROVED} and e.facts["purpose"] == purpose]
    return of_paper[-1] if of_paper and of_paper[-1].kind == PROPOSED else None


def _dated(last: LedgerEntry | None, as_of: dt.date) -> dt.date:
    """A draft keeps its date while its words stand."""
    return dt.date.fromisoformat(last.facts["dated"]) if last else as_of


def _render(office: Office, case: Case, purpose: Purpose, dated: dt.date, status: str = DRAFT) -> Paper:
    school, facts = office.settings.school, case.facts
    given: Mapping[str, object] = {
        "child": case.pupil.forename,
        "days_this_year": Personal(days_in_words(facts.counts.absent)),
        "counted_to": in_words(dated),
        "signed_by": Personal(case.signed_by.name),
        "role": case.signed_by.role,
        "dated": in_words(dated),
        "school_name": school.name,
        "school_phone": school.phone,
        "absence_email": school.absence_email,
        "reference": reference_of(f"{school.key}|{case.pupil.id}|{purpose}"),
        "support_given": facts.support_in_words(),
        "absences": Personal(facts.absences_in_words()),
        "improve_from": in_words(dated),
        "improve_until": in_words(dated + dt.timedelta(weeks=office.settings.letters.improve_weeks)),
    }
    return office.wording.paper(purpose, _context(purpose, given), status=status, is_draft=status == DRAFT)


def _context(purpose: Purpose, given: Mapping[str, object]) -> PaperContext:
    """The purpose's own fields of those there are."""
    made: PaperContext = CONTEXTS[purpose](**{name: given[name] for name in field_names(purpose)})  # type: ignore[assignment, arg-type]
    return made


def _digest(paper: Paper) -> str:
    """What is approved: the words of the letter, whatever status stands above them."""
    return hashlib.sha256(f"{paper.subject}\n{paper.text.reveal()}".encode()).hexdigest()


def _document(name: str, purpose: Purpose) -> str:
    return f"{name}-{purpose}.html"


def _put(office: Office, case: Case, paper: Paper) -> None:
    """Close the folder, read back who may open it, and only then put the document in it."""
    folder, people = case_id(office.settings.school.key, case.pupil.id), _addresses(case.readers)
    office.folders.set_access(folder, people)
    if not people or office.folders.access(folder) != people:
        raise NeedsHuman("the folder can't be kept to the people named, so nothing was put in it", f"folder {folder}")
    office.folders.put(folder, _document(folder, paper.purpose), paper.html.reveal().encode())


def _addresses(people: Collection[StaffMember]) -> frozenset[str]:
    return frozenset(person.email for person in people)


def _record(office: Office, kind: str, case: Case, paper: Paper, actor: str, facts: Mapping[str, str]) -> None:
    name = case_id(office.settings.school.key, case.pupil.id)
    known = {"case": name, "purpose": paper.purpose.value, "digest": _digest(paper)}
    office.store.ledger.append(
        kind, at=office.clock.now(), actor=actor, facts={**known, **facts}, pupil_id=case.pupil.id
    )
