"""What every case here must come to: a value, or one of our errors with a sentence, in bounded time and memory."""

import sys
from contextlib import contextmanager

import pytest

from firstbell.errors import FirstbellError

LONGEST_SENTENCE = 1_000
SPARE_MEMORY = 2 * 1024**3  # bytes that a case may take beside what the tests have already


@pytest.fixture(scope="session")
def refused():
    """`with refused("Orla") as seen`: what happens inside may be refused in one sentence that holds none of the words.

    What was said is in `seen` afterwards, where anything was.
    """

    @contextmanager
    def only_in_our_words(*secrets):
        seen = []
        try:
            yield seen
        except FirstbellError as error:
            seen.append(str(error))
        for sentence in seen:
            assert 0 < len(sentence) <= LONGEST_SENTENCE
            assert sentence.isprintable(), "more than one line, or characters that are none"
            assert not any(secret in sentence for secret in secrets)

    return only_in_our_words


@pytest.fixture(autouse=True, scope="module")
def _bounded_memory():
    """A file of a few bytes that takes gigabytes ends in a MemoryError here, and so as a failure."""
    if sys.platform != "linux":
        yield
        return
    import resource  # noqa: PLC0415 - there is none on Windows

    with open("/proc/self/statm", encoding="ascii") as figures:  # noqa: PTH123
        held = int(figures.read().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (held + SPARE_MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)
