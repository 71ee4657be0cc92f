"""What is outside of Firstbell for some schools, in a process of its own: their tenants, their MIS, and their people.

Each school has a Microsoft 365 of pretence that listens with TLS. The clocks of all go on by themselves once they are
set. Whoever plays a morning asks for this by a manager: `start()`.
"""

import contextlib
import datetime as dt
import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from io import BytesIO
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from pathlib import Path

from openpyxl import load_workbook

from firstbell.composition.clocks import SystemClock
from firstbell.composition.stores import open_store_for
from firstbell.demo.moments import Moment, Typed
from firstbell.demo.morning import ZONE
from firstbell.records import Proposal, State
from firstbell.runs.school_job import SET_ASIDE
from firstbell.testing.microsoft.asked import Request
from firstbell.testing.microsoft.faults import Dropped
from firstbell.testing.microsoft.server import Running
from firstbell.testing.microsoft.workbook_books import settle
from rules.contact.purposes import Purpose
from tests.faults.cloudy import OFFICE_TYPES, WAITS, Outcome, at_the_end, drawn, expected
from tests.faults.school_morning import CASES, InTheCloud, Told, listening, stopped_pupil, todays_morning

WORD = re.compile(r"[\w.'-]+(?:@[\w.-]+)?")
NOT_THERE_YET = (AssertionError, LookupError, StopIteration)  # the workbook, the sheet's row
SOON = frozenset(WAITS[:2])  # a real process really waits
OURS = frozenset({"dentist"})


class GoingClock:
    """Goes on from where it was set."""

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment

    @property
    def moment(self) -> dt.datetime:
        return SystemClock().now() + self._ahead

    @moment.setter
    def moment(self, moment: dt.datetime) -> None:
        self._ahead = moment - SystemClock().now()

    def now(self) -> dt.datetime:
        return self.moment


