"""What `firstbell doctor` asks of Microsoft 365: that Firstbell is let in where it must, and kept out elsewhere.

Mailboxes and libraries are numbered or called by their use, never by their address: what a check says may be sent on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from connectors.microsoft365.addresses import is_one_of
from connectors.microsoft365.certificate_end import certificate_ends
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.replies import Policy
from connectors.microsoft365.workbook_trial import workbook_trial
from firstbell.checks import Check, Found, look_at, mend, ok
from firstbell.ports import Clock, Secrets
from firstbell.settings import ChannelSettings, Microsoft365Settings

EXCHANGE_A_MINUTE = 30
CLOCKS_MAY_DIFFER_SECONDS = 120
WARN_DAYS = 30
BROAD = {"anonymous": "anyone who has the link", "organization": "everyone at the school"}
REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
REMEDY_FOR_MAIL = "leave the app no Mail permission in Entra, and only its roles in Exchange"
REMEDY_FOR_SITES = "give it Sites.Selected alone, and no other Sites or Files permission"
SIGN_IN = "microsoft365-sign-in"


@dataclass(frozen=True, slots=True)
class Used:
    """Which parts of the office live in Microsoft 365."""

    mail: bool
    workbooks: bool
    folders: bool
    channel: bool


@dataclass(frozen=True, slots=True)
class Strangers:
    """A mailbox and a site that are none of Firstbell's business; empty where the person named none."""

    mailbox: str = ""
    site: str = ""


def microsoft365_checks(
    graph: Graph, settings: Microsoft365Settings, secrets: Secrets, clock: Clock, used: Used, strangers: Strangers
) -> Iterator[Check]:
    """The checks of the parts that are in use; signing in comes first."""
    if settings.sign_in == "certificate":
        yield Check(
            "microsoft365-certificate", "The app's certificate", partial(_certificate, settings, secrets, clock)
        )
    yield Check(SIGN_IN, "Signing in to Microsoft 365", partial(_sign_in, graph))
    yield Check("microsoft365-clock", "This computer's clock", partial(_clock, graph, settings, clock), (SIGN_IN,))
    if used.mail:
        yield from _mail(graph, settings, strangers)
    if used.workbooks or used.folders:
        yield from _files(graph, settings, used, strangers)
    if used.channel and settings.channel is not None:
        yield from _channel(graph, settings.channel, settings, secrets)


def _certificate(settings: Microsoft365Settings, secrets: Secrets, clock: Clock) -> Found:
    left = (certificate_ends(settings, secrets) - clock.now()).days
    if left < 0:
        return mend("it has ended: make a new one, and upload it to the app (docs/microsoft-365.md).")
    if left < WARN_DAYS:
        return look_at(f"it ends in {left} days: make a new one now, and upload it beside the old one.")
    return ok(f"it is good for {left} days more.")


def _sign_in(graph: Graph) -> Found:
    graph.sign_in()
    return ok("Microsoft accepts the app.")


def _clock(graph: Graph, settings: Microsoft365Settings, clock: Clock) -> Found:
    """The clock against the Date of any answer, a refusal as well."""
    where = settings.libraries.attendance or settings.libraries.restricted
    address = f"/drives/{where}" if where else f"/users/{next(iter(settings.mailboxes), 'nobody')}/mailFolders/inbox"
    reply = graph.ask("GET", address, doing="read the time", may_be=REFUSED)
    if "date" not in reply.headers:
        return look_at("the answer did not say what time it is.")
    apart = abs((clock.now() - parsedate_to_datetime(reply.headers["date"])).total_seconds())
    if apart > CLOCKS_MAY_DIFFER_SECONDS:
        return mend(f"it is {_in_words(apart)} off: let the system set it, or signing in will fail.")
    return ok("it agrees with Microsoft's.")


def _in_words(seconds: float) -> str:
    """In a unit that a person can picture: 150 seconds, 20 minutes, 64 hours."""
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds >= 3 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _mail(graph: Graph, settings: Microsoft365Settings, strangers: Strangers) -> Iterator[Check]:
    boxes = settings.mailboxes
    for number, box in enumerate(boxes, 1):
        title = f"Mailbox {number} of {len(boxes)}"
        yield Check(f"mailbox-{number}", title, partial(_drafts, graph, box), (SIGN_IN,))
    yield Check("another-mailbox", "Another mailbox", partial(_kept_out_of_mail, graph, strangers.mailbox), (SIGN_IN,))
    yield Check("quota", "The pace of messages", partial(_quota, settings))


def _drafts(graph: Graph, box: str) -> Found:
    drafts = graph.at.users.by_user_id(box).messages
    text = {"subject": "Firstbell doctor: this draft is deleted at once"}
    made = graph.ask("POST", drafts, doing="write a draft in this mailbox", policy=Policy.ONCE, json=text)
    draft = drafts.by_message_id(made.json()["id"])
    graph.ask("DELETE", draft, doing="delete a draft in this mailbox", may_be={HTTPStatus.NOT_FOUND})
    return ok("a draft was written and deleted. Nothing was sent.")


