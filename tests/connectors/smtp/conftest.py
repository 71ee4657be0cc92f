"""A real mail server on 127.0.0.1, in a thread, with a certificate of its own; told by a test how to misbehave."""

import asyncio
import contextlib
import ssl
import threading

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from connectors.smtp import SmtpMailer
from firstbell.settings import SmtpSettings
from firstbell.testing.fake_secrets import FakeSecrets

USER = "firstbell"
PASSWORD = "correct horse"  # noqa: S105 - only the server of these tests knows it
OFFICE = "office@st-example.example.org"
KEPT_UNDER = "smtp"
HANG_UP = "hang up"


class Protocol(SMTP):
    """The server's side of one connection. `plan` holds, by command, what to answer once instead of the right thing."""

    def __init__(self, server, **options):
        self.mail_server = server
        super().__init__(
            server, hostname="mail.example.org", require_starttls=False, auth_require_tls=server.is_starttls,
            authenticator=server.authenticate, **options,
        )  # fmt: skip

    def connection_made(self, transport):
        super().connection_made(transport)
        self.mail_server.transports.append(transport)
        # Asked for a second time once the connection is encrypted, but by the same caller.
        self.mail_server.callers.add(transport.get_extra_info("peername"))

    async def smtp_DATA(self, arg):  # noqa: N802 - the name of the command
        answer = self.mail_server.planned("DATA")
        if answer is None:
            await super().smtp_DATA(arg)
        elif answer == HANG_UP:
            await self.push("354 go on")
            self.transport.abort()
        else:
            await self.push(answer)


class MailServer:
    """What arrived, who connected, and what to do wrong next."""

    def __init__(self, identity, *, security="starttls"):
        self.mails: list[Envelope] = []
        self.transports, self.callers, self.plan = [], set(), {}
        self.password, self.tried = PASSWORD, []
        self.is_starttls = security == "starttls"
        self.security = security
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        identity.configure_cert(self._tls)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def planned(self, step):
        return self.plan.pop(step, None)

    def authenticate(self, server, session, envelope, mechanism, login):  # noqa: ARG002 - aiosmtpd's own signature
        self.tried.append(login.password.decode())
        answer = self.planned("AUTH")
        is_right = (login.login, login.password) == (USER.encode(), self.password.encode()) and answer is None
        return AuthResult(success=is_right, handled=False, message=answer)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: ARG002, N802 - aiosmtpd's own
        session.host_name = hostname
        return ["250 HELP"] if self.planned("NO STARTTLS") else responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: ARG002, N802 - aiosmtpd's own
        answer = self.planned("MAIL")
        if answer == HANG_UP:
            server.transport.abort()
        if answer is None:
            envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: ARG002, N802 - aiosmtpd's own
        answer = self.planned("RCPT")
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002, N802 - aiosmtpd's own
        answer = self.planned("END")
        if answer is None or answer == HANG_UP:
            self.mails.append(envelope)
        if answer == HANG_UP:
            server.transport.abort()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        return answer if isinstance(answer, str) else "250 OK"

    def hang_up_all(self):
        """Let go of every connection, as servers do with idle ones."""
        for transport in self.transports:
            self._loop.call_soon_threadsafe(transport.abort)

    def __enter__(self):
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def _listen(self):
        options = {"tls_context": self._tls} if self.is_starttls else {}
        tls = self._tls if self.security == "tls" else None
        return await self._loop.create_server(lambda: Protocol(self, **options), "127.0.0.1", 0, ssl=tls)

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self):
        self._server.close()
        for transport in self.transports:
            transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A certificate authority that only these tests trust, and the file with its certificate."""
    made = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    made.cert_pem.write_to_path(path)
    return made, path


@pytest.fixture(scope="session")
def identity(authority):
    return authority[0].issue_cert("127.0.0.1")


@pytest.fixture
def start(identity):
    """Start a mail server; it ends with the test."""
    with contextlib.ExitStack() as running:
        yield lambda security="starttls", certificate=identity: running.enter_context(
            MailServer(certificate, security=security)
        )


@pytest.fixture
def server(start):
    return start()


@pytest.fixture
def connect(authority, clock):
    """Make a mailer for a server; its connections are closed with the test."""
    with contextlib.ExitStack() as open_ones:

        def made(server, *, password=PASSWORD, previous="", timeout_seconds=5.0, **settings):
            usual = {"certificate_authority": authority[1], "username": USER, "security": server.security}
            smtp = SmtpSettings(
                host="127.0.0.1", port=server.port, sender=OFFICE, password_secret=KEPT_UNDER, **usual | settings
            )
            secrets = FakeSecrets(**{KEPT_UNDER: password, f"{KEPT_UNDER}_previous": previous})
            mailer = SmtpMailer(smtp, secrets, clock, timeout_seconds=timeout_seconds)
            open_ones.callback(mailer.close)
            return mailer

        yield made


@pytest.fixture
def mailer(server, connect):
    return connect(server)
