"""The chart beside a sheet's rows, bars or a line: made anew at each drawing, in the place people moved it to."""

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart._chart import ChartBase
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RichTextProperties
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from connectors._xlsx.tables import Table
from sheets_templates import Chart, ChartKind

COLOUR = "1F3A5F"
GRID_COLOUR = "D9D9D9"
CENTIMETRES_A_BAR = 0.9
ROOM_FOR_NUMBER = 1.15
SLANT = -45 * 60_000  # in sixty-thousandths of a degree


def renew_chart(sheet: Worksheet, chart: Chart, table: Table, last: int) -> None:
    """Draw the chart over the rows down to `last`; none where there is no row. Other charts stay."""
    # openpyxl has no public way to take a chart away.
    charts: list[ChartBase] = sheet._charts  # type: ignore[attr-defined]  # noqa: SLF001 - as said
    ours = [there for there in charts if _title(there) == chart.title]
    anchor = ours[0].anchor if ours else f"{get_column_letter(max(table.columns.values()) + 2)}{table.header_row}"
    charts[:] = [there for there in charts if there not in ours]
    if last > table.header_row:
        shape = _line() if chart.kind is ChartKind.LINE else _bars(_numbers(sheet, chart, table, last))
        _fill(shape, sheet, chart, table, last)
        sheet.add_chart(shape, anchor)


def _fill(shape: BarChart | LineChart, sheet: Worksheet, chart: Chart, table: Table, last: int) -> None:
    first = table.header_row + 1
    shape.title = chart.title
    shape.legend = None
    shape.add_data(Reference(sheet, table.columns[chart.values], first, max_row=last))
    shape.set_categories(Reference(sheet, table.columns[chart.labels], first, max_row=last))
    shape.x_axis.delete = False
    series = shape.series[0]
    series.smooth = False
    series.graphicalProperties.solidFill = COLOUR
    series.graphicalProperties.line.solidFill = COLOUR


def _numbers(sheet: Worksheet, chart: Chart, table: Table, last: int) -> list[float]:
    """What the bars show, from the top down; a cell without a number counts as none."""
    cells = (sheet.cell(row, table.columns[chart.values]).value for row in range(table.header_row + 1, last + 1))
    return [value if isinstance(value, int | float) else 0 for value in cells]


def _bars(numbers: list[float]) -> BarChart:
    """Bars from nothing on, with room for the longest one's number beyond its end."""
    bars = BarChart()
    bars.type = "bar"
    bars.gapWidth = 40
    bars.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    bars.x_axis.scaling.orientation = "maxMin"
    bars.y_axis.delete = True
    bars.y_axis.majorGridlines = None
    bars.y_axis.scaling.min, bars.y_axis.scaling.max = 0, max(*numbers, 1) * ROOM_FOR_NUMBER
    bars.width, bars.height = 16, 3 + CENTIMETRES_A_BAR * len(numbers)
    return bars


def _line() -> LineChart:
    """The axis begins where the program that shows it thinks best: attendance moves within a few points."""
    line = LineChart()
    line.y_axis.delete = False
    line.y_axis.majorGridlines = ChartLines(GraphicalProperties(ln=LineProperties(solidFill=GRID_COLOUR)))
    line.x_axis.txPr = _slanted()
    line.width, line.height = 24, 11
    return line


def _slanted() -> RichText:
    """Labels that lean, so that those of a whole year stand side by side."""
    properties = ParagraphProperties(defRPr=CharacterProperties())
    return RichText(RichTextProperties(rot=SLANT), p=[Paragraph(pPr=properties, endParaRPr=CharacterProperties())])


def _title(chart: object) -> str:
    """The words of a chart's title as openpyxl reads it back; empty where there are none."""
    rich = getattr(getattr(getattr(chart, "title", None), "tx", None), "rich", None)
    paragraphs = rich.p if rich is not None else []
    return "".join(run.t for paragraph in paragraphs for run in paragraph.r or [])
