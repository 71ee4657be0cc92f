"""Pages for people: what is in the tenant, what was asked of it, and what goes wrong on order. They change nothing.

They show names and addresses, as the real service does: everything in a sandbox is made up. Plain http, on this
computer alone; no script, and nothing from outside.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from firstbell.testing.microsoft.asked import Answer, Request
from firstbell.testing.microsoft.bad_days import ALWAYS
from firstbell.testing.microsoft.faults import Fault
from firstbell.testing.microsoft.listener import listening
from firstbell.testing.microsoft.shown import ShownMail, cards_of, files_of, mails_of
from firstbell.testing.microsoft.tenant import Tenant

TEMPLATES = Path(__file__).with_name("page_templates")
HTML = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
STATES = ("Draft", "Sent", "Received")
Facts = dict[str, Any]


class Pages:
    """The pages of one tenant; times are shown in `zone`."""

    def __init__(self, tenant: Tenant, zone: ZoneInfo) -> None:
        self._tenant = tenant
        self._zone = zone

    def answer(self, request: Request) -> Answer:
        """The page at an address, as the tenant is now."""
        with self._tenant.lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Answer:
        first, _, rest = request.path.strip("/").partition("/")
        pages: Mapping[str, Callable[[str], Answer | None]] = {
            "": self._start,
            "mail": self._mail,
            "files": self._files,
            "channel": self._channel,
        }
        page = pages.get(first)
        found = page(rest) if page and request.method == "GET" else None
        return found or self._page("nothing", {}, status=404)

    def _start(self, rest: str) -> Answer | None:
        tenant = self._tenant
        mails = Counter(mail.state for mail in mails_of(tenant))
        facts = {
            "mails": {state: mails[state] for state in STATES},
            "files": sum(not shown.is_folder for shown in files_of(tenant)),
            "cards": len(cards_of(tenant)),
            "faults": [_told(fault) for fault in tenant.script.faults if fault.times > 0],
            "asked": sorted(Counter((seen.operation, seen.status) for seen in tenant.seen).items()),
            "requests": sum(1 - seen.held for seen in tenant.seen),
            "violations": tenant.violations,
        }
        return None if rest else self._page("start", facts)

    def _mail(self, rest: str) -> Answer | None:
        mails = mails_of(self._tenant)
        if not rest:
            return self._page("mails", {"boxes": _by_mailbox(mails)})
        mail = next((mail for mail in mails if mail.key == rest), None)
        return self._page("mail", {"mail": mail}) if mail else None

    def _files(self, rest: str) -> Answer | None:
        if not rest:
            return self._page("files", {"files": files_of(self._tenant), "people": self._tenant.people})
        drive, _, key = rest.partition("/")
        item = self._tenant.drives[drive].items.get(key) if drive in self._tenant.drives else None
        if item is None or item.content is None:
            return None
        name = f"attachment; filename*=UTF-8''{quote(item.name, safe='')}"
        return Answer(body=item.content, headers={"Content-Disposition": name, "X-Content-Type-Options": "nosniff"})

    def _channel(self, rest: str) -> Answer | None:
        return None if rest else self._page("channel", {"cards": cards_of(self._tenant)})

    def _page(self, template: str, facts: Facts, *, status: int = 200) -> Answer:
        common = {"now": self._tenant.clock(), "zone": self._zone, "page": template}
        html = _templates().get_template(f"{template}.html").render(common | facts)
        return Answer(status, html.encode(), HTML)


@contextlib.contextmanager
def running_pages(tenant: Tenant, zone: ZoneInfo, port: int = 0) -> Iterator[str]:
    """Serve the pages until the end of the block; gives their address. Raises OSError for a port that is taken."""
    with listening(Pages(tenant, zone).answer, port) as listener:
        yield listener.url


def _by_mailbox(mails: list[ShownMail]) -> dict[str, list[tuple[str, list[ShownMail]]]]:
    """Each mailbox with its drafts, what it sent and what it got."""
    return {
        box: [(state, [mail for mail in mails if (mail.mailbox, mail.state) == (box, state)]) for state in STATES]
        for box in sorted({mail.mailbox for mail in mails})
    }


def _told(fault: Fault) -> Facts:
    """A fault in words."""
    times = "every time" if fault.times >= ALWAYS // 2 else f"{fault.times} more time{'s' if fault.times != 1 else ''}"
    return {"kind": fault.kind.in_words, "where": "" if fault.where == ".*" else fault.where, "times": times}


@cache
def _templates() -> Environment:
    """Everything is escaped: what people type into forms and registers is shown here."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["path"] = lambda text: quote(text, safe="")
    return made
