"""The simulated morning over the real adapter: the Outlook mailer and Microsoft's SDK, with faults on the wire."""

import datetime as dt
from collections import Counter

from connectors.microsoft365.mailer import name_of
from firstbell.records import Guarantee, Message
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.microsoft.faults import Fault, Kind
from firstbell.testing.microsoft.mail_state import Arrived, Folder, Item, LagShows, SecondSend
from rules.contact.purposes import Purpose
from rules.people import Personal
from tests.connectors.microsoft365.post_office import OFFICES, PostOffice
from tests.faults.gate import Gate
from tests.faults.plan import Plan
from tests.faults.ports import check_the_moment

SECOND_SENDS = {"refused": SecondSend.NOT_FOUND, "ignored": SecondSend.IGNORED, "again": SecondSend.AGAIN}
SHOWS = {"absent": LagShows.NOTHING, "draft": LagShows.DRAFT}
ON_THE_WIRE = {
    "lost before": Fault(Kind.DROPPED),
    "lost after": Fault(Kind.DROPPED_AFTER),
    "busy": Fault(Kind.THROTTLED, retry_after="30"),
    "busy, no time said": Fault(Kind.THROTTLED),
    "server error before": Fault(Kind.UNAVAILABLE),
    "server error after": Fault(Kind.GATEWAY_AFTER),
    "hang before": Fault(Kind.GATEWAY),
    "hang after": Fault(Kind.GATEWAY_AFTER),
}


class Outlook:
    """The mail service of a morning: one mailbox of a tenant that listens. What it holds is told as `Provider` does."""

    is_real = True

    def __init__(self, post: PostOffice, plan: Plan, clock: FakeClock) -> None:
        self.post, self.requests = post, Counter()
        post.empty(clock)
        never = dt.datetime.max.replace(tzinfo=dt.UTC)
        post.tenant.tokens = {token: (app, never) for token, (app, _) in post.tenant.tokens.items()}
        post.mail.second_send = SECOND_SENDS[plan.second_send]
        post.mail.lag, post.mail.lag_shows = dt.timedelta(minutes=plan.lag), SHOWS[plan.lag_shows]
        self._box = post.mail.mailboxes[OFFICES[0]]
        self._name = name_of(OFFICES[0])

    def fail_on_the_wire(self, fault: str) -> None:
        """Let the next request meet it."""
        how = ON_THE_WIRE[fault]
        self.post.goes_wrong(how.kind, retry_after=how.retry_after)

    @property
    def drafts(self) -> dict[str, Item]:
        """What really lies in Drafts, whatever else looks like it."""
        lying = (item for item in self._box.items.values() if item.folder is Folder.DRAFTS and item.sent_at is None)
        return {f"{self._name}:{item.id}": item for item in lying}

    @property
    def sent(self) -> dict[int, list[tuple[Message, dt.datetime]]]:
        return {number: [(message_of(each), each.at)] for number, each in enumerate(self.post.mail.arrived)}

    @property
    def deleted(self) -> set[str]:
        kept = {item.id for item in self._box.items.values() if item.folder is not Folder.DELETED}
        return {f"{self._name}:{each}" for _, each in self._box.log if each not in kept}

    def discard(self, draft_id: str) -> None:
        """A person throws a draft away."""
        self._box.move(self.drafts[draft_id], Folder.DELETED)


class OutlookMailer:
    """A run's own mailer, each call of which goes through the gate."""

    guarantee = Guarantee.EXACTLY_ONCE

    def __init__(self, gate: Gate) -> None:
        self._gate, self._post = gate, gate.world.provider.post
        self._real = self._post.another_run(OFFICES[:1])

    def create_draft(self, message):
        return self._gate.call("create", lambda: self._real.create_draft(message))

    def send_draft(self, draft_id):
        self._gate.call("send", lambda: self._send(draft_id))

    def _send(self, draft_id):
        before = len(self._post.mail.arrived)
        try:
            self._real.send_draft(draft_id)
        finally:
            for each in self._post.mail.arrived[before:]:
                check_the_moment(self._gate, message_of(each))

    def look_up(self, key, draft_id):
        return self._gate.call("look up", lambda: self._real.look_up(key, draft_id))

    def discard_draft(self, draft_id):
        return self._gate.call("discard", lambda: self._real.discard_draft(draft_id))

    def drafts_before(self, moment):
        return self._gate.call("list", lambda: self._real.drafts_before(moment))


def message_of(each: Arrived) -> Message:
    """The message as it arrived: the pupils it is about, and who got it."""
    text = Personal(str(each.mail.get_content()).strip())
    return Message(each.mail["x-firstbell-key"], Purpose.FIRST_DAY_ABSENCE, Personal(each.to), "", text, text, each.at)
