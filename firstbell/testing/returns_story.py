"""A school year of returns to the local authority, told over the fakes: who was away, who came and who left."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from firstbell.settings import ReturnsSettings
from firstbell.testing.fake_folders import FakeFolders
from firstbell.testing.morning_story import SETTINGS, MorningStory
from firstbell.workflows.jobs.weekly import returns
from firstbell.workflows.office import Office
from firstbell.workflows.returns.records import returns_on_record
from rules.calendar import Half
from rules.codes import AttendanceCode

SHEET = "LA returns"
PRESENT = {Half.AM: AttendanceCode.PRESENT_MORNING, Half.PM: AttendanceCode.PRESENT_AFTERNOON}
RETURNS = ReturnsSettings(readers=("AO", "BO"), irregular_from_sessions=10, most_junior_year="7", final_year="13")


class ReturnsStory(MorningStory):
    """Twenty pupils and Alicia, of whom all attend every session but for what the story says."""

    def __init__(self, settings: ReturnsSettings = RETURNS) -> None:
        super().__init__(settings=SETTINGS.model_copy(update={"returns": settings}))
        self.pupils.clear()
        for number in range(20):
            self.given_a_pupil(f"P{number:02}", form=f"9{'ABCD'[number % 4]}")
        self.given_a_pupil("ALICIA", forename="Alicia")
        self.codes.clear()
        self._marked_to = dt.date(2026, 8, 31)

    # ------------------------------------------------------------ given

    def given_alicia_missed(self, code: AttendanceCode, first: dt.date, count: int = 1) -> None:
        """So many school days from a date on, both sessions."""
        days = [day for day in self.mis.calendar().school_days_of("8") if day >= first][:count]
        self.given_days_missed("ALICIA", *days, code=code)

    def given_a_joiner(self, pupil_id: str, *, form: str = "9A", on_roll_from: dt.date | None = None) -> None:
        """A pupil is on the roll from now on; the form says the year group."""
        self.given_a_pupil(pupil_id, forename=pupil_id.title(), form=form)
        del self.codes[next(key for key in self.codes if key[0] == pupil_id)]
        joined = {"year_group": form[:-1], "sex": "M", "on_roll_from": on_roll_from}
        self.pupils[pupil_id] = replace(self.pupils[pupil_id], **joined)  # type: ignore[arg-type]

    def given_a_leaver(self, pupil_id: str, on_roll_to: dt.date | None) -> None:
        """The MIS has this leaving date; None takes it back."""
        self.pupils[pupil_id] = replace(self.pupils[pupil_id], on_roll_to=on_roll_to)

    # ------------------------------------------------------------ when

    def when_the_returns_run[Report](
        self,
        day: dt.date,
        job: Callable[[Office], Report] = returns,  # type: ignore[assignment] # the default fits what it is called with
        *,
        is_complete: bool = True,
    ) -> Report:
        """The MIS exports the roll, half read or whole, and every mark up to a day; the job runs on it at 15:30."""
        self.clock.set(dt.datetime.combine(day, dt.time(15, 30), tzinfo=dt.UTC))
        for session in self.mis.calendar().sessions(self._marked_to + dt.timedelta(days=1), day):
            for pupil_id in self.pupils:
                self.codes.setdefault((pupil_id, session), PRESENT[session.half])
        self._marked_to = max(day, self._marked_to)
        told, self.codes = self.codes, {key: code for key, code in self.codes.items() if key[1].date <= day}
        self.the_mis_exports()
        self.codes = told
        people = (self.pupils.values(), self.contacts.values(), self.links)
        self.mis.set_roll(*people, as_at=self.clock.now(), is_complete=is_complete)
        return job(self.office)

    def when_somebody_decides(self, kind: str, **cells: str) -> None:
        """Somebody types in the row of the latest return of a kind, and signs."""
        self.when_somebody_types(SHEET, self.keys(kind)[-1], **cells, Initials="AO")

    def when_somebody_expects_an_illness(self, until: str, *, initials: str = "AO", pupil_id: str = "ALICIA") -> None:
        """Somebody types a row of their own."""
        cells = {"Pupil ID": pupil_id, "Ill until (expected)": until, "Initials": initials}
        self.attendance.adds_a_row(SHEET, cells)

    # ------------------------------------------------------------ then

    def rows(self, kind: str | None = None) -> list[dict[str, str]]:
        """The rows of the sheet, of one kind or all, top to bottom."""
        return [row for row in self.attendance.sees(SHEET) if kind in {None, row.get("Return")}]

    def row(self, kind: str) -> dict[str, str]:
        """The only row of a kind."""
        (row,) = self.rows(kind)
        return row

    def keys(self, kind: str) -> list[str]:
        """The keys of all returns of a kind there have been, oldest first."""
        known = returns_on_record(self.store.ledger, self.office.settings.zone).values()
        return [record.key for record in known if record.kind == kind]

    def drafts(self) -> dict[str, str]:
        """The drafted returns: name to page."""
        folders = self.office.folders
        assert isinstance(folders, FakeFolders)
        kept = folders.documents.items()
        return {name: page.decode() for (folder, name), page in kept if folder.endswith("-returns")}
