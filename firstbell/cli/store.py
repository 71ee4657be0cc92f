"""`firstbell store`: what the owner of a store on a server does once, and after each update of Firstbell."""

from pathlib import Path
from typing import Annotated

import typer

from firstbell.composition.stores import prepare_store_for
from firstbell.settings import load_settings

DONE = 0


def prepare_command(
    config: Annotated[Path, typer.Option(help="The school's settings.")] = Path("school.toml"),
    owner: Annotated[str, typer.Option(help="The role that owns the tables.")] = "firstbell_owner",
    password_secret: Annotated[str, typer.Option(help="The secret with the owner's password.")] = "store-owner",  # noqa: S107 - its name
) -> int:
    """Make the school's tables on a PostgreSQL server, or bring them up to date, as the role that owns them.

    Jobs run as another role, which may use the tables and not change them. Safe to repeat. Example:

    firstbell store prepare --config school.toml
    """
    settings = load_settings(config)
    prepare_store_for(settings, owner=owner, password_secret=password_secret)
    typer.echo(f"The store {settings.store.database} is ready for {settings.school.key}, and so is its rehearsal.")
    return DONE
