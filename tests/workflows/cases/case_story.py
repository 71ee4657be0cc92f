"""Attendance cases from the sheet and back, told over the fakes: who was away, and what people type."""

import dataclasses
import datetime as dt

from firstbell.settings import LettersSettings
from firstbell.testing.morning_story import SETTINGS, MorningStory
from firstbell.workflows.cases.letters import case_id
from firstbell.workflows.jobs.weekly import weekly
from rules.calendar import both_sessions
from rules.codes import AttendanceCode
from rules.people import PupilFlags

UNAUTHORISED, ILL, N = AttendanceCode.UNAUTHORISED, AttendanceCode.ILLNESS, AttendanceCode.UNEXPLAINED
PRESENT = {"AM": AttendanceCode.PRESENT_MORNING, "PM": AttendanceCode.PRESENT_AFTERNOON}
FRIDAY = dt.date(2026, 11, 20)
FOLDER = case_id("hill", "ALICIA")
CASE = "ALICIA|2026"
MUM, DAD = "ALICIA|MUM", "ALICIA|DAD"
WITH_LETTERS = SETTINGS.model_copy(update={"letters": LettersSettings(signed_by="AO", readers=("AO", "DS"))})

# What somebody types into a row of their own.
STEP = {
    "Pupil ID": "ALICIA",
    "Date": "2026-11-16",
    "What was done": "a home visit",
    "In words": "Her gran Zelda was there",
    "Outcome": "some change",
    "Initials": "AO",
}
NOTICE = {"Pupil ID": "ALICIA", "Contact ID": "MUM", "Issued on": "2026-11-19", "Initials": "AO"}


class CaseStory(MorningStory):
    """Forty pupils who came every day, and Alicia with two parents, on a Friday afternoon."""

    def __init__(self, settings=WITH_LETTERS, workbook=None, person=None):
        super().__init__(settings=settings)
        self.codes.clear()
        self.now_it_is(FRIDAY)
        self.given_a_pupil("ALICIA", forename="Alicia", flags=PupilFlags(looked_after=False))
        self.given_a_contact("MUM", "ALICIA")
        self.given_a_contact("DAD", "ALICIA", relationship="Father", priority=2)
        if workbook is not None:
            self.office, self.cases = dataclasses.replace(self.office, cases_workbook=workbook), person

    def now_it_is(self, day):
        self.clock.set(dt.datetime.combine(day, dt.time(15, 30), tzinfo=dt.UTC))

    def given_absences(self, code, first, count, pupil_id="ALICIA"):
        """So many school days missed from a date on; every other session was attended."""
        missed = self.mis.calendar().school_days(first, FRIDAY)[:count]
        for day in self.mis.calendar().school_days(dt.date(2026, 9, 1), FRIDAY):
            for session in both_sessions(day):
                for pupil in self.pupils:
                    self.codes.setdefault((pupil, session), PRESENT[session.half])
                if day in missed:
                    self.codes[pupil_id, session] = code

    def given_papers(self, *papers):
        """Papers that were approved in October."""
        october = dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)
        for paper in papers:
            self.store.ledger.append(
                "paper.approved", at=october, actor="AO", facts={"purpose": paper, "draft": "0"}, pupil_id="ALICIA"
            )

    def week(self):
        self.the_mis_exports()
        return weekly(self.office)

    def types(self, sheet, key, **cells):
        for column, text in cells.items():
            self.cases.types(sheet, key, column.replace("_", " "), text)

    def row(self, sheet, **wanted):
        found = [row for row in self.cases.sees(sheet) if wanted.items() <= row.items()]
        assert len(found) == 1, found
        return found[0]

    def case(self, pupil_id="ALICIA"):
        return self.row("Cases", **{"Pupil ID": pupil_id})

    def decision(self, contact_id):
        return self.row("Notice decisions", **{"Contact ID": contact_id})

    def entries(self, kind):
        return self.store.ledger.entries(kind=kind)

    def letter(self, paper="support_letter"):
        return self.office.folders.documents[FOLDER, f"{FOLDER}-{paper}.html"].decode()
