"""A small HTTP server on this computer alone: connections are kept open, nothing is logged, and any may be cut."""

import contextlib
import socket
import socketserver
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, unquote

from firstbell.testing.microsoft.asked import Answer, Request
from firstbell.testing.microsoft.faults import Dropped

HOST = "localhost"
LARGEST = 250 * 1024 * 1024
IDLE_SECONDS = 60
NO_CONTENT, TOO_LARGE, BAD = 204, 413, 400


class TooLarge(ValueError):
    """More than any operation takes: it is not read."""


class _Connection(BaseHTTPRequestHandler):
    """One connection, for as many requests as the other side has."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout = IDLE_SECONDS
    server: "Listener"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """Nothing is logged: addresses are personal data."""

    def _answer(self) -> None:
        try:
            self._write(self.server.answering(self._request()))
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        except ValueError as error:  # what was not read would be taken for the next request
            self.close_connection = True
            self._write(Answer(TOO_LARGE if isinstance(error, TooLarge) else BAD))

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815 - the library calls them so

    def _request(self) -> Request:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        known = dict(parse_qsl(query, keep_blank_values=True))
        return Request(self.command, unquote(path), known, headers, self._content(), self.server.url)

    def _content(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        return self._read(int(self.headers.get("Content-Length", "0")))

    def _chunks(self) -> Iterator[bytes]:
        total = 0
        while size := int(self.rfile.readline(100).partition(b";")[0], 16):
            total += size
            yield self._read(size, total)
            self.rfile.readline(100)
        while self.rfile.readline(1 << 16).strip():
            """Trailers say nothing that we use."""

    def _read(self, size: int, total: int = 0) -> bytes:
        if size < 0 or max(size, total) > LARGEST:
            raise TooLarge
        content = self.rfile.read(size)
        if len(content) < size:
            raise ConnectionError("the other side went away")
        return content

    def _write(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
            self.send_header(name, value)
        if answer.status != NO_CONTENT:
            self.send_header("Content-Length", str(len(answer.content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.content)


class Listener(socketserver.ThreadingTCPServer):
    """Listens on a port of this computer; 0 for any that is free. `url` has no path."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answering: Callable[[Request], Answer], port: int, trust: ssl.SSLContext | None = None) -> None:
        """Raises OSError for a port that is taken."""
        self.answering = answering
        self._connections: set[socket.socket] = set()
        self._trust = trust
        self.broken: list[Exception] = []
        super().__init__((HOST, port), _Connection)
        self.url = f"{'https' if trust else 'http'}://{HOST}:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """The next connection; its handshake is left to its own thread, so that a slow one holds up nobody."""
        connection, where = super().get_request()
        if self._trust:
            connection = self._trust.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._connections.add(connection)
        return connection, where

    def shutdown_request(self, request: "socket.socket | tuple[bytes, socket.socket]") -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the library calls it so
        """A connection that went away is nobody's fault; anything else is one of ours, and is told at the end."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.broken.append(error)

    def cut_all(self) -> None:
        """Close what is still open, as at the end."""
        for connection in tuple(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def listening(
    answering: Callable[[Request], Answer], port: int, trust: ssl.SSLContext | None = None
) -> Iterator[Listener]:
    """Answer until the end of the block. Raises OSError for a port that is taken, and at the end what we broke on."""
    listener = Listener(answering, port, trust)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        listener.shutdown()
        thread.join()
        listener.cut_all()
        listener.server_close()
    if listener.broken:
        raise ExceptionGroup("the sandbox broke", listener.broken)
