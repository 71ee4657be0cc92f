"""Every part of the sandbox, joined: what each answers."""

from firstbell.testing.microsoft import (
    channels,
    drive_content,
    drive_sharing,
    drive_uploads,
    drives,
    mail,
    sites,
    workbooks,
)
from firstbell.testing.microsoft.routes import Route

PARTS = (drives, drive_content, drive_sharing, drive_uploads, sites, channels, mail, workbooks)
ROUTES: tuple[Route, ...] = tuple(route for part in PARTS for route in part.ROUTES)
