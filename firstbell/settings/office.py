"""Which system each part of the office lives in."""

from typing import Literal

from firstbell.settings.fields import Section
from firstbell.settings.microsoft365 import Microsoft365Settings
from firstbell.settings.outgoing import OutgoingSettings

System = Literal["local", "microsoft365"]


class OfficeSettings(Section):
    """Which system each part of the office lives in: "local" is this computer. Mail has its own: `outgoing.mailer`.

    `workbooks`: Attendance and Safeguarding. `folders`: what only named people may open, the Attendance cases workbook
    among it. `channel`: where the safeguarding team gets its cards.
    """

    workbooks: System = "local"
    folders: System = "local"
    channel: System = "local"


def missing_for_microsoft365(
    office: OfficeSettings, outgoing: OutgoingSettings, cloud: Microsoft365Settings | None
) -> str:
    """What is lacking for the parts that are to live in Microsoft 365, as a sentence; empty where nothing is."""
    asks = {
        "office.workbooks": (office.workbooks, ("attendance", "safeguarding")),
        "office.folders": (office.folders, ("restricted",)),
        "office.channel": (office.channel, ()),
        "outgoing.mailer": (outgoing.mailer, ()),
    }
    asking = [(key, libraries) for key, (system, libraries) in asks.items() if system == "microsoft365"]
    if cloud is None:
        return f"{asking[0][0]} is 'microsoft365', so there must be a [microsoft365] section" if asking else ""
    if outgoing.mailer == "microsoft365" and not cloud.mailboxes:
        return "outgoing.mailer is 'microsoft365', so microsoft365.mailboxes must name a mailbox"
    if office.channel == "microsoft365" and cloud.channel is None:
        return "office.channel is 'microsoft365', so there must be a [microsoft365.channel] section"
    lacking = [(key, name) for key, names in asking for name in names if not getattr(cloud.libraries, name)]
    return "".join(
        f"{key} is 'microsoft365', so microsoft365.libraries.{name} must be given" for key, name in lacking[:1]
    )
