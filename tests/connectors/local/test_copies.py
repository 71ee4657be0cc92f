"""Copies on disk: each kind goes on its day and not before, and what is not Firstbell's own stays."""

import datetime as dt
import os
from dataclasses import replace

import pytest

from connectors.local.channel import LocalChannel
from connectors.local.copies import LocalCopies
from connectors.local.folders import LocalFolders
from connectors.local.outbox import LocalOutbox
from firstbell.errors import Misconfigured
from firstbell.records import Card, CopyLimits, Message
from firstbell.testing.copies_conformance import CopiesConformance, CopiesRig
from firstbell.testing.fake_clock import FakeClock
from firstbell.testing.fake_copies import FakeCopies
from rules.contact.purposes import Purpose
from rules.people import Personal

DAY = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LIMITS = CopyLimits(LONG_AGO.date(), LONG_AGO, LONG_AGO, LONG_AGO, LONG_AGO)
LATER = NOON + dt.timedelta(seconds=1)


@pytest.fixture
def copies(tmp_path):
    return LocalCopies(tmp_path)


@pytest.fixture
def outbox(tmp_path):
    return LocalOutbox(tmp_path / "outbox", FakeClock(NOON), sender="absence@example.org")


def a_message(key):
    return Message(
        key, Purpose.FIRST_DAY_ABSENCE, Personal("mum@example.net"), "Attendance", Personal("x"), Personal(""), NOON
    )


def put(path, at=NOON):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def put_local(folder):
    """How each kind of copy comes to be on disk."""

    def put_there(kind, about, at):
        if kind == "mail copies":
            outbox = LocalOutbox(folder / "outbox", FakeClock(at), sender="absence@example.org")
            outbox.send_draft(outbox.create_draft(a_message(about)))
        elif kind == "cards":
            channel = LocalChannel(folder / "Safeguarding" / "channel", FakeClock(at))
            channel.post(Card(about, "An alert", (), "Open", ""))
        elif kind == "papers":
            put(folder / "Restricted" / about / f"{about}-support_letter.html", at)
        else:
            name = f"outbox/drafts/.{about}.eml.4711.part" if kind == "half-made files" else f"rehearsal/{about}.txt"
            put(folder / name, at)

    return put_there


class TestLocalCopiesConform(CopiesConformance):
    @pytest.fixture
    def rig(self, copies, tmp_path):
        return CopiesRig(copies, put_local(tmp_path))


class TestFakeCopiesConform(CopiesConformance):
    @pytest.fixture
    def rig(self):
        copies = FakeCopies()
        return CopiesRig(copies, lambda kind, about, at: copies.held.update({(kind, about): at}))


def removed(copies, **limits):
    counts = copies.purge(replace(LIMITS, **limits))
    return {kind: count for kind, count in counts.items() if count}


def test_a_draft_goes_as_a_sent_mail_does(copies, outbox, tmp_path):
    outbox.create_draft(a_message("k2"))

    assert removed(copies, mails_before=DAY) == {}
    assert removed(copies, mails_before=DAY + dt.timedelta(days=1)) == {"mail copies": 1}
    assert list(tmp_path.rglob("*.eml")) == []


def test_a_report_of_non_delivery_goes_by_the_day_it_was_put_there(copies, tmp_path):
    put(tmp_path / "outbox" / "bounces" / "ATT-7F3K9Q.txt")

    assert removed(copies, mails_before=DAY) == {}
    assert removed(copies, mails_before=DAY + dt.timedelta(days=1)) == {"mail copies": 1}


def test_a_paper_goes_and_its_folder_and_list_of_people_with_the_last(copies, tmp_path):
    folders = LocalFolders(tmp_path / "Restricted")
    folders.set_access("CASE-1", frozenset({"ada@example.org"}))
    folders.put("CASE-1", "CASE-1-support_letter.html", b"x")
    put(tmp_path / "Restricted" / "CASE-1" / "CASE-1-support_letter.html")

    assert removed(copies, papers_before=NOON) == {}
    assert removed(copies, papers_before=LATER) == {"papers": 1}
    assert list((tmp_path / "Restricted").rglob("*")) == [tmp_path / "Restricted" / ".access"]


def test_a_folder_with_something_else_in_it_stays_closed_to_the_same_people(copies, tmp_path):
    folders = LocalFolders(tmp_path / "Restricted")
    folders.set_access("CASE-1", frozenset({"ada@example.org"}))
    put(tmp_path / "Restricted" / "CASE-1" / "CASE-1-support_letter.html")
    put(tmp_path / "Restricted" / "CASE-1" / "minutes of the meeting.docx")

    removed(copies, papers_before=LATER)

    assert folders.access("CASE-1") == {"ada@example.org"}


def test_half_made_files_of_a_run_that_was_killed_go_wherever_they_are(copies, tmp_path):
    put(tmp_path / "outbox" / "drafts" / ".2026-11-23-x.eml.4711.part")
    put(tmp_path / "a person's own.part")

    assert removed(copies, half_made_before=LATER) == {"half-made files": 1}
    assert (tmp_path / "a person's own.part").exists()


def test_a_rehearsal_that_is_a_link_to_somewhere_else_is_left_alone(copies, tmp_path):
    put(tmp_path / "elsewhere" / "file.txt")
    (tmp_path / "rehearsal").symlink_to(tmp_path / "elsewhere")

    assert removed(copies, rehearsal_before=LATER) == {}
    assert (tmp_path / "elsewhere" / "file.txt").exists()


def test_what_people_put_beside_the_copies_stays(copies, tmp_path):
    theirs = [put(tmp_path / "outbox" / "sent" / "keep me.eml"), put(tmp_path / "mis" / "pupils.csv")]
    everything = CopyLimits(DAY.replace(year=2030), *[LATER.replace(year=2030)] * 4)

    copies.purge(everything)

    assert all(path.exists() for path in theirs)


def test_a_folder_that_may_not_be_written_is_a_sentence(copies, outbox, monkeypatch):
    outbox.create_draft(a_message("k1"))

    def refuse(*_, **__):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.unlink", refuse)

    with pytest.raises(Misconfigured, match="may not write"):
        copies.purge(replace(LIMITS, mails_before=DAY + dt.timedelta(days=1)))
