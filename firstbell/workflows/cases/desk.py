"""What cases are worked out from: roll, registers, people's notes and the record, read once, and the facts of each."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.errors import NeedsHuman
from firstbell.records import Roll
from firstbell.workflows.cases.letter_stages import CaseFacts
from firstbell.workflows.cases.letters import Case, Family, families_of, notice_period, papers_given
from firstbell.workflows.cases.records import CaseRecords, Noted, read_case_records
from firstbell.workflows.notes.desk_notes import DeskNotes, read_desk_notes
from firstbell.workflows.office import Office
from firstbell.workflows.watch.watching import age_of
from rules.absence.counts import count_sessions
from rules.calendar import SchoolCalendar, first_of_school_year
from rules.calendar.sessions import in_words
from rules.contact.purposes import Purpose
from rules.penalty_notices.national_threshold import national_threshold
from rules.people import Pupil, PupilContact
from rules.registers import RegisterSpan


@dataclass(frozen=True, slots=True)
class CaseDesk:
    """Everything that cases need of one school on one day."""

    office: Office
    today: dt.date
    calendar: SchoolCalendar
    roll: Roll
    notes: DeskNotes
    families: Mapping[str, Family]
    records: CaseRecords

    @property
    def year_began(self) -> dt.date:
        """The first day of this school year."""
        return first_of_school_year(self.today)

    def pupil(self, pupil_id: str) -> Pupil | None:
        """The pupil of this id; None when there is none on the roll."""
        return next((pupil for pupil in self.roll.pupils if pupil.id == pupil_id), None)

    def parents(self, pupil_id: str) -> tuple[PupilContact, ...]:
        """Who may be a parent in law: every contact, but for those the MIS says have no parental responsibility."""
        links = {link.contact_id: link for link in self.families.get(pupil_id, Family()).links}
        return tuple(link for link in links.values() if link.parental_responsibility is not False)

    def register(self, pupil_id: str) -> RegisterSpan:
        """All known marks of a pupil up to today."""
        return self.office.store.registers.span(pupil_id, self.calendar.first, self.today)

    def facts(self, pupil: Pupil, register: RegisterSpan, counted_to: dt.date) -> CaseFacts:
        """What is known of a case now, with the sessions counted up to a day."""
        known = register.between(dt.date.min, counted_to)
        given = papers_given(self.office, pupil.id, self.year_began)
        noted = self.records.noted.get(pupil.id, Noted())
        period = notice_period(self.office, pupil.id, self.year_began)
        return CaseFacts(
            counts=count_sessions(known.between(self.year_began, counted_to).marks),
            threshold=national_threshold(known, self.calendar, age_of(pupil, self.today), counted_to),
            is_on_hold_list=self.notes.holds.get(pupil.id, dt.date.min) >= self.today,
            given=given,
            support=tuple(f"{step.what}, {in_words(step.on)}" for step in self.records.steps.get(pupil.id, ())),
            meeting_is_settled=bool(noted.meeting),
            contract=noted.contract,
            school_days_since_step=self._since_the_last(given, pupil),
            notice_until=period[1] if period else None,
        )

    def case(self, pupil: Pupil, facts: CaseFacts) -> Case | None:
        """The case with who signs and who reads; None while the settings name nobody, and then nothing is drafted."""
        settings = self.office.settings
        signer = settings.person(settings.letters.signed_by)
        readers = tuple(person for person in settings.staff if person.initials in settings.letters.readers)
        if signer is None or not readers:
            return None
        return Case(pupil, facts, self.families.get(pupil.id, Family()), signer, readers)

    def _since_the_last(self, given: Mapping[Purpose, dt.date], pupil: Pupil) -> int | None:
        """School days since the last letter was approved; steps that staff tried don't put the next one off."""
        if not given:
            return None
        return self.calendar.school_days_between(max(given.values()), self.today, pupil.year_group)


def case_desk(office: Office) -> CaseDesk:
    """Read what cases need. Raises NeedsHuman before the first sync."""
    roll = office.store.registers.roll()
    if roll is None:
        raise NeedsHuman("there is no roll yet, so there are no cases", "run the sync first")
    notes, today = read_desk_notes(office.store.desk), office.today()
    records = read_case_records(office.store.ledger, first_of_school_year(today))
    return CaseDesk(office, today, office.mis.calendar(), roll, notes, families_of(roll, notes), records)
