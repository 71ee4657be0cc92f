"""What is outside of Firstbell for some schools, in a process of its own: their tenants, their MIS, and their people.

Each school has a Microsoft 365 of pretence that listens with TLS. The clocks of all go on by themselves once they are
set. Whoever plays a morning asks for this by a manager: `start()`.
"""

import contextlib
import datetime as dt
import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from io import BytesIO
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import NamedTuple

from openpyxl import load_workbook

from firstbell.composition.clocks import SystemClock
from firstbell.composition.stores import open_store_for
from firstbell.demo.moments import Moment, Typed
from firstbell.demo.morning import ZONE
from firstbell.records import Proposal, State
from firstbell.runs.school_job import SET_ASIDE
from firstbell.testing.microsoft.asked import Request
from firstbell.testing.microsoft.faults import Dropped
from firstbell.testing.microsoft.mail_mime import recipients
from firstbell.testing.microsoft.server import Running
from firstbell.testing.microsoft.workbook_books import settle
from firstbell.workflows.words import name_of
from rules.contact.purposes import Purpose
from tests.faults.cloudy import OFFICE_TYPES, WAITS, Outcome, drawn, on_the_phone_list, whatever_was_due
from tests.faults.school_morning import CASES, TO_FAMILIES, InTheCloud, Told, listening, stopped_pupil, todays_morning
from tests.faults.story import story_of

WORD = re.compile(r"[\w.'-]+(?:@[\w.-]+)?")
NOT_THERE_YET = (AssertionError, LookupError, StopIteration)  # the workbook, the sheet's row
SOON = frozenset(WAITS[:2])  # a real process really waits
OURS = frozenset({"dentist"})
GONE = frozenset({State.SENT, State.DELIVERED, State.ANSWERED})
NOT_CERTAIN = "not certain that it went"


class Aim(NamedTuple):
    """The request at which a process is killed: the so-manieth that fits a pattern on "POST /v1.0/users/…/messages",
    before it is done or when it is. `to_a_family`: only what is written to a family counts; `says`: what says this.
    """

    what: str
    number: int = 1
    is_done: bool = False
    to_a_family: bool = False
    says: str = ""


