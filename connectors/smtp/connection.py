"""One connection to a mail submission server (RFC 6409): encrypted, its certificate checked, used for many messages.

Every step is taken by hand, because what an error means hangs on how far a message had got: before its last line it
has surely not been accepted, after the server's answer it surely has or has not, and between the two nobody knows.
"""

import contextlib
import datetime as dt
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator

from connectors._rotation import signed_in
from firstbell.errors import FirstbellError, GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.ports import Secrets
from firstbell.settings import SmtpSettings

# RFC 5321 section 4.5.4.1 wants 30 minutes between tries for ordinary mail; ours is worth nothing by then.
TRY_AGAIN_AFTER = dt.timedelta(minutes=5)
# How long a server may take to answer. Giving up early on the answer to a message leaves it in doubt.
TIMEOUT_SECONDS = 60.0
CLOSING = 421
WRONG_CREDENTIALS = 535  # RFC 4954 section 6
# Which way of signing in is taken, of those that the server offers. Every connection is encrypted, so the simplest
# comes first: it works whichever way the server keeps its passwords.
MECHANISMS = {"PLAIN": "auth_plain", "LOGIN": "auth_login", "CRAM-MD5": "auth_cram_md5"}
# The first figure of a reply says what became of the command (RFC 5321 section 4.2.1).
DONE, NOT_NOW, NEVER = 2, 4, 5

Reply = tuple[int, bytes]
Refusal = Callable[[int], FirstbellError]


class Connection:
    """The connection, opened when it is first needed and again when the server has let go of it."""

    def __init__(self, settings: SmtpSettings, secrets: Secrets, timeout_seconds: float) -> None:
        self._settings = settings
        self._secrets = secrets
        self._timeout = timeout_seconds
        self._server: smtplib.SMTP | None = None

    def ready(self) -> smtplib.SMTP:
        """Connect, encrypt and sign in, unless that is done already. Raises RetryLater, Misconfigured."""
        if self._server is None:
            with _opening_errors():
                self._server = self._opened()
        return self._server

    def close(self) -> None:
        """Say goodbye."""
        if self._server is not None:
            with contextlib.suppress(OSError):
                self._server.quit()
        self._drop()

    def _drop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def deliver(self, recipient: str, content: bytes) -> None:
        """Hand over one message. Raises RetryLater, GiveUp and Misconfigured when it was surely not accepted, and
        NeedsHuman when that can't be known.
        """
        try:
            server = self._announced(recipient)
            self._hand_over(server, content)
        except FirstbellError:
            self._drop()  # whatever state the server is in, the next message begins afresh
            raise

    def _announced(self, recipient: str) -> smtplib.SMTP:
        """Say from whom and to whom. A server that had let go of an idle connection is called once more."""
        was_open = self._server is not None
        try:
            return self._announce(self.ready(), recipient)
        except OSError as dropped:
            self._drop()
            if was_open:
                return self._announced(recipient)
            raise RetryLater(TRY_AGAIN_AFTER) from dropped

    def _announce(self, server: smtplib.SMTP, recipient: str) -> smtplib.SMTP:
        _expect(server.mail(self._settings.sender), {250}, _sender_refused)
        _expect(server.rcpt(recipient), {250, 251}, _recipient_refused)
        _expect(server.docmd("DATA"), {354}, _message_refused)
        return server

    def _hand_over(self, server: smtplib.SMTP, content: bytes) -> None:
        """Send the text, then the line that ends it: a message without that line is not accepted."""
        try:
            server.send(_dots_doubled(content))
        except OSError as dropped:
            raise RetryLater(TRY_AGAIN_AFTER) from dropped
        try:
            server.send(b".\r\n")
            code, _ = server.getreply()
        except OSError as dropped:
            raise _in_doubt() from dropped
        if code // 100 != DONE:
            raise _verdict(code)

    def _opened(self) -> smtplib.SMTP:
        """A server that is ready for messages. Each password is tried on a connection of its own."""
        if not self._settings.username:
            return self._opened_with("")
        secret = self._secrets.secret(self._settings.password_secret)
        return signed_in(secret, self._opened_with, smtplib.SMTPAuthenticationError, _is_of_password)

    def _opened_with(self, password: str) -> smtplib.SMTP:
        """Whatever goes wrong on the way, no socket is left open."""
        with contextlib.ExitStack() as unless_ready:
            server = self._connected()
            unless_ready.callback(server.close)
            server.ehlo_or_helo_if_needed()
            if self._settings.username:
                _sign_in(server, self._settings.username, password)
            unless_ready.pop_all()
        return server

    def _connected(self) -> smtplib.SMTP:
        host, port, context = self._settings.host, self._settings.port, self._context()
        # What we call ourselves; looking up this machine's own name can take many seconds.
        us = self._settings.sender.rpartition("@")[2]
        if self._settings.security == "tls":
            return smtplib.SMTP_SSL(host, port, us, timeout=self._timeout, context=context)
        with contextlib.ExitStack() as unless_ready:
            server = smtplib.SMTP(host, port, us, timeout=self._timeout)
            unless_ready.callback(server.close)
            server.starttls(context=context)
            unless_ready.pop_all()
        return server

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._settings.certificate_authority)
        except OSError as error:
            raise Misconfigured("the file in smtp.certificate_authority is not there or is no certificate") from error


