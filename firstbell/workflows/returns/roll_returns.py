"""The returns that a change of the roll calls for: of a new pupil within five days, of a deletion by its day."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from firstbell.settings import ReturnsSettings
from firstbell.workflows.registers.roll_changes import RollChange, RollHistory
from firstbell.workflows.returns.due import DueReturn
from firstbell.workflows.returns.records import ReturnKind
from firstbell.workflows.words import count_of
from rules.calendar import SchoolCalendar, first_of_school_year, last_of_school_year
from rules.calendar.sessions import in_words
from rules.returns.deadlines import ReturnDue
from rules.returns.deletion import deletion_return
from rules.returns.new_pupil import new_pupil_return

# A return nobody has settled in a year is no business of the watch any more.
LOOKED_BACK = dt.timedelta(days=365)
# A calendar whose last term ends before the summer does not say when the school year ends.
SUMMER = (6, 7)


@dataclass(frozen=True, slots=True)
class RollReturns:
    """What the changes of the roll call for on `as_of`."""

    history: RollHistory
    calendar: SchoolCalendar
    settings: ReturnsSettings
    as_of: dt.date

    def returns(self) -> Iterator[DueReturn]:
        """Every return that is called for: of joiners from their first day on, of leavers as soon as it is known."""
        for joined in self.history.joined():
            if self._since() <= joined.day <= self.as_of:
                yield from self._due(ReturnKind.NEW_PUPIL, joined, self._of_joiner(joined))
        doubted = self._doubted()
        for left, due in self._leavers():
            if not (left.is_seen_only and left.day in doubted):
                yield from self._due(ReturnKind.DELETION, left, due)

    def needs(self) -> tuple[str, ...]:
        """A sentence for each day on which more pupils were gone from the roll than leave a school in one day."""
        return tuple(
            f"{count_of(number, 'pupil')} gone from the roll on {in_words(day)} without a leaving date: look whether "
            "the export was cut short. If they have left, enter the dates in the MIS or raise returns.leavers_at_once."
            for day, number in sorted(self._doubted().items())
        )

    def _leavers(self) -> Iterator[tuple[RollChange, ReturnDue]]:
        """Those for whom a return is due, which after the final year it may not be."""
        told = ((left, self._of_leaver(left)) for left in self.history.left() if left.day >= self._since())
        yield from ((left, due) for left, due in told if due.due_on is not None)

    def _doubted(self) -> dict[dt.date, int]:
        gone = Counter(left.day for left, _ in self._leavers() if left.is_seen_only)
        return {day: number for day, number in gone.items() if number > self.settings.leavers_at_once}

    def _since(self) -> dt.date:
        return self.as_of - LOOKED_BACK

    def _of_joiner(self, joined: RollChange) -> ReturnDue:
        year_start = first_of_school_year(joined.day)
        first_days = self.calendar.school_days(year_start, joined.day, joined.year_group)
        is_usual = joined.year_group == self.settings.most_junior_year and first_days in {(), (joined.day,)}
        asks = self.settings.wants_usual_joiners
        return new_pupil_return(joined.day, self.calendar, is_usual_joiner=is_usual, authority_asks=asks)

    def _of_leaver(self, left: RollChange) -> ReturnDue:
        is_final = left.year_group == self.settings.final_year and self._is_after_the_year(left.day)
        asks = self.settings.wants_final_leavers
        return deletion_return(left.day, self.calendar, self.as_of, is_after_final_year=is_final, authority_asks=asks)

    def _is_after_the_year(self, day: dt.date) -> bool:
        """From the last school day of a school year to the first of the next, as far as the calendar knows them."""
        year = first_of_school_year(day)
        is_before_term = self.calendar.covers(day) and len(self.calendar.school_days(year, day)) <= 1
        if is_before_term or day.month == year.month:
            return True
        days = self.calendar.school_days(year, last_of_school_year(day))
        return bool(days) and days[-1].month in SUMMER and day >= days[-1]

    def _due(self, kind: ReturnKind, change: RollChange, due: ReturnDue) -> Iterator[DueReturn]:
        if due.due_on is None:
            return
        seen = " The roll gives no date; that is when it was seen." if change.is_seen_only else ""
        yield DueReturn(
            kind=kind,
            pupil_id=change.pupil_id,
            first=change.day,
            last=change.day,
            day=change.day,
            due_on=due.due_on,
            act_by=due.act_by,
            because=due.finding.sentence + seen,
        )
