"""The sandbox on a port of this computer, with TLS as in the cloud."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from firstbell.testing.microsoft.certificates import Certificates
from firstbell.testing.microsoft.faults import Dropped
from firstbell.testing.microsoft.listener import listening
from firstbell.testing.microsoft.sandbox import VERSION, Sandbox

__all__ = ["VERSION", "Dropped", "Running", "Sandbox", "running"]


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that listens. `url` has no path; `certificate_authority` is the file to trust."""

    sandbox: Sandbox
    url: str
    certificate_authority: Path


@contextlib.contextmanager
def running(sandbox: Sandbox, folder: Path, port: int = 0) -> Iterator[Running]:
    """Listen on this computer alone; its certificate and the authority behind it are made in `folder`.

    Raises OSError for a port that is taken.
    """
    certificates = Certificates.made_in(folder)
    ask = lambda request: sandbox.answer(request)  # noqa: E731, PLW0108 - looked up anew each time: a test may listen
    with listening(ask, port, certificates.context()) as listener:
        yield Running(sandbox, listener.url, certificates.authority)