class SchoolOutside(InTheCloud):
    """One school of several: a key, a tenant and a secret of its own."""

    def __init__(self, folder: Path, service: Running, seed: int) -> None:
        self.key = folder.name
        super().__init__(folder, service, seed)
        self.theirs, self.stop_was_in_time, self.is_bad_day = "", False, False
        self._coming = list(todays_morning(seed))
        self._to_type = [each for moment in self._coming for each in self._typed_at(moment)]

    def _move_in(self) -> None:
        self.clock = GoingClock(self.clock.moment)
        super()._move_in()
        told = self.config.read_text(encoding="utf-8").replace('key = "example-hill"', f'key = "{self.key}"')
        self.config.write_text(told.replace('= "teams"', f'= "teams-{self.key}"'), encoding="utf-8")
        self.secret = f"FIRSTBELL_SECRET_TEAMS_{self.key.upper().replace('-', '_')}"
        os.environ[self.secret] = self.channel.hook(self._service.url)

    def comes_to(self, moment: dt.datetime) -> None:
        """The clock is set, the MIS has exported all that has happened by then, and people do what they can."""
        self.clock.moment = moment
        while self._coming and self._coming[0].at <= moment:
            self.exports.play(replace(self._coming.pop(0), at=moment))
        self.exports.play(Moment(moment, "Later."))
        self._to_type = [(at, typed) for at, typed in self._to_type if at > moment or not self._could(typed)]

    def _typed_at(self, moment: Moment) -> Iterator[tuple[dt.datetime, Typed | None]]:
        """What is typed; None stands for two people who release the form, and one who makes the sheet hers."""
        yield from ((moment.at, typed) for typed in moment.typed if typed.workbook != CASES)
        if moment.at.astimezone(ZONE).time() == OFFICE_TYPES:
            yield moment.at, None

    def _could(self, typed: Typed | None) -> bool:
        """Whether it could be typed: a row that is not drawn yet can't be seen."""
        with suppress(*NOT_THERE_YET):
            if typed is not None:
                self.people_type((typed,))
                self.stop_was_in_time |= typed.cells.get("Decision") == "stop" and bool(self._held())
                return True
            self.two_people_release_the_form()
            self.theirs = self.theirs or self.somebody_makes_it_theirs()
            return True
        return False

    def _is_too_late(self, typed: Typed | None) -> bool:
        """Whether it is the stop of a message that was gone before anybody saw it: the host was killed in between."""
        return typed is not None and typed.cells.get("Decision") == "stop" and not self._held()

    def _held(self) -> list[Proposal]:
        return [p for p in self._to_the_stopped() if p.state is State.HELD]

    def _to_the_stopped(self) -> list[Proposal]:
        pupil = stopped_pupil(self.seed)
        return [p for p in self.proposals() if p.subject_id == pupil and p.purpose is Purpose.FIRST_DAY_ABSENCE]

    def outcome(self) -> Outcome:
        """What the morning came to."""
        outcome = Outcome()
        outcome.wrong = {what: found for what, found in self._wrong(outcome) if found}
        return outcome

    def _wrong(self, outcome: Outcome) -> Iterator[tuple[str, list[str]]]:
        yield from at_the_end(self, self._wanted(), outcome)
        yield "staff edits", [] if self.theirs and self.is_still_theirs(self.theirs) else [self.theirs]
        due = [typed for at, typed in self._to_type if at <= self.clock.now() and not self._is_too_late(typed)]
        yield "never typed", [typed.sheet if typed else "release" for typed in due]
        yield "stop in time, and not stopped", self._not_stopped() if self.stop_was_in_time else []
        yield "not corrected", list(self._not_corrected())
        yield "told by another school", sorted({each.to for each in self.tenant.mail.arrived} - self._addresses())
        yield "workbooks", list(self._unreadable())
        yield "personal, asked", sorted(self.personal_in(self._asked()))
        with closing(open_store_for(self.settings)) as store:
            set_aside = [entry.facts["job"] for entry in store.ledger.entries(kind=SET_ASIDE)]
        outcome.set_aside = len(set_aside)
        yield "set aside without need", [] if self.is_bad_day else set_aside

    def _wanted(self) -> Told:
        """Where nobody could stop it in time, the stopped message goes."""
        late = () if self.stop_was_in_time else self._to_the_stopped()
        return expected(self.seed) + Counter((p.purpose, p.address.reveal(), p.subject_id) for p in late)

    def _not_stopped(self) -> list[str]:
        return [p.key for p in self._to_the_stopped() if p.state is not State.STOPPED]

    def _not_corrected(self) -> Iterator[str]:
        """Pupils in school after all of whom somebody was told otherwise and not told so, or the other way round."""
        told = self.told()
        in_school = {pupil for purpose, _, pupil in expected(self.seed) if purpose is Purpose.IN_SCHOOL_CORRECTION}
        for pupil in in_school:
            first, note = (
                {who for purpose, who, about in told if purpose is each and about == pupil}
                for each in (Purpose.FIRST_DAY_ABSENCE, Purpose.IN_SCHOOL_CORRECTION)
            )
            if first != note:
                yield pupil

    def _addresses(self) -> set[str]:
        people = self.school.people
        families = {email.reveal() for contact in people.contacts for email in contact.emails}
        staff = self.school.staff
        teachers = (*staff.tutors.values(), *staff.heads.values(), *staff.cover)
        people_at_work = {person.email for person in staff.office} | {each.email.reveal() for each in teachers}
        return families | people_at_work | {self.settings.school.absence_email}

    def _unreadable(self) -> Iterator[str]:
        for name in ("Attendance", "Safeguarding"):
            item = self.person_in(name).item
            settle(self.tenant, item)
            book = load_workbook(BytesIO(item.content or b""))
            if not any(page.tables for page in book.worksheets):
                yield name

    def _asked(self) -> Iterator[str]:
        """Addresses and headers of every request, subjects, faces of cards, and names of files."""
        yield from (f"{r.path} {dict(r.query)} {dict(r.headers)}" for r in self.sandbox.heard)
        yield from (str(each.mail["Subject"]) for each in self.tenant.mail.arrived)
        yield from (str(message.card) for message in self.channel.messages)
        yield from (item.path for drive in self.tenant.drives.values() for item in drive.all_items)

    def personal_in(self, texts: Iterator[str]) -> set[str]:
        """Words in texts that are the names or addresses of families, or a reason that somebody gave."""
        people = self.school.people
        named = [*people.pupils, *people.contacts]
        names = {part.reveal().casefold() for who in named for part in (who.forename, who.surname)}
        addresses = {email.reveal().casefold() for contact in people.contacts for email in contact.emails}
        found = {word for text in texts for word in WORD.findall(text.casefold())}
        return found & (names | addresses | OURS)


