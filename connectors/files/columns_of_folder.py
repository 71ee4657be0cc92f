"""The columns of every export in a folder at once, for a person to look over when a school is set up."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from connectors.files.columns import Kind
from connectors.files.contacts import CONTACT_KINDS
from connectors.files.folder import exports
from connectors.files.formats import read_table
from connectors.files.mapping import Mapping, guess
from connectors.files.mapping_file import MappingFile
from connectors.files.marks import MARK_KINDS
from connectors.files.source import read_source
from connectors.files.tables import Table

KINDS_BY_NAME: dict[str, Sequence[Kind]] = {
    "pupils": (Kind.PUPILS,),
    "contacts": CONTACT_KINDS,
    "marks": MARK_KINDS,
    "registers": (Kind.REGISTERS,),
    "cover": (Kind.COVER,),
}


def propose_columns(folder: Path, mapping_file: Path) -> tuple[Mapping, ...]:
    """Guess the columns of every export not seen before and write them down; returns all that wait for a person.

    Raises BadInput for an export whose columns can't be guessed.
    """
    return tuple(_unconfirmed(folder, MappingFile(mapping_file), is_confirmed=False))


def confirm_columns(folder: Path, mapping_file: Path) -> tuple[Mapping, ...]:
    """Confirm what waits for a person, as the person who has just looked at it; returns what was confirmed."""
    return tuple(_unconfirmed(folder, MappingFile(mapping_file), is_confirmed=True))


def _unconfirmed(folder: Path, mapping_file: MappingFile, *, is_confirmed: bool) -> Iterator[Mapping]:
    for table in _tables(folder):
        mapping = mapping_file.known(table) or guess(table)
        if not mapping.is_confirmed:
            mapping_file.remember(replace(mapping, is_confirmed=is_confirmed))
            yield mapping


def _tables(folder: Path) -> Iterator[Table]:
    for name, kinds in KINDS_BY_NAME.items():
        for path in exports(folder, name):
            yield read_table(read_source(path), kinds)
    if not exports(folder, "contacts"):
        for path in exports(folder, "pupils"):
            yield read_table(read_source(path), CONTACT_KINDS)
    if (folder / "lists").is_dir():
        for path in exports(folder / "lists", ""):
            yield read_table(read_source(path), (Kind.LIST,))
