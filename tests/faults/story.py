"""Whom a school should tell, by the moments that were really played: from its story and the law's rules alone.

Nothing here looks into Firstbell's store, so what reached people can be judged by it whatever time it was when.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from firstbell.demo.moments import Moment, Typed
from firstbell.demo.school import DemoSchool
from firstbell.settings.morning import FirstDaySettings
from firstbell.testing.microsoft.mail_state import Arrived
from rules.codes import AttendanceCode, facts_of
from rules.contact.permissions import Decision, age_on, contacts_to_tell, who_may_be_told
from rules.contact.purposes import Purpose
from rules.people import Pupil
from tests.faults.school_morning import DAY

ABSENT, IN_SCHOOL = Purpose.FIRST_DAY_ABSENCE, Purpose.IN_SCHOOL_CORRECTION
SUBJECTS = {"Please contact": ABSENT, "In school:": IN_SCHOOL}
# Where people write that a family is not to be written to, or why the pupil is away.
KEEPS_BACK = frozenset({"Decision", "Reason given", "Hold messages until"})
ADULT = 18


class Told(NamedTuple):
    """A family's address was told this of a pupil."""

    purpose: Purpose
    to: str
    pupil_id: str


@dataclass
class Families:
    """Who may be written to about whom, as the MIS has it all day."""

    school: DemoSchool

    def __post_init__(self) -> None:
        people = self.school.people
        self._pupils = {pupil.id: pupil for pupil in people.pupils if pupil.is_on_roll(DAY)}
        self._contacts = {contact.id: contact for contact in people.contacts}
        self._children = defaultdict[str, set[str]](set)
        for link in people.links:
            for email in self._contacts[link.contact_id].emails:
                self._children[email.reveal().casefold()].add(link.pupil_id)

    def told_by(self, mail: Arrived) -> Iterator[Told]:
        """What a message tells a family, child by child; nothing where it went to somebody else."""
        text = mail.mail.get_body(("plain",)).get_content()
        purpose = next((what for words, what in SUBJECTS.items() if str(mail.mail["Subject"]).startswith(words)), None)
        for pupil_id in self._children.get(mail.to.casefold(), ()):
            if purpose and re.search(rf"\b{re.escape(self._pupils[pupil_id].forename.reveal())}\b", text):
                yield Told(purpose, mail.to.casefold(), pupil_id)

    def are_written_to(self, address: str) -> bool:
        return address.casefold() in self._children

    def first_told(self, pupil_id: str) -> frozenset[str]:
        """The addresses that are told of an absence; none of an adult's."""
        return _addresses(contacts_to_tell(self._decisions(pupil_id), FirstDaySettings().contacts_told_first))

    def may_be_told(self, pupil_id: str) -> frozenset[str]:
        """The same, and those that come after them when a message bounced."""
        return _addresses(d for d in self._decisions(pupil_id) if d.may_be_told)

    def _decisions(self, pupil_id: str) -> tuple[Decision, ...]:
        pupil, links = self._pupils[pupil_id], self.school.people.links
        return () if _is_adult(pupil) else who_may_be_told(pupil, links, self._contacts, ABSENT, as_of=DAY)


@dataclass
class Story:
    """What is so at a school by now: the marks, the lists of who is elsewhere, and what people have written."""

    families: Families
    braked: set[str]
    codes: dict[str, AttendanceCode | None] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    kept_back: set[str] = field(default_factory=set)
    told: set[Told] = field(default_factory=set)

    def happens(self, moment: Moment) -> None:
        """The MIS has it."""
        self.codes |= {mark.pupil_id: mark.code for mark in moment.marks if mark.session.date == DAY}
        self.elsewhere |= {listed.pupil_id for listed in moment.elsewhere}

    def is_written(self, typed: Typed | None) -> None:
        """It stands in a workbook; None is the release of the form in which everybody was marked absent."""
        if typed is None:
            self.braked.clear()
        elif typed.cells.keys() & KEEPS_BACK and typed.sheet != "LA returns":
            self.kept_back.add(typed.pupil_id)

    def reached(self, mails: Iterable[Arrived]) -> Iterator[str]:
        """Take in what reached people while all this was so; what is wrong with it."""
        for mail in mails:
            about = list(self.families.told_by(mail))
            if self.families.are_written_to(mail.to) and not about:
                yield f"a family got a message about nobody: {mail.mail['Subject']}"
            for told in about:
                yield from self._wrong_with(told)
                self.told.add(told)

    def _wrong_with(self, told: Told) -> Iterator[str]:
        if told in self.told:
            yield f"told twice: {told.purpose} {told.pupil_id}"
        elif not self._may_be_told(told):
            yield f"told, and should not be: {told.purpose} {told.pupil_id}"

    def _may_be_told(self, told: Told) -> bool:
        if told.purpose is IN_SCHOOL:
            return self._is_in_school(told.pupil_id) and told._replace(purpose=ABSENT) in self.told
        return self._is_to_be_told_of(told.pupil_id) and told.to in self.families.may_be_told(told.pupil_id)

    def _is_to_be_told_of(self, pupil_id: str) -> bool:
        is_unexplained = self.codes.get(pupil_id) is AttendanceCode.UNEXPLAINED
        return is_unexplained and pupil_id not in self.elsewhere | self.kept_back | self.braked

    def _is_in_school(self, pupil_id: str) -> bool:
        code = self.codes.get(pupil_id)
        return code is not None and (code is AttendanceCode.LATE_AFTER_CLOSE or facts_of(code).is_attending)

    def untold(self) -> set[Told]:
        """Who should have been told, if this is how the morning ends, and was not."""
        of_absence = {Told(ABSENT, to, each) for each in self.codes for to in self._to_be_told_of(each)}
        wrongly_told = {told for told in self.told if told.purpose is ABSENT and self._is_in_school(told.pupil_id)}
        return (of_absence | {told._replace(purpose=IN_SCHOOL) for told in wrongly_told}) - self.told

    def _to_be_told_of(self, pupil_id: str) -> frozenset[str]:
        return self.families.first_told(pupil_id) if self._is_to_be_told_of(pupil_id) else frozenset()


def story_of(school: DemoSchool) -> Story:
    """The story before anything has happened. The form whose register is a mis-click waits for two people."""
    return Story(Families(school), {pupil.id for pupil in school.pupils_of(school.staged.misclicked)})


def _addresses(decisions: Iterable[Decision]) -> frozenset[str]:
    return frozenset(d.address.reveal().casefold() for d in decisions if d.address is not None)


def _is_adult(pupil: Pupil) -> bool:
    return pupil.date_of_birth is not None and age_on(pupil.date_of_birth, DAY) >= ADULT
