"""Rendering as the workflows do it, and a school folder to put a template of one's own in."""

import datetime as dt

import pytest

from firstbell.messages.rendering import Paper, Wording
from firstbell.records import Message
from message_templates import FOLDER
from rules.contact.purposes import PURPOSES
from rules.people import Personal

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture
def rendered():
    """`rendered(purpose, context)`: the message as shipped, or in another wording."""

    def render(purpose, context, wording=None, to="mum@example.test") -> Message | Paper:
        wording = wording or Wording()
        if PURPOSES[purpose].is_paper:
            return wording.paper(purpose, context, status="", is_draft=True)
        return wording.email(purpose, context, key="key-1", to=Personal(to), send_before=NOON)

    return render


@pytest.fixture
def school_wording(tmp_path):
    """`school_wording("email/…md", text)`: the wording of a school with one template of its own."""

    def write(name, text) -> Wording:
        path = tmp_path / "wording" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return Wording.of_school(tmp_path / "wording")

    return write


@pytest.fixture
def shipped():
    """`shipped("email/…md")`: the text of a template of ours, to change one thing in."""
    return lambda name: (FOLDER / name).read_text(encoding="utf-8")
