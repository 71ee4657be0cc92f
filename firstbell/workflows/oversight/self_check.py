"""The nightly self-check: the ledger still holds, from the anchor kept elsewhere on, nothing is left in doubt, and the
restricted folders are still kept to the people named.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from firstbell.records import State
from firstbell.workflows.office import Office
from firstbell.workflows.outgoing.office_notices import show_in_channel, tell_the_office, the_office_told
from firstbell.workflows.oversight.who_may_open import open_folders
from firstbell.workflows.words import count_of

JOB = "self-check"
TITLE = "The nightly self-check found something"
IN_DOUBT = (State.SENDING, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class SelfCheckReport:
    """How many entries the ledger has, and a sentence for each thing a person must look at."""

    entries: int
    needs: tuple[str, ...]


def self_check(office: Office) -> SelfCheckReport:
    """Check, keep a new anchor where the ledger holds, and tell the office of what was found.

    An anchor is kept only of a ledger that holds: one of a spoilt ledger would vouch for it.
    """
    with the_office_told(office, "The nightly self-check did not run to its end"):
        ledger = tuple(_ledger_faults(office))
        anchor = office.store.ledger.anchor()
        if not ledger:
            office.anchors.keep(anchor, at=office.clock.now())
        opened = open_folders(office)
        found = (*ledger, *_left_in_doubt(office), *opened)
    for sentence in found:
        tell_the_office(office, sentence, title=TITLE)
    if opened:
        show_in_channel(office, opened, title=TITLE, key=f"folders|{office.today().isoformat()}")
    office.store.desk.heartbeat(JOB, at=office.clock.now(), due_at=None, outcome="done")
    return SelfCheckReport(int(anchor.partition(":")[0]), found)


def _ledger_faults(office: Office) -> Iterator[str]:
    try:
        faults = office.store.ledger.verify(office.anchors.newest())
    except ValueError:
        yield "The newest anchor of the ledger is none: somebody changed the file. Restore it from a copy."
        return
    if faults:
        yield (
            f"The ledger does not hold at {count_of(len(faults), 'place')}, first at entry {faults[0].number}: "
            "somebody changed it. Run firstbell ledger verify, and keep the copies of the store from before."
        )


def _left_in_doubt(office: Office) -> Iterator[str]:
    """Messages of which it is not settled whether they went; the day they were for is over."""
    left = [p for p in office.store.proposals.find(states=IN_DOUBT) if p.send_before <= office.clock.now()]
    if left:
        yield (
            f"{count_of(len(left), 'message')} may or may not have gone, and the provider could not say. Look in the "
            "Contact log, and telephone where it matters."
        )
