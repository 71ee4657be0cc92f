"""The parts of an office that live in the school's Microsoft 365, all over one connection.

A rehearsal draws its workbooks into a folder of its own in the same libraries, where the people who may see the real
ones can look at it. What it would put into restricted folders or into the channel stays on this computer.
"""

import contextlib

from connectors.microsoft365.channel import WorkflowsChannel
from connectors.microsoft365.folders import GraphFolders
from connectors.microsoft365.graph import Graph
from connectors.microsoft365.mailer import GraphMailer
from connectors.microsoft365.workbook import GraphWorkbook
from connectors.microsoft365.workbook_together import ReadTogether
from firstbell.errors import Misconfigured
from firstbell.ports import Channel, Clock, Folders, Mailer, Secrets, Workbook
from firstbell.settings import Settings
from sheets_templates.attendance import ATTENDANCE
from sheets_templates.cases import CASES_WORKBOOK
from sheets_templates.safeguarding import SAFEGUARDING

REHEARSAL = "Rehearsal"
# Inside a restricted folder, so that reading its access back tells who can open the workbook.
CASES_FILE = f"{CASES_WORKBOOK.name}/{CASES_WORKBOOK.name}.xlsx"


class InMicrosoft365:
    """Makes the ports that the settings put into Microsoft 365. It asks nobody until one of them is used."""

    def __init__(self, settings: Settings, secrets: Secrets, clock: Clock) -> None:
        """Raises Misconfigured without a section [microsoft365]."""
        if settings.microsoft365 is None:
            raise Misconfigured("school.toml needs a [microsoft365] section")
        self._settings = settings.microsoft365
        self._secrets, self._clock = secrets, clock
        self._graph = Graph(self._settings, secrets)
        self._libraries = self._settings.libraries
        self._workbooks: list[GraphWorkbook] = []
        self._together = ReadTogether(self._graph)

    def close(self) -> None:
        """Let go of the workbooks, and close the connection."""
        with contextlib.ExitStack() as each:
            each.callback(self._graph.close)
            each.callback(self._together.close)
            for workbook in self._workbooks:
                each.callback(workbook.close)

    def attendance_workbook(self, *, rehearse: bool) -> Workbook:
        """The Attendance workbook in the attendance library."""
        made = self._workbook(self._libraries.attendance, self._libraries.attendance_workbook, rehearse=rehearse)
        self._together.add(made.file, ATTENDANCE)
        return made

    def safeguarding_workbook(self, *, rehearse: bool) -> Workbook:
        """The Safeguarding workbook in the safeguarding library."""
        made = self._workbook(self._libraries.safeguarding, self._libraries.safeguarding_workbook, rehearse=rehearse)
        self._together.add(made.file, SAFEGUARDING)
        return made

    def cases_workbook(self) -> Workbook:
        """The Attendance cases workbook in its restricted folder."""
        return self._workbook(self._libraries.restricted, CASES_FILE, rehearse=False)

    def folders(self) -> Folders:
        """Folders for named people in the restricted library."""
        return GraphFolders(self._graph, self._libraries.restricted)

    def channel(self) -> Channel:
        """The safeguarding team's channel."""
        channel = self._settings.channel
        if channel is None:
            raise Misconfigured("school.toml needs a [microsoft365.channel] section")
        webhook = self._secrets.secret(channel.webhook_secret)
        hosts = channel.webhook_hosts
        return WorkflowsChannel(self._graph, webhook, hosts=hosts, team=channel.team, channel=channel.channel)

    def mailer(self) -> Mailer:
        """The mailboxes."""
        return GraphMailer(self._graph, self._settings.mailboxes)

    def _workbook(self, drive: str, path: str, *, rehearse: bool) -> GraphWorkbook:
        where = f"{REHEARSAL}/{path}" if rehearse else path
        made = GraphWorkbook(self._graph, drive, where, self._clock, self._together)
        self._workbooks.append(made)
        return made
