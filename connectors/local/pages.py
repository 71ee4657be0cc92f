"""Pages to read the outbox and the channel with: plain files without scripts, the same bytes for the same contents.

They are drawn once at the end of a run, not after each message. Lists show no address; that is on a mail's own page.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connectors.local.channel import read_card
from connectors.local.disk import disk_errors, write_view
from connectors.local.mail_files import StoredMail, bounce_of, bounce_reports, mail_files, read_headers, read_mail

TEMPLATES = Path(__file__).parent / "page_templates"


@dataclass(frozen=True, slots=True)
class ListedMail:
    """A mail with where it stands, in words."""

    mail: StoredMail
    state: str
    file: Path


def draw_outbox(folder: Path, *, as_at: str, zone: ZoneInfo) -> Path:
    """Draw `index.html` (the newest day), a page for each day and one for each mail. Returns the index.

    `as_at` says when, in words; times are shown in `zone`. Raises Misconfigured, NeedsHuman (disk).
    """
    with disk_errors("the outbox"):
        days = _by_day(_listed(folder), zone)
        for day, mails in days.items():
            _draw(folder / "days" / f"{day}.html", "day", {"day": day, "mails": mails, "zone": zone})
        mails = [mail for day in days.values() for mail in day]
        for each in mails:
            _draw_mail(folder, each, zone)
        _forget(folder / "days", {day.isoformat() for day in days})
        _forget(folder / "mails", {each.mail.name for each in mails})
        index = folder / "index.html"
        _draw(index, "outbox", {"days": days, "as_at": as_at, "zone": zone})
    return index


def draw_channel(folder: Path, *, as_at: str, zone: ZoneInfo) -> Path:
    """Draw `channel.html`: the cards, newest first. Returns it. Raises Misconfigured, NeedsHuman (disk)."""
    with disk_errors("the channel"):
        found = (read_card(path) for path in sorted(folder.glob("cards/*.json")))
        cards = sorted((each for each in found if each is not None), key=lambda each: each.at, reverse=True)
        page = folder / "channel.html"
        _draw(page, "channel", {"cards": cards, "as_at": as_at, "zone": zone})
    return page


def _listed(folder: Path) -> Iterable[ListedMail]:
    reports = bounce_reports(folder)
    for file in mail_files(folder / "sent"):
        mail = read_headers(file)
        yield ListedMail(mail, "Sent" if bounce_of(mail, reports) is None else "Bounced", file)
    for file in mail_files(folder / "drafts"):
        yield ListedMail(read_headers(file), "Draft, not sent", file)


def _by_day(mails: Iterable[ListedMail], zone: ZoneInfo) -> dict[dt.date, list[ListedMail]]:
    """Mails by the school's own date, newest day first, and in the order of time within a day."""
    days: dict[dt.date, list[ListedMail]] = defaultdict(list)
    for each in sorted(mails, key=lambda m: (m.mail.at, m.mail.name)):
        days[each.mail.at.astimezone(zone).date()].append(each)
    return dict(sorted(days.items(), reverse=True))


def _draw_mail(folder: Path, listed: ListedMail, zone: ZoneInfo) -> None:
    """A mail never changes, so neither does its page: one that is there is left alone."""
    page = folder / "mails" / f"{listed.mail.name}.html"
    if not page.exists():
        mail = read_mail(listed.file)
        facts = {
            "listed": listed.mail,
            "to": mail["To"],
            "sender": mail["From"],
            "text": _part(mail, "plain"),
            "html": _part(mail, "html"),
            "zone": zone,
        }
        _draw(page, "mail", facts)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _draw(page: Path, template: str, facts: Mapping[str, Any]) -> None:
    content = _templates().get_template(f"{template}.html").render(facts).encode()
    if not page.exists() or page.read_bytes() != content:
        write_view(page, content)


def _forget(folder: Path, wanted: set[str]) -> None:
    """Remove the pages of what is no longer there: a mail that was deleted is not kept by its page."""
    for page in folder.glob("*.html"):
        if page.stem not in wanted:
            page.unlink(missing_ok=True)


@cache
def _templates() -> Environment:
    """Everything is escaped: names are whatever somebody typed into the MIS."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["in_words"] = lambda day: f"{day:%A} {day.day} {day:%B %Y}"
    made.filters["purpose_in_words"] = lambda purpose: purpose.replace("_", " ").capitalize()
    return made
