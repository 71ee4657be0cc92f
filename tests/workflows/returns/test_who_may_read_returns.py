"""Drafted returns stand in a folder for those whom the settings name."""

from dataclasses import replace

from firstbell.settings import ReturnsSettings
from firstbell.testing.fake_folders import OpenFolders
from firstbell.testing.returns_story import ReturnsStory
from tests.workflows.returns.kinds_and_days import ATTENDANCE, AWAY, FRIDAY_13, FRIDAY_20, MONDAY_2


def test_only_the_readers_in_the_settings_may_open_the_folder(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(FRIDAY_13)

    ((folder, _),) = story.office.folders.documents
    assert folder.startswith("CASE-")
    assert story.office.folders.access(folder) == {"ada@example.org", "ben@example.org"}
    assert story.row(ATTENDANCE)["Document"] == f"{folder}/continuous-2026-11-13.html"


def test_a_folder_somebody_opened_to_others_is_closed_again(story):
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(FRIDAY_13)
    ((folder, _),) = story.office.folders.documents

    story.office.folders.drift(folder, "eve@example.org")
    story.when_the_returns_run(FRIDAY_20)

    assert "eve@example.org" not in story.office.folders.access(folder)


def test_without_readers_nothing_is_drafted_and_the_row_says_so():
    story = ReturnsStory(ReturnsSettings())
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    story.when_the_returns_run(FRIDAY_13)

    assert story.office.folders.documents == {}
    assert story.row(ATTENDANCE)["Document"].startswith("None: returns.readers in the settings")


def test_nothing_is_put_into_a_folder_that_can_not_be_closed(story):
    story.office = replace(story.office, folders=OpenFolders())
    story.given_alicia_missed(AWAY, MONDAY_2, 10)
    story.when_the_returns_run(FRIDAY_13)
    story.when_somebody_decides(ATTENDANCE, Decision="approve")
    report = story.when_the_returns_run(FRIDAY_13)

    assert story.office.folders.documents == {}
    assert any("can't be kept to the people named" in need for need in report.needs)
    assert story.row(ATTENDANCE)["Document"].startswith("Not drafted")
