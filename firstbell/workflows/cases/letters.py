"""Letters by stage, support first: which paper is due in a case, drafted for named staff, and never sent by itself.

Each paper is a page in the case's own folder, named by a case number, that only the people named may open. It says
"Draft" until a named person has approved exactly those words; handing it over stays that person's work.
"""

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from firstbell.messages.contexts import CONTEXTS, EASILY_READ, PaperContext, field_names, reference_of
from firstbell.messages.rendering import Paper
from firstbell.messages.shown import days_in_words
from firstbell.records import LedgerEntry, Roll
from firstbell.settings import StaffMember
from firstbell.workflows.cases.letter_stages import CaseFacts, Stage, improvement_days, next_stage
from firstbell.workflows.closed_folders import put_closed
from firstbell.workflows.notes.desk_notes import DeskNotes
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.approvals import NotApproved
from rules.calendar.sessions import in_words
from rules.contact.permissions import Decision, Refusal, who_may_be_told
from rules.contact.purposes import Purpose
from rules.people import Contact, Personal, Pupil, PupilContact

PROPOSED, APPROVED = "paper.proposed", "paper.approved"
CASE_LENGTH = 10
NOTICE = Purpose.NOTICE_TO_IMPROVE_DRAFT
# What stops an e-mail does not stop a letter that is handed over.
NO_BAR_TO_PAPER = frozenset({Refusal.UNSUBSCRIBED, Refusal.NO_ADDRESS, Refusal.BAD_ADDRESS})


