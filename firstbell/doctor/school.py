"""What every school has, wherever its parts live: exports, a store, secrets, a folder, and what leaves the building."""

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from firstbell.checks import Check, Found, look_at, mend, ok
from firstbell.composition.exports import mis_of
from firstbell.composition.places import place_of
from firstbell.composition.stores import open_store_for
from firstbell.doctor.secret_checks import presence_checks, settings_hold_no_secret
from firstbell.errors import Misconfigured
from firstbell.ports import Clock, Secrets
from firstbell.settings import Settings


def school_checks(settings: Settings, file: Path, secrets: Secrets, clock: Clock) -> Iterator[Check]:
    """The checks of settings, exports, store, secrets, folder and outgoing messages; `file` holds the settings."""
    yield Check("settings", "The settings", partial(settings_hold_no_secret, file, settings, secrets))
    yield Check("calendar", "The calendar", partial(_calendar, settings, clock))
    yield Check("exports", "The exports of the MIS", partial(_exports, settings, clock), ("calendar",))
    yield Check("folder", "The folder on this computer", partial(_folder, settings.local.folder))
    yield Check("store", "The store", partial(_store, settings), ("folder",))
    yield from presence_checks(settings, secrets)
    yield Check("outgoing", "What may leave", partial(_outgoing, settings))


def _calendar(settings: Settings, clock: Clock) -> Found:
    calendar = mis_of(settings).calendar()
    today = clock.now().astimezone(settings.zone).date()
    if today > calendar.last:
        return mend("its last term is over: put the terms of this school year into it.")
    if today < calendar.first:
        return look_at("its first term has not begun: nothing is due yet.")
    return ok("today is inside the school's calendar.")


def _exports(settings: Settings, clock: Clock) -> Found:
    mis = mis_of(settings)
    roll = mis.roll()
    today = clock.now().astimezone(settings.zone).date()
    marks = mis.marks(today - dt.timedelta(days=settings.mis.reread_school_days), today)
    as_at = marks.as_at.astimezone(settings.zone)
    told = f"{len(roll.pupils)} pupils; the marks are of {as_at:%d %B, %H:%M}"
    if as_at.date() < today:
        return look_at(f"{told}. On a school day a new export must come before the first message goes.")
    return ok(f"{told}.")


def _folder(folder: Path) -> Found:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"firstbell doctor")
    except OSError as error:
        raise Misconfigured(
            f"local.folder can't be written ({error.strerror}): give this account the right to, or name another"
        ) from error
    return ok("Firstbell can write there.")


def _store(settings: Settings) -> Found:
    is_file = settings.store.kind == "sqlite"
    if is_file and not (place_of(settings, rehearse=False) / "firstbell.db").exists():
        return ok("there is none yet: the first run makes it.")
    with contextlib.closing(open_store_for(settings, make=False)) as store:
        faults = store.ledger.verify()
    return (
        mend("an entry of the ledger was altered. Run: firstbell ledger verify")
        if faults
        else ok("it opens, its tables are up to date, and the ledger is whole.")
    )


def _outgoing(settings: Settings) -> Found:
    outgoing = settings.outgoing
    if outgoing.stop:
        return look_at("outgoing.stop is true, so nothing leaves.")
    if outgoing.rehearsal and not outgoing.rehearsal_recipients:
        return mend("a rehearsal needs outgoing.rehearsal_recipients: name the staff who get its messages.")
    if outgoing.rehearsal:
        return ok("this is a rehearsal: messages reach the listed staff alone.")
    if outgoing.mailer == "local":
        return ok("messages are written into the outbox folder, and go no further.")
    return ok("messages go to families.")
