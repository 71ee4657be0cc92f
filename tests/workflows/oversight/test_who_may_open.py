"""The nightly self-check looks again at who may open each restricted folder."""

import dataclasses

import pytest

from connectors.local.folders import LocalFolders
from firstbell.errors import NeedsHuman, RetryLater
from firstbell.workflows.closed_folders import close_folder, keep_to, kept_to, put_closed
from firstbell.workflows.oversight.self_check import self_check
from firstbell.workflows.oversight.who_may_open import FOUND_OPEN
from rules.contact.purposes import Purpose


@pytest.fixture
def folders(story):
    return story.office.folders


def initials(story):
    return [person.initials for person in story.office.settings.staff][:2]


@pytest.fixture
def closed(story):
    """A case's folder, kept to one member of staff."""
    close_folder(story.office, "case-1", initials(story)[:1])
    return story


def test_a_folder_that_is_kept_to_those_named_is_no_finding(closed):
    assert self_check(closed.office).needs == ()
    assert len(closed.channel.cards) == 0


def test_somebody_let_in_by_hand_is_told_to_the_office_and_shown_in_the_channel(closed, folders):
    folders.drift("case-1", "supply@example.net", "anyone")

    (found,) = self_check(closed.office).needs

    assert found.startswith("The restricted folder case-1 is open to 2 people or links too many.")
    assert closed.mailed(Purpose.OFFICE_NOTICE) == ["absence@example.org"]
    assert [card.is_urgent for card in closed.channel.cards] == [True]
    assert [e.facts["others"] for e in closed.store.ledger.entries(kind=FOUND_OPEN)] == ["2"]


def test_nothing_that_is_told_says_who_was_let_in(closed, folders):
    folders.drift("case-1", "supply@example.net")

    self_check(closed.office)

    notices = [message for message in closed.mailer.sent if message.purpose is Purpose.OFFICE_NOTICE]
    told = [*(n.text.reveal() + n.subject for n in notices), *closed.channel.cards, *closed.store.ledger.entries()]
    assert "supply" not in str(told)


def test_somebody_who_left_the_staff_may_still_open_it_and_is_found(closed):
    left = closed.office.settings.staff[1:]
    office = dataclasses.replace(closed.office, settings=closed.office.settings.model_copy(update={"staff": left}))

    assert "case-1 is open to 1 person or link" in self_check(office).needs[0]


def test_an_address_in_capitals_is_the_same_person(closed, folders):
    (address,) = folders.access("case-1")
    folders.set_access("case-1", frozenset({address.upper()}))

    assert self_check(closed.office).needs == ()


def test_a_folder_that_was_kept_to_others_since_is_judged_by_the_last(closed):
    both = initials(closed)
    keep_to(closed.office, "case-1", both)

    assert kept_to(closed.office) == {"case-1": tuple(sorted(both))}
    assert self_check(closed.office).needs == ()


def test_closing_a_folder_again_for_the_same_people_adds_nothing_to_the_ledger(closed):
    before = len(closed.store.ledger.entries())

    put_closed(closed.office, "case-1", initials(closed)[:1], "letter.html", "<p>")

    assert len(closed.store.ledger.entries()) == before


def test_a_folder_that_a_person_must_see_to_does_not_hide_the_others(closed, folders, monkeypatch):
    close_folder(closed.office, "case-2", initials(closed)[:1])
    folders.drift("case-2", "supply@example.net")
    look = folders.access

    def access(folder):
        if folder == "case-1":
            raise NeedsHuman("the folder is a link", "folder case-1")
        return look(folder)

    monkeypatch.setattr(folders, "access", access)
    assert [need.partition(".")[0][:30] for need in self_check(closed.office).needs] == [
        "the folder is a link (folder c",
        "The restricted folder case-2 i",
    ]


def test_folders_that_can_not_be_looked_at_are_no_silence(closed, folders, monkeypatch):
    def access(_):
        raise RetryLater(closed.clock.now() - closed.clock.now())

    monkeypatch.setattr(folders, "access", access)
    with pytest.raises(RetryLater):
        self_check(closed.office)
    assert closed.mailed(Purpose.OFFICE_NOTICE) == ["absence@example.org"]


def test_a_folder_on_disk_that_was_opened_up_is_found(story, tmp_path):
    office = dataclasses.replace(story.office, folders=LocalFolders(tmp_path))
    close_folder(office, "case-1", initials(story)[:1])

    (tmp_path / "case-1").chmod(0o755)

    assert "case-1 is open to 1 person or link" in self_check(office).needs[0]
