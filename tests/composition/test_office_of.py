"""Which system each part of the office is put into, in earnest and in a rehearsal, and that all of it is let go."""

import pytest

from connectors.local.channel import LocalChannel
from connectors.local.folders import LocalFolders
from connectors.local.outbox import LocalOutbox
from connectors.local.workbook import LocalWorkbook
from connectors.microsoft365.channel import WorkflowsChannel
from connectors.microsoft365.folders import GraphFolders
from connectors.microsoft365.mailer import GraphMailer
from connectors.microsoft365.workbook import GraphWorkbook
from firstbell.composition.clocks import SystemClock
from firstbell.composition.offices import office_of
from firstbell.errors import Misconfigured
from firstbell.settings import (
    ChannelSettings,
    LibrarySettings,
    LocalSettings,
    Microsoft365Settings,
    OfficeSettings,
    OutgoingSettings,
)
from firstbell.testing.morning_story import SETTINGS
from firstbell.workflows.outgoing.rehearsal import RehearsalMailer

WEBHOOK = "https://hill.environment.api.powerplatform.com/workflows/1?sig=long-one"
CLOUD = Microsoft365Settings(
    tenant_id="hill.example",
    client_id="app",
    sign_in="managed-identity",
    mailboxes=("absence@hill.example",),
    libraries=LibrarySettings(attendance="b!att", safeguarding="b!safe", restricted="b!closed"),
    channel=ChannelSettings(webhook_secret="teams", team="t-1", channel="19:c@thread.tacv2"),  # noqa: S106
)


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """The office of a school, its parts where `places` says; closed at the end of the test."""
    monkeypatch.setenv("FIRSTBELL_SECRET_TEAMS", WEBHOOK)
    made = []

    def of(mailer="local", *, rehearse=False, **places):
        changed = {
            "microsoft365": CLOUD,
            "office": OfficeSettings(**places),
            "outgoing": OutgoingSettings(mailer=mailer, rehearsal=False),
            "local": LocalSettings(folder=tmp_path),
        }
        made.append(office_of(SETTINGS.model_copy(update=changed), SystemClock(), rehearse=rehearse))
        return made[-1]

    yield of
    for office in made:
        office.close()


ALL = {"workbooks": "microsoft365", "folders": "microsoft365", "channel": "microsoft365"}


def kinds(office):
    parts = (office.attendance_workbook, office.cases_workbook, office.folders, office.channel, office.mailer)
    return tuple(map(type, parts))


def test_a_school_without_microsoft_365_has_everything_on_its_computer(opened):
    assert kinds(opened()) == (LocalWorkbook, LocalWorkbook, LocalFolders, LocalChannel, LocalOutbox)


def test_a_school_can_have_everything_in_microsoft_365(opened):
    office = opened("microsoft365", **ALL)

    assert kinds(office) == (GraphWorkbook, GraphWorkbook, GraphFolders, WorkflowsChannel, GraphMailer)


def test_each_part_moves_by_itself_and_the_cases_stand_where_the_folders_do(opened):
    workbooks, folders = opened(workbooks="microsoft365"), opened(folders="microsoft365")

    assert kinds(workbooks) == (GraphWorkbook, LocalWorkbook, LocalFolders, LocalChannel, LocalOutbox)
    assert kinds(folders) == (LocalWorkbook, GraphWorkbook, GraphFolders, LocalChannel, LocalOutbox)


def test_all_parts_share_one_connection(opened):
    office = opened("microsoft365", **ALL)

    users = (office.attendance_workbook, office.safeguarding_workbook, office.cases_workbook, office.folders)
    assert len({id(each._graph) for each in users}) == 1


def test_a_rehearsal_keeps_papers_and_cards_on_the_computer_and_mail_to_staff(opened, tmp_path):
    office = opened("microsoft365", rehearse=True, **ALL)

    assert kinds(office) == (GraphWorkbook, LocalWorkbook, LocalFolders, LocalChannel, RehearsalMailer)
    assert office.folders._root == tmp_path / "rehearsal" / "Restricted"


def test_a_part_in_microsoft_365_without_its_section_is_refused(opened, monkeypatch):
    monkeypatch.delenv("FIRSTBELL_SECRET_TEAMS")

    with pytest.raises(Misconfigured, match="FIRSTBELL_SECRET_TEAMS"):
        opened(channel="microsoft365")