class Outside:
    """All schools' outside; the answers are plain values, for they go to another process."""

    def __init__(self, folder: Path, seeds: tuple[int, ...]) -> None:
        self._stack, self._doomed, self._left = ExitStack(), 0, 0
        self._schools = [self._school(folder / f"school-{seed}", seed) for seed in seeds]
        self.last = self.struck = ""

    def _school(self, folder: Path, seed: int) -> SchoolOutside:
        home = folder.parent.parent / f"microsoft-of-{folder.name}"
        home.mkdir(parents=True)
        folder.mkdir(parents=True)
        school = SchoolOutside(folder, self._stack.enter_context(listening(home)), seed)
        school.sandbox.before = lambda request: self._comes(request, is_done=False)
        school.sandbox.after = lambda request: self._comes(request, is_done=True)
        return school

    def secrets(self) -> dict[str, str]:
        """What the host finds in its environment."""
        return {school.secret: os.environ[school.secret] for school in self._schools}

    def it_is(self, moment: dt.datetime) -> None:
        """Every school comes to this moment."""
        for school in self._schools:
            school.comes_to(moment)

    def moment(self) -> dt.datetime:
        """What time it is."""
        return self._schools[0].clock.now()

    def goes_wrong(self, seed: int) -> int:
        """Faults at random in every tenant; how many."""
        for school in self._schools:
            faults = [fault for fault in drawn(seed + school.seed) if fault.retry_after in SOON]
            school.tenant.script.add(*faults)
            school.is_bad_day = True
        return self.faults_left()

    def faults_left(self) -> int:
        return sum(fault.times for school in self._schools for fault in school.tenant.script.faults)

    def kill_at(self, process: int, what: str, number: int, *, is_done: bool) -> None:
        """Kill a process at the so-manieth request from now on that this pattern fits, before it is done or when it is.

        The pattern is on "POST /v1.0/users/…/messages".
        """
        self._doomed, self._what, self._left, self._when = process, re.compile(what), number, is_done

    def requests(self) -> int:
        """How many have come."""
        return sum(len(school.sandbox.heard) for school in self._schools)

    def last_asked(self) -> str:
        """What the request was about at which the process was killed, or the last before; forgotten then."""
        struck, self.struck = self.struck or self.last, ""
        return struck

    def outcomes(self) -> dict[str, Outcome]:
        """What the morning came to at each school, by its key."""
        return {school.key: school.outcome() for school in self._schools}

    def personal_in(self, text: str) -> list[str]:
        """Words of a text that are about a person of any school."""
        return sorted({word for school in self._schools for word in school.personal_in(iter([text]))})

    def close(self) -> None:
        self._stack.close()

    def _comes(self, request: Request, *, is_done: bool) -> None:
        self.last = f"{request.method} {request.path.rpartition('/')[2]}"
        if not self._doomed or is_done is not self._when or not self._what.search(f"{request.method} {request.path}"):
            return
        self._left -= 1
        if self._left == 0:
            with suppress(ProcessLookupError):
                os.kill(self._doomed, signal.SIGKILL)
            self._doomed, self.struck = 0, self.last
            if not is_done:
                raise Dropped


class _Manager(BaseManager):
    """Keeps the outside in a process of its own."""


_Manager.register("outside", Outside)


@contextlib.contextmanager
def outside_of(folder: Path, seeds: tuple[int, ...]) -> Iterator[Outside]:
    """The outside of some schools, whose folders are made in `folder`, until the end of the block."""
    with _Manager(ctx=get_context("spawn")) as manager:  # a fork would inherit threads
        outside: Outside = manager.outside(folder, seeds)  # type: ignore[attr-defined]
        try:
            yield outside
        finally:
            outside.close()
