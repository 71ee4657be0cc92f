"""What a sheet lets people do and shows by itself: drop-downs, conditional formats, protection, filter, print set-up.

What is ours is marked, so that each drawing renews it and leaves what people made: drop-downs go through our defined
names, conditional formats carry a term that is always true, and a scale of colours is known by its colours.
"""

from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from connectors._xlsx.styles import HEAT, TONES
from connectors._xlsx.tables import Table
from sheets_templates import Highlight, SheetLayout, Tone, WorkbookLayout

LISTS = "Firstbell lists"
LIST_NAME = "firstbell_choices_"
OURS = 'N("Firstbell")=0'
ROWS_TO_TYPE = 200
A4 = 9

Lists = Mapping[tuple[str, ...], str]


def write_lists(book: Workbook, layout: WorkbookLayout) -> Lists:
    """Write every list of choices on a hidden sheet, since Excel takes no long ones inline; returns their names."""
    lists = dict.fromkeys(column.choices for sheet in layout.sheets for column in sheet.columns if column.choices)
    sheet = _fresh_lists_sheet(book)
    names = {}
    for number, choices in enumerate(lists, start=1):
        for row, choice in enumerate(choices, start=1):
            sheet.cell(row, number, choice).data_type = "s"
        letter = get_column_letter(number)
        name = f"{LIST_NAME}{number}"
        book.defined_names[name] = DefinedName(name, attr_text=f"'{LISTS}'!${letter}$1:${letter}${len(choices)}")
        names[choices] = name
    return names


def _fresh_lists_sheet(book: Workbook) -> Worksheet:
    place = None
    if LISTS in book.sheetnames:
        place = book.sheetnames.index(LISTS)
        book.remove(book[LISTS])
    sheet: Worksheet = book.create_sheet(LISTS, place)
    sheet.sheet_state = "veryHidden"
    return sheet


def renew_rules(sheet: Worksheet, layout: SheetLayout, table: Table, lists: Lists, last: int) -> None:
    """Bring drop-downs, conditional formats and repeated heading up to rows down to `last`."""
    _drop_downs(sheet, layout, table, lists, last + ROWS_TO_TYPE * layout.people_add_rows)
    _tones(sheet, layout, table, last)
    sheet.print_title_rows = f"{table.header_row}:{table.header_row}"


def _drop_downs(sheet: Worksheet, layout: SheetLayout, table: Table, lists: Lists, last: int) -> None:
    rules = sheet.data_validations
    rules.dataValidation = [rule for rule in rules.dataValidation if LIST_NAME not in (rule.formula1 or "")]
    for column in layout.columns:
        if column.choices:
            rule = DataValidation("list", lists[column.choices], allow_blank=True, showErrorMessage=True)
            rule.errorTitle = column.header
            rule.error = "Choose from the list, or leave the cell empty."
            rule.add(area([table.columns[column.header]], table, last))
            sheet.add_data_validation(rule)


def _tones(sheet: Worksheet, layout: SheetLayout, table: Table, last: int) -> None:
    """Those that people made keep their place, before ours."""
    formats = ConditionalFormattingList()
    for there in sheet.conditional_formatting:
        for rule in there.rules:
            if not _is_ours(rule):
                formats.add(str(there.sqref), rule)
                formats.max_priority = max(formats.max_priority, rule.priority)
    sheet.conditional_formatting = formats
    for column in layout.columns:
        for highlight in column.highlights:
            places = table.columns.values() if highlight.whole_row else [table.columns[column.header]]
            rule = _tone_rule(highlight, table.columns[column.header], table.header_row + 1)
            formats.add(area(places, table, last), rule)
    if layout.heat:
        formats.add(" ".join(area([table.columns[header]], table, last) for header in layout.heat), _heat_rule())


def _is_ours(rule: Rule) -> bool:
    scale = rule.colorScale
    colours = [colour.rgb[2:] for colour in scale.color if colour.type == "rgb"] if scale is not None else []
    return any(OURS in formula for formula in rule.formula) or colours == list(HEAT)


def _heat_rule() -> Rule:
    ends = [FormatObject("min"), FormatObject("max")]
    return Rule("colorScale", colorScale=ColorScale(ends, [Color(f"FF{colour}") for colour in HEAT]))


def _tone_rule(highlight: Highlight, column: int, row: int) -> Rule:
    text, background = TONES[highlight.tone]
    cell = f"${get_column_letter(column)}{row}"
    tests = ",".join(f'{cell}="{quoted}"' for quoted in _quoted(highlight.values))
    font = Font(bold=highlight.tone is Tone.ALARM, italic=highlight.tone is Tone.QUIET, color=text)
    style = DifferentialStyle(font=font, fill=PatternFill(fill_type="solid", bgColor=background))
    return Rule("expression", dxf=style, formula=[f"AND({OURS},OR({tests}))"])


def _quoted(values: Sequence[str]) -> list[str]:
    return [value.replace('"', '""') for value in values]


def area(columns: Iterable[int], table: Table, last: int) -> str:
    """From the first row below the headings to `last`, over these columns and those between."""
    columns = list(columns)
    first = table.header_row + 1
    return f"{get_column_letter(min(columns))}{first}:{get_column_letter(max(columns))}{max(last, first)}"


def extent(sheet: Worksheet, table: Table) -> tuple[int, int]:
    """The first and the last column of our rows, people's own beside them included."""
    columns = [table.key_column, *table.columns.values()]
    beyond = max(columns) + 1
    while sheet.cell(table.header_row, beyond).value is not None:
        beyond += 1
    return min(columns), beyond - 1


def renew_filter(sheet: Worksheet, table: Table, last: int) -> None:
    """What people filter by stays; the filter grows or shrinks with the rows, over their own columns too."""
    first, end = (get_column_letter(column) for column in extent(sheet, table))
    sheet.auto_filter.ref = f"{first}{table.header_row}:{end}{max(last, table.header_row + 1)}"
    sheet.auto_filter.sortState = None


def protect(sheet: Worksheet) -> None:
    """Lock what Firstbell writes, without a password; filtering, formats, notes, own rows and columns stay allowed."""
    protection = sheet.protection
    protection.sheet = True
    for allowed in (
        "formatCells", "formatColumns", "formatRows", "insertColumns", "insertRows", "insertHyperlinks",
        "deleteColumns", "deleteRows", "sort", "autoFilter", "objects", "scenarios",
    ):  # fmt: skip
        setattr(protection, allowed, False)


def set_up_print(sheet: Worksheet) -> None:
    """A4 landscape, narrow margins, as wide as one page, the sheet's name and the page number at the foot."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.4, bottom=0.75, footer=0.3)
    footer = HeaderFooterItem()
    footer.left.text = "&A"
    footer.right.text = "Page &P of &N"
    sheet.HeaderFooter.oddFooter = footer
