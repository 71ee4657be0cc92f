"""The ledger's hash chain: each entry holds the hash of the one before, and an anchor holds the count and last hash.

Kept apart from any store, so that a printed chain can be checked by anyone with SHA-256: docs/ledger.md says how.
Retention removes the oldest entries behind a cut: an entry in the chain itself that says which was the last to go, and
its hash, so that the chain still holds from there on (docs/decisions/0014-retention-cuts-the-ledger.md).
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from firstbell.records import LedgerEntry, LedgerFault
from rules.retention import first_day_kept, register_years

BEFORE_THE_FIRST = "0" * 64
CUT = "ledger.cut"
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


@dataclass(frozen=True, slots=True)
class Head:
    """The anchor: how many entries there are, and the hash of the last. It shows a ledger cut short."""

    entries: int = 0
    last_hash: str = BEFORE_THE_FIRST


def moment_text(at: dt.datetime) -> str:
    """An aware datetime as text in UTC, always of one width, so that text order is time order. Raises ValueError."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def entry_hash(school: str, entry: LedgerEntry) -> str:
    """SHA-256, in hex, over the canonical JSON of everything in the entry but its own hash, with the school's key."""
    told = [
        school,
        entry.number,
        moment_text(entry.at),
        entry.kind,
        entry.pupil_id,
        entry.actor,
        dict(entry.facts),
        entry.previous_hash,
    ]
    return hashlib.sha256(_CANONICAL.encode(told).encode("ascii")).hexdigest()


def next_entry(
    school: str, head: Head, kind: str, *, at: dt.datetime, actor: str, facts: Mapping[str, str], pupil_id: str | None
) -> LedgerEntry:
    """The entry that comes after `head`, sealed. Raises TypeError for facts that are not plain text."""
    at = at.astimezone(dt.UTC) if at.tzinfo else at
    entry = LedgerEntry(head.entries + 1, at, kind, pupil_id, actor, dict(facts), head.last_hash, "")
    return replace(entry, hash=entry_hash(school, entry))


def head_after(entry: LedgerEntry) -> Head:
    """The anchor once this entry is the last."""
    return Head(entry.number, entry.hash)


def anchor_text(head: Head) -> str:
    """The anchor as a line to print or mail: the count, a colon, the last hash."""
    return f"{head.entries}:{head.last_hash}"


def read_anchor(text: str) -> Head:
    """The anchor that `anchor_text` wrote. Raises ValueError for anything else."""
    entries, _, last_hash = text.strip().partition(":")
    if not (entries.isascii() and entries.isdigit() and re.fullmatch(r"[0-9a-f]{64}", last_hash)):
        raise ValueError("an anchor is a count, a colon and 64 hexadecimal digits")
    return Head(int(entries), last_hash)


def cut_facts(gone: Head, before: dt.datetime) -> dict[str, str]:
    """What a cut says: the last entry that goes with its hash, and the moment before which all that go were written."""
    return {"through": str(gone.entries), "last_hash": gone.last_hash, "before": moment_text(before)}


def oldest_cut(at: dt.datetime) -> dt.datetime:
    """The moment before which entries may be cut away at `at`: the register's years, and a day more for the zone."""
    day = first_day_kept(at.astimezone(dt.UTC).date(), register_years(at.date())) - dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)


def _vouches(entry: LedgerEntry, start: Head) -> bool:
    """Whether an entry is the cut behind which the chain begins at `start`, and cut nothing that had to be kept."""
    if entry.kind != CUT or (entry.facts.get("through"), entry.facts.get("last_hash")) != (
        str(start.entries),
        start.last_hash,
    ):
        return False
    return entry.facts.get("before", "~") <= moment_text(oldest_cut(entry.at))


def chain_holds(school: str, entries: Iterable[LedgerEntry], head: Head, kept: Head | None = None) -> bool:
    """Whether every entry is in its place and unaltered, and none is lost or added at the end. Reads once.

    `kept` is an anchor of an earlier day, kept outside the store: the chain must have passed through it.
    """
    found, is_passed, cut = Head(), kept is None or kept == Head(), None
    for entry in entries:
        if found == Head() and entry.number > 1:
            found = cut = Head(entry.number - 1, entry.previous_hash)
            is_passed = is_passed or found == kept
        if cut is not None and _vouches(entry, cut):
            cut = None
        in_place = entry.number == found.entries + 1 and entry.previous_hash == found.last_hash
        if not in_place or entry_hash(school, entry) != entry.hash:
            return False
        found = head_after(entry)
        is_passed = is_passed or found == kept
    return found == head and is_passed and cut is None