@dataclass(frozen=True, slots=True)
class Family:
    """A pupil's links, the contacts by id (they may be the whole school's), and the addresses the DSL has blocked."""

    links: tuple[PupilContact, ...] = ()
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    blocked: frozenset[Personal] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """A pupil's case with what its papers need: who may be given one, who signs, and who alone may open the folder."""

    pupil: Pupil
    facts: CaseFacts
    family: Family
    signed_by: StaffMember
    readers: tuple[StaffMember, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of a case: the stage with its sentence, and the document's name and number when there is a draft."""

    case_id: str
    stage: Stage
    document: str | None = None
    number: int | None = None


def families_of(roll: Roll, notes: DeskNotes) -> dict[str, Family]:
    """The family of each pupil on the roll, by pupil id, as the MIS and the safeguarding team have it."""
    contacts = {contact.id: contact for contact in roll.contacts}
    links: dict[str, list[PupilContact]] = {pupil.id: [] for pupil in roll.pupils}
    for link in roll.links:
        links.setdefault(link.pupil_id, []).append(link)
    blocked = notes.blocked_addresses
    return {pupil: Family(tuple(own), contacts, blocked.get(pupil, frozenset())) for pupil, own in links.items()}


def case_id(school: str, pupil_id: str) -> str:
    """The name of a pupil's case, such as "CASE-7F3K9QABCD": steady, and it says nothing by itself."""
    digest = base64.b32encode(hashlib.sha256(f"{school}|case|{pupil_id}".encode()).digest())
    return "CASE-" + digest.translate(EASILY_READ)[:CASE_LENGTH].decode()


def papers_given(office: Office, pupil_id: str, since: dt.date) -> dict[Purpose, dt.date]:
    """The papers approved for a pupil from `since` on, with the date of each one's latest approval."""
    return {Purpose(entry.facts["purpose"]): day for entry, day in _approved(office, pupil_id) if day >= since}


def notice_period(office: Office, pupil_id: str, since: dt.date) -> tuple[dt.date, dt.date] | None:
    """First and last day of the notice to improve that was approved last, from `since` on; None when none was."""
    approved = (entry for entry, day in _approved(office, pupil_id) if day >= since)
    notices = [entry.facts for entry in approved if entry.facts["purpose"] == NOTICE]
    if not notices:
        return None
    return dt.date.fromisoformat(notices[-1]["improve_from"]), dt.date.fromisoformat(notices[-1]["improve_until"])


def _approved(office: Office, pupil_id: str) -> list[tuple[LedgerEntry, dt.date]]:
    entries = office.store.ledger.entries(kind=APPROVED, pupil_id=pupil_id)
    return [(entry, entry.at.astimezone(office.settings.zone).date()) for entry in entries]


def propose_paper(office: Office, case: Case, as_of: dt.date) -> Drafted:
    """Draft the paper that is due, if one is, into the case's folder; the stage says why, or why not.

    Safe to repeat: the same words make no second entry. Raises NeedsHuman when the folder can't be closed to everybody
    but the readers, and then nothing is put in it.
    """
    stage = next_stage(case.facts, as_of, office.settings.letters)
    name = case_id(office.settings.school.key, case.pupil.id)
    if stage.paper is None:
        return Drafted(name, stage)
    may_be_given = _may_be_given(case, stage.paper, as_of)
    if not may_be_given:
        return Drafted(name, stage.without_paper("No contact may be given a letter about this pupil."))
    papers = _papers(office, case.pupil.id)
    number = sum(entry.kind == PROPOSED for entry in papers)
    if not _still_stands(office, case, stage.paper, _standing(papers), as_of):
        number += 1
        paper = _render(office, case, stage.paper, as_of, _draft_status(number))
        known = {"draft": str(number), "dated": as_of.isoformat(), "may_be_given": ", ".join(may_be_given)}
        _put(office, case, paper)
        _record(office, PROPOSED, case, paper, "Firstbell", {**known, "because": stage.finding.sentence})
    return Drafted(name, stage, document_of(name, stage.paper), number)


def approve_paper(office: Office, case: Case, number: int, person: StaffMember, as_of: dt.date) -> str:
    """Approve the draft of this number as it was read; it then says who approved it, and stays to be handed over.

    The facts of the case are those of the draft's own date: what was read is what is approved. Raises NotApproved when
    it is not the latest draft, when it is not due any more, or when its words would be others now.
    """
    if office.settings.person(person.initials) != person:
        raise NotApproved("Only somebody in the school's settings can approve a letter.")
    standing = standing_draft(office, case.pupil.id)
    if standing is None or standing.facts["draft"] != str(number):
        raise NotApproved(_no_such(number, standing))
    purpose, dated = Purpose(standing.facts["purpose"]), _date_of(standing)
    if next_stage(case.facts, as_of, office.settings.letters).paper is not purpose:
        raise NotApproved("This letter is not due any more: see Why.")
    status = f"Approved by {person.name}, {person.role}, on {in_words(as_of)}."
    paper = _render(office, case, purpose, dated, status)
    if _digest(paper) != standing.facts["digest"] or _is_out_of_time(office, purpose, dated, as_of):
        raise NotApproved("The facts have changed since this was drafted. Read the new draft, and type its number.")
    _put(office, case, paper)
    _record(office, APPROVED, case, paper, person.initials, _approval(office, person, standing))
    return f"Approved by {person.initials}. Firstbell does not send it: print it from the folder and hand it over."


def standing_draft(office: Office, pupil_id: str) -> LedgerEntry | None:
    """The entry of the draft that stands in the folder; None when there is none, or it was approved."""
    return _standing(_papers(office, pupil_id))


def _papers(office: Office, pupil_id: str) -> list[LedgerEntry]:
    entries = office.store.ledger.entries(pupil_id=pupil_id)
    return [entry for entry in entries if entry.kind in {PROPOSED, APPROVED}]


def _standing(papers: list[LedgerEntry]) -> LedgerEntry | None:
    return papers[-1] if papers and papers[-1].kind == PROPOSED else None


def _no_such(number: int, standing: LedgerEntry | None) -> str:
    if standing is None:
        return "No draft waits for approval in this case."
    return f"Draft {number} is not the one that waits: read draft {standing.facts['draft']}, and type its number."


def _date_of(draft: LedgerEntry) -> dt.date:
    return dt.date.fromisoformat(draft.facts["dated"])


def _approval(office: Office, person: StaffMember, draft: LedgerEntry) -> dict[str, str]:
    """What the ledger keeps of an approval; of a notice to improve also its first and last day."""
    facts = {"role": person.role, "draft": draft.facts["draft"], "dated": draft.facts["dated"]}
    if draft.facts["purpose"] != NOTICE:
        return facts
    first, last = improvement_days(_date_of(draft), office.settings.letters)
    return {**facts, "improve_from": first.isoformat(), "improve_until": last.isoformat()}


def _still_stands(office: Office, case: Case, purpose: Purpose, draft: LedgerEntry | None, as_of: dt.date) -> bool:
    """Whether the standing draft is of this paper and would say the same now; it keeps its date while it does."""
    if draft is None or draft.facts["purpose"] != purpose:
        return False
    dated = _date_of(draft)
    same = _digest(_render(office, case, purpose, dated, "")) == draft.facts["digest"]
    return same and not _is_out_of_time(office, purpose, dated, as_of)


def _is_out_of_time(office: Office, purpose: Purpose, dated: dt.date, as_of: dt.date) -> bool:
    """Whether the time to improve has begun: then the parent would have less of it than the notice says."""
    return purpose is NOTICE and as_of > improvement_days(dated, office.settings.letters)[0]


def _draft_status(number: int) -> str:
    return f"Draft {number}. Nobody has approved this letter: do not hand it over."


def _may_be_given(case: Case, purpose: Purpose, as_of: dt.date) -> tuple[str, ...]:
    """Ids of the contacts who may be handed a paper: those who may be told, with or without a usable address."""
    family = case.family
    decisions = who_may_be_told(
        case.pupil, family.links, family.contacts, purpose, as_of, blocked_addresses=family.blocked
    )
    return tuple(d.contact_id for d in decisions if _is_free(d))


def _is_free(decision: Decision) -> bool:
    return decision.may_be_told or decision.refusal in NO_BAR_TO_PAPER


def _render(office: Office, case: Case, purpose: Purpose, dated: dt.date, status: str) -> Paper:
    school, facts = office.settings.school, case.facts
    improve_from, improve_until = improvement_days(dated, office.settings.letters)
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
        "improve_from": in_words(improve_from),
        "improve_until": in_words(improve_until),
    }
    return office.wording.paper(purpose, _context(purpose, given), status=status, is_draft=status.startswith("Draft"))


