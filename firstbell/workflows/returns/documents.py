"""Drafts of approved returns, each in the pupil's own folder that only the readers in the settings may open.

A draft is drawn anew while its figures change, until the return is marked as sent. Firstbell sends none of them.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping

from firstbell.errors import NeedsHuman
from firstbell.records import Roll
from firstbell.workflows.cases.letters import case_id
from firstbell.workflows.closed_folders import addresses_of, is_kept_to, put_closed
from firstbell.workflows.office import Office
from firstbell.workflows.returns.expected_illness import ExpectedIllness
from firstbell.workflows.returns.pages import Family, ReturnFacts, return_page
from firstbell.workflows.returns.proposals import OpenReturn, ReturnsNow
from firstbell.workflows.returns.records import DRAFTED, ReturnRecord, ReturnState
from firstbell.workflows.watch.watching import SchoolWatch
from rules.calendar.sessions import in_words
from rules.people import Personal


def draft_returns(office: Office, school: SchoolWatch, now: ReturnsNow) -> tuple[str, ...]:
    """Draft every approved return whose words are not in its folder yet; a sentence for each that could not be."""
    roll = office.store.registers.roll()
    if roll is None or not addresses_of(office.settings, office.settings.returns.readers):
        return ()
    ill = {expected.pupil_id: expected for expected in now.expected}
    approved = (each for each in now.open if each.record.state is ReturnState.APPROVED)
    drafts = Drafts(office, school, roll, ill)
    return tuple(fault for each in approved if (fault := drafts.draft(each)))


def folder_of(office: Office, record: ReturnRecord) -> str:
    """The folder of a pupil's returns: named by the case number, and not the one in which letters lie."""
    return returns_folder(office, record.pupil_id)


def returns_folder(office: Office, pupil_id: str) -> str:
    """The same, by the pupil's id."""
    return f"{case_id(office.settings.school.key, pupil_id)}-returns"


class Drafts:
    """Draws pages and puts them where they belong."""

    def __init__(self, office: Office, school: SchoolWatch, roll: Roll, ill: Mapping[str, ExpectedIllness]) -> None:
        self._office, self._school, self._roll, self._ill = office, school, roll, ill

    def draft(self, each: OpenReturn) -> str | None:
        """Draw the page, and put it in its folder if its words are new. Returns what a person must do, if anything."""
        page = self._page(each, each.record.dated or self._school.as_of)
        is_new = _digest(page) != each.record.digest
        if is_new:
            page = self._page(each, self._school.as_of)
        try:
            if is_new or not self._is_closed(each.record):
                self._put(each.record, page)
        except NeedsHuman as refused:
            return str(refused)
        if is_new:
            self._record(each.record, page)
        return None

    def _is_closed(self, record: ReturnRecord) -> bool:
        """Whether exactly the readers may open the folder: the settings or somebody's hand may have changed since."""
        return is_kept_to(self._office, folder_of(self._office, record), self._office.settings.returns.readers)

    def _page(self, each: OpenReturn, dated: dt.date) -> Personal:
        record, office = each.record, self._office
        watch = self._school.pupils.get(record.pupil_id)
        ill = self._ill.get(record.pupil_id)
        facts = ReturnFacts(
            kind=record.kind,
            pupil=next((pupil for pupil in self._roll.pupils if pupil.id == record.pupil_id), None),
            family=self._family(record.pupil_id),
            day=record.day,
            sessions=each.due.sessions,
            register=watch.register if watch and each.due.sessions else None,
            ill_until=ill.until if ill and each.due.is_expected else None,
            reference=case_id(office.settings.school.key, record.pupil_id),
            dated=dated,
            status=self._status(record),
        )
        return return_page(facts, office.settings.school)

    def _family(self, pupil_id: str) -> Family:
        contacts = {contact.id: contact for contact in self._roll.contacts}
        links = (link for link in self._roll.links if link.pupil_id == pupil_id and link.parental_responsibility)
        return Family(tuple((contacts[link.contact_id], link) for link in links if link.contact_id in contacts))

    def _status(self, record: ReturnRecord) -> str:
        person = self._office.settings.person(record.decided_by)
        who = f"{person.name}, {person.role}" if person else record.decided_by
        when = in_words(record.decided_on or record.settled_on)
        return (
            f"Draft, approved for sending by {who}, on {when}. Fill in the empty lines, check the rest, then send it "
            "yourself: Firstbell sends nothing."
        )

    def _put(self, record: ReturnRecord, page: Personal) -> None:
        office, readers = self._office, self._office.settings.returns.readers
        put_closed(office, folder_of(office, record), readers, _document(record), page.reveal())

    def _record(self, record: ReturnRecord, page: Personal) -> None:
        facts = {
            "return": record.key,
            "document": _document(record),
            "digest": _digest(page),
            "dated": self._school.as_of.isoformat(),
        }
        now = self._office.clock.now()
        self._office.store.ledger.append(DRAFTED, at=now, actor="Firstbell", facts=facts, pupil_id=record.pupil_id)


def _document(record: ReturnRecord) -> str:
    """The name of the page: which duty and since when, and nothing about whom."""
    return f"{record.kind.name.lower().replace('_', '-')}-{record.day.isoformat()}.html"


def _digest(page: Personal) -> str:
    return hashlib.sha256(page.reveal().encode()).hexdigest()