def chain_faults(
    school: str, entries: Iterable[LedgerEntry], head: Head, kept: Head | None = None
) -> tuple[LedgerFault, ...]:
    """Where the chain breaks and how, by number. `entries` are in order of number; `kept` as in `chain_holds`."""
    stored = tuple(entries)
    anchors = (head,) if kept is None else (head, kept)
    sound = [entry for entry in stored if entry_hash(school, entry) == entry.hash]
    start = _start(stored, sound)
    found = [
        *_broken(school, stored, sound, start),
        *_contradicted(stored, sound, anchors, start),
        *_gaps(stored, anchors, start),
        *_cut_away(kept, start),
    ]
    worst = {fault.number: fault for fault in reversed(found)}
    return tuple(worst[number] for number in sorted(worst))


def _start(stored: tuple[LedgerEntry, ...], sound: list[LedgerEntry]) -> Head:
    """Where the chain begins: at nothing, or behind a cut that an entry vouches for."""
    if not stored:
        return Head()
    start = Head(stored[0].number - 1, stored[0].previous_hash)
    return start if any(_vouches(entry, start) for entry in sound) else Head()


def _cut_away(kept: Head | None, start: Head) -> Iterator[LedgerFault]:
    """An anchor of an entry that was cut away can't be checked any more; one of the last of them can."""
    if kept is not None and 0 < kept.entries < start.entries:
        yield LedgerFault(kept.entries, "cut away")
    if kept is not None and kept.entries == start.entries and kept.last_hash != start.last_hash:
        yield LedgerFault(kept.entries, "altered")


def _broken(
    school: str, stored: tuple[LedgerEntry, ...], sound: list[LedgerEntry], start: Head
) -> Iterator[LedgerFault]:
    """Entries that are not what their own hash says: altered, or unaltered but in another's place."""
    true_numbers = _numbers_by_chain(stored, start)
    in_place = {entry.number for entry in sound}
    for entry in stored:
        if entry.number not in in_place:
            elsewhere = replace(entry, number=true_numbers.get(entry.hash, entry.number))
            is_unaltered = entry_hash(school, elsewhere) == entry.hash
            yield LedgerFault(entry.number, "reordered" if is_unaltered else "altered")


def _numbers_by_chain(stored: tuple[LedgerEntry, ...], start: Head) -> dict[str, int]:
    """The number of each entry by following the hashes from the first; entries behind a break are not in it."""
    following = {entry.previous_hash: entry.hash for entry in stored}
    numbers: dict[str, int] = {}
    here = following.get(start.last_hash)
    while here is not None and here not in numbers:
        numbers[here] = start.entries + len(numbers) + 1
        here = following.get(here)
    return numbers


def _contradicted(
    stored: tuple[LedgerEntry, ...], sound: list[LedgerEntry], anchors: tuple[Head, ...], start: Head
) -> Iterator[LedgerFault]:
    """Entries that the next sound entry, or an anchor, remembers differently: rewritten together with their hash."""
    by_number = {entry.number: entry for entry in stored}
    remembered = [(entry.number - 1, entry.previous_hash) for entry in sound]
    remembered += [(anchor.entries, anchor.last_hash) for anchor in anchors]
    for number, hash_then in remembered:
        entry = by_number.get(number)
        if entry is not None and entry.hash != hash_then:
            yield LedgerFault(number, "altered")
    first = by_number.get(start.entries + 1)
    if first is not None and first.previous_hash != start.last_hash:
        yield LedgerFault(first.number, "altered")


def _gaps(stored: tuple[LedgerEntry, ...], anchors: tuple[Head, ...], start: Head) -> Iterator[LedgerFault]:
    """Numbers that are not there, entries past the store's own anchor, and the end that was cut off."""
    last, written = start.entries, anchors[0].entries
    for entry in stored:
        yield from (LedgerFault(number, "missing") for number in range(last + 1, min(entry.number, written + 1)))
        if entry.number <= last or entry.number > written:
            yield LedgerFault(entry.number, "inserted")
        last = max(last, entry.number)
    if last < max(anchor.entries for anchor in anchors):
        yield LedgerFault(last + 1, "cut short")
