"""Each text of a workbook once, in its table of shared strings, as Excel itself saves it.

openpyxl writes every text into its cell, and takes far longer to read it back from there.
"""

import re
from collections.abc import Mapping

SHEETS = "xl/worksheets/sheet"
TABLE = "xl/sharedStrings.xml"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Where the table is announced: the part, the end of its list, and what goes before that end.
CONTENT_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml" />'
)
RELATION = (
    b'<Relationship Id="sharedStrings" Target="sharedStrings.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" />'
)
ANNOUNCED = (
    ("[Content_Types].xml", b"</Types>", CONTENT_TYPE),
    ("xl/_rels/workbook.xml.rels", b"</Relationships>", RELATION),
)
# A cell of plain text as openpyxl writes it. One with a bold word keeps its text, and so does one with an escape such
# as "_x005F_", which openpyxl reads wrongly from the table.
IN_CELL = re.compile(rb' t="inlineStr"><is>(<t(?: [^>]*)?>[^<_]*(?:_(?!x)[^<_]*)*</t>)</is></c>')


def shared(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The parts of a workbook that openpyxl wrote, by name, with their texts moved to the shared table."""
    numbers: dict[bytes, int] = {}

    def number_of(cell: re.Match[bytes]) -> bytes:
        return b' t="s"><v>%d</v></c>' % numbers.setdefault(cell[1], len(numbers))

    moved = {name: IN_CELL.sub(number_of, part) if name.startswith(SHEETS) else part for name, part in parts.items()}
    texts = b"".join(b"<si>%s</si>" % text for text in numbers)
    table = b'<sst xmlns="%s" uniqueCount="%d">%s</sst>' % (MAIN, len(numbers), texts)
    announced = {name: parts[name].replace(end, entry + end) for name, end, entry in ANNOUNCED}
    return moved | announced | {TABLE: table}
