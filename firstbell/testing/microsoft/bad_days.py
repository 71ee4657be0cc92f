"""Bad days by name, for a person who wants to see one: each is a script of faults."""

from collections.abc import Mapping
from dataclasses import replace

from firstbell.testing.microsoft.faults import Fault, Kind, Script

ALWAYS = 1_000_000
MAIL, SEND, CONTENT, WORKBOOK = r"/messages", r"/send$", r"/content$", r"/workbook/"

BAD_DAYS: Mapping[str, tuple[str, tuple[Fault, ...]]] = {
    "busy": (
        "Microsoft 365 asks to wait two seconds, five times",
        (Fault(Kind.THROTTLED, times=5, passing=3, retry_after="2"),),
    ),
    "outage": ("Microsoft 365 is not available", (Fault(Kind.UNAVAILABLE, times=ALWAYS, retry_after="60"),)),
    "slow": ("every answer takes two seconds", (Fault(Kind.SLOW, times=ALWAYS, seconds=2.0),)),
    "lost-answers": (
        "two messages leave, and Microsoft 365 says that it failed; one answer never comes",
        (Fault(Kind.GATEWAY_AFTER, SEND, times=2), Fault(Kind.DROPPED_AFTER, SEND)),
    ),
    "cut-off": ("the connection is cut in the middle of a message", (Fault(Kind.DROPPED, MAIL, times=2, passing=4),)),
    "workbook-open": (
        "somebody has the workbook open, and it can't be replaced",
        (Fault(Kind.LOCKED, CONTENT, times=ALWAYS),),
    ),
    "workbook-conflict": ("somebody else's change comes first", (Fault(Kind.CONFLICT, WORKBOOK, times=3),)),
    "storage-full": ("there is no room for another file", (Fault(Kind.FULL, CONTENT, times=ALWAYS),)),
    "proxy-page": ("the school's own network answers with a page to sign in", (Fault(Kind.NOT_JSON, times=3),)),
    "signed-out": ("the sign-in is called back while Firstbell works", (Fault(Kind.REVOKED, passing=3),)),
}


def is_on(script: Script, bad_day: str) -> bool:
    """Whether a fault of this bad day is still to come. Raises KeyError for a name that is none of BAD_DAYS."""
    return any(_is_of(fault, bad_day) and fault.times > 0 for fault in script.faults)


def end_it(script: Script, bad_day: str) -> None:
    """Let no fault of a bad day come any more. Raises KeyError for a name that is none of BAD_DAYS."""
    script.faults[:] = [fault for fault in script.faults if not _is_of(fault, bad_day)]


def _is_of(fault: Fault, bad_day: str) -> bool:
    """Whether it is one of the bad day's, however often it has hit by now."""
    return any(replace(fault, times=one.times, passing=one.passing) == one for one in BAD_DAYS[bad_day][1])


def let_it_be(script: Script, bad_day: str) -> None:
    """Let the faults of a bad day come. Raises KeyError for a name that is none of BAD_DAYS."""
    script.add(*(replace(fault) for fault in BAD_DAYS[bad_day][1]))  # a fault counts how often it hit