class Ways(NamedTuple):
    """Ways of the schools: how long messages are held, and how much later than in the demo people type."""

    hold_minutes: int
    late_minutes: int


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

    def __init__(self, folder: Path, service: Running, seed: int, ways: Ways) -> None:
        self.key, self._ways = folder.name, ways
        super().__init__(folder, service, seed)
        self.theirs, self.is_bad_day, self._stopped_on_its_way = "", False, 0
        self.story, self._judged, self._wrong_told = story_of(self.school), 0, list[str]()
        self._coming = list(todays_morning(seed))
        self._to_type = [each for moment in self._coming for each in self._typed_at(moment)]

    def _move_in(self) -> None:
        self.clock = GoingClock(self.clock.moment)
        super()._move_in()
        told = self.config.read_text(encoding="utf-8").replace('key = "example-hill"', f'key = "{self.key}"')
        told = told.replace('= "teams"', f'= "teams-{self.key}"')
        self.config.write_text(f"{told}\n[first_day]\nhold_minutes = {self._ways.hold_minutes}\n", encoding="utf-8")
        self.secret = f"FIRSTBELL_SECRET_TEAMS_{self.key.upper().replace('-', '_')}"
        os.environ[self.secret] = self.channel.hook(self._service.url)

    def comes_to(self, moment: dt.datetime) -> None:
        """The clock is set, the MIS has exported all that has happened by then, and people do what they can.

        Nothing changes until the next time, so all that reaches a family until then is judged by it.
        """
        self._judge()
        self.clock.moment = moment
        while self._coming and self._coming[0].at <= moment:
            happens = self._coming.pop(0)
            self.story.happens(happens)
            self.exports.play(replace(happens, at=moment))
        self.exports.play(Moment(moment, "Later."))
        self._to_type = [(at, typed) for at, typed in self._to_type if at > moment or not self._could(typed)]

    def _judge(self) -> None:
        """Look at what has reached people since the last time."""
        while self.sandbox.at_work:  # of a host that is dead by now
            time.sleep(0.01)
        arrived = self.tenant.mail.arrived[self._judged :]
        self._judged += len(arrived)
        self._wrong_told += self.story.reached(arrived)

    def _typed_at(self, moment: Moment) -> Iterator[tuple[dt.datetime, Typed | None]]:
        """What is typed; None stands for two people who release the form, and one who makes the sheet hers."""
        at = moment.at + dt.timedelta(minutes=self._ways.late_minutes)
        yield from ((at, typed) for typed in moment.typed if typed.workbook != CASES)
        if moment.at.astimezone(ZONE).time() == OFFICE_TYPES:
            yield at, None

    def _could(self, typed: Typed | None) -> bool:
        """Whether it could be typed: a row that is not drawn yet can't be seen, nor a message that is not planned."""
        with suppress(*NOT_THERE_YET):
            if typed is not None and typed.sheet == "Queue" and not self._first_day_messages(typed.pupil_id):
                return False
            if typed is not None:
                self.people_type((typed,))
            else:
                self.two_people_release_the_form()
                self.theirs = self.theirs or self.somebody_makes_it_theirs()
            self.story.is_written(typed)
            self._stopped_on_its_way += typed is not None and self._is_stopped_on_its_way(typed)
            return True
        return False

    def _is_gone(self, typed: Typed | None) -> bool:
        """Whether it would stop a message that the family has: that stands in no Queue any more."""
        told_of = {told.pupil_id for told in self.story.told if told.purpose is Purpose.FIRST_DAY_ABSENCE}
        return typed is not None and typed.sheet == "Queue" and typed.pupil_id in told_of

    def _is_stopped_on_its_way(self, typed: Typed) -> bool:
        found = self._first_day_messages(typed.pupil_id) if typed.cells.get("Decision") == "stop" else []
        return any(p.state in {State.RELEASING, State.SENDING} for p in found)

    def is_written_to_a_family(self, request: Request) -> bool:
        """Whether a request makes or sends a message to a family."""
        if request.path.endswith("/messages"):
            to = [each["emailAddress"]["address"] for each in json.loads(request.content).get("toRecipients", ())]
        else:
            wanted, boxes = request.path.split("/")[-2], self.tenant.mail.mailboxes.values()
            to = [
                each for box in boxes for item in box.items.values() if item.id == wanted for each in recipients(item)
            ]
        return any(map(self.story.families.are_written_to, to))

    def outcome(self) -> Outcome:
        """What the morning came to."""
        outcome = Outcome()
        outcome.wrong = {what: found for what, found in self._wrong(outcome) if found}
        return outcome

    def _wrong(self, outcome: Outcome) -> Iterator[tuple[str, list[str]]]:
        self._judge()
        yield "families", self._wrong_told
        yield "untold", list(self._untold(outcome))
        yield "store and families", [f"{purpose} {pupil}" for purpose, _, pupil in self._told_otherwise()]
        yield from whatever_was_due(self)
        yield "staff edits", [] if self.theirs and self.is_still_theirs(self.theirs) else [self.theirs]
        due = [typed for at, typed in self._to_type if at <= self.clock.now() and not self._is_gone(typed)]
        yield "never typed", [typed.sheet if typed else "release" for typed in due]
        yield "stopped in time, and not stopped", self._not_stopped()
        yield "told by another school", sorted({each.to for each in self.tenant.mail.arrived} - self._addresses())
        yield "workbooks", list(self._unreadable())
        yield "personal, asked", sorted(self.personal_in(self._asked()))
        with closing(open_store_for(self.settings)) as store:
            set_aside = [entry.facts["job"] for entry in store.ledger.entries(kind=SET_ASIDE)]
        outcome.stopped_on_its_way = self._stopped_on_its_way
        outcome.messages, outcome.set_aside = len(self.story.told), len(set_aside)
        yield "set aside without need", [] if self.is_bad_day else set_aside

    def _untold(self, outcome: Outcome) -> Iterator[str]:
        """Families who should know by now, and of whom no person was told either."""
        untold, by_phone, asked = self.story.untold(), on_the_phone_list(self), self._asked_of_people()
        outcome.by_phone = sum(told.pupil_id in by_phone for told in untold)
        yield from (f"{told.purpose} {told.pupil_id}" for told in untold if told.pupil_id not in by_phone | asked)

    def _asked_of_people(self) -> set[str]:
        """Pupils of whose message the Queue asks a person whether it went."""
        rows = self.person_in("Attendance").sees("Queue")
        names = {row.get("Pupil") for row in rows if row.get("State") == NOT_CERTAIN}
        return {pupil.id for pupil in self.school.people.pupils if name_of(pupil) in names}

    def _told_otherwise(self) -> Told:
        """Where what the store says has gone, and what reached families, are not the same; a refused one bounced."""
        gone = [p for p in self.proposals() if p.purpose in TO_FAMILIES and p.state in GONE]
        theirs = Counter((p.purpose, p.address.reveal().casefold(), p.subject_id) for p in gone)
        ours = Counter(map(tuple, self.story.told))
        return (theirs - ours) + (ours - theirs)

    def _not_stopped(self) -> list[str]:
        """The message that somebody stopped before it had reached the family."""
        pupil = stopped_pupil(self.seed)
        is_late = any(told.pupil_id == pupil for told in self.story.told) or pupil not in self.story.kept_back
        about = () if is_late else self._first_day_messages(pupil)
        return [p.key for p in about if p.state is not State.STOPPED]

    def _first_day_messages(self, pupil_id: str) -> list[Proposal]:
        found = (p for p in self.proposals() if p.subject_id == pupil_id)
        return [p for p in found if p.purpose is Purpose.FIRST_DAY_ABSENCE]

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

    def __init__(self, folder: Path, seeds: tuple[int, ...], ways: Ways) -> None:
        self._stack, self._doomed, self._left, self._ways = ExitStack(), 0, 0, ways
        self._schools = [self._school(folder / f"school-{seed}", seed) for seed in seeds]
        self.last = self.struck = ""

    def _school(self, folder: Path, seed: int) -> SchoolOutside:
        home = folder.parent.parent / f"microsoft-of-{folder.name}"
        home.mkdir(parents=True)
        folder.mkdir(parents=True)
        school = SchoolOutside(folder, self._stack.enter_context(listening(home)), seed, self._ways)
        school.sandbox.before = lambda request: self._comes(school, request, is_done=False)
        school.sandbox.after = lambda request: self._comes(school, request, is_done=True)
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

    def kill_at(self, process: int, aim: Aim) -> None:
        """Kill a process at a request from now on."""
        self._doomed, self._aim, self._left = process, aim, aim.number

    def has_struck(self) -> bool:
        """Whether the request came at which a process was to be killed; where not, it is to be no more."""
        struck, self._doomed = not self._doomed, 0
        return struck

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

    def _comes(self, school: SchoolOutside, request: Request, *, is_done: bool) -> None:
        self.last = f"{request.method} {request.path.rpartition('/')[2]}"
        if not self._doomed or not self._is_aimed_at(school, request, is_done=is_done):
            return
        self._left -= 1
        if self._left == 0:
            with suppress(ProcessLookupError):
                os.kill(self._doomed, signal.SIGKILL)
            self._doomed, self.struck = 0, self.last
            if not is_done:
                raise Dropped

    def _is_aimed_at(self, school: SchoolOutside, request: Request, *, is_done: bool) -> bool:
        aim = self._aim
        if is_done is not aim.is_done or not re.search(aim.what, f"{request.method} {request.path}"):
            return False
        return aim.says.encode() in request.content and (not aim.to_a_family or school.is_written_to_a_family(request))


class _Manager(BaseManager):
    """Keeps the outside in a process of its own."""


_Manager.register("outside", Outside)


@contextlib.contextmanager
def outside_of(folder: Path, seeds: tuple[int, ...], ways: Ways) -> Iterator[Outside]:
    """The outside of some schools, whose folders are made in `folder`, until the end of the block."""
    with _Manager(ctx=get_context("spawn")) as manager:  # a fork would inherit threads
        outside: Outside = manager.outside(folder, seeds, ways)  # type: ignore[attr-defined]
        try:
            yield outside
        finally:
            outside.close()