def _sign_in(server: smtplib.SMTP, username: str, password: str) -> None:
    """Try the password once. smtplib's own `login` tries it in every way there is, and an account is locked by less."""
    if not password.isascii() or not username.isascii():
        raise Misconfigured("the mail server's user name and password must be in plain ASCII")
    offered = server.esmtp_features.get("auth", "").upper().split()
    mechanism = next((each for each in MECHANISMS if each in offered), None)
    if mechanism is None:
        raise smtplib.SMTPNotSupportedError("no way to sign in that we know")
    server.user, server.password = username, password
    server.auth(mechanism, getattr(server, MECHANISMS[mechanism]))


def _is_of_password(error: smtplib.SMTPAuthenticationError) -> bool:
    return error.smtp_code == WRONG_CREDENTIALS


@contextlib.contextmanager
def _opening_errors() -> Iterator[None]:
    """Turn what goes wrong before there is a connection into what the caller should do."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise _turned_away(error) from error
    except smtplib.SMTPServerDisconnected as error:
        raise RetryLater(TRY_AGAIN_AFTER) from error
    except smtplib.SMTPException as error:
        raise Misconfigured("the mail server offers no encryption, or no way to sign in that we know") from error
    except ssl.SSLCertVerificationError as error:
        raise Misconfigured(f"the mail server's certificate can't be trusted: {error.verify_message}") from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise RetryLater(TRY_AGAIN_AFTER) from error
    except ssl.SSLError as error:
        raise Misconfigured("the mail server does not speak TLS as set: see smtp.security and smtp.port") from error
    except socket.gaierror as error:
        if error.errno == socket.EAI_NONAME:
            raise Misconfigured("there is no server called what smtp.host says") from error
        raise RetryLater(TRY_AGAIN_AFTER) from error
    except OSError as error:
        raise RetryLater(TRY_AGAIN_AFTER) from error


def _turned_away(error: smtplib.SMTPResponseException) -> FirstbellError:
    if error.smtp_code // 100 == NOT_NOW:
        return RetryLater(TRY_AGAIN_AFTER)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Misconfigured(f"the mail server refuses the user name or password (code {error.smtp_code})")
    return Misconfigured(f"the mail server turns us away (code {error.smtp_code})")


def _expect(reply: Reply, wanted: set[int], refusal: Refusal) -> None:
    code = reply[0]
    if code == CLOSING:
        raise smtplib.SMTPServerDisconnected("the server is closing")
    if code not in wanted:
        raise refusal(code) if code // 100 == NEVER else RetryLater(TRY_AGAIN_AFTER)


def _verdict(code: int) -> FirstbellError:
    """What a whole message was answered with, where it was not accepted."""
    if code // 100 == NOT_NOW:
        return RetryLater(TRY_AGAIN_AFTER)
    return _message_refused(code) if code // 100 == NEVER else _in_doubt()


def _in_doubt() -> FirstbellError:
    return NeedsHuman("the mail server had the whole message but did not confirm it: it may have gone", "its log")


def _sender_refused(code: int) -> FirstbellError:
    return Misconfigured(f"the mail server refuses the address in smtp.sender (code {code})")


def _recipient_refused(code: int) -> FirstbellError:
    return GiveUp(f"the mail server refuses the address for good (code {code})")


def _message_refused(code: int) -> FirstbellError:
    return GiveUp(f"the mail server refuses the message for good (code {code})")


def _dots_doubled(content: bytes) -> bytes:
    """RFC 5321 section 4.5.2: a line that begins with a dot gets one more, which the server takes away again."""
    return re.sub(rb"(?m)^\.", b"..", content)
