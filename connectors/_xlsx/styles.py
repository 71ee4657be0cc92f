"""The named styles of our cells, and the colours of each tone. People may change a style in Excel; it stays changed."""

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

from sheets_templates import Column, Editor, Kind, Tone

# A percentage is the number itself with a sign behind it: a bare "%" would multiply it by a hundred.
NUMBER_FORMATS = {Kind.TEXT: "@", Kind.WHOLE_NUMBER: "0", Kind.PERCENT: r"0.0\%", Kind.DATE: "dd/mm/yyyy"}
INK = "1A1A1A"
# Text on background; each pair passes WCAG AAA (7:1), and the words in the cell say the same as the colour.
TONES = {
    Tone.ALARM: ("7A0012", "FFD9D9"),
    Tone.CAUTION: ("4D3A00", "FFEFB8"),
    Tone.DONE: ("0B4720", "DDF3E2"),
    Tone.QUIET: ("404040", "EDEDED"),
}
HEADINGS = {Editor.SYSTEM: ("FFFFFF", "1F3A5F"), Editor.PEOPLE: ("332600", "FFD35C")}
CELLS = {Editor.SYSTEM: (INK, "FFFFFF"), Editor.PEOPLE: (INK, "FFFBE6")}
# The lowest and the highest of numbers shaded together; darkness alone tells them apart, whatever colours one sees.
HEAT = ("F2B08A", "FFFFFF")
TITLE = "Firstbell title"
LINE = "Firstbell line"
MARKER = "Firstbell marker"


def cell_style(column: Column, editor: Editor) -> str:
    """The named style of a column's cells, in a row where `editor` fills them."""
    return f"Firstbell {editor} {column.kind}"


def heading_style(column: Column) -> str:
    """The named style of a column's heading."""
    return f"Firstbell {column.editor} heading"


def add_styles(book: Workbook) -> None:
    """Add our named styles to a workbook that lacks them."""
    there = set(book.named_styles)
    for style in _styles():
        if style.name not in there:
            book.add_named_style(style)


def _styles() -> list[NamedStyle]:
    cells = [
        _boxed(f"Firstbell {who} {kind}", colours, NUMBER_FORMATS[kind], is_locked=who is Editor.SYSTEM)
        for who, colours in CELLS.items()
        for kind in Kind
    ]
    headings = [_boxed(f"Firstbell {who} heading", colours, "@", is_bold=True) for who, colours in HEADINGS.items()]
    lines = [
        _plain(TITLE, Font(name="Calibri", size=16, bold=True, color=INK)),
        _plain(LINE, Font(name="Calibri", size=11, color=INK)),
        _plain(MARKER, Font(name="Calibri", size=9, italic=True, color=INK)),
    ]
    return cells + headings + lines


def _boxed(
    name: str, colours: tuple[str, str], number_format: str, *, is_locked: bool = True, is_bold: bool = False
) -> NamedStyle:
    text, background = colours
    side = Side("thin", color="BFBFBF")
    return NamedStyle(
        name,
        font=Font(name="Calibri", size=11, bold=is_bold, color=text),
        fill=PatternFill("solid", fgColor=background),
        border=Border(side, side, side, side),
        alignment=Alignment(wrap_text=True, vertical="top", horizontal=None if number_format == "@" else "center"),
        number_format=number_format,
        protection=Protection(locked=is_locked),
    )


def _plain(name: str, font: Font) -> NamedStyle:
    return NamedStyle(name, font=font, alignment=Alignment(vertical="center"), number_format="@")
