"""The bar chart beside a sheet's rows: made anew at each drawing, in the place people moved it to."""

from openpyxl.chart import BarChart, Reference
from openpyxl.chart._chart import ChartBase
from openpyxl.chart.label import DataLabelList
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from connectors.local.workbook_tables import Table
from sheets_templates import Chart

BAR_COLOUR = "1F3A5F"
CENTIMETRES_A_BAR = 0.9


def renew_chart(sheet: Worksheet, chart: Chart, table: Table, last: int) -> None:
    """Draw the chart over the rows down to `last`; none where there is no row. Other charts stay."""
    # openpyxl has no public way to take a chart away.
    charts: list[ChartBase] = sheet._charts  # type: ignore[attr-defined]  # noqa: SLF001 - as said
    ours = [there for there in charts if _title(there) == chart.title]
    anchor = ours[0].anchor if ours else f"{get_column_letter(max(table.columns.values()) + 2)}{table.header_row}"
    charts[:] = [there for there in charts if there not in ours]
    if last > table.header_row:
        sheet.add_chart(_bars(sheet, chart, table, last), anchor)


def _bars(sheet: Worksheet, chart: Chart, table: Table, last: int) -> BarChart:
    first = table.header_row + 1
    bars = BarChart()
    bars.type = "bar"
    bars.title = chart.title
    bars.legend = None
    bars.gapWidth = 40
    bars.add_data(Reference(sheet, table.columns[chart.values], first, max_row=last))
    bars.set_categories(Reference(sheet, table.columns[chart.labels], first, max_row=last))
    bars.series[0].graphicalProperties.solidFill = BAR_COLOUR
    bars.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    bars.x_axis.scaling.orientation = "maxMin"
    bars.x_axis.delete = False
    bars.y_axis.delete = True
    bars.y_axis.majorGridlines = None
    bars.width, bars.height = 16, 3 + CENTIMETRES_A_BAR * (last - table.header_row)
    return bars


def _title(chart: object) -> str:
    """The words of a chart's title as openpyxl reads it back; empty where there are none."""
    rich = getattr(getattr(getattr(chart, "title", None), "tx", None), "rich", None)
    paragraphs = rich.p if rich is not None else []
    return "".join(run.t for paragraph in paragraphs for run in paragraph.r or [])
