"""A tenant with two mailboxes that listens, and the real SDK before it: made once for many tests, emptied for each."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from connectors.microsoft365.graph import Graph
from connectors.microsoft365.mailer import GraphMailer
from firstbell.records import Message
from firstbell.settings import Microsoft365Settings
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_secrets import FakeSecrets
from firstbell.testing.messages import message_in
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.faults import Fault, Kind
from firstbell.testing.microsoft.mail import ROUTES
from firstbell.testing.microsoft.mail_state import Arrived, Item, Mail
from firstbell.testing.microsoft.server import Running, Sandbox, running
from firstbell.testing.microsoft.tenant import Seen, Tenant

TENANT, APP = "11111111-2222-3333-4444-555555555555", "firstbell"
OFFICES = ("attendance@school.example", "attendance2@school.example")
PRIVATE = "head@school.example"


class PostOffice:
    """`mailer` is this run's; `another_run` gives one that remembers nothing."""

    def __init__(self, server: Running) -> None:
        self.sandbox = server.sandbox
        settings = Microsoft365Settings(
            tenant_id=TENANT,
            client_id=APP,
            sign_in="secret",
            secret="app",  # noqa: S106 - the name of one
            mailboxes=OFFICES,
            graph_url=f"{server.url}/v1.0",
            sign_in_url=server.url,
            certificate_authority=server.certificate_authority,
        )
        self.waits: list[float] = []
        self.graph = Graph(settings, FakeSecrets(app="of the sandbox"), sleep=self.waits.append)

    def empty(self, clock: FakeClock | None = None) -> None:
        """A new morning: another tenant, with the tokens that are still good."""
        tokens = self.tenant.tokens
        self.clock = clock or FakeClock()
        self.sandbox.tenant = tenant_at(self.clock)
        self.tenant.tokens.update(tokens)
        self.waits.clear()
        self.mailer = self.another_run()

    @property
    def tenant(self) -> Tenant:
        return self.sandbox.tenant

    @property
    def mail(self) -> Mail:
        return self.tenant.mail

    def another_run(self, mailboxes: tuple[str, ...] = OFFICES) -> GraphMailer:
        return GraphMailer(self.graph, mailboxes)

    def arrived(self) -> list[Message]:
        """What reached somebody: each came with the one recipient that stands in its To."""
        assert all(each.to == each.mail["To"] for each in self.mail.arrived)
        return [message_in(each.mail.as_bytes()) for each in self.mail.arrived]

    def went(self) -> Arrived:
        (one,) = self.mail.arrived
        return one

    def goes_wrong(self, kind: Kind, where: str = ".*", **how: object) -> None:
        self.tenant.script.add(Fault(kind, where, **how))

    def asked(self) -> list[str]:
        """Every request so far, as method and last part of the address."""
        return [shown(each) for each in self.tenant.seen]

    def round_trips(self) -> list[str]:
        """The same without what stood inside batches."""
        return [shown(each) for each in self.tenant.round_trips()]

    def items(self) -> list[Item]:
        """Whatever lies in any mailbox."""
        return [item for box in self.mail.mailboxes.values() for item in self.mail.shown(box, self.clock.now())]


def shown(seen: Seen) -> str:
    return f"{seen.operation.split()[0]} {seen.operation.rpartition('/')[2]}"


def tenant_at(clock: FakeClock) -> Tenant:
    tenant = Tenant(TENANT, clock.now)
    tenant.apps[APP] = App(APP, secret="of the sandbox", mailboxes=frozenset(OFFICES))  # noqa: S106 - made up
    tenant.mail.add(*OFFICES, PRIVATE)
    return tenant


@contextlib.contextmanager
def open_post_office(folder: Path) -> Iterator[PostOffice]:
    """One that listens until the end of the tests that share it."""
    with running(Sandbox(tenant_at(FakeClock()), ROUTES), folder) as server:
        office = PostOffice(server)
        with office.graph:
            yield office
