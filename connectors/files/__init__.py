"""The MIS by way of the exports a school makes itself: CSV, XLSX and one calendar in TOML, read from a folder."""

from connectors.files.adapter import FilesMis
from connectors.files.calendar import read_calendar
from connectors.files.columns_of_folder import confirm_columns, propose_columns
from connectors.files.contacts import read_contacts
from connectors.files.lists import read_list
from connectors.files.mapping import Mapping
from connectors.files.mapping_file import MappingFile
from connectors.files.marks import read_marks
from connectors.files.pupils import read_pupils
from connectors.files.registers import read_cover, read_registers

__all__ = [
    "FilesMis",
    "Mapping",
    "MappingFile",
    "confirm_columns",
    "propose_columns",
    "read_calendar",
    "read_contacts",
    "read_cover",
    "read_list",
    "read_marks",
    "read_pupils",
    "read_registers",
]
