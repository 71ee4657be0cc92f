"""A small run that sends twenty messages through an outbox on disk, looking before it sends; made to be killed.

Usage: sending_until_killed.py FOLDER. Its memory is one file a message with the draft's id, written before sending.
"""

import datetime as dt
import sys
from pathlib import Path

from connectors.local.disk import write_file
from connectors.local.outbox import LocalOutbox
from firstbell.records import Whereabouts
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.messages import a_message

MESSAGES = 20


def send_once(outbox: LocalOutbox, memory: Path, key: str) -> None:
    """Send the message with this key unless it went before."""
    if not memory.exists():
        write_file(memory, outbox.create_draft(a_message(key)).encode())
    draft_id = memory.read_text(encoding="utf-8")
    if outbox.look_up(key, draft_id) is Whereabouts.DRAFT:
        outbox.send_draft(draft_id)


if __name__ == "__main__":
    base = Path(sys.argv[1])
    # Another moment in each run, so that a message drafted twice is two drafts and not one by luck.
    clock = FakeClock(dt.datetime.fromtimestamp(len(list(base.rglob("*"))), tz=dt.UTC))
    print("sending", flush=True)  # noqa: T201 - our answer to the test that started us
    for number in range(MESSAGES):
        key = f"message-{number}"
        send_once(LocalOutbox(base / "outbox", clock, sender="office@example.org"), base / "memory" / key, key)
