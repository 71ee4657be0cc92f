"""Pages for people: what is in the tenant, what was asked of it and what goes wrong on order, with forms to take part.

They show names and addresses, as the real service does: everything in a sandbox is made up. Plain http, on this
computer alone; no script, and nothing from outside.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from firstbell.testing.microsoft.asked import Answer, Request
from firstbell.testing.microsoft.bad_days import ALWAYS, BAD_DAYS, is_on
from firstbell.testing.microsoft.faults import Fault
from firstbell.testing.microsoft.forms import Forms
from firstbell.testing.microsoft.listener import listening
from firstbell.testing.microsoft.posts import posted
from firstbell.testing.microsoft.shown import ShownMail, cards_of, files_of, mails_of
from firstbell.testing.microsoft.shown_workbooks import books_of
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.microsoft.typing_in import Wrong
from firstbell.testing.microsoft.visits import READY_REPLIES, arrived_of

TEMPLATES = Path(__file__).with_name("page_templates")
# With the policy "no-referrer" a browser would not say where a form comes from.
HTML = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
# What an address may tell its page: what was just done, and where.
TOLD = frozenset({"done", "row", "column"})
STATES = ("Draft", "Sent", "Received")
Facts = Mapping[str, Any]


class Pages:
    """The pages of one tenant; times are shown in `zone`."""

    def __init__(self, tenant: Tenant, zone: ZoneInfo) -> None:
        self._tenant = tenant
        self._zone = zone
        self._forms = Forms()

    def answer(self, request: Request) -> Answer:
        """The page at an address, as the tenant is now."""
        with self._tenant.lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Answer:
        match request.method:
            case "GET":
                told = {name: text for name, text in request.query.items() if name in TOLD}
                found = self._shown(request.path, told)
            case "POST":
                found = self._posted(request)
            case _:
                found = None
        return found or self._page("nothing", {}, status=404)

    def _shown(self, path: str, facts: Facts, status: int = 200) -> Answer | None:
        """The page of an address; `facts` are what was just done, or what was wrong with it."""
        first, _, rest = path.strip("/").partition("/")
        pages: Mapping[str, Callable[[str, Facts], Answer | None]] = {
            "": self._start,
            "mail": self._mail,
            "workbooks": self._workbooks,
            "files": self._files,
            "channel": self._channel,
        }
        page = pages.get(first)
        found = page(rest, facts) if page else None
        return replace(found, status=status) if found else None

    def _posted(self, request: Request) -> Answer | None:
        """Do what a form says, and lead back to its page; or show the page again with what is wrong."""
        form = self._forms.read(request)
        if form is None:
            return self._page("not_ours", {}, status=403)
        try:
            where = posted(self._tenant, request.path, form)
        except Wrong as wrong:
            return self._shown(request.path, {"form": form, "wrong": wrong}, status=400)
        return Answer(303, headers={"Location": where}) if where else None

    def _start(self, rest: str, _facts: Facts) -> Answer | None:
        tenant = self._tenant
        mails = Counter(mail.state for mail in mails_of(tenant))
        facts = {
            "mails": {state: mails[state] for state in STATES},
            "files": sum(not shown.is_folder for shown in files_of(tenant)),
            "cards": len(cards_of(tenant)),
            "bad_days": [(name, words, is_on(tenant.script, name)) for name, (words, _) in BAD_DAYS.items()],
            "faults": [_told(fault) for fault in tenant.script.faults if fault.times > 0],
            "asked": sorted(Counter((seen.operation, seen.status) for seen in tenant.seen).items()),
            "requests": sum(1 - seen.held for seen in tenant.seen),
            "violations": tenant.violations,
        }
        return None if rest else self._page("start", facts)

    def _mail(self, rest: str, facts: Facts) -> Answer | None:
        mails = mails_of(self._tenant)
        if not rest:
            return self._page("mails", {"boxes": _by_mailbox(mails)})
        mail = next((mail for mail in mails if mail.key == rest), None)
        if mail is None:
            return None
        common = {"mail": mail, "ready": READY_REPLIES, "left": arrived_of(self._tenant, mail.key)}
        return self._page("mail", {**common, **facts})

    def _workbooks(self, rest: str, facts: Facts) -> Answer | None:
        """All of them, one with its sheets, or one sheet; a workbook's address is its name."""
        books = books_of(self._tenant)
        if not rest:
            return self._page("workbooks", {"books": books})
        name, _, sheet_name = rest.partition("/")
        book = next((book for book in books if book.layout.name == name), None)
        if book is None:
            return None
        if not sheet_name:
            return self._page("workbook", {"book": book})
        sheet = book.sheet(sheet_name)
        return self._page("sheet", {"book": book, "sheet": sheet, **facts}) if sheet else None

    def _files(self, rest: str, _facts: Facts) -> Answer | None:
        if not rest:
            return self._page("files", {"files": files_of(self._tenant), "people": self._tenant.people})
        drive, _, key = rest.partition("/")
        item = self._tenant.drives[drive].items.get(key) if drive in self._tenant.drives else None
        if item is None or item.content is None:
            return None
        name = f"attachment; filename*=UTF-8''{quote(item.name, safe='')}"
        return Answer(body=item.content, headers={"Content-Disposition": name, "X-Content-Type-Options": "nosniff"})

    def _channel(self, rest: str, _facts: Facts) -> Answer | None:
        return None if rest else self._page("channel", {"cards": cards_of(self._tenant)})

    def _page(self, template: str, facts: Facts, *, status: int = 200) -> Answer:
        common: Facts = {
            "now": self._tenant.clock(),
            "zone": self._zone,
            "page": template,
            "token": self._forms.token,
            "form": {},
            "wrong": None,
            "done": "",
        }
        html = _templates().get_template(f"{template}.html").render({**common, **facts})
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
