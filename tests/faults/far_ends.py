"""Where the messages of killed processes end: a folder, a mail server, a mail service; all real, on loopback."""

import asyncio
import contextlib
import email
import json
import logging
import random
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol

import trustme
from aiosmtpd.smtp import SMTP


class FarEnd(Protocol):
    """`address` is how a run reaches it; `told` is who really got a message, once for each."""

    address: str

    def told(self) -> list[str]: ...


class OutboxFolder(contextlib.AbstractContextManager["OutboxFolder"]):
    """The outbox on disk."""

    address = "-"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def told(self) -> list[str]:
        files = self._folder.glob("outbox/sent/*.eml")
        return [str(email.message_from_bytes(path.read_bytes())["To"]) for path in files]

    def __exit__(self, *_: object) -> None:
        """Nothing to stop."""


class SmtpService(contextlib.AbstractContextManager["SmtpService"]):
    """A mail server with TLS, whose certificate's authority lies in the folder; it hangs up now and then."""

    def __init__(self, folder: Path) -> None:
        made = trustme.CA()
        made.cert_pem.write_to_path(folder / "authority.pem")
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.issue_cert("127.0.0.1").configure_cert(self._tls)
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # every caller that is killed would be a page of it
        self._told: list[str] = []
        self._chance = random.Random(11)  # noqa: S311 - mishaps, no secret
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: SMTP(self, hostname="mail.example.org", tls_context=self._tls, require_starttls=False),
            "127.0.0.1",
            0,
        )

    async def handle_DATA(self, server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's own
        mishap = self._chance.random()
        if mishap < 0.05:
            return "451 4.7.1 not now"
        self._told += envelope.rcpt_tos
        if mishap < 0.1:
            server.transport.abort()
        return "250 OK"

    def told(self) -> list[str]:
        return list(self._told)

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class HttpService(contextlib.AbstractContextManager["HttpService"]):
    """A mail service with drafts: busy, failing and hanging up before and after it has done its part."""

    def __init__(self, _folder: Path) -> None:
        self.drafts: dict[str, dict[str, str]] = {}
        self.sent: dict[str, dict[str, str]] = {}
        self.unseen: dict[str, int] = {}
        self.lock, self.chance = threading.Lock(), random.Random(13)  # noqa: S311 - mishaps, no secret
        handler = type("Handler", (_Handler,), {"service": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def answer(self, method: str, parts: list[str], told: dict[str, str]) -> dict[str, object]:
        """Do what was asked."""
        match method, parts:
            case "POST", ["drafts"]:
                draft_id = f"d{len(self.drafts) + len(self.sent) + len(self.unseen) + self.chance.randrange(10**9)}"
                self.drafts[draft_id] = told
                return {"id": draft_id}
            case "POST", ["drafts", draft_id, "send"]:
                return {"sent": self._send(draft_id)}
            case "DELETE", ["drafts", draft_id]:
                return {"deleted": self.drafts.pop(draft_id, None) is not None}
            case _, ["messages", key, draft_id]:
                return {"where": self._where(key, draft_id)}
        return {}

    def _send(self, draft_id: str) -> bool:
        if draft_id not in self.drafts:
            return False
        self.sent[draft_id] = self.drafts.pop(draft_id)
        self.unseen[draft_id] = self.chance.choice((0, 0, 1, 2))
        return True

    def _where(self, key: str, draft_id: str) -> str:
        """The Sent folder fills late: the first looks may not see the message."""
        for each, told in self.sent.items():
            if told["key"] == key:
                self.unseen[each] -= 1
                return "sent" if self.unseen[each] < 0 else "absent"
        return "draft" if draft_id in self.drafts else "absent"

    def told(self) -> list[str]:
        return [told["to"] for told in self.sent.values()]

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    """One request: a mishap before, the service's part, a mishap after."""

    service: HttpService

    def do_POST(self) -> None:
        self._do()

    do_GET = do_DELETE = do_POST  # noqa: N815 - as above

    def _do(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
        with self.service.lock:
            mishap = self.service.chance.random()
            if mishap < 0.04:
                self._reply(429, {}, {"Retry-After": "1"} if mishap < 0.02 else {})
                return
            if mishap < 0.06:
                self.close_connection = True
                return
            answer = self.service.answer(self.command, self.path.strip("/").split("/"), told)
        if mishap < 0.08:
            self.close_connection = True
        elif mishap < 0.1:
            self._reply(502, {}, {})
        else:
            self._reply(200, answer, {})

    def _reply(self, status: int, answer: dict[str, object], headers: dict[str, str]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):  # whoever asked may be dead
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""
