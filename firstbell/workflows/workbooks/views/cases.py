"""The sheets of the Attendance cases workbook: Cases, Steps tried, Notices, Notice decisions."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.records import LedgerEntry
from firstbell.workflows.cases.caseload import CaseLoad, PupilCase
from firstbell.workflows.cases.desk import CaseDesk
from firstbell.workflows.cases.letter_stages import PAPER_WORDS
from firstbell.workflows.cases.letters import document_of, notice_period
from firstbell.workflows.cases.notice_questions import NoticeQuestion, notice_question
from firstbell.workflows.cases.records import NO_DECISION, NoticeLine
from firstbell.workflows.cases.threshold_log import in_this_calendar, undone_sentence
from firstbell.workflows.notes.row_keys import case_key
from firstbell.workflows.office import Office
from firstbell.workflows.words import name_of
from firstbell.workflows.workbooks.edits import SAYS, Said
from firstbell.workflows.workbooks.views.picture import Rows
from rules.calendar.sessions import in_words
from rules.findings import Finding, Outcome
from rules.penalty_notices.notice_to_improve import improvement_period
from rules.penalty_notices.notices import NextNotice, Which, as_issued, next_notice
from rules.people import PupilContact
from sheets_templates import Cell
from sheets_templates.cases import CASES_WORKBOOK

type Typed = dict[tuple[str, str], dict[str, Cell]]
TO_DECIDE, PROVISIONAL, UNDONE, NOT_ALLOWED = "to decide", "provisional", "undone: stop", "no notice allowed"
URGENCY = {UNDONE: 0, TO_DECIDE: 1, PROVISIONAL: 2, NOT_ALLOWED: 3}


def typed_cells(office: Office) -> Typed:
    """What people typed in the workbook and was accepted, by sheet and row, so that a row drawn anew has it again."""
    found: Typed = {}
    for cell in office.store.desk.cells(CASES_WORKBOOK.name):
        if cell.value:
            found.setdefault((cell.sheet, cell.row_key), {})[cell.column] = cell.value
    return found


@dataclass(frozen=True, slots=True)
class CasePage:
    """What the sheets show: the cases, what people typed, and what Firstbell answers."""

    load: CaseLoad
    said: Said
    typed: Typed

    @property
    def desk(self) -> CaseDesk:
        """What the cases were worked out from."""
        return self.load.desk

    def case_rows(self) -> Rows:
        """Each case, the most urgent first."""
        rows = {case_key(case.pupil.id, self.desk.today): self._case_row(case) for case in self.load.cases}
        return {key: {**row, **self._answered("Cases", key)} for key, row in rows.items()}

    def _case_row(self, case: PupilCase) -> dict[str, Cell]:
        given = sorted((day, purpose) for purpose, day in case.facts.given.items())
        finding = case.drafted.stage.finding
        return {
            **self._who(case.pupil.id),
            "Form": case.pupil.form,
            "Stage": PAPER_WORDS[given[-1][1]] if given else "no letter yet",
            "Why": " ".join(filter(None, (finding.sentence, self._improvement(case.pupil.id), case.trouble))),
            "Tried so far": "\n".join(case.facts.support_in_words()),
            "Draft": str(case.drafted.number or ""),
            "Document": case.drafted.document or (document_of(case.drafted.case_id, given[-1][1]) if given else ""),
            "State": state_of(case),
        }

    def _improvement(self, pupil_id: str) -> str:
        """The first and last day of the notice to improve that was approved, and whether that is long enough."""
        period = notice_period(self.desk.office, pupil_id, self.desk.year_began)
        return improvement_period(*period, self.desk.today).sentence if period else ""

    def step_rows(self) -> Rows:
        """The steps that people wrote down, in the order in which they did."""
        keys = [key for sheet, key in self.typed if sheet == "Steps tried"]
        return {key: {**self._who(_pupil_of(key)), **self._answered("Steps tried", key)} for key in keys}

    def notice_rows(self) -> Rows:
        """The notices on record, each with which one it was; and what another one today would be."""
        keys = [key for sheet, key in self.typed if sheet == "Notices"]
        lines = {line.row: line for own in self.desk.records.notices.values() for line in own}
        return {key: {**self._notice_row(key, lines.get(key)), **self._answered("Notices", key)} for key in keys}

    def _notice_row(self, key: str, line: NoticeLine | None) -> dict[str, Cell]:
        pupil_id = _pupil_of(key)
        if line is None:
            return {**self._who(pupil_id), "Which": "none"}
        own = [each.as_notice() for each in self.desk.records.notices_of(pupil_id, line.contact_id)]
        was = next((found for notice, found in as_issued(own) if notice.issued_on == line.issued_on), None)
        return {
            **self._who(pupil_id),
            "Parent": self._parent_name(line.contact_id),
            "Which": was.which.value if was and line.withdrawn_on is None else "withdrawn",
            "Amount": amount_in_words(was) if was and line.withdrawn_on is None else "",
            "The next one": next_notice(own, self.desk.today).finding.sentence,
        }

    def decision_rows(self) -> Rows:
        """One line for each parent and child where the threshold is met, or was until marks changed."""
        rows = {}
        for case in self.load.cases:
            for parent in self.desk.parents(case.pupil.id) if self._is_at_threshold(case) else ():
                key = f"{case.pupil.id}|{parent.contact_id}"
                rows[key] = {**self._decision_row(case, parent), **self._answered("Notice decisions", key)}
        return dict(sorted(rows.items(), key=lambda row: URGENCY.get(str(row[1]["State"]), len(URGENCY))))

    def _is_at_threshold(self, case: PupilCase) -> bool:
        return case.facts.threshold.threshold_met_on is not None or bool(self._undone(case))

    def _undone(self, case: PupilCase) -> str:
        found = self.desk.records.thresholds.get(case.pupil.id, ())
        return undone_sentence(in_this_calendar(found, self.desk.calendar.first))

    def _decision_row(self, case: PupilCase, parent: PupilContact) -> dict[str, Cell]:
        question = notice_question(self.desk, case.pupil, parent, case.facts, case.register)
        log = self.desk.records.decisions.get((case.pupil.id, parent.contact_id), ())
        now = case.facts.threshold.finding.sentence
        return {
            **self._who(case.pupil.id),
            "Year": case.pupil.year_group,
            "Contact ID": parent.contact_id,
            "Parent": f"{self._parent_name(parent.contact_id)}\n{parent.relationship}",
            "State": state_of_question(question, self.desk.records.standing_decision(case.pupil.id, parent.contact_id)),
            "Threshold": f"{self._undone(case)}\n{now}".strip(),
            "To weigh": "\n".join(finding.sentence for finding in sorted(question.weighed, key=_weight)),
            "Next notice": question.next_notice.finding.sentence,
            "Decided so far": "\n".join(self._decided(entry) for entry in log),
        }

    def _decided(self, entry: LedgerEntry) -> str:
        day = entry.at.astimezone(self.desk.office.settings.zone).date()
        return f"{in_words(day)}, {entry.actor}: {entry.facts['decision']}"

    def _parent_name(self, contact_id: str) -> str:
        contact = next((c for c in self.desk.roll.contacts if c.id == contact_id), None)
        if contact is None:
            return f"(no longer in the MIS: {contact_id})"
        return f"{contact.surname.reveal()}, {contact.forename.reveal()}"

    def _who(self, pupil_id: str) -> dict[str, Cell]:
        pupil = self.desk.pupil(pupil_id)
        if pupil is None:
            return {"Pupil ID": pupil_id, "Pupil": f"(no longer on roll: {pupil_id})"}
        return {"Pupil ID": pupil_id, "Pupil": name_of(pupil)}

    def _answered(self, sheet: str, key: str) -> Mapping[str, Cell]:
        """What people typed in a row, and the answer to it."""
        typed = self.typed.get((sheet, key), {})
        return {**typed, SAYS: self.said.in_rows.get((sheet, key), typed.get(SAYS, ""))}


def state_of(case: PupilCase) -> str:
    """Where the letters of a case stand, in a word."""
    if case.drafted.document:
        return "draft"
    if case.drafted.stage.paper is not None:
        return "not set up" if "letters.readers" in case.trouble else "not drafted"
    return "approved" if case.facts.given else "not due"


def state_of_question(question: NoticeQuestion, decision: str) -> str:
    """Where the decision about one parent and child stands: what stops it, or what was decided last."""
    if not question.is_met:
        return UNDONE
    if decision != NO_DECISION:
        return decision
    if question.next_notice.which is Which.NONE:
        return NOT_ALLOWED
    return PROVISIONAL if question.is_provisional else TO_DECIDE


def amount_in_words(notice: NextNotice) -> str:
    """What a notice comes to: in full, and if paid early."""
    if notice.amount is None:
        return ""
    early = f", £{notice.reduced_amount} if paid early" if notice.reduced_amount else ""
    return f"£{notice.amount}{early}"


def _weight(finding: Finding) -> int:
    """What speaks against a notice first, then what is not known, then what was ruled out."""
    return [Outcome.MET, Outcome.INSUFFICIENT_DATA, Outcome.NOT_MET].index(finding.outcome)


def _pupil_of(key: str) -> str:
    return key.partition("|")[0]
