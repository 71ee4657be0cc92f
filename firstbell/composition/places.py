"""Where an office's files stand on disk; a rehearsal has a folder of its own."""

from pathlib import Path

from firstbell.settings import Settings
from sheets_templates.cases import CASES_WORKBOOK

STORE_FILE = "firstbell.db"
OUTBOX, CHANNEL = Path("outbox"), Path("Safeguarding") / "channel"
RESTRICTED = Path("Restricted")
# Inside a restricted folder, so that reading its access back tells who can open the workbook.
CASES_FILE = RESTRICTED / CASES_WORKBOOK.name / f"{CASES_WORKBOOK.name}.xlsx"
COLUMN_MAPPING = "column-mapping.toml"


def place_of(settings: Settings, *, rehearse: bool) -> Path:
    """Where workbooks, outbox and store stand: a rehearsal has a folder of its own."""
    return settings.local.folder / "rehearsal" if rehearse else settings.local.folder
