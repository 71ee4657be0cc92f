"""The columns of every export in a folder at once, for a person to look over when a school is set up."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from connectors.files.columns import Kind, plain, ranks
from connectors.files.contacts import CONTACT_KINDS
from connectors.files.folder import exports, the_export
from connectors.files.formats import read_table
from connectors.files.mapping import Mapping, guess
from connectors.files.mapping_file import MappingFile
from connectors.files.marks import MARK_KINDS
from connectors.files.source import read_source
from connectors.files.tables import Table
from firstbell.errors import BadInput

KINDS_BY_NAME: dict[str, Sequence[Kind]] = {
    "pupils": (Kind.PUPILS,),
    "marks": MARK_KINDS,
    "registers": (Kind.REGISTERS,),
    "cover": (Kind.COVER,),
    "exams": (Kind.EXAMS,),
    "part-time": (Kind.PART_TIME,),
    "enrolments": (Kind.ENROLMENTS,),
    "lessons": (Kind.LESSONS,),
}


def propose_columns(folder: Path, mapping_file: Path) -> tuple[Mapping, ...]:
    """Guess the columns of every export not seen before and write them down; returns all that wait for a person.

    Raises BadInput for an export whose columns can't be guessed.
    """
    return tuple(_unconfirmed(folder, MappingFile(mapping_file), is_confirmed=False))


def confirm_columns(folder: Path, mapping_file: Path) -> tuple[Mapping, ...]:
    """Confirm what waits for a person, as the person who has just looked at it; returns what was confirmed."""
    return tuple(_unconfirmed(folder, MappingFile(mapping_file), is_confirmed=True))


def contacts_export(folder: Path) -> Path:
    """The contacts file; or the pupils file, where contacts stand in the pupils' own rows. Raises BadInput."""
    if exports(folder, "contacts"):
        return the_export(folder, "contacts")
    path = the_export(folder, "pupils")
    header = read_table(read_source(path), (Kind.PUPILS,)).header
    if not any(plain(cell) in ranks(Kind.CONTACT_SLOTS)["contact1_name"][0] for cell in header):
        expected = "a file whose name begins with 'contacts', or a Contact1Name column in the pupils export"
        raise BadInput("contacts*", "none", expected)
    return path


def _unconfirmed(folder: Path, mapping_file: MappingFile, *, is_confirmed: bool) -> Iterator[Mapping]:
    for table in _tables(folder):
        mapping = mapping_file.known(table) or guess(table)
        if not mapping.is_confirmed:
            chosen = replace(mapping, is_confirmed=is_confirmed)
            mapping_file.remember(chosen)
            yield chosen


def _tables(folder: Path) -> Iterator[Table]:
    for name, kinds in KINDS_BY_NAME.items():
        for path in exports(folder, name):
            yield read_table(read_source(path), kinds)
    yield read_table(read_source(contacts_export(folder)), CONTACT_KINDS)
    if (folder / "lists").is_dir():
        for path in exports(folder / "lists", ""):
            yield read_table(read_source(path), (Kind.LIST,))