def _kept_out_of_mail(graph: Graph, stranger: str) -> Found:
    if not stranger:
        return look_at("not proved: run again with --another-mailbox and one that Firstbell has no business in.")
    inbox = graph.at.users.by_user_id(stranger).mail_folders.by_mail_folder_id("inbox")
    reply = graph.ask("GET", inbox, doing="try another mailbox", may_be=REFUSED)
    return _kept_out(reply.status, "mailbox", REMEDY_FOR_MAIL)


def _kept_out(status: int, what: str, remedy: str) -> Found:
    if status == HTTPStatus.FORBIDDEN:
        return ok(f"Firstbell is kept out of a {what} that is none of its business.")
    if status == HTTPStatus.NOT_FOUND:
        return look_at(f"not proved: there is no such {what}. Name one that exists.")
    return mend(f"Firstbell can open a {what} that is none of its business: {remedy}.")


def _quota(settings: Microsoft365Settings) -> Found:
    if settings.quota.a_minute > EXCHANGE_A_MINUTE:
        return mend(f"microsoft365.quota.a_minute is more than the {EXCHANGE_A_MINUTE} that Exchange takes.")
    together = settings.quota.a_minute * len(settings.mailboxes)
    return ok(f"at most {together} messages a minute leave.")


def _files(graph: Graph, settings: Microsoft365Settings, used: Used, strangers: Strangers) -> Iterator[Check]:
    libraries = settings.libraries
    named = {"attendance": used.workbooks, "safeguarding": used.workbooks, "restricted": used.folders}
    for name in (name for name, is_used in named.items() if is_used):
        drive = str(getattr(libraries, name))
        yield Check(f"library-{name}", f"The {name} library", partial(_library, graph, drive), (SIGN_IN,))
        if name != "attendance":
            yield Check(
                f"access-{name}",
                f"Who may open the {name} library",
                partial(_access, graph, drive),
                (SIGN_IN, f"library-{name}"),
            )
    yield Check("another-site", "Another site", partial(_kept_out_of_site, graph, strangers.site), (SIGN_IN,))
    if used.workbooks:
        after = (SIGN_IN, "library-attendance")
        yield Check("workbook", "Workbooks while open", partial(workbook_trial, graph, libraries.attendance), after)


def _library(graph: Graph, drive: str) -> Found:
    graph.ask("GET", graph.at.drives.by_drive_id(drive), doing="open this library")
    return ok("it can be opened.")


def _access(graph: Graph, drive: str) -> Found:
    """Broad links and groups at the top of a library: whatever is in it inherits them."""
    permissions = graph.at.drives.by_drive_id(drive).items.by_drive_item_id("root").permissions
    found = graph.ask("GET", permissions, doing="read who may open this library").json()["value"]
    scopes = {(each.get("link") or {}).get("scope") for each in found}
    broad = [words for scope, words in BROAD.items() if scope in scopes]
    if broad:
        return mend(f"a link opens it to {' and to '.join(broad)}: remove the link.")
    return ok(f"no link opens it to many. SharePoint names {len(found)} who may; you should know them all.")


def _kept_out_of_site(graph: Graph, stranger: str) -> Found:
    if not stranger:
        return look_at("not proved: run again with --another-site and the address of one Firstbell has no business in.")
    parts = urlsplit(stranger if "://" in stranger else f"https://{stranger}")
    where = f"/sites/{parts.hostname}:/{parts.path.strip('/')}"
    reply = graph.ask("GET", where, doing="try another site", may_be=REFUSED)
    return _kept_out(reply.status, "site", REMEDY_FOR_SITES)


def _channel(
    graph: Graph, channel: ChannelSettings, settings: Microsoft365Settings, secrets: Secrets
) -> Iterator[Check]:
    yield Check("workflow", "The channel's workflow", partial(_workflow, channel, settings, secrets))
    yield Check("channel", "Reading the channel", partial(_readable, graph, channel), (SIGN_IN,))


def _workflow(channel: ChannelSettings, settings: Microsoft365Settings, secrets: Secrets) -> Found:
    addresses = secrets.secret(channel.webhook_secret).values
    if not all(is_one_of(address, channel.webhook_hosts, settings.graph_url) for address in addresses):
        return mend("its address is not https, or of a server that is not in microsoft365.channel.webhook_hosts.")
    return ok("its address is of a server that may be asked. No card was posted.")


def _readable(graph: Graph, channel: ChannelSettings) -> Found:
    where: Any = graph.at.teams.by_team_id(channel.team).channels.by_channel_id(channel.channel).messages
    graph.ask("GET", where, doing="read the channel", query={"$top": 1})
    return ok("it can be read, so that a card which was not posted is noticed.")
