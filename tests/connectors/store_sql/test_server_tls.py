"""The connection is encrypted, and the server proves who it is: through a front that speaks TLS for the test server."""

import asyncio
import contextlib
import ssl
import threading
from contextlib import closing

import pytest
import trustme

from firstbell.errors import Misconfigured

SSL_REQUEST = bytes.fromhex("0000000804d2162f")  # PostgreSQL manual, message formats


class TlsFront:
    """Ends TLS with a certificate and hands on to the server in the clear."""

    def __init__(self, port, certificate):
        self._to, self._open, self._tasks = port, [], []
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(self._context)
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def close(self):
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self):
        """Close every connection and see it closed: one that was just being opened too."""
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for each in self._open:
            each.transport.abort()
            with contextlib.suppress(OSError):
                await each.wait_closed()

    async def _serve(self, reader, writer):
        self._open.append(writer)
        self._tasks.append(asyncio.current_task())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(self._context)
                back, forth = await asyncio.open_connection("127.0.0.1", self._to)
                self._open.append(forth)
                await asyncio.gather(self._carry(reader, forth), self._carry(back, writer))

    @staticmethod
    async def _carry(source, target):
        while said := await source.read(65536):
            target.write(said)
            await target.drain()
        target.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate authority that only these tests trust, and the file with its certificate."""
    made = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    made.cert_pem.write_to_path(path)
    return made, path


@pytest.fixture
def front(server, authority):
    """Start a front whose certificate bears this name."""
    fronts = []

    def made(name):
        fronts.append(TlsFront(server.server.port, authority[0].issue_cert(name)))
        return fronts[-1].port

    yield made
    for each in fronts:
        each.close()


@pytest.mark.parametrize(("tls", "name"), [("verify-full", "127.0.0.1"), ("verify-ca", "another.example")])
def test_a_server_whose_certificate_is_right_is_used(tls, name, server, front, authority):
    with closing(server.open("st-example", port=front(name), tls=tls, certificate_authority=authority[1])) as store:
        assert store.ledger.verify() == ()


def test_a_server_with_the_certificate_of_another_host_is_refused(server, front, authority):
    with pytest.raises(Misconfigured, match="can't be reached safely"):
        server.open("st-example", port=front("another.example"), tls="verify-full", certificate_authority=authority[1])


@pytest.mark.parametrize("tls", ["verify-full", "verify-ca"])
def test_a_server_whose_authority_this_computer_does_not_know_is_refused(tls, server, front):
    with pytest.raises(Misconfigured, match="can't be reached safely"):
        server.open("st-example", port=front("127.0.0.1"), tls=tls)


def test_a_computer_without_a_list_of_authorities_asks_for_one(server, monkeypatch):
    monkeypatch.setattr("ssl.get_default_verify_paths", lambda: type("Paths", (), {"cafile": None}))

    with pytest.raises(Misconfigured, match=r"set \[store\] certificate_authority"):
        server.open("st-example", tls="verify-full")