def _context(purpose: Purpose, given: Mapping[str, object]) -> PaperContext:
    """The purpose's own fields of those there are."""
    made: PaperContext = CONTEXTS[purpose](**{name: given[name] for name in field_names(purpose)})  # type: ignore[assignment, arg-type]
    return made


def _digest(paper: Paper) -> str:
    """What is approved: the words of the letter, whatever status stands above them."""
    return hashlib.sha256(f"{paper.subject}\n{paper.text.reveal()}".encode()).hexdigest()


def document_of(name: str, purpose: Purpose) -> str:
    """The name of a paper in its case's folder; it names nobody."""
    return f"{name}-{purpose}.html"


def _put(office: Office, case: Case, paper: Paper) -> None:
    folder, readers = case_id(office.settings.school.key, case.pupil.id), [person.initials for person in case.readers]
    put_closed(office, folder, readers, document_of(folder, paper.purpose), paper.html.reveal())


def _record(office: Office, kind: str, case: Case, paper: Paper, actor: str, facts: Mapping[str, str]) -> None:
    name = case_id(office.settings.school.key, case.pupil.id)
    known = {"case": name, "purpose": paper.purpose.value, "digest": _digest(paper)}
    office.store.ledger.append(
        kind, at=office.clock.now(), actor=actor, facts={**known, **facts}, pupil_id=case.pupil.id
    )
