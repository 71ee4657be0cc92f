"""The watchdog: a job that did not run to its end is told to people within minutes, by mail and in the channel.

It is worth most when another scheduler than the jobs' own starts it, on another computer if there is one: then what
stops the jobs does not stop the alarm as well. It reads what the jobs left in the store and starts none of them.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from firstbell.records import State
from firstbell.settings import StaffMember
from firstbell.workflows.jobs.first_day_contact import JOB as FIRST_DAY_CONTACT
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.office_notices import show_in_channel, tell_the_office, the_office_told
from rules.contact.purposes import Purpose

TITLE = "A Firstbell job did not run"
NIGHTLY = frozenset({"self-check", "retention"})
WHAT_TO_DO = "Run it by hand (firstbell run {job}), then see why its scheduler did not."


@dataclass(frozen=True, slots=True)
class WatchdogReport:
    """What the watchdog found: how many jobs it looked for, and a sentence for each that did not run."""

    looked_for: int
    needs: tuple[str, ...]


def watchdog(office: Office) -> WatchdogReport:
    """Look for every job that should have run by now, and tell people of those that did not, once a half-day each."""
    with the_office_told(office, "The watchdog could not look"):
        found = tuple(_silent(office))
    for sentence in found:
        tell_the_office(office, sentence, title=TITLE, also=_people(office))
    if found:
        key = f"watchdog|{office.today().isoformat()}|{len(found)}"
        show_in_channel(office, found, title=TITLE, key=key)
    return WatchdogReport(len(office.settings.watchdog.jobs), found)


def _silent(office: Office) -> Iterator[str]:
    is_school_day = office.mis.calendar().is_school_day(office.today())
    for job in office.settings.watchdog.jobs:
        if job in NIGHTLY:
            yield from _missed_at_night(office, job)
        elif is_school_day:
            yield from _missed_today(office, job)
    if is_school_day and FIRST_DAY_CONTACT in office.settings.watchdog.jobs:
        yield from _messages_left_waiting(office)


def _missed_today(office: Office, job: str) -> Iterator[str]:
    day = office.settings.day
    times = {"sync": day.sync_at, "chase": day.chase_at, FIRST_DAY_CONTACT: day.first_day_contact_at}
    due = office.at(office.today(), times[job])
    last = office.store.desk.last_heartbeat(job)
    if office.clock.now() >= due + _patience(office) and (last is None or last < due):
        yield f"{job} was due at {office.local_time(due)} and has not run to its end. {WHAT_TO_DO.format(job=job)}"


def _missed_at_night(office: Office, job: str) -> Iterator[str]:
    last, hours = office.store.desk.last_heartbeat(job), office.settings.watchdog.nightly_hours
    if last is None or office.clock.now() - last >= dt.timedelta(hours=hours):
        yield f"{job} has not run to its end for {hours} hours. {WHAT_TO_DO.format(job=job)}"


def _messages_left_waiting(office: Office) -> Iterator[str]:
    """A message whose time has come, while no run has looked at it since, waits for a job that stopped."""
    last = office.store.desk.last_heartbeat(FIRST_DAY_CONTACT)
    late = office.clock.now() - _patience(office)
    held = office.store.proposals.find(purpose=Purpose.FIRST_DAY_ABSENCE, states=[State.HELD])
    waiting = [p for p in held if p.session.date == office.today() and p.release_at <= late]
    if any(last is None or last < proposal.release_at for proposal in waiting):
        job = FIRST_DAY_CONTACT
        yield f"Messages to parents wait, and {job} has not run since they were due. {WHAT_TO_DO.format(job=job)}"


def _patience(office: Office) -> dt.timedelta:
    return dt.timedelta(minutes=office.settings.watchdog.late_minutes)


def _people(office: Office) -> tuple[StaffMember, ...]:
    """Those the settings name; else everyone who works today, and everyone where nobody does."""
    staff, tell = office.settings.staff, office.settings.watchdog.tell
    named = tuple(person for person in staff if person.initials in tell)
    at_work = tuple(person for person in staff if office.today().isoweekday() in person.working_days)
    return named or at_work or staff
