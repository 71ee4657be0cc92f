"""`firstbell data-protection`: the DPIA draft, record of processing and data map of this very set-up."""

from pathlib import Path
from typing import Annotated

import typer

from firstbell.composition.clocks import SystemClock
from firstbell.composition.permissions import permissions_in_use
from firstbell.data_protection.pack import data_protection_pack
from firstbell.data_protection.page import pack_page
from firstbell.errors import Misconfigured
from firstbell.settings import load_settings

DONE = 0


def data_protection_command(
    config: Annotated[Path, typer.Option(help="The school's settings.")] = Path("school.toml"),
    out: Annotated[Path, typer.Option(help="The page to write; one of an earlier day is replaced.")] = Path(
        "data-protection.html"
    ),
) -> int:
    """Draw up the data-protection pack from the settings: DPIA draft, record of processing, data map, permissions.

    It is a draft to read, correct and sign, and says so. Change a setting, and the pack changes with it.

    Example: firstbell data-protection --config school.toml --out data-protection.html
    """
    settings = load_settings(config)
    today = SystemClock().now().astimezone(settings.zone).date()
    page = pack_page(settings.school.name, today, data_protection_pack(settings, permissions_in_use(settings)))
    try:
        out.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Misconfigured(f"{out} can't be written: {error.strerror}") from error
    typer.echo(f"Draft written to {out}: the data protection officer reads, corrects and signs it.")
    return DONE
